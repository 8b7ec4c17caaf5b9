//! Rows with a cursor, a filter and an order. Which rows are shown is worked out when something changes, never while
//! drawing.

use std::borrow::Cow;
use std::cmp::Ordering;

/// A column of a list.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its head.
    pub head: &'static str,
    /// Columns of the screen it wants; 0 takes what is left.
    pub width: u16,
    /// Flush right.
    pub right: bool,
    /// Left out while the list is narrower than this.
    pub from: u16,
}

/// A column.
pub const fn column(head: &'static str, width: u16, right: bool, from: u16) -> Column {
    Column { head, width, right, from }
}

/// What a list is of.
pub trait Row {
    /// The columns.
    const COLUMNS: &'static [Column];

    /// What stands in a column.
    fn cell(&self, column: usize) -> Cow<'_, str>;

    /// Whether the filter, in lower case, keeps the row.
    fn has(&self, filter: &str) -> bool {
        (0..Self::COLUMNS.len()).any(|column| self.cell(column).to_lowercase().contains(filter))
    }

    /// Which comes first by a column.
    fn order(&self, other: &Self, column: usize) -> Ordering {
        self.cell(column).cmp(&other.cell(column))
    }

    /// Whether it is the same thing, looked at again.
    fn same(&self, other: &Self) -> bool;
}

/// A cursor over rows, of which some are shown in some order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// Which rows are shown, by their places.
    shown: Vec<u32>,
    /// The cursor's place among those shown.
    at: usize,
    /// The first that the window shows.
    top: usize,
    /// What they must contain, in lower case.
    filter: String,
    /// By which column, and whether turned round.
    sort: Option<(usize, bool)>,
}

impl List {
    /// Sorted by a column from the beginning.
    pub fn sorted(column: usize, down: bool) -> Self {
        List { sort: Some((column, down)), ..List::default() }
    }

    /// How many are shown.
    pub fn len(&self) -> usize {
        self.shown.len()
    }

    /// The cursor's place among those shown.
    pub fn at(&self) -> usize {
        self.at
    }

    /// What they must contain.
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// By which column, and whether turned round.
    pub fn sort(&self) -> Option<(usize, bool)> {
        self.sort
    }

    /// The row under the cursor.
    pub fn current<'r, R>(&self, rows: &'r [R]) -> Option<&'r R> {
        rows.get(*self.shown.get(self.at)? as usize)
    }

    /// The rows shown, in order.
    pub fn shown<'s, 'r: 's, R>(&'s self, rows: &'r [R]) -> impl Iterator<Item = &'r R> + 's {
        self.shown.iter().filter_map(|place| rows.get(*place as usize))
    }

    /// The rows of the window, with their places among those shown.
    pub fn window<'s, 'r: 's, R>(&'s self, rows: &'r [R], page: usize) -> impl Iterator<Item = (usize, &'r R)> + 's {
        let top = self.top(page);
        let places = self.shown.iter().enumerate().skip(top).take(page);
        places.filter_map(|(place, row)| Some((place, rows.get(*row as usize)?)))
    }

    /// The window's first row: the cursor is always inside.
    pub fn top(&self, page: usize) -> usize {
        let page = page.max(1);
        let least = self.at.saturating_sub(page - 1);
        self.top.clamp(least, self.at.min(self.len().saturating_sub(page)).max(least))
    }

    /// Works out what is shown, and keeps the cursor on what it stood on, `before`.
    pub fn rebuild<R: Row>(&mut self, rows: &[R], before: Option<&R>) {
        let keep = |row: &R| self.filter.is_empty() || row.has(&self.filter);
        self.shown = (0u32..).zip(rows).filter(|(_, row)| keep(row)).map(|(place, _)| place).collect();
        if let Some((column, down)) = self.sort {
            self.shown.sort_by(|one, other| {
                let order = rows[*one as usize].order(&rows[*other as usize], column);
                if down { order.reverse() } else { order }
            });
        }
        let same = before.and_then(|before| self.shown(rows).position(|row| row.same(before)));
        self.at = same.unwrap_or(self.at).min(self.len().saturating_sub(1));
    }

    /// Shows only what contains a text.
    pub fn set_filter<R: Row + Clone>(&mut self, rows: &[R], filter: &str) {
        let before = self.current(rows).cloned();
        self.filter = filter.to_lowercase();
        self.rebuild(rows, before.as_ref());
    }

    /// Sorts by a column; by the same one again the other way round.
    pub fn sort_by<R: Row + Clone>(&mut self, rows: &[R], column: usize) {
        let before = self.current(rows).cloned();
        self.sort = match self.sort {
            Some((now, down)) if now == column => Some((column, !down)),
            _ => Some((column, false)),
        };
        self.rebuild(rows, before.as_ref());
    }

    /// Sorts by the next column.
    pub fn sort_next<R: Row + Clone>(&mut self, rows: &[R]) {
        let next = self.sort.map_or(0, |(column, _)| (column + 1) % R::COLUMNS.len());
        let before = self.current(rows).cloned();
        self.sort = Some((next, false));
        self.rebuild(rows, before.as_ref());
    }

    /// Moves the cursor by so many rows.
    pub fn go(&mut self, by: isize, page: usize) {
        self.to(self.at.saturating_add_signed(by), page);
    }

    /// Moves the cursor to a place among those shown.
    pub fn to(&mut self, place: usize, page: usize) {
        self.top = self.top(page);
        self.at = place.min(self.len().saturating_sub(1));
        self.top = self.top(page);
    }

    /// Puts the cursor on the first row that fits.
    pub fn find<R>(&mut self, rows: &[R], wanted: impl Fn(&R) -> bool) {
        let found = self.shown(rows).position(wanted);
        self.at = found.unwrap_or(self.at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone)]
    struct Word(&'static str);

    impl Row for Word {
        const COLUMNS: &'static [Column] = &[column("word", 0, false, 0)];

        fn cell(&self, _: usize) -> Cow<'_, str> {
            self.0.into()
        }

        fn same(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }

    const WORDS: [Word; 5] = [Word("pear"), Word("Apple"), Word("plum"), Word("fig"), Word("grape")];

    fn words(list: &List) -> Vec<&'static str> {
        list.shown(&WORDS).map(|word| word.0).collect()
    }

    #[test]
    fn the_cursor_stays_on_its_row() {
        let mut list = List::default();
        list.rebuild(&WORDS, None);
        list.to(2, 3);
        list.set_filter(&WORDS, "P");
        assert_eq!((words(&list), list.current(&WORDS).unwrap().0), (vec!["pear", "Apple", "plum", "grape"], "plum"));
        list.sort_by(&WORDS, 0);
        assert_eq!((words(&list), list.at()), (vec!["Apple", "grape", "pear", "plum"], 3));
        list.sort_by(&WORDS, 0);
        assert_eq!((words(&list), list.at()), (vec!["plum", "pear", "grape", "Apple"], 0));
        list.set_filter(&WORDS, "x");
        assert_eq!((list.len(), list.at()), (0, 0));
        assert!(list.current(&WORDS).is_none());
    }

    #[test]
    fn the_window_holds_the_cursor() {
        let rows: Vec<Word> = (0..100).map(|_| Word("a")).collect();
        let mut list = List::default();
        list.rebuild(&rows, None);
        for (to, top) in [(0, 0), (9, 0), (10, 1), (50, 41), (45, 41), (40, 40), (99, 90), (200, 90), (0, 0)] {
            list.to(to, 10);
            assert_eq!(list.top(10), top, "at {to}");
            assert!(list.window(&rows, 10).any(|(place, _)| place == list.at()));
        }
    }
}
