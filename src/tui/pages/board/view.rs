//! How the page looks: a line on what is shown and what it comes to, the columns in sight, and more about one card.

use super::{Board, card, figures, mouse, strip};
use crate::{
    pipeline::kanban::{Key, Mix, Signal},
    record::Money,
    tui::{
        canvas::{Canvas, row, trimmed},
        context::Context,
        hits::Target,
        listing::Bar,
        text,
    },
};
use ratatui::{layout::Rect, style::Style};

/// How wide a folded column is.
const STUB: u16 = 7;

/// Where a column stands.
pub struct Slot {
    pub lane: usize,
    pub area: Rect,
    /// Folded, with no more than its name and sum.
    pub stub: bool,
}

/// The columns in sight.
pub struct Slots {
    /// The first of those that are not folded.
    pub left: usize,
    pub slots: Vec<Slot>,
}

/// The page in its parts.
struct Parts {
    head: Rect,
    /// All columns by name, where not all are in sight.
    stages: Rect,
    columns: Rect,
    strip: Rect,
}

/// How many columns stand side by side.
fn across(width: u16) -> usize {
    match width {
        0..60 => 1,
        60..100 => 2,
        100..116 => 3,
        116..160 => 4,
        160..220 => 6,
        _ => 8,
    }
}

fn is_narrow(context: &Context) -> bool {
    context.screen.width < 100
}

fn parts(board: &Board, context: &Context) -> Parts {
    let area = context.body();
    let wide = board.lanes.iter().filter(|lane| !board.is_folded(lane)).count();
    let stages = u16::from(is_narrow(context) || wide > across(area.width));
    let below = if area.height >= 28 { 6 } else { 0 };
    let columns = trimmed(area, 1 + stages, below);
    Parts {
        head: row(area, 0),
        stages: if stages > 0 { row(area, 1) } else { Rect::default() },
        columns,
        strip: Rect { y: columns.bottom(), height: area.bottom().saturating_sub(columns.bottom()), ..area },
    }
}

/// How many cards of a column are in sight.
pub fn room(board: &Board, context: &Context) -> usize {
    card::room(parts(board, context).columns)
}

/// Which columns are in sight, and where.
pub fn slots(board: &Board, context: &Context) -> Slots {
    let area = parts(board, context).columns;
    let (narrow, focus) = (is_narrow(context), board.focus());
    let (mut wide, mut stubs) = (Vec::new(), Vec::new());
    for (place, lane) in board.lanes.iter().enumerate() {
        match board.is_folded(lane) {
            true if narrow && place != focus => {}
            true if !narrow => stubs.push(place),
            _ => wide.push(place),
        }
    }
    stubs.truncate(usize::from(area.width / 3 / STUB));
    let count = across(area.width).min(wide.len());
    let here = wide.iter().position(|place| *place >= focus).unwrap_or(wide.len().saturating_sub(1));
    let left = board.left.clamp((here + 1).saturating_sub(count.max(1)), here).min(wide.len().saturating_sub(count));
    let mut order: Vec<usize> = wide.iter().copied().skip(left).take(count).chain(stubs.iter().copied()).collect();
    order.sort_unstable();
    let folded = u16::try_from(stubs.len()).unwrap_or_default() * STUB;
    let each = u16::try_from(count.max(1)).unwrap_or(1);
    let (width, mut spare) = ((area.width.saturating_sub(folded)) / each, area.width.saturating_sub(folded) % each);
    let (mut x, mut slots) = (area.x, Vec::new());
    for lane in order {
        let stub = stubs.contains(&lane);
        let wide = if stub { STUB } else { width + u16::from(spare > 0) };
        spare = if stub { spare } else { spare.saturating_sub(1) };
        slots.push(Slot { lane, area: Rect { x, width: wide, ..area }, stub });
        x = x.saturating_add(wide);
    }
    Slots { left, slots }
}

/// The style of a signal.
pub fn style(signal: Signal, context: &Context) -> Style {
    let theme = context.theme;
    match signal {
        Signal::Late => theme.bad,
        Signal::Today => theme.good,
        Signal::Planned => theme.dim,
        Signal::None => theme.warning,
    }
}

impl Board {
    pub(super) fn draw(&self, canvas: &mut Canvas, area: Rect) {
        if self.as_table {
            return self.draw_table(canvas, area);
        }
        let parts = parts(self, canvas.context);
        self.head(canvas, parts.head);
        if !parts.stages.is_empty() {
            self.stages(canvas, parts.stages);
        }
        let slots = slots(self, canvas.context);
        for slot in &slots.slots {
            canvas.hit(slot.area, mouse::on_lane(slot.lane));
            if slot.stub { card::stub(self, canvas, slot) } else { card::column(self, canvas, slot) }
        }
        if self.lanes.is_empty() && self.loaded {
            let words = canvas.context.pick(
                "There is no pipeline yet. Press N to add the first deal; that makes one.",
                "还没有销售流程。按 N 新增首个商机即可建立。",
            );
            canvas.text(row(parts.columns, 1), &format!("  {words}"), canvas.context.theme.dim);
        }
        if !parts.strip.is_empty() {
            strip::draw(self, canvas, parts.strip);
        }
        self.held(canvas, area);
    }

    fn draw_table(&self, canvas: &mut Canvas, area: Rect) {
        self.head(canvas, row(area, 0));
        let list = trimmed(area, 1, 0);
        let title = canvas.context.pick("Open deals", "进行中商机");
        let inside = canvas.frame(list, title, "", true);
        self.table.view(canvas, inside, true);
        canvas.foot(list, &self.table.position(canvas.context));
    }

    /// What is shown, and what it comes to.
    fn head(&self, canvas: &mut Canvas, line: Rect) {
        let context = canvas.context;
        let (theme, glyphs) = (context.theme, context.glyphs);
        let right = self.sums(context, usize::from(line.width).saturating_sub(24));
        let width = u16::try_from(text::width(&right) + 1).unwrap_or(line.width);
        canvas.text_right(Rect { width: line.width.saturating_sub(1), ..line }, &right, theme.title);
        let left = Rect { width: line.width.saturating_sub(width + 1), ..line };
        if let (Some((bar, input)), false) = (&self.table.bar, self.as_table) {
            let sign = if *bar == Bar::Search { " / " } else { context.pick(" filter: ", " 筛选：") };
            let used = canvas.text(left, sign, theme.key);
            let rest = Rect { x: left.x + used, width: left.width.saturating_sub(used), ..left };
            return input.view(canvas, rest, theme.text, true);
        }
        let name = self.named.as_ref().map_or("", |(_, name)| name.as_str());
        let name = format!(" {name} {}", glyphs.down);
        let used = canvas.text(left, &name, theme.title);
        canvas.hit(Rect { width: used.min(left.width), ..left }, Target::Act("board.pipeline"));
        let rest = Rect { x: left.x + used, width: left.width.saturating_sub(used), ..left };
        let month = if self.months { context.pick("  by month", "  按月") } else { "" };
        let view = self.table.view.as_ref().map_or_else(String::new, |view| format!("  \"{view}\""));
        let words = if self.table.words.is_empty() { String::new() } else { format!("  /{}", self.table.words) };
        let filter = if self.table.filter.is_empty() { String::new() } else { format!("  {}", self.table.filter) };
        let signal =
            self.signal.map_or_else(String::new, |signal| format!("  {} {}", signal.sign(), told(signal, context)));
        let marks = match self.marks.len() {
            0 => String::new(),
            count if context.is_chinese() => format!("  已选 {count}"),
            count => format!("  {count} marked"),
        };
        let fault = self.table.fault.as_ref().map_or_else(String::new, |fault| format!("  ! {fault}"));
        canvas.pieces(
            rest,
            &[
                (&marks, theme.marked),
                (&fault, theme.bad),
                (month, theme.accent),
                (&view, theme.accent),
                (&words, theme.accent),
                (&filter, theme.accent),
                (&signal, self.signal.map_or(theme.text, |signal| style(signal, context))),
            ],
        );
    }

    /// `37 deals  ¥8.42M  weighted ¥3.10M  !4 *12 -20 ?1`, the last parts where there is room.
    fn sums(&self, context: &Context, room: usize) -> String {
        let open = || self.lanes.iter().filter(|lane| lane.column.outcome == crate::pipeline::Outcome::Open);
        let deals: u64 = open().map(|lane| lane.column.deals).sum();
        let sum = |pick: fn(&super::Lane) -> &Vec<Money>| {
            let mut sums: Vec<Money> = Vec::new();
            for money in open().flat_map(pick) {
                match sums.iter_mut().find(|sum| sum.currency == money.currency) {
                    Some(sum) => sum.minor = sum.minor.saturating_add(money.minor),
                    None => sums.push(*money),
                }
            }
            let base = context.reading.currency;
            sums.sort_by_key(|money| (money.currency != base, std::cmp::Reverse(money.minor)));
            figures::amounts(&sums, context)
        };
        let count = match (context.is_chinese(), deals) {
            (true, _) => format!("{deals} 个商机"),
            (false, 1) => "1 deal".to_owned(),
            (false, _) => format!("{deals} deals"),
        };
        let weighted = sum(|lane| &lane.column.weighted);
        let weighted =
            if weighted.is_empty() { weighted } else { format!("{} {weighted}", context.pick("weighted", "加权")) };
        let mix = open().map(|lane| lane.mix).try_fold(Mix::default(), |all, mix| mix.map(|mix| all.and(mix)));
        let mix = mix.filter(|_| deals > 0).map_or_else(String::new, signs);
        let mut parts: Vec<String> = Vec::new();
        for part in [count, sum(|lane| &lane.column.amounts), weighted, mix] {
            let used: usize = parts.iter().map(|part| text::width(part) + 2).sum();
            if !part.is_empty() && used + text::width(&part) <= room {
                parts.push(part);
            }
        }
        parts.join("  ")
    }

    /// All columns by name, the ones in sight in brackets.
    fn stages(&self, canvas: &mut Canvas, line: Rect) {
        let context = canvas.context;
        let theme = context.theme;
        let names: Vec<String> = self
            .lanes
            .iter()
            .enumerate()
            .map(|(place, lane)| {
                let (left, right) = if place == self.focus() { ("[", "]") } else { (" ", " ") };
                format!("{left}{} {}{right}", figures::column_name(&lane.column, context), lane.column.deals)
            })
            .collect();
        // The one under the cursor is in sight, with as many before it as there is room for.
        let room = usize::from(line.width).saturating_sub(2);
        let mut first = 0;
        while first < self.focus()
            && names.iter().skip(first).take(self.focus() + 1 - first).map(|name| text::width(name)).sum::<usize>()
                > room
        {
            first += 1;
        }
        let mut x = line.x + 1;
        for (place, name) in names.iter().enumerate().skip(first) {
            let here = Rect { x, width: line.right().saturating_sub(x), ..line };
            let style = if place == self.focus() { theme.focus } else { theme.dim };
            if text::width(name) > usize::from(here.width) && place > first {
                canvas.text_right(here, context.glyphs.crumb, theme.dim);
                break;
            }
            let used = canvas.text(here, name, style);
            canvas.hit(Rect { width: used.min(here.width), ..here }, mouse::on_lane(place));
            x = x.saturating_add(used);
        }
    }

    /// What is held, and where it would be dropped.
    fn held(&self, canvas: &mut Canvas, area: Rect) {
        let Some(grab) = &self.grab else { return };
        let context = canvas.context;
        let (theme, glyphs) = (context.theme, context.glyphs);
        let name = |place: usize| {
            self.lanes.get(place).map_or_else(String::new, |lane| figures::column_name(&lane.column, context))
        };
        let line = if context.screen.height >= 20 {
            Rect { y: area.bottom(), height: 1, ..area }
        } else {
            Rect { height: 1, ..area }
        };
        canvas.clear(line);
        let word = context.pick(" MOVE ", " 移动 ");
        let way = format!("  {} {} {}  ", name(grab.from), glyphs.arrow, name(grab.to));
        // Where there is little room, the footer says so alone.
        let keys =
            if is_narrow(context) { "" } else { context.pick("Enter drops, Esc cancels", "Enter 放下，Esc 取消") };
        let words = text::cut(&grab.words, usize::from(line.width / 2), glyphs.ellipsis);
        canvas.pieces(
            line,
            &[
                (word, theme.selection),
                (" ", theme.text),
                (&words, theme.title),
                (&way, theme.accent),
                (keys, theme.dim),
            ],
        );
    }
}

/// `!2 *5 -20 ?15`.
pub fn signs(mix: Mix) -> String {
    Signal::ALL.map(|signal| format!("{}{}", signal.sign(), mix.of(signal))).join(" ")
}

/// A signal in words.
fn told(signal: Signal, context: &Context) -> &'static str {
    match signal {
        Signal::Late => context.pick("late", "逾期"),
        Signal::Today => context.pick("today", "今天"),
        Signal::Planned => context.pick("planned", "已安排"),
        Signal::None => context.pick("no next step", "无下一步"),
    }
}

/// Whether a column shows what its stage is, or the card does.
pub fn is_month(key: Key) -> bool {
    !matches!(key, Key::Stage(_))
}
