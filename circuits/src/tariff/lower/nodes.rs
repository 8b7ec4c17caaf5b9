//! A program's nodes as they are made: equal ones are one, and those that nothing needs are dropped at the end.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use num_traits::{One, Zero};

use super::affine::Affine;
use super::bounds::Bounds;
use super::{Lowering, piecewise};
use crate::program::{Node, NodeId, Place, Program, Ratio, Schedule};

/// The nodes so far.
#[derive(Default)]
pub(super) struct Nodes {
    pub(super) all: Vec<Node>,
    /// The nodes of each hash.
    known: BTreeMap<u64, Vec<NodeId>>,
    /// How low and how high the first of them are, as far as was asked.
    pub(super) bounds: Vec<Bounds>,
    /// How many slots and terms they name.
    pub(super) size: usize,
}

impl Lowering<'_> {
    /// A node's place: that of an equal one when there is one.
    pub(super) fn push(&mut self, node: Node) -> NodeId {
        let mut hasher = DefaultHasher::new();
        node.hash(&mut hasher);
        let same = self.nodes.known.entry(hasher.finish()).or_default();
        if let Some(place) = same.iter().find(|place| self.nodes.all[**place] == node) {
            return *place;
        }
        let place = self.nodes.all.len();
        same.push(place);
        self.nodes.all.push(node);
        place
    }

    /// A reading's node.
    pub(super) fn reading(&mut self, register: usize, offset: u32) -> NodeId {
        self.push(Node::Reading(Place { register, offset }))
    }

    /// The node of an affine form: the one it consists of, or one of its own.
    pub(super) fn value(&mut self, affine: Affine) -> NodeId {
        let mut terms = affine.terms.iter();
        if let (Some((node, factor)), None) = (terms.next(), terms.next())
            && factor.is_one()
            && affine.constant.is_zero()
        {
            return *node;
        }
        self.push(Node::Linear { terms: affine.terms.into_iter().collect(), constant: affine.constant })
    }

    /// The piecewise linear function that a form is of a single other value, when it is one.
    pub(super) fn along(&self, affine: &Affine) -> Option<(NodeId, Schedule)> {
        let base = |node: NodeId| match &self.nodes.all[node] {
            Node::Scheduled { of, .. } => *of,
            _ => node,
        };
        let of = base(*affine.terms.keys().next()?);
        let mut sum = piecewise::line(Ratio::zero(), affine.constant);
        for (node, factor) in &affine.terms {
            let term = match &self.nodes.all[*node] {
                Node::Scheduled { of: argument, schedule } if *argument == of => piecewise::scaled(schedule, factor)?,
                _ if *node == of => piecewise::line(*factor, Ratio::zero()),
                _ => return None,
            };
            sum = piecewise::sum(&sum, &term)?;
        }
        Some((of, sum))
    }

    /// A function of a form.
    pub(super) fn scheduled(&mut self, schedule: Schedule, of: Affine) -> Option<Affine> {
        if let Some(constant) = of.as_constant() {
            return Some(Affine::constant(piecewise::at(&schedule, &constant)?));
        }
        let chained = self.along(&of).and_then(|(of, inner)| Some((of, piecewise::chained(&schedule, &inner)?)));
        let (of, schedule) = match chained {
            Some(chained) => chained,
            None => (self.value(of), schedule),
        };
        Some(self.piecewise(of, schedule))
    }

    /// A function of a node.
    pub(super) fn piecewise(&mut self, of: NodeId, schedule: Schedule) -> Affine {
        match piecewise::as_line(&schedule) {
            Some((slope, intercept)) => Affine { constant: intercept, ..Affine::node(of, slope) },
            None => Affine::one(self.push(Node::Scheduled { of, schedule })),
        }
    }

    /// The product of two forms.
    pub(super) fn multiplied(&mut self, a: Affine, b: Affine) -> Option<Affine> {
        if let Some(factor) = a.as_constant() {
            return b.times(&factor);
        }
        if let Some(factor) = b.as_constant() {
            return a.times(&factor);
        }
        if let (Some((of, left)), Some((other, right))) = (self.along(&a), self.along(&b))
            && of == other
            && let Some(product) = piecewise::product(&left, &right)
        {
            return Some(self.piecewise(of, product));
        }
        let (a, b) = (self.value(a), self.value(b));
        Some(Affine::one(self.push(Node::Product(a.min(b), a.max(b)))))
    }
}

/// Drops the nodes that neither the total nor a line nor a figure needs.
pub(super) fn sweep(program: &mut Program) {
    let mut needed = vec![false; program.nodes.len()];
    let figures = program.figures.iter().map(|figure| figure.node);
    for root in program.lines.iter().map(|line| line.node).chain(figures).chain([program.total]) {
        needed[root] = true;
    }
    for place in (0..program.nodes.len()).rev() {
        if needed[place] {
            arguments(&mut program.nodes[place]).into_iter().for_each(|argument| needed[*argument] = true);
        }
    }
    let moved: Vec<_> =
        needed.iter().scan(0, |next, needed| Some(core::mem::replace(next, *next + usize::from(*needed)))).collect();
    let mut nodes = core::mem::take(&mut program.nodes);
    nodes.iter_mut().flat_map(arguments).for_each(|argument| *argument = moved[*argument]);
    let kept = nodes.into_iter().zip(needed).filter_map(|(node, needed)| needed.then_some(node));
    program.nodes = kept.collect();
    let figures = program.figures.iter_mut().map(|figure| &mut figure.node);
    let lines = program.lines.iter_mut().map(|line| &mut line.node);
    figures.chain(lines).chain([&mut program.total]).for_each(|node| *node = moved[*node]);
}

/// The nodes that a node reads.
fn arguments(node: &mut Node) -> Vec<&mut NodeId> {
    match node {
        Node::Readings { .. } | Node::Reading(_) | Node::Carried(_) => Vec::new(),
        Node::Linear { terms, .. } => terms.iter_mut().map(|(of, _)| of).collect(),
        Node::Scheduled { of, .. } | Node::Root { of, .. } | Node::Rounded { of, .. } => vec![of],
        Node::Each { of, .. } | Node::Climb { of, .. } => of.iter_mut().map(|(of, _)| of).collect(),
        Node::Largest { of, .. } => of.iter_mut().collect(),
        Node::Entry { keys, .. } => keys.iter_mut().collect(),
        Node::Larger(a, b) | Node::Smaller(a, b) | Node::Product(a, b) => vec![a, b],
        Node::Quotient { of, over, .. } => vec![of, over],
    }
}
