//! Importing: a file is read once to check and compare every row, and once more to write what there is to write.
//!
//! What a careful user may rely on:
//!
//! - A row is known by its uid, else by the field of `--match`, else by numbers of other systems (`external_ids`) and
//!   unique fields (tax id, login, code), else by its name. Namesakes are told apart by phone or e-mail: a row with some
//!   means the namesake that shares one, or a lone namesake that has none at all; a row without any means a lone
//!   namesake. Of several that fit the one is meant that holds all the row says already; otherwise the row is rejected
//!   with the candidates. A namesake with another tax id, or another number of the same system, is somebody else. A row
//!   with a uid is known by no name at all, but for the first user and the head office of an export, which take over
//!   what the first write to a new database made.
//! - A contact is looked for among its customer's contacts; the contact of a customer's row by name alone.
//! - Rows of one file that speak of the same record: one that says nothing new is unchanged, one that only adds
//!   completes the record, one that contradicts an earlier row is rejected naming that row's line, and so is one that
//!   repeats a number or tax id with anything else in it. Nothing is settled by which row comes last, so that the same
//!   file again changes nothing.
//! - An empty cell changes nothing (but with `--clear-empty`), a list gains what a row says and loses nothing, and a
//!   field that the file does not speak of keeps its value. A new record gets a field's default where the file has no
//!   column for it, or must have one.
//! - What a contact's row says of its customer (web site, industry) is used where the customer has to be made.
//! - What a row tells of the last contact becomes an activity of the customer, done on the day that the row gives; one
//!   of that customer, day and subject is not made again.
//! - Links lead to what stands in the database or in another row of the file. `--create-missing` makes colleagues,
//!   branches and customers by name, a colleague also by e-mail or by the uid that an export has for them.

mod activity;
mod check;
mod compare;
mod contact;
mod gone;
mod insert;
mod keys;
mod kin;
mod lane;
mod ledger;
mod links;
mod matcher;
mod options;
mod planned;
mod problem;
mod rejects;
mod run;
mod said;
mod shape;
mod survivors;

pub use ledger::{ImportRun, resume, unfinished};
pub use options::{OnDuplicate, OnMatch, Options};
pub use problem::Problem;

use super::{Layout, Mapping, People, Row, Source};
use crate::{
    Cause, Crm, Error, Message, Result, catalog,
    record::{Kind, Schema, Value},
    store::content::Folder,
};
use lane::Lane;
use links::Links;
use std::{collections::HashMap, sync::Arc};

/// How far the work is; `total` is 0 where it is not known.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// The second reading, which writes.
    pub writing: bool,
    pub done: u64,
    pub total: u64,
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Create,
    Update,
    /// It adds to a record that an earlier row makes.
    Complete,
    /// It names a customer that has to be made, and no contact.
    Alone,
    Unchanged,
    /// It says what an earlier row says.
    Repeat,
    Rejected,
}

/// What a row would change of a record.
#[derive(Debug, Clone)]
pub struct Diff {
    pub line: u64,
    pub short: String,
    pub title: String,
    /// Field, its kind, the value before and after.
    pub changes: Vec<(String, Kind, Value, Value)>,
}

/// A checked file: what would be written, and why some rows cannot be.
pub struct Plan {
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub rejected: u64,
    /// Records that are made along the way: contacts, colleagues, branches, customers.
    pub linked: u64,
    pub blank: u64,
    /// The first rows that cannot be taken.
    pub first_problems: Vec<Problem>,
    /// With `details`: what would change.
    pub diffs: Vec<Diff>,
    pub mapping: Mapping,
    pub layout: Layout,
    source: Source,
    options: Options,
    lanes: Vec<Lane>,
    people: Option<People>,
    links: Links,
    fates: Vec<Fate>,
    /// Why rows are rejected: all of them where they are to be written back, else those found late.
    late: HashMap<u32, Problem>,
    /// Custom fields to be made: name and heading.
    fields: Vec<planned::Planned>,
    system: String,
    match_field: Option<String>,
    on_match: OnMatch,
    clear_empty: bool,
    details: bool,
    /// The newest operation when the check began.
    operation: i64,
    sha256: String,
    /// The run that is gone on with.
    resumed: Option<ledger::Resumed>,
    started: std::time::Instant,
}

/// What an import did.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub rejected: u64,
    pub linked: u64,
    /// Nothing was written because some rows cannot be taken.
    pub refused: bool,
    pub problems: Vec<Problem>,
    pub warnings: Vec<Message>,
    /// The operation to undo, where anything was written.
    pub operation: Option<i64>,
    /// The numbers of what was created or updated, where they were asked for.
    pub records: Vec<i64>,
}

impl Outcome {
    /// The exit code of the command (COMMANDS part 8).
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match (self.refused, self.rejected) {
            (true, _) => 5,
            (false, 0) => 0,
            (false, _) => 6,
        }
    }
}

/// Importing.
pub struct Import;

impl Import {
    /// Reads and checks the whole file; writes nothing.
    ///
    /// # Errors
    /// A file that cannot be read, headings that say nothing, a flag that fits no column. What is wrong with single
    /// rows stands in the plan.
    pub fn plan(
        crm: &mut Crm,
        source: &Source,
        kind: Option<&str>,
        options: &Options,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Plan> {
        Self::plan_again(crm, source, kind, options, None, progress)
    }

    fn plan_again(
        crm: &mut Crm,
        source: &Source,
        kind: Option<&str>,
        options: &Options,
        resumed: Option<ledger::Resumed>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Plan> {
        let started = std::time::Instant::now();
        options.check()?;
        crm.bring_contents(options.files.clone().map(Folder::at));
        let layout = Layout::look(source, &options.wishes())?;
        let mut mapping = options.mapping(&layout, kind, crm.schemas())?;
        let schema = crm.schema(&mapping.kind)?;
        let (schema, fields) = planned::fields(options, source, &layout, &mut mapping, &schema)?;
        // What is kept as it was written has no name; it must say whose it is.
        let kept = catalog::entry(schema.kind).is_some_and(|entry| entry.append_only);
        let whose = schema.fields.iter().find(|field| kept && field.child);
        mapping.check(&whose.unwrap_or(schema.title()).name)?;
        mapping.look_at_days(&layout, source, &schema)?;
        let names: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
        let lanes = lanes(crm, &schema, &mapping, &names, options.match_field.as_deref())?;
        if let Some(name) = &options.match_field
            && lanes[0].shape.place(name).is_none()
        {
            let message = Message::new("No column gives the {field} to recognise a {kind} by.");
            return Err(Error::bad_value(message.with("field", name).with("kind", schema.kind)).on_field(name));
        }
        let own = resumed.as_ref().and_then(|resumed| resumed.operation);
        let operation = crm.newest_operation(own)?;
        let mut plan = Plan {
            created: 0,
            updated: 0,
            unchanged: 0,
            rejected: 0,
            linked: 0,
            blank: 0,
            first_problems: Vec::new(),
            diffs: Vec::new(),
            people: mapping.people.clone(),
            mapping,
            layout,
            source: source.clone(),
            lanes,
            links: Links::new(&options.create_missing),
            fates: Vec::new(),
            late: HashMap::new(),
            fields,
            system: options.system.clone().unwrap_or_else(|| "import".to_owned()),
            match_field: options.match_field.clone(),
            on_match: options.on_match,
            clear_empty: options.clear_empty,
            details: options.details,
            options: options.clone(),
            operation,
            sha256: String::new(),
            resumed,
            started,
        };
        let _working = crm.db.interruption().work();
        let passed = plan.resumed.as_ref().map_or(0, |resumed| resumed.done);
        let checked = crm.through_door("import", |crm| crm.reading_at_once(|crm| plan.check(crm, progress)));
        checked.map_err(|error| match error.cause {
            Cause::Interrupted => plan.stopped(error, own, passed),
            _ => error,
        })?;
        Ok(plan)
    }
}

/// One lane for the rows of the file's kind, and one for people among companies.
fn lanes(
    crm: &mut Crm,
    schema: &Arc<Schema>,
    mapping: &Mapping,
    planned: &[String],
    chosen: Option<&str>,
) -> Result<Vec<Lane>> {
    let mut lanes = vec![Lane::new(crm, schema, mapping.clone(), planned, chosen)?];
    if let Some(people) = &mapping.people {
        let schema = crm.schema(&people.mapping.kind)?;
        lanes.push(Lane::new(crm, &schema, (*people.mapping).clone(), &[], None)?);
    }
    Ok(lanes)
}

impl Plan {
    /// The kind of record that the file brings.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.lanes[0].kind()
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.fates.len() as u64
    }

    /// Whether rows cannot be taken and none is to be written for that.
    #[must_use]
    pub fn refused(&self) -> bool {
        self.rejected > 0 && self.options.rejects.is_none()
    }

    /// What is worth knowing beside the counts.
    #[must_use]
    pub fn warnings(&self) -> Vec<Message> {
        let mut warnings = self.layout.warnings.clone();
        warnings.extend(self.mapping.warnings());
        warnings.extend(self.links.warnings.iter().cloned());
        let more = self.links.warned.saturating_sub(self.links.warnings.len() as u64);
        if more > 0 {
            warnings.push(Message::new("And {count} more {count:warning|warnings}.").with("count", more));
        }
        warnings
    }

    fn lane_of(&self, row: &Row) -> usize {
        match &self.people {
            Some(people) => usize::from(people.is_person(row.get(people.company), row.get(people.type_column))),
            None => 0,
        }
    }
}
