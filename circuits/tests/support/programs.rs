//! Small programs for tests of the circuit: few slots, few bits, every act.

use wattproof_circuits::layout::{Certified, Layout, Shape};
use wattproof_circuits::plan::{LookUps, Plan, Witness};
use wattproof_circuits::program::*;
use wattproof_meter::quantity::{Register, Unit};
use wattproof_meter::reading::Readings;

use super::build::Build;
use super::tables::{axis, table};
use super::tape::Tape;
use super::{blocks, compact, int};

/// A program with its readings, planned, laid out and priced.
pub struct Sample {
    pub name: &'static str,
    pub program: Program,
    pub readings: Readings,
    pub carried: Vec<u64>,
    pub plan: Plan,
    pub layout: Layout,
    /// Readings of whole batches, where the meter certifies these.
    pub whole: Option<Readings>,
}

impl Sample {
    /// `values` slot by slot, the registers of a slot beside each other.
    pub fn new(name: &'static str, program: Program, values: &[u32]) -> Self {
        let registers = program.registers.len();
        assert_eq!(values.len(), program.slots.count() as usize * registers);
        let mut readings = Readings::gaps(program.slots, registers);
        for (slot, values) in program.slots.iter().zip(values.chunks(registers)) {
            for (register, value) in values.iter().enumerate() {
                assert!(readings.set(register, slot, Some(*value)));
            }
        }
        Sample::with_readings(name, program, readings)
    }

    pub fn with_readings(name: &'static str, program: Program, readings: Readings) -> Self {
        let plan = Plan::new(&program).unwrap();
        Sample::planned_as(name, program, readings, plan)
    }

    /// The same with every list looked up, however short.
    pub fn looked_up(self) -> Self {
        self.in_lanes(0, 0)
    }

    /// The same with every list in so many lanes with digits of so many bits, however short; in none, it is looked up.
    pub fn in_lanes(self, lanes: usize, bits: usize) -> Self {
        let plan = Plan::with(&self.program, LookUps::Every).unwrap();
        let layout = Layout::with_lanes(&plan, Certified::Each, lanes, bits).unwrap();
        Sample { plan, layout, ..self }
    }

    /// The same with no list looked up.
    pub fn compared(self) -> Self {
        let plan = Plan::with(&self.program, LookUps::Never).unwrap();
        Sample::planned_as(self.name, self.program, self.readings, plan)
    }

    fn planned_as(name: &'static str, program: Program, readings: Readings, plan: Plan) -> Self {
        let layout = Layout::new(&plan).unwrap();
        let carried = vec![0; program.carried.len()];
        Sample { name, program, readings, carried, plan, layout, whole: None }
    }

    /// The same on batch-certified readings, so many slots later: the plan and lanes that it has.
    pub fn on_a_ring(self, by: u32) -> Self {
        let (program, readings) = compact::moved(&self.program, &self.readings, by);
        let plan = Plan { slots: program.slots, ..self.plan };
        let Shape { lanes, lane_bits, .. } = self.layout.shape;
        let layout = Layout::with_lanes(&plan, compact::compact(), lanes, lane_bits).unwrap();
        let whole = Some(compact::around(&readings, u64::from(by)));
        Sample { program, readings, plan, layout, whole, ..self }
    }

    /// A sample, if its program needs a circuit.
    pub fn planned(name: &'static str, program: Program, readings: Readings) -> Option<Self> {
        let needed = !Plan::new(&program).unwrap().is_linear();
        needed.then(|| Sample::with_readings(name, program, readings))
    }

    pub fn witness(&self) -> Witness {
        let mut witness = Witness::of(&self.plan, &self.readings, &self.carried);
        if let (Some(ring), Some(whole)) = (&self.layout.ring, &self.whole) {
            witness.ring = ring.fill(compact::ring(), whole, &self.carried, self.layout.k);
        }
        witness
    }

    pub fn disclosed(&self) -> Vec<i128> {
        self.witness().outputs(&self.plan)
    }

    /// The honest circuit.
    pub fn tape(&self) -> Tape {
        self.told(&self.witness(), &self.disclosed())
    }

    /// A circuit whose prover believes other values.
    pub fn told(&self, witness: &Witness, disclosed: &[i128]) -> Tape {
        Tape::record(&self.plan, &self.layout, witness, disclosed).unwrap()
    }
}

pub fn register(bits: u8) -> Register {
    Register::new("import", Unit::WattHour, bits).unwrap()
}

fn small(bits: u8, count: u32, nodes: Vec<Node>) -> Program {
    let mut program = super::program(count, nodes, int(1));
    program.registers = vec![register(bits)];
    program
}

/// Slots alternate between two classes.
fn two_classes(count: u32) -> SlotClasses {
    SlotClasses { of: (0..count).map(|slot| (slot % 2) as u16).collect() }
}

fn one_class(count: u32) -> SlotClasses {
    SlotClasses { of: vec![0; count as usize] }
}

fn steps(bounds: &[i128], prices: &[i128]) -> Schedule {
    let to = bounds.iter().map(|to| Some(int(*to))).chain([None]);
    let pieces = to.zip(prices).map(|(to, price)| Piece { to, slope: int(0), intercept: int(*price) });
    Schedule { pieces: pieces.collect() }
}

/// Blocks on a total, a floor, and the total as it is: comparisons, one disclosed sum.
pub fn totals() -> Sample {
    let nodes = vec![
        Node::Readings { register: 0, classes: two_classes(4), rates: vec![int(1), int(0)] },
        Node::Scheduled { of: 0, schedule: blocks(&[40, 90], &[3, 5, 9]) },
        Node::Readings { register: 0, classes: two_classes(4), rates: vec![int(2), int(7)] },
        Node::Linear { terms: vec![(1, int(1)), (2, int(-1))], constant: int(11) },
        Node::Linear { terms: vec![], constant: int(-20) },
        Node::Larger(3, 4),
    ];
    Sample::new("totals", small(6, 4, nodes), &[30, 12, 25, 3])
}

/// A rounding with the given rule, to sevenths so that the divisor is odd, or to eighths.
pub fn rounding(name: &'static str, ties: Ties, divisor: i128, readings: &[u32]) -> Sample {
    let count = readings.len() as u32;
    let nodes = vec![
        Node::Readings { register: 0, classes: one_class(count), rates: vec![Ratio::new(3, divisor)] },
        Node::Linear { terms: vec![(0, int(1))], constant: int(-9) },
        Node::Rounded { of: 1, unit: int(1), ties },
    ];
    Sample::new(name, small(5, count, nodes), readings)
}

/// A rounded line inside a total, so that its quotient is not disclosed itself; and the line shown.
pub fn lines() -> Sample {
    let nodes = vec![
        Node::Readings { register: 0, classes: two_classes(4), rates: vec![Ratio::new(3, 7), Ratio::new(5, 7)] },
        Node::Rounded { of: 0, unit: int(1), ties: Ties::HalfUp },
        Node::Linear { terms: vec![(0, Ratio::new(1, 20)), (1, Ratio::new(1, 10))], constant: int(0) },
        Node::Rounded { of: 2, unit: int(1), ties: Ties::HalfUp },
        Node::Linear { terms: vec![(1, int(2)), (3, int(3))], constant: int(5) },
    ];
    let mut program = small(6, 4, nodes);
    program.lines =
        vec![Line { name: "energy".into(), node: 1, shown: true }, Line { name: "vat".into(), node: 3, shown: false }];
    Sample::new("lines", program, &[40, 61, 7, 22])
}

/// One schedule of blocks per reading, table rows no wider than a limb: untagged.
pub fn spans() -> Sample {
    let schedules = vec![Some(blocks(&[10, 40, 70], &[2, 5, 4, 9]))];
    let mut build = Build::default();
    build.each(0, &one_class(6), &schedules);
    Sample::new("spans", small(7, 6, build.nodes), &[0, 10, 11, 55, 71, 127]).looked_up()
}

/// One schedule of 20 bits, table rows of several limbs: untagged.
pub fn wide_spans() -> Sample {
    let schedules = vec![Some(super::s3_schedule())];
    let mut build = Build::default();
    build.each(0, &one_class(4), &schedules);
    Sample::new("wide spans", small(20, 4, build.nodes), &[300, 301, 123_456, (1 << 20) - 1]).looked_up()
}

/// Two schedules, one of which charges at zero: tagged.
pub fn tagged_spans() -> Sample {
    let schedules = vec![Some(steps(&[10, 40], &[3, 8, 20])), Some(blocks(&[30], &[2, 5]))];
    let mut build = Build::default();
    build.each(0, &two_classes(6), &schedules);
    Sample::new("tagged spans", small(6, 6, build.nodes), &[0, 0, 10, 30, 41, 63]).looked_up()
}

/// The largest of the readings in a window, priced; the largest reading of all lies outside the window.
pub fn peak() -> Sample {
    let mut build = Build::default();
    let peak = build.largest(0, &two_classes(6), &[true, false], 1);
    let sum = build.readings(0, &one_class(6), &[int(3)]);
    build.linear(&[(peak, int(50)), (sum, int(1))], int(0));
    Sample::new("peak", small(8, 6, build.nodes), &[17, 250, 201, 3, 66, 202]).looked_up()
}

/// Blocks on a total of 24-bit readings: ranges wide enough for upper digits beside the lowest.
pub fn wide_totals() -> Sample {
    let nodes = vec![
        Node::Readings { register: 0, classes: two_classes(4), rates: vec![int(1), int(3)] },
        Node::Scheduled { of: 0, schedule: blocks(&[9_000_000, 20_000_000, 30_000_000, 50_000_000], &[3, 5, 9, 4, 8]) },
        Node::Linear { terms: vec![(1, Ratio::new(1, 1_000_000))], constant: int(0) },
        Node::Rounded { of: 2, unit: int(1), ties: Ties::HalfEven },
    ];
    Sample::new("wide totals", small(24, 4, nodes), &[12_345_678, 1_000_001, 9_999_999, (1 << 24) - 1])
}

/// A total of halves that happen to be whole: the amount has a factor in its equation.
pub fn halves() -> Sample {
    let nodes = vec![Node::Readings { register: 0, classes: two_classes(4), rates: vec![Ratio::new(1, 2), int(3)] }];
    Sample::new("halves", small(5, 4, nodes), &[3, 8, 9, 31])
}

/// A schedule and a maximum over 20-bit readings, which share limbs.
pub fn shared_limbs() -> Sample {
    let schedules = vec![Some(blocks(&[300, 1 << 12], &[2, 5, 3]))];
    let mut build = Build::default();
    let each = build.each(0, &one_class(3), &schedules);
    let peak = build.largest(0, &one_class(3), &[true], 1);
    build.linear(&[(each, int(1)), (peak, int(10))], int(0));
    Sample::new("shared limbs", small(20, 3, build.nodes), &[299, 1 << 19, 4097]).looked_up()
}

/// A maximum disclosed as it is.
pub fn bare_peak() -> Sample {
    let mut build = Build::default();
    build.largest(0, &one_class(4), &[true], 1);
    Sample::new("bare peak", small(4, 4, build.nodes), &[7, 15, 15, 0]).looked_up()
}

/// A schedule whose middle piece is no multiple of seven long, and one that charges at zero, of two lanes each.
pub fn priced_lanes() -> Sample {
    let schedules = vec![Some(blocks(&[110, 260], &[2, 5, 3])), Some(steps(&[139], &[3, 8]))];
    let mut build = Build::default();
    build.each(0, &two_classes(7), &schedules);
    Sample::new("priced lanes", small(10, 7, build.nodes), &[0, 139, 110, 140, 111, 1023, 260]).in_lanes(2, 3)
}

/// The schedule of the third family, in three lanes.
pub fn wide_lanes() -> Sample {
    let mut build = Build::default();
    build.each(0, &one_class(4), &[Some(super::s3_schedule())]);
    Sample::new("wide lanes", small(20, 4, build.nodes), &[300, 301, 123_456, (1 << 20) - 1]).in_lanes(3, 3)
}

/// The largest of seven readings in three lanes, priced beside their sum.
pub fn peak_lanes() -> Sample {
    let mut build = Build::default();
    let peak = build.largest(0, &one_class(7), &[true], 1);
    let sum = build.readings(0, &one_class(7), &[int(3)]);
    build.linear(&[(peak, int(50)), (sum, int(1))], int(0));
    Sample::new("peak lanes", small(8, 7, build.nodes), &[17, 250, 201, 3, 66, 250, 254]).in_lanes(3, 2)
}

/// The largest net energy, below zero in every slot but one; disclosed as it is.
pub fn net_peak_lanes() -> Sample {
    let count = 5;
    let mut build = Build::default();
    let of = (0..count)
        .map(|slot| {
            let (import, export) = (build.reading(0, slot), build.reading(1, slot));
            build.linear(&[(import, int(1)), (export, int(-1))], int(0))
        })
        .collect();
    build.push(Node::Largest { of, count: 1 });
    let mut program = small(4, count, build.nodes);
    program.registers.push(Register::new("export", Unit::WattHour, 4).unwrap());
    Sample::new("net peak lanes", program, &[3, 15, 0, 9, 2, 4, 14, 15, 0, 8]).in_lanes(2, 3)
}

/// Every act over two registers: schedules with tags, a maximum, blocks, a floor, roundings of two kinds, a shown line,
/// and a total that is a sum.
pub fn all_acts() -> Sample {
    all_acts_on("all acts", [5, 9, 7, 12, 13, 7, 7, 3])
}

/// The same on other readings.
pub fn all_acts_on(name: &'static str, readings: [u32; 8]) -> Sample {
    let count = 4;
    let mut build = Build::default();
    let schedules = [Some(blocks(&[5, 12], &[2, 7, 3])), Some(steps(&[9], &[4, 30]))];
    let each = build.each(0, &two_classes(count), &schedules);
    let peak = build.largest(1, &one_class(count), &[true], 1);
    let sum = build.readings(0, &two_classes(count), &[Ratio::new(1, 2), Ratio::new(5, 4)]);
    let scheduled = build.scheduled(sum, blocks(&[8, 20], &[3, 6, 4]));
    let both = build.linear(&[(each, Ratio::new(1, 6)), (scheduled, int(1))], int(2));
    let even = build.rounded(both, int(1), Ties::HalfEven);
    let rest = build.linear(&[(peak, Ratio::new(5, 6)), (even, int(-1))], int(0));
    let away = build.rounded(rest, int(1), Ties::HalfAwayFromZero);
    let smaller = build.push(Node::Smaller(even, peak));
    let seventh = build.linear(&[(sum, Ratio::new(1, 7))], int(0));
    let up = build.rounded(seventh, int(1), Ties::Up);
    build.linear(&[(even, int(1)), (away, int(1)), (smaller, int(2)), (up, int(1))], int(3));
    let mut program = small(4, count, build.nodes);
    program.registers.push(Register::new("export", Unit::WattHour, 4).unwrap());
    program.lines = vec![Line { name: "demand".into(), node: away, shown: true }];
    Sample::new(name, program, &readings).looked_up()
}

/// The product of two totals, and the square of one.
pub fn products() -> Sample {
    let mut build = Build::default();
    let day = build.readings(0, &two_classes(4), &[int(2), int(0)]);
    let night = build.readings(0, &two_classes(4), &[int(0), int(1)]);
    let night = build.linear(&[(night, int(1))], int(-30));
    let product = build.push(Node::Product(day, night));
    let square = build.push(Node::Product(night, night));
    build.linear(&[(product, int(1)), (square, int(3)), (day, int(1))], int(0));
    Sample::new("products", small(5, 4, build.nodes), &[7, 11, 30, 12])
}

/// A ratio of two totals, of which the divisor may be zero, rounded; and a step of it.
pub fn ratio(name: &'static str, ties: Ties, readings: &[u32]) -> Sample {
    let count = readings.len() as u32;
    let mut build = Build::default();
    let of = build.readings(0, &two_classes(count), &[int(10), int(0)]);
    let of = build.linear(&[(of, int(1))], int(-35));
    let over = build.readings(0, &two_classes(count), &[int(0), int(1)]);
    let ratio = build.push(Node::Quotient { of, over, or: Ratio::new(7, 3) });
    let step = build.scheduled(ratio, steps(&[2, 4], &[0, 5, 9]));
    let rounded = build.rounded(ratio, int(1), ties);
    build.linear(&[(rounded, int(1)), (step, int(1))], int(0));
    Sample::new(name, small(4, count, build.nodes), readings)
}

/// The square root of a total, in halves.
pub fn root(name: &'static str, ties: Ties, readings: &[u32]) -> Sample {
    let count = readings.len() as u32;
    let mut build = Build::default();
    let of = build.readings(0, &one_class(count), &[Ratio::new(1, 16)]);
    let of = build.linear(&[(of, int(1))], int(-1));
    let root = build.push(Node::Root { of, unit: Ratio::new(1, 2), ties });
    build.linear(&[(root, int(2))], int(0));
    Sample::new(name, small(6, count, build.nodes), readings)
}

/// The two largest of four rounded values, two of them equal.
pub fn ranked() -> Sample {
    let mut build = Build::default();
    let values: Vec<_> = (0..4)
        .map(|slot| {
            let reading = build.reading(0, slot);
            let third = build.linear(&[(reading, Ratio::new(1, 3))], int(0));
            build.rounded(third, int(1), Ties::HalfUp)
        })
        .collect();
    let sum = build.push(Node::Largest { of: values.clone(), count: 2 });
    build.linear(&[(sum, int(4)), (values[0], int(1))], int(0));
    Sample::new("ranked", small(5, 4, build.nodes), &[11, 30, 12, 3])
}

/// The three highest of eight readings, among them equal ones.
pub fn highest() -> Sample {
    let mut build = Build::default();
    let sum = build.largest(0, &one_class(8), &[true], 3);
    build.linear(&[(sum, int(5))], int(7));
    Sample::new("highest", small(7, 8, build.nodes), &[40, 12, 99, 40, 127, 0, 40, 3]).looked_up()
}

/// The largest apparent power: a net value on either side of zero, and another register.
pub fn apparent() -> Sample {
    let count = 6;
    let mut build = Build::default();
    let of = (0..count)
        .map(|slot| {
            let (import, export) = (build.reading(0, slot), build.reading(1, slot));
            let net = build.linear(&[(import, int(1)), (export, int(-1))], int(0));
            let squares = [net, import].map(|of| build.push(Node::Product(of, of)));
            let sum = build.linear(&squares.map(|square| (square, int(4))), int(0));
            build.push(Node::Root { of: sum, unit: int(1), ties: Ties::Up })
        })
        .collect();
    build.push(Node::Largest { of, count: 1 });
    let mut program = small(4, count, build.nodes);
    program.registers.push(Register::new("export", Unit::WattHour, 4).unwrap());
    Sample::new("apparent", program, &[3, 15, 9, 0, 12, 4, 14, 2, 0, 15, 9, 9]).looked_up()
}

/// Two rows' readings climb through three blocks; the second bound is met exactly.
pub fn climb() -> Sample {
    climb_on("climb", &[5, 7, 9, 3, 6, 8, 1, 2, 4, 9])
}

/// The same, of which the second bound is never reached.
pub fn climb_on(name: &'static str, readings: &[u32; 10]) -> Sample {
    let mut build = Build::default();
    let of = (0..10).map(|slot| (build.reading(0, slot), (slot % 2) as usize)).collect();
    let rows = [[2, 5, 3], [7, 1, 4]].map(|row| row.map(int).to_vec()).to_vec();
    build.push(Node::Climb { of, bounds: vec![int(16), int(38)], rows });
    Sample::new(name, small(4, 10, build.nodes), readings).looked_up()
}

/// A price for each slot of its own, of the part of its net energy above zero: one schedule, with factors.
pub fn weighed() -> Sample {
    let count = 18;
    let mut build = Build::default();
    let zero = build.linear(&[], int(0));
    let terms: Vec<_> = (0..count)
        .map(|slot| {
            let (import, export) = (build.reading(0, slot), build.reading(1, slot));
            let net = build.linear(&[(import, int(1)), (export, int(-1))], int(0));
            (build.push(Node::Larger(net, zero)), Ratio::new(7 + i128::from(slot), 2))
        })
        .collect();
    let sum = build.linear(&terms, int(1));
    build.rounded(sum, int(1), Ties::HalfUp);
    let mut program = small(4, count, build.nodes);
    program.registers.push(Register::new("export", Unit::WattHour, 4).unwrap());
    let values: Vec<u32> = (0..36).map(|at| (at * 7 + at / 3) % 16).collect();
    Sample::new("weighed", program, &values).looked_up()
}

/// An entry of a table of six by a total, priced: one below zero, one that only padding stands beside.
pub fn entry() -> Sample {
    let mut build = Build::default();
    let key = build.readings(0, &one_class(3), &[Ratio::new(1, 2)]);
    let table = table(vec![axis(10, 7, 5)], Ratio::new(1, 2), &[-3, 60, 7, 8, 1]);
    let entry = build.push(Node::Entry { keys: vec![key], table });
    build.linear(&[(entry, int(6)), (key, int(2))], int(5));
    Sample::new("entry", small(5, 3, build.nodes), &[17, 30, 11])
}

/// An entry by two keys, disclosed as it is; each may lie before its first bound and behind its last.
pub fn grid_entry() -> Sample {
    let mut build = Build::default();
    let keys = [0, 1].map(|slot| build.reading(0, slot)).to_vec();
    let table = table(vec![axis(4, 3, 2), axis(9, 1, 2)], int(1), &[5, 6, 7, 8]);
    build.push(Node::Entry { keys, table });
    Sample::new("grid entry", small(4, 2, build.nodes), &[5, 9])
}

/// What an earlier bill hands on beside estimates for gaps, one flat and one a mean; and a figure.
pub fn state() -> Sample {
    let mut build = Build::default();
    let peak = build.largest(0, &one_class(6), &[true], 1);
    let carried = build.push(Node::Carried(0));
    let ratchet = build.push(Node::Larger(peak, carried));
    let sum = build.readings(0, &two_classes(6), &[Ratio::new(1, 2), int(3)]);
    let both = build.linear(&[(ratchet, int(10)), (sum, int(1))], int(0));
    let total = build.rounded(both, int(1), Ties::HalfUp);
    let figure = build.rounded(ratchet, int(10), Ties::Up);
    build.linear(&[(total, int(1))], int(0));
    let mut program = small(6, 6, build.nodes);
    program.carried = vec![Carried { name: "peak".into(), unit: int(5), below: 20 }];
    program.figures = vec![Figure { name: "demand".into(), node: figure, unit: int(10), label: ("Wh".into(), int(1)) }];
    let place = |offset| Place { register: 0, offset };
    program.estimates.insert(place(1), Estimate::Flat(Ratio::new(25, 2)));
    program.estimates.insert(place(4), Estimate::Mean(vec![0, 2, 3]));
    let values = [Some(40), None, Some(61), Some(8), None, Some(22)];
    let mut readings = Readings::gaps(program.slots, 1);
    for (slot, value) in program.slots.iter().zip(values) {
        assert!(readings.set(0, slot, value));
    }
    Sample { carried: vec![13], ..Sample::with_readings("state", program, readings) }
}

/// Every gadget in one circuit: lists looked up whatever their length.
pub fn all_gadgets(name: &'static str, readings: [u32; 16]) -> Sample {
    let count = 8;
    let mut build = Build::default();
    let largest = build.largest(0, &one_class(count), &[true], 1);
    let highest = build.largest(1, &one_class(count), &[true], 3);
    let schedules = [Some(blocks(&[5, 12], &[2, 7, 3])), Some(steps(&[9], &[4, 30]))];
    let each = build.each(0, &two_classes(count), &schedules);
    let of = (0..count)
        .map(|slot| {
            let squares = [0, 1].map(|register| {
                let reading = build.reading(register, slot);
                build.push(Node::Product(reading, reading))
            });
            build.linear(&squares.map(|square| (square, int(1))), int(0))
        })
        .collect();
    let squares = build.push(Node::Largest { of, count: 1 });
    let apparent = build.push(Node::Root { of: squares, unit: int(1), ties: Ties::Down });
    let of = (0..count).map(|slot| (build.reading(0, slot), (slot % 2) as usize)).collect();
    let rows = [[2, 5], [7, 1]].map(|row| row.map(int).to_vec()).to_vec();
    let climb = build.push(Node::Climb { of, bounds: vec![int(37)], rows });
    let product = build.push(Node::Product(largest, apparent));
    let ratio = build.push(Node::Quotient { of: product, over: highest, or: int(3) });
    let ratio = build.rounded(ratio, int(1), Ties::Down);
    let sum = build.linear(&[(each, Ratio::new(1, 6)), (climb, int(1))], int(2));
    let rounded = build.rounded(sum, int(5), Ties::Down);
    let smaller = build.push(Node::Smaller(largest, apparent));
    let third = build.linear(&[(smaller, int(1))], int(-5));
    let ranked = build.push(Node::Largest { of: vec![third, largest, apparent], count: 2 });
    build.linear(&[(ranked, int(1)), (ratio, int(3)), (rounded, int(2))], int(3));
    let mut program = small(4, count, build.nodes);
    program.registers.push(Register::new("export", Unit::WattHour, 4).unwrap());
    Sample::new(name, program, &readings).looked_up()
}

/// Gaps and carried values in a bill that needs no circuit.
pub fn linear_state() -> (Program, Readings, Vec<u64>) {
    let Sample { mut program, readings, carried, .. } = state();
    let mut build = Build::default();
    let carried_over = build.push(Node::Carried(0));
    let sum = build.readings(0, &two_classes(6), &[int(6), int(18)]);
    build.linear(&[(carried_over, int(-2)), (sum, int(1))], int(4));
    program.total = build.nodes.len() - 1;
    (Program { nodes: build.nodes, figures: vec![], ..program }, readings, carried)
}

pub fn samples() -> Vec<Sample> {
    let mut samples = vec![
        totals(),
        rounding("half up", Ties::HalfUp, 8, &[7, 8, 9]),
        rounding("half even", Ties::HalfEven, 8, &[7, 8, 9]),
        rounding("half away from zero", Ties::HalfAwayFromZero, 8, &[1, 2, 1]),
        rounding("up", Ties::Up, 7, &[7, 8, 9]),
        rounding("down", Ties::Down, 7, &[7, 8, 9]),
        lines(),
        wide_totals(),
        halves(),
        spans(),
        wide_spans(),
        priced_lanes(),
        wide_lanes(),
        peak_lanes(),
        net_peak_lanes(),
        tagged_spans(),
        peak(),
        bare_peak(),
        shared_limbs(),
        all_acts(),
        all_gadgets("all gadgets", [5, 9, 7, 12, 13, 7, 7, 3, 0, 15, 9, 9, 12, 2, 6, 14]),
        products(),
        ratio("ratio half up", Ties::HalfUp, &[7, 8, 9]),
        ratio("ratio half even", Ties::HalfEven, &[7, 2, 3]),
        ratio("ratio half away from zero", Ties::HalfAwayFromZero, &[1, 2, 1]),
        ratio("ratio up", Ties::Up, &[7, 8, 9]),
        ratio("ratio over nothing", Ties::Down, &[7, 0, 9]),
        root("root half up", Ties::HalfUp, &[63, 40, 2]),
        root("root half even", Ties::HalfEven, &[40, 0, 1]),
        root("root up", Ties::Up, &[50, 63, 60]),
        root("root down", Ties::Down, &[50, 63, 60]),
        root("root of less than nothing", Ties::Up, &[5, 6, 4]),
        ranked(),
        highest(),
        apparent(),
        climb(),
        climb_on("climb not to the end", &[5, 7, 9, 3, 0, 8, 1, 2, 0, 0]),
        weighed(),
        entry(),
        grid_entry(),
        state(),
    ];
    samples.extend(compared());
    samples
}

/// The same lists made of comparisons.
fn compared() -> Vec<Sample> {
    let lists = [tagged_spans(), highest(), climb()];
    lists.into_iter().map(Sample::compared).collect()
}

/// The bench families that need a circuit, over a few slots.
pub fn families(count: u32) -> Vec<Sample> {
    let families = [("S2", super::s2(count)), ("S3", super::s3(count)), ("S4", super::s4(count))];
    let of = families.map(|(name, program)| {
        let readings = super::random_readings(&program, 5);
        Sample::with_readings(name, program, readings)
    });
    of.into()
}
