//! More about the card under the cursor: whom to talk to, what was last, what is next and what would be best.

use super::{Board, figures, view};
use crate::{
    pipeline::kanban::{Brief, Card, Person, Step},
    tui::{
        canvas::{Canvas, row},
        context::Context,
        text,
    },
};
use ratatui::{layout::Rect, style::Style};

pub fn draw(board: &Board, canvas: &mut Canvas, area: Rect) {
    let context = canvas.context;
    let Some(card) = board.card() else {
        canvas.frame(area, "", "", false);
        return;
    };
    let facts = facts(card, context);
    let title = text::cut(
        &figures::heading(card).replace('·', context.glyphs.dot),
        usize::from(area.width).saturating_sub(text::width(&facts) + 10),
        context.glyphs.ellipsis,
    );
    let inside = canvas.frame(area, &title, &facts, false);
    canvas.foot(area, context.pick("Enter full page", "Enter 打开详情"));
    let brief = board.brief.as_ref().filter(|brief| brief.id == card.id);
    let stays = board.lane().and_then(|lane| lane.column.days_to_rot);
    let stay = stay(card, stays, context);
    let first = row(inside, 0);
    let side = u16::try_from(text::width(&stay) + 2).unwrap_or(first.width);
    let left = Rect { width: first.width.saturating_sub(side), ..first };
    person(canvas, left, brief.and_then(|brief| brief.person.as_ref()), brief.is_none());
    let style = if card.stale { context.theme.bad } else { context.theme.dim };
    canvas.text_right(Rect { width: first.width.saturating_sub(1), ..first }, &stay, style);
    let last = brief.and_then(|brief| brief.last.as_ref());
    let last = last.map_or_else(String::new, |step| done(step, context));
    let nothing = context.pick("nothing was done about it yet", "尚无跟进记录").to_owned();
    let last = if last.is_empty() && brief.is_some() { nothing } else { last };
    line(canvas, row(inside, 1), context.pick("Last", "最近"), &last, context.theme.text);
    next(canvas, row(inside, 2), card);
    if let Some(brief) = brief {
        rest(canvas, row(inside, 3), brief);
    }
}

/// `¥420k · 50% · close 18 Dec · owner Wei`.
fn facts(card: &Card, context: &Context) -> String {
    let mut facts = Vec::new();
    facts.extend(card.amount.map(|amount| figures::money(amount, context)));
    facts.extend(card.probability.map(figures::percent));
    if !card.close.is_empty() {
        let day = figures::day_of(&card.close, context);
        facts.push(format!("{} {day}", context.pick("close", "预计成交")));
    }
    if !card.owner.is_empty() {
        facts.push(format!("{} {}", context.pick("owner", "负责人"), card.owner));
    }
    facts.push(format!("D{}", card.id));
    facts.join(&format!(" {} ", context.glyphs.dot))
}

fn line(canvas: &mut Canvas, area: Rect, label: &str, words: &str, style: Style) {
    let context = canvas.context;
    let label = text::fit(label, 8, false, "");
    canvas.pieces(area, &[(" ", style), (&label, context.theme.dim), (" ", style), (words, style)]);
}

fn person(canvas: &mut Canvas, area: Rect, person: Option<&Person>, waiting: bool) {
    let context = canvas.context;
    let label = context.pick("Contact", "联系人");
    let Some(person) = person else {
        let words = if waiting { "" } else { context.pick("nobody is named", "未指定联系人") };
        return line(canvas, area, label, words, context.theme.dim);
    };
    let role = if person.decides { context.pick(" (decides)", "（决策人）") } else { "" };
    let title = if person.job_title.is_empty() { String::new() } else { format!(", {}", person.job_title) };
    let words = [format!("{}{title}{role}", person.name), person.phone.clone(), person.email.clone()];
    let words: Vec<String> = words.into_iter().filter(|part| !part.is_empty()).collect();
    line(canvas, area, label, &words.join("   "), context.theme.text);
}

/// `in stage 19 d > 14 d`.
fn stay(card: &Card, allowed: Option<i64>, context: &Context) -> String {
    let Some(days) = card.days else { return String::new() };
    let beyond = allowed.filter(|_| card.stale);
    match (context.is_chinese(), beyond) {
        (false, None) => format!(" in stage {days} d"),
        (false, Some(allowed)) => format!(" in stage {days} d > {allowed} d"),
        (true, None) => format!(" 本阶段 {days} 天"),
        (true, Some(allowed)) => format!(" 本阶段 {days} 天 > {allowed} 天"),
    }
}

/// `4 Nov  meeting: budget approved`.
fn done(step: &Step, context: &Context) -> String {
    let day = step.at.map_or_else(String::new, |at| figures::moment(at, context));
    let outcome =
        if step.outcome.is_empty() { String::new() } else { format!(" {} {}", context.glyphs.arrow, step.outcome) };
    let colon = context.pick(": ", "：");
    format!("{day}  {}{colon}{}{outcome}", figures::sort(step, context), step.subject)
}

fn next(canvas: &mut Canvas, area: Rect, card: &Card) {
    let context = canvas.context;
    let label = context.pick("Next", "下一步");
    let style = view::style(card.signal, context);
    let words = match &card.next {
        Some(step) => {
            let colon = context.pick(": ", "：");
            format!("{} {}{colon}{}", card.signal.sign(), figures::next(card.signal, Some(step), context), step.subject)
        }
        None => context.pick("? none planned: press a to plan one", "? 未安排：按 a 安排").to_owned(),
    };
    line(canvas, area, label, &words, style);
}

/// What would be best, who else wants it; of a closed deal, why.
fn rest(canvas: &mut Canvas, area: Rect, brief: &Brief) {
    let context = canvas.context;
    if !brief.reason.is_empty() {
        let instead = if brief.instead.is_empty() {
            String::new()
        } else {
            format!(" {} {}", context.glyphs.arrow, brief.instead)
        };
        let words = format!("{}{instead}", brief.reason);
        return line(canvas, area, context.pick("Because", "原因"), &words, context.theme.text);
    }
    let mut words = Vec::new();
    words.extend(brief.advice.map(|[english, chinese]| context.pick(english, chinese).to_owned()));
    if !brief.competitors.is_empty() {
        words.push(format!("{} {}", context.pick("competitor:", "竞争对手："), brief.competitors.join(", ")));
    }
    line(
        canvas,
        area,
        context.pick("Best", "建议"),
        &words.join(&format!(" {} ", context.glyphs.dot)),
        context.theme.accent,
    );
}
