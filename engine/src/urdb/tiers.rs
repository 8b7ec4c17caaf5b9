//! Periods and their tiers.

use num_traits::{Signed, Zero};
use serde_json::Value;
use wattproof_circuits::exact;
use wattproof_circuits::program::Ratio;

use super::fields::{Fields, is_nothing};
use super::{UrdbRefusal, number};

/// What tiers are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    /// kWh of a month.
    Energy,
    /// kWh of a month, for every day of it.
    EnergyDaily,
    /// kWh of a month, for every kW of its peak.
    EnergyPerDemand,
    /// kW.
    Demand,
}

/// One price, up to a bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tier {
    /// Where it ends; only the last has no end.
    pub(super) to: Option<Ratio>,
    /// Rate and adjustment together.
    pub(super) price: Ratio,
    /// What exported energy is credited at.
    pub(super) sell: Option<Ratio>,
}

/// A period's tiers, their bounds rising.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tiers {
    pub(super) counted: Counted,
    pub(super) all: Vec<Tier>,
}

impl Tiers {
    /// What the bounds are.
    pub(super) fn bounds(&self) -> Bounds {
        Bounds { counted: self.counted, to: self.all.iter().filter_map(|tier| tier.to).collect() }
    }

    /// How much each tier costs more than the first.
    pub(super) fn steps(&self) -> Option<Vec<Ratio>> {
        let first = self.all.first()?.price;
        self.all.iter().map(|tier| exact::sub(&tier.price, &first)).collect()
    }

    /// Whether nothing is charged.
    pub(super) fn is_free(&self) -> bool {
        self.all.iter().all(|tier| tier.price.is_zero())
    }
}

/// Where tiers end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) counted: Counted,
    pub(super) to: Vec<Ratio>,
}

impl Bounds {
    /// Whether they bound the same tiers. Without bounds there is nothing to count.
    pub(super) fn same(&self, other: &Bounds) -> bool {
        self.to == other.to && (self.to.is_empty() || self.counted == other.counted)
    }
}

/// Whether a tier has a price other than zero.
fn charges(tier: &Value) -> bool {
    ["rate", "adj"].iter().any(|name| tier.get(name).is_some_and(|price| !is_nothing(price)))
}

/// Whether a structure, as it stands in a rate, has a price other than zero.
pub(super) fn is_charged(structure: Option<&Value>) -> bool {
    let periods = structure.and_then(Value::as_array).into_iter().flatten();
    periods.filter_map(Value::as_array).flatten().any(charges)
}

/// A structure as it stands: a list of periods, each a list of tiers.
pub(super) struct Structure {
    pub(super) name: &'static str,
    periods: Vec<Vec<Value>>,
}

impl Structure {
    /// Takes a structure; nothing when it is missing or empty.
    pub(super) fn take(fields: &mut Fields, name: &'static str) -> Result<Option<Self>, UrdbRefusal> {
        let wrong = |wanted| UrdbRefusal::WrongKind { field: name.into(), wanted };
        let Some(periods) = fields.array(name)?.filter(|periods| !periods.is_empty()) else { return Ok(None) };
        let period = |value| match value {
            Value::Array(tiers) => Ok(tiers),
            _ => Err(wrong("a list of periods, each a list of tiers")),
        };
        Ok(Some(Structure { name, periods: periods.into_iter().map(period).collect::<Result<_, _>>()? }))
    }

    pub(super) fn periods(&self) -> usize {
        self.periods.len()
    }

    /// Whether a tier of any period has a price other than zero.
    pub(super) fn charges(&self) -> bool {
        self.periods.iter().flatten().any(charges)
    }

    /// The tiers of a period; `noise` counts numbers that lost theirs.
    pub(super) fn tiers(&self, period: usize, demand: bool, noise: &mut usize) -> Result<Tiers, UrdbRefusal> {
        let tiers = self.periods.get(period).map_or(&[][..], Vec::as_slice);
        let field = || self.name.to_owned();
        if tiers.is_empty() {
            return Err(UrdbRefusal::MissingRate { field: field(), period, tier: 1 });
        }
        let (mut all, mut counted) = (Vec::new(), None);
        for (index, tier) in tiers.iter().enumerate() {
            let (tier, unit) = self.tier(period, index, tier, demand, noise)?;
            if tier.to.is_some() && *counted.get_or_insert(unit) != unit {
                return Err(UrdbRefusal::MixedUnits { field: field(), period });
            }
            let last = index + 1 == tiers.len();
            match &tier.to {
                Some(_) if last => return Err(UrdbRefusal::BoundedLastTier { field: field(), period }),
                None if !last => return Err(UrdbRefusal::OpenTier { field: field(), period, tier: index + 1 }),
                _ => all.push(tier),
            }
        }
        let tiers = Tiers { counted: counted.unwrap_or(Counted::Energy), all };
        let to = tiers.bounds().to;
        let falls =
            to.first().is_some_and(|first| !first.is_positive()) || to.windows(2).any(|pair| pair[0] >= pair[1]);
        if falls { Err(UrdbRefusal::FallingBounds { field: field(), period }) } else { Ok(tiers) }
    }

    fn tier(
        &self,
        period: usize,
        index: usize,
        value: &Value,
        demand: bool,
        noise: &mut usize,
    ) -> Result<(Tier, Counted), UrdbRefusal> {
        let path = format!("{}[{period}][{index}]", self.name);
        let Value::Object(object) = value else {
            return Err(UrdbRefusal::WrongKind { field: path, wanted: "a tier" });
        };
        let mut fields = Fields::new(path, object.clone())?;
        let missing = || UrdbRefusal::MissingRate { field: self.name.into(), period, tier: index + 1 };
        let (rate, adj) = (fields.number("rate")?.ok_or_else(missing)?, fields.number("adj")?);
        let price = exact::add(&rate, &adj.unwrap_or_default());
        let price = price.ok_or_else(|| UrdbRefusal::Digits { field: fields.path("rate") })?;
        let endless = matches!(fields.peek("max"), Some(Value::Number(max)) if number::is_endless(&max.to_string()));
        let to = if endless { fields.take("max").and(None) } else { fields.number("max")? };
        let sell = fields.number("sell")?;
        let unit = fields.text("unit")?;
        let counted = match (demand, unit.as_deref().map(str::to_ascii_lowercase).as_deref()) {
            (true, None | Some("kw")) => Counted::Demand,
            (false, None | Some("kwh")) => Counted::Energy,
            (false, Some("kwh daily")) => Counted::EnergyDaily,
            (false, Some("kwh/kw")) => Counted::EnergyPerDemand,
            (demand, _) => {
                let (field, unit) = (self.name.to_owned(), unit.unwrap_or_default());
                return Err(match demand {
                    true => UrdbRefusal::DemandUnit { field, unit },
                    false => UrdbRefusal::EnergyUnit { field, unit },
                });
            }
        };
        *noise += fields.noise();
        fields.finish()?;
        Ok((Tier { to, price, sell }, counted))
    }
}
