//! How a list looks: headings, the rows in sight, marks, the cursor; columns that do not fit are left out from the right.

use super::{Bar, Listing};
use crate::{
    doors::cell::is_number,
    record::{Kind, Total},
    tui::{
        canvas::{Canvas, row, rows, trimmed},
        context::Context,
        hits::Target,
        text,
    },
};
use ratatui::layout::Rect;

/// What stays the longest where there is no room for all columns, the most important first; the name always does, and
/// what is not named here goes first.
const STAYS: [&str; 14] = [
    "due",
    "next_step",
    "amount",
    "stage",
    "close",
    "status",
    "level",
    "customer",
    "lifecycle",
    "phone",
    "owner",
    "kind",
    "done",
    "email",
];

/// A column as it is drawn.
struct Shown {
    place: usize,
    label: String,
    width: usize,
    right: bool,
    /// It is never cut.
    whole: bool,
}

impl Listing {
    /// Draws the bar, where one is open or something is filtered, the headings and the rows.
    pub fn view(&self, canvas: &mut Canvas, area: Rect, focused: bool) {
        let area = self.chips(canvas, area);
        let table = trimmed(area, 1, 0);
        let visible = usize::from(table.height);
        let first = self.first_for(visible);
        let cells = self.cells(canvas.context, first, visible);
        let shown = self.shown(canvas.context, &cells, usize::from(area.width));
        self.headings(canvas, row(area, 0), &shown);
        for (place, line) in (first..self.length()).zip(rows(table)) {
            self.line(canvas, line, place, cells.get(place - first), &shown, focused);
            canvas.hit(line, Target::Row(place));
        }
        if self.is_empty() {
            let words = canvas
                .context
                .pick("Nothing here. Press N to add one, or Esc to see all.", "没有记录。按 N 新增，按 Esc 查看全部。");
            canvas.text(row(table, 1), &format!("  {words}"), canvas.context.theme.dim);
        }
    }

    /// What is searched and filtered for, always in sight.
    pub fn chips(&self, canvas: &mut Canvas, area: Rect) -> Rect {
        let theme = canvas.context.theme;
        let line = row(area, 0);
        if let Some((bar, input)) = &self.bar {
            let sign = if *bar == Bar::Search { " / " } else { canvas.context.pick(" filter: ", " 筛选：") };
            let used = canvas.text(line, sign, theme.key);
            let rest = Rect { x: line.x + used, width: line.width.saturating_sub(used), ..line };
            input.view(canvas, rest, theme.text, true);
        } else if self.words.is_empty() && self.filter.is_empty() && self.fault.is_none() && !self.bin {
            return area;
        } else {
            let mut pieces = Vec::new();
            if self.bin {
                pieces.push((canvas.context.pick(" recycle bin ", " 回收站 "), theme.warning));
            }
            let words = format!(" /{} ", self.words);
            let filter = format!(" {} ", self.filter);
            if !self.words.is_empty() {
                pieces.push((words.as_str(), theme.accent));
            }
            if !self.filter.is_empty() {
                pieces.push((filter.as_str(), theme.accent));
            }
            canvas.pieces(line, &pieces);
        }
        let Some(fault) = &self.fault else { return trimmed(area, 1, 0) };
        canvas.text(row(area, 1), &format!(" ! {fault}"), theme.bad);
        trimmed(area, 2, 0)
    }

    /// The texts of the rows in sight.
    fn cells(&self, context: &Context, first: usize, count: usize) -> Vec<Vec<String>> {
        let texts = |place: usize| {
            let Some(row) = self.row(place) else { return Vec::new() };
            let value =
                |(head, value): (&crate::record::Column, &crate::record::Value)| context.value(&head.kind, value);
            self.heads.iter().zip(&row.cells).map(value).collect()
        };
        (first..self.length().min(first + count)).map(texts).collect()
    }

    /// Which columns are drawn, and how wide: long ones are cut first, then the last ones left out; the name stays.
    fn shown(&self, context: &Context, cells: &[Vec<String>], room: usize) -> Vec<Shown> {
        let title = self.schema.title().name.clone();
        let name = self.heads.iter().position(|head| head.name == title).unwrap_or_default();
        let natural = |(place, head): (usize, &crate::record::Column)| {
            let label = if context.is_chinese() && !head.label_zh.is_empty() { &head.label_zh } else { &head.label };
            let widest = cells.iter().filter_map(|row| row.get(place)).map(|text| text::width(text).min(60)).max();
            let sorted = usize::from(self.sort.iter().any(|sort| sort.path == head.name)) * 2;
            let width = (text::width(label) + sorted).max(widest.unwrap_or_default());
            let whole = is_number(&head.kind) || matches!(head.kind, Kind::Date | Kind::Timestamp);
            Shown { place, label: label.clone(), width, right: is_number(&head.kind), whole }
        };
        let mut shown: Vec<Shown> = self.heads.iter().enumerate().map(natural).collect();
        let room = room.saturating_sub(3 + self.refs(cells.len()) + 1);
        // Half a number would be another number, half a day no day, and the name is what people look for.
        let capped = |column: &Shown, cap: usize| match (column.whole, column.place == name) {
            (true, _) => column.width,
            (_, true) => column.width.min(cap.max(24)),
            _ => column.width.min(cap),
        };
        let needed = |shown: &[Shown], cap: usize| shown.iter().map(|column| capped(column, cap) + 2).sum::<usize>();
        let cap = [60, 36, 24, 18, 12].into_iter().find(|cap| needed(&shown, *cap) <= room).unwrap_or(16);
        while shown.len() > 1 && needed(&shown, cap) > room {
            let last = self.first_to_go(&shown, name);
            shown.remove(last);
        }
        let mut spare = room.saturating_sub(needed(&shown, cap));
        for column in &mut shown {
            let kept = capped(column, cap);
            let more = (column.width - kept).min(spare);
            spare -= more;
            column.width = kept + more;
        }
        shown
    }

    /// Which column goes next where they do not all fit: of what people chose and of what is no matter the last one, and
    /// long before what tells when, how much and how far.
    fn first_to_go(&self, shown: &[Shown], name: usize) -> usize {
        let stays = |column: &Shown| {
            let head = self.heads.get(column.place);
            let place = head.and_then(|head| STAYS.iter().position(|known| *known == head.name));
            (column.place == name, std::cmp::Reverse(place.unwrap_or(STAYS.len())), std::cmp::Reverse(column.place))
        };
        (0..shown.len()).min_by_key(|at| shown.get(*at).map(stays)).unwrap_or_default()
    }

    /// How wide the refs are.
    fn refs(&self, _: usize) -> usize {
        self.rows.iter().map(|row| row.short.len()).max().unwrap_or(3).max(3)
    }

    fn headings(&self, canvas: &mut Canvas, line: Rect, shown: &[Shown]) {
        let (theme, glyphs) = (canvas.context.theme, canvas.context.glyphs);
        let mut x = line.x.saturating_add(u16::try_from(3 + self.refs(0) + 1).unwrap_or(4));
        for column in shown {
            let Some(head) = self.heads.get(column.place) else { continue };
            let sign = match self.sort.iter().find(|sort| sort.path == head.name) {
                Some(sort) if sort.descending => format!(" {}", glyphs.down),
                Some(_) => format!(" {}", glyphs.up),
                None => String::new(),
            };
            let style = if column.place == self.column { theme.title } else { theme.dim };
            let label = text::fit(&format!("{}{sign}", column.label), column.width, column.right, glyphs.ellipsis);
            let here = Rect { x, width: line.right().saturating_sub(x), ..line };
            let used = canvas.text(here, &label, style);
            canvas.hit(Rect { width: used.min(here.width), ..here }, Target::Heading(column.place));
            x = x.saturating_add(used + 2);
        }
        let hidden = self.heads.len() - shown.len();
        if hidden > 0 {
            canvas.text_right(line, &format!(" +{hidden} "), theme.dim);
        }
    }

    fn line(
        &self,
        canvas: &mut Canvas,
        line: Rect,
        place: usize,
        cells: Option<&Vec<String>>,
        shown: &[Shown],
        focused: bool,
    ) {
        let (theme, glyphs) = (canvas.context.theme, canvas.context.glyphs);
        let here = place == self.cursor;
        let record = self.row(place);
        let marked = record.is_some_and(|row| self.marks.contains(&row.id)) || self.in_range(place);
        let style = if marked { theme.marked } else { theme.text };
        let head = format!("{}{} ", if here { glyphs.cursor } else { " " }, if marked { glyphs.mark } else { " " });
        let short = record.map_or(glyphs.ellipsis, |row| row.short.as_str());
        let mut written = head + &text::fit(short, self.refs(0), false, glyphs.ellipsis) + " ";
        for column in shown {
            let cell = cells.and_then(|cells| cells.get(column.place)).map_or("", String::as_str);
            written.push_str(&text::fit(cell, column.width, column.right, glyphs.ellipsis));
            written.push_str("  ");
        }
        canvas.text(line, &written, style);
        if here && focused {
            canvas.paint(line, theme.selection);
        }
    }

    /// Whether a place is between where a range began and the cursor.
    #[must_use]
    pub fn in_range(&self, place: usize) -> bool {
        self.anchor().is_some_and(|anchor| (anchor.min(self.cursor)..=anchor.max(self.cursor)).contains(&place))
    }

    /// `3/214`, or how many at least.
    #[must_use]
    pub fn position(&self, context: &Context) -> String {
        let total = match self.total {
            Some(Total::Exactly(count)) => count.to_string(),
            Some(Total::MoreThan(count)) => format!("{} {count}", context.pick("more than", "超过")),
            None => context.glyphs.ellipsis.to_owned(),
        };
        let at = if self.length() == 0 { 0 } else { self.cursor + 1 };
        let marks = match self.marks.len() {
            0 => String::new(),
            count if context.is_chinese() => format!("已选 {count} {} ", context.glyphs.dot),
            count => format!("{count} marked {} ", context.glyphs.dot),
        };
        format!("{marks}{at}/{total}")
    }

    /// `sort: last touch ▼`; nothing where it stands as usual.
    #[must_use]
    pub fn sorted(&self, context: &Context) -> String {
        let Some(sort) = self.sort.first() else { return String::new() };
        let label = self.schema.field(&sort.path).map_or(sort.path.as_str(), |field| context.label(field));
        let sign = if sort.descending { context.glyphs.down } else { context.glyphs.up };
        format!("{} {label} {sign}", context.pick("sort:", "排序："))
    }

    /// Whether a column can be sorted by.
    pub fn sortable(kind: &Kind) -> bool {
        !kind.is_list()
    }
}
