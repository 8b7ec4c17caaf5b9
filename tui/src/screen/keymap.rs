//! Keys, commands, and which key gives which command where. Help, hints, palette and `docs/terminal.md` are made of this.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::state::Pane;

/// A key, as far as it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Press {
    /// A letter, with Shift as it is typed.
    Char(char),
    /// A letter with Control.
    Ctrl(char),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Tab with Shift.
    BackTab,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// To the beginning.
    Home,
    /// To the end.
    End,
    /// Deletes backwards.
    Backspace,
    /// Deletes forwards.
    Delete,
}

impl Press {
    /// A terminal's key event; nothing for a release and for keys without a use.
    pub fn of(event: KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let control = event.modifiers.contains(KeyModifiers::CONTROL);
        Some(match event.code {
            KeyCode::Char(letter) if control => Press::Ctrl(letter.to_ascii_lowercase()),
            KeyCode::Char(_) if event.modifiers.contains(KeyModifiers::ALT) => return None,
            KeyCode::Char(letter) => Press::Char(letter),
            KeyCode::Enter => Press::Enter,
            KeyCode::Esc => Press::Esc,
            KeyCode::Tab => Press::Tab,
            KeyCode::BackTab => Press::BackTab,
            KeyCode::Up => Press::Up,
            KeyCode::Down => Press::Down,
            KeyCode::Left => Press::Left,
            KeyCode::Right => Press::Right,
            KeyCode::PageUp => Press::PageUp,
            KeyCode::PageDown => Press::PageDown,
            KeyCode::Home => Press::Home,
            KeyCode::End => Press::End,
            KeyCode::Backspace => Press::Backspace,
            KeyCode::Delete => Press::Delete,
            KeyCode::F(1) => Press::Char('?'),
            KeyCode::F(5) => Press::Char('r'),
            _ => return None,
        })
    }
}

impl fmt::Display for Press {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Press::Char(' ') => "space",
            Press::Char(letter) => return write!(f, "{letter}"),
            Press::Ctrl(letter) => return write!(f, "^{letter}"),
            Press::Enter => "enter",
            Press::Esc => "esc",
            Press::Tab => "tab",
            Press::BackTab => "shift-tab",
            Press::Up => "↑",
            Press::Down => "↓",
            Press::Left => "←",
            Press::Right => "→",
            Press::PageUp => "pgup",
            Press::PageDown => "pgdn",
            Press::Home => "home",
            Press::End => "end",
            Press::Backspace => "backspace",
            Press::Delete => "delete",
        };
        f.write_str(name)
    }
}

/// Something to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// The next thing that is missing.
    Next,
    /// Shows the keys of the pane.
    Help,
    /// Finds a command by name.
    Palette,
    /// One level back: closes what is open, clears the filter, cancels.
    Back,
    /// Leaves.
    Quit,
    /// Puts the program into the background.
    Suspend,
    /// Goes to a step.
    Go(Pane),
    /// The next step.
    Forward,
    /// The step before.
    Backward,
    /// Cursor up.
    Up,
    /// Cursor down.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the first row.
    First,
    /// To the last row.
    Last,
    /// The view to the left.
    Left,
    /// The view to the right.
    Right,
    /// Shows only rows with a text.
    Filter,
    /// Sorts by the next column.
    Sort,
    /// Turns the order round.
    Reverse,
    /// Looks at the store again.
    Refresh,
    /// Copies what the cursor stands on.
    Copy,
    /// Writes what the pane shows to a file.
    Export,
    /// Chooses the billing period.
    Period,
    /// The month before.
    Earlier,
    /// The month after.
    Later,
    /// Takes in files or a folder.
    Import,
    /// Copies the store.
    Backup,
    /// Reads every record of the store.
    CheckStore,
    /// The next theme.
    Theme,
    /// More than ASCII, or not.
    Unicode,
    /// Whether the mouse is heard.
    Mouse,
    /// Loads the sample household.
    Sample,
    /// Admits a meter.
    Register,
    /// Goes on with the meter under the cursor.
    ChooseMeter,
    /// Writes what a customer's device needs.
    GiveOut,
    /// Decides between rival batches.
    Settle,
    /// Types the key.
    TypeKey,
    /// Reads the key from a file.
    KeyFile,
    /// Shows the key's letters, or hides them.
    Reveal,
    /// Wipes the key and everything it opened.
    Forget,
    /// Decrypts the period.
    Decrypt,
    /// The next register.
    NextRegister,
    /// Opens a tariff file.
    OpenTariff,
    /// Writes a new tariff file to begin with.
    NewTariff,
    /// Edits the opened file.
    EditTariff,
    /// Publishes the opened file.
    Publish,
    /// Closes the opened file.
    CloseTariff,
    /// Assigns the tariff to the meter.
    Assign,
    /// Proves the bill.
    Prove,
    /// Stops what is running.
    Cancel,
    /// Which bill of the period.
    Revision,
    /// Puts the proved bill into the supplier's inbox.
    HandIn,
    /// Verifies the bill under the cursor, or those marked.
    Verify,
    /// Verifies every bill that waits.
    VerifyAll,
    /// Checks without deciding.
    DryRun,
    /// Verifies a file.
    VerifyFile,
    /// Marks a bill.
    Mark,
    /// Lies about a copy of a bill.
    Tamper,
}

/// A command with its keys and what it says about itself.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// The command.
    pub command: Command,
    /// Any of these keys.
    pub keys: &'static [Press],
    /// What it does, as the help has it.
    pub says: &'static str,
    /// A word for the line of hints; empty when it does not stand there.
    pub hint: &'static str,
}

/// A binding.
pub const fn bind(command: Command, keys: &'static [Press], says: &'static str, hint: &'static str) -> Binding {
    Binding { command, keys, says, hint }
}

/// Commands that work in every pane.
pub const EVERYWHERE: &[Binding] = &[
    bind(Command::Next, &[Press::Char('n')], "do the next thing that is missing", "next"),
    bind(Command::Help, &[Press::Char('?')], "the keys of this pane", "help"),
    bind(Command::Palette, &[Press::Char(':'), Press::Ctrl('p')], "find a command by name", "commands"),
    bind(Command::Back, &[Press::Esc], "one level back: close, clear the filter, stop what runs", ""),
    bind(Command::Quit, &[Press::Char('q'), Press::Ctrl('c')], "leave", "quit"),
    bind(Command::Forward, &[Press::Tab], "the next step", ""),
    bind(Command::Backward, &[Press::BackTab], "the step before", ""),
    bind(Command::Go(Pane::Meters), &[Press::Char('1')], "go to Meters", ""),
    bind(Command::Go(Pane::Batches), &[Press::Char('2')], "go to Batches", ""),
    bind(Command::Go(Pane::Key), &[Press::Char('3')], "go to Key", ""),
    bind(Command::Go(Pane::Readings), &[Press::Char('4')], "go to Readings", ""),
    bind(Command::Go(Pane::Tariff), &[Press::Char('5')], "go to Tariff", ""),
    bind(Command::Go(Pane::Bill), &[Press::Char('6')], "go to Bill & proof", ""),
    bind(Command::Go(Pane::Verify), &[Press::Char('7')], "go to Verification", ""),
    bind(Command::Go(Pane::Log), &[Press::Char('8')], "go to Log", ""),
    bind(Command::Up, &[Press::Up, Press::Char('k')], "up", ""),
    bind(Command::Down, &[Press::Down, Press::Char('j')], "down", ""),
    bind(Command::PageUp, &[Press::PageUp, Press::Ctrl('b'), Press::Ctrl('u')], "a page up", ""),
    bind(Command::PageDown, &[Press::PageDown, Press::Ctrl('f'), Press::Ctrl('d')], "a page down", ""),
    bind(Command::First, &[Press::Home, Press::Char('g')], "to the first row", ""),
    bind(Command::Last, &[Press::End, Press::Char('G')], "to the last row", ""),
    bind(Command::Left, &[Press::Left, Press::Char('h')], "the view to the left", ""),
    bind(Command::Right, &[Press::Right, Press::Char('l')], "the view to the right", ""),
    bind(Command::Filter, &[Press::Char('/')], "show only rows that contain a text", ""),
    bind(Command::Sort, &[Press::Char('s')], "sort by the next column", ""),
    bind(Command::Reverse, &[Press::Char('S')], "turn the order round", ""),
    bind(Command::Period, &[Press::Char('p')], "choose the billing period", ""),
    bind(Command::Earlier, &[Press::Char('[')], "the month before", ""),
    bind(Command::Later, &[Press::Char(']')], "the month after", ""),
    bind(Command::Import, &[Press::Char('i')], "import files or a folder", ""),
    bind(Command::Export, &[Press::Char('e')], "write what the pane shows to a file", ""),
    bind(Command::Copy, &[Press::Char('y')], "copy what the cursor stands on", ""),
    bind(Command::Refresh, &[Press::Char('r'), Press::Ctrl('l')], "look at the store again", ""),
    bind(Command::Sample, &[], "load the sample household", ""),
    bind(Command::Backup, &[], "back up the store", ""),
    bind(Command::CheckStore, &[], "check the store: read every record", ""),
    bind(Command::Theme, &[Press::Char('T')], "the next theme: dark, light, 16 colours, none", ""),
    bind(Command::Unicode, &[Press::Char('U')], "only ASCII, or not", ""),
    bind(Command::Mouse, &[Press::Char('M')], "leave the mouse to the terminal, to select text, or not", ""),
    bind(Command::Suspend, &[Press::Ctrl('z')], "put the program into the background", ""),
];

/// What a key does in a pane; the pane's own meaning comes first.
pub fn meaning(pane: Pane, press: Press) -> Option<Command> {
    let all = pane.bindings().iter().chain(EVERYWHERE);
    all.into_iter().find(|binding| binding.keys.contains(&press)).map(|binding| binding.command)
}

/// The key of a command in a pane, as people read it.
pub fn key_of(pane: Pane, command: Command) -> Option<Press> {
    let found = pane.bindings().iter().chain(EVERYWHERE).find(|binding| binding.command == command)?;
    found.keys.first().copied()
}

/// Every command with the pane it belongs to; the first of several that share one.
pub fn all() -> impl Iterator<Item = (Option<Pane>, &'static Binding)> {
    let own = Pane::ALL.into_iter().flat_map(|pane| pane.bindings().iter().map(move |binding| (Some(pane), binding)));
    own.chain(EVERYWHERE.iter().map(|binding| (None, binding)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things() {
        for pane in Pane::ALL {
            let own: Vec<Press> = pane.bindings().iter().flat_map(|binding| binding.keys).copied().collect();
            for (place, press) in own.iter().enumerate() {
                assert!(!own[..place].contains(press), "{pane:?} {press}");
            }
        }
        let everywhere: Vec<Press> = EVERYWHERE.iter().flat_map(|binding| binding.keys).copied().collect();
        for (place, press) in everywhere.iter().enumerate() {
            assert!(!everywhere[..place].contains(press), "{press}");
        }
    }

    #[test]
    fn a_pane_hides_no_way_back() {
        for pane in Pane::ALL {
            assert_eq!(meaning(pane, Press::Esc), Some(Command::Back));
            assert_eq!(meaning(pane, Press::Char('q')), Some(Command::Quit));
            assert_eq!(meaning(pane, Press::Char('?')), Some(Command::Help));
        }
    }
}
