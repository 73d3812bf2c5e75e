//! The demo's files, compiled in, and their way through the ordinary import.

use kehu::{
    Cause, Crm, Error, Message, Result,
    exchange::{
        self,
        import::{Import, Options},
    },
};
use std::path::{Path, PathBuf};

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

/// Imports one file as if it lay in a folder.
pub fn import_file(crm: &mut Crm, kind: &str, name: &str, bytes: &[u8]) -> Result<Counts> {
    let folder = Folder::new()?;
    let path = folder.0.join(name);
    std::fs::write(&path, bytes).map_err(|error| unwritable(&path, &error))?;
    import(crm, kind, name, &path)
}

fn import(crm: &mut Crm, kind: &str, name: &str, path: &Path) -> Result<Counts> {
    let source = exchange::Source::named(path, name)?;
    let create_missing = ["user", "branch", "customer"].map(str::to_owned).into();
    let options = Options { create_missing, ..Options::default() };
    let plan = Import::plan(crm, &source, Some(kind), &options, &mut |_| {})?;
    let outcome = plan.run(crm, &mut |_| {})?;
    Ok(Counts { created: outcome.created + outcome.linked, rejected: outcome.rejected })
}

/// A folder for one file, which goes when it has been read.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self> {
        let path = std::env::temp_dir().join(format!("kehu-demo-{}", std::process::id()));
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path).map_err(|error| unwritable(&path, &error))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays behind does no harm.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Error {
    Error::new(
        Cause::Storage,
        Message::new("{file} cannot be written: {why}.").with("file", path.display()).with("why", error),
    )
}
