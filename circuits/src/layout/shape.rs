//! The columns and look-ups of a circuit, and what they cost.

use crate::gadget::Part;
use crate::plan::Plan;

use super::{MAX_K, MAX_LANES, RingShape};

/// Which columns and look-ups a circuit has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Base-4 digits a row of range checks on totals; zero when there are none.
    pub digits: usize,
    /// Whether there is an operand column: chains that copy, comparisons, divisions, maxima.
    pub operands: bool,
    /// Which gadgets have gates, a bit each in the order of the registry.
    pub gadgets: u32,
    /// Schedules in the table of schedules.
    pub schedules: usize,
    /// Whether rows of the table of schedules are told apart by a tag: several schedules, or one that charges at zero.
    pub tagged: bool,
    /// Whether prices of inputs have factors.
    pub weighed: bool,
    /// Whether rows of the table of schedules are no wider than a limb.
    pub split: bool,
    /// Bits of a limb of range checks on inputs; zero when there are none.
    pub limb_bits: u32,
    /// Limbs of what lies below something; zero when there are none.
    pub below: usize,
    /// Limbs of what lies above something; zero when there are none.
    pub above: usize,
    /// Whether some maximum is searched by limbs.
    pub searches: bool,
    /// Inputs that a row of lists packs; zero when lists are looked up, a row an input.
    pub lanes: usize,
    /// Digits of a lane.
    pub lane_digits: usize,
    /// Bits of a lane's digit: two, in gates of degree 5, or three, in gates of degree 9.
    pub lane_bits: usize,
    /// Schedules that price inputs in lanes, each by its parts.
    pub priced: Vec<Vec<Part>>,
    /// Whether there are rounds of Poseidon, in gates of degree 6.
    pub hashes: bool,
    /// Disclosed amounts.
    pub outputs: usize,
    /// The ring, when the meter certifies whole batches.
    pub ring: Option<RingShape>,
}

impl Shape {
    /// The shapes worth comparing for a plan.
    pub(super) fn candidates(plan: &Plan) -> Vec<Shape> {
        let packed = [2, 3].into_iter().flat_map(|lane_bits| {
            let lane_digits = plan.steps.iter().map(|step| step.lane_digits(lane_bits)).max().unwrap_or(0);
            let lanes = if lane_digits == 0 { 0 } else { MAX_LANES };
            (1..=lanes).map(move |lanes| Shape { lanes, lane_bits, lane_digits, ..Shape::default() })
        });
        [Shape::default()].into_iter().chain(packed).flat_map(|with| Shape::candidates_with(plan, &with)).collect()
    }

    /// Those with some lanes.
    fn candidates_with(plan: &Plan, with: &Shape) -> Vec<Shape> {
        let base = Shape::of(plan, with.clone());
        let digits: Vec<usize> = if base.digits == 0 { vec![0] } else { (base.digits..=3).collect() };
        let limb_bits: Vec<u32> = if base.has_limbs() { (4..MAX_K).collect() } else { vec![0] };
        let splits: &[bool] = if base.own_lookups() == 0 { &[false] } else { &[true, false] };
        let mut shapes = vec![];
        for &digits in &digits {
            for &limb_bits in &limb_bits {
                let with = |split| Shape::of(plan, Shape { digits, limb_bits, split, ..with.clone() });
                shapes.extend(splits.iter().map(|split| with(*split)));
            }
        }
        shapes
    }

    /// A shape with what the steps of a plan need.
    fn of(plan: &Plan, mut shape: Shape) -> Shape {
        shape.outputs = plan.outputs.len();
        shape.operands = plan.outputs.iter().any(|output| output.as_result().is_none());
        plan.steps.iter().for_each(|step| step.shape(&mut shape));
        shape
    }

    /// Whether lists stand beside the ring positions that they read.
    pub(super) fn is_aligned(&self) -> bool {
        self.ring.as_ref().is_some_and(|ring| ring.aligned)
    }

    /// The members of a list in lanes, row by row. Those of one row read the same positions of the ring, if there is one.
    pub(crate) fn in_rows(&self, mut members: Vec<usize>, input: impl Fn(usize) -> usize) -> Vec<Vec<usize>> {
        let lanes = self.lanes.max(1);
        let Some(ring) = &self.ring else { return members.chunks(lanes).map(<[usize]>::to_vec).collect() };
        let position = |member: &usize| ring.positions[input(*member)];
        members.sort_by_key(position);
        let same = members.chunk_by(|one, next| position(one) == position(next));
        same.flat_map(|row| row.chunks(lanes).map(<[usize]>::to_vec)).collect()
    }

    fn has_limbs(&self) -> bool {
        self.below + self.above > 0
    }

    /// Limbs that hold values from 0 to `max`.
    pub(crate) fn limbs(&self, max: i128) -> usize {
        bits_of(max).div_ceil(self.limb_bits.max(1)) as usize
    }

    /// Advice columns for limbs beyond the lowest of what lies below something.
    pub fn limbs_below(&self) -> usize {
        self.below.saturating_sub(1)
    }

    /// Advice columns for limbs beyond the lowest of what lies above something.
    pub fn limbs_above(&self) -> usize {
        self.above.saturating_sub(1)
    }

    /// Advice columns for limbs.
    pub(crate) fn limb_columns(&self) -> usize {
        self.limbs_below() + self.limbs_above()
    }

    /// Look-up arguments.
    pub fn lookups(&self) -> usize {
        let sides = usize::from(self.below > 0) + usize::from(self.above > 0);
        sides + self.own_lookups() + self.limb_columns()
    }

    /// Rows of digits that hold values up to `max`.
    pub(super) fn groups(&self, max: i128) -> usize {
        (bits_of(max).div_ceil(2) as usize).div_ceil(self.digits.max(1)).max(1)
    }

    /// Advice columns of lanes.
    fn lane_columns(&self) -> usize {
        self.lanes * (self.lane_digits + usize::from(!self.priced.is_empty()))
    }

    /// Values of a lane's digit.
    pub fn lane_base(&self) -> usize {
        1 << self.lane_bits
    }

    /// Bits that a lane's digits hold.
    pub(crate) fn lane_width(&self) -> usize {
        self.lane_bits * self.lane_digits
    }

    /// Advice columns.
    pub(crate) fn advice_columns(&self) -> usize {
        let ring = self.ring.as_ref().map_or(0, |ring| ring.columns + ring.own_sums());
        2 + usize::from(self.operands)
            + self.digits
            + self.own_columns()
            + self.limb_columns()
            + self.lane_columns()
            + ring
    }

    /// Bytes of a proof with its link, about.
    pub(super) fn proof_bytes(&self, k: u32) -> usize {
        let own = self.own_columns() + self.limb_columns() + self.lane_columns();
        let columns = 2 + usize::from(self.operands) + self.digits + own;
        let pieces = if self.lane_bits == 3 { 1_024 } else { 896 };
        let ring = self.ring.as_ref().map_or(0, |ring| {
            64 * ring.columns.min(4) + 128 * ring.own_sums() + 32 * ring.fixed() + 64 * ring.copied.len().min(1)
        });
        pieces + ring + 64 * (columns + k as usize) + 224 * usize::from(self.operands) + 256 * self.lookups()
    }

    /// Tenths of a full-width multi-exponentiation a row, counting what the columns add to proving.
    pub(super) fn cost_per_row(&self) -> u64 {
        let small_columns = 1 + usize::from(self.operands) + self.digits + self.own_columns() + self.limb_columns();
        let ring = self
            .ring
            .as_ref()
            .map_or(0, |ring| 4 * (ring.columns + ring.copied.len()) + 12 * ring.own_sums() + 2 * ring.fixed());
        let wide_lookups = self.own_lookups();
        let limb_lookups = self.lookups() - wide_lookups;
        let lanes = match self.lane_bits {
            3 => 150 + 9 * self.lane_columns() + 2 * self.lanes * self.priced.len(),
            2 => 60 + 6 * self.lane_columns(),
            _ => 0,
        };
        let hashes = if self.hashes { 100 } else { 0 };
        (150 + hashes + ring + 4 * small_columns + 36 * wide_lookups + 16 * limb_lookups + lanes) as u64
    }
}

/// Bits of a value that is not negative; at least one.
pub(super) fn bits_of(value: i128) -> u32 {
    (i128::BITS - value.leading_zeros()).max(1)
}
