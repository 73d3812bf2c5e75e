//! Door two: the dashboard. Keys and answers change the state, the state is drawn, threads do the rest.
//!
//! `update` changes the state and says what is to be done, `screen` draws it and says where a click means what, `action`
//! knows everything that can be done, `pages` holds what fills the screen. Nothing here writes SQL, and it uses the
//! library as any other crate could.
#![deny(clippy::indexing_slicing, clippy::string_slice, clippy::unwrap_used, clippy::panic)]

pub mod action;
pub mod canvas;
pub mod command;
pub mod context;
mod crash;
pub mod driver;
mod editor;
pub mod frame;
mod fuzzy;
pub mod glyphs;
pub mod hits;
mod input;
pub mod key;
mod keys;
mod launch;
pub mod listing;
mod live;
pub mod memory;
pub mod modals;
mod moving;
pub mod page;
pub mod pages;
mod parting;
mod probe;
pub mod replies;
mod runtime;
pub mod screen;
mod settings;
mod soon;
pub mod state;
mod terminal;
pub mod text;
pub mod theme;
pub mod toast;
pub mod update;
pub mod widgets;
mod words;
mod workers;

pub use keys::table as keys;
pub use launch::{Launch, has_signals, is_open, on_terminal, run};
