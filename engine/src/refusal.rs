//! What every failure of this crate can say about itself.

use std::error::Error;

/// Who can put a failure right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Something checked and found wanting: another party's file, a bill, a failed check.
    Refused,
    /// The command, a path, or one's own file.
    Own,
    /// The machine: disk, lock.
    Machine,
}

/// A failure with a reason. Its `Display` is one sentence saying what is wrong, without secrets.
pub trait Refusal: Error {
    /// The reason, kebab-case; never changes its meaning.
    fn code(&self) -> &'static str;
    /// One sentence saying what to do.
    fn hint(&self) -> String;
    /// Who can put it right.
    fn fault(&self) -> Fault;
}
