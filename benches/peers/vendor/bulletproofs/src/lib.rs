#![allow(dead_code, reason = "parts of the shared files serve the range proofs, which are left out")]

extern crate alloc;

mod util;

mod errors;
mod generators;
mod inner_product_proof;
mod transcript;

pub use crate::errors::ProofError;
pub use crate::generators::{BulletproofGens, BulletproofGensShare, PedersenGens};

pub mod r1cs;
