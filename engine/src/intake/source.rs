//! A file as text: unpacked when it is gzip, with a bound on lines and on the whole.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

/// The longest line a readings file may have, in bytes.
const MAX_LINE: u64 = 64 << 10;
/// The most bytes a readings file may have once unpacked: room for 2^20 slots of a dozen registers.
const MAX_FILE: u64 = 256 << 20;
/// How a gzip file starts.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Opens a file, packed or not.
pub(super) fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    unpack(BufReader::new(File::open(path)?))
}

/// Opens a file whose lines may be long, packed or not.
pub(super) fn open_document(path: &Path) -> io::Result<Box<dyn Read>> {
    Ok(Box::new(Bounded::document(plain(BufReader::new(File::open(path)?))?)))
}

/// The text of a stream, packed or not.
fn unpack(input: impl BufRead + 'static) -> io::Result<Box<dyn Read>> {
    Ok(Box::new(Bounded::new(plain(input)?)))
}

/// A stream without its packing.
fn plain(mut input: impl BufRead + 'static) -> io::Result<Box<dyn Read>> {
    let packed = input.fill_buf()?.starts_with(&GZIP);
    Ok(if packed { Box::new(MultiGzDecoder::new(input)) } else { Box::new(input) })
}

/// Fails on a line or a file beyond the bounds, so that no reader above it has to hold one. Leaves carriage returns
/// out, so that lines count alike in every file.
pub(super) struct Bounded<R> {
    inner: R,
    longest: u64,
    line: u64,
    total: u64,
}

impl<R> Bounded<R> {
    pub(super) fn new(inner: R) -> Self {
        Bounded { inner, longest: MAX_LINE, line: 0, total: 0 }
    }

    /// Without a bound on lines.
    fn document(inner: R) -> Self {
        Bounded { longest: MAX_FILE, ..Bounded::new(inner) }
    }

    fn count(&mut self, byte: u8) -> io::Result<()> {
        self.line = if byte == b'\n' { 0 } else { self.line + 1 };
        self.total += 1;
        if self.line > self.longest {
            return Err(io::Error::other(format!("a line is longer than {} bytes", self.longest)));
        }
        if self.total > MAX_FILE {
            return Err(io::Error::other(format!("the file holds more than {MAX_FILE} bytes")));
        }
        Ok(())
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.inner.read(buffer)?;
            let mut kept = 0;
            for place in 0..read {
                let byte = buffer[place];
                self.count(byte)?;
                if byte != b'\r' {
                    buffer[kept] = byte;
                    kept += 1;
                }
            }
            if kept > 0 || read == 0 {
                return Ok(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn packed_and_plain_files_read_alike() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(b"start,import_wh\n").unwrap();
        for bytes in [packed.finish().unwrap(), b"start,import_wh\n".to_vec()] {
            let mut text = String::new();
            unpack(io::Cursor::new(bytes)).unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, "start,import_wh\n");
        }
    }

    #[test]
    fn carriage_returns_are_left_out() {
        let mut text = String::new();
        Bounded::new(&b"\ra\r\nb\r\n"[..]).read_to_string(&mut text).unwrap();
        assert_eq!(text, "a\nb\n");
    }

    #[test]
    fn a_line_without_end_is_refused_before_it_fills_memory() {
        let refusal = io::copy(&mut Bounded::new(io::repeat(b'x')), &mut io::sink()).unwrap_err();
        assert_eq!(refusal.to_string(), "a line is longer than 65536 bytes");
    }
}
