//! Forged bills on batch-certified readings. Each starts from an honest household, changes one thing, and is refused for
//! exactly that; where a single defence stops it, a verifier without that defence accepts it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "test set-up")]

#[allow(dead_code, reason = "its other lies have their own tests")]
mod forger;
mod support;

use forger::ring::{Forged, Forger, Forgery, Hashed, LINK, Verifier};
use pasta_curves::Fp;
use support::build::Build;
use support::compact::{Compact, compact};
use support::programs::register;
use support::*;
use wattproof_circuits::prepared::Prepared;
use wattproof_circuits::program::*;
use wattproof_circuits::refusal::ProofRefusal;
use wattproof_circuits::statement::Statement;
use wattproof_meter::calendar::{Slot, SlotRange};
use wattproof_meter::reading::Readings;
use wattproof_meter::record::MeterId;

/// Two and a half days across the end of a lap, from the middle of a day: dear ones in one lap, cheap ones in the next,
/// in blocks on two totals of two registers.
fn program() -> Program {
    let start = 480 * 2_000 - 60;
    let count = 120;
    let classes = SlotClasses { of: (0..count).map(|slot| u16::from(slot >= 60)).collect() };
    let total = |register, rates: [i128; 2]| Node::Readings {
        register,
        classes: classes.clone(),
        rates: rates.map(int).to_vec(),
    };
    let nodes = vec![
        total(0, [30, 10]),
        total(1, [1, 2]),
        Node::Scheduled { of: 0, schedule: blocks(&[40_000, 90_000], &[3, 5, 9]) },
        Node::Linear { terms: vec![(1, int(-1)), (2, int(1))], constant: int(7) },
    ];
    let slots = SlotRange::new(Slot::new(start), count).unwrap();
    Program { registers: vec![register(12), register(12)], slots, ..support::program(count, nodes, int(1)) }
}

struct Bench {
    prepared: Prepared,
    household: Compact,
}

impl Bench {
    fn new(program: &Program) -> Self {
        Bench { prepared: Prepared::certified(program, compact()).unwrap(), household: Compact::of(program, 4) }
    }

    fn forger(&self) -> Forger<'_> {
        Forger::new(&self.prepared, &self.household)
    }

    fn ours(&self, statement: &Statement, proof: &[u8]) -> Result<(), ProofRefusal> {
        self.household.verify(&self.prepared, statement, proof)
    }

    fn accepted_by(&self, verifier: Verifier, statement: &Statement, proof: &[u8]) -> bool {
        verifier.accepts(&self.prepared, &self.household, statement, proof)
    }

    /// Ours refuses, the verifier without the defence does not.
    #[track_caller]
    fn only_without(&self, lacking: Verifier, forgery: &Forgery, forged: &Forged) {
        let proof = forged.bytes();
        assert!(self.accepted_by(lacking, &forgery.statement, &proof), "the attack does not even work");
        assert_eq!(self.ours(&forgery.statement, &proof), Err(ProofRefusal::DoesNotHold));
        assert!(!self.accepted_by(Verifier::SOUND, &forgery.statement, &proof));
    }

    fn slot(&self, offset: u32) -> Slot {
        self.prepared.plan().slots.first().after(offset).unwrap()
    }

    /// The meter's readings, some of them changed.
    fn changed(&self, changes: &[(usize, u32, i64)]) -> Readings {
        let mut readings = self.household.readings.clone();
        for (register, offset, by) in changes {
            let slot = self.slot(*offset);
            let reading = i64::from(readings.get(*register, slot).unwrap()) + by;
            assert!(readings.set(*register, slot, Some(u32::try_from(reading).unwrap())));
        }
        readings
    }
}

/// A register's offset in the first lap with a reading to take from.
fn taken(bench: &Bench) -> u32 {
    (0..60).find(|offset| bench.household.readings.get(0, bench.slot(*offset)).unwrap() > 100).unwrap()
}

#[test]
fn without_a_lie_the_forger_is_believed() {
    let bench = Bench::new(&program());
    let layout = bench.prepared.layout().unwrap();
    assert_eq!(layout.shape.ring.as_ref().unwrap().columns, 4, "two registers in two laps");
    let forger = bench.forger();
    let forgery = forger.honest();
    let proof = forger.forge(&forgery).bytes();
    assert_eq!(bench.ours(&forgery.statement, &proof), Ok(()));
    assert!(bench.accepted_by(Verifier::SOUND, &forgery.statement, &proof));
    assert!(bench.accepted_by(Verifier { hashed: Hashed::NoNonce, link: false }, &forgery.statement, &proof));
}

/// Less than the meter read: halo2 alone believes it.
#[test]
fn other_readings_than_the_batches() {
    let bench = Bench::new(&program());
    let forger = bench.forger();
    let forgery = forger.with_readings(&bench.changed(&[(0, taken(&bench), -90)]));
    assert!(forgery.amounts[0] < forger.honest().amounts[0]);
    bench.only_without(Verifier::HALO2, &forgery, &forger.forge(&forgery));
}

/// What is taken from one lap, at its price, is given to the same position of another; or to another register.
#[test]
fn readings_moved_between_columns() {
    let bench = Bench::new(&program());
    let (forger, from) = (bench.forger(), taken(&bench));
    // 480 slots are a lap, and the period has 120: another lap's slot at this position lies outside it and counts nothing.
    let position = |offset: u32| support::compact::ring().place(bench.slot(offset)).position;
    assert!((60..120).all(|offset| position(offset) != position(from)));
    let honest = forger.honest();
    for (column, price) in [(1, 0), (2, 1)] {
        let row = position(from) * bench.prepared.layout().unwrap().shape.ring.as_ref().unwrap().stride;
        let readings = match price {
            0 => bench.changed(&[(0, from, -90)]),
            _ => bench.changed(&[(0, from, -90), (1, from, 90)]),
        };
        // An unread cell takes what the lap lacks; the other register's is read, and makes the bill smaller still.
        let cells = if price == 0 { vec![(column, row, Fp::from(90))] } else { vec![] };
        let forgery = Forgery { cells, hashed: Hashed::NoPower, ..forger.with_readings(&readings) };
        assert!(forgery.amounts[0] < honest.amounts[0]);
        let forged = forger.forge(&forgery);
        bench.only_without(Verifier { hashed: Hashed::NoPower, link: true }, &forgery, &forged);
    }
}

/// A challenge that is known before the nonce proves anything.
#[test]
fn a_nonce_chosen_after_the_challenge() {
    let bench = Bench::new(&program());
    let forger = bench.forger();
    let readings = bench.changed(&[(0, taken(&bench), -90)]);
    let forgery = Forgery { hashed: Hashed::NoNonce, ..forger.with_readings(&readings) };
    let forged = forger.forge(&forgery);
    bench.only_without(Verifier { hashed: Hashed::NoNonce, link: true }, &forgery, &forged);
}

/// Cells of the ring that no sum reads: positions of other slots, behind the last, and where no circuit may stand; the
/// first are the meter's all the same.
#[test]
fn cells_that_nothing_reads_are_the_meters() {
    let bench = Bench::new(&program());
    let (forger, stride) = (bench.forger(), bench.prepared.layout().unwrap().shape.ring.as_ref().unwrap().stride);
    for position in [0, 200, 430, 479, 480, 481, 505] {
        let (column, row) = (if position < 300 { 0 } else { 1 }, position * stride);
        let forgery = Forgery { cells: vec![(column, row, Fp::from(77_777))], ..forger.honest() };
        let forged = forger.forge(&forgery);
        bench.only_without(Verifier::HALO2, &forgery, &forged);
    }
}

/// A link is nothing beside another proof, and a proof nothing beside another link.
#[test]
fn links_exchanged_between_bills() {
    let bench = Bench::new(&program());
    let forger = bench.forger();
    let [one, two] = [1, 2].map(|seed| Forgery { seed, ..forger.honest() });
    let [first, second] = [&one, &two].map(|forgery| forger.forge(forgery).bytes());
    assert_eq!(bench.ours(&one.statement, &first), Ok(()));
    assert_eq!(bench.ours(&two.statement, &second), Ok(()));
    for (link, rest) in [(&first, &second), (&second, &first)] {
        let mixed = [&link[..LINK], &rest[LINK..]].concat();
        assert_eq!(bench.ours(&one.statement, &mixed), Err(ProofRefusal::DoesNotHold));
    }
}

/// A value that the earlier bill did not hand on.
#[test]
fn another_carried_value() {
    let mut program = program();
    program.carried = vec![Carried { name: "before".into(), unit: int(1), below: 1 << 40 }];
    program.nodes.extend([Node::Carried(0), Node::Larger(3, 4)]);
    program.total = 5;
    let prepared = Prepared::certified(&program, compact()).unwrap();
    let bench = Bench { prepared, household: Compact { carried: vec![1 << 39], ..Compact::of(&program, 4) } };
    let forger = bench.forger();
    let honest = forger.honest();
    let amounts = bench.prepared.price(&bench.household.readings, &[0]).unwrap();
    assert!(amounts[0] < honest.amounts[0]);
    let statement = Statement { disclosed: amounts.clone(), ..honest.statement.clone() };
    let forgery = Forgery { statement, amounts, carried: vec![0], ..honest };
    let forged = forger.forge(&forgery);
    bench.only_without(Verifier::HALO2, &forgery, &forged);
}

/// A proof for the same readings a slot later, in a circuit of the same shape, under the statement of these.
#[test]
fn a_proof_of_another_period_is_nothing_here() {
    let bench = Bench::new(&program());
    let later = Program { slots: SlotRange::new(bench.slot(1), 120).unwrap(), ..program() };
    let prepared = Prepared::certified(&later, compact()).unwrap();
    assert_eq!(prepared.proof_bytes(), bench.prepared.proof_bytes());
    let household = Compact::of(&later, 4);
    let statement = household.statement(&prepared);
    let proof = household.prove(&prepared, &statement);
    assert_eq!(household.verify(&prepared, &statement, &proof), Ok(()));
    assert_eq!(bench.ours(&statement, &proof), Err(ProofRefusal::OtherPeriod));
    let renamed = Statement { slots: program().slots, ..statement };
    assert_eq!(bench.ours(&renamed, &proof), Err(ProofRefusal::DoesNotHold));
}

/// A bill that reads nothing has a link of no column.
#[test]
fn a_bill_that_reads_nothing() {
    let mut build = Build::default();
    let nothing = build.linear(&[], Ratio::new(55, 10));
    build.rounded(nothing, int(1), Ties::HalfUp);
    let bench = Bench::new(&support::program(48, build.nodes, int(1)));
    let statement = bench.household.statement(&bench.prepared);
    let proof = bench.household.prove(&bench.prepared, &statement);
    assert_eq!(bench.ours(&statement, &proof), Ok(()));
    let other = Statement { disclosed: vec![statement.disclosed[0] + 1], ..statement.clone() };
    assert_eq!(bench.ours(&other, &proof), Err(ProofRefusal::AmountOutOfBounds { index: 0 }));
    let other = Statement { meter: MeterId([8; 8]), ..statement };
    assert_eq!(bench.ours(&other, &proof), Err(ProofRefusal::DoesNotHold));
}
