//! A bill as the customer sends it: a statement, the commitments of its batches, a proof.
//!
//! | bytes | field |
//! |---|---|
//! | 1 | version, 3 |
//! | 1 | circuit version |
//! | 1 | certification |
//! | 8 | meter id |
//! | 1 | revision |
//! | 32 | digest of the tariff file |
//! | 32 | digest of the tariff's data over the period |
//! | 2 | slot length in minutes |
//! | 4, 4 | first slot, number of slots |
//! | 1 | offsets from UTC, then for each its first slot (4) and its seconds (4, signed) |
//! | 2 | batches, then for each its number (4) and the first bytes of its header's digest (8) |
//! | 4 | slots without a reading, at most the number of slots |
//! | 1 | carried values, then each (8) |
//! | 1 | disclosed amounts, then each (16, signed): the total, shown lines, figures |
//! | 4 | commitments, then each (32): those of all readings of the batches, in the batches' own order; none when the
//! batches carry their own |
//! | 4 | bytes of the proof, then those |
//!
//! Integers are little-endian. A list's length is checked against the bytes that are left before anything is allocated.

use wattproof_meter::calendar::{Slot, SlotLength, SlotRange};
use wattproof_meter::record::{Certification, MeterId};
use wattproof_meter::wire::Reader;

use crate::statement::{BatchReference, Statement};
use crate::version::CIRCUIT_VERSION;

/// The version of the bytes.
pub const VERSION: u8 = 3;
/// The most slots of a bill.
pub const MAX_SLOTS: u32 = 1 << 20;

/// A bill, not yet checked against anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    /// What it states.
    pub statement: Statement,
    /// The commitments to the readings of its batches, in the batches' own order; none when the batches carry theirs.
    pub commitments: Vec<[u8; 32]>,
    /// The proof, with its link.
    pub proof: Vec<u8>,
}

/// Why bytes are not a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BillRefusal {
    /// Fewer bytes than its own lengths ask for.
    #[error("the bill is cut short")]
    Short,
    /// Bytes behind the end.
    #[error("the bill has {extra} bytes too many")]
    Long {
        /// How many.
        extra: usize,
    },
    /// Another version of the bytes.
    #[error("the bill is of version {0}; this program reads version {VERSION}")]
    Version(u8),
    /// Proved under another circuit version.
    #[error("the bill was proved under circuit version {0}; this program checks version {CIRCUIT_VERSION}")]
    CircuitVersion(u8),
    /// An unknown way of certifying.
    #[error("the bill names certification {0}, which is unknown")]
    Certification(u8),
    /// Not a divisor of a day.
    #[error("the bill's slot length of {0} minutes does not divide a day")]
    SlotLength(u16),
    /// No slot, too many, or beyond the calendar.
    #[error("the bill covers {0} slots, not 1 to {MAX_SLOTS} within the calendar")]
    Slots(u32),
    /// The offsets do not start with the period, or are not in order.
    #[error("the bill's offsets from UTC do not follow its period")]
    Offsets,
    /// The batches are not in strictly rising order: one is named twice, or there is none.
    #[error("the bill's batches are not in rising order")]
    Batches,
    /// More slots without a reading than slots.
    #[error("the bill says that {0} slots were estimated, more than it covers")]
    Gaps(u32),
    /// Nothing is disclosed, not even a total.
    #[error("the bill discloses no total")]
    NoTotal,
}

impl BillRefusal {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            BillRefusal::Short => "bill-short",
            BillRefusal::Long { .. } => "bill-long",
            BillRefusal::Version(_) => "bill-version",
            BillRefusal::CircuitVersion(_) => "bill-circuit-version",
            BillRefusal::Certification(_) => "bill-certification",
            BillRefusal::SlotLength(_) => "bill-slot-length",
            BillRefusal::Slots(_) => "bill-slots",
            BillRefusal::Offsets => "bill-offsets",
            BillRefusal::Batches => "bill-batches",
            BillRefusal::Gaps(_) => "bill-gaps",
            BillRefusal::NoTotal => "bill-no-total",
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            BillRefusal::Version(_) | BillRefusal::CircuitVersion(_) => {
                "Ask the customer to prove the bill with this version of the program, or use theirs."
            }
            _ => "Ask the customer to send the bill again.",
        }
    }
}

impl Bill {
    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let statement = &self.statement;
        let mut out = vec![VERSION, CIRCUIT_VERSION, statement.certification.byte()];
        out.extend(statement.meter.0);
        out.push(statement.revision);
        out.extend(statement.tariff);
        out.extend(statement.data);
        out.extend(statement.slot_length.minutes().to_le_bytes());
        out.extend(statement.slots.first().index().to_le_bytes());
        out.extend(statement.slots.count().to_le_bytes());
        out.push(statement.offsets.len() as u8);
        for (from, seconds) in &statement.offsets {
            out.extend(from.index().to_le_bytes());
            out.extend(seconds.to_le_bytes());
        }
        out.extend((statement.batches.len() as u16).to_le_bytes());
        for batch in &statement.batches {
            out.extend(batch.number.to_le_bytes());
            out.extend(batch.header);
        }
        out.extend(statement.gaps.to_le_bytes());
        out.push(statement.carried.len() as u8);
        statement.carried.iter().for_each(|value| out.extend(value.to_le_bytes()));
        out.push(statement.disclosed.len() as u8);
        statement.disclosed.iter().for_each(|amount| out.extend(amount.to_le_bytes()));
        out.extend((self.commitments.len() as u32).to_le_bytes());
        self.commitments.iter().for_each(|commitment| out.extend(commitment));
        out.extend((self.proof.len() as u32).to_le_bytes());
        out.extend(&self.proof);
        out
    }

    /// Reads canonical bytes strictly: every byte is used, and only one byte string gives a bill.
    ///
    /// # Errors
    /// One variant a reason; see [`BillRefusal`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BillRefusal> {
        let mut reader = Reader::new(bytes);
        let statement = statement(&mut reader)?;
        let count = reader.u32().ok_or(BillRefusal::Short)? as usize;
        let commitments = list(&mut reader, count)?;
        let length = reader.u32().ok_or(BillRefusal::Short)? as usize;
        let proof = reader.take(length).ok_or(BillRefusal::Short)?.to_vec();
        match reader.left() {
            0 => Ok(Bill { statement, commitments, proof }),
            extra => Err(BillRefusal::Long { extra }),
        }
    }
}

fn statement(reader: &mut Reader<'_>) -> Result<Statement, BillRefusal> {
    let short = BillRefusal::Short;
    match reader.u8().ok_or(short)? {
        VERSION => {}
        other => return Err(BillRefusal::Version(other)),
    }
    match reader.u8().ok_or(short)? {
        CIRCUIT_VERSION => {}
        other => return Err(BillRefusal::CircuitVersion(other)),
    }
    let certification = reader.u8().ok_or(short)?;
    let certification = Certification::from_byte(certification).ok_or(BillRefusal::Certification(certification))?;
    let meter = MeterId(reader.array().ok_or(short)?);
    let revision = reader.u8().ok_or(short)?;
    let tariff = reader.array().ok_or(short)?;
    let data = reader.array().ok_or(short)?;
    let minutes = reader.u16().ok_or(short)?;
    let slot_length = SlotLength::from_minutes(minutes).ok_or(BillRefusal::SlotLength(minutes))?;
    let slots = slots(reader)?;
    let offsets = offsets(reader, slots)?;
    let batches = batches(reader)?;
    let gaps = reader.u32().ok_or(short)?;
    if gaps > slots.count() {
        return Err(BillRefusal::Gaps(gaps));
    }
    let carried = reader.u8().ok_or(short)?.into();
    let carried: Vec<u64> = list(reader, carried)?.into_iter().map(u64::from_le_bytes).collect();
    let disclosed = reader.u8().ok_or(short)?.into();
    let disclosed: Vec<i128> = list(reader, disclosed)?.into_iter().map(i128::from_le_bytes).collect();
    if disclosed.is_empty() {
        return Err(BillRefusal::NoTotal);
    }
    Ok(Statement {
        meter,
        certification,
        revision,
        tariff,
        data,
        slot_length,
        slots,
        offsets,
        batches,
        gaps,
        carried,
        disclosed,
    })
}

fn slots(reader: &mut Reader<'_>) -> Result<SlotRange, BillRefusal> {
    let first = Slot::new(reader.u32().ok_or(BillRefusal::Short)?);
    let count = reader.u32().ok_or(BillRefusal::Short)?;
    let range = SlotRange::new(first, count).filter(|_| (1..=MAX_SLOTS).contains(&count));
    range.ok_or(BillRefusal::Slots(count))
}

fn offsets(reader: &mut Reader<'_>, slots: SlotRange) -> Result<Vec<(Slot, i32)>, BillRefusal> {
    let count = reader.u8().ok_or(BillRefusal::Short)?.into();
    let mut offsets = vec![];
    for bytes in list::<8>(reader, count)? {
        let mut pair = Reader::new(&bytes);
        let from = pair.u32().ok_or(BillRefusal::Short)?;
        let seconds = pair.array().map(i32::from_le_bytes).ok_or(BillRefusal::Short)?;
        offsets.push((Slot::new(from), seconds));
    }
    let starts = offsets.first().is_some_and(|(from, _)| *from == slots.first());
    let rises = offsets.windows(2).all(|pair| pair[0].0 < pair[1].0 && slots.contains(pair[1].0));
    (starts && rises).then_some(offsets).ok_or(BillRefusal::Offsets)
}

fn batches(reader: &mut Reader<'_>) -> Result<Vec<BatchReference>, BillRefusal> {
    let count = reader.u16().ok_or(BillRefusal::Short)?.into();
    let mut batches: Vec<BatchReference> = vec![];
    for bytes in list::<12>(reader, count)? {
        let mut pair = Reader::new(&bytes);
        let number = pair.u32().ok_or(BillRefusal::Short)?;
        let header = pair.array().ok_or(BillRefusal::Short)?;
        batches.push(BatchReference { number, header });
    }
    let rises = batches.windows(2).all(|pair| pair[0].number < pair[1].number);
    (rises && !batches.is_empty()).then_some(batches).ok_or(BillRefusal::Batches)
}

/// `count` items of `N` bytes, refused before allocation when fewer bytes are left.
fn list<const N: usize>(reader: &mut Reader<'_>, count: usize) -> Result<Vec<[u8; N]>, BillRefusal> {
    let bytes = count.checked_mul(N).and_then(|length| reader.take(length)).ok_or(BillRefusal::Short)?;
    Ok(bytes.chunks_exact(N).filter_map(|chunk| chunk.try_into().ok()).collect())
}
