//! Random programs over every kind of node, and readings at their edges.

use std::collections::BTreeMap;

use rand_chacha::ChaCha20Rng;
use rand_core::Rng;
use wattproof_circuits::merkle::Axis;
use wattproof_circuits::program::*;
use wattproof_meter::quantity::{Register, Unit};
use wattproof_meter::reading::Readings;

use super::build::Build;

const TIES: [Ties; 5] = [Ties::HalfUp, Ties::HalfEven, Ties::HalfAwayFromZero, Ties::Up, Ties::Down];

/// A program, its readings, and what earlier bills hand on.
pub fn random_bill(rng: &mut ChaCha20Rng) -> (Program, Readings, Vec<u64>) {
    let program = random_program(rng);
    let readings = edge_readings(&program, rng);
    let carried = program.carried.iter().map(|carried| match rng.next_u32() % 4 {
        0 => 0,
        1 => carried.below - 1,
        _ => u64::from(rng.next_u32()) % carried.below,
    });
    let carried = carried.collect();
    (program, readings, carried)
}

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
    let figures = make.figures();
    let terms: Vec<_> = make.values.iter().map(|value| (value.node, Ratio::from(1))).collect();
    let sum = make.build.linear(&terms, Ratio::from(0));
    let ties = TIES[make.below(5)];
    make.build.rounded(sum, unit, ties);
    let estimates = make.estimates();
    let carried = vec![Carried { name: "state".into(), unit: Ratio::new(1, 2), below: 40 }];
    let mut program = super::program(count, make.build.nodes, unit);
    program.registers = registers;
    program.lines = lines;
    program.figures = figures;
    program.estimates = estimates;
    program.carried = carried;
    program
}

#[derive(Clone, Copy)]
struct Made {
    node: NodeId,
    /// Whether it is or holds a quotient that varies.
    is_fraction: bool,
}

struct Make<'r> {
    count: u32,
    registers: usize,
    bits: u8,
    build: Build,
    /// The nodes that later ones choose from, all of them part of the total.
    values: Vec<Made>,
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

    fn bounds(&mut self, most: usize, max: i128) -> Vec<i128> {
        let count = self.below(most);
        let mut bounds: Vec<i128> = (0..count).map(|_| i128::from(self.rng.next_u32()) % (max + 2) - 1).collect();
        bounds.sort_unstable();
        bounds.dedup();
        bounds
    }

    fn schedule(&mut self, max: i128) -> Schedule {
        let bounds = self.bounds(4, max);
        let half = Ratio::new(i128::from(self.below(2) == 0), 2);
        let to = bounds.into_iter().map(|b| Some(half + b)).chain([None]).collect::<Vec<_>>();
        let pieces = to.into_iter().map(|to| Piece { to, slope: self.price(), intercept: self.price() });
        Schedule { pieces: pieces.collect() }
    }

    fn keep(&mut self, node: NodeId, is_fraction: bool) {
        self.values.push(Made { node, is_fraction });
    }

    /// A node over readings.
    fn leaf(&mut self) {
        let register = self.below(self.registers);
        let max = (1i128 << self.bits) - 1;
        let node = match self.below(7) {
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
            2 => {
                let classes = self.classes(3);
                let within = [true, self.below(2) == 0, false];
                let count = 1 + self.below(3);
                self.build.largest(register, &classes, &within, count)
            }
            3 => self.per_slot(),
            4 => self.climb(register, max),
            5 => self.apparent(),
            _ => self.build.push(Node::Carried(0)),
        };
        self.keep(node, false);
    }

    /// Something of each slot's net energy: its positive part priced, or the largest of it.
    fn per_slot(&mut self) -> NodeId {
        let other = self.registers - 1;
        let zero = self.build.linear(&[], Ratio::from(0));
        let by = self.price();
        let bought: Vec<_> = (0..self.count)
            .map(|slot| {
                let (import, export) = (self.build.reading(0, slot), self.build.reading(other, slot));
                let net = self.build.linear(&[(import, Ratio::from(2)), (export, Ratio::from(-1))], Ratio::from(0));
                self.build.push(Node::Larger(net, zero))
            })
            .collect();
        match self.below(4) {
            0 => {
                let schedule = self.schedule(2i128 << self.bits);
                let of = bought.iter().map(|slot| (*slot, 0)).collect();
                self.build.push(Node::Each { of, schedules: vec![schedule] })
            }
            1 => self.build.push(Node::Largest { of: bought, count: 1 }),
            2 => {
                let count = 1 + self.below(3);
                self.build.push(Node::Largest { of: bought, count })
            }
            _ => {
                let terms: Vec<_> = (1..).zip(&bought).map(|(at, slot)| (*slot, by * Ratio::from(at))).collect();
                self.build.linear(&terms, Ratio::from(0))
            }
        }
    }

    /// Readings that climb in order, at two rows' prices.
    fn climb(&mut self, register: usize, max: i128) -> NodeId {
        let bounds = self.bounds(3, max * i128::from(self.count) / 2);
        let bounds: Vec<_> = bounds.into_iter().filter(|bound| *bound > 0).map(Ratio::from).collect();
        let rows = (0..2).map(|_| (0..=bounds.len()).map(|_| self.price()).collect()).collect();
        let of = (0..self.count).map(|slot| (self.build.reading(register, slot), self.below(2))).collect();
        self.build.push(Node::Climb { of, bounds, rows })
    }

    /// The largest of rounded roots of sums of two squares.
    fn apparent(&mut self) -> NodeId {
        let other = self.registers - 1;
        let (unit, ties) = ([Ratio::from(1), Ratio::from(3), Ratio::new(1, 2)][self.below(3)], TIES[self.below(5)]);
        let of = (0..self.count)
            .map(|slot| {
                let (x, y) = (self.build.reading(0, slot), self.build.reading(other, slot));
                let net = self.build.linear(&[(x, Ratio::from(1)), (y, Ratio::from(-1))], Ratio::from(2));
                let squares = [net, y].map(|of| self.build.push(Node::Product(of, of)));
                let terms = squares.map(|square| (square, Ratio::from(1)));
                let sum = self.build.linear(&terms, Ratio::from(0));
                self.build.push(Node::Root { of: sum, unit, ties })
            })
            .collect();
        self.build.push(Node::Largest { of, count: 1 })
    }

    /// A node over earlier ones.
    fn inner(&mut self) {
        let (a, b) = (self.value(), self.value());
        let fraction = a.is_fraction || b.is_fraction;
        let wide = 1i128 << (self.bits + 3);
        let (node, is_fraction) = match self.below(14) {
            0 => (Node::Larger(a.node, b.node), fraction),
            1 => (Node::Smaller(a.node, b.node), fraction),
            2 | 3 => (Node::Scheduled { of: a.node, schedule: self.schedule(wide) }, a.is_fraction),
            4 => {
                let unit = [Ratio::new(1, 100), Ratio::new(1, 4), Ratio::from(1), Ratio::new(1, 3)][self.below(4)];
                (Node::Rounded { of: a.node, unit, ties: TIES[self.below(5)] }, false)
            }
            5 => (Node::Product(a.node, b.node), fraction),
            6 | 7 => (Node::Quotient { of: a.node, over: b.node, or: self.price() }, true),
            8 => {
                let unit = [Ratio::from(1), Ratio::new(1, 2), Ratio::from(10)][self.below(3)];
                (Node::Root { of: a.node, unit, ties: TIES[self.below(5)] }, false)
            }
            9 | 10 => return self.list(wide),
            11 => return self.entry(),
            _ => {
                let terms = vec![(a.node, self.price()), (b.node, self.price())];
                (Node::Linear { terms, constant: self.price() }, fraction)
            }
        };
        let node = self.build.push(node);
        self.keep(node, is_fraction);
    }

    /// A list over earlier nodes that are no quotients.
    fn list(&mut self, wide: i128) {
        let whole: Vec<_> = self.values.iter().filter(|value| !value.is_fraction).map(|value| value.node).collect();
        let of: Vec<NodeId> = (0..1 + self.below(5)).map(|_| whole[self.below(whole.len())]).collect();
        let node = match self.below(3) {
            0 => {
                let schedules: Vec<_> = (0..2).map(|_| self.schedule(wide)).collect();
                Node::Each { of: of.into_iter().map(|of| (of, self.below(2))).collect(), schedules }
            }
            1 => Node::Largest { of, count: 1 + self.below(3) },
            _ => {
                let bounds: Vec<_> = self.bounds(3, wide).into_iter().filter(|b| *b > 0).map(Ratio::from).collect();
                let rows = (0..2).map(|_| (0..=bounds.len()).map(|_| self.price()).collect()).collect();
                Node::Climb { of: of.into_iter().map(|of| (of, self.below(2))).collect(), bounds, rows }
            }
        };
        let node = self.build.push(node);
        self.keep(node, false);
    }

    /// An entry of a table by one or two earlier nodes that are no quotients.
    fn entry(&mut self) {
        let whole: Vec<_> = self.values.iter().filter(|value| !value.is_fraction).map(|value| value.node).collect();
        let keys: Vec<NodeId> = (0..1 + self.below(2)).map(|_| whole[self.below(whole.len())]).collect();
        let axes = keys.iter().map(|_| {
            let first = Ratio::new(i128::from(self.rng.next_u32() % 200) - 50, 2);
            let step = [Ratio::from(1), Ratio::new(7, 2), Ratio::from(40), Ratio::new(1, 3)][self.below(4)];
            Axis { first, step, rows: 2 + self.rng.next_u32() % 3 }
        });
        let axes: Vec<Axis> = axes.collect();
        let count = axes.iter().map(|axis| axis.rows as usize).product::<usize>();
        let values: Vec<i64> = (0..count).map(|_| i64::from(self.rng.next_u32() % 401) - 100).collect();
        let unit = [Ratio::from(1), Ratio::new(1, 100), Ratio::new(3, 8)][self.below(3)];
        let node = self.build.push(Node::Entry { keys, table: super::tables::table(axes, unit, &values) });
        self.keep(node, false);
    }

    fn value(&mut self) -> Made {
        let at = self.below(self.values.len());
        self.values[at]
    }

    fn lines(&mut self, unit: Ratio) -> Vec<Line> {
        let shown = self.below(3) == 0;
        let node = self.build.rounded(self.values[0].node, unit, Ties::HalfUp);
        self.keep(node, false);
        vec![Line { name: "first".into(), node, shown }]
    }

    fn figures(&mut self) -> Vec<Figure> {
        if self.below(3) > 0 {
            return vec![];
        }
        let unit = Ratio::from(7);
        let of = self.value().node;
        let node = self.build.rounded(of, unit, Ties::Down);
        vec![Figure { name: "figure".into(), node, unit, label: ("Wh".into(), Ratio::from(1)) }]
    }

    /// A gap now and then, estimated flat or by the mean of other slots.
    fn estimates(&mut self) -> BTreeMap<Place, Estimate> {
        if self.below(3) > 0 {
            return BTreeMap::new();
        }
        let register = self.below(self.registers);
        let gaps: Vec<u32> = (0..self.count).filter(|_| self.rng.next_u32().is_multiple_of(4)).collect();
        let others: Vec<u32> = (0..self.count).filter(|slot| !gaps.contains(slot)).collect();
        let of = gaps.into_iter().map(|offset| {
            let flat = Estimate::Flat(Ratio::new(5, 2));
            let mean = others.iter().copied().filter(|slot| slot % 2 == offset % 2).collect::<Vec<_>>();
            let estimate = if mean.is_empty() || self.below(2) == 0 { flat } else { Estimate::Mean(mean) };
            (Place { register, offset }, estimate)
        });
        of.collect()
    }
}

/// All zero, all at the bound, all equal, at block edges and beside them, or anything.
pub fn edge_readings(program: &Program, rng: &mut ChaCha20Rng) -> Readings {
    let edges: Vec<u32> = program.nodes.iter().flat_map(bounds).collect();
    let kind = rng.next_u32() % 5;
    let same = rng.next_u32();
    let mut readings = Readings::gaps(program.slots, program.registers.len());
    for (offset, slot) in (0..).zip(program.slots.iter()) {
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
            let gap = program.estimates.contains_key(&Place { register: index, offset });
            assert!(readings.set(index, slot, (!gap).then_some(value)));
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
    let climbed = if let Node::Climb { bounds, .. } = node { bounds.as_slice() } else { &[] };
    let bounds = schedules.into_iter().flat_map(|s| &s.pieces).filter_map(|piece| piece.to);
    bounds.chain(climbed.iter().copied()).filter_map(|to| u32::try_from(to.floor().to_integer()).ok()).collect()
}
