//! An e-mail as it lies in a file: who wrote, when, about what, and the text that a person reads.

use super::header_words::{claims_nothing_known, decoded, in_charset, is_broken};
use crate::{Error, Message, Result, customers::is_hidden, store::content::hex};
use jiff::Timestamp;
use mail_parser::{
    Address, Encoding, HeaderName, MessageParser, MessagePart, MimeHeaders, PartType,
    decoders::{base64::base64_decode, html::html_to_text, quoted_printable::quoted_printable_decode},
};
use sha2::{Digest, Sha256};

/// How much of a text is kept; what is longer is a thread of many letters, whose newest stands on top.
const LONGEST: usize = 20_000;

/// How many files are kept of one e-mail; nobody attaches more by hand.
const MOST_FILES: usize = 200;

/// How many of the e-mails that went before are looked at, beside the first.
const MOST_ANSWERS: usize = 50;

/// The longest number of an e-mail that is kept as it is, in bytes.
const LONGEST_ID: usize = 900;

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
    /// The names of files that are too many.
    pub more_files: Vec<String>,
    /// The header that says that no person wrote it.
    pub machine: Option<String>,
}

impl Letter {
    /// Reads an e-mail.
    ///
    /// # Errors
    /// What is no e-mail, or one that nobody sent.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let bytes = from_first_header(bytes);
        let mail = MessageParser::default().parse(bytes).ok_or_else(no_letter)?;
        let answer = mail.reply_to().and_then(Address::first).filter(|who| who.address.is_some());
        let sender = answer.or_else(|| mail.from().and_then(Address::first)).ok_or_else(no_letter)?;
        let plain = |address: &&str| address.contains('@') && !address.contains(char::is_control);
        let email = sender.address.as_deref().map(str::trim).filter(plain);
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
        text = text.map(|text| text.replace("\r\n", "\n").replace('\0', "").trim().to_owned());
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
        let (files, more_files) = files(&mail);
        Ok(Self {
            id: number_of(mail.message_id().unwrap_or_default()),
            name,
            email,
            to: written_to(&mail),
            answers: answers(&mail),
            subject: subject.replace('\0', ""),
            sent,
            text: text.unwrap_or_default(),
            cut,
            files,
            more_files,
            machine: machine(&mail),
        })
    }
}

/// Without the byte order mark and the empty lines that some programs write before an e-mail.
fn from_first_header(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start()
}

/// What an e-mail is known by; a number that no program writes is kept by its hash.
fn number_of(id: &str) -> String {
    let id: String = id.trim().chars().filter(|letter| !letter.is_control()).collect();
    if id.len() > LONGEST_ID { format!("long-{}", hex(&Sha256::digest(&id))) } else { id }
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
    let plain = |address: &String| address.contains('@') && !address.contains(char::is_control);
    addresses.map(|address| address.trim().to_lowercase()).filter(plain).collect()
}

/// What it answers, then what that answered; of a thread without end the latest and the first.
fn answers(mail: &mail_parser::Message) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for header in [mail.in_reply_to(), mail.references()] {
        let ids = header.as_text_list().unwrap_or_default();
        let first = ids.first().filter(|_| ids.len() > MOST_ANSWERS);
        for id in ids.iter().rev().take(MOST_ANSWERS).chain(first) {
            let id = number_of(id);
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

/// What is attached, by names that a file can have, and the names of what is too much.
fn files(mail: &mail_parser::Message) -> (Vec<(String, Vec<u8>)>, Vec<String>) {
    let name = |(number, part): (usize, &MessagePart)| {
        let told = part.attachment_name().unwrap_or_default();
        let read = is_broken(told).then(|| decoded(told.as_bytes(), None));
        let told = read.as_deref().unwrap_or(told);
        let last = told.rsplit(['/', '\\']).next().unwrap_or_default();
        let plain: String = last.chars().filter(|letter| !is_hidden(*letter)).take(80).collect();
        match plain.trim() {
            "" | "." | ".." => format!("attachment-{}", number + 1),
            plain => plain.to_owned(),
        }
    };
    let (mut files, mut more) = (Vec::new(), Vec::new());
    for (number, part) in mail.attachments().enumerate() {
        if number < MOST_FILES {
            files.push((name((number, part)), part.contents().to_vec()));
        } else {
            more.push(name((number, part)));
        }
    }
    (files, more)
}

/// The text of a part as its bytes have it, whatever charset it claims; nothing where that tells nothing more.
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
    let place = usize::try_from(part.offset_body).ok()?..usize::try_from(part.offset_end).ok()?;
    let raw = bytes.get(place)?;
    let decoded = match part.encoding {
        Encoding::None => raw.to_vec(),
        Encoding::QuotedPrintable => quoted_printable_decode(raw)?,
        Encoding::Base64 => base64_decode(raw)?,
    };
    let charset = part.content_type().and_then(|kind| kind.attribute("charset"));
    // In two bytes a letter each, every line break has a zero.
    let wide = charset.is_some_and(|charset| charset.to_ascii_lowercase().starts_with("utf-16"));
    if wide && decoded.is_ascii() && !decoded.contains(&0) {
        return String::from_utf8(decoded).ok();
    }
    let broken = text.contains('\u{fffd}') || part.is_encoding_problem;
    // ASCII hides whole alphabets in some charsets, and others are known to the parser alone.
    if !broken && (decoded.is_ascii() || charset.is_some_and(claims_nothing_known)) {
        return None;
    }
    Some(in_charset(&decoded, charset))
}

fn no_letter() -> Error {
    Error::bad_value(Message::new("It is neither a form in JSON nor an e-mail with a sender."))
        .hint(Message::new("kehu lead intake --form \"name=Anna Berg&email=anna@berg.example\""))
}
