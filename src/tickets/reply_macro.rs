//! Macro: what is done with tickets again and again, as one step: an answer, a note, and fields that change (R107).

use super::{Direction, Priority, Queue, Said, Ticket, TicketStatus};
use crate::{
    Result,
    crm::Crm,
    error::Error,
    message::Message,
    org::User,
    record::{
        Draft, Id, Link, Value, Values, record,
        types::{FieldType, LongText, Open, Tags},
    },
};

record! {
    /// What is done with tickets again and again; all of it or nothing.
    pub struct Macro in "macros" as "MC" called "macro" {
        /// Name shown everywhere
        name: String [title, search, list],
        /// What the customer is answered; {contact}, {customer}, {ticket}, {subject}, {me} stand for theirs
        reply: Option<LongText> [search],
        /// What is noted among us
        note: Option<LongText>,
        /// The status that the ticket gets
        status: Option<TicketStatus> [list],
        /// The priority that it gets
        priority: Option<Priority> [list],
        /// The kind that it gets
        kind: Option<Open>,
        /// The queue that it goes to
        queue: Option<Id<Queue>> [list],
        /// The colleague who gets it
        owner: Option<Id<User>>,
        /// What solved it
        resolution: Option<LongText>,
        /// What was behind it
        cause: Option<Open>,
        /// Tags that it gets beside its own
        add_tags: Tags,
        /// What is to be done for it, a line each
        checklist: Option<LongText>,
        /// How long this takes, in minutes
        minutes: Option<i64> [min("0"), max("1000000")],
    }
}

/// What stands, in braces, for something of the ticket.
const PLACES: [&str; 5] = ["contact", "customer", "ticket", "subject", "me"];

/// A macro does something, and its texts name what there is.
pub(crate) fn check(_: &mut Crm, draft: &mut Draft) -> Result<()> {
    if draft.deleted() {
        return Ok(());
    }
    for field in ["reply", "note", "resolution"] {
        let text = draft.get(field);
        for place in places(text.as_text().unwrap_or_default()) {
            if !PLACES.contains(&place) {
                let message = Message::new("{place} stands for nothing; there are {known}.")
                    .with("place", format!("{{{place}}}"))
                    .with("known", PLACES.map(|place| format!("{{{place}}}")).join(", "));
                return Err(Error::bad_value(message).on_field(field));
            }
        }
    }
    let does =
        draft.schema.writable().filter(|field| field.name != "name").any(|field| !draft.get(&field.name).is_empty());
    if does {
        return Ok(());
    }
    let hint = Message::new("kehu macro add \"Ask for logs\" --reply \"Please send us the logs.\" --status pending");
    Err(Error::bad_value(Message::new("A macro does something: it answers, notes or changes a field.")).hint(hint))
}

/// The names in braces.
fn places(text: &str) -> Vec<&str> {
    let word = |text: &str| !text.is_empty() && text.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).filter(|name| word(name)).collect()
}

impl Crm {
    /// Does with tickets what a macro says, all of it with all of them or nothing, as one operation.
    ///
    /// # Errors
    /// Whatever one of the tickets cannot take; none is changed then.
    pub fn run_macro(&mut self, number: i64, tickets: &[i64]) -> Result<()> {
        let steps: Macro = self.get(Id::new(number))?;
        self.transaction(&format!("Macro {}", steps.name), |crm| {
            for ticket in tickets {
                crm.run_on(&steps, *ticket).map_err(|error| match tickets {
                    [_] => error,
                    _ => error.about(Message::new("T{number}").with("number", ticket)),
                })?;
            }
            let tickets: Vec<(&'static str, i64)> = tickets.iter().map(|ticket| ("ticket", *ticket)).collect();
            crm.label_with_refs(&steps.name, &tickets)
        })
    }

    /// The fields first and the status last, so that what the macro says goes out from the ticket as it becomes.
    fn run_on(&mut self, steps: &Macro, number: i64) -> Result<()> {
        let ticket: Ticket = self.get(Id::new(number))?;
        let mut values = Values::new();
        let mut push = |field: &str, value: Option<Value>| {
            values.extend(value.map(|value| (field.to_owned(), value)));
        };
        push("priority", steps.priority.map(|priority| priority.to_value()));
        push("kind", steps.kind.as_ref().map(FieldType::to_value));
        push("queue", steps.queue.map(|queue| Link::to(queue.number)));
        push("owner", steps.owner.map(|owner| Link::to(owner.number)));
        push("cause", steps.cause.as_ref().map(FieldType::to_value));
        let more: Vec<String> = steps.add_tags.0.iter().filter(|tag| !ticket.tags.0.contains(tag)).cloned().collect();
        if !more.is_empty() {
            push("tags", Some(Tags([ticket.tags.0.clone(), more].concat()).to_value()));
        }
        let texts = [&steps.reply, &steps.note, &steps.resolution];
        let [reply, note, resolution] = self.filled(&ticket, texts)?;
        push("resolution", resolution.map(Value::Text));
        if !values.is_empty() {
            self.change("ticket", number, values, None)?;
        }
        if let Some(list) = &steps.checklist {
            super::steps::add(self, number, list)?;
        }
        let mut minutes = steps.minutes;
        for (direction, text) in [(Direction::Note, note), (Direction::Out, reply)] {
            if let Some(text) = text {
                let said = Said { ticket: number, direction, text, minutes: minutes.take(), ..Said::default() };
                let message = self.say(&said)?;
                self.tell_unsent(direction, message)?;
            }
        }
        if minutes.is_some() {
            self.say(&Said { ticket: number, minutes, ..Said::default() })?;
        }
        steps.status.map_or(Ok(()), |status| super::answered::set_status(self, number, status))
    }

    /// An answer that goes to nobody is only written down, which has to be said.
    fn tell_unsent(&mut self, direction: Direction, message: i64) -> Result<()> {
        let entry = self.record("ticket_message", message)?;
        if direction == Direction::Out && entry.value("to").is_empty() {
            let number = entry.value("ticket").as_integer().unwrap_or_default();
            let message =
                Message::new("The answer in T{number} is only written down; no address is known to write to.");
            self.notice(message.with("number", number));
        }
        Ok(())
    }

    /// Texts with the names in braces replaced; where no contact is known, the customer stands for it.
    fn filled(&mut self, ticket: &Ticket, texts: [&Option<LongText>; 3]) -> Result<[Option<String>; 3]> {
        let customer = ticket.customer.map(|customer| self.title("customer", customer.number)).transpose()?;
        let customer = customer.unwrap_or_default();
        let contact = ticket.contact.map(|contact| self.title("contact", contact.number)).transpose()?;
        let me = self.actor().map(|(_, name)| name.to_owned()).unwrap_or_default();
        let told = [
            ("{contact}", contact.unwrap_or_else(|| customer.clone())),
            ("{customer}", customer),
            ("{ticket}", format!("T{}", ticket.id.number)),
            ("{subject}", ticket.subject.clone()),
            ("{me}", me),
        ];
        Ok(texts.map(|text| {
            let text = text.as_ref()?;
            Some(told.iter().fold(text.0.clone(), |text, (place, name)| text.replace(place, name)))
        }))
    }
}
