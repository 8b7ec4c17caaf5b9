//! Sums of points as halo2's prover makes them by the hundred thousand: x = X/ZZ and y = Y/ZZZ with ZZ³ = ZZZ², in which the
//! addition of a point in affine coordinates takes ten multiplications instead of eleven. Formulas `add-2008-s`,
//! `madd-2008-s` and `dbl-2008-s-1` of the Explicit-Formulas Database
//! (<https://hyperelliptic.org/EFD/g1p/auto-shortw-xyzz.html>), for a = 0. Time depends on the points.

use ff::Field;
use pasta_curves::Fq;

/// Affine coordinates; (0, 0), which is not on the curve, is the identity.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Affine {
    pub(super) x: Fq,
    pub(super) y: Fq,
}

/// ZZ is zero for the identity.
#[derive(Clone, Copy, Default)]
pub(super) struct Xyzz {
    x: Fq,
    y: Fq,
    zz: Fq,
    zzz: Fq,
}

impl Affine {
    pub(super) fn is_identity(&self) -> bool {
        self.x.is_zero_vartime() && self.y.is_zero_vartime()
    }

    pub(super) fn neg(self) -> Self {
        Affine { x: self.x, y: -self.y }
    }
}

impl From<Affine> for Xyzz {
    fn from(point: Affine) -> Self {
        if point.is_identity() { Xyzz::default() } else { Xyzz { x: point.x, y: point.y, zz: Fq::ONE, zzz: Fq::ONE } }
    }
}

impl Xyzz {
    /// Of Jacobian coordinates X/Z², Y/Z³.
    pub(super) fn jacobian((x, y, z): (Fq, Fq, Fq)) -> Self {
        let zz = z.square();
        Xyzz { x, y, zz, zzz: zz * z }
    }

    /// As Jacobian coordinates with Z = ZZZ.
    pub(super) fn to_jacobian(self) -> (Fq, Fq, Fq) {
        (self.x * self.zz.square(), self.y * self.zzz.square(), self.zzz)
    }

    pub(super) fn is_identity(&self) -> bool {
        self.zz.is_zero_vartime()
    }

    pub(super) fn neg(self) -> Self {
        Xyzz { y: -self.y, ..self }
    }

    pub(super) fn equals(&self, other: &Self) -> bool {
        match (self.is_identity(), other.is_identity()) {
            (false, false) => self.x * other.zz == other.x * self.zz && self.y * other.zzz == other.y * self.zzz,
            (own, other) => own == other,
        }
    }

    pub(super) fn double(&self) -> Self {
        let double_y = self.y.double();
        let v = double_y.square();
        let w = double_y * v;
        let s = self.x * v;
        let square = self.x.square();
        let slope = square.double() + square;
        let x = slope.square() - s.double();
        Xyzz { x, y: slope * (s - x) - w * self.y, zz: v * self.zz, zzz: w * self.zzz }
    }

    /// Neither is the identity.
    pub(super) fn add(&self, other: &Self) -> Self {
        let (x, y) = (self.x * other.zz, self.y * other.zzz);
        let (run, rise) = (other.x * self.zz - x, other.y * self.zzz - y);
        if run.is_zero_vartime() {
            return if rise.is_zero_vartime() { self.double() } else { Xyzz::default() };
        }
        Self::chord(x, y, run, rise, self.zz * other.zz, self.zzz * other.zzz)
    }

    pub(super) fn add_affine(&self, other: &Affine) -> Self {
        if other.is_identity() {
            return *self;
        }
        if self.is_identity() {
            return (*other).into();
        }
        let (run, rise) = (other.x * self.zz - self.x, other.y * self.zzz - self.y);
        if run.is_zero_vartime() {
            return if rise.is_zero_vartime() { self.double() } else { Xyzz::default() };
        }
        Self::chord(self.x, self.y, run, rise, self.zz, self.zzz)
    }

    /// The third point, the first one's X and Y and the denominators being brought to those of both.
    #[inline]
    fn chord(x: Fq, y: Fq, run: Fq, rise: Fq, zz: Fq, zzz: Fq) -> Self {
        let square = run.square();
        let cube = run * square;
        let q = x * square;
        let third = rise.square() - cube - q.double();
        Xyzz { x: third, y: rise * (q - third) - y * cube, zz: zz * square, zzz: zzz * cube }
    }

    /// What [`Xyzz::to_affine`] needs the inverse of.
    pub(super) fn denominator(&self) -> Fq {
        self.zzz
    }

    /// By the inverse of the [`Xyzz::denominator`], zero for the identity.
    pub(super) fn to_affine(self, inverse: Fq) -> Affine {
        let (over_zz, over_zzz) = ((self.zz * inverse).square(), inverse);
        Affine { x: self.x * over_zz, y: self.y * over_zzz }
    }
}
