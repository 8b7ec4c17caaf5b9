//! Readings side by side, each as wide as its register's bound, lowest bit first.

use alloc::vec::Vec;

/// Writes numbers of up to 32 bits into bytes.
pub(super) struct Packer {
    out: Vec<u8>,
    buffer: u64,
    bits: u32,
}

impl Packer {
    /// Room for `bits` bits, so that packing never moves the bytes.
    pub(super) fn with_room(bits: usize) -> Self {
        Packer { out: Vec::with_capacity(bits.div_ceil(8)), buffer: 0, bits: 0 }
    }

    /// Appends the low `width` bits of `value`.
    pub(super) fn put(&mut self, value: u32, width: u8) {
        self.buffer |= u64::from(value & mask(width)) << self.bits;
        self.bits += u32::from(width);
        while self.bits >= 8 {
            self.out.push(self.buffer as u8);
            self.buffer >>= 8;
            self.bits -= 8;
        }
    }

    /// The bytes; bits behind the last number are zero.
    pub(super) fn finish(mut self) -> Vec<u8> {
        if self.bits > 0 {
            self.out.push(self.buffer as u8);
        }
        self.out
    }
}

/// Reads what [`Packer`] wrote; zeros behind the end.
pub(super) struct Unpacker<'a> {
    bytes: core::slice::Iter<'a, u8>,
    buffer: u64,
    bits: u32,
}

impl<'a> Unpacker<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Unpacker { bytes: bytes.iter(), buffer: 0, bits: 0 }
    }

    /// The next `width` bits.
    pub(super) fn get(&mut self, width: u8) -> u32 {
        while self.bits < u32::from(width) {
            self.buffer |= u64::from(*self.bytes.next().unwrap_or(&0)) << self.bits;
            self.bits += 8;
        }
        let value = self.buffer as u32 & mask(width);
        self.buffer >>= width;
        self.bits -= u32::from(width);
        value
    }
}

/// The low `width` bits, 1 to 32.
pub(super) fn mask(width: u8) -> u32 {
    u32::MAX >> (32 - u32::from(width))
}
