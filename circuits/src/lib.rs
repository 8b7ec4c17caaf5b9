//! Tariffs, their plans and circuits, and the proofs of bills.

pub mod exact;
pub mod period;
pub mod program;
pub mod rule;
pub mod tariff;
