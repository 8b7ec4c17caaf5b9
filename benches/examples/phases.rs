//! Where proving spends its time: halo2's phases, told apart by its transcript, beside the multi-exponentiations that no
//! prover on this stack avoids.
//!
//! `RAYON_NUM_THREADS=1 cargo run --release -p wattproof-benches --example phases -- S3` prints Markdown, for a month of
//! half hours by default; a number after the family is another number of readings, and two more are lanes and the bits of
//! their digits instead of those that the layout chooses.
#![allow(clippy::unwrap_used, reason = "a measurement of what must work")]

use std::io;
use std::time::Instant;

use halo2_proofs::plonk::{create_proof, keygen_pk, keygen_vk};
use halo2_proofs::transcript::{Blake2bWrite, Challenge255, Transcript, TranscriptWrite};
use pasta_curves::Fp;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use wattproof_benches::{Household, Multiexp, register, slots};
use wattproof_circuits::circuit::{BillCircuit, with_shape};
use wattproof_circuits::families::Family;
use wattproof_circuits::field;
use wattproof_circuits::layout::{Certified, Layout};
use wattproof_circuits::params::proving_params;
use wattproof_circuits::plan::{Plan, Witness};
use wattproof_circuits::vesta::Vesta;

const RUNS: usize = 9;

/// The ends of the phases, by the challenge that ends each.
const PHASES: [(&str, usize); 7] = [
    ("columns: values, commitments, their polynomials on the larger domain", 1),
    ("look-ups: permuted columns", 3),
    ("copies: running products; the polynomial that blinds the quotient", 4),
    ("quotient: gates on the larger domain, its pieces' commitments", 5),
    ("evaluations", 7),
    ("openings gathered into one polynomial", 9),
    ("opening argument", usize::MAX),
];

/// A transcript that notes when each challenge is drawn, and how many points were written before.
struct Timed {
    inner: Blake2bWrite<Vec<u8>, Vesta, Challenge255<Vesta>>,
    started: Instant,
    points: usize,
    drawn: Vec<(f64, usize)>,
}

impl Transcript<Vesta, Challenge255<Vesta>> for Timed {
    fn squeeze_challenge(&mut self) -> Challenge255<Vesta> {
        self.drawn.push((self.started.elapsed().as_secs_f64() * 1e3, self.points));
        self.inner.squeeze_challenge()
    }

    fn common_point(&mut self, point: Vesta) -> io::Result<()> {
        self.inner.common_point(point)
    }

    fn common_scalar(&mut self, scalar: Fp) -> io::Result<()> {
        self.inner.common_scalar(scalar)
    }
}

impl TranscriptWrite<Vesta, Challenge255<Vesta>> for Timed {
    fn write_point(&mut self, point: Vesta) -> io::Result<()> {
        self.points += 1;
        self.inner.write_point(point)
    }

    fn write_scalar(&mut self, scalar: Fp) -> io::Result<()> {
        self.inner.write_scalar(scalar)
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn timed(act: impl FnOnce()) -> f64 {
    let started = Instant::now();
    act();
    started.elapsed().as_secs_f64() * 1e3
}

fn main() {
    wattproof_engine::threads::work_here();
    let mut words = std::env::args().skip(1);
    let family = Family::named(&words.next().unwrap_or("S3".into())).unwrap();
    let count = words.next().map_or(1_488, |count| count.parse().unwrap());
    let household = Household::new(slots(count).unwrap(), 1);
    let plan = Plan::new(&family.program(register().unwrap(), slots(count).unwrap())).unwrap();
    assert!(!plan.is_linear(), "{} needs no circuit", family.name());
    let lanes: Vec<usize> = words.map(|word| word.parse().unwrap()).collect();
    let layout = match lanes.as_slice() {
        [lanes, bits] => Layout::with_lanes(&plan, Certified::Each, *lanes, *bits).unwrap(),
        _ => Layout::new(&plan).unwrap(),
    };
    let (params, empty) = (proving_params(layout.k).unwrap(), BillCircuit::shape_only(&plan, &layout));
    let verifying = with_shape(&layout.shape, || keygen_vk(params, &empty)).unwrap();
    let key = with_shape(&layout.shape, || keygen_pk(params, verifying, &empty)).unwrap();
    let witness = Witness::of(&plan, &household.readings, &[]);
    let disclosed = witness.outputs(&plan);
    let amounts: Vec<Fp> = disclosed.iter().map(|amount| field(*amount)).collect();

    let (yardstick, own) = (Multiexp::new(11), Multiexp::new(layout.k));
    let (mut unit, mut full, mut totals) = (vec![], vec![], vec![]);
    let (mut spans, mut points) = (vec![vec![]; PHASES.len()], vec![]);
    for run in 0..RUNS {
        unit.push(timed(|| {
            std::hint::black_box(yardstick.run());
        }));
        full.push(timed(|| {
            std::hint::black_box(own.run());
        }));
        let inner = Blake2bWrite::init(vec![]);
        let mut transcript = Timed { inner, started: Instant::now(), points: 0, drawn: vec![] };
        let bill = BillCircuit::with_values(&plan, &layout, &witness, &disclosed);
        let stream = ChaCha20Rng::seed_from_u64(run as u64);
        with_shape(&layout.shape, || create_proof(params, &key, &[bill], &[&[&amounts]], stream, &mut transcript))
            .unwrap();
        let end = (transcript.started.elapsed().as_secs_f64() * 1e3, transcript.points);
        let mut from = (0.0, 0);
        points.clear();
        for (span, (_, last)) in spans.iter_mut().zip(PHASES) {
            let to = last.checked_sub(1).and_then(|at| transcript.drawn.get(at)).copied().unwrap_or(end);
            span.push(to.0 - from.0);
            points.push(to.1 - from.1);
            from = to;
        }
        totals.push(end.0);
    }
    let (unit, full, total) = (median(unit), median(full), median(totals));
    println!("{} over {count} readings: k = {}, {:.1} ms = {:.2} M", family.name(), layout.k, total, total / unit);
    println!("M = {unit:.1} ms; a full-width multi-exponentiation of 2^{} points {full:.2} ms\n", layout.k);
    println!("| phase | points written | ms | M | share |\n|---|--:|--:|--:|--:|");
    for ((span, count), (name, _)) in spans.into_iter().zip(points).zip(PHASES) {
        let ms = median(span);
        println!("| {name} | {count} | {ms:.1} | {:.2} | {:.0} % |", ms / unit, 100.0 * ms / total);
    }
}
