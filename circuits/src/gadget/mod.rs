//! Gadgets: the non-linear acts of a plan. One file a gadget says everything about it: what it computes and within which
//! bounds, which columns and rows it takes, its gates and how it fills them. The registry below is all that knows them
//! all; `docs/gadgets.md` walks through adding one.

use std::fmt::Debug;

use halo2_proofs::circuit::Layouter;
use halo2_proofs::plonk::{ConstraintSystem, Error, Expression, VirtualCells};
use pasta_curves::Fp;

use crate::chip::{Columns, Rows};
use crate::layout::{Layout, Placer, Shape};
use crate::plan::{Interval, Value, Witness};

/// A non-linear act, over inputs and earlier results.
pub(crate) trait Gadget: Sized {
    /// Its gates, configured once a circuit.
    type Chip: Clone + Debug;

    /// What `tariff explain` calls it.
    const NAME: &'static str;

    /// Shows every value that it reads, which may be renamed.
    fn reads(&mut self, visit: &mut dyn FnMut(&mut Value));

    /// Bounds of a result; nothing when it has no such result.
    fn bound(&self, result: usize) -> Option<Interval>;

    /// Its results, on the values of one household.
    fn results(&self, of: &Witness) -> Vec<i128>;

    /// Raises a shape to what it needs: digits, operands, limbs.
    fn shape(&self, shape: &mut Shape);

    /// Advice columns of its own.
    fn own_columns(_shape: &Shape) -> usize {
        0
    }

    /// Look-ups into tables of its own.
    fn own_lookups(_shape: &Shape) -> usize {
        0
    }

    /// Digits of so many bits that each of its inputs takes in a lane; zero when they cannot stand in lanes.
    fn lane_digits(&self, _bits: usize) -> usize {
        0
    }

    /// Takes its rows, and says where its results stand.
    fn place(&self, step: usize, placer: &mut Placer<'_>);

    /// Rows of its look-up table.
    fn table_rows(&self, _shape: &Shape) -> usize {
        0
    }

    /// Makes its gates; nothing when the shape lacks a column that [`Gadget::shape`] asks for.
    fn configure(meta: &mut ConstraintSystem<Fp>, columns: &Columns) -> Option<Self::Chip>;

    /// What its rows have checked by limbs: one value that lies below something, one that lies above. Zero elsewhere.
    fn limbs(_chip: &Self::Chip, _meta: &mut VirtualCells<'_, Fp>, _columns: &Columns) -> [Option<Expression<Fp>>; 2] {
        [None, None]
    }

    /// Makes its own look-ups, after those of limbs.
    fn look_up(_chip: &Self::Chip, _meta: &mut ConstraintSystem<Fp>, _columns: &Columns) {}

    /// Fills its tables.
    fn load(_chip: &Self::Chip, _layout: &Layout, _layouter: &mut impl Layouter<Fp>) -> Result<(), Error> {
        Ok(())
    }

    /// Fills its rows, from the one that [`Gadget::place`] gave the act.
    fn assign(&self, chip: &Self::Chip, rows: &mut Rows<'_, '_>, at: At) -> Result<(), Error>;
}

/// Where an act of a gadget stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    /// The step of the plan.
    pub step: usize,
    /// Which part of the act, for those that stand at several places.
    pub part: usize,
    /// The row.
    pub row: usize,
    /// Rows of digits.
    pub groups: usize,
}

macro_rules! gadgets {
    ($($(#[$doc:meta])* $module:ident: $gadget:ident,)*) => {
        $(mod $module; pub use $module::$gadget;)*

        /// A non-linear act of a plan.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum Step {
            $($(#[$doc])* $gadget($gadget),)*
        }

        $(impl From<$gadget> for Step {
            fn from(gadget: $gadget) -> Self {
                Step::$gadget(gadget)
            }
        })*

        /// The gadgets by number.
        #[derive(Clone, Copy)]
        enum Number { $($gadget,)* }

        impl Step {
            /// What the step is called.
            pub fn name(&self) -> &'static str {
                match self { $(Step::$gadget(_) => $gadget::NAME,)* }
            }

            /// The bounds of a result; nothing when the step has no such result.
            pub fn bound(&self, result: usize) -> Option<Interval> {
                match self { $(Step::$gadget(gadget) => gadget.bound(result),)* }
            }

            /// The step's results on the values of one household.
            pub fn results(&self, of: &Witness) -> Vec<i128> {
                match self { $(Step::$gadget(gadget) => gadget.results(of),)* }
            }

            pub(crate) fn reads(&mut self, visit: &mut dyn FnMut(&mut Value)) {
                match self { $(Step::$gadget(gadget) => gadget.reads(visit),)* }
            }

            pub(crate) fn shape(&self, shape: &mut Shape) {
                match self { $(Step::$gadget(gadget) => {
                    shape.gadgets |= 1 << Number::$gadget as u32;
                    gadget.shape(shape);
                })* }
            }

            pub(crate) fn lane_digits(&self, bits: usize) -> usize {
                match self { $(Step::$gadget(gadget) => gadget.lane_digits(bits),)* }
            }

            pub(crate) fn place(&self, step: usize, placer: &mut Placer<'_>) {
                match self { $(Step::$gadget(gadget) => gadget.place(step, placer),)* }
            }

            pub(crate) fn table_rows(&self, shape: &Shape) -> usize {
                match self { $(Step::$gadget(gadget) => gadget.table_rows(shape),)* }
            }
        }

        impl Shape {
            /// Advice columns that gadgets have for themselves.
            pub fn own_columns(&self) -> usize {
                [$(self.has(Number::$gadget) * $gadget::own_columns(self),)*].into_iter().sum()
            }

            /// Look-ups into tables that gadgets have for themselves.
            pub fn own_lookups(&self) -> usize {
                [$(self.has(Number::$gadget) * $gadget::own_lookups(self),)*].into_iter().sum()
            }

            fn has(&self, gadget: Number) -> usize {
                (self.gadgets >> gadget as usize & 1) as usize
            }
        }

        /// The gates of the gadgets that a shape has.
        #[derive(Clone, Debug)]
        pub(crate) struct Chips {
            $($module: Option<<$gadget as Gadget>::Chip>,)*
        }

        impl Chips {
            pub(crate) fn configure(meta: &mut ConstraintSystem<Fp>, columns: &Columns, shape: &Shape) -> Self {
                Chips { $($module: if shape.has(Number::$gadget) == 1 { $gadget::configure(meta, columns) } else { None },)* }
            }

            /// What each side's limbs check, in all gadgets together.
            pub(crate) fn limbs(&self, meta: &mut VirtualCells<'_, Fp>, columns: &Columns) -> [Option<Expression<Fp>>; 2] {
                let each = [$(self.$module.as_ref().map(|chip| $gadget::limbs(chip, meta, columns)),)*];
                each.into_iter().flatten().fold([None, None], |[below, above], [b, a]| [plus(below, b), plus(above, a)])
            }

            pub(crate) fn look_up(&self, meta: &mut ConstraintSystem<Fp>, columns: &Columns) {
                $(if let Some(chip) = &self.$module {
                    $gadget::look_up(chip, meta, columns);
                })*
            }

            pub(crate) fn load(&self, layout: &Layout, layouter: &mut impl Layouter<Fp>) -> Result<(), Error> {
                $(if let Some(chip) = &self.$module {
                    $gadget::load(chip, layout, layouter)?;
                })*
                Ok(())
            }

            pub(crate) fn assign(&self, step: &Step, rows: &mut Rows<'_, '_>, at: At) -> Result<(), Error> {
                match step {
                    $(Step::$gadget(gadget) => {
                        gadget.assign(self.$module.as_ref().ok_or(Error::Synthesis)?, rows, at)
                    })*
                }
            }
        }
    };
}

// One line a gadget, in the order of their gates.
gadgets! {
    /// `[x > 0]` and `max(x, 0)`.
    compare: Compare,
    /// Floor division by a constant.
    divide: Divide,
    /// The product of two values.
    product: Product,
    /// Floor division by a value.
    quotient: Quotient,
    /// The integer part of a square root.
    root: Root,
    /// The sum of the largest of a few values.
    ranked: Ranked,
    /// A price of each of many inputs.
    each: Each,
    /// The largest of many inputs.
    largest: Largest,
    /// The sum of the largest of many inputs.
    highest: Highest,
    /// The largest sum of two squares.
    squares: Squares,
    /// Amounts that climb up to a bound, at prices of their own.
    climb: Climb,
    /// An entry of a published table, by its Merkle path.
    entry: Entry,
}

pub(crate) use each::table;
pub use each::{Part, Priced, Span, TableRow};
pub(crate) use squares::{BITS as SQUARES_BITS, PACKED};

impl Step {
    /// The published table that the step looks up, if it does.
    pub(crate) fn table(&self) -> Option<&crate::merkle::Table> {
        match self {
            Step::Entry(entry) => Some(&entry.table),
            _ => None,
        }
    }
}

/// Shows an input that a gadget reads.
fn rename(input: &mut usize, visit: &mut dyn FnMut(&mut Value)) {
    let mut value = Value::Input(*input);
    visit(&mut value);
    if let Value::Input(renamed) = value {
        *input = renamed;
    }
}

/// The sum of what is there.
fn plus(a: Option<Expression<Fp>>, b: Option<Expression<Fp>>) -> Option<Expression<Fp>> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a + b),
        (of, None) | (None, of) => of,
    }
}
