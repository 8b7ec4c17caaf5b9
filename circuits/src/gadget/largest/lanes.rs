//! The largest of inputs packed into lanes: digits say what each lies below it. See `docs/circuit.md#largest-lanes`.

use halo2_proofs::circuit::Value as Known;
use halo2_proofs::plonk::{ConstraintSystem, Constraints, Error, Selector};
use halo2_proofs::poly::Rotation;
use pasta_curves::Fp;

use crate::chip::lane::{digits_of, packed, said};
use crate::chip::{Columns, Rows};
use crate::layout::lane_factor;
use crate::plan::Value;

use super::{Largest, MarkChip};

const GATE: &str = "a maximum is one of its inputs in lanes";
const KEEPS: &str = "lanes: sum' = sum";
const PACKS: &str = "linked packs sum - digits of lanes";
const STEPS: &str = "(operand' - operand) digits of one lane = 0";
const BOUNDED: &str = "a maximum in lanes is bounded";
const BOUNDED_IS: &str = "sum - weight = digits of the first lane";

#[derive(Clone, Debug)]
pub(crate) struct LanesChip {
    q_largest: Selector,
    q_bounded: Selector,
}

impl LanesChip {
    pub(super) fn configure(meta: &mut ConstraintSystem<Fp>, columns: &Columns) -> Option<Self> {
        let operand = columns.operand?;
        let first = columns.lanes.first()?;
        let chip = LanesChip { q_largest: meta.selector(), q_bounded: meta.selector() };
        meta.create_gate(GATE, |meta| {
            let q = meta.query_selector(chip.q_largest);
            // linked: by the link; sum: the same on every row, bounded at the last; digits: by their own gate; operand:
            // by marks.
            let sum = meta.query_advice(columns.sum, Rotation::cur());
            let next = meta.query_advice(columns.sum, Rotation::next());
            let step = meta.query_advice(operand, Rotation::next()) - meta.query_advice(operand, Rotation::cur());
            let below: Vec<_> = columns.lanes.iter().map(|lane| said(&lane.digits(meta), columns)).collect();
            let maxima = (0..below.len()).map(lane_factor).sum::<Fp>();
            let unpacked = meta.query_advice(columns.linked, Rotation::cur()) + sum.clone() * -maxima;
            let unpacked = below.iter().enumerate().fold(unpacked, |rest, (at, of)| rest + packed(at, of.clone()));
            let steps = below.into_iter().fold(step, |product, of| product * of);
            Constraints::with_selector(q, [(KEEPS, next - sum), (PACKS, unpacked), (STEPS, steps)])
        });
        meta.create_gate(BOUNDED, |meta| {
            let q = meta.query_selector(chip.q_bounded);
            let sum = meta.query_advice(columns.sum, Rotation::cur()) - meta.query_fixed(columns.weight);
            Constraints::with_selector(q, [(BOUNDED_IS, said(&first.digits(meta), columns) - sum)])
        });
        Some(chip)
    }

    /// Lanes that no input fills hold the last input again.
    pub(super) fn assign(
        &self,
        largest: &Largest,
        mark: &MarkChip,
        rows: &mut Rows<'_, '_>,
        [step, start]: [usize; 2],
    ) -> Result<(), Error> {
        let maximum = rows.known(|witness| witness.value(Value::Result(step, 0)));
        let mut found = Known::known(0i128);
        mark.assign(rows, start, 0)?;
        let packed = largest.rows(&rows.columns.shape);
        let end = start + packed.len();
        for (row, inputs) in (start..).zip(packed) {
            self.q_largest.enable(rows.region, row)?;
            let values = rows.assign_packed(row, &inputs)?;
            rows.assign_sum(row, maximum)?;
            rows.assign_operand(row, found)?;
            let below: Vec<_> = values.iter().map(|of| maximum.zip(*of).map(|(maximum, of)| maximum - of)).collect();
            self.digits(rows, row, &below)?;
            for below in below {
                found = found.zip(below).map(|(found, below)| if below == 0 { 1 } else { found });
            }
        }
        rows.assign_sum(end, maximum)?;
        rows.assign_operand(end, found)?;
        self.q_bounded.enable(rows.region, end)?;
        rows.fix(rows.columns.weight, end, largest.hull.lo)?;
        self.digits(rows, end, &[maximum.map(|maximum| maximum - largest.hull.lo)])?;
        mark.assign(rows, end, 1)
    }

    /// A row of digits; those of lanes without a value are zero.
    fn digits(&self, rows: &mut Rows<'_, '_>, row: usize, values: &[Known<i128>]) -> Result<(), Error> {
        let columns = rows.columns;
        rows.lane.ok_or(Error::Synthesis)?.enable(rows, row)?;
        for (at, lane) in columns.lanes.iter().enumerate() {
            let value = values.get(at).copied().unwrap_or(Known::known(0));
            lane.assign(rows, row, &value.map(|value| digits_of(value, &columns.shape)))?;
        }
        Ok(())
    }
}
