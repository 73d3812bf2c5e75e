//! An answer to the customer, or a note among us, written where the ticket is read; what was begun is kept for each ticket.

use super::Tickets;
use crate::{
    Crm, Message, Result,
    tickets::{Direction, Said},
    tui::{
        canvas::{Canvas, row, rows, trimmed},
        command::{Cmd, Editor},
        context::Context,
        key::Key,
        page::page_as,
        state::State,
        toast::{Toast, Tone},
        widgets::Input,
    },
};
use crossterm::event::KeyCode;
use ratatui::layout::Rect;
use serde_json::{Value as Json, json};
use std::time::Duration;

/// What was begun to be written in a ticket.
#[derive(Debug, Default)]
pub struct Draft {
    /// The lines above the one that is being written.
    above: Vec<String>,
    input: Input,
    pub note: bool,
    /// What is being written down now.
    sending: Vec<String>,
}

/// So many lines of it are in sight.
const SHOWN: usize = 3;
/// How long nothing is typed before it is kept aside.
const REST: Duration = Duration::from_millis(400);

impl Draft {
    fn text(&self) -> String {
        let mut lines = self.above.clone();
        lines.push(self.input.text());
        lines.join("\n")
    }

    /// Takes over a text, with the caret at its end.
    fn take(&mut self, text: &str) {
        self.above = text.trim_end().split('\n').map(|line| line.trim_end_matches('\r').to_owned()).collect();
        self.input = Input::new(&self.above.pop().unwrap_or_default());
    }

    /// It was written down, or it was not and comes back before what was typed since.
    fn sent(&mut self, text: &str, note: bool, done: bool) {
        if let Some(place) = self.sending.iter().position(|known| known == text) {
            self.sending.remove(place);
            let since = self.text();
            if done {
                return;
            }
            if since.trim().is_empty() {
                self.take(text);
                self.note = note;
            } else {
                self.take(&format!("{text}\n{since}"));
                // What was among us must not go out with the rest.
                self.note |= note;
            }
        }
    }

    /// Everything that is not in the database; null where there is nothing.
    fn as_json(&self) -> Json {
        let line = self.text();
        let texts = self.sending.iter().chain(Some(&line)).filter(|text| !text.trim().is_empty());
        let text = texts.cloned().collect::<Vec<_>>().join("\n");
        if text.is_empty() { Json::Null } else { json!({ "text": text, "note": self.note }) }
    }

    /// Puts in what was pasted, lines and all.
    fn insert(&mut self, text: &str) {
        for (place, line) in text.trim_end().split('\n').enumerate() {
            if place > 0 {
                self.above.push(std::mem::take(&mut self.input).text());
            }
            self.input.insert(&line.trim_end_matches('\r').replace('\t', "    "));
        }
    }

    fn key(&mut self, key: Key) -> Option<()> {
        match key.code {
            KeyCode::Enter if !key.ctrl && !key.alt => self.above.push(std::mem::take(&mut self.input).text()),
            KeyCode::Backspace if self.input.is_empty() && !self.above.is_empty() => {
                self.input = Input::new(&self.above.pop().unwrap_or_default());
            }
            _ => return self.input.key(key).map(drop),
        }
        Some(())
    }
}

/// Begins to write in the ticket under the cursor, or goes on with it.
pub fn begin(state: &mut State, note: bool) -> Vec<Cmd> {
    let id = state.shown::<Tickets>().and_then(|page| page.listing.subject()).map(|(_, id)| id);
    let Some(id) = id else { return Vec::new() };
    let left = state.drafts.get(&key(id)).and_then(|draft| draft.get("text")).and_then(Json::as_str);
    let left = left.unwrap_or_default().to_owned();
    state.with(|page: &mut Tickets, context| page.begin(id, note, &left, context))
}

/// Under which name what is written in a ticket is kept.
fn key(ticket: i64) -> String {
    format!("reply T{ticket}")
}

impl Tickets {
    fn begin(&mut self, id: i64, note: bool, left: &str, context: &Context) -> Vec<Cmd> {
        self.writing = Some(id);
        let draft = self.drafts.entry(id).or_default();
        draft.note = note;
        if draft.as_json().is_null() {
            draft.take(left);
        }
        self.measure(context);
        let mut commands = self.listing.go_by(0, context);
        commands.extend(self.ask_preview(context));
        commands
    }

    /// Stops writing; what was begun stays.
    pub(super) fn stop(&mut self, context: &Context) -> Vec<Cmd> {
        let kept = self.writing.take().map(|id| self.keep_aside(id));
        self.measure(context);
        kept.into_iter().collect()
    }

    /// What is not in the database is kept aside.
    fn keep_aside(&self, id: i64) -> Cmd {
        let draft = self.drafts.get(&id).map(Draft::as_json).unwrap_or_default();
        Cmd::keep_draft(key(id), draft)
    }

    /// The same, after a moment.
    fn keep_aside_soon(&self) -> Vec<Cmd> {
        let keep = |id: i64| {
            Cmd::later(self.number, "draft", REST, move |page: &mut Self, _: &Context| vec![page.keep_aside(id)])
        };
        self.writing.map(keep).into_iter().collect()
    }

    pub(super) fn draft_mut(&mut self) -> Option<&mut Draft> {
        self.writing.and_then(|id| self.drafts.get_mut(&id))
    }

    pub(super) fn write_key(&mut self, key: Key) -> Option<Vec<Cmd>> {
        self.draft_mut()?.key(key)?;
        Some(self.keep_aside_soon())
    }

    pub(super) fn write_paste(&mut self, text: &str) -> Vec<Cmd> {
        if let Some(draft) = self.draft_mut() {
            draft.insert(text);
        }
        self.keep_aside_soon()
    }

    /// Turns the answer into a note, or a note into an answer.
    pub(super) fn turn_draft(&mut self) -> Vec<Cmd> {
        if let Some(draft) = self.draft_mut() {
            draft.note = !draft.note;
        }
        Vec::new()
    }

    /// Goes on writing in the person's own editor.
    pub(super) fn edit_outside(&mut self) -> Vec<Cmd> {
        let number = self.number;
        let Some(text) = self.draft_mut().map(|draft| draft.text()) else { return Vec::new() };
        let then = move |state: &mut State, text: Result<String>| match text {
            Ok(text) => on(state, number, |page, _| {
                if let Some(draft) = page.draft_mut() {
                    draft.take(&text);
                }
                page.keep_aside_soon()
            }),
            Err(error) => state.fault(&error),
        };
        vec![Cmd::Edit(Editor { text, ending: ".md", then: Box::new(then) })]
    }

    /// Says it; until it is in the database it is kept aside, and what is typed meanwhile is another.
    pub(super) fn send(&mut self, context: &Context) -> Vec<Cmd> {
        let (Some(ticket), number) = (self.writing, self.number) else { return Vec::new() };
        let Some((text, note)) = self.draft_mut().map(|draft| (draft.text(), draft.note)) else { return Vec::new() };
        if text.trim().is_empty() {
            return self.stop(context);
        }
        if let Some(draft) = self.draft_mut() {
            draft.take("");
            draft.sending.push(text.clone());
        }
        let mut commands = self.stop(context);
        let direction = if note { Direction::Note } else { Direction::Out };
        let said = Said { ticket, direction, text: text.clone(), ..Said::default() };
        commands.push(Cmd::write(
            move |crm| say(crm, &said),
            move |state, answer| kept(state, number, ticket, (&text, note), answer),
        ));
        commands
    }

    /// How many lines it takes to write.
    pub(super) fn writing_height(&self) -> usize {
        let draft = self.writing.and_then(|id| self.drafts.get(&id));
        draft.map_or(0, |draft| 1 + (draft.above.len() + 1).clamp(2, SHOWN))
    }

    pub(super) fn draw_writing(&self, canvas: &mut Canvas, area: Rect) {
        let context = canvas.context;
        let theme = context.theme;
        let Some(draft) = self.writing.and_then(|id| self.drafts.get(&id)) else { return };
        let line = context.glyphs.horizontal.repeat(usize::from(area.width));
        canvas.text(row(area, 0), &line, theme.dim);
        let words = match (draft.note, self.addressee(context)) {
            (true, _) => context.pick(" Note among us ", " 内部备注 ").to_owned(),
            (false, Some(who)) => format!(" {} {who} ", context.pick("Reply to", "回复")),
            (false, None) => context.pick(" Reply ", " 回复 ").to_owned(),
        };
        let head = row(area, 0);
        canvas.text(Rect { x: head.x + 2, width: head.width.saturating_sub(2), ..head }, &words, theme.key);
        let body = trimmed(area, 1, 0);
        let room = usize::from(body.height).saturating_sub(1);
        let hidden = draft.above.len().saturating_sub(room);
        let shown = draft.above.len() - hidden;
        for (words, line) in draft.above.iter().skip(hidden).zip(rows(body)) {
            canvas.text(line, words, theme.text);
        }
        let line = row(body, u16::try_from(shown).unwrap_or_default());
        draft.input.view(canvas, line, theme.text, true);
    }

    /// Who gets the answer, as far as it is known here.
    fn addressee(&self, context: &Context) -> Option<String> {
        let entry = &self.known()?.entry;
        ["contact", "requester", "customer"].iter().find_map(|name| {
            let value = entry.value(name);
            let field = entry.schema.field(name).filter(|_| !value.is_empty())?;
            Some(context.value(&field.kind, &value))
        })
    }
}

fn on(state: &mut State, number: u64, work: impl FnOnce(&mut Tickets, &Context) -> Vec<Cmd>) -> Vec<Cmd> {
    state.with_page(number, |page, context| page_as::<Tickets>(page).map_or_else(Vec::new, |page| work(page, context)))
}

/// Says it and words what was done, as the command line does.
fn say(crm: &mut Crm, said: &Said) -> Result<Message> {
    let message = crm.say(said)?;
    let entry = crm.record("ticket_message", message)?;
    let ticket = entry.value("ticket").as_integer().unwrap_or(said.ticket);
    let to = entry.value("to").as_text().map(str::to_owned).unwrap_or_default();
    let template = match (said.direction, to.is_empty()) {
        (Direction::Out, false) => "Answered T{number} {title}, to {to} (TM{message}).",
        (Direction::Out, true) => "Answered T{number} {title} (TM{message}); no address is known to write to.",
        _ => "Noted in T{number} {title} (TM{message}).",
    };
    let told = Message::new(template).with("number", ticket).with("title", crm.title("ticket", ticket)?);
    Ok(told.with("to", to).with("message", message))
}

fn kept(state: &mut State, number: u64, ticket: i64, (text, note): (&str, bool), answer: Result<Message>) -> Vec<Cmd> {
    let done = answer.is_ok();
    let mut commands = on(state, number, |page, context| {
        if let Some(draft) = page.drafts.get_mut(&ticket) {
            draft.sent(text, note, done);
        }
        // Whoever still stands there goes on writing.
        if !done && page.listing.subject().is_some_and(|(_, id)| id == ticket) {
            page.writing = Some(ticket);
            page.measure(context);
        }
        vec![page.keep_aside(ticket)]
    });
    commands.extend(match answer {
        Ok(told) => {
            let undo = state.context.pick(" (u to undo)", "（按 u 撤销）");
            let told = state.context.say(&told) + undo;
            state.toast(Toast::new(Tone::Done, told))
        }
        Err(error) => state.fault(&error),
    });
    commands
}
