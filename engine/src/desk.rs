//! What a front puts on a desk: meters, keys, tariffs and money as plain values.
//!
//! Nothing here touches the store. [`key`] makes and reads K; [`meter`] is the simulated meter; [`tariff`] checks, prices
//! and explains a tariff file; [`time`] reads and writes instants the one way; [`file`](mod@file) writes files that appear
//! whole or not at all.

pub mod file;
pub mod key;
pub mod meter;
pub mod tariff;
pub mod time;
