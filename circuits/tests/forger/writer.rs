//! A writing transcript that remembers, and that alters two commitments on their way into the proof.

use std::io;

use group::Curve;
use halo2_proofs::transcript::{Blake2bWrite, Challenge255, EncodedChallenge, Transcript, TranscriptWrite};
use pasta_curves::{Eq, EqAffine, Fp};

type Encoded = Challenge255<EqAffine>;

/// Challenges squeezed when the opening's last evaluations are written.
const AFTER_X_3: usize = 8;

/// A point of the proof: how many challenges come before it, and how many points between the last of these and it.
pub type Spot = (usize, usize);

pub struct Writer {
    inner: Blake2bWrite<Vec<u8>, EqAffine, Encoded>,
    pub challenges: Vec<Fp>,
    /// Scalars written after `x`.
    pub evaluations: Vec<Fp>,
    /// Scalars written between `x_3` and `x_4`: one a point set.
    pub last_evaluations: usize,
    /// Points written since the last challenge.
    points: usize,
    hide: Option<(Spot, Eq)>,
    instance: Option<Eq>,
}

impl Writer {
    pub fn new() -> Self {
        let inner = Blake2bWrite::init(vec![]);
        let (challenges, evaluations) = (vec![], vec![]);
        Writer { inner, challenges, evaluations, last_evaluations: 0, points: 0, hide: None, instance: None }
    }

    /// Something is added to the point at this spot.
    pub fn hide(&mut self, spot: Spot, add: Eq) {
        self.hide = Some((spot, add));
    }

    /// From now on, the next point that is only absorbed is the instance's commitment; this is added to it.
    pub fn instance(&mut self, add: Eq) {
        self.instance = Some(add);
    }

    pub fn finish(self) -> Vec<u8> {
        self.inner.finalize()
    }
}

impl Transcript<EqAffine, Encoded> for Writer {
    fn squeeze_challenge(&mut self) -> Encoded {
        let challenge = self.inner.squeeze_challenge();
        self.challenges.push(challenge.get_scalar());
        self.points = 0;
        challenge
    }

    fn common_point(&mut self, point: EqAffine) -> io::Result<()> {
        let added = self.instance.take().map_or(point, |add| (add + point).to_affine());
        self.inner.common_point(added)
    }

    fn common_scalar(&mut self, scalar: Fp) -> io::Result<()> {
        self.inner.common_scalar(scalar)
    }
}

impl TranscriptWrite<EqAffine, Encoded> for Writer {
    fn write_point(&mut self, mut point: EqAffine) -> io::Result<()> {
        let here = (self.challenges.len(), self.points);
        if let Some((_, add)) = self.hide.filter(|(spot, _)| *spot == here) {
            point = (add + point).to_affine();
        }
        self.points += 1;
        self.inner.write_point(point)
    }

    fn write_scalar(&mut self, scalar: Fp) -> io::Result<()> {
        if self.challenges.len() > super::X {
            self.evaluations.push(scalar);
        }
        self.last_evaluations += usize::from(self.challenges.len() == AFTER_X_3);
        self.inner.write_scalar(scalar)
    }
}
