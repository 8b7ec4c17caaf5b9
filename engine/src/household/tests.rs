use super::*;
use crate::clock::zone;

fn household(profile: Profile) -> Household {
    let zone = zone("Europe/London").unwrap();
    Household { profile, seed: 7, zone, start: "2026-01-01".parse().unwrap(), days: 365, slot: SlotLength::HALF_HOUR }
}

fn load(household: &Household) -> Vec<u32> {
    let file = generate(household).ok().unwrap();
    file.readings.slots().iter().map(|slot| file.readings.get(0, slot).unwrap()).collect()
}

#[test]
fn the_seed_and_the_day_say_everything() {
    let home = household(Profile::Home);
    assert_eq!(load(&home), load(&home));
    assert_ne!(load(&home), load(&Household { seed: 8, ..home.clone() }));
    let march = Household { start: "2026-03-01".parse().unwrap(), days: 31, ..home.clone() };
    let before = (31 + 28) * 48;
    // The counter's remainder is carried over midnight, so a slot may differ by one watt-hour.
    let year = load(&home);
    assert!(load(&march).iter().zip(&year[before..]).all(|(a, b)| a.abs_diff(*b) <= 1));
}

#[test]
fn local_days_have_46_48_or_50_half_hours() {
    let months =
        |start: &str, days| load(&Household { start: start.parse().unwrap(), days, ..household(Profile::Home) });
    assert_eq!(months("2026-03-01", 31).len(), 1_486);
    assert_eq!(months("2026-10-01", 31).len(), 1_490);
    assert_eq!(months("2026-03-29", 1).len(), 46);
    let quarters = Household { slot: SlotLength::from_minutes(15).unwrap(), ..household(Profile::Home) };
    assert_eq!(load(&quarters).len(), 35_040);
}

#[test]
fn a_year_looks_like_a_household() {
    for (profile, low, high) in
        [(Profile::Home, 1_800, 4_500), (Profile::ElectricVehicle, 4_500, 8_500), (Profile::HeatPump, 5_000, 16_000)]
    {
        let year = load(&household(profile));
        let kwh = year.iter().map(|wh| u64::from(*wh)).sum::<u64>() / 1_000;
        assert!((low..=high).contains(&kwh), "{profile:?}: {kwh} kWh");
        assert!(year.iter().all(|wh| *wh < 1 << 20));
    }
    let year = load(&household(Profile::Home));
    let at = |slot: usize| year.chunks(48).take(80).map(|day| u64::from(day[slot])).sum::<u64>();
    assert!(at(37) > 2 * at(8), "evenings are above nights");
}

#[test]
fn what_cannot_be_made_is_refused() {
    let home = household(Profile::Home);
    let refused = |household: Household| generate(&household).err().unwrap();
    assert_eq!(refused(Household { days: 0, ..home.clone() }), HouseholdRefusal::Days(0));
    assert_eq!(refused(Household { days: MAX_DAYS + 1, ..home.clone() }), HouseholdRefusal::Days(MAX_DAYS + 1));
    assert_eq!(
        refused(Household { start: "1969-01-01".parse().unwrap(), ..home.clone() }),
        HouseholdRefusal::Days(365)
    );
    let kathmandu = Household { zone: zone("Asia/Kathmandu").unwrap(), ..home };
    assert_eq!(refused(kathmandu.clone()), HouseholdRefusal::NotAnEdge(kathmandu.start, 30));
    assert_eq!(Profile::named("castle").unwrap_err(), HouseholdRefusal::NoSuchProfile("castle".into()));
    assert_eq!(Profile::named("heat-pump"), Ok(Profile::HeatPump));
}
