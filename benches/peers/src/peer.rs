//! What is asked of every peer, and how it is measured.

pub mod bulletproofs;
pub mod halo2;
pub mod legogroth16;
pub mod reveal;
pub mod spartan2;

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

use crate::clock::{Yardstick, median, timed};
use crate::page::thousands;
use crate::statement::Statement;

/// A proof system that has made ready for one statement.
pub trait Peer: Sized {
    /// Readings' commitments, parameters and keys.
    fn set_up(statement: &Statement) -> Result<Self>;

    /// A proof that the committed readings cost `total`, and the milliseconds it took.
    fn prove(&mut self, total: u64) -> Result<(Vec<u8>, f64)>;

    /// Checks the proof's bytes, for the bytes of the commitments.
    fn verify(&self, proof: &[u8], total: u64) -> Result<()>;

    /// The circuit's size in the system's own words.
    fn size(&self) -> String;

    /// Milliseconds of set-up that a supplier and its customers share.
    fn set_up_ms(&self) -> f64;
}

/// One measured statement.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Row {
    pub peer: String,
    pub family: String,
    pub readings: u32,
    pub prove_ms: f64,
    pub verify_ms: f64,
    /// Milliseconds to verify a bill among many, where the system does that.
    pub bulk_verify_ms: Option<f64>,
    pub proof_bytes: usize,
    pub size: String,
    pub set_up_ms: f64,
    /// Milliseconds of one M, measured between the others.
    pub m_ms: f64,
    /// Computed by rows from the largest measured one.
    pub extrapolated: bool,
}

/// Proves and verifies `runs` times after a first time that counts for nothing, and refuses a wrong total.
pub fn measure<P: Peer>(name: &str, statement: &Statement, runs: usize, yardstick: &Yardstick) -> Result<Row> {
    let mut peer = P::set_up(statement)?;
    let (proof, _) = peer.prove(statement.total)?;
    peer.verify(&proof, statement.total)?;
    ensure!(peer.verify(&proof, statement.total + 1).is_err(), "{name} accepts the proof for another total");
    if let Ok((lie, _)) = peer.prove(statement.total + 1) {
        ensure!(peer.verify(&lie, statement.total + 1).is_err(), "{name} accepts a wrong total");
    }
    let (mut proving, mut verifying, mut unit) = (vec![], vec![], vec![]);
    for _ in 0..runs {
        unit.push(yardstick.ms());
        let (proof, ms) = peer.prove(statement.total)?;
        proving.push(ms);
        let (checked, ms) = timed(|| peer.verify(&proof, statement.total));
        checked?;
        verifying.push(ms);
    }
    Ok(Row {
        peer: name.into(),
        family: statement.family.name().into(),
        readings: statement.count() as u32,
        prove_ms: median(proving),
        verify_ms: median(verifying),
        bulk_verify_ms: None,
        proof_bytes: proof.len(),
        size: peer.size(),
        set_up_ms: peer.set_up_ms(),
        m_ms: median(unit),
        extrapolated: false,
    })
}

/// So many of a circuit's parts.
fn sized(count: usize, part: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {part}{plural}", thousands(count as u64))
}
