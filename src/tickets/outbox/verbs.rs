//! What a person does with a message that was not sent: try it again, or call it off.

use super::{OutboxMessage, OutboxState, send::LOST};
use crate::{
    crm::Crm,
    message::Message,
    record::{Id, Verb},
};
use jiff::ToSpan;

impl OutboxMessage {
    pub(crate) const VERBS: &'static [Verb] = &[
        Verb {
            name: "retry",
            doc: "Queues a message again that failed, was called off, or of which nobody knows whether it arrived",
            asks: &[],
            example: "kehu outbox cancel OB1\n  kehu outbox retry OB1",
            refused: |crm, id| {
                let message: Self = crm.get(Id::new(id))?;
                Ok(match message.state {
                    OutboxState::Sent => Some(told("{message} was sent already.", &message)),
                    OutboxState::Queued => Some(told("{message} is queued already.", &message)),
                    OutboxState::Sending if underway(crm, &message) => Some(busy(&message)),
                    _ => None,
                })
            },
            run: |crm, id, _| crm.put_in_state(id, OutboxState::Queued),
        },
        Verb {
            name: "cancel",
            doc: "Calls off a message that was not sent",
            asks: &[],
            example: "kehu outbox cancel OB1",
            refused: |crm, id| {
                let message: Self = crm.get(Id::new(id))?;
                Ok(match message.state {
                    OutboxState::Sent => Some(told("{message} was sent already.", &message)),
                    OutboxState::Cancelled => Some(told("{message} is called off already.", &message)),
                    OutboxState::Sending if underway(crm, &message) => Some(busy(&message)),
                    _ => None,
                })
            },
            run: |crm, id, _| crm.put_in_state(id, OutboxState::Cancelled),
        },
    ];
}

fn told(template: &'static str, message: &OutboxMessage) -> Message {
    Message::new(template).with("message", format!("OB{} {}", message.id.number, message.subject))
}

fn busy(message: &OutboxMessage) -> Message {
    told("{message} is being sent just now; {minutes} minutes from its start it is known to be lost.", message)
        .with("minutes", LOST)
}

/// Whether somebody may be handing it over at this moment.
fn underway(crm: &Crm, message: &OutboxMessage) -> bool {
    let now = crm.reading().clock.now();
    let recent = |tried: jiff::Timestamp| tried.checked_add(LOST.minutes()).is_ok_and(|until| now < until);
    message.error.is_none() && message.tried.is_some_and(recent)
}
