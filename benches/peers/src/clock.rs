//! Time on the processor. The machine may be shared, so nothing here reads a wall clock.

use rustix::time::{ClockId, clock_gettime};
use wattproof_circuits::yardstick::Multiexp;

/// Milliseconds that this process, all threads together, has spent on processors.
fn now() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// Started at some point of the process's time on processors.
#[derive(Clone, Copy)]
pub struct Clock(f64);

impl Clock {
    pub fn start() -> Self {
        Clock(now())
    }

    /// Milliseconds since.
    pub fn ms(self) -> f64 {
        now() - self.0
    }
}

/// What `act` gives and the milliseconds it takes.
pub fn timed<T>(act: impl FnOnce() -> T) -> (T, f64) {
    let clock = Clock::start();
    let given = act();
    (given, clock.ms())
}

pub fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// M: one full-width multi-exponentiation of 2^11 points on Vesta.
pub struct Yardstick(Multiexp);

impl Yardstick {
    pub fn new() -> Self {
        Yardstick(Multiexp::new(11))
    }

    /// Milliseconds of one M.
    pub fn ms(&self) -> f64 {
        timed(|| std::hint::black_box(self.0.run())).1
    }
}
