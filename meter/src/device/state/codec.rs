//! A meter's state as bytes: version, then every field in order, lists behind their lengths.

use std::collections::VecDeque;

use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

use super::{KeptBatch, Memory, State};
use crate::batch::SealedBatch;
use crate::calendar::Slot;
use crate::fallback::Fallback;
use crate::key::MasterKey;
use crate::record::{MeterRecord, VERSION};
use crate::wire::Reader;

impl State {
    /// The bytes of the state.
    pub(in super::super) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(self.size()));
        out.push(VERSION);
        put(&mut out, &self.record.to_bytes());
        out.extend(self.signing.as_bytes());
        out.extend(self.key.as_bytes());
        out.push(u8::from(self.memory.is_some()));
        if let Some(memory) = &self.memory {
            put_memory(&mut out, memory);
        }
        out.extend((self.batches.len() as u32).to_le_bytes());
        for kept in &self.batches {
            put_option(&mut out, kept.sent.map(Slot::index));
            put(&mut out, kept.batch.as_bytes());
        }
        out.extend((self.fallbacks.len() as u32).to_le_bytes());
        self.fallbacks.iter().for_each(|fallback| put(&mut out, fallback.as_bytes()));
        out
    }

    /// Reads a state that this version wrote; nothing otherwise.
    pub(in super::super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        (reader.u8()? == VERSION).then_some(())?;
        let record = MeterRecord::from_bytes(take(&mut reader)?).ok()?;
        let signing = SigningKey::from_bytes(&Zeroizing::new(reader.array()?));
        let key = MasterKey::from_bytes(reader.array()?);
        let memory = match reader.u8()? {
            0 => None,
            1 => Some(read_memory(&mut reader, record.registers().len())?),
            _ => return None,
        };
        let batches = read_list(&mut reader, read_batch)?.into();
        let fallbacks = read_list(&mut reader, |reader| Fallback::from_bytes(take(reader)?).ok())?;
        let whole = reader.left() == 0 && signing.verifying_key() == *record.public_key();
        whole.then_some(State { record, signing, key, memory, batches, fallbacks })
    }

    /// No fewer bytes than the state takes, so that writing it never leaves a copy behind.
    fn size(&self) -> usize {
        let cells = self.memory.as_ref().map_or(0, |memory| memory.cells.len());
        let batches: usize = self.batches.iter().map(|kept| kept.batch.as_bytes().len() + 16).sum();
        let fallbacks: usize = self.fallbacks.iter().map(|fallback| fallback.as_bytes().len() + 16).sum();
        2048 + 5 * cells + batches + fallbacks
    }
}

fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend((bytes.len() as u32).to_le_bytes());
    out.extend(bytes);
}

fn take<'a>(reader: &mut Reader<'a>) -> Option<&'a [u8]> {
    let length = reader.u32()?;
    reader.take(length as usize)
}

fn put_option(out: &mut Vec<u8>, value: Option<u32>) {
    out.push(u8::from(value.is_some()));
    out.extend(value.unwrap_or(0).to_le_bytes());
}

fn read_option(reader: &mut Reader<'_>) -> Option<Option<u32>> {
    match (reader.u8()?, reader.u32()?) {
        (0, 0) => Some(None),
        (1, value) => Some(Some(value)),
        _ => None,
    }
}

fn put_memory(out: &mut Vec<u8>, memory: &Memory) {
    out.extend(memory.service.index().to_le_bytes());
    out.extend(memory.first.index().to_le_bytes());
    out.extend((memory.cells.len() as u32).to_le_bytes());
    memory.cells.iter().for_each(|cell| put_option(out, *cell));
}

fn read_memory(reader: &mut Reader<'_>, registers: usize) -> Option<Memory> {
    let service = Slot::new(reader.u32()?);
    let first = Slot::new(reader.u32()?);
    let cells = read_list(reader, read_option)?;
    let rows = u32::try_from(cells.len() / registers).ok()?;
    let whole = cells.len().is_multiple_of(registers) && first.after(rows).is_some();
    whole.then_some(Memory { service, first, registers, cells })
}

fn read_batch(reader: &mut Reader<'_>) -> Option<KeptBatch> {
    let sent = read_option(reader)?.map(Slot::new);
    Some(KeptBatch { batch: SealedBatch::from_bytes(take(reader)?).ok()?, sent })
}

/// A list behind its length; room is made only for items that were read.
fn read_list<'a, T>(reader: &mut Reader<'a>, item: impl Fn(&mut Reader<'a>) -> Option<T>) -> Option<Vec<T>> {
    let count = reader.u32()?;
    let mut list = VecDeque::new();
    for _ in 0..count {
        list.push_back(item(reader)?);
    }
    Some(list.into())
}
