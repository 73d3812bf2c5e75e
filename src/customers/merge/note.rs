//! The note on the winner that keeps what found no place in its fields.

use super::Kept;
use crate::{
    Result,
    crm::{Crm, Entry},
    record::{Link, Value},
};

impl Crm {
    /// One note for each loser that has something to keep. A merge is no dealing with the customer, so that the note is
    /// closed without being done, and whatever asks for work or contact passes it over.
    pub(super) fn note_kept(&mut self, winner: &Entry, losers: &[Entry], kept: &[Kept]) -> Result<()> {
        let schema = self.schema("activity")?;
        let link = schema
            .writable()
            .find(|field| !field.kind.is_list() && !field.custom && field.kind.target() == Some(winner.schema.kind));
        let Some(link) = link else { return self.append_kept(winner, kept) };
        let records = losers.iter().chain([winner]);
        for record in records {
            let lines: Vec<String> = kept
                .iter()
                .filter(|kept| kept.loser == record.id)
                .map(|kept| format!("{}: {}", kept.field, kept.value))
                .collect();
            if lines.is_empty() {
                continue;
            }
            let subject = if record.id == winner.id {
                "Replaced when merging".to_owned()
            } else {
                format!("Merged from {} {}", record.short(), record.title())
            };
            let values = vec![
                ("subject".to_owned(), Value::Text(subject)),
                ("kind".to_owned(), Value::text("joined")),
                (link.name.to_string(), Link::to(winner.id)),
                ("notes".to_owned(), Value::Text(lines.join("\n"))),
            ];
            self.add("activity", values)?;
        }
        Ok(())
    }

    /// Where the kind has no activities, its own notes keep it.
    fn append_kept(&mut self, winner: &Entry, kept: &[Kept]) -> Result<()> {
        if kept.is_empty() || winner.schema.field("notes").is_none() {
            return Ok(());
        }
        let present = self.record(winner.schema.kind, winner.id)?.value("notes");
        let mut lines: Vec<String> = present.as_text().map(str::to_owned).into_iter().collect();
        lines.extend(
            kept.iter().map(|kept| format!("{} {}: {}", winner.schema.short(kept.loser), kept.field, kept.value)),
        );
        let notes = vec![("notes".to_owned(), Value::Text(lines.join("\n")))];
        self.change_where(winner.schema.kind, winner.id, &notes, None, true).map(|_| ())
    }
}
