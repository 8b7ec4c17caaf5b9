//! Windows.

use super::super::week::Week;

/// A window.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    pub(crate) name: String,
    /// Its hours and days as they are written.
    pub(crate) text: String,
    pub(crate) week: Week,
}
