//! The obvious Halo2 design for S1: every commitment is opened inside the circuit with `halo2_gadgets`' ECC chip.
//!
//! `C = r·G + o·R` on Pallas, both bases fixed: `r` by the chip's short multiplication (64 bits), `o` by the full one. The opened
//! point is an instance, the total a running sum in one gate. This is what wattproof's link replaces, so S1 stands for all four:
//! their own constraints come on top.

use std::sync::LazyLock;

use anyhow::{Context, Result, anyhow};
use ff::{Field, PrimeField};
use group::{Curve, CurveAffine as _, GroupEncoding};
use halo2_gadgets::ecc::chip::{
    BaseFieldElem, EccChip, EccConfig, FixedPoint as Fixed, FullScalar, H, NUM_WINDOWS, NUM_WINDOWS_SHORT, ShortScalar,
    find_zs_and_us,
};
use halo2_gadgets::ecc::{CircuitVersion, FixedPoint, FixedPointShort, FixedPoints, ScalarFixed, ScalarFixedShort};
use halo2_gadgets::utilities::lookup_range_check::{LookupRangeCheck, PallasLookupRangeCheckConfig};
use halo2_proofs::circuit::{AssignedCell, Layouter, Value, floor_planner};
use halo2_proofs::plonk::{
    Advice, Circuit, Column, ConstraintSystem, Error, Fixed as FixedColumn, Instance, ProvingKey, Selector,
    SingleVerifier, TableColumn, create_proof, keygen_pk, keygen_vk, verify_proof,
};
use halo2_proofs::poly::Rotation;
use halo2_proofs::poly::commitment::Params;
use halo2_proofs::transcript::{Blake2bRead, Blake2bWrite, Challenge255};
use pasta_curves::arithmetic::{Coordinates, CurveAffine, CurveExt};
use pasta_curves::{pallas, vesta};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::Peer;
use crate::clock::{Clock, timed};
use crate::statement::Statement;

type Base = pallas::Base;
type Windows = Vec<(u64, [Base; H])>;

const RATES: [u64; 3] = [9, 21, 38];
/// Bits of the chip's range checks, by a table.
const RANGE_BITS: u32 = 10;
/// Smaller circuits cannot hold that table.
const LEAST_K: u32 = 11;
const MOST_K: u32 = 18;
/// Rows a reading, of the two multiplications: where the search for k starts.
pub const ROWS: u32 = 107;

pub struct Halo2 {
    bill: Bill,
    points: Vec<[u8; 32]>,
    params: Params<vesta::Affine>,
    key: ProvingKey<vesta::Affine>,
    k: u32,
    rng: ChaCha20Rng,
    set_up_ms: f64,
}

impl Peer for Halo2 {
    fn set_up(statement: &Statement) -> Result<Self> {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let openings: Vec<_> = statement.readings.iter().map(|_| pallas::Scalar::random(&mut rng)).collect();
        let commit = |(reading, opening): (&u32, &pallas::Scalar)| {
            let point = G.base.to_curve() * pallas::Scalar::from(u64::from(*reading)) + R.base.to_curve() * opening;
            point.to_affine().to_bytes()
        };
        let points = statement.readings.iter().zip(&openings).map(commit).collect();
        let rates = statement.periods.iter().map(|period| Base::from(RATES[*period])).collect();
        let readings = statement.readings.iter().map(|reading| Value::known(Base::from(u64::from(*reading)))).collect();
        let bill = Bill { rates, readings, openings: openings.into_iter().map(Value::known).collect() };
        let (made, set_up_ms) = timed(|| keys(&bill));
        let (k, params, key) = made?;
        Ok(Halo2 { bill, points, params, key, k, rng, set_up_ms })
    }

    fn prove(&mut self, total: u64) -> Result<(Vec<u8>, f64)> {
        let clock = Clock::start();
        let instance = self.instance(total)?;
        let mut transcript = Blake2bWrite::<_, vesta::Affine, Challenge255<_>>::init(vec![]);
        let bills = std::slice::from_ref(&self.bill);
        create_proof(&self.params, &self.key, bills, &[&[&instance]], &mut self.rng, &mut transcript)
            .map_err(refused)?;
        Ok((transcript.finalize(), clock.ms()))
    }

    fn verify(&self, proof: &[u8], total: u64) -> Result<()> {
        let instance = self.instance(total)?;
        let mut transcript = Blake2bRead::<_, vesta::Affine, Challenge255<_>>::init(proof);
        let strategy = SingleVerifier::new(&self.params);
        verify_proof(&self.params, self.key.get_vk(), strategy, &[&[&instance]], &mut transcript).map_err(refused)
    }

    fn size(&self) -> String {
        format!("k = {}", self.k)
    }

    fn set_up_ms(&self) -> f64 {
        self.set_up_ms
    }
}

impl Halo2 {
    /// The total, then the coordinates of each commitment.
    fn instance(&self, total: u64) -> Result<Vec<Base>> {
        let mut instance = vec![Base::from(total)];
        for point in &self.points {
            let point = Option::<pallas::Affine>::from(pallas::Affine::from_bytes(point)).context("no point")?;
            let coordinates = Option::<Coordinates<_>>::from(point.coordinates()).context("the identity")?;
            instance.extend([*coordinates.x(), *coordinates.y()]);
        }
        Ok(instance)
    }
}

/// The least k that holds the bill, its parameters and keys.
fn keys(bill: &Bill) -> Result<(u32, Params<vesta::Affine>, ProvingKey<vesta::Affine>)> {
    let least = (ROWS * bill.rates.len() as u32).ilog2() + 1;
    for k in LEAST_K.max(least)..=MOST_K {
        let params = Params::new(k);
        match keygen_vk(&params, bill) {
            Err(Error::NotEnoughRowsAvailable { .. }) => {}
            Err(error) => return Err(refused(error)),
            Ok(key) => {
                let key = keygen_pk(&params, key, bill).map_err(refused)?;
                return Ok((k, params, key));
            }
        }
    }
    Err(anyhow!("more than 2^{MOST_K} rows"))
}

fn refused(error: impl std::fmt::Debug) -> anyhow::Error {
    anyhow!("{error:?}")
}

/// A fixed base with the chip's window tables.
#[derive(Debug)]
struct Tabled {
    base: pallas::Affine,
    windows: Windows,
    coefficients: Vec<[Base; H]>,
}

impl Tabled {
    fn new(name: &[u8], windows: usize) -> Self {
        let base = pallas::Point::hash_to_curve("peers:halo2")(name).to_affine();
        let coefficients = halo2_gadgets::ecc::chip::compute_lagrange_coeffs(base, windows);
        Tabled { base, windows: find_zs_and_us(base, windows).unwrap_or_default(), coefficients }
    }
}

static G: LazyLock<Tabled> = LazyLock::new(|| Tabled::new(b"G", NUM_WINDOWS_SHORT));
static R: LazyLock<Tabled> = LazyLock::new(|| Tabled::new(b"R", NUM_WINDOWS));

#[derive(Clone, Debug, PartialEq, Eq)]
struct Bases;
#[derive(Clone, Debug, PartialEq, Eq)]
struct Opening;
#[derive(Clone, Debug, PartialEq, Eq)]
struct Reading;
/// The chip asks for a third kind, which nothing here multiplies.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Unused;

impl FixedPoints<pallas::Affine> for Bases {
    type FullScalar = Opening;
    type ShortScalar = Reading;
    type Base = Unused;
}

macro_rules! tabled {
    ($point:ty, $kind:ty, $table:ident) => {
        impl Fixed<pallas::Affine> for $point {
            type FixedScalarKind = $kind;

            fn generator(&self) -> pallas::Affine {
                $table.base
            }

            fn u(&self) -> Vec<[[u8; 32]; H]> {
                $table.windows.iter().map(|(_, us)| us.map(|u| u.to_repr())).collect()
            }

            fn z(&self) -> Vec<u64> {
                $table.windows.iter().map(|(z, _)| *z).collect()
            }

            fn lagrange_coeffs(&self) -> Vec<[Base; H]> {
                $table.coefficients.clone()
            }
        }
    };
}

tabled!(Opening, FullScalar, R);
tabled!(Reading, ShortScalar, G);
tabled!(Unused, BaseFieldElem, R);

#[derive(Clone)]
struct Bill {
    rates: Vec<Base>,
    readings: Vec<Value<Base>>,
    openings: Vec<Value<pallas::Scalar>>,
}

#[derive(Clone, Debug)]
struct Config {
    ecc: EccConfig<Bases>,
    table: TableColumn,
    reading: Column<Advice>,
    sum: Column<Advice>,
    rate: Column<FixedColumn>,
    priced: Selector,
    instance: Column<Instance>,
}

impl Circuit<Base> for Bill {
    type Config = Config;
    type FloorPlanner = floor_planner::V1;

    fn without_witnesses(&self) -> Self {
        Bill {
            rates: self.rates.clone(),
            readings: vec![Value::unknown(); self.readings.len()],
            openings: vec![Value::unknown(); self.openings.len()],
        }
    }

    fn configure(meta: &mut ConstraintSystem<Base>) -> Config {
        let advices: [_; 10] = std::array::from_fn(|_| meta.advice_column());
        let coefficients: [_; 8] = std::array::from_fn(|_| meta.fixed_column());
        let constants = meta.fixed_column();
        meta.enable_constant(constants);
        let table = meta.lookup_table_column();
        let range = PallasLookupRangeCheckConfig::configure(meta, advices[9], table);
        let ecc = EccChip::<Bases>::configure(meta, advices, coefficients, range);
        let instance = meta.instance_column();
        meta.enable_equality(instance);
        // The chip's multiplications leave these two columns free beside them.
        let (reading, sum) = (advices[6], advices[7]);
        let (rate, priced) = (coefficients[0], meta.selector());
        meta.create_gate("the sum grows by rate · reading", |meta| {
            let priced = meta.query_selector(priced);
            let (rate, reading) = (meta.query_fixed(rate), meta.query_advice(reading, Rotation::cur()));
            let (sum, next) = (meta.query_advice(sum, Rotation::cur()), meta.query_advice(sum, Rotation::next()));
            vec![priced * (sum + rate * reading - next)]
        });
        Config { ecc, table, reading, sum, rate, priced, instance }
    }

    fn synthesize(&self, config: Config, mut layouter: impl Layouter<Base>) -> Result<(), Error> {
        let chip = EccChip::construct(config.ecc.clone(), CircuitVersion::AnchoredBase);
        layouter.assign_table(
            || "range",
            |mut table| {
                let mut entry =
                    |at: usize| table.assign_cell(|| "", config.table, at, || Value::known(Base::from(at as u64)));
                (0..1 << RANGE_BITS).try_for_each(&mut entry)
            },
        )?;
        let (readings, total) = self.price(&config, layouter.namespace(|| "total"))?;
        layouter.constrain_instance(total.cell(), config.instance, 0)?;
        let positive = layouter.assign_region(
            || "sign",
            |mut region| region.assign_advice_from_constant(|| "1", config.ecc.advices[0], 0, Base::ONE),
        )?;
        for (at, (reading, opening)) in readings.into_iter().zip(&self.openings).enumerate() {
            let reading =
                ScalarFixedShort::new(chip.clone(), layouter.namespace(|| "reading"), (reading, positive.clone()))?;
            let opening = ScalarFixed::new(chip.clone(), layouter.namespace(|| "opening"), *opening)?;
            let (value, _) =
                FixedPointShort::from_inner(chip.clone(), Reading).mul(layouter.namespace(|| "r·G"), reading)?;
            let (blind, _) =
                FixedPoint::from_inner(chip.clone(), Opening).mul(layouter.namespace(|| "o·R"), opening)?;
            let commitment = value.add(layouter.namespace(|| "C"), &blind)?;
            layouter.constrain_instance(commitment.inner().x().cell(), config.instance, 1 + 2 * at)?;
            layouter.constrain_instance(commitment.inner().y().cell(), config.instance, 2 + 2 * at)?;
        }
        Ok(())
    }
}

type Cell = AssignedCell<Base, Base>;

impl Bill {
    /// The readings' cells and the total's.
    fn price(&self, config: &Config, mut layouter: impl Layouter<Base>) -> Result<(Vec<Cell>, Cell), Error> {
        layouter.assign_region(
            || "running sum",
            |mut region| {
                let mut sum = region.assign_advice_from_constant(|| "0", config.sum, 0, Base::ZERO)?;
                let mut cells = vec![];
                for (at, (reading, rate)) in self.readings.iter().zip(&self.rates).enumerate() {
                    config.priced.enable(&mut region, at)?;
                    region.assign_fixed(|| "rate", config.rate, at, || Value::known(*rate))?;
                    cells.push(region.assign_advice(|| "reading", config.reading, at, || *reading)?);
                    let next = sum.value().zip(*reading).map(|(sum, reading)| *sum + *rate * reading);
                    sum = region.assign_advice(|| "sum", config.sum, at + 1, || next)?;
                }
                Ok((cells, sum))
            },
        )
    }
}
