//! The first page: what is to be done today, what needs attention, how it goes, and how the team does.

pub(super) mod actions;
pub(super) mod lines;
mod read;
pub(super) mod rows;
mod sales;
mod view;

use crate::{
    record::Grid,
    reports::Part,
    tui::{
        canvas::Canvas,
        command::Cmd,
        context::Context,
        hits::{Gesture, Target},
        page::{Page, PageKind, Tab},
        widgets::Menu,
    },
};
use lines::Lines;
use ratatui::layout::Rect;
use serde_json::Value as Json;

/// How it is declared.
pub static KIND: PageKind = PageKind {
    id: "today",
    tabs: &[Tab {
        number: 1,
        label: "Today",
        label_zh: "今日",
        short: "Today",
        open: |context| Box::new(Today::new(context)),
    }],
    record: None,
    actions: actions::ACTIONS,
};

/// Whose work it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Mine,
    Team,
    All,
}

impl Scope {
    /// As the report on trends calls it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Mine => "mine",
            Self::Team => "team",
            Self::All => "all",
        }
    }

    fn label(self, context: &Context) -> &'static str {
        match self {
            Self::Mine => context.pick("mine", "我的"),
            Self::Team => context.pick("my team", "团队"),
            Self::All => context.pick("all", "全部"),
        }
    }

    fn next(self) -> Self {
        match self {
            Self::Mine => Self::Team,
            Self::Team => Self::All,
            Self::All => Self::Mine,
        }
    }
}

/// Since when the deals of the funnel began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Since {
    Quarter,
    Year,
    Ever,
}

impl Since {
    /// As the report calls it.
    fn word(self) -> &'static str {
        match self {
            Self::Quarter => "this-quarter",
            Self::Year => "this-year",
            Self::Ever => "",
        }
    }

    fn label(self, context: &Context) -> &'static str {
        match self {
            Self::Quarter => context.pick("this quarter", "本季度"),
            Self::Year => context.pick("this year", "今年"),
            Self::Ever => context.pick("all deals", "全部商机"),
        }
    }
}

/// The parts of the page, in the order in which Tab goes through them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pane {
    Figures,
    Agenda,
    Attention,
    Funnel,
    Team,
}

/// Every part of the page.
const PANES: [Pane; 5] = [Pane::Agenda, Pane::Attention, Pane::Funnel, Pane::Team, Pane::Figures];

/// The page.
pub struct Today {
    number: u64,
    pub scope: Scope,
    /// Somebody chose the scope; else it is the first in which there is anything.
    settled: bool,
    pub pane: Pane,
    pub agenda: Lines,
    pub attention: Lines,
    /// Figures over time, each a part of the report on trends.
    pub figures: Vec<Part>,
    figure: Menu,
    pub funnel: Vec<Part>,
    since: Since,
    step: Menu,
    /// What the open deals of each month will bring.
    pub forecast: Option<Part>,
    pub team: Option<Grid>,
    /// What the team did on each day of this week.
    days: Vec<read::Day>,
    member: Menu,
    fault: Option<String>,
}

impl Today {
    #[must_use]
    pub fn new(context: &Context) -> Self {
        Self {
            number: context.number(),
            scope: Scope::Mine,
            settled: false,
            pane: Pane::Agenda,
            agenda: Lines::default(),
            attention: Lines::default(),
            figures: Vec::new(),
            figure: Menu::default(),
            funnel: Vec::new(),
            since: Since::Quarter,
            step: Menu::default(),
            forecast: None,
            team: None,
            days: Vec::new(),
            member: Menu::default(),
            fault: None,
        }
    }

    /// The parts that there are: a team only for whoever has people.
    fn panes(&self) -> impl Iterator<Item = Pane> {
        let team = self.team.is_some();
        PANES.into_iter().filter(move |pane| team || *pane != Pane::Team)
    }

    fn turn(&mut self, by: i64) -> Vec<Cmd> {
        let panes: Vec<Pane> = self.panes().collect();
        let at = panes.iter().position(|pane| *pane == self.pane).unwrap_or_default();
        let count = i64::try_from(panes.len()).unwrap_or(1).max(1);
        let to = (i64::try_from(at).unwrap_or_default() + by).rem_euclid(count);
        let to = usize::try_from(to).unwrap_or_default();
        self.pane = panes.get(to).copied().unwrap_or(Pane::Agenda);
        Vec::new()
    }

    fn step(&mut self, by: i64) -> Vec<Cmd> {
        match self.pane {
            Pane::Figures => self.figure.step(by),
            Pane::Agenda => self.agenda.step(by),
            Pane::Attention => self.attention.step(by),
            Pane::Funnel => self.step.step(by),
            Pane::Team => self.member.step(by),
        }
        Vec::new()
    }

    /// To the side: along the figures, else to the next part.
    fn aside(&mut self, by: i64) -> Vec<Cmd> {
        if self.pane == Pane::Figures { self.step(by) } else { self.turn(by) }
    }

    /// The line under the cursor, where there are lines.
    fn line(&self) -> Option<&lines::Item> {
        match self.pane {
            Pane::Agenda => self.agenda.item(),
            Pane::Attention => self.attention.item(),
            _ => None,
        }
    }

    fn open(&self, context: &Context) -> Vec<Cmd> {
        let last = |part: &Part| part.grid.rows.len().checked_sub(1);
        match self.pane {
            Pane::Agenda | Pane::Attention => {
                self.line().and_then(|line| line.record).map(|(kind, id)| Cmd::visit(kind, id)).into_iter().collect()
            }
            Pane::Figures => self.figures.get(self.figure.cursor).map_or_else(Vec::new, |part| {
                super::lead(context, part.found(last(part), part.grid.columns.len().saturating_sub(1)))
            }),
            Pane::Funnel => self
                .funnel
                .last()
                .map_or_else(Vec::new, |part| super::lead(context, part.found(Some(self.step.cursor), 1))),
            Pane::Team => {
                let row = self.team.as_ref().and_then(|grid| grid.rows.get(self.member.cursor));
                row.and_then(|row| super::record_of(context, &row.short)).map_or_else(Vec::new, |(_, id)| {
                    let short = context.schema("user").map_or_else(String::new, |schema| schema.short(id));
                    let filter = format!("owner={short} done=this-week kind!=joined");
                    super::lead(context, crate::reports::Found::List { kind: "activity", filter })
                })
            }
        }
    }
}

impl Page for Today {
    fn id(&self) -> u64 {
        self.number
    }

    fn title(&self, context: &Context) -> String {
        let today = context.reading.clock.today();
        let week = today.iso_week_date().week();
        let place = usize::try_from(today.weekday().to_monday_zero_offset()).unwrap_or_default();
        let days = if context.is_chinese() {
            ["周一", "周二", "周三", "周四", "周五", "周六", "周日"]
        } else {
            ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        };
        let day = days.get(place).copied().unwrap_or_default();
        let (scope, dot) = (self.scope.label(context), context.glyphs.dot);
        if context.is_chinese() {
            format!("今日 {dot} {today} {day} {dot} 第 {week} 周 {dot} {scope}")
        } else {
            format!("Today {dot} {day} {today} {dot} W{week} {dot} {scope}")
        }
    }

    fn contexts(&self) -> Vec<&'static str> {
        vec!["today", "record", "global"]
    }

    fn start(&mut self, context: &Context) -> Vec<Cmd> {
        if self.settled { self.ask(context) } else { vec![self.ask_whose()] }
    }

    fn mouse(&mut self, target: &Target, gesture: Gesture, context: &Context) -> Vec<Cmd> {
        match (target, gesture) {
            (_, Gesture::Wheel(by)) => self.step(i64::from(by)),
            (Target::Part(place), Gesture::Click | Gesture::DoubleClick) => self.clicked(*place, gesture, context),
            (Target::Row(row), Gesture::Click | Gesture::DoubleClick) => {
                let (pane, row) = (row / view::ROWS, row % view::ROWS);
                self.pane = PANES.get(pane).copied().unwrap_or(self.pane);
                match self.pane {
                    Pane::Agenda => self.agenda.go_to(row),
                    Pane::Attention => self.attention.go_to(row),
                    Pane::Funnel => self.step.cursor = row,
                    Pane::Team => self.member.cursor = row,
                    Pane::Figures => self.figure.cursor = row,
                }
                if gesture == Gesture::DoubleClick { self.open(context) } else { Vec::new() }
            }
            _ => Vec::new(),
        }
    }

    fn view(&self, canvas: &mut Canvas, area: Rect) {
        self.draw(canvas, area);
    }

    fn subject(&self) -> Option<(&'static str, i64)> {
        self.line().and_then(|line| line.record)
    }

    fn keep(&self) -> Option<(String, Json)> {
        Some(("today".to_owned(), self.scope.word().into()))
    }

    fn remember(&mut self, kept: &std::collections::HashMap<String, Json>) {
        let word = kept.get("today").and_then(Json::as_str).unwrap_or_default();
        let known = [Scope::Mine, Scope::Team, Scope::All].into_iter().find(|scope| scope.word() == word);
        self.settled = known.is_some();
        self.scope = known.unwrap_or(self.scope);
    }
}

impl Today {
    fn clicked(&mut self, place: usize, gesture: Gesture, context: &Context) -> Vec<Cmd> {
        self.pane = PANES.get(place).copied().unwrap_or(self.pane);
        if gesture == Gesture::DoubleClick { self.open(context) } else { Vec::new() }
    }
}
