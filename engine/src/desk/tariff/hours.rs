//! What one more kilowatt-hour costs at each time of the week, whatever shape the tariff has.
//!
//! Nothing is read off the tariff's text: a kilowatt-hour is added at one time of the week, on each of its days of the
//! period, and the bill is evaluated again, unrounded. So a block that is reached, a demand charge and value-added tax
//! all show.

use num_traits::{CheckedSub, One, ToPrimitive, Zero};
use wattproof_circuits::period::Period;
use wattproof_circuits::program::{Line, Node, Program, Ratio};
use wattproof_circuits::rule;
use wattproof_circuits::tariff::Inputs;
use wattproof_meter::calendar::Slot;
use wattproof_meter::reading::Readings;

use super::{Given, Tariff, TariffRefusal, gaps, program};
use crate::desk::unpriced::Unpriced;
use crate::intake::csv::ReadingsFile;

/// Base units of a kilowatt-hour.
const KWH: u32 = 1000;
/// What a household without readings uses in an hour, in Wh.
const ASSUMED: u32 = 400;
/// The days of a week, from Monday.
const WEEK: usize = 7;

/// Prices by the time of the week.
#[derive(Clone, Debug, PartialEq)]
pub struct WeekPrices {
    /// Minutes of a slot.
    pub minutes: u16,
    /// The currency's code.
    pub currency: &'static str,
    /// From Monday: what one more kWh costs in each slot of the day, in major units, on the average of the period's
    /// days; nothing where the period has no such slot or the bill has no price there.
    pub days: [Vec<Option<f64>>; WEEK],
}

/// The prices of a tariff over a period, on top of these readings, or of a small even load without any.
pub fn by_time(
    tariff: &Tariff,
    file: Option<&ReadingsFile>,
    period: &str,
    given: &Given,
) -> Result<WeekPrices, TariffRefusal> {
    let period = tariff.period(period)?;
    let length = tariff.calendar().slot();
    let mut readings = match file {
        Some(file) => file.pick(tariff.registers())?,
        None => even(tariff.registers().len(), &period),
    };
    let gaps = gaps(tariff, &period, &readings);
    let inputs = Inputs { data: &given.data, gaps: &gaps };
    let program = unrounded(program(tariff, &period, inputs)?);
    let base = total(&program, &readings, &given.carried).map_err(|refusal| Unpriced::new(refusal, length))?;
    let per_day = length.per_day() as usize;
    let mut days: [Vec<Option<f64>>; WEEK] = std::array::from_fn(|_| vec![None; per_day]);
    for (place, slots) in places(&period, per_day).into_iter().enumerate() {
        let more = added(&program, &mut readings, &given.carried, &slots, &base);
        days[place / per_day][place % per_day] = more;
    }
    Ok(WeekPrices { minutes: length.minutes(), currency: tariff.currency().code(), days })
}

/// The program with nothing rounded, and its total as the last line.
fn unrounded(mut program: Program) -> Program {
    for node in &mut program.nodes {
        if let Node::Rounded { of, .. } = node {
            *node = Node::Linear { terms: vec![(*of, Ratio::one())], constant: Ratio::zero() };
        }
    }
    program.lines.iter_mut().for_each(|line| line.shown = false);
    program.lines.push(Line { name: String::new(), node: program.total, shown: false });
    program.nodes.push(Node::Linear { terms: Vec::new(), constant: Ratio::zero() });
    program.total = program.nodes.len() - 1;
    program
}

fn even(registers: usize, period: &Period) -> Readings {
    let minutes = u32::from(period.calendar().slot().minutes());
    let mut readings = Readings::gaps(period.slots(), registers);
    for slot in period.slots().iter() {
        for register in 0..registers {
            let _inside = readings.set(register, slot, Some(ASSUMED * minutes / 60));
        }
    }
    readings
}

fn total(program: &Program, readings: &Readings, carried: &[u64]) -> Result<Ratio, rule::PriceError> {
    let priced = rule::evaluate(program, readings, carried)?;
    Ok(priced.lines.last().map_or_else(Ratio::zero, |line| line.amount))
}

/// The slots at each time of the week, day by day from Monday.
fn places(period: &Period, per_day: usize) -> Vec<Vec<Slot>> {
    let mut places = vec![Vec::new(); WEEK * per_day];
    for slot in period.slots().iter() {
        if let Some(local) = period.local(slot) {
            let day = usize::from(local.weekday.to_monday_zero_offset().unsigned_abs());
            let time = usize::from(local.minute) * per_day / (24 * 60);
            if let Some(place) = places.get_mut(day * per_day + time) {
                place.push(slot);
            }
        }
    }
    places
}

/// What a kilowatt-hour more of the first register in each of these slots adds to the bill, a slot.
fn added(program: &Program, readings: &mut Readings, carried: &[u64], slots: &[Slot], base: &Ratio) -> Option<f64> {
    if slots.is_empty() {
        return None;
    }
    let before: Vec<Option<u32>> = slots.iter().map(|slot| readings.get(0, *slot)).collect();
    for (slot, value) in slots.iter().zip(&before) {
        let _inside = readings.set(0, *slot, value.map(|value| value.saturating_add(KWH)));
    }
    let after = total(program, readings, carried).ok();
    for (slot, value) in slots.iter().zip(&before) {
        let _inside = readings.set(0, *slot, *value);
    }
    let more = after?.checked_sub(base)?;
    Some(more.numer().to_f64()? / more.denom().to_f64()? / slots.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_prices_and_the_tax_on_them() {
        let text = include_str!("../../../../fixtures/tariffs/good/economy7.tariff");
        let prices = by_time(&Tariff::parse(text).unwrap(), None, "2026-10", &Given::default()).unwrap();
        assert_eq!((prices.minutes, prices.currency), (30, "GBP"));
        for day in &prices.days {
            let near = |place: usize, price: f64| (day[place].unwrap() - price * 1.05).abs() < 1e-9;
            assert!(near(0, 0.17181) && near(13, 0.17181) && near(14, 0.3255) && near(47, 0.3255));
        }
    }
}
