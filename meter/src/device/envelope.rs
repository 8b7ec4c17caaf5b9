//! What lies around a meter's state in its file: a checksum, or a passphrase.
//!
//! | bytes | plain | sealed |
//! |---|---|---|
//! | 8 | `wpmeter1` | `wpmeter1` |
//! | 1 | 0 | 1 |
//! | 16 | – | salt of Argon2id (19 MiB, 2 passes, 1 lane) |
//! | 24 | – | nonce of XChaCha20-Poly1305, fresh at every writing |
//! | … | state | ciphertext and tag; the bytes before the nonce are authenticated |
//! | 32 | BLAKE2b-256 of everything before | – |

use argon2::Argon2;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::{MeterRefusal, random};

const MAGIC: &[u8; 8] = b"wpmeter1";
const PLAIN: u8 = 0;
const SEALED: u8 = 1;
const CHECKSUM: usize = 32;

/// How a meter's file is closed.
pub(super) enum Envelope {
    /// With a checksum.
    Plain,
    /// With a key from a passphrase.
    Sealed {
        /// Salt the key was made with.
        salt: [u8; 16],
        /// The key.
        key: Zeroizing<[u8; 32]>,
    },
}

impl Envelope {
    /// For a new file.
    pub(super) fn new(passphrase: Option<&str>) -> Result<Self, MeterRefusal> {
        match passphrase {
            None => Ok(Envelope::Plain),
            Some(passphrase) => {
                let salt = *random()?;
                Ok(Envelope::Sealed { salt, key: stretch(passphrase, &salt)? })
            }
        }
    }

    /// The file around a state.
    pub(super) fn close(&self, state: &[u8]) -> Result<Zeroizing<Vec<u8>>, MeterRefusal> {
        match self {
            Envelope::Plain => {
                let mut file = Zeroizing::new(Vec::with_capacity(MAGIC.len() + 1 + state.len() + CHECKSUM));
                file.extend(MAGIC);
                file.push(PLAIN);
                file.extend(state);
                let sum = checksum(&file);
                file.extend(sum);
                Ok(file)
            }
            Envelope::Sealed { salt, key } => {
                let head = [MAGIC, &[SEALED][..], salt].concat();
                let nonce: [u8; 24] = *random()?;
                let payload = Payload { msg: state, aad: &head };
                let sealed = cipher(key).encrypt(&XNonce::from(nonce), payload);
                let sealed = sealed.map_err(|_| MeterRefusal::Damaged)?;
                Ok(Zeroizing::new([&head, &nonce[..], &sealed].concat()))
            }
        }
    }

    /// The state in a file, and how to close it again.
    pub(super) fn open(file: &[u8], passphrase: Option<&str>) -> Result<(Self, Zeroizing<Vec<u8>>), MeterRefusal> {
        let rest = file.strip_prefix(MAGIC).ok_or(MeterRefusal::NotAMeter)?;
        match rest.split_first() {
            Some((&PLAIN, _)) => open_plain(file),
            Some((&SEALED, rest)) => open_sealed(file, rest, passphrase.ok_or(MeterRefusal::Sealed)?),
            _ => Err(MeterRefusal::Damaged),
        }
    }
}

fn open_plain(file: &[u8]) -> Result<(Envelope, Zeroizing<Vec<u8>>), MeterRefusal> {
    let (before, sum) = file.split_last_chunk::<CHECKSUM>().ok_or(MeterRefusal::Damaged)?;
    if checksum(before) != *sum {
        return Err(MeterRefusal::Damaged);
    }
    let state = before.get(MAGIC.len() + 1..).ok_or(MeterRefusal::Damaged)?;
    Ok((Envelope::Plain, Zeroizing::new(state.to_vec())))
}

fn open_sealed(file: &[u8], rest: &[u8], passphrase: &str) -> Result<(Envelope, Zeroizing<Vec<u8>>), MeterRefusal> {
    let (salt, rest) = rest.split_first_chunk::<16>().ok_or(MeterRefusal::Damaged)?;
    let (nonce, sealed) = rest.split_first_chunk::<24>().ok_or(MeterRefusal::Damaged)?;
    let key = stretch(passphrase, salt)?;
    let payload = Payload { msg: sealed, aad: &file[..MAGIC.len() + 1 + salt.len()] };
    let state = cipher(&key).decrypt(&XNonce::from(*nonce), payload).map_err(|_| MeterRefusal::Passphrase)?;
    Ok((Envelope::Sealed { salt: *salt, key }, Zeroizing::new(state)))
}

fn cipher(key: &[u8; 32]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&Key::from(*key))
}

/// The passphrase's key; fails only without memory for Argon2.
fn stretch(passphrase: &str, salt: &[u8; 16]) -> Result<Zeroizing<[u8; 32]>, MeterRefusal> {
    let mut key = Zeroizing::new([0; 32]);
    let stretched = Argon2::default().hash_password_into(passphrase.as_bytes(), salt, &mut *key);
    stretched.map_err(|_| MeterRefusal::Passphrase)?;
    Ok(key)
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let hash = blake2b_simd::Params::new().hash_length(CHECKSUM).personal(b"wp1-meter-file").hash(bytes);
    core::array::from_fn(|i| hash.as_bytes()[i])
}
