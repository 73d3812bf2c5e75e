//! The line at the foot of a customer's page: what just happened, in the words of `kehu log`; Enter writes it down.

use super::Customers;
use crate::{
    Crm, Message, Result,
    customers::{Logged, Note},
    tui::{
        canvas::Canvas,
        command::Cmd,
        hits::Target,
        key::Key,
        state::State,
        toast::{Toast, Tone},
    },
};
use crossterm::event::KeyCode;
use ratatui::layout::Rect;

impl Customers {
    /// Begins to write.
    pub(super) fn begin_note(&mut self) -> Vec<Cmd> {
        if let Some(id) = self.customer() {
            self.noting = true;
            self.notes.entry(id).or_default();
        }
        Vec::new()
    }

    pub(super) fn note_key(&mut self, key: Key) -> Option<Vec<Cmd>> {
        let id = self.customer()?;
        if key.code == KeyCode::Enter {
            return Some(self.save_note(id));
        }
        if matches!(key.code, KeyCode::Tab | KeyCode::BackTab) {
            self.noting = false;
            return Some(Vec::new());
        }
        self.notes.entry(id).or_default().key(key).map(|_| Vec::new())
    }

    pub(super) fn note_paste(&mut self, text: &str) -> Vec<Cmd> {
        if let Some(id) = self.customer() {
            self.notes.entry(id).or_default().insert(&text.trim_end().replace(['\n', '\t'], " "));
        }
        Vec::new()
    }

    /// Writes it down; what was typed stays until it is kept.
    fn save_note(&mut self, id: i64) -> Vec<Cmd> {
        let text = self.notes.get(&id).map(super::Input::text).unwrap_or_default();
        if text.trim().is_empty() {
            self.noting = false;
            return Vec::new();
        }
        let number = self.number;
        let write = move |crm: &mut Crm| {
            let about = crm.schema("customer")?.short(id);
            let note = Note::read(crm, &about, &text)?;
            let logged = crm.log(&note)?;
            let short = crm.schema("activity")?.short(logged.id);
            Ok((logged, short))
        };
        vec![Cmd::write(write, move |state, answer| kept(state, number, id, answer))]
    }

    pub(super) fn draw_note(&self, canvas: &mut Canvas, area: Rect) {
        let context = canvas.context;
        let theme = context.theme;
        canvas.hit(area, Target::Act("customers.note"));
        let sign = if self.noting { " + " } else { context.pick(" i + ", " i + ") };
        let used = canvas.text(area, sign, theme.key);
        let rest = Rect { x: area.x + used, width: area.width.saturating_sub(used), ..area };
        let input = self.customer().and_then(|id| self.notes.get(&id)).filter(|input| self.noting || !input.is_empty());
        match input {
            Some(input) => {
                if input.is_empty() {
                    let after = Rect { x: rest.x.saturating_add(1), width: rest.width.saturating_sub(1), ..rest };
                    canvas.text(after, placeholder(context), theme.dim);
                }
                input.view(canvas, rest, theme.text, self.noting);
            }
            None => {
                canvas.text(rest, placeholder(context), theme.dim);
            }
        }
    }
}

fn placeholder(context: &crate::tui::context::Context) -> &'static str {
    context.pick("call asked for a price --next \"+14d send quote\"", "电话 询价，要报价单 --next \"+14d 发报价\"")
}

fn kept(state: &mut State, number: u64, id: i64, answer: Result<(Logged, String)>) -> Vec<Cmd> {
    let (logged, short) = match answer {
        Ok(answer) => answer,
        Err(error) => return state.fault(&error),
    };
    state.with_page(number, |page, _| {
        if let Some(page) = crate::tui::page::page_as::<Customers>(page) {
            page.notes.remove(&id);
            page.noting = false;
        }
        Vec::new()
    });
    let mut told = state.context.say(&Message::new("Noted {record}.").with("record", short));
    if let Some(planned) = &logged.planned {
        told = format!("{told} {}", state.context.say(planned));
    }
    told.push_str(state.context.pick(" (u to undo)", "（按 u 撤销）"));
    let mut commands = state.toast(Toast::new(Tone::Done, told));
    if logged.waiting.is_some() {
        let words = Message::new("Something of the kind was planned by now; if this was it, x marks it as done.");
        commands.extend(state.tell(Tone::Notice, &words));
    }
    commands
}
