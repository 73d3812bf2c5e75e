//! `kehu ticket escalate`: notes deadlines that were missed and takes the steps that have come, each once; it looks at
//! the tickets alone for which there is something to do by now.

use super::{
    Clock, Escalation,
    clocks::Written,
    ladder::Coming,
    rules::Rules,
    state::State,
    targets::{duration_text, raised},
};
use crate::{
    Result,
    crm::Crm,
    message::Message,
    org::User,
    record::{
        Choice, Column, Grid, Id, Kind, Link, Record, Row, Total, Value, Values,
        types::{FieldType, timestamp_text},
    },
    store::Sql,
    tickets::{Outgoing, Priority, Queue, Ticket},
};
use jiff::Timestamp;

/// So many tickets are looked at in one run; the next one goes on.
const MOST: usize = 2000;

/// More steps than these at once are a ladder that leads in a circle.
const STEPS: usize = 50;

/// What a run did.
#[derive(Debug, Clone)]
pub struct Escalated {
    pub missed: usize,
    pub steps: usize,
    /// How many tickets wait for the next run.
    pub left: usize,
    /// Each missed deadline and each step, by ticket.
    pub grid: Grid,
}

/// One thing that was noted or done.
struct Line {
    ticket: i64,
    subject: String,
    clock: Clock,
    due: Option<Timestamp>,
    /// For how much working time it has been due, as `kehu ticket why` says it too.
    late: Option<i64>,
    step: Option<Escalation>,
}

impl Crm {
    /// Notes what was missed and takes the steps that have come, as one operation. In a dry run nothing is written.
    ///
    /// # Errors
    /// A colleague or queue that can take no ticket any more; storage faults.
    pub fn escalate(&mut self) -> Result<Escalated> {
        let mut due = self.waiting_for_escalation()?;
        let left = due.len().saturating_sub(MOST);
        due.truncate(MOST);
        let mut lines = Vec::new();
        if !due.is_empty() {
            lines = self.transaction("Escalate tickets", |crm| {
                let rules = crm.sla_rules()?;
                let mut lines = Vec::new();
                for id in &due {
                    crm.escalate_one(*id, &rules, &mut lines)?;
                }
                let (missed, steps) = counts(&lines);
                crm.relabel(&format!("Escalate tickets: {missed} missed, {steps} steps"))?;
                Ok(lines)
            })?;
        }
        let (missed, steps) = counts(&lines);
        Ok(Escalated { missed, steps, left, grid: self.told_escalation(&lines)? })
    }

    /// The tickets for which there is something to do by now, the longest waiting first.
    fn waiting_for_escalation(&mut self) -> Result<Vec<i64>> {
        let now = timestamp_text(self.this_second());
        let sql = "SELECT id FROM tickets WHERE escalate_at IS NOT NULL AND escalate_at <= ? AND deleted_at IS NULL \
                   ORDER BY escalate_at, id";
        self.numbers(sql, &[Sql::Text(now)])
    }

    fn escalate_one(&mut self, id: i64, rules: &Rules, lines: &mut Vec<Line>) -> Result<()> {
        for _ in 0..STEPS {
            let ticket: Ticket = self.get(Id::new(id))?;
            let time = rules.of(ticket.policy.map(|policy| policy.number)).map(|rule| rule.time.clone());
            let now = self.this_second();
            let late = |due: Option<Timestamp>| {
                let due = due.filter(|due| *due < now)?;
                Some(time.as_ref().map_or(now.as_second() - due.as_second(), |time| time.between(due, now)))
            };
            let known = [ticket.first_breached, ticket.next_breached, ticket.resolve_breached];
            let state = self.refresh_clocks(id, rules)?;
            for clock in Clock::ALL {
                let missed = state.breached[clock.place()].filter(|_| known[clock.place()].is_none());
                if missed.is_some() {
                    let subject = ticket.subject.clone();
                    lines.push(Line { ticket: id, subject, clock, due: missed, late: late(missed), step: None });
                }
            }
            let Some(coming) = self.step_that_came(id, &state, rules)? else { return Ok(()) };
            let step = self.take_step(&ticket, &coming)?;
            let due = state.due[coming.clock.place()];
            let (clock, subject) = (coming.clock, ticket.subject);
            lines.push(Line { ticket: id, subject, clock, due, late: late(due), step: Some(step) });
        }
        self.refresh_clocks(id, rules).map(|_| ())
    }

    /// The first step that has come and was not taken yet.
    fn step_that_came(&mut self, id: i64, state: &State, rules: &Rules) -> Result<Option<Coming>> {
        let entry = self.record("ticket", id)?;
        let made = Option::<Timestamp>::from_value(&entry.value("created_at")).flatten();
        let now = self.this_second();
        let ticket = Written { id, known: made.unwrap_or(now), value: &|name| entry.value(name) };
        let rule = rules.of(state.policy).cloned();
        Ok(self.coming(&ticket, state, rule.as_deref())?.into_iter().next().filter(|coming| coming.at <= now))
    }

    /// Tells, hands on and makes more urgent as the step says, and writes down that it did.
    fn take_step(&mut self, ticket: &Ticket, coming: &Coming) -> Result<Escalation> {
        let told = self.tell_listeners(ticket, coming)?;
        let step = &coming.step;
        let (now, next) =
            (ticket.priority.unwrap_or(Priority::Normal), raised(ticket.priority.unwrap_or(Priority::Normal)));
        let mut done = Escalation {
            clock: coming.clock,
            ticket: ticket.id,
            step: Some(step.id),
            percent: Some(step.percent),
            at: Some(self.this_second()),
            started: Some(coming.started),
            told: (!told.is_empty()).then(|| told.join(", ")),
            reassigned: step.reassign.filter(|user| ticket.owner != Some(*user)),
            queue: step.queue.filter(|queue| ticket.queue != Some(*queue)),
            raised: (step.raise && next != now).then_some(next),
            ..Escalation::default()
        };
        // Whoever has left takes no ticket any more; the step is taken all the same.
        if done.reassigned.is_some_and(|user| self.at_work(user.number).is_err()) {
            done.reassigned = None;
        }
        let values = done.values().into_iter().filter(|(_, value)| !value.is_empty());
        let values: Values = values.map(|(name, value)| (name.to_owned(), value)).collect();
        self.write_directly("escalation", values)?;
        let count = "UPDATE tickets SET escalated = COALESCE(escalated, 0) + 1 WHERE id = ?";
        self.db.execute(count, &[Sql::Integer(ticket.id.number)])?;
        let mut changes = Values::new();
        changes.extend(done.reassigned.map(|user| ("owner".to_owned(), Link::to(user.number))));
        changes.extend(done.queue.map(|queue| ("queue".to_owned(), Link::to(queue.number))));
        changes.extend(done.raised.map(|priority| ("priority".to_owned(), priority.to_value())));
        if !changes.is_empty() {
            self.change("ticket", ticket.id.number, changes, None)?;
        }
        Ok(done)
    }

    /// Whoever is to know finds a task on the plan of the day, and an e-mail where the step says so; says whom by name.
    fn tell_listeners(&mut self, ticket: &Ticket, coming: &Coming) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for user in self.those_told(ticket, coming)? {
            let subject =
                format!("T{} {} ({}: {} %)", ticket.id.number, ticket.subject, coming.clock.key(), coming.step.percent);
            if let Some(email) = user.email.as_ref().filter(|_| coming.step.mail) {
                self.mail_listener(ticket, coming, &subject, &email.0)?;
            }
            let mut values: Values = vec![
                ("subject".into(), Value::Text(subject)),
                ("kind".into(), Value::text("task")),
                ("owner".into(), Link::to(user.id.number)),
                ("due".into(), self.this_second().to_value()),
                ("ticket".into(), Link::to(ticket.id.number)),
            ];
            values.extend(ticket.customer.map(|customer| ("customer".to_owned(), Link::to(customer.number))));
            self.add("activity", values)?;
            names.push(user.name);
        }
        Ok(names)
    }

    /// The same as a message from the outbox, in few words that need no language.
    fn mail_listener(&mut self, ticket: &Ticket, coming: &Coming, subject: &str, email: &str) -> Result<()> {
        let due = ticket.due.map(|due| due.to_zoned(self.reading().clock.zone().clone()));
        let due = due.map(|due| due.strftime("%Y-%m-%d %H:%M %Z").to_string());
        let customer = match ticket.customer {
            Some(customer) => Some(self.title("customer", customer.number)?),
            None => None,
        };
        let priority = ticket.priority.map(|priority| priority.key().to_owned());
        let lines = [customer, priority, due, Some(format!("kehu ticket show T{}", ticket.id.number))];
        let text = [subject.to_owned(), String::new()].into_iter().chain(lines.into_iter().flatten());
        let outgoing = Outgoing {
            to: vec![email.to_owned()],
            subject: subject.to_owned(),
            text: text.collect::<Vec<_>>().join("\n"),
            cause: Some(("sla_step", coming.step.id.number)),
            ticket: Some(ticket.id.number),
            automatic: true,
            ..Outgoing::default()
        };
        self.queue_message(&outgoing).map(drop)
    }

    /// Those whom a step names, as far as they work here; where it reaches nobody, those who lead.
    fn those_told(&mut self, ticket: &Ticket, coming: &Coming) -> Result<Vec<User>> {
        let named = self.listeners(ticket, coming)?;
        let told = self.working(&named)?;
        // Whoever wants to follow a ticket does, and nobody need.
        let optional = matches!(coming.step.tell, None | Some(super::Told::Followers)) && coming.step.user.is_none();
        if !told.is_empty() || optional {
            return Ok(told);
        }
        let leading = self.who_leads()?;
        let leading = self.working(&leading)?;
        let told: Vec<&str> = leading.iter().map(|user| &*user.name).collect();
        let message = Message::new("Step SE{step} reaches nobody for T{ticket}; told instead: {names}.");
        let message = message.with("step", coming.step.id.number).with("ticket", ticket.id.number);
        self.notice(message.with("names", if told.is_empty() { "–".to_owned() } else { told.join(", ") }));
        Ok(leading)
    }

    fn working(&mut self, users: &[i64]) -> Result<Vec<User>> {
        let users: Result<Vec<User>> = users.iter().map(|user| self.get(Id::new(*user))).collect();
        Ok(users?.into_iter().filter(|user| user.active).collect())
    }

    /// Those who manage the service, else any department, else whoever decides; at least whoever runs it.
    fn who_leads(&mut self) -> Result<Vec<i64>> {
        for condition in ["tier = 'management' AND department = 'service'", "tier = 'management'", "tier = 'decision'"]
        {
            let sql = format!("SELECT id FROM users WHERE deleted_at IS NULL AND active AND {condition} ORDER BY id");
            let found = self.numbers(&sql, &[])?;
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(self.actor().map(|(me, _)| me).into_iter().collect())
    }

    fn listeners(&mut self, ticket: &Ticket, coming: &Coming) -> Result<Vec<i64>> {
        use super::Told;
        let mut users: Vec<i64> = coming.step.user.iter().map(|user| user.number).collect();
        let owner = ticket.owner.map(|owner| owner.number);
        match coming.step.tell {
            Some(Told::Owner) if owner.is_some() => users.extend(owner),
            Some(Told::Manager) => {
                if let Some(owner) = owner {
                    users.extend(self.get::<User>(Id::new(owner))?.manager.map(|manager| manager.number));
                }
            }
            Some(Told::Followers) => users.extend(ticket.followers.iter().map(|user| user.number)),
            // What nobody deals with is for those who could.
            Some(Told::Owner | Told::Queue) => {
                if let Some(queue) = ticket.queue {
                    users.extend(self.get::<Queue>(queue)?.members.iter().map(|user| user.number));
                }
            }
            None => {}
        }
        let mut seen = std::collections::HashSet::new();
        users.retain(|user| seen.insert(*user));
        Ok(users)
    }

    fn told_escalation(&self, lines: &[Line]) -> Result<Grid> {
        let columns = vec![
            Column::new("subject", "Ticket", "工单", Kind::Text),
            Column::new("clock", "Clock", "时钟", clock_kind()),
            Column::new("what", "What", "情况", Kind::Choice(words())),
            Column::new("percent", "Per cent", "百分比", Kind::Integer),
            Column::new("due", "Due", "期限", Kind::Timestamp),
            Column::new("late", "Late by, working time", "逾期（工作时间）", Kind::Text),
            Column::new("told", "Told", "通知", Kind::Text),
            Column::new("reassigned", "Reassigned", "转派", Kind::YesNo),
            Column::new("raised", "Raised to", "升为", self.priorities()?),
        ];
        let row = |line: &Line| {
            let step = line.step.as_ref();
            Row {
                id: line.ticket,
                short: format!("T{}", line.ticket),
                cells: vec![
                    Value::text(&line.subject),
                    line.clock.to_value(),
                    Value::text(if step.is_some() { "step" } else { "missed" }),
                    step.and_then(|step| step.percent).to_value(),
                    line.due.to_value(),
                    line.late.map(duration_text).to_value(),
                    step.and_then(|step| step.told.clone()).to_value(),
                    step.map(|step| step.reassigned.is_some() || step.queue.is_some()).to_value(),
                    step.and_then(|step| step.raised).to_value(),
                ],
            }
        };
        let rows: Vec<Row> = lines.iter().map(row).collect();
        let total = Total::Exactly(rows.len() as u64);
        Ok(Grid { noun: "escalations".into(), columns, total, rows, totals: None })
    }

    /// How urgent tickets are, with the words of both languages.
    pub(super) fn priorities(&self) -> Result<Kind> {
        let schema = self.schema("ticket")?;
        Ok(self.field(&schema, "priority")?.kind.clone())
    }
}

fn counts(lines: &[Line]) -> (usize, usize) {
    let missed = lines.iter().filter(|line| line.step.is_none()).count();
    (missed, lines.len() - missed)
}

/// The clocks with their words in both languages.
pub(crate) fn clock_kind() -> Kind {
    Kind::Choice(vec![
        word("first_response", "First response", "首次响应"),
        word("next_response", "Next response", "后续响应"),
        word("resolution", "Resolution", "解决"),
    ])
}

pub(super) fn word(key: &'static str, label: &'static str, label_zh: &'static str) -> Choice {
    Choice { key: key.into(), label: label.into(), label_zh: label_zh.into(), retired: false }
}

fn words() -> Vec<Choice> {
    vec![word("missed", "Deadline missed", "已超期"), word("step", "Escalated", "已升级")]
}
