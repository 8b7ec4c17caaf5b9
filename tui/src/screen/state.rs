//! What the screen knows: plain data. Only [`super::update`] changes it, and drawing borrows it.
//!
//! Secrets are few and in one place each: the key's letters while they are typed and the key that is held
//! ([`super::pane::key`]), the readings that are open ([`super::pane::readings`]), the lines of a proved bill
//! ([`super::pane::bill`]). They wipe themselves or are wiped by `Forget`; the state has no `Debug`.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;
use wattproof_engine::progress::Progress;

use super::act::{TariffId, Trouble};
use super::keymap::Binding;
use super::overlay::Overlay;
use super::pane;
use super::style::Look;
use super::view::{MeterDetail, MeterRow, Snapshot};

/// The most lines of the log.
const LOG: usize = 2000;

/// A step of the walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pane {
    /// Registered meters.
    Meters,
    /// The meter's sealed batches.
    Batches,
    /// The customer's key.
    Key,
    /// The meter's readings, opened.
    Readings,
    /// Tariffs.
    Tariff,
    /// The bill and its proof.
    Bill,
    /// The supplier's checks.
    Verify,
    /// What was done.
    Log,
}

impl Pane {
    /// Every step, in order.
    pub const ALL: [Pane; 8] =
        [Pane::Meters, Pane::Batches, Pane::Key, Pane::Readings, Pane::Tariff, Pane::Bill, Pane::Verify, Pane::Log];

    /// Its place, from 0.
    pub fn place(self) -> usize {
        Pane::ALL.iter().position(|pane| *pane == self).unwrap_or(0)
    }

    /// Its name among the steps.
    pub fn name(self) -> &'static str {
        match self {
            Pane::Meters => "Meters",
            Pane::Batches => "Batches",
            Pane::Key => "Key",
            Pane::Readings => "Readings",
            Pane::Tariff => "Tariff",
            Pane::Bill => "Bill",
            Pane::Verify => "Verify",
            Pane::Log => "Log",
        }
    }

    /// Its whole name.
    pub fn title(self) -> &'static str {
        match self {
            Pane::Bill => "Bill & proof",
            Pane::Verify => "Verification",
            other => other.name(),
        }
    }

    /// Its own keys.
    pub fn bindings(self) -> &'static [Binding] {
        match self {
            Pane::Meters => pane::meters::KEYS,
            Pane::Batches => pane::batches::KEYS,
            Pane::Key => pane::key::KEYS,
            Pane::Readings => pane::readings::KEYS,
            Pane::Tariff => pane::tariff::KEYS,
            Pane::Bill => pane::bill::KEYS,
            Pane::Verify => pane::verify::KEYS,
            Pane::Log => pane::log::KEYS,
        }
    }
}

/// What the panes are about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Focus {
    /// The meter's name.
    pub meter: Option<String>,
    /// The billing period, as it is written to a command.
    pub period: Option<String>,
    /// The tariff looked at.
    pub tariff: Option<TariffId>,
}

/// A word to the user, at the foot of the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Whether it is good.
    pub good: bool,
    /// What there is to say.
    pub text: String,
    /// What to do.
    pub hint: String,
}

/// An act that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// What, in words.
    pub what: &'static str,
    /// Since when, by the running clock.
    pub since: Duration,
    /// How far it has come.
    pub progress: Option<Progress>,
    /// Since when the step is this one.
    pub step_since: Duration,
    /// Whether it was told to stop.
    pub stopping: bool,
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// What was done.
    pub what: String,
    /// What came of it.
    pub result: String,
    /// Whether that was good.
    pub good: bool,
}

/// What the screen knows.
pub struct State {
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// The present, as of the last tick.
    pub now: Timestamp,
    /// The running clock, as of the last tick: time since the program began, whatever the present is said to be.
    pub clock: Duration,
    /// How it looks.
    pub look: Look,
    /// Whether the mouse is heard.
    pub mouse: bool,
    /// The step.
    pub pane: Pane,
    /// Rows that the pane's list had room for when it was last drawn.
    pub page: usize,
    /// The store's path.
    pub store: String,
    /// Where files are written unless told otherwise: the folder the program was started in, as it is shown.
    pub folder: String,
    /// Whether the store was looked at.
    pub loaded: bool,
    /// Whether an act has changed the store since it was looked at.
    pub stale: bool,
    /// The store.
    pub snapshot: Snapshot,
    /// The meter looked at.
    pub detail: Option<MeterDetail>,
    /// What the panes are about.
    pub focus: Focus,
    /// Meters.
    pub meters: pane::meters::Meters,
    /// Batches.
    pub batches: pane::batches::Batches,
    /// Key.
    pub key: pane::key::KeyPane,
    /// Readings.
    pub readings: pane::readings::ReadingsPane,
    /// Tariff.
    pub tariff: pane::tariff::TariffPane,
    /// Bill and proof.
    pub bill: pane::bill::BillPane,
    /// Verification.
    pub verify: pane::verify::VerifyPane,
    /// Log.
    pub log: pane::log::LogPane,
    /// What lies over the pane, the uppermost last.
    pub overlays: Vec<Overlay>,
    /// A word to the user.
    pub notice: Option<Notice>,
    /// What is under way.
    pub running: Option<Running>,
    /// What was done, the latest last.
    pub entries: VecDeque<Entry>,
    /// When a key was last pressed, by the running clock.
    pub touched: Duration,
    /// Counts ticks, for what turns.
    pub ticks: usize,
}

impl State {
    /// Before anything was looked at.
    pub fn new(store: String, folder: String, look: Look, now: Timestamp) -> Self {
        State {
            size: (80, 24),
            now,
            clock: Duration::ZERO,
            look,
            mouse: true,
            pane: Pane::Meters,
            page: 10,
            store,
            folder,
            loaded: false,
            stale: false,
            snapshot: Snapshot::default(),
            detail: None,
            focus: Focus::default(),
            meters: pane::meters::Meters::default(),
            batches: pane::batches::Batches::default(),
            key: pane::key::KeyPane::default(),
            readings: pane::readings::ReadingsPane::default(),
            tariff: pane::tariff::TariffPane::default(),
            bill: pane::bill::BillPane::default(),
            verify: pane::verify::VerifyPane::default(),
            log: pane::log::LogPane::default(),
            overlays: Vec::new(),
            notice: None,
            running: None,
            entries: VecDeque::new(),
            touched: Duration::ZERO,
            ticks: 0,
        }
    }

    /// The meter that the panes are about.
    pub fn meter(&self) -> Option<&MeterRow> {
        let name = self.focus.meter.as_ref()?;
        self.snapshot.meters.iter().find(|meter| meter.name == *name)
    }

    /// Its batches, months and tariffs, when they were looked at.
    pub fn detail(&self) -> Option<&MeterDetail> {
        self.detail.as_ref().filter(|detail| Some(&detail.meter) == self.focus.meter.as_ref())
    }

    /// The month that is the period.
    pub fn month(&self) -> Option<&wattproof_engine::show::MonthRow> {
        let period = self.focus.period.as_ref()?;
        self.detail()?.months.iter().find(|month| month.month == *period)
    }

    /// Whether there is nothing to work with yet.
    pub fn is_empty(&self) -> bool {
        self.loaded && self.snapshot.meters.is_empty() && self.snapshot.bills.is_empty()
    }

    /// Says something good.
    pub fn say(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { good: true, text: text.into(), hint: String::new() });
    }

    /// Says what is wrong.
    pub fn complain(&mut self, trouble: &Trouble) {
        self.notice = Some(Notice { good: false, text: trouble.message.clone(), hint: trouble.hint.clone() });
    }

    /// Says that something is missing.
    pub fn lack(&mut self, text: impl Into<String>, hint: impl Into<String>) {
        self.notice = Some(Notice { good: false, text: text.into(), hint: hint.into() });
    }

    /// Notes what was done. Nothing secret may come here.
    pub fn note(&mut self, what: impl Into<String>, result: impl Into<String>, good: bool) {
        if self.entries.len() == LOG {
            self.entries.pop_front();
        }
        self.entries.push_back(Entry { at: self.now, what: what.into(), result: result.into(), good });
        self.log.follow(&self.entries);
    }
}
