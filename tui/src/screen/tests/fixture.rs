//! States to look at: nothing, a typical store, ten thousand bills, and what can go wrong.

use std::sync::Arc;

use jiff::{Timestamp, ToSpan};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use wattproof_engine::bills::Reason;
use wattproof_engine::clock;
use wattproof_engine::customer::{Figures, Seconds};
use wattproof_engine::desk::demo::TARIFFS;
use wattproof_engine::desk::explain::explain;
use wattproof_engine::desk::key::Key;
use wattproof_engine::desk::meter::Certification;
use wattproof_engine::desk::tariff::hours::by_time;
use wattproof_engine::desk::tariff::{self, Given, Tariff};
use wattproof_engine::desk::time::SlotLength;
use wattproof_engine::household::{self, Household, Profile};
use wattproof_engine::intake::csv::ReadingsFile;
use wattproof_engine::show::{BatchRow, BillState, MonthRow, MonthWithout, Standing};

use crate::screen::act::{Draft, Opened, Priced, Proved, Report, Trouble};
use crate::screen::canvas::Hits;
use crate::screen::draw::draw;
use crate::screen::event::{Effects, Event};
use crate::screen::keymap::Press;
use crate::screen::pane::key::Held;
use crate::screen::pane::tariff::About;
use crate::screen::state::{Pane, State};
use crate::screen::style::{Look, Theme};
use crate::screen::update::update;
use crate::screen::view::{Amount, BillRow, MeterDetail, MeterRow, Snapshot, TariffRow, period};

/// The present.
pub const NOW: &str = "2026-06-15T12:00:00Z";
/// The period of the typical store.
pub const PERIOD: &str = "2026-03";

pub fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// Before anything was looked at.
pub fn blank() -> State {
    State::new(
        "/home/ada/wattproof/store.redb".into(),
        String::new(),
        Look { theme: Theme::Dark, unicode: true },
        now(),
    )
}

pub fn tell(state: &mut State, report: Report) -> Effects {
    update(state, Event::Report(Box::new(report)))
}

/// An empty store.
pub fn empty() -> State {
    let mut state = blank();
    tell(&mut state, Report::Overview(Ok(Snapshot::default())));
    state
}

pub fn press(state: &mut State, press: Press) -> Effects {
    update(state, Event::Press(press))
}

/// Presses letters one after the other; the last one's effects.
pub fn keys(state: &mut State, letters: &str) -> Effects {
    letters.chars().map(|letter| press(state, Press::Char(letter))).last().unwrap_or_default()
}

fn meter(name: &str, id: &str) -> MeterRow {
    MeterRow {
        name: name.into(),
        id: id.into(),
        registers: "import Wh below 2^20".into(),
        minutes: 30,
        batch: "day",
        admitted: "2026-01-05T09:30:00Z".parse().unwrap(),
    }
}

pub fn tariffs() -> Vec<TariffRow> {
    let row = |(_, text): &(&str, &str)| {
        let tariff = Tariff::parse(text).unwrap();
        TariffRow {
            name: tariff.name().into(),
            version: tariff.version(),
            currency: tariff.currency().code(),
            zone: tariff.calendar().zone().into(),
            source: (*text).into(),
            digest: tariff.digest().iter().map(|byte| format!("{byte:02x}")).collect(),
            published: "2026-01-05T10:00:00Z".parse().unwrap(),
        }
    };
    let mut rows: Vec<TariffRow> = TARIFFS.iter().take(5).map(row).collect();
    rows.sort_by(|one, other| one.name.cmp(&other.name));
    rows
}

/// A bill made up from its place in the list.
pub fn bill(place: u32) -> BillRow {
    let came: Timestamp = "2026-05-01T00:00:00Z".parse().unwrap();
    let decided = came.checked_add(i64::from(place * 60 + 30).seconds()).unwrap();
    let total = 4000 + i64::from(place) * 7919 % 9000;
    let mut digest = [0; 32];
    digest[..4].copy_from_slice(&place.wrapping_mul(2_654_435_761).to_be_bytes());
    let reason = || Reason {
        code: "proof-does-not-hold".into(),
        message: "the proof does not show that this bill follows from the certified readings".into(),
        hint: "do not accept the amount; ask the customer to prove the bill again".into(),
    };
    let state = match place % 5 {
        0 => BillState::Waiting,
        1 => BillState::Refused(decided, reason()),
        _ => BillState::Accepted(decided),
    };
    let (meter, days) = (format!("meter-{place:05}"), "2026-04-01..2026-05-01".to_owned());
    let text = format!("{}.{:02}", total / 100, total % 100);
    let hay = format!("{meter} {} economy7@1 {text} gbp", period(&days, 0));
    BillRow {
        digest,
        came: came.checked_add(i64::from(place * 60).seconds()).unwrap(),
        bytes: 50_786 + place as usize % 100,
        meter,
        period: days,
        revision: 0,
        tariff: Some("economy7@1".into()),
        total: Some(Amount { text, currency: "GBP", near: total as f64 / 100.0 }),
        state,
        hay,
    }
}

fn batches(days: u32) -> Vec<BatchRow> {
    let start: Timestamp = "2026-02-01T00:00:00Z".parse().unwrap();
    let batch = |day: u32| BatchRow {
        meter: "home".into(),
        number: 20_485 + day,
        revision: 0,
        start: start.checked_add((i64::from(day) * 24).hours()).unwrap(),
        end: start.checked_add((i64::from(day) * 24 + 24).hours()).unwrap(),
        slots: 48,
        gaps: usize::from(day == 33) * 3,
        bytes: 254,
        header: format!("{:064x}", u64::from(day) * 0x9e37_79b9),
        standing: Standing::Counts,
    };
    (0..days).map(batch).collect()
}

fn month(name: &str, wanted: usize, missing: u32) -> MonthRow {
    let first: jiff::civil::Date = format!("{name}-01").parse().unwrap();
    let next = first.last_of_month().tomorrow().unwrap();
    MonthRow {
        month: name.into(),
        end: next.to_zoned(clock::zone("Europe/London").unwrap()).unwrap().timestamp(),
        slots: 1488,
        wanted,
        missing: (0..missing).map(|place| 20_600 + place).collect(),
        rivals: Vec::new(),
        gaps: if name == PERIOD { 3 } else { 0 },
        tariff: Ok("economy7@1".into()),
        billed: None,
    }
}

fn detail() -> MeterDetail {
    MeterDetail {
        meter: "home".into(),
        batches: batches(134),
        months: vec![
            month("2026-02", 28, 0),
            month("2026-03", 32, 0),
            month("2026-04", 31, 0),
            month("2026-05", 32, 0),
            month("2026-06", 31, 17),
        ],
        assignments: vec![("economy7@1".into(), "2026-01-01".parse().unwrap())],
    }
}

fn household(gaps: bool) -> ReadingsFile {
    let zone = clock::zone("Europe/London").unwrap();
    let start = "2026-03-01".parse().unwrap();
    let order = Household { profile: Profile::Home, seed: 7, zone, start, days: 31, slot: SlotLength::HALF_HOUR };
    let mut file = household::generate(&order).unwrap();
    let slots = file.readings.slots();
    for slot in slots.iter().skip(48 * 4 + 20).take(if gaps { 3 } else { 0 }) {
        assert!(file.readings.set(0, slot, None));
    }
    file
}

pub fn opened(gaps: bool) -> Arc<Opened> {
    Arc::new(Opened::new("home", PERIOD, "Europe/London".into(), household(gaps)).unwrap())
}

/// A key that opens nothing but these tests.
pub fn fake_key() -> Key {
    Key::from_bytes([7; 32])
}

fn proved() -> Proved {
    let line = |name: &str, amount: &str| (name.to_owned(), amount.to_owned(), false);
    Proved {
        bytes: Arc::new(vec![0; 50_786]),
        meter: "home".into(),
        asked: PERIOD.into(),
        period: "2026-03-01..2026-04-01".into(),
        tariff: "economy7@1".into(),
        total: Amount { text: "87.44".into(), currency: "GBP", near: 87.44 },
        lines: vec![line("energy", "69.38"), line("standing", "13.90"), line("vat", "4.16")],
        state: Vec::new(),
        gaps: 0,
        figures: Figures {
            k: Some(6),
            proof_bytes: 1824,
            bill_bytes: 50_786,
            bits_disclosed: 25.5,
            bits_held: 29_720,
            slots: 1486,
            seconds: Seconds { decrypt: 0.05, price: 0.0, prove: 0.07, check: 0.03 },
        },
    }
}

/// A store in use: two meters, four months, the key held, readings open, a bill proved.
pub fn typical() -> State {
    let mut state = blank();
    let mut bills: Vec<BillRow> = (0..12).map(bill).collect();
    bills[11].meter = "home".into();
    let snapshot = Snapshot {
        meters: vec![meter("home", "1e79ef553323e472"), meter("workshop", "99aa00bb11cc22dd")],
        tariffs: tariffs(),
        bills,
    };
    tell(&mut state, Report::Overview(Ok(snapshot)));
    press(&mut state, Press::Enter);
    tell(&mut state, Report::Detail(Ok(detail())));
    update(&mut state, Event::Press(Press::Char('1')));
    state.focus.period = Some(PERIOD.into());
    state.key.held = Some(Held { key: Arc::new(fake_key()), from: "typed".into(), fits: Some("home".into()) });
    state.readings.opened = Some(opened(true));
    state.readings.day = 4;
    about_tariffs(&mut state);
    state.bill.proved = Some(Box::new(proved()));
    state.note("decrypt home, 2026-03", "1,486 slots of 31 days", true);
    state.note("prove the bill of home, 2026-03", "50,786 bytes, proof 1,824 bytes", true);
    state.note("verify meter-00001 2026-04", "refused: the proof does not hold", false);
    state
}

/// What the engine says of the tariff in force.
fn about_tariffs(state: &mut State) {
    let id = ("economy7".to_owned(), 1);
    let own = opened(false);
    let tariff = Tariff::parse(TARIFFS[0].1).unwrap();
    let place = |found| About { tariff: id.clone(), period: PERIOD.into(), found };
    state.tariff.plan =
        Some(place(Ok(Box::new(explain(&tariff, PERIOD, &Given::default(), Certification::Classic).unwrap()))));
    let prices = by_time(&tariff, Some(&own.file), PERIOD, &Given::default()).map_err(Trouble::from);
    state.tariff.prices = Some((true, About { tariff: id, period: PERIOD.into(), found: prices }));
    let priced = state.snapshot.tariffs.iter().map(|row| {
        let tariff = Tariff::parse(&row.source).unwrap();
        let bill = tariff::price(&tariff, &own.file, Some(PERIOD), &Given::default()).map(|bill| {
            let text = bill.total.to_string();
            let amount = Amount { near: text.parse().unwrap(), text, currency: bill.total.currency() };
            (amount, bill.lines.into_iter().map(|line| (line.name, line.amount.to_string())).collect())
        });
        Priced { tariff: row.full_name(), bill: bill.map_err(Trouble::from) }
    });
    state.tariff.priced = Some((PERIOD.into(), Ok(priced.collect())));
    state.tariff.list.find(&state.snapshot.tariffs, |row| row.name == "economy7");
}

/// Ten thousand bills, a thousand meters, ten years of batches.
pub fn full() -> State {
    let mut state = typical();
    let mut snapshot = state.snapshot.clone();
    snapshot.bills = (0..10_000).map(bill).collect();
    let more = (0..998).map(|place| meter(&format!("meter-{place:05}"), &format!("{:016x}", place * 0x9e37_79b9_u64)));
    snapshot.meters.extend(more);
    tell(&mut state, Report::Overview(Ok(snapshot)));
    tell(&mut state, Report::Detail(Ok(MeterDetail { batches: batches(3650), ..detail() })));
    (0..1500).for_each(|place| state.note(format!("verify meter-{place:05} 2026-04"), "accepted", true));
    state
}

/// What can go wrong, pane by pane.
pub fn failing(pane: Pane) -> State {
    let mut state = typical();
    match pane {
        Pane::Meters | Pane::Log => {
            let trouble = Trouble::new(
                "store-held",
                "the store is held by wattproof (process 4711), which has been writing for more than 5 s",
                "wait until it is done, or end it",
            );
            tell(&mut state, Report::Done { what: "register", result: Err(trouble) });
        }
        Pane::Batches => {
            let mut bad = detail();
            bad.batches[3].standing = Standing::Rival;
            bad.months[1].missing = vec![20_520, 20_521];
            let why = "the meter has no tariff on 2026-03-01".to_owned();
            bad.months[1].tariff =
                Err(MonthWithout { code: "tariff-unassigned", message: why, hint: "assign a tariff".into() });
            tell(&mut state, Report::Detail(Ok(bad)));
        }
        Pane::Key => {
            (state.key.held, state.readings.opened) = (None, None);
            state.pane = Pane::Key;
            press(&mut state, Press::Enter);
            let mut letters: Vec<char> = fake_key().to_text().chars().filter(|letter| *letter != ' ').collect();
            letters[20] = if letters[20] == 'P' { 'Z' } else { 'P' };
            letters.into_iter().for_each(|letter| _ = press(&mut state, Press::Char(letter)));
        }
        Pane::Readings => {
            state.readings.opened = None;
            let trouble = Trouble::new("wrong-key", "this is not the key of meter home", "");
            tell(&mut state, Report::Readings(Err(trouble)));
        }
        Pane::Tariff => {
            let source = include_str!("../../../../fixtures/tariffs/bad/several_mistakes.tariff").to_owned();
            let findings = Tariff::parse(&source).unwrap_err();
            tell(&mut state, Report::Draft(Ok(Draft { path: "mine.tariff".into(), source, findings, name: None })));
        }
        Pane::Bill => {
            state.bill.proved = None;
            let mut bad = detail();
            bad.months[1].missing = vec![20_520];
            tell(&mut state, Report::Detail(Ok(bad)));
            state.key.held = None;
            let trouble = Trouble::new(
                "period-incomplete",
                "readings from 2026-03-08T00:00:00Z on are missing: batch 20520 is not here (1 of 32 batches missing)",
                "import batch 20520",
            );
            tell(&mut state, Report::Proved(Err(trouble)));
        }
        Pane::Verify => {
            state.verify.list.find(&state.snapshot.bills, |bill| bill.verdict() == "refused");
        }
    }
    state.pane = pane;
    state
}

/// A frame of a state.
pub fn frame(state: &State, width: u16, height: u16) -> (Buffer, Hits) {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    let (hits, _) = draw(state, &mut buffer);
    (buffer, hits)
}

/// A frame as text, after the list was told its room as the program does.
pub fn shown(state: &mut State, width: u16, height: u16) -> String {
    update(state, Event::Resize(width, height));
    let (_, hits) = frame(state, width, height);
    update(state, Event::Page(hits.page));
    text(&frame(state, width, height).0)
}

/// A buffer's rows.
pub fn text(buffer: &Buffer) -> String {
    let rows = (0..buffer.area.height).map(|y| {
        let row: String = (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect();
        row.trim_end().to_owned()
    });
    rows.collect::<Vec<_>>().join("\n") + "\n"
}
