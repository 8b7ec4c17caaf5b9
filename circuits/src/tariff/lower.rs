//! The last pass: a checked tariff and a billing period make a program.
//!
//! Sums and constant factors are carried as affine forms over nodes; a node is made for what readings enter by, for
//! schedules, extremes and rounding, and for each charge.

use std::collections::BTreeMap;

use num_traits::{One, Zero};

use super::diagnostic::{Diagnostic, Span};
use super::grid::unit_of_total;
use super::sheet::{Amount, AmountKind, Bound, Columns, Rounding, Row, Scope, Series, Sheet, Table};
use super::tree::Extreme;
use super::week::{self, Week};
use crate::exact;
use crate::period::Period;
use crate::program::{Line, Node, NodeId, Piece, Place, Program, Ratio, Schedule, SlotClasses};

/// The most slot classes that a program may hold in all: what keeps a hostile tariff from filling the memory.
const MAX_CLASSES: usize = 1 << 26;

/// The program of a checked tariff over a period of its own calendar.
pub(super) fn program(sheet: &Sheet, period: &Period) -> Result<Program, Diagnostic> {
    let places = places(period);
    let mut lowering = Lowering { sheet, period, places, nodes: Vec::new(), charges: Vec::new(), classes: 0 };
    for charge in &sheet.charges {
        let node = lowering.line(&charge.amount, charge.rounding)?;
        lowering.charges.push(node);
    }
    let total = lowering.line(&sheet.total.amount, sheet.total.rounding)?;
    let lines = sheet.charges.iter().zip(&lowering.charges);
    let lines: Vec<_> =
        lines.map(|(charge, node)| Line { name: charge.name.clone(), node: *node, shown: charge.shown }).collect();
    let unit = unit_of_total(sheet, &lowering.nodes, &lines, total)?;
    Ok(Program {
        registers: sheet.registers.clone(),
        slots: period.slots(),
        estimates: BTreeMap::new(),
        carried: vec![],
        nodes: lowering.nodes,
        lines,
        total,
        unit,
        figures: vec![],
    })
}

/// The place of each of the period's slots in the week.
fn places(period: &Period) -> Vec<usize> {
    let local = period.slots().iter().filter_map(|slot| period.local(slot));
    local.map(|local| week::place(period.calendar(), &local)).collect()
}

/// `constant + Σ factor · node`.
#[derive(Clone, Debug, Default)]
struct Affine {
    terms: BTreeMap<NodeId, Ratio>,
    constant: Ratio,
}

impl Affine {
    fn constant(constant: Ratio) -> Self {
        Affine { terms: BTreeMap::new(), constant }
    }

    fn node(node: NodeId, factor: Ratio) -> Self {
        Affine { terms: BTreeMap::from([(node, factor)]), constant: Ratio::zero() }
    }

    /// Adds `other · factor`; nothing when a number outgrows the arithmetic.
    fn add(mut self, other: &Affine, factor: &Ratio) -> Option<Self> {
        self.constant = exact::add(&self.constant, &exact::mul(&other.constant, factor)?)?;
        for (node, term) in &other.terms {
            let sum = self.terms.entry(*node).or_insert_with(Ratio::zero);
            *sum = exact::add(sum, &exact::mul(term, factor)?)?;
        }
        self.terms.retain(|_, factor| !factor.is_zero());
        Some(self)
    }
}

struct Lowering<'a> {
    sheet: &'a Sheet,
    period: &'a Period,
    places: Vec<usize>,
    nodes: Vec<Node>,
    /// The node of each charge so far.
    charges: Vec<NodeId>,
    /// Slot classes held so far.
    classes: usize,
}

impl Lowering<'_> {
    /// A charge's or the total's own node.
    fn line(&mut self, amount: &Amount, rounding: Option<Rounding>) -> Result<NodeId, Diagnostic> {
        let value = self.amount(amount)?;
        let of = self.value(value);
        Ok(match rounding {
            Some(Rounding { unit, ties }) => self.push(Node::Rounded { of, unit, ties }),
            None => of,
        })
    }

    fn push(&mut self, node: Node) -> NodeId {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// The node of an affine form: the one it consists of, or a new one.
    fn value(&mut self, affine: Affine) -> NodeId {
        let mut terms = affine.terms.iter();
        if let (Some((node, factor)), None) = (terms.next(), terms.next())
            && factor.is_one()
            && affine.constant.is_zero()
        {
            return *node;
        }
        self.push(Node::Linear { terms: affine.terms.into_iter().collect(), constant: affine.constant })
    }

    fn amount(&mut self, amount: &Amount) -> Result<Affine, Diagnostic> {
        match &amount.kind {
            AmountKind::Number(number) => Ok(Affine::constant(*number)),
            AmountKind::Days => Ok(Affine::constant(Ratio::from(i128::from(self.period.days())))),
            AmountKind::Charge(place) => Ok(Affine::node(self.charges[*place], Ratio::one())),
            AmountKind::Energy(series) => {
                self.energy(series, &amount.span).map(|node| Affine::node(node, Ratio::one()))
            }
            AmountKind::Peak(series) => self.peak(series, &amount.span),
            AmountKind::Sum(terms) => terms.iter().try_fold(Affine::default(), |sum, (minus, term)| {
                let sign = Ratio::from(if *minus { -1 } else { 1 });
                sum.add(&self.amount(term)?, &sign).ok_or_else(|| too_large(&amount.span))
            }),
            AmountKind::Product(factors) => self.product(factors, &amount.span),
            AmountKind::Extreme(which, amounts) => self.extreme(*which, amounts),
            AmountKind::Price(table) => self.table(table, &amount.span).map(|node| Affine::node(node, Ratio::one())),
        }
    }

    /// At most one factor depends on readings; the others are constant forms.
    fn product(&mut self, factors: &[(bool, Amount)], span: &Span) -> Result<Affine, Diagnostic> {
        let mut product = Affine::constant(Ratio::one());
        for (divides, written) in factors {
            let factor = self.amount(written)?;
            let (of, by) =
                if factor.terms.is_empty() { (product, factor.constant) } else { (factor, product.constant) };
            let by = match divides {
                true if by.is_zero() => return Err(by_zero(&written.span)),
                true => exact::div(&Ratio::one(), &by).ok_or_else(|| too_large(span))?,
                false => by,
            };
            product = Affine::default().add(&of, &by).ok_or_else(|| too_large(span))?;
        }
        Ok(product)
    }

    fn extreme(&mut self, which: Extreme, amounts: &[Amount]) -> Result<Affine, Diagnostic> {
        let nodes = amounts.iter().map(|amount| {
            let affine = self.amount(amount)?;
            Ok(self.value(affine))
        });
        let nodes = nodes.collect::<Result<Vec<_>, Diagnostic>>()?;
        let both = |a, b| match which {
            Extreme::Max => Node::Larger(a, b),
            Extreme::Min => Node::Smaller(a, b),
        };
        let node = nodes.into_iter().reduce(|a, b| self.push(both(a, b)));
        Ok(node.map_or_else(Affine::default, |node| Affine::node(node, Ratio::one())))
    }

    fn energy(&mut self, series: &Series, span: &Span) -> Result<NodeId, Diagnostic> {
        let (classes, count) = self.series_classes(series, span)?;
        let rates = [Ratio::one(), Ratio::zero()][..count].to_vec();
        Ok(self.push(Node::Readings { register: series.register, classes, rates }))
    }

    /// Watts: energy per slot over the hours of a slot.
    fn peak(&mut self, series: &Series, span: &Span) -> Result<Affine, Diagnostic> {
        let (classes, _) = self.series_classes(series, span)?;
        let of = self.each(series.register, &classes, |class| (class == 0).then_some(()));
        let node = self.push(Node::Largest { of: of.into_iter().map(|(node, ())| node).collect(), count: 1 });
        let per_hour = Ratio::new(60, i128::from(self.period.calendar().slot().minutes()));
        Ok(Affine::node(node, per_hour))
    }

    /// Class 0 is inside the series' window, class 1 outside; and how many classes there are.
    fn series_classes(&mut self, series: &Series, span: &Span) -> Result<(SlotClasses, usize), Diagnostic> {
        match series.within {
            None => Ok((self.classes(&[], span)?, 1)),
            Some(window) => {
                let sheet = self.sheet;
                Ok((self.classes(&[&sheet.windows[window].week], span)?, 2))
            }
        }
    }

    /// A slot has the class of the first week that contains it, or the one after the last.
    fn classes(&mut self, weeks: &[&Week], span: &Span) -> Result<SlotClasses, Diagnostic> {
        self.classes += self.places.len();
        if self.classes > MAX_CLASSES {
            let message = "the tariff has too many tables for a period of this length";
            return Err(Diagnostic::new("program-too-large", span, message).help("bill a shorter period"));
        }
        let class = |place: &usize| weeks.iter().position(|week| week.contains(*place)).unwrap_or(weeks.len()) as u16;
        Ok(SlotClasses { of: self.places.iter().map(class).collect() })
    }

    fn table(&mut self, table: &Table, span: &Span) -> Result<NodeId, Diagnostic> {
        let register = table.series.register;
        let weeks: Vec<_> = table.rows.iter().map(|row| &row.week).collect();
        let classes = self.classes(&weeks, span)?;
        let outside = table.series.within.is_some();
        let columns = match &table.columns {
            Columns::Flat => {
                let prices = table.rows.iter().map(|row| row.prices[0]);
                let rates = prices.chain(outside.then(Ratio::zero)).collect();
                return Ok(self.push(Node::Readings { register, classes, rates }));
            }
            columns => columns,
        };
        let schedules = table.rows.iter().map(|row| self.schedule(columns, row));
        let schedules = schedules.collect::<Option<Vec<_>>>().ok_or_else(|| too_large(span))?;
        if table.scope == Scope::Reading {
            let of = self.each(register, &classes, |class| (class < schedules.len()).then_some(class));
            return Ok(self.push(Node::Each { of, schedules }));
        }
        let mut of = self.energy(&table.series, span)?;
        for schedule in schedules {
            of = self.push(Node::Scheduled { of, schedule });
        }
        Ok(of)
    }

    /// A node for each reading whose class is chosen, with what it is chosen for.
    fn each<T>(
        &mut self,
        register: usize,
        classes: &SlotClasses,
        choose: impl Fn(usize) -> Option<T>,
    ) -> Vec<(NodeId, T)> {
        let chosen = (0..).zip(&classes.of).filter_map(|(offset, class)| Some((offset, choose((*class).into())?)));
        chosen.map(|(offset, what)| (self.push(Node::Reading(Place { register, offset })), what)).collect()
    }

    fn schedule(&self, columns: &Columns, row: &Row) -> Option<Schedule> {
        let (bounds, cumulative) = match columns {
            Columns::Flat => (&[][..], false),
            Columns::Blocks(bounds) => (&bounds[..], true),
            Columns::Intervals(bounds) => (&bounds[..], false),
        };
        let bounds = bounds.iter().map(|bound| self.bound(bound)).collect::<Option<Vec<_>>>()?;
        let mut pieces: Vec<Piece> = Vec::new();
        for (index, slope) in row.prices.iter().enumerate() {
            let intercept = match (cumulative, pieces.last()) {
                (true, Some(Piece { to: Some(to), slope: below, intercept })) => {
                    exact::add(intercept, &exact::mul(&exact::sub(below, slope)?, to)?)?
                }
                _ => Ratio::zero(),
            };
            pieces.push(Piece { to: bounds.get(index).copied(), slope: *slope, intercept });
        }
        Some(Schedule { pieces })
    }

    fn bound(&self, bound: &Bound) -> Option<Ratio> {
        match bound.per_day {
            true => exact::mul(&bound.energy, &Ratio::from(i128::from(self.period.days()))),
            false => Some(bound.energy),
        }
    }
}

fn too_large(span: &Span) -> Diagnostic {
    let message = "this does not fit the exact arithmetic";
    Diagnostic::new("value-too-large", span, message).help("use smaller or rounder numbers")
}

fn by_zero(span: &Span) -> Diagnostic {
    Diagnostic::new("division-by-zero", span, "this is zero in the period, and is divided by")
        .help("divide by something else")
}
