//! What a tariff's bills would say about single readings: the privacy lint of a tariff file, and the same check before a
//! bill is proved.

use wattproof_circuits::period::Period;
use wattproof_circuits::plan::Plan;
use wattproof_circuits::privacy::Giveaway;
pub use wattproof_circuits::privacy::{Disclosure, Report};
use wattproof_circuits::program::Ratio;
use wattproof_circuits::tariff::{Diagnostic, Inputs, Tariff};

use super::tariff::{Given, TariffRefusal, program};
use super::time;

/// What the lint says of a tariff over a period.
#[derive(Clone, Debug)]
pub struct Lint {
    /// The period.
    pub period: Period,
    /// What its bills say.
    pub report: Report,
    /// What is found, each at its place in the text.
    pub findings: Vec<Finding>,
}

/// Something found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What, where, and what to write instead.
    pub diagnostic: Diagnostic,
    /// Whether a customer's device refuses to prove bills for it.
    pub refused: bool,
}

/// Lints a tariff over a period without gaps.
pub fn lint(tariff: &Tariff, period: &str, given: &Given) -> Result<Lint, TariffRefusal> {
    let period = tariff.period(period)?;
    let inputs = Inputs { data: &given.data, ..Inputs::NONE };
    let program = program(tariff, &period, inputs)?;
    let plan = Plan::new(&program).map_err(|refusal| TariffRefusal::Prepare(refusal.into()))?;
    let report = Report::of(&program, &plan);
    let refused = report.giveaways().map(|(amount, giveaway)| Finding {
        diagnostic: Diagnostic {
            code: "gives-readings-away",
            span: tariff.place(&amount.name),
            message: sentence(&period, amount, &giveaway),
            help: Some(advice(&giveaway).into()),
            related: Vec::new(),
        },
        refused: true,
    });
    let advised = fine(tariff, &report).into_iter().chain(tariff.over_precise());
    let advised = advised.map(|diagnostic| Finding { diagnostic, refused: false });
    let mut findings: Vec<Finding> = refused.chain(advised).collect();
    findings.sort_by_key(|finding| finding.diagnostic.span.start);
    Ok(Lint { period, report, findings })
}

/// Why an amount gives readings away.
pub(crate) fn sentence(period: &Period, amount: &Disclosure, giveaway: &Giveaway) -> String {
    let name = if amount.name.is_empty() { "the total".into() } else { format!("`{}`", amount.name) };
    match giveaway {
        Giveaway::Concentrated { offset, share, slots } => {
            let slot = period.slots().first().after(*offset).unwrap_or(period.slots().first());
            let at = time::start(slot, period.calendar().slot());
            let of = if *slots == 1 { "one slot".into() } else { format!("{slots} slots") };
            let share = (share * 100.0).round();
            format!("{name} is about {of}, and the slot at {at} can make up {share} % of it")
        }
        Giveaway::Separable { sums, share } => {
            let share = (share * 100.0).round();
            format!(
                "the digits of {name} tell {sums} sums of readings apart, of which one slot can make up {share} % of one"
            )
        }
    }
}

fn advice(giveaway: &Giveaway) -> &'static str {
    match giveaway {
        Giveaway::Concentrated { .. } => "let more slots share the price, or leave the line undisclosed",
        Giveaway::Separable { .. } => "round it, or give prices that do not differ by so much",
    }
}

/// A total that counts less than money does.
fn fine(tariff: &Tariff, report: &Report) -> Option<Diagnostic> {
    let total = report.amounts.first()?;
    let minor = Ratio::new(1, 10i128.pow(u32::from(tariff.currency().digits())));
    let finer = minor / total.unit;
    if finer <= Ratio::from(1) {
        return None;
    }
    let rounded = total.bits - (*finer.numer() as f64 / *finer.denom() as f64).log2();
    let money = crate::money::Money::new(minor, tariff.currency());
    let (unit, code) = (crate::amount::decimal(&total.unit, 0), tariff.currency().code());
    Some(Diagnostic {
        code: "fine-total",
        span: tariff.place(""),
        message: format!("the total counts {unit} {code} and says up to {:.1} bits", total.bits),
        help: Some(format!("rounded to {money} {code} it says {:.1}; it then needs a circuit", rounded.max(0.0))),
        related: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "tariff t version 1 in GBP, zone Europe/London, slot 30 min\n\
                        register import in Wh, below 2^20\ngaps refuse\n";

    fn found(body: &str) -> Vec<(&'static str, bool, String)> {
        let (text, period) = (format!("{HEAD}{body}"), "2026-03-02..2026-03-09");
        let tariff = Tariff::parse(&text).unwrap();
        let lint = lint(&tariff, period, &Given::default()).unwrap();
        let told = |finding: Finding| {
            let diagnostic = finding.diagnostic;
            (diagnostic.code, finding.refused, text[diagnostic.span].to_owned())
        };
        lint.findings.into_iter().map(told).collect()
    }

    #[test]
    fn a_rounded_even_price_is_clean() {
        assert_eq!(found("charge e = price import { 24.5 p/kWh }\ntotal = e rounded half up to 1 p\n"), []);
    }

    #[test]
    fn what_is_found_stands_at_its_place() {
        let body = "window probe = 08:00-08:30 on Mon\n\
                    charge e = price import { 24.500001 p/kWh }\n\
                    charge event = price import in probe { 9.5 p/kWh } rounded half up to 1 p shown\n\
                    total = e + event rounded half up to 1 p\n";
        let expected = [("over-precise", false, "24.500001".into()), ("gives-readings-away", true, "event".into())];
        assert_eq!(found(body), expected);
    }

    #[test]
    fn an_exact_total_is_advised_against() {
        let body = "charge e = price import { 24.5 p/kWh }\ntotal = e exact\n";
        assert_eq!(found(body), [("fine-total", false, "total".into())]);
        assert_eq!(found(&body.replace("24.5 p/kWh", "1 p/Wh")), []);
    }

    #[test]
    fn sentences_name_the_slot() {
        let tariff = Tariff::parse(&format!("{HEAD}charge e = 1 p\ntotal = e exact\n")).unwrap();
        let period = tariff.period("2026-03-02..2026-03-09").unwrap();
        let amount = Disclosure {
            name: String::new(),
            bits: 20.0,
            unit: 1.into(),
            slots: 1,
            largest: None,
            sums: 1,
            sum_share: 0.0,
        };
        let giveaway = Giveaway::Concentrated { offset: 16, share: 1.0, slots: 1 };
        let expected = "the total is about one slot, and the slot at 2026-03-02T08:00:00Z can make up 100 % of it";
        assert_eq!(sentence(&period, &amount, &giveaway), expected);
    }
}
