//! `Calendar`: a month to choose a day from, for fields that hold one; weeks begin on Monday.

use crate::tui::{
    canvas::{Canvas, row, rows, trimmed},
    command::Cmd,
    context::Context,
    hits::{Gesture, Target},
    page::Page,
    state::State,
    text,
};
use jiff::{ToSpan, civil::Date};
use ratatui::layout::Rect;

/// The days of the week over their columns.
const NAMES: [[&str; 7]; 2] = [["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"], ["一", "二", "三", "四", "五", "六", "日"]];
/// The days of the week as they stand behind a day.
const DAYS: [[&str; 7]; 2] =
    [["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], ["周一", "周二", "周三", "周四", "周五", "周六", "周日"]];

type Then = Box<dyn FnOnce(&mut State, Date) -> Vec<Cmd>>;

/// A month with a day under the cursor.
pub struct Calendar {
    number: u64,
    title: String,
    pub day: Date,
    then: Option<Then>,
}

/// `Fri` or `周五`.
#[must_use]
pub fn weekday(day: Date, context: &Context) -> &'static str {
    let place = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or_default();
    let names = DAYS.get(usize::from(context.is_chinese()));
    names.and_then(|names| names.get(place)).copied().unwrap_or_default()
}

/// `2026-12-18 Fri, +25d`, `2026-12-18 周五，25 天后`.
#[must_use]
pub fn told(day: Date, context: &Context) -> String {
    let days = context.reading.clock.today().until(day).map(|span| span.get_days()).unwrap_or_default();
    let name = weekday(day, context);
    match (context.is_chinese(), days) {
        (false, 0) => format!("{day} {name}, today"),
        (false, _) => format!("{day} {name}, {days:+}d"),
        (true, 0) => format!("{day} {name}，今天"),
        (true, 1..) => format!("{day} {name}，{days} 天后"),
        (true, _) => format!("{day} {name}，{} 天前", -days),
    }
}

impl Calendar {
    #[must_use]
    pub fn new(
        context: &Context,
        title: &str,
        day: Date,
        then: impl FnOnce(&mut State, Date) -> Vec<Cmd> + 'static,
    ) -> Self {
        Self { number: context.number(), title: title.to_owned(), day, then: Some(Box::new(then)) }
    }

    /// So many days on.
    pub(super) fn days(&mut self, by: i64) -> Vec<Cmd> {
        self.day = self.day.checked_add(by.days()).unwrap_or(self.day);
        Vec::new()
    }

    /// So many months on; the last day of a short month stands for a later one.
    pub(super) fn months(&mut self, by: i64) -> Vec<Cmd> {
        self.day = self.day.checked_add(by.months()).unwrap_or(self.day);
        Vec::new()
    }

    pub(super) fn today(&mut self, context: &Context) -> Vec<Cmd> {
        self.day = context.reading.clock.today();
        Vec::new()
    }

    /// Takes the day under the cursor and closes.
    pub(super) fn choose(state: &mut State) -> Vec<Cmd> {
        let mut taken = None;
        state.with(|calendar: &mut Self, _| {
            taken = calendar.then.take().map(|then| (then, calendar.day));
            Vec::new()
        });
        state.boxes.pop();
        taken.map_or_else(Vec::new, |(then, day)| then(state, day))
    }

    /// The Monday that the first row begins with.
    fn first(&self) -> Date {
        let first = self.day.first_of_month();
        let back = i64::from(first.weekday().to_monday_zero_offset());
        first.checked_sub(back.days()).unwrap_or(first)
    }

    /// What a month is called.
    fn month(&self, context: &Context) -> String {
        let (year, month) = (self.day.year(), self.day.month());
        if context.is_chinese() { format!("{year} 年 {month} 月") } else { self.day.strftime("%B %Y").to_string() }
    }

    fn draw_day(&self, canvas: &mut Canvas, line: Rect, column: u16, day: Date) {
        let theme = canvas.context.theme;
        let here = Rect { x: line.x.saturating_add(column * 4), width: 4, ..line }.intersection(line);
        let (left, right) = if day == self.day { ("[", "]") } else { (" ", " ") };
        let style = match day {
            day if day == self.day => theme.selection,
            day if day == canvas.context.reading.clock.today() => theme.accent,
            day if day.month() != self.day.month() => theme.dim,
            _ => theme.text,
        };
        canvas.text(here, &format!("{left}{:>2}{right}", day.day()), style);
        let days = (day - self.day).get_days();
        canvas.hit(here, Target::Row(usize::try_from(i64::from(days) + 100).unwrap_or_default()));
    }
}

impl Page for Calendar {
    fn id(&self) -> u64 {
        self.number
    }

    fn title(&self, _: &Context) -> String {
        self.title.clone()
    }

    fn contexts(&self) -> Vec<&'static str> {
        vec!["calendar"]
    }

    fn mouse(&mut self, target: &Target, gesture: Gesture, _: &Context) -> Vec<Cmd> {
        match (target, gesture) {
            (_, Gesture::Wheel(by)) => self.months(i64::from(by.signum())),
            (Target::Row(place), Gesture::Click) => {
                self.days(i64::try_from(*place).unwrap_or(100) - 100);
                vec![Cmd::act("calendar.choose")]
            }
            _ => Vec::new(),
        }
    }

    fn view(&self, canvas: &mut Canvas, area: Rect) {
        let context = canvas.context;
        let inside = canvas.frame(area, &self.month(context), &self.title, true);
        let inside = Rect { x: inside.x + 1, width: inside.width.saturating_sub(1), ..inside };
        let names = NAMES.get(usize::from(context.is_chinese())).copied().unwrap_or_default();
        let names: Vec<String> = names.iter().map(|name| text::fit(name, 2, false, "")).collect();
        canvas.text(row(inside, 0), &format!(" {}", names.join("  ")), context.theme.dim);
        let mut day = self.first();
        for line in rows(trimmed(inside, 1, 1)).take(6) {
            for column in 0..7 {
                self.draw_day(canvas, line, column, day);
                day = day.checked_add(1.day()).unwrap_or(day);
            }
        }
        let foot = row(inside, inside.height.saturating_sub(1));
        canvas.text(foot, &format!(" {}", told(self.day, context)), context.theme.title);
    }

    /// At the right of the middle, so that the field at the left stays in sight.
    fn place(&self, screen: Rect) -> Rect {
        let middle = crate::tui::canvas::centred(screen, 84, 10);
        let width = 32.min(middle.width);
        Rect { x: middle.right().saturating_sub(width + 1), width, ..middle }
    }
}
