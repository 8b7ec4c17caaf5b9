//! Records' bytes: every value is `version ‖ payload ‖ check`, the check being 8 bytes of BLAKE2b over table, key,
//! version and payload. A page that rots, or a value that stands under another key, is noticed when it is read.

use redb::TableHandle;

use super::StoreRefusal;
use super::table::Table;

/// The version of every record's payload.
const VERSION: u8 = 1;
/// Bytes of the check.
const CHECK: usize = 8;

/// The value to store.
pub(super) fn seal(table: Table, key: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(1 + payload.len() + CHECK);
    value.push(VERSION);
    value.extend_from_slice(payload);
    let check = check(table, key, &value);
    value.extend_from_slice(&check);
    value
}

/// The payload of a stored value.
pub(super) fn unseal<'a>(table: Table, key: &[u8], value: &'a [u8]) -> Result<&'a [u8], StoreRefusal> {
    let (body, found) = value.split_last_chunk::<CHECK>().ok_or_else(|| rotten(table))?;
    match body.split_first() {
        Some((&VERSION, payload)) if check(table, key, body) == *found => Ok(payload),
        _ => Err(rotten(table)),
    }
}

/// A record is not what was written.
pub(crate) fn rotten(table: Table) -> StoreRefusal {
    StoreRefusal::Damaged(format!("a record of `{}` is not what was written", table.name()))
}

fn check(table: Table, key: &[u8], body: &[u8]) -> [u8; CHECK] {
    let mut state = blake2b_simd::Params::new().hash_length(CHECK).personal(b"wp1-store").to_state();
    for part in [table.name().as_bytes(), key] {
        state.update(&(part.len() as u64).to_le_bytes()).update(part);
    }
    state.update(body);
    let mut check = [0; CHECK];
    check.copy_from_slice(state.finalize().as_bytes());
    check
}

/// Reads a payload's fields; each gives nothing when the payload is too short.
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_le_bytes)
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn i64(&mut self) -> Option<i64> {
        self.array().map(i64::from_le_bytes)
    }

    /// Two bytes of length and as many bytes of UTF-8.
    pub(crate) fn text(&mut self) -> Option<String> {
        let length = usize::from(self.u16()?);
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(head).ok().map(str::to_string)
    }

    /// All that is left.
    pub(crate) fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }

    /// `value`, when nothing is left.
    pub(crate) fn end<T>(&self, value: T) -> Option<T> {
        self.0.is_empty().then_some(value)
    }
}

/// Appends two bytes of length and the text, cut where it is longer than they can say.
pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) {
    let most = text.len().min(usize::from(u16::MAX));
    let length = (0..=most).rev().find(|place| text.is_char_boundary(*place)).unwrap_or(0);
    out.extend_from_slice(&(length as u16).to_le_bytes());
    out.extend_from_slice(&text.as_bytes()[..length]);
}
