//! Bytes of any length within bytes.

use crate::store::record::Fields;

/// Appends four bytes of length and the bytes.
pub(crate) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    out.extend_from_slice(bytes);
}

/// The bytes that stand next; nothing when they are cut short.
pub(crate) fn bytes<'a>(fields: &mut Fields<'a>) -> Option<&'a [u8]> {
    let length = fields.u32()? as usize;
    let (head, rest) = fields.0.split_at_checked(length)?;
    fields.0 = rest;
    Some(head)
}
