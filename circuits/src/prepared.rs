//! A tariff over a period, ready to prove and verify: plan, layout and keys.
//!
//! Which entry for what: [`Prepared::new`] once for a tariff and period, shared by every customer on it;
//! [`Prepared::price`] for the amounts that a bill discloses; [`Prepared::prove`] on the customer's device;
//! [`Prepared::verify`] at the supplier's. What passing verification does not show: that the commitments are the
//! meter's (check the batch's digest and signature), nor that the period is complete (check its slots).

use std::ops::ControlFlow;
use std::sync::{Mutex, OnceLock, PoisonError};

use group::GroupEncoding;
use halo2_proofs::plonk::{
    Error, ProvingKey, VerificationStrategy, VerifyingKey, create_proof, keygen_pk, keygen_vk, verify_proof,
};
use halo2_proofs::poly::commitment::{Guard, MSM, Params};
use halo2_proofs::transcript::{Challenge255, EncodedChallenge, Transcript};
use pasta_curves::arithmetic::CurveAffine;
use pasta_curves::{EqAffine, Fp};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use wattproof_meter::calendar::Slot;
use wattproof_meter::commit::{Generators, Opening};
use wattproof_meter::reading::Readings;
use wattproof_meter::ring::Ring;

use crate::basis::Basis;
use crate::chip::field;
use crate::circuit::{BillCircuit, unusable_rows, with_shape};
use crate::committed::Committed;
use crate::equation::{Equation, Terms};
use crate::layout::{Certified, Layout, LayoutRefusal, RingLayout};
use crate::link::compact::{self, Columns, Compact};
use crate::link::{Blinding, Opened, Received};
use crate::params::{ParamsAltered, params, proving_params};
use crate::plan::{Plan, PlanRefusal, Step, Witness};
use crate::program::{Place, Program};
use crate::refusal::{ProofRefusal, ProveRefusal};
use crate::schnorr::{self, Linear};
use crate::statement::{Context, Statement};
use crate::transcript::{Counter, Reader, Writer};
use crate::vesta::Vesta;

pub use crate::transcript::Watch;

const LINK_WEIGHT: &[u8; 16] = b"wattproof-weight";
const POINT: usize = 32;

/// A tariff over a period, ready to prove and verify.
#[derive(Debug)]
pub struct Prepared {
    plan: Plan,
    certified: Certified,
    /// Of the plan, and of the layout and verifying key where there is a circuit.
    digest: [u8; 32],
    generators: Generators,
    circuit: Option<Compiled>,
}

/// The circuit of a bill that needs one.
#[derive(Debug)]
struct Compiled {
    layout: Layout,
    params: &'static Params<EqAffine>,
    verifying: VerifyingKey<EqAffine>,
    proving: OnceLock<Proving>,
    /// Held while the proving key is made: it is large, and one serves all threads.
    making: Mutex<()>,
    blinding: usize,
    /// Where the meter's ring stands; nothing when each reading has a commitment.
    ring: Option<Placed>,
    /// Bytes of halo2's proof.
    length: usize,
}

/// What only the prover needs.
#[derive(Debug)]
struct Proving {
    params: &'static Params<Vesta>,
    key: ProvingKey<Vesta>,
}

/// A ring in a circuit.
#[derive(Debug)]
struct Placed {
    ring: Ring,
    layout: RingLayout,
    basis: &'static Basis,
    /// Advice columns of the circuit.
    advice: usize,
}

/// What a bill needs that its plan alone does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Logarithm of the circuit's rows; nothing when the bill needs no circuit.
    pub k: Option<u32>,
    /// Rows of the linked column in use.
    pub linked_rows: usize,
    /// Rows of the tallest column.
    pub rows: usize,
    /// Look-ups.
    pub lookups: usize,
    /// Bytes of a proof with its link, commitments not counted.
    pub proof_bytes: usize,
}

/// Why a program cannot be prepared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PrepareRefusal {
    /// The program has no plan.
    #[error(transparent)]
    Plan(#[from] PlanRefusal),
    /// The plan has no layout.
    #[error(transparent)]
    Layout(#[from] LayoutRefusal),
    /// The public parameters were altered.
    #[error(transparent)]
    Params(#[from] ParamsAltered),
    /// halo2 refuses the circuit: a fault of this library.
    #[error("the circuit cannot be compiled: {0}")]
    Keys(String),
}

impl Prepared {
    /// Plans, lays out and makes the verifying key, which takes tens of milliseconds at k = 11.
    ///
    /// # Errors
    /// When a value could pass its bound or the period is too long for a circuit.
    pub fn new(program: &Program) -> Result<Self, PrepareRefusal> {
        Prepared::certified(program, Certified::Each)
    }

    /// The same for readings so certified. Those of whole batches always take a circuit, which sums them.
    ///
    /// # Errors
    /// As for [`Prepared::new`].
    pub fn certified(program: &Program, certified: Certified) -> Result<Self, PrepareRefusal> {
        let plan = Plan::certified(program, certified)?;
        let is_linear = plan.is_linear() && certified == Certified::Each;
        let circuit = if is_linear { None } else { Some(Compiled::new(&plan, certified)?) };
        let described = circuit.as_ref().map(|circuit| {
            let ring = circuit.ring.as_ref().map(|placed| (placed.ring, &placed.layout.columns));
            (&circuit.layout.linked, ring, circuit.verifying.pinned())
        });
        let digest = digest(&format!("{plan:?} {described:?}"));
        Ok(Prepared { plan, certified, digest, generators: Generators::new(), circuit })
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What a statement's context names besides the statement: the digest of the plan and, where there is a circuit, of
    /// its linked rows and verifying key.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The layout; nothing when the bill needs no circuit.
    pub fn layout(&self) -> Option<&Layout> {
        self.circuit.as_ref().map(|circuit| &circuit.layout)
    }

    /// The verifying key; nothing when the bill needs no circuit.
    pub fn verifying_key(&self) -> Option<&VerifyingKey<EqAffine>> {
        self.circuit.as_ref().map(|circuit| &circuit.verifying)
    }

    /// Sizes, for the bill and for `explain`.
    pub fn figures(&self) -> Figures {
        let layout = self.layout();
        Figures {
            k: layout.map(|layout| layout.k),
            linked_rows: layout.map_or(0, Layout::linked_rows),
            rows: layout.map_or(0, |layout| layout.rows),
            lookups: layout.map_or(0, |layout| layout.shape.lookups()),
            proof_bytes: self.proof_bytes(),
        }
    }

    /// Points and numbers that the prover writes for every proof; none without a circuit.
    pub fn writes(&self) -> usize {
        self.circuit.as_ref().map_or(0, |circuit| circuit.length / POINT)
    }

    /// Bytes of every proof for this tariff and period.
    pub fn proof_bytes(&self) -> usize {
        match &self.circuit {
            None => schnorr::BYTES * self.plan.outputs.len(),
            Some(circuit) => circuit.link_bytes() + circuit.length,
        }
    }

    /// The amounts that a bill on these readings discloses, in the order of the plan's outputs.
    ///
    /// # Errors
    /// A gap, a reading above the bound that the tariff gives its register, other carried values than it declares, or a
    /// table whose entries are not at hand.
    pub fn price(&self, readings: &Readings, carried: &[u64]) -> Result<Vec<i128>, ProveRefusal> {
        self.plan.check_carried(carried)?;
        self.checked(readings)?;
        if let Some(table) = self.plan.steps.iter().filter_map(Step::table).find(|table| table.entries().is_none()) {
            return Err(ProveRefusal::TableMissing { name: table.published().name.clone() });
        }
        Ok(Witness::of(&self.plan, readings, carried).outputs(&self.plan))
    }

    /// Proves `statement`, which discloses what [`Prepared::price`] gave. `commitments` are those of all the statement's
    /// batches in their own order. Of batch-certified readings, `readings` are those of whole batches, with what lies
    /// outside the period, and `openings` have one a batch, at its first slot. `seed` is 32 fresh bytes from the operating system, never used again.
    ///
    /// The proof is not yet known to verify: show it as made, and send it, only after [`Prepared::verify`]. A linear
    /// proof of a wrong amount, should one leave the device, would let a small search find the right one.
    ///
    /// # Errors
    /// As for [`Prepared::price`]; [`ProveRefusal::Openings`] when a reading lacks its opening.
    pub fn prove(
        &self,
        statement: &Statement,
        commitments: &[[u8; 32]],
        readings: &Readings,
        openings: &Committed<Opening>,
        seed: &[u8; 32],
    ) -> Result<Vec<u8>, ProveRefusal> {
        self.prove_watched(statement, commitments, readings, openings, seed, &mut |_| ControlFlow::Continue(()))
    }

    /// The same, watched: `watch` hears how many of the proof's [`Prepared::writes`] are done, and a break from it
    /// stops the proof.
    ///
    /// # Errors
    /// As for [`Prepared::prove`]; [`ProveRefusal::Stopped`] when it was stopped.
    pub fn prove_watched(
        &self,
        statement: &Statement,
        commitments: &[[u8; 32]],
        readings: &Readings,
        openings: &Committed<Opening>,
        seed: &[u8; 32],
        watch: &mut Watch<'_>,
    ) -> Result<Vec<u8>, ProveRefusal> {
        if self.price(readings, &statement.carried)? != statement.disclosed {
            return Err(ProveRefusal::OtherAmounts);
        }
        self.certifies(openings).map_err(ProveRefusal::Openings)?;
        let context = statement.context(&self.digest, commitments.iter());
        let carried = statement.carried.as_slice();
        let streams = Streams::new(seed, &context, openings);
        match &self.circuit {
            None => Ok(self.linear(carried, &context).prove(openings, streams.secrets)),
            Some(circuit) => {
                let (plan, generators, context) = (&self.plan, &self.generators, &context);
                let prover = Prover { plan, carried, generators, circuit, context };
                prover.prove(&statement.disclosed, readings, openings, streams, watch)
            }
        }
    }

    /// Verifies a proof. That the statement's carried values are what earlier bills hand on, the verifier looks up.
    /// `commitments` are as for [`Prepared::prove`]; `points` must be the same ones decoded, those of the period's
    /// readings, or of the batches at their first slots, for only the former enter the context; `entropy` is the verifier's own, drawn after the bill's bytes were
    /// final.
    ///
    /// # Errors
    /// One variant a reason; see [`ProofRefusal`].
    pub fn verify(
        &self,
        statement: &Statement,
        commitments: &[[u8; 32]],
        points: &Committed<EqAffine>,
        proof: &[u8],
        entropy: &[u8; 32],
    ) -> Result<(), ProofRefusal> {
        let equation = self.equation(statement, commitments, points, proof, entropy)?;
        equation.holds().then_some(()).ok_or(ProofRefusal::DoesNotHold)
    }

    /// All of [`Prepared::verify`] but its last step, whether the equation holds: [`crate::bulk`] asks that of many at
    /// once.
    ///
    /// # Errors
    /// One variant a reason; see [`ProofRefusal`].
    pub fn equation(
        &self,
        statement: &Statement,
        commitments: &[[u8; 32]],
        points: &Committed<EqAffine>,
        proof: &[u8],
        entropy: &[u8; 32],
    ) -> Result<Equation, ProofRefusal> {
        self.check_statement(statement, points, proof)?;
        let context = statement.context(&self.digest, commitments.iter());
        let carried = statement.carried.as_slice();
        match &self.circuit {
            None => {
                let terms = self.linear(carried, &context).equation(points, &statement.disclosed, proof, entropy);
                Ok(Equation::linear(terms?))
            }
            Some(circuit) => {
                let (plan, context) = (&self.plan, &context);
                let verifier = Verifier { plan, carried, circuit, context };
                verifier.equation(&statement.disclosed, points, proof, entropy)
            }
        }
    }

    fn linear<'a>(&'a self, carried: &'a [u64], context: &'a Context) -> Linear<'a> {
        Linear { plan: &self.plan, carried, generators: &self.generators, context }
    }

    /// Everything that can be refused before any curve arithmetic.
    fn check_statement(
        &self,
        statement: &Statement,
        points: &Committed<EqAffine>,
        proof: &[u8],
    ) -> Result<(), ProofRefusal> {
        if proof.len() != self.proof_bytes() {
            return Err(ProofRefusal::WrongLength { expected: self.proof_bytes(), found: proof.len() });
        }
        if statement.slots != self.plan.slots {
            return Err(ProofRefusal::OtherPeriod);
        }
        if statement.disclosed.len() != self.plan.outputs.len() {
            let expected = self.plan.outputs.len();
            return Err(ProofRefusal::WrongAmounts { expected, found: statement.disclosed.len() });
        }
        self.plan.check_carried(&statement.carried)?;
        let amounts = self.plan.outputs.iter().zip(&statement.disclosed).enumerate();
        for (index, (output, amount)) in amounts {
            if !output.interval.contains(*amount) {
                return Err(ProofRefusal::AmountOutOfBounds { index });
            }
        }
        self.certifies(points).map_err(ProofRefusal::MissingCommitment)?;
        match self.certified {
            Certified::Batches(_) => Ok(()),
            Certified::Each => self
                .all(|place, slot| points.get(place.register, slot).is_none() || !self.is_estimated(place))
                .map_err(ProofRefusal::UnusedCommitment),
        }
    }

    /// Whether something stands for each reading that is no gap, or for each batch that the period touches; the first slot
    /// of what lacks it.
    fn certifies<T>(&self, by: &Committed<T>) -> Result<(), u32> {
        match self.certified {
            Certified::Each => {
                self.all(|place, slot| self.is_estimated(place) || by.get(place.register, slot).is_some())
            }
            Certified::Batches(ring) => self
                .all(|place, slot| by.get(place.register, ring.batch_of(slot)).is_some())
                .map_err(|slot| ring.batch_of(Slot::new(slot)).index()),
        }
    }

    fn checked(&self, readings: &Readings) -> Result<(), ProveRefusal> {
        let found = |place: Place, slot| readings.get(place.register, slot);
        self.all(|place, slot| found(place, slot).is_some() || self.is_estimated(place)).map_err(ProveRefusal::Gap)?;
        self.all(|place, slot| found(place, slot).is_none() || !self.is_estimated(place))
            .map_err(ProveRefusal::NoGap)?;
        let bounded = |place: Place, slot| {
            found(place, slot).is_none_or(|reading| reading <= self.plan.registers[place.register].max())
        };
        self.all(bounded).map_err(ProveRefusal::AboveBound)
    }

    fn is_estimated(&self, place: Place) -> bool {
        self.plan.estimated.contains(&place)
    }

    /// The first slot at which some register of the tariff fails `check`.
    fn all(&self, check: impl Fn(Place, Slot) -> bool) -> Result<(), u32> {
        let registers = self.plan.registers.len();
        let mut slots = (0..).zip(self.plan.slots.iter());
        let passes = |offset, slot| (0..registers).all(|register| check(Place { register, offset }, slot));
        let failing = slots.find(|(offset, slot)| !passes(*offset, *slot));
        failing.map_or(Ok(()), |(_, slot)| Err(slot.index()))
    }
}

impl Compiled {
    fn new(plan: &Plan, certified: Certified) -> Result<Self, PrepareRefusal> {
        let layout = Layout::certified(plan, certified)?;
        let params = params(layout.k)?;
        let circuit = BillCircuit::shape_only(plan, &layout);
        let verifying = with_shape(&layout.shape, || keygen_vk(params, &circuit)).map_err(keys)?;
        let length = proof_length(params, &verifying, plan.outputs.len()).map_err(keys)?;
        let blinding = unusable_rows(&layout.shape);
        let ring = match (certified, &layout.ring) {
            (Certified::Batches(ring), Some(placed)) => {
                let (layout, advice) = (placed.clone(), layout.shape.advice_columns());
                Some(Placed { ring, layout, basis: Basis::of(params.k())?, advice })
            }
            _ => None,
        };
        let (proving, making) = (OnceLock::new(), Mutex::new(()));
        Ok(Compiled { layout, params, verifying, proving, making, blinding, ring, length })
    }

    /// Bytes of the link, which comes before halo2's proof.
    fn link_bytes(&self) -> usize {
        if self.ring.is_some() { compact::BYTES } else { (self.blinding + 1) * POINT }
    }

    /// The compact link, if that is the circuit's.
    fn compact<'a>(&'a self, carried: &'a [u64], context: &'a Context) -> Option<Compact<'a>> {
        let of = |placed: &'a Placed| {
            let (ring, columns, basis) = (placed.ring, placed.layout.columns.as_slice(), placed.basis);
            Compact { ring, columns, carried, basis, context }
        };
        self.ring.as_ref().map(of)
    }

    fn proving(&self, plan: &Plan) -> Result<&Proving, ProveRefusal> {
        if let Some(key) = self.proving.get() {
            return Ok(key);
        }
        let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = self.proving.get() {
            return Ok(key);
        }
        let circuit = BillCircuit::shape_only(plan, &self.layout);
        let params = proving_params(self.layout.k).map_err(|altered| ProveRefusal::Circuit(altered.to_string()))?;
        let key = with_shape(&self.layout.shape, || keygen_pk(params, keygen_vk(params, &circuit)?, &circuit));
        let key = key.map_err(ProveRefusal::halo2)?;
        Ok(self.proving.get_or_init(|| Proving { params, key }))
    }
}

fn keys(error: Error) -> PrepareRefusal {
    PrepareRefusal::Keys(error.to_string())
}

fn digest(description: &str) -> [u8; 32] {
    let hash = blake2b_simd::Params::new().hash_length(32).personal(b"wattproof-circut").hash(description.as_bytes());
    hash.as_bytes().try_into().unwrap_or([0; 32])
}

/// The verifier run on nothing, to count what it reads.
fn proof_length(params: &Params<EqAffine>, key: &VerifyingKey<EqAffine>, outputs: usize) -> Result<usize, Error> {
    let mut counter = Counter::new(Generators::new().g);
    let amounts = vec![Fp::zero(); outputs];
    verify_proof(params, key, Collect(params.empty_msm()), &[&[&amounts]], &mut counter)?;
    Ok(counter.bytes())
}

/// Keeps the proof's equation instead of deciding it.
struct Collect<'p>(MSM<'p, EqAffine>);

impl<'p> VerificationStrategy<'p, EqAffine> for Collect<'p> {
    type Output = MSM<'p, EqAffine>;

    fn process<E: EncodedChallenge<EqAffine>>(
        self,
        read: impl FnOnce(MSM<'p, EqAffine>) -> Result<Guard<'p, EqAffine, E>, Error>,
    ) -> Result<MSM<'p, EqAffine>, Error> {
        read(self.0).map(Guard::use_challenges)
    }
}

/// The prover's randomness: one stream for halo2, an independently keyed one for openings and nonces. Both are hedged
/// with the context and the secrets: a seed that repeats or is guessed gives neither stream away.
struct Streams {
    proof: ChaCha20Rng,
    secrets: ChaCha20Rng,
}

impl Streams {
    fn new(seed: &[u8; 32], context: &Context, openings: &Committed<Opening>) -> Self {
        let stream = |personal: &[u8; 16]| {
            let mut state = blake2b_simd::Params::new().hash_length(32).key(seed).personal(personal).to_state();
            state.update(context.as_bytes());
            for slot in openings.slots().iter() {
                for register in 0..openings.registers() {
                    if let Some(opening) = openings.get(register, slot) {
                        state.update(&ff::PrimeField::to_repr(opening.scalar()));
                    }
                }
            }
            ChaCha20Rng::from_seed(state.finalize().as_bytes().try_into().unwrap_or(*seed))
        };
        Streams { proof: stream(b"wattproof-rng-pf"), secrets: stream(b"wattproof-rng-op") }
    }
}

struct Prover<'a> {
    plan: &'a Plan,
    carried: &'a [u64],
    generators: &'a Generators,
    circuit: &'a Compiled,
    context: &'a Context,
}

impl Prover<'_> {
    fn prove(
        &self,
        disclosed: &[i128],
        readings: &Readings,
        openings: &Committed<Opening>,
        streams: Streams,
        watch: &mut Watch<'_>,
    ) -> Result<Vec<u8>, ProveRefusal> {
        match self.circuit.compact(self.carried, self.context) {
            Some(link) => self.compact(&link, disclosed, readings, openings, streams, watch),
            None => self.classic(disclosed, readings, openings, streams, watch),
        }
    }

    fn classic(
        &self,
        disclosed: &[i128],
        readings: &Readings,
        openings: &Committed<Opening>,
        streams: Streams,
        watch: &mut Watch<'_>,
    ) -> Result<Vec<u8>, ProveRefusal> {
        let circuit = self.circuit;
        let blinding = Blinding::new(self.generators, circuit.blinding, streams.proof.clone(), streams.secrets);
        let mut watch = |written| watch(written);
        let mut transcript = Writer::new(&mut watch);
        absorb(&mut transcript, self.context, &blinding.commitments).map_err(ProveRefusal::halo2)?;
        let witness = Witness::of(self.plan, readings, self.carried);
        self.write(disclosed, &witness, streams.proof, &mut transcript)?;
        let x = transcript.x().ok_or_else(|| ProveRefusal::halo2(Error::Opening))?;
        let opened = Opened::new(self.plan, self.carried, &circuit.layout, circuit.blinding, x);
        let opening = blinding.opening(&opened, openings);
        let mut proof = Vec::with_capacity(circuit.link_bytes() + circuit.length);
        blinding.commitments.iter().for_each(|point| proof.extend(point.to_bytes()));
        proof.extend(ff::PrimeField::to_repr(&opening));
        proof.extend(transcript.finish());
        Ok(proof)
    }

    fn compact(
        &self,
        link: &Compact<'_>,
        disclosed: &[i128],
        readings: &Readings,
        openings: &Committed<Opening>,
        streams: Streams,
        watch: &mut Watch<'_>,
    ) -> Result<Vec<u8>, ProveRefusal> {
        let circuit = self.circuit;
        let placed = circuit.ring.as_ref().ok_or_else(|| ProveRefusal::halo2(Error::Synthesis))?;
        let mut watch = |written| watch(written);
        let mut transcript = Writer::new(&mut watch);
        absorb(&mut transcript, self.context, &[]).map_err(ProveRefusal::halo2)?;
        let mut witness = Witness::of(self.plan, readings, self.carried);
        witness.ring = placed.layout.fill(placed.ring, readings, self.carried, circuit.layout.k);
        let of = Columns { values: &witness.ring, advice: placed.advice };
        let blinding = link.blinding(&of, openings, streams.proof.clone());
        self.write(disclosed, &witness, streams.proof, &mut transcript)?;
        let proof = transcript.finish();
        let mut bill = link.prove(&blinding, &proof, streams.secrets);
        bill.extend(proof);
        Ok(bill)
    }

    /// halo2's own proof.
    fn write(
        &self,
        disclosed: &[i128],
        witness: &Witness,
        stream: ChaCha20Rng,
        transcript: &mut Writer<'_>,
    ) -> Result<(), ProveRefusal> {
        let circuit = self.circuit;
        let Proving { params, key } = circuit.proving(self.plan)?;
        let bill = BillCircuit::with_values(self.plan, &circuit.layout, witness, disclosed);
        let amounts: Vec<Fp> = disclosed.iter().map(|amount| field(*amount)).collect();
        let written = with_shape(&circuit.layout.shape, || {
            create_proof(params, key, &[bill], &[&[&amounts]], stream, transcript)
        });
        written.map_err(|error| if transcript.stopped() { ProveRefusal::Stopped } else { ProveRefusal::halo2(error) })
    }
}

struct Verifier<'a> {
    plan: &'a Plan,
    carried: &'a [u64],
    circuit: &'a Compiled,
    context: &'a Context,
}

impl Verifier<'_> {
    /// The proof's equation beside the link's under a weight hashed from every byte of the proof and the
    /// verifier's entropy. The proof's length has been checked.
    fn equation(
        &self,
        disclosed: &[i128],
        points: &Committed<EqAffine>,
        proof: &[u8],
        entropy: &[u8; 32],
    ) -> Result<Equation, ProofRefusal> {
        let circuit = self.circuit;
        let (link, rest) = proof.split_at_checked(circuit.link_bytes()).ok_or(ProofRefusal::Malformed)?;
        let weight = self.context.derive(LINK_WEIGHT, [proof, entropy]);
        if let Some(compact) = circuit.compact(self.carried, self.context) {
            let (halo2, transcript) = self.read(disclosed, rest, &[])?;
            let advice = transcript.advice(compact.columns.len()).ok_or(ProofRefusal::Malformed)?;
            let terms = compact.equation(link, rest, advice, points, weight).ok_or(ProofRefusal::Malformed)?;
            return Ok(Equation::new(circuit.layout.k, halo2, terms));
        }
        let (blinding, opening) = link.split_at_checked(circuit.blinding * POINT).ok_or(ProofRefusal::Malformed)?;
        let blinding = blinding.chunks_exact(POINT).map(point).collect::<Option<Vec<_>>>();
        let blinding = blinding.ok_or(ProofRefusal::Malformed)?;
        let opening = opening.try_into().ok().and_then(|bytes| ff::PrimeField::from_repr(bytes).into());
        let (halo2, transcript) = self.read(disclosed, rest, &blinding)?;
        let (x, linked) = transcript.x().zip(transcript.linked()).ok_or(ProofRefusal::Malformed)?;
        let received = Received { blinding, linked, opening: opening.ok_or(ProofRefusal::Malformed)? };
        let opened = Opened::new(self.plan, self.carried, &circuit.layout, circuit.blinding, x);
        let mut terms = Terms::default();
        let complete = opened.append(&mut terms, weight, points, &received);
        complete.then(|| Equation::new(circuit.layout.k, halo2, terms)).ok_or(ProofRefusal::Malformed)
    }

    /// halo2's own equation, and what the transcript remembers.
    fn read<'p>(
        &self,
        disclosed: &[i128],
        proof: &'p [u8],
        blinding: &[EqAffine],
    ) -> Result<(MSM<'static, EqAffine>, Reader<'p>), ProofRefusal> {
        let circuit = self.circuit;
        let mut transcript = Reader::new(proof);
        absorb(&mut transcript, self.context, blinding).map_err(|_| ProofRefusal::Malformed)?;
        let amounts: Vec<Fp> = disclosed.iter().map(|amount| field(*amount)).collect();
        let strategy = Collect(circuit.params.empty_msm());
        let read = verify_proof(circuit.params, &circuit.verifying, strategy, &[&[&amounts]], &mut transcript);
        if transcript.malformed() {
            return Err(ProofRefusal::Malformed);
        }
        read.map(|halo2| (halo2, transcript)).map_err(|_| ProofRefusal::DoesNotHold)
    }
}

/// What comes before halo2's own messages: the context, then the commitments to the blinding rows.
fn absorb<C: CurveAffine<ScalarExt = Fp> + From<EqAffine>>(
    transcript: &mut impl Transcript<C, Challenge255<C>>,
    context: &Context,
    blinding: &[EqAffine],
) -> Result<(), Error> {
    transcript.common_scalar(context.scalar())?;
    blinding.iter().try_for_each(|point| transcript.common_point((*point).into()))?;
    Ok(())
}

/// A point that is neither malformed nor the identity.
pub(crate) fn point(bytes: &[u8]) -> Option<EqAffine> {
    let point: Option<EqAffine> = EqAffine::from_bytes(bytes.try_into().ok()?).into();
    point.filter(|point| !bool::from(group::CurveAffine::is_identity(point)))
}
