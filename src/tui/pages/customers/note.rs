//! The line at the foot of a customer's page: what just happened, in the words of `kehu log`; Enter writes it down.

use super::{Customers, notes::Notes};
use crate::{
    Crm, Message, Result,
    customers::{Logged, Note},
    tui::{
        canvas::Canvas,
        command::Cmd,
        context::Context,
        hits::Target,
        key::Key,
        page::page_as,
        state::State,
        toast::{Toast, Tone},
        widgets::Input,
    },
};
use crossterm::event::KeyCode;
use ratatui::layout::Rect;
use serde_json::Value as Json;
use std::time::Duration;

/// How long nothing is typed before it is kept aside.
const REST: Duration = Duration::from_millis(400);

impl Customers {
    /// Begins to write, or goes on with what was begun.
    pub(super) fn begin_note(state: &mut State) -> Vec<Cmd> {
        let Some(id) = state.shown::<Self>().and_then(Self::customer) else { return Vec::new() };
        let draft = state.drafts.get(&Notes::key(&state.context, id)).cloned().unwrap_or_default();
        state.with(|page: &mut Self, _| {
            page.noting = true;
            let notes = page.notes.entry(id).or_default();
            notes.go_on();
            notes.take_up(&draft);
            Vec::new()
        })
    }

    pub(super) fn note_key(&mut self, key: Key, context: &Context) -> Option<Vec<Cmd>> {
        let id = self.customer()?;
        if key.code == KeyCode::Enter {
            return Some(self.save_note(id, context));
        }
        if matches!(key.code, KeyCode::Tab | KeyCode::BackTab) {
            self.noting = false;
            return Some(vec![self.keep_note(id, context)]);
        }
        let changed = self.notes.entry(id).or_default().input.key(key)?;
        Some(if changed { vec![self.keep_note_soon(id)] } else { Vec::new() })
    }

    pub(super) fn note_paste(&mut self, text: &str, _: &Context) -> Vec<Cmd> {
        let Some(id) = self.customer() else { return Vec::new() };
        self.notes.entry(id).or_default().input.insert(&text.trim_end().replace(['\n', '\t'], " "));
        vec![self.keep_note_soon(id)]
    }

    /// What was typed is kept aside after a moment.
    fn keep_note_soon(&self, id: i64) -> Cmd {
        Cmd::later(self.number, "draft", REST, move |page: &mut Self, context| vec![page.keep_note(id, context)])
    }

    /// What is not in the database is kept aside.
    pub(super) fn keep_note(&self, id: i64, context: &Context) -> Cmd {
        let draft = self.notes.get(&id).map(Notes::as_json).unwrap_or_default();
        Cmd::keep_draft(Notes::key(context, id), draft)
    }

    /// Writes it down; until that is done it is kept aside, and what is typed meanwhile is the next note.
    fn save_note(&mut self, id: i64, context: &Context) -> Vec<Cmd> {
        let notes = self.notes.entry(id).or_default();
        if notes.input.text().trim().is_empty() {
            self.noting = false;
            return Vec::new();
        }
        let (number, text) = (self.number, notes.take());
        let said = text.clone();
        let write = move |crm: &mut Crm| {
            let about = crm.schema("customer")?.short(id);
            let note = Note::read(crm, &about, &said)?;
            let logged = crm.log(&note)?;
            let short = crm.schema("activity")?.short(logged.id);
            Ok((logged, short))
        };
        let write = Cmd::write(write, move |state, answer| kept(state, number, id, &text, answer));
        vec![self.keep_note(id, context), write]
    }

    pub(super) fn draw_note(&self, canvas: &mut Canvas, area: Rect) {
        let context = canvas.context;
        let theme = context.theme;
        canvas.hit(area, Target::Act("customers.note"));
        let sign = if self.noting { " + " } else { context.pick(" i + ", " i + ") };
        let used = canvas.text(area, sign, theme.key);
        let rest = Rect { x: area.x + used, width: area.width.saturating_sub(used), ..area };
        let notes = self.customer().and_then(|id| self.notes.get(&id));
        let saving = notes.and_then(|notes| notes.saving.last());
        let words = match notes {
            Some(notes) if !notes.saving.is_empty() => context.pick(" saving ", " 保存中 ").to_owned(),
            Some(notes) if notes.behind() > 0 => {
                format!(" +{} {} ", notes.behind(), context.pick("not written yet", "条未写入"))
            }
            Some(notes) if notes.taken_up => context.pick(" taken up again ", " 已恢复草稿 ").to_owned(),
            _ => String::new(),
        };
        let used = canvas.text_right(rest, &words, theme.accent);
        let rest = Rect { width: rest.width.saturating_sub(used), ..rest };
        let input = notes.map(|notes| &notes.input).filter(|input| self.noting || !input.is_empty());
        if input.is_none_or(Input::is_empty) {
            let words = saving.map_or_else(|| placeholder(context), String::as_str);
            // Behind the caret, where there is one.
            let by = u16::from(input.is_some());
            canvas.text(
                Rect { x: rest.x.saturating_add(by), width: rest.width.saturating_sub(by), ..rest },
                words,
                theme.dim,
            );
        }
        if let Some(input) = input {
            input.view(canvas, rest, theme.text, self.noting);
        }
    }
}

fn placeholder(context: &Context) -> &'static str {
    context.pick("call asked for a price --next \"+14d send quote\"", "电话 询价，要报价单 --next \"+14d 发报价\"")
}

/// The line of the customers' page of that number changes, and what is not in the database yet is kept aside.
fn on(state: &mut State, number: u64, id: i64, work: impl FnOnce(&mut Customers)) -> Vec<Cmd> {
    state.with_page(number, |page, context| {
        let Some(page) = page_as::<Customers>(page) else { return Vec::new() };
        work(page);
        if page.notes.contains_key(&id) { vec![page.keep_note(id, context)] } else { Vec::new() }
    })
}

/// It is in the database; on every page of the customer it is written no more.
fn written(state: &mut State, number: u64, id: i64, text: &str) -> Vec<Cmd> {
    // Also where the page is gone by now.
    let mut draft = Notes::default();
    draft.take_up(state.drafts.get(&Notes::key(&state.context, id)).unwrap_or(&Json::Null));
    draft.written(text);
    let mut commands = vec![Cmd::keep_draft(Notes::key(&state.context, id), draft.as_json())];
    let pages = state.stacks.iter().flat_map(|stack| stack.pages.iter().chain(&stack.forward));
    let pages: Vec<u64> = pages.map(|page| page.id()).collect();
    for page in pages {
        commands.extend(on(state, page, id, |page| {
            let Some(notes) = page.notes.get_mut(&id) else { return };
            notes.written(text);
            if page.number == number && notes.input.is_empty() {
                page.noting = false;
            }
        }));
    }
    commands
}

fn kept(state: &mut State, number: u64, id: i64, text: &str, answer: Result<(Logged, String)>) -> Vec<Cmd> {
    let (logged, short) = match answer {
        Ok(answer) => answer,
        Err(error) => {
            let mut commands = on(state, number, id, |page| page.notes.entry(id).or_default().failed(text));
            commands.extend(state.fault(&error));
            return commands;
        }
    };
    let mut commands = written(state, number, id, text);
    let mut told = state.context.say(&Message::new("Noted {record}.").with("record", short));
    if let Some(planned) = &logged.planned {
        told = format!("{told} {}", state.context.say(planned));
    }
    told.push_str(state.context.pick(" (u to undo)", "（按 u 撤销）"));
    commands.extend(state.toast(Toast::new(Tone::Done, told)));
    if logged.waiting.is_some() {
        let words = Message::new("Something of the kind was planned by now; if this was it, x marks it as done.");
        commands.extend(state.tell(Tone::Notice, &words));
    }
    commands
}
