//! What published data say over the period; a day or slot of which they say nothing is a finding.

use jiff::Timestamp;
use jiff::civil::Date;

use super::super::almanac::{Says, When};
use super::super::diagnostic::Diagnostic;
use super::super::sheet::{LargeTable, Published, Sheet};
use super::super::unit::Unit;
use crate::data::{Data, DataSet, Declared, Kind, Per, number};
use crate::exact;
use crate::merkle::{Axis, Table};
use crate::period::Period;
use crate::program::Ratio;

/// The digest's domain.
const PERSONAL: &[u8; 14] = b"wattproof:data";

/// The values of each declared data set, by its place in the sheet.
#[derive(Debug)]
pub(in crate::tariff) struct Values(Vec<Value>);

/// Of slots: one for each of the period's. Of days: one for the day before the period, then one for each of its days.
#[derive(Debug)]
enum Value {
    /// Places among the values of a choice; of dates, one for a day that is one of them.
    Places(Per, Vec<usize>),
    /// Numbers in base units.
    Numbers(Per, Vec<Ratio>),
    /// A look-up table, with its entries where its file is given.
    Table(Table),
}

impl Values {
    /// What the data say; one finding for each set that does not say all that the period needs.
    pub(in crate::tariff) fn of(sheet: &Sheet, period: &Period, data: &Data) -> Result<Self, Vec<Diagnostic>> {
        let (mut all, mut found) = (Vec::new(), Vec::new());
        for (place, (declared, published)) in sheet.almanac.data().iter().zip(&sheet.data).enumerate() {
            let before = sheet.almanac.asks_before(place);
            let reading = Reading { declared, published, period, before };
            if let Some(of) = &published.table {
                match data.get(&declared.name).map_or_else(|| Ok(of.table.clone()), |set| reading.table(of, set)) {
                    Ok(table) => all.push(Value::Table(table)),
                    Err(finding) => found.push(finding),
                }
                continue;
            }
            match data.get(&declared.name).ok_or_else(|| reading.unpublished()).and_then(|set| reading.values(set)) {
                Ok(value) => all.push(value),
                Err(finding) => found.push(finding),
            }
        }
        if found.is_empty() { Ok(Values(all)) } else { Err(found) }
    }

    /// Values that stand in while nothing is published: first choices, no dates, one of each unit.
    pub(super) fn assumed(sheet: &Sheet, period: &Period) -> Self {
        let count = |per: Per| match per {
            Per::Day => period.days() as usize + 1,
            Per::Slot => period.slots().count() as usize,
        };
        let declared = sheet.almanac.data().iter().zip(&sheet.data);
        let assumed = declared.map(|(declared, published)| match &declared.kind {
            Kind::Table { .. } => match &published.table {
                Some(of) => Value::Table(of.table.clone()),
                None => Value::Places(Per::Day, Vec::new()),
            },
            Kind::Dates => Value::Places(Per::Day, vec![0; count(Per::Day)]),
            Kind::OneOf { per, .. } => Value::Places(*per, vec![0; count(*per)]),
            Kind::Number { per, .. } => {
                let one = published.number.map_or(Ratio::from(1), |(unit, _)| unit.scale);
                Value::Numbers(*per, vec![one; count(*per)])
            }
        });
        Values(assumed.collect())
    }

    /// A number of a data set in base units, in a slot of a day of the period.
    pub(super) fn number(&self, data: usize, slot: u32, day: usize) -> Option<Ratio> {
        match self.0.get(data)? {
            Value::Numbers(Per::Slot, numbers) => numbers.get(slot as usize).copied(),
            Value::Numbers(Per::Day, numbers) => numbers.get(day + 1).copied(),
            Value::Places(..) | Value::Table(_) => None,
        }
    }

    /// A look-up table.
    pub(super) fn table(&self, data: usize) -> Option<&Table> {
        match self.0.get(data)? {
            Value::Table(table) => Some(table),
            Value::Places(..) | Value::Numbers(..) => None,
        }
    }

    /// The digest of every value that the period uses, in the tariff's order; a table's root is in the tariff.
    pub(in crate::tariff) fn digest(&self) -> [u8; 32] {
        let mut state = blake2b_simd::Params::new().hash_length(32).personal(PERSONAL).to_state();
        state.update(&(self.0.len() as u64).to_le_bytes());
        for value in &self.0 {
            match value {
                Value::Places(_, places) => {
                    state.update(&[0]).update(&(places.len() as u64).to_le_bytes());
                    places.iter().for_each(|place| _ = state.update(&(*place as u64).to_le_bytes()));
                }
                Value::Table(_) => {}
                Value::Numbers(_, numbers) => {
                    state.update(&[1]).update(&(numbers.len() as u64).to_le_bytes());
                    for number in numbers {
                        state.update(&number.numer().to_le_bytes()).update(&number.denom().to_le_bytes());
                    }
                }
            }
        }
        let mut digest = [0; 32];
        digest.copy_from_slice(state.finalize().as_bytes());
        digest
    }
}

impl Says for Values {
    fn value(&self, data: usize, slot: u32, day: usize, when: When) -> usize {
        let place = match (self.0.get(data), when) {
            (Some(Value::Places(Per::Slot, places)), _) => places.get(slot as usize),
            (Some(Value::Places(Per::Day, places)), When::Now) => places.get(day + 1),
            (Some(Value::Places(Per::Day, places)), When::Before) => places.get(day),
            _ => None,
        };
        place.copied().unwrap_or_default()
    }
}

/// A data set read for a period.
struct Reading<'a> {
    declared: &'a Declared,
    published: &'a Published,
    period: &'a Period,
    /// Whether the day before the period is asked for.
    before: bool,
}

impl Reading<'_> {
    fn values(&self, set: &DataSet) -> Result<Value, Diagnostic> {
        match (&self.declared.kind, set) {
            (Kind::Dates, DataSet::Dates(dates)) => {
                let of = |(day, date)| usize::from(dates.contains_key(&date) && (day > 0 || self.before));
                Ok(Value::Places(Per::Day, self.days().enumerate().map(of).collect()))
            }
            (Kind::OneOf { values, per }, _) => {
                let place = |text: &str| values.iter().position(|value| value == text);
                Ok(Value::Places(*per, self.each(*per, set, place)?))
            }
            (Kind::Number { per, .. }, _) => Ok(Value::Numbers(*per, self.each(*per, set, |text| self.number(text))?)),
            (Kind::Dates | Kind::Table { .. }, _) => Err(self.other_form(set)),
        }
    }

    /// A table with the entries of its file, which must be what the tariff says of it.
    fn table(&self, of: &LargeTable, set: &DataSet) -> Result<Table, Diagnostic> {
        let DataSet::Table(file) = set else { return Err(self.other_form(set)) };
        let published = of.table.published();
        let scaled = |of: &Ratio, unit: &Unit| exact::mul(of, &unit.scale);
        let same = |(axis, (ours, unit)): (&Axis, (&Axis, &Unit))| {
            let step = axis.rows == 2 || scaled(&axis.step, unit) == Some(ours.step);
            axis.rows == ours.rows && scaled(&axis.first, unit) == Some(ours.first) && step
        };
        let keys = file.axes().iter().zip(published.axes.iter().zip(&of.keys));
        if file.axes().len() != published.axes.len() || !keys.into_iter().all(same) {
            let help = "give the file that was published; `wattproof tariff table` writes what a file declares";
            let message = format!("the file of `{}` has other bounds than the tariff gives it", self.declared.name);
            return Err(self.finding("table-differs", message).help(help));
        }
        let unit = Ratio::new(1, 10i128.pow(file.decimals()));
        let differ = |misfit: String| {
            let help = "give the file that was published, or the root that `wattproof tariff table` makes of this one";
            self.finding("table-differs", format!("data `{}`: {misfit}", self.declared.name)).help(help)
        };
        if scaled(&unit, &of.unit) != Some(published.unit) {
            return Err(differ("its values are given to other decimal places than the tariff says".into()));
        }
        of.table.clone().with_entries(file.entries().clone()).map_err(|misfit| differ(misfit.to_string()))
    }

    /// The period's days behind the one before them.
    fn days(&self) -> impl Iterator<Item = Date> {
        let first = self.period.first_day();
        let before = first.yesterday().unwrap_or(first);
        [before].into_iter().chain((0..self.period.days() as usize).map(|day| self.period.day(day)))
    }

    /// A value for every day or slot, but for the day before the period when nothing asks for it.
    fn each<T: Default>(
        &self,
        per: Per,
        set: &DataSet,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<T>, Diagnostic> {
        let asked: Vec<(String, Option<&String>)> = match (per, set) {
            (Per::Day, DataSet::Days(days)) => self.days().map(|day| (day.to_string(), days.get(&day))).collect(),
            (Per::Slot, DataSet::Slots(slots)) => {
                let length = self.period.calendar().slot();
                let starts =
                    self.period.slots().iter().filter_map(|slot| Timestamp::from_second(slot.start(length)).ok());
                starts.map(|start| (start.to_string(), slots.get(&start))).collect()
            }
            _ => return Err(self.other_form(set)),
        };
        let unasked = |index: usize| per == Per::Day && index == 0 && !self.before;
        let lacking = || asked.iter().enumerate().filter(|(index, (_, text))| text.is_none() && !unasked(*index));
        if let Some((_, (key, _))) = lacking().next() {
            return Err(self.missing(key, lacking().count() - 1));
        }
        let each = asked.iter().enumerate().map(|(index, (key, text))| match text {
            Some(text) if !unasked(index) => read(text).ok_or_else(|| self.unknown(key, text)),
            _ => Ok(T::default()),
        });
        each.collect()
    }

    fn number(&self, text: &str) -> Option<Ratio> {
        let (unit, _) = self.published.number?;
        exact::mul(&number(text)?, &unit.scale)
    }

    fn finding(&self, code: &'static str, message: String) -> Diagnostic {
        Diagnostic::new(code, &self.published.span, message)
    }

    fn unpublished(&self) -> Diagnostic {
        let message = format!("no data are given for `{}`", self.declared.name);
        self.finding("data-missing", message).help(format!("give a file with the header {}", self.declared.header()))
    }

    fn missing(&self, key: &str, more: usize) -> Diagnostic {
        let more = if more == 0 { String::new() } else { format!(", nor {more} more like it") };
        let message = format!("the data `{}` do not say {key}{more}", self.declared.name);
        self.finding("data-missing", message).help("give a file that does, or wait until it is published")
    }

    fn other_form(&self, set: &DataSet) -> Diagnostic {
        let message = format!("the data `{}` have the header {}", self.declared.name, set.header());
        self.finding("data-other-form", message).help(format!("give a file with the header {}", self.declared.header()))
    }

    fn unknown(&self, key: &str, text: &str) -> Diagnostic {
        let help = match &self.declared.kind {
            Kind::OneOf { values, .. } => format!("its values are {}", values.join(", ")),
            _ => format!("its values are numbers of {}, such as -4.25", self.form_unit()),
        };
        self.finding("data-value", format!("the data `{}` say `{text}` of {key}", self.declared.name)).help(help)
    }

    fn form_unit(&self) -> &str {
        if let Kind::Number { unit, .. } = &self.declared.kind { unit } else { "" }
    }
}
