//! The notices: what is late or due now, what lies still, and what others did; a page, and a rail on very wide screens.

use super::today::{
    actions,
    lines::{self, Item, Line, Lines, Urgency},
    rows,
};
use crate::{
    Crm, Result, catalog,
    crm::{OperationLine, Query},
    doors::language,
    record::{Grid, Total, Value, Values, filter},
    tui::{
        action::{Action, Danger, PLAIN},
        canvas::{Canvas, row},
        command::Cmd,
        context::Context,
        hits::{Gesture, Target},
        moving,
        page::{Page, PageKind},
        state::State,
    },
};
use ratatui::layout::Rect;

/// How many lines of each part are read.
const MOST: u64 = 40;
/// How many operations are looked through for those of others.
const LOOKED: u64 = 60;
/// The parts of the plan that cannot wait.
const NOW: [&str; 5] = ["Overdue", "Today", "Occasions", "Left undone by your people", "Soon back in the pool"];

/// A key of the notices that says nothing more.
const NOTICES: Action = Action { context: "notices", ..PLAIN };

/// How it is declared.
pub static KIND: PageKind = PageKind {
    id: "notices",
    tabs: &[],
    record: None,
    actions: &[
        Action {
            id: "notices.open",
            label: ["go there", "跳转"],
            help: ["Goes to the record that it is about", "跳到相关记录"],
            keys: &["Enter"],
            rank: 1,
            run: |state| state.with(|page: &mut Notices, _| page.open()),
            ..NOTICES
        },
        Action {
            id: "notices.done",
            label: ["done", "完成"],
            help: ["Marks it as done, says what came of it and what comes next", "标为完成，填写结果与下一步"],
            keys: &["x"],
            rank: 2,
            danger: Danger::Undoable,
            enabled: actions::is_open_work,
            run: |state| actions::verb(state, "done"),
            ..NOTICES
        },
        Action {
            id: "notices.move",
            label: ["snooze", "推迟"],
            help: ["Moves it to another day, and keeps why", "改到另一天，并记录原因"],
            keys: &["S"],
            rank: 3,
            danger: Danger::Undoable,
            enabled: actions::is_open_work,
            run: |state| actions::verb(state, "move"),
            ..NOTICES
        },
        Action {
            id: "notices.down",
            rank: 4,
            run: |state| state.with(|page: &mut Notices, _| page.step(1)),
            context: "notices",
            ..moving::DOWN
        },
        Action {
            id: "notices.up",
            run: |state| state.with(|page: &mut Notices, _| page.step(-1)),
            context: "notices",
            ..moving::UP
        },
        Action {
            id: "notices.page-down",
            run: |state| state.with(|page: &mut Notices, _| page.step(10)),
            context: "notices",
            ..moving::PAGE_DOWN
        },
        Action {
            id: "notices.page-up",
            run: |state| state.with(|page: &mut Notices, _| page.step(-10)),
            context: "notices",
            ..moving::PAGE_UP
        },
    ],
};

/// The page.
pub struct Notices {
    number: u64,
    pub lines: Lines,
}

impl Notices {
    #[must_use]
    pub fn new(context: &Context) -> Self {
        Self { number: context.number(), lines: Lines::default() }
    }

    fn step(&mut self, by: i64) -> Vec<Cmd> {
        self.lines.step(by);
        Vec::new()
    }

    fn open(&self) -> Vec<Cmd> {
        self.subject().map(|(kind, id)| Cmd::visit(kind, id)).into_iter().collect()
    }

    /// Draws them in a frame; the rail has no cursor.
    pub fn draw(&self, canvas: &mut Canvas, area: Rect, focused: bool) {
        let context = canvas.context;
        let inside = canvas.frame(area, &self.title(context), if focused { "" } else { "g n" }, focused);
        if self.lines.all.is_empty() {
            let words = if self.lines.total.is_some() { context.pick("Nothing new", "没有新通知") } else { "" };
            canvas.text(row(inside, 0), &format!(" {words}"), context.theme.dim);
            return;
        }
        rows::draw(canvas, inside, &self.lines, focused, &|at| {
            if focused { Target::Row(at) } else { Target::Act("frame.notices") }
        });
    }
}

impl Page for Notices {
    fn id(&self) -> u64 {
        self.number
    }

    fn title(&self, context: &Context) -> String {
        context.pick("Notices", "通知").to_owned()
    }

    fn contexts(&self) -> Vec<&'static str> {
        vec!["notices", "record", "global"]
    }

    fn start(&mut self, _: &Context) -> Vec<Cmd> {
        vec![Cmd::ask(self.number, "notices", read, |page: &mut Self, answer, context| {
            if let Ok(found) = answer {
                let (lines, total) = told(context, &found);
                page.lines.take(lines, total);
            }
            Vec::new()
        })]
    }

    fn mouse(&mut self, target: &Target, gesture: Gesture, _: &Context) -> Vec<Cmd> {
        match (target, gesture) {
            (_, Gesture::Wheel(by)) => self.step(i64::from(by)),
            (Target::Row(at), Gesture::Click) => {
                self.lines.go_to(*at);
                Vec::new()
            }
            (Target::Row(_), Gesture::DoubleClick) => self.open(),
            _ => Vec::new(),
        }
    }

    fn view(&self, canvas: &mut Canvas, area: Rect) {
        self.draw(canvas, area, true);
    }

    fn subject(&self) -> Option<(&'static str, i64)> {
        self.lines.item().and_then(|item| item.record)
    }
}

/// What there is to tell.
struct Found {
    plan: Vec<(&'static str, Grid)>,
    stale: Grid,
    others: Vec<OperationLine>,
}

fn read(crm: &mut Crm) -> Result<Found> {
    let today = crm.reading().clock.today();
    let Some((me, name)) = crm.actor().map(|(id, name)| (id, name.to_owned())) else {
        return Ok(Found { plan: Vec::new(), stale: Grid::default(), others: Vec::new() });
    };
    let mut plan = crm.agenda(me, today, Some(MOST))?;
    plan.retain(|(title, _)| NOW.contains(title));
    let short = crm.schema("user")?.short(me);
    let said: Values = vec![("where".to_owned(), Value::text(format!("owner={short}")))];
    let stale = catalog::report("stale").map_or_else(|| Ok(Vec::new()), |report| (report.run)(crm, &said))?;
    drop(crm.notices());
    let mut others = crm.operations(Some(LOOKED))?;
    others.retain(|line| line.actor != name && line.undone_by.is_none() && line.undoes.is_none());
    Ok(Found { plan, stale: stale.into_iter().next().map(|part| part.grid).unwrap_or_default(), others })
}

fn told(context: &Context, found: &Found) -> (Vec<Line>, u64) {
    let (mut lines, mut all) = lines::agenda(context, &found.plan);
    let (still, count) = lines::attention(context, &Grid::default(), &found.stale);
    lines.extend(still);
    all += count;
    if !found.others.is_empty() {
        lines.push(Line::Head(context.pick("What others did", "同事的操作").to_owned()));
        lines.extend(found.others.iter().take(20).map(|line| Line::Item(Box::new(done(context, line)))));
    }
    (lines, all)
}

/// What somebody did; it leads to the first record that it names.
fn done(context: &Context, line: &OperationLine) -> Item {
    let at = context.instant(&line.at);
    let today = context.reading.clock.today().to_string();
    let lead = match at.split_once(' ') {
        Some((day, time)) if day == today => time.to_owned(),
        Some((day, _)) => day.to_owned(),
        None => at,
    };
    let what = if context.is_chinese() { language::operation(&line.label) } else { line.label.clone() };
    let words = line.label.split(|letter: char| !letter.is_ascii_alphanumeric());
    Item {
        urgency: Urgency::Later,
        lead,
        sort: String::new(),
        who: line.actor.clone(),
        what,
        right: String::new(),
        record: words.into_iter().find_map(|word| super::record_of(context, word)),
        customer: None,
    }
}

/// How many plans are late or due today, for the bell in the frame.
pub fn ring() -> Cmd {
    let work = |crm: &mut Crm| {
        let Some((me, _)) = crm.actor() else { return Ok(Total::Exactly(0)) };
        let short = crm.schema("user")?.short(me);
        let filter = filter::parse(&format!("owner={short} done: cancelled: due<=today"))?;
        crm.total(&Query { filter, ..Query::new("activity") })
    };
    Cmd::question((0, "bell"), work, |state: &mut State, answer| {
        if let Ok(total) = answer {
            state.bell = Some(total);
        }
        Vec::new()
    })
}
