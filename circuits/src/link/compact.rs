//! The compact link: what ties the ring columns to the meter's commitments to batches. See
//! `docs/protocol.md#compact-link`.
//!
//! A batch's commitment is `M = Σ reading·Λ_row + o·W` in the basis in which halo2 commits to columns. So the sum of a
//! lap's batches *is* the commitment to the ring column, but for the rows that blind the column and its own blind: the
//! prover shows that `A − ΣM` lies in the span of these, `A` being the column's commitment at the head of the proof. All
//! columns are shown at once, under powers of a challenge that depends on every byte of the proof.

use ff::{Field, PrimeField};
use group::{Curve, GroupEncoding};
use pasta_curves::{Eq, EqAffine, Fp};
use rand_core::Rng;
use wattproof_meter::calendar::Slot;
use wattproof_meter::commit::Opening;
use wattproof_meter::ring::Ring;
use zeroize::Zeroizing;

use crate::basis::{Basis, NAMED};
use crate::circuit::UNUSABLE_ROWS;
use crate::committed::Committed;
use crate::equation::Terms;
use crate::layout::RingColumn;
use crate::statement::Context;

/// Rows that blind, and the blind.
const SPAN: usize = UNUSABLE_ROWS + 1;
/// Bytes of the link: a nonce's point and the responses.
pub(crate) const BYTES: usize = 32 * (SPAN + 1);

const POWERS: &[u8; 16] = b"wattproof-ring-p";
const CHALLENGE: &[u8; 16] = b"wattproof-ring-c";

/// The columns of a circuit and what they are tied to.
pub(crate) struct Compact<'a> {
    pub(crate) ring: Ring,
    pub(crate) columns: &'a [RingColumn],
    pub(crate) carried: &'a [u64],
    pub(crate) basis: &'static Basis,
    pub(crate) context: &'a Context,
}

/// The values of the ring columns and what halo2 will add to them.
pub(crate) struct Columns<'a> {
    /// Row by row.
    pub(crate) values: &'a [Vec<Fp>],
    /// How many advice columns the circuit has, the ring's among them.
    pub(crate) advice: usize,
}

impl Compact<'_> {
    /// What the columns differ by from the sums of their batches: in each row that blinds, and in the blind. `stream` is a
    /// clone of the one that `create_proof` draws from: first each advice column's unusable rows, then each one's blind.
    /// Should that order ever change, the proof would not verify, and the prover would hand nothing out.
    pub(crate) fn blinding(
        &self,
        of: &Columns<'_>,
        openings: &Committed<Opening>,
        mut stream: impl Rng,
    ) -> Zeroizing<Vec<[Fp; SPAN]>> {
        let mut draw = |count| Zeroizing::new((0..count).map(|_| Fp::random(&mut stream)).collect::<Vec<_>>());
        let (rows, blinds) = (draw(of.advice * UNUSABLE_ROWS), draw(self.columns.len()));
        let columns = self.columns.iter().zip(of.values).zip(rows.chunks(UNUSABLE_ROWS)).zip(blinds.iter());
        let differences = columns.map(|(((column, values), rows), blind)| {
            let own = values[values.len() - UNUSABLE_ROWS..].iter().zip(rows).map(|(own, row)| row - own);
            let opening: Fp = self.batches(column, openings).map(|opening| *opening.scalar()).sum();
            let mut difference = [Fp::ZERO; SPAN];
            difference.iter_mut().zip(own.chain([blind - opening])).for_each(|(place, of)| *place = of);
            difference
        });
        Zeroizing::new(differences.collect())
    }

    /// Proves that the columns of `proof` are those of the batches.
    pub(crate) fn prove(&self, blinding: &[[Fp; SPAN]], proof: &[u8], mut nonces: impl Rng) -> Vec<u8> {
        let nonces: Zeroizing<Vec<Fp>> = Zeroizing::new((0..SPAN).map(|_| Fp::random(&mut nonces)).collect());
        let named = nonces.iter().zip(self.basis.points());
        let nonce = named.map(|(nonce, point)| *point * nonce).sum::<Eq>().to_affine().to_bytes();
        let [power, challenge] = self.challenges(proof, &nonce);
        let mut link = nonce.to_vec();
        for (at, nonce) in nonces.iter().enumerate() {
            let difference = blinding.iter().rev().fold(Fp::ZERO, |sum, column| sum * power + column[at]);
            link.extend((nonce + challenge * difference).to_repr());
        }
        link
    }

    /// What must be the identity, under a weight of its own. `advice` are the commitments to the ring columns; nothing when
    /// the link is no point and numbers, or a batch has no commitment.
    pub(crate) fn equation(
        &self,
        link: &[u8],
        proof: &[u8],
        advice: &[EqAffine],
        points: &Committed<EqAffine>,
        weight: Fp,
    ) -> Option<Terms> {
        let mut numbers = link.chunks_exact(32);
        let nonce: [u8; 32] = numbers.next()?.try_into().ok()?;
        let [power, challenge] = self.challenges(proof, &nonce);
        let mut terms = Terms::default();
        terms.push(weight, crate::prepared::point(&nonce)?);
        let mut named = [Fp::ZERO; NAMED];
        for (place, number) in named.iter_mut().zip(numbers) {
            let response: Option<Fp> = Fp::from_repr(number.try_into().ok()?).into();
            *place = -weight * response?;
        }
        let (mut factor, mut batches) = (weight * challenge, vec![]);
        for (column, commitment) in self.columns.iter().zip(advice) {
            terms.push(factor, *commitment);
            batches.extend(self.batches(column, points).map(|point| (-factor, *point)));
            if let RingColumn::Carried(index) = column {
                let value = Fp::from(self.carried.get(*index).copied().unwrap_or(0));
                named[NAMED - 1] -= factor * value;
            }
            factor *= power;
        }
        terms.gather(batches.into_iter());
        terms.basis(self.basis, named);
        Some(terms)
    }

    /// What stands for each batch of a column; nothing for a carried value.
    fn batches<'c, T>(&self, column: &RingColumn, of: &'c Committed<T>) -> impl Iterator<Item = &'c T> {
        let (ring, wanted) = (
            self.ring,
            match column {
                RingColumn::Readings { register, lap } => Some((*register, *lap)),
                RingColumn::Carried(_) => None,
            },
        );
        let of_lap = move |slot: Slot| {
            let (register, lap) = wanted?;
            if ring.place(slot).lap == lap { of.get(register, slot) } else { None }
        };
        of.slots().iter().filter_map(of_lap)
    }

    /// The factor between columns, then the challenge.
    fn challenges(&self, proof: &[u8], nonce: &[u8; 32]) -> [Fp; 2] {
        [self.context.derive(POWERS, [proof]), self.context.derive(CHALLENGE, [proof, nonce.as_slice()])]
    }
}
