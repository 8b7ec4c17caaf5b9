//! What customer and supplier must agree on before anything is proved: meter, tariff with its dated data, period,
//! batches with their gaps, carried values, and so the statement. Each side makes it from its own store and never takes
//! it from the other.

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::Timestamp;
use pasta_curves::EqAffine;
use thiserror::Error;
use wattproof_circuits::committed::Committed;
use wattproof_circuits::data::Data;
use wattproof_circuits::layout::Certified;
use wattproof_circuits::period::Period;
use wattproof_circuits::program::{Place, Program};
use wattproof_circuits::statement::{BatchReference, Statement};
use wattproof_circuits::tariff::{Diagnostic, Gaps, Inputs, Tariff};
use wattproof_meter::calendar::{Slot, SlotRange};
use wattproof_meter::commit::Commitment;
use wattproof_meter::record::MeterRecord;

use crate::archive::StoredBatch;
use crate::carry::{self, CarryRefusal, Word};
use crate::refusal::{Fault, Refusal};
use crate::store::StoreRefusal;
use crate::store::table::View;
use crate::{archive, data, period, registry};

/// A bill's frame.
pub(crate) struct Frame {
    pub(crate) meter: MeterRecord,
    pub(crate) tariff: Tariff,
    pub(crate) period: Period,
    /// Those that hold the period, in order.
    pub(crate) batches: Vec<StoredBatch>,
    /// The tariff's dated data.
    pub(crate) data: Data,
    /// Of what the period uses of them.
    pub(crate) data_digest: [u8; 32],
    /// The places of the period at which a register of the tariff has no reading.
    pub(crate) gaps: BTreeSet<Place>,
    /// What earlier bills hand on.
    pub(crate) carried: Vec<u64>,
}

/// Why a complete period cannot be billed under its tariff.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FrameRefusal {
    /// The tariff refuses gaps and there is one.
    #[error("register {register} has no reading at {at}, and the tariff refuses gaps")]
    Gap {
        /// The register.
        register: String,
        /// The start of the first such slot.
        at: Timestamp,
    },
    /// The tariff's data are not all here, or are no data of that tariff.
    #[error("{}", findings.first().map_or("", |finding| &finding.message))]
    Data {
        /// What is wrong.
        findings: Vec<Diagnostic>,
    },
    /// Earlier bills do not give what the tariff carries.
    #[error(transparent)]
    Carry(#[from] CarryRefusal),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreRefusal),
}

impl Refusal for FrameRefusal {
    fn code(&self) -> &'static str {
        match self {
            FrameRefusal::Gap { .. } => "gap",
            FrameRefusal::Data { findings } => findings.first().map_or("data-missing", |finding| finding.code),
            FrameRefusal::Carry(refusal) => refusal.code(),
            FrameRefusal::Store(refusal) => refusal.code(),
        }
    }

    fn hint(&self) -> String {
        match self {
            FrameRefusal::Gap { .. } => "get the missing reading, or bill a period without gaps".into(),
            FrameRefusal::Data { findings } if findings.first().is_some_and(|finding| finding.code == "data-value") => {
                "publish the right value with `wattproof tariff data`: one that no tariff can read is replaced".into()
            }
            FrameRefusal::Data { .. } => {
                "publish it with `wattproof tariff data`; a customer imports the supplier's export again".into()
            }
            FrameRefusal::Carry(refusal) => refusal.hint(),
            FrameRefusal::Store(refusal) => refusal.hint(),
        }
    }

    fn fault(&self) -> Fault {
        match self {
            FrameRefusal::Carry(refusal) => refusal.fault(),
            FrameRefusal::Store(refusal) => refusal.fault(),
            _ => Fault::Refused,
        }
    }
}

/// Why commitments are not those of the frame's batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Uncertified {
    /// More or fewer than the batches certify.
    Count { expected: usize, found: usize },
    /// The digest of this batch is of others.
    Digest { number: u32 },
    /// One of this batch is no commitment.
    Point { number: u32 },
}

impl Frame {
    /// The frame of a complete period, with what the store says of the tariff's data and of earlier bills.
    pub(crate) fn new(
        view: &impl View,
        word: Word,
        meter: MeterRecord,
        tariff: Tariff,
        period: Period,
        batches: Vec<StoredBatch>,
    ) -> Result<Self, FrameRefusal> {
        let tariff = tariff.on_meter(meter.registers());
        let gaps = gaps(&meter, &tariff, period.slots(), &batches);
        if let (Gaps::Refuse, Some(gap)) = (tariff.gaps(), gaps.first()) {
            let register = tariff.registers()[gap.register].name().into();
            let slot = period.slots().first().after(gap.offset).unwrap_or(period.slots().first());
            return Err(FrameRefusal::Gap { register, at: period::start(slot, meter.slot_length()) });
        }
        // The supplier's own word is a verifier's; a customer proves, and needs the entries of tables.
        let data = match word {
            Word::Own => data::dated_of(view, &tariff)?,
            Word::OwnOrReceipt => data::of(view, &tariff)?,
        };
        let data_digest = tariff.data_digest(&period, &data).map_err(|findings| FrameRefusal::Data { findings })?;
        let carried = carry::carried(view, word, &meter, &tariff, &period)?.values;
        Ok(Frame { meter, tariff, period, batches, data, data_digest, gaps, carried })
    }

    /// What the tariff asks of the period.
    pub(crate) fn program(&self) -> Result<Program, Vec<Diagnostic>> {
        self.tariff.program(&self.period, Inputs { data: &self.data, gaps: &self.gaps })
    }

    /// Slots of the period that are estimated.
    pub(crate) fn gap_count(&self) -> u32 {
        let slots: BTreeSet<u32> = self.gaps.iter().map(|place| place.offset).collect();
        slots.len() as u32
    }

    /// The billed slots.
    pub(crate) fn slots(&self) -> SlotRange {
        self.period.slots()
    }

    /// The statement of a bill with these amounts.
    pub(crate) fn statement(&self, revision: u8, disclosed: Vec<i128>) -> Statement {
        let reference =
            |stored: &StoredBatch| BatchReference::new(stored.batch.header().number(), &stored.header_digest);
        Statement {
            meter: self.meter.id(),
            certification: self.meter.certification(),
            revision,
            tariff: self.tariff.digest(),
            data: self.data_digest,
            slot_length: self.meter.slot_length(),
            slots: self.slots(),
            offsets: self.period.offsets().iter().map(|offset| (offset.from, offset.seconds)).collect(),
            batches: self.batches.iter().map(reference).collect(),
            gaps: self.gap_count(),
            carried: self.carried.clone(),
            disclosed,
        }
    }

    /// The place among the tariff's registers of each of the meter's, and nothing for those it does not read.
    pub(crate) fn places(&self) -> Vec<Option<usize>> {
        places(&self.meter, &self.tariff)
    }

    /// What the readings are certified by.
    pub(crate) fn certified(&self) -> Certified {
        self.meter.ring().map_or(Certified::Each, Certified::Batches)
    }

    /// The commitments that a statement's context holds: those that came with the bill, or those of the batches.
    pub(crate) fn commitments<'c>(&self, sent: &'c [[u8; 32]]) -> Cow<'c, [[u8; 32]]> {
        match self.certified() {
            Certified::Each => Cow::Borrowed(sent),
            Certified::Batches(_) => {
                let own = self.batches.iter().flat_map(|stored| stored.batch.compact_commitment_bytes());
                Cow::Owned(own.copied().collect())
            }
        }
    }

    /// The slots of all batches, in the period or not.
    pub(crate) fn batch_slots(&self) -> SlotRange {
        let ends = self.batches.first().zip(self.batches.last());
        let range = ends.and_then(|(first, last)| {
            let (first, end) = (first.batch.header().slots().first(), last.batch.header().slots().end());
            SlotRange::new(first, end.index() - first.index())
        });
        range.unwrap_or(self.slots())
    }

    /// The points of batches that carry their own, each at its batch's first slot; none may come with the bill.
    fn batch_points(&self, commitments: &[[u8; 32]]) -> Result<Committed<EqAffine>, Uncertified> {
        if !commitments.is_empty() {
            return Err(Uncertified::Count { expected: 0, found: commitments.len() });
        }
        let (places, registers) = (self.places(), self.tariff.registers().len());
        let mut points = Committed::gaps(self.batch_slots(), registers);
        for stored in &self.batches {
            let first = stored.batch.header().slots().first();
            for (place, commitment) in places.iter().zip(stored.batch.compact_commitments()) {
                let _inside = place.is_some_and(|place| points.set(place, first, *commitment.point()));
            }
        }
        Ok(points)
    }

    /// The points of the period's slots and the tariff's registers, when these commitments are what the batches
    /// certify: as many, of these digests, and all of them points; or those that the batches carry.
    pub(crate) fn points(&self, commitments: &[[u8; 32]]) -> Result<Committed<EqAffine>, Uncertified> {
        if let Certified::Batches(_) = self.certified() {
            return self.batch_points(commitments);
        }
        let expected = self.batches.iter().map(|stored| stored.batch.header().certified_count()).sum();
        if commitments.len() != expected {
            return Err(Uncertified::Count { expected, found: commitments.len() });
        }
        let mut rest = commitments;
        let per_batch: Vec<(&StoredBatch, &[[u8; 32]])> = self
            .batches
            .iter()
            .map(|stored| {
                let (own, others) = rest.split_at(stored.batch.header().certified_count());
                rest = others;
                (stored, own)
            })
            .collect();
        if let Some((stored, _)) = per_batch.iter().find(|(stored, own)| !stored.batch.certifies_bytes(*own)) {
            return Err(Uncertified::Digest { number: stored.batch.header().number() });
        }
        let (places, mut points) = (self.places(), Committed::gaps(self.slots(), self.tariff.registers().len()));
        for (stored, own) in per_batch {
            let number = stored.batch.header().number();
            for ((slot, register), bytes) in stored.batch.header().certified().zip(own) {
                self.place(&places, slot, register, bytes, &mut points).map_err(|()| Uncertified::Point { number })?;
            }
        }
        Ok(points)
    }

    /// Reads and places one point, if it is billed.
    fn place(
        &self,
        places: &[Option<usize>],
        slot: Slot,
        register: usize,
        bytes: &[u8; 32],
        points: &mut Committed<EqAffine>,
    ) -> Result<(), ()> {
        let Some(wanted) = places.get(register).copied().flatten().filter(|_| self.slots().contains(slot)) else {
            return Ok(());
        };
        let commitment = Commitment::from_bytes(bytes).map_err(|_| ())?;
        let _inside = points.set(wanted, slot, *commitment.point());
        Ok(())
    }
}

fn places(meter: &MeterRecord, tariff: &Tariff) -> Vec<Option<usize>> {
    let place = |name: &str| tariff.registers().iter().position(|wanted| wanted.name() == name);
    meter.registers().iter().map(|register| place(register.name())).collect()
}

/// The places of a period at which the batches certify nothing, by the tariff's registers.
fn gaps(meter: &MeterRecord, tariff: &Tariff, slots: SlotRange, batches: &[StoredBatch]) -> BTreeSet<Place> {
    let (places, mut gaps) = (places(meter, tariff), BTreeSet::new());
    for stored in batches {
        let header = stored.batch.header();
        let Some(held) = header.slots().overlap(slots).filter(|_| header.gap_count() > 0) else { continue };
        for slot in held.iter() {
            let offset = slot.index() - slots.first().index();
            let missing = places.iter().enumerate().filter(|(register, _)| header.is_gap(*register, slot));
            gaps.extend(missing.filter_map(|(_, place)| place.map(|register| Place { register, offset })));
        }
    }
    gaps
}

/// The program of a statement's tariff over its period, by what the store has of data and batches; nothing when that is
/// not enough.
pub(crate) fn program_of(
    view: &impl View,
    tariff: &Tariff,
    statement: &Statement,
) -> Result<Option<Program>, StoreRefusal> {
    let Some(period) = period::days(tariff, statement.slots) else { return Ok(None) };
    let (data, mut batches) = (data::dated_of(view, tariff)?, Vec::new());
    if statement.gaps > 0 {
        for named in &statement.batches {
            let held = archive::all_of(view, &statement.meter, named.number)?;
            batches.extend(held.into_iter().find(|stored| stored.header_digest.starts_with(&named.header)));
        }
    }
    let meter = registry::meter(view, &statement.meter)?;
    let (tariff, gaps) = match &meter {
        Some(meter) => {
            let tariff = tariff.clone().on_meter(meter.record.registers());
            let gaps = gaps(&meter.record, &tariff, statement.slots, &batches);
            (tariff, gaps)
        }
        None => (tariff.clone(), BTreeSet::new()),
    };
    Ok(tariff.program(&period, Inputs { data: &data, gaps: &gaps }).ok())
}
