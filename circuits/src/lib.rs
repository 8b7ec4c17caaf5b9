//! Tariffs, their plans and circuits, and the proofs of bills.

<<<<<<< HEAD
pub mod bill;
mod chip;
pub mod circuit;
pub mod committed;
pub mod layout;
mod link;
pub mod params;
pub mod plan;
pub mod prepared;
pub mod program;
pub mod refusal;
mod schnorr;
pub mod statement;
mod transcript;
pub mod version;

pub use chip::field;
=======
pub mod exact;
pub mod period;
pub mod program;
pub mod rule;
pub mod tariff;
>>>>>>> tariff
