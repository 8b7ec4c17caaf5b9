//! The equations of many bills as one multi-exponentiation. See `docs/bulk.md`.
//!
//! Each equation enters the sum under a fresh weight, so that no error in one bill can be made up for by another: the
//! weights are drawn after every byte of every bill is final, anew for every sum, and again for every sum that enters a
//! sum. Equations of one domain share its generators, whose multiples are added up: however many bills, they are
//! multiplied once. What holds together holds alone, but for the chance of guessing a weight; when a sum fails it is
//! halved until the bills at fault are found, and each of these is decided by its own equation.

use std::collections::BTreeMap;

use ff::FromUniformBytes;
use pasta_curves::Fp;

use crate::equation::Equation;

/// Where weights come from: 32 bytes of the operating system's randomness at every call.
pub type Draw<'d, E> = dyn FnMut() -> Result<[u8; 32], E> + 'd;

/// Equations and their sum.
#[derive(Clone, Debug)]
pub struct Bulk {
    equations: Vec<Equation>,
    sums: Sums,
}

/// A sum for each domain.
#[derive(Clone, Debug, Default)]
struct Sums(BTreeMap<Option<u32>, Equation>);

impl Bulk {
    /// Sums the equations, which is nearly all of the work: threads do this each for bills of its own.
    ///
    /// # Errors
    /// When `draw` fails.
    pub fn new<E>(equations: Vec<Equation>, draw: &mut Draw<'_, E>) -> Result<Self, E> {
        let sums = Sums::of(&equations, draw)?;
        Ok(Bulk { equations, sums })
    }

    /// Whether each equation of each bulk holds. While all do, this is one multi-exponentiation for each domain.
    ///
    /// # Errors
    /// When `draw` fails.
    pub fn settle<E>(bulks: Vec<Bulk>, draw: &mut Draw<'_, E>) -> Result<Vec<Vec<bool>>, E> {
        let mut all = Sums::default();
        for bulk in &bulks {
            all.merge(bulk.sums.clone(), draw)?;
        }
        let sound = all.hold();
        let several = bulks.len() > 1;
        let settle = |bulk: Bulk| {
            if sound || several && bulk.sums.hold() {
                return Ok(vec![true; bulk.equations.len()]);
            }
            let mut found = Vec::with_capacity(bulk.equations.len());
            halve(&bulk.equations, draw, &mut found)?;
            Ok(found)
        };
        bulks.into_iter().map(settle).collect()
    }
}

/// Settles equations of which not all hold.
fn halve<E>(equations: &[Equation], draw: &mut Draw<'_, E>, found: &mut Vec<bool>) -> Result<(), E> {
    if let [] | [_] = equations {
        found.extend(equations.iter().map(|one| one.clone().holds()));
        return Ok(());
    }
    let (first, second) = equations.split_at(equations.len() / 2);
    let first_holds = Sums::of(first, draw)?.hold();
    // One half is at fault: when the first is not, the second is.
    for (half, holds) in [(first, first_holds), (second, !first_holds && Sums::of(second, draw)?.hold())] {
        match holds {
            true => found.extend(half.iter().map(|_| true)),
            false => halve(half, draw, found)?,
        }
    }
    Ok(())
}

impl Sums {
    fn of<E>(equations: &[Equation], draw: &mut Draw<'_, E>) -> Result<Self, E> {
        let mut sums = Sums::default();
        for equation in equations {
            sums.add(equation.weighed(weight(draw)?));
        }
        sums.0.values_mut().for_each(Equation::fold);
        Ok(sums)
    }

    /// Adds sums, each under a weight of its own: those of its bills are nothing to another sum's.
    fn merge<E>(&mut self, other: Sums, draw: &mut Draw<'_, E>) -> Result<(), E> {
        for mut sum in other.0.into_values() {
            sum.weigh(weight(draw)?);
            self.add(sum);
        }
        Ok(())
    }

    fn add(&mut self, equation: Equation) {
        match self.0.get_mut(&equation.domain()) {
            Some(sum) => sum.add(equation),
            None => {
                self.0.insert(equation.domain(), equation);
            }
        }
    }

    fn hold(self) -> bool {
        self.0.into_values().all(Equation::holds)
    }
}

/// Drawn when the equations are there, used once.
fn weight<E>(draw: &mut Draw<'_, E>) -> Result<Fp, E> {
    let mut wide = [0; 64];
    wide[..32].copy_from_slice(&draw()?);
    Ok(Fp::from_uniform_bytes(&wide))
}
