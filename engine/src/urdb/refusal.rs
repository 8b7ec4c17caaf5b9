//! Why a rate does not become a tariff.

use thiserror::Error;

use crate::refusal::{Fault, Refusal};

/// Why a rate does not become a tariff. Periods count from 0, as the rate's schedules do; tiers from 1.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UrdbRefusal {
    /// Not JSON.
    #[error("the file is not JSON: line {line}, column {column}")]
    NotJson {
        /// Where.
        line: usize,
        /// Where in it.
        column: usize,
    },
    /// Not a rate.
    #[error("the file is not a rate of the Utility Rate Database: it has no `energyratestructure`")]
    NotARate,
    /// Several rates, or none, where one is wanted.
    #[error("the file holds {count} rates")]
    NotOneRate {
        /// How many.
        count: usize,
    },
    /// A field given twice.
    #[error("`{field}` stands twice")]
    Twice {
        /// Which.
        field: String,
    },
    /// A field of another kind.
    #[error("`{field}` is not {wanted}")]
    WrongKind {
        /// Which.
        field: String,
        /// What it should be.
        wanted: &'static str,
    },
    /// A field this program does not know, which may be a charge.
    #[error("`{field}` is no field of a rate that this program knows")]
    UnknownField {
        /// Which.
        field: String,
    },
    /// A number with more digits than a tariff may write.
    #[error("`{field}` is beyond the 18 digits that a tariff may write")]
    Digits {
        /// Which.
        field: String,
    },
    /// Not a currency.
    #[error("`{0}` is not a currency that tariffs know")]
    Currency(String),
    /// Not a slot length of tariffs.
    #[error("tariffs have no slots of {0} minutes")]
    Slot(u16),
    /// Prices without the hours they hold in.
    #[error("`{structure}` has prices, and `{schedule}` is missing")]
    NoSchedule {
        /// The prices.
        structure: String,
        /// The schedule.
        schedule: String,
    },
    /// A schedule that is not 12 months, or not of 24 hours each.
    #[error("`{field}` is not {wanted}")]
    ScheduleShape {
        /// Which.
        field: String,
        /// What it should be.
        wanted: &'static str,
    },
    /// A schedule that names a period without prices.
    #[error("`{field}` names period {period}, which `{structure}` does not have")]
    UndefinedPeriod {
        /// The schedule.
        field: String,
        /// The period.
        period: usize,
        /// The prices.
        structure: String,
    },
    /// A tier without a price.
    #[error("period {period} of `{field}` has no rate in tier {tier}")]
    MissingRate {
        /// The prices.
        field: String,
        /// The period.
        period: usize,
        /// The tier.
        tier: usize,
    },
    /// A last tier that ends.
    #[error("the last tier of period {period} of `{field}` ends, and nothing prices what is above it")]
    BoundedLastTier {
        /// The prices.
        field: String,
        /// The period.
        period: usize,
    },
    /// A tier before the last that does not end.
    #[error("tier {tier} of period {period} of `{field}` has no end, and another follows it")]
    OpenTier {
        /// The prices.
        field: String,
        /// The period.
        period: usize,
        /// The tier.
        tier: usize,
    },
    /// Bounds that do not rise.
    #[error("the tiers of period {period} of `{field}` do not rise")]
    FallingBounds {
        /// The prices.
        field: String,
        /// The period.
        period: usize,
    },
    /// Tiers counted in several units.
    #[error("the tiers of period {period} of `{field}` are bounded in several units")]
    MixedUnits {
        /// The prices.
        field: String,
        /// The period.
        period: usize,
    },
    /// Periods of one month with other tiers.
    #[error("periods {one} and {other} both occur in {month}, with different tiers")]
    UnequalTiers {
        /// The month.
        month: &'static str,
        /// A period.
        one: usize,
        /// Another.
        other: usize,
    },
    /// Tiers over several periods, with two legitimate meanings.
    #[error("periods {one} and {other} both occur in {month}, and their tiers rise by different steps")]
    TiersNeeded {
        /// The month.
        month: &'static str,
        /// A period.
        one: usize,
        /// Another.
        other: usize,
    },
    /// Tiers bounded in another unit.
    #[error("`{field}` has tiers in `{unit}`")]
    EnergyUnit {
        /// The prices.
        field: String,
        /// The unit.
        unit: String,
    },
    /// Demand charged in another unit than kW.
    #[error("`{field}` is `{unit}`, and readings tell kW")]
    DemandUnit {
        /// Which.
        field: String,
        /// The unit.
        unit: String,
    },
    /// A charge per another time, or per nothing.
    #[error("`{field}` is {}", unit.as_ref().map_or("missing beside its charge".to_owned(), |unit| format!("`{unit}`")))]
    ChargeUnit {
        /// Which.
        field: String,
        /// The unit, if there is one.
        unit: Option<String>,
    },
    /// One charge in two fields.
    #[error("`{one}` and `{other}` both give the same charge")]
    TwoCharges {
        /// One.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
    /// A demand that looks back to earlier months.
    #[error("`{field}` charges demand of earlier months")]
    Ratchet {
        /// Which.
        field: &'static str,
    },
    /// Reactive power charged, without saying which of it.
    #[error("`{field}` charges reactive power, and the rate does not say which excess of it")]
    ReactivePower {
        /// Which.
        field: &'static str,
    },
    /// Export under a rule that is no price.
    #[error("under `{rule}` exported energy is not credited at the sell rates")]
    ExportRule {
        /// The rule.
        rule: String,
    },
    /// Export without a price.
    #[error("period {period} of `energyratestructure` has several sell rates")]
    SellTiers {
        /// The period.
        period: usize,
    },
    /// The text made of it does not check.
    #[error("the tariff made of this rate does not check: {0}")]
    Unsayable(String),
}

impl Refusal for UrdbRefusal {
    fn code(&self) -> &'static str {
        use UrdbRefusal::*;
        match self {
            NotJson { .. } => "urdb-not-json",
            NotARate => "urdb-not-a-rate",
            NotOneRate { .. } => "urdb-not-one-rate",
            Twice { .. } => "urdb-field-twice",
            WrongKind { .. } => "urdb-wrong-kind",
            UnknownField { .. } => "urdb-unknown-field",
            Digits { .. } => "urdb-too-many-digits",
            Currency(_) => "urdb-currency",
            Slot(_) => "urdb-slot",
            NoSchedule { .. } => "urdb-no-schedule",
            ScheduleShape { .. } => "urdb-schedule-shape",
            UndefinedPeriod { .. } => "urdb-undefined-period",
            MissingRate { .. } => "urdb-missing-rate",
            BoundedLastTier { .. } => "urdb-bounded-last-tier",
            OpenTier { .. } => "urdb-open-tier",
            FallingBounds { .. } => "urdb-falling-bounds",
            MixedUnits { .. } => "urdb-mixed-units",
            UnequalTiers { .. } => "urdb-unequal-tiers",
            TiersNeeded { .. } => "urdb-tiers-needed",
            EnergyUnit { .. } => "urdb-energy-unit",
            DemandUnit { .. } => "urdb-demand-unit",
            ChargeUnit { .. } => "urdb-charge-unit",
            TwoCharges { .. } => "urdb-two-charges",
            Ratchet { .. } => "urdb-ratchet",
            ReactivePower { .. } => "urdb-reactive-power",
            ExportRule { .. } => "urdb-export-rule",
            SellTiers { .. } => "urdb-sell-tiers",
            Unsayable(_) => "urdb-unsayable",
        }
    }

    fn hint(&self) -> String {
        use UrdbRefusal::*;
        match self {
            NotJson { .. } => "save the rate again, as JSON with detail=full",
            NotARate => "save the rate with detail=full; fields are those of the rates API, in lower case",
            NotOneRate { .. } => "keep one item, the object with `energyratestructure`",
            Twice { .. } | TwoCharges { .. } => "look at the utility's tariff sheet, and keep the one that is right",
            WrongKind { .. } | ScheduleShape { .. } | OpenTier { .. } | MissingRate { .. } | UndefinedPeriod { .. } => {
                "the entry is incomplete: look at the utility's tariff sheet, and mend the file"
            }
            UnknownField { .. } => "take it out if it is no charge; otherwise write the tariff by hand",
            Digits { .. } => "round it as the utility's tariff sheet does",
            Currency(_) => "write an ISO 4217 code such as USD",
            Slot(_) => "give 5, 15, 30 or 60 minutes",
            NoSchedule { .. } => "the entry is incomplete: add the schedule, or take out the prices",
            BoundedLastTier { .. } => "take out the last tier's `max` if its price holds without end, or add a tier",
            FallingBounds { .. } => "write the tiers' `max` in rising order, above zero",
            MixedUnits { .. } | EnergyUnit { .. } => "write the tariff by hand; kWh, kWh daily and kWh/kW are read",
            UnequalTiers { .. } => "give all periods of a month the same tiers",
            TiersNeeded { .. } => {
                "say how: --tiers prorate (the month's total climbs) or --tiers sequential (readings do)"
            }
            DemandUnit { .. } => "give the rates in kW, or write the tariff by hand",
            ChargeUnit { .. } => "write $/month, $/day or $/year",
            Ratchet { .. } => "write the tariff by hand: a carried value holds earlier bills' demand",
            ReactivePower { .. } => "write the tariff by hand, with the excess that the utility's tariff sheet names",
            ExportRule { .. } => "leave out --export: the tariff then bills what is imported",
            SellTiers { .. } => "write the tariff by hand, or leave out --export",
            Unsayable(_) => "write the tariff by hand, beginning with wattproof tariff new",
        }
        .into()
    }

    fn fault(&self) -> Fault {
        Fault::Own
    }
}
