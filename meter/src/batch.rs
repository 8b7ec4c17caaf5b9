//! Sealed batches: a UTC day or week of readings, encrypted, certified and signed.
//!
//! # Bytes
//!
//! Integers are little-endian, `r` is the number of registers, `c` slots × registers.
//!
//! | bytes | field |
//! |---|---|
//! | 1 | version, 1 |
//! | 1 | certification: 1 classic, one commitment a reading; 2 compact, one a batch and register |
//! | 8 | meter id |
//! | 4 | batch number, absolute: see [`BatchPeriod`](crate::calendar::BatchPeriod) |
//! | 1 | revision |
//! | 4 | first slot |
//! | 2 | slot length in minutes |
//! | 2 | slots: those of a day or a week |
//! | 1 | `r`, 1 to 16 |
//! | r | bits of each register, 1 to 32 |
//! | 1 | gap flag: 0 no gap, 1 a gap map follows |
//! | 0 or ⌈c/8⌉ | gap map, slot by slot, lowest bit first; at least one bit set, none behind the end |
//! | 8 | synthetic nonce |
//! | 8 | fingerprint of K |
//! | 32 or 32·r | classic: digest of the commitments; compact: a commitment for every register, in their order |
//! | ⌈bits/8⌉ | readings XOR pads, slot by slot, lowest bit first; a gap takes no bits, bits behind the end are 0 |
//! | 64 | ed25519 signature |
//!
//! The header is everything up to the fingerprint, what stands behind it the certificate. The signature is over
//! `wattproof:v1:batch` ‖ header ‖ BLAKE2b-256(ciphertext) ‖ certificate. The digest is BLAKE2b-256 of length of header
//! (8) ‖ header ‖ the commitments, 32 bytes each, slot by slot, the registers of a slot in their order; a gap has none.
//! A compact commitment sums up the register's readings at their slots' positions, see [`crate::ring`]; a gap adds
//! nothing, and a register of gaps alone still has a commitment.

use alloc::vec::Vec;

use blake2b_simd::Params;
use ed25519_dalek::Signature;

use crate::commit::{Commitment, CommitmentRefusal};
use crate::record::{Certification, MeterRecord};
use crate::wire::Reader;

mod compact;
mod header;
mod open;
mod pack;
mod refusal;
mod seal;
mod slot_keys;
mod tables;

pub use header::BatchHeader;
pub use open::{CertifiedReading, OpenBatch};
pub use refusal::{BatchRefusal, OpenRefusal, SealRefusal};
pub use seal::Sealer;
pub use tables::Tables;

/// Bytes of an ed25519 signature.
const SIGNATURE: usize = 64;
/// Bytes of a digest, and of a commitment.
const DIGEST: usize = 32;
/// What a batch's signature starts with.
const TAG: &[u8] = b"wattproof:v1:batch";

/// A batch of well-formed bytes, kept exactly as they came. Only [`SealedBatch::verify`] says whose they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedBatch {
    bytes: Vec<u8>,
    header: BatchHeader,
    header_length: usize,
    /// The certificate of a compact batch; empty otherwise.
    compact: Vec<Commitment>,
}

impl SealedBatch {
    /// Reads a batch; refuses everything but the one canonical form. Checks no signature.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BatchRefusal> {
        let mut reader = Reader::new(bytes);
        let header = BatchHeader::read(&mut reader)?;
        let header_length = bytes.len() - reader.left();
        let certificate = reader.take(header.certificate_bytes()).ok_or(BatchRefusal::Short)?;
        let bits = header.payload_bits();
        let ciphertext = reader.take(bits.div_ceil(8)).ok_or(BatchRefusal::Short)?;
        reader.take(SIGNATURE).ok_or(BatchRefusal::Short)?;
        if reader.left() > 0 {
            return Err(BatchRefusal::Long { extra: reader.left() });
        }
        if !bits.is_multiple_of(8) && ciphertext.last().is_some_and(|last| last >> (bits % 8) != 0) {
            return Err(BatchRefusal::CiphertextPadding);
        }
        let compact = read_commitments(header.certification, certificate)?;
        Ok(SealedBatch { bytes: bytes.to_vec(), header, header_length, compact })
    }

    /// The bytes as they came.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What the batch says about itself.
    pub fn header(&self) -> &BatchHeader {
        &self.header
    }

    /// The digest of a classic batch's commitments; nothing for a compact batch.
    pub fn digest(&self) -> Option<&[u8; 32]> {
        self.certificate().first_chunk().filter(|_| self.header.certification == Certification::Classic)
    }

    /// The commitments of a compact batch, one a register in their order; empty for a classic batch.
    pub fn compact_commitments(&self) -> &[Commitment] {
        &self.compact
    }

    /// The canonical bytes of [`SealedBatch::compact_commitments`].
    pub fn compact_commitment_bytes(&self) -> &[[u8; 32]] {
        match self.header.certification {
            Certification::Classic => &[],
            Certification::Compact => self.certificate().as_chunks().0,
        }
    }

    /// BLAKE2b-256 of what the signature covers, a compact batch's commitments included: names this batch, with its
    /// readings, in a bill.
    pub fn header_digest(&self) -> [u8; 32] {
        hash(b"wp1-header", &[&self.signed_message()])
    }

    /// Checks that this is a batch of the meter behind `record`, with its registers, slot length and calendar, signed
    /// by it as it stands.
    pub fn verify(&self, record: &MeterRecord) -> Result<(), BatchRefusal> {
        let header = &self.header;
        let (expected, found) = (record.id(), header.meter);
        if expected != found {
            return Err(BatchRefusal::Meter { expected, found });
        }
        if header.certification != record.certification() {
            return Err(BatchRefusal::OtherCertification);
        }
        if header.slot_length != record.slot_length() {
            return Err(BatchRefusal::OtherSlotLength);
        }
        if !header.bits.iter().copied().eq(record.registers().iter().map(|register| register.bits())) {
            return Err(BatchRefusal::OtherRegisters);
        }
        if record.period().slots(header.number, header.slot_length) != Some(header.slots) {
            return Err(BatchRefusal::Slots { number: header.number });
        }
        let signature = Signature::from_bytes(self.signature());
        record.public_key().verify_strict(&self.signed_message(), &signature).map_err(|_| BatchRefusal::Signature)
    }

    /// Whether these are the commitments that the digest of a classic batch certifies: all of them, slot by slot, the
    /// registers of a slot in their order, none for a gap. One hash. Never so for a compact batch, which has no digest.
    pub fn certifies(&self, commitments: impl IntoIterator<Item = Commitment>) -> bool {
        let mut digest = CommitmentsDigest::new(self.header_bytes());
        commitments.into_iter().for_each(|commitment| digest.absorb(&commitment));
        self.digest() == Some(&digest.finish())
    }

    /// As [`SealedBatch::certifies`], of commitments not yet read as points.
    pub fn certifies_bytes<'a>(&self, commitments: impl IntoIterator<Item = &'a [u8; 32]>) -> bool {
        let mut digest = CommitmentsDigest::new(self.header_bytes());
        commitments.into_iter().for_each(|commitment| digest.absorb_bytes(commitment));
        self.digest() == Some(&digest.finish())
    }

    fn header_bytes(&self) -> &[u8] {
        &self.bytes[..self.header_length]
    }

    fn certificate(&self) -> &[u8] {
        &self.bytes[self.header_length..][..self.header.certificate_bytes()]
    }

    fn ciphertext(&self) -> &[u8] {
        let start = self.header_length + self.header.certificate_bytes();
        &self.bytes[start..self.bytes.len() - SIGNATURE]
    }

    fn signature(&self) -> &[u8; SIGNATURE] {
        self.bytes.last_chunk().unwrap_or(&[0; SIGNATURE])
    }

    fn signed_message(&self) -> Vec<u8> {
        signed_message(self.header_bytes(), self.certificate(), self.ciphertext())
    }
}

/// The digest of a batch's commitments as they are made; the order is that of [`BatchHeader::certified`].
#[derive(Clone, Debug)]
pub struct CommitmentsDigest(blake2b_simd::State);

impl CommitmentsDigest {
    /// For the batch with this header: its bytes before the digest.
    pub fn new(header: &[u8]) -> Self {
        let mut state = Params::new().hash_length(DIGEST).personal(b"wp1-commitments").to_state();
        state.update(&(header.len() as u64).to_le_bytes()).update(header);
        CommitmentsDigest(state)
    }

    /// Takes the next commitment.
    pub fn absorb(&mut self, commitment: &Commitment) {
        self.absorb_bytes(&commitment.to_bytes());
    }

    fn absorb_bytes(&mut self, commitment: &[u8; 32]) {
        self.0.update(commitment);
    }

    /// The digest.
    pub fn finish(self) -> [u8; 32] {
        first_32(&self.0.finalize())
    }
}

/// What the meter signs.
fn signed_message(header: &[u8], certificate: &[u8], ciphertext: &[u8]) -> Vec<u8> {
    [TAG, header, &hash(b"wp1-ciphertext", &[ciphertext]), certificate].concat()
}

/// The commitments in a compact batch's certificate; none in a digest.
fn read_commitments(certification: Certification, certificate: &[u8]) -> Result<Vec<Commitment>, BatchRefusal> {
    if certification == Certification::Classic {
        return Ok(Vec::new());
    }
    let read = |(register, bytes): (usize, &[u8; 32])| {
        Commitment::from_bytes(bytes).map_err(|refusal| match refusal {
            CommitmentRefusal::NotCanonical => BatchRefusal::Commitment { register },
            CommitmentRefusal::Identity => BatchRefusal::CommitmentIdentity { register },
        })
    };
    certificate.as_chunks().0.iter().enumerate().map(read).collect()
}

fn hash(personal: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut state = Params::new().hash_length(32).personal(personal).to_state();
    for part in parts {
        state.update(part);
    }
    first_32(&state.finalize())
}

fn first_32(hash: &blake2b_simd::Hash) -> [u8; 32] {
    core::array::from_fn(|i| hash.as_bytes()[i])
}
