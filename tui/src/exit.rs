//! Exit codes.
//!
//! | code | when |
//! |---|---|
//! | 0 | done; accepted |
//! | 1 | refused: a verdict, a failed check, another party's file that is malformed, findings of `tariff check` |
//! | 2 | the command, a path, or one's own file (tariff, CSV, key) is wrong |
//! | 3 | the machine failed: disk, lock |
//!
//! Every refusal of the engine says whose fault it is; [`Exit::from`] is the one place that makes a code of that. Where
//! a command does several things, the worst code counts.

use std::process::ExitCode;

use wattproof_engine::refusal::Fault;

/// How the program ends. The order is that of severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Something was checked and found wanting.
    Refused = 1,
    /// The command or the user's own file is wrong.
    Own = 2,
    /// The machine failed.
    Machine = 3,
}

impl From<Fault> for Exit {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused => Exit::Refused,
            Fault::Own => Exit::Own,
            Fault::Machine => Exit::Machine,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_the_documented_ones() {
        let codes = [Fault::Refused, Fault::Own, Fault::Machine].map(|fault| Exit::from(fault) as u8);
        assert_eq!(codes, [1, 2, 3]);
        assert_eq!(Exit::Done as u8, 0);
        assert_eq!(Exit::Refused.max(Exit::Done).max(Exit::Machine), Exit::Machine);
    }
}
