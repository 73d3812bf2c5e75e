//! `Confirm`: a question before something that cannot easily be taken back; the safe answer is chosen first.

use crate::Message;
use crate::tui::{
    canvas::{self, Canvas, row, rows, trimmed},
    command::Cmd,
    context::Context,
    hits::{Gesture, Target},
    page::Page,
    state::State,
    text,
    toast::Tone,
};
use ratatui::layout::Rect;

type Then = Box<dyn FnOnce(&mut State) -> Vec<Cmd>>;

/// A question with yes and no.
pub struct Confirm {
    number: u64,
    question: String,
    lines: Vec<String>,
    yes: bool,
    then: Option<Then>,
    /// What is said where the answer is no.
    refused: Option<Message>,
}

impl Confirm {
    #[must_use]
    pub fn new(
        context: &Context,
        question: String,
        lines: Vec<String>,
        then: impl FnOnce(&mut State) -> Vec<Cmd> + 'static,
    ) -> Self {
        Self { number: context.number(), question, lines, yes: false, then: Some(Box::new(then)), refused: None }
    }

    /// Says that, where the answer is no: Enter gives the safe answer, and whoever meant the other hears so.
    #[must_use]
    pub fn else_saying(mut self, message: Message) -> Self {
        self.refused = Some(message);
        self
    }

    pub(super) fn turn(&mut self) -> Vec<Cmd> {
        self.yes = !self.yes;
        Vec::new()
    }

    pub(super) fn answer(state: &mut State, yes: Option<bool>) -> Vec<Cmd> {
        let (mut taken, mut refused) = (None, None);
        state.with(|confirm: &mut Self, _| {
            if yes.unwrap_or(confirm.yes) {
                taken = confirm.then.take();
            } else {
                refused = confirm.refused.take();
            }
            Vec::new()
        });
        state.boxes.pop();
        match (taken, refused) {
            (Some(then), _) => then(state),
            (None, Some(message)) => state.tell(Tone::Notice, &message),
            (None, None) => Vec::new(),
        }
    }
}

impl Page for Confirm {
    fn id(&self) -> u64 {
        self.number
    }

    fn title(&self, _: &Context) -> String {
        self.question.clone()
    }

    fn contexts(&self) -> Vec<&'static str> {
        vec!["confirm"]
    }

    fn mouse(&mut self, target: &Target, gesture: Gesture, _: &Context) -> Vec<Cmd> {
        match (target, gesture) {
            (Target::Part(part), Gesture::Click) => {
                vec![Cmd::act(if *part == 1 { "confirm.yes" } else { "confirm.no" })]
            }
            _ => Vec::new(),
        }
    }

    fn view(&self, canvas: &mut Canvas, area: Rect) {
        let theme = canvas.context.theme;
        let inside = canvas.frame(area, canvas.context.pick("Please confirm", "请确认"), "", true);
        let mut lines = rows(trimmed(inside, 0, 2));
        for line in text::wrap(&self.question, usize::from(inside.width.saturating_sub(2))) {
            if let Some(area) = lines.next() {
                canvas.text(area, &format!(" {line}"), theme.title);
            }
        }
        for (line, area) in self.lines.iter().zip(lines) {
            canvas.text(area, &format!("   {line}"), theme.text);
        }
        let foot = row(inside, inside.height.saturating_sub(1));
        let answers = [canvas.context.pick("Cancel", "取消"), canvas.context.pick("Yes", "确定")];
        let mut x = foot.x + 2;
        for (place, answer) in answers.into_iter().enumerate() {
            let style = if (place == 1) == self.yes { theme.selection } else { theme.text };
            let here = Rect { x, width: foot.right().saturating_sub(x), ..foot };
            let used = canvas.text(here, &format!("[ {answer} ]"), style);
            canvas.hit(Rect { width: used, ..here }, Target::Part(place));
            x = x.saturating_add(used + 2);
        }
    }

    fn place(&self, screen: Rect) -> Rect {
        let lines = u16::try_from(self.lines.len()).unwrap_or(12).min(14);
        canvas::centred(screen, 70, lines + 7)
    }
}
