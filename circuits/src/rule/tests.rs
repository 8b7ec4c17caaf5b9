use std::collections::BTreeMap;

use wattproof_meter::calendar::SlotRange;
use wattproof_meter::quantity::{Register, Unit};

use super::*;
use crate::program::{Carried, Figure, Line, Piece};

const TIES: [Ties; 5] = [Ties::HalfUp, Ties::HalfEven, Ties::HalfAwayFromZero, Ties::Up, Ties::Down];

fn slots() -> SlotRange {
    SlotRange::new(Slot::new(1_000), 4).unwrap()
}

fn int(number: i128) -> Ratio {
    Ratio::from(number)
}

fn program(nodes: Vec<Node>) -> Program {
    Program {
        registers: vec![Register::new("import", Unit::WattHour, 10).unwrap()],
        slots: slots(),
        estimates: BTreeMap::new(),
        carried: vec![],
        total: nodes.len() - 1,
        lines: vec![Line { name: "all".into(), node: 0, shown: false }],
        nodes,
        unit: int(1),
        figures: vec![],
    }
}

fn sum(rate: Ratio) -> Node {
    Node::Readings { register: 0, classes: SlotClasses { of: vec![0; 4] }, rates: vec![rate] }
}

fn constant(constant: Ratio) -> Node {
    Node::Linear { terms: vec![], constant }
}

fn reading(offset: u32) -> Node {
    Node::Reading(Place { register: 0, offset })
}

/// 100, 200, 300 and 400.
fn readings() -> Readings {
    let mut readings = Readings::gaps(slots(), 1);
    for (slot, value) in slots().iter().zip([100, 200, 300, 400]) {
        assert!(readings.set(0, slot, Some(value)));
    }
    readings
}

fn refusal(program: &Program, readings: &Readings) -> PriceError {
    evaluate(program, readings, &[]).unwrap_err()
}

/// The last node's value.
fn value(nodes: Vec<Node>) -> Ratio {
    *values(&program(nodes), &readings(), &[]).unwrap().last().unwrap()
}

/// The value of a node over two constants.
fn of_two(a: Ratio, b: Ratio, node: Node) -> Ratio {
    value(vec![constant(a), constant(b), node])
}

#[test]
fn an_honest_program_is_priced() {
    let priced = evaluate(&program(vec![sum(int(2))]), &readings(), &[]).unwrap();
    let line = PricedLine { name: "all".into(), amount: int(2_000), disclosed: None };
    assert_eq!(priced, Priced { total: 2_000, lines: vec![line], figures: vec![] });
}

#[test]
fn a_line_that_is_not_shown_is_not_rounded() {
    let half = Ratio::new(5, 10_000);
    let rounded = Node::Rounded { of: 0, unit: int(1), ties: Ties::Down };
    let priced = evaluate(&program(vec![sum(-half), rounded]), &readings(), &[]).unwrap();
    assert_eq!(priced.total, -1);
    assert_eq!((priced.lines[0].amount, priced.lines[0].disclosed), (Ratio::new(-1, 2), None));
}

#[test]
fn readings_and_carried_values() {
    let mut carrying = program(vec![reading(2), Node::Carried(0), Node::Larger(0, 1)]);
    carrying.carried = vec![Carried { name: "demand".into(), unit: int(50), below: 11 }];
    let total = |carried| evaluate(&carrying, &readings(), &[carried]).unwrap().total;
    assert_eq!((total(0), total(6), total(7), total(10)), (300, 300, 350, 500));
    assert_eq!(evaluate(&carrying, &readings(), &[]).unwrap_err(), PriceError::Carried { expected: 1, found: 0 });
    assert_eq!(
        evaluate(&carrying, &readings(), &[11]).unwrap_err(),
        PriceError::CarriedTooLarge { name: "demand".into() }
    );
}

#[test]
fn figures_count_their_own_unit() {
    let mut program = program(vec![sum(int(1)), Node::Rounded { of: 0, unit: int(30), ties: Ties::Up }]);
    let figure = Figure { name: "energy".into(), node: 1, unit: int(30), label: ("Wh".into(), int(1)) };
    program.figures = vec![figure];
    assert_eq!(evaluate(&program, &readings(), &[]).unwrap().figures, [34]);
    program.figures[0].node = 0;
    assert_eq!(refusal(&program, &readings()), PriceError::NotWhole { node: 0 });
}

#[test]
fn estimates_stand_in_for_gaps() {
    let mut gap = readings();
    assert!(gap.set(0, Slot::new(1_001), None));
    let total = |estimate| {
        let mut program = program(vec![sum(int(3)), reading(1), Node::Larger(0, 1)]);
        program.estimates.insert(Place { register: 0, offset: 1 }, estimate);
        let values = values(&program, &gap, &[]).unwrap();
        (values[0], values[1])
    };
    assert_eq!(total(Estimate::Flat(int(250))), (int(3 * 1_050), int(250)));
    assert_eq!(total(Estimate::Mean(vec![0, 2, 3])), (int(800 * 4), Ratio::new(800, 3)));
}

#[test]
fn sums_of_the_largest() {
    let largest = |count| {
        let nodes = (0..4).map(reading).chain([Node::Largest { of: vec![0, 3, 1, 2], count }]);
        value(nodes.collect())
    };
    assert_eq!((largest(1), largest(2), largest(4), largest(9)), (int(400), int(700), int(1_000), int(1_000)));
    assert_eq!(value(vec![Node::Largest { of: vec![], count: 1 }]), int(0));
    assert_eq!(of_two(int(-5), int(-5), Node::Largest { of: vec![0, 1], count: 1 }), int(-5));
}

#[test]
fn schedules_of_each_value() {
    let pieces = [(Some(200), 1, 0), (None, 3, -400)];
    let pieces = pieces.map(|(to, slope, at)| Piece { to: to.map(int), slope: int(slope), intercept: int(at) });
    let flat = Schedule { pieces: vec![Piece { to: None, slope: int(0), intercept: int(7) }] };
    let each = Node::Each {
        of: vec![(0, 0), (1, 0), (2, 0), (3, 1)],
        schedules: vec![Schedule { pieces: pieces.into() }, flat],
    };
    assert_eq!(value((0..4).map(reading).chain([each]).collect()), int(100 + 200 + 500 + 7));
}

/// 100 and 200 reach the first block's end in the second reading; the third goes through all that is left of the second.
#[test]
fn amounts_climb_through_blocks() {
    let climb = |bounds: &[i128], rows: &[&[i128]], of: &[(NodeId, usize)]| {
        let bounds = bounds.iter().map(|bound| int(*bound)).collect();
        let rows = rows.iter().map(|row| row.iter().map(|price| int(*price)).collect()).collect();
        value((0..4).map(reading).chain([Node::Climb { of: of.to_vec(), bounds, rows }]).collect())
    };
    let rows: &[&[i128]] = &[&[1, 10, 100], &[2, 20, 200]];
    let all = [(0, 0), (1, 1), (2, 0), (3, 1)];
    let paid = 100 + (2 * 150 + 20 * 50) + (10 * 100 + 100 * 200) + 200 * 400;
    assert_eq!(climb(&[250, 400], rows, &all), int(paid));
    assert_eq!(climb(&[1_000, 2_000], rows, &all), int(100 + 2 * 200 + 300 + 2 * 400));
    assert_eq!(climb(&[], &[&[1], &[2]], &all), int(100 + 2 * 200 + 300 + 2 * 400));
    assert_eq!(climb(&[250, 400], rows, &[]), int(0));
}

#[test]
fn products_and_quotients() {
    assert_eq!(of_two(int(-3), Ratio::new(5, 2), Node::Product(0, 1)), Ratio::new(-15, 2));
    let quotient = Node::Quotient { of: 0, over: 1, or: int(9) };
    assert_eq!(of_two(int(-3), Ratio::new(5, 2), quotient.clone()), Ratio::new(-6, 5));
    assert_eq!(of_two(int(-3), int(0), quotient.clone()), int(9));
    assert_eq!(of_two(int(-3), int(-1), quotient), int(9));
}

#[test]
fn roots_and_their_ties() {
    let root = |value: Ratio, unit: Ratio| TIES.map(|ties| of_two(value, int(0), Node::Root { of: 0, unit, ties }));
    let whole = |units: [i128; 5], unit: Ratio| units.map(|units| unit * units);
    assert_eq!(root(int(25), int(1)), [int(5); 5]);
    assert_eq!(root(int(26), int(1)), whole([5, 5, 5, 6, 5], int(1)));
    assert_eq!(root(int(-1), int(1)), [int(0); 5]);
    assert_eq!(root(int(0), int(1)), [int(0); 5]);
    // Half-way between 2 and 3, and between 3 and 4; and just beside.
    assert_eq!(root(Ratio::new(25, 4), int(1)), whole([3, 2, 3, 3, 2], int(1)));
    assert_eq!(root(Ratio::new(49, 4), int(1)), whole([4, 4, 4, 4, 3], int(1)));
    assert_eq!(root(Ratio::new(249, 40), int(1)), whole([2, 2, 2, 3, 2], int(1)));
    assert_eq!(root(Ratio::new(251, 40), int(1)), whole([3, 3, 3, 3, 2], int(1)));
    // A root below one half of a unit, and units that are no integers.
    assert_eq!(root(int(24), int(10)), whole([0, 0, 0, 1, 0], int(10)));
    assert_eq!(root(int(25), int(10)), whole([1, 0, 1, 1, 0], int(10)));
    assert_eq!(root(int(2), Ratio::new(1, 100)), whole([141, 141, 141, 142, 141], Ratio::new(1, 100)));
}

#[test]
fn another_number_of_registers() {
    let two = Readings::gaps(slots(), 2);
    assert_eq!(refusal(&program(vec![sum(int(2))]), &two), PriceError::Registers { expected: 1, found: 2 });
}

#[test]
fn a_slot_outside_the_readings() {
    let short = Readings::gaps(SlotRange::new(Slot::new(1_001), 4).unwrap(), 1);
    let uncovered = PriceError::Uncovered { slot: Slot::new(1_000) };
    assert_eq!(refusal(&program(vec![sum(int(2))]), &short), uncovered);
}

#[test]
fn a_gap() {
    let mut readings = readings();
    assert!(readings.set(0, Slot::new(1_002), None));
    let gap = PriceError::Gap { register: "import".into(), slot: Slot::new(1_002) };
    assert_eq!(refusal(&program(vec![sum(int(2))]), &readings), gap);
}

#[test]
fn a_reading_where_a_gap_is_estimated() {
    let mut program = program(vec![sum(int(2))]);
    program.estimates.insert(Place { register: 0, offset: 2 }, Estimate::Flat(int(5)));
    let no_gap = PriceError::NoGap { register: "import".into(), slot: Slot::new(1_002) };
    assert_eq!(refusal(&program, &readings()), no_gap);
}

#[test]
fn a_reading_above_the_bound() {
    let mut readings = readings();
    assert!(readings.set(0, Slot::new(1_003), Some(1_024)));
    let above = PriceError::AboveBound { register: "import".into(), bits: 10, slot: Slot::new(1_003) };
    assert_eq!(refusal(&program(vec![sum(int(2))]), &readings), above);
}

#[test]
fn a_value_too_large() {
    let large = program(vec![sum(int(1 << 120))]);
    assert_eq!(refusal(&large, &readings()), PriceError::Overflow { node: 0 });
    for node in [Node::Product(0, 0), Node::Root { of: 0, unit: Ratio::new(1, 1 << 40), ties: Ties::Up }] {
        let large = program(vec![constant(int(1 << 70)), node]);
        assert_eq!(refusal(&large, &readings()), PriceError::Overflow { node: 1 });
    }
}

#[test]
fn a_total_off_its_unit() {
    assert_eq!(refusal(&program(vec![sum(Ratio::new(1, 3))]), &readings()), PriceError::NotWhole { node: 0 });
    let mut shown = program(vec![sum(Ratio::new(1, 3)), Node::Rounded { of: 0, unit: int(1), ties: Ties::Up }]);
    assert_eq!(evaluate(&shown, &readings(), &[]).unwrap().total, 334);
    shown.lines[0].shown = true;
    assert_eq!(refusal(&shown, &readings()), PriceError::NotWhole { node: 0 });
}

#[test]
fn programs_that_do_not_hold_together() {
    let readings_of = |register, classes: Vec<u16>| Node::Readings {
        register,
        classes: SlotClasses { of: classes },
        rates: vec![int(1)],
    };
    let bounded = Schedule { pieces: vec![Piece { to: Some(int(1)), slope: int(1), intercept: int(0) }] };
    let empty = Schedule { pieces: vec![] };
    let climb = |of, bounds: &[i128], row: &[i128]| {
        let prices = |of: &[i128]| of.iter().map(|n| int(*n)).collect::<Vec<_>>();
        Node::Climb { of, bounds: prices(bounds), rows: vec![prices(row)] }
    };
    let broken = [
        readings_of(0, vec![0; 3]),
        readings_of(0, vec![0, 1, 0, 0]),
        readings_of(1, vec![0; 4]),
        Node::Reading(Place { register: 1, offset: 0 }),
        Node::Reading(Place { register: 0, offset: 4 }),
        Node::Carried(0),
        Node::Linear { terms: vec![(1, int(1))], constant: int(0) },
        Node::Scheduled { of: 0, schedule: bounded.clone() },
        Node::Scheduled { of: 3, schedule: bounded.clone() },
        Node::Each { of: vec![], schedules: vec![bounded.clone()] },
        Node::Each { of: vec![(0, 0)], schedules: vec![] },
        Node::Each { of: vec![(0, 0)], schedules: vec![empty] },
        Node::Largest { of: vec![0], count: 0 },
        Node::Largest { of: vec![1], count: 1 },
        climb(vec![(0, 1)], &[], &[1]),
        climb(vec![(1, 0)], &[], &[1]),
        climb(vec![(0, 0)], &[0], &[1, 1]),
        climb(vec![(0, 0)], &[2, 2], &[1, 1, 1]),
        climb(vec![(0, 0)], &[2], &[1]),
        Node::Larger(0, 1),
        Node::Smaller(1, 0),
        Node::Product(1, 0),
        Node::Quotient { of: 1, over: 0, or: int(0) },
        Node::Quotient { of: 0, over: 1, or: int(0) },
        Node::Root { of: 0, unit: int(0), ties: Ties::Up },
        Node::Root { of: 1, unit: int(1), ties: Ties::Up },
        Node::Rounded { of: 0, unit: int(0), ties: Ties::Up },
    ];
    for node in broken {
        let what = format!("{node:?}");
        assert_eq!(
            refusal(&program(vec![sum(int(1)), node]), &readings()),
            PriceError::Malformed { node: 1 },
            "{what}"
        );
    }
    let mut absent = program(vec![sum(int(1))]);
    absent.total = 7;
    assert_eq!(refusal(&absent, &readings()), PriceError::Malformed { node: 7 });
}
