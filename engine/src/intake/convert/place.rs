//! Rows take their slots.

use std::collections::BTreeMap;

use wattproof_meter::calendar::{Slot, SlotLength, SlotRange};
use wattproof_meter::reading::Readings;

use super::rows::{Fixed, Row};
use super::{ConvertRefusal, Layout, Stamped};
use crate::intake::csv::{MAX_SLOTS, ReadingsFile};

pub(super) struct Placed {
    pub(super) file: ReadingsFile,
    pub(super) duplicates: usize,
}

pub(super) fn place(mut rows: Vec<Row<Fixed>>, layout: &Layout) -> Result<Placed, ConvertRefusal> {
    rows.sort_by_key(|row| row.time.at);
    let length = match layout.slot {
        Some(length) => length,
        None => plain_length(&rows).ok_or(ConvertRefusal::SlotLengthUnclear)?,
    };
    let mut by_slot: BTreeMap<Slot, Row<Fixed>> = BTreeMap::new();
    let mut duplicates = 0;
    for row in rows {
        let slot = slot(&row, length, layout.stamped)?;
        match by_slot.get(&slot) {
            None => drop(by_slot.insert(slot, row)),
            Some(other) if other.values == row.values => duplicates += 1,
            Some(other) => {
                let (first, second) = (other.line.min(row.line), other.line.max(row.line));
                return Err(ConvertRefusal::Conflict { first, second });
            }
        }
    }
    let readings = table(&by_slot, layout.values.len())?;
    let columns = layout.values.iter().map(|value| value.register.clone()).collect();
    Ok(Placed { file: ReadingsFile { columns, length, readings }, duplicates })
}

/// The shortest step between rows, when more than half of the steps have it.
fn plain_length(sorted: &[Row<Fixed>]) -> Option<SlotLength> {
    let steps = || sorted.windows(2).map(|pair| pair[1].time.at.duration_since(pair[0].time.at).as_secs());
    let steps = || steps().filter(|step| *step > 0);
    let shortest = steps().min()?;
    let agreeing = steps().filter(|step| *step == shortest).count();
    let length = (shortest % 60 == 0).then(|| u16::try_from(shortest / 60).ok().and_then(SlotLength::from_minutes))?;
    length.filter(|_| agreeing * 2 > steps().count())
}

fn slot(row: &Row<Fixed>, length: SlotLength, stamped: Stamped) -> Result<Slot, ConvertRefusal> {
    let start = match stamped {
        Stamped::Start => row.time.at.as_second(),
        Stamped::End => row.time.at.as_second() - length.seconds(),
    };
    let edge = (row.time.at.subsec_nanosecond() == 0).then(|| Slot::starting_at(start, length)).flatten();
    edge.ok_or(ConvertRefusal::NotAnEdge { line: row.line, minutes: length.minutes() })
}

fn table(rows: &BTreeMap<Slot, Row<Fixed>>, registers: usize) -> Result<Readings, ConvertRefusal> {
    let (Some((first, _)), Some((last, _))) = (rows.first_key_value(), rows.last_key_value()) else {
        return Err(ConvertRefusal::NoRows);
    };
    let steps = last.index() - first.index();
    let slots = (steps < MAX_SLOTS).then(|| SlotRange::new(*first, steps + 1)).flatten();
    let mut readings = Readings::gaps(slots.ok_or(ConvertRefusal::TooLong)?, registers);
    for (slot, row) in rows {
        for (register, value) in row.values.0.iter().enumerate() {
            let _inside = readings.set(register, *slot, *value);
        }
    }
    Ok(readings)
}
