//! Which streams become which registers.

use wattproof_meter::quantity::Unit;

use super::Nem12Refusal;
use super::records::{MeterStream, Zeroized};
use crate::intake::convert::ValueColumn;
use crate::intake::csv::Column;
use crate::intake::streams::Stream;

/// The registers a file tells of by itself, and the letter of their streams: to the customer, from the customer.
const PLAIN: [(&str, char); 2] = [("import", 'E'), ("export", 'B')];

/// What a stream is called: its meter and its suffix.
pub(super) fn name(stream: &MeterStream) -> String {
    format!("{}/{}", stream.nmi, stream.suffix)
}

/// Whether a stream may be taken: it is named, or nothing is and it is energy in either direction.
pub(super) fn may_be_wanted(values: &[ValueColumn], nmi: &str, suffix: &str) -> bool {
    match values {
        [] => PLAIN.iter().any(|(_, letter)| suffix.starts_with(*letter)),
        values => values.iter().any(|value| is_called(&value.head, nmi, suffix)),
    }
}

fn is_called(selector: &str, nmi: &str, suffix: &str) -> bool {
    selector == suffix || selector.split_once('/') == Some((nmi, suffix))
}

/// The power of ten base units in a stream's unit, when a register counts such.
pub(super) fn shift(unit: &str) -> Option<i32> {
    counted(unit).map(|(_, shift)| shift)
}

fn counted(unit: &str) -> Option<(Unit, i32)> {
    let unit = unit.to_ascii_lowercase();
    let (prefix, unit) = match unit.strip_suffix("varh") {
        Some(prefix) => (prefix, Unit::VarHour),
        None => (unit.strip_suffix("wh")?, Unit::WattHour),
    };
    let shift = [("", 0), ("k", 3), ("m", 6)].into_iter().find(|(name, _)| *name == prefix)?.1;
    Some((unit, shift))
}

/// The streams to take, and the names of those left out.
pub(super) fn choose(
    mut all: Vec<MeterStream>,
    values: &[ValueColumn],
) -> Result<(Vec<Stream>, Vec<String>), Nem12Refusal> {
    let chosen: Vec<(usize, Column)> = match values {
        [] => by_letter(&all)?,
        values => {
            let place = |value: &ValueColumn| Ok((by_name(&all, &value.head)?, value.register.clone()));
            values.iter().map(place).collect::<Result<_, Nem12Refusal>>()?
        }
    };
    let left = |(place, _): &(usize, &MeterStream)| !chosen.iter().any(|(taken, _)| taken == place);
    let left_out = all.iter().enumerate().filter(left).map(|(_, stream)| name(stream)).collect();
    let streams = chosen.iter().map(|(place, register)| take(&mut all, *place, register));
    Ok((streams.collect::<Result<_, _>>()?, left_out))
}

fn take(all: &mut [MeterStream], place: usize, register: &Column) -> Result<Stream, Nem12Refusal> {
    let MeterStream { unit, minutes, readings, .. } = &all[place];
    let name = name(&all[place]);
    if counted(unit).map(|(unit, _)| unit) != Some(register.unit()) {
        let (unit, register) = (unit.clone(), register.name().to_owned());
        return Err(Nem12Refusal::OtherUnit { stream: name, unit, register });
    }
    let Zeroized(readings) = readings;
    Ok(Stream { register: register.clone(), name, seconds: minutes * 60, readings: readings.clone() })
}

fn by_name(all: &[MeterStream], selector: &str) -> Result<usize, Nem12Refusal> {
    let found = all.iter().enumerate().filter(|(_, stream)| is_called(selector, &stream.nmi, &stream.suffix));
    let found: Vec<usize> = found.map(|(place, _)| place).collect();
    let selector = || selector.to_owned();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(Nem12Refusal::NoSuchStream { selector: selector(), streams: all.iter().map(name).collect() }),
        several => {
            let streams = several.iter().map(|place| name(&all[*place])).collect();
            Err(Nem12Refusal::SeveralStreams { selector: selector(), streams })
        }
    }
}

/// Without a word on it, `import` is the one stream to the customer, and `export` the one from them when there is one.
fn by_letter(all: &[MeterStream]) -> Result<Vec<(usize, Column)>, Nem12Refusal> {
    let mut chosen = Vec::new();
    for (register, letter) in PLAIN {
        let found = all.iter().enumerate().filter(|(_, stream)| stream.suffix.starts_with(letter));
        let found: Vec<usize> = found.map(|(place, _)| place).collect();
        match found.as_slice() {
            [one] => chosen.extend(Column::new(register, Unit::WattHour).map(|column| (*one, column))),
            [] if register == "export" => {}
            _ => {
                let streams = all.iter().map(name).collect();
                return Err(Nem12Refusal::Unclear { register: register.into(), streams });
            }
        }
    }
    Ok(chosen)
}
