//! The meter's half of wattproof: what a device needs to encrypt, certify and sign its readings.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod calendar;
pub mod quantity;
pub mod reading;
