//! Lies about priced readings: the span of another piece, of another schedule, of no schedule; prices; limbs.

use ff::Field;
use pasta_curves::Fp;
use wattproof_circuits::field;
use wattproof_circuits::layout::{Act, Linked, TableRow};
use wattproof_circuits::plan::{Span, Step};

use super::settle::{Deviation, settle};
use super::{Lie, PRICE_ADDS, Sample, ZERO_AT, broken, integer};
use crate::support::tape::{Failure, Tape};

/// The indices of a shape's look-ups: one a limb column, then what lies below, then what lies above, then spans.
pub(super) struct LookUps {
    pub(super) below: usize,
    above: usize,
    span: usize,
}

impl LookUps {
    pub(super) fn of(sample: &Sample) -> Self {
        let below = sample.layout.shape.limbs_below() + sample.layout.shape.limbs_above();
        LookUps { below, above: below + 1, span: below + 2 }
    }
}

/// A priced row: its reading and the tag of its schedule.
struct Priced {
    row: usize,
    end: usize,
    reading: i128,
    tag: u64,
}

fn priced(sample: &Sample) -> Vec<Priced> {
    let mut rows = vec![];
    let mut first_tag = 1;
    for act in &sample.layout.acts {
        let Act::EachReading { start, step } = act else { continue };
        let Step::EachReading { cells, schedules, .. } = &sample.plan.steps[*step] else { continue };
        for (row, (_, schedule)) in (*start..).zip(cells) {
            let reading = integer(sample.tape().get("linked", row));
            rows.push(Priced { row, end: start + cells.len(), reading, tag: first_tag + *schedule as u64 });
        }
        first_tag += schedules.len() as u64;
    }
    rows
}

pub(super) fn lies(sample: &Sample) -> Vec<Lie> {
    let mut lies = vec![];
    for of in priced(sample) {
        lies.extend(other_spans(sample, &of));
        lies.extend(made_up(sample, &of));
        lies.push(price(sample, &of));
    }
    lies.extend(starts(sample));
    lies.extend(limbs(sample));
    lies
}

/// The spans of every other table row, the zero row with them.
fn other_spans(sample: &Sample, of: &Priced) -> Vec<Lie> {
    let now = span_at(&sample.tape(), of.row);
    let zero = TableRow { tag: 0, span: Span { lo: 0, hi: 0, slope: 0, intercept: 0 } };
    let rows = [zero].into_iter().chain(sample.layout.table.iter().copied());
    let lies = rows.filter(|row| row.span != now).map(|row| {
        let what = format!("the reading {} of tag {} at {} priced by {row:?}", of.reading, of.tag, of.row);
        with_span(sample, of, row.span, what)
    });
    lies.collect()
}

/// A span that stands in no table: only the look-up of spans can tell.
fn made_up(sample: &Sample, of: &Priced) -> Vec<Lie> {
    let at = u32::try_from(of.reading).unwrap();
    let spans = [
        ("free", Span { lo: at, hi: at, slope: 0, intercept: 0 }),
        ("paid for", Span { lo: at, hi: at, slope: 0, intercept: -1000 }),
        (
            "at its price and one more",
            Span { intercept: span_at(&sample.tape(), of.row).intercept + 1, ..span_at(&sample.tape(), of.row) },
        ),
    ];
    let lies = spans.map(|(word, span)| with_span(sample, of, span, format!("the reading at {} {word}", of.row)));
    lies.into_iter().collect()
}

/// The row priced by a span, its limbs, later sums and all that takes them in step.
fn with_span(sample: &Sample, of: &Priced, span: Span, what: String) -> Lie {
    let honest = sample.tape();
    let now = span_at(&honest, of.row);
    let by = field(span.slope * of.reading + span.intercept - now.slope * of.reading - now.intercept);
    let (below, above) = (of.reading - i128::from(span.lo), i128::from(span.hi) - of.reading);
    let parts = [("lo", span.lo.into()), ("hi", span.hi.into()), ("slope", span.slope), ("intercept", span.intercept)];
    let tape = parts.iter().fold(honest, |tape, (column, value)| tape.with(column, of.row, field(*value)));
    let tape = with_limbs(sample, with_limbs(sample, tape, "below", of.row, below), "above", of.row, above);
    let (tape, mut expect) = shift_end(sample, tape, of.row + 1, of.end, by);
    let look_ups = LookUps::of(sample);
    let shape = &sample.layout.shape;
    expect.extend(out_of_limbs(sample, below, shape.limbs_below()).then_some(Failure::LookUp(look_ups.below, of.row)));
    expect.extend(out_of_limbs(sample, above, shape.limbs_above()).then_some(Failure::LookUp(look_ups.above, of.row)));
    let zero = Span { lo: 0, hi: 0, slope: 0, intercept: 0 };
    let listed = sample.layout.table.iter().any(|row| row.span == span && (row.tag == of.tag || !shape.tagged));
    let listed = listed || (span == zero && !shape.tagged);
    expect.extend((!listed).then_some(Failure::LookUp(look_ups.span, of.row)));
    Lie::new(what, tape, expect)
}

/// Moves the sums from a row to the end of its step, and whatever follows from the last.
fn shift_end(sample: &Sample, tape: Tape, from: usize, end: usize, by: Fp) -> (Tape, Vec<Failure>) {
    settle(sample, tape.shifted(from..=end, by), Deviation::Before)
}

/// A price of one too much; later sums follow.
fn price(sample: &Sample, of: &Priced) -> Lie {
    let (tape, mut expect) = shift_end(sample, sample.tape(), of.row + 1, of.end, Fp::ONE);
    expect.push(broken(PRICE_ADDS, of.row));
    Lie::new(format!("the price at {} one too high", of.row), tape, expect)
}

/// Sums of prices that do not start at zero.
fn starts(sample: &Sample) -> Vec<Lie> {
    let steps = sample.layout.acts.iter().filter_map(|act| match act {
        Act::EachReading { start, step } => Some((*start, *step)),
        _ => None,
    });
    let lies = steps.map(|(start, step)| {
        let Step::EachReading { cells, .. } = &sample.plan.steps[step] else { unreachable!() };
        let (tape, mut expect) = shift_end(sample, sample.tape(), start, start + cells.len(), -Fp::ONE);
        expect.push(broken(ZERO_AT, start));
        Lie::new(format!("the prices at {start} start at minus one"), tape, expect)
    });
    lies.collect()
}

/// A limb too large by one limb's width, taken from its neighbour above, which may lack it.
pub(super) fn limbs(sample: &Sample) -> Vec<Lie> {
    let shape = &sample.layout.shape;
    let width = field(1 << shape.limb_bits);
    let mut lies = vec![];
    for (side, count, first) in [("below", shape.limbs_below(), 0), ("above", shape.limbs_above(), shape.limbs_below())]
    {
        for n in 1..=count {
            for (row, _) in sample.layout.linked.iter().filter(|(_, what)| matches!(what, Linked::Reading(_))) {
                let column = format!("{side} {n}");
                if !sample.tape().advice().iter().any(|(name, at, _)| *name == column && at == row) {
                    continue;
                }
                let tape = sample.tape().nudged(&column, *row, width);
                let check = LookUps::of(sample).below + usize::from(side == "above");
                let mut expect = vec![Failure::LookUp(first + n - 1, *row)];
                let tape = if n < count {
                    let above = format!("{side} {}", n + 1);
                    let lacks = bool::from(sample.tape().get(&above, *row).is_zero());
                    expect.extend(lacks.then_some(Failure::LookUp(first + n, *row)));
                    tape.nudged(&above, *row, -Fp::ONE)
                } else {
                    // Nothing above it: the lowest limb pays.
                    expect.push(Failure::LookUp(check, *row));
                    tape
                };
                lies.push(Lie::new(format!("{column} at {row} too large"), tape, expect));
            }
        }
    }
    lies
}

fn span_at(tape: &Tape, row: usize) -> Span {
    let cell = |column| integer(tape.get(column, row));
    Span { lo: cell("lo") as u32, hi: cell("hi") as u32, slope: cell("slope"), intercept: cell("intercept") }
}

/// Writes the limbs of a value.
pub(super) fn with_limbs(sample: &Sample, tape: Tape, side: &str, row: usize, value: i128) -> Tape {
    let shape = &sample.layout.shape;
    let count = if side == "below" { shape.limbs_below() } else { shape.limbs_above() };
    (1..=count).fold(tape, |tape, n| {
        let limb = (value >> (shape.limb_bits * n as u32)) & ((1 << shape.limb_bits) - 1);
        tape.with(&format!("{side} {n}"), row, field(limb))
    })
}

/// Whether a value is past its limbs, below zero or above.
pub(super) fn out_of_limbs(sample: &Sample, value: i128, columns: usize) -> bool {
    !(0..1i128 << (sample.layout.shape.limb_bits as usize * (1 + columns))).contains(&value)
}
