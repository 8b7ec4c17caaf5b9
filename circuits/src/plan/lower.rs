//! The planner: one pass over the program's nodes, each becoming an affine form over readings and step results.

use std::collections::{BTreeMap, HashMap};

use num_integer::Integer;
use num_traits::{One, Zero};

use crate::exact;
use crate::program::{Node, NodeId, Piece, Place, Program, Ratio, Schedule, SlotClasses, Ties};

use super::form::{Form, Overflow, checked_lcm};
use super::{Affine, Cell, Input, Interval, Output, Part, Plan, PlanRefusal, Span, Step, Value};

pub(super) fn lower(program: &Program) -> Result<Plan, PlanRefusal> {
    let mut planner = Planner { program, node: 0, inputs: vec![], steps: vec![], compared: HashMap::new() };
    let mut forms: Vec<Form> = Vec::with_capacity(program.nodes.len());
    for (node, description) in program.nodes.iter().enumerate() {
        planner.node = node;
        let form = planner.node(description, &forms)?;
        planner.checked(&form)?;
        forms.push(form);
    }
    let mut outputs = vec![planner.output("", program.total, &forms)?];
    for line in program.lines.iter().filter(|line| line.shown) {
        outputs.push(planner.output(&line.name, line.node, &forms)?);
    }
    let Planner { inputs, steps, .. } = planner;
    Ok(Plan {
        registers: program.registers.clone(),
        slots: program.slots,
        carried: program.carried.clone(),
        inputs,
        steps,
        outputs,
    })
}

struct Planner<'a> {
    program: &'a Program,
    /// The node at hand, for refusals.
    node: NodeId,
    inputs: Vec<Input>,
    steps: Vec<Step>,
    /// Comparisons already made, by their argument.
    compared: HashMap<Affine, usize>,
}

type Planned<T> = Result<T, PlanRefusal>;

impl Planner<'_> {
    fn node(&mut self, node: &Node, forms: &[Form]) -> Planned<Form> {
        match node {
            Node::Readings { register, classes, rates } => self.readings(*register, classes, rates),
            Node::Reading(place) => self.reading(*place),
            Node::Each { of, schedules } => self.each_reading(of, schedules),
            Node::Largest { of, count: 1 } => self.peak(of),
            Node::Linear { terms, constant } => {
                terms.iter().try_fold(Form::constant(*constant), |sum, (of, factor)| {
                    let of = self.form(forms, *of)?;
                    self.fits(sum.plus(of, *factor))
                })
            }
            Node::Scheduled { of, schedule } => {
                let of = self.form(forms, *of)?.clone();
                self.scheduled(of, schedule)
            }
            Node::Larger(a, b) => {
                let (a, b) = (self.form(forms, *a)?, self.form(forms, *b)?.clone());
                let excess = self.excess(a, &b)?;
                self.fits(b.plus(&excess, Ratio::one()))
            }
            Node::Smaller(a, b) => {
                let (a, b) = (self.form(forms, *a)?.clone(), self.form(forms, *b)?);
                let excess = self.excess(&a, b)?;
                self.fits(a.plus(&excess, -Ratio::one()))
            }
            Node::Rounded { of, unit, ties } => {
                let of = self.form(forms, *of)?.clone();
                self.rounded(of, *unit, *ties)
            }
            _ => Err(PlanRefusal::Malformed { node: self.node, what: "a value that cannot be proved yet" }),
        }
    }

    /// `max(a − b, 0)`.
    fn excess(&mut self, a: &Form, b: &Form) -> Planned<Form> {
        let difference = self.fits(a.clone().plus(b, -Ratio::one()))?;
        let denominator = difference.denominator;
        let (_, positive) = self.compare(difference, 0)?;
        self.fits(Form::constant(Ratio::zero()).plus(&positive, Ratio::new(1, denominator)))
    }

    fn readings(&mut self, register: usize, classes: &SlotClasses, rates: &[Ratio]) -> Planned<Form> {
        self.known(register, classes, rates.len())?;
        let weights =
            (0..).zip(&classes.of).map(|(offset, class)| (Cell { register, offset }, rates[usize::from(*class)]));
        self.fits(Form::readings(weights))
    }

    fn reading(&self, place: Place) -> Planned<Form> {
        let Place { register, offset } = place;
        if register >= self.program.registers.len() || offset >= self.program.slots.count() {
            return Err(PlanRefusal::Malformed { node: self.node, what: "an unknown reading" });
        }
        self.fits(Form::readings([(Cell { register, offset }, Ratio::one())].into_iter()))
    }

    /// The reading that a node is.
    fn cell(&self, node: NodeId) -> Planned<Cell> {
        match self.program.nodes.get(node) {
            Some(Node::Reading(Place { register, offset })) if node < self.node => {
                Ok(Cell { register: *register, offset: *offset })
            }
            _ => Err(PlanRefusal::Malformed { node: self.node, what: "a value of another value than a reading" }),
        }
    }

    fn peak(&mut self, of: &[NodeId]) -> Planned<Form> {
        let cells = of.iter().map(|node| self.cell(*node)).collect::<Planned<Vec<_>>>()?;
        match cells.as_slice() {
            [] => Ok(Form::constant(Ratio::zero())),
            [only] => self.fits(Form::readings([(*only, Ratio::one())].into_iter())),
            _ => {
                let max = cells.iter().map(|cell| self.program.registers[cell.register].max()).max().unwrap_or(0);
                let interval = self.bounded(Interval::new(0, max.into()))?;
                Ok(self.step(Step::Peak { cells, interval }, Part::First))
            }
        }
    }

    /// Classes whose schedule is one piece are linear and leave the circuit; the others share one step.
    fn each_reading(&mut self, of: &[(NodeId, usize)], schedules: &[Schedule]) -> Planned<Form> {
        let of = of.iter().map(|(node, class)| Ok((self.cell(*node)?, *class))).collect::<Planned<Vec<_>>>()?;
        let max = of.iter().map(|(cell, _)| self.program.registers[cell.register].max()).max().unwrap_or(0);
        let pieces: Vec<Vec<RatioSpan>> = schedules.iter().map(|s| self.spans(s, max)).collect::<Planned<_>>()?;
        let mut linear = BTreeMap::new();
        let mut constant = Ratio::zero();
        let mut cells = vec![];
        for (cell, class) in of {
            match pieces.get(class).map(Vec::as_slice) {
                None | Some([]) => {
                    return Err(PlanRefusal::Malformed { node: self.node, what: "a class without a price" });
                }
                Some([only]) => {
                    *linear.entry(cell).or_insert(Ratio::zero()) += only.slope;
                    constant += only.intercept;
                }
                _ => cells.push((cell, class)),
            }
        }
        let linear = self.fits(Form::readings(linear.iter().map(|(cell, slope)| (*cell, *slope))))?;
        let sum = self.fits(linear.plus(&Form::constant(constant), Ratio::one()))?;
        if cells.is_empty() {
            return Ok(sum);
        }
        let (step, denominator) = self.each_reading_step(cells, &pieces)?;
        let result = self.step(step, Part::First);
        self.fits(sum.plus(&result, Ratio::new(1, denominator)))
    }

    fn each_reading_step(&self, mut cells: Vec<(Cell, usize)>, pieces: &[Vec<RatioSpan>]) -> Planned<(Step, i128)> {
        let used: Vec<usize> = (0..pieces.len()).filter(|class| cells.iter().any(|(_, of)| of == class)).collect();
        let numbers = used.iter().flat_map(|class| &pieces[*class]).flat_map(|p| [p.slope, p.intercept]);
        let denominator = self.fits(numbers.clone().try_fold(1, |d, n| checked_lcm(d, *n.denom())))?;
        let integer = |n: Ratio| self.fits(n.numer().checked_mul(denominator / n.denom()).ok_or(Overflow));
        let spans = |class: &usize| {
            let span = |p: &RatioSpan| {
                Ok(Span { lo: p.lo, hi: p.hi, slope: integer(p.slope)?, intercept: integer(p.intercept)? })
            };
            pieces[*class].iter().map(span).collect::<Planned<Vec<Span>>>()
        };
        let schedules = used.iter().map(spans).collect::<Planned<Vec<_>>>()?;
        for (_, class) in &mut cells {
            *class = used.iter().position(|u| u == class).unwrap_or_default();
        }
        let ranges = schedules.iter().map(|s| self.schedule_range(s)).collect::<Planned<Vec<_>>>()?;
        let interval =
            cells.iter().try_fold(Interval { lo: 0, hi: 0 }, |sum, (_, s)| self.bounded(sum.plus(ranges[*s])))?;
        Ok((Step::EachReading { cells, schedules, interval }, denominator))
    }

    fn schedule_range(&self, spans: &[Span]) -> Planned<Interval> {
        let ends = spans.iter().flat_map(|s| [(s, s.lo), (s, s.hi)]);
        let mut values = ends.map(|(s, r)| s.slope.checked_mul(r.into()).and_then(|v| v.checked_add(s.intercept)));
        let mut range: Option<Interval> = None;
        values.try_for_each(|value| {
            let point = self.bounded(value.and_then(Interval::point))?;
            range = Some(range.map_or(point, |r| Interval { lo: r.lo.min(point.lo), hi: r.hi.max(point.hi) }));
            Ok(())
        })?;
        range.ok_or(PlanRefusal::Malformed { node: self.node, what: "a schedule without pieces" })
    }

    /// The pieces of a schedule that some reading from 0 to `max` meets.
    fn spans(&self, schedule: &Schedule, max: u32) -> Planned<Vec<RatioSpan>> {
        self.pieces(schedule)?;
        let mut spans = vec![];
        let mut lo = 0u32;
        for piece in &schedule.pieces {
            let hi = piece.to.map_or(i128::from(max), |to| to.floor().to_integer().min(max.into()));
            let Ok(hi) = u32::try_from(hi) else { continue };
            if hi < lo {
                continue;
            }
            spans.push(RatioSpan { lo, hi, slope: piece.slope, intercept: piece.intercept });
            if hi == max {
                break;
            }
            lo = hi + 1;
        }
        Ok(spans)
    }

    /// `slope₀·x + intercept₀`, then at each bound passed what the price changes by, affine in the comparison's results.
    fn scheduled(&mut self, of: Form, schedule: &Schedule) -> Planned<Form> {
        let first = self.pieces(schedule)?;
        let denominator = of.denominator;
        let mut sum = self.fits(Form::constant(first.intercept).plus(&of, first.slope))?;
        for pair in schedule.pieces.windows(2) {
            let [lower, upper] = pair else { continue };
            let Some(to) = lower.to else { continue };
            let bound = self.fits(to.numer().checked_mul(denominator).ok_or(Overflow))?;
            let bound = Integer::div_floor(&bound, to.denom());
            let per_unit = exact::sub(&upper.slope, &lower.slope).and_then(|s| exact::div(&s, &denominator.into()));
            let per_unit = self.fits(per_unit.ok_or(Overflow))?;
            let jump = exact::sub(&upper.intercept, &lower.intercept);
            let jump = jump.and_then(|jump| exact::add(&jump, &exact::mul(&per_unit, &bound.into())?));
            let jump = self.fits(jump.ok_or(Overflow))?;
            let (above, excess) = self.compare(of.clone(), bound)?;
            sum = self.fits(sum.plus(&excess, per_unit))?;
            sum = self.fits(sum.plus(&above, jump))?;
        }
        Ok(sum)
    }

    /// The flag `[numerator > bound]` and the excess `max(numerator − bound, 0)`; the denominator is left to the caller.
    fn compare(&mut self, of: Form, bound: i128) -> Planned<(Form, Form)> {
        let mut x = self.freeze(of)?;
        x.constant = self.fits(x.constant.checked_sub(bound).ok_or(Overflow))?;
        let interval = self.affine_interval(&x)?;
        if interval.hi <= 0 {
            return Ok((Form::constant(Ratio::zero()), Form::constant(Ratio::zero())));
        }
        if interval.lo > 0 {
            return Ok((Form::constant(Ratio::one()), thaw(&x)));
        }
        let step = match self.compared.get(&x) {
            Some(step) => *step,
            None => {
                self.compared.insert(x.clone(), self.steps.len());
                self.steps.push(Step::Compare { x, interval });
                self.steps.len() - 1
            }
        };
        Ok((Form::value(Value::Result(step, Part::First), 1), Form::value(Value::Result(step, Part::Second), 1)))
    }

    /// Rounding as floor division of the value counted in units; see `docs/circuit.md`, "Rounding".
    fn rounded(&mut self, of: Form, unit: Ratio, ties: Ties) -> Planned<Form> {
        if unit <= Ratio::zero() {
            return Err(PlanRefusal::Malformed { node: self.node, what: "a rounding unit at or below zero" });
        }
        let counted = self.fits(Form::constant(Ratio::zero()).plus(&of, unit.recip()))?;
        let divisor = counted.denominator;
        let half_even = ties == Ties::HalfEven && divisor.is_even();
        let mut x = counted;
        x.denominator = 1;
        let offset = match ties {
            Ties::Down => 0,
            Ties::Up => divisor - 1,
            Ties::HalfUp | Ties::HalfEven | Ties::HalfAwayFromZero => divisor / 2,
        };
        let below_zero = if ties == Ties::HalfAwayFromZero && divisor.is_even() {
            let (not_negative, _) = self.compare(x.clone(), -1)?;
            self.fits(Form::constant(Ratio::one()).plus(&not_negative, -Ratio::one()))?
        } else {
            Form::constant(Ratio::zero())
        };
        x = self.fits(x.plus(&Form::constant(offset.into()), Ratio::one()))?;
        x = self.fits(x.plus(&below_zero, -Ratio::one()))?;
        let quotient = if half_even {
            let doubled = self.fits(divisor.checked_mul(2).ok_or(Overflow))?;
            let (half, remainder) = self.divide(x, doubled)?;
            let (odd, _) = self.compare(remainder, divisor)?;
            self.fits(odd.plus(&half, Ratio::from(2)))?
        } else {
            self.divide(x, divisor)?.0
        };
        self.fits(Form::constant(Ratio::zero()).plus(&quotient, unit))
    }

    fn divide(&mut self, x: Form, divisor: i128) -> Planned<(Form, Form)> {
        if divisor == 1 {
            return Ok((x, Form::constant(Ratio::zero())));
        }
        let x = self.freeze(x)?;
        let interval = self.affine_interval(&x)?;
        if interval.lo == interval.hi {
            let (q, r) = interval.lo.div_mod_floor(&divisor);
            return Ok((Form::constant(q.into()), Form::constant(r.into())));
        }
        self.bounded(Interval::point(divisor))?;
        let quotient = self.step(Step::Divide { x, interval, divisor }, Part::First);
        Ok((quotient, Form::value(Value::Result(self.steps.len() - 1, Part::Second), 1)))
    }

    fn step(&mut self, step: Step, part: Part) -> Form {
        self.steps.push(step);
        Form::value(Value::Result(self.steps.len() - 1, part), 1)
    }

    /// The numerator of a form, its readings made one input.
    fn freeze(&mut self, form: Form) -> Planned<Affine> {
        let mut terms = form.terms;
        if !form.readings.is_empty() {
            let (input, factor) = self.input(form.readings)?;
            let sum = terms.entry(Value::Input(input)).or_insert(0);
            *sum = self.fits(sum.checked_add(factor).ok_or(Overflow))?;
        }
        terms.retain(|_, factor| *factor != 0);
        Ok(Affine { terms: terms.into_iter().collect(), constant: form.constant })
    }

    /// An input for these weights, divided by what they have in common; equal inputs are one.
    fn input(&mut self, weights: BTreeMap<Cell, i128>) -> Planned<(usize, i128)> {
        let common = weights.values().fold(0i128, |g, w| g.gcd(w));
        let first = weights.values().next().copied().unwrap_or(1);
        let factor = common * first.signum();
        let weights: Vec<_> = weights.into_iter().map(|(cell, weight)| (cell, weight / factor)).collect();
        if let Some(index) = self.inputs.iter().position(|input| input.weights == weights) {
            return Ok((index, factor));
        }
        let mut interval = Interval { lo: 0, hi: 0 };
        for (cell, weight) in &weights {
            let reading = Interval { lo: 0, hi: self.program.registers[cell.register].max().into() };
            interval = self.bounded(reading.times(*weight).and_then(|product| interval.plus(product)))?;
        }
        self.inputs.push(Input { weights, interval });
        Ok((self.inputs.len() - 1, factor))
    }

    /// A disclosed amount: `affine = scale · T`, `T` counting the program's unit.
    fn output(&mut self, name: &str, of: NodeId, forms: &[Form]) -> Planned<Output> {
        self.node = of;
        let form = self.form(forms, of)?.clone();
        let unit = self.program.unit;
        if unit <= Ratio::zero() {
            return Err(PlanRefusal::Malformed { node: of, what: "a total that counts nothing" });
        }
        let counted = self.fits(Form::constant(Ratio::zero()).plus(&form, unit.recip()))?;
        let scale = counted.denominator;
        let affine = self.freeze(counted)?;
        let interval = self.affine_interval(&affine)?.floor_div(scale);
        Ok(Output { name: name.into(), affine, scale, interval, unit })
    }

    /// Refuses a form whose numerator could pass the limit.
    fn checked(&self, form: &Form) -> Planned<()> {
        let mut sum = self.bounded(Interval::point(form.constant))?;
        for (cell, weight) in &form.readings {
            let reading = Interval { lo: 0, hi: self.program.registers[cell.register].max().into() };
            sum = self.bounded(reading.times(*weight).and_then(|product| sum.plus(product)))?;
        }
        for (value, factor) in &form.terms {
            sum = self.bounded(self.interval(*value)?.times(*factor).and_then(|product| sum.plus(product)))?;
        }
        Ok(())
    }

    fn affine_interval(&self, affine: &Affine) -> Planned<Interval> {
        affine.terms.iter().try_fold(self.bounded(Interval::point(affine.constant))?, |sum, (value, factor)| {
            self.bounded(self.interval(*value)?.times(*factor).and_then(|product| sum.plus(product)))
        })
    }

    fn interval(&self, value: Value) -> Planned<Interval> {
        let interval = match value {
            Value::Input(index) => self.inputs.get(index).map(|input| input.interval),
            Value::Result(step, part) => self.steps.get(step).and_then(|step| step.interval(part)),
        };
        interval.ok_or(PlanRefusal::Malformed { node: self.node, what: "a value that does not exist" })
    }

    fn form<'f>(&self, forms: &'f [Form], node: NodeId) -> Planned<&'f Form> {
        forms.get(node).ok_or(PlanRefusal::Malformed { node: self.node, what: "a node over a later node" })
    }

    fn known(&self, register: usize, classes: &SlotClasses, count: usize) -> Planned<()> {
        let malformed = |what| PlanRefusal::Malformed { node: self.node, what };
        if register >= self.program.registers.len() {
            return Err(malformed("an unknown register"));
        }
        if classes.of.len() != self.program.slots.count() as usize {
            return Err(malformed("classes that do not fit the period"));
        }
        let in_range = classes.of.iter().all(|class| usize::from(*class) < count);
        in_range.then_some(()).ok_or(malformed("a class without a price"))
    }

    /// The first piece of a well-formed schedule.
    fn pieces<'s>(&self, schedule: &'s Schedule) -> Planned<&'s Piece> {
        let malformed = PlanRefusal::Malformed { node: self.node, what: "a schedule whose bounds do not rise" };
        let Some((last, rest)) = schedule.pieces.split_last() else { return Err(malformed) };
        let rises = rest.windows(2).all(|pair| pair[0].to < pair[1].to) && rest.iter().all(|p| p.to.is_some());
        (rises && last.to.is_none()).then(|| &schedule.pieces[0]).ok_or(malformed)
    }

    fn fits<T>(&self, result: Result<T, Overflow>) -> Planned<T> {
        result.map_err(|Overflow| PlanRefusal::PastBound { node: self.node, bits: 127 })
    }

    fn bounded<T>(&self, result: Option<T>) -> Planned<T> {
        result.ok_or(PlanRefusal::PastBound { node: self.node, bits: 121 })
    }
}

struct RatioSpan {
    lo: u32,
    hi: u32,
    slope: Ratio,
    intercept: Ratio,
}

fn thaw(x: &Affine) -> Form {
    Form { readings: BTreeMap::new(), terms: x.terms.iter().copied().collect(), constant: x.constant, denominator: 1 }
}
