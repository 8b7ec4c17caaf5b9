//! The tariff language: from a file's text to a program over a billing period, a pass a file.
//!
//! ```text
//! text.rs ─► words ─ grammar ─► tree ─ check.rs ─► sheet ─ lower (+ period) ─► program::Program
//! ```
//!
//! Every part of the tree keeps its place in the source, and every pass reports all it finds before the next is left
//! out. The language itself is described in `docs/tariffs.md`.

mod almanac;
mod amount;
mod by;
mod carry;
mod charge;
mod check;
mod condition;
mod coverage;
mod currency;
mod declared;
mod definition;
mod diagnostic;
mod function;
mod gaps;
mod grammar;
mod grid;
mod header;
mod large;
mod length;
mod lookup;
mod lower;
mod names;
mod precise;
mod quantity;
mod register;
mod scope;
mod season;
mod sheet;
mod show;
mod table;
mod text;
mod times;
mod tree;
mod unit;
mod unused;
mod window;

pub use carry::{Carry, CarryRule};
pub use currency::Currency;
pub use diagnostic::{Diagnostic, Related, Span, line_column, nearest};
pub(crate) use quantity::decimal;
pub use text::MAX_BYTES;

use std::collections::BTreeSet;

use wattproof_meter::quantity::Register;

use crate::data::{Data, Declared};
use crate::period::{Calendar, Period, PeriodError};
use crate::program::{Place, Program, Ratio};

/// The digest's domain.
const PERSONAL: &[u8; 16] = b"wattproof:tariff";

/// A checked tariff.
///
/// ```
/// use wattproof_circuits::tariff::{Inputs, Tariff, template};
/// let tariff = Tariff::parse(template()).unwrap();
/// let march = tariff.period("2026-03").unwrap();
/// assert_eq!(march.slots().count(), 1_486);
/// let program = tariff.program(&march, Inputs::NONE).unwrap();
/// assert_eq!(program.lines.len(), 4);
/// ```
#[derive(Clone, Debug)]
pub struct Tariff {
    source: String,
    digest: [u8; 32],
    sheet: sheet::Sheet,
}

/// What a tariff is lowered with, besides the period.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The data that the tariff declares.
    pub data: &'a Data,
    /// The readings that are missing.
    pub gaps: &'a BTreeSet<Place>,
}

impl Inputs<'_> {
    /// No data, no gap.
    pub const NONE: Inputs<'static> = Inputs { data: &Data::new(), gaps: &BTreeSet::new() };
}

/// A definition that bills disclose, for later bills to carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownFigure {
    /// Its name.
    pub name: String,
    /// What bills count it in, in base units; above zero.
    pub unit: Ratio,
    /// What people count it in, such as `kWh`, and that unit in base units.
    pub label: (String, Ratio),
}

/// What a gap in the readings does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Gaps {
    /// A period with a gap is not billed.
    Refuse,
    /// It is billed as the mean of the readings at the same clock time on the period's other days.
    Estimate,
    /// It is billed as a value that the tariff names.
    Flat,
}

impl Tariff {
    /// Reads and checks a file's text. The findings, a hundred at most, are in the order of the text.
    pub fn parse(source: &str) -> Result<Self, Vec<Diagnostic>> {
        if source.len() > MAX_BYTES {
            let message = format!("the file has {} bytes, {MAX_BYTES} is the most", source.len());
            return Err(vec![Diagnostic::new("file-too-large", &(0..0), message).help("split the tariff")]);
        }
        let mut found = Vec::new();
        let statements = grammar::read(source, &mut found);
        let sheet = check::check(source, &statements, &mut found);
        let Some(sheet) = sheet.filter(|_| found.is_empty()) else {
            found.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
            found.truncate(diagnostic::MAX_FINDINGS);
            return Err(found);
        };
        let digest = blake2b_simd::Params::new().hash_length(32).personal(PERSONAL).hash(source.as_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest.as_bytes());
        let tariff = Tariff { source: source.to_owned(), digest: bytes, sheet };
        tariff.trial()?;
        Ok(tariff)
    }

    /// Reads and checks a file's bytes, which must be UTF-8.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Vec<Diagnostic>> {
        let text = core::str::from_utf8(bytes).map_err(|error| {
            let at = error.valid_up_to();
            vec![Diagnostic::new("not-utf8", &(at..at), "the file is not UTF-8 text").help("save it as UTF-8")]
        });
        Tariff::parse(text?)
    }

    /// Lowers a single day, so that what can be made of no period is found at once.
    fn trial(&self) -> Result<(), Vec<Diagnostic>> {
        let day = self.period("2026-01-01..2026-01-02").map_err(|error| vec![self.misfit(&error)])?;
        lower::trial(&self.sheet, &day).map_err(|found| vec![found])
    }

    /// The tariff over a period made by [`Tariff::period`]. A finding here is one that depends on the period, or on
    /// what data say of it.
    pub fn program(&self, period: &Period, inputs: Inputs<'_>) -> Result<Program, Vec<Diagnostic>> {
        let values = self.values(period, inputs.data)?;
        if let Some(span) = self.sheet.monthly.as_ref().filter(|_| !period.is_month()) {
            let message = format!("bills are per month, and {period} is none");
            let help = format!("bill one calendar month at a time, such as {}", period.some_month());
            return Err(vec![Diagnostic::new("not-a-month", span, message).help(help)]);
        }
        lower::program(&self.sheet, period, values, inputs.gaps).map_err(|found| vec![found])
    }

    /// The digest of every value that a period uses of the tariff's data; zeros when the tariff declares none.
    pub fn data_digest(&self, period: &Period, data: &Data) -> Result<[u8; 32], Vec<Diagnostic>> {
        let values = self.values(period, data)?;
        Ok(if self.data().is_empty() { [0; 32] } else { values.digest() })
    }

    /// What the data say over a period of the tariff's own calendar.
    fn values(&self, period: &Period, data: &Data) -> Result<lower::Values, Vec<Diagnostic>> {
        if *period.calendar() != self.sheet.calendar {
            let message = "the period is of another calendar than the tariff's";
            let other = Diagnostic::new("other-calendar", &self.sheet.zone, message);
            return Err(vec![other.help("make the period with the tariff's zone, slot and day")]);
        }
        lower::Values::of(&self.sheet, period, data)
    }

    /// The data that are published apart from the tariff, in its order.
    pub fn data(&self) -> &[Declared] {
        self.sheet.almanac.data()
    }

    /// A billing period in the tariff's zone: `2026-03`, or `2026-03-01..2026-04-01` with the end excluded.
    pub fn period(&self, text: &str) -> Result<Period, PeriodError> {
        Period::parse(text, &self.sheet.calendar)
    }

    /// A calendar's refusal as a finding at the header's zone.
    fn misfit(&self, error: &PeriodError) -> Diagnostic {
        Diagnostic::new(error.code(), &self.sheet.zone, error.to_string()).help(error.hint())
    }

    /// The name, `[a-z][a-z0-9_]*`.
    pub fn name(&self) -> &str {
        &self.sheet.name
    }

    /// The version.
    pub fn version(&self) -> u32 {
        self.sheet.version
    }

    /// The currency of every amount.
    pub fn currency(&self) -> Currency {
        self.sheet.currency
    }

    /// Zone, slot length and start of day.
    pub fn calendar(&self) -> &Calendar {
        &self.sheet.calendar
    }

    /// The registers that are read, with the tariff's bounds, in the order of [`Program::registers`].
    pub fn registers(&self) -> &[Register] {
        &self.sheet.registers
    }

    /// The tariff on a meter: each register with the meter's bound where that is the larger.
    ///
    /// Commitments hold what the meter bounds, and the circuit does not bound it again: a plan for smaller readings would
    /// let larger ones be billed at the price of smaller ones (`docs/circuit.md`, "Who bounds `linked`").
    #[must_use]
    pub fn on_meter(mut self, registers: &[Register]) -> Self {
        for own in &mut self.sheet.registers {
            let meters = registers.iter().find(|register| register.name() == own.name());
            if let Some(meters) = meters.filter(|meters| meters.bits() > own.bits()) {
                *own = Register::new(own.name(), own.unit(), meters.bits()).unwrap_or_else(|| own.clone());
            }
        }
        self
    }

    /// What a gap in the readings does.
    pub fn gaps(&self) -> Gaps {
        match self.sheet.gaps.rule {
            sheet::GapRule::Refuse => Gaps::Refuse,
            sheet::GapRule::Mean => Gaps::Estimate,
            sheet::GapRule::At(_) => Gaps::Flat,
        }
    }

    /// What it takes from earlier bills, in the order of [`Program::carried`].
    pub fn carries(&self) -> &[Carry] {
        &self.sheet.carries
    }

    /// The definitions that bills disclose, in the order in which they do, behind the total and the shown lines.
    pub fn figures(&self) -> Vec<ShownFigure> {
        let figure = |define: &sheet::Define| {
            let sheet::Shown { unit, label, .. } = define.shown.clone()?;
            Some(ShownFigure { name: define.name.clone(), unit, label })
        };
        self.sheet.defines.iter().filter_map(figure).collect()
    }

    /// How many charges bills disclose.
    pub fn shown_lines(&self) -> usize {
        self.sheet.charges.iter().filter(|charge| charge.shown).count()
    }

    /// Whether the total is declared exact rather than rounded.
    pub fn is_exact(&self) -> bool {
        self.sheet.total.rounding.is_none()
    }

    /// BLAKE2b of the file's bytes, personalised.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The file's text.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The tariff as it was understood, as plain text.
    pub fn show(&self) -> String {
        show::show(&self.sheet)
    }
}

/// A commented tariff to begin with; it checks clean.
pub fn template() -> &'static str {
    include_str!("tariff/template.tariff")
}
