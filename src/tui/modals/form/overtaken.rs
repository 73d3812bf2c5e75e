//! What is asked when somebody else saved the same record first: whose words are to stand.

use super::{Form, reply};
use crate::{
    Error,
    crm::Entry,
    record::{Field, Value, types},
    tui::{
        context::Context,
        modals::{Item, Picker},
        widgets::Input,
    },
};

/// The version that there is now, what the fields hold, and how it is told.
pub struct Overtaken {
    pub version: i64,
    pub theirs: Vec<(String, String)>,
    pub told: Error,
}

impl Overtaken {
    #[must_use]
    pub fn by(entry: &Entry, told: Error) -> Self {
        let theirs = entry.schema.writable().map(|field| (field.name.to_string(), written(entry, field))).collect();
        Self { version: entry.version(), theirs, told }
    }
}

/// A field as a form writes it: a link by its ref.
pub fn written(entry: &Entry, field: &Field) -> String {
    match entry.value(&field.name) {
        Value::Link(link) => link.short(),
        value => types::show(&field.kind, &value),
    }
}

/// Asks, and shows what both wrote.
pub fn question(form: &Form, saved: Overtaken, context: &Context) -> Picker {
    let mut items = vec![
        Item::both(context, "Save mine over theirs", "以我的为准保存", "mine"),
        Item::both(context, "Take theirs where we both wrote", "双方都改的字段采用对方的", "theirs"),
        Item::both(context, "Go on writing", "继续编辑", "back"),
    ];
    for (name, theirs) in &saved.theirs {
        let line = form.lines.iter().find(|line| line.name == *name && line.before != *theirs);
        let Some(line) = line else { continue };
        let item = if line.input.text() == line.before {
            Item::new(format!("{}: {theirs}", line.label), "").detail(context.pick("theirs", "对方的"))
        } else {
            let label = format!("{}: {} | {theirs}", line.label, line.input.text());
            Item::new(label, "").detail(context.pick("mine | theirs", "我的 | 对方的"))
        };
        items.push(item);
    }
    let number = form.number;
    let title = context.fault(&saved.told);
    Picker::new(context, title, items, move |state, items| {
        let answer = items.into_iter().next().map(|item| item.value).unwrap_or_default();
        reply::with(state, number, |form, context| match answer.as_str() {
            "mine" => {
                form.terms.version = Some(saved.version);
                form.save(context)
            }
            "theirs" => {
                form.take_theirs(&saved);
                Vec::new()
            }
            _ => Vec::new(),
        })
    })
}

impl Form {
    /// Takes over what somebody else wrote; what only we changed stays ours.
    fn take_theirs(&mut self, saved: &Overtaken) {
        self.terms.version = Some(saved.version);
        for (name, theirs) in &saved.theirs {
            let Some(line) = self.lines.iter_mut().find(|line| line.name == *name) else { continue };
            if line.before != *theirs {
                line.input = Input::new(theirs);
                line.before.clone_from(theirs);
                line.echo.clear();
            }
        }
    }
}
