//! Files from outside: readings in the clear.
//!
//! [`csv`] is the project's own readings file, read strictly. [`convert`] turns other people's tables into it, [`greenbutton`]
//! Green Button files, and [`nem12`] NEM12 files: settled by a stated rule, or refused, never guessed.

pub mod convert;
pub mod converted;
pub mod csv;
mod decimal;
pub mod greenbutton;
mod local_time;
pub mod nem12;
mod source;
pub mod streams;
