//! An e-mail as it lies in a file: who wrote, when, about what, and the text that a person reads.

use super::form::text_of;
use crate::{Error, Message, Result, customers::is_hidden};
use jiff::Timestamp;
use mail_parser::{
    Address, Encoding, MessageParser, MessagePart, MimeHeaders, PartType,
    decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode},
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
        text = text.map(|text| text.replace("\r\n", "\n").trim().to_owned());
        let cut = text.as_ref().map(|text| text.chars().count()).filter(|length| *length > LONGEST);
        if cut.is_some() {
            text = text.map(|text| text.chars().take(LONGEST).chain("\n\n[…]".chars()).collect());
        }
        let sent = mail.date().and_then(|date| Timestamp::from_second(date.to_timestamp()).ok());
        Ok(Self {
            id: mail.message_id().unwrap_or_default().trim().to_owned(),
            name: named.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()),
            email,
            subject: mail.subject().unwrap_or_default().trim().to_owned(),
            sent,
            text: text.unwrap_or_default(),
            cut,
            files: files(&mail),
            machine: machine(&mail),
        })
    }
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
    let PartType::Text(text) = &part.body else { return None };
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
