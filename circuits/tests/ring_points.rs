//! The points of a compact meter are those in which halo2 commits to a column.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use ff::Field;
use group::Curve;
use halo2_proofs::poly::EvaluationDomain;
use halo2_proofs::poly::commitment::{Blind, Params};
use pasta_curves::{EqAffine, Fp};
use wattproof_meter::ring::{MAX_POSITIONS, RING_K, RingTables};

#[test]
fn each_position_of_the_ring_is_a_row_of_halo2() {
    let (params, domain) = (Params::<EqAffine>::new(RING_K), EvaluationDomain::<Fp>::new(1, RING_K));
    let commit = |column: Vec<Fp>, blind: Fp| {
        params.commit_lagrange(&domain.lagrange_from_vec(column), Blind(blind)).to_affine()
    };
    let (tables, zeros) = (RingTables::new(), vec![Fp::ZERO; 1 << RING_K]);
    for position in 0..MAX_POSITIONS {
        let mut unit = zeros.clone();
        unit[position] = Fp::ONE;
        assert_eq!(tables.lambda(position), Some(commit(unit, Fp::ZERO)), "{position}");
    }
    assert_eq!(tables.w(), commit(zeros, Fp::ONE));
}
