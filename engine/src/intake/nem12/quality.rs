//! Quality flags: whose readings a bill may rest on.

use super::Nem12Refusal;

/// What becomes of a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quality {
    /// Actual.
    Taken,
    /// Substituted for good.
    Substituted,
    /// Not there.
    Gap,
}

/// The quality of a day: one for all, or one an interval to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OfDay {
    One(Quality),
    Varies,
}

/// Reads `A`, `S14`, `F`, `N` or `V`.
pub(super) fn of_day(line: u64, flag: &str) -> Result<OfDay, Nem12Refusal> {
    match flag {
        "V" => Ok(OfDay::Varies),
        flag => of_interval(line, flag).map(OfDay::One),
    }
}

/// Reads a flag of intervals: a letter, and perhaps the two digits of a method.
pub(super) fn of_interval(line: u64, flag: &str) -> Result<Quality, Nem12Refusal> {
    let (letter, method) = flag.split_at_checked(1).unwrap_or((flag, ""));
    let plain = method.is_empty() || (method.len() == 2 && method.bytes().all(|b| b.is_ascii_digit()));
    match letter {
        "A" if plain => Ok(Quality::Taken),
        "S" | "F" if plain => Ok(Quality::Substituted),
        "N" if plain => Ok(Quality::Gap),
        _ => Err(Nem12Refusal::Quality { line, flag: flag.chars().take(8).collect() }),
    }
}

/// The qualities that 400 records give a day's intervals.
pub(super) struct Ranges {
    line: u64,
    of: Vec<Option<Quality>>,
}

impl Ranges {
    /// None yet; `line` is the day's.
    pub(super) fn new(line: u64, count: usize) -> Self {
        Ranges { line, of: vec![None; count] }
    }

    /// Where the day stands.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Gives intervals `first` to `last`, counted from 1, a quality.
    pub(super) fn give(&mut self, first: &str, last: &str, quality: Quality) -> Result<(), Nem12Refusal> {
        let refusal = Nem12Refusal::QualityRanges { line: self.line };
        let range = first.parse::<usize>().ok().zip(last.parse::<usize>().ok());
        let range = range.filter(|(first, last)| *first >= 1 && first <= last && *last <= self.of.len());
        let Some((first, last)) = range else { return Err(refusal) };
        let places = &mut self.of[first - 1..last];
        if places.iter().any(Option::is_some) {
            return Err(refusal);
        }
        places.fill(Some(quality));
        Ok(())
    }

    /// One quality an interval.
    pub(super) fn complete(self) -> Result<Vec<Quality>, Nem12Refusal> {
        let line = self.line;
        self.of.into_iter().collect::<Option<_>>().ok_or(Nem12Refusal::QualityRanges { line })
    }
}
