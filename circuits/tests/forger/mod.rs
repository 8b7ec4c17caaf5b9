//! A malicious prover: the honest one again from halo2's public parts, with a handle on everything it may lie about.
#![allow(clippy::unwrap_used, reason = "test set-up")]

pub mod linear;
mod planner;
#[allow(dead_code, reason = "each test uses some of it")]
pub mod ring;
pub mod verifier;
mod writer;

use ff::{Field, PrimeField};
use group::{Curve, Group, GroupEncoding};
use halo2_proofs::plonk::{ProvingKey, create_proof, keygen_pk};
use halo2_proofs::poly::EvaluationDomain;
use halo2_proofs::poly::commitment::{Blind, Params};
use halo2_proofs::transcript::Transcript;
use pasta_curves::{Eq, EqAffine, Fp};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use wattproof_circuits::circuit::{BillCircuit, unusable_rows, with_shape};
use wattproof_circuits::field;
use wattproof_circuits::layout::{Layout, Linked, lane_factor};
use wattproof_circuits::params::params;
use wattproof_circuits::plan::{Given, Witness};
use wattproof_circuits::prepared::Prepared;
use wattproof_circuits::statement::{Context, Statement};
use wattproof_meter::calendar::Slot;
use wattproof_meter::commit::Generators;
use wattproof_meter::reading::Readings;

use crate::support::Household;
use planner::Tampered;
use writer::Writer;

/// Bytes of a point or scalar.
pub const POINT: usize = 32;

/// Challenges in the order in which halo2 squeezes them.
pub const X: usize = 4;
const X_1: usize = 5;
const X_4: usize = 8;

/// Someone with a meter, its key, and no scruples.
pub struct Forger<'a> {
    pub prepared: &'a Prepared,
    pub household: &'a Household,
    pub generators: Generators,
    params: &'static Params<EqAffine>,
    key: ProvingKey<EqAffine>,
}

/// What is claimed, and what is lied about.
#[derive(Clone)]
pub struct Forgery {
    /// What the verifier is told.
    pub statement: Statement,
    /// What the circuit is filled with.
    pub readings: Readings,
    /// What the circuit discloses; halo2's instance is of the statement's amounts all the same.
    pub amounts: Vec<i128>,
    /// Values in rows of the linked column, over those of the circuit.
    pub cells: Vec<(usize, Fp)>,
    /// What the commitments to the blinding rows fall short of these rows.
    pub short: Fp,
    /// Added to the first blinding row's commitment, before anything is absorbed.
    pub foreign: Eq,
    /// Added to the commitment that the proof's last equation takes once: the last one of the last point set.
    pub hidden: Eq,
    /// Whether the commitments to the blinding rows come before the proof, as they must.
    pub absorbed: bool,
    /// Of all randomness.
    pub seed: u64,
}

/// A bill's proof in its parts.
#[derive(Clone)]
pub struct Forged {
    pub blinding: Vec<EqAffine>,
    pub opening: Fp,
    pub halo2: Vec<u8>,
    pub challenges: Vec<Fp>,
    /// What the linked column evaluates to at `x`.
    pub linked: Fp,
    /// Point sets of the opening.
    pub sets: usize,
}

impl Forged {
    pub fn bytes(&self) -> Vec<u8> {
        let points = self.blinding.iter().flat_map(|point| point.to_bytes());
        points.chain(self.opening.to_repr()).chain(self.halo2.iter().copied()).collect()
    }
}

impl<'a> Forger<'a> {
    pub fn new(prepared: &'a Prepared, household: &'a Household) -> Self {
        let layout = prepared.layout().unwrap();
        let params = params(layout.k).unwrap();
        let circuit = BillCircuit::shape_only(prepared.plan(), layout);
        let key = prepared.verifying_key().unwrap().clone();
        let key = with_shape(&layout.shape, || keygen_pk(params, key, &circuit)).unwrap();
        Forger { prepared, household, generators: Generators::new(), params, key }
    }

    /// No lie at all.
    pub fn honest(&self) -> Forgery {
        let statement = self.household.statement(self.prepared);
        Forgery {
            readings: self.household.readings.clone(),
            amounts: statement.disclosed.clone(),
            statement,
            cells: vec![],
            short: Fp::ZERO,
            foreign: Eq::identity(),
            hidden: Eq::identity(),
            absorbed: true,
            seed: 1,
        }
    }

    /// Other readings than the meter's, and the bill that they make.
    pub fn with_readings(&self, readings: &Readings) -> Forgery {
        let amounts = self.prepared.price(readings, &[]).unwrap();
        let honest = self.honest();
        let statement = Statement { disclosed: amounts.clone(), ..honest.statement };
        Forgery { statement, readings: readings.clone(), amounts, ..honest }
    }

    pub fn layout(&self) -> &Layout {
        self.prepared.layout().unwrap()
    }

    /// Rows of a column that the circuit may use.
    pub fn usable(&self) -> usize {
        (1 << self.layout().k) - unusable_rows(&self.layout().shape)
    }

    /// The usable rows of the linked column in which nothing stands.
    pub fn unused(&self) -> Vec<usize> {
        let used: Vec<usize> = self.layout().linked.iter().map(|linked| linked.row).collect();
        (0..self.usable()).filter(|row| !used.contains(row)).collect()
    }

    pub fn context(&self, statement: &Statement) -> Context {
        context(self.prepared, self.household, statement)
    }

    /// The proof, with the best link that the lies allow: `w` opens it wherever it can be opened.
    pub fn forge(&self, forgery: &Forgery) -> Forged {
        let layout = self.layout();
        let mut proof_rng = ChaCha20Rng::seed_from_u64(forgery.seed);
        let mut secrets = ChaCha20Rng::seed_from_u64(!forgery.seed);
        let rows = unusable_rows(&layout.shape);
        let blinding: Vec<Fp> = (0..rows).map(|_| Fp::random(&mut proof_rng)).collect();
        let openings: Vec<Fp> = (0..rows).map(|_| Fp::random(&mut secrets)).collect();
        let commit = |(value, opening): (&Fp, &Fp)| {
            (self.generators.g * (value - forgery.short) + self.generators.h * opening).to_affine()
        };
        let mut blinding: Vec<EqAffine> = blinding.iter().zip(&openings).map(commit).collect();
        blinding[0] = (forgery.foreign + blinding[0]).to_affine();
        let written = self.halo2(forgery, &blinding);
        let opened = Opened::new(self.prepared, written.challenges[X]);
        let opening = |(register, slot, factor): &(usize, Slot, Fp)| {
            factor * self.household.openings.get(*register, *slot).unwrap().scalar()
        };
        let readings: Fp = opened.factors.iter().map(opening).sum();
        let blinded: Fp = opened.blinding().iter().zip(&openings).map(|(at, opening)| at * opening).sum();
        Forged {
            blinding,
            opening: readings + blinded,
            linked: written.evaluations[1],
            sets: written.last_evaluations,
            challenges: written.challenges.clone(),
            halo2: written.finish(),
        }
    }

    fn halo2(&self, forgery: &Forgery, blinding: &[EqAffine]) -> Writer {
        let (plan, layout) = (self.prepared.plan(), self.layout());
        let mut writer = Writer::new();
        writer.hide(self.last_of_the_last_set(), forgery.hidden);
        writer.common_scalar(self.context(&forgery.statement).scalar()).unwrap();
        if forgery.absorbed {
            blinding.iter().for_each(|point| writer.common_point(*point).unwrap());
        }
        writer.instance(self.instance(&forgery.amounts, &forgery.statement.disclosed));
        let witness = Witness::of(plan, &forgery.readings, &[]);
        let bill = BillCircuit::with_values(plan, layout, &witness, &forgery.amounts);
        let amounts: Vec<Fp> = forgery.amounts.iter().map(|amount| field(*amount)).collect();
        let cells: Vec<_> = forgery.cells.iter().map(|(row, value)| (0, *row, *value)).collect();
        let circuit = Tampered { bill, cells: &cells };
        let rng = ChaCha20Rng::seed_from_u64(forgery.seed);
        let proved = with_shape(&layout.shape, || {
            create_proof(self.params, &self.key, &[circuit], &[&[&amounts]], rng, &mut writer)
        });
        proved.unwrap();
        writer
    }

    /// Commitments opened at the same points are a set. With look-ups, the last set is that of their permuted inputs,
    /// committed to after the first challenge beside the permuted tables; without, that of the permutation's product,
    /// after the third. The last commitment of the last set is the one that no challenge multiplies.
    fn last_of_the_last_set(&self) -> (usize, usize) {
        match self.layout().shape.lookups() {
            0 => (3, 0),
            lookups => (1, 2 * (lookups - 1)),
        }
    }

    /// What the instance's commitment lacks to be of the claimed amounts.
    pub fn instance(&self, proven: &[i128], claimed: &[i128]) -> Eq {
        let domain = EvaluationDomain::new(3, self.layout().k);
        let mut values = vec![Fp::ZERO; 1 << self.layout().k];
        for (value, (proven, claimed)) in values.iter_mut().zip(proven.iter().zip(claimed)) {
            *value = field(claimed - proven);
        }
        self.params.commit_lagrange(&domain.lagrange_from_vec(values), Blind(Fp::ZERO))
    }

    /// What is wrong with halo2's equation when amounts are claimed that were not proven. The instance's commitment is
    /// the first of the first point set, which holds `first` commitments.
    pub fn error(&self, forgery: &Forgery, forged: &Forged, first: u64) -> Eq {
        let by = forged.challenges[X_1].pow([first - 1]) * forged.challenges[X_4].pow([forged.sets as u64 - 1]);
        self.instance(&forgery.amounts, &forgery.statement.disclosed) * by
    }

    /// The first blinding row's commitment, chosen after the proof so that the link's left side exceeds its right side
    /// by `excess`.
    pub fn choose_late(&self, forged: &Forged, excess: Eq) -> EqAffine {
        let opened = Opened::new(self.prepared, forged.challenges[X]);
        let Generators { g, h } = self.generators;
        let mut missing = g * forged.linked + h * forged.opening + excess;
        for (register, slot, factor) in &opened.factors {
            missing -= self.household.points.get(*register, *slot).unwrap() * factor;
        }
        for (at, point) in opened.blinding().iter().zip(&forged.blinding).skip(1) {
            missing -= point * at;
        }
        (missing * opened.blinding()[0].invert().unwrap()).to_affine()
    }
}

/// The context of a statement about a household.
pub fn context(prepared: &Prepared, household: &Household, statement: &Statement) -> Context {
    statement.context(prepared.digest(), household.bytes.iter())
}

/// The left side of the link's equation at `x`.
pub struct Opened {
    lagrange: Vec<Fp>,
    unusable: usize,
    /// The factor of each commitment to a reading.
    pub factors: Vec<(usize, Slot, Fp)>,
}

impl Opened {
    pub fn new(prepared: &Prepared, x: Fp) -> Self {
        let (plan, layout) = (prepared.plan(), prepared.layout().unwrap());
        let rows = 1i32 << layout.k;
        let lagrange = EvaluationDomain::new(3, layout.k).l_i_range(x, x.pow([1 << layout.k]), 0..rows);
        let slot = |offset: u32| plan.slots.first().after(offset).unwrap();
        let mut factors = vec![];
        for Linked { row, input, lane } in &layout.linked {
            for (given, by) in &plan.inputs[*input].weights {
                let Given::Reading(place) = given else { panic!("the forger's bills carry nothing") };
                factors.push((place.register, slot(place.offset), lagrange[*row] * lane_factor(*lane) * field(*by)));
            }
        }
        Opened { lagrange, unusable: unusable_rows(&layout.shape), factors }
    }

    pub fn blinding(&self) -> &[Fp] {
        &self.lagrange[self.lagrange.len() - self.unusable..]
    }
}
