//! Lies about priced inputs: the span of another piece, of another schedule, of no schedule; prices; limbs.

use ff::Field;
use pasta_curves::Fp;
use wattproof_circuits::field;
use wattproof_circuits::gadget::At;
use wattproof_circuits::layout::{Linked, Span, TableRow};
use wattproof_circuits::plan::Step;

use super::settle::{Deviation, settle};
use super::{Lie, LookUps, Sample, ZERO_AT, broken, integer, out_of_limbs, parts, with_limbs};
use crate::support::tape::{Failure, Tape};

pub const ADDS: &str = "sum' = sum + slope linked + intercept";
pub const ADDS_WEIGHED: &str = "sum' = sum + weight (slope linked + intercept)";

/// A priced row: its input, its factor, and the tag of its schedule.
struct Row {
    row: usize,
    end: usize,
    input: i128,
    factor: i128,
    tag: u64,
}

fn rows(sample: &Sample) -> Vec<Row> {
    let mut rows = vec![];
    let mut first_tag = 1;
    for (At { row: start, .. }, step) in parts(sample) {
        let Step::Each(each) = step else { continue };
        if each.parts(&sample.layout.shape).is_some() {
            continue;
        }
        for (row, priced) in (start..).zip(&each.of) {
            let input = integer(sample.tape().get("linked", row));
            let tag = first_tag + priced.schedule as u64;
            rows.push(Row { row, end: start + each.of.len(), input, factor: priced.factor, tag });
        }
        first_tag += each.schedules.len() as u64;
    }
    rows
}

pub(super) fn lies(sample: &Sample) -> Vec<Lie> {
    let mut lies = vec![];
    for of in rows(sample) {
        lies.extend(other_spans(sample, &of));
        lies.extend(made_up(sample, &of));
        lies.push(price(sample, &of));
    }
    lies.extend(starts(sample));
    lies.extend(limbs(sample));
    lies
}

/// The spans of every other table row, the zero row with them.
fn other_spans(sample: &Sample, of: &Row) -> Vec<Lie> {
    let now = span_at(&sample.tape(), of.row);
    let zero = TableRow { tag: 0, span: Span { lo: 0, hi: 0, slope: 0, intercept: 0 } };
    let rows = [zero].into_iter().chain(sample.layout.table.iter().copied());
    let lies = rows.filter(|row| row.span != now).map(|row| {
        let what = format!("the input {} of tag {} at {} priced by {row:?}", of.input, of.tag, of.row);
        with_span(sample, of, row.span, what)
    });
    lies.collect()
}

/// A span that stands in no table: only the look-up of spans can tell.
fn made_up(sample: &Sample, of: &Row) -> Vec<Lie> {
    let at = of.input;
    let spans = [
        ("free", Span { lo: at, hi: at, slope: 0, intercept: 0 }),
        ("paid for", Span { lo: at, hi: at, slope: 0, intercept: -1000 }),
        (
            "at its price and one more",
            Span { intercept: span_at(&sample.tape(), of.row).intercept + 1, ..span_at(&sample.tape(), of.row) },
        ),
    ];
    let lies = spans.map(|(word, span)| with_span(sample, of, span, format!("the input at {} {word}", of.row)));
    lies.into_iter().collect()
}

/// The row priced by a span, its limbs, later sums and all that takes them in step.
fn with_span(sample: &Sample, of: &Row, span: Span, what: String) -> Lie {
    let honest = sample.tape();
    let now = span_at(&honest, of.row);
    let price = |span: Span| span.slope * of.input + span.intercept;
    let by = field(of.factor * (price(span) - price(now)));
    let (below, above) = (of.input - span.lo, span.hi - of.input);
    let parts = [("lo", span.lo), ("hi", span.hi), ("slope", span.slope), ("intercept", span.intercept)];
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
fn price(sample: &Sample, of: &Row) -> Lie {
    let (tape, mut expect) = shift_end(sample, sample.tape(), of.row + 1, of.end, Fp::ONE);
    expect.push(broken(if sample.layout.shape.weighed { ADDS_WEIGHED } else { ADDS }, of.row));
    Lie::new(format!("the price at {} one too high", of.row), tape, expect)
}

/// Sums of prices that do not start at zero.
fn starts(sample: &Sample) -> Vec<Lie> {
    let lies = parts(sample).filter_map(|(At { row: start, .. }, step)| {
        let Step::Each(each) = step else { return None };
        if each.parts(&sample.layout.shape).is_some() {
            return None;
        }
        let (tape, mut expect) = shift_end(sample, sample.tape(), start, start + each.of.len(), -Fp::ONE);
        expect.push(broken(ZERO_AT, start));
        Some(Lie::new(format!("the prices at {start} start at minus one"), tape, expect))
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
            for Linked { row, .. } in &sample.layout.linked {
                let column = format!("{side} {n}");
                if !sample.tape().advice().iter().any(|(name, at, _)| *name == column && at == row) {
                    continue;
                }
                let tape = sample.tape().nudged(&column, *row, width);
                let check = if side == "above" { LookUps::of(sample).above } else { LookUps::of(sample).below };
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
    Span { lo: cell("lo"), hi: cell("hi"), slope: cell("slope"), intercept: cell("intercept") }
}
