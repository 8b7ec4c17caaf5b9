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
    fn refusals_of_each_class() {
        use wattproof_engine::archive::ArchiveRefusal;
        use wattproof_engine::customer::CustomerRefusal;
        use wattproof_engine::desk::file::FileRefusal;
        use wattproof_engine::desk::key::{Key, KeyRefusal};
        use wattproof_engine::policy::PolicyRefusal;
        use wattproof_engine::refusal::Refusal;
        use wattproof_engine::registry::RegistryRefusal;
        use wattproof_engine::store::StoreRefusal;

        let mistyped: KeyRefusal = Key::from_text("WATTKEY1").err().unwrap();
        let reason = || "full".to_owned();
        let classes: [(Exit, &[&dyn Refusal]); 3] = [
            (
                Exit::Refused,
                &[
                    &ArchiveRefusal::BeforeService { number: 1 },
                    &CustomerRefusal::SelfCheck,
                    &PolicyRefusal::NotAnAssignment,
                    &RegistryRefusal::NameTaken { name: "a".into() },
                ],
            ),
            (
                Exit::Own,
                &[
                    &mistyped,
                    &FileRefusal::Exists("a".into()),
                    &PolicyRefusal::UnknownTariff("a".into()),
                    &RegistryRefusal::UnknownMeter("a".into()),
                    &StoreRefusal::NoStore("a".into()),
                ],
            ),
            (
                Exit::Machine,
                &[
                    &CustomerRefusal::NoRandomness,
                    &FileRefusal::Disk { path: "a".into(), reason: reason() },
                    &StoreRefusal::Held { holder: "another process".into() },
                    &StoreRefusal::Damaged(reason()),
                    &StoreRefusal::Disk { path: "a".into(), reason: reason() },
                ],
            ),
        ];
        for (exit, refusals) in classes {
            for refusal in refusals {
                assert_eq!(Exit::from(refusal.fault()), exit, "{}", refusal.code());
            }
        }
    }

    #[test]
    fn the_codes_are_the_documented_ones() {
        let codes = [Fault::Refused, Fault::Own, Fault::Machine].map(|fault| Exit::from(fault) as u8);
        assert_eq!(codes, [1, 2, 3]);
        assert_eq!(Exit::Done as u8, 0);
        assert_eq!(Exit::Refused.max(Exit::Done).max(Exit::Machine), Exit::Machine);
    }
}
