//! Threads that do the engine's acts, so that the drawing thread never waits for one.
//!
//! There are two: one for acts that may take long, one at a time and stoppable, and one for looks, which go on beside.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use wattproof_engine::progress::Progress;
use wattproof_engine::store::Store;

use super::act::{Act, Desk, Report, Trouble, Watch};

/// What a worker says.
pub enum Word {
    /// How far the act has come.
    Progress(Progress),
    /// The act is over.
    Report(Box<Report>),
}

/// The two threads.
pub struct Workers {
    acts: Sender<Act>,
    looks: Sender<Act>,
    stop: Arc<AtomicBool>,
    words: Receiver<Word>,
}

impl Workers {
    /// Starts them over a store.
    pub fn start(store: &Store) -> Self {
        let (tell, words) = mpsc::channel();
        let stop = Arc::new(AtomicBool::new(false));
        let acts = lane("acts", store.clone(), tell.clone(), stop.clone());
        let looks = lane("looks", store.clone(), tell, Arc::new(AtomicBool::new(false)));
        Workers { acts, looks, stop, words }
    }

    /// Has an act done after those before it.
    pub fn act(&self, act: Act) {
        self.stop.store(false, Ordering::Relaxed);
        // A worker lives as long as this does.
        let _sent = self.acts.send(act);
    }

    /// Has a look taken, beside what is being done.
    pub fn look(&self, act: Act) {
        let _sent = self.looks.send(act);
    }

    /// Stops the act that is under way.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// What was said since the last time.
    pub fn words(&self) -> impl Iterator<Item = Word> + '_ {
        self.words.try_iter()
    }
}

fn lane(name: &str, store: Store, tell: Sender<Word>, stop: Arc<AtomicBool>) -> Sender<Act> {
    let (send, acts) = mpsc::channel::<Act>();
    let work = move || {
        let mut desk = Desk::new(store);
        for act in acts {
            let report = perform(&mut desk, act, &tell, &stop);
            if tell.send(Word::Report(Box::new(report))).is_err() {
                break;
            }
        }
    };
    // A program that gets no thread has no screen either: the first act then comes to nothing.
    let _thread = thread::Builder::new().name(name.into()).spawn(work);
    send
}

/// Does an act; a panic in it is a report of failure and not the end.
fn perform(desk: &mut Desk, act: Act, tell: &Sender<Word>, stop: &AtomicBool) -> Report {
    let again = act.clone();
    let mut progress = |progress| drop(tell.send(Word::Progress(progress)));
    let done = catch_unwind(AssertUnwindSafe(|| desk.perform(act, &mut Watch { progress: &mut progress, stop })));
    done.unwrap_or_else(|_| again.failed(Trouble::internal()))
}
