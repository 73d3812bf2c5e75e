//! The queue: a row for each ticket with how long there is left, as many columns as there is room for.

use super::{Tickets, clock};
use crate::{
    record::{Row, Value},
    tui::{
        canvas::{Canvas, row, rows, trimmed},
        context::Context,
        hits::Target,
        listing::Listing,
        text, words,
    },
};
use ratatui::{layout::Rect, style::Style};

/// What the list is read with; other columns are a table of their own.
pub const COLUMNS: [&str; 9] =
    ["due", "priority", "subject", "customer", "status", "owner", "updated_at", "channel", "policy"];

/// What the columns are called, and by which field each is sorted.
const HEADINGS: [([&str; 2], &str); 10] = [
    (["SLA", "剩余"], "due"),
    (["", ""], ""),
    (["Prio", "优先"], "priority"),
    (["#", "编号"], ""),
    (["Subject", "主题"], "subject"),
    (["Customer", "客户"], "customer"),
    (["Status", "状态"], "status"),
    (["Owner", "负责人"], "owner"),
    (["Upd", "更新"], "updated_at"),
    (["Ch", "渠道"], "channel"),
];

/// How wide each column is; 0 for those that there is no room for.
fn widths(room: usize) -> [usize; 10] {
    let mut widths = match room {
        150.. => [9, 2, 6, 6, 0, 30, 10, 18, 4, 6],
        110.. => [9, 2, 6, 5, 0, 18, 9, 9, 4, 6],
        90.. => [9, 2, 6, 5, 0, 18, 10, 8, 0, 0],
        70.. => [9, 2, 6, 4, 0, 14, 0, 8, 0, 0],
        _ => [9, 2, 0, 4, 0, 0, 0, 0, 0, 0],
    };
    let taken: usize = widths.iter().filter(|width| **width > 0).map(|width| width + 1).sum();
    if let Some(subject) = widths.get_mut(4) {
        *subject = room.saturating_sub(taken + 4).max(1);
    }
    widths
}

/// Whether the list has the columns it is drawn with here.
pub fn is_usual(listing: &Listing) -> bool {
    listing.columns.iter().map(String::as_str).eq(COLUMNS)
}

/// A value of a row by the name of its column, as it is kept.
pub fn key<'l>(listing: &'l Listing, row: &'l Row, name: &str) -> &'l str {
    let place = listing.heads().iter().position(|head| head.name == name);
    place.and_then(|place| row.cells.get(place)).and_then(Value::as_text).unwrap_or_default()
}

fn told(context: &Context, listing: &Listing, row: &Row, name: &str) -> String {
    let place = listing.heads().iter().position(|head| head.name == name);
    let found = place.and_then(|place| Some((listing.heads().get(place)?, row.cells.get(place)?)));
    found.map_or_else(String::new, |(head, value)| context.value(&head.kind, value))
}

impl Tickets {
    /// The deadlines of the rows in sight, in seconds from now.
    pub(super) fn in_sight<'t>(&'t self, context: &'t Context) -> impl Iterator<Item = i64> + 't {
        let listing = &self.listing;
        let first = listing.first_for(listing.height);
        let shown = (first..first + listing.height).filter_map(|place| listing.row(place));
        shown.filter_map(move |row| clock::left(context, key(listing, row, "due")))
    }

    pub(super) fn draw_list(&self, canvas: &mut Canvas, area: Rect) {
        let (context, listing) = (canvas.context, &self.listing);
        let title = match &self.queue {
            Some((_, name)) => name.clone(),
            None => context.pick("Queue", "工单队列").to_owned(),
        };
        let inside = canvas.frame(area, &title, &listing.sorted(context), self.writing.is_none());
        canvas.foot(area, &listing.position(context));
        if !is_usual(listing) {
            return listing.view(canvas, inside, true);
        }
        let inside = listing.chips(canvas, inside);
        let widths = widths(usize::from(inside.width));
        self.draw_headings(canvas, row(inside, 0), &widths);
        let table = trimmed(inside, 1, 0);
        let first = listing.first_for(usize::from(table.height).max(1));
        for (place, line) in (first..listing.length()).zip(rows(table)) {
            self.draw_row(canvas, line, place, &widths);
            canvas.hit(line, Target::Row(place));
        }
        if listing.is_empty() {
            let words =
                context.pick("No tickets here. Tab shows others, N adds one.", "没有工单。按 Tab 切换，按 N 新增。");
            canvas.text(row(table, 1), &format!("   {words}"), context.theme.dim);
        }
    }

    /// A click on one sorts by it.
    fn draw_headings(&self, canvas: &mut Canvas, line: Rect, widths: &[usize; 10]) {
        let context = canvas.context;
        let mut x = line.x + 3;
        for (([english, chinese], path), width) in HEADINGS.iter().zip(widths).filter(|(_, width)| **width > 0) {
            let words = text::fit(context.pick(english, chinese), *width, false, context.glyphs.ellipsis);
            let here = Rect { x, width: line.right().saturating_sub(x), ..line };
            let used = canvas.text(here, &words, context.theme.dim);
            if let Some(place) = self.listing.heads().iter().position(|head| head.name == *path) {
                canvas.hit(Rect { width: used.min(here.width), ..here }, Target::Heading(place));
            }
            x = x.saturating_add(used + 1);
        }
    }

    fn draw_row(&self, canvas: &mut Canvas, line: Rect, place: usize, widths: &[usize; 10]) {
        let (context, listing) = (canvas.context, &self.listing);
        let (theme, glyphs) = (context.theme, context.glyphs);
        let here = place == listing.cursor();
        let known = listing.row(place);
        let marked = known.is_some_and(|row| listing.marks.contains(&row.id)) || listing.in_range(place);
        let head = format!("{}{} ", if here { glyphs.cursor } else { " " }, if marked { glyphs.mark } else { " " });
        let Some(row) = known else {
            canvas.text(line, &format!("{head}{}", glyphs.ellipsis), theme.dim);
            return;
        };
        let left = clock::left(context, key(listing, row, "due"));
        let policy = listing.heads().iter().position(|head| head.name == "policy");
        let policy = policy.and_then(|place| row.cells.get(place)).and_then(Value::as_integer);
        let countdown = clock::countdown_of(context, &self.times, policy, key(listing, row, "due"));
        let mut words = cells(context, listing, row, left, countdown);
        let fitted = words.iter_mut().zip(widths).filter(|(_, width)| **width > 0);
        let fitted: Vec<String> = fitted.map(|(word, width)| text::fit(word, *width, false, glyphs.ellipsis)).collect();
        let base = if marked { theme.marked } else { theme.text };
        let (clocks, rest) = fitted.split_at_checked(2).unwrap_or_default();
        let (clocks, rest) = (format!("{} ", clocks.join(" ")), rest.join(" "));
        canvas.pieces(line, &[(&head, base), (&clocks, urgency(context, left, base)), (&rest, base)]);
        if here {
            canvas.paint(line, theme.selection);
        }
    }
}

fn urgency(context: &Context, left: Option<i64>, base: Style) -> Style {
    match left {
        Some(..0) => context.theme.bad,
        Some(0..clock::HOUR) => context.theme.warning,
        Some(_) => base,
        None => context.theme.dim,
    }
}

fn cells(
    context: &Context,
    listing: &Listing,
    row: &Row,
    left: Option<i64>,
    countdown: Option<String>,
) -> [String; 10] {
    let told = |name: &str| told(context, listing, row, name);
    let status = key(listing, row, "status");
    let clock = match (countdown, status) {
        (Some(countdown), _) => countdown,
        (None, "pending" | "on_hold") => context.pick("paused", "暂停").to_owned(),
        (None, _) => String::new(),
    };
    let owner = Some(told("owner")).filter(|owner| !owner.is_empty()).unwrap_or_else(|| "-".to_owned());
    [
        clock,
        left.map_or("", clock::sign).to_owned(),
        told("priority"),
        row.short.clone(),
        told("subject"),
        told("customer"),
        short_status(context, status).map_or_else(|| told("status"), str::to_owned),
        owner,
        clock::ago(context, key(listing, row, "updated_at")),
        words::stock(context, told("channel")),
    ]
}

/// In as few cells as the column has.
fn short_status<'c>(context: &'c Context, status: &str) -> Option<&'c str> {
    Some(match status {
        "new" => context.pick("new", "新"),
        "open" => context.pick("open", "处理中"),
        "pending" => context.pick("pending", "等待客户"),
        "on_hold" => context.pick("on hold", "搁置"),
        _ => return None,
    })
}
