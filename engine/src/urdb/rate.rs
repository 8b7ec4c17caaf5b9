//! A rate, read: what it charges, and what it says beside that.

use std::collections::BTreeMap;

use num_traits::Zero;
use serde_json::Value;
use serde_json::map::Map;
use wattproof_circuits::program::Ratio;

use super::UrdbRefusal;
use super::fields::{Fields, as_number, is_nothing};
use super::number;
use super::schedule::{self, Schedule};
use super::tiers::{Structure, Tiers, is_charged};

/// A rate.
pub(super) struct Rate {
    pub(super) about: About,
    pub(super) currency: String,
    pub(super) energy: Priced,
    /// What energy costs more, month by month.
    pub(super) fuel: Option<Vec<Ratio>>,
    /// By the month's period.
    pub(super) flat_demand: Option<(BTreeMap<usize, Tiers>, [usize; 12])>,
    pub(super) tou_demand: Option<Priced>,
    pub(super) fixed: Option<Charge>,
    pub(super) monthly_minimum: Option<Charge>,
    /// Per year.
    pub(super) annual_minimum: Option<Ratio>,
    /// How export is credited, when the rate says.
    pub(super) export_rule: Option<String>,
    /// Minutes over which the rate measures demand, when it says.
    pub(super) demand_window: Option<Ratio>,
    /// What it charges and readings cannot tell.
    pub(super) not_billed: Vec<String>,
    /// Numbers that lost binary noise.
    pub(super) noise: usize,
}

/// What a rate says of itself.
pub(super) struct About {
    pub(super) name: Option<String>,
    pub(super) lines: Vec<String>,
}

/// Prices by period, for the periods that occur.
pub(super) struct Priced {
    pub(super) tiers: BTreeMap<usize, Tiers>,
    pub(super) schedule: Schedule,
}

/// An amount per month, day or year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Charge {
    pub(super) amount: Ratio,
    pub(super) per: Per,
}

/// How often an amount is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Per {
    Month,
    /// 365 times in twelve months, spread evenly.
    Day,
    /// Spread evenly over twelve months.
    Year,
}

impl Rate {
    /// Reads the object of a rate.
    pub(super) fn read(object: Map<String, Value>) -> Result<Self, UrdbRefusal> {
        let mut fields = Fields::new("", object)?;
        let about = about(&fields);
        let structure = Structure::take(&mut fields, "energyratestructure")?.ok_or(UrdbRefusal::NotARate)?;
        let mut noise = 0;
        let energy = Priced::take(&mut fields, &structure, "energy", false, &mut noise)?;
        demand_units(&mut fields)?;
        ratchets(&mut fields)?;
        reactive(&mut fields)?;
        let (monthly_minimum, annual_minimum) = minimums(&mut fields)?;
        let rate = Rate {
            about,
            currency: fields.text("currency")?.unwrap_or_else(|| "USD".into()),
            fuel: fuel(&mut fields)?,
            flat_demand: flat_demand(&mut fields, &mut noise)?,
            tou_demand: tou_demand(&mut fields, &mut noise)?,
            fixed: fixed(&mut fields)?,
            monthly_minimum,
            annual_minimum,
            export_rule: fields.text("dgrules")?,
            demand_window: fields.number("demandwindow")?.filter(|minutes| !minutes.is_zero()),
            not_billed: not_billed(&mut fields)?,
            noise: noise + fields.noise(),
            energy,
        };
        fields.finish()?;
        Ok(rate)
    }

    /// Whether a sell rate of the rate is not zero.
    pub(super) fn sells(&self) -> bool {
        let mut tiers = self.energy.tiers.values().flat_map(|tiers| &tiers.all);
        tiers.any(|tier| tier.sell.is_some_and(|sell| !sell.is_zero()))
    }
}

impl Priced {
    fn take(
        fields: &mut Fields,
        structure: &Structure,
        kind: &str,
        demand: bool,
        noise: &mut usize,
    ) -> Result<Self, UrdbRefusal> {
        let schedule = Schedule::take(fields, kind, structure.name, structure.periods())?;
        let tiers = schedule.periods().into_iter().map(|period| Ok((period, structure.tiers(period, demand, noise)?)));
        Ok(Priced { tiers: tiers.collect::<Result<_, UrdbRefusal>>()?, schedule })
    }
}

fn about(fields: &Fields) -> About {
    let says = |name: &str| fields.described(name);
    let lines = [
        says("utility"),
        says("sector").map(|sector| format!("Sector: {sector}")),
        says("uri").or_else(|| says("label").map(|label| format!("OpenEI Utility Rate Database, rate {label}"))),
        says("source").map(|source| format!("Source: {source}")),
        says("note").map(|note| format!("Note: {note}")),
    ];
    About { name: says("name"), lines: lines.into_iter().flatten().collect() }
}

/// Refuses demand in another unit, where the rate charges any.
fn demand_units(fields: &mut Fields) -> Result<(), UrdbRefusal> {
    let units = [
        ("flatdemandunit", "flatdemandstructure"),
        ("flatdemandunits", "flatdemandstructure"),
        ("demandrateunit", "demandratestructure"),
        ("demandrateunits", "demandratestructure"),
    ];
    for (unit, structure) in units {
        let Some(text) = fields.text(unit)? else { continue };
        if is_charged(fields.peek(structure)) && !text.eq_ignore_ascii_case("kW") {
            return Err(UrdbRefusal::DemandUnit { field: unit.into(), unit: text });
        }
    }
    Ok(())
}

/// Refuses demand that looks back.
fn ratchets(fields: &mut Fields) -> Result<(), UrdbRefusal> {
    for field in ["demandratchetpercentage", "lookbackpercent", "lookbackrange", "lookbackmonths"] {
        if fields.take(field).is_some_and(|value| !is_nothing(&value)) {
            return Err(UrdbRefusal::Ratchet { field });
        }
    }
    Ok(())
}

/// Refuses charges for reactive power, whose basis a rate does not say.
fn reactive(fields: &mut Fields) -> Result<(), UrdbRefusal> {
    for field in ["demandreactivepowercharge", "demandreactpwrcharge"] {
        if fields.number(field)?.is_some_and(|amount| !amount.is_zero()) {
            return Err(UrdbRefusal::ReactivePower { field });
        }
    }
    Ok(())
}

/// The tiers of each period in use, and each month's period.
type ByMonth = (BTreeMap<usize, Tiers>, [usize; 12]);

fn flat_demand(fields: &mut Fields, noise: &mut usize) -> Result<Option<ByMonth>, UrdbRefusal> {
    let structure = Structure::take(fields, "flatdemandstructure")?.filter(Structure::charges);
    let Some(structure) = structure else {
        fields.take("flatdemandmonths");
        return Ok(None);
    };
    let months = schedule::of_months(fields, structure.name, structure.periods())?;
    let tiers = months.iter().map(|period| Ok((*period, structure.tiers(*period, true, noise)?)));
    Ok(Some((tiers.collect::<Result<_, UrdbRefusal>>()?, months)))
}

fn tou_demand(fields: &mut Fields, noise: &mut usize) -> Result<Option<Priced>, UrdbRefusal> {
    let structure = Structure::take(fields, "demandratestructure")?.filter(Structure::charges);
    match structure {
        Some(structure) => Priced::take(fields, &structure, "demand", true, noise).map(Some),
        None => {
            fields.take("demandweekdayschedule");
            fields.take("demandweekendschedule");
            Ok(None)
        }
    }
}

fn fuel(fields: &mut Fields) -> Result<Option<Vec<Ratio>>, UrdbRefusal> {
    let name = "fueladjustmentsmonthly";
    let Some(months) = fields.array(name)? else { return Ok(None) };
    let prices = months.iter().map(|month| as_number(name, month).map(|(price, _)| price));
    let prices = prices.collect::<Result<Vec<_>, _>>()?;
    match prices.len() {
        12 => Ok(Some(prices).filter(|prices| prices.iter().any(|price| !price.is_zero()))),
        _ => Err(UrdbRefusal::ScheduleShape { field: name.into(), wanted: "12 months" }),
    }
}

/// A charge per time, its unit beside it; zero charges are none.
fn charge(fields: &mut Fields, name: &str, unit: &str) -> Result<Option<Charge>, UrdbRefusal> {
    let (amount, written) = (fields.number(name)?, fields.text(unit)?);
    let Some(amount) = amount.filter(|amount| !amount.is_zero()) else { return Ok(None) };
    let per = match written.as_deref().map(str::to_ascii_lowercase).as_deref() {
        Some("$/month") => Per::Month,
        Some("$/day") => Per::Day,
        Some("$/year") => Per::Year,
        _ => return Err(UrdbRefusal::ChargeUnit { field: unit.into(), unit: written }),
    };
    Ok(Some(Charge { amount, per }))
}

fn monthly(fields: &mut Fields, name: &str) -> Result<Option<Charge>, UrdbRefusal> {
    let amount = fields.number(name)?.filter(|amount| !amount.is_zero());
    Ok(amount.map(|amount| Charge { amount, per: Per::Month }))
}

fn one<T>(one: (&'static str, Option<T>), other: (&'static str, Option<T>)) -> Result<Option<T>, UrdbRefusal> {
    match (one, other) {
        ((one, Some(_)), (other, Some(_))) => Err(UrdbRefusal::TwoCharges { one, other }),
        ((_, charge), (_, None)) | ((_, None), (_, charge)) => Ok(charge),
    }
}

fn fixed(fields: &mut Fields) -> Result<Option<Charge>, UrdbRefusal> {
    let first = charge(fields, "fixedchargefirstmeter", "fixedchargeunits")?;
    one(("fixedchargefirstmeter", first), ("fixedmonthlycharge", monthly(fields, "fixedmonthlycharge")?))
}

/// The minimum of a month and that of a year.
fn minimums(fields: &mut Fields) -> Result<(Option<Charge>, Option<Ratio>), UrdbRefusal> {
    let (month, year) = match charge(fields, "mincharge", "minchargeunits")? {
        Some(Charge { amount, per: Per::Year }) => (None, Some(amount)),
        monthly => (monthly, None),
    };
    let month = one(("mincharge", month), ("minmonthlycharge", monthly(fields, "minmonthlycharge")?))?;
    let annual = fields.number("annualmincharge")?.filter(|amount| !amount.is_zero());
    Ok((month, one(("mincharge", year), ("annualmincharge", annual))?))
}

/// Charges for what no reading tells: the utility's own peak hour, further meters, special attributes.
fn not_billed(fields: &mut Fields) -> Result<Vec<String>, UrdbRefusal> {
    let mut found = Vec::new();
    if Structure::take(fields, "coincidentratestructure")?.is_some_and(|structure| structure.charges()) {
        found.push("coincidentratestructure: demand in the hour of the utility's own peak".to_owned());
    }
    for schedule in
        ["coincidentschedule", "coincidentrateschedule", "coincidentweekdayschedule", "coincidentweekendschedule"]
    {
        fields.take(schedule);
    }
    if let Some(amount) = fields.number("fixedchargeeaaddl")?.filter(|amount| !amount.is_zero()) {
        let amount = number::write(&amount).unwrap_or_default();
        found.push(format!("fixedchargeeaaddl {amount}: each meter beside the first"));
    }
    for field in ["demandattrs", "energyattrs", "fixedattrs", "demandkeyvals", "energykeyvals", "fixedkeyvals"] {
        found.extend(attributes(fields, field)?);
    }
    Ok(found)
}

/// `[{"name": "text"}, …]`
fn attributes(fields: &mut Fields, field: &str) -> Result<Vec<String>, UrdbRefusal> {
    let mut found = Vec::new();
    for item in fields.array(field)?.unwrap_or_default() {
        let pairs =
            item.as_object().ok_or(UrdbRefusal::WrongKind { field: field.into(), wanted: "a list of attributes" })?;
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        found.extend(pairs.iter().map(|(name, value)| format!("{field}: {name}: {}", text(value))));
    }
    Ok(found)
}
