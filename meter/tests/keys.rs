//! K as text: every typing error is refused, and one wrong letter is located.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod common;

use bech32::{Bech32, Bech32m, Hrp};
use common::Stream;
use wattproof_meter::key::{KeyRefusal, MasterKey};

const LETTERS: &[u8] = b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
/// Letters before the data: `WATTKEY1`.
const HEAD: usize = 8;

fn keys() -> impl Iterator<Item = MasterKey> {
    let mut stream = Stream(7);
    (0..3).map(move |_| MasterKey::from_bytes(stream.bytes()))
}

fn refusal(letters: &[u8]) -> Option<KeyRefusal> {
    MasterKey::from_text(std::str::from_utf8(letters).unwrap()).err()
}

/// Group and position of a letter.
fn place(index: usize) -> (usize, usize) {
    (index / 5 + 1, index % 5 + 1)
}

#[test]
fn text_is_grouped_upper_case_and_read_back() {
    for key in keys() {
        let text = key.to_text();
        assert!(text.starts_with("WATTK EY1"));
        assert!(text.split(' ').rev().skip(1).all(|group| group.len() == 5));
        let typed = [
            text.to_string(),
            text.to_lowercase(),
            text.replace(' ', ""),
            text.replace(' ', "-"),
            format!("\t{}\n", text.replace(' ', "  ")),
            text.char_indices().map(|(i, c)| if i % 2 == 0 { c.to_ascii_lowercase() } else { c }).collect(),
        ];
        for text in typed {
            assert_eq!(MasterKey::from_text(&text).ok().unwrap().as_bytes(), key.as_bytes());
        }
    }
}

#[test]
fn every_substitution_is_located() {
    let mut cases = 0;
    for key in keys() {
        let letters = key.letters().as_bytes().to_vec();
        for index in 0..letters.len() {
            for letter in LETTERS.iter().chain(b"BIO1?").filter(|letter| **letter != letters[index]) {
                let mut wrong = letters.clone();
                wrong[index] = *letter;
                let (group, position) = place(index);
                let expected = match (index < HEAD, LETTERS.contains(letter)) {
                    (true, _) => KeyRefusal::Prefix,
                    (false, true) => KeyRefusal::WrongLetter { group, position },
                    (false, false) => KeyRefusal::Character { group, position },
                };
                assert_eq!(refusal(&wrong), Some(expected));
                cases += 1;
            }
        }
    }
    assert!(cases > 7_000);
}

#[test]
fn every_swap_of_neighbours_is_refused() {
    for key in keys() {
        let letters = key.letters().as_bytes().to_vec();
        for index in (0..letters.len() - 1).filter(|index| letters[*index] != letters[index + 1]) {
            let mut wrong = letters.clone();
            wrong.swap(index, index + 1);
            let expected = if index < HEAD { KeyRefusal::Prefix } else { KeyRefusal::Checksum };
            assert_eq!(refusal(&wrong), Some(expected));
        }
    }
}

#[test]
fn every_insertion_and_deletion_is_refused() {
    for key in keys() {
        let letters = key.letters().as_bytes().to_vec();
        for index in 0..=letters.len() {
            for letter in LETTERS {
                let mut wrong = letters.clone();
                wrong.insert(index, *letter);
                let expected = if index < HEAD { KeyRefusal::Prefix } else { KeyRefusal::Length { found: 67 } };
                assert_eq!(refusal(&wrong), Some(expected));
            }
        }
        for index in 0..letters.len() {
            let mut wrong = letters.clone();
            wrong.remove(index);
            let expected = if index < HEAD { KeyRefusal::Prefix } else { KeyRefusal::Length { found: 65 } };
            assert_eq!(refusal(&wrong), Some(expected));
        }
    }
}

#[test]
fn two_to_four_wrong_letters_are_refused() {
    let mut stream = Stream(11);
    let letters = MasterKey::from_bytes(stream.bytes()).letters().as_bytes().to_vec();
    for case in 0..3_000 {
        let mut wrong = letters.clone();
        let errors = 2 + case % 3;
        while wrong.iter().zip(&letters).filter(|(a, b)| a != b).count() < errors {
            let index = HEAD + stream.next() as usize % (letters.len() - HEAD);
            wrong[index] = LETTERS[stream.next() as usize % 32];
        }
        // From three errors on another codeword may be one letter away: then a wrong letter is named, never accepted.
        match refusal(&wrong) {
            Some(KeyRefusal::Checksum) => (),
            Some(KeyRefusal::WrongLetter { .. }) => assert!(errors == 4),
            other => panic!("{errors} errors: {other:?}"),
        }
    }
}

#[test]
fn other_bech32_texts_are_refused() {
    let text = |hrp: &str, bytes: &[u8]| bech32::encode::<Bech32m>(Hrp::parse_unchecked(hrp), bytes).unwrap();
    assert_eq!(MasterKey::from_text("").err(), Some(KeyRefusal::Prefix));
    assert_eq!(MasterKey::from_text(&text("wattkez", &[1; 32])).err(), Some(KeyRefusal::Prefix));
    assert_eq!(MasterKey::from_text(&text("wattkey", &[1; 31])).err(), Some(KeyRefusal::Length { found: 64 }));
    assert_eq!(MasterKey::from_text(&text("wattkey", &[1; 33])).err(), Some(KeyRefusal::Length { found: 67 }));
    let old = bech32::encode::<Bech32>(Hrp::parse_unchecked("wattkey"), &[1; 32]).unwrap();
    assert_eq!(MasterKey::from_text(&old).err(), Some(KeyRefusal::Checksum));
    assert_eq!(MasterKey::from_text("wattkey1€").err(), Some(KeyRefusal::Length { found: 9 }));
}

/// 52 letters carry 260 bits: the four behind the key must be zero, or one key would have sixteen texts.
#[test]
fn bits_behind_the_key_are_refused() {
    use bech32::{Fe32, Fe32IterExt};
    let hrp = Hrp::parse_unchecked("wattkey");
    let text: String = (0..52).map(|_| Fe32::Y).with_checksum::<Bech32m>(&hrp).chars().collect();
    assert_eq!(MasterKey::from_text(&text).err(), Some(KeyRefusal::NotThirtyTwoBytes));
}

#[test]
fn every_refusal_says_what_and_what_to_do() {
    let refusals = [
        KeyRefusal::Prefix,
        KeyRefusal::Length { found: 3 },
        KeyRefusal::Character { group: 4, position: 2 },
        KeyRefusal::WrongLetter { group: 4, position: 2 },
        KeyRefusal::Checksum,
        KeyRefusal::NotThirtyTwoBytes,
    ];
    let codes: std::collections::HashSet<_> = refusals.iter().map(KeyRefusal::code).collect();
    assert_eq!(codes.len(), refusals.len());
    assert!(refusals.iter().all(|refusal| refusal.hint().ends_with('.')));
    assert!(refusals[3].to_string().contains("group 4, position 2"));
}
