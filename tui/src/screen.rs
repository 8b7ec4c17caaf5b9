//! The operator's screen.
//!
//! ```text
//! keys, mouse, time, reports ─► event ─► update(state) ─► effects ─► workers, clipboard, terminal
//!                                          state ─► draw ─► frame, what can be clicked
//! ```
//!
//! | file | holds |
//! |---|---|
//! | `state.rs`, `view.rs`, `list.rs` | what the screen knows: plain data |
//! | `event.rs`, `update.rs`, `update/` | what happens, and how the state changes: pure |
//! | `keymap.rs`, `guide.rs` | keys and commands; what is missing and what comes next |
//! | `pane/` | the steps of the walk, one file each: keys, commands, drawing |
//! | `overlay/` | help, palette, forms, questions |
//! | `draw.rs`, `canvas.rs`, `widget/`, `style.rs` | the frame, and what it is drawn with |
//! | `act.rs`, `act/`, `worker.rs` | the engine's acts, on threads of their own |
//! | `terminal.rs` | the terminal taken and given back |

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use crossterm::event::{self as terminal_event, MouseButton, MouseEventKind};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use wattproof_engine::clock;
use wattproof_engine::store::Store;
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::words::Words;

pub mod act;
pub mod canvas;
pub mod draw;
pub mod event;
pub mod guide;
pub mod keymap;
pub mod list;
pub mod overlay;
pub mod pane;
pub mod state;
pub mod style;
mod terminal;
pub mod update;
pub mod view;
pub mod widget;
mod worker;

#[cfg(test)]
mod tests;

use act::Act;
use canvas::Hits;
use event::{Effect, Effects, Event};
use keymap::Press;
use state::State;
use style::{Look, Theme};
use worker::{Word, Workers};

/// How often what turns is turned.
const TURN: Duration = Duration::from_millis(120);
/// How often the time is told when nothing turns.
const REST: Duration = Duration::from_millis(500);
/// How long a key is waited for at most: what a worker says is heard after this.
const HEAR: Duration = Duration::from_millis(30);
/// How often the store's file is looked at.
const WATCH: Duration = Duration::from_secs(1);

/// How the screen is to look.
#[derive(Clone, Copy, Debug)]
pub struct Choices {
    /// The colours; what the environment says otherwise.
    pub theme: Option<Theme>,
    /// Only ASCII.
    pub ascii: bool,
    /// Whether the mouse is heard.
    pub mouse: bool,
}

/// Opens the screen on a store until the user leaves.
pub fn run(store: &Store, choices: Choices) -> Result<(), Failure> {
    let env = |name: &str| std::env::var(name).ok();
    let theme = choices.theme.unwrap_or_else(|| Theme::of(env));
    let look = Look { theme, unicode: !choices.ascii && unicode(env) };
    let mut state = State::new(store.path().display().to_string(), String::new(), look, clock::now()?);
    state.mouse = choices.mouse;
    terminal::on_panic();
    let failed = |error: io::Error| Failure::from(Words::Output(error.to_string()));
    terminal::take(choices.mouse).map_err(failed)?;
    let done = Screen::new(store).and_then(|mut screen| screen.live(&mut state));
    terminal::give_back();
    if let Some(signal) = done.map_err(failed)? {
        terminal::end_by(signal);
    }
    Ok(())
}

/// Whether the locale shows more than ASCII.
fn unicode(env: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &str| env(name).filter(|value| !value.is_empty());
    let locale = set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG"));
    locale.is_none_or(|locale| {
        let locale = locale.to_uppercase();
        locale.contains("UTF-8") || locale.contains("UTF8")
    })
}

struct Screen {
    terminal: Terminal<CrosstermBackend<io::Stdout>>,
    workers: Workers,
    signals: terminal::Signals,
    store: PathBuf,
    hits: Hits,
    left: bool,
    began: Instant,
}

impl Screen {
    fn new(store: &Store) -> io::Result<Self> {
        Ok(Screen {
            terminal: fresh()?,
            workers: Workers::start(store),
            signals: terminal::Signals::listen()?,
            store: store.path().to_path_buf(),
            hits: Hits::default(),
            left: false,
            began: Instant::now(),
        })
    }

    /// Lives until the user leaves, or a signal ends it.
    fn live(&mut self, state: &mut State) -> io::Result<Option<i32>> {
        let size = self.terminal.size()?;
        self.happen(state, Event::Resize(size.width, size.height))?;
        self.workers.look(Act::Overview);
        let (mut turned, mut watched, mut stamp) = (Instant::now(), Instant::now(), stamp(&self.store));
        let mut stale = true;
        while !self.left {
            if stale {
                self.show(state)?;
            }
            stale = self.hear(state)?;
            for word in self.workers.words().collect::<Vec<_>>() {
                stale = true;
                let event = match word {
                    Word::Progress(progress) => Event::Progress(progress),
                    Word::Report(report) => Event::Report(report),
                };
                self.tell_time(state)?;
                self.happen(state, event)?;
            }
            if let Some(signal) = self.signals.end() {
                return Ok(Some(signal));
            }
            if self.signals.background() {
                self.happen(state, Event::Press(Press::Ctrl('z')))?;
                stale = true;
            }
            let pause = if state.running.is_some() { TURN } else { REST };
            if turned.elapsed() >= pause {
                turned = Instant::now();
                stale |= self.tell_time(state)?;
            }
            if watched.elapsed() >= WATCH {
                watched = Instant::now();
                let now = self::stamp(&self.store);
                if now != stamp && state.running.is_none() {
                    stamp = now;
                    self.happen(state, Event::Changed)?;
                }
            }
        }
        Ok(None)
    }

    /// Tells the time; true when that is to be seen.
    fn tell_time(&mut self, state: &mut State) -> io::Result<bool> {
        let before = state.notice.is_some();
        let Ok(now) = clock::now() else { return Ok(false) };
        self.happen(state, Event::Tick(now, self.began.elapsed()))?;
        Ok(state.running.is_some() || before != state.notice.is_some())
    }

    /// Hears keys, mouse and window for a moment; true when something came.
    fn hear(&mut self, state: &mut State) -> io::Result<bool> {
        let mut heard = false;
        let mut wait = HEAR;
        while !self.left && terminal_event::poll(wait)? {
            wait = Duration::ZERO;
            heard = true;
            let event = match terminal_event::read()? {
                terminal_event::Event::Key(key) => Press::of(key).map(Event::Press),
                terminal_event::Event::Paste(text) => Some(Event::Paste(Zeroizing::new(text))),
                terminal_event::Event::Resize(width, height) => Some(Event::Resize(width, height)),
                terminal_event::Event::Mouse(mouse) => match mouse.kind {
                    MouseEventKind::Down(MouseButton::Left) => self.hits.at(mouse.column, mouse.row).map(Event::Click),
                    MouseEventKind::ScrollUp => Some(Event::Wheel(-3)),
                    MouseEventKind::ScrollDown => Some(Event::Wheel(3)),
                    _ => None,
                },
                _ => None,
            };
            if let Some(event) = event {
                self.happen(state, event)?;
            }
        }
        Ok(heard)
    }

    fn happen(&mut self, state: &mut State, event: Event) -> io::Result<()> {
        let effects = update::update(state, event);
        self.bring_about(state, effects)
    }

    fn bring_about(&mut self, state: &mut State, effects: Effects) -> io::Result<()> {
        for effect in effects {
            match effect {
                Effect::Act(act) => self.workers.act(act),
                Effect::Look(act) => self.workers.look(act),
                Effect::Stop => self.workers.stop(),
                Effect::Copy(text) => terminal::copy(&text)?,
                Effect::Mouse(on) => terminal::set_mouse(on)?,
                Effect::Edit(path) => self.edit(state, &path)?,
                Effect::Suspend => {
                    terminal::suspend(state.mouse)?;
                    self.terminal = fresh()?;
                }
                Effect::Quit => self.left = true,
            }
        }
        Ok(())
    }

    /// Edits a file with the user's editor, which has the terminal meanwhile.
    fn edit(&mut self, state: &mut State, path: &Path) -> io::Result<()> {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let editor = set("VISUAL").or_else(|| set("EDITOR")).unwrap_or_else(|| "vi".into());
        let mut words = editor.split_whitespace();
        let program = words.next().unwrap_or("vi");
        terminal::give_back();
        let edited = Command::new(program).args(words).arg(path).status();
        terminal::take(state.mouse)?;
        self.terminal = fresh()?;
        if let Err(error) = edited {
            state.lack(format!("{program} cannot be started: {error}"), "set EDITOR to your editor");
        }
        self.workers.look(Act::Draft(path.into()));
        Ok(())
    }

    fn show(&mut self, state: &mut State) -> io::Result<()> {
        let hits = &mut self.hits;
        self.terminal.draw(|frame| {
            let (found, caret) = draw::draw(state, frame.buffer_mut());
            *hits = found;
            if let Some(caret) = caret {
                frame.set_cursor_position(caret);
            }
        })?;
        if self.hits.page > 0 && self.hits.page != state.page {
            let page = self.hits.page;
            self.happen(state, Event::Page(page))?;
        }
        Ok(())
    }
}

/// A terminal of which nothing is known yet: its first frame is drawn whole. It asks the terminal nothing, which may be
/// far away.
fn fresh() -> io::Result<Terminal<CrosstermBackend<io::Stdout>>> {
    Terminal::new(CrosstermBackend::new(io::stdout()))
}

/// What tells that a file was written.
fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let found = std::fs::metadata(path).ok()?;
    Some((found.modified().ok()?, found.len()))
}
