//! The ticket under the cursor: which clock runs until when, what was said, what may help, and whose it is.

use super::{Tickets, clock};
use crate::{
    Crm, Result,
    crm::{Entry, Query, Sort},
    record::{Kind, Row, Total, Value, filter},
    tickets::sla::WorkingTimes,
    tui::{
        canvas::{Canvas, row, rows, trimmed},
        command::Cmd,
        context::Context,
        hits::Target,
        text,
    },
};
use ratatui::{layout::Rect, style::Style};
use std::time::Duration;

/// Clicks on articles begin here.
pub const ARTICLE: usize = 1000;
/// So many lines of one message are shown; the ticket's own page has them all.
const LINES: usize = 6;
const MESSAGES: u64 = 20;
/// So many of the latest ratings of a customer count.
const RATINGS: u64 = 100;

/// What is known of a ticket.
pub struct Told {
    pub entry: Entry,
    /// The oldest first.
    messages: Vec<Row>,
    customer: Option<Customer>,
}

struct Customer {
    entry: Entry,
    open: Total,
    /// Its largest open deal: name and amount.
    deal: Option<Row>,
    /// How it rated the service, from one to five, on average in tenths.
    rated: Option<i64>,
}

fn rows_of(crm: &mut Crm, kind: &str, condition: &str, columns: &[&str], sort: &str, most: u64) -> Result<Vec<Row>> {
    let query = Query {
        filter: filter::parse(condition)?,
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        sort: Sort::parse(sort),
        limit: Some(most),
        ..Query::new(kind)
    };
    Ok(crm.list(&query)?.rows)
}

fn read(crm: &mut Crm, id: i64) -> Result<Told> {
    let entry = crm.record("ticket", id)?;
    let columns = ["at", "direction", "said_by", "body", "files"];
    let mut messages = rows_of(crm, "ticket_message", &format!("ticket=T{id}"), &columns, "-at,-id", MESSAGES)?;
    messages.reverse();
    let customer = entry.value("customer").as_integer().map(|customer| around(crm, customer)).transpose()?;
    Ok(Told { entry, messages, customer })
}

fn around(crm: &mut Crm, id: i64) -> Result<Customer> {
    let entry = crm.record("customer", id)?;
    let open = filter::parse(&format!("customer=C{id} status=new,open,pending,on_hold"))?;
    let open = crm.total(&Query { filter: open, ..Query::new("ticket") })?;
    let deals = format!("customer=C{id} outcome=open");
    let deal = rows_of(crm, "deal", &deals, &["name", "amount"], "-amount", 1)?.into_iter().next();
    let ratings = rows_of(crm, "satisfaction", &format!("customer=C{id} not score:"), &["score"], "-id", RATINGS)?;
    let scores: Vec<i64> = ratings.iter().filter_map(|row| row.cells.first().and_then(Value::as_integer)).collect();
    let count = i64::try_from(scores.len()).unwrap_or(i64::MAX).max(1);
    let rated = (!scores.is_empty()).then(|| (scores.iter().sum::<i64>() * 10 + count / 2) / count);
    Ok(Customer { entry, open, deal, rated })
}

/// An article: number, ref and title.
pub type Article = (i64, String, String);

/// The articles that are linked to a ticket, and those that may solve it.
fn help(crm: &mut Crm, id: i64) -> Result<Vec<Article>> {
    let mut articles = Vec::new();
    for item in crm.record("ticket", id)?.value("articles").items() {
        if let Value::Link(link) = item {
            articles.push((link.id, link.short(), link.title.clone()));
        }
    }
    let title = |row: &Row| row.cells.first().and_then(Value::as_text).unwrap_or_default().to_owned();
    let found = crm.suggest_articles(id, 3)?;
    articles.extend(found.rows.iter().map(|row| (row.id, row.short.clone(), title(row))));
    Ok(articles)
}

impl Tickets {
    /// The ticket that is looked at: the one that is being answered, else the one under the cursor.
    pub(super) fn ticket(&self) -> Option<i64> {
        self.writing.or_else(|| self.listing.subject().map(|(_, id)| id))
    }

    pub(super) fn known(&self) -> Option<&Told> {
        self.told.as_ref().filter(|told| Some(told.entry.id) == self.ticket())
    }

    /// Asks for the ticket that is looked at, where it is shown, and a moment later for what may help.
    pub(super) fn ask_preview(&self, context: &Context) -> Vec<Cmd> {
        let Some(id) = self.ticket().filter(|_| self.is_split(context)) else { return Vec::new() };
        let told = Cmd::ask(
            self.number,
            "preview",
            move |crm| read(crm, id),
            |page: &mut Self, answer, _| {
                if let Ok(told) = answer {
                    page.told = Some(told);
                }
                Vec::new()
            },
        );
        let later = Cmd::later(self.number, "help", Duration::from_millis(150), |page: &mut Self, _| page.ask_help());
        vec![told, later]
    }

    /// Asks when people work under each policy, since deadlines count their time.
    pub(super) fn ask_times(&self) -> Cmd {
        let taken = |page: &mut Self, answer: Result<WorkingTimes>, _: &Context| {
            page.times = answer.unwrap_or_default();
            Vec::new()
        };
        Cmd::ask(self.number, "times", Crm::working_times, taken)
    }

    fn ask_help(&self) -> Vec<Cmd> {
        let Some(id) = self.ticket() else { return Vec::new() };
        vec![Cmd::ask(
            self.number,
            "articles",
            move |crm| help(crm, id),
            move |page: &mut Self, answer, _| {
                if let Ok(articles) = answer {
                    (page.articles, page.helped) = (articles, Some(id));
                }
                Vec::new()
            },
        )]
    }

    pub(super) fn draw_preview(&self, canvas: &mut Canvas, area: Rect) {
        let context = canvas.context;
        let Some(told) = self.known() else {
            canvas.frame(area, "", "", false);
            return;
        };
        let title = format!("{} {}", told.entry.short(), told.entry.title());
        let inside = canvas.frame(area, &title, "", self.writing.is_some());
        canvas.hit(area, Target::Act("list.open"));
        let inside = Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside };
        draw_clocks(canvas, row(inside, 0), told, &self.times);
        let below = u16::try_from(self.writing_height()).unwrap_or_default();
        let writing = trimmed(inside, inside.height.saturating_sub(below), 0);
        let mut talk = trimmed(inside, 1, below);
        if talk.height >= 5 {
            self.draw_help(canvas, row(talk, talk.height - 2));
            draw_customer(canvas, row(talk, talk.height - 1), told);
            talk = trimmed(talk, 0, 2);
        }
        draw_talk(canvas, talk, told);
        if self.writing.is_some() {
            return self.draw_writing(canvas, writing);
        }
        canvas.foot(area, context.pick("p hide", "p 收起"));
    }

    fn draw_help(&self, canvas: &mut Canvas, line: Rect) {
        let theme = canvas.context.theme;
        let used = canvas.text(line, canvas.context.pick("Articles   ", "相关文章  "), theme.dim);
        let mut left = Rect { x: line.x + used, width: line.width.saturating_sub(used), ..line };
        if self.helped != self.ticket() || self.articles.is_empty() {
            canvas.text(left, "-", theme.dim);
            return;
        }
        for (place, (_, short, title)) in self.articles.iter().enumerate() {
            let words = format!("{short} {title}   ");
            let used = canvas.text(left, &words, theme.text);
            canvas.hit(Rect { width: used, ..left }, Target::Part(ARTICLE + place));
            left = Rect { x: left.x + used, width: left.width.saturating_sub(used), ..left };
        }
    }
}

/// Of each clock: when it is due, or whether it was kept.
fn draw_clocks(canvas: &mut Canvas, line: Rect, told: &Told, times: &WorkingTimes) {
    let context = canvas.context;
    let theme = context.theme;
    let clocks = [
        (["first answer", "首次答复"], "first_due", "first_breached", !told.entry.value("first_response").is_empty()),
        (["next answer", "再次答复"], "next_due", "next_breached", told.entry.value("waiting_since").is_empty()),
        (["solution", "解决"], "resolve_due", "resolve_breached", !told.entry.value("resolved").is_empty()),
    ];
    let status = told.entry.value("status");
    let stopped = status.as_text().is_some_and(|status| !matches!(status, "new" | "open"));
    let glue = format!(" {} ", context.glyphs.dot);
    let mut pieces: Vec<(String, Style)> = Vec::new();
    for ([english, chinese], due, breached, over) in clocks {
        let (due, missed) = (told.entry.value(due), !told.entry.value(breached).is_empty());
        // A further answer is waited for only where the customer wrote again.
        let Some(due) = due.as_text().filter(|_| !(over && breached == "next_breached")) else { continue };
        let name = context.pick(english, chinese);
        let (words, style) = if over {
            let (kept, late) = (context.pick("met", "已达标"), context.pick("missed", "已超时"));
            (format!("{name} {}", if missed { late } else { kept }), if missed { theme.bad } else { theme.good })
        } else if stopped {
            (format!("{name} {}", context.pick("paused", "暂停")), theme.dim)
        } else {
            let left = clock::left(context, due).unwrap_or_default();
            let until = clock::moment(context, due);
            let until = context.pick("until {}", "截止 {}").replace("{}", &until);
            let style = if left < 0 { theme.bad } else { theme.text };
            let until = if line.width < 90 { String::new() } else { format!(" ({until})") };
            let policy = told.entry.value("policy").as_integer();
            let left = clock::countdown_of(context, times, policy, due).unwrap_or_default();
            (format!("{name} {left}{until}"), style)
        };
        pieces.push((words, style));
    }
    if pieces.is_empty() {
        pieces.push((context.pick("no deadline", "无时限").to_owned(), theme.dim));
    }
    for name in ["priority", "status", "owner", "customer"] {
        let value = told.entry.value(name);
        if let Some(field) = told.entry.schema.field(name).filter(|_| !value.is_empty()) {
            pieces.push((context.value(&field.kind, &value), theme.text));
        }
    }
    let mut all: Vec<(&str, Style)> = Vec::new();
    for (words, style) in &pieces {
        if !all.is_empty() {
            all.push((&glue, theme.dim));
        }
        all.push((words, *style));
    }
    canvas.pieces(line, &all);
}

/// The end of what was said, as much of it as there is room for.
fn draw_talk(canvas: &mut Canvas, area: Rect, told: &Told) {
    let context = canvas.context;
    let mut lines: Vec<(String, Style)> = Vec::new();
    let heard = told.messages.iter().any(|row| row.cells.get(1).and_then(Value::as_text) == Some("in"));
    let description = told.entry.value("description");
    if let Some(said) = description.as_text().filter(|_| !heard) {
        let who = ["contact", "requester", "customer"].iter().find_map(|name| {
            let field = told.entry.schema.field(name)?;
            let value = told.entry.value(name);
            (!value.is_empty()).then(|| context.value(&field.kind, &value))
        });
        let at = told.entry.value("received");
        let at = at.as_text().unwrap_or_default();
        lines.extend(message(context, area.width, [at, "in", &who.unwrap_or_default(), said, ""]));
    }
    for row in &told.messages {
        let cell = |place: usize| row.cells.get(place).and_then(Value::as_text).unwrap_or_default();
        lines.extend(message(context, area.width, [cell(0), cell(1), cell(2), cell(3), cell(4)]));
    }
    if lines.is_empty() {
        lines.push((context.pick("Nothing was said yet.", "还没有往来。").to_owned(), context.theme.dim));
    }
    let hidden = lines.len().saturating_sub(usize::from(area.height));
    for ((words, style), line) in lines.iter().skip(hidden).zip(rows(area)) {
        canvas.text(line, words, *style);
    }
}

/// When, from whom or to whom, and what: `11:46 < 陈工: …`, a note among us marked as such.
fn message(context: &Context, width: u16, [at, direction, who, body, files]: [&str; 5]) -> Vec<(String, Style)> {
    let (sign, style) = match direction {
        "in" => ("<", context.theme.text),
        "out" => (">", context.theme.accent),
        _ => (context.pick("note", "内部"), context.theme.dim),
    };
    let files = if files.is_empty() { String::new() } else { format!(" [{files}]") };
    let who = if who.is_empty() { String::new() } else { format!(" {who}:") };
    let head = format!("{} {sign}{who}", clock::moment(context, at));
    let said = body.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" / ");
    let indent = 4;
    let all = text::wrap(&format!("{head} {said}{files}"), usize::from(width).saturating_sub(indent));
    let more = all.len() > LINES;
    let cut = all.into_iter().take(LINES).enumerate().map(|(place, line)| {
        let end = if more && place + 1 == LINES { context.glyphs.ellipsis } else { "" };
        (format!("{}{line}{end}", if place == 0 { "" } else { "    " }), style)
    });
    cut.collect()
}

fn draw_customer(canvas: &mut Canvas, line: Rect, told: &Told) {
    let context = canvas.context;
    let theme = context.theme;
    let used = canvas.text(line, context.pick("Customer   ", "客户      "), theme.dim);
    let line = Rect { x: line.x + used, width: line.width.saturating_sub(used), ..line };
    let Some(customer) = &told.customer else {
        canvas.text(line, context.pick("nobody known", "未知"), theme.dim);
        return;
    };
    let open = match customer.open {
        Total::Exactly(count) => count.to_string(),
        Total::MoreThan(count) => format!("{count}+"),
    };
    let one = customer.open == Total::Exactly(1);
    let tickets = context.pick(if one { "{} open ticket" } else { "{} open tickets" }, "{} 个未解决工单");
    let mut said = vec![customer.entry.title(), tickets.replace("{}", &open)];
    for (name, label) in [("level", ["level", "级别"]), ("owner", ["owner", "负责人"])] {
        let value = customer.entry.value(name);
        if let Some(field) = customer.entry.schema.field(name).filter(|_| !value.is_empty()) {
            let [english, chinese] = label;
            said.push(format!("{} {}", context.pick(english, chinese), context.value(&field.kind, &value)));
        }
    }
    if let Some(rated) = customer.rated {
        let said_of = context.pick("satisfaction", "满意度");
        said.push(format!("{said_of} {}.{}/5", rated / 10, rated % 10));
    }
    if let Some(deal) = &customer.deal {
        let name = deal.cells.first().and_then(Value::as_text).unwrap_or_default();
        let amount = deal.cells.get(1).map(|amount| context.value(&Kind::Money, amount)).unwrap_or_default();
        said.push(format!("{} {name} {amount}", context.pick("deal", "商机")));
    }
    canvas.text(line, &said.join(&format!(" {} ", context.glyphs.dot)), theme.text);
}
