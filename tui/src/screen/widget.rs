//! What several panes are drawn with.

pub mod bars;
pub mod table;
