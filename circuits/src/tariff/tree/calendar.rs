//! Statements about time.

use super::{At, Text};

/// `window NAME = 00:00-07:00 every day and on Sat, Sun`
#[derive(Clone, Debug)]
pub(crate) struct Window<'a> {
    pub(crate) name: Text<'a>,
    pub(crate) parts: Vec<At<WindowPart<'a>>>,
}

/// Some hours of some days; no hours are the whole day, no days are every day.
#[derive(Clone, Debug)]
pub(crate) struct WindowPart<'a> {
    pub(crate) hours: Vec<At<(Text<'a>, Text<'a>)>>,
    pub(crate) days: Vec<At<(Text<'a>, Option<Text<'a>>)>>,
    /// `except` and what follows it.
    pub(crate) except: Option<Text<'a>>,
}
