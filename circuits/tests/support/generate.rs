//! Random programs over every kind of node, and readings at their edges.

use rand_chacha::ChaCha20Rng;
use rand_core::Rng;
use wattproof_circuits::program::*;
use wattproof_meter::quantity::{Register, Unit};
use wattproof_meter::reading::Readings;

use super::build::Build;

const TIES: [Ties; 5] = [Ties::HalfUp, Ties::HalfEven, Ties::HalfAwayFromZero, Ties::Up, Ties::Down];

pub fn random_program(rng: &mut ChaCha20Rng) -> Program {
    let count = 2 + rng.next_u32() % 12;
    let bits = [3, 7, 10, 12][(rng.next_u32() % 4) as usize];
    let registers = (0..1 + rng.next_u32() % 2)
        .map(|n| Register::new(["import", "export"][n as usize], Unit::WattHour, bits).unwrap())
        .collect::<Vec<_>>();
    let mut make = Make { count, registers: registers.len(), bits, build: Build::default(), values: vec![], rng };
    for _ in 0..1 + make.below(3) {
        make.leaf();
    }
    for _ in 0..make.below(5) {
        make.inner();
    }
    let unit = [Ratio::new(1, 100), Ratio::new(1, 1), Ratio::new(5, 100)][make.below(3)];
    let lines = make.lines(unit);
    let terms: Vec<_> = make.values.iter().map(|value| (*value, Ratio::from(1))).collect();
    let sum = make.build.linear(&terms, Ratio::from(0));
    let ties = TIES[make.below(5)];
    make.build.rounded(sum, unit, ties);
    let mut program = super::program(count, make.build.nodes, unit);
    program.registers = registers;
    program.lines = lines;
    program
}

struct Make<'r> {
    count: u32,
    registers: usize,
    bits: u8,
    build: Build,
    /// The nodes that later ones choose from, all of them part of the total.
    values: Vec<NodeId>,
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
        let value = match self.below(3) {
            0 => {
                let rates: Vec<_> = (0..3).map(|_| self.price()).collect();
                let classes = self.classes(3);
                self.build.readings(register, &classes, &rates)
            }
            1 => {
                let schedules: Vec<_> = (0..2).map(|_| (self.below(4) > 0).then(|| self.schedule(max))).collect();
                let classes = self.classes(2);
                self.build.each(register, &classes, &schedules)
            }
            _ => {
                let classes = self.classes(3);
                let within = [true, self.below(2) == 0, false];
                self.build.largest(register, &classes, &within, 1)
            }
        };
        self.values.push(value);
    }

    fn inner(&mut self) {
        let (a, b) = (self.value(), self.value());
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
        let value = self.build.push(node);
        self.values.push(value);
    }

    fn value(&mut self) -> NodeId {
        let at = self.below(self.values.len());
        self.values[at]
    }

    fn lines(&mut self, unit: Ratio) -> Vec<Line> {
        let shown = self.below(3) == 0;
        let node = self.build.rounded(self.values[0], unit, Ties::HalfUp);
        self.values.push(node);
        vec![Line { name: "first".into(), node, shown }]
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
        Node::Each { schedules, .. } => schedules.iter().collect(),
        Node::Scheduled { schedule, .. } => vec![schedule],
        _ => vec![],
    };
    let bounds = schedules.into_iter().flat_map(|s| &s.pieces).filter_map(|piece| piece.to);
    bounds.filter_map(|to| u32::try_from(to.floor().to_integer()).ok()).collect()
}
