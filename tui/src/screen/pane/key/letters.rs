//! The letters of a key while they are typed.

use wattproof_engine::desk::key::{Key, KeyRefusal};
use zeroize::{Zeroize, Zeroizing};

use crate::screen::keymap::Press;

/// Letters of a whole key.
pub const LETTERS: usize = 66;

/// Letters of a printed group.
pub const GROUP: usize = 5;

/// How every key begins.
pub const HEAD: &str = "WATTKEY1";

/// Stands for letters to come: it is in every key's alphabet.
const FILLER: char = 'Q';

/// Letters of a key as they are typed: without blanks and hyphens, in capitals, at most as many as a key has and some
/// more. Wiped when dropped; never moved to other memory; without `Debug`.
pub struct Letters {
    pub(super) letters: Zeroizing<String>,
    pub(super) caret: usize,
}

impl Default for Letters {
    fn default() -> Self {
        Letters { letters: Zeroizing::new(String::with_capacity(Letters::MOST)), caret: 0 }
    }
}

/// What can be said of letters before the key is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Nothing typed.
    Nothing,
    /// Right so far.
    SoFar,
    /// This letter, from 0, is wrong.
    Letter(usize, String),
    /// Wrong, and no single letter is to blame.
    Wrong(String),
    /// A key.
    Whole,
}

impl Letters {
    /// The most letters.
    const MOST: usize = 80;

    /// How many.
    pub fn len(&self) -> usize {
        self.letters.len()
    }

    /// Wipes them.
    pub fn wipe(&mut self) {
        self.letters.zeroize();
        self.letters.reserve_exact(Letters::MOST);
        self.caret = 0;
    }

    /// Puts in a letter; blanks and hyphens are left out.
    pub fn put(&mut self, letter: char) {
        if letter.is_ascii_alphanumeric() && self.len() < Letters::MOST {
            self.letters.insert(self.caret, letter.to_ascii_uppercase());
            self.caret += 1;
        }
    }

    /// Edits; false when the key is not for it.
    pub fn press(&mut self, press: Press) -> bool {
        match press {
            Press::Char(letter) => self.put(letter),
            Press::Backspace if self.caret > 0 => {
                self.caret -= 1;
                self.letters.remove(self.caret);
            }
            Press::Delete if self.caret < self.len() => _ = self.letters.remove(self.caret),
            Press::Left => self.caret = self.caret.saturating_sub(1),
            Press::Right => self.caret = (self.caret + 1).min(self.len()),
            Press::Home => self.caret = 0,
            Press::End => self.caret = self.len(),
            Press::Ctrl('u') => self.wipe(),
            Press::Backspace | Press::Delete => {}
            _ => return false,
        }
        true
    }

    /// The key, when the letters are one.
    pub fn key(&self) -> Result<Key, KeyRefusal> {
        Key::from_text(&self.letters)
    }

    /// What can be said of them now.
    pub fn said(&self) -> Said {
        let head = self.letters.bytes().zip(HEAD.bytes()).position(|(typed, meant)| typed != meant);
        match (self.len(), head) {
            (0, _) => return Said::Nothing,
            (_, Some(place)) => return Said::Letter(place, "a key begins with WATTKEY1".into()),
            (len, None) if len <= HEAD.len() => return Said::SoFar,
            (len, None) if len > LETTERS => return Said::Wrong(format!("{len} letters; a whole key has {LETTERS}")),
            _ => {}
        }
        let mut filled = Zeroizing::new(String::with_capacity(Letters::MOST));
        filled.push_str(&self.letters);
        (self.len()..LETTERS).for_each(|_| filled.push(FILLER));
        let whole = self.len() == LETTERS;
        match Key::from_text(&filled) {
            Ok(_) if whole => Said::Whole,
            Err(refusal @ KeyRefusal::Character { group, position }) => {
                Said::Letter((group - 1) * GROUP + position - 1, refusal.to_string())
            }
            Err(refusal @ KeyRefusal::WrongLetter { group, position }) if whole => {
                Said::Letter((group - 1) * GROUP + position - 1, refusal.to_string())
            }
            Err(refusal) if whole => Said::Wrong(refusal.to_string()),
            _ => Said::SoFar,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Letters {
        let mut letters = Letters::default();
        text.chars().for_each(|letter| letters.put(letter));
        letters
    }

    fn key() -> String {
        Key::from_bytes([7; 32]).to_text().to_string()
    }

    #[test]
    fn a_key_is_followed_letter_by_letter() {
        let key = key();
        assert_eq!(typed("").said(), Said::Nothing);
        let letters: Vec<char> = key.chars().filter(|letter| *letter != ' ').collect();
        for len in 1..letters.len() {
            let so_far: String = letters[..len].iter().collect();
            assert_eq!(typed(&so_far).said(), Said::SoFar, "{len}");
        }
        assert_eq!(typed(&key.to_lowercase()).said(), Said::Whole);
        assert_eq!(typed(&key.replace(' ', "-")).said(), Said::Whole);
    }

    #[test]
    fn the_wrong_letter_is_named() {
        assert!(matches!(typed("WATTK_EX").said(), Said::Letter(6, _)));
        assert!(matches!(typed("WATTKEY1QB").said(), Said::Letter(9, _)));
        let mut letters: Vec<char> = key().chars().filter(|letter| *letter != ' ').collect();
        letters[20] = if letters[20] == 'P' { 'Z' } else { 'P' };
        let one: String = letters.iter().collect();
        assert!(matches!(typed(&one).said(), Said::Letter(20, _)));
        letters[40] = if letters[40] == 'P' { 'Z' } else { 'P' };
        let two: String = letters.iter().collect();
        assert!(matches!(typed(&two).said(), Said::Wrong(_)));
        assert!(matches!(typed(&format!("{}QQ", key())).said(), Said::Wrong(_)));
    }

    #[test]
    fn letters_do_not_move_in_memory() {
        let mut letters = typed("W");
        let place = letters.letters.as_ptr();
        (0..200).for_each(|_| letters.put('q'));
        assert_eq!((letters.len(), letters.letters.as_ptr()), (Letters::MOST, place));
        for press in [Press::Home, Press::Delete, Press::Right, Press::Backspace, Press::End, Press::Backspace] {
            assert!(letters.press(press));
        }
        assert_eq!(letters.len(), Letters::MOST - 3);
        letters.wipe();
        assert_eq!(letters.len(), 0);
    }
}
