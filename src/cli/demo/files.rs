//! The demo's files, compiled in, and their way through the ordinary import.

use kehu::{Crm, Error, Message, Result};

/// A file of the demo and the kind of record that it holds.
pub struct Source {
    pub kind: &'static str,
    pub name: &'static str,
    pub bytes: &'static [u8],
}

macro_rules! source {
    ($kind:literal, $name:literal) => {
        Source { kind: $kind, name: $name, bytes: include_bytes!(concat!("../../../examples/data/", $name)) }
    };
}

/// In this order: what later files point to comes first.
pub const FILES: [Source; 7] = [
    source!("branch", "branches.csv"),
    source!("user", "users.csv"),
    source!("customer", "customers_east_china.csv"),
    source!("customer", "customers_south_china.csv"),
    source!("customer", "companies_europe.csv"),
    source!("contact", "contacts_europe.csv"),
    source!("customer", "partners.csv"),
];

/// What an import did.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    pub created: u64,
    pub rejected: u64,
}

/// Imports one file.
pub fn import_file(_crm: &mut Crm, kind: &str, name: &str, bytes: &[u8]) -> Result<Counts> {
    Err(Error::bad_value(
        Message::new("{file} ({bytes} bytes of {kind}) cannot be imported yet.")
            .with("file", name)
            .with("bytes", bytes.len())
            .with("kind", kind),
    ))
}
