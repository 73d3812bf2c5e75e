//! All kinds of record there are, each leading to its list: what has no page of its own is found here.

use crate::{
    catalog,
    doors::language,
    tui::{
        action::{Action, PLAIN},
        canvas::{Canvas, row, rows, trimmed},
        command::Cmd,
        context::Context,
        hits::{Gesture, Target},
        moving,
        page::{Page, PageKind, Tab},
        state::State,
        text,
        widgets::Menu,
    },
};
use ratatui::layout::Rect;

/// How it is declared.
pub static KIND: PageKind = PageKind {
    id: "kinds",
    tabs: &[Tab {
        number: 7,
        label: "Admin",
        label_zh: "管理",
        short: "Adm",
        open: |context| Box::new(Kinds::new(context)),
    }],
    record: None,
    actions: &[
        Action {
            id: "kinds.open",
            label: ["open", "打开"],
            help: ["Opens the list of this kind", "打开此类记录的列表"],
            keys: &["Enter"],
            context: "kinds",
            rank: 1,
            run: open,
            ..PLAIN
        },
        Action {
            id: "kinds.down",
            context: "kinds",
            rank: 2,
            run: |state| state.with(|page: &mut Kinds, _| page.step(1)),
            ..moving::DOWN
        },
        Action {
            id: "kinds.up",
            context: "kinds",
            run: |state| state.with(|page: &mut Kinds, _| page.step(-1)),
            ..moving::UP
        },
    ],
};

/// All kinds of record.
pub struct Kinds {
    number: u64,
    menu: Menu,
}

impl Kinds {
    #[must_use]
    pub fn new(context: &Context) -> Self {
        Self { number: context.number(), menu: Menu { cursor: 0, length: context.schemas.len() } }
    }

    fn step(&mut self, by: i64) -> Vec<Cmd> {
        self.menu.step(by);
        Vec::new()
    }
}

fn open(state: &mut State) -> Vec<Cmd> {
    let cursor = state.shown::<Kinds>().map_or(0, |page| page.menu.cursor);
    let kind = state.context.schemas.get(cursor).map(|schema| schema.kind);
    kind.map_or_else(Vec::new, |kind| super::go_to_kind(state, kind))
}

impl Page for Kinds {
    fn id(&self) -> u64 {
        self.number
    }

    fn title(&self, context: &Context) -> String {
        context.pick("Admin", "管理").to_owned()
    }

    fn contexts(&self) -> Vec<&'static str> {
        vec!["kinds", "global"]
    }

    fn mouse(&mut self, target: &Target, gesture: Gesture, _: &Context) -> Vec<Cmd> {
        match (target, gesture) {
            (_, Gesture::Wheel(by)) => self.step(i64::from(by)),
            (Target::Row(place), Gesture::Click) => {
                self.menu.cursor = *place;
                Vec::new()
            }
            (Target::Row(_), Gesture::DoubleClick) => vec![Cmd::act("kinds.open")],
            _ => Vec::new(),
        }
    }

    fn view(&self, canvas: &mut Canvas, area: Rect) {
        let context = canvas.context;
        let (theme, glyphs) = (context.theme, context.glyphs);
        let inside = canvas.frame(area, context.pick("All kinds of record", "所有记录类别"), "", true);
        let list = trimmed(inside, 1, 0);
        canvas.text(row(inside, 0), context.pick("    letter  kind", "    字母    类别"), theme.dim);
        let top = self.menu.top(usize::from(list.height));
        for ((place, schema), line) in context.schemas.iter().enumerate().skip(top).zip(rows(list)) {
            let here = place == self.menu.cursor;
            let sign = if here { glyphs.cursor } else { " " };
            let name = text::fit(&context.nouns(schema), 22, false, glyphs.ellipsis);
            let business = catalog::entry(schema.kind).is_some_and(|entry| entry.business && !entry.detail);
            let style = if business { theme.text } else { theme.dim };
            let about = if context.is_chinese() { language::help(schema.doc) } else { schema.doc.to_owned() };
            // What nobody put into Chinese says nothing there.
            let about = if context.is_chinese() && about == schema.doc { String::new() } else { about };
            canvas.text(line, &format!(" {sign}  {:<6}  {name} {about}", schema.letter), style);
            if here {
                canvas.paint(line, theme.selection);
            }
            canvas.hit(line, Target::Row(place));
        }
    }
}
