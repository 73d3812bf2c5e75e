//! Attachment: a file that belongs to a customer, a contact or another record; its content is kept by its hash.

use super::{Activity, Contact, Customer};
use crate::{
    Result,
    crm::Crm,
    error::{Cause, Error},
    message::Message,
    record::{Draft, Id, Kind, Link, Value, record, types::LongText},
};

record! {
    /// A file that belongs to a customer or another record.
    pub struct Attachment in "attachments" as "AT" called "attachment" {
        /// Name of the file
        name: String [title, search, list],
        /// The customer it belongs to
        customer: Option<Id<Customer>> [index, child, list],
        /// The person it belongs to
        contact: Option<Id<Contact>> [child],
        /// The activity it belongs to
        activity: Option<Id<Activity>> [child],
        /// What sort of file it is, such as application/pdf
        media_type: Option<String> [list],
        /// How many bytes it has
        size: i64 [default("0"), list],
        /// What its content is known by
        sha256: String [index, label("SHA-256")],
        /// What it is about
        note: Option<LongText> [search],
    }
}

/// An attachment has a name that can be a file's, belongs to records that agree, and has its content here.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    if draft.deleted() {
        return Ok(());
    }
    if let Some(Value::Text(name)) = draft.changed("name") {
        check_name(name)?;
    }
    agree(crm, draft)?;
    if draft.is_new() { arrive(crm, draft) } else { refuse_exchange(draft) }
}

/// Names of files that can be written anywhere without leading elsewhere or looking like something else.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let refused = if matches!(name.trim(), "." | "..") || name.contains(['/', '\\']) {
        Message::new("{name} leads to another folder; a file's name has no slashes.")
    } else if name.chars().any(is_hidden) {
        Message::new("{name} has signs in it that cannot be seen; a file's name is plain text.")
    } else if name.len() > 255 {
        Message::new("{name} is too long for a file's name, which has 255 bytes at most.")
    } else {
        return Ok(());
    };
    Err(Error::bad_value(refused.with("name", name.escape_debug())).on_field("name"))
}

/// Control characters, and those that turn the direction of writing around: `exe.gpj` would read as `jpg.exe`.
#[must_use]
pub fn is_hidden(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Each record that it is linked to knows its customer; they must not name two.
fn agree(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    let mut customer = draft.get("customer").as_integer();
    let mut linked = customer.is_some();
    let changed = draft.changed("customer").is_some();
    for field in draft.schema.clone().fields.iter().filter(|field| !field.engine && field.name != "customer") {
        let Kind::Link(kind) = &field.kind else { continue };
        let Some(id) = draft.get(&field.name).as_integer() else { continue };
        linked = true;
        if !changed && draft.changed(&field.name).is_none() {
            continue;
        }
        let entry = crm.record(kind, id)?;
        let theirs = entry.value("customer").as_integer();
        match (theirs, customer) {
            (Some(theirs), None) => {
                customer = Some(theirs);
                draft.set("customer", Link::to(theirs));
            }
            (Some(theirs), Some(said)) if theirs != said => {
                return Err(Error::new(
                    Cause::Refused,
                    Message::new("{record} {title} does not belong to that customer.")
                        .with("record", entry.short())
                        .with("title", entry.title()),
                )
                .on_field(field.name.to_string()));
            }
            _ => {}
        }
    }
    if linked {
        return Ok(());
    }
    Err(Error::bad_value(Message::new("An attachment belongs to a customer or another record."))
        .on_field("customer")
        .hint(Message::new("kehu attach C12 FILE")))
}

/// A new attachment has the size of its content, which must be here.
fn arrive(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    let name = draft.get("name").as_text().unwrap_or_default().to_owned();
    let hash = draft.get("sha256").as_text().unwrap_or_default().trim().to_lowercase();
    let Some(size) = crm.content_size(&hash)? else {
        return Err(Error::new(
            Cause::Refused,
            Message::new("The content of {name} is not here (SHA-256 {hash}).").with("name", name).with("hash", hash),
        )
        .on_field("sha256")
        .hint(Message::new("kehu attachment import FILE --files FOLDER")));
    };
    draft.set("sha256", Value::Text(hash));
    draft.set("size", Value::Integer(i64::try_from(size).unwrap_or(i64::MAX)));
    if draft.get("media_type").is_empty() {
        draft.set("media_type", Value::text(media_type(&name, &[])));
    }
    Ok(())
}

fn refuse_exchange(draft: &Draft) -> Result<()> {
    let exchanged = |field: &&str| draft.changed(field).is_some_and(|value| !value.same(&draft.before(field)));
    match ["sha256", "size"].into_iter().find(exchanged) {
        None => Ok(()),
        Some(field) => Err(Error::new(
            Cause::Refused,
            Message::new("The content of {record} does not change; a new file is a new attachment.")
                .with("record", draft.schema.short(draft.id.unwrap_or_default())),
        )
        .on_field(field)
        .hint(Message::new("kehu attach C12 FILE"))),
    }
}

/// What sort of file it is, by its first bytes, else by the ending of its name.
#[must_use]
pub fn media_type(name: &str, head: &[u8]) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    if let Some(found) = infer::get(head) {
        // What is packed as a ZIP file or written as XML is told apart by its name.
        if !matches!(found.mime_type(), "application/zip" | "text/xml" | "text/html" | "application/x-ole-storage") {
            return found.mime_type();
        }
    }
    ENDINGS.iter().find(|(known, _)| *known == ending).map_or_else(|| of_bytes(head), |(_, media)| media)
}

fn of_bytes(head: &[u8]) -> &'static str {
    let text = !head.is_empty() && !head.contains(&0) && std::str::from_utf8(head).is_ok_and(|text| !text.is_empty());
    if text { "text/plain" } else { infer::get(head).map_or("application/octet-stream", |found| found.mime_type()) }
}

const ENDINGS: [(&str, &str); 26] = [
    ("pdf", "application/pdf"),
    ("txt", "text/plain"),
    ("log", "text/plain"),
    ("md", "text/markdown"),
    ("csv", "text/csv"),
    ("tsv", "text/tab-separated-values"),
    ("html", "text/html"),
    ("htm", "text/html"),
    ("xml", "application/xml"),
    ("json", "application/json"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("ics", "text/calendar"),
    ("vcf", "text/vcard"),
    ("eml", "message/rfc822"),
    ("msg", "application/vnd.ms-outlook"),
    ("doc", "application/msword"),
    ("xls", "application/vnd.ms-excel"),
    ("ppt", "application/vnd.ms-powerpoint"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("zip", "application/zip"),
];
