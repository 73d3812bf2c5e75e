//! A queued message as the mail of the world has it (RFC 5322), headers encoded by the mail library.

use super::OutboxMessage;
use crate::{Result, error::Error, message::Message};
use jiff::Timestamp;
use lettre::{
    Address,
    address::Envelope,
    message::{
        Mailbox, Message as Mail,
        header::{ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0},
    },
};

/// What is handed over: who from, who to, and the bytes.
pub(super) struct Letter {
    pub envelope: Envelope,
    pub bytes: Vec<u8>,
}

impl Letter {
    /// A message ready to go.
    ///
    /// # Errors
    /// An address that no mail server would take.
    pub fn of(message: &OutboxMessage, from: &Mailbox, now: Timestamp) -> Result<Self> {
        let from = match &message.from {
            Some(address) => Mailbox::new(from.name.clone(), address_of(address)?),
            None => from.clone(),
        };
        let mut builder = Mail::builder()
            .message_id(Some(message.message_id.clone()))
            .date(now.into())
            .from(from)
            .subject(&message.subject)
            // Without it the coding of the body means nothing (RFC 2045, 4).
            .header(MIME_VERSION_1_0)
            .header(ContentType::TEXT_PLAIN);
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
        let mail = builder.body(message.body.0.clone()).map_err(|error| {
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
