//! What a pool rule counts its days from; a further trigger is one more line.

use crate::record::{Choice, Kind, Value, types::FieldType};

/// One trigger.
pub(super) struct Start {
    pub key: &'static str,
    label: &'static str,
    /// The day or instant from which the days of a customer `c` are counted, as SQL; there is none where it is empty.
    pub since: &'static str,
    /// Counted anew for whoever gets the customer, and at the earliest from when the customer is known.
    pub anew: bool,
    /// It happens on the day after, since the day itself still counts.
    pub after: bool,
    /// Whether a rule must say after how many days.
    pub days: bool,
}

/// When a contract ends becomes a line here once there are contracts.
pub(super) static TRIGGERS: &[Start] = &[
    Start {
        key: "no-follow-up",
        label: "No follow-up",
        since: "(SELECT MAX(a.done) FROM activities a WHERE a.customer = c.id AND a.deleted_at IS NULL)",
        anew: true,
        after: false,
        days: true,
    },
    Start {
        key: "no-deal",
        label: "No deal won",
        since: "(SELECT MAX(d.closed) FROM deals d JOIN stages s ON s.id = d.stage WHERE d.customer = c.id \
                AND s.outcome = 'won' AND d.deleted_at IS NULL)",
        anew: true,
        after: false,
        days: true,
    },
    Start {
        key: "protection-end",
        label: "Protection ended",
        since: "c.protected_until",
        anew: false,
        after: true,
        days: false,
    },
];

/// A trigger, by its place among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Trigger(usize);

impl Trigger {
    pub(super) fn start(self) -> &'static Start {
        TRIGGERS.get(self.0).unwrap_or(&TRIGGERS[0])
    }

    pub(super) fn place(self) -> usize {
        self.0
    }
}

impl FieldType for Trigger {
    fn kind() -> Kind {
        let choice = |start: &Start| Choice {
            key: start.key.into(),
            label: start.label.into(),
            label_zh: "".into(),
            retired: false,
        };
        Kind::Choice(TRIGGERS.iter().map(choice).collect())
    }

    fn from_value(value: &Value) -> Option<Self> {
        TRIGGERS.iter().position(|start| value.as_text() == Some(start.key)).map(Self)
    }

    fn to_value(&self) -> Value {
        Value::text(self.start().key)
    }
}
