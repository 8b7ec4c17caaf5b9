//! Clock faces become instants.
//!
//! A face the clock shows twice has two candidates. They are chosen only when exactly one choice makes the whole file
//! strictly ascending: walking the rows, each candidate counts the ways that lead to it.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use super::ConvertRefusal;
use super::rows::{Fixed, Row, Written};
use crate::intake::local_time::Stamp;

/// One or two instants a row may mean, and how many ways lead to each: none, one, or more (two).
struct Candidates {
    options: Vec<(Fixed, u8)>,
}

/// Settles every row's time; also how many rows needed the order of the file.
pub(super) fn settle(
    rows: Vec<Row<Written>>,
    zone: Option<&TimeZone>,
) -> Result<(Vec<Row<Fixed>>, usize), ConvertRefusal> {
    let mut candidates = rows.iter().map(|row| options(row, zone)).collect::<Result<Vec<_>, _>>()?;
    let ambiguous = candidates.iter().filter(|c| c.options.len() > 1).count();
    if ambiguous > 0 {
        count_ways(&mut candidates);
        if candidates.last().map_or(0, Candidates::ways) != 1 {
            return Err(first_ambiguous(&rows, &candidates));
        }
        keep_the_only_way(&mut candidates);
    }
    let times = candidates.into_iter().filter_map(|c| c.options.first().map(|(time, _)| *time));
    let rows = rows.into_iter().zip(times).map(|(row, time)| Row { line: row.line, time, values: row.values });
    Ok((rows.collect(), ambiguous))
}

impl Candidates {
    fn ways(&self) -> u8 {
        self.options.iter().map(|(_, ways)| ways).sum()
    }
}

fn options(row: &Row<Written>, zone: Option<&TimeZone>) -> Result<Candidates, ConvertRefusal> {
    let (line, text) = (row.line, || row.time.text.clone());
    let face = match row.time.stamp {
        Stamp::Fixed(time) => return Ok(Candidates { options: vec![(time, 1)] }),
        Stamp::Naive(face) => face,
    };
    let zone = zone.ok_or_else(|| ConvertRefusal::ZoneNeeded { line, text: text() })?;
    let offsets = match zone.to_ambiguous_timestamp(face).offset() {
        AmbiguousOffset::Unambiguous { offset } => vec![offset],
        AmbiguousOffset::Fold { before, after } => vec![before, after],
        AmbiguousOffset::Gap { .. } => return Err(ConvertRefusal::SkippedTime { line, text: text() }),
    };
    let fixed = |offset: Offset| at(face, offset).map(|at| (Fixed { at, offset }, 1));
    let options = offsets.into_iter().map(fixed).collect::<Option<_>>();
    options.map(|options| Candidates { options }).ok_or_else(|| ConvertRefusal::NotATime { line, text: text() })
}

fn at(face: DateTime, offset: Offset) -> Option<Timestamp> {
    offset.to_timestamp(face).ok()
}

fn count_ways(candidates: &mut [Candidates]) {
    for i in 1..candidates.len() {
        let (before, rest) = candidates.split_at_mut(i);
        let before = &before[i - 1].options;
        for (time, ways) in &mut rest[0].options {
            *ways = before.iter().filter(|(earlier, _)| earlier.at < time.at).map(|(_, ways)| ways).sum::<u8>().min(2);
        }
    }
}

/// Walks back from the end; each row has one candidate left that leads on.
fn keep_the_only_way(candidates: &mut [Candidates]) {
    let mut after: Option<Timestamp> = None;
    for candidate in candidates.iter_mut().rev() {
        candidate.options.retain(|(time, ways)| *ways > 0 && after.is_none_or(|after| time.at < after));
        after = candidate.options.first().map(|(time, _)| time.at);
    }
}

fn first_ambiguous(rows: &[Row<Written>], candidates: &[Candidates]) -> ConvertRefusal {
    let place = candidates.iter().position(|c| c.options.len() > 1).unwrap_or(0);
    ConvertRefusal::AmbiguousTime { line: rows[place].line, text: rows[place].time.text.clone() }
}
