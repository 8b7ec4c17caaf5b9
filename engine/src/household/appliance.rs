//! What draws power, in watts, minute by minute of a local day.

use jiff::Zoned;
use jiff::civil::Weekday;

use super::Draws;

/// Mean outdoor temperature by month, in tenths of a degree Celsius.
const TEMPERATURE: [i32; 12] = [52, 55, 77, 100, 133, 163, 185, 182, 154, 118, 81, 57];
/// Local hours of sunrise and sunset by month, in minutes after midnight.
const DAYLIGHT: [(u32, u32); 12] = [
    (480, 985),
    (435, 1040),
    (375, 1100),
    (370, 1190),
    (310, 1240),
    (285, 1280),
    (300, 1270),
    (345, 1215),
    (395, 1150),
    (445, 1080),
    (435, 985),
    (475, 955),
];

/// What the calendar says of a day.
pub(super) struct Day<'a> {
    midnight: &'a Zoned,
    weekend: bool,
    month: usize,
}

impl<'a> Day<'a> {
    pub(super) fn new(midnight: &'a Zoned) -> Self {
        let weekend = matches!(midnight.weekday(), Weekday::Saturday | Weekday::Sunday);
        Day { midnight, weekend, month: midnight.month().unsigned_abs() as usize - 1 }
    }

    /// The minute of the day's length at which the clock shows `minute` after midnight.
    fn at(&self, minute: u32) -> usize {
        let (hour, minute) = ((minute / 60 % 24) as i8, (minute % 60) as i8);
        let shown = self.midnight.date().at(hour, minute, 0, 0).to_zoned(self.midnight.time_zone().clone());
        let after = shown.map_or(0, |shown| shown.timestamp().as_second() - self.midnight.timestamp().as_second());
        usize::try_from(after / 60).unwrap_or(0)
    }
}

/// What stays the same in a household.
pub(super) struct Habits {
    base: u32,
    fridge: u32,
    electric_shower: bool,
    early: u32,
}

impl Habits {
    pub(super) fn draw(draws: &mut Draws) -> Self {
        Habits {
            base: draws.between(45, 110),
            fridge: draws.between(70, 130),
            electric_shower: draws.chance(45),
            early: draws.between(0, 60),
        }
    }
}

/// Adds `power` from `start` for `minutes`; what passes the day's end is left out.
fn run(watts: &mut [u32], start: usize, minutes: u32, power: u32) {
    watts.iter_mut().skip(start).take(minutes as usize).for_each(|w| *w += power);
}

/// Standby and the fridge's cycles.
pub(super) fn always(watts: &mut [u32], habits: &Habits, draws: &mut Draws) {
    watts.iter_mut().for_each(|w| *w += habits.base);
    let mut minute = draws.between(0, 40) as usize;
    while minute < watts.len() {
        let on = draws.between(14, 22);
        run(watts, minute, on, habits.fridge);
        minute += (on + draws.between(26, 40)) as usize;
    }
}

/// Breakfast, showers, meals, washing, lights, the evening.
pub(super) fn people(watts: &mut [u32], day: &Day, habits: &Habits, draws: &mut Draws) {
    let up = if day.weekend { 480 } else { 390 } + habits.early + draws.between(0, 30);
    let bed = if day.weekend { 1_400 } else { 1_350 } + draws.between(0, 35);
    let home = if day.weekend || draws.chance(25) { up } else { 1_020 + draws.between(0, 50) };
    morning(watts, day, habits, draws, up);
    if home == up {
        run(watts, day.at(up + 240), draws.between(10, 30), draws.between(700, 1_600));
    }
    run(watts, day.at(home + draws.between(30, 120)), draws.between(25, 60), draws.between(1_100, 2_100));
    run(watts, day.at(home), bed - home, draws.between(60, 140));
    if draws.chance(if day.weekend { 60 } else { 25 }) {
        run(watts, day.at(home + draws.between(20, 150)), draws.between(70, 110), draws.between(350, 700));
    }
    lights(watts, day, draws, up, home, bed);
}

fn morning(watts: &mut [u32], day: &Day, habits: &Habits, draws: &mut Draws, up: u32) {
    for _ in 0..draws.between(1, 3) {
        run(watts, day.at(up + draws.between(0, 60)), 3, draws.between(1_800, 2_800));
    }
    if habits.electric_shower {
        run(watts, day.at(up + draws.between(5, 20)), draws.between(5, 10), 8_500);
    }
}

fn lights(watts: &mut [u32], day: &Day, draws: &mut Draws, up: u32, home: u32, bed: u32) {
    let (sunrise, sunset) = DAYLIGHT[day.month];
    let power = draws.between(60, 180);
    run(watts, day.at(up), sunrise.saturating_sub(up), power);
    let dark = sunset.max(home);
    run(watts, day.at(dark), bed.saturating_sub(dark), power);
}

/// A car charged at 7.2 kW from half past midnight on some nights.
pub(super) fn car(watts: &mut [u32], day: &Day, draws: &mut Draws) {
    if draws.chance(45) {
        run(watts, day.at(30), draws.between(80, 270), 7_200);
    }
}

/// A heat pump that follows the temperature, lower at night, in cycles of a quarter of an hour.
pub(super) fn heat_pump(watts: &mut [u32], day: &Day, draws: &mut Draws) {
    let mean = TEMPERATURE[day.month] + draws.between(0, 80) as i32 - 40;
    let (morning, night) = (day.at(330), day.at(1_320));
    for quarter in 0..watts.len().div_ceil(15) {
        let minute = quarter * 15;
        let wanted = if (morning..night).contains(&minute) { 200 } else { 170 };
        let missing = u32::try_from(wanted - mean).unwrap_or(0);
        run(watts, minute, 15, missing.saturating_sub(25) * draws.between(8, 14));
    }
}
