//! Tariffs, their plans and circuits, and the proofs of bills.

mod chip;
pub mod circuit;
pub use chip::field as chip_field;
pub mod layout;
pub mod plan;
pub mod program;
