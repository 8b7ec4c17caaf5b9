//! Amounts that climb one after the other up to a bound, each at a price of its own. See `docs/circuit.md#climb`.

use halo2_proofs::circuit::Value as Known;
use halo2_proofs::plonk::{Advice, Column, ConstraintSystem, Constraints, Error, Expression, Selector};
use halo2_proofs::poly::Rotation;
use pasta_curves::Fp;

use crate::chip::{Columns, Rows, field};
use crate::layout::{Place, Placer, Shape};
use crate::plan::{Affine, Interval, Value, Witness};

use super::{At, Gadget};

const START: &str = "a climb starts";
const START_PAID: &str = "climb: paid' = 0";
const START_UNDER: &str = "climb: under' = 1";
const START_LEFT: &str = "climb: left' = bound";
const GATE: &str = "an amount climbs";
const UNDER: &str = "under' (under' - 1) = 0";
const ENDS: &str = "under' (1 - under) = 0";
const LEFT: &str = "left' = left - under' linked";
const PAYS: &str = "paid' = paid + weight (under' linked + (under - under') left)";
const OVER: &str = "(under - under') (linked - left - over) = 0";
const KEEPS: &str = "over' = over";
const END: &str = "a climb ends";
const END_LEFT: &str = "climb: left' = left";
const END_OVER: &str = "climb: operand' = over";

/// Results: what the amounts pay up to the bound, `Σ price · amount` below it; by how much the amount that crosses the
/// bound passes it, of no meaning when none does.
///
/// | row | linked | sum | operand | rest | digit 1 | weight | factor |
/// |-----|--------|-----|---------|------|---------|--------|--------|
/// | start − 1 | | | | | | | bound |
/// | start | amount | 0 | 1 | bound | over | price | |
/// | … | amount | paid | under | left | over | price | |
/// | end | | paid | under | left | over | | |
/// | end + 1 | | | over | left, then its digits | | | |
///
/// `under` is 1 as long as the amounts so far stay under the bound and 0 from the one that crosses it on; `left` is what
/// was left below the bound when it was reached. Both `left` and `over` are in range, so the crossing is where it is said
/// to be. Where amounts are zero or end at the bound exactly, several rows may be said to cross: they pay the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Climb {
    /// The amounts with their prices; the amounts are not negative.
    pub of: Vec<(usize, i128)>,
    /// The bound, above zero.
    pub bound: i128,
    /// The greatest amount.
    pub greatest: i128,
    /// Bounds of what is paid.
    pub interval: Interval,
}

#[derive(Clone, Debug)]
pub(crate) struct Chip {
    left: Column<Advice>,
    over: Column<Advice>,
    q_start: Selector,
    q_climb: Selector,
    q_end: Selector,
}

impl Gadget for Climb {
    type Chip = Chip;
    const NAME: &'static str = "block in time order";

    fn reads(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        self.of.iter_mut().for_each(|(input, _)| super::rename(input, visit));
    }

    fn bound(&self, result: usize) -> Option<Interval> {
        [self.interval, Interval { lo: 0, hi: self.greatest }].get(result).copied()
    }

    fn results(&self, of: &Witness) -> Vec<i128> {
        let (mut paid, mut left, mut over) = (0, self.bound, 0);
        let mut is_under = true;
        for (input, price) in &self.of {
            let amount = of.inputs[*input];
            if is_under && amount <= left {
                paid += price * amount;
                left -= amount;
            } else if is_under {
                paid += price * left;
                over = amount - left;
                is_under = false;
            }
        }
        vec![paid, over]
    }

    fn shape(&self, shape: &mut Shape) {
        shape.operands = true;
        shape.digits = shape.digits.max(2);
    }

    fn place(&self, step: usize, placer: &mut Placer<'_>) {
        let start = placer.row_beside_no_digits() + 1;
        let end = start + self.of.len();
        let groups = placer.groups(self.bound);
        placer.inputs(start, self.of.iter().map(|(input, _)| *input));
        placer.act(At { step, part: 0, row: start, groups });
        placer.result(step, 0, Place::Sum(end));
        placer.result(step, 1, Place::Operand(end + 1));
        placer.take_rows(end + 2);
        placer.take_digits(end + 1 + groups + 1);
        placer.range(&Affine { terms: vec![(Value::Result(step, 1), 1)], constant: 0 }, self.greatest);
    }

    fn configure(meta: &mut ConstraintSystem<Fp>, columns: &Columns) -> Option<Chip> {
        let (under, left, over) = (columns.operand?, columns.rest?, *columns.digits.first()?);
        let chip = Chip { left, over, q_start: meta.selector(), q_climb: meta.selector(), q_end: meta.selector() };
        meta.create_gate(START, |meta| {
            let q = meta.query_selector(chip.q_start);
            let paid = meta.query_advice(columns.sum, Rotation::next());
            let under = meta.query_advice(under, Rotation::next());
            let left = meta.query_advice(left, Rotation::next()) - meta.query_fixed(columns.factor);
            let one = Expression::Constant(field(1));
            Constraints::with_selector(q, [(START_PAID, paid), (START_UNDER, under - one), (START_LEFT, left)])
        });
        meta.create_gate(GATE, |meta| {
            let q = meta.query_selector(chip.q_climb);
            // linked: by the link; paid, under and left: the row above, defined here; left: in range at the end; over: the
            // same on every row, in range at the end.
            let linked = meta.query_advice(columns.linked, Rotation::cur());
            let [paid, paid_next] = [0, 1].map(|at| meta.query_advice(columns.sum, Rotation(at)));
            let [under, under_next] = [0, 1].map(|at| meta.query_advice(under, Rotation(at)));
            let [left, left_next] = [0, 1].map(|at| meta.query_advice(left, Rotation(at)));
            let [over, over_next] = [0, 1].map(|at| meta.query_advice(over, Rotation(at)));
            let (price, one) = (meta.query_fixed(columns.weight), Expression::Constant(field(1)));
            let (whole, crosses) = (under_next.clone() * linked.clone(), under.clone() - under_next.clone());
            Constraints::with_selector(
                q,
                [
                    (UNDER, under_next.clone() * (under_next.clone() - one.clone())),
                    (ENDS, under_next * (one - under)),
                    (LEFT, left_next - left.clone() + whole.clone()),
                    (PAYS, paid_next - paid - price * (whole + crosses.clone() * left.clone())),
                    (OVER, crosses * (linked - left - over.clone())),
                    (KEEPS, over_next - over),
                ],
            )
        });
        meta.create_gate(END, |meta| {
            let q = meta.query_selector(chip.q_end);
            let [left, left_next] = [0, 1].map(|at| meta.query_advice(left, Rotation(at)));
            let over = meta.query_advice(over, Rotation::cur());
            let out = meta.query_advice(under, Rotation::next());
            Constraints::with_selector(q, [(END_LEFT, left_next - left), (END_OVER, out - over)])
        });
        Some(chip)
    }

    fn assign(&self, chip: &Chip, rows: &mut Rows<'_, '_>, At { step, row: start, groups, .. }: At) -> Result<(), Error> {
        let over = rows.known(|witness| witness.value(Value::Result(step, 1)));
        let (mut paid, mut under, mut left) = (Known::known(0i128), Known::known(1i128), Known::known(self.bound));
        chip.q_start.enable(rows.region, start - 1)?;
        rows.fix(rows.columns.factor, start - 1, self.bound)?;
        for (row, (input, price)) in (start..).zip(&self.of) {
            chip.q_climb.enable(rows.region, row)?;
            rows.fix(rows.columns.weight, row, *price)?;
            let amount = rows.assign_input(row, *input)?;
            chip.assign(rows, row, [paid, under, left, over])?;
            let stays = under.zip(amount).zip(left).map(|((under, amount), left)| under * i128::from(amount <= left));
            let whole = stays.zip(amount).map(|(stays, amount)| stays * amount);
            let crossed = under.zip(stays).zip(left).map(|((under, stays), left)| (under - stays) * left);
            paid = paid + whole.zip(crossed).map(|(whole, crossed)| price * (whole + crossed));
            left = left.zip(whole).map(|(left, whole)| left - whole);
            under = stays;
        }
        let end = start + self.of.len();
        chip.assign(rows, end, [paid, under, left, over])?;
        chip.q_end.enable(rows.region, end)?;
        rows.assign_operand(end + 1, over)?;
        rows.digits(end + 1, groups, left)
    }
}

impl Chip {
    /// What a row holds besides the amount: paid, under, left, over.
    fn assign(&self, rows: &mut Rows<'_, '_>, row: usize, of: [Known<i128>; 4]) -> Result<(), Error> {
        let [paid, under, left, over] = of;
        rows.assign_sum(row, paid)?;
        rows.assign_operand(row, under)?;
        rows.assign("left", self.left, row, left)?;
        rows.assign("over", self.over, row, over).map(|_| ())
    }
}
