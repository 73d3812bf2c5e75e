//! The form's text: a record as TOML with help as comments, read back, and faults written above what they speak of.

use kehu::{
    Error, Message,
    crm::Entry,
    record::{Field, Kind, Value, types},
};
use std::fmt::Write;

/// How a line with a fault begins; such lines are taken away again.
const MARK: &str = "# !! ";

/// What is wrong with a form, and where.
pub struct Fault {
    pub key: Option<String>,
    /// The line, counted from one, where there is no key to go by.
    pub line: Option<usize>,
    pub error: Error,
}

/// The form of a record as it stands.
pub fn print(entry: &Entry) -> String {
    let mut form = format!(
        "# {} {}\n# Save and leave to keep the changes; leave it empty or as it is to do nothing.\n",
        entry.short(),
        one_line(&entry.title())
    );
    for field in entry.schema.writable().filter(|field| !field.kept) {
        let value = entry.value(&field.name);
        let _ = write!(form, "\n# {}\n", one_line(&field.doc));
        let words: Vec<&str> =
            field.choices().iter().filter(|choice| !choice.retired).map(|choice| &*choice.key).collect();
        if !words.is_empty() {
            let _ = writeln!(form, "# One of: {}", words.join(", "));
        }
        let text = written(field, &value);
        let _ = writeln!(form, "{} = {}{}", field.name, toml::Value::String(text), linked(&value));
    }
    form
}

/// A value as it is written and read in a form: links by their refs, since names may fit several.
pub fn written(field: &Field, value: &Value) -> String {
    match value {
        Value::Link(link) => link.short(),
        Value::List(items) if items.iter().any(|item| matches!(item, Value::Link(_))) => {
            items.iter().map(|item| written(field, item)).collect::<Vec<_>>().join(", ")
        }
        value => types::show(&field.kind, value),
    }
}

/// What the refs in a line stand for.
fn linked(value: &Value) -> String {
    let title = |value: &Value| match value {
        Value::Link(link) => Some(one_line(&link.title)),
        _ => None,
    };
    let titles: Vec<String> = match value {
        Value::List(items) => items.iter().filter_map(title).collect(),
        value => title(value).into_iter().collect(),
    };
    if titles.is_empty() { String::new() } else { format!("  # {}", titles.join(", ")) }
}

/// Text that cannot break out of a comment.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// Whether nothing but comments is left of a form.
pub fn is_blank(form: &str) -> bool {
    form.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'))
}

/// The fields whose text is another than that of the record, with that text; a line that was taken out says nothing.
pub fn changes(entry: &Entry, form: &str) -> Result<Vec<(Field, String)>, Vec<Fault>> {
    let table: toml::Table = form.parse().map_err(|error| vec![broken(form, &error)])?;
    let (mut changed, mut faults) = (Vec::new(), Vec::new());
    for (key, value) in &table {
        match entry.schema.writable().find(|field| field.name == *key) {
            Some(field) => {
                let text = plain(value);
                if text.trim() != written(field, &entry.value(key)).trim() {
                    changed.push((field.clone(), text));
                }
            }
            None => faults.push(Fault {
                key: Some(key.clone()),
                line: None,
                error: Error::bad_value(Message::new("{field} cannot be set.").with("field", key)).on_field(key),
            }),
        }
    }
    if faults.is_empty() { Ok(changed) } else { Err(faults) }
}

/// Numbers, days and lists may be written without quotes.
fn plain(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Boolean(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        toml::Value::Array(items) => {
            let items = items.iter().map(|item| Value::Text(plain(item))).collect();
            types::show(&Kind::List(Box::new(Kind::Text)), &Value::List(items))
        }
        value => value.to_string(),
    }
}

fn broken(form: &str, error: &toml::de::Error) -> Fault {
    let start = error.span().map_or(0, |span| span.start.min(form.len()));
    let line = form.get(..start).map_or(1, |before| before.matches('\n').count() + 1);
    let why = error.message().lines().collect::<Vec<_>>().join(" ");
    let message = Message::new("The form is not valid TOML at line {line}: {why}.");
    Fault { key: None, line: Some(line), error: Error::bad_value(message.with("line", line).with("why", why)) }
}

/// The form with each fault above the line that it speaks of, or at the top, and without the faults of before.
pub fn annotate(form: &str, faults: &[Fault], word: impl Fn(&Message) -> String) -> String {
    let mut notes: Vec<(usize, String)> = Vec::new();
    let lines: Vec<&str> = form.lines().collect();
    for fault in faults {
        let by_key = || {
            let key = fault.key.as_deref()?;
            lines.iter().position(|line| line.split_once('=').is_some_and(|(name, _)| name.trim() == key))
        };
        let place = by_key().or(fault.line.map(|line| line - 1)).unwrap_or(0);
        notes.push((place, one_line(&word(&fault.error.message))));
    }
    let mut text = String::with_capacity(form.len() + 100);
    for (place, line) in lines.iter().enumerate() {
        for (_, note) in notes.iter().filter(|(at, _)| *at == place) {
            let _ = writeln!(text, "{MARK}{note}");
        }
        if !line.starts_with(MARK) {
            text.push_str(line);
            text.push('\n');
        }
    }
    for (_, note) in notes.iter().filter(|(at, _)| *at >= lines.len()) {
        let _ = writeln!(text, "{MARK}{note}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use kehu::{
        crm::base_schemas,
        record::{Link, Money, types::currency},
    };
    use std::sync::Arc;

    fn entry() -> Entry {
        let schema = base_schemas().into_iter().find(|schema| schema.kind == "customer").unwrap();
        let link = Link { id: 3, title: "沈\u{7}国梁\nx".into(), uid: String::new(), letter: "U" };
        let set: Vec<(&str, Value)> = vec![
            ("name", Value::text("A \"quoted\" \\ name # no comment")),
            ("notes", Value::text("\n  two lines,\n\tone = \"tab\"\n# !! not a fault\n'''\"\"\"")),
            ("annual_revenue", Value::Money(Money { minor: 1250, currency: currency("EUR").unwrap() })),
            ("owner", Value::Link(link)),
            ("tags", Value::List(vec![Value::text("a, b"), Value::text("c")])),
            ("lifecycle", Value::text("signed")),
            ("employees", Value::Integer(12)),
        ];
        let value = |field: &Field| {
            set.iter().find(|(name, _)| field.name == *name).map_or(Value::Null, |(_, value)| value.clone())
        };
        let values = schema.fields.iter().map(value).collect();
        Entry { schema: Arc::new(schema), id: 12, values }
    }

    fn changed(form: &str) -> Vec<(String, String)> {
        let changes = changes(&entry(), form).unwrap_or_else(|faults| panic!("{}", faults[0].error));
        changes.into_iter().map(|(field, text)| (field.name.to_string(), text)).collect()
    }

    #[test]
    fn an_untouched_form_changes_nothing_whatever_the_values_hold() {
        let form = print(&entry());
        assert!(form.contains("owner = \"U3\"  # 沈 国梁 x\n"), "{form}");
        assert!(form.contains("# One of: potential, signed"), "{form}");
        assert_eq!(changed(&form), []);
    }

    #[test]
    fn only_what_was_written_differently_is_changed() {
        let form = print(&entry())
            .replace("lifecycle = \"signed\"", "lifecycle = \"repeat\"")
            .replace("employees = \"12\"", "employees = 13")
            .replace("tags = ", "tags = [\"a, b\", \"d\"] #");
        let mut found = changed(&form);
        found.sort();
        let wanted = [("employees", "13"), ("lifecycle", "repeat"), ("tags", "\"a, b\", d")];
        assert_eq!(found, wanted.map(|(name, text)| (name.to_owned(), text.to_owned())));
        assert_eq!(changed("city = \"\"\n"), []);
    }

    #[test]
    fn faults_stand_above_what_they_speak_of_and_go_away() {
        let form = "# help\nname = \"x\"\nvrsion = 3\n";
        let faults = changes(&entry(), form).unwrap_err();
        let once = annotate(form, &faults, ToString::to_string);
        assert_eq!(once, "# help\nname = \"x\"\n# !! vrsion cannot be set.\nvrsion = 3\n");
        assert_eq!(annotate(&once, &[], ToString::to_string), form);
        let broken = changes(&entry(), "name = \"x\"\ncity = Berlin\n").unwrap_err();
        let text = annotate("name = \"x\"\ncity = Berlin\n", &broken, ToString::to_string);
        assert!(text.lines().nth(1).unwrap().starts_with("# !! The form is not valid TOML at line 2"), "{text}");
    }

    #[test]
    fn comments_alone_are_an_empty_form() {
        assert!(is_blank("# a\n\n  # b\n") && !is_blank("# a\nname = \"\"\n"));
    }
}
