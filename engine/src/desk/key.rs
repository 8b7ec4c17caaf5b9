//! K, the customer's key: made, read as people type it, drawn.

use wattproof_meter::device;
use wattproof_meter::label;
use zeroize::Zeroizing;

pub use wattproof_meter::key::{KeyRefusal, MasterKey as Key};

use super::meter::DeviceRefusal;
use crate::refusal::{Fault, Refusal};

impl Refusal for KeyRefusal {
    fn code(&self) -> &'static str {
        KeyRefusal::code(self)
    }

    fn hint(&self) -> String {
        KeyRefusal::hint(self).into()
    }

    fn fault(&self) -> Fault {
        Fault::Own
    }
}

/// A fresh K from the operating system's randomness.
pub fn fresh() -> Result<Key, DeviceRefusal> {
    Ok(device::new_key()?)
}

/// K as a QR code of half blocks, 41 columns wide.
pub fn qr(key: &Key) -> Zeroizing<String> {
    label::qr_text(key)
}
