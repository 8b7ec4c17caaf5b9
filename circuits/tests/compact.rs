//! Bills on batch-certified readings: made, verified, refused after one change.

mod support;

use std::time::Instant;

use support::compact::*;
use support::*;
use wattproof_circuits::prepared::Prepared;

#[test]
fn families_prove_and_verify() {
    for (name, program) in [("S1", s1(1488)), ("S2", s2(1488)), ("S3", s3(1488)), ("S4", s4(1488)), ("S3", s3(48))] {
        let household = Compact::of(&program, 7);
        let start = Instant::now();
        let prepared = Prepared::certified(&program, compact()).unwrap();
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
        let layout = prepared.layout().unwrap();
        println!("{:?} lanes {} bits {}", layout.shape.ring.as_ref().map(|r| (r.columns, r.stride, r.aligned, r.copied, r.sums.clone())), layout.shape.lanes, layout.shape.lane_bits);
    }
}
