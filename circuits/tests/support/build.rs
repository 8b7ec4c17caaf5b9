//! Programs put together node by node.

use wattproof_circuits::program::*;

/// The nodes so far; each call gives the new node's place.
#[derive(Default)]
pub struct Build {
    pub nodes: Vec<Node>,
}

impl Build {
    pub fn push(&mut self, node: Node) -> NodeId {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// One reading.
    pub fn reading(&mut self, register: usize, offset: u32) -> NodeId {
        self.push(Node::Reading(Place { register, offset }))
    }

    /// `Σ rates[class] · reading`.
    pub fn readings(&mut self, register: usize, classes: &SlotClasses, rates: &[Ratio]) -> NodeId {
        self.push(Node::Readings { register, classes: classes.clone(), rates: rates.to_vec() })
    }

    /// Every reading at its class's schedule; classes without one are free.
    pub fn each(&mut self, register: usize, classes: &SlotClasses, schedules: &[Option<Schedule>]) -> NodeId {
        let priced: Vec<usize> = (0..schedules.len()).filter(|class| schedules[*class].is_some()).collect();
        let mut of = vec![];
        for (offset, class) in (0..).zip(&classes.of) {
            if let Some(schedule) = priced.iter().position(|priced| *priced == usize::from(*class)) {
                of.push((self.reading(register, offset), schedule));
            }
        }
        self.push(Node::Each { of, schedules: schedules.iter().flatten().cloned().collect() })
    }

    /// The sum of the largest readings of marked classes.
    pub fn largest(&mut self, register: usize, classes: &SlotClasses, within: &[bool], count: usize) -> NodeId {
        let marked = (0..).zip(&classes.of).filter(|(_, class)| within[usize::from(**class)]);
        let of = marked.map(|(offset, _)| self.reading(register, offset)).collect();
        self.push(Node::Largest { of, count })
    }

    pub fn linear(&mut self, terms: &[(NodeId, Ratio)], constant: Ratio) -> NodeId {
        self.push(Node::Linear { terms: terms.to_vec(), constant })
    }

    pub fn scheduled(&mut self, of: NodeId, schedule: Schedule) -> NodeId {
        self.push(Node::Scheduled { of, schedule })
    }

    pub fn rounded(&mut self, of: NodeId, unit: Ratio, ties: Ties) -> NodeId {
        self.push(Node::Rounded { of, unit, ties })
    }
}
