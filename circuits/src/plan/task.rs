//! What is left to plan of a node that stands for itself, and which other nodes that takes.

use std::rc::Rc;

use num_traits::Signed;

use crate::merkle::Table;
use crate::program::{Node, NodeId, Program, Ratio, Schedule, Ties};

use super::expr::{Expr, Univariate};
use super::function::Function;
use super::symbols::Symbols;

/// A node's remainder.
pub(super) enum Task<'p> {
    /// A sum that several nodes share.
    Sum(Rc<Expr>),
    Scheduled(Rc<Expr>, &'p Schedule),
    Each(Vec<(Rc<Expr>, &'p Schedule)>),
    Larger(Rc<Expr>, Rc<Expr>),
    Smaller(Rc<Expr>, Rc<Expr>),
    Product(Rc<Expr>, Rc<Expr>),
    Quotient {
        of: Rc<Expr>,
        over: Rc<Expr>,
        or: Ratio,
    },
    Root {
        of: Rc<Expr>,
        unit: Ratio,
        ties: Ties,
    },
    Rounded {
        of: Rc<Expr>,
        unit: Ratio,
        ties: Ties,
    },
    Largest(Largest),
    Entry {
        keys: Vec<Rc<Expr>>,
        table: &'p Table,
    },
    Climb {
        of: Vec<(Rc<Expr>, usize)>,
        bounds: &'p [Ratio],
        rows: &'p [Vec<Ratio>],
    },
}

/// The sum of the largest of some values, and what is done to it.
pub(super) struct Largest {
    pub(super) members: Members,
    pub(super) count: usize,
    /// The outermost first.
    pub(super) then: Vec<Then>,
}

pub(super) enum Members {
    /// Affine in what is given.
    Inputs(Vec<Rc<Expr>>),
    /// Sums of two squares, of values affine in what is given.
    Squares(Vec<[Rc<Expr>; 2]>),
    Others(Vec<Rc<Expr>>),
}

/// A function that never falls, which therefore may be applied after a maximum instead of to each of its values.
pub(super) enum Then {
    Line { factor: Ratio, constant: Ratio },
    Function(Function),
    Rounded { unit: Ratio, ties: Ties },
    Root { unit: Ratio, ties: Ties },
}

impl<'p> Task<'p> {
    /// What is left of a node that stands for itself; nothing of one that is a sum.
    pub(super) fn of(symbols: &Symbols<'p>, node: NodeId) -> Option<Self> {
        if let Some(sum) = symbols.shared(node) {
            return Some(Task::Sum(sum));
        }
        let expr = |node: &NodeId| symbols.expr(*node);
        Some(match symbols.program.nodes.get(node)? {
            Node::Readings { .. } | Node::Reading(_) | Node::Carried(_) | Node::Linear { .. } => return None,
            Node::Scheduled { of, schedule } => Task::Scheduled(expr(of), schedule),
            Node::Each { of, schedules } => Task::Each(of.iter().map(|(of, at)| (expr(of), &schedules[*at])).collect()),
            Node::Larger(a, b) => Task::Larger(expr(a), expr(b)),
            Node::Smaller(a, b) => Task::Smaller(expr(a), expr(b)),
            Node::Product(a, b) => Task::Product(expr(a), expr(b)),
            Node::Quotient { of, over, or } => Task::Quotient { of: expr(of), over: expr(over), or: *or },
            Node::Root { of, unit, ties } => Task::Root { of: expr(of), unit: *unit, ties: *ties },
            Node::Rounded { of, unit, ties } => Task::Rounded { of: expr(of), unit: *unit, ties: *ties },
            Node::Largest { of, count } => Task::Largest(Largest::of(symbols, of.iter().map(expr).collect(), *count)),
            Node::Entry { keys, table } => Task::Entry { keys: keys.iter().map(expr).collect(), table },
            Node::Climb { of, bounds, rows } => {
                Task::Climb { of: of.iter().map(|(of, row)| (expr(of), *row)).collect(), bounds, rows }
            }
        })
    }

    /// The expressions that must be planned before.
    pub(super) fn takes(&self) -> Vec<&Expr> {
        match self {
            Task::Sum(of) | Task::Scheduled(of, _) | Task::Root { of, .. } | Task::Rounded { of, .. } => vec![of],
            Task::Larger(a, b) | Task::Smaller(a, b) | Task::Product(a, b) | Task::Quotient { of: a, over: b, .. } => {
                vec![a, b]
            }
            Task::Each(of) => of.iter().map(|(of, _)| &**of).collect(),
            Task::Entry { keys, .. } => keys.iter().map(|key| &**key).collect(),
            Task::Climb { of, .. } => of.iter().map(|(of, _)| &**of).collect(),
            Task::Largest(Largest { members: Members::Others(of), .. }) => of.iter().map(|of| &**of).collect(),
            Task::Largest(_) => vec![],
        }
    }
}

impl Largest {
    fn of(symbols: &Symbols<'_>, mut members: Vec<Rc<Expr>>, count: usize) -> Self {
        let mut then = vec![];
        while count == 1 && !members.iter().all(|member| member.is_affine()) {
            if let Some(squares) = squares(symbols, &members, &mut then) {
                return Largest { members: Members::Squares(squares), count, then };
            }
            match rising(symbols.program, &members, &mut then).or_else(|| peeled(symbols, &members, &mut then)) {
                Some(inner) => members = inner,
                None => break,
            }
        }
        let is_affine = members.iter().all(|member| member.is_affine());
        let members = if is_affine { Members::Inputs(members) } else { Members::Others(members) };
        Largest { members, count, then }
    }
}

/// The arguments of members that are one function, which never falls, of a weighted sum each.
fn rising(program: &Program, members: &[Rc<Expr>], then: &mut Vec<Then>) -> Option<Vec<Rc<Expr>>> {
    let mut common: Option<Function> = None;
    let mut arguments = vec![];
    for member in members {
        let Univariate::Of(weights, function) = member.univariate(program)? else { return None };
        if common.get_or_insert_with(|| function.clone()) != &function {
            return None;
        }
        let given = weights.iter().map(|(given, weight)| (*given, Ratio::from(*weight))).collect();
        arguments.push(Rc::new(Expr { given, ..Expr::default() }));
    }
    then.push(Then::Function(common.filter(Function::rises)?));
    Some(arguments)
}

/// The arguments of members that are the same rounding or root, times the same factor above zero, with the same constant.
fn peeled(symbols: &Symbols<'_>, members: &[Rc<Expr>], then: &mut Vec<Then>) -> Option<Vec<Rc<Expr>>> {
    let line = Line::common(members)?;
    let mut kind = None;
    let mut arguments = vec![];
    for member in members {
        let (node, ..) = member.as_node()?;
        let (of, found) = match symbols.program.nodes.get(node)? {
            Node::Rounded { of, unit, ties } => (*of, (false, *unit, *ties)),
            Node::Root { of, unit, ties } => (*of, (true, *unit, *ties)),
            _ => return None,
        };
        if *kind.get_or_insert(found) != found {
            return None;
        }
        let argument = symbols.expr(of);
        if is_quotient(symbols, &argument) {
            return None;
        }
        arguments.push(argument);
    }
    let (is_root, unit, ties) = kind?;
    then.push(line.then());
    then.push(if is_root { Then::Root { unit, ties } } else { Then::Rounded { unit, ties } });
    Some(arguments)
}

/// Whether an expression takes a quotient that is not rounded, whose values cannot be told apart.
fn is_quotient(symbols: &Symbols<'_>, expr: &Expr) -> bool {
    expr.nodes.keys().any(|node| match symbols.program.nodes.get(*node) {
        Some(Node::Quotient { .. }) => true,
        Some(Node::Product(a, b)) => [a, b].into_iter().any(|of| is_quotient(symbols, &symbols.expr(*of))),
        _ => false,
    })
}

/// The roots of members that are sums of two squares, times the same factor above zero, with the same constant.
fn squares(symbols: &Symbols<'_>, members: &[Rc<Expr>], then: &mut Vec<Then>) -> Option<Vec<[Rc<Expr>; 2]>> {
    let line = Line::common(members)?;
    let root = |node: &NodeId| match symbols.program.nodes.get(*node)? {
        Node::Product(a, b) => {
            let (a, b) = (symbols.expr(*a), symbols.expr(*b));
            (a == b && a.is_affine()).then_some(a)
        }
        _ => None,
    };
    let roots = members.iter().map(|member| {
        let roots = member.nodes.keys().map(root).collect::<Option<Vec<_>>>()?;
        <[Rc<Expr>; 2]>::try_from(roots).ok()
    });
    let roots = roots.collect::<Option<Vec<_>>>()?;
    then.push(line.then());
    Some(roots)
}

/// What members have in common that are nodes times a factor with a constant added.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Line {
    factor: Ratio,
    constant: Ratio,
}

impl Line {
    fn common(members: &[Rc<Expr>]) -> Option<Self> {
        let line = |member: &Rc<Expr>| {
            let factor = *member.nodes.values().next()?;
            let same = member.nodes.values().all(|other| *other == factor);
            let alone = member.given.is_empty() && member.functions.is_empty();
            (alone && same && factor.is_positive()).then_some(Line { factor, constant: member.constant })
        };
        let first = line(members.first()?)?;
        members.iter().all(|member| line(member) == Some(first)).then_some(first)
    }

    fn then(self) -> Then {
        Then::Line { factor: self.factor, constant: self.constant }
    }
}
