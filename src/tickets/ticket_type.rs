//! Ticket type: what must be known of a ticket of one kind, and where such tickets go (R109, R110).

pub(crate) use super::needs::check;

use super::{Priority, Queue};
use crate::{
    Result,
    crm::{Crm, Entry, text},
    record::{
        Choice, Grid, Id, Kind, record,
        types::{LongText, Tags},
    },
};
use std::sync::Arc;

record! {
    /// What a kind of ticket needs, and where it goes.
    pub struct TicketType in "ticket_types" as "TY" called "ticket_type" {
        /// The kind, as tickets say it
        word: String [title, unique, list],
        /// The kind in Chinese, which tickets may say as well
        word_zh: Option<String> [list],
        /// Fields without which such a ticket is not taken in
        needs: Tags [list],
        /// Fields without which such a ticket is not solved
        needs_to_resolve: Tags [list],
        /// Where such tickets go unless said
        queue: Option<Id<Queue>> [list],
        /// How urgent such tickets are unless said
        priority: Option<Priority> [list],
        /// What is to be done for such a ticket, a line each
        checklist: Option<LongText>,
        /// What else is worth knowing
        notes: Option<LongText>,
    }
}

impl Crm {
    /// Lets a table of tickets show their kinds to people in their language; programs read the word itself.
    ///
    /// # Errors
    /// Storage faults.
    pub fn name_kinds(&mut self, grid: &mut Grid) -> Result<()> {
        let Some(column) = grid.columns.iter_mut().find(|column| column.name == "kind") else { return Ok(()) };
        if let Some(kind) = self.kinds_in_words()? {
            column.kind = kind;
        }
        Ok(())
    }

    /// The same of a record that is shown by itself.
    ///
    /// # Errors
    /// Storage faults.
    pub fn name_kind(&mut self, entry: &mut Entry) -> Result<()> {
        let Some(place) = entry.schema.index_of("kind").filter(|_| entry.schema.kind == "ticket") else {
            return Ok(());
        };
        if let Some(kind) = self.kinds_in_words()? {
            Arc::make_mut(&mut entry.schema).fields[place].kind = kind;
        }
        Ok(())
    }

    /// The kinds that have a word in Chinese, where there are any.
    fn kinds_in_words(&mut self) -> Result<Option<Kind>> {
        let sql = "SELECT word, word_zh FROM ticket_types WHERE word_zh IS NOT NULL AND deleted_at IS NULL";
        let rows = self.db.query(sql, &[])?;
        let choice = |row: &Vec<crate::store::Sql>| Choice {
            key: text(&row[0]).into(),
            label: "".into(),
            label_zh: text(&row[1]).into(),
            retired: false,
        };
        Ok(Some(Kind::Choice(rows.iter().map(choice).collect())).filter(|_| !rows.is_empty()))
    }
}
