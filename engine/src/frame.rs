//! What customer and supplier must agree on before anything is proved: meter, tariff, period, batches, and so the
//! statement. Each side makes it from its own store and never takes it from the other.

use pasta_curves::EqAffine;
use wattproof_circuits::committed::Committed;
use wattproof_circuits::period::Period;
use wattproof_circuits::statement::{BatchReference, Statement};
use wattproof_circuits::tariff::Tariff;
use wattproof_meter::calendar::{Slot, SlotRange};
use wattproof_meter::commit::Commitment;
use wattproof_meter::record::MeterRecord;

use crate::archive::StoredBatch;

/// The data digest of a tariff without dated data.
const NO_DATA: [u8; 32] = [0; 32];

/// A bill's frame.
pub(crate) struct Frame {
    pub(crate) meter: MeterRecord,
    pub(crate) tariff: Tariff,
    pub(crate) period: Period,
    /// Those that hold the period, in order.
    pub(crate) batches: Vec<StoredBatch>,
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
    /// The billed slots.
    pub(crate) fn slots(&self) -> SlotRange {
        self.period.slots()
    }

    /// The statement of a bill with these amounts.
    pub(crate) fn statement(&self, revision: u8, disclosed: Vec<i128>) -> Statement {
        let reference = |stored: &StoredBatch| BatchReference {
            number: stored.batch.header().number(),
            header: stored.header_digest,
        };
        Statement {
            meter: self.meter.id(),
            certification: self.meter.certification(),
            revision,
            tariff: self.tariff.digest(),
            data: NO_DATA,
            slot_length: self.meter.slot_length(),
            slots: self.slots(),
            offsets: self.period.offsets().iter().map(|offset| (offset.from, offset.seconds)).collect(),
            batches: self.batches.iter().map(reference).collect(),
            disclosed,
        }
    }

    /// The place among the tariff's registers of each of the meter's, and nothing for those it does not read.
    pub(crate) fn places(&self) -> Vec<Option<usize>> {
        let place = |name: &str| self.tariff.registers().iter().position(|wanted| wanted.name() == name);
        self.meter.registers().iter().map(|register| place(register.name())).collect()
    }

    /// The points of the period's slots and the tariff's registers, when these commitments are what the batches
    /// certify: as many, of these digests, and all of them points.
    pub(crate) fn points(&self, commitments: &[[u8; 32]]) -> Result<Committed<EqAffine>, Uncertified> {
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
