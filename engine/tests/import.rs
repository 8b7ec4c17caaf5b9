//! Files taken in and given out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::fs;
use std::path::PathBuf;

use support::{Desk, Meter, day, fixture, now};
use wattproof_engine::archive::{ArchiveRefusal, Kept};
use wattproof_engine::export::{ExportRefusal, export};
use wattproof_engine::import::{ImportRefusal, Kind, MAX_FILE};
use wattproof_engine::policy::assignment::{Assignment, TariffName};
use wattproof_engine::policy::{self, PolicyRefusal};
use wattproof_engine::refusal::{Fault, Refusal};
use wattproof_engine::registry::{self, RegistryRefusal, Taken};
use wattproof_engine::store::Store;
use wattproof_meter::batch::BatchRefusal;
use wattproof_meter::fallback::Fallback;
use wattproof_meter::quantity::{Register, Unit};
use wattproof_meter::reading::Readings;
use wattproof_meter::record::{MeterId, RecordRefusal};

fn fallback(meter: &Meter, from: &str, days: u32) -> Fallback {
    let slots = wattproof_meter::calendar::SlotRange::new(meter.slots(day(from)).first(), 48 * days).unwrap();
    let mut readings = Readings::gaps(slots, 1);
    for slot in slots.iter() {
        assert!(readings.set(0, slot, Some(1)));
    }
    Fallback::sign(&meter.record, &meter.signing, &readings).unwrap()
}

#[test]
fn a_meter_is_registered_once_and_its_name_is_its_own() {
    let desk = Desk::bare(Meter::new("M1", 7));
    let bytes = desk.meter.record.to_bytes();
    assert_eq!(registry::register(&desk.store, &bytes, now()).unwrap().1, Taken::New);
    assert_eq!(registry::register(&desk.store, &bytes, now()).unwrap().1, Taken::Already);
    let other = Meter::new("M1", 8).record.to_bytes();
    let refusal = registry::register(&desk.store, &other, now()).unwrap_err();
    assert_eq!(refusal, RegistryRefusal::NameTaken { name: "M1".into() });
    let id = desk.meter.record.id().to_string();
    assert_eq!(registry::find(&desk.store, &id).unwrap().record, desk.meter.record);
    assert_eq!(registry::find(&desk.store, "M2").unwrap_err(), RegistryRefusal::UnknownMeter("M2".into()));
    assert_eq!(registry::list(&desk.store).unwrap().len(), 1);
}

#[test]
fn a_weak_public_key_is_refused() {
    let desk = Desk::bare(Meter::new("M1", 7));
    let mut bytes = desk.meter.record.to_bytes();
    bytes[9..41].fill(0);
    bytes[9] = 1;
    let refusal = registry::register(&desk.store, &bytes, now()).unwrap_err();
    assert_eq!(refusal, RegistryRefusal::Record(RecordRefusal::WeakPublicKey));
    assert_eq!(refusal.code(), "meter-public-key-weak");
}

#[test]
fn a_batch_is_kept_only_as_its_registered_meter_signed_it() {
    let desk = Desk::new("economy7");
    let honest = desk.meter.flat(day("2026-03-10"), 100);
    let bytes = honest.as_bytes();
    let refused = |bytes: &[u8]| match desk.import("x.batch", bytes).unwrap_err() {
        ImportRefusal::Archive(ArchiveRefusal::Batch(refusal)) => refusal,
        other => panic!("{other:?}"),
    };
    for place in 0..bytes.len() {
        let mut flipped = bytes.to_vec();
        flipped[place] ^= 1 << (place % 8);
        let refusal = desk.import("x.batch", &flipped).unwrap_err();
        assert_eq!(refusal.fault(), Fault::Refused, "byte {place}");
    }
    assert_eq!(refused(&bytes[..bytes.len() - 1]), BatchRefusal::Short);
    assert_eq!(refused(&[bytes, &[0]].concat()), BatchRefusal::Long { extra: 1 });
    let mut version = bytes.to_vec();
    version[0] = 2;
    assert_eq!(refused(&version), BatchRefusal::Version(2));

    let stranger = Meter::new("M9", 9);
    let refusal = desk.import("x.batch", stranger.flat(day("2026-03-10"), 1).as_bytes()).unwrap_err();
    assert_eq!(refusal, ImportRefusal::Archive(ArchiveRefusal::UnregisteredMeter(stranger.record.id())));
    assert!(registry::list(&desk.store).unwrap().len() == 1);
    assert_eq!(desk.import("x.batch", bytes).unwrap(), Kept::New);
    assert_eq!(desk.import("y.batch", bytes).unwrap(), Kept::Already);
    assert_eq!(desk.store.stats().unwrap().tables.iter().find(|t| t.name == "batches").unwrap().records, 1);
}

#[test]
fn a_fallback_is_kept_once_a_period() {
    let desk = Desk::new("economy7");
    let march = fallback(&desk.meter, "2026-03-01", 31);
    assert_eq!(desk.import("march.fallback", march.as_bytes()).unwrap(), Kept::New);
    assert_eq!(desk.import("march.fallback", march.as_bytes()).unwrap(), Kept::Already);
    let shorter = fallback(&desk.meter, "2026-03-02", 30);
    let refusal = desk.import("shorter.fallback", shorter.as_bytes()).unwrap_err();
    assert_eq!(refusal, ImportRefusal::Archive(ArchiveRefusal::FallbackOverlap));
    assert_eq!(desk.import("april.fallback", fallback(&desk.meter, "2026-04-01", 7).as_bytes()).unwrap(), Kept::New);
    let mut forged = march.as_bytes().to_vec();
    forged[24] ^= 1;
    assert_eq!(desk.import("forged.fallback", &forged).unwrap_err().code(), "fallback-signature");
}

#[test]
fn tariffs_are_published_once_a_version() {
    let desk = Desk::new("economy7");
    let text = fixture("economy7");
    assert_eq!(desk.import("e.tariff", text.as_bytes()).unwrap(), Kept::Already);
    let other = text.replace("17.181", "17.182");
    let name = TariffName { name: "economy7".into(), version: 1 };
    let refusal = desk.import("e.tariff", other.as_bytes()).unwrap_err();
    assert_eq!(refusal, ImportRefusal::Policy(PolicyRefusal::OtherText(name)));
    let second = other.replace("version 1", "version 2");
    assert_eq!(desk.import("e.tariff", second.as_bytes()).unwrap(), Kept::New);
    assert_eq!(policy::tariff(&desk.store, "economy7", None).unwrap().tariff.version(), 2);
    assert_eq!(policy::tariff(&desk.store, "economy7", Some(1)).unwrap().tariff.version(), 1);
    let unknown = policy::tariff(&desk.store, "economy7", Some(3)).unwrap_err();
    assert_eq!(unknown, PolicyRefusal::UnknownTariff("economy7@3".into()));
    let refusal = desk.import("bad.tariff", b"tariff economy7").unwrap_err();
    assert_eq!(refusal.code(), "tariff-invalid");
}

#[test]
fn assignments_do_not_contradict_each_other_or_the_meter() {
    let desk = Desk::new("economy7");
    policy::publish(&desk.store, fixture("blocks").as_bytes(), now()).unwrap();
    let from = "2026-01-01".parse().unwrap();
    let assign = |name: &str, from| policy::assign(&desk.store, "M1", name, None, from);
    assert_eq!(assign("economy7", from).unwrap().1, Taken::Already);
    assert!(matches!(assign("blocks", from).unwrap_err(), PolicyRefusal::OtherAssignment { .. }));
    assert_eq!(assign("blocks", "2026-02-01".parse().unwrap()).unwrap().1, Taken::New);
    assert_eq!(assign("winter", from).unwrap_err(), PolicyRefusal::UnknownTariff("winter".into()));
    assert_eq!(policy::assignments(&desk.store, "M1").unwrap().len(), 2);

    let export = Register::new("export", Unit::WattHour, 20).unwrap();
    let other = Meter::of("M2", 8, export, wattproof_meter::calendar::Slot::new(0));
    registry::register(&desk.store, &other.record.to_bytes(), now()).unwrap();
    let refusal = policy::assign(&desk.store, "M2", "economy7", None, from).unwrap_err();
    assert!(matches!(&refusal, PolicyRefusal::Unfit { reason, .. } if reason.contains("`import`")), "{refusal}");

    assert_eq!(desk.import("x.assignment", b"economy7").unwrap_err().code(), "assignment-malformed");
    let tariff = TariffName { name: "economy7".into(), version: 1 };
    let strangers = Assignment { meter: MeterId([9; 8]), tariff, from };
    assert_eq!(desk.import("x.assignment", strangers.to_string().as_bytes()).unwrap_err().code(), "meter-unknown");
}

#[test]
fn files_are_told_by_their_ending_or_by_their_bytes() {
    let desk = Desk::new("economy7");
    let tariff = TariffName { name: "economy7".into(), version: 1 };
    let assignment = Assignment { meter: desk.meter.record.id(), tariff, from: "2026-05-01".parse().unwrap() };
    let files: [(&str, Vec<u8>, Kind); 5] = [
        ("a.bin", desk.meter.flat(day("2026-03-10"), 1).as_bytes().to_vec(), Kind::Batch),
        ("b", fallback(&desk.meter, "2026-03-01", 7).as_bytes().to_vec(), Kind::Fallback),
        ("c.txt", fixture("blocks").into_bytes(), Kind::Tariff),
        ("d.txt", assignment.to_string().into_bytes(), Kind::Assignment),
        ("e.dat", Meter::new("M2", 8).record.to_bytes(), Kind::Meter),
    ];
    for (name, bytes, kind) in files {
        let path = desk.file(name, &bytes);
        let imported = desk.import_all(&[path]);
        assert_eq!((imported[0].kind, imported[0].result.as_ref()), (Some(kind), Ok(&Kept::New)), "{name}");
    }
    assert_eq!(desk.import("notes.txt", b"hello").unwrap_err(), ImportRefusal::Unknown);
    assert_eq!(desk.import("empty", b"").unwrap_err(), ImportRefusal::Unknown);
    let large = vec![0; usize::try_from(MAX_FILE).unwrap() + 1];
    assert_eq!(desk.import("large.batch", &large).unwrap_err(), ImportRefusal::TooLarge);
    let missing = desk.import_all(&[PathBuf::from("/nonexistent.batch")]).remove(0).result.unwrap_err();
    assert_eq!((missing.code(), missing.fault()), ("file-unreadable", Fault::Own));
}

#[test]
fn a_folder_is_walked_in_order_and_other_files_are_left_alone() {
    let desk = Desk::new("economy7");
    let folder = desk.folder.path().join("in");
    fs::create_dir_all(folder.join("deep")).unwrap();
    let stranger = Meter::new("M2", 8);
    fs::write(folder.join("deep/z.pub"), stranger.record.to_bytes()).unwrap();
    fs::write(folder.join("b.batch"), stranger.flat(day("2026-03-11"), 1).as_bytes()).unwrap();
    fs::write(folder.join("a.batch"), desk.meter.flat(day("2026-03-10"), 1).as_bytes()).unwrap();
    fs::write(folder.join("readme.txt"), "nothing to import").unwrap();
    let imported = desk.import_all(&[folder.clone(), folder.join("a.batch")]);
    let names: Vec<_> = imported.iter().map(|one| one.path.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["z.pub", "a.batch", "b.batch"]);
    assert!(imported.iter().all(|one| one.result == Ok(Kept::New)));
}

#[test]
fn what_is_exported_is_all_a_fresh_store_needs() {
    let desk = Desk::new("economy7");
    desk.import_batches(&desk.household("2026-03-28", 2));
    let folder = desk.folder.path().join("out");
    let exported = export(&desk.store, "M1", "2026-03-28..2026-03-31", &folder).unwrap();
    let names: Vec<_> = exported.files.iter().map(|file| file.file_name().unwrap().to_str().unwrap()).collect();
    let expected = ["M1-020540.batch", "M1-020541.batch", "M1-2026-01-01.assignment", "M1.pub", "economy7-1.tariff"];
    assert_eq!(names, expected);
    assert_eq!(exported.missing, [day("2026-03-30")]);

    let fresh = Desk { store: Store::at(desk.folder.path().join("fresh.redb")), ..Desk::bare(Meter::new("M1", 7)) };
    let imported = fresh.import_all(std::slice::from_ref(&folder));
    assert!(imported.iter().all(|one| one.result == Ok(Kept::New)), "{imported:?}");
    let bill = fresh.prove("2026-03-28..2026-03-30").unwrap();
    assert_eq!(bill.total, desk.prove("2026-03-28..2026-03-30").unwrap().total);

    let nowhere = desk.file("a-file", b"");
    let refusal = export(&desk.store, "M1", "2026-03", &nowhere.join("x")).unwrap_err();
    assert!(matches!(refusal, ExportRefusal::File(_)));
    assert_eq!(export(&desk.store, "M2", "2026-03", &folder).unwrap_err().code(), "meter-unknown");
    assert_eq!(export(&desk.store, "M1", "march", &folder).unwrap_err().code(), "period-unreadable");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_make_an_import_panic_or_change_the_store(kind in 0usize..7, bytes: Vec<u8>) {
        thread_local! {
            static DESK: Desk = Desk::new("linear");
        }
        DESK.with(|desk| {
            let before = desk.store.stats().unwrap().tables;
            let ending = Kind::ALL.get(kind).map_or("any", |kind| kind.ending());
            let versioned = [&[1, 1][..], &bytes].concat();
            for bytes in [&bytes, &versioned] {
                assert!(desk.import(&format!("x.{ending}"), bytes).is_err());
            }
            assert_eq!(desk.store.stats().unwrap().tables, before);
        });
    }
}
