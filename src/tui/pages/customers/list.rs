//! The list of customers in its two shapes: two lines each beside the page of one, columns where it stands alone.

use super::{Customers, columns::Columns, words};
use crate::{
    Crm, Result,
    crm::Query,
    record::{Grid, Kind, Money, Row, Value, filter},
    tui::{
        canvas::{Canvas, row, rows, trimmed},
        command::Cmd,
        context::Context,
        hits::Target,
        listing::Listing,
        text,
    },
};
use ratatui::{layout::Rect, style::Style};
use std::collections::HashMap;

/// Clicks on customers begin here.
pub const CUSTOMER: usize = 1_000_000;
/// What the list is read with; other columns are a table of their own.
pub const COLUMNS: [&str; 7] = ["name", "level", "owner", "last_touch", "next_step", "city", "industry"];

/// How many deals are open with a customer, and what they come to where they are of one currency.
pub type Business = HashMap<i64, (usize, Option<Money>)>;

/// Whether the list has the columns it is drawn with here.
pub fn is_usual(listing: &Listing) -> bool {
    listing.columns.iter().map(String::as_str).eq(COLUMNS)
}

/// Asks for the open business of the customers that were read.
pub fn ask_business(number: u64, ids: Vec<i64>) -> Cmd {
    let ask = move |crm: &mut Crm| business(crm, &ids);
    Cmd::ask(number, "business", ask, |page: &mut Customers, answer, _| {
        if let Ok(answer) = answer {
            page.business = answer;
        }
        Vec::new()
    })
}

fn business(crm: &mut Crm, ids: &[i64]) -> Result<Business> {
    let refs: Vec<String> = ids.iter().map(|id| format!("C{id}")).collect();
    let query = Query {
        filter: filter::parse(&format!("customer={} outcome=open", refs.join(",")))?,
        columns: vec!["customer".to_owned(), "amount".to_owned()],
        ..Query::new("deal")
    };
    let Grid { rows, .. } = crm.list(&query)?;
    let mut found = Business::new();
    for row in rows {
        let mut cells = row.cells.into_iter();
        let (Some(Value::Link(customer)), amount) = (cells.next(), cells.next()) else { continue };
        let money = if let Some(Value::Money(money)) = amount { Some(money) } else { None };
        let sum = |known: Money| {
            let money = money.filter(|money| money.currency == known.currency)?;
            Some(Money { minor: known.minor.checked_add(money.minor)?, ..known })
        };
        found
            .entry(customer.id)
            .and_modify(|(count, known)| (*count, *known) = (*count + 1, known.and_then(sum)))
            .or_insert((1, money));
    }
    Ok(found)
}

/// What a row says, by the names of its columns.
struct Cells<'l> {
    context: &'l Context,
    listing: &'l Listing,
    row: &'l Row,
}

impl Cells<'_> {
    fn value(&self, name: &str) -> Option<(&Kind, &Value)> {
        let place = self.listing.heads().iter().position(|head| head.name == name)?;
        Some((&self.listing.heads().get(place)?.kind, self.row.cells.get(place)?))
    }

    fn text(&self, name: &str) -> String {
        self.value(name).map_or_else(String::new, |(kind, value)| self.context.value(kind, value))
    }

    /// As it is kept: the letter of a level, an instant.
    fn key(&self, name: &str) -> String {
        self.value(name).and_then(|(_, value)| value.as_text()).unwrap_or_default().to_owned()
    }
}

/// What the row at a place says, where it was read.
fn cells<'l>(context: &'l Context, listing: &'l Listing, place: usize) -> Option<Cells<'l>> {
    listing.row(place).map(|row| Cells { context, listing, row })
}

impl Customers {
    /// The line to search in, then the list; says what is left for the rows.
    fn search_line(canvas: &mut Canvas, listing: &Listing, area: Rect) -> Rect {
        let rest = listing.chips(canvas, area);
        if rest != area {
            return rest;
        }
        let context = canvas.context;
        let hint = context.pick(" / name, pinyin (zsyh), phone", " / 名称、拼音首字母、电话尾号");
        canvas.text(row(area, 0), hint, context.theme.dim);
        canvas.hit(row(area, 0), Target::Act("list.search"));
        trimmed(area, 1, 0)
    }

    /// Beside the page of one: name, level and last touch; then trade, city and open business.
    pub(super) fn draw_pane(&self, canvas: &mut Canvas, area: Rect, focused: bool) {
        let Some(listing) = &self.listing else { return };
        let context = canvas.context;
        let inside = canvas.frame(area, &self.list_title(context), &listing.sorted(context), focused);
        let inside = Self::search_line(canvas, listing, inside);
        let height = usize::from(inside.height / 2).max(1);
        let first = listing.first_for(height);
        let places = (first..listing.length()).zip(0_u16..).take_while(|(_, line)| line * 2 < inside.height);
        for (place, line) in places {
            let (one, two) = (row(inside, line * 2), row(inside, line * 2 + 1));
            self.draw_two_lines(canvas, listing, place, [one, two], focused);
            canvas.hit(one, Target::Part(CUSTOMER + place));
            canvas.hit(two, Target::Part(CUSTOMER + place));
        }
        empty(canvas, listing, inside);
        canvas.foot(area, &listing.position(context));
    }

    fn draw_two_lines(&self, canvas: &mut Canvas, listing: &Listing, place: usize, lines: [Rect; 2], focused: bool) {
        let context = canvas.context;
        let (theme, glyphs, [one, two]) = (context.theme, context.glyphs, lines);
        let head = head(listing, place, context);
        let Some(cells) = cells(context, listing, place) else {
            canvas.text(one, &format!("{head}{}", glyphs.ellipsis), theme.dim);
            return;
        };
        let room = usize::from(one.width).saturating_sub(text::width(&head) + 8);
        let name = text::fit(&cells.text("name"), room, false, glyphs.ellipsis);
        let touch = text::fit(&words::ago(context, &cells.key("last_touch")), 6, true, glyphs.ellipsis);
        let level = text::fit(&cells.key("level"), 1, false, glyphs.ellipsis);
        let style = style(listing, place, context);
        canvas.text(one, &format!("{head}{name} {level}{touch}"), style);
        let deals = self.business.get(&cells.row.id).map(|(count, _)| match (count, context.is_chinese()) {
            (count, true) => format!("{count} 个商机"),
            (1, false) => "1 open deal".to_owned(),
            (count, false) => format!("{count} open deals"),
        });
        let told = [cells.text("industry"), cells.text("city"), deals.unwrap_or_default()];
        let told: Vec<String> = told.into_iter().filter(|words| !words.is_empty()).collect();
        let glue = format!(" {} ", glyphs.dot);
        canvas.text(two, &format!("   {}", told.join(&glue)), theme.dim);
        if place == listing.cursor() {
            canvas.paint(one, if focused { theme.selection } else { theme.title });
            if focused {
                canvas.paint(two, theme.selection);
            }
        }
    }

    /// Alone on the screen: with owner, open business, last touch and next step; with other columns as any list.
    pub(super) fn draw_table(&self, canvas: &mut Canvas, area: Rect) {
        let Some(listing) = &self.listing else { return };
        let context = canvas.context;
        let mut area = area;
        if self.noting && area.height > 5 {
            area.height -= 1;
            self.draw_note(canvas, Rect { y: area.bottom(), height: 1, ..area });
        }
        let inside = canvas.frame(area, &self.list_title(context), &listing.sorted(context), true);
        canvas.foot(area, &listing.position(context));
        if !is_usual(listing) {
            return listing.view(canvas, inside, true);
        }
        let inside = Self::search_line(canvas, listing, inside);
        let columns = Columns::of(usize::from(inside.width));
        columns.draw_headings(canvas, row(inside, 0), listing);
        let table = trimmed(inside, 1, 0);
        let first = listing.first_for(usize::from(table.height).max(1));
        for (place, line) in (first..listing.length()).zip(rows(table)) {
            let words = self.columns_of(context, listing, place, &columns);
            canvas.text(line, &words, style(listing, place, context));
            if place == listing.cursor() {
                canvas.paint(line, context.theme.selection);
            }
            canvas.hit(line, Target::Part(CUSTOMER + place));
        }
        empty(canvas, listing, table);
    }

    fn columns_of(&self, context: &Context, listing: &Listing, place: usize, columns: &Columns) -> String {
        let head = head(listing, place, context);
        let Some(cells) = cells(context, listing, place) else {
            return format!("{head}{}", context.glyphs.ellipsis);
        };
        let (due, sign) = words::due(context, &cells.key("next_step"));
        let next = if due.is_empty() { "?".to_owned() } else { format!("{due} {sign}") };
        let open = self.business.get(&cells.row.id).map(|(count, sum)| match sum {
            Some(sum) => words::money(context, *sum),
            None => count.to_string(),
        });
        let told = [
            cells.text("name"),
            cells.key("level"),
            cells.text("city"),
            cells.text("owner"),
            open.unwrap_or_default(),
            words::ago(context, &cells.key("last_touch")),
            next,
        ];
        head + &columns.fit(&told, context)
    }

    fn list_title(&self, context: &Context) -> String {
        let title = context.pick("Customers", "客户");
        let view = self.listing.as_ref().and_then(|listing| listing.view.as_ref());
        view.map_or_else(|| title.to_owned(), |view| format!("{title} \"{view}\""))
    }
}

/// The cursor and the mark.
fn head(listing: &Listing, place: usize, context: &Context) -> String {
    let glyphs = context.glyphs;
    let marked = listing.row(place).is_some_and(|row| listing.marks.contains(&row.id)) || listing.in_range(place);
    let here = place == listing.cursor();
    format!("{}{} ", if here { glyphs.cursor } else { " " }, if marked { glyphs.mark } else { " " })
}

fn style(listing: &Listing, place: usize, context: &Context) -> Style {
    let marked = listing.row(place).is_some_and(|row| listing.marks.contains(&row.id)) || listing.in_range(place);
    if marked { context.theme.marked } else { context.theme.text }
}

fn empty(canvas: &mut Canvas, listing: &Listing, area: Rect) {
    if listing.is_empty() {
        let context = canvas.context;
        let words = context.pick(" Nobody here. N adds one, Esc shows all.", " 没有客户。按 N 新增，按 Esc 看全部。");
        canvas.text(row(area, 1), words, context.theme.dim);
    }
}
