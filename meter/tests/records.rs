//! The public record of a meter: one canonical form, and every other refused by its reason.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

mod common;

use common::Meter;
use proptest::prelude::*;
use wattproof_meter::calendar::{BatchPeriod, Slot, SlotLength};
use wattproof_meter::quantity::{Register, Sign, Unit};
use wattproof_meter::record::{Certification, MeterRecord, RecordRefusal};
use wattproof_meter::ring::Ring;

fn registers(names: &[&str]) -> Vec<Register> {
    names.iter().map(|name| Register::new(name, Unit::WattHour, 20).unwrap()).collect()
}

fn make(name: &str, public_key: &[u8; 32], registers: Vec<Register>) -> Result<MeterRecord, RecordRefusal> {
    let (certification, period, length) = (Certification::Classic, BatchPeriod::Day, SlotLength::HALF_HOUR);
    MeterRecord::new(name, certification, period, length, Slot::new(5), public_key, registers)
}

fn public_key() -> [u8; 32] {
    Meter::plain(1).record.public_key().to_bytes()
}

/// Where the fields lie in the record below: a name of 2, registers `import` and `export`.
fn honest() -> Vec<u8> {
    make("h1", &public_key(), registers(&["import", "export"])).unwrap().to_bytes()
}

fn changed(at: usize, byte: u8) -> Option<RecordRefusal> {
    let mut bytes = honest();
    bytes[at] = byte;
    MeterRecord::from_bytes(&bytes).err()
}

#[test]
fn a_record_is_read_back() {
    let record = make("h1", &public_key(), registers(&["import", "export"])).unwrap();
    let read = MeterRecord::from_bytes(&record.to_bytes()).unwrap();
    assert_eq!(read, record);
    assert_eq!((read.name(), read.in_service(), read.period()), ("h1", Slot::new(5), BatchPeriod::Day));
    assert_eq!(read.register_index("export"), Some(1));
    assert_eq!(read.register_index("other"), None);
    let signs: Vec<_> = read.registers().iter().map(Register::sign).collect();
    assert_eq!(signs, [Sign::Delivered, Sign::Received]);
    assert_eq!(read.id().to_string().len(), 16);
}

/// Any change of the bytes that is still a record is a record of another meter.
#[test]
fn the_id_covers_every_bit() {
    let honest = honest();
    let id = MeterRecord::from_bytes(&honest).unwrap().id();
    let mut other_meters = 0;
    for bit in 0..honest.len() * 8 {
        let mut bytes = honest.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        if let Ok(record) = MeterRecord::from_bytes(&bytes) {
            assert_ne!(record.id(), id);
            assert_eq!(record.to_bytes(), bytes);
            other_meters += 1;
        }
    }
    assert!(other_meters > 100);
}

#[test]
fn each_field_is_refused_by_its_reason() {
    assert_eq!(changed(0, 2), Some(RecordRefusal::Version(2)));
    assert_eq!(changed(1, 3), Some(RecordRefusal::Certification(3)));
    assert_eq!(changed(2, 0), Some(RecordRefusal::Period(0)));
    assert_eq!(changed(3, 7), Some(RecordRefusal::SlotLength(7)));
    assert_eq!(changed(42, b' '), Some(RecordRefusal::Name));
    assert_eq!(changed(42, 0xff), Some(RecordRefusal::Name));
    assert_eq!(changed(44, 0), Some(RecordRefusal::NoRegister));
    assert_eq!(changed(44, 17), Some(RecordRefusal::TooManyRegisters(17)));
    assert_eq!(changed(46, b'I'), Some(RecordRefusal::Register { index: 0 }));
    assert_eq!(changed(52, 3), Some(RecordRefusal::Register { index: 0 }), "unit");
    assert_eq!(changed(53, 2), Some(RecordRefusal::Register { index: 0 }), "sign");
    assert_eq!(changed(54, 0), Some(RecordRefusal::Register { index: 0 }), "bits");
    assert_eq!(changed(64, 33), Some(RecordRefusal::Register { index: 1 }), "bits");
    for length in 0..honest().len() {
        assert_eq!(MeterRecord::from_bytes(&honest()[..length]).err(), Some(RecordRefusal::Short), "{length}");
    }
    for extra in [1, 32] {
        let longer = [honest(), vec![0; extra]].concat();
        assert_eq!(MeterRecord::from_bytes(&longer).err(), Some(RecordRefusal::Long { extra }));
    }
}

/// A classic record in the bytes of which only the certification changes is a compact one, if its batches are daily and
/// a day fits a commitment.
#[test]
fn a_compact_meter_has_daily_batches_and_slots_of_three_minutes_at_least() {
    let with = |period: u8, minutes: u16, certification: u8| {
        let mut bytes = honest();
        (bytes[1], bytes[2]) = (certification, period);
        bytes[3..5].copy_from_slice(&minutes.to_le_bytes());
        MeterRecord::from_bytes(&bytes)
    };
    for minutes in [1, 2, 3, 30, 1440] {
        assert_eq!((with(1, minutes, 1).unwrap().ring(), with(2, minutes, 1).unwrap().ring()), (None, None));
        assert_eq!(with(2, minutes, 2), Err(RecordRefusal::CompactWeekly));
    }
    for minutes in [3, 5, 30, 1440] {
        let record = with(1, minutes, 2).unwrap();
        assert_eq!(record.certification(), Certification::Compact);
        assert_eq!(record.ring(), Ring::of(SlotLength::from_minutes(minutes).unwrap()));
    }
    assert_eq!(with(1, 2, 2), Err(RecordRefusal::CompactSlots { per_day: 720 }));
    assert_eq!(with(1, 1, 2), Err(RecordRefusal::CompactSlots { per_day: 1440 }));
}

#[test]
fn weak_and_impossible_public_keys_are_refused() {
    let import = || registers(&["import"]);
    // The identity, the other points of small order, and the same in forms that are not canonical.
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut order_2 = [0xff; 32];
    (order_2[0], order_2[31]) = (0xec, 0x7f);
    for weak in [identity, order_2, [0; 32]] {
        assert_eq!(make("h1", &weak, import()).err(), Some(RecordRefusal::WeakPublicKey));
    }
    let mut not_a_point = [0; 32];
    not_a_point[0] = 2;
    assert_eq!(make("h1", &not_a_point, import()).err(), Some(RecordRefusal::PublicKey));
}

#[test]
fn names_and_registers_are_checked_when_made() {
    let long = "a".repeat(65);
    for name in ["", ".h", "-h", "h 1", "h/1", "hé", &long] {
        assert_eq!(make(name, &public_key(), registers(&["import"])).err(), Some(RecordRefusal::Name), "{name}");
    }
    assert!(make(&long[..64], &public_key(), registers(&["import"])).is_ok());
    assert_eq!(make("h", &public_key(), vec![]).err(), Some(RecordRefusal::NoRegister));
    let twice = registers(&["import", "export", "import"]);
    let expected = RecordRefusal::DuplicateRegister { first: 0, second: 2 };
    assert_eq!(make("h", &public_key(), twice).err(), Some(expected));
    let names: Vec<String> = (0..17).map(|i| format!("r{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(make("h", &public_key(), registers(&names)).err(), Some(RecordRefusal::TooManyRegisters(17)));
    assert!(make("h", &public_key(), registers(&names[..16])).is_ok());
}

#[test]
fn registers_have_names_units_bits_and_signs() {
    for (name, bits) in
        [("", 20), ("Import", 20), ("1a", 20), ("a-b", 20), ("a2345678901234567", 20), ("a", 0), ("a", 33)]
    {
        assert_eq!(Register::new(name, Unit::WattHour, bits), None, "{name} {bits}");
    }
    let register = Register::new("pv_2", Unit::VarHour, 32).unwrap().with_sign(Sign::Received);
    assert_eq!((register.max(), register.sign(), register.unit().symbol()), (u32::MAX, Sign::Received, "VArh"));
    assert_eq!(Unit::from_symbol("VArh"), Some(Unit::VarHour));
    assert_eq!(Unit::from_symbol("kWh"), None);
    assert_eq!(Register::new("a", Unit::WattHour, 1).unwrap().max(), 1);
}

#[test]
fn batches_are_numbered_by_utc_days_and_weeks() {
    let half = SlotLength::HALF_HOUR;
    // 2024-10-04 was a Friday, in the week from Monday 2024-09-30, day 19,996.
    let slot = Slot::new(20_000 * 48 + 47);
    assert_eq!(BatchPeriod::Day.number_of(slot, half), Some(20_000));
    assert_eq!(BatchPeriod::Week.number_of(slot, half), Some((19_996 - 4) / 7));
    for period in [BatchPeriod::Day, BatchPeriod::Week] {
        for number in [0, 1, 2_856, 20_000] {
            let slots = period.slots(number, half).unwrap();
            assert_eq!(slots.count(), period.slot_count(half));
            assert!(slots.iter().all(|slot| period.number_of(slot, half) == Some(number)));
            assert_eq!(period.number_of(slots.end(), half), Some(number + 1));
        }
        assert_eq!(period.slots(u32::MAX, half), None);
    }
    // 1970-01-04 was a Sunday: no whole week holds it.
    assert_eq!(BatchPeriod::Week.number_of(Slot::new(4 * 48 - 1), half), None);
    assert_eq!(BatchPeriod::Week.number_of(Slot::new(4 * 48), half), Some(0));
}

#[test]
fn every_refusal_says_what_and_what_to_do() {
    let refusals = [
        RecordRefusal::Short,
        RecordRefusal::Long { extra: 1 },
        RecordRefusal::Version(2),
        RecordRefusal::Certification(3),
        RecordRefusal::Period(0),
        RecordRefusal::SlotLength(7),
        RecordRefusal::CompactWeekly,
        RecordRefusal::CompactSlots { per_day: 720 },
        RecordRefusal::PublicKey,
        RecordRefusal::WeakPublicKey,
        RecordRefusal::Name,
        RecordRefusal::NoRegister,
        RecordRefusal::TooManyRegisters(17),
        RecordRefusal::Register { index: 0 },
        RecordRefusal::DuplicateRegister { first: 0, second: 1 },
    ];
    let codes: std::collections::HashSet<_> = refusals.iter().map(RecordRefusal::code).collect();
    assert_eq!(codes.len(), refusals.len());
    assert!(refusals.iter().all(|refusal| refusal.hint().ends_with('.')));
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(record) = MeterRecord::from_bytes(&bytes) {
            prop_assert_eq!(record.to_bytes(), bytes);
        }
    }
}
