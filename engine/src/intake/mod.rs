//! Files from outside: readings in the clear.
//!
//! [`csv`] is the project's own readings file, read strictly; [`convert`] turns other people's files into it.

pub mod convert;
pub mod csv;
mod decimal;
mod local_time;
mod source;
