//! An e-mail as it lies in a file: who wrote, when, about what, and the text that a person reads.

use super::{
    form::text_of,
    header_words::{decoded, is_broken},
};
use crate::{Error, Message, Result, customers::is_hidden};
use jiff::Timestamp;
use mail_parser::{
    Address, Encoding, HeaderName, MessageParser, MessagePart, MimeHeaders, PartType,
    decoders::{base64::base64_decode, html::html_to_text, quoted_printable::quoted_printable_decode},
};

/// How much of a text is kept; what is longer is a thread of many letters, whose newest stands on top.
const LONGEST: usize = 20_000;

/// One e-mail.
#[derive(Debug, Clone, Default)]
pub struct Letter {
    /// What every other e-mail has another of; empty where the sender's program gave none.
    pub id: String,
    /// Who is to be answered: the name, where one is given, and the address.
    pub name: Option<String>,
    pub email: String,
    /// Whom it was written to, copies included: the addresses.
    pub to: Vec<String>,
    /// The e-mails that it answers, the latest first.
    pub answers: Vec<String>,
    pub subject: String,
    pub sent: Option<Timestamp>,
    pub text: String,
    /// How many characters the text has, where only the beginning was kept.
    pub cut: Option<usize>,
    /// What is attached to it: names and contents.
    pub files: Vec<(String, Vec<u8>)>,
    /// The header that says that no person wrote it.
    pub machine: Option<String>,
}

impl Letter {
    /// Reads an e-mail.
    ///
    /// # Errors
    /// What is no e-mail, or one that nobody sent.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let mail = MessageParser::default().parse(bytes).ok_or_else(no_letter)?;
        let answer = mail.reply_to().and_then(Address::first).filter(|who| who.address.is_some());
        let sender = answer.or_else(|| mail.from().and_then(Address::first)).ok_or_else(no_letter)?;
        let email = sender.address.as_deref().map(str::trim).filter(|address| address.contains('@'));
        let email = email.ok_or_else(no_letter)?.to_owned();
        // Whoever is answered elsewhere is the same person still.
        let named = sender.name.as_deref().or_else(|| mail.from().and_then(Address::first)?.name.as_deref());
        let part = mail.text_bodies().next();
        let mut text = part.and_then(|part| honest(part, bytes)).or_else(|| mail.body_text(0).map(Into::into));
        // Some programs put an empty text before what they say in HTML.
        if text.as_ref().is_none_or(|text| text.trim().is_empty()) {
            let rich = mail.html_bodies().filter(|part| matches!(part.body, PartType::Html(_)));
            text = rich.filter_map(|part| readable(part, bytes)).find(|text| !text.trim().is_empty());
        }
        text = text.map(|text| text.replace("\r\n", "\n").trim().to_owned());
        let cut = text.as_ref().map(|text| text.chars().count()).filter(|length| *length > LONGEST);
        if cut.is_some() {
            text = text.map(|text| text.chars().take(LONGEST).chain("\n\n[…]".chars()).collect());
        }
        let sent = mail.date().filter(|date| date.is_valid());
        let sent = sent.and_then(|date| Timestamp::from_second(date.to_timestamp()).ok());
        let name = match named.map(str::trim).filter(|name| !name.is_empty()) {
            Some(name) if is_broken(name) => Some(raw_name(&mail, bytes)).filter(|name| !name.is_empty()),
            name => name.map(str::to_owned),
        };
        let subject = mail.subject().unwrap_or_default().trim();
        let subject = if is_broken(subject) { raw(&mail, &HeaderName::Subject, bytes) } else { subject.to_owned() };
        Ok(Self {
            id: mail.message_id().unwrap_or_default().trim().to_owned(),
            name,
            email,
            to: written_to(&mail),
            answers: answers(&mail),
            subject,
            sent,
            text: text.unwrap_or_default(),
            cut,
            files: files(&mail),
            machine: machine(&mail),
        })
    }
}

/// A header as its bytes say it, where the charset that it names does not.
fn raw(mail: &mail_parser::Message, name: &HeaderName, bytes: &[u8]) -> String {
    let header = mail.headers().iter().rfind(|header| header.name == *name);
    let place = header
        .and_then(|header| Some(usize::try_from(header.offset_start).ok()?..usize::try_from(header.offset_end).ok()?));
    let raw = place.and_then(|place| bytes.get(place)).unwrap_or_default();
    let charset = mail.content_type().and_then(|kind| kind.attribute("charset"));
    decoded(raw, charset)
}

/// What stands before the address of the sender.
fn raw_name(mail: &mail_parser::Message, bytes: &[u8]) -> String {
    let text = raw(mail, &HeaderName::From, bytes);
    text.split('<').next().unwrap_or_default().trim().trim_matches('"').trim().to_owned()
}

fn written_to(mail: &mail_parser::Message) -> Vec<String> {
    let lists = [mail.to(), mail.cc()].into_iter().flatten();
    let addresses = lists.flat_map(Address::iter).filter_map(|who| who.address.as_deref());
    addresses.map(|address| address.trim().to_lowercase()).filter(|address| address.contains('@')).collect()
}

/// What it answers, then what that answered, back to the first.
fn answers(mail: &mail_parser::Message) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for header in [mail.in_reply_to(), mail.references()] {
        for id in header.as_text_list().unwrap_or_default().iter().rev() {
            let id = id.trim().to_owned();
            if !id.is_empty() && !found.contains(&id) {
                found.push(id);
            }
        }
    }
    found
}

/// The header by which a letter says that a machine wrote it, so that whoever answers it may start a loop: an automatic
/// answer, mail to many, or one that does not want to hear that it could not be delivered.
fn machine(mail: &mail_parser::Message) -> Option<String> {
    let said = |name: &'static str| mail.header_raw(name).map(|text| text.trim().to_owned());
    let word = |text: &str| text.split([';', ' ', '(']).next().unwrap_or_default().to_lowercase();
    let told = |name: &'static str, is: &dyn Fn(&str) -> bool| {
        said(name).filter(|text| is(text)).map(|text| format!("{name}: {text}"))
    };
    told("Auto-Submitted", &|text| !matches!(&*word(text), "" | "no"))
        .or_else(|| told("Precedence", &|text| matches!(&*word(text), "bulk" | "junk" | "list")))
        .or_else(|| told("Return-Path", &|text| matches!(text, "" | "<>")))
}

/// What is attached, by names that a file can have.
fn files(mail: &mail_parser::Message) -> Vec<(String, Vec<u8>)> {
    let file = |(number, part): (usize, &MessagePart)| {
        let told = part.attachment_name().unwrap_or_default();
        let read = is_broken(told).then(|| decoded(told.as_bytes(), None));
        let told = read.as_deref().unwrap_or(told);
        let last = told.rsplit(['/', '\\']).next().unwrap_or_default();
        let plain: String = last.chars().filter(|letter| !is_hidden(*letter)).take(80).collect();
        let name = match plain.trim() {
            "" | "." | ".." => format!("attachment-{}", number + 1),
            plain => plain.to_owned(),
        };
        (name, part.contents().to_vec())
    };
    mail.attachments().enumerate().map(file).collect()
}

/// The text of a part whose charset is not the one that it says; nothing where it says the truth.
fn honest(part: &MessagePart, bytes: &[u8]) -> Option<String> {
    if let PartType::Html(_) = &part.body {
        return readable(part, bytes);
    }
    let PartType::Text(text) = &part.body else { return None };
    recoded(part, text, bytes)
}

/// What a person would read of a part in HTML.
fn readable(part: &MessagePart, bytes: &[u8]) -> Option<String> {
    let PartType::Html(html) = &part.body else { return None };
    let html = recoded(part, html, bytes).unwrap_or_else(|| html.clone().into_owned());
    Some(html_to_text(&html))
}

fn recoded(part: &MessagePart, text: &str, bytes: &[u8]) -> Option<String> {
    if !text.contains('\u{fffd}') && !part.is_encoding_problem {
        return None;
    }
    let place = usize::try_from(part.offset_body).ok()?..usize::try_from(part.offset_end).ok()?;
    let raw = bytes.get(place)?;
    let decoded = match part.encoding {
        Encoding::None => raw.to_vec(),
        Encoding::QuotedPrintable => quoted_printable_decode(raw)?,
        Encoding::Base64 => base64_decode(raw)?,
    };
    Some(text_of(&decoded))
}

fn no_letter() -> Error {
    Error::bad_value(Message::new("It is neither a form in JSON nor an e-mail with a sender."))
        .hint(Message::new("kehu lead intake --form \"name=Anna Berg&email=anna@berg.example\""))
}
