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

/// What was begun to be written in a ticket.
#[derive(Debug, Default)]
pub struct Draft {
    /// The lines above the one that is being written.
    above: Vec<String>,
    input: Input,
    pub note: bool,
}

/// So many lines of it are in sight.
const SHOWN: usize = 3;

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

impl Tickets {
    /// Begins to write in the ticket under the cursor, or goes on with it.
    pub(super) fn begin(&mut self, note: bool, context: &Context) -> Vec<Cmd> {
        let Some((_, id)) = self.listing.subject() else { return Vec::new() };
        self.writing = Some(id);
        self.drafts.entry(id).or_default().note = note;
        self.measure(context);
        let mut commands = self.listing.go_by(0, context);
        commands.extend(self.ask_preview(context));
        commands
    }

    /// Stops writing; what was begun stays.
    pub(super) fn stop(&mut self, context: &Context) -> Vec<Cmd> {
        self.writing = None;
        self.measure(context);
        Vec::new()
    }

    pub(super) fn draft_mut(&mut self) -> Option<&mut Draft> {
        self.writing.and_then(|id| self.drafts.get_mut(&id))
    }

    pub(super) fn write_key(&mut self, key: Key) -> Option<Vec<Cmd>> {
        self.draft_mut()?.key(key).map(|()| Vec::new())
    }

    pub(super) fn write_paste(&mut self, text: &str) -> Vec<Cmd> {
        if let Some(draft) = self.draft_mut() {
            draft.insert(text);
        }
        Vec::new()
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
                Vec::new()
            }),
            Err(error) => state.fault(&error),
        };
        vec![Cmd::Edit(Editor { text, ending: ".md", then: Box::new(then) })]
    }

    /// Says it; what was typed stays until it is kept.
    pub(super) fn send(&mut self, context: &Context) -> Vec<Cmd> {
        let (Some(ticket), number) = (self.writing, self.number) else { return Vec::new() };
        let Some((text, note)) = self.draft_mut().map(|draft| (draft.text(), draft.note)) else { return Vec::new() };
        if text.trim().is_empty() {
            return self.stop(context);
        }
        let direction = if note { Direction::Note } else { Direction::Out };
        let said = Said { ticket, direction, text, ..Said::default() };
        vec![Cmd::write(move |crm| say(crm, &said), move |state, answer| kept(state, number, ticket, answer))]
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

fn kept(state: &mut State, number: u64, ticket: i64, answer: Result<Message>) -> Vec<Cmd> {
    let told = match answer {
        Ok(told) => told,
        Err(error) => return state.fault(&error),
    };
    let mut commands = on(state, number, |page, context| {
        page.drafts.remove(&ticket);
        page.stop(context)
    });
    let undo = state.context.pick(" (u to undo)", "（按 u 撤销）");
    let told = state.context.say(&told) + undo;
    commands.extend(state.toast(Toast::new(Tone::Done, told)));
    commands
}
