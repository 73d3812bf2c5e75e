//! The reports: all of the catalog and the kept ones, each as the picture that its columns ask for, or as a table.

mod actions;
mod bars;
mod heat;
mod line;
mod part;
mod period;
mod picture;
mod rail;
mod read;
mod spot;
mod strip;
mod table;
mod view;
mod words;

use crate::{
    catalog,
    reports::{Part, Report},
    tui::{
        canvas::Canvas,
        command::Cmd,
        context::Context,
        hits::{Gesture, Target},
        page::{Page, PageKind, Tab},
        widgets::{Menu, plot},
    },
};
use ratatui::layout::Rect;
use serde_json::{Value as Json, json};
use spot::{Spot, number_at};

/// How it is declared.
pub static KIND: PageKind = PageKind {
    id: "reports",
    tabs: &[Tab {
        number: 5,
        label: "Reports",
        label_zh: "报表",
        short: "Rep",
        open: |context| Box::new(Reports::new(context)),
    }],
    record: None,
    actions: actions::ACTIONS,
};

/// A report, or one as somebody kept it.
#[derive(Clone)]
pub struct Choice {
    pub report: &'static Report,
    pub view: Option<String>,
}

/// The page.
pub struct Reports {
    number: u64,
    choices: Vec<Choice>,
    rail: Menu,
    /// What is answered to the report's questions, as people write it.
    pub answers: Vec<(String, String)>,
    pub parts: Vec<Part>,
    notices: Vec<String>,
    fault: Option<String>,
    /// The part that has the keys; none while the list of reports has them.
    pub part: Option<usize>,
    pub row: usize,
    /// The column of the grid that is drawn.
    pub column: usize,
    pub table: bool,
    /// Whether the period before stands beside.
    pub compare: bool,
    /// The same report of the period before, and which that is.
    pub before: Vec<Part>,
    before_of: String,
    /// What the parts on the screen are of; others may be on their way.
    shown: &'static str,
}

impl Reports {
    #[must_use]
    pub fn new(context: &Context) -> Self {
        let choices: Vec<Choice> = catalog::REPORTS.iter().map(|report| Choice { report, view: None }).collect();
        let rail = Menu { cursor: 0, length: choices.len() };
        Self {
            number: context.number(),
            choices,
            rail,
            answers: Vec::new(),
            parts: Vec::new(),
            notices: Vec::new(),
            fault: None,
            part: None,
            row: 0,
            column: 0,
            table: false,
            compare: true,
            before: Vec::new(),
            before_of: String::new(),
            shown: "",
        }
    }

    /// What is chosen in the list.
    #[must_use]
    pub fn choice(&self) -> Option<&Choice> {
        self.choices.get(self.rail.cursor)
    }

    /// The part that is drawn.
    #[must_use]
    pub fn drawn(&self) -> Option<&Part> {
        self.parts.get(self.part.unwrap_or_default())
    }

    fn answer(&self, name: &str) -> Option<&str> {
        self.answers.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str())
    }

    /// Answers a question of the report anew; an empty text takes the answer back.
    fn say(&mut self, name: &str, text: &str) {
        self.answers.retain(|(known, _)| known != name);
        if !text.trim().is_empty() {
            self.answers.push((name.to_owned(), text.trim().to_owned()));
        }
    }

    /// The report of that name, as it is or as it was kept.
    pub fn choose(&mut self, place: usize, context: &Context) -> Vec<Cmd> {
        self.rail.cursor = place.min(self.choices.len().saturating_sub(1));
        self.answers.clear();
        self.part = self.part.map(|_| 0);
        (self.row, self.column) = (0, 0);
        self.load(context)
    }

    fn turn(&mut self, by: i64) -> Vec<Cmd> {
        let count = i64::try_from(self.parts.len()).unwrap_or_default() + 1;
        let at = self.part.map_or(0, |part| i64::try_from(part).unwrap_or_default() + 1);
        let to = (at + by).rem_euclid(count);
        self.go_to_part(usize::try_from(to - 1).ok());
        Vec::new()
    }

    fn go_to_part(&mut self, part: Option<usize>) {
        if part != self.part {
            (self.row, self.column) = (0, 0);
        }
        self.part = part;
        self.settle();
    }

    /// Keeps the cursor on what there is.
    fn settle(&mut self) {
        self.part = self.part.map(|part| part.min(self.parts.len().saturating_sub(1)));
        let Some(part) = self.drawn() else { return };
        let (rows, columns) = (part.grid.rows.len(), measures(part));
        let column = if columns.contains(&self.column) { self.column } else { picture::main(part) };
        (self.row, self.column) = (self.row.min(rows.saturating_sub(1)), column);
    }

    fn step(&mut self, by: i64, context: &Context) -> Vec<Cmd> {
        if self.part.is_some() {
            let at = i64::try_from(self.row).unwrap_or_default().saturating_add(by).max(0);
            self.row = usize::try_from(at).unwrap_or_default();
            self.settle();
            return Vec::new();
        }
        let mut menu = self.rail;
        menu.step(by);
        if menu.cursor == self.rail.cursor { Vec::new() } else { self.choose(menu.cursor, context) }
    }

    /// Another number of the same rows.
    fn measure(&mut self, by: i64) -> Vec<Cmd> {
        let columns = self.drawn().map(measures).unwrap_or_default();
        let at = columns.iter().position(|column| *column == self.column).unwrap_or_default();
        let count = i64::try_from(columns.len()).unwrap_or(1).max(1);
        let to = (i64::try_from(at).unwrap_or_default() + by).rem_euclid(count);
        self.column = columns.get(usize::try_from(to).unwrap_or_default()).copied().unwrap_or(self.column);
        Vec::new()
    }

    fn open(&mut self, context: &Context) -> Vec<Cmd> {
        if self.part.is_none() {
            self.go_to_part(Some(0));
            return Vec::new();
        }
        let found = self.drawn().map(|part| part.found(Some(self.row), self.column));
        found.map_or_else(Vec::new, |found| super::lead(context, found))
    }
}

/// The columns that can be drawn.
fn measures(part: &Part) -> Vec<usize> {
    let columns = part.grid.columns.iter().enumerate();
    columns
        .skip(picture::dimensions(&part.grid))
        .filter(|(_, column)| plot::is_number(&column.kind))
        .map(|(place, _)| place)
        .collect()
}

impl Page for Reports {
    fn id(&self) -> u64 {
        self.number
    }

    fn title(&self, context: &Context) -> String {
        let name = self.choice().map_or_else(String::new, |choice| words::name(context, choice));
        format!("{} {} {name}", context.pick("Reports", "报表"), context.glyphs.crumb)
    }

    fn contexts(&self) -> Vec<&'static str> {
        vec!["reports", "global"]
    }

    fn start(&mut self, context: &Context) -> Vec<Cmd> {
        let mut commands = vec![self.ask_views()];
        commands.extend(self.load(context));
        commands
    }

    fn back(&mut self, _: &Context) -> Option<Vec<Cmd>> {
        self.part.take().map(|_| Vec::new())
    }

    fn mouse(&mut self, target: &Target, gesture: Gesture, context: &Context) -> Vec<Cmd> {
        match (target, gesture) {
            (_, Gesture::Wheel(by)) => self.step(i64::from(by.signum()), context),
            (Target::Part(place), Gesture::Click | Gesture::DoubleClick) if *place < view::PARTS => {
                self.part = None;
                let commands = self.choose(*place, context);
                if gesture == Gesture::DoubleClick {
                    self.go_to_part(Some(0));
                }
                commands
            }
            (Target::Part(place), Gesture::Click) if *place < strip::TOTALS => {
                self.go_to_part(Some(place - view::PARTS));
                Vec::new()
            }
            (Target::Part(place), Gesture::Click) => {
                let found = self.drawn().map(|part| part.found(None, place - strip::TOTALS));
                found.map_or_else(Vec::new, |found| super::lead(context, found))
            }
            (Target::Heading(column), Gesture::Click) => {
                self.column = *column;
                self.settle();
                Vec::new()
            }
            (Target::Row(row), Gesture::Click | Gesture::DoubleClick) => {
                let part = self.part.unwrap_or_default();
                self.go_to_part(Some(part));
                self.row = *row;
                self.settle();
                if gesture == Gesture::DoubleClick { self.open(context) } else { Vec::new() }
            }
            _ => Vec::new(),
        }
    }

    fn view(&self, canvas: &mut Canvas, area: Rect) {
        self.draw(canvas, area);
    }

    fn keep(&self) -> Option<(String, Json)> {
        let name = self.choice().filter(|choice| choice.view.is_none()).map(|choice| choice.report.name)?;
        let answers: serde_json::Map<String, Json> =
            self.answers.iter().map(|(name, text)| (name.clone(), text.clone().into())).collect();
        Some((
            "reports".to_owned(),
            json!({ "report": name, "answers": answers, "table": self.table, "compare": self.compare }),
        ))
    }

    fn remember(&mut self, kept: &std::collections::HashMap<String, Json>) {
        let Some(kept) = kept.get("reports") else { return };
        let name = kept.get("report").and_then(Json::as_str).unwrap_or_default();
        let Some(place) = self.choices.iter().position(|choice| choice.report.name == name) else { return };
        self.rail.cursor = place;
        self.table = kept.get("table").and_then(Json::as_bool).unwrap_or_default();
        self.compare = kept.get("compare").and_then(Json::as_bool).unwrap_or(true);
        let answers = kept.get("answers").and_then(Json::as_object).into_iter().flatten();
        self.answers = answers.filter_map(|(name, text)| Some((name.clone(), text.as_str()?.to_owned()))).collect();
    }
}
