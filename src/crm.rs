//! `Crm`: the one handle. Opens a database, knows who asks, reads and writes records, and undoes what was done.

mod attachments;
mod beside;
pub(crate) mod bulk;
mod columns;
mod condition;
mod conversion;
mod duplicates;
mod fitting;
mod groups;
mod history;
mod list;
mod many;
mod migrate;
mod moment;
mod newest;
mod query;
mod read;
mod reference;
mod relink;
mod remove;
mod renew;
mod rows;
mod run;
mod search;
mod search_rows;
mod sql;
mod statement;
pub(crate) mod tally;
mod total;
mod undo;
mod upkeep;
mod write;

use crate::{
    Result, catalog,
    clock::Clock,
    customers::{Silence, duplicates::Watch},
    error::{Cause, Error},
    message::Message,
    record::{Bounds, Currency, Field, Fields, Kind, Schema, Value, types::Reading},
    store::{self, Database, Sql},
};
use std::{sync::Arc, time::Duration};

pub use attachments::{Incoming, USUAL_LIMIT};
pub(crate) use columns::nearest;
pub(crate) use condition::search_match;
pub use history::{HistoryLine, OperationLine};
pub use list::usual_columns;
pub use query::{Deleted, Query, Sort};
pub use read::Entry;
pub(crate) use reference::number_of_short;
pub use remove::Dependents;
pub use undo::{Blocked, UndoReport};
pub use upkeep::{Count, Status};
pub use write::Save;
pub(crate) use write::refuse_deleted;

/// How to open a database, and what reading a value depends on.
#[derive(Debug, Clone)]
pub struct Settings {
    pub clock: Clock,
    /// The currency of a bare amount.
    pub currency: Currency,
    /// The region whose phone numbers need no country code.
    pub region: String,
    /// How long customers may go without a word.
    pub silence: Silence,
    /// The door that a write comes through, for the change log: `cli`, `tui`, `import`.
    pub door: &'static str,
    /// Make the database when there is none.
    pub create: bool,
    pub read_only: bool,
    /// How long to wait for another writer.
    pub wait: Duration,
    /// Who writes to customers, as `Service <service@example.com>`: what comes from there is our own.
    pub mail_from: Option<String>,
}

/// The handle to one database.
pub struct Crm {
    pub(crate) db: Box<dyn Database>,
    pub(crate) schemas: Vec<Arc<Schema>>,
    pub(crate) reading: Reading,
    pub(crate) silence: Silence,
    actor: Option<(i64, String)>,
    /// The name to give the first user, when the database has none yet.
    newcomer: Option<String>,
    pub(crate) door: &'static str,
    operation: Option<i64>,
    /// What was done by this handle.
    own: std::collections::HashSet<i64>,
    /// Of what is written in several transactions and yet one operation.
    run: Option<run::Run>,
    /// The address from which we write.
    pub(crate) own_address: Option<String>,
    /// Counts the rows of records that were written.
    writes: u64,
    dry_run: bool,
    notices: Vec<Message>,
    /// What happens when a new record is probably another.
    pub(crate) watch: Watch,
    pub(crate) url: String,
    /// Contents that a dry run would keep: hash and size.
    arriving: Vec<(String, u64)>,
    /// Where an import finds the contents that it brings along.
    brought: Option<store::content::Folder>,
    /// What need not be read again while many rows are looked at in one go.
    pub(crate) memo: Option<crate::pipeline::memo::Memo>,
    /// What was looked up while reading at one moment.
    seen: Option<moment::Seen>,
    /// A verb takes a step that a bare edit may not take.
    pub(crate) by_verb: bool,
    /// What is on its way to the recycle bin or back with all that belongs to it.
    underway: Vec<(&'static str, i64)>,
    /// An attachment was purged, so its content may be needed no more.
    purged_attachment: bool,
    /// What the database was like when it was looked at last.
    known: renew::Known,
}

impl Crm {
    /// Opens the database of that path or address, making or migrating it where that is asked for.
    ///
    /// # Errors
    /// Says when there is none, when it is newer than this program, not a database of ours, or busy.
    pub fn open(url: &str, settings: &Settings) -> Result<Self> {
        let options = store::Open { create: settings.create, read_only: settings.read_only, wait: settings.wait };
        let mut db = store::open(url, options)?;
        let mut schemas = base_schemas();
        refuse_unready(&mut *db, url, settings)?;
        let reading =
            Reading { clock: settings.clock.clone(), currency: settings.currency, region: settings.region.clone() };
        let older = migrate::bring_up_to_date(&mut *db, &schemas, &reading)?;
        crate::views::extend(&mut *db, &mut schemas)?;
        let mut crm = Self {
            db,
            schemas: schemas.into_iter().map(Arc::new).collect(),
            reading,
            silence: settings.silence.clone(),
            actor: None,
            newcomer: None,
            door: settings.door,
            operation: None,
            own: std::collections::HashSet::new(),
            run: None,
            own_address: settings.mail_from.as_deref().and_then(crate::tickets::outbox::address_of_sender),
            writes: 0,
            dry_run: false,
            notices: Vec::new(),
            watch: Watch::default(),
            url: url.to_owned(),
            arriving: Vec::new(),
            brought: None,
            memo: None,
            seen: None,
            by_verb: false,
            underway: Vec::new(),
            purged_attachment: false,
            known: renew::Known::default(),
        };
        crm.know_file()?;
        if let Some(version) = older {
            crate::pipeline::first_steps(&mut crm)?;
            crm.notice(migrate::brought_up_to_date(version));
        }
        if !settings.read_only {
            // Whoever cannot write just now reads what was found so far; the next one catches up.
            match crm.catch_up() {
                Err(error) if !matches!(error.cause, Cause::Busy | Cause::Storage) => return Err(error),
                _ => {}
            }
        }
        Ok(crm)
    }

    /// Says who asks: a login, a name, an e-mail or a ref. In a new database that person becomes the first user at the
    /// first write.
    ///
    /// # Errors
    /// [`Cause::NotAllowed`] when the database has users and none of that name is active.
    pub fn sign_in(&mut self, name: &str) -> Result<()> {
        let known = self.db.first(
            "SELECT id, name FROM users WHERE deleted_at IS NULL AND active AND (login_key = ? OR name_key = ?) ORDER BY login_key = ? DESC LIMIT 1",
            &[folded(name), folded(name), folded(name)],
        )?;
        let found = match known {
            Some(row) => Some((integer(&row[0]), text(&row[1]))),
            None => match self.find("user", name) {
                Ok(id) => Some((id, self.title("user", id)?)).filter(|_| self.is_active(id).unwrap_or(false)),
                Err(_) => None,
            },
        };
        if found.is_some() {
            self.actor = found;
            return Ok(());
        }
        let gone = "SELECT 1 FROM users WHERE deleted_at IS NULL AND (login_key = ? OR name_key = ?) LIMIT 1";
        if self.db.first(gone, &[folded(name), folded(name)])?.is_some() {
            return Err(Error::new(
                Cause::NotAllowed,
                Message::new("{name} is marked as gone and cannot sign in.").with("name", name),
            )
            .hint(Message::new("kehu --as COLLEAGUE user activate \"{name}\"").with("name", name)));
        }
        let anybody = self.db.first("SELECT 1 FROM users LIMIT 1", &[])?.is_some();
        if anybody {
            return Err(Error::new(
                Cause::NotAllowed,
                Message::new("Nobody called {name} may use this database.").with("name", name),
            )
            .hint(Message::new("kehu --as COLLEAGUE user add \"{name}\" --login \"{name}\"").with("name", name)));
        }
        self.newcomer = Some(name.to_owned());
        Ok(())
    }

    fn is_active(&mut self, id: i64) -> Result<bool> {
        Ok(self.record("user", id)?.value("active") == Value::Bool(true))
    }

    /// Who asks: number and name.
    #[must_use]
    pub fn actor(&self) -> Option<(i64, &str)> {
        self.actor.as_ref().map(|(id, name)| (*id, name.as_str()))
    }

    /// The schema of a kind, with its custom fields; singular, plural or letter.
    ///
    /// # Errors
    /// Names the kinds there are.
    pub fn schema(&self, kind: &str) -> Result<Arc<Schema>> {
        let known = |schema: &&Arc<Schema>| schema.kind == kind || schema.table == kind;
        self.schemas.iter().find(known).cloned().ok_or_else(|| {
            let kinds: Vec<&str> = self.schemas.iter().map(|schema| schema.kind).collect();
            Error::bad_value(
                Message::new("{kind} is no kind of record; there are {kinds}.")
                    .with("kind", kind)
                    .with("kinds", kinds.join(", ")),
            )
        })
    }

    /// Every kind of record, in the order people meet them.
    #[must_use]
    pub fn schemas(&self) -> &[Arc<Schema>] {
        &self.schemas
    }

    /// What reading a value depends on: clock, base currency, phone region.
    #[must_use]
    pub fn reading(&self) -> &Reading {
        &self.reading
    }

    /// From now on, writes are tried and taken back.
    pub fn set_dry_run(&mut self, dry_run: bool) {
        self.dry_run = dry_run;
    }

    /// From now on, a new record that is probably another one is warned of, refused or let pass.
    pub fn set_watch(&mut self, watch: Watch) {
        self.watch = watch;
    }

    #[must_use]
    pub fn is_dry_run(&self) -> bool {
        self.dry_run
    }

    /// The path or address of the database, without a password, which messages must not show.
    #[must_use]
    pub fn url(&self) -> String {
        without_password(&self.url)
    }

    /// What happened beside what was asked for, worth telling a person; told once.
    pub fn notices(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.notices)
    }

    pub(crate) fn notice(&mut self, message: Message) {
        if !self.notices.contains(&message) {
            self.notices.push(message);
        }
    }

    /// Takes back what was to be said of something, where it is said in other words.
    pub(crate) fn withdraw_notice(&mut self, name: &'static str, value: &str) {
        self.notices.retain(|notice| !notice.arguments.iter().any(|(key, known)| *key == name && known == value));
    }

    /// Runs `work` as one named operation: rows, change log and search text, or none of them. Inside another
    /// transaction it becomes a part of that one.
    ///
    /// # Errors
    /// Whatever `work` says; nothing is kept then.
    pub fn transaction<R>(&mut self, label: &str, mut work: impl FnMut(&mut Self) -> Result<R>) -> Result<R> {
        if self.operation.is_some() {
            return work(self);
        }
        let mut tries = 0;
        loop {
            let done = self.attempt(label, &mut work);
            match done {
                // PostgreSQL asks for a retry where two transactions crossed.
                Err(error)
                    if error.cause == Cause::Busy && tries < 8 && self.db.dialect() == store::Dialect::Postgres =>
                {
                    tries += 1;
                }
                done => {
                    let purged = std::mem::take(&mut self.purged_attachment);
                    if purged && done.is_ok() && !self.dry_run {
                        // What cannot be taken away now, the doctor finds later.
                        let _ = self.collect_contents();
                    }
                    return done;
                }
            }
        }
    }

    fn attempt<R>(&mut self, label: &str, work: &mut impl FnMut(&mut Self) -> Result<R>) -> Result<R> {
        let before = (self.actor.clone(), self.newcomer.clone());
        self.db.begin()?;
        let _working = self.db.interruption().work();
        let done = self.in_transaction(label, work).map_err(store::taken_back);
        self.operation = None;
        if done.is_err() || self.dry_run {
            let rolled_back = self.db.rollback();
            (self.actor, self.newcomer) = before;
            if done.is_ok() {
                rolled_back?;
            }
        }
        done
    }

    fn in_transaction<R>(&mut self, label: &str, work: &mut impl FnMut(&mut Self) -> Result<R>) -> Result<R> {
        self.welcome()?;
        let since = self.begin_or_resume(label)?;
        let result = work(self)?;
        let kept = self.finish_operation(since)?;
        if !self.dry_run {
            self.db.commit()?;
            self.own.extend(kept);
            self.go_on_with(kept);
        }
        Ok(result)
    }

    fn begin_operation(&mut self, label: &str) -> Result<()> {
        let now = self.now_text();
        let (id, name) = match &self.actor {
            Some((id, name)) => (Some(*id), name.clone()),
            None => (None, String::new()),
        };
        self.operation = Some(store::begin_operation(
            &mut *self.db,
            &store::Begin { label, actor: id, actor_name: &name, door: self.door, at: &now },
        )?);
        Ok(())
    }

    /// Brings the search text of what was changed since up to date, and closes the operation; one that changed nothing
    /// leaves no trace. Says which one is kept.
    fn finish_operation(&mut self, since: i64) -> Result<Option<i64>> {
        let Some(operation) = self.operation else { return Ok(None) };
        self.refresh_search(operation, since)?;
        store::end_operation(&mut *self.db)?;
        let empty = self.db.first("SELECT 1 FROM change WHERE op = ? LIMIT 1", &[Sql::Integer(operation)])?.is_none();
        if empty {
            self.db.execute("DELETE FROM operation WHERE id = ?", &[Sql::Integer(operation)])?;
        }
        self.operation = None;
        Ok(Some(operation).filter(|_| !empty))
    }

    /// The operation being written, inside a transaction.
    #[must_use]
    pub fn operation(&self) -> Option<i64> {
        self.operation
    }

    /// In a new database, makes whoever writes first its first user: decision tier, at head office.
    fn welcome(&mut self) -> Result<()> {
        let Some(name) = self.newcomer.take() else { return Ok(()) };
        if self.db.first("SELECT 1 FROM users LIMIT 1", &[])?.is_some() {
            return self.sign_in(&name);
        }
        self.begin_operation("Start the database")?;
        let branch = self.add("branch", vec![("name".into(), Value::text("Head office"))])?;
        let user = vec![
            ("name".into(), Value::text(&name)),
            ("login".into(), Value::text(&name)),
            ("tier".into(), Value::text("decision")),
            ("branch".into(), crate::record::Link::to(branch)),
        ];
        let id = self.add("user", user)?;
        self.finish_operation(0)?;
        self.actor = Some((id, name.clone()));
        self.notice(
            Message::new("{name} is the first user of this database: decision tier, at head office.")
                .with("name", name),
        );
        Ok(())
    }

    /// What lets another thread stop this handle on behalf of a person.
    #[must_use]
    pub fn interrupter(&self) -> store::Interrupter {
        self.db.interrupter()
    }

    pub(crate) fn now_text(&self) -> String {
        crate::record::types::timestamp_text(self.reading.clock.now())
    }

    /// The first column of an answer, as numbers.
    pub(crate) fn numbers(&mut self, sql: &str, arguments: &[Sql]) -> Result<Vec<i64>> {
        Ok(self.db.query(sql, arguments)?.iter().map(|row| integer(&row[0])).collect())
    }
}

/// Refuses a database that is empty where none is to be made, or old where nothing may be written.
fn refuse_unready(db: &mut dyn Database, url: &str, settings: &Settings) -> Result<()> {
    if settings.create && !settings.read_only || url == ":memory:" {
        return Ok(());
    }
    match store::version(db)? {
        None => Err(Error::new(
            Cause::Database,
            Message::new("{database} is empty: there is no database of ours in it yet.").with("database", url),
        )
        .hint(Message::new("kehu init"))),
        Some(version) if settings.read_only && version < store::VERSION => Err(store::older(version)),
        Some(_) => Ok(()),
    }
}

/// The schemas as declared, with the links that other kinds give them and what the engine keeps on every record.
#[must_use]
pub fn base_schemas() -> Vec<Schema> {
    let kept: Vec<_> = catalog::ENTRIES.iter().filter_map(|entry| entry.bounds).collect();
    let complete = |entry: &'static catalog::Entry| {
        let schema = (entry.schema)();
        let of_these = |bounds: &&Bounds| bounds.ends.iter().any(|end| end.from == schema.table);
        Schema {
            fields: Fields::by(move || all_fields(entry)),
            summary: entry.summary,
            bounds: entry.bounds,
            bounds_of: kept.iter().copied().filter(of_these).collect(),
            yields: entry.yields,
            few: entry.few,
            ..schema
        }
    };
    catalog::ENTRIES.iter().map(complete).collect()
}

/// The fields of a kind: as declared, as other kinds give them, and what the engine keeps.
fn all_fields(entry: &catalog::Entry) -> Vec<Field> {
    let mut fields = std::mem::take(&mut *(entry.schema)().fields);
    fields.extend(catalog::ENTRIES.iter().filter(|other| other.joins.contains(&entry.kind)).map(link_to));
    for (_, given) in catalog::ENTRIES.iter().filter_map(|other| other.gives).filter(|(to, _)| *to == entry.kind) {
        fields.extend(given());
    }
    fields.extend(Schema::engine_fields(entry.detail));
    crate::record::labels::apply(entry.kind, &mut fields);
    fields
}

/// The field by which records of another kind belong to one of these.
fn link_to(entry: &catalog::Entry) -> Field {
    let kind = entry.kind;
    let mut field = Field::new(kind, format!("The {kind} it concerns"), Kind::Link(kind.into()));
    (field.index, field.child) = (true, true);
    field.label_zh = entry.noun_zh.into();
    field
}

/// An address without the password in it.
#[must_use]
pub fn without_password(url: &str) -> String {
    let secret = url.split_once("://").and_then(|(scheme, rest)| {
        let (person, place) = rest.rsplit_once('@')?;
        let (name, _) = person.split_once(':')?;
        Some(format!("{scheme}://{name}@{place}"))
    });
    secret.unwrap_or_else(|| url.to_owned())
}

pub(crate) fn integer(cell: &Sql) -> i64 {
    match cell {
        Sql::Integer(number) => *number,
        Sql::Bool(yes) => i64::from(*yes),
        _ => 0,
    }
}

pub(crate) fn text(cell: &Sql) -> String {
    match cell {
        Sql::Text(text) => text.clone(),
        _ => String::new(),
    }
}

fn folded(text: &str) -> Sql {
    Sql::Text(crate::record::types::fold(text))
}
