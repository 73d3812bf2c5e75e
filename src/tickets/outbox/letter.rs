//! A queued message as the mail of the world has it (RFC 5322), headers encoded by the mail library.

use super::OutboxMessage;
use crate::{Result, error::Error, message::Message};
use jiff::Timestamp;
use lettre::{
    Address,
    address::Envelope,
    message::{
        Attachment, Body, Mailbox, Message as Mail, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};

/// What is handed over: who from, who to, and the bytes.
pub(super) struct Letter {
    pub envelope: Envelope,
    pub bytes: Vec<u8>,
}

/// A file that goes along.
pub(super) struct Enclosed {
    pub name: String,
    pub media_type: String,
    pub content: Vec<u8>,
}

impl Enclosed {
    fn part(self) -> SinglePart {
        let media_type = ContentType::parse(&self.media_type);
        let media_type = media_type.or_else(|_| ContentType::parse("application/octet-stream"));
        let enclosed = Attachment::new(self.name);
        // Whatever a file holds arrives as it is.
        let content = Body::new_with_encoding(self.content, ContentTransferEncoding::Base64);
        enclosed.body(content.unwrap_or_else(Body::new), media_type.unwrap_or(ContentType::TEXT_PLAIN))
    }
}

impl Letter {
    /// A message ready to go.
    ///
    /// # Errors
    /// An address that no mail server would take.
    pub fn of(message: &OutboxMessage, files: Vec<Enclosed>, from: &Mailbox, now: Timestamp) -> Result<Self> {
        let from = match &message.from {
            Some(address) => Mailbox::new(from.name.clone(), address_of(address)?),
            None => from.clone(),
        };
        let mut builder = Mail::builder()
            .message_id(Some(message.message_id.clone()))
            .date(now.into())
            .from(from)
            .subject(&message.subject);
        for address in split(&message.to) {
            builder = builder.to(Mailbox::new(None, address_of(address)?));
        }
        for address in message.cc.iter().flat_map(|cc| split(cc)) {
            builder = builder.cc(Mailbox::new(None, address_of(address)?));
        }
        if let Some(answered) = &message.in_reply_to {
            builder = builder.in_reply_to(answered.clone());
        }
        if let Some(before) = &message.references {
            builder = builder.references(before.0.clone());
        }
        if message.automatic {
            let name = HeaderName::new_from_ascii_str("Auto-Submitted");
            builder = builder.raw_header(HeaderValue::new(name, "auto-generated".to_owned()));
        }
        let text = message.body.0.clone();
        let mail = if files.is_empty() {
            builder.header(ContentType::TEXT_PLAIN).body(text)
        } else {
            let whole = MultiPart::mixed().singlepart(SinglePart::plain(text));
            builder.multipart(files.into_iter().fold(whole, |whole, file| whole.singlepart(file.part())))
        };
        let mail = mail.map_err(|error| {
            Error::bad_value(Message::new("The message cannot be written: {why}.").with("why", error))
        })?;
        Ok(Self { envelope: mail.envelope().clone(), bytes: mail.formatted() })
    }
}

fn split(addresses: &str) -> impl Iterator<Item = &str> {
    addresses.split(',').map(str::trim).filter(|address| !address.is_empty())
}

fn address_of(text: &str) -> Result<Address> {
    text.parse().map_err(|_| Error::bad_value(Message::new("{value} is not an e-mail address.").with("value", text)))
}
