//! The whole screen: tabs, breadcrumbs, the page, boxes on top of it, toasts, and what can be done.

use super::{
    action,
    canvas::{Canvas, row},
    hits::{Hit, Target},
    key,
    page::Page,
    state::State,
    text,
    toast::Tone,
};
use crate::record::Total;
use ratatui::{
    Frame,
    layout::{Position, Rect},
};

/// Draws a frame, and says what a click on each place means.
pub fn view(state: &State, frame: &mut Frame) -> Vec<Hit> {
    let mut canvas = Canvas::new(frame.buffer_mut(), &state.context);
    let area = canvas.area();
    draw(state, &mut canvas, area);
    let (hits, caret) = (canvas.hits, canvas.caret);
    if let Some(Position { x, y }) = caret {
        frame.set_cursor_position((x, y));
    }
    hits
}

fn draw(state: &State, canvas: &mut Canvas, area: Rect) {
    canvas.paint(area, state.context.theme.text);
    if area.width < 40 || area.height < 10 {
        return too_small(state, canvas, area);
    }
    tabs(state, canvas, row(area, 0));
    crumbs(state, canvas, row(area, 1));
    if let Some(page) = state.page() {
        page.view(canvas, state.context.body());
    }
    let rail = state.context.rail();
    if rail.width > 0 {
        state.rail.draw(canvas, rail, false);
    }
    for page in &state.boxes {
        // What lies beneath is not meant while a box is open.
        canvas.hits.clear();
        canvas.caret = None;
        canvas.hit(area, Target::Nothing);
        let place = place(&**page, area);
        canvas.clear(place);
        page.view(canvas, place);
    }
    if state.hinting {
        following(state, canvas, area);
    }
    let foot = row(area, area.height - 1);
    if state.toasts.is_empty() || area.height >= 20 {
        footer(state, canvas, foot);
    }
    // The line above the footer says where a card goes while it is carried.
    if !state.contexts().contains(&"board-grab") {
        toasts(state, canvas, if area.height >= 20 { row(area, area.height - 2) } else { foot });
    }
}

/// Where a box stands: above the lines of words and keys, where there is room.
#[must_use]
pub fn place(page: &dyn Page, area: Rect) -> Rect {
    let below = if area.height >= 20 { 2 } else { 1 };
    page.place(Rect { height: area.height.saturating_sub(below), ..area }).intersection(area)
}

/// A window that holds nothing but a word on that, and where one is.
fn too_small(state: &State, canvas: &mut Canvas, area: Rect) {
    let title = state.page().map_or_else(String::new, |page| page.title(&state.context));
    canvas.text(row(area, 0), &title, state.context.theme.title);
    let words = state.context.pick("Window too small (40 x 10)", "窗口太小（至少 40 x 10）");
    canvas.text(row(area, 1), words, state.context.theme.dim);
}

fn tabs(state: &State, canvas: &mut Canvas, line: Rect) {
    let context = &state.context;
    let theme = context.theme;
    let narrow = line.width < 100;
    let mut x = line.x + canvas.text(line, " kehu ", theme.title);
    for (place, stack) in state.stacks.iter().enumerate() {
        let tab = stack.tab;
        let label = match (context.is_chinese(), narrow) {
            (true, _) => tab.label_zh,
            (false, true) => tab.short,
            (false, false) => tab.label,
        };
        let here = place == state.current;
        let (left, right) = if here { ("[", "]") } else { (" ", " ") };
        let words = format!("{left}{} {label}{right}", tab.number);
        let rest = Rect { x, width: line.right().saturating_sub(x), ..line };
        let used = canvas.text(rest, &words, if here { theme.focus } else { theme.text });
        canvas.hit(Rect { width: used, ..rest }, Target::Tab(tab.number));
        x = x.saturating_add(used);
    }
    let clock = &context.reading.clock;
    let time = clock.now().to_zoned(clock.zone().clone()).strftime("%H:%M").to_string();
    let who = context.user.as_ref().map_or("", |(_, name)| name.as_str());
    let turning = state.spinning.map_or(" ", |turns| context.glyphs.spinner.get(turns % 4).copied().unwrap_or(" "));
    let right = if narrow { format!(" {time} ") } else { format!(" {who}  {time} ") };
    let mut rest = Rect { x, width: line.right().saturating_sub(x), ..line };
    let mut leftwards = |canvas: &mut Canvas, words: &str, style, means: Option<&'static str>| {
        if words.is_empty() || text::width(words) > usize::from(rest.width) {
            return;
        }
        let used = canvas.text_right(rest, words, style);
        rest.width = rest.width.saturating_sub(used);
        if let Some(action) = means {
            canvas.hit(Rect { x: rest.right(), width: used, ..rest }, Target::Act(action));
        }
    };
    leftwards(canvas, &right, theme.dim, None);
    let (bell, due) = bell(state);
    leftwards(canvas, &bell, if due { theme.warning } else { theme.dim }, Some("frame.notices"));
    if !narrow {
        leftwards(canvas, &format!(" ^K {}  ", context.pick("find", "查找")), theme.dim, Some("frame.palette"));
    }
    leftwards(canvas, &format!("{turning} "), theme.dim, None);
}

/// How many plans are late or due today, and the keys that show them.
fn bell(state: &State) -> (String, bool) {
    match state.bell {
        None | Some(Total::Exactly(0)) => (String::new(), false),
        Some(Total::Exactly(count)) => (format!("{} {count}  ", state.context.pick("notices", "通知")), true),
        Some(Total::MoreThan(count)) => (format!("{} {count}+  ", state.context.pick("notices", "通知")), true),
    }
}

fn crumbs(state: &State, canvas: &mut Canvas, line: Rect) {
    let context = &state.context;
    let Some(stack) = state.stacks.get(state.current) else { return };
    let names: Vec<String> = stack.pages.iter().map(|page| page.title(context)).collect();
    let crumb = format!(" {} ", context.glyphs.crumb);
    let lost = state.lost.is_some();
    let words = match (lost, state.writes.slow) {
        (true, _) => context.pick("! out of reach: ", "! 无法访问："),
        (false, true) => context.pick("saving to ", "正在写入 "),
        (false, false) => "",
    };
    let most = usize::from(line.width) / if words.is_empty() { 3 } else { 2 };
    let right = text::cut(&format!("{words}{} ", context.database), most, context.glyphs.ellipsis);
    let room = usize::from(line.width).saturating_sub(text::width(&right) + 2);
    let mut shown = names.join(&crumb);
    // Where there is no room, the latest say where one is.
    let mut skipped = 0;
    while text::width(&shown) > room && skipped + 1 < names.len() {
        skipped += 1;
        let rest: Vec<String> = names.iter().skip(skipped).cloned().collect();
        shown = format!("{}{crumb}{}", context.glyphs.ellipsis, rest.join(&crumb));
    }
    canvas.text(
        Rect { width: u16::try_from(room + 1).unwrap_or(line.width), ..line },
        &format!(" {shown}"),
        context.theme.title,
    );
    let theme = context.theme;
    let style = if lost {
        theme.bad
    } else if state.writes.slow {
        theme.warning
    } else {
        theme.dim
    };
    canvas.text_right(line, &right, style);
}

/// What can be done here, as far as there is room; what cannot be done now is dim.
fn footer(state: &State, canvas: &mut Canvas, line: Rect) {
    let context = &state.context;
    let theme = context.theme;
    let mut x = line.x + 1;
    // Where letters are text, an action is offered by a key that is none.
    let typing = state.top().is_some_and(Page::typing);
    let letter = |keys: &&&str| key::Key::sequence(keys).first().is_some_and(|key| key.letter().is_some());
    let mut contexts = state.contexts();
    if contexts.first().is_some_and(|first| matches!(*first, "bar" | "note")) {
        contexts.retain(|context| matches!(*context, "bar" | "note" | "global"));
    }
    for action in action::offered(&contexts) {
        let Some(keys) = action.keys.iter().find(|keys| !typing || !letter(keys)).map(|keys| key::label(keys)) else {
            continue;
        };
        let label = action.label(context);
        let wide = u16::try_from(text::width(&keys) + text::width(label) + 3).unwrap_or(u16::MAX);
        if x.saturating_add(wide) > line.right() {
            break;
        }
        let usable = (action.enabled)(state).is_ok();
        let here = Rect { x, width: wide, ..line };
        let style = if usable { theme.key } else { theme.dim };
        canvas.pieces(here, &[(&keys, style), (" ", theme.text), (label, if usable { theme.text } else { theme.dim })]);
        canvas.hit(here, Target::Act(action.id));
        x = x.saturating_add(wide);
    }
    // Boxes let no other key through, but Esc leaves each of them.
    let (key, label) = ("Esc", context.pick("cancel", "取消"));
    let wide = u16::try_from(text::width(key) + text::width(label) + 1).unwrap_or(u16::MAX);
    if !state.boxes.is_empty() && x.saturating_add(wide) <= line.right() {
        let here = Rect { x, width: wide, ..line };
        canvas.pieces(here, &[(key, theme.key), (" ", theme.text), (label, theme.text)]);
        canvas.hit(here, Target::Act("frame.back"));
    }
}

/// The latest words on the line above the footer, older ones above it; long ones take two lines.
fn toasts(state: &State, canvas: &mut Canvas, line: Rect) {
    let theme = state.context.theme;
    let mut y = line.y;
    // Where there are few rows, older words give way; what went wrong does not, but nothing covers a line to write in.
    let few = state.context.screen.height < 30;
    let covers = state.top().is_none_or(|page| !page.has_line_below());
    let shown = state.toasts.iter().rev().enumerate();
    for (place, toast) in shown.filter(|(place, toast)| !few || *place == 0 || toast.tone == Tone::Error) {
        let sign = format!(" {} ", toast.sign());
        let blank = " ".repeat(text::width(&sign));
        let room = usize::from(line.width).saturating_sub(text::width(&sign) + 1).max(1);
        let lines = text::wrap(&toast.text, room);
        let widest = lines.iter().map(|words| text::width(words)).max().unwrap_or_default();
        let wide = u16::try_from(widest + text::width(&sign) + 1).unwrap_or(line.width).min(line.width);
        let style = match toast.tone {
            Tone::Done => theme.good,
            Tone::Notice => theme.accent,
            Tone::Error => theme.bad,
        };
        let count = lines.len().min(3);
        if place == 0 && count > 1 && y + 1 < state.context.screen.height {
            // Long words begin above the footer and go on over it.
            y += 1;
        }
        for (at, words) in lines.iter().take(count).enumerate().rev() {
            if !covers && y + 1 == line.y {
                y -= 1;
            }
            if y <= 1 {
                return;
            }
            let here = Rect { y, width: if place == 0 && count == 1 { line.width } else { wide }, ..line };
            canvas.clear(here);
            canvas.pieces(here, &[(if at == 0 { &sign } else { &blank }, style), (words, theme.text)]);
            y -= 1;
        }
    }
}

/// What may follow the keys that were pressed.
fn following(state: &State, canvas: &mut Canvas, area: Rect) {
    let found = action::following(&state.contexts(), &state.pressed);
    let height = u16::try_from(found.len() + 2).unwrap_or(20).min(area.height);
    let place =
        Rect { x: area.right().saturating_sub(44), y: area.bottom().saturating_sub(height + 1), width: 44, height };
    let place = place.intersection(area);
    canvas.clear(place);
    let pressed: Vec<String> = state.pressed.iter().map(|key| key.label()).collect();
    let inside = canvas.frame(place, &pressed.join(" "), "", true);
    for ((keys, action), line) in found.iter().zip(super::canvas::rows(inside)) {
        let theme = state.context.theme;
        canvas.pieces(
            line,
            &[(" ", theme.text), (keys, theme.key), ("  ", theme.text), (action.label(&state.context), theme.text)],
        );
        canvas.hit(line, Target::Act(action.id));
    }
}
