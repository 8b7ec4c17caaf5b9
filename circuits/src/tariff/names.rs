//! Names: what may be one, what it stands for, what is meant by one that is unknown.

use std::collections::{BTreeMap, BTreeSet};

use super::diagnostic::{Diagnostic, MAX_FINDINGS, Span};
use super::text::reserved;
use super::tree::Text;

/// The longest name.
const MAX_NAME: usize = 32;

/// Things of one kind by name, in the order of their declaration.
#[derive(Debug)]
pub(super) struct Named<'a, T> {
    /// The kind, as a noun and as the keyword that declares one.
    kind: &'static str,
    /// The kind as a noun, when things of several share the names.
    any: &'static str,
    /// Where each name is declared (unless it did not read), and its place in `all` when it checks.
    places: BTreeMap<&'a str, (Option<Span>, Option<usize>)>,
    pub(super) all: Vec<T>,
    /// Names that are declared further down.
    below: BTreeSet<&'a str>,
}

impl<'a, T> Named<'a, T> {
    pub(super) fn new(kind: &'static str) -> Self {
        Named::shared(kind, kind)
    }

    /// Names that things of several kinds share.
    pub(super) fn shared(kind: &'static str, any: &'static str) -> Self {
        Named { kind, any, places: BTreeMap::new(), all: Vec::new(), below: BTreeSet::new() }
    }

    /// Takes a name for a thing, or for one that does not check. A name that may not be one or is taken is reported.
    /// The thing's place, when it has one.
    pub(super) fn declare(&mut self, name: &Text<'a>, thing: Option<T>, found: &mut Vec<Diagnostic>) -> Option<usize> {
        let misnamed = misnamed(name, self.any);
        let sound = misnamed.is_none();
        found.extend(misnamed);
        if let Some((first, _)) = self.places.get(name.is) {
            let message = format!("the {} `{}` is declared twice", self.noun(), name.is);
            let twice = Diagnostic::new("declared-twice", &name.span, message).help("give one of them another name");
            found.push(match first {
                Some(first) => twice.related(first, "first declared here"),
                None => twice,
            });
            return None;
        }
        let place = thing.map(|thing| {
            self.all.push(thing);
            self.all.len() - 1
        });
        self.places.insert(name.is, (Some(name.span.clone()), place));
        place.filter(|_| sound)
    }

    /// What a name is called: that of its kind, when there is one only.
    fn noun(&self) -> &'static str {
        if self.kind == self.any { self.kind } else { "name" }
    }

    /// Takes the name of a declaration that did not read.
    pub(super) fn declare_broken(&mut self, name: &'a str) {
        self.places.entry(name).or_insert((None, None));
    }

    /// Names that will be declared further down, and may not be used before.
    pub(super) fn expect(&mut self, names: impl IntoIterator<Item = &'a str>) {
        self.below.extend(names);
    }

    /// The place of a declared name, which has none when its declaration does not check; nothing for other names.
    pub(super) fn get(&self, name: &str) -> Option<Option<usize>> {
        self.places.get(name).map(|(_, place)| *place)
    }

    /// Whether a name is taken.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.places.contains_key(name)
    }

    /// The place of a name. Nothing when it is unknown, which is reported, or does not check, which was.
    pub(super) fn find(&self, name: &Text<'_>, found: &mut Vec<Diagnostic>) -> Option<usize> {
        match self.places.get(name.is) {
            Some((_, place)) => *place,
            // Declared in capitals, which was reported.
            None if self.places.keys().any(|known| known.to_lowercase() == name.is) => None,
            // Likeness is measured against every name: not for more mistakes than are reported.
            None if found.len() >= MAX_FINDINGS => None,
            None if self.below.contains(name.is) => {
                let message = format!("the {} `{}` is declared further down", self.noun(), name.is);
                let below = Diagnostic::new("declared-below", &name.span, message);
                found.push(below.help("move it above this statement"));
                None
            }
            None => {
                let unknown =
                    Diagnostic::new("unknown-name", &name.span, format!("no {} is named `{}`", self.any, name.is));
                let help = format!("declare it: {} {} …", self.kind, name.is);
                found.push(unknown.nearest(name.is, self.places.keys().copied(), &help));
                None
            }
        }
    }
}

/// The refusal of a word that may not be a name. A tariff's own is used in no expression and may be any word.
pub(super) fn misnamed(name: &Text<'_>, kind: &str) -> Option<Diagnostic> {
    if kind != "tariff" && reserved(name.is) {
        let message = format!("`{}` is a word of the language and names no {kind}", name.is);
        return Some(Diagnostic::new("reserved-name", &name.span, message).help("choose another name"));
    }
    (!fits(name.is)).then(|| {
        let lower = name.is.to_lowercase();
        let help = match fits(&lower) && !reserved(&lower) {
            true => format!("write `{lower}`"),
            false => format!("use up to {MAX_NAME} of a-z, 0-9 and _, beginning with a letter"),
        };
        Diagnostic::new("bad-name", &name.span, format!("`{}` cannot name a {kind}", name.is)).help(help)
    })
}

/// Whether a word has the form of a name.
fn fits(word: &str) -> bool {
    let clean = word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    clean && word.starts_with(|c: char| c.is_ascii_lowercase()) && word.len() <= MAX_NAME
}
