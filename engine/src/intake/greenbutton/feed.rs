//! The Atom feed: which entries there are, how they are linked, and what they hold. Namespaces are not looked at.

use std::io::{BufReader, Read};

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use zeroize::Zeroizing;

use super::GreenButtonRefusal;
use crate::intake::csv::short;

/// Elements stand at most this deep in each other.
const MAX_DEPTH: usize = 32;
/// A text longer than this is none of those that matter.
const MAX_TEXT: usize = 4096;

/// What a file holds, in its order.
#[derive(Default)]
pub(super) struct Feed {
    pub(super) meter_readings: Vec<MeterReading>,
    pub(super) types: Vec<ReadingType>,
    pub(super) blocks: Vec<Block>,
}

/// One stream of readings of a usage point.
pub(super) struct MeterReading {
    pub(super) link: String,
    pub(super) related: Vec<String>,
    pub(super) title: String,
}

/// What a stream's values mean, in the codes of ESPI.
#[derive(Default)]
pub(super) struct ReadingType {
    pub(super) link: String,
    pub(super) unit: Option<i64>,
    pub(super) flow: Option<i64>,
    pub(super) multiplier: Option<i64>,
    pub(super) accumulation: Option<i64>,
    pub(super) commodity: Option<i64>,
    pub(super) interval: Option<i64>,
}

/// Readings of a stream.
pub(super) struct Block {
    pub(super) link: String,
    pub(super) up: String,
    pub(super) readings: Vec<Interval>,
}

/// A reading as it is written.
#[derive(Default)]
pub(super) struct Interval {
    pub(super) start: Option<i64>,
    pub(super) duration: Option<i64>,
    pub(super) value: Option<Zeroizing<String>>,
    pub(super) qualities: Vec<i64>,
}

/// Reads a file.
pub(super) fn read(input: impl Read) -> Result<Feed, GreenButtonRefusal> {
    let mut reader = Reader::from_reader(BufReader::new(input));
    let (mut buffer, mut walk) = (Zeroizing::new(Vec::new()), Walk::default());
    loop {
        let event = match reader.read_event_into(&mut buffer) {
            Ok(event) => event,
            Err(quick_xml::Error::Io(error)) => return Err(std::io::Error::new(error.kind(), error).into()),
            Err(_) => return Err(GreenButtonRefusal::NotXml { byte: reader.error_position() }),
        };
        let not_xml = || GreenButtonRefusal::NotXml { byte: reader.buffer_position() };
        match event {
            Event::Eof if walk.path.is_empty() => return Ok(walk.feed),
            Event::Eof => return Err(not_xml()),
            Event::Start(start) if walk.path.len() < MAX_DEPTH => walk.start(&start).ok_or_else(not_xml)?,
            Event::Start(_) => return Err(not_xml()),
            Event::Empty(start) => {
                walk.start(&start).ok_or_else(not_xml)?;
                walk.end()?;
            }
            Event::End(_) => walk.end()?,
            Event::Text(text) => walk.text(&text.into_inner()),
            Event::CData(text) => walk.text(&text.into_inner()),
            Event::GeneralRef(entity) => walk.text(&character(&entity).ok_or_else(not_xml)?),
            _ => {}
        }
        buffer.clear();
    }
}

fn character(entity: &quick_xml::events::BytesRef<'_>) -> Option<String> {
    match entity.resolve_char_ref() {
        Ok(Some(character)) => Some(character.into()),
        Ok(None) => quick_xml::escape::resolve_predefined_entity(&entity.borrow().into_inner()).map(str::to_owned),
        Err(_) => None,
    }
}

/// Where the reader stands, and the entry it is in.
#[derive(Default)]
struct Walk {
    path: Vec<String>,
    text: Zeroizing<String>,
    entry: Entry,
    feed: Feed,
}

#[derive(Default)]
struct Entry {
    link: String,
    up: String,
    related: Vec<String>,
    title: String,
    is_meter_reading: bool,
    kind: Option<ReadingType>,
    readings: Vec<Interval>,
}

impl Walk {
    /// Nothing when an attribute is malformed.
    fn start(&mut self, start: &BytesStart<'_>) -> Option<()> {
        let name = start.local_name().into_inner();
        match name {
            "entry" => self.entry = Entry::default(),
            "link" => self.link(start)?,
            "MeterReading" => self.entry.is_meter_reading = true,
            "ReadingType" => self.entry.kind = Some(ReadingType::default()),
            "IntervalReading" => self.entry.readings.push(Interval::default()),
            _ => {}
        }
        self.path.push(name.to_owned());
        self.text.clear();
        Some(())
    }

    fn link(&mut self, start: &BytesStart<'_>) -> Option<()> {
        let (mut rel, mut href) = (String::new(), String::new());
        for attribute in start.attributes() {
            let attribute = attribute.ok()?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned();
            match attribute.key.local_name().into_inner() {
                "rel" => rel = value,
                "href" => href = value,
                _ => {}
            }
        }
        match rel.as_str() {
            "self" => self.entry.link = href,
            "up" => self.entry.up = href,
            "related" => self.entry.related.push(href),
            _ => {}
        }
        Some(())
    }

    fn text(&mut self, text: &str) {
        if self.text.len() + text.len() <= MAX_TEXT {
            self.text.push_str(text);
        }
    }

    fn end(&mut self) -> Result<(), GreenButtonRefusal> {
        self.leaf()?;
        self.text.clear();
        if self.path.pop().as_deref() == Some("entry") {
            self.entry_ends();
        }
        Ok(())
    }

    /// An element that ends, when it is one of those that matter.
    fn leaf(&mut self) -> Result<(), GreenButtonRefusal> {
        let text = self.text.trim();
        let tail: Vec<&str> = self.path.iter().rev().take(3).map(String::as_str).collect();
        let (name, reading) = (tail.first().copied().unwrap_or_default(), self.entry.readings.last_mut());
        match (tail.as_slice(), reading) {
            (["title", "entry", ..], _) => self.entry.title = short(text),
            ([_, "ReadingType", ..], _) => {
                if let Some(field) = self.entry.kind.as_mut().and_then(|kind| kind.field(name)) {
                    *field = Some(number(name, text)?);
                }
            }
            (["value", "IntervalReading", ..], Some(reading)) => reading.value = Some(Zeroizing::new(text.to_owned())),
            (["start", "timePeriod", "IntervalReading"], Some(reading)) => reading.start = Some(number(name, text)?),
            (["duration", "timePeriod", "IntervalReading"], Some(reading)) => {
                reading.duration = Some(number(name, text)?);
            }
            (["quality", "ReadingQuality", ..], Some(reading)) => reading.qualities.push(number(name, text)?),
            _ => {}
        }
        Ok(())
    }

    fn entry_ends(&mut self) {
        let entry = std::mem::take(&mut self.entry);
        if entry.is_meter_reading {
            let Entry { link, related, title, .. } = entry;
            self.feed.meter_readings.push(MeterReading { link, related, title });
        } else if let Some(kind) = entry.kind {
            self.feed.types.push(ReadingType { link: entry.link, ..kind });
        } else if !entry.readings.is_empty() {
            self.feed.blocks.push(Block { link: entry.link, up: entry.up, readings: entry.readings });
        }
    }
}

impl ReadingType {
    fn field(&mut self, element: &str) -> Option<&mut Option<i64>> {
        Some(match element {
            "uom" => &mut self.unit,
            "flowDirection" => &mut self.flow,
            "powerOfTenMultiplier" => &mut self.multiplier,
            "accumulationBehaviour" => &mut self.accumulation,
            "commodity" => &mut self.commodity,
            "intervalLength" => &mut self.interval,
            _ => return None,
        })
    }
}

fn number(element: &str, text: &str) -> Result<i64, GreenButtonRefusal> {
    text.parse().map_err(|_| GreenButtonRefusal::NotANumber { element: element.into(), text: short(text) })
}
