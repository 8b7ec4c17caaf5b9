//! The version of everything that prover and verifier must share.

/// The version of layouts, gates, transcript and bill format. It enters every statement and every bill: a proof made
/// under one version is refused under every other.
pub const CIRCUIT_VERSION: u8 = 2;
