//! The store, the customer's and the supplier's acts. Knows no terminal.
//!
//! Which entry for which need:
//!
//! | need | entry |
//! |---|---|
//! | readings from a file, or someone else's file turned into one | [`intake`] |
//! | a household to try things with | [`household`] |
//! | the store itself: statistics, check, backup | [`store`] |
//! | what time it is | [`clock`] |
//!
//! Every failure is a [`refusal::Refusal`]: a sentence, a stable code, and what to do.

pub mod archive;
pub mod bills;
pub mod clock;
pub mod desk;
pub mod household;
pub mod import;
pub mod intake;
pub mod period;
pub mod policy;
pub mod progress;
pub mod refusal;
pub mod registry;
pub mod store;
