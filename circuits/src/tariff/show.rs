//! A checked tariff written out as it was understood.

use super::sheet::Sheet;

pub(super) fn show(sheet: &Sheet) -> String {
    sheet.name.clone()
}
