//! `kehu customer qualify`: judges a customer (三一客): worth, size, when and how much, and the node reached.

use super::{
    record::{values, words},
    session::Session,
};
use clap::{Arg, ArgMatches, Command};
use kehu::{
    Message, Result,
    customers::sign_by,
    record::{Value, Values},
};

/// The flags, each with the field that it fills.
const FLAGS: [(&str, &str, &str, &str); 8] = [
    ("worth", "worth", "WORD", "Worth the effort: valuable, unsure, worthless"),
    ("size", "size", "WORD", "How big: large, normal, small"),
    ("sign-by", "expected_date", "DATE", "When: a date, two-days, this-week, this-month"),
    ("amount", "expected_amount", "AMOUNT", "For how much they will sign"),
    ("quantity", "expected_quantity", "NUMBER", "How many they will take"),
    ("node", "node", "WORD", "How far: visit, needs, proposal, quote, deal …"),
    ("note", "note", "TEXT", "Why"),
    ("at", "at", "WHEN", "When it was judged, if not just now"),
];

pub fn command() -> Command {
    let mut command = Command::new("qualify")
        .about("Judges customers: worth, size, when and how much, node (三一客)")
        .arg(Arg::new("ref").value_name("REF").required(true).num_args(1..).help("C12 or another reference"))
        .after_help(
            "Examples:\n  kehu customer qualify C1 --worth valuable --size large --node quote\n  \
             kehu customer qualify C2 --worth 有价值 --sign-by 本月 --amount 12万",
        );
    for (flag, field, value, help) in FLAGS {
        command =
            command.arg(Arg::new(field).long(flag).value_name(value).help(help).num_args(1).allow_hyphen_values(true));
    }
    command
}

/// Judges each of the customers named, in one operation.
pub fn run(session: &mut Session, matches: &ArgMatches) -> Result<u8> {
    let crm = session.crm()?;
    let schema = crm.schema("qualification")?;
    let mut said = Vec::new();
    let mut judged = Values::new();
    for (_, field, ..) in FLAGS {
        match matches.get_one::<String>(field) {
            Some(text) if field == "expected_date" => {
                judged.push((field.to_owned(), Value::text(sign_by(text, crm.reading())?.to_string())));
            }
            Some(text) => said.push((field.to_owned(), text.clone())),
            None => {}
        }
    }
    judged.extend(values(crm, &schema, &said)?);
    let references: Vec<String> = words(matches, "ref").into_iter().cloned().collect();
    let mut customers = Vec::new();
    for reference in &references {
        customers.push(crm.find("customer", reference)?);
    }
    if let [customer] = customers[..] {
        crm.qualify(customer, &judged)?;
    } else {
        crm.transaction(&format!("Qualify {} customers", customers.len()), |crm| {
            customers.iter().try_for_each(|customer| crm.qualify(*customer, &judged).map(|_| ()))
        })?;
    }
    for customer in customers {
        let message = standing(session, customer)?;
        session.wrote(&message)?;
    }
    Ok(0)
}

/// How the customer stands now, in words.
fn standing(session: &mut Session, customer: i64) -> Result<Message> {
    let chinese = session.terminal.style().chinese;
    let entry = session.crm()?.record("customer", customer)?;
    let mut parts = Vec::new();
    for name in ["worth", "size", "node", "expected_date", "expected_amount", "expected_quantity"] {
        let (value, Some(field)) = (entry.value(name), entry.schema.field(name)) else { continue };
        if value.is_empty() {
            continue;
        }
        let label = if chinese { &field.label_zh } else { &field.label };
        let choice = field.choices().iter().find(|choice| Some(&*choice.key) == value.as_text());
        let words = match choice {
            Some(choice) if chinese => choice.label_zh.to_string(),
            Some(choice) => choice.label.to_string(),
            None => kehu::record::types::show(&field.kind, &value),
        };
        parts.push(format!("{label} {words}"));
    }
    Ok(Message::new("Qualified {record}: {words}.")
        .with("record", format!("{} {}", entry.short(), entry.title()))
        .with("words", parts.join(", ")))
}
