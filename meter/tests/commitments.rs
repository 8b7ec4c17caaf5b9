//! Commitments against a second way of computing them, and against vectors made outside.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod common;

use std::path::PathBuf;

use common::Stream;
use ff::{Field, FromUniformBytes, PrimeField};
use group::{Curve, CurveAffine, GroupEncoding};
use pasta_curves::arithmetic::CurveAffine as _;
use pasta_curves::{EqAffine, Fp, Fq};
use serde_json::{Value, json};
use wattproof_meter::commit::{CHUNK, Commitment, CommitmentRefusal, CommitmentTables, Generators, Opening};

/// `r·G + o·H` by the library's own multiplication.
fn reference(reading: u32, opening: &Fp) -> EqAffine {
    let Generators { g, h } = Generators::new();
    (g * Fp::from(u64::from(reading)) + h * opening).to_affine()
}

fn scalars(seed: u64) -> impl Iterator<Item = Fp> {
    let mut stream = Stream(seed);
    std::iter::repeat_with(move || {
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&stream.bytes());
        bytes[32..].copy_from_slice(&stream.bytes());
        Fp::from_uniform_bytes(&bytes)
    })
}

/// Readings and openings at every edge of the digits, and random ones.
fn cases() -> Vec<(u32, Fp)> {
    let edges = [0, 1, 2, 15, 16, 17, 31, 32, 1 << 19, (1 << 20) - 1, 1 << 20, u32::MAX - 1, u32::MAX];
    let mut openings = vec![Fp::ONE, -Fp::ONE, Fp::TWO_INV, -Fp::TWO_INV, Fp::from(2), -Fp::from(2)];
    openings.extend((0..255).step_by(5).map(|bit| Fp::from(2).pow([bit])));
    openings.extend((0..255).step_by(17).map(|bit| -Fp::from(2).pow([bit])));
    openings.extend(scalars(1).take(40));
    let mut cases: Vec<_> = openings.iter().map(|opening| (5, *opening)).collect();
    cases.extend(edges.iter().zip(scalars(2)).map(|(reading, opening)| (*reading, opening)));
    cases.extend(edges.iter().skip(1).map(|reading| (*reading, Fp::ZERO)));
    cases
}

#[test]
fn tables_and_reference_agree() {
    let tables = CommitmentTables::new();
    for (reading, opening) in cases() {
        let commitment = tables.commit(reading, &Opening::from_scalar(opening));
        assert_eq!(*commitment.point(), reference(reading, &opening), "{reading} {opening:?}");
    }
}

#[test]
fn chunks_and_single_commitments_agree() {
    let tables = CommitmentTables::new();
    for length in [0, 1, 2, CHUNK - 1, CHUNK] {
        let readings: Vec<u32> = (0..length as u32).map(|i| i * 77_777).collect();
        let openings: Vec<Opening> = scalars(3).take(length).map(Opening::from_scalar).collect();
        let mut each = Vec::new();
        tables.commit_each(&readings, &openings, |commitment| each.push(commitment));
        let singly: Vec<_> = readings.iter().zip(&openings).map(|(r, o)| tables.commit(*r, o)).collect();
        assert_eq!(each, singly);
    }
}

#[test]
fn commitments_add() {
    let tables = CommitmentTables::new();
    let (a, b) = (Fp::from(1234567), -Fp::from(7654321));
    let sum = tables.commit(40, &Opening::from_scalar(a)).point().to_curve()
        + tables.commit(2, &Opening::from_scalar(b)).point();
    assert_eq!(sum.to_affine(), *tables.commit(42, &Opening::from_scalar(a + b)).point());
}

#[test]
fn generators_are_distinct_points_of_the_curve() {
    let Generators { g, h } = Generators::new();
    assert!(bool::from(g.is_on_curve() & h.is_on_curve() & !g.is_identity() & !h.is_identity()));
    assert!(g != h && g != -h);
    assert_eq!(*CommitmentTables::new().generators(), Generators { g, h });
}

#[test]
fn only_canonical_points_are_read() {
    let tables = CommitmentTables::new();
    let commitment = tables.commit(7, &Opening::from_scalar(Fp::from(9)));
    assert_eq!(Commitment::from_bytes(&commitment.to_bytes()), Ok(commitment));
    assert_eq!(Commitment::from_bytes(&[0; 32]), Err(CommitmentRefusal::Identity));
    assert_eq!(Commitment::from_point(EqAffine::identity()), Err(CommitmentRefusal::Identity));
    let mut negative_zero = [0; 32];
    negative_zero[31] = 0x80;
    assert_eq!(Commitment::from_bytes(&negative_zero), Err(CommitmentRefusal::NotCanonical));
    // x + p for a small x on the curve: the same point, another form.
    let small = (1u64..).find_map(|x| point_with_x(x).map(|_| x)).unwrap();
    let mut other_form = plus_modulus(small as u8);
    assert_eq!(Commitment::from_bytes(&other_form), Err(CommitmentRefusal::NotCanonical));
    other_form[31] |= 0x80;
    assert_eq!(Commitment::from_bytes(&other_form), Err(CommitmentRefusal::NotCanonical));
    // x without a point.
    let none = (1u64..).find(|x| point_with_x(*x).is_none()).unwrap();
    assert_eq!(Commitment::from_bytes(&bytes_of(none)), Err(CommitmentRefusal::NotCanonical));
}

fn bytes_of(x: u64) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&x.to_le_bytes());
    bytes
}

fn point_with_x(x: u64) -> Option<EqAffine> {
    EqAffine::from_bytes(&bytes_of(x)).into_option()
}

/// `x + p`, as bytes.
fn plus_modulus(x: u8) -> [u8; 32] {
    let mut bytes = (-Fq::ONE).to_repr();
    let mut carry = u16::from(x) + 1;
    for byte in &mut bytes {
        carry += u16::from(*byte);
        *byte = carry as u8;
        carry >>= 8;
    }
    bytes
}

fn vectors() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures/vectors/commitments.json")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &Value) -> [u8; 32] {
    let text = text.as_str().unwrap();
    std::array::from_fn(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap())
}

/// `fixtures/vectors/commitments.py` computed the commitments; the generators pin this crate's hash-to-curve.
#[test]
fn published_vectors_hold() {
    let vectors: Value = serde_json::from_slice(&std::fs::read(vectors()).unwrap()).unwrap();
    let Generators { g, h } = Generators::new();
    assert_eq!((&vectors["g"], &vectors["h"]), (&json!(hex(&g.to_bytes())), &json!(hex(&h.to_bytes()))));
    let tables = CommitmentTables::new();
    let list = vectors["commitments"].as_array().unwrap();
    assert!(list.len() >= 16);
    for vector in list {
        let reading = u32::try_from(vector["reading"].as_u64().unwrap()).unwrap();
        let opening = Opening::from_scalar(Fp::from_repr(unhex(&vector["opening"])).unwrap());
        assert_eq!(hex(&tables.commit(reading, &opening).to_bytes()), vector["commitment"].as_str().unwrap());
    }
}

#[test]
fn every_refusal_says_what_to_do() {
    for refusal in [CommitmentRefusal::Identity, CommitmentRefusal::NotCanonical] {
        assert!(refusal.code().starts_with("commitment-") && refusal.hint().ends_with('.'));
    }
}
