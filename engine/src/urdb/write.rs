//! The tariff's text.

use num_traits::Zero;
use wattproof_circuits::exact;
use wattproof_circuits::program::Ratio;

use super::calendar::{Calendar, length};
use super::months::Months;
use super::rate::{Charge, Per, Priced, Rate};
use super::tiers::Tiers;
use super::{Options, UrdbRefusal, energy, number, slug};

/// The longest line of a comment.
const MAX_COMMENT: usize = 110;

/// A tariff's text, as it grows.
pub(super) struct Text<'a> {
    pub(super) rate: &'a Rate,
    pub(super) options: &'a Options,
    pub(super) calendar: Calendar,
    /// Whether an amount is counted per kW of the month's peak.
    pub(super) per_demand: bool,
}

/// Writes a rate as a tariff.
pub(super) fn write(rate: &Rate, options: &Options, not_billed: &[String]) -> Result<String, UrdbRefusal> {
    let mut text = Text { rate, options, calendar: Calendar::default(), per_demand: false };
    let charges = text.charges()?;
    let mut lines = text.head(not_billed);
    let calendar = text.calendar.statements();
    if !calendar.is_empty() {
        lines.extend(calendar.into_iter().chain([String::new()]));
    }
    if text.per_demand {
        lines.push("define peak_demand = max(power of import)".into());
    }
    lines.extend(charges);
    Ok(lines.join("\n") + "\n")
}

impl Text<'_> {
    fn head(&self, not_billed: &[String]) -> Vec<String> {
        let Rate { about, currency, .. } = self.rate;
        let Options { zone, slot, .. } = self.options;
        let mut lines: Vec<String> = about.name.iter().chain(&about.lines).map(|line| comment(line)).collect();
        lines.push(comment("Prices are rate and adjustment together."));
        if let Some(minutes) = self.rate.demand_window.and_then(|minutes| number::write(&minutes)) {
            let says =
                format!("The rate measures demand over {minutes} minutes; here it is a slot's energy over the slot.");
            lines.push(comment(&says));
        }
        if !not_billed.is_empty() {
            lines.push(comment("Not billed here, though the rate names it:"));
            lines.extend(not_billed.iter().map(|what| comment(&format!("  {what}"))));
        }
        let name = slug(about.name.as_deref().unwrap_or_default());
        // Prices and demand are taken month by month; what is of a whole bill must be of a month's.
        let whole = self.per_demand || self.rate.monthly_minimum.is_some();
        let bills = if whole { ", bills per month" } else { "" };
        lines.push(format!("tariff {name} version 1 in {currency}, zone {zone}, slot {slot} min{bills}"));
        lines.push("register import in Wh, below 2^20".into());
        if self.options.export {
            lines.push("register export in Wh, below 2^20".into());
        }
        lines.push("gaps refuse".into());
        lines.push(String::new());
        lines
    }

    fn charges(&mut self) -> Result<Vec<String>, UrdbRefusal> {
        let mut lines = vec![
            self.energy()?,
            self.demand_flat()?,
            self.demand_tou()?,
            format!("charge fixed = {}", self.per_month(self.rate.fixed.as_ref(), "fixed charge")?),
        ];
        let mut all = "energy + demand_flat + demand_tou + fixed".to_owned();
        if self.options.export {
            lines.push(self.export()?);
        }
        // Under "Buy All Sell All" the minimum is of what is bought; else what is sold counts against it.
        let apart = self.options.export && self.rate.export_rule.as_deref() == Some("Buy All Sell All");
        if self.options.export && !apart {
            all += " + export";
        }
        lines.extend(self.minimum(&all)?);
        all += " + minimum_topup";
        if apart {
            all += " + export";
        }
        let unit = &self.rate.currency;
        lines.push(format!("total = ({all}  rounded half up to 0.000001 {unit})\n    rounded half up to 0.01 {unit}"));
        Ok(lines)
    }

    fn energy(&mut self) -> Result<String, UrdbRefusal> {
        let (mut parts, remark) = energy::tables(self)?;
        for (price, months) in self.fuel() {
            let (within, price) = (self.calendar.within(months), self.number("fueladjustmentsmonthly", &price)?);
            parts.push(format!("price import{within} {{ {price} {}/kWh }}", self.rate.currency));
        }
        let remark = remark.map_or(String::new(), |remark| comment(remark) + "\n");
        Ok(format!("{remark}charge energy = {}", sum(parts, &self.zero())))
    }

    /// What energy costs more, with the months in which it does.
    fn fuel(&self) -> Vec<(Ratio, Months)> {
        let Some(fuel) = &self.rate.fuel else { return Vec::new() };
        let mut groups: Vec<(Ratio, Months)> = Vec::new();
        for price in fuel.iter().filter(|price| !price.is_zero()) {
            if !groups.iter().any(|(known, _)| known == price) {
                groups.push((*price, Months::where_(|month| fuel[month] == *price)));
            }
        }
        groups
    }

    fn demand_flat(&mut self) -> Result<String, UrdbRefusal> {
        let mut parts = Vec::new();
        if let Some((periods, months)) = &self.rate.flat_demand {
            for (period, tiers) in periods.iter().filter(|(_, tiers)| !tiers.is_free()) {
                let within = self.calendar.within(Months::where_(|month| months[month] == *period));
                let charge = self.demand(tiers, "max(power of import)", "flatdemandstructure")?;
                parts.push(format!("per month{within} {charge}"));
            }
        }
        Ok(format!("charge demand_flat = {}", sum(bracketed(parts), &self.zero())))
    }

    fn demand_tou(&mut self) -> Result<String, UrdbRefusal> {
        let mut parts = Vec::new();
        if let Some(Priced { tiers, schedule }) = &self.rate.tou_demand {
            for (period, tiers) in tiers.iter().filter(|(_, tiers)| !tiers.is_free()) {
                let name = format!("demand_period_{period}");
                let always = schedule.periods().len() == 1;
                let within = if always { String::new() } else { format!(" in {name}") };
                if !always {
                    self.calendar.window(&name, schedule, *period);
                }
                let charge = self.demand(tiers, &format!("max(power of import{within})"), "demandratestructure")?;
                parts.push(format!("per month {charge}"));
            }
        }
        Ok(format!("charge demand_tou = {}", sum(bracketed(parts), &self.zero())))
    }

    /// A price per kW, or a curve through what each tier's end comes to.
    fn demand(&self, tiers: &Tiers, peak: &str, field: &str) -> Result<String, UrdbRefusal> {
        let unit = &self.rate.currency;
        let Some((last, bounded)) = tiers.all.split_last() else { return Ok(self.zero()) };
        let slope = self.number(field, &last.price)?;
        if bounded.is_empty() {
            return Ok(format!("{slope} {unit}/kW * {peak}"));
        }
        let (mut points, mut begin, mut amount) = (format!("at 0 kW 0 {unit}"), Ratio::default(), Ratio::default());
        for tier in bounded {
            let end = tier.to.unwrap_or_default();
            let part = exact::sub(&end, &begin).and_then(|width| exact::mul(&width, &tier.price));
            amount = part.and_then(|part| exact::add(&amount, &part)).ok_or_else(|| digits(field))?;
            begin = end;
            points += &format!("   at {} kW {} {unit}", self.number(field, &end)?, self.number(field, &amount)?);
        }
        Ok(format!("curve by {peak} {{ {points}   above {slope} {unit}/kW }}"))
    }

    fn export(&mut self) -> Result<String, UrdbRefusal> {
        if let Some(rule) = self
            .rate
            .export_rule
            .clone()
            .filter(|rule| rule.starts_with("Net Metering") || rule == "Net Billing Hourly")
        {
            return Err(UrdbRefusal::ExportRule { rule });
        }
        Ok(format!("charge export = -{}", energy::sold(self)?))
    }

    /// An amount of every month.
    fn per_month(&self, charge: Option<&Charge>, field: &str) -> Result<String, UrdbRefusal> {
        let Some(Charge { amount, per }) = charge else { return Ok(self.zero()) };
        let (amount, unit) = (self.number(field, amount)?, &self.rate.currency);
        Ok(match per {
            Per::Month => format!("per month {amount} {unit}/month"),
            Per::Day => format!("per month {amount} {unit}/month * 365 / 12   # {amount} a day, spread evenly"),
            Per::Year => format!("per month {amount} {unit}/month / 12   # {amount} a year, spread evenly"),
        })
    }

    /// What tops up a month's bill, and December's to a year's.
    fn minimum(&mut self, all: &str) -> Result<Vec<String>, UrdbRefusal> {
        let (unit, zero) = (self.rate.currency.clone(), self.zero());
        let monthly = match &self.rate.monthly_minimum {
            Some(charge) => {
                let least = self.per_month(Some(charge), "mincharge")?;
                let least = least.split("   #").next().unwrap_or_default();
                Some(format!("max(({least}) - ({all}), {zero})"))
            }
            None => None,
        };
        let Some(annual) = &self.rate.annual_minimum else {
            return Ok(vec![format!("charge minimum_topup = {}", monthly.unwrap_or(zero))]);
        };
        let annual = self.number("annualmincharge", annual)?;
        let december = format!("per month{} 1", self.calendar.within(Months::DECEMBER));
        let mut lines = Vec::new();
        let so_far = match monthly {
            Some(monthly) => {
                lines.push(format!("define monthly_topup = {monthly}"));
                format!("{all} + monthly_topup")
            }
            None => all.to_owned(),
        };
        lines.push("# The least of a year is asked of December's bill: the year's earlier bills count.".into());
        lines.push(format!("define before_topup = {so_far}  rounded half up to 0.000001 {unit}  shown"));
        lines.push(format!(
            "carry this_year in 0.000001 {unit}, below 100000000 {unit}, sum of before_topup since 1 Jan"
        ));
        let topup =
            format!("if ({december}) > 0 then max({annual} {unit} - this_year - before_topup, {zero}) else {zero}");
        let topup = if so_far == all { topup } else { format!("monthly_topup + ({topup})") };
        lines.push(format!("charge minimum_topup = {topup}"));
        Ok(lines)
    }

    pub(super) fn zero(&self) -> String {
        format!("0 {}", self.rate.currency)
    }

    /// A number as a tariff writes it.
    pub(super) fn number(&self, field: &str, value: &Ratio) -> Result<String, UrdbRefusal> {
        number::write(value).ok_or_else(|| digits(field))
    }
}

pub(super) fn digits(field: &str) -> UrdbRefusal {
    UrdbRefusal::Digits { field: field.into() }
}

/// The period whose window takes most words: it is what is left when the others are named.
pub(super) fn rest(priced: &Priced, periods: impl Iterator<Item = usize>) -> Option<usize> {
    periods.max_by_key(|period| (length(&priced.schedule, *period), std::cmp::Reverse(*period)))
}

fn sum(parts: Vec<String>, zero: &str) -> String {
    if parts.is_empty() { zero.to_owned() } else { parts.join("\n    + ") }
}

/// A scope reaches to the end of a sum, unless it stands in brackets.
fn bracketed(parts: Vec<String>) -> Vec<String> {
    if parts.len() < 2 { parts } else { parts.into_iter().map(|part| format!("({part})")).collect() }
}

/// A line of a comment, without what could end it.
fn comment(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words = text.trim_end();
    let short: String = words.chars().take(MAX_COMMENT).collect();
    let cut = if short.len() < words.len() { "…" } else { "" };
    format!("# {short}{cut}").trim_end().to_owned()
}
