//! What happens in a form: moving, picking, checking, saving, giving up.

use super::{Form, Line, Purpose, Saved, overtaken, reply};
use crate::{
    Cause, Message, Result,
    crm::{Crm, Query},
    record::{Kind, Row, Value, filter::Filter, types},
    tui::{
        command::{Cmd, Editor},
        context::Context,
        modals::{Calendar, Confirm, Item, Picker, calendar},
        state::State,
        toast::Tone,
        widgets::Input,
    },
};
use jiff::civil::Date;
use serde_json::{Map, Value as Json};
use std::{sync::Arc, time::Duration};

/// How many records are offered for a link.
const OFFERED: u64 = 50;

impl Form {
    /// To another field; the one that is left is looked at.
    pub fn step(&mut self, by: i64, context: &Context) -> Vec<Cmd> {
        if let Some(line) = self.line_mut() {
            line.check(context);
        }
        self.menu.step(by);
        self.ask_links()
    }

    /// Asks whom the links mean that are not called by a name yet.
    pub(super) fn ask_links(&self) -> Vec<Cmd> {
        let unknown = self.lines.iter().enumerate().filter_map(|(place, line)| match &line.kind {
            Kind::Link(kind) if line.echo.is_empty() && line.fault.is_none() && !line.input.is_empty() => {
                Some((place, kind.to_string(), line.input.text()))
            }
            _ => None,
        });
        let unknown: Vec<(usize, String, String)> = unknown.collect();
        if unknown.is_empty() {
            return Vec::new();
        }
        let asked = unknown.clone();
        let work = move |crm: &mut Crm| {
            let mut named = |kind: &str, text: &str| crm.find(kind, text).and_then(|id| crm.title(kind, id));
            Ok(asked.iter().map(|(_, kind, text)| named(kind, text)).collect::<Vec<Result<String>>>())
        };
        vec![Cmd::ask(self.number, "links", work, move |form: &mut Self, answers: Result<_>, context| {
            let answers: Vec<Result<String>> = answers.unwrap_or_default();
            for ((place, _, text), answer) in unknown.iter().zip(answers) {
                if let Some(line) = form.lines.get_mut(*place).filter(|line| line.input.text() == *text) {
                    line.know(answer, context);
                }
            }
            Vec::new()
        })]
    }

    /// Opens the calendar on the day that the field holds.
    pub fn calendar(&mut self, context: &Context) -> Vec<Cmd> {
        let Some(line) = self.line() else { return Vec::new() };
        let text = line.input.text();
        let known = types::parse(&line.kind, &text, &context.reading).ok();
        let shown = known.map(|value| context.value(&line.kind, &value)).unwrap_or_default();
        // The hour stays, where the field holds one.
        let (day, hour) = shown.split_once(' ').unwrap_or((&shown, ""));
        let hour = if hour.is_empty() || hour == "00:00" { String::new() } else { format!(" {hour}") };
        let day = day.parse().unwrap_or_else(|_| context.reading.clock.today());
        let (number, place) = (self.number, self.menu.cursor);
        let then = move |state: &mut State, day: Date| fill(state, number, place, &format!("{day}{hour}"));
        vec![Cmd::show(Box::new(Calendar::new(context, &line.label, day, then)))]
    }

    /// What was typed is kept aside after a moment.
    pub(super) fn changed(&mut self, context: &Context) -> Vec<Cmd> {
        self.terms.twice = false;
        if let Some(line) = self.line_mut() {
            line.fault = None;
            line.tell(context);
        }
        let Some(key) = self.draft.clone() else { return Vec::new() };
        let keep = move |form: &mut Self, _: &Context| vec![Cmd::keep_draft(key, form.as_json())];
        vec![Cmd::later(self.number, "draft", Duration::from_millis(400), keep)]
    }

    fn as_json(&self) -> Json {
        let texts = self.changes().into_iter().map(|(name, text)| (name, Json::String(text)));
        Json::Object(texts.collect::<Map<String, Json>>())
    }

    /// Fills in what was typed before a crash.
    pub(super) fn take_up(&mut self, draft: &Json, context: &Context) {
        for line in &mut self.lines {
            if let Some(text) = draft.get(&line.name).and_then(Json::as_str) {
                line.input = Input::new(text);
                line.given = false;
                line.tell(context);
            }
        }
    }

    /// Puts the field back as it was.
    pub fn revert(&mut self, context: &Context) -> Vec<Cmd> {
        if let Some(line) = self.line_mut() {
            line.input = Input::new(&line.before);
        }
        self.changed(context)
    }

    pub fn explain(&mut self, context: &Context) -> Vec<Cmd> {
        let help = self.line().map(|line| match (context.is_chinese(), line.label == line.help) {
            (false, _) => format!("{}: {} ({})", line.label, line.help, line.kind.word()),
            (true, true) => format!("{}（{}）", line.label, written(&line.kind)),
            (true, false) => format!("{}：{}（{}）", line.label, line.help, written(&line.kind)),
        });
        help.map(|help| Cmd::toast(Tone::Notice, help)).into_iter().collect()
    }

    /// Offers what can be filled in; where nothing is offered, goes on to the next field, or saves the only one.
    pub fn pick(&mut self, context: &Context) -> Vec<Cmd> {
        let single = self.lines.len() == 1;
        let Some(line) = self.line() else { return Vec::new() };
        let put = put(self.number, self.menu.cursor);
        let picker = match &line.kind {
            Kind::Choice(choices) => {
                let offered = choices.iter().filter(|choice| !choice.retired);
                let items = offered.map(|choice| Item::of_choice(context, choice));
                Picker::new(context, &line.label, items.collect(), put).beginning_at(&line.input.text())
            }
            Kind::Link(target) => {
                let target = target.to_string();
                let source = Arc::new(move |crm: &mut Crm, typed: &str| candidates(crm, &target, typed));
                Picker::new(context, &line.label, Vec::new(), put).asking(source)
            }
            Kind::YesNo => {
                let items = vec![Item::both(context, "Yes", "是", "yes"), Item::both(context, "No", "否", "no")];
                Picker::new(context, &line.label, items, put)
            }
            _ if single => return self.save(context),
            Kind::Date | Kind::Timestamp if line.input.is_empty() => return self.calendar(context),
            _ => return self.step(1, context),
        };
        vec![Cmd::show(Box::new(picker))]
    }

    /// Edits the text in the person's own editor.
    pub fn edit_outside(&mut self, _: &Context) -> Vec<Cmd> {
        let Some(line) = self.line() else { return Vec::new() };
        let (number, place) = (self.number, self.menu.cursor);
        let ending = if line.kind == Kind::LongText { ".md" } else { ".txt" };
        let then = move |state: &mut State, text: Result<String>| match text {
            Ok(text) => fill(state, number, place, text.trim_end()),
            Err(error) => state.fault(&error),
        };
        vec![Cmd::Edit(Editor { text: line.input.text(), ending, then: Box::new(then) })]
    }

    /// Looks at every field and saves; the first that is wrong gets the cursor.
    pub fn save(&mut self, context: &Context) -> Vec<Cmd> {
        if self.saving {
            return Vec::new();
        }
        self.lines.iter_mut().for_each(|line| line.check(context));
        if let Some(place) = self.lines.iter().position(|line| line.fault.is_some()) {
            self.menu.cursor = place;
            return Vec::new();
        }
        let (changes, terms, number) = (self.changes(), self.terms, self.number);
        match self.purpose.clone() {
            Purpose::Then(then) => vec![Cmd::close(), Cmd::Do(Box::new(move |state| then(state, changes)))],
            Purpose::Save(_) if changes.is_empty() && self.terms.version.is_some() => {
                vec![Cmd::close(), Cmd::toast(Tone::Notice, context.say(&Message::new("Nothing was changed.")))]
            }
            Purpose::Save(save) => {
                self.saving = true;
                // Until it is in the database it is a draft.
                let draft = self.draft.clone().map(|key| Cmd::keep_draft(key, self.as_json()));
                let work = move |crm: &mut Crm| Ok(save(crm, &changes, terms));
                let write = Cmd::write(work, move |state, saved: Result<Saved>| match saved {
                    Ok(saved) => reply::came(state, number, saved),
                    Err(error) => reply::with(state, number, |form, context| form.faulty(&[(None, error)], context)),
                });
                draft.into_iter().chain(Some(write)).collect()
            }
        }
    }

    /// Esc: asks where something was typed, and forgets the draft with it.
    pub(super) fn give_up(&mut self, context: &Context) -> Option<Vec<Cmd>> {
        if !self.is_changed() {
            return None;
        }
        let question = context.say(&Message::new("Throw away what you wrote?"));
        let forget = self.draft.clone();
        let confirm = Confirm::new(context, question, vec![self.title.clone()], move |state| {
            let mut commands = state.close();
            commands.extend(forget.map(|key| Cmd::keep_draft(key, Json::Null)));
            commands
        });
        Some(vec![Cmd::show(Box::new(confirm))])
    }

    /// Shows what has to be put right, each at its field.
    pub(super) fn faulty(&mut self, faults: &[(Option<String>, crate::Error)], context: &Context) -> Vec<Cmd> {
        self.saving = false;
        let mut others = Vec::new();
        for (name, error) in faults {
            let text = context.fault(error);
            if error.cause == Cause::Conflict && name.is_some() {
                self.terms.twice = true;
                let again = Message::new("Another record has the same; save again to keep both.");
                others.push(Cmd::toast(Tone::Notice, context.say(&again)));
            }
            match self.lines.iter_mut().find(|line| Some(&line.name) == name.as_ref()) {
                Some(line) => line.fault = Some(text),
                None => others.push(Cmd::toast(Tone::Error, text)),
            }
        }
        if let Some(place) = self.lines.iter().position(|line| line.fault.is_some()) {
            self.menu.cursor = place;
        }
        others
    }

    pub(super) fn overtaken(&mut self, saved: overtaken::Overtaken, context: &Context) -> Vec<Cmd> {
        self.saving = false;
        vec![Cmd::show(Box::new(overtaken::question(self, saved, context)))]
    }
}

/// Puts what was chosen into a field.
fn put(number: u64, place: usize) -> impl FnOnce(&mut State, Vec<Item>) -> Vec<Cmd> {
    move |state, items| {
        let Some(item) = items.into_iter().next() else { return Vec::new() };
        let mut commands = fill(state, number, place, &item.value);
        commands.extend(reply::with(state, number, |form, _| {
            if let Some(line) = form.lines.get_mut(place).filter(|line| matches!(line.kind, Kind::Link(_))) {
                line.echo = item.label;
            }
            Vec::new()
        }));
        commands
    }
}

fn fill(state: &mut State, number: u64, place: usize, text: &str) -> Vec<Cmd> {
    reply::with(state, number, |form, context| {
        if let Some(line) = form.lines.get_mut(place) {
            line.input = Input::new(text);
            line.given = false;
        }
        form.changed(context)
    })
}

/// The records that a link may mean.
fn candidates(crm: &mut Crm, kind: &str, typed: &str) -> Result<Vec<Item>> {
    let schema = crm.schema(kind)?;
    let words = if schema.searchable() { typed.trim() } else { "" };
    let words: Vec<Filter> = words.split_whitespace().map(|word| Filter::Word(word.to_owned())).collect();
    let filter = if words.is_empty() { Filter::All } else { Filter::And(words) };
    let columns = vec![schema.title().name.to_string()];
    let query = Query { filter, columns, limit: Some(OFFERED), paging: true, ..Query::new(kind) };
    let name = |row: &Row| match row.cells.first() {
        Some(Value::Link(link)) => link.title.clone(),
        Some(value) => value.as_text().unwrap_or_default().to_owned(),
        None => String::new(),
    };
    Ok(crm.list(&query)?.rows.iter().map(|row| Item::new(name(row), &row.short).detail(&row.short)).collect())
}

impl Line {
    /// Says what is wrong with the text, as far as that can be seen without the database.
    pub fn check(&mut self, context: &Context) {
        let text = self.input.text();
        self.fault = if text.trim().is_empty() {
            self.required.then(|| context.pick("needed", "必填").to_owned())
        } else {
            types::parse(&self.kind, &text, &context.reading).err().map(|error| context.fault(&error))
        };
    }

    /// Takes in whom its text means, or that it means nobody.
    pub(super) fn know(&mut self, answer: Result<String>, context: &Context) {
        match answer {
            Ok(title) => self.echo = title,
            Err(error) if error.cause == Cause::Interrupted => {}
            Err(error) => self.fault = Some(context.fault(&error)),
        }
    }

    /// Says what a day or an amount in words means, while it is typed.
    pub fn tell(&mut self, context: &Context) {
        let text = self.input.text();
        let told = matches!(self.kind, Kind::Date | Kind::Money | Kind::Timestamp | Kind::Choice(_))
            && !text.trim().is_empty();
        let value = types::parse(&self.kind, &text, &context.reading).ok().filter(|_| told);
        self.echo = match (&self.kind, value) {
            (Kind::Date, Some(Value::Text(day))) => day.parse().map_or(day, |day: Date| calendar::told(day, context)),
            // What says the same twice says it once.
            (kind, Some(value)) => Some(context.value(kind, &value)).filter(|said| *said != text).unwrap_or_default(),
            (_, None) => String::new(),
        };
    }
}

/// How a value of that kind is written, in Chinese.
fn written(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::LongText | Kind::OpenList => "文字",
        Kind::Integer => "整数",
        Kind::Decimal { .. } => "数字",
        Kind::Percent => "百分比",
        Kind::Money => "金额",
        Kind::YesNo => "是或否",
        Kind::Date | Kind::Birthday => "日期",
        Kind::Timestamp => "日期和时间",
        Kind::Choice(_) => "选项",
        Kind::Email => "邮箱地址",
        Kind::Phone => "电话号码",
        Kind::Url => "网址",
        Kind::TaxId => "税号",
        Kind::Link(_) => "关联记录",
        Kind::List(_) => "可填多项，用逗号分隔",
    }
}
