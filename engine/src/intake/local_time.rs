//! Times as files write them.

use jiff::civil::{DateTime, Time};
use jiff::fmt::strtime::BrokenDownTime;
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};

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
fn stamp(text: &str) -> Option<Stamp> {
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

/// Reads a date and time written as `format` says, in the conversions of `strptime`.
fn stamp_as(text: &str, format: &str) -> Option<Stamp> {
    let broken = BrokenDownTime::parse(format, text).ok()?;
    let face = broken.to_datetime().ok()?;
    match broken.offset() {
        Some(offset) => Some(Stamp::Fixed(Instant { at: offset.to_timestamp(face).ok()?, offset })),
        None => Some(Stamp::Naive(face)),
    }
}

/// How a file writes its times.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form<'a> {
    /// In the conversions of `strptime`; ISO 8601 without.
    pub(super) format: Option<&'a str>,
    /// A time of 0:00 ends the date it stands with.
    pub(super) midnight_ends: bool,
}

/// Reads a date and time in the form given. The hour 24 ends the date it stands with.
pub(super) fn written(text: &str, form: Form<'_>) -> Option<Stamp> {
    let read = |text: &str| match form.format {
        Some(format) => stamp_as(text, format),
        None => stamp(text),
    };
    match read(text) {
        Some(stamp) if form.midnight_ends && stamp.is_midnight() => stamp.next_day(),
        Some(stamp) => Some(stamp),
        None => end_of_date(text, &read),
    }
}

/// No form takes the hour 24, so the one change of a `24` to `00` that makes a midnight of the text is at its hour.
fn end_of_date(text: &str, read: &impl Fn(&str) -> Option<Stamp>) -> Option<Stamp> {
    let places = text.match_indices("24").map(|(place, _)| place);
    let changed = |place: usize| read(&format!("{}00{}", &text[..place], &text[place + 2..]));
    places.filter_map(changed).find(|stamp| stamp.is_midnight())?.next_day()
}

impl Stamp {
    /// What the clock that wrote it showed.
    pub(super) fn face(self) -> DateTime {
        match self {
            Stamp::Fixed(Instant { at, offset }) => offset.to_datetime(at),
            Stamp::Naive(face) => face,
        }
    }

    /// Whether it showed the first instant of a date.
    pub(super) fn is_midnight(self) -> bool {
        self.face().time() == Time::midnight()
    }

    /// The same time a day later, by the same offset.
    fn next_day(self) -> Option<Stamp> {
        Some(match self {
            Stamp::Fixed(Instant { at, offset }) => {
                Stamp::Fixed(Instant { at: at.checked_add(24.hours()).ok()?, offset })
            }
            Stamp::Naive(face) => Stamp::Naive(face.checked_add(1.day()).ok()?),
        })
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

    fn form(format: &str) -> Form<'_> {
        Form { format: Some(format), midnight_ends: false }
    }

    #[test]
    fn other_forms_are_read_as_their_format_says() {
        let read = |text| written(text, form("%d-%m-%y %H.%M")).map(|stamp| stamp.face().to_string());
        assert_eq!(read("1-2-18 0.15").as_deref(), Some("2018-02-01T00:15:00"));
        assert_eq!(read("31-12-18 23.45").as_deref(), Some("2018-12-31T23:45:00"));
        assert_eq!(read("2018-12-31 23:45"), None);
        let Some(Stamp::Fixed(instant)) = written("01/02/2018 00:15 +0100", form("%d/%m/%Y %H:%M %z")) else {
            panic!("not an instant")
        };
        assert_eq!(instant.offset.seconds(), 3600);
    }

    #[test]
    fn the_hour_24_ends_its_date_and_so_may_the_hour_0() {
        let iso = Form { format: None, midnight_ends: false };
        let read = |text, form| written(text, form).map(|stamp| stamp.face().to_string());
        assert_eq!(read("2024-02-24 24:00", iso).as_deref(), Some("2024-02-25T00:00:00"));
        assert_eq!(read("2024-12-31T24:00:00+01:00", iso).as_deref(), Some("2025-01-01T00:00:00"));
        assert_eq!(read("24-12-24 24.00", form("%d-%m-%y %H.%M")).as_deref(), Some("2024-12-25T00:00:00"));
        assert_eq!(read("2024-02-24 24:30", iso), None);
        assert_eq!(read("24", iso), None);
        let ends = Form { midnight_ends: true, ..iso };
        assert_eq!(read("2024-02-24 00:00", iso).as_deref(), Some("2024-02-24T00:00:00"));
        assert_eq!(read("2024-02-24 00:00", ends).as_deref(), Some("2024-02-25T00:00:00"));
        assert_eq!(read("2024-02-24 24:00", ends).as_deref(), Some("2024-02-25T00:00:00"));
        assert_eq!(read("2024-02-24 00:30", ends).as_deref(), Some("2024-02-24T00:30:00"));
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
