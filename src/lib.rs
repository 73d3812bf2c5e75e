//! kehu (客户): a CRM for the terminal, as a library that knows everything about customers and nothing about terminals.
//!
//! Rooms, each of which may use those before it:
//!
//! - [`error`], [`message`], [`clock`]: what is said to a person, and what time it is.
//! - [`record`]: what a record is: `record!`, schemas, kinds of value, the filter language, grids and verbs.
//! - [`store`]: where records rest: one seam, SQLite and PostgreSQL behind it.
//! - [`crm`]: the one handle, [`Crm`]: open, sign in, add, find, change, remove, list, undo.
//! - [`org`], [`customers`], [`products`], [`pipeline`], [`tickets`]: the rooms of the business. [`views`]: custom fields
//!   and saved views.
//! - [`reports`]: questions with a typed answer, one file each.
//! - [`exchange`]: files in and out: encodings, headings, import and export. [`upkeep`]: backup, restore, doctor.
//! - [`catalog`]: every record kind with its rules and verbs, and every report.
//!
//! And one that is no room: [`tui`], the dashboard, the second door (the first is the program's `cli`), with what both
//! doors share in [`doors`]. It stands in this crate so that tests can press its keys; no room may name either, and it
//! uses what every other crate could use. Tests make sure of both.
//!
//! Invariants:
//!
//! 1. The library never prints, prompts, reads the environment, looks at the wall clock (but through the handle's
//!    clock) or exits. Doors never write SQL.
//! 2. Every write is a named operation in one transaction: rows, change log and search text, or none of them.
//! 3. Every change is kept with old and new value, who, when and from which door.
//! 4. No floats for money; a document keeps its own currency.
//! 5. What can be computed is not stored, but for folded copies, search text, what the lines of a deal come to, sums over
//!    deals and how far those came, which `kehu doctor` proves, and what a plan was first and how often it or a deal was
//!    put off, which its history proves.
//! 6. A prompt appears only on a terminal; a script never hangs.

pub mod catalog;
pub mod clock;
pub mod crm;
pub mod customers;
pub mod doors;
pub mod error;
pub mod exchange;
pub mod message;
pub mod org;
pub mod pipeline;
pub mod products;
pub mod record;
pub mod reports;
pub mod store;
pub mod tickets;
pub mod tui;
pub mod upkeep;
pub mod views;

pub use crm::{Crm, Settings};
pub use error::{Cause, Error, Result};
pub use message::Message;
