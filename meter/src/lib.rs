//! The meter's half of wattproof: what a device needs to encrypt, certify and sign its readings.
//!
//! | module | one idea |
//! |---|---|
//! | [`quantity`], [`calendar`], [`reading`] | registers with bounds; UTC slots and batch numbers; readings in the clear |
//! | [`key`] | the master key K, as people hold it, and the tree of keys under it |
//! | [`commit`] | Pedersen commitments on Vesta, in constant time |
//! | [`ring`] | one commitment a batch, in the basis of the proof system, in constant time |
//! | [`record`] | the meter's public record |
//! | [`batch`] | sealed, certified and signed batches |
//! | [`fallback`] | signed totals when the customer never answers |
//! | `device` | the simulated meter in one file (feature `std`) |
//! | `label` | K on a printable label and as a QR code on the terminal (feature `std`) |
//!
//! Without the feature `std` the crate is `no_std` with `alloc`: no threads, clock, files or operating system's
//! randomness.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod batch;
pub mod calendar;
pub mod commit;
#[cfg(feature = "std")]
pub mod device;
pub mod fallback;
pub mod key;
#[cfg(feature = "std")]
pub mod label;
pub mod quantity;
pub mod reading;
pub mod record;
pub mod ring;
pub mod wire;
