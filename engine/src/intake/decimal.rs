//! Decimals as files write them, turned into whole base units exactly.
//!
//! A value is `digits · 10^exponent`, held exactly. What is not a whole number of base units is refused, with one
//! rule for the traces of binary arithmetic, such as `0.48200000000000004`: a value written with at least
//! [`NOISE_DIGITS`] significant digits that lies within a millionth of a base unit of a whole number is that number.

/// A value with fewer significant digits than this was written by someone who meant it.
pub(super) const NOISE_DIGITS: usize = 15;
/// Exponents beyond this are not energies.
const MAX_EXPONENT: i32 = 40;
/// More digits than this say nothing.
const MAX_DIGITS: usize = 36;

/// A value read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whole {
    /// Exactly this many base units.
    Exact(u32),
    /// Within binary noise of this many.
    Settled(u32),
}

/// Why a value is not a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotWhole {
    NotANumber,
    Negative,
    Fraction,
    TooLarge,
}

/// Reads `text` as a count of units that are `10^shift` base units each.
pub(super) fn whole(text: &str, shift: i32) -> Result<Whole, NotWhole> {
    let (digits, exponent) = parse(text)?;
    let written = digits.bytes().skip_while(|b| *b == b'0').count();
    let exponent = exponent + shift;
    let digits = digits.trim_start_matches('0');
    // Trailing zeros carry no value, so that twenty decimals of which three are used stay short.
    let used = digits.trim_end_matches('0');
    let exponent = exponent + (digits.len() - used.len()) as i32;
    if used.is_empty() {
        return Ok(Whole::Exact(0));
    }
    if used.len() > MAX_DIGITS || used.len() as i32 + exponent > 10 {
        return Err(NotWhole::TooLarge);
    }
    let value: u128 = used.parse().map_err(|_| NotWhole::NotANumber)?;
    if exponent >= 0 {
        return fit(value * 10u128.pow(exponent as u32)).map(Whole::Exact);
    }
    let one = match 10u128.checked_pow(exponent.unsigned_abs()) {
        Some(one) if exponent >= -36 => one,
        _ => return Err(NotWhole::Fraction),
    };
    let nearest = (value + one / 2) / one;
    let off = value.abs_diff(nearest * one);
    if written >= NOISE_DIGITS && off <= one / 1_000_000 {
        fit(nearest).map(Whole::Settled)
    } else {
        Err(NotWhole::Fraction)
    }
}

fn fit(value: u128) -> Result<u32, NotWhole> {
    u32::try_from(value).map_err(|_| NotWhole::TooLarge)
}

/// The digits without their point, and the power of ten they count.
fn parse(text: &str) -> Result<(String, i32), NotWhole> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| NotWhole::NotANumber)?),
        None => (text, 0),
    };
    let (negative, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole, decimals].concat();
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) || exponent.abs() > MAX_EXPONENT {
        return Err(NotWhole::NotANumber);
    }
    if negative && digits.bytes().any(|b| b != b'0') {
        return Err(NotWhole::Negative);
    }
    Ok((digits, exponent - decimals.len() as i32))
}

#[cfg(test)]
mod tests {
    use super::*;
    use NotWhole::{Fraction, Negative, NotANumber, TooLarge};
    use Whole::{Exact, Settled};
    use proptest::prelude::*;

    #[test]
    fn kilowatt_hours_become_watt_hours_exactly() {
        for (text, wh) in [("0.39600000000000000000", 396), ("0", 0), ("-0.000", 0), ("1", 1000), ("12.5", 12_500)] {
            assert_eq!(whole(text, 3), Ok(Exact(wh)), "{text}");
        }
        assert_eq!(whole("5e-2", 3), Ok(Exact(50)));
        assert_eq!(whole("4294967.295", 3), Ok(Exact(u32::MAX)));
    }

    #[test]
    fn binary_noise_is_settled_by_the_rule() {
        assert_eq!(whole("0.48200000000000004", 3), Ok(Settled(482)));
        assert_eq!(whole("0.30000000000000004", 3), Ok(Settled(300)));
        assert_eq!(whole("0.07899999999999999", 3), Ok(Settled(79)));
    }

    #[test]
    fn what_is_not_a_whole_reading_is_refused() {
        let cases = [
            ("0.0005", Fraction),
            ("0.48200000001", Fraction),
            ("0.482100000000004", Fraction),
            ("1e-40", Fraction),
            ("-0.001", Negative),
            ("4294967.296", TooLarge),
            ("1e40", TooLarge),
            ("1e41", NotANumber),
            ("", NotANumber),
            ("1,5", NotANumber),
            ("1.2.3", NotANumber),
            ("0x10", NotANumber),
        ];
        for (text, reason) in cases {
            assert_eq!(whole(text, 3), Err(reason), "{text}");
        }
    }

    proptest! {
        #[test]
        fn three_decimals_are_read_exactly(wh: u32, zeros in 0usize..18) {
            let text = format!("{}.{:03}{}", wh / 1000, wh % 1000, "0".repeat(zeros));
            prop_assert_eq!(whole(&text, 3), Ok(Exact(wh)));
        }

        #[test]
        fn doubles_of_whole_watt_hours_are_settled(wh in 0u32..100_000_000) {
            let noisy = f64::from(wh) * 0.001;
            let settled = match whole(&format!("{noisy}"), 3) {
                Ok(Exact(value) | Settled(value)) => value,
                Err(reason) => return Err(TestCaseError::fail(format!("{noisy}: {reason:?}"))),
            };
            prop_assert_eq!(settled, wh);
        }

        #[test]
        fn no_text_panics(text in ".{0,60}", shift in -12i32..12) {
            let _ = whole(&text, shift);
        }
    }
}
