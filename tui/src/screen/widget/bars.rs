//! Bars and cells of values: a height and, where there is colour, a shade; the height alone tells.

use ratatui::layout::Rect;
use ratatui::widgets::{RenderDirection, Sparkline, SparklineBar};

use crate::screen::canvas::{Canvas, after, row};
use crate::screen::style::{BARS, Role};

/// The step of a value on a scale of eight.
pub fn step(value: f64, most: f64) -> usize {
    if most <= 0.0 { 0 } else { ((value / most * 7.0).round() as usize).min(7) }
}

/// One row of cells; nothing is drawn as a gap.
pub fn cells(area: Rect, values: impl IntoIterator<Item = Option<f64>>, most: f64, canvas: &mut Canvas<'_>) {
    for (x, value) in (area.x..area.right()).zip(values) {
        let (text, style) = match value {
            None => ("·", canvas.style(Role::Bad)),
            Some(value) => {
                let step = step(value, most);
                (BARS[step + 1], canvas.look.theme.scale(step))
            }
        };
        canvas.styled(Rect { x, y: area.y, width: 1, height: area.height.min(1) }, text, style);
    }
}

/// A curve of bars over an area.
pub fn curve(area: Rect, values: &[Option<f64>], most: f64, canvas: &mut Canvas<'_>) {
    const FINE: f64 = 10_000.0;
    let style = canvas.style(Role::Good);
    let scaled = |value: f64| if most > 0.0 { (value.max(0.0) / most * FINE) as u64 } else { 0 };
    let bars: Vec<SparklineBar> = values.iter().map(|value| SparklineBar::from(value.map(scaled))).collect();
    let spark = Sparkline::default()
        .data(bars)
        .max(FINE as u64)
        .direction(RenderDirection::LeftToRight)
        .absent_value_symbol("·")
        .style(style);
    canvas.widget(spark, area);
}

/// A bar across, of a share between 0 and 1.
pub fn across(area: Rect, share: f64, role: Role, canvas: &mut Canvas<'_>) {
    let filled = (share.clamp(0.0, 1.0) * f64::from(area.width)).round() as u16;
    // What is not nothing is seen, and what is not all leaves a rest.
    let filled = filled.max(u16::from(share > 0.0)).min(area.width.saturating_sub(u16::from(share < 1.0)));
    let width = |width: u16| "█".repeat(usize::from(width));
    canvas.text(Rect { width: filled, ..row(area, 0) }, &width(filled), role);
    let rest = after(row(area, 0), filled);
    canvas.text(rest, &"░".repeat(usize::from(rest.width)), Role::Rule);
}

#[cfg(test)]
mod tests {
    use super::step;

    #[test]
    fn steps_reach_from_none_to_most() {
        assert_eq!([0.0, 50.0, 100.0, 200.0].map(|value| step(value, 100.0)), [0, 4, 7, 7]);
        assert_eq!(step(1.0, 0.0), 0);
    }
}
