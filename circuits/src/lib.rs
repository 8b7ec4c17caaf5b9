//! Tariffs, their plans and circuits, and the proofs of bills.
//!
//! Which entry for what:
//!
//! - a tariff's text, checked, with diagnostics at the source: [`tariff`]; a billing period in its zone: [`period`];
//! - the dated data that a tariff declares and others publish: [`data`];
//! - look-up tables of up to a million entries, published as a Merkle root: [`merkle`];
//! - what a tariff means on readings, plainly and exactly: [`rule`], over a [`program`];
//! - what leaves the circuit and what stays: [`plan`], laid out by [`layout`];
//! - what a bill says about single slots: [`privacy`];
//! - prices, proofs and their verification: [`prepared`], for a [`statement`]; of many at once: [`bulk`]; a bill's bytes:
//!   [`bill`].
//!
//! ```text
//! text ─ tariff ─► Tariff ─ period ─► Program ─ plan ─► Plan ─ layout ─► Layout ─ prepared ─► proof
//!                                        └── rule ─► the plain bill, which every proof must agree with
//! ```
//!
//! Verifying a proof does not show that its commitments are the meter's, nor that the period is complete; the engine
//! checks both.

mod basis;
pub mod bill;
pub mod bulk;
mod chip;
pub mod circuit;
pub mod committed;
pub mod data;
pub mod equation;
pub mod exact;
mod excerpt;
pub mod families;
pub mod gadget;
pub mod layout;
mod link;
pub mod merkle;
mod multiexp;
pub mod params;
pub mod period;
pub mod plan;
pub mod prepared;
pub mod privacy;
pub mod program;
pub mod refusal;
pub mod rule;
mod schnorr;
pub mod statement;
pub mod tariff;
mod transcript;
pub mod version;
pub mod vesta;
pub mod yardstick;

pub use chip::field;
