//! Queueing a message in the same operation as its cause, with a Message-ID of its own.

use super::OutboxState;
use crate::{
    Result,
    crm::{Crm, integer},
    customers::opt_out,
    error::Error,
    message::Message,
    record::{Kind, Link, Schema, Value, types},
    store::Sql,
};

/// The longest subject that is sent.
const LONGEST: usize = 250;

/// How many Message-IDs a message carries along; the first and the latest tell a mail program enough.
const REFERENCES: usize = 20;

/// A message to be queued.
#[derive(Debug, Clone, Default)]
pub struct Outgoing {
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub subject: String,
    pub text: String,
    /// The record that it is sent for: kind and number.
    pub cause: Option<(&'static str, i64)>,
    pub customer: Option<i64>,
    pub contact: Option<i64>,
    pub lead: Option<i64>,
    pub ticket: Option<i64>,
    /// The address that it comes from, such as that of a queue; the configured one where nothing is said.
    pub from: Option<String>,
    /// What it is called, where that is known already; else it gets a name here.
    pub message_id: Option<String>,
    pub in_reply_to: Option<String>,
    pub references: Vec<String>,
    /// A word that stands in its Message-ID, by which an answer is known again.
    pub mark: Option<String>,
    /// Nobody wrote it by hand: it says so, and whoever wants no mail does not get it.
    pub automatic: bool,
}

impl Crm {
    /// Queues a message in the running operation, and says its number; none where whoever would get it wants no mail.
    ///
    /// # Errors
    /// An address that is none, or a message to nobody.
    pub fn queue_message(&mut self, outgoing: &Outgoing) -> Result<Option<i64>> {
        let to = self.addresses_of(&outgoing.to, "to")?;
        let cc = self.addresses_of(&outgoing.cc, "cc")?;
        if to.is_empty() {
            return Err(Error::bad_value(Message::new("A message needs somebody to go to.")).on_field("to"));
        }
        let Some(first) = outgoing.text.lines().map(str::trim).find(|line| !line.is_empty()) else {
            return Err(Error::bad_value(Message::new("A message needs to say something.")).on_field("body"));
        };
        if outgoing.automatic
            && let Some(who) = self.wants_no_mail(&to, outgoing)?
        {
            self.notice(Message::new("{who} asked not to be written to, so nothing was sent.").with("who", who));
            return Ok(None);
        }
        let from = outgoing.from.iter().map(|from| self.address(from, "from")).next().transpose()?;
        let subject = Some(one_line(&outgoing.subject)).filter(|subject| !subject.is_empty());
        let subject = subject.unwrap_or_else(|| one_line(first));
        let cause = match outgoing.cause {
            Some((kind, id)) => Value::Text(self.schema(kind)?.short(id)),
            None => Value::Null,
        };
        let link = |id: Option<i64>| id.map_or(Value::Null, Link::to);
        let text = |text: Option<String>| text.filter(|text| !text.is_empty()).map_or(Value::Null, Value::Text);
        let message_id = match outgoing.message_id.as_deref().and_then(identifier) {
            Some(given) => given,
            None => self.message_id(from.as_deref(), outgoing.mark.as_deref())?,
        };
        let values = vec![
            ("subject".to_owned(), Value::Text(subject)),
            ("to".to_owned(), Value::Text(to.join(", "))),
            ("cc".to_owned(), text(Some(cc.join(", ")))),
            ("state".to_owned(), Value::text(OutboxState::Queued.key())),
            ("attempts".to_owned(), Value::Integer(0)),
            ("next_attempt".to_owned(), Value::Text(self.now_text())),
            ("cause".to_owned(), cause),
            ("customer".to_owned(), link(outgoing.customer)),
            ("contact".to_owned(), link(outgoing.contact)),
            ("lead".to_owned(), link(outgoing.lead)),
            ("ticket".to_owned(), link(outgoing.ticket)),
            ("from".to_owned(), text(from)),
            ("automatic".to_owned(), Value::Bool(outgoing.automatic)),
            ("message_id".to_owned(), Value::Text(message_id)),
            ("in_reply_to".to_owned(), text(outgoing.in_reply_to.as_deref().and_then(identifier))),
            ("references".to_owned(), text(Some(references(&outgoing.references)))),
            ("body".to_owned(), Value::Text(outgoing.text.replace("\r\n", "\n").replace('\r', "\n"))),
        ];
        self.transaction("Queue a message", |crm| crm.write_directly("outbox", values.clone())).map(Some)
    }

    /// Checked addresses, each once.
    fn addresses_of(&self, said: &[String], field: &str) -> Result<Vec<String>> {
        let mut addresses: Vec<String> = Vec::new();
        for text in said.iter().flat_map(|text| text.split(',')).filter(|text| !text.trim().is_empty()) {
            let address = self.address(text, field)?;
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        Ok(addresses)
    }

    fn address(&self, text: &str, field: &str) -> Result<String> {
        let value = types::parse(&Kind::Email, text, self.reading()).map_err(|error| error.on_field(field))?;
        Ok(value.as_text().unwrap_or_default().to_owned())
    }

    /// A Message-ID that nobody else makes: in the sender's domain, where one is known.
    fn message_id(&mut self, from: Option<&str>, mark: Option<&str>) -> Result<String> {
        let own = match self.actor().map(|(me, _)| me) {
            Some(me) => self.record("user", me)?.value("email").as_text().map(str::to_owned),
            None => None,
        };
        let from = from.or(self.own_address.as_deref()).or(own.as_deref());
        let domain = from.and_then(|address| address.split_once('@')).map(|(_, domain)| domain);
        let domain = domain.filter(|domain| domain.is_ascii()).unwrap_or("kehu.local");
        let mark = mark.map(|mark| format!("{mark}.")).unwrap_or_default();
        Ok(format!("<{mark}{}@{domain}>", self.new_uid()))
    }

    /// Who of those that would get it asked not to be written to: the customer, the contact or the lead, by number or by address.
    pub(crate) fn wants_no_mail(&mut self, to: &[String], outgoing: &Outgoing) -> Result<Option<String>> {
        let linked = [("customer", outgoing.customer), ("contact", outgoing.contact), ("lead", outgoing.lead)];
        for (kind, id) in linked {
            let schema = self.schema(kind)?;
            let fields = opt_out(&schema);
            if fields.is_empty() {
                continue;
            }
            let refusing = format!("(\"{}\")", fields.join("\" OR \""));
            for address in to {
                let known = self.refusing(&schema, &refusing, id, address)?;
                if known.is_some() {
                    return Ok(known);
                }
            }
        }
        Ok(None)
    }

    /// Whether an address is that of people alone who have left their company.
    pub(crate) fn has_left(&mut self, address: &str) -> Result<bool> {
        let further = self.list_of("contact", "more_emails")?.select("1", "l.record = p.id AND l.value = ?");
        let sql = format!(
            "SELECT COUNT(*), COUNT(CASE WHEN p.\"left\" THEN 1 END) FROM contacts p WHERE p.deleted_at IS NULL \
             AND (p.email = ? OR EXISTS ({further}))"
        );
        let arguments = [Sql::Text(address.to_owned()), Sql::Text(address.to_owned())];
        let row = self.db.first(&sql, &arguments)?.unwrap_or_default();
        let count = |place: usize| row.get(place).map(integer).unwrap_or_default();
        Ok(count(0) > 0 && count(0) == count(1))
    }

    /// The name of whoever is meant by number or by address, where they want no mail.
    fn refusing(&mut self, schema: &Schema, refusing: &str, id: Option<i64>, address: &str) -> Result<Option<String>> {
        let sql = format!(
            "SELECT id FROM \"{}\" WHERE (email = ? OR id = ?) AND {refusing} AND deleted_at IS NULL LIMIT 1",
            schema.table
        );
        let row = self.db.first(&sql, &[Sql::Text(address.to_owned()), Sql::Integer(id.unwrap_or_default())])?;
        row.map(|row| self.title(schema.kind, integer(&row[0]))).transpose()
    }
}

/// One line without anything that a mail program would take for more than text.
fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    plain.chars().take(LONGEST).collect()
}

/// A Message-ID as somebody else's program wrote it; nothing where it is more than that.
fn identifier(text: &str) -> Option<String> {
    let inner = text.trim().trim_start_matches('<').trim_end_matches('>');
    let odd = |byte: u8| !byte.is_ascii_graphic() || matches!(byte, b'<' | b'>');
    let fits = inner.contains('@') && inner.len() <= 200 && !inner.bytes().any(odd);
    fits.then(|| format!("<{inner}>"))
}

/// The Message-IDs that went before: the first, by which a thread is known, and the latest.
fn references(said: &[String]) -> String {
    let mut known: Vec<String> = Vec::new();
    for id in said.iter().flat_map(|text| text.split_whitespace()).filter_map(identifier) {
        if !known.contains(&id) {
            known.push(id);
        }
    }
    if known.len() > REFERENCES {
        known.drain(1..=known.len() - REFERENCES);
    }
    known.join(" ")
}

#[cfg(test)]
mod tests {
    use super::{identifier, one_line, references};

    #[test]
    fn nothing_that_somebody_wrote_begins_another_header() {
        assert_eq!(one_line("Hello\r\nBcc: all@example.com\u{0}"), "Hello Bcc: all@example.com");
        assert_eq!(identifier("<a@b>\r\nBcc: x@y"), None);
        assert_eq!(identifier(" a@b "), Some("<a@b>".to_owned()));
        assert_eq!(references(&["<a@b> <c@d>\r\n <a@b>".to_owned()]), "<a@b> <c@d>");
    }

    #[test]
    fn a_long_thread_keeps_its_first_and_its_latest() {
        let many: Vec<String> = (0..60).map(|number| format!("<{number}@x>")).collect();
        let kept = references(&many);
        assert!(kept.starts_with("<0@x> <41@x>") && kept.ends_with("<59@x>"), "{kept}");
    }
}
