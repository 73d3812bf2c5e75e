//! A handle that stays open for hours: whether its database is still the one it opened, and what others added to it since.

use super::{Crm, base_schemas};
use crate::{
    Result,
    error::{Cause, Error},
    message::Message,
    store::{self, Sql},
};
use std::{path::Path, sync::Arc};

/// What says whether a file is still the same one.
#[cfg(unix)]
type Identity = (u64, u64);
#[cfg(not(unix))]
type Identity = ();

/// What a handle knew of its database when it last looked.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Known {
    file: Option<Identity>,
    shape: Vec<Sql>,
}

/// Everything that the schemas depend on: custom fields, nodes, and the version of the tables.
const SHAPE: &str = "SELECT (SELECT value FROM meta WHERE key = 'kehu_version'), \
    (SELECT COUNT(*) FROM custom_fields WHERE deleted_at IS NULL), \
    (SELECT CAST(COALESCE(SUM(version), 0) AS BIGINT) FROM custom_fields), \
    (SELECT COUNT(*) FROM nodes WHERE deleted_at IS NULL), (SELECT CAST(COALESCE(SUM(version), 0) AS BIGINT) FROM nodes)";

impl Crm {
    /// Looks whether the database is still there and still of this program's version, and takes over the fields that
    /// others added since; says whether there was anything to take over.
    ///
    /// # Errors
    /// A file that is gone or another one, tables of a newer program, a server that hung up.
    pub fn renew(&mut self) -> Result<bool> {
        let file = self.db.path().map(|path| identity(&path)).transpose()?.flatten();
        let shape = self.db.first(SHAPE, &[])?.unwrap_or_default();
        let now = Known { file, shape };
        if self.known.file != now.file {
            return Err(replaced(self.db.path().as_deref()));
        }
        let before = std::mem::replace(&mut self.known, now.clone());
        if before.shape.is_empty() || before == now {
            return Ok(false);
        }
        if let Some(version) = store::version(&mut *self.db)?.filter(|version| *version > store::VERSION) {
            self.known = before;
            return Err(store::newer(version));
        }
        let mut schemas = base_schemas();
        crate::views::extend(&mut *self.db, &mut schemas)?;
        self.schemas = schemas.into_iter().map(Arc::new).collect();
        Ok(true)
    }

    /// Takes note of the file that was opened: whoever looks for the first time hours later may find another.
    pub(super) fn know_file(&mut self) -> Result<()> {
        self.known.file = self.db.path().map(|path| identity(&path)).transpose()?.flatten();
        Ok(())
    }

    /// Whether its database has to be opened anew: the server hung up, or another file stands in the place of this one.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        let other = |path: &Path| identity(path).is_ok_and(|now| self.known.file.is_some() && now != self.known.file);
        self.db.is_closed() || self.db.path().is_some_and(|path| other(&path))
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> Result<Option<Identity>> {
    use std::os::unix::fs::MetadataExt;
    let found = std::fs::metadata(path).map_err(|_| gone(path))?;
    Ok(Some((found.dev(), found.ino())))
}

/// An open file cannot be taken away or replaced there.
#[cfg(not(unix))]
fn identity(_: &Path) -> Result<Option<Identity>> {
    Ok(None)
}

#[cfg(unix)]
fn gone(path: &Path) -> Error {
    let message = Message::new("The database {path} is gone; nothing is written until it is back.");
    Error::new(Cause::Database, message.with("path", path.display()))
}

fn replaced(path: Option<&Path>) -> Error {
    let message = Message::new("Another database stands in the place of {path} now.");
    Error::new(Cause::Database, message.with("path", path.unwrap_or_else(|| Path::new("")).display()))
}
