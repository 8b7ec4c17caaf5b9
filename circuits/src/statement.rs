//! What a bill states, and the digest that binds a proof to it. See `docs/protocol.md#statement`.

use blake2b_simd::{Params, State};
use ff::FromUniformBytes;
use pasta_curves::Fp;
use wattproof_meter::calendar::{Slot, SlotLength, SlotRange};
use wattproof_meter::record::{Certification, MeterId};

use crate::version::CIRCUIT_VERSION;

/// Everything that a proof is bound to. A proof for one customer, period or tariff is nothing anywhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Whose readings.
    pub meter: MeterId,
    /// How the meter certifies.
    pub certification: Certification,
    /// Which bill of the period this is: 0, then one more for each that replaces an earlier one.
    pub revision: u8,
    /// The tariff file's digest.
    pub tariff: [u8; 32],
    /// The digest of the tariff's dated data over the period.
    pub data: [u8; 32],
    /// The length of a slot.
    pub slot_length: SlotLength,
    /// The billed slots.
    pub slots: SlotRange,
    /// The zone's offsets from UTC in seconds over the period, each from its slot on.
    pub offsets: Vec<(Slot, i32)>,
    /// The batches that hold the readings, in order.
    pub batches: Vec<BatchReference>,
    /// Slots of the period at which a register of the tariff has no reading, so that its rule for gaps applies.
    pub gaps: u32,
    /// What earlier bills hand on, in the tariff's order and units.
    pub carried: Vec<u64>,
    /// What the bill discloses, in the order of the plan's outputs: the total, shown lines, figures.
    pub disclosed: Vec<i128>,
}

/// A batch, named so that the verifier finds the one it stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchReference {
    /// Its number.
    pub number: u32,
    /// The first bytes of its header's digest. They only tell batches of one number apart: what binds a proof to the
    /// readings are the commitments, which the context holds whole.
    pub header: [u8; 8],
}

impl BatchReference {
    /// Names a batch by its number and the digest of its header.
    pub fn new(number: u32, digest: &[u8; 32]) -> Self {
        let mut header = [0; 8];
        header.copy_from_slice(&digest[..8]);
        BatchReference { number, header }
    }
}

/// The digest of a statement and of all commitments that came with it: 64 bytes, of which protocols derive scalars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context([u8; 64]);

impl Statement {
    /// The digest of the statement, of the commitments of all its batches in the batches' own order, and of how it is
    /// proved: `plan` is the digest of the plan and, where there is a circuit, of its linked rows and verifying key.
    pub fn context<'a>(&self, plan: &[u8; 32], commitments: impl Iterator<Item = &'a [u8; 32]>) -> Context {
        let mut state = Params::new().hash_length(64).personal(b"wattproof-bill-1").to_state();
        state.update(&[CIRCUIT_VERSION, self.certification.byte(), self.revision]);
        state.update(&self.meter.0).update(&self.tariff).update(&self.data).update(plan);
        state.update(&self.slot_length.minutes().to_le_bytes());
        state.update(&self.slots.first().index().to_le_bytes());
        state.update(&self.slots.count().to_le_bytes());
        length(&mut state, self.offsets.len());
        for (from, seconds) in &self.offsets {
            state.update(&from.index().to_le_bytes()).update(&seconds.to_le_bytes());
        }
        length(&mut state, self.batches.len());
        for batch in &self.batches {
            state.update(&batch.number.to_le_bytes()).update(&batch.header);
        }
        state.update(&self.gaps.to_le_bytes());
        length(&mut state, self.carried.len());
        for value in &self.carried {
            state.update(&value.to_le_bytes());
        }
        length(&mut state, self.disclosed.len());
        for amount in &self.disclosed {
            state.update(&amount.to_le_bytes());
        }
        let mut count = 0u64;
        for commitment in commitments {
            state.update(commitment);
            count += 1;
        }
        state.update(&count.to_le_bytes());
        Context(*state.finalize().as_array())
    }
}

impl Context {
    /// The digest's bytes.
    pub fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }

    /// The digest as a scalar, absorbed before anything of a proof.
    pub fn scalar(&self) -> Fp {
        Fp::from_uniform_bytes(&self.0)
    }

    /// A scalar that depends on the context and on everything absorbed, under a purpose of its own.
    pub fn derive<'a>(&self, purpose: &[u8; 16], parts: impl IntoIterator<Item = &'a [u8]>) -> Fp {
        let mut state = Params::new().hash_length(64).personal(purpose).to_state();
        state.update(&self.0);
        for part in parts {
            state.update(&(part.len() as u64).to_le_bytes()).update(part);
        }
        Fp::from_uniform_bytes(state.finalize().as_array())
    }
}

fn length(state: &mut State, length: usize) {
    state.update(&(length as u64).to_le_bytes());
}
