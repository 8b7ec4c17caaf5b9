//! Tests of the screen as a whole: what each pane looks like, that no keys lose the way, that a frame is quick.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod fixture;
mod frames;
mod habits;
mod keys;
mod random;
mod speed;
mod walk;
