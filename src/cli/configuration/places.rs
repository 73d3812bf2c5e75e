//! Where files are: the configuration's, and the default database.

use super::Environment;
use kehu::{Cause, Error, Message, Result};
use std::path::{Path, PathBuf};

/// The folders that count for this run.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// The `kehu.toml` found from the current folder upward.
    pub local: Option<PathBuf>,
    /// The user's own file, there or not.
    pub own: Option<PathBuf>,
    /// Where a new `kehu.toml` would be.
    pub here: PathBuf,
    data: Option<PathBuf>,
    home: Option<PathBuf>,
}

impl Places {
    pub fn of(environment: &dyn Environment) -> Self {
        let folder = |name: &str| environment.variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let home = folder("HOME").or_else(|| folder("USERPROFILE"));
        let beside = |name: &str, usual: &str| folder(name).or_else(|| home.as_ref().map(|home| home.join(usual)));
        let here = environment.folder().unwrap_or_default();
        Self {
            local: here.ancestors().map(|folder| folder.join("kehu.toml")).find(|path| path.is_file()),
            own: beside("XDG_CONFIG_HOME", ".config").map(|folder| folder.join("kehu/config.toml")),
            data: beside("XDG_DATA_HOME", ".local/share").map(|folder| folder.join("kehu/kehu.db")),
            here: here.join("kehu.toml"),
            home,
        }
    }

    pub fn default_database(&self) -> Result<String> {
        match &self.data {
            Some(path) => Ok(path.display().to_string()),
            None => Err(Error::new(
                Cause::Database,
                Message::new("There is no home folder, so the default database has no place."),
            )
            .hint(Message::new("kehu --db kehu.db init"))),
        }
    }

    /// A database as it was named; a relative path in a file means beside that file.
    pub fn database(&self, named: &str, folder: Option<&Path>) -> String {
        if is_address(named) {
            return named.to_owned();
        }
        let tail = named.strip_prefix('~').filter(|tail| tail.is_empty() || tail.starts_with('/'));
        match (tail, &self.home, folder) {
            (Some(tail), Some(home), _) => format!("{}{tail}", home.display()),
            (_, _, Some(folder)) => folder.join(named).display().to_string(),
            _ => named.to_owned(),
        }
    }
}

/// Whether a database is named that is no file.
pub fn is_address(url: &str) -> bool {
    url == ":memory:" || url.contains("://")
}

/// Makes the folder of a database file; only its owner may look into a new one.
pub fn make_folder(url: &str) -> Result<()> {
    let folder = Path::new(url).parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    let Some(folder) = folder.filter(|_| !is_address(url)) else { return Ok(()) };
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| {
        Error::new(
            Cause::Storage,
            Message::new("The folder {folder} cannot be made: {why}.")
                .with("folder", folder.display())
                .with("why", error),
        )
    })
}
