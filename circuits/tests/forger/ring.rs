//! The malicious prover of bills on batch-certified readings, and the verifier again with single defences left out.

use ff::{Field, PrimeField};
use group::{Curve, Group, GroupEncoding};
use halo2_proofs::plonk::{Circuit, ConstraintSystem, ProvingKey, create_proof, keygen_pk, verify_proof};
use halo2_proofs::poly::EvaluationDomain;
use halo2_proofs::poly::commitment::{Blind, Params};
use halo2_proofs::transcript::{Blake2bRead, Challenge255, Transcript};
use pasta_curves::{Eq, EqAffine, Fp};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use wattproof_circuits::circuit::{BillCircuit, UNUSABLE_ROWS, with_shape};
use wattproof_circuits::field;
use wattproof_circuits::layout::{Layout, RingColumn};
use wattproof_circuits::params::params;
use wattproof_circuits::plan::Witness;
use wattproof_circuits::prepared::Prepared;
use wattproof_circuits::statement::{Context, Statement};
use wattproof_meter::reading::Readings;

use super::planner::{Cell, Tampered};
use super::verifier::Collect;
use super::writer::Writer;
use super::{POINT, X_1, X_4};
use crate::support::compact::{Compact, ring};
use crate::support::tape::index;

type Encoded = Challenge255<EqAffine>;

/// Rows that blind, and the blind.
const SPAN: usize = UNUSABLE_ROWS + 1;
pub const LINK: usize = POINT * (SPAN + 1);

/// What the link's challenges depend on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Hashed {
    /// Every byte of the proof, and the nonce's point.
    All,
    /// The factor between columns on nothing: it is one.
    NoPower,
    /// The challenge on the proof, but not on the nonce's point.
    NoNonce,
}

/// Which defences there are.
#[derive(Clone, Copy)]
pub struct Verifier {
    pub hashed: Hashed,
    /// Whether the link is looked at.
    pub link: bool,
}

impl Verifier {
    pub const HALO2: Verifier = Verifier { hashed: Hashed::All, link: false };
    pub const SOUND: Verifier = Verifier { hashed: Hashed::All, link: true };
}

pub struct Forger<'a> {
    pub prepared: &'a Prepared,
    pub household: &'a Compact,
    params: &'static Params<EqAffine>,
    key: ProvingKey<EqAffine>,
}

/// What is claimed, and what is lied about.
#[derive(Clone)]
pub struct Forgery {
    pub statement: Statement,
    /// What the circuit is filled with: whole batches.
    pub readings: Readings,
    pub carried: Vec<u64>,
    /// What the circuit discloses; halo2's instance is of the statement's amounts all the same.
    pub amounts: Vec<i128>,
    /// Advice cells, over those of the circuit.
    pub cells: Vec<Cell>,
    /// Added to the last commitment of the last point set.
    pub hidden: Eq,
    pub hashed: Hashed,
    pub seed: u64,
}

/// A bill's proof in its parts.
#[derive(Clone)]
pub struct Forged {
    pub link: Vec<u8>,
    pub halo2: Vec<u8>,
    pub challenges: Vec<Fp>,
    pub sets: usize,
}

impl Forged {
    pub fn bytes(&self) -> Vec<u8> {
        [&self.link[..], &self.halo2].concat()
    }
}

impl<'a> Forger<'a> {
    pub fn new(prepared: &'a Prepared, household: &'a Compact) -> Self {
        let layout = prepared.layout().unwrap();
        let params = params(layout.k).unwrap();
        let circuit = BillCircuit::shape_only(prepared.plan(), layout);
        let key = prepared.verifying_key().unwrap().clone();
        let key = with_shape(&layout.shape, || keygen_pk(params, key, &circuit)).unwrap();
        Forger { prepared, household, params, key }
    }

    /// No lie at all.
    pub fn honest(&self) -> Forgery {
        let statement = self.household.statement(self.prepared);
        Forgery {
            readings: self.household.readings.clone(),
            carried: self.household.carried.clone(),
            amounts: statement.disclosed.clone(),
            statement,
            cells: vec![],
            hidden: Eq::identity(),
            hashed: Hashed::All,
            seed: 1,
        }
    }

    /// Other readings than the meter's, and the bill that they make.
    pub fn with_readings(&self, readings: &Readings) -> Forgery {
        let honest = self.honest();
        let amounts = self.prepared.price(readings, &honest.carried).unwrap();
        let statement = Statement { disclosed: amounts.clone(), ..honest.statement };
        Forgery { statement, readings: readings.clone(), amounts, ..honest }
    }

    pub fn layout(&self) -> &Layout {
        self.prepared.layout().unwrap()
    }

    fn context(&self, statement: &Statement) -> Context {
        statement.context(self.prepared.digest(), self.household.bytes.iter())
    }

    /// The proof, with the best link that the lies allow.
    pub fn forge(&self, forgery: &Forgery) -> Forged {
        let layout = self.layout();
        let mut witness = Witness::of(self.prepared.plan(), &forgery.readings, &forgery.carried);
        let cells = layout.ring.as_ref().unwrap();
        witness.ring = cells.fill(ring(), &forgery.readings, &forgery.carried, layout.k);
        let (context, written) = (self.context(&forgery.statement), self.halo2(forgery, &witness));
        let differences = self.differences(&witness, forgery.seed);
        let (challenges, sets) = (written.challenges.clone(), written.last_evaluations);
        let halo2 = written.finish();
        let link = self.link(&differences, &halo2, &context, forgery);
        Forged { link, halo2, challenges, sets }
    }

    fn halo2(&self, forgery: &Forgery, witness: &Witness) -> Writer {
        let (plan, layout) = (self.prepared.plan(), self.layout());
        let mut writer = Writer::new();
        let last = match layout.shape.lookups() {
            0 => (3, 0),
            lookups => (1, 2 * (lookups - 1)),
        };
        writer.hide(last, forgery.hidden);
        writer.common_scalar(self.context(&forgery.statement).scalar()).unwrap();
        writer.instance(self.instance(&forgery.amounts, &forgery.statement.disclosed));
        let bill = BillCircuit::with_values(plan, layout, witness, &forgery.amounts);
        let amounts: Vec<Fp> = forgery.amounts.iter().map(|amount| field(*amount)).collect();
        let circuit = Tampered { bill, cells: &forgery.cells };
        let rng = ChaCha20Rng::seed_from_u64(forgery.seed);
        let proved = with_shape(&layout.shape, || {
            create_proof(self.params, &self.key, &[circuit], &[&[&amounts]], rng, &mut writer)
        });
        proved.unwrap();
        writer
    }

    /// What each ring column differs by from the meter's batches in the span of the link.
    fn differences(&self, witness: &Witness, seed: u64) -> Vec<[Fp; SPAN]> {
        let columns = &self.layout().ring.as_ref().unwrap().columns;
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let mut draw = |count: usize| -> Vec<Fp> { (0..count).map(|_| Fp::random(&mut rng)).collect() };
        let advice = with_shape(&self.layout().shape, || {
            let mut meta = ConstraintSystem::default();
            BillCircuit::configure(&mut meta);
            index(&meta.advice_column())
        });
        let (rows, blinds) = (draw(advice * UNUSABLE_ROWS), draw(columns.len()));
        let of = |at: usize| -> [Fp; SPAN] {
            let own = &witness.ring[at][witness.ring[at].len() - UNUSABLE_ROWS..];
            let opening: Fp = self
                .batches(columns[at])
                .map(|(register, first)| *self.household.openings.get(register, first).unwrap().scalar())
                .sum();
            std::array::from_fn(|place| match place {
                UNUSABLE_ROWS => blinds[at] - opening,
                row => rows[at * UNUSABLE_ROWS + row] - own[row],
            })
        };
        (0..columns.len()).map(of).collect()
    }

    fn batches(&self, column: RingColumn) -> impl Iterator<Item = (usize, wattproof_meter::calendar::Slot)> + '_ {
        batches(self.household, column)
    }

    fn link(&self, differences: &[[Fp; SPAN]], halo2: &[u8], context: &Context, forgery: &Forgery) -> Vec<u8> {
        let mut rng = ChaCha20Rng::seed_from_u64(!forgery.seed);
        let nonces: Vec<Fp> = (0..SPAN).map(|_| Fp::random(&mut rng)).collect();
        let basis = basis(self.params);
        let mut nonce: Eq = nonces.iter().zip(&basis).map(|(nonce, point)| *point * nonce).sum();
        if forgery.hashed == Hashed::NoNonce {
            // The challenge is known: the nonce makes up for whatever the columns are off by.
            let [power, challenge] = challenges(forgery.hashed, context, halo2, &[]);
            let span: Eq = (0..SPAN).map(|at| basis[at] * folded(differences, at, power)).sum();
            let of = advice(halo2, differences.len());
            nonce += (span - off(self.prepared, self.household, &forgery.carried, &of, power)) * challenge;
        }
        let nonce = nonce.to_affine().to_bytes();
        let [power, challenge] = challenges(forgery.hashed, context, halo2, &nonce);
        let mut link = nonce.to_vec();
        for (at, nonce) in nonces.iter().enumerate() {
            link.extend((nonce + challenge * folded(differences, at, power)).to_repr());
        }
        link
    }

    fn instance(&self, proven: &[i128], claimed: &[i128]) -> Eq {
        let domain = EvaluationDomain::new(3, self.layout().k);
        let mut values = vec![Fp::ZERO; 1 << self.layout().k];
        for (value, (proven, claimed)) in values.iter_mut().zip(proven.iter().zip(claimed)) {
            *value = field(claimed - proven);
        }
        self.params.commit_lagrange(&domain.lagrange_from_vec(values), Blind(Fp::ZERO))
    }

    /// What is wrong with halo2's equation when amounts are claimed that were not proven: the instance's commitment is the
    /// first of the first point set, which holds `first` commitments.
    pub fn error(&self, forgery: &Forgery, forged: &Forged, first: u64) -> Eq {
        let by = forged.challenges[X_1].pow([first - 1]) * forged.challenges[X_4].pow([forged.sets as u64 - 1]);
        self.instance(&forgery.amounts, &forgery.statement.disclosed) * by
    }

    /// What is wrong with the link's equation, under its weight, when the ring is filled with other readings.
    pub fn link_error(&self, forgery: &Forgery, forged: &Forged) -> Eq {
        let context = self.context(&forgery.statement);
        let weight = context.derive(b"wattproof-weight", [&forged.bytes()[..], &[5; 32]]);
        link_terms(self.prepared, self.household, &context, &forgery.carried, Hashed::All, &forged.bytes()) * weight
    }
}

fn folded(differences: &[[Fp; SPAN]], at: usize, power: Fp) -> Fp {
    differences.iter().rev().fold(Fp::ZERO, |sum, column| sum * power + column[at])
}

/// The points of the rows that blind, and of a blind.
fn basis(params: &Params<EqAffine>) -> Vec<EqAffine> {
    let domain = EvaluationDomain::<Fp>::new(3, params.k());
    let of = |at: usize| {
        let mut column = domain.empty_lagrange();
        let blind = if at == UNUSABLE_ROWS { Fp::ONE } else { Fp::ZERO };
        if at < UNUSABLE_ROWS {
            column[(1 << params.k()) - UNUSABLE_ROWS + at] = Fp::ONE;
        }
        params.commit_lagrange(&column, Blind(blind)).to_affine()
    };
    (0..SPAN).map(of).collect()
}

fn challenges(hashed: Hashed, context: &Context, proof: &[u8], nonce: &[u8]) -> [Fp; 2] {
    let power = context.derive(b"wattproof-ring-p", [proof]);
    let nonce = if hashed == Hashed::NoNonce { &nonce[..0] } else { nonce };
    let challenge = context.derive(b"wattproof-ring-c", [proof, nonce]);
    [if hashed == Hashed::NoPower { Fp::ONE } else { power }, challenge]
}

fn advice(halo2: &[u8], count: usize) -> Vec<EqAffine> {
    let point = |bytes: &[u8]| EqAffine::from_bytes(bytes.try_into().unwrap()).unwrap();
    halo2.chunks(POINT).take(count).map(point).collect()
}

fn batches(
    household: &Compact,
    column: RingColumn,
) -> impl Iterator<Item = (usize, wattproof_meter::calendar::Slot)> + '_ {
    let of = match column {
        RingColumn::Readings { register, lap } => Some((register, lap)),
        RingColumn::Carried(_) => None,
    };
    household.points.slots().iter().filter_map(move |slot| {
        let (register, lap) = of?;
        (slot.index() % 48 == 0 && ring().place(slot).lap == lap).then_some((register, slot))
    })
}

/// `Σ power^c · (A_c − what the meter or the statement says of c)`.
fn off(prepared: &Prepared, household: &Compact, carried: &[u64], advice: &[EqAffine], power: Fp) -> Eq {
    let layout = prepared.layout().unwrap();
    let params = params(layout.k).unwrap();
    let mut sum = Eq::identity();
    let mut factor = Fp::ONE;
    for (column, commitment) in layout.ring.as_ref().unwrap().columns.iter().zip(advice) {
        let mut term = Eq::from(*commitment);
        batches(household, *column)
            .for_each(|(register, first)| term -= household.points.get(register, first).unwrap());
        if let RingColumn::Carried(index) = column {
            let domain = EvaluationDomain::<Fp>::new(3, layout.k);
            let all = domain.lagrange_from_vec(vec![Fp::from(carried[*index]); 1 << layout.k]);
            term -= params.commit_lagrange(&all, Blind(Fp::ZERO));
        }
        sum += term * factor;
        factor *= power;
    }
    sum
}

/// The link's equation, to be the identity.
fn link_terms(
    prepared: &Prepared,
    household: &Compact,
    context: &Context,
    carried: &[u64],
    hashed: Hashed,
    proof: &[u8],
) -> Eq {
    let layout = prepared.layout().unwrap();
    let (link, halo2) = proof.split_at(LINK);
    let [power, challenge] = challenges(hashed, context, halo2, &link[..POINT]);
    let advice = advice(halo2, layout.ring.as_ref().unwrap().columns.len());
    let nonce = EqAffine::from_bytes(link[..POINT].try_into().unwrap()).unwrap();
    let mut sum = off(prepared, household, carried, &advice, power) * challenge + nonce;
    for (point, response) in basis(params(layout.k).unwrap()).iter().zip(link[POINT..].chunks(POINT)) {
        sum -= *point * Fp::from_repr(response.try_into().unwrap()).unwrap();
    }
    sum
}

impl Verifier {
    pub fn accepts(self, prepared: &Prepared, household: &Compact, statement: &Statement, proof: &[u8]) -> bool {
        let context = statement.context(prepared.digest(), household.bytes.iter());
        let params = params(prepared.layout().unwrap().k).unwrap();
        let mut reader = Blake2bRead::<_, EqAffine, Encoded>::init(&proof[LINK..]);
        reader.common_scalar(context.scalar()).unwrap();
        let amounts: Vec<Fp> = statement.disclosed.iter().map(|amount| field(*amount)).collect();
        let key = prepared.verifying_key().unwrap();
        let read = verify_proof(params, key, Collect(params.empty_msm()), &[&[&amounts]], &mut reader);
        let holds = read.is_ok_and(|msm| msm.eval());
        let terms = || link_terms(prepared, household, &context, &statement.carried, self.hashed, proof);
        holds && (!self.link || bool::from(terms().is_identity()))
    }
}
