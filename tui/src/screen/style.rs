//! How things look: a role's style in each theme, and what stands in where only ASCII is shown.
//!
//! Colour never carries meaning alone: whatever has a colour for a reason also has a mark or a word. The colours of good
//! and bad are blue and orange, which no common colour blindness confuses.

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Plain text.
    Text,
    /// Beside the point.
    Dim,
    /// A heading, or what matters most.
    Strong,
    /// Where the eye should go: keys, the current step.
    Accent,
    /// Done, accepted.
    Good,
    /// Refused, failed.
    Bad,
    /// Missing, to be decided.
    Warn,
    /// Lines between parts.
    Rule,
    /// The row the cursor stands on.
    Cursor,
    /// The ground of something laid over the pane.
    Over,
}

/// A set of colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// 256 colours on a dark ground.
    Dark,
    /// 256 colours on a light ground.
    Light,
    /// The terminal's own 16 colours.
    Sixteen,
    /// No colour.
    Plain,
}

impl Theme {
    /// Every theme.
    pub const ALL: [Theme; 4] = [Theme::Dark, Theme::Light, Theme::Sixteen, Theme::Plain];

    /// The name in the option.
    pub fn name(self) -> &'static str {
        match self {
            Theme::Dark => "dark",
            Theme::Light => "light",
            Theme::Sixteen => "16",
            Theme::Plain => "none",
        }
    }

    /// The theme after this one.
    pub fn next(self) -> Self {
        let place = Theme::ALL.iter().position(|theme| *theme == self).unwrap_or(0);
        Theme::ALL[(place + 1) % Theme::ALL.len()]
    }

    /// What the environment asks for: `NO_COLOR`, then what `COLORFGBG` and `TERM` say of the terminal.
    pub fn of(env: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| env(name).filter(|value| !value.is_empty());
        if set("NO_COLOR").is_some() {
            return Theme::Plain;
        }
        let many = set("COLORTERM").is_some() || set("TERM").is_some_and(|term| term.contains("256color"));
        let ground = set("COLORFGBG").and_then(|value| value.rsplit(';').next()?.parse::<u8>().ok());
        match (many, ground) {
            (false, _) => Theme::Sixteen,
            (true, Some(7 | 9..=15)) => Theme::Light,
            (true, _) => Theme::Dark,
        }
    }

    /// How a role looks.
    pub fn style(self, role: Role) -> Style {
        match self {
            Theme::Dark => dark(role),
            Theme::Light => light(role),
            Theme::Sixteen => sixteen(role),
            Theme::Plain => plain(role),
        }
    }

    /// The colour of a step of a scale from 0, least, to 7, most; nothing where only the mark tells.
    pub fn scale(self, step: usize) -> Style {
        // Steps of viridis and, on a light ground, of its mirror: lightness alone orders them.
        const ON_DARK: [u8; 8] = [60, 61, 67, 73, 72, 113, 149, 227];
        const ON_LIGHT: [u8; 8] = [152, 116, 73, 67, 61, 60, 54, 53];
        match self {
            Theme::Dark => Style::new().fg(Color::Indexed(ON_DARK[step.min(7)])),
            Theme::Light => Style::new().fg(Color::Indexed(ON_LIGHT[step.min(7)])),
            Theme::Sixteen => Style::new().fg([Color::Blue, Color::Cyan, Color::Yellow][step.min(7) * 3 / 8]),
            Theme::Plain => Style::new(),
        }
    }
}

fn dark(role: Role) -> Style {
    let fg = |index| Style::new().fg(Color::Indexed(index));
    match role {
        Role::Text => fg(252),
        Role::Dim => fg(245),
        Role::Strong => fg(255).add_modifier(Modifier::BOLD),
        Role::Accent => fg(117).add_modifier(Modifier::BOLD),
        Role::Good => fg(75),
        Role::Bad => fg(209).add_modifier(Modifier::BOLD),
        Role::Warn => fg(179),
        Role::Rule => fg(239),
        Role::Cursor => Style::new().bg(Color::Indexed(237)),
        Role::Over => Style::new().bg(Color::Indexed(235)).fg(Color::Indexed(252)),
    }
}

fn light(role: Role) -> Style {
    let fg = |index| Style::new().fg(Color::Indexed(index));
    match role {
        Role::Text => fg(236),
        Role::Dim => fg(242),
        Role::Strong => fg(232).add_modifier(Modifier::BOLD),
        Role::Accent => fg(25).add_modifier(Modifier::BOLD),
        Role::Good => fg(26),
        Role::Bad => fg(166).add_modifier(Modifier::BOLD),
        Role::Warn => fg(130),
        Role::Rule => fg(250),
        Role::Cursor => Style::new().bg(Color::Indexed(254)),
        Role::Over => Style::new().bg(Color::Indexed(255)).fg(Color::Indexed(236)),
    }
}

fn sixteen(role: Role) -> Style {
    match role {
        Role::Text => Style::new(),
        Role::Dim | Role::Rule => Style::new().add_modifier(Modifier::DIM),
        Role::Strong => Style::new().add_modifier(Modifier::BOLD),
        Role::Accent => Style::new().fg(Color::Cyan).add_modifier(Modifier::BOLD),
        Role::Good => Style::new().fg(Color::Blue).add_modifier(Modifier::BOLD),
        Role::Bad => Style::new().fg(Color::Red).add_modifier(Modifier::BOLD),
        Role::Warn => Style::new().fg(Color::Yellow),
        Role::Cursor => Style::new().add_modifier(Modifier::REVERSED),
        Role::Over => Style::new(),
    }
}

fn plain(role: Role) -> Style {
    match role {
        Role::Text | Role::Good | Role::Over => Style::new(),
        Role::Dim | Role::Rule => Style::new().add_modifier(Modifier::DIM),
        Role::Strong | Role::Accent | Role::Bad | Role::Warn => Style::new().add_modifier(Modifier::BOLD),
        Role::Cursor => Style::new().add_modifier(Modifier::REVERSED),
    }
}

/// How the screen looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The colours.
    pub theme: Theme,
    /// Whether more than ASCII is shown.
    pub unicode: bool,
}

/// Eight heights of a bar, and none.
pub const BARS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
/// Done, accepted.
pub const OK: &str = "✓";
/// Refused, failed.
pub const NO: &str = "✗";
/// Missing, to be decided.
pub const MIND: &str = "!";
/// Not yet.
pub const NOT_YET: &str = "○";
/// Here, now.
pub const NOW: &str = "●";
/// The next thing; the cursor.
pub const ARROW: &str = "▸";

/// Turns every letter of a frame into ASCII.
pub fn to_ascii(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if !cell.symbol().is_ascii() {
            let letter = cell.symbol().chars().next().map_or(' ', ascii);
            cell.set_char(letter);
        }
    }
}

/// What stands in for a letter where only ASCII is shown.
fn ascii(letter: char) -> char {
    match letter {
        '✓' => '+',
        '✗' | '×' => 'x',
        '■' => '#',
        '○' => 'o',
        '●' | '•' => '*',
        '▸' | '→' | '►' | '▶' => '>',
        '◂' | '←' | '◄' => '<',
        '↑' | '▲' => '^',
        '↓' | '▼' => 'v',
        '─' | '━' | '—' | '–' | '╌' | '═' => '-',
        '│' | '┃' | '▏' | '▕' | '║' => '|',
        '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '┼' | '╭' | '╮' | '╰' | '╯' => '+',
        '·' | '▁' => '.',
        '▂' => ':',
        '▃' => '-',
        '▄' => '=',
        '▅' => '+',
        '▆' => '*',
        '▇' => '%',
        '█' | '▌' | '▐' => '#',
        '░' => '.',
        '▒' => ':',
        '▓' => '%',
        '…' => '~',
        '‘' | '’' => '\'',
        '“' | '”' => '"',
        '≤' => '<',
        '≥' => '>',
        '≈' => '~',
        'Σ' => 'S',
        '²' => '2',
        '£' => 'L',
        '€' => 'E',
        '\u{a0}' => ' ',
        '⠀'..='⣿' => '*',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_chooses() {
        let of = |set: &[(&str, &str)]| {
            Theme::of(|name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(of(&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")]), Theme::Plain);
        assert_eq!(of(&[("NO_COLOR", ""), ("TERM", "xterm-256color")]), Theme::Dark);
        assert_eq!(of(&[("TERM", "xterm-256color"), ("COLORFGBG", "0;15")]), Theme::Light);
        assert_eq!(of(&[("TERM", "linux")]), Theme::Sixteen);
    }

    #[test]
    fn no_colour_means_none() {
        let roles =
            [Role::Text, Role::Dim, Role::Strong, Role::Accent, Role::Good, Role::Bad, Role::Warn, Role::Cursor];
        for role in roles {
            let style = Theme::Plain.style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
        }
        assert_eq!(Theme::Plain.scale(7), Style::new());
    }

    #[test]
    fn themes_go_round() {
        let mut theme = Theme::Dark;
        for _ in Theme::ALL {
            theme = theme.next();
        }
        assert_eq!(theme, Theme::Dark);
    }
}
