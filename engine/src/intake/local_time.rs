//! Times as files write them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;

/// A time in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stamp {
    /// With its offset: an instant.
    Fixed(Instant),
    /// Without: a clock's face.
    Naive(DateTime),
}

/// An instant and the offset it was written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Instant {
    pub(super) at: Timestamp,
    pub(super) offset: Offset,
}

/// Reads an ISO 8601 date and time, with `T` or a blank between and with or without offset.
pub(super) fn stamp(text: &str) -> Option<Stamp> {
    let pieces = Pieces::parse(text).ok()?;
    if pieces.time_zone_annotation().is_some() {
        return None;
    }
    let face = pieces.date().to_datetime(pieces.time()?);
    match pieces.to_numeric_offset() {
        Some(offset) => Some(Stamp::Fixed(Instant { at: offset.to_timestamp(face).ok()?, offset })),
        None => Some(Stamp::Naive(face)),
    }
}

/// Reads RFC 3339 and nothing looser: `2026-03-29T00:30:00+00:00`.
pub(super) fn rfc3339(text: &str) -> Option<Instant> {
    let shape = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    let formed = text.len() >= 20 && shape.iter().all(|(place, mark)| text.as_bytes()[*place] == *mark);
    match formed.then(|| stamp(text)).flatten()? {
        Stamp::Fixed(instant) => Some(instant),
        Stamp::Naive(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_kept_and_naive_times_stay_naive() {
        let Some(Stamp::Fixed(instant)) = stamp("2024-08-03T23:30:00+01:00") else { panic!("not an instant") };
        assert_eq!((instant.at.as_second(), instant.offset.seconds()), (1_722_724_200, 3600));
        assert!(matches!(stamp("2023-07-17 00:30:00.0000000"), Some(Stamp::Naive(_))));
        for text in ["", "2023-07-17", "17/07/2023 00:30", "2023-07-17 24:00", "2023-07-17T00:30+01:00[Europe/London]"]
        {
            assert_eq!(stamp(text), None, "{text}");
        }
    }

    #[test]
    fn rfc3339_is_read_strictly() {
        assert!(rfc3339("2026-03-29T00:30:00Z").is_some());
        assert!(rfc3339("2026-03-29T00:30:00+00:00").is_some());
        for text in ["2026-03-29T00:30:00", "2026-03-29 00:30:00+00:00", "20260329T003000Z", "2026-03-29T00:30Z"] {
            assert_eq!(rfc3339(text), None, "{text}");
        }
    }
}
