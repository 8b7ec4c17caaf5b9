//! K as people hold it: `WATTKEY1…` in bech32m, upper case, in groups of five.
//!
//! Case, spaces and hyphens are ignored. One wrong letter is located and every error in up to four letters is noticed.

use alloc::string::String;

use bech32::{Bech32m, ByteIterExt, Fe32, Fe32IterExt, Hrp, primitives::checksum::Engine};
use thiserror::Error;
use zeroize::Zeroizing;

use super::MasterKey;

/// The human-readable part of K's text.
pub const PREFIX: &str = "wattkey";
/// Letters of a printed group.
const GROUP: usize = 5;
/// The prefix and the separator `1`.
const HEAD: usize = PREFIX.len() + 1;
/// Letters that carry the 32 bytes.
const DATA: usize = 52;
/// Letters that carry the checksum.
const CHECKSUM: usize = 6;
/// All letters.
const LETTERS: usize = HEAD + DATA + CHECKSUM;

/// Why a text is not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyRefusal {
    /// It does not start with `WATTKEY1`.
    #[error("this is not a wattproof key: it does not start with WATTKEY1")]
    Prefix,
    /// Letters are missing or too many.
    #[error("the key has {found} letters; a whole key has 66")]
    Length {
        /// Letters found, without spaces and hyphens.
        found: usize,
    },
    /// A letter that no key contains.
    #[error("the letter at group {group}, position {position} cannot stand in a key")]
    Character {
        /// Group of five, counted from 1.
        group: usize,
        /// Place in the group, counted from 1.
        position: usize,
    },
    /// The checksum fails, and changing this one letter would mend it.
    #[error("the letter at group {group}, position {position} of the key is wrong")]
    WrongLetter {
        /// Group of five, counted from 1.
        group: usize,
        /// Place in the group, counted from 1.
        position: usize,
    },
    /// The checksum fails, and no single letter is to blame.
    #[error("the key is mistyped in more than one place")]
    Checksum,
    /// The checksum is right, but the letters do not carry exactly 32 bytes.
    #[error("the key's letters do not carry exactly 32 bytes")]
    NotThirtyTwoBytes,
}

impl KeyRefusal {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            KeyRefusal::Prefix => "key-prefix",
            KeyRefusal::Length { .. } => "key-length",
            KeyRefusal::Character { .. } => "key-character",
            KeyRefusal::WrongLetter { .. } => "key-wrong-letter",
            KeyRefusal::Checksum => "key-checksum",
            KeyRefusal::NotThirtyTwoBytes => "key-not-32-bytes",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            KeyRefusal::Prefix => "Enter the key printed on the meter's label, from WATTKEY1 on.",
            KeyRefusal::Length { .. } => "Compare with the label group by group: letters are missing or doubled.",
            KeyRefusal::Character { .. } => {
                "Compare that letter with the label; B, I and O never occur in a key, nor 1 after WATTKEY1."
            }
            KeyRefusal::WrongLetter { .. } => "Compare that letter with the label.",
            KeyRefusal::Checksum => "Compare the whole key with the label, or scan the QR code.",
            KeyRefusal::NotThirtyTwoBytes => "Use a key that wattproof made.",
        }
    }
}

impl MasterKey {
    /// Reads K as people type it.
    pub fn from_text(text: &str) -> Result<Self, KeyRefusal> {
        let letters = clean(text);
        if !letters.starts_with(PREFIX) || letters.as_bytes().get(PREFIX.len()) != Some(&b'1') {
            return Err(KeyRefusal::Prefix);
        }
        let found = letters.chars().count();
        if found != LETTERS {
            return Err(KeyRefusal::Length { found });
        }
        let mut values = Zeroizing::new([0u8; DATA + CHECKSUM]);
        for (place, (letter, value)) in letters.chars().skip(HEAD).zip(values.iter_mut()).enumerate() {
            let (group, position) = place_of(place);
            *value = Fe32::from_char(letter).map_err(|_| KeyRefusal::Character { group, position })?.to_u8();
        }
        check(&mut values)?;
        unpack(&values).map(MasterKey)
    }

    /// K as bech32m, upper case, in groups of five letters. Wiped when dropped.
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(LETTERS + LETTERS / GROUP));
        for (place, letter) in self.letters().chars().enumerate() {
            if place > 0 && place % GROUP == 0 {
                text.push(' ');
            }
            text.push(letter);
        }
        text
    }

    /// The same without spaces, as a QR code carries it.
    pub fn letters(&self) -> Zeroizing<String> {
        let hrp = Hrp::parse_unchecked(PREFIX);
        let mut text = Zeroizing::new(String::with_capacity(LETTERS));
        let letters = self.as_bytes().iter().copied().bytes_to_fes().with_checksum::<Bech32m>(&hrp).chars();
        text.extend(letters.map(|letter| letter.to_ascii_uppercase()));
        text
    }
}

/// The text in lower case without spaces and hyphens.
fn clean(text: &str) -> Zeroizing<String> {
    let mut letters = Zeroizing::new(String::with_capacity(text.len()));
    let kept = text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-');
    letters.extend(kept.map(|letter| letter.to_ascii_lowercase()));
    letters
}

/// Group and position, from 1, of a letter counted from 0 behind the prefix.
fn place_of(place: usize) -> (usize, usize) {
    ((HEAD + place) / GROUP + 1, (HEAD + place) % GROUP + 1)
}

/// Checks the checksum; a failure that one letter explains names it. Two codewords differ in at least five letters,
/// so at most one letter can.
fn check(values: &mut [u8; DATA + CHECKSUM]) -> Result<(), KeyRefusal> {
    if checksum_holds(values) {
        return Ok(());
    }
    for place in 0..values.len() {
        let original = values[place];
        for other in 1..32 {
            values[place] = original ^ other;
            if checksum_holds(values) {
                let (group, position) = place_of(place);
                return Err(KeyRefusal::WrongLetter { group, position });
            }
        }
        values[place] = original;
    }
    Err(KeyRefusal::Checksum)
}

fn checksum_holds(values: &[u8]) -> bool {
    let mut engine = Engine::<Bech32m>::new();
    engine.input_hrp(Hrp::parse_unchecked(PREFIX));
    for value in values.iter().filter_map(|value| Fe32::try_from(*value).ok()) {
        engine.input_fe(value);
    }
    *engine.residue() == <Bech32m as bech32::Checksum>::TARGET_RESIDUE
}

/// 52 letters of five bits are 32 bytes and four zero bits.
fn unpack(values: &[u8; DATA + CHECKSUM]) -> Result<[u8; 32], KeyRefusal> {
    let (mut bytes, mut buffer, mut bits, mut at) = (Zeroizing::new([0u8; 32]), 0u16, 0, 0);
    for value in &values[..DATA] {
        buffer = buffer << 5 | u16::from(*value);
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes[at] = (buffer >> bits) as u8;
            at += 1;
        }
        buffer &= (1 << bits) - 1;
    }
    if buffer == 0 { Ok(*bytes) } else { Err(KeyRefusal::NotThirtyTwoBytes) }
}
