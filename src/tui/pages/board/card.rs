//! How a column and its cards look.

use super::{
    Board, Lane, figures, mouse,
    view::{self, Slot, is_month},
};
use crate::{
    pipeline::kanban::{Card, Signal},
    tui::{
        canvas::{Canvas, row, rows, trimmed},
        context::Context,
        text,
    },
};
use ratatui::{layout::Rect, style::Style};
use unicode_segmentation::UnicodeSegmentation;

/// What a card takes, and the line beneath it where there is room for lines.
const LINES: u16 = 3;

fn lines(columns: Rect) -> u16 {
    if columns.height >= 12 { LINES + 1 } else { LINES }
}

/// How many cards fit into a column: beside its frame it has a line of signals and one on what lies below.
pub fn room(columns: Rect) -> usize {
    let (inside, each) = (columns.height.saturating_sub(4), lines(columns));
    // The last card needs no line beneath it.
    usize::from((inside + each - LINES) / each).max(1)
}

/// A column with its cards.
pub fn column(board: &Board, canvas: &mut Canvas, slot: &Slot) {
    let context = canvas.context;
    let (theme, glyphs) = (context.theme, context.glyphs);
    let Some(lane) = board.lanes.get(slot.lane) else { return };
    let focused = slot.lane == board.focus();
    let name = text::cut(
        &figures::column_name(&lane.column, context),
        usize::from(slot.area.width).saturating_sub(12),
        glyphs.ellipsis,
    );
    let right = sum(lane, usize::from(slot.area.width).saturating_sub(text::width(&name) + 10), context);
    let inside = canvas.frame(slot.area, &name, &right, focused);
    signals(board, canvas, row(inside, 0), lane, slot.lane);
    if board.is_folded(lane) {
        let words = context.pick("folded: z opens it", "已折叠：按 z 展开");
        canvas.text(row(inside, 1), &format!(" {words}"), theme.dim);
        return;
    }
    let (each, room) = (lines(slot.area), room(slot.area));
    let area = trimmed(inside, 1, 0);
    let mut y = 0;
    for place in (lane.first..lane.length()).take(room) {
        let here = Rect { y: area.y + y, height: LINES.min(area.height.saturating_sub(y)), ..area };
        y += each;
        let chosen = focused && board.grab.is_none() && place == lane.cursor;
        match lane.card(place) {
            Some(card) => draw(board, canvas, here, card, chosen, is_month(lane.column.key)),
            None => drop(canvas.text(row(here, 0), &format!(" {}", glyphs.ellipsis), theme.dim)),
        }
        canvas.hit(here, mouse::on_card(slot.lane, place));
        if each > LINES && place + 1 < lane.length() && y <= area.height {
            let rule = glyphs.horizontal.repeat(usize::from(area.width.saturating_sub(2)));
            canvas.text(row(area, y - 1), &format!(" {rule}"), theme.border);
        }
    }
    let below = lane.length().saturating_sub(lane.first + room);
    if below > 0 && inside.height > 4 {
        let words = if context.is_chinese() { format!("还有 {below} 个") } else { format!("{below} more") };
        canvas.text(row(inside, inside.height - 1), &format!(" {} {words}", glyphs.down), theme.dim);
    }
}

/// How many there are and what they come to, as far as there is room.
fn sum(lane: &Lane, room: usize, context: &Context) -> String {
    let (count, amounts) = (lane.column.deals.to_string(), &lane.column.amounts);
    let whole = format!("{count}  {}", figures::amounts(amounts, context));
    let first = amounts.iter().take(1).map(|amount| format!("{count}  {} +", figures::money(*amount, context)));
    [whole.trim().to_owned()].into_iter().chain(first).find(|text| text::width(text) <= room).unwrap_or(count)
}

/// How many deals have which signal; over a column that something is held over, what would come there.
fn signals(board: &Board, canvas: &mut Canvas, area: Rect, lane: &Lane, place: usize) {
    let context = canvas.context;
    let (theme, glyphs) = (context.theme, context.glyphs);
    if let Some(grab) = board.grab.as_ref().filter(|grab| grab.to == place && grab.from != place) {
        canvas.text(area, &format!(" {} {}", glyphs.arrow, grab.words), theme.text);
        return canvas.paint(area, theme.selection);
    }
    let mut rest = Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area };
    if let Some(mix) =
        lane.mix.filter(|_| lane.column.deals > 0 && lane.column.outcome == crate::pipeline::Outcome::Open)
    {
        for signal in Signal::ALL {
            let count = mix.of(signal);
            let style = if count == 0 { theme.dim } else { view::style(signal, context) };
            let used = canvas.text(rest, &format!("{}{count} ", signal.sign()), style);
            rest = Rect { x: rest.x + used, width: rest.width.saturating_sub(used), ..rest };
        }
    }
    if lane.first > 0 {
        canvas.text_right(rest, &format!("{} {} ", glyphs.up, lane.first), theme.dim);
    }
}

/// One card: what it is about, what it is worth, what is next.
fn draw(board: &Board, canvas: &mut Canvas, area: Rect, card: &Card, chosen: bool, by_month: bool) {
    let context = canvas.context;
    let (theme, glyphs) = (context.theme, context.glyphs);
    let held = board.grab.as_ref().is_some_and(|grab| grab.ids.contains(&card.id));
    let marked = board.marks.contains(&card.id);
    let base = if held { theme.dim } else { theme.text };
    for line in rows(area) {
        let sign = if chosen { glyphs.cursor } else { " " };
        canvas.text(Rect { width: 1, ..line }, sign, theme.focus);
    }
    let inside = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let cells = usize::from(inside.width);
    let mark = if marked { format!("{} ", glyphs.mark) } else { String::new() };
    let (heading, customer) = figures::heading_in(card, cells.saturating_sub(mark.len()), context);
    let style = if marked {
        theme.marked
    } else if held {
        theme.dim
    } else {
        theme.title
    };
    let style = if chosen || marked { style } else { base };
    canvas.pieces(row(inside, 0), &[(&mark, theme.marked), (&heading, style)]);
    if chosen {
        canvas.paint(Rect { width: area.width.saturating_sub(1), ..row(inside, 0) }, theme.selection);
    }
    worth(canvas, row(inside, 1), card, base, by_month);
    let next = figures::next(card.signal, card.next.as_ref(), context);
    let subject = card.next.as_ref().map_or("", |step| step.subject.as_str());
    let style = if held { theme.dim } else { view::style(card.signal, context) };
    let sign = format!("{} ", card.signal.sign());
    let room = cells.saturating_sub(text::width(&next) + 5);
    // Whose deal it is matters more than what is planned, where both do not fit.
    let asides = customer.iter().map(String::as_str).chain([subject]).filter(|words| room >= 8 && !words.is_empty());
    let aside: Vec<String> = asides.map(|words| format!(" {} {words}", glyphs.dot)).collect();
    let aside = aside.concat();
    canvas.pieces(row(inside, 2), &[(&sign, style), (&next, style), (&aside, theme.dim)]);
}

/// `¥420k   50% Wei R19d`; by month, the stage instead of the days in it.
fn worth(canvas: &mut Canvas, line: Rect, card: &Card, base: Style, by_month: bool) {
    let context = canvas.context;
    let theme = context.theme;
    let amount = card.amount.map_or_else(|| "-".to_owned(), |amount| figures::money(amount, context));
    let chance = card.probability.map_or_else(String::new, figures::percent);
    let owner = figures::initials(&card.owner);
    let days = card.days.map_or_else(String::new, |days| told_days(days, context));
    let side = match (by_month, card.stale) {
        (true, _) => text::cut(&card.stage, 12, context.glyphs.ellipsis),
        (false, true) => format!("R{days}"),
        (false, false) => days,
    };
    let side_style = if card.stale && !by_month { theme.bad } else { theme.dim };
    let room = usize::from(line.width).saturating_sub(text::width(&side) + 1);
    let wide = text::width(&amount).max(7);
    let left = format!("{} {chance:>4} {owner}", text::fit(&amount, wide, false, ""));
    // Whose it is goes before half a name stands there, then how likely it is.
    let ways = [left, format!("{amount} {chance} {owner}"), format!("{amount} {chance}"), amount];
    let left = ways.iter().find(|words| text::width(words) <= room).or(ways.last());
    canvas.text(line, &text::cut(left.map_or("", String::as_str), room, context.glyphs.ellipsis), base);
    canvas.text_right(line, &side, side_style);
}

fn told_days(days: i64, context: &Context) -> String {
    if context.is_chinese() { format!("{days}天") } else { format!("{days}d") }
}

/// A folded column: its name from top to bottom, how many, and what they come to.
pub fn stub(board: &Board, canvas: &mut Canvas, slot: &Slot) {
    let context = canvas.context;
    let theme = context.theme;
    let Some(lane) = board.lanes.get(slot.lane) else { return };
    let focused = slot.lane == board.focus();
    let inside = canvas.frame(slot.area, "", "", focused);
    let room = usize::from(inside.height.saturating_sub(4));
    let name = figures::column_name(&lane.column, context);
    for (letter, line) in name.graphemes(true).take(room).zip(rows(trimmed(inside, 1, 0))) {
        canvas.text(
            Rect { x: line.x + 2, width: line.width.saturating_sub(2), ..line },
            letter,
            if focused { theme.title } else { theme.text },
        );
    }
    if inside.height > 3 {
        let count = lane.column.deals.to_string();
        canvas.text_right(row(inside, inside.height - 2), &count, theme.text);
        let sum =
            lane.column.amounts.first().map_or_else(String::new, |money| figures::number(*money, context.is_chinese()));
        // Half a figure would be another figure: where it has no room, its digits after the point go.
        let room = usize::from(inside.width);
        let sum = if text::width(&sum) > room { figures::coarse(&sum) } else { sum };
        canvas.text_right(row(inside, inside.height - 1), &sum, theme.dim);
    }
    if let Some(grab) = board.grab.as_ref().filter(|grab| grab.to == slot.lane && grab.from != slot.lane) {
        canvas.text(row(inside, 0), &format!(" {} {}", context.glyphs.arrow, grab.words), theme.text);
        canvas.paint(row(inside, 0), theme.selection);
    }
}
