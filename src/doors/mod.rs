//! What both doors share: the two languages, the words of a cell, and text that is harmless to look at.
//!
//! Nothing in the library's own rooms uses a door or what stands here; a test makes sure.

pub mod cell;
pub mod language;
mod operations;
pub mod text_safety;
