//! How a long act goes: a line on standard error, only when that is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use wattproof_engine::progress::Progress;

/// A line that shows the step at hand. Vanishes when dropped.
pub struct Bar {
    bar: ProgressBar,
    step: &'static str,
    counted: &'static str,
}

/// How much of how much.
const COUNTED: &str = "{msg:8} [{bar:30}] {pos}/{len}";
/// The same with the rate and the time left.
const TIMED: &str = "{msg:8} [{bar:30}] {pos}/{len}  {per_sec}  {eta} left";

impl Bar {
    /// Nothing is drawn yet.
    pub fn new(quiet: bool) -> Self {
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        Bar { bar: ProgressBar::with_draw_target(Some(1), target), step: "", counted: COUNTED }
    }

    /// The same, for work of minutes or hours: it tells the rate and the time left.
    pub fn timed(quiet: bool) -> Self {
        let mut bar = Bar::new(quiet);
        bar.counted = TIMED;
        bar
    }

    /// Shows a step and how much of it is done.
    pub fn show(&mut self, progress: Progress) {
        if self.step != progress.step {
            self.step = progress.step;
            let counted = progress.total > 1;
            let template = if counted { self.counted } else { "{msg:8} {spinner} {elapsed}" };
            if let Ok(style) = ProgressStyle::with_template(template) {
                self.bar.set_style(style.progress_chars("=> "));
            }
            self.bar.set_message(self.step);
            self.bar.enable_steady_tick(Duration::from_millis(120));
        }
        self.bar.set_length(progress.total);
        self.bar.set_position(progress.done);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
