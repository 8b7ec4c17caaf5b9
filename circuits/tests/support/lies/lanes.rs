//! Lies about inputs in lanes: another part, another input, digits that are none, prices; other maxima, one for each lane.

use ff::{Field, PrimeField};
use pasta_curves::Fp;
use wattproof_circuits::field;
use wattproof_circuits::gadget::{At, Each, Largest, Part};
use wattproof_circuits::layout::lane_factor;
use wattproof_circuits::plan::Step;

use super::settle::{Deviation, settle};
use super::{LANES_ADD, Lie, Sample, broken, parts};
use crate::support::tape::{Failure, Tape};

const LANE_DIGIT_IS: &str = "a digit of a lane is below the base";
const PART_IS: &str = "a part is one of its schedule";
const PRICE_PACKS: &str = "linked packs what the digits of lanes say";
const KEEPS: &str = "lanes: sum' = sum";
const MAXIMUM_PACKS: &str = "linked packs sum - digits of lanes";
const STEPS: &str = "(operand' - operand) digits of one lane = 0";
const BOUNDED_IS: &str = "sum - weight = digits of the first lane";
const MARK_IS: &str = "operand = constant";

pub(super) fn lies(sample: &Sample) -> Vec<Lie> {
    let shape = &sample.layout.shape;
    let mut lies = vec![];
    for (At { step, row, .. }, of) in parts(sample) {
        match of {
            Step::Each(each) if each.parts(shape).is_some() => lies.extend(prices(sample, each, row)),
            Step::Largest(largest) if largest.is_in_lanes(shape) => lies.extend(maxima(sample, largest, step, row)),
            _ => {}
        }
    }
    lies
}

fn with_digits(tape: Tape, row: usize, lane: usize, digits: &[Fp]) -> Tape {
    (1..).zip(digits).fold(tape, |tape, (n, digit)| tape.with(&format!("lane {}.{n}", lane + 1), row, *digit))
}

fn digits_at(sample: &Sample, tape: &Tape, row: usize, lane: usize) -> Vec<Fp> {
    (1..=sample.layout.shape.lane_digits).map(|n| tape.get(&format!("lane {}.{n}", lane + 1), row)).collect()
}

/// A priced lane.
struct Priced<'s> {
    sample: &'s Sample,
    parts: Vec<Part>,
    row: usize,
    end: usize,
    lane: usize,
    value: i128,
}

fn prices(sample: &Sample, each: &Each, start: usize) -> Vec<Lie> {
    let shape = &sample.layout.shape;
    let schedules = each.parts(shape).unwrap();
    let rows = each.rows(shape);
    let mut lies = vec![];
    for (row, (schedule, members)) in (start..).zip(&rows) {
        let (tape, mut expect) = shift_end(sample, sample.tape(), row + 1, start + rows.len(), Fp::ONE);
        expect.push(broken(LANES_ADD, row));
        lies.push(Lie::new(format!("the prices at {row} one too high"), tape, expect));
        for lane in 0..shape.lanes {
            let value = members.get(lane).map_or(0, |member| sample.witness().inputs[each.of[*member].input]);
            let end = start + rows.len();
            let of = Priced { sample, parts: schedules[*schedule].clone(), row, end, lane, value };
            lies.extend(of.other_parts());
            lies.extend(of.other_values());
            lies.push(of.no_part());
        }
    }
    lies
}

fn shift_end(sample: &Sample, tape: Tape, from: usize, end: usize, by: Fp) -> (Tape, Vec<Failure>) {
    settle(sample, tape.shifted(from..=end, by), Deviation::Before)
}

impl Priced<'_> {
    fn part(&self) -> usize {
        let index = self.sample.tape().get(&format!("part {}", self.lane + 1), self.row);
        (0..self.parts.len()).find(|part| Fp::from(*part as u64) == index).unwrap()
    }

    /// The price of what a part says.
    fn price(&self, part: usize, value: Fp) -> Fp {
        field(self.parts[part].slope) * value + field(self.parts[part].intercept)
    }

    fn told(&self, what: &str, part: Fp, digits: &[Fp], by: Fp, expect: &[&str]) -> Lie {
        let tape = self.sample.tape().with(&format!("part {}", self.lane + 1), self.row, part);
        let tape = with_digits(tape, self.row, self.lane, digits);
        let (tape, mut failures) = shift_end(self.sample, tape, self.row + 1, self.end, by);
        failures.extend(expect.iter().map(|name| broken(name, self.row)));
        Lie::new(format!("lane {} at {}: {what}", self.lane + 1, self.row), tape, failures)
    }

    /// Every other part: with digits that cannot say the input there, with one digit that is none and makes up for it.
    fn other_parts(&self) -> Vec<Lie> {
        let honest = self.price(self.part(), field(self.value));
        let mut lies = vec![];
        for (at, part) in self.parts.iter().enumerate().filter(|(at, _)| *at != self.part()) {
            let index = Fp::from(at as u64);
            let zero = vec![0; part.weights.len()];
            let said = field(part.value(&zero));
            let by = self.price(at, said) - honest;
            let expect: &[&str] = if part.lo == self.value { &[] } else { &[PRICE_PACKS] };
            lies.push(self.told(&format!("the least value of part {at}"), index, &fields(&zero), by, expect));
            // A digit that is no octal one says what is left: negative, large or a fraction.
            for (n, weight) in part.weights.iter().enumerate().filter(|(_, weight)| **weight > 0) {
                let digit = field(self.value - part.lo) * field(*weight).invert().unwrap();
                if (0..8).any(|octal| field(octal) == digit) {
                    continue;
                }
                let mut digits = fields(&zero);
                digits[n] = digit;
                let by = self.price(at, field(self.value)) - honest;
                lies.push(self.told(&format!("part {at} with no digit at {n}"), index, &digits, by, &[LANE_DIGIT_IS]));
            }
        }
        lies
    }

    /// The values beside the input, in its own part: as far as digits go.
    fn other_values(&self) -> Vec<Lie> {
        let at = self.part();
        let part = &self.parts[at];
        let now = digits_at(self.sample, &self.sample.tape(), self.row, self.lane);
        let mut lies = vec![];
        for (n, weight) in part.weights.iter().enumerate() {
            // The curve counts the last digit only.
            if *weight == 0 {
                continue;
            }
            for (other, word) in [(7, "largest"), (0, "least"), (8, "large"), (-1, "negative")] {
                let mut digits = now.clone();
                digits[n] = field(other);
                let change = field(*weight) * (field(other) - now[n]);
                let by = field(part.slope) * change;
                let mut expect = vec![];
                expect.extend((!bool::from(change.is_zero())).then_some(PRICE_PACKS));
                expect.extend((!(0..8).contains(&other)).then_some(LANE_DIGIT_IS));
                lies.push(self.told(&format!("the {word} digit {n}"), Fp::from(at as u64), &digits, by, &expect));
            }
        }
        if part.curve > 0 {
            // A digit and seven less it are the same; the one beside says another value, or the same.
            let last = now.len() - 1;
            let mut digits = now.clone();
            digits[last] = Fp::from(7) - now[last];
            lies.push(self.told("its last digit turned round", Fp::from(at as u64), &digits, Fp::ZERO, &[]));
            let mut digits = now.clone();
            digits[last] = Fp::from(8);
            let curve = |digit: Fp| field(part.curve) * digit * (Fp::from(7) - digit);
            let by = field(part.slope) * (curve(Fp::from(8)) - curve(now[last]));
            let expect = [PRICE_PACKS, LANE_DIGIT_IS];
            lies.push(self.told("its last digit eight", Fp::from(at as u64), &digits, by, &expect));
        }
        lies
    }

    /// The part past the last, with what its polynomials then say.
    fn no_part(&self) -> Lie {
        let count = self.parts.len();
        let said = extrapolated(&self.parts.iter().map(|part| field(part.lo)).collect::<Vec<_>>());
        let prices: Vec<Fp> = (0..count).map(|at| self.price(at, field(self.parts[at].lo))).collect();
        let by = extrapolated(&prices) - self.price(self.part(), field(self.value));
        let digits = vec![Fp::ZERO; self.parts[0].weights.len()];
        let mut expect = vec![PART_IS];
        expect.extend((said != field(self.value)).then_some(PRICE_PACKS));
        self.told("a part past the last", Fp::from(count as u64), &digits, by, &expect)
    }
}

fn fields(digits: &[i128]) -> Vec<Fp> {
    digits.iter().map(|digit| field(*digit)).collect()
}

/// The next value of the polynomial that takes these at 0, 1, 2 …
fn extrapolated(values: &[Fp]) -> Fp {
    let mut differences = values.to_vec();
    let mut last = vec![];
    while let Some(value) = differences.last().copied() {
        last.push(value);
        differences = differences.windows(2).map(|pair| pair[1] - pair[0]).collect();
    }
    last.into_iter().sum()
}

/// The rows of a maximum in lanes.
struct Search<'s> {
    sample: &'s Sample,
    start: usize,
    least: i128,
    /// Row by row, lane by lane.
    inputs: Vec<Vec<i128>>,
    maximum: i128,
}

fn maxima(sample: &Sample, largest: &Largest, step: usize, start: usize) -> Vec<Lie> {
    let witness = sample.witness();
    let rows = largest.rows(&sample.layout.shape);
    let inputs = rows.iter().map(|row| row.iter().map(|input| witness.inputs[*input]).collect()).collect();
    let search = Search { sample, start, least: largest.hull.lo, inputs, maximum: witness.results[step][0] };
    let mut lies = search.other_maxima(largest);
    lies.extend(search.marks());
    lies.extend(search.changes());
    lies.extend(search.no_digits());
    lies.extend(search.one_for_each_lane());
    lies
}

impl Search<'_> {
    fn end(&self) -> usize {
        self.start + self.inputs.len()
    }

    /// The first row with an input of some value.
    fn first(&self, value: i128) -> Option<usize> {
        self.inputs.iter().position(|row| row.contains(&value)).map(|at| self.start + at)
    }

    fn found(&self) -> usize {
        self.first(self.maximum).unwrap()
    }

    /// Digits from the lowest up; those of zero where they cannot say the value.
    fn digits(&self, value: i128) -> Vec<Fp> {
        let shape = &self.sample.layout.shape;
        let value = if self.fits(value) { value } else { 0 };
        let digit = |at| (value >> (shape.lane_bits * at)) & (shape.lane_base() as i128 - 1);
        (0..shape.lane_digits).map(|at| field(digit(at))).collect()
    }

    fn fits(&self, value: i128) -> bool {
        let shape = &self.sample.layout.shape;
        (0..1 << (shape.lane_bits * shape.lane_digits)).contains(&value)
    }

    /// The digits of a row for a maximum, negative ones those of zero; and what refuses them.
    fn row(&self, tape: Tape, row: usize, maximum: i128) -> (Tape, Vec<Failure>) {
        let (mut tape, mut packs) = (tape, false);
        for (lane, input) in self.inputs[row - self.start].iter().enumerate() {
            let below = maximum - input;
            packs |= !self.fits(below);
            tape = with_digits(tape, row, lane, &self.digits(below));
        }
        (tape, packs.then(|| broken(MAXIMUM_PACKS, row)).into_iter().collect())
    }

    /// The digits that bound a maximum.
    fn bound(&self, tape: Tape, maximum: i128) -> (Tape, Option<Failure>) {
        let above = maximum - self.least;
        let tape = with_digits(tape, self.end(), 0, &self.digits(above));
        (tape, (!self.fits(above)).then(|| broken(BOUNDED_IS, self.end())))
    }

    /// Whether the digits of some lane of a row are all zero.
    fn is_zero(&self, tape: &Tape, row: usize) -> bool {
        (0..self.inputs[0].len())
            .any(|lane| digits_at(self.sample, tape, row, lane).iter().all(|digit| bool::from(digit.is_zero())))
    }

    /// Another maximum on every row, found where the tape says.
    fn other_maxima(&self, largest: &Largest) -> Vec<Lie> {
        let mut values: Vec<i128> = self.inputs.concat();
        values.extend([self.maximum - 1, self.maximum + 1, self.least - 1, largest.hull.hi]);
        values.sort_unstable();
        values.dedup();
        values.retain(|value| *value != self.maximum);
        let mut lies = vec![];
        for value in values {
            let mut tape = self.sample.tape().shifted(self.start..=self.end(), field(value - self.maximum));
            let mut expect = vec![];
            for row in self.start..self.end() {
                let refused;
                (tape, refused) = self.row(tape, row, value);
                expect.extend(refused);
            }
            let refused;
            (tape, refused) = self.bound(tape, value);
            expect.extend(refused);
            let (tape, later) = settle(self.sample, tape, Deviation::Before);
            expect.extend(later);
            let with = |more: Option<Failure>| expect.iter().cloned().chain(more).collect::<Vec<_>>();
            let what = |how: &str| format!("the maximum at {} is {value}, {how}", self.start);
            let steps = (!self.is_zero(&tape, self.found())).then(|| broken(STEPS, self.found()));
            lies.push(Lie::new(what("found where the true one is"), tape.clone(), with(steps)));
            let rows = self.start..=self.end();
            let never = rows.clone().fold(tape.clone(), |tape, row| tape.with("operand", row, Fp::ZERO));
            lies.push(Lie::new(what("never found"), never, with(Some(broken(MARK_IS, self.end())))));
            let always = rows.clone().fold(tape.clone(), |tape, row| tape.with("operand", row, Fp::ONE));
            lies.push(Lie::new(what("found before the search"), always, with(Some(broken(MARK_IS, self.start)))));
            if let Some(at) = self.first(value) {
                let tape = rows.fold(tape, |tape, row| tape.with("operand", row, field((row > at).into())));
                lies.push(Lie::new(what("found at its own input"), tape, with(None)));
            }
        }
        lies
    }

    /// The true maximum with a search that steps elsewhere.
    fn marks(&self) -> Vec<Lie> {
        let elsewhere = (self.start..self.end()).filter(|at| !self.inputs[at - self.start].contains(&self.maximum));
        let lies = elsewhere.map(|at| {
            let rows = self.start..=self.end();
            let tape = rows.fold(self.sample.tape(), |tape, row| tape.with("operand", row, field((row > at).into())));
            Lie::new(format!("the maximum found at {at}, which is smaller"), tape, vec![broken(STEPS, at)])
        });
        lies.collect()
    }

    /// A maximum that is one more from some row on.
    fn changes(&self) -> Vec<Lie> {
        let mut lies = vec![];
        for at in self.start..self.end() {
            let mut tape = self.sample.tape().shifted(at + 1..=self.end(), Fp::ONE);
            let mut expect = vec![broken(KEEPS, at)];
            for row in at + 1..self.end() {
                let refused;
                (tape, refused) = self.row(tape, row, self.maximum + 1);
                expect.extend(refused);
            }
            let refused;
            (tape, refused) = self.bound(tape, self.maximum + 1);
            expect.extend(refused);
            expect.extend((self.found() > at).then(|| broken(STEPS, self.found())));
            let (tape, later) = settle(self.sample, tape, Deviation::Before);
            expect.extend(later);
            lies.push(Lie::new(format!("the maximum is one more after {at}"), tape, expect));
        }
        lies
    }

    /// A maximum below an input, which a digit that is none makes up for.
    fn no_digits(&self) -> Vec<Lie> {
        let maximum = self.maximum - 1;
        let mut tape = self.sample.tape().shifted(self.start..=self.end(), -Fp::ONE);
        let mut expect = vec![];
        for row in self.start..self.end() {
            (tape, _) = self.row(tape, row, maximum);
            for (lane, input) in self.inputs[row - self.start].iter().enumerate().filter(|(_, of)| **of > maximum) {
                let mut digits = vec![Fp::ZERO; self.sample.layout.shape.lane_digits];
                digits[0] = field(maximum - input);
                tape = with_digits(tape, row, lane, &digits);
                expect.push(broken(LANE_DIGIT_IS, row));
            }
        }
        let refused;
        (tape, refused) = self.bound(tape, maximum);
        expect.extend(refused);
        expect.extend((!self.is_zero(&tape, self.found())).then(|| broken(STEPS, self.found())));
        let (tape, later) = settle(self.sample, tape, Deviation::Before);
        expect.extend(later);
        vec![Lie::new(format!("a maximum at {} with negative digits", self.start), tape, expect)]
    }

    /// Each lane has a maximum of its own; what stands for all of them is a fraction. Rows cannot tell, its bound can.
    fn one_for_each_lane(&self) -> Option<Lie> {
        let lanes = self.inputs[0].len();
        let own = |lane: usize| self.inputs.iter().map(|row| row[lane]).max().unwrap();
        // The first lane's is met, the others' are one more.
        let maxima: Vec<i128> = (0..lanes).map(|lane| own(lane) + i128::from(lane > 0)).collect();
        if lanes == 1 || maxima.iter().all(|maximum| *maximum == maxima[0]) {
            return None;
        }
        let all: Fp = (0..lanes).map(lane_factor).sum();
        let packed: Fp = maxima.iter().enumerate().map(|(lane, of)| field(*of) * lane_factor(lane)).sum();
        let maximum = packed * all.invert().unwrap();
        assert!(maximum.to_repr()[16..].iter().any(|byte| *byte != 0), "a fraction");
        let mut tape = self.sample.tape().shifted(self.start..=self.end(), maximum - field(self.maximum));
        for (row, inputs) in (self.start..).zip(&self.inputs) {
            for (lane, input) in inputs.iter().enumerate() {
                tape = with_digits(tape, row, lane, &self.digits(maxima[lane] - input));
            }
        }
        let at = self.start + self.inputs.iter().position(|row| row[0] == maxima[0]).unwrap();
        let rows = self.start..=self.end();
        let tape = rows.fold(tape, |tape, row| tape.with("operand", row, field((row > at).into())));
        let (tape, mut expect) = settle(self.sample, tape, Deviation::Before);
        expect.push(broken(BOUNDED_IS, self.end()));
        Some(Lie::new(format!("a maximum at {} for each lane", self.start), tape, expect))
    }
}
