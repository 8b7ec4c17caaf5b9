//! What a front puts on a desk: meters, keys, tariffs and money as plain values.
//!
//! Nothing here writes to the store. [`key`] makes and reads K; [`meter`] is the simulated meter; [`tariff`] checks and
//! prices a tariff file, [`explain`](mod@explain) tells how it is proved, [`lint`](mod@lint) what its bills would
//! say about readings; [`bill`] reads a bill; [`demo`] has sample
//! tariffs and a forger; [`version`] tells desks apart; [`time`] reads and writes instants the one way;
//! [`file`](mod@file) writes files that appear whole or not at all.

pub mod bill;
pub mod demo;
pub mod explain;
pub mod file;
pub mod key;
pub mod lint;
pub mod meter;
pub mod tariff;
pub mod time;
pub mod unpriced;
pub mod version;
