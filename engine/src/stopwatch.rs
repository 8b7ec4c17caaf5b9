//! What measurements count: wall time or, on one thread (`RAYON_NUM_THREADS=1`), the process's CPU time, which other
//! programs on the machine do not lengthen.

use std::time::{self, Duration};

/// A point of that time.
#[derive(Clone, Copy)]
pub(crate) enum Instant {
    Wall(time::Instant),
    #[cfg(unix)]
    Cpu(Duration),
}

impl Instant {
    pub(crate) fn now() -> Self {
        #[cfg(unix)]
        if std::env::var("RAYON_NUM_THREADS").as_deref() == Ok("1") {
            return Instant::Cpu(cpu());
        }
        Instant::Wall(time::Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        match self {
            Instant::Wall(started) => started.elapsed(),
            #[cfg(unix)]
            Instant::Cpu(started) => cpu().saturating_sub(started),
        }
    }
}

/// How long the process, all its threads together, has been on processors.
#[cfg(unix)]
fn cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Other tests run in this process, so CPU time may pass faster than wall time, but it does pass.
    #[test]
    #[cfg(unix)]
    fn work_is_cpu_time() {
        let (started, mut sum) = (Instant::Cpu(cpu()), 0u64);
        while started.elapsed() < Duration::from_millis(5) {
            sum = std::hint::black_box(sum + 1);
        }
        assert!(sum > 0);
    }
}
