//! What the page says of the systems.

use crate::ours;
use crate::peer::Row;

pub const REVEAL: &str = "reveal the opening";
pub const BULLETPROOFS: &str = "bulletproofs";
pub const LEGOGROTH16: &str = "LegoGroth16 + link";
pub const SPARTAN2: &str = "Spartan2, no link";
pub const HALO2: &str = "Halo2, opened in-circuit";

/// What has to be made before the first bill.
pub fn set_up(row: &Row) -> &'static str {
    match row.peer.as_str() {
        BULLETPROOFS if row.family == "S1" => "none",
        ours::NAME if row.family == "S1" => "none",
        LEGOGROTH16 => "trusted, per circuit",
        BULLETPROOFS => "generators",
        SPARTAN2 => "keys",
        HALO2 => "parameters, keys",
        REVEAL => "none",
        _ => "keys",
    }
}

/// What comes first; `{runs}` is how many.
pub const BEFORE: &str = "## Beside peers

    benches/peers/run

measures the same four statements over the same readings with other proof systems, on one thread, in one run with
`wattproof bench`. Times are CPU time, what the process's clock (`CLOCK_PROCESS_CPUTIME_ID`) went forward, so other programs
on the machine do not enter. They are medians of {runs} runs, of 3 for systems that take seconds, after one that does not
count; a year of readings, and the Halo2 design at 336, are timed once. Behind each time stands its multiple of M, measured between the runs of
its own row. A row is measured after its program proved and verified the bill, refused that proof for another total, and
failed to prove a wrong total.
";

pub const PLOTS: &str = "![proving time against readings](benchmarks/proving.svg)

![verifying time against readings](benchmarks/verifying.svg)

";

/// The same picture, from the README.
pub const README_PLOT: &str = "![proving time against readings](docs/benchmarks/proving.svg)\n";

/// Below a table with extrapolated rows.
pub const COMPUTED: &str = "\\* computed from the largest measured one by rows of the circuit.\n";

pub const AFTER: &str = "What is compared:

- **verify** starts from bytes, those of the readings' commitments included: decompression counts, for every system that
  has commitments. wattproof's figure also holds the meter's signatures and digests, the peers' do not.
- **in bulk** is a bill's share where many different ones are checked together (`wattproof bulk verify`). The peers' crates
  verify one proof at a time; `legogroth16` can aggregate proofs, which would leave the decompression of the commitments,
  most of its verification here.
- **prove** leaves out the readings' commitments, which the meter makes.
- The peers' circuits are one source (`benches/peers/src/constraints.rs`): a price in pieces by a bit for each piece and two
  range checks, a maximum by a range check of each difference and one product over all. Ranges are checked bit by bit, but
  by look-up in bulletproofs' S3 and S4, which there takes a quarter of the multipliers.
- The peers are compiled for the processor at hand (`target-cpu=native`), which arkworks' assembly asks for; wattproof is
  compiled as it is released.

The systems:

- **wattproof** stands there twice: for meters that certify each reading, which is what the peers' meters do too, and as
  **wattproof, batch** for those that certify a batch by one commitment ([meter.md](meter.md)); a bill then carries no
  commitments, and there are 31 of them to read for a month.
- **reveal the opening** is S1 without any proof. It gives away the opening of the sum; openings of overlapping sums can be
  matched against each other, so no bill should be made this way.
- **bulletproofs** (5.0.0, R1CS on Ristretto, curve25519-dalek's vector arithmetic). The published 5.0.0 does not compile with
  its feature `yoloproofs`, which holds them: its decoder was not moved to curve25519-dalek 4. That half of the crate stands in
  `benches/peers/vendor/bulletproofs` under its MIT licence with the three calls mended (`CHANGES.md` there). 4.0.0 compiles, but has vector arithmetic on nightly compilers only. For S1 and S2 the commitments are added outside the
  proof, as wattproof does.
- **LegoGroth16** (`legogroth16` 0.18 on BLS12-381, arkworks 0.4 with assembly) with its own link: every half hour has a
  generator of its own, the commitments add up to one vector commitment, and the crate's subspace argument ties it to the
  proof. The set-up is trusted and made for every circuit; who knows its trapdoors can prove any bill. The commitments are on
  the proof's curve, 48 bytes each, and slower to decompress than a meter's on Vesta or Ristretto.
- **Spartan2** (`spartan2` 0.9 with zero knowledge, Hyrax on T256). Nothing ties its witness to the meter's commitments, and
  none are read: a bill would need that besides.
- **Halo2, opened in-circuit** (`halo2_gadgets` 0.6): each commitment is computed in the circuit by the ECC chip's fixed-base
  multiplications, some 110 rows a reading. It is measured for S1; the other statements' constraints would come on top.
";
