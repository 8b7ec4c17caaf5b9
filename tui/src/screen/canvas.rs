//! What panes draw with. A canvas borrows the frame and remembers what can be clicked where.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget, Wrap};
use unicode_width::UnicodeWidthStr;

use super::keymap::Press;
use super::state::Pane;
use super::style::{Look, Role};

/// Rows of what may be taller than its area.
const TALL: u16 = 120;

/// What a click means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A step of the walk.
    Pane(Pane),
    /// A row of the list, counted from the first one shown of all.
    Row(usize),
    /// A column's head.
    Head(usize),
    /// A view of the pane.
    View(usize),
    /// A key, as if it were pressed.
    Press(Press),
}

/// Where a frame can be clicked, the uppermost last, and how many rows its list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    areas: Vec<(Rect, Target)>,
    /// Rows that the pane's list has room for.
    pub page: usize,
}

impl Hits {
    /// What lies at a place.
    pub fn at(&self, x: u16, y: u16) -> Option<Target> {
        let hit = self.areas.iter().rev().find(|(area, _)| area.contains((x, y).into()));
        hit.map(|(_, target)| *target)
    }

    /// Leaves only what is laid over the pane from here on.
    pub fn cover(&mut self) {
        self.areas.clear();
    }
}

/// What is drawn on.
pub struct Canvas<'a> {
    /// The frame's cells.
    pub buffer: &'a mut Buffer,
    /// How it looks.
    pub look: Look,
    /// What can be clicked.
    pub hits: &'a mut Hits,
    /// Where the terminal's cursor stands, when something is typed.
    pub caret: Option<(u16, u16)>,
}

impl Canvas<'_> {
    /// A role's style.
    pub fn style(&self, role: Role) -> Style {
        self.look.theme.style(role)
    }

    /// Text in a role.
    pub fn span<'t>(&self, text: impl Into<std::borrow::Cow<'t, str>>, role: Role) -> Span<'t> {
        Span::styled(text, self.style(role))
    }

    /// Writes text at the beginning of an area's first row, as much as fits; gives how many columns it took.
    pub fn text(&mut self, area: Rect, text: &str, role: Role) -> u16 {
        let style = self.style(role);
        self.styled(area, text, style)
    }

    /// The same in a style.
    pub fn styled(&mut self, area: Rect, text: &str, style: Style) -> u16 {
        if area.is_empty() {
            return 0;
        }
        let text = fitted(text, usize::from(area.width));
        let (x, _) = self.buffer.set_stringn(area.x, area.y, &text, usize::from(area.width), style);
        x - area.x
    }

    /// Writes text flush right in an area's first row.
    pub fn right(&mut self, area: Rect, text: &str, role: Role) {
        let width = (text.width() as u16).min(area.width);
        self.text(Rect { x: area.right() - width, width, ..area }, text, role);
    }

    /// Writes pieces one after the other in an area's first row; gives how many columns they took.
    pub fn line(&mut self, area: Rect, line: &Line<'_>) -> u16 {
        if area.is_empty() {
            return 0;
        }
        let (x, _) = self.buffer.set_line(area.x, area.y, line, area.width);
        x - area.x
    }

    /// Writes pieces in roles.
    pub fn pieces(&mut self, area: Rect, pieces: &[(&str, Role)]) -> u16 {
        let spans: Vec<Span<'_>> = pieces.iter().map(|(text, role)| self.span(*text, *role)).collect();
        self.line(area, &Line::from(spans))
    }

    /// Writes text broken at blanks; gives how many rows it took.
    pub fn paragraph(&mut self, area: Rect, text: &str, role: Role) -> u16 {
        if area.is_empty() {
            return 0;
        }
        let rows = wrapped(text, area.width);
        let style = self.style(role);
        Paragraph::new(text).style(style).wrap(Wrap { trim: true }).render(area, self.buffer);
        rows.min(area.height)
    }

    /// Draws a line across.
    pub fn rule(&mut self, area: Rect) {
        let text = "─".repeat(usize::from(area.width));
        self.text(area, &text, Role::Rule);
    }

    /// Draws a line down.
    pub fn upright(&mut self, area: Rect) {
        let style = self.style(Role::Rule);
        for y in area.y..area.bottom() {
            self.buffer.set_stringn(area.x, y, "│", 1, style);
        }
    }

    /// Draws a widget.
    pub fn widget(&mut self, widget: impl Widget, area: Rect) {
        widget.render(area, self.buffer);
    }

    /// Draws what may be taller than its area, from its row `top` on, which is held back so that something is seen.
    pub fn scrolled(&mut self, area: Rect, top: usize, draw: impl FnOnce(&mut Canvas<'_>, Rect)) {
        let whole = Rect { x: area.x, y: 0, width: area.width, height: area.height.max(TALL) };
        let (mut buffer, mut hits) = (Buffer::empty(whole), Hits::default());
        buffer.set_style(whole, self.style(Role::Text));
        draw(&mut Canvas { buffer: &mut buffer, look: self.look, hits: &mut hits, caret: None }, whole);
        let empty = |y: u16| (whole.left()..whole.right()).all(|x| buffer[(x, y)].symbol() == " ");
        let last = (0..whole.height).rev().find(|y| !empty(*y)).unwrap_or(0);
        let top = u16::try_from(top).unwrap_or(u16::MAX).min((last + 1).saturating_sub(area.height));
        for (y, from) in (area.top()..area.bottom()).zip(top..whole.height) {
            for x in area.left()..area.right() {
                self.buffer[(x, y)] = buffer[(x, from)].clone();
            }
        }
        if last + 1 > top + area.height {
            self.right(row(area, area.height.saturating_sub(1)), "pgdn more ", Role::Dim);
        }
    }

    /// Makes an area something to click on.
    pub fn hit(&mut self, area: Rect, target: Target) {
        if !area.is_empty() {
            self.hits.areas.push((area, target));
        }
    }
}

/// Rows that a text takes when it is broken at blanks.
pub fn wrapped(text: &str, width: u16) -> u16 {
    let mut rows = 0;
    for line in text.lines() {
        let (mut row, mut used) = (1, 0);
        for word in line.split_whitespace() {
            let wide = word.width() as u16;
            if used > 0 && used + 1 + wide > width {
                row += 1;
                used = wide;
            } else {
                used += wide + u16::from(used > 0);
            }
        }
        rows += row;
    }
    rows
}

/// The text, or as much of it as fits with a mark at the end.
pub fn fitted(text: &str, width: usize) -> std::borrow::Cow<'_, str> {
    if text.width() <= width {
        return text.into();
    }
    let (mut kept, mut used) = (String::new(), 0);
    for letter in text.chars() {
        let wide = unicode_width::UnicodeWidthChar::width(letter).unwrap_or(0);
        if used + wide + 1 > width {
            break;
        }
        kept.push(letter);
        used += wide;
    }
    if width > 0 {
        kept.push('…');
    }
    kept.into()
}

/// The area without its first `rows` rows.
pub fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect { y: area.y + rows, height: area.height - rows, ..area }
}

/// One row of an area, counted from its top; empty when there is none.
pub fn row(area: Rect, place: u16) -> Rect {
    if place >= area.height { Rect { height: 0, ..area } } else { Rect { y: area.y + place, height: 1, ..area } }
}

/// The area without its first `columns` columns.
pub fn after(area: Rect, columns: u16) -> Rect {
    let columns = columns.min(area.width);
    Rect { x: area.x + columns, width: area.width - columns, ..area }
}

/// An area's middle, of at most this size.
pub fn middle(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_marked() {
        assert_eq!(fitted("wattproof", 9), "wattproof");
        assert_eq!(fitted("wattproof", 5), "watt…");
        assert_eq!(fitted("wattproof", 0), "");
        assert_eq!(wrapped("one two three", 7), 2);
        assert_eq!(wrapped("", 7), 0);
    }

    #[test]
    fn the_uppermost_is_hit() {
        let mut hits = Hits::default();
        hits.areas.push((Rect::new(0, 0, 10, 1), Target::Row(1)));
        hits.areas.push((Rect::new(2, 0, 2, 1), Target::Head(0)));
        assert_eq!((hits.at(3, 0), hits.at(5, 0), hits.at(5, 1)), (Some(Target::Head(0)), Some(Target::Row(1)), None));
    }
}
