//! The present, and the zones.
//!
//! Acts take the present as an argument; only a front asks for it here.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};
use thiserror::Error;

use crate::refusal::{Fault, Refusal};

/// The environment variable that sets the clock: an RFC 3339 instant.
pub const NOW: &str = "WATTPROOF_NOW";

/// Why there is no present, or no such zone.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ClockRefusal {
    /// The variable does not hold an instant.
    #[error("{NOW} is set to `{0}`, which is not an instant")]
    NotAnInstant(String),
    /// The bundled database has no such zone.
    #[error("there is no time zone called `{0}`")]
    NoSuchZone(String),
}

impl Refusal for ClockRefusal {
    fn code(&self) -> &'static str {
        match self {
            ClockRefusal::NotAnInstant(_) => "clock-not-an-instant",
            ClockRefusal::NoSuchZone(_) => "no-such-zone",
        }
    }

    fn hint(&self) -> String {
        match self {
            ClockRefusal::NotAnInstant(_) => format!("unset {NOW}, or write it like 2026-11-02T09:00:00Z"),
            ClockRefusal::NoSuchZone(_) => "write a zone of the IANA database, like Europe/London or UTC".into(),
        }
    }

    fn fault(&self) -> Fault {
        Fault::Own
    }
}

/// The present: `WATTPROOF_NOW` when set, else the machine's clock.
pub fn now() -> Result<Timestamp, ClockRefusal> {
    match std::env::var(NOW) {
        Ok(text) => parse(&text),
        Err(std::env::VarError::NotPresent) => Ok(Timestamp::now()),
        Err(std::env::VarError::NotUnicode(text)) => {
            Err(ClockRefusal::NotAnInstant(text.to_string_lossy().into_owned()))
        }
    }
}

fn parse(text: &str) -> Result<Timestamp, ClockRefusal> {
    text.trim().parse().map_err(|_| ClockRefusal::NotAnInstant(text.into()))
}

/// A zone of the bundled database, so that every machine knows the same zones.
pub fn zone(name: &str) -> Result<TimeZone, ClockRefusal> {
    TimeZoneDatabase::bundled().get(name).map_err(|_| ClockRefusal::NoSuchZone(name.into()))
}

/// A clock: a zone of the bundled database, or a fixed offset such as `+10:00`.
pub fn clock(text: &str) -> Result<TimeZone, ClockRefusal> {
    match offset(text) {
        Some(offset) => Ok(TimeZone::fixed(offset)),
        None => zone(text),
    }
}

/// Reads `+10:00` or `-03:30`.
fn offset(text: &str) -> Option<Offset> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let two = |digits: &str| digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
    let formed = two(hours) && two(minutes);
    let (hours, minutes): (i32, i32) = formed.then(|| hours.parse().ok().zip(minutes.parse().ok())).flatten()?;
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok().filter(|_| hours <= 14 && minutes < 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_reads_instants_only() {
        assert_eq!(parse("2026-11-02T09:00:00+01:00").unwrap().as_second(), 1_793_606_400);
        let refusal = parse("2026-11-02 09:00").unwrap_err();
        assert_eq!(refusal, ClockRefusal::NotAnInstant("2026-11-02 09:00".into()));
        assert_eq!(refusal.code(), "clock-not-an-instant");
    }

    #[test]
    fn zones_are_the_bundled_ones() {
        assert_eq!(zone("Europe/London").unwrap().iana_name(), Some("Europe/London"));
        assert_eq!(zone("Europe/Londn").unwrap_err(), ClockRefusal::NoSuchZone("Europe/Londn".into()));
    }

    #[test]
    fn clocks_are_zones_or_offsets() {
        for (text, seconds) in [("+10:00", 36_000), ("-03:30", -12_600), ("+00:00", 0), ("Australia/Brisbane", 36_000)]
        {
            assert_eq!(clock(text).unwrap().to_offset(Timestamp::UNIX_EPOCH).seconds(), seconds, "{text}");
        }
        for text in ["+10", "10:00", "+15:00", "+10:60", "+1:000", ""] {
            assert_eq!(clock(text).unwrap_err(), ClockRefusal::NoSuchZone(text.into()));
        }
    }
}
