//! Bulk work by many processes, on one machine or several, over a queue in a database.
//!
//! Whoever asks (`bulk prove`, `bulk verify`) cuts its act into jobs, puts them into the queue with what the store says of
//! their bills, and takes the results in, in order, onto its own disk. Workers do exactly what a thread of the bulk act on
//! one machine does. A worker that dies is missed, and its jobs are begun again by others; a bill has one result however
//! often it is worked on. `docs/cluster.md` tells what is promised.
//!
//! | file | holds |
//! |---|---|
//! | `queue.rs` | the database: apalis' jobs, and a row a bill |
//! | `job.rs`, `wire.rs` | what travels, as bytes |
//! | `excerpt.rs` | what the store says of some bills |
//! | `line.rs` | what one run has asked for and waits for |
//! | `verify.rs`, `prove.rs` | the acts: asking, a worker's part, taking in |
//! | `worker.rs` | a worker |

mod excerpt;
mod job;
mod line;
mod prove;
mod queue;
mod refusal;
mod verify;
mod wire;
mod worker;

pub use prove::prove_queued;
pub use queue::Queue;
pub use refusal::ClusterRefusal;
pub use worker::{Terms, Worked, work};
