//! What must be the same at every desk: the circuits' version and the public parameters.

use wattproof_circuits::params::EMBEDDED_DIGEST;

pub use wattproof_circuits::version::CIRCUIT_VERSION;

use crate::supplier::hex;

/// The hash of the public parameters inside this program, in hexadecimal.
pub fn parameters() -> String {
    hex(&EMBEDDED_DIGEST)
}
