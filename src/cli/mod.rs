//! Door one: the command line.

pub mod output;
