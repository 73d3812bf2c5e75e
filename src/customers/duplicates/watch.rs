//! The look at a record as it is written: is it one that is there already? Asked of the search text, which answers in
//! well under a millisecond, so that nobody waits for it.

use super::{
    name::{Name, plain},
    profile::{Profile, Traits},
    score::{Frequencies, Judge, LIKELY},
};
use crate::{
    Result,
    crm::{Crm, search_match},
    error::{Cause, Error},
    message::Message,
    record::{Draft, Schema, types},
    store::{Sql, search_text},
};
use std::sync::Arc;

/// What happens when a record that is written is probably another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Watch {
    Off,
    /// It is written, and said.
    #[default]
    Warn,
    /// It is refused.
    Block,
}

/// How many records one question brings.
const LOOKED_AT: usize = 20;

/// Warns of a record whose name is new and that is probably another, or refuses it.
pub(crate) fn look(crm: &mut Crm, draft: &Draft) -> Result<()> {
    let schema = draft.schema.clone();
    let renamed = draft.changed(&schema.title().name).is_some();
    // Many tickets are about the same: only what has a name is somebody or something that could be there already.
    let named = schema.field("merged_into").is_some() && schema.title().is_name();
    if crm.watch == Watch::Off || !renamed || draft.deleted() || !named {
        return Ok(());
    }
    if let Some((other, reasons)) = crm.suspect(draft)? {
        return crm.tell(&schema, draft, other, reasons);
    }
    match crm.namesake(draft)? {
        Some(other) => crm.tell(&schema, draft, other, vec![Message::new("the same name")]),
        None => Ok(()),
    }
}

impl Crm {
    /// The stored record that the draft most probably is, and why; none where none is likely.
    pub(crate) fn suspect(&mut self, draft: &Draft) -> Result<Option<(i64, Vec<Message>)>> {
        let schema = draft.schema.clone();
        let traits = Traits::of(&schema);
        let profile = traits.of_draft(draft);
        let near = self.near(&schema, &traits, draft, &profile)?;
        let judge = Judge { traits: &traits, frequencies: Frequencies::default() };
        let scored = near.iter().map(|other| (judge.score(&profile, other, None), other));
        let likely = scored.filter(|(score, _)| *score >= LIKELY).max_by(|a, b| a.0.total_cmp(&b.0));
        Ok(likely.map(|(_, other)| {
            let mut reasons = Vec::new();
            judge.score(&profile, other, Some(&mut reasons));
            (other.id, reasons)
        }))
    }

    /// A company of exactly that name, which is worth a word however much else tells the two apart. People often share
    /// a name.
    fn namesake(&mut self, draft: &Draft) -> Result<Option<i64>> {
        let (schema, title) = (&draft.schema, draft.schema.title());
        if Traits::of(schema).people || !title.has_key() {
            return Ok(None);
        }
        let id = draft.id.unwrap_or_default();
        let sql = format!(
            "SELECT id FROM \"{}\" WHERE \"{}_key\" = ? AND id <> ? AND deleted_at IS NULL ORDER BY id LIMIT {LOOKED_AT}",
            schema.table, title.name
        );
        let name = types::fold(draft.get(&title.name).as_text().unwrap_or_default());
        let mut found = self.numbers(&sql, &[Sql::Text(name), Sql::Integer(id)])?;
        if !found.is_empty() {
            let others = self.known_others(schema, id)?;
            found.retain(|id| !others.contains(id));
        }
        Ok(found.first().copied())
    }

    /// The records of which somebody said that they are not this one.
    fn known_others(&mut self, schema: &Schema, id: i64) -> Result<Vec<i64>> {
        let table = schema.field("distinct_from").map(|field| schema.list_table(field)).unwrap_or_default();
        let sql = format!(
            "SELECT value FROM \"{table}\" WHERE record = ? UNION SELECT record FROM \"{table}\" WHERE value = ?"
        );
        self.numbers(&sql, &[Sql::Integer(id), Sql::Integer(id)])
    }

    /// Stored records whose name is much like that of the draft, without those that are known to be others.
    fn near(
        &mut self,
        schema: &Arc<Schema>,
        traits: &Traits,
        draft: &Draft,
        profile: &Profile,
    ) -> Result<Vec<Profile>> {
        let name = draft.get(&schema.title().name);
        let mut ids: Vec<i64> = Vec::new();
        for words in questions(name.as_text().unwrap_or_default(), &profile.name, traits.people) {
            let Some((sql, argument)) = search_match(self.db.dialect(), schema, &words) else { continue };
            ids.extend(self.numbers(&format!("{sql} LIMIT {LOOKED_AT}"), &[argument])?);
        }
        ids.sort_unstable();
        ids.dedup();
        ids.retain(|id| *id != profile.id);
        if !ids.is_empty() {
            let apart = self.known_others(schema, profile.id)?;
            ids.retain(|id| !apart.contains(id));
        }
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let marks = vec!["?"; ids.len()].join(", ");
        let arguments: Vec<Sql> = ids.into_iter().map(Sql::Integer).collect();
        self.profiles(schema, traits, &format!(" AND t.id IN ({marks})"), &arguments)
    }

    fn tell(&mut self, schema: &Schema, draft: &Draft, other: i64, reasons: Vec<Message>) -> Result<()> {
        let name = draft.get(&schema.title().name);
        let message = |template| {
            Message::new(template).with("name", name.as_text().unwrap_or_default()).with("other", schema.short(other))
        };
        let title = self.title(schema.kind, other)?;
        if self.watch == Watch::Block {
            let why: Vec<String> = reasons.iter().map(Message::to_string).collect();
            let message = message("{name} is probably {other} {title}, which is there already: {why}.");
            let hint = Message::new("kehu show {other}   (or repeat with --allow-duplicate)");
            return Err(Error::new(Cause::Conflict, message.with("title", title).with("why", why.join(", ")))
                .hint(hint.with("other", schema.short(other))));
        }
        self.notice(message("{name} is probably {other} {title}, which is there already:").with("title", title));
        for reason in reasons {
            self.notice(reason);
        }
        let id = draft.id.unwrap_or_default();
        self.notice(
            Message::new("kehu {kind} merge {other} {record} makes them one, kehu {kind} distinct {other} {record} says they are not.")
                .with("kind", schema.kind)
                .with("other", schema.short(other))
                .with("record", schema.short(id)),
        );
        Ok(())
    }
}

/// What the search text is asked: the name in two parts, of which one slip leaves one whole; the name as it sounds.
fn questions(written: &str, name: &Name, people: bool) -> Vec<String> {
    let mut questions = Vec::new();
    if name.is_empty() {
        return questions;
    }
    if name.core.is_ascii() {
        let plain = plain(written);
        let words: Vec<&str> = plain.split(' ').filter(|word| people || name.core.contains(word)).collect();
        questions.push(words.join(" "));
        for left_out in (0..words.len()).filter(|_| (2..=5).contains(&words.len())) {
            let rest = words.iter().enumerate().filter(|(place, _)| *place != left_out).map(|(_, word)| *word);
            questions.push(rest.collect::<Vec<_>>().join(" "));
        }
        return questions;
    }
    let letters: Vec<char> = name.core.chars().collect();
    let part = |letters: &[char]| letters.iter().collect::<String>();
    if letters.len() < 4 {
        questions.push(part(&letters));
    } else {
        let middle = letters.len() / 2;
        questions.extend([part(&letters[..middle]), part(&letters[middle..])]);
    }
    if letters.len() > 2 {
        questions.push(search_text::joined(&name.core));
    }
    questions
}
