//! A street of meters, for tests of bulk acts.

use std::fs;
use std::path::{Path, PathBuf};

use wattproof_circuits::bill::Bill;
use wattproof_engine::customer::{self, BulkOrder, BulkProved, Order};
use wattproof_engine::store::Store;
use wattproof_engine::{policy, registry};

use super::{Desk, Meter, day, fixture, now};

/// The day that is billed.
pub const PERIOD: &str = "2026-03-10..2026-03-11";

/// A supplier's desk with meters `m0`, `m1`, … under tariffs in turn, a day each, and their keys in a folder.
pub struct Street {
    pub desk: Desk,
    pub meters: Vec<Meter>,
}

impl Street {
    pub fn new(meters: u8, tariffs: &[&str]) -> Self {
        let desk = Desk::bare(Meter::new("M1", 7));
        let street = Street { meters: (0..meters).map(|n| Meter::new(&format!("m{n}"), 20 + n)).collect(), desk };
        tariffs.iter().for_each(|tariff| street.desk.publish(&fixture(tariff)));
        fs::create_dir(street.path("keys")).unwrap();
        for (n, meter) in street.meters.iter().enumerate() {
            registry::register(street.store(), &meter.record.to_bytes(), now()).unwrap();
            let (name, tariff) = (meter.record.name(), tariffs[n % tariffs.len()]);
            policy::assign(street.store(), name, tariff, None, "2026-01-01".parse().unwrap()).unwrap();
            let batch = meter.flat(day("2026-03-10"), 100 + n as u32);
            street.desk.import(&format!("{name}.batch"), batch.as_bytes()).unwrap();
            fs::write(street.path(&format!("keys/{name}.key")), meter.key.to_text().as_bytes()).unwrap();
        }
        street
    }

    pub fn store(&self) -> &Store {
        &self.desk.store
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.desk.folder.path().join(name)
    }

    pub fn order<'a>(&self, keys: &'a Path, out: &'a Path) -> BulkOrder<'a> {
        BulkOrder { keys, period: PERIOD, out, purse: None, disclose_anyway: false, jobs: 2, now: now() }
    }

    pub fn prove(&self) -> BulkProved {
        let (keys, out) = (self.path("keys"), self.path("bills"));
        customer::prove_bulk(self.store(), &self.order(&keys, &out), &mut |_| {}).unwrap()
    }

    /// One more bill of a meter for the same period.
    pub fn again(&self, meter: usize) -> Vec<u8> {
        let order = Order {
            meter: self.meters[meter].record.name(),
            period: PERIOD,
            revision: 0,
            batches_from: None,
            purse: None,
            disclose_anyway: false,
            now: now(),
        };
        customer::prove(self.store(), &self.meters[meter].key, &order, &mut |_| {}).unwrap().bytes
    }

    pub fn copy(&self) -> Store {
        let copy = self.path("copy.redb");
        fs::copy(self.store().path(), &copy).unwrap();
        Store::at(copy)
    }
}

/// A bill with something changed.
pub fn change(bytes: &[u8], act: impl Fn(&mut Bill)) -> Vec<u8> {
    let mut bill = Bill::from_bytes(bytes).unwrap();
    act(&mut bill);
    bill.to_bytes()
}
