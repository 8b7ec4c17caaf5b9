//! What measurements read from the machine.

use std::fs;
use std::time::Instant;

/// Seconds of wall time that something takes, and what it gives.
pub fn timed<T>(act: impl FnOnce() -> T) -> (T, f64) {
    let started = Instant::now();
    let done = act();
    (done, started.elapsed().as_secs_f64())
}

/// Starts the high-water mark of resident memory anew, where the system can.
pub fn reset_peak() {
    let _kept_when_refused = fs::write("/proc/self/clear_refs", "5");
}

/// MiB of resident memory at most since the last reset (`VmHWM`), where the system tells.
pub fn peak_mib() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok())
        .map_or(0.0, |kilobytes| kilobytes / 1024.0)
}

/// Seconds that the process, all its threads together, has spent on processors, where the system tells.
pub fn cpu_seconds() -> f64 {
    // Fields 14 and 15, in hundredths of a second; the name before them may hold anything but a closing bracket last.
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace().skip(11).take(2);
    fields.filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / 100.0
}
