//! The walk on a store of its own, with the engine's own acts: from an empty store to an accepted bill, through refused
//! ones and a wrong key. With `WATTPROOF_RECORD=1` its frames become the pictures of README and `docs/terminal.md`.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use tempfile::TempDir;
use wattproof_engine::store::Store;
use zeroize::Zeroizing;

use super::fixture::{fake_key, frame, now, text};
use crate::screen::act::{Act, Desk, Watch};
use crate::screen::event::{Effect, Effects, Event};
use crate::screen::keymap::{Command, Press};
use crate::screen::state::{Pane, State};
use crate::screen::style::{Look, Theme};
use crate::screen::update::{run, update};

/// The screen on a store, its acts done at once.
struct Walk {
    state: State,
    desk: Desk,
    folder: TempDir,
    left: bool,
}

impl Walk {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let store = Store::at(folder.path().join("store.redb"));
        let look = Look { theme: Theme::Dark, unicode: true };
        let state = State::new("~/wattproof/store.redb".into(), folder.path().display().to_string(), look, now());
        let mut walk = Walk { state, desk: Desk::at(store, now()), folder, left: false };
        walk.happen(Event::Resize(120, 40));
        walk.act(vec![Effect::Look(Act::Overview)]);
        walk
    }

    fn happen(&mut self, event: Event) {
        let effects = update(&mut self.state, event);
        self.act(effects);
        let page = frame(&self.state, 120, 40).1.page;
        update(&mut self.state, Event::Page(page));
    }

    fn act(&mut self, effects: Effects) {
        for effect in effects {
            match effect {
                Effect::Act(act) | Effect::Look(act) => {
                    let mut told = Vec::new();
                    let stop = AtomicBool::new(false);
                    let report =
                        self.desk.perform(act, &mut Watch { progress: &mut |now| told.push(now), stop: &stop });
                    told.into_iter().for_each(|progress| self.happen(Event::Progress(progress)));
                    self.happen(Event::Report(Box::new(report)));
                }
                Effect::Quit => self.left = true,
                _ => {}
            }
        }
    }

    fn press(&mut self, press: Press) {
        self.happen(Event::Press(press));
    }

    fn keys(&mut self, letters: &str) {
        letters.chars().for_each(|letter| self.press(Press::Char(letter)));
    }

    /// Does the next thing, as the foot says.
    fn next(&mut self) {
        self.press(Press::Char('n'));
    }

    fn shown(&self) -> String {
        text(&frame(&self.state, 120, 40).0)
    }

    #[track_caller]
    fn sees(&self, what: &str) {
        assert!(self.shown().contains(what), "{what}\n{}", self.shown());
    }

    /// A picture of this moment, when pictures are asked for.
    fn shot(&self, name: &str, (width, height): (u16, u16)) {
        if std::env::var_os("WATTPROOF_RECORD").is_some() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/terminal");
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(name), svg(&frame(&self.state, width, height).0)).unwrap();
        }
    }
}

const WIDE: (u16, u16) = (112, 30);

#[test]
fn from_an_empty_store_to_an_accepted_bill_and_back() {
    let mut walk = Walk::new();
    walk.sees("This store is empty; begin with one of");
    walk.shot("start.svg", (112, 22));
    walk.next();
    walk.sees("the sample household is here");
    assert_eq!((walk.state.pane, walk.state.focus.period.as_deref()), (Pane::Meters, Some("2026-05")));
    walk.next();
    walk.sees("2026-05 is complete");
    walk.shot("batches.svg", WIDE);
    walk.next();
    assert_eq!(walk.state.pane, Pane::Key);
    wrong_key(&mut walk);
    walk.next();
    walk.sees("Read the key");
    walk.press(Press::Enter);
    assert_eq!(walk.state.pane, Pane::Readings);
    walk.sees("decrypted in memory");
    walk.shot("readings.svg", (112, 42));
    tariffs(&mut walk);
    walk.keys("6");
    walk.sees("enter  proves the bill");
    walk.next();
    walk.sees("GBP, proved and checked");
    walk.shot("bill.svg", (112, 20));
    walk.next();
    walk.sees("lies in the supplier's inbox");
    walk.next();
    walk.sees("waits for a verdict");
    walk.keys("t");
    walk.press(Press::Enter);
    walk.sees("a copy: change the total: refused");
    walk.next();
    walk.sees("Are you sure?");
    walk.press(Press::Enter);
    walk.sees("✓ accepted");
    assert!(!walk.shown().contains("a copy:"), "a verdict takes the place of a trial: {}", walk.shown());
    walk.sees("no reading is ever shown here");
    refused(&mut walk);
    walk.keys("8");
    walk.sees("tamper with a copy: change the total");
    walk.shot("log.svg", (112, 20));
    no_secret_in_the_log(&walk);
    walk.keys("3x");
    assert!(walk.state.key.held.is_none() && walk.state.readings.opened.is_none() && walk.state.bill.proved.is_none());
    walk.keys("q");
    assert!(walk.left);
}

/// A key that is well formed and another household's.
fn wrong_key(walk: &mut Walk) {
    walk.happen(Event::Paste(Zeroizing::new(fake_key().to_text().to_string())));
    walk.sees("the checksum is right");
    walk.shot("key.svg", (112, 20));
    walk.press(Press::Enter);
    walk.sees("this is not the key of home");
    assert!(walk.state.key.held.is_none());
    walk.press(Press::Esc);
}

fn tariffs(walk: &mut Walk) {
    walk.next();
    walk.sees("charge energy");
    for (view, seen) in
        [("proof", "1 amount disclosed"), ("bill", "standing"), ("prices", "00:00–07:00"), ("compare", "blocks@1")]
    {
        run(&mut walk.state, None, Command::Right);
        walk.happen(Event::Tick(now(), std::time::Duration::ZERO));
        walk.sees(seen);
        walk.shot(&format!("tariff-{view}.svg"), (112, 24));
    }
}

/// Each lie about the accepted bill is refused by the check that is for it.
fn refused(walk: &mut Walk) {
    let lies = [
        ('1', "proof-does-not-hold", "✗ 8"),
        ('2', "commitments-not-certified", "✗ 7"),
        ('3', "bill-other-batches", "✗ 6"),
        ('4', "proof-", "✗ 8"),
    ];
    for (digit, code, check) in lies {
        walk.keys("t");
        walk.press(Press::Char(digit));
        walk.sees(code);
        walk.sees(check);
        if digit == '1' {
            walk.shot("refused.svg", (124, 26));
        }
        walk.press(Press::Esc);
    }
    walk.sees("✓ accepted");
    walk.press(Press::Char('V'));
    walk.sees("no bill waits");
    walk.press(Press::Esc);
}

fn no_secret_in_the_log(walk: &Walk) {
    let key = std::fs::read_to_string(walk.folder.path().join("sample-household/home.key")).unwrap();
    let log: String = walk.state.entries.iter().map(|entry| format!("{} {}\n", entry.what, entry.result)).collect();
    for group in key.trim().split(' ').skip(2).filter(|group| group.len() == 5) {
        assert!(!log.contains(group) && !walk.shown().contains(group));
    }
    let total = walk.state.bill.proved.as_ref().unwrap().lines[0].1.clone();
    assert!(!log.contains(&total), "lines of the bill stay off the log");
}

#[test]
fn files_go_out_and_come_in() {
    let mut walk = Walk::new();
    walk.keys("a");
    walk.keys("2x");
    walk.press(Press::Enter);
    walk.sees("written to");
    walk.press(Press::Esc);
    walk.keys("i");
    let given = walk.folder.path().join("for-the-customer").display().to_string();
    walk.happen(Event::Paste(Zeroizing::new(given.clone())));
    walk.press(Press::Enter);
    walk.sees("0 new");
    std::fs::write(walk.folder.path().join("bad.batch"), b"no batch").unwrap();
    walk.keys("i");
    walk.happen(Event::Paste(Zeroizing::new(walk.folder.path().join("bad.batch").display().to_string())));
    walk.press(Press::Enter);
    walk.sees("1 refused");
    walk.press(Press::Esc);
    walk.keys("5w");
    walk.press(Press::Enter);
    walk.sees("mine.tariff written");
    walk.keys("o");
    walk.happen(Event::Paste(Zeroizing::new(walk.folder.path().join("mine.tariff").display().to_string())));
    walk.press(Press::Enter);
    walk.sees("nothing is wrong");
    walk.keys("P");
    walk.press(Press::Enter);
    walk.sees("is published");
    walk.keys("1e");
    walk.press(Press::Enter);
    walk.sees("meters.csv written");
    walk.keys("e");
    walk.press(Press::Enter);
    walk.sees("exists already");
}

/// A frame as a picture, with nothing outside it.
fn svg(buffer: &Buffer) -> String {
    use std::fmt::Write;
    const WIDTH: usize = 9;
    const HEIGHT: usize = 19;
    let (columns, rows) = (usize::from(buffer.area.width), usize::from(buffer.area.height));
    let (width, height) = (columns * WIDTH + 24, rows * HEIGHT + 24);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#1b1d21\"/>\n\
         <g font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"15\" \
         xml:space=\"preserve\">\n"
    );
    for y in 0..rows {
        let mut x = 0;
        while x < columns {
            let cell = &buffer[(x as u16, y as u16)];
            let same = |at: usize| {
                let other = &buffer[(at as u16, y as u16)];
                (other.fg, other.bg, other.modifier) == (cell.fg, cell.bg, cell.modifier)
            };
            let end = (x + 1..columns).find(|at| !same(*at)).unwrap_or(columns);
            let text: String = (x..end).map(|at| buffer[(at as u16, y as u16)].symbol()).collect();
            let (left, top) = (12 + x * WIDTH, 12 + y * HEIGHT);
            if cell.bg != Color::Reset {
                let wide = (end - x) * WIDTH;
                let fill = colour(cell.bg);
                writeln!(out, "<rect x=\"{left}\" y=\"{top}\" width=\"{wide}\" height=\"{HEIGHT}\" fill=\"{fill}\"/>")
                    .unwrap();
            }
            if !text.trim().is_empty() {
                let bold = if cell.modifier.contains(Modifier::BOLD) { " font-weight=\"bold\"" } else { "" };
                let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                let (wide, base, fill) = ((end - x) * WIDTH, top + 14, colour(cell.fg));
                writeln!(
                    out,
                    "<text x=\"{left}\" y=\"{base}\" textLength=\"{wide}\" fill=\"{fill}\"{bold}>{text}</text>"
                )
                .unwrap();
            }
            x = end;
        }
    }
    out + "</g>\n</svg>\n"
}

/// An indexed colour of xterm's palette.
fn colour(colour: Color) -> String {
    let Color::Indexed(index) = colour else { return "#d0d0d0".into() };
    let (red, green, blue) = match index {
        16..=231 => {
            let level = |part: u8| if part == 0 { 0 } else { 55 + part * 40 };
            let place = index - 16;
            (level(place / 36), level(place / 6 % 6), level(place % 6))
        }
        232.. => {
            let grey = 8 + (index - 232) * 10;
            (grey, grey, grey)
        }
        _ => (208, 208, 208),
    };
    format!("#{red:02x}{green:02x}{blue:02x}")
}
