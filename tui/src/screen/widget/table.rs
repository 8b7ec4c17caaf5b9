//! A list's rows under heads. Only the rows of the window are looked at.

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::{Scrollbar, ScrollbarOrientation, ScrollbarState, StatefulWidget};

use crate::screen::canvas::{Canvas, Target, below, row};
use crate::screen::list::{Column, List, Row};
use crate::screen::style::{ARROW, Role};

/// What a list looks like.
pub struct Table<'a, R> {
    /// The rows.
    pub rows: &'a [R],
    /// Which of them are shown.
    pub list: &'a List,
    /// The mark before a row.
    pub mark: &'a dyn Fn(&R) -> (&'static str, Role),
    /// What stands there when there are no rows.
    pub empty: &'a str,
}

impl<R: Row> Table<'_, R> {
    /// Draws heads and rows.
    pub fn draw(&self, area: Rect, canvas: &mut Canvas<'_>) {
        let columns: Vec<(usize, &Column)> =
            R::COLUMNS.iter().enumerate().filter(|(_, column)| area.width >= column.from).collect();
        let widths = columns.iter().map(|(_, column)| match column.width {
            0 => Constraint::Min(8),
            width => Constraint::Length(width),
        });
        let inner = Rect { x: area.x + 4, width: area.width.saturating_sub(6), ..row(area, 0) };
        let places = Layout::horizontal(widths).spacing(2).split(inner);
        self.heads(&columns, &places, canvas);
        let body = below(area, 1);
        canvas.hits.page = usize::from(body.height).max(1);
        if self.list.len() == 0 {
            let text = if self.list.filter().is_empty() { self.empty } else { "no row contains that · esc shows all" };
            canvas.text(row(Rect { x: area.x + 4, width: area.width.saturating_sub(4), ..body }, 1), text, Role::Dim);
            return;
        }
        let page = usize::from(body.height);
        let top = self.list.top(page);
        for (place, item) in self.list.window(self.rows, page) {
            let line = row(body, (place - top) as u16);
            self.row(place, item, line, &columns, &places, canvas);
        }
        self.scrollbar(top, page, body, canvas);
    }

    fn heads(&self, columns: &[(usize, &Column)], places: &[Rect], canvas: &mut Canvas<'_>) {
        for ((number, column), place) in columns.iter().zip(places) {
            let sign = match self.list.sort() {
                Some((by, down)) if by == *number => {
                    if down {
                        "▼"
                    } else {
                        "▲"
                    }
                }
                _ => "",
            };
            let head = format!("{}{sign}", column.head);
            match column.right {
                true => canvas.right(*place, &head, Role::Dim),
                false => _ = canvas.text(*place, &head, Role::Dim),
            }
            canvas.hit(*place, Target::Head(*number));
        }
    }

    fn row(
        &self,
        place: usize,
        item: &R,
        line: Rect,
        columns: &[(usize, &Column)],
        places: &[Rect],
        canvas: &mut Canvas<'_>,
    ) {
        let here = place == self.list.at();
        if here {
            let style = canvas.style(Role::Cursor);
            canvas.buffer.set_style(line, style);
            canvas.text(line, ARROW, Role::Accent);
        }
        let (mark, role) = (self.mark)(item);
        canvas.text(Rect { x: line.x + 2, width: line.width.saturating_sub(2).min(1), ..line }, mark, role);
        for ((number, column), place) in columns.iter().zip(places) {
            let area = Rect { y: line.y, height: line.height, ..*place };
            let text = item.cell(*number);
            match column.right {
                true => canvas.right(area, &text, Role::Text),
                false => _ = canvas.text(area, &text, Role::Text),
            }
        }
        canvas.hit(line, Target::Row(place));
    }

    fn scrollbar(&self, top: usize, page: usize, area: Rect, canvas: &mut Canvas<'_>) {
        if self.list.len() <= page || area.width < 3 {
            return;
        }
        let style = canvas.style(Role::Rule);
        let thumb = canvas.style(Role::Dim);
        let mut state = ScrollbarState::new(self.list.len() - page + 1).position(top).viewport_content_length(page);
        Scrollbar::new(ScrollbarOrientation::VerticalRight)
            .begin_symbol(None)
            .end_symbol(None)
            .track_symbol(Some("│"))
            .thumb_symbol("█")
            .track_style(style)
            .thumb_style(thumb)
            .render(area, canvas.buffer, &mut state);
    }
}
