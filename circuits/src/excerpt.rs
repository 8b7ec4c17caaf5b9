//! Parts of a program: the nodes that some of its values rest on, and nothing else.

use crate::program::{Node, NodeId, Program};

impl Node {
    /// The nodes that this one reads, in the order in which it names them.
    pub fn reads(&self) -> Vec<NodeId> {
        match self {
            Node::Readings { .. } | Node::Reading(_) | Node::Carried(_) => Vec::new(),
            Node::Linear { terms, .. } => terms.iter().map(|(of, _)| *of).collect(),
            Node::Scheduled { of, .. } | Node::Root { of, .. } | Node::Rounded { of, .. } => vec![*of],
            Node::Each { of, .. } | Node::Climb { of, .. } => of.iter().map(|(of, _)| *of).collect(),
            Node::Largest { of, .. } => of.clone(),
            Node::Entry { keys, .. } => keys.clone(),
            Node::Larger(a, b) | Node::Smaller(a, b) | Node::Product(a, b) => vec![*a, *b],
            Node::Quotient { of, over, .. } => vec![*of, *over],
        }
    }

    /// The same node with every node that it reads renamed.
    fn renamed(&self, to: impl Fn(NodeId) -> NodeId) -> Node {
        let mut node = self.clone();
        match &mut node {
            Node::Readings { .. } | Node::Reading(_) | Node::Carried(_) => {}
            Node::Linear { terms, .. } => terms.iter_mut().for_each(|(of, _)| *of = to(*of)),
            Node::Scheduled { of, .. } | Node::Root { of, .. } | Node::Rounded { of, .. } => *of = to(*of),
            Node::Each { of, .. } | Node::Climb { of, .. } => of.iter_mut().for_each(|(of, _)| *of = to(*of)),
            Node::Entry { keys, .. } => keys.iter_mut().for_each(|key| *key = to(*key)),
            Node::Largest { of, .. } => of.iter_mut().for_each(|of| *of = to(*of)),
            Node::Larger(a, b) | Node::Smaller(a, b) | Node::Product(a, b) => (*a, *b) = (to(*a), to(*b)),
            Node::Quotient { of, over, .. } => (*of, *over) = (to(*of), to(*over)),
        }
        node
    }
}

impl Program {
    /// Whether each node is one of `roots`, which are nodes of the program, or is read by one that is.
    pub fn reached(&self, roots: &[NodeId]) -> Vec<bool> {
        let mut reached = vec![false; self.nodes.len()];
        roots.iter().for_each(|root| reached[*root] = true);
        for node in (0..self.nodes.len()).rev() {
            if reached[node] {
                self.nodes[node].reads().into_iter().for_each(|of| reached[of] = true);
            }
        }
        reached
    }

    /// The program whose total is `total`, which keeps its first `lines` lines, no figure, and the nodes that these
    /// rest on. The program must be well formed.
    pub fn excerpt(&self, lines: usize, total: NodeId) -> Program {
        let lines = &self.lines[..lines.min(self.lines.len())];
        let roots: Vec<NodeId> = lines.iter().map(|line| line.node).chain([total]).collect();
        let reached = self.reached(&roots);
        let places: Vec<NodeId> = reached
            .iter()
            .scan(0, |next, kept| {
                let place = *next;
                *next += usize::from(*kept);
                Some(place)
            })
            .collect();
        let kept = self.nodes.iter().zip(&reached).filter(|(_, kept)| **kept);
        let mut excerpt = self.clone();
        excerpt.nodes = kept.map(|(node, _)| node.renamed(|of| places[of])).collect();
        excerpt.lines = lines.to_vec();
        excerpt.lines.iter_mut().for_each(|line| line.node = places[line.node]);
        excerpt.total = places[total];
        excerpt.figures = Vec::new();
        excerpt
    }
}
