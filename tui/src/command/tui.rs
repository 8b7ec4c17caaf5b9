//! `wattproof tui`, and `wattproof` alone.

use std::io::{self, IsTerminal};

use clap::{Args, ValueEnum};

use super::Outcome;
use crate::exit::Exit;
use crate::screen::style::Theme;
use crate::screen::{self, Choices};
use crate::session::Session;
use crate::words::Words;

/// Open the operator's screen on the store, as `wattproof` alone does.
#[derive(Args, Debug, Default)]
#[command(after_help = "Example:\n  wattproof tui --theme light")]
pub struct Tui {
    /// The colours [default: by NO_COLOR, COLORTERM, TERM and COLORFGBG].
    #[arg(long, value_enum, value_name = "THEME")]
    theme: Option<Colours>,
    /// Show only ASCII.
    #[arg(long)]
    ascii: bool,
    /// Leave the mouse to the terminal.
    #[arg(long)]
    no_mouse: bool,
}

/// Names of themes.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Colours {
    /// 256 colours on a dark ground.
    Dark,
    /// 256 colours on a light ground.
    Light,
    /// The terminal's own 16 colours.
    #[value(name = "16")]
    Sixteen,
    /// No colour.
    None,
}

impl Tui {
    /// Opens the screen.
    pub fn run(self, session: &Session) -> Outcome {
        if session.screen.json || !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Err(Words::NoTerminal.into());
        }
        let theme = self.theme.map(|colours| match colours {
            Colours::Dark => Theme::Dark,
            Colours::Light => Theme::Light,
            Colours::Sixteen => Theme::Sixteen,
            Colours::None => Theme::Plain,
        });
        screen::run(&session.store()?, Choices { theme, ascii: self.ascii, mouse: !self.no_mouse })?;
        Ok(Exit::Done)
    }
}
