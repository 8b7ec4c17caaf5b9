//! The planner: expressions become forms over what is given and over results of steps.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use num_traits::{One, Signed};

use crate::program::{NodeId, Program, Ratio};

use super::expr::{Expr, given_range};
use super::form::{Form, Overflow};
use super::symbols::Symbols;
use super::task::Task;
use super::{Affine, Given, Input, Interval, Output, Plan, PlanRefusal, Step, Value, sweep};

pub(super) type Planned<T> = Result<T, PlanRefusal>;

/// Which lists of inputs are looked up, a row an input, instead of being made of comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookUps {
    /// Every list.
    Every,
    /// Lists that would take many comparisons.
    Long,
    /// None.
    Never,
}

/// How many comparisons make a list long.
const LONG: usize = 64;
/// Beyond how many comparisons a list is not worth comparing.
const TOO_LONG: usize = 512;

impl LookUps {
    fn take(self, comparisons: usize) -> bool {
        match self {
            LookUps::Every => comparisons > 0,
            LookUps::Long => comparisons >= LONG,
            LookUps::Never => false,
        }
    }
}

/// The plans that are worth comparing: at least one, unless there is none.
pub(super) fn plans(program: &Program) -> Planned<Vec<Plan>> {
    let (plan, lengths) = match plan(program, LookUps::Every) {
        Ok(planned) => planned,
        Err(refusal) => return plan(program, LookUps::Never).map(|(plan, _)| vec![plan]).map_err(|_| refusal),
    };
    let mut plans = vec![plan];
    let is_long = |length: &usize| *length >= LONG;
    if lengths.iter().any(is_long) && !lengths.iter().all(is_long) {
        plans.extend(self::plan(program, LookUps::Long).map(|(plan, _)| plan));
    }
    if !lengths.is_empty() && lengths.iter().sum::<usize>() <= TOO_LONG {
        plans.extend(self::plan(program, LookUps::Never).map(|(plan, _)| plan));
    }
    Ok(plans)
}

/// A plan, and how many comparisons each of its lists would take.
pub(super) fn plan(program: &Program, look_ups: LookUps) -> Planned<(Plan, Vec<usize>)> {
    let symbols = Symbols::new(program)?;
    let disclosed = disclosed(program);
    let mut planner = Planner::new(program, look_ups);
    for (node, task) in tasks(&symbols, disclosed.iter().map(|(_, node, _)| *node)) {
        planner.node = node;
        let form = planner.task(&task)?;
        planner.checked(&form)?;
        planner.forms.insert(node, form);
    }
    let outputs = disclosed.into_iter().map(|(name, node, unit)| planner.output(name, node, &symbols.expr(node), unit));
    let outputs = outputs.collect::<Planned<_>>()?;
    let Planner { inputs, steps, lengths, .. } = planner;
    let plan = Plan {
        registers: program.registers.clone(),
        slots: program.slots,
        estimated: program.estimates.keys().copied().collect(),
        carried: program.carried.clone(),
        inputs,
        steps,
        outputs,
    };
    Ok((sweep::swept(plan), lengths))
}

/// What the bill discloses: names, nodes and units.
fn disclosed(program: &Program) -> Vec<(&str, NodeId, Ratio)> {
    let lines =
        program.lines.iter().filter(|line| line.shown).map(|line| (line.name.as_str(), line.node, program.unit));
    let figures = program.figures.iter().map(|figure| (figure.name.as_str(), figure.node, figure.unit));
    [("", program.total, program.unit)].into_iter().chain(lines).chain(figures).collect()
}

/// What must be planned for some nodes, each after what it takes.
fn tasks<'p>(symbols: &Symbols<'p>, nodes: impl Iterator<Item = NodeId>) -> BTreeMap<NodeId, Task<'p>> {
    let mut wanted: BTreeSet<NodeId> =
        nodes.flat_map(|node| symbols.expr(node).nodes.keys().copied().collect::<Vec<_>>()).collect();
    let mut tasks = BTreeMap::new();
    while let Some(node) = wanted.pop_last() {
        let Some(task) = Task::of(symbols, node) else { continue };
        wanted.extend(task.takes().into_iter().flat_map(|of| of.nodes.keys().copied()));
        tasks.insert(node, task);
    }
    tasks
}

pub(super) struct Planner<'p> {
    pub(super) program: &'p Program,
    look_ups: LookUps,
    /// The node at hand, for refusals.
    pub(super) node: NodeId,
    forms: BTreeMap<NodeId, Form>,
    inputs: Vec<Input>,
    steps: Vec<Step>,
    /// Values above zero that forms are divided by.
    pub(super) divisors: Vec<Form>,
    /// How many comparisons each list would take.
    lengths: Vec<usize>,
    known_inputs: HashMap<(Vec<(Given, i128)>, i128), usize>,
    known_steps: HashMap<Step, usize>,
}

impl<'p> Planner<'p> {
    fn new(program: &'p Program, look_ups: LookUps) -> Self {
        Planner {
            program,
            look_ups,
            node: 0,
            forms: BTreeMap::new(),
            inputs: vec![],
            steps: vec![],
            divisors: vec![],
            lengths: vec![],
            known_inputs: HashMap::new(),
            known_steps: HashMap::new(),
        }
    }

    fn task(&mut self, task: &Task<'_>) -> Planned<Form> {
        match task {
            Task::Sum(of) => self.form(of),
            Task::Scheduled(of, schedule) => {
                let of = self.form(of)?;
                self.scheduled(&of, schedule)
            }
            Task::Each(of) => self.each(of),
            Task::Larger(a, b) => {
                let (a, b) = (self.form(a)?, self.form(b)?);
                self.larger(&a, &b)
            }
            Task::Smaller(a, b) => {
                let (a, b) = (self.form(a)?, self.form(b)?);
                let excess = self.excess(&a, &b)?;
                self.sum(&a, &excess, -Ratio::one())
            }
            Task::Product(a, b) => {
                let (a, b) = (self.form(a)?, self.form(b)?);
                self.product(&a, &b)
            }
            Task::Quotient { of, over, or } => {
                let (of, over) = (self.form(of)?, self.form(over)?);
                self.quotient(&of, &over, *or)
            }
            Task::Root { of, unit, ties } => {
                let of = self.form(of)?;
                self.root(&of, *unit, *ties)
            }
            Task::Rounded { of, unit, ties } => {
                let of = self.form(of)?;
                self.rounded(&of, *unit, *ties)
            }
            Task::Largest(largest) => self.largest(largest),
            Task::Entry { keys, table } => self.entry(keys, table),
            Task::Climb { of, bounds, rows } => self.climb(of, bounds, rows),
        }
    }

    /// Whether a list that would take so many comparisons is looked up.
    pub(super) fn looks_up(&mut self, comparisons: usize) -> bool {
        if comparisons > 0 {
            self.lengths.push(comparisons);
        }
        self.look_ups.take(comparisons)
    }

    /// The form of an expression whose nodes are planned.
    pub(super) fn form(&mut self, expr: &Expr) -> Planned<Form> {
        let given = expr.given.iter().map(|(given, weight)| (*given, weight));
        let mut form = self.fits(Form::given(given, expr.constant))?;
        let functions = self.functions(&expr.functions)?;
        form = self.fits(form.plus(&functions, Ratio::one()))?;
        for (node, factor) in &expr.nodes {
            let missing = PlanRefusal::Malformed { node: *node, what: "a value that is not planned" };
            let of = self.forms.get(node).cloned().ok_or(missing)?;
            form = self.sum(&form, &of, *factor)?;
        }
        Ok(form)
    }

    /// The first result of a step.
    pub(super) fn step(&mut self, step: impl Into<Step>) -> Form {
        Form::value(Value::Result(self.insert(step), 0))
    }

    /// A step's place; equal ones are one.
    pub(super) fn insert(&mut self, step: impl Into<Step>) -> usize {
        let step = step.into();
        if let Some(known) = self.known_steps.get(&step) {
            return *known;
        }
        self.known_steps.insert(step.clone(), self.steps.len());
        self.steps.push(step);
        self.steps.len() - 1
    }

    /// The numerator of a form, what it is given made one input.
    pub(super) fn freeze(&mut self, form: &Form) -> Planned<Affine> {
        let mut terms: BTreeMap<Value, i128> = form.terms.clone();
        if let Some((first, factor)) = form.given.first_key_value().map(|(_, first)| (*first, common(form))) {
            let factor = factor * first.signum();
            let weights = form.given.iter().map(|(given, weight)| (*given, weight / factor)).collect();
            terms.insert(Value::Input(self.input(weights, 0)?), factor);
        }
        Ok(Affine { terms: terms.into_iter().collect(), constant: form.constant })
    }

    /// An input; equal ones are one.
    pub(super) fn input(&mut self, weights: Vec<(Given, i128)>, constant: i128) -> Planned<usize> {
        let key = (weights, constant);
        if let Some(known) = self.known_inputs.get(&key) {
            return Ok(*known);
        }
        let interval = self.weighed(key.0.iter().copied(), constant)?;
        self.known_inputs.insert(key.clone(), self.inputs.len());
        self.inputs.push(Input { weights: key.0, constant, interval });
        Ok(self.inputs.len() - 1)
    }

    /// A disclosed amount: `affine = scale · T`, `T` counting the unit.
    fn output(&mut self, name: &str, node: NodeId, expr: &Rc<Expr>, unit: Ratio) -> Planned<Output> {
        self.node = node;
        if !unit.is_positive() {
            return Err(PlanRefusal::Malformed { node, what: "an amount that counts nothing" });
        }
        let form = self.form(expr)?;
        self.checked(&form)?;
        if form.divisor.is_some() {
            return Err(PlanRefusal::Unrounded { node });
        }
        let counted = self.fits(form.times(unit.recip()))?;
        let scale = counted.denominator;
        let affine = self.freeze(&counted.numerator())?;
        let interval = self.interval(&affine)?.floor_div(scale);
        Ok(Output { name: name.into(), affine, scale, interval, unit })
    }

    /// Refuses a form whose numerator could pass the limit.
    fn checked(&self, form: &Form) -> Planned<()> {
        self.range(form).map(|_| ())
    }

    /// Bounds of a form's numerator.
    pub(super) fn range(&self, form: &Form) -> Planned<Interval> {
        let given = self.weighed(form.given.iter().map(|(given, weight)| (*given, *weight)), form.constant)?;
        form.terms.iter().try_fold(given, |sum, (value, factor)| {
            self.bounded(self.bound(*value)?.times(*factor).and_then(|product| sum.plus(product)))
        })
    }

    /// Bounds of an affine form.
    pub(super) fn interval(&self, affine: &Affine) -> Planned<Interval> {
        affine.terms.iter().try_fold(self.bounded(Interval::point(affine.constant))?, |sum, (value, factor)| {
            self.bounded(self.bound(*value)?.times(*factor).and_then(|product| sum.plus(product)))
        })
    }

    fn weighed(&self, weights: impl Iterator<Item = (Given, i128)>, constant: i128) -> Planned<Interval> {
        let mut weights = weights;
        weights.try_fold(self.bounded(Interval::point(constant))?, |sum, (given, weight)| {
            let range = given_range(self.program, given).and_then(|range| range.times(weight));
            self.bounded(range.and_then(|product| sum.plus(product)))
        })
    }

    fn bound(&self, value: Value) -> Planned<Interval> {
        let interval = match value {
            Value::Input(index) => self.inputs.get(index).map(|input| input.interval),
            Value::Result(step, result) => self.steps.get(step).and_then(|step| step.bound(result)),
        };
        interval.ok_or(PlanRefusal::Malformed { node: self.node, what: "a value that does not exist" })
    }

    pub(super) fn fits<T>(&self, result: Result<T, Overflow>) -> Planned<T> {
        result.map_err(|Overflow| PlanRefusal::PastBound { node: self.node, bits: 127 })
    }

    pub(super) fn bounded<T>(&self, result: Option<T>) -> Planned<T> {
        result.ok_or(PlanRefusal::PastBound { node: self.node, bits: 121 })
    }

    /// A form without a divisor.
    pub(super) fn whole(&self, form: Form) -> Planned<Form> {
        if form.divisor.is_some() { Err(PlanRefusal::Unrounded { node: self.node }) } else { Ok(form) }
    }
}

/// What the weights of a form have in common.
fn common(form: &Form) -> i128 {
    form.given.values().fold(0i128, |common, weight| num_integer::Integer::gcd(&common, weight))
}
