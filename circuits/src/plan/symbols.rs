//! The nodes of a program that the bill depends on, as expressions.
//!
//! Sums are folded into each other, estimates are resolved, and what is a function of one weighted sum stays one: the
//! floor of an hour's net energy at zero, priced by blocks, is still a function of that hour's readings. A node that is
//! none of these stands for itself and is planned alone.

use std::collections::BTreeMap;
use std::rc::Rc;

use num_traits::{One, Zero};

use crate::exact;
use crate::program::{Estimate, Node, NodeId, Piece, Place, Program, Ratio, Schedule};
use crate::rule;

use super::expr::{Expr, Univariate};
use super::{Given, PlanRefusal};

/// The expressions of a program's nodes.
pub(super) struct Symbols<'p> {
    pub(super) program: &'p Program,
    /// Nothing for nodes that no disclosed amount depends on.
    exprs: Vec<Option<Rc<Expr>>>,
    /// What nodes are that stand for themselves because others share them: sums of several functions.
    shared: BTreeMap<NodeId, Rc<Expr>>,
}

impl<'p> Symbols<'p> {
    pub(super) fn new(program: &'p Program) -> Result<Self, PlanRefusal> {
        estimates(program)?;
        let uses = uses(program)?;
        let mut symbols = Symbols { program, exprs: vec![], shared: BTreeMap::new() };
        for (node, what) in program.nodes.iter().enumerate() {
            let expr = if uses[node] == 0 { None } else { Some(symbols.sum(node, what, uses[node] > 1)?) };
            symbols.exprs.push(expr);
        }
        Ok(symbols)
    }

    /// The expression of a node that the bill depends on.
    pub(super) fn expr(&self, node: NodeId) -> Rc<Expr> {
        self.exprs.get(node).cloned().flatten().unwrap_or_default()
    }

    /// What a shared sum of functions is.
    pub(super) fn shared(&self, node: NodeId) -> Option<Rc<Expr>> {
        self.shared.get(&node).cloned()
    }

    fn sum(&mut self, node: NodeId, what: &Node, is_shared: bool) -> Result<Rc<Expr>, PlanRefusal> {
        if let Some(what) = self.program.broken(node) {
            return Err(PlanRefusal::Malformed { node, what });
        }
        let expr = match self.folded(what) {
            Some(expr) => expr,
            None if is_sum(what) => return Err(PlanRefusal::PastBound { node, bits: 127 }),
            None => Expr::node(node),
        };
        if is_shared && expr.functions.len() > 1 {
            self.shared.insert(node, Rc::new(expr));
            return Ok(Rc::new(Expr::node(node)));
        }
        Ok(Rc::new(expr))
    }

    /// A node as a sum; nothing when it is none, or its numbers are too large.
    fn folded(&self, what: &Node) -> Option<Expr> {
        let of = |node: &NodeId| self.expr(*node);
        match what {
            Node::Readings { register, classes, rates } => {
                let weighed = (0..).zip(&classes.of).map(|(offset, class)| (offset, &rates[usize::from(*class)]));
                weighed.filter(|(_, rate)| !rate.is_zero()).try_fold(Expr::default(), |mut sum, (offset, rate)| {
                    sum.add(&self.reading(Place { register: *register, offset })?, rate)?;
                    Some(sum)
                })
            }
            Node::Reading(place) => self.reading(*place),
            Node::Carried(index) => Some(Expr::given(Given::Carried(*index), self.program.carried[*index].unit)),
            Node::Linear { terms, constant } => {
                terms.iter().try_fold(Expr::constant(*constant), |mut sum, (node, factor)| {
                    sum.add(&of(node), factor)?;
                    Some(sum)
                })
            }
            Node::Scheduled { of: node, schedule } => self.scheduled(&of(node), schedule),
            Node::Each { of: members, schedules } => {
                let priced = members.iter().map(|(node, at)| self.scheduled(&of(node), &schedules[*at]));
                total(priced)
            }
            Node::Largest { of: members, count } => self.largest(members, *count),
            Node::Climb { of: members, bounds, rows } => self.climbed(members, bounds, rows),
            Node::Entry { .. } => None,
            Node::Larger(a, b) => {
                let mut larger = (*of(b)).clone();
                larger.add(&self.excess(a, b)?, &Ratio::one())?;
                Some(larger)
            }
            Node::Smaller(a, b) => {
                let mut smaller = (*of(a)).clone();
                smaller.add(&self.excess(a, b)?, &-Ratio::one())?;
                Some(smaller)
            }
            Node::Product(a, b) => self.product(&of(a), &of(b)),
            Node::Quotient { of: node, over, or } => match of(over).as_constant()? {
                over if over > Ratio::zero() => of(node).times(&exact::div(&Ratio::one(), &over)?),
                _ => Some(Expr::constant(*or)),
            },
            Node::Root { of: node, unit, ties } => {
                rule::root(&of(node).as_constant()?, unit, *ties).map(Expr::constant)
            }
            Node::Rounded { of: node, unit, ties } => {
                let of = of(node);
                if let Some(constant) = of.as_constant() {
                    return exact::mul(&exact::round(&constant, unit, *ties)?.into(), unit).map(Expr::constant);
                }
                let whole = |number: &Ratio| exact::div(number, unit).is_some_and(|units| units.is_integer());
                let multiple = of.is_affine() && of.given.values().chain([&of.constant]).all(whole);
                multiple.then(|| (*of).clone())
            }
        }
    }

    /// A reading, or what stands in for it.
    fn reading(&self, place: Place) -> Option<Expr> {
        let given = |offset: &u32| Given::Reading(Place { offset: *offset, ..place });
        match self.program.estimates.get(&place) {
            None => Some(Expr::given(Given::Reading(place), Ratio::one())),
            Some(Estimate::Flat(value)) => Some(Expr::constant(*value)),
            Some(Estimate::Mean(offsets)) => {
                let share = exact::ratio(1, i128::try_from(offsets.len()).ok()?)?;
                total(offsets.iter().map(|offset| Some(Expr::given(given(offset), share))))
            }
        }
    }

    fn scheduled(&self, of: &Expr, schedule: &Schedule) -> Option<Expr> {
        match of.univariate(self.program)? {
            Univariate::Constant(constant) => rule::apply(schedule, &constant).map(Expr::constant),
            Univariate::Of(weights, function) => {
                let mut priced = Expr::default();
                priced.add_function(&weights, &function.then(schedule)?)?;
                Some(priced)
            }
        }
    }

    /// `max(a − b, 0)`.
    fn excess(&self, a: &NodeId, b: &NodeId) -> Option<Expr> {
        let mut difference = (*self.expr(*a)).clone();
        difference.add(&self.expr(*b), &-Ratio::one())?;
        self.scheduled(&difference, &positive())
    }

    fn product(&self, a: &Expr, b: &Expr) -> Option<Expr> {
        if let Some(factor) = a.as_constant() {
            return b.times(&factor);
        }
        if let Some(factor) = b.as_constant() {
            return a.times(&factor);
        }
        let (Univariate::Of(x, f), Univariate::Of(y, g)) = (a.univariate(self.program)?, b.univariate(self.program)?)
        else {
            return None;
        };
        let function = (x == y).then(|| f.product(&g)).flatten()?;
        let mut product = Expr::default();
        product.add_function(&x, &function)?;
        Some(product)
    }

    fn largest(&self, members: &[NodeId], count: usize) -> Option<Expr> {
        if members.len() <= count {
            return total(members.iter().map(|node| Some((*self.expr(*node)).clone())));
        }
        let constants = members.iter().map(|node| self.expr(*node).as_constant());
        let mut constants = constants.collect::<Option<Vec<Ratio>>>()?;
        constants.sort_by(|a, b| b.cmp(a));
        total(constants.into_iter().take(count).map(|constant| Some(Expr::constant(constant))))
    }

    /// Amounts of one row climb as their total does.
    fn climbed(&self, members: &[(NodeId, usize)], bounds: &[Ratio], rows: &[Vec<Ratio>]) -> Option<Expr> {
        let Some((_, row)) = members.first() else { return Some(Expr::default()) };
        // What falls below zero pays nothing there, so this is a sum only of what never does.
        if bounds.is_empty() && members.iter().all(|(node, _)| self.expr(*node).never_falls()) {
            return total(members.iter().map(|(node, row)| self.expr(*node).times(rows[*row].first()?)));
        }
        if members.iter().any(|(_, other)| rows[*other] != rows[*row]) {
            return None;
        }
        let amount = total(members.iter().map(|(node, _)| Some((*self.expr(*node)).clone())))?;
        self.scheduled(&amount, &blocks(bounds, &rows[*row])?)
    }
}

/// Zero up to zero, and the value above.
pub(super) fn positive() -> Schedule {
    let piece = |to, slope| Piece { to, slope, intercept: Ratio::zero() };
    Schedule { pieces: vec![piece(Some(Ratio::zero()), Ratio::zero()), piece(None, Ratio::one())] }
}

/// What an amount pays that climbs through blocks from zero; nothing below it.
pub(super) fn blocks(bounds: &[Ratio], prices: &[Ratio]) -> Option<Schedule> {
    let mut pieces = vec![Piece { to: Some(Ratio::zero()), slope: Ratio::zero(), intercept: Ratio::zero() }];
    for (at, price) in prices.iter().enumerate() {
        let before = pieces.last()?;
        let from = before.to?;
        let jump = exact::mul(&exact::sub(&before.slope, price)?, &from)?;
        let intercept = exact::add(&before.intercept, &jump)?;
        pieces.push(Piece { to: bounds.get(at).copied(), slope: *price, intercept });
    }
    Some(Schedule { pieces })
}

/// The sum of expressions.
fn total(exprs: impl Iterator<Item = Option<Expr>>) -> Option<Expr> {
    let mut exprs = exprs;
    exprs.try_fold(Expr::default(), |mut sum, expr| {
        sum.add(&expr?, &Ratio::one())?;
        Some(sum)
    })
}

/// Nodes that are sums whatever they are over.
fn is_sum(what: &Node) -> bool {
    matches!(what, Node::Readings { .. } | Node::Reading(_) | Node::Carried(_) | Node::Linear { .. })
}

/// What a node names.
pub(super) fn arguments(what: &Node) -> Vec<NodeId> {
    match what {
        Node::Readings { .. } | Node::Reading(_) | Node::Carried(_) => vec![],
        Node::Linear { terms, .. } => terms.iter().filter(|(_, by)| !by.is_zero()).map(|(of, _)| *of).collect(),
        Node::Each { of, .. } | Node::Climb { of, .. } => of.iter().map(|(of, _)| *of).collect(),
        Node::Largest { of, .. } => of.clone(),
        Node::Entry { keys, .. } => keys.clone(),
        Node::Larger(a, b) | Node::Smaller(a, b) | Node::Product(a, b) => vec![*a, *b],
        Node::Quotient { of, over, .. } => vec![*of, *over],
        Node::Scheduled { of, .. } | Node::Root { of, .. } | Node::Rounded { of, .. } => vec![*of],
    }
}

/// How often the bill, or a node that it depends on, names each node.
fn uses(program: &Program) -> Result<Vec<usize>, PlanRefusal> {
    let mut uses = vec![0usize; program.nodes.len()];
    let lines = program.lines.iter().filter(|line| line.shown).map(|line| line.node);
    let disclosed = [program.total].into_iter().chain(lines).chain(program.figures.iter().map(|figure| figure.node));
    for node in disclosed {
        *uses.get_mut(node).ok_or(PlanRefusal::Malformed { node, what: "an amount that is not there" })? += 1;
    }
    for (node, what) in program.nodes.iter().enumerate().rev().filter(|(_, what)| !matches!(what, Node::Reading(_))) {
        if uses[node] == 0 {
            continue;
        }
        // A node over a later one is refused as soon as its turn comes.
        arguments(what).into_iter().filter(|of| *of < node).for_each(|of| uses[of] += 1);
    }
    Ok(uses)
}

/// Every estimate stands in for a reading of the period, by a value that is there.
fn estimates(program: &Program) -> Result<(), PlanRefusal> {
    let sound = program.estimates.iter().all(|(place, estimate)| {
        let read = |offset: &u32| {
            let other = Place { offset: *offset, ..*place };
            program.holds(other) && !program.estimates.contains_key(&other)
        };
        program.holds(*place)
            && match estimate {
                Estimate::Flat(value) => *value >= Ratio::zero(),
                Estimate::Mean(offsets) => !offsets.is_empty() && offsets.iter().all(read),
            }
    });
    let units = program.carried.iter().all(|carried| carried.unit > Ratio::zero());
    match (sound, units) {
        (true, true) => Ok(()),
        (false, _) => Err(PlanRefusal::Malformed { node: 0, what: "an estimate of or from nothing" }),
        (_, false) => Err(PlanRefusal::Malformed { node: 0, what: "a carried value that counts nothing" }),
    }
}
