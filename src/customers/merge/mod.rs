//! Merge: several records of one kind become one that keeps everything, and the dead refs lead to it (R13).
//!
//! Values are folded into the winner (`values`), everything that pointed to the others points to it (`links`), and
//! what found no place is kept as a note (`note`). One operation, so that one undo takes all of it back.

mod differing;
mod links;
mod note;
mod values;

pub use differing::Differing;
pub use links::Moved;
pub use values::{Change, Kept};

use crate::{
    Result,
    crm::{Crm, Entry},
    error::{Cause, Error},
    message::Message,
    record::{Draft, Link, Origin, Schema, Value},
};

/// What is to be merged.
#[derive(Debug, Clone, Default)]
pub struct Merge {
    pub kind: String,
    pub winner: i64,
    pub losers: Vec<i64>,
    /// Fields whose value is to come from that one of the losers, or to stay the winner's.
    pub prefer: Vec<(String, i64)>,
}

/// What a merge did, or would do.
#[derive(Debug, Clone, Default)]
pub struct Merged {
    /// The fields of the winner that changed.
    pub changes: Vec<Change>,
    /// Values that found no place in a field, and are kept as a note.
    pub kept: Vec<Kept>,
    /// What points to the winner now.
    pub moved: Vec<Moved>,
    /// What makes it doubtful that they are one.
    pub differing: Vec<Differing>,
}

/// Refuses kinds whose records are never merged.
pub(crate) fn refuse_kind(schema: &Schema) -> Result<()> {
    if schema.field("merged_into").is_some() {
        return Ok(());
    }
    let message = Message::new("Records of the kind {kind} are not merged.").with("kind", schema.kind);
    Err(Error::bad_value(message).hint(Message::new("kehu customer duplicates")))
}

impl Crm {
    /// Merges the losers into the winner.
    ///
    /// # Errors
    /// A record merged with itself, one that is in the recycle bin, or a field that cannot be taken over.
    pub fn merge(&mut self, merge: &Merge) -> Result<Merged> {
        let schema = self.schema(&merge.kind)?;
        refuse_kind(&schema)?;
        refuse_itself(&schema, merge)?;
        self.transaction(&format!("Merge {}", schema.kind), |crm| {
            let winner = crm.record(schema.kind, merge.winner)?;
            crate::crm::refuse_deleted(&winner)?;
            let mut losers = Vec::with_capacity(merge.losers.len());
            for id in &merge.losers {
                let loser = crm.record(schema.kind, *id)?;
                crate::crm::refuse_deleted(&loser)?;
                losers.push(loser);
            }
            let mut done = Merged { differing: differing::among(&winner, &losers), ..Merged::default() };
            for loser in &losers {
                crm.bury(loser, winner.id)?;
                crm.move_links(&schema, loser.id, winner.id, &mut done)?;
            }
            crm.fold_values(merge, &winner, &losers, &mut done)?;
            crm.note_kept(&winner, &losers, &done.kept)?;
            let shorts: Vec<String> = losers.iter().take(5).map(Entry::short).collect();
            let more = if losers.len() > 5 { " and others" } else { "" };
            let label = format!("Merge {}{more} into {} {}", shorts.join(", "), winner.short(), winner.title());
            crm.relabel(&label)?;
            Ok(done)
        })
    }

    /// Moves a loser to the recycle bin, without what belongs to it.
    fn bury(&mut self, loser: &Entry, winner: i64) -> Result<()> {
        let now = self.now_text();
        let values = vec![("deleted_at".to_owned(), Value::Text(now)), ("merged_into".to_owned(), Link::to(winner))];
        self.update_row(&Draft {
            schema: loser.schema.clone(),
            id: Some(loser.id),
            stored: loser.values.clone(),
            values,
            removing: true,
            origin: Origin::Person,
        })
    }
}

fn refuse_itself(schema: &Schema, merge: &Merge) -> Result<()> {
    if merge.losers.is_empty() {
        let message = Message::new("It takes two records to merge: the one that stays, then those that go.");
        let hint = Message::new("kehu {kind} merge {letter}12 {letter}13");
        return Err(Error::bad_value(message).hint(hint.with("kind", schema.kind).with("letter", schema.letter)));
    }
    let mut ids: Vec<i64> = merge.losers.iter().copied().chain([merge.winner]).collect();
    ids.sort_unstable();
    match ids.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Error::new(
            Cause::Refused,
            Message::new("{record} cannot be merged with itself.").with("record", schema.short(pair[0])),
        )),
        None => Ok(()),
    }
}
