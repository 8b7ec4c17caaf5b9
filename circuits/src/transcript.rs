//! Transcripts that remember what the link needs: the point `x` at which halo2 opens every column, and what the linked
//! column evaluates to there. See `docs/protocol.md#transcript`.

use std::io;
use std::ops::ControlFlow;

use ff::{FromUniformBytes, PrimeField};
use halo2_proofs::transcript::{
    Blake2bRead, Blake2bWrite, Challenge255, EncodedChallenge, Transcript, TranscriptRead, TranscriptWrite,
};
use pasta_curves::{EqAffine, Fp};

use crate::vesta::Vesta;

/// halo2's challenge type.
pub(crate) type Encoded = Challenge255<EqAffine>;

/// halo2 squeezes theta, beta, gamma, y, then x.
const X: usize = 4;
/// After x the prover writes one evaluation an instance query, then one an advice query; there is one instance query,
/// and the linked column is the first advice query.
const LINKED_EVALUATION: usize = 1;

/// A reading transcript that remembers.
pub(crate) struct Reader<'p> {
    inner: Blake2bRead<&'p [u8], EqAffine, Encoded>,
    challenges: Vec<Fp>,
    evaluations: Vec<Fp>,
    /// The first points: commitments to advice columns, in their order.
    points: Vec<EqAffine>,
    malformed: bool,
}

impl<'p> Reader<'p> {
    pub(crate) fn new(proof: &'p [u8]) -> Self {
        Reader {
            inner: Blake2bRead::init(proof),
            challenges: vec![],
            evaluations: vec![],
            points: vec![],
            malformed: false,
        }
    }

    /// Whether some bytes were no point or number. halo2's errors do not tell.
    pub(crate) fn malformed(&self) -> bool {
        self.malformed
    }

    /// The opening point, once the proof is read.
    pub(crate) fn x(&self) -> Option<Fp> {
        self.challenges.get(X).copied()
    }

    /// The commitments to the first advice columns.
    pub(crate) fn advice(&self, count: usize) -> Option<&[EqAffine]> {
        self.points.get(..count)
    }

    /// What the linked column evaluates to there.
    pub(crate) fn linked(&self) -> Option<Fp> {
        self.evaluations.get(LINKED_EVALUATION).copied()
    }
}

impl Transcript<EqAffine, Encoded> for Reader<'_> {
    fn squeeze_challenge(&mut self) -> Encoded {
        let challenge = self.inner.squeeze_challenge();
        self.challenges.push(challenge.get_scalar());
        challenge
    }

    fn common_point(&mut self, point: EqAffine) -> io::Result<()> {
        self.inner.common_point(point)
    }

    fn common_scalar(&mut self, scalar: Fp) -> io::Result<()> {
        self.inner.common_scalar(scalar)
    }
}

impl TranscriptRead<EqAffine, Encoded> for Reader<'_> {
    fn read_point(&mut self) -> io::Result<EqAffine> {
        let point = self.inner.read_point().inspect_err(|_| self.malformed = true)?;
        if self.challenges.is_empty() {
            self.points.push(point);
        }
        Ok(point)
    }

    fn read_scalar(&mut self) -> io::Result<Fp> {
        let scalar = self.inner.read_scalar().inspect_err(|_| self.malformed = true)?;
        if self.challenges.len() > X {
            self.evaluations.push(scalar);
        }
        Ok(scalar)
    }
}

/// Hears how many points and numbers a proof has so far, and may stop it.
pub type Watch<'w> = dyn FnMut(usize) -> ControlFlow<()> + 'w;

/// A writing transcript that remembers the opening point. halo2's prover has no hook of its own, but it writes all
/// through its work, and an error in writing ends it.
pub(crate) struct Writer<'w> {
    inner: Blake2bWrite<Vec<u8>, Vesta, Challenge255<Vesta>>,
    challenges: Vec<Fp>,
    written: usize,
    watch: &'w mut Watch<'w>,
    stopped: bool,
}

impl<'w> Writer<'w> {
    pub(crate) fn new(watch: &'w mut Watch<'w>) -> Self {
        Writer { inner: Blake2bWrite::init(vec![]), challenges: vec![], written: 0, watch, stopped: false }
    }

    /// Whether the watch stopped the proof.
    pub(crate) fn stopped(&self) -> bool {
        self.stopped
    }

    fn count(&mut self) -> io::Result<()> {
        self.written += 1;
        match (self.watch)(self.written) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => {
                self.stopped = true;
                Err(io::ErrorKind::Interrupted.into())
            }
        }
    }

    pub(crate) fn x(&self) -> Option<Fp> {
        self.challenges.get(X).copied()
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.inner.finalize()
    }
}

impl Transcript<Vesta, Challenge255<Vesta>> for Writer<'_> {
    fn squeeze_challenge(&mut self) -> Challenge255<Vesta> {
        let challenge = self.inner.squeeze_challenge();
        self.challenges.push(challenge.get_scalar());
        challenge
    }

    fn common_point(&mut self, point: Vesta) -> io::Result<()> {
        self.inner.common_point(point)
    }

    fn common_scalar(&mut self, scalar: Fp) -> io::Result<()> {
        self.inner.common_scalar(scalar)
    }
}

impl TranscriptWrite<Vesta, Challenge255<Vesta>> for Writer<'_> {
    fn write_point(&mut self, point: Vesta) -> io::Result<()> {
        self.count()?;
        self.inner.write_point(point)
    }

    fn write_scalar(&mut self, scalar: Fp) -> io::Result<()> {
        self.count()?;
        self.inner.write_scalar(scalar)
    }
}

/// A transcript that counts what a verifier reads, so that the length of every proof under a key is known exactly
/// before any proof exists. It answers with arbitrary valid points and scalars.
pub(crate) struct Counter {
    point: EqAffine,
    drawn: u64,
    bytes: usize,
}

impl Counter {
    pub(crate) fn new(point: EqAffine) -> Self {
        Counter { point, drawn: 0, bytes: 0 }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Distinct scalars that are not zero.
    fn draw(&mut self) -> [u8; 64] {
        self.drawn += 1;
        let mut bytes = [0; 64];
        bytes[..8].copy_from_slice(&self.drawn.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
        bytes[32..40].copy_from_slice(&self.drawn.to_le_bytes());
        bytes
    }
}

impl Transcript<EqAffine, Encoded> for Counter {
    fn squeeze_challenge(&mut self) -> Encoded {
        Encoded::new(&self.draw())
    }

    fn common_point(&mut self, _: EqAffine) -> io::Result<()> {
        Ok(())
    }

    fn common_scalar(&mut self, _: Fp) -> io::Result<()> {
        Ok(())
    }
}

impl TranscriptRead<EqAffine, Encoded> for Counter {
    fn read_point(&mut self) -> io::Result<EqAffine> {
        self.bytes += size_of::<<EqAffine as group::GroupEncoding>::Repr>();
        Ok(self.point)
    }

    fn read_scalar(&mut self) -> io::Result<Fp> {
        self.bytes += size_of::<<Fp as PrimeField>::Repr>();
        Ok(Fp::from_uniform_bytes(&self.draw()))
    }
}
