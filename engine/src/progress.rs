//! How far a long act has come. Acts report to a callback; what becomes of it is the front's affair.

/// A step and how much of it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The step, one word.
    pub step: &'static str,
    /// How much is done.
    pub done: u64,
    /// Of how much.
    pub total: u64,
}
