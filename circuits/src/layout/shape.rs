//! The columns and look-ups of a circuit, and what they cost.

use crate::plan::{Plan, Span, Step};

use super::{MAX_K, TableRow};

/// Which columns and look-ups a circuit has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Base-4 digits a row of range checks on totals; zero when there are none.
    pub digits: usize,
    /// Whether there is an operand column: chains that copy, comparisons, divisions, maxima.
    pub operands: bool,
    /// Whether readings are priced by schedules.
    pub spans: bool,
    /// Whether table rows are told apart by a tag: several schedules, or one that charges at zero.
    pub tagged: bool,
    /// Whether there is a maximum over readings.
    pub peak: bool,
    /// Bits of a limb of range checks on readings; zero when there are none.
    pub limb_bits: u32,
    /// Limbs of each side of a span check; one when table rows are no wider than a limb.
    pub span_limbs: usize,
    /// Limbs of the check that a maximum is not below a reading.
    pub peak_limbs: usize,
    /// Disclosed amounts.
    pub outputs: usize,
}

impl Shape {
    /// The shapes worth comparing for a plan.
    pub(super) fn candidates(plan: &Plan) -> Vec<Shape> {
        let base = Shape::required(plan);
        let digits: &[usize] = if base.digits == 0 { &[0] } else { &[1, 2, 3] };
        let limb_bits: Vec<u32> = if base.limb_bits == 0 { vec![0] } else { (4..MAX_K).collect() };
        let mut shapes = vec![];
        for &digits in digits {
            for &limb_bits in &limb_bits {
                for split in [true, false] {
                    shapes.push(base.with(plan, digits, limb_bits, split));
                    if !base.spans {
                        break;
                    }
                }
            }
        }
        shapes
    }

    fn required(plan: &Plan) -> Shape {
        let mut shape = Shape { outputs: plan.outputs.len(), ..Shape::default() };
        for step in &plan.steps {
            match step {
                Step::EachReading { schedules, .. } => {
                    shape.spans = true;
                    shape.limb_bits = 1;
                    let charges_at_zero = schedules.iter().flatten().any(|s| s.lo == 0 && s.intercept != 0);
                    shape.tagged |= schedules.len() > 1 || charges_at_zero;
                }
                Step::Peak { .. } => {
                    shape.peak = true;
                    shape.operands = true;
                    shape.limb_bits = 1;
                }
                Step::Compare { .. } | Step::Divide { .. } => {
                    shape.digits = 1;
                    shape.operands = true;
                }
            }
        }
        shape.tagged |= plan.steps.iter().filter(|s| matches!(s, Step::EachReading { .. })).count() > 1;
        shape.operands |= plan.outputs.iter().any(|o| o.as_result().is_none());
        shape
    }

    fn with(mut self, plan: &Plan, digits: usize, limb_bits: u32, split: bool) -> Shape {
        self.digits = digits;
        self.limb_bits = limb_bits;
        let limbs = |bits: u32| if limb_bits == 0 { 0 } else { bits.div_ceil(limb_bits) as usize };
        for step in &plan.steps {
            match step {
                Step::EachReading { schedules, .. } => {
                    let widest = schedules.iter().flatten().map(|s| bits_of((s.hi - s.lo).into())).max().unwrap_or(1);
                    self.span_limbs = self.span_limbs.max(if split { 1 } else { limbs(widest) });
                }
                Step::Peak { interval, .. } => self.peak_limbs = self.peak_limbs.max(limbs(bits_of(interval.hi))),
                _ => {}
            }
        }
        self
    }

    /// Advice columns for what lies above a span's start, or below a maximum: limbs beyond the lowest.
    pub fn limbs_below(&self) -> usize {
        self.span_limbs.max(self.peak_limbs).saturating_sub(1)
    }

    /// Advice columns for what lies below a span's end: limbs beyond the lowest.
    pub fn limbs_above(&self) -> usize {
        self.span_limbs.saturating_sub(1)
    }

    /// Look-up arguments.
    pub fn lookups(&self) -> usize {
        let ends = usize::from(self.spans || self.peak) + usize::from(self.spans);
        ends + usize::from(self.spans) + self.limbs_below() + self.limbs_above()
    }

    /// Whether table rows must be no wider than a limb.
    pub(super) fn splits(&self) -> bool {
        self.span_limbs == 1
    }

    /// The look-up table of a plan's schedules under this shape.
    pub(super) fn table(&self, plan: &Plan) -> Vec<TableRow> {
        let mut rows = vec![];
        let mut tag = 0;
        for step in &plan.steps {
            let Step::EachReading { schedules, .. } = step else { continue };
            for schedule in schedules {
                tag += 1;
                rows.extend(schedule.iter().flat_map(|span| self.parts(*span)).map(|span| TableRow { tag, span }));
            }
        }
        rows
    }

    /// A span, or its parts of at most a limb.
    fn parts(&self, span: Span) -> Vec<Span> {
        if !self.splits() {
            return vec![span];
        }
        let width = 1u64 << self.limb_bits;
        let starts = (u64::from(span.lo)..=u64::from(span.hi)).step_by(width as usize);
        let part = |lo: u64| Span { lo: lo as u32, hi: (lo + width - 1).min(span.hi.into()) as u32, ..span };
        starts.map(part).collect()
    }

    /// Rows of digits that hold values up to `max`.
    pub(super) fn groups(&self, max: i128) -> usize {
        (bits_of(max).div_ceil(2) as usize).div_ceil(self.digits.max(1)).max(1)
    }

    /// Tenths of a full-width multi-exponentiation a row, counting what the columns add to proving.
    pub(super) fn cost_per_row(&self) -> u64 {
        let limb_columns = self.limbs_below() + self.limbs_above();
        let small_columns =
            1 + usize::from(self.operands) + self.digits + if self.spans { 4 } else { 0 } + limb_columns;
        let wide_lookups = usize::from(self.spans);
        let limb_lookups = self.lookups() - wide_lookups;
        (150 + 4 * small_columns + 36 * wide_lookups + 16 * limb_lookups) as u64
    }
}

/// Bits of a value that is not negative; at least one.
pub(super) fn bits_of(value: i128) -> u32 {
    (i128::BITS - value.leading_zeros()).max(1)
}
