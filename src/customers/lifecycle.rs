//! Life cycle (R9): potential, signed, repeat, lapsed, as what happened says; nothing sets a customer back by mistake.

use super::{Customer, Lifecycle, node::SIGNED};
use crate::{
    Result,
    crm::Crm,
    error::Error,
    message::Message,
    record::{
        Ask, Id, Kind, Link, Value, Values, Verb,
        types::{FieldType, day_bounds},
    },
};
use jiff::civil::Date;

impl Customer {
    pub(crate) const SIGN: Verb = Verb {
        name: "sign",
        doc: "Marks that a customer signed: the first time they are signed, then a repeat customer",
        asks: &[Ask { name: "on", doc: "When it was (today)", kind: || Kind::Date, required: false }],
        example: "kehu customer sign C3 --on 2026-03-05",
        refused: |_, _| Ok(None),
        run: |crm, id, answers| {
            let on = said(answers, "on").and_then(|value| Date::from_value(&value));
            let today = crm.reading().clock.today();
            customer_bought(crm, id, on.unwrap_or(today))
        },
    };

    pub(crate) const LAPSE: Verb = Verb {
        name: "lapse",
        doc: "Marks a customer as lapsed: they buy no more",
        asks: &[Ask { name: "because", doc: "Why", kind: || Kind::Text, required: true }],
        example: "kehu customer lapse C3 --because \"moved to another supplier\"",
        refused: Self::lapsed_already,
        run: Self::lapse,
    };

    pub(crate) const REVIVE: Verb = Verb {
        name: "revive",
        doc: "Makes a lapsed customer what they were before",
        asks: &[],
        example: "kehu customer lapse C3 --because \"a mistake\"\n  kehu customer revive C3",
        refused: Self::not_lapsed,
        run: |crm, id, _| Self::revive(crm, id),
    };

    fn lapsed_already(crm: &mut Crm, id: i64) -> Result<Option<Message>> {
        let customer: Self = crm.get(Id::new(id))?;
        let lapsed = customer.lifecycle == Lifecycle::Lapsed;
        Ok(lapsed.then(|| Message::new("{name} has lapsed already.").with("name", &customer.name)))
    }

    fn not_lapsed(crm: &mut Crm, id: i64) -> Result<Option<Message>> {
        let customer: Self = crm.get(Id::new(id))?;
        let lapsed = customer.lifecycle == Lifecycle::Lapsed;
        Ok((!lapsed).then(|| Message::new("{name} has not lapsed.").with("name", &customer.name)))
    }

    fn lapse(crm: &mut Crm, id: i64, answers: &Values) -> Result<()> {
        let customer: Self = crm.get(Id::new(id))?;
        let today = crm.reading().clock.today();
        let values = vec![
            ("lifecycle".to_owned(), Lifecycle::Lapsed.to_value()),
            ("lapsed_on".to_owned(), today.to_value()),
            ("lapsed_from".to_owned(), customer.lifecycle.to_value()),
            ("lapsed_because".to_owned(), said(answers, "because").unwrap_or_default()),
        ];
        crm.change("customer", id, values, None).map(|_| ())
    }

    fn revive(crm: &mut Crm, id: i64) -> Result<()> {
        let customer: Self = crm.get(Id::new(id))?;
        let today = crm.reading().clock.today();
        let mut values = no_longer_lapsed();
        values.push(("lifecycle".to_owned(), customer.before_lapse().to_value()));
        values.push(("revived_on".to_owned(), today.to_value()));
        crm.change("customer", id, values, None).map(|_| ())
    }

    /// What a lapsed customer was: as it was kept, else as far as the dates tell.
    fn before_lapse(&self) -> Lifecycle {
        match (self.lapsed_from, self.signed_on, self.bought_on) {
            (Some(known), _, _) if known != Lifecycle::Lapsed => known,
            (_, Some(signed), Some(bought)) if bought > signed => Lifecycle::Repeat,
            (_, Some(_), _) => Lifecycle::Signed,
            _ => Lifecycle::Potential,
        }
    }
}

/// A customer signed or bought on that day: the one function that a contract, an order or a won deal calls, in its own
/// operation. The first time makes a potential customer a signed one, any further time a repeat customer. What happened
/// before a customer lapsed does not win them back.
///
/// # Errors
/// A day that is still to come, and storage faults.
pub fn customer_bought(crm: &mut Crm, customer: i64, on: Date) -> Result<()> {
    let today = crm.reading().clock.today();
    if on > today {
        return Err(Error::bad_value(Message::new("{day} is still to come: nobody has signed then.").with("day", on))
            .on_field("on"));
    }
    crm.transaction("Customer bought", |crm| {
        let before: Customer = crm.get(Id::new(customer))?;
        let values = bought(crm, &before, on);
        crm.change("customer", customer, values, None)?;
        let (_, evening) = day_bounds(on, on, crm.reading())?;
        let now = crm.now_text();
        crm.advance(customer, "customer", SIGNED, if on == today { &now } else { &evening })
    })
}

/// What a purchase on that day changes.
fn bought(crm: &Crm, before: &Customer, on: Date) -> Values {
    let mut values = Values::new();
    let lapsed = before.lifecycle == Lifecycle::Lapsed;
    let known = before.signed_on.is_some();
    let signed_before = known || before.lifecycle != Lifecycle::Potential && before.before_lapse_or_now().has_signed();
    let came_back = lapsed && before.lapsed_on.is_none_or(|lapsed_on| on >= lapsed_on);
    let after = if signed_before { Lifecycle::Repeat } else { Lifecycle::Signed };
    if came_back {
        values.extend(no_longer_lapsed());
    }
    if lapsed && !came_back {
        values.push(("lapsed_from".to_owned(), after.to_value()));
    } else {
        values.push(("lifecycle".to_owned(), after.to_value()));
    }
    if !signed_before {
        let who = before.owner.map(|owner| owner.number).or(crm.actor().map(|(id, _)| id));
        values.push(("signed_by".to_owned(), who.map_or(Value::Null, Link::to)));
    }
    // An earlier signing may become known late; when a repeat customer signed first stays unknown.
    if !signed_before || before.signed_on.is_some_and(|signed_on| on < signed_on) {
        values.push(("signed_on".to_owned(), on.to_value()));
    }
    if before.bought_on.is_none_or(|last| on > last) {
        values.push(("bought_on".to_owned(), on.to_value()));
    }
    values
}

impl Customer {
    fn before_lapse_or_now(&self) -> Lifecycle {
        if self.lifecycle == Lifecycle::Lapsed { self.before_lapse() } else { self.lifecycle }
    }
}

impl Lifecycle {
    fn has_signed(self) -> bool {
        matches!(self, Self::Signed | Self::Repeat)
    }
}

fn no_longer_lapsed() -> Values {
    ["lapsed_on", "lapsed_from", "lapsed_because"].map(|name| (name.to_owned(), Value::Null)).into()
}

fn said(answers: &Values, name: &str) -> Option<Value> {
    answers.iter().find(|(asked, _)| asked == name).map(|(_, value)| value.clone())
}
