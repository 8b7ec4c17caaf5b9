//! The store, the customer's and the supplier's acts. Knows no terminal.
//!
//! Which entry for which need:
//!
//! | need | entry |
//! |---|---|
//! | readings from a file, or someone else's file turned into one | [`intake`] |
//! | a rate of the Utility Rate Database as a tariff | [`urdb`] |
//! | a household to try things with | [`household`] |
//! | the store itself: statistics, check, backup | [`store`] |
//! | admit a meter; publish and assign a tariff; take files in; give them out | [`registry`], [`policy`], [`mod@import`], [`mod@export`] |
//! | publish dated data; what later bills carry, and the receipts that tell it | [`data`], [`carry`], [`receipt`] |
//! | decide between rival batches | [`archive`] |
//! | open batches, price and prove a bill | [`customer`], refused also for what [`frame`] says |
//! | how much the bills proved so far say | [`ledger`] |
//! | check bills and remember what was decided | [`supplier`] |
//! | a simulated meter, a key, a tariff file on the desk; files written whole | [`desk`] |
//! | what a front shows | [`show`], [`money`], [`amount`], [`mod@line`], [`progress`] |
//! | what time it is | [`clock`] |
//! | bulk work by many processes and machines (feature `cluster`) | `cluster` |
//!
//! ```text
//! .batch ─ import ─► store ─ customer (K) ─► .bill ─ import ─► inbox ─ supplier ─► verdict
//! ```
//!
//! Every failure is a [`refusal::Refusal`]: a sentence, a stable code, what to do, and who can do it.

pub mod amount;
pub mod archive;
pub mod bench;
pub mod bills;
pub mod carry;
pub mod clock;
#[cfg(feature = "cluster")]
pub mod cluster;
pub mod customer;
pub mod data;
pub mod desk;
pub mod export;
pub mod frame;
pub mod household;
pub mod import;
pub mod intake;
mod keys;
pub mod ledger;
pub mod line;
pub mod money;
pub mod period;
pub mod policy;
pub mod progress;
mod random;
pub mod receipt;
pub mod refusal;
pub mod registry;
pub mod show;
mod stopwatch;
pub mod store;
pub mod supplier;
pub mod terms;
pub mod threads;
pub mod urdb;
