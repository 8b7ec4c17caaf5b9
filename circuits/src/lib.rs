//! Tariffs, their plans and circuits, and the proofs of bills.

pub mod plan;
pub mod program;
