//! Energy prices as tables.
//!
//! Months fall into four kinds: one price for every period; one period with tiers; several periods whose tiers rise by
//! the same steps, so that both ways of climbing give the same bill; several whose steps differ, where the way must be
//! named.

use std::collections::BTreeSet;

use num_traits::Zero;
use wattproof_circuits::program::Ratio;

use super::months::{Months, NAMES};
use super::rate::Priced;
use super::tiers::{Bounds, Counted, Tiers};
use super::write::{Text, rest};
use super::{Climb, UrdbRefusal};

/// What a month's energy prices are like.
#[derive(Clone, Debug, PartialEq)]
enum Kind {
    /// No tiers.
    Plain,
    /// One period with tiers.
    Single(usize),
    /// Several that rise alike.
    Steps(Vec<Ratio>),
    /// Several that do not.
    Rows,
}

/// Months of one kind with the same bounds.
struct Group {
    kind: Kind,
    bounds: Bounds,
    months: Months,
}

/// What stands above tables of first tiers and steps.
const STEPS: &str =
    "Tiers rise by the same steps in all periods of a month: prices of the first tier, then what the others add.";

/// The tables that together price a month's energy, and a remark on them.
pub(super) fn tables(text: &mut Text<'_>) -> Result<(Vec<String>, Option<&'static str>), UrdbRefusal> {
    let priced = &text.rate.energy;
    let groups = groups(priced, text.options.climb)?;
    let plain = groups.iter().filter(|group| matches!(group.kind, Kind::Plain | Kind::Steps(_)));
    let plain = plain.fold(Months::default(), |months, group| months.or(group.months));
    let remark = groups.iter().any(|group| matches!(group.kind, Kind::Steps(_))).then_some(STEPS);
    let mut tables = Vec::new();
    if !plain.is_empty() {
        tables.push(first_tiers(text, plain)?);
    }
    for Group { kind, bounds, months } in groups {
        match kind {
            Kind::Plain => {}
            Kind::Single(period) => tables.push(single(text, period, &bounds, months)?),
            Kind::Steps(steps) => tables.push(block_table(text, &bounds, months, "", &[(String::new(), steps)])?),
            Kind::Rows => tables.push(rows(text, &bounds, months)?),
        }
    }
    Ok((tables, remark))
}

fn groups(priced: &Priced, climb: Option<Climb>) -> Result<Vec<Group>, UrdbRefusal> {
    let mut groups: Vec<Group> = Vec::new();
    for month in 0..12 {
        let (kind, bounds) = kind(priced, month, climb)?;
        let only = Months::where_(|other| other == month);
        match groups.iter_mut().find(|group| group.kind == kind && group.bounds.same(&bounds)) {
            Some(group) => group.months = group.months.or(only),
            None => groups.push(Group { kind, bounds, months: only }),
        }
    }
    Ok(groups)
}

/// The kind of a month, whose periods must have the same tiers.
fn kind(priced: &Priced, month: usize, climb: Option<Climb>) -> Result<(Kind, Bounds), UrdbRefusal> {
    let periods: Vec<(usize, &Tiers)> =
        priced.schedule.of_month(month).into_iter().filter_map(|p| Some((p, priced.tiers.get(&p)?))).collect();
    let Some(((first, tiers), others)) = periods.split_first() else {
        return Ok((Kind::Plain, Bounds { counted: Counted::Energy, to: Vec::new() }));
    };
    let (bounds, steps) = (tiers.bounds(), tiers.steps());
    let unequal = others.iter().find(|(_, other)| !other.bounds().same(&bounds));
    if let Some((other, _)) = unequal {
        return Err(UrdbRefusal::UnequalTiers { month: NAMES[month], one: *first, other: *other });
    }
    let uneven = others.iter().find(|(_, other)| other.steps() != steps);
    let kind = match (uneven, climb) {
        _ if bounds.to.is_empty() => Kind::Plain,
        _ if others.is_empty() => Kind::Single(*first),
        (None, _) => match steps {
            Some(steps) if steps.iter().any(|step| !step.is_zero()) => Kind::Steps(steps),
            _ => Kind::Plain,
        },
        (Some(_), Some(_)) => Kind::Rows,
        (Some((other, _)), None) => {
            return Err(UrdbRefusal::TiersNeeded { month: NAMES[month], one: *first, other: *other });
        }
    };
    Ok((kind, bounds))
}

/// The periods that occur in some months.
fn periods(priced: &Priced, months: Months) -> BTreeSet<usize> {
    months.iter().flat_map(|month| priced.schedule.of_month(month)).collect()
}

/// What a row of a period is called: its window, or `otherwise` for the one that takes most words.
fn label(text: &mut Text<'_>, period: usize, rest: Option<usize>) -> String {
    if rest == Some(period) {
        return "otherwise".into();
    }
    let name = format!("period_{period}");
    text.calendar.window(&name, &text.rate.energy.schedule, period);
    name
}

/// Every period at the price of its first tier.
fn first_tiers(text: &mut Text<'_>, months: Months) -> Result<String, UrdbRefusal> {
    let price = |tiers: &Tiers| tiers.all.first().map(|tier| tier.price).unwrap_or_default();
    by_period(text, "import", months, &price)
}

/// Exported energy at the sell rates.
pub(super) fn sold(text: &mut Text<'_>) -> Result<String, UrdbRefusal> {
    for (period, tiers) in &text.rate.energy.tiers {
        if tiers.all.iter().any(|tier| tier.sell.unwrap_or_default() != tiers.all[0].sell.unwrap_or_default()) {
            return Err(UrdbRefusal::SellTiers { period: *period });
        }
    }
    let price = |tiers: &Tiers| tiers.all.first().and_then(|tier| tier.sell).unwrap_or_default();
    by_period(text, "export", Months::ALL, &price)
}

/// One price a period.
fn by_period(
    text: &mut Text<'_>,
    register: &str,
    months: Months,
    price: &dyn Fn(&Tiers) -> Ratio,
) -> Result<String, UrdbRefusal> {
    let (priced, unit) = (&text.rate.energy, text.rate.currency.clone());
    let within = text.calendar.within(months);
    let periods = periods(priced, months);
    let mut lines = Vec::new();
    let rest = rest(priced, periods.iter().copied());
    for (period, tiers) in ordered(priced, &periods, rest) {
        let price = text.number("energyratestructure", &price(tiers))?;
        let label = if periods.len() == 1 { String::new() } else { label(text, period, rest) };
        lines.push(vec![label, price, format!("{unit}/kWh")]);
    }
    Ok(format!("price {register}{within} {{{} }}", grid(&lines)))
}

/// Periods in their order, the one called `otherwise` last.
fn ordered<'a>(priced: &'a Priced, periods: &BTreeSet<usize>, rest: Option<usize>) -> Vec<(usize, &'a Tiers)> {
    let named = periods.iter().filter(|period| Some(**period) != rest).copied();
    named.chain(rest).filter_map(|period| Some((period, priced.tiers.get(&period)?))).collect()
}

fn single(text: &mut Text<'_>, period: usize, bounds: &Bounds, months: Months) -> Result<String, UrdbRefusal> {
    let tiers = text.rate.energy.tiers.get(&period);
    let prices = tiers.map(|tiers| tiers.all.iter().map(|tier| tier.price).collect()).unwrap_or_default();
    block_table(text, bounds, months, "", &[(String::new(), prices)])
}

fn rows(text: &mut Text<'_>, bounds: &Bounds, months: Months) -> Result<String, UrdbRefusal> {
    let priced = &text.rate.energy;
    let periods = periods(priced, months);
    let rest = rest(priced, periods.iter().copied());
    let mut rows = Vec::new();
    for (period, tiers) in ordered(priced, &periods, rest) {
        rows.push((label(text, period, rest), tiers.all.iter().map(|tier| tier.price).collect()));
    }
    let rule = match text.options.climb {
        Some(Climb::Sequential) => " in time order",
        Some(Climb::Prorate) | None => " prorated",
    };
    block_table(text, bounds, months, rule, &rows)
}

/// A table of blocks on a month's total.
fn block_table(
    text: &mut Text<'_>,
    bounds: &Bounds,
    months: Months,
    rule: &str,
    rows: &[(String, Vec<Ratio>)],
) -> Result<String, UrdbRefusal> {
    let field = "energyratestructure";
    let (within, unit) = (text.calendar.within(months), text.rate.currency.clone());
    text.per_demand |= bounds.counted == Counted::EnergyPerDemand;
    let (per, counted, of) = match bounds.counted {
        Counted::EnergyPerDemand => ("per period", "kWh/kW", " of peak_demand"),
        Counted::EnergyDaily => ("per month", "kWh/day", ""),
        Counted::Energy | Counted::Demand => ("per month", "kWh", ""),
    };
    let to = bounds.to.iter().map(|to| Ok(format!("to {} {counted}{of}", text.number(field, to)?)));
    let mut head = vec![String::new()];
    head.extend(to.collect::<Result<Vec<_>, UrdbRefusal>>()?);
    head.extend(["above".to_owned(), String::new()]);
    let mut lines = vec![head];
    for (label, prices) in rows {
        let prices = prices.iter().map(|price| text.number(field, price)).collect::<Result<Vec<_>, _>>()?;
        lines.push([vec![label.clone()], prices, vec![format!("{unit}/kWh")]].concat());
    }
    Ok(format!("price import{within} {per}, blocks{rule} {{{} }}", grid(&lines)))
}

/// Lines of cells, in columns; a single cell of price and unit stays on its line.
fn grid(lines: &[Vec<String>]) -> String {
    if let [only] = lines {
        return format!(" {}", only.iter().filter(|cell| !cell.is_empty()).cloned().collect::<Vec<_>>().join(" "));
    }
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| lines.iter().filter_map(|line| line.get(column)).map(String::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |cells: &Vec<String>| {
        let cells = cells.iter().zip(&widths).filter(|(_, width)| **width > 0);
        let cells: Vec<String> = cells.map(|(cell, width)| format!("{cell:<width$}")).collect();
        format!("\n        {}", cells.join("   ").trim_end())
    };
    lines.iter().map(line).collect()
}
