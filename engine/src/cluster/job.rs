//! What a job carries to a worker, and what comes back of each of its bills: public things only.

use std::path::PathBuf;

use jiff::Timestamp;

use super::excerpt::Excerpt;
use super::wire::{bytes, put_bytes};
use crate::bills::Reason;
use crate::desk::version::CIRCUIT_VERSION;
use crate::ledger::Charge;
use crate::store::record::{Fields, put_text};
use crate::supplier::Refused;

/// What a bill of a job is known by: a digest of everything its result depends on.
pub(crate) type BillId = [u8; 32];

/// The id of a bill of an act: of what the store says of it, and of what else it depends on but for the present.
pub(crate) fn bill_id(act: &str, excerpt: &Excerpt, parts: &[&[u8]]) -> BillId {
    let mut all = Vec::new();
    put_text(&mut all, act);
    put_text(&mut all, &program());
    parts.iter().for_each(|part| put_bytes(&mut all, part));
    excerpt.put(&mut all);
    let hash = blake2b_simd::Params::new().hash_length(32).personal(b"wp1-queue").hash(&all);
    std::array::from_fn(|place| hash.as_bytes()[place])
}

/// A part of a bulk act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    /// The present, as whoever asks has it.
    pub(crate) now: Timestamp,
    /// What the store says of these bills.
    pub(crate) excerpt: Excerpt,
    pub(crate) act: Act,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Check bills, each with its bytes.
    Verify(Vec<(BillId, Vec<u8>)>),
    /// Prove bills.
    Prove(ProveJob),
}

/// Bills to prove. Keys stay where they are: a worker reads their files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProveJob {
    /// The folder of the keys.
    pub(crate) keys: PathBuf,
    pub(crate) period: String,
    pub(crate) disclose_anyway: bool,
    /// Bits that bills may say about a slot, when they are counted.
    pub(crate) budget: Option<u32>,
    /// What was said before of these meters.
    pub(crate) charges: Vec<Charge>,
    /// Each with its meter's name, which is its key's file's too.
    pub(crate) meters: Vec<(BillId, String)>,
}

/// What became of a bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is right.
    Holds,
    /// It is not, or cannot be proved.
    Refused(Refused),
    /// It was proved: its bytes, and what it will be charged.
    Proved { bytes: Vec<u8>, charge: Option<Charge> },
}

impl Job {
    /// The bills, in order.
    pub(crate) fn bills(&self) -> Vec<BillId> {
        match &self.act {
            Act::Verify(bills) => bills.iter().map(|(id, _)| *id).collect(),
            Act::Prove(job) => job.meters.iter().map(|(id, _)| *id).collect(),
        }
    }

    /// As [`Job::read`] takes it.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_text(&mut out, &program());
        out.extend_from_slice(&self.now.as_second().to_le_bytes());
        self.excerpt.put(&mut out);
        match &self.act {
            Act::Verify(bills) => {
                out.push(0);
                put_count(&mut out, bills.len());
                for (id, bytes) in bills {
                    out.extend_from_slice(id);
                    put_bytes(&mut out, bytes);
                }
            }
            Act::Prove(job) => {
                out.push(1);
                job.put(&mut out);
            }
        }
        out
    }

    /// Nothing when the bytes are of another program or not whole.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        fields.text().filter(|made_by| *made_by == program())?;
        let now = Timestamp::from_second(fields.i64()?).ok()?;
        let excerpt = Excerpt::read(&mut fields)?;
        let act = match fields.u8()? {
            0 => {
                Act::Verify(many(&mut fields, |fields| Some((fields.array()?, super::wire::bytes(fields)?.to_vec())))?)
            }
            1 => Act::Prove(ProveJob::read(&mut fields)?),
            _ => return None,
        };
        fields.end(Job { now, excerpt, act })
    }
}

impl ProveJob {
    fn put(&self, out: &mut Vec<u8>) {
        put_bytes(out, self.keys.as_os_str().as_encoded_bytes());
        put_text(out, &self.period);
        out.push(u8::from(self.disclose_anyway));
        put_optional(out, self.budget.map(u32::to_le_bytes).as_ref().map(|bytes| bytes.as_slice()));
        put_count(out, self.charges.len());
        self.charges.iter().for_each(|charge| put_text(out, &charge.to_string()));
        put_count(out, self.meters.len());
        for (id, meter) in &self.meters {
            out.extend_from_slice(id);
            put_text(out, meter);
        }
    }

    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let keys = std::str::from_utf8(bytes(fields)?).ok()?.into();
        let period = fields.text()?;
        let disclose_anyway = fields.u8()? != 0;
        let budget = match fields.u8()? {
            0 => None,
            _ => Some(Fields(bytes(fields)?).u32()?),
        };
        let charges = many(fields, |fields| Charge::parse(&fields.text()?))?;
        let meters = many(fields, |fields| Some((fields.array()?, fields.text()?)))?;
        Some(ProveJob { keys, period, disclose_anyway, budget, charges, meters })
    }
}

impl Outcome {
    /// Whether it stays true whatever happens: the rest is asked for again by the next run.
    pub(crate) fn stays(&self) -> bool {
        !matches!(self, Outcome::Refused(refused) if !refused.is_final)
    }

    /// As [`Outcome::read`] takes it.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Outcome::Holds => out.push(0),
            Outcome::Refused(Refused { reason: Reason { code, message, hint }, is_final }) => {
                out.extend_from_slice(&[1, u8::from(*is_final)]);
                [code, message, hint].into_iter().for_each(|text| put_text(&mut out, text));
            }
            Outcome::Proved { bytes, charge } => {
                out.push(2);
                put_optional(&mut out, charge.as_ref().map(Charge::to_string).as_deref().map(str::as_bytes));
                put_bytes(&mut out, bytes);
            }
        }
        out
    }

    /// Nothing when the bytes are no outcome.
    pub(crate) fn read(from: &[u8]) -> Option<Self> {
        let mut fields = Fields(from);
        let outcome = match fields.u8()? {
            0 => Outcome::Holds,
            1 => {
                let is_final = fields.u8()? != 0;
                let reason = Reason { code: fields.text()?, message: fields.text()?, hint: fields.text()? };
                Outcome::Refused(Refused { reason, is_final })
            }
            2 => {
                let charge = match fields.u8()? {
                    0 => None,
                    _ => Some(Charge::parse(std::str::from_utf8(bytes(&mut fields)?).ok()?)?),
                };
                Outcome::Proved { charge, bytes: bytes(&mut fields)?.to_vec() }
            }
            _ => return None,
        };
        fields.end(outcome)
    }
}

/// Which program wrote a job: another's may mean something else.
fn program() -> String {
    format!("wattproof {}, circuits {CIRCUIT_VERSION}", env!("CARGO_PKG_VERSION"))
}

fn put_count(out: &mut Vec<u8>, count: usize) {
    out.extend_from_slice(&(count as u32).to_le_bytes());
}

fn put_optional(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
    out.push(u8::from(bytes.is_some()));
    if let Some(bytes) = bytes {
        put_bytes(out, bytes);
    }
}

/// As many as a count says; the list grows only by what is there.
fn many<'a, T>(fields: &mut Fields<'a>, mut one: impl FnMut(&mut Fields<'a>) -> Option<T>) -> Option<Vec<T>> {
    let count = fields.u32()?;
    (0..count).map(|_| one(fields)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use crate::store::StoreRefusal;
    use crate::store::table::{METERS, View};

    fn jobs() -> Vec<Job> {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(folder.path().join("store.redb"));
        store.change(|change| change.put(METERS, b"a", b"meter")).unwrap();
        let excerpt = store.look(|view| {
            let recorder = crate::cluster::excerpt::Recorder::new(view);
            recorder.get(METERS, b"a")?;
            Ok::<_, StoreRefusal>(recorder.into_excerpt())
        });
        let excerpt = excerpt.unwrap();
        let now = "2026-06-01T12:00:00Z".parse().unwrap();
        let said = "b".repeat(64);
        let line =
            format!("2026-11-02T09:00:00Z meter 00112233aabbccdd, slots 985440+1488, millibits 25402, said {said}");
        let prove = ProveJob {
            keys: "/keys".into(),
            period: "2026-03".into(),
            disclose_anyway: true,
            budget: Some(256),
            charges: vec![Charge::parse(&line).unwrap()],
            meters: vec![([3; 32], "m1".into())],
        };
        let verify = Act::Verify(vec![([1; 32], vec![7; 300]), ([2; 32], vec![])]);
        let plain = ProveJob { budget: None, charges: vec![], disclose_anyway: false, ..prove.clone() };
        let acts = [verify, Act::Prove(prove), Act::Prove(plain)];
        acts.map(|act| Job { now, excerpt: excerpt.clone(), act }).into()
    }

    #[test]
    fn jobs_have_one_form() {
        for job in jobs() {
            let bytes = job.to_bytes();
            assert_eq!(Job::read(&bytes).as_ref(), Some(&job));
            for end in 0..bytes.len() {
                assert_eq!(Job::read(&bytes[..end]), None, "cut at {end}");
            }
            assert_eq!(Job::read(&[&bytes[..], &[0]].concat()), None, "one byte more");
            let mut other = bytes.clone();
            other[2] ^= 1;
            assert_eq!(Job::read(&other), None, "another program's");
        }
    }

    #[test]
    fn outcomes_have_one_form() {
        let reason = Reason { code: "a-code".into(), message: "It is wrong.".into(), hint: "do it".into() };
        let charge = jobs().into_iter().find_map(|job| match job.act {
            Act::Prove(job) => job.charges.into_iter().next(),
            Act::Verify(_) => None,
        });
        assert!(charge.is_some());
        let outcomes = [
            Outcome::Holds,
            Outcome::Refused(Refused { reason: reason.clone(), is_final: true }),
            Outcome::Refused(Refused { reason, is_final: false }),
            Outcome::Proved { bytes: vec![1, 2, 3], charge },
            Outcome::Proved { bytes: vec![], charge: None },
        ];
        let stays: Vec<bool> = outcomes.iter().map(Outcome::stays).collect();
        assert_eq!(stays, [true, true, false, true, true]);
        for outcome in outcomes {
            let bytes = outcome.to_bytes();
            assert_eq!(Outcome::read(&bytes).as_ref(), Some(&outcome));
            for end in 0..bytes.len() {
                assert_eq!(Outcome::read(&bytes[..end]), None, "cut at {end}");
            }
            assert_eq!(Outcome::read(&[&bytes[..], &[0]].concat()), None, "one byte more");
        }
        assert_eq!(Outcome::read(&[3]), None);
    }
}
