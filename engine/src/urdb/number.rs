//! Numbers as JSON writes them, digit by digit.
//!
//! A number is the decimal that is written, with one rule for the traces of binary arithmetic, such as
//! `0.069000000000000006`: a number of 16 or more significant digits that agrees with a decimal of at most 12 in its
//! first 15 is that decimal.

use num_traits::{Signed, Zero};
use wattproof_circuits::exact;
use wattproof_circuits::program::Ratio;

/// A number of fewer significant digits was meant as it is.
const NOISY: usize = 16;
/// Digits that noise leaves alone.
const SOUND: usize = 15;
/// The most digits of what is found under noise.
const PLAIN: usize = 12;
/// The most digits of a number in a tariff, those before the point and behind it.
const WRITTEN: u32 = 18;
/// A power of ten beyond this is no price and no energy.
const MAX_EXPONENT: i32 = 60;

/// A decimal: `digits · 10^exponent`, without zeros at the end of `digits`.
struct Decimal {
    negative: bool,
    digits: String,
    exponent: i32,
}

/// What JSON text means, and whether noise was left out; nothing when it is out of range.
pub(super) fn read(text: &str) -> Option<(Ratio, bool)> {
    let decimal = parse(text)?;
    let (decimal, noisy) = without_noise(decimal);
    let digits: i128 = if decimal.digits.is_empty() { 0 } else { decimal.digits.parse().ok()? };
    let power = 10i128.checked_pow(decimal.exponent.unsigned_abs())?;
    let value = match decimal.exponent {
        0.. => exact::mul(&Ratio::from(digits), &Ratio::from(power))?,
        _ => exact::ratio(digits, power)?,
    };
    Some((if decimal.negative { -value } else { value }, noisy))
}

/// Whether this is SAM's mark of a tier without end, 1e38, or beyond it.
pub(super) fn is_endless(text: &str) -> bool {
    parse(text).is_some_and(|decimal| !decimal.negative && decimal.digits.len() as i32 + decimal.exponent > 38)
}

fn parse(text: &str) -> Option<Decimal> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let negative = mantissa.starts_with('-');
    let (whole, decimals) =
        mantissa.trim_start_matches('-').split_once('.').unwrap_or((mantissa.trim_start_matches('-'), ""));
    let all = [whole, decimals].concat();
    let significant = all.trim_start_matches('0');
    let digits = significant.trim_end_matches('0');
    let zeros = i32::try_from(significant.len() - digits.len()).ok()?;
    let exponent = exponent.checked_sub(i32::try_from(decimals.len()).ok()?)?.checked_add(zeros)?;
    let exponent = if digits.is_empty() { 0 } else { exponent };
    (exponent.abs() <= MAX_EXPONENT).then(|| Decimal { negative, digits: digits.to_owned(), exponent })
}

fn without_noise(decimal: Decimal) -> (Decimal, bool) {
    let Decimal { negative, digits, exponent } = &decimal;
    let (Some(head), Some(next)) = (digits.get(..SOUND), digits.as_bytes().get(SOUND)) else { return (decimal, false) };
    let Ok(head) = head.parse::<u64>() else { return (decimal, false) };
    let rounded = (head + u64::from(*next >= b'5')).to_string();
    let plain = rounded.trim_end_matches('0');
    if digits.len() < NOISY || plain.len() > PLAIN {
        return (decimal, false);
    }
    let dropped = (digits.len() - SOUND + rounded.len() - plain.len()) as i32;
    (Decimal { negative: *negative, digits: plain.to_owned(), exponent: exponent + dropped }, true)
}

/// A number as a tariff writes it; nothing when it has no end or more digits than a tariff may write.
pub(super) fn write(value: &Ratio) -> Option<String> {
    let mut places = 0;
    let mut scaled = value.abs();
    while !scaled.is_integer() {
        places += 1;
        scaled = (places <= WRITTEN).then(|| exact::mul(&scaled, &Ratio::from(10))).flatten()?;
    }
    let digits = format!("{:0>width$}", scaled.to_integer(), width = places as usize + 1);
    if digits.len() > WRITTEN as usize {
        return None;
    }
    let (whole, decimals) = digits.split_at(digits.len() - places as usize);
    let sign = if value.is_negative() && !value.is_zero() { "-" } else { "" };
    Some(if decimals.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{decimals}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(text: &str) -> Option<String> {
        read(text).and_then(|(value, _)| write(&value))
    }

    #[test]
    fn numbers_are_read_digit_by_digit() {
        let cases = [
            ("0", "0"),
            ("-0.0", "0"),
            ("650.0", "650"),
            ("0.0239241", "0.0239241"),
            ("-36.18", "-36.18"),
            ("1e-3", "0.001"),
            ("1.5E+2", "150"),
            ("12e0", "12"),
            ("0.100", "0.1"),
            ("123456789012345678", "123456789012345678"),
            ("0.12345678901234567", "0.12345678901234567"),
        ];
        for (text, wanted) in cases {
            assert_eq!(through(text).as_deref(), Some(wanted), "{text}");
        }
    }

    #[test]
    fn binary_noise_is_left_out_by_the_rule() {
        let cases = [
            ("0.069000000000000006", "0.069"),
            ("0.12390000000000001", "0.1239"),
            ("0.30000000000000004", "0.3"),
            ("0.09999999999999999", "0.1"),
            ("-0.07899999999999999", "-0.079"),
            ("1401580800.0000001", "1401580800"),
        ];
        for (text, wanted) in cases {
            assert_eq!(
                read(text).map(|(value, noisy)| (write(&value).unwrap(), noisy)),
                Some((wanted.into(), true)),
                "{text}"
            );
        }
        // Thirteen digits were meant, and fifteen are no noise.
        assert_eq!(read("0.1234567890123001").map(|(_, noisy)| noisy), Some(false));
        assert_eq!(read("0.123456789012000").map(|(_, noisy)| noisy), Some(false));
        assert_eq!(read("0.300000000000004").map(|(_, noisy)| noisy), Some(false));
    }

    #[test]
    fn doubles_of_short_decimals_are_found() {
        for milli in 1..20_000u32 {
            let noisy = f64::from(milli) * 0.001;
            let (value, _) = read(&format!("{noisy}")).unwrap();
            assert_eq!(value, exact::ratio(milli.into(), 1_000).unwrap(), "{noisy}");
        }
    }

    #[test]
    fn a_tier_without_end_is_marked_by_1e38() {
        for (text, endless) in [
            ("1e38", true),
            ("1e+38", true),
            ("100000000000000000000000000000000000000.0", true),
            ("1e37", false),
            ("-1e38", false),
            ("9999", false),
        ] {
            assert_eq!(is_endless(text), endless, "{text}");
        }
    }

    #[test]
    fn numbers_out_of_range_are_none() {
        assert_eq!(through("1e61"), None);
        assert_eq!(through("1e-61"), None);
        assert_eq!(through("1e99999999999"), None);
        assert_eq!(through("1e18"), None);
        assert_eq!(through("1234567890123456789012345678901234567890"), None);
        assert_eq!(write(&exact::ratio(1, 3).unwrap()), None);
        assert_eq!(write(&exact::ratio(1, 1 << 60).unwrap()), None);
    }
}
