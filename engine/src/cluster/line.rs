//! What one run has asked for and not yet taken in, in order.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use super::job::{BillId, Job, Outcome};
use super::queue::{Count, Link};
use super::refusal::ClusterRefusal;
use crate::progress::Progress;

/// How many tickets may be out: what the queue's database holds at a time is bounded, and workers have enough to do.
const AHEAD: usize = 256;
/// How often the queue is asked for results.
const PAUSE: Duration = Duration::from_millis(200);

/// Some bills that were asked for together.
pub(crate) struct Ticket<T> {
    /// What whoever asked keeps of them.
    pub(crate) about: T,
    bills: Vec<BillId>,
    /// Those of this ticket's own, and of runs that asked for the same bills before.
    jobs: BTreeSet<String>,
}

/// Results by bill.
pub(crate) type Outcomes = HashMap<BillId, Outcome>;

/// Tickets in order.
pub(crate) struct Line<'a, T> {
    link: &'a Link,
    out: VecDeque<Ticket<T>>,
    step: &'static str,
    total: u64,
    /// Bills taken in, and those that needed no worker.
    done: u64,
}

impl<'a, T> Line<'a, T> {
    pub(crate) fn new(link: &'a Link, step: &'static str, total: u64) -> Self {
        Line { link, out: VecDeque::new(), step, total, done: 0 }
    }

    /// Whether enough is out.
    pub(crate) fn is_full(&self) -> bool {
        self.out.len() >= AHEAD
    }

    /// Asks for bills. Those that another run has asked for are waited for, or are there; `job` makes a job of the rest.
    pub(crate) fn ask(
        &mut self,
        about: T,
        bills: Vec<BillId>,
        job: impl FnOnce(&dyn Fn(&BillId) -> bool) -> Job,
    ) -> Result<(), ClusterRefusal> {
        let mut known = self.link.asked(&bills)?;
        let stale: Vec<BillId> = known
            .iter()
            .filter(|(_, row)| row.outcome.as_ref().is_some_and(|outcome| !outcome.stays()))
            .map(|(bill, _)| *bill)
            .collect();
        self.link.forget(&stale, &[])?;
        stale.iter().for_each(|bill| drop(known.remove(bill)));

        let mut jobs = BTreeSet::new();
        for row in known.values() {
            // Whoever asked before may have died between writing the job down and asking for it.
            if row.outcome.is_none() && !jobs.contains(&row.job) {
                self.link.push(&row.job)?;
            }
            jobs.insert(row.job.clone());
        }
        if known.len() < bills.len() {
            let job = job(&|bill| !known.contains_key(bill));
            jobs.insert(self.link.post(&job)?);
        }
        self.out.push_back(Ticket { about, bills, jobs });
        Ok(())
    }

    /// Waits for the results of the first ticket. The rows stay until they are forgotten.
    pub(crate) fn take(
        &mut self,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Option<(Ticket<T>, Outcomes)>, ClusterRefusal> {
        let Some(mut first) = self.out.pop_front() else { return Ok(None) };
        loop {
            let counts = self.link.counts()?;
            let of = |job: &String| counts.get(job).copied().unwrap_or_default();
            if first.jobs.iter().all(|job| of(job).done >= of(job).bills)
                && let Some(outcomes) = self.outcomes(&mut first)?
            {
                return Ok(Some((first, outcomes)));
            }
            self.given_up(&first)?;
            let out: BTreeSet<&String> = self.out.iter().chain([&first]).flat_map(|ticket| &ticket.jobs).collect();
            progress(self.progress(out.into_iter().map(of)));
            std::thread::sleep(PAUSE);
        }
    }

    /// The results, when all are there. A bill that another run took over at the same moment is waited for with it.
    fn outcomes(&self, ticket: &mut Ticket<T>) -> Result<Option<Outcomes>, ClusterRefusal> {
        let rows = self.link.asked(&ticket.bills)?;
        if rows.len() < ticket.bills.len() {
            return Err(ClusterRefusal::Taken { count: ticket.bills.len() - rows.len() });
        }
        ticket.jobs.extend(rows.values().map(|row| row.job.clone()));
        Ok(rows.into_iter().map(|(bill, row)| Some((bill, row.outcome?))).collect())
    }

    fn given_up(&self, ticket: &Ticket<T>) -> Result<(), ClusterRefusal> {
        let given_up = self.link.given_up()?;
        match ticket.jobs.iter().find_map(|job| given_up.get(job)) {
            Some(reason) => Err(ClusterRefusal::GivenUp { count: ticket.bills.len() as u64, reason: reason.clone() }),
            None => Ok(()),
        }
    }

    /// Before the first result it may be that no worker is there.
    fn progress(&self, counts: impl Iterator<Item = Count>) -> Progress {
        let done = self.done + counts.map(|count| count.done).sum::<u64>();
        Progress { step: if done > 0 { self.step } else { "wait" }, done: done.min(self.total), total: self.total }
    }

    /// A ticket's bills are written down: the queue need not keep them. `count` includes those that needed no worker.
    pub(crate) fn settled(&mut self, ticket: &Ticket<T>, count: usize) -> Result<(), ClusterRefusal> {
        self.done += count as u64;
        self.link.forget(&ticket.bills, &ticket.jobs.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::cluster::Queue;
    use crate::cluster::excerpt::Excerpt;
    use crate::cluster::job::Act;
    use crate::cluster::queue::{ATTEMPTS, Pool};

    fn queue(folder: &tempfile::TempDir) -> Queue {
        Queue::open(&format!("sqlite:{}", folder.path().join("queue.db").display()), 2).unwrap()
    }

    /// A line in which these bills are asked for, each by its first byte.
    fn asked<'a>(queue: &'a Queue, bills: &[u8]) -> Line<'a, ()> {
        let mut line = Line::new(queue.link(), "verify", bills.len() as u64);
        let ids = bills.iter().map(|bill| [*bill; 32]).collect();
        line.ask((), ids, |wanted| {
            let bills = bills.iter().map(|bill| [*bill; 32]).filter(|id| wanted(id)).map(|id| (id, Vec::new()));
            let (now, excerpt) = (Timestamp::UNIX_EPOCH, Excerpt::default());
            Job { now, excerpt, act: Act::Verify(bills.collect()) }
        })
        .unwrap();
        line
    }

    fn answer(queue: &Queue, bills: &[u8], outcome: &Outcome) {
        let outcomes: Vec<_> = bills.iter().map(|bill| ([*bill; 32], outcome.clone())).collect();
        queue.link().answer(&outcomes).unwrap();
    }

    fn refused(is_final: bool) -> Outcome {
        let text = String::new;
        let reason = crate::bills::Reason { code: "a-code".into(), message: text(), hint: text() };
        Outcome::Refused(crate::supplier::Refused { reason, is_final })
    }

    #[test]
    fn a_bill_is_asked_for_once_and_has_one_result() {
        let folder = tempfile::tempdir().unwrap();
        let queue = queue(&folder);
        let (mut one, mut other) = (asked(&queue, &[1, 2]), asked(&queue, &[2, 3]));
        let jobs = queue.link().counts().unwrap();
        assert_eq!(jobs.values().map(|count| (count.bills, count.done)).max(), Some((2, 0)));
        assert_eq!(jobs.len(), 2, "the second job is of the third bill alone");
        answer(&queue, &[1, 2], &Outcome::Holds);
        answer(&queue, &[2, 3], &refused(true));
        let (ticket, outcomes) = one.take(&mut |_| {}).unwrap().unwrap();
        assert_eq!(outcomes, [([1; 32], Outcome::Holds), ([2; 32], Outcome::Holds)].into(), "the first one stays");
        let (_, outcomes) = other.take(&mut |_| {}).unwrap().unwrap();
        assert_eq!(outcomes, [([2; 32], Outcome::Holds), ([3; 32], refused(true))].into());
        one.settled(&ticket, 2).unwrap();
        answer(&queue, &[1], &refused(true));
        assert!(queue.link().asked(&[[1; 32], [2; 32]]).unwrap().is_empty(), "what is forgotten does not come back");
        assert!(one.take(&mut |_| {}).unwrap().is_none());
    }

    #[test]
    fn what_may_change_is_asked_again() {
        let folder = tempfile::tempdir().unwrap();
        let queue = queue(&folder);
        let _died = asked(&queue, &[1, 2]);
        answer(&queue, &[1], &refused(false));
        answer(&queue, &[2], &refused(true));
        let mut line = asked(&queue, &[1, 2]);
        answer(&queue, &[1], &Outcome::Holds);
        let (_, outcomes) = line.take(&mut |_| {}).unwrap().unwrap();
        assert_eq!(outcomes, [([1; 32], Outcome::Holds), ([2; 32], refused(true))].into());
    }

    #[test]
    fn results_that_another_run_took() {
        let folder = tempfile::tempdir().unwrap();
        let queue = queue(&folder);
        let mut line = asked(&queue, &[1, 2]);
        answer(&queue, &[1, 2], &Outcome::Holds);
        queue.link().forget(&[[2; 32]], &[]).unwrap();
        let refusal = line.take(&mut |_| {}).err().unwrap();
        assert!(matches!(refusal, ClusterRefusal::Taken { count: 1 }), "{refusal}");
    }

    #[test]
    fn results_of_another_program() {
        let folder = tempfile::tempdir().unwrap();
        let queue = queue(&folder);
        let mut line = asked(&queue, &[1]);
        let Pool::Sqlite(pool) = &queue.link().pool else { panic!("it is in a file") };
        let other = sqlx::query("UPDATE wattproof_bills SET result = x'FF'").execute(pool);
        queue.link().handle.block_on(other).unwrap();
        let refusal = line.take(&mut |_| {}).err().unwrap();
        assert!(matches!(refusal, ClusterRefusal::Foreign { what: "result" }), "{refusal}");
    }

    #[test]
    fn a_job_that_kills_its_workers_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let queue = queue(&folder);
        let mut line = asked(&queue, &[1]);
        let job = queue.link().counts().unwrap().into_keys().next().unwrap();
        for _ in 0..ATTEMPTS {
            assert_eq!(queue.link().begin(&job).unwrap().unwrap().open, [[1; 32]]);
        }
        assert!(queue.link().begin(&job).unwrap().is_none());
        let refusal = line.take(&mut |_| {}).err().unwrap();
        assert!(matches!(refusal, ClusterRefusal::GivenUp { count: 1, .. }), "{refusal}");
        // A worker that leaves it has not tried.
        queue.link().push(&job).unwrap();
        for _ in 0..=ATTEMPTS {
            assert!(queue.link().begin(&job).unwrap().is_some());
            queue.link().leave(&job).unwrap();
        }
    }
}
