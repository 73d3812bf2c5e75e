//! A timeline as a grid: all that is known of each event, or what a screen has room for.

use super::{Entry, Timeline};
use crate::record::{Choice, Column, Grid, Kind, Row, Total, Value, types};

impl Timeline {
    /// All columns, as programs and files read them; `chinese` chooses the words of what changed.
    #[must_use]
    pub fn grid(&self, chinese: bool) -> Grid {
        let columns = vec![
            Column::new("at", "When", "时间", Kind::Timestamp),
            Column::new("state", "State", "状态", state_kind(true)),
            Column::new("kind", "Kind", "对象", Kind::Choice(self.kinds.clone())),
            Column::new("sort", "What", "事项", Kind::Choice(self.words.clone())),
            Column::new("title", "Subject", "内容", Kind::Text),
            Column::new("details", "Details", "详情", Kind::List(Box::new(Kind::LongText))),
            Column::new("contact", "With", "联系人", Kind::Link("contact".into())),
            Column::new("who", "Who", "经手人", Kind::Text),
        ];
        let cells = |entry: &Entry| {
            vec![
                text(&entry.at),
                Value::text(state(entry)),
                Value::text(entry.kind),
                text(&entry.sort),
                Value::Text(title(entry, chinese)),
                Value::List(entry.details.iter().map(Value::text).collect()),
                entry.contact.clone().map_or(Value::Null, Value::Link),
                text(&entry.who),
            ]
        };
        self.of_rows(columns, &cells)
    }

    /// The columns that a screen has room for: when, what, about what and who; what is done says nothing of its state.
    #[must_use]
    pub fn brief(&self, chinese: bool) -> Grid {
        let mut columns = vec![
            Column::new("at", "When", "时间", Kind::Timestamp),
            Column::new("sort", "What", "事项", Kind::Choice(self.words.clone())),
            Column::new("title", "Subject", "内容", Kind::Text),
            Column::new("who", "Who", "经手人", Kind::Text),
        ];
        let stated = self.entries.iter().any(|entry| entry.planned || entry.called_off);
        if stated {
            columns.insert(1, Column::new("state", "State", "状态", state_kind(false)));
        }
        let cells = |entry: &Entry| {
            let told = match &entry.contact {
                Some(contact) => format!("{} ({})", title(entry, chinese), contact.title),
                None => title(entry, chinese),
            };
            let mut cells = vec![text(&entry.at), text(&entry.sort), Value::Text(told), text(&entry.who)];
            if stated {
                cells.insert(1, Value::text(state(entry)));
            }
            cells
        };
        self.of_rows(columns, &cells)
    }

    fn of_rows(&self, columns: Vec<Column>, cells: &dyn Fn(&Entry) -> Vec<Value>) -> Grid {
        let row = |entry: &Entry| Row { id: entry.id, short: entry.short.clone(), cells: cells(entry) };
        let rows: Vec<Row> = self.entries.iter().map(row).collect();
        let count = rows.len() as u64;
        let total = if self.more { Total::MoreThan(count) } else { Total::Exactly(count) };
        Grid { noun: "events".to_owned(), columns, rows, totals: None, total }
    }
}

fn text(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { Value::text(text) }
}

fn state(entry: &Entry) -> &'static str {
    match (entry.planned, entry.overdue) {
        (true, true) => "overdue",
        (true, false) => "planned",
        _ if entry.called_off => "cancelled",
        _ => "done",
    }
}

fn state_kind(told: bool) -> Kind {
    let choice = |key: &'static str, label: &'static str, label_zh: &'static str| Choice {
        key: key.into(),
        label: label.into(),
        label_zh: label_zh.into(),
        retired: false,
    };
    // A space where there is nothing to say: an empty label would show the key.
    let done = if told { choice("done", "Done", "已完成") } else { choice("done", " ", " ") };
    Kind::Choice(vec![
        choice("overdue", "Overdue", "已逾期"),
        choice("planned", "Planned", "已计划"),
        choice("cancelled", "Called off", "已取消"),
        done,
    ])
}

/// What an event was about; of a change, the old value and the new one in words.
fn title(entry: &Entry, chinese: bool) -> String {
    let Some((kind, before, after)) = &entry.change else {
        if entry.said.is_empty() {
            return entry.title.clone();
        }
        let words: Vec<String> = entry.said.iter().map(|(kind, value)| worded(kind, value, chinese)).collect();
        return words.join(", ");
    };
    let (before, after) = (worded(kind, before, chinese), worded(kind, after, chinese));
    match (before.is_empty(), after.is_empty()) {
        (true, _) => format!("→ {after}"),
        (_, true) => format!("{before} →"),
        _ => format!("{before} → {after}"),
    }
}

fn worded(kind: &Kind, value: &Value, chinese: bool) -> String {
    match (kind, value) {
        (Kind::Choice(choices), Value::Text(key)) => {
            let choice = choices.iter().find(|choice| choice.key == *key);
            let word = choice
                .map(|choice| if chinese && !choice.label_zh.is_empty() { &choice.label_zh } else { &choice.label });
            word.map_or_else(|| key.clone(), |word| word.trim().to_owned())
        }
        (Kind::YesNo, Value::Bool(yes)) if chinese => if *yes { "是" } else { "否" }.to_owned(),
        (kind, value) => types::show(kind, value),
    }
}
