//! What the page of reports asks of the library: the report itself, as the command line runs it, and the kept ones.

use super::{Choice, Reports, period};
use crate::{
    Crm, Error, Message, Result, catalog,
    crm::{Query, Sort},
    record::{Kind, Value, Values, filter, types},
    reports::{Part, Report},
    tui::{command::Cmd, context::Context},
};

/// Under what a kept report stands among the views.
const KEPT: &str = "report ";

impl Reports {
    /// Runs the chosen report.
    pub(super) fn load(&mut self, _: &Context) -> Vec<Cmd> {
        let Some(Choice { report, view }) = self.choice().cloned() else { return Vec::new() };
        let answers = self.answers.clone();
        let work = move |crm: &mut Crm| {
            let answers = match &view {
                Some(name) if answers.is_empty() => crm.arrangement(report.name, name)?.answers,
                _ => answers.clone(),
            };
            let parts = run(crm, report, &answers);
            let notices = crm.notices();
            Ok((parts?, notices, answers))
        };
        vec![Cmd::ask(self.number, "report", work, move |page: &mut Self, answer, context| {
            match answer {
                Ok((parts, notices, answers)) => {
                    (page.parts, page.fault, page.answers) = (parts, None, answers);
                    page.notices = notices.iter().map(|notice| context.say(notice)).collect();
                    page.shown = report.name;
                    page.settle();
                    return page.ask_before(report, context);
                }
                Err(error) if error.cause == crate::Cause::Interrupted => {}
                Err(error) => {
                    page.parts.clear();
                    page.shown = report.name;
                    page.fault = Some(context.fault(&error));
                }
            }
            Vec::new()
        })]
    }

    /// Runs it of the period before too, where there is one and somebody wants to compare.
    fn ask_before(&mut self, report: &'static Report, context: &Context) -> Vec<Cmd> {
        let Some((name, text)) = period::before(self, context).filter(|_| self.compare) else {
            self.before.clear();
            return Vec::new();
        };
        if self.before_of != text {
            self.before.clear();
        }
        let mut answers = self.answers.clone();
        answers.retain(|(known, _)| known != name);
        answers.push((name.to_owned(), text.clone()));
        let work = move |crm: &mut Crm| {
            let parts = run(crm, report, &answers);
            // What is to be said of it is said of the period itself.
            drop(crm.notices());
            parts
        };
        vec![Cmd::ask(self.number, "before", work, move |page: &mut Self, answer, _| {
            if let Ok(parts) = answer
                && page.shown == report.name
            {
                (page.before, page.before_of) = (parts, text);
            }
            Vec::new()
        })]
    }

    /// Asks which reports were kept.
    pub(super) fn ask_views(&self) -> Cmd {
        let work = |crm: &mut Crm| {
            let columns = ["name", "record_kind"].map(str::to_owned).to_vec();
            let filter = filter::parse("record_kind~\"report \"")?;
            crm.list(&Query { filter, columns, sort: Sort::parse("name"), ..Query::new("view") })
        };
        Cmd::ask(self.number, "views", work, |page: &mut Self, answer, _| {
            let Ok(grid) = answer else { return Vec::new() };
            let chosen = page.choice().map(|choice| (choice.report.name, choice.view.clone()));
            page.choices.retain(|choice| choice.view.is_none());
            for row in &grid.rows {
                let text = |place: usize| row.cells.get(place).and_then(Value::as_text).unwrap_or_default();
                if let Some(report) = text(1).strip_prefix(KEPT).and_then(catalog::report) {
                    page.choices.push(Choice { report, view: Some(text(0).to_owned()) });
                }
            }
            page.rail.resize(page.choices.len());
            let same = |choice: &Choice| chosen.as_ref() == Some(&(choice.report.name, choice.view.clone()));
            page.rail.cursor = page.choices.iter().position(same).unwrap_or(page.rail.cursor);
            Vec::new()
        })
    }
}

/// Runs a report with what was answered, as people write it.
fn run(crm: &mut Crm, report: &Report, said: &[(String, String)]) -> Result<Vec<Part>> {
    drop(crm.notices());
    let mut values = Values::new();
    for ask in report.asks {
        match said.iter().find(|(name, _)| name == ask.name) {
            Some((_, text)) => {
                let value = match (ask.kind)() {
                    Kind::Link(kind) => crm.link(&kind, text),
                    kind => types::parse(&kind, text, crm.reading()),
                };
                values.push((ask.name.to_owned(), value.map_err(|error| error.on_field(ask.name))?));
            }
            None if ask.required => {
                let message = Message::new("{verb} needs --{name}.").with("verb", report.name);
                return Err(Error::bad_value(message.with("name", ask.name.replace('_', "-"))));
            }
            None => {}
        }
    }
    (report.run)(crm, &values)
}
