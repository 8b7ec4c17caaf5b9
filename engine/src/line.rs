//! A bill's lines as people read them: money has a last decimal place, and an amount that nobody rounded may have none.

use num_traits::{Signed, Zero};
use wattproof_circuits::exact;
use wattproof_circuits::program::{Program, Ratio, Ties};
use wattproof_circuits::rule::Priced;
use wattproof_circuits::tariff::Currency;

use crate::amount::{MAX_DIGITS, decimal};
use crate::money::Money;

/// A line of a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillLine {
    /// The charge's name.
    pub name: String,
    /// Its amount, to the finer of the total's unit and the currency's minor unit, halves away from zero. Exact when
    /// the bill discloses it.
    pub amount: Money,
    /// The exact amount: a decimal when it ends within twelve places, else a fraction such as `1/3`.
    pub exact: String,
    /// Whether the bill discloses it.
    pub shown: bool,
}

/// The lines of a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lines {
    /// In the tariff's order.
    pub(crate) lines: Vec<BillLine>,
    /// Why the amounts do not add up to the total, when they do not.
    pub(crate) note: Option<String>,
}

impl Lines {
    /// The lines of a priced program; nothing when an amount cannot be held.
    pub(crate) fn of(program: &Program, priced: &Priced, currency: Currency) -> Option<Self> {
        let minor = exact::ratio(1, 10i128.checked_pow(currency.digits().into())?)?;
        let place = exact::gcd(&program.unit, &minor)?;
        let mut lines = Vec::new();
        let (mut sum, mut shown_sum, mut cut) = (Ratio::zero(), Ratio::zero(), false);
        for (line, priced) in program.lines.iter().zip(&priced.lines) {
            let count = exact::round(&priced.amount, &place, Ties::HalfAwayFromZero)?;
            let amount = Money::of(count, &place, currency)?;
            sum = exact::add(&sum, &priced.amount)?;
            shown_sum = exact::add(&shown_sum, amount.amount())?;
            cut |= *amount.amount() != priced.amount;
            let (name, exact) = (line.name.clone(), written(&priced.amount, currency));
            lines.push(BillLine { name, amount, exact, shown: line.shown });
        }
        let total = exact::mul(&Ratio::from(priced.total), &program.unit)?;
        let money = |amount| format!("{} {}", Money::new(amount, currency), currency.code());
        let note = match exact::sub(&sum, &total)?.abs() {
            _ if shown_sum == total => None,
            _ if cut => Some(format!("lines are not rounded in this tariff; they are shown to {}", money(place))),
            rest if rest < program.unit => {
                Some(format!("the lines add up to {}; the total is rounded to {}", money(sum), money(program.unit)))
            }
            _ => Some("the total is not the sum of the lines in this tariff".into()),
        };
        Some(Lines { lines, note })
    }
}

/// A decimal with at least the currency's digits, or a fraction.
fn written(amount: &Ratio, currency: Currency) -> String {
    match exact::decimal_places(amount) {
        Some(places) if places as usize <= MAX_DIGITS => decimal(amount, currency.digits().into()),
        _ => format!("{}/{}", amount.numer(), amount.denom()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wattproof_circuits::program::{Line, Node};
    use wattproof_circuits::rule::PricedLine;
    use wattproof_meter::calendar::{Slot, SlotRange};

    fn r(numer: i128, denom: i128) -> Ratio {
        exact::ratio(numer, denom).unwrap()
    }

    /// Lines of these amounts, under a total of so many units.
    fn lines(amounts: &[Ratio], total: i128, unit: Ratio) -> Lines {
        let named = |place: usize| format!("line{place}");
        let constant = |amount: &Ratio| Node::Linear { terms: Vec::new(), constant: *amount };
        let program = Program {
            registers: Vec::new(),
            slots: SlotRange::new(Slot::new(0), 1).unwrap(),
            estimates: Default::default(),
            carried: Vec::new(),
            nodes: amounts.iter().map(constant).collect(),
            lines: (0..amounts.len()).map(|node| Line { name: named(node), node, shown: false }).collect(),
            total: 0,
            unit,
            figures: Vec::new(),
        };
        let priced = amounts.iter().enumerate();
        let priced = priced.map(|(place, amount)| PricedLine { name: named(place), amount: *amount, disclosed: None });
        let priced = Priced { total, lines: priced.collect(), figures: Vec::new() };
        Lines::of(&program, &priced, Currency::of("INR").unwrap()).unwrap()
    }

    fn shown(lines: &Lines) -> Vec<(String, &str)> {
        lines.lines.iter().map(|line| (line.amount.to_string(), line.exact.as_str())).collect()
    }

    #[test]
    fn a_coarse_total_leaves_lines_their_minor_unit() {
        let told = lines(&[r(96_055, 100), r(12_345, 1000)], 973, r(1, 1));
        assert_eq!(shown(&told), [("960.55".into(), "960.55"), ("12.35".into(), "12.345")]);
        assert_eq!(told.note.as_deref(), Some("lines are not rounded in this tariff; they are shown to 0.01 INR"));
        let whole = lines(&[r(96_055, 100)], 961, r(1, 1));
        assert_eq!(whole.note.as_deref(), Some("the lines add up to 960.55 INR; the total is rounded to 1.00 INR"));
    }

    #[test]
    fn a_fine_total_shows_its_own_digits() {
        let told = lines(&[r(14_228, 100_000)], 14_228, r(1, 100_000));
        assert_eq!(shown(&told), [("0.14228".into(), "0.14228")]);
        assert_eq!(told.note, None);
    }

    #[test]
    fn what_has_no_end_is_a_fraction() {
        let told = lines(&[r(1, 3), r(2, 3)], 100, r(1, 100));
        assert_eq!(shown(&told), [("0.33".into(), "1/3"), ("0.67".into(), "2/3")]);
        assert_eq!(told.note, None, "they add up as they are shown");
        let told = lines(&[r(1, 3), r(1, 3)], 67, r(1, 100));
        assert!(told.note.unwrap().ends_with("they are shown to 0.01 INR"));
    }

    #[test]
    fn a_total_of_something_else_says_so() {
        let told = lines(&[r(10, 1), r(2, 1)], 10, r(1, 1));
        assert_eq!(told.note.as_deref(), Some("the total is not the sum of the lines in this tariff"));
    }
}
