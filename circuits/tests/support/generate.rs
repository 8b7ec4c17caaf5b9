//! Random programs over every kind of node, and readings at their edges.

use rand_chacha::ChaCha20Rng;
use rand_core::Rng;
use wattproof_circuits::program::*;
use wattproof_meter::quantity::{Register, Unit};
use wattproof_meter::reading::Readings;

use super::slots;

const TIES: [Ties; 5] = [Ties::HalfUp, Ties::HalfEven, Ties::HalfAwayFromZero, Ties::Up, Ties::Down];

pub fn random_program(rng: &mut ChaCha20Rng) -> Program {
    let count = 2 + rng.next_u32() % 12;
    let bits = [3, 7, 10, 12][(rng.next_u32() % 4) as usize];
    let registers = (0..1 + rng.next_u32() % 2)
        .map(|n| Register::new(["import", "export"][n as usize], Unit::WattHour, bits).unwrap())
        .collect::<Vec<_>>();
    let mut make = Make { count, registers: registers.len(), bits, nodes: vec![], rng };
    for _ in 0..1 + make.below(3) {
        make.leaf();
    }
    for _ in 0..make.below(5) {
        make.inner();
    }
    let unit = [Ratio::new(1, 100), Ratio::new(1, 1), Ratio::new(5, 100)][make.below(3)];
    let lines = make.lines(unit);
    let nodes = make.nodes.len();
    make.nodes
        .push(Node::Linear { terms: (0..nodes).map(|n| (n, Ratio::from(1))).collect(), constant: Ratio::from(0) });
    let ties = TIES[make.below(5)];
    make.nodes.push(Node::Rounded { of: nodes, unit, ties });
    Program { registers, slots: slots(count), total: make.nodes.len() - 1, nodes: make.nodes, lines, unit }
}

struct Make<'r> {
    count: u32,
    registers: usize,
    bits: u8,
    nodes: Vec<Node>,
    rng: &'r mut ChaCha20Rng,
}

impl Make<'_> {
    fn below(&mut self, n: usize) -> usize {
        self.rng.next_u32() as usize % n
    }

    fn price(&mut self) -> Ratio {
        let numerator = i128::from(self.rng.next_u32() % 401) - 100;
        Ratio::new(numerator, [1, 2, 8, 100, 1000, 3][self.below(6)])
    }

    fn classes(&mut self, kinds: u32) -> SlotClasses {
        SlotClasses { of: (0..self.count).map(|_| (self.rng.next_u32() % kinds) as u16).collect() }
    }

    fn schedule(&mut self, max: i128) -> Schedule {
        let mut bounds: Vec<i128> =
            (0..self.below(4)).map(|_| i128::from(self.rng.next_u32()) % (max + 2) - 1).collect();
        bounds.sort_unstable();
        bounds.dedup();
        let half = Ratio::new(i128::from(self.below(2) == 0), 2);
        let to = bounds.into_iter().map(|b| Some(half + b)).chain([None]).collect::<Vec<_>>();
        let pieces = to.into_iter().map(|to| Piece { to, slope: self.price(), intercept: self.price() });
        Schedule { pieces: pieces.collect() }
    }

    fn leaf(&mut self) {
        let register = self.below(self.registers);
        let max = (1i128 << self.bits) - 1;
        let node = match self.below(3) {
            0 => {
                let rates = (0..3).map(|_| self.price()).collect();
                Node::Readings { register, classes: self.classes(3), rates }
            }
            1 => {
                let schedules = (0..2).map(|_| (self.below(4) > 0).then(|| self.schedule(max))).collect();
                Node::EachReading { register, classes: self.classes(2), schedules }
            }
            _ => Node::Peak { register, classes: self.classes(3), within: vec![true, self.below(2) == 0, false] },
        };
        self.nodes.push(node);
    }

    fn inner(&mut self) {
        let (a, b) = (self.below(self.nodes.len()), self.below(self.nodes.len()));
        let node = match self.below(6) {
            0 => Node::Larger(a, b),
            1 => Node::Smaller(a, b),
            2 | 3 => Node::Scheduled { of: a, schedule: self.schedule(1i128 << (self.bits + 3)) },
            4 => {
                let unit = [Ratio::new(1, 100), Ratio::new(1, 4), Ratio::from(1), Ratio::new(1, 3)][self.below(4)];
                Node::Rounded { of: a, unit, ties: TIES[self.below(5)] }
            }
            _ => Node::Linear { terms: vec![(a, self.price()), (b, self.price())], constant: self.price() },
        };
        self.nodes.push(node);
    }

    fn lines(&mut self, unit: Ratio) -> Vec<Line> {
        let shown = self.below(3) == 0;
        self.nodes.push(Node::Rounded { of: 0, unit, ties: Ties::HalfUp });
        vec![Line { name: "first".into(), node: self.nodes.len() - 1, shown }]
    }
}

/// All zero, all at the bound, all equal, at block edges and beside them, or anything.
pub fn edge_readings(program: &Program, rng: &mut ChaCha20Rng) -> Readings {
    let edges: Vec<u32> = program.nodes.iter().flat_map(bounds).collect();
    let kind = rng.next_u32() % 5;
    let same = rng.next_u32();
    let mut readings = Readings::gaps(program.slots, program.registers.len());
    for slot in program.slots.iter() {
        for (index, register) in program.registers.iter().enumerate() {
            let max = register.max();
            let value = match kind {
                0 => 0,
                1 => max,
                2 => same & max,
                3 if !edges.is_empty() => {
                    let edge = edges[rng.next_u32() as usize % edges.len()];
                    (edge + rng.next_u32() % 3).saturating_sub(1).min(max)
                }
                _ => rng.next_u32() & max,
            };
            assert!(readings.set(index, slot, Some(value)));
        }
    }
    readings
}

fn bounds(node: &Node) -> Vec<u32> {
    let schedules = match node {
        Node::EachReading { schedules, .. } => schedules.iter().flatten().collect(),
        Node::Scheduled { schedule, .. } => vec![schedule],
        _ => vec![],
    };
    let bounds = schedules.into_iter().flat_map(|s| &s.pieces).filter_map(|piece| piece.to);
    bounds.filter_map(|to| u32::try_from(to.floor().to_integer()).ok()).collect()
}
