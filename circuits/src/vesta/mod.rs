//! Vesta as halo2's prover works on it: the same points, bytes and `Debug` as [`EqAffine`] and [`Eq`](Point), so that keys
//! and proofs are the same too, but sums in coordinates that take fewer multiplications (`xyzz.rs`), and single points
//! multiplied by the curve's endomorphism, in a third of the time.
//!
//! Time depends on scalars and points. halo2's prover multiplies single points only by challenges, which are public; its
//! `best_multiexp` sums secret multiples in a time that depends on them over any curve type. A verifier uses
//! [`EqAffine`], so that a mistake here can only make proofs that fail, never one that passes.

mod xyzz;

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use group::prime::{PrimeCurve, PrimeGroup};
use group::{Curve, CurveAffine as _, Group, GroupEncoding};
use pasta_curves::arithmetic::{Coordinates, CurveAffine, CurveExt, VartimeBatchInvert, VartimeField};
use pasta_curves::glv::GlvParams;
use pasta_curves::{Eq as Point, EqAffine, Fp, Fq};
use rand_core::TryRng;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq, CtOption};

use self::xyzz::{Affine, Xyzz};

/// A point in affine coordinates.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Vesta(Affine);

/// A sum of points: `2^doublings · point`.
///
/// halo2 splits a multi-exponentiation into windows, and on several threads doubles each window's sum up to its place. Put off
/// until two sums meet, most of these doublings are done once for both.
#[derive(Clone, Copy, Default)]
pub struct VestaSum {
    point: Xyzz,
    doublings: u32,
}

impl VestaSum {
    /// The sum itself.
    fn settled(&self) -> Xyzz {
        self.doubled(0)
    }

    /// The point when all but so many doublings are done.
    fn doubled(&self, but: u32) -> Xyzz {
        (but..self.doublings).fold(self.point, |point, _| point.double())
    }

    fn plus(&self, other: &Self) -> Self {
        if self.point.is_identity() {
            return *other;
        }
        if other.point.is_identity() {
            return *self;
        }
        let doublings = self.doublings.min(other.doublings);
        VestaSum { point: self.doubled(doublings).add(&other.doubled(doublings)), doublings }
    }

    fn plus_affine(&self, other: &Affine) -> Self {
        self.settled().add_affine(other).into()
    }
}

impl From<Xyzz> for VestaSum {
    fn from(point: Xyzz) -> Self {
        VestaSum { point, doublings: 0 }
    }
}

impl From<EqAffine> for Vesta {
    fn from(point: EqAffine) -> Self {
        let coordinates = point.coordinates().into_option();
        Vesta(coordinates.map_or_else(Affine::default, |at| Affine { x: *at.x(), y: *at.y() }))
    }
}

impl From<Vesta> for EqAffine {
    fn from(point: Vesta) -> Self {
        EqAffine::from_xy(point.0.x, point.0.y).unwrap_or(EqAffine::identity())
    }
}

impl From<Point> for VestaSum {
    fn from(point: Point) -> Self {
        Xyzz::jacobian(point.jacobian_coordinates()).into()
    }
}

impl From<VestaSum> for Point {
    fn from(point: VestaSum) -> Self {
        EqAffine::from(Vesta::from(point)).into()
    }
}

impl From<Vesta> for VestaSum {
    fn from(point: Vesta) -> Self {
        Xyzz::from(point.0).into()
    }
}

impl From<VestaSum> for Vesta {
    fn from(point: VestaSum) -> Self {
        let point = point.settled();
        Vesta(point.to_affine(point.denominator().invert_vartime().unwrap_or_default()))
    }
}

/// An operation by way of an addition, for right sides by value and by reference.
macro_rules! operation {
    ($op:ident::$method:ident, $left:ty, $right:ty, $sum:expr) => {
        impl $op<$right> for $left {
            type Output = VestaSum;

            fn $method(self, right: $right) -> VestaSum {
                $sum(&self, &right)
            }
        }

        impl $op<&$right> for $left {
            type Output = VestaSum;

            fn $method(self, right: &$right) -> VestaSum {
                $sum(&self, right)
            }
        }
    };
    ($op:ident::$method:ident, $right:ty, $sum:expr) => {
        impl $op<$right> for VestaSum {
            fn $method(&mut self, right: $right) {
                *self = $sum(self, &right);
            }
        }

        impl $op<&$right> for VestaSum {
            fn $method(&mut self, right: &$right) {
                *self = $sum(self, right);
            }
        }
    };
}

operation!(Add::add, Vesta, Vesta, |a: &Vesta, b: &Vesta| VestaSum::from(*a).plus_affine(&b.0));
operation!(Sub::sub, Vesta, Vesta, |a: &Vesta, b: &Vesta| VestaSum::from(*a).plus_affine(&b.0.neg()));
operation!(Add::add, VestaSum, VestaSum, |a: &VestaSum, b: &VestaSum| a.plus(b));
operation!(Sub::sub, VestaSum, VestaSum, |a: &VestaSum, b: &VestaSum| a.plus(&-*b));
operation!(Add::add, VestaSum, Vesta, |a: &VestaSum, b: &Vesta| a.plus_affine(&b.0));
operation!(Sub::sub, VestaSum, Vesta, |a: &VestaSum, b: &Vesta| a.plus_affine(&b.0.neg()));
operation!(AddAssign::add_assign, VestaSum, |a: &VestaSum, b: &VestaSum| *a + b);
operation!(SubAssign::sub_assign, VestaSum, |a: &VestaSum, b: &VestaSum| *a - b);
operation!(AddAssign::add_assign, Vesta, |a: &VestaSum, b: &Vesta| *a + b);
operation!(SubAssign::sub_assign, Vesta, |a: &VestaSum, b: &Vesta| *a - b);
operation!(Mul::mul, Vesta, Fp, |point: &Vesta, scalar: &Fp| Point::from(EqAffine::from(*point))
    .mul_glv(scalar)
    .into());
operation!(Mul::mul, VestaSum, Fp, |point: &VestaSum, scalar: &Fp| Point::from(*point).mul_glv(scalar).into());
operation!(MulAssign::mul_assign, Fp, |point: &VestaSum, scalar: &Fp| *point * scalar);

/// What both kinds of coordinates have alike, in terms of `pasta_curves`' own where speed does not matter.
macro_rules! point {
    ($name:ident, $plain:ty) => {
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                <$plain>::from(*self).fmt(f)
            }
        }

        impl ConditionallySelectable for $name {
            fn conditional_select(a: &Self, b: &Self, choice: Choice) -> Self {
                if choice.into() { *b } else { *a }
            }
        }

        impl ConstantTimeEq for $name {
            fn ct_eq(&self, other: &Self) -> Choice {
                Choice::from(u8::from(self == other))
            }
        }

        impl GroupEncoding for $name {
            type Repr = <$plain as GroupEncoding>::Repr;

            fn from_bytes(bytes: &Self::Repr) -> CtOption<Self> {
                <$plain>::from_bytes(bytes).map(Self::from)
            }

            fn from_bytes_unchecked(bytes: &Self::Repr) -> CtOption<Self> {
                <$plain>::from_bytes_unchecked(bytes).map(Self::from)
            }

            fn to_bytes(&self) -> Self::Repr {
                <$plain>::from(*self).to_bytes()
            }
        }
    };
}

point!(Vesta, EqAffine);
point!(VestaSum, Point);

impl Neg for Vesta {
    type Output = Self;

    fn neg(self) -> Self {
        Vesta(self.0.neg())
    }
}

impl Neg for VestaSum {
    type Output = Self;

    fn neg(self) -> Self {
        VestaSum { point: self.point.neg(), ..self }
    }
}

impl PartialEq for VestaSum {
    fn eq(&self, other: &Self) -> bool {
        self.settled().equals(&other.settled())
    }
}

impl Eq for VestaSum {}

impl Sum for VestaSum {
    fn sum<I: Iterator<Item = Self>>(points: I) -> Self {
        points.fold(Self::default(), |sum, point| sum + point)
    }
}

impl<'a> Sum<&'a Self> for VestaSum {
    fn sum<I: Iterator<Item = &'a Self>>(points: I) -> Self {
        points.fold(Self::default(), |sum, point| sum + point)
    }
}

impl Group for VestaSum {
    type Scalar = Fp;

    fn try_random<R: TryRng + ?Sized>(rng: &mut R) -> Result<Self, R::Error> {
        Point::try_random(rng).map(Self::from)
    }

    fn identity() -> Self {
        Self::default()
    }

    fn generator() -> Self {
        Point::generator().into()
    }

    fn is_identity(&self) -> Choice {
        Choice::from(u8::from(self.point.is_identity()))
    }

    fn double(&self) -> Self {
        VestaSum { doublings: self.doublings + 1, ..*self }
    }
}

impl Curve for VestaSum {
    type Affine = Vesta;

    fn to_affine(&self) -> Vesta {
        (*self).into()
    }
}

impl PrimeGroup for VestaSum {}

impl PrimeCurve for VestaSum {}

impl CurveExt for VestaSum {
    type ScalarExt = Fp;
    type Base = Fq;
    type AffineExt = Vesta;

    const CURVE_ID: &'static str = Point::CURVE_ID;

    fn endo(&self) -> Self {
        Point::from(*self).endo().into()
    }

    fn jacobian_coordinates(&self) -> (Fq, Fq, Fq) {
        self.settled().to_jacobian()
    }

    fn hash_to_curve<'a>(domain_prefix: &'a str) -> Box<dyn Fn(&[u8]) -> Self + 'a> {
        let hash = Point::hash_to_curve(domain_prefix);
        Box::new(move |message| hash(message).into())
    }

    fn is_on_curve(&self) -> Choice {
        let (x, y, z) = self.settled().to_jacobian();
        Point::new_jacobian(x, y, z).is_some()
    }

    fn a() -> Fq {
        <Point as CurveExt>::a()
    }

    fn b() -> Fq {
        <Point as CurveExt>::b()
    }

    fn new_jacobian(x: Fq, y: Fq, z: Fq) -> CtOption<Self> {
        Point::new_jacobian(x, y, z).map(Self::from)
    }

    fn to_affine_vartime(&self) -> Vesta {
        (*self).into()
    }

    fn batch_normalize_vartime(sums: &[Self], points: &mut [Vesta]) {
        let sums: Vec<Xyzz> = sums.iter().map(Self::settled).collect();
        let mut inverses: Vec<Fq> = sums.iter().map(Xyzz::denominator).collect();
        inverses.iter_mut().batch_invert_vartime();
        let normal = sums.iter().zip(inverses).map(|(sum, inverse)| Vesta(sum.to_affine(inverse)));
        points.iter_mut().zip(normal).for_each(|(point, normal)| *point = normal);
    }
}

impl group::CurveAffine for Vesta {
    type Curve = VestaSum;
    type Scalar = Fp;

    fn identity() -> Self {
        Self::default()
    }

    fn generator() -> Self {
        EqAffine::generator().into()
    }

    fn is_identity(&self) -> Choice {
        Choice::from(u8::from(self.0.is_identity()))
    }

    fn to_curve(&self) -> VestaSum {
        (*self).into()
    }
}

impl CurveAffine for Vesta {
    type ScalarExt = Fp;
    type Base = Fq;
    type CurveExt = VestaSum;

    fn coordinates(&self) -> CtOption<Coordinates<Self>> {
        Coordinates::from_xy(self.0.x, self.0.y).and_then(|at| CtOption::new(at, !self.is_identity()))
    }

    fn from_xy(x: Fq, y: Fq) -> CtOption<Self> {
        EqAffine::from_xy(x, y).map(Self::from)
    }

    fn is_on_curve(&self) -> Choice {
        self.is_identity() | EqAffine::from_xy(self.0.x, self.0.y).is_some()
    }

    fn a() -> Fq {
        <EqAffine as CurveAffine>::a()
    }

    fn b() -> Fq {
        <EqAffine as CurveAffine>::b()
    }
}

#[cfg(test)]
mod tests {
    use ff::Field;
    use group::CurveAffine as _;
    use halo2_proofs::plonk::keygen_vk;
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;
    use wattproof_meter::calendar::{Slot, SlotRange};
    use wattproof_meter::quantity::{Register, Unit};

    use super::*;
    use crate::circuit::{BillCircuit, with_shape};
    use crate::families::Family;
    use crate::layout::Layout;
    use crate::params::{params, proving_params};
    use crate::plan::Plan;

    /// Points of few values, so that sums meet equal, opposite and no points.
    fn points() -> Vec<(Vesta, EqAffine)> {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let random = [Point::random(&mut rng), Point::random(&mut rng)];
        let plain = random.into_iter().flat_map(|point| [point, -point, point.double()]).chain([Point::identity()]);
        plain.map(|point| (EqAffine::from(point).into(), point.into())).collect()
    }

    /// The same point in coordinates with other denominators.
    fn scaled(point: Vesta) -> VestaSum {
        VestaSum::from(point).double() - point
    }

    #[test]
    fn sums_are_those_of_the_plain_curve() {
        for (one, plain) in points() {
            let double = Point::from(plain).double();
            assert_eq!(Point::from(VestaSum::from(one).double()), double);
            assert_eq!(Point::from(scaled(one).double()), double);
            assert_eq!(bool::from(VestaSum::from(one).is_identity()), bool::from(plain.is_identity()));
            for (two, other) in points() {
                let (sum, difference) = (plain + other, plain - other);
                for (sum_of, difference_of) in [
                    (one + two, one - two),
                    (VestaSum::from(one) + two, VestaSum::from(one) - two),
                    (scaled(one) + two, scaled(one) - two),
                    (scaled(one) + scaled(two), scaled(one) - scaled(two)),
                    (VestaSum::from(one) + scaled(two), VestaSum::from(one) - scaled(two)),
                ] {
                    let (twice, once) = (sum_of.double().double() + sum_of.double(), sum_of.double() + sum_of);
                    assert_eq!(Point::from(twice), (sum + sum + sum).double());
                    assert_eq!((Point::from(once), once.double()), (sum + sum + sum, twice));
                    assert_eq!((Point::from(sum_of), Point::from(difference_of)), (sum, difference));
                    assert_eq!(sum_of.to_bytes(), sum.to_bytes());
                    let (x, y, z) = sum_of.jacobian_coordinates();
                    assert_eq!(Point::new_jacobian(x, y, z).unwrap(), sum);
                    assert!(bool::from(sum_of.is_on_curve()));
                }
                assert_eq!(scaled(one) == VestaSum::from(two), plain == other);
            }
        }
    }

    #[test]
    fn multiples_are_those_of_the_plain_curve() {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let scalars = [Fp::ZERO, Fp::ONE, -Fp::ONE, Fp::from(2), Fp::random(&mut rng), Fp::random(&mut rng)];
        for (point, plain) in points() {
            for scalar in scalars {
                assert_eq!(Point::from(point * scalar), plain * scalar);
                assert_eq!(Point::from(scaled(point) * scalar), plain * scalar);
            }
        }
    }

    #[test]
    fn points_look_alike() {
        let mut normal = vec![Vesta::default(); points().len()];
        let sums: Vec<VestaSum> = points().iter().map(|(point, _)| scaled(*point)).collect();
        VestaSum::batch_normalize_vartime(&sums, &mut normal);
        for ((point, plain), normal) in points().into_iter().zip(normal) {
            assert_eq!((normal, EqAffine::from(point)), (point, plain));
            assert_eq!(format!("{point:?}"), format!("{plain:?}"));
            let of = |x: &Fq, y: &Fq| (*x, *y);
            let own = point.coordinates().map(|at| of(at.x(), at.y())).into_option();
            assert_eq!(own, plain.coordinates().map(|at| of(at.x(), at.y())).into_option());
            assert_eq!(point.to_bytes(), plain.to_bytes());
            assert_eq!(Vesta::from_bytes(&plain.to_bytes()).unwrap(), point);
        }
        let off = Vesta(Affine { x: Fq::ONE, y: Fq::ONE });
        assert!(!bool::from(off.is_on_curve()));
    }

    #[test]
    fn keys_are_those_of_the_plain_curve() {
        let register = Register::new("import", Unit::WattHour, 20).unwrap();
        let slots = SlotRange::new(Slot::new(0), 48).unwrap();
        let plan = Plan::new(&Family::S3.program(register, slots)).unwrap();
        let layout = Layout::new(&plan).unwrap();
        let circuit = BillCircuit::shape_only(&plan, &layout);
        let (plain, own) = (params(layout.k).unwrap(), proving_params(layout.k).unwrap());
        with_shape(&layout.shape, || {
            let (plain, own) = (keygen_vk(plain, &circuit).unwrap(), keygen_vk(own, &circuit).unwrap());
            assert_eq!(format!("{:?}", plain.pinned()), format!("{:?}", own.pinned()));
        });
    }
}
