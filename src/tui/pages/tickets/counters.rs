//! The counters above the queue: how many are late, soon due, new, waiting, mine; each shows its tickets.

use super::Tickets;
use crate::{
    Cause, Crm, Result,
    crm::Query,
    record::{Total, filter},
    tui::{canvas::Canvas, command::Cmd, context::Context, hits::Target},
};
use jiff::SignedDuration;
use ratatui::layout::Rect;

/// One counter, and which tickets it counts.
pub struct View {
    words: [&'static str; 2],
    /// For narrow screens.
    short: [&'static str; 2],
    base: fn(&Context) -> String,
}

/// What is not solved yet; in brackets, so that a form for a new ticket takes nothing over from it.
const OPEN: &str = "(status=new,open,pending,on_hold)";
/// Whose clocks run, so that they are due at some time; their index leads to those of a queue that are.
const RUNNING: &str = "(status=new,open)";
pub const MINE: usize = 5;
pub const ALL: usize = 7;

pub static VIEWS: [View; 8] = [
    View {
        words: ["Breached", "已超时"],
        short: ["Breached", "超时"],
        base: |context| format!("{RUNNING} due<{}", instant(context, 0)),
    },
    View { words: ["< 1h", "1 小时内"], short: ["<1h", "<1时"], base: within_the_hour },
    View {
        words: ["Today", "今天到期"],
        short: ["Today", "今天"],
        base: |context| format!("{RUNNING} due>={} due<tomorrow", instant(context, 0)),
    },
    View { words: ["New", "新工单"], short: ["New", "新"], base: |_| "status=new".to_owned() },
    View {
        words: ["Waiting on customer", "等待客户"],
        short: ["Waiting", "等客户"],
        base: |_| "(status=pending)".to_owned(),
    },
    View { words: ["Mine", "我的"], short: ["Mine", "我的"], base: |_| format!("{OPEN} owner=me") },
    View { words: ["Unassigned", "未分配"], short: ["Unassigned", "未分配"], base: |_| format!("{OPEN} owner:") },
    View { words: ["All", "全部"], short: ["All", "全部"], base: |_| OPEN.to_owned() },
];

/// So many hours from now, to the second.
fn instant(context: &Context, hours: i64) -> String {
    let now = context.reading.clock.now();
    let then = now.checked_add(SignedDuration::from_hours(hours)).unwrap_or(now);
    then.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn within_the_hour(context: &Context) -> String {
    format!("{RUNNING} due>={} due<{}", instant(context, 0), instant(context, 1))
}

impl Tickets {
    /// What the list always holds to: the counter that is chosen, and the queue.
    pub(super) fn base(&self, view: usize, context: &Context) -> String {
        let base = VIEWS.get(view).map_or_else(String::new, |view| (view.base)(context));
        match &self.queue {
            Some((queue, _)) => format!("{base} queue=TQ{queue}"),
            None => base,
        }
    }

    /// Which counter is chosen; one's own tickets unless said.
    pub(super) fn chosen(&self) -> usize {
        self.view.unwrap_or(MINE)
    }

    pub(super) fn choose(&mut self, view: usize, context: &Context) -> Vec<Cmd> {
        self.view = Some(view.min(VIEWS.len() - 1));
        self.listing.base = self.base(self.chosen(), context);
        self.listing.marks.clear();
        self.listing.reload(context)
    }

    pub(super) fn choose_next(&mut self, by: usize, context: &Context) -> Vec<Cmd> {
        self.choose((self.chosen() + by) % VIEWS.len(), context)
    }

    pub(super) fn ask_counts(&self, context: &Context) -> Cmd {
        let bases: Vec<String> = (0..VIEWS.len()).map(|view| self.base(view, context)).collect();
        let ask = move |crm: &mut Crm| bases.iter().map(|base| count(crm, base)).collect::<Result<Vec<_>>>();
        Cmd::ask(self.number, "counts", ask, |page: &mut Self, answer, context| {
            let Ok(counts) = answer else { return Vec::new() };
            page.counts = counts;
            let nothing = matches!(page.counts.get(MINE), Some(None | Some(Total::Exactly(0))));
            // Whoever has no tickets of their own looks at all of them.
            if page.view.is_none() {
                return if nothing { page.choose(ALL, context) } else { page.choose(MINE, context) };
            }
            Vec::new()
        })
    }

    pub(super) fn draw_counters(&self, canvas: &mut Canvas, line: Rect) {
        let context = canvas.context;
        let theme = context.theme;
        let narrow = line.width < 100;
        let mut left = line;
        for (place, view) in VIEWS.iter().enumerate() {
            let [english, chinese] = if narrow { view.short } else { view.words };
            let count = match self.counts.get(place).copied().flatten() {
                Some(Total::Exactly(count)) => count.to_string(),
                Some(Total::MoreThan(count)) => format!("{count}+"),
                None => context.glyphs.ellipsis.to_owned(),
            };
            let here = place == self.chosen();
            let [before, after] = if here { ["[", "]"] } else { [" ", " "] };
            let words = format!("{before}{} {count}{after}", context.pick(english, chinese));
            let late = place == 0 && count != "0";
            let style = match (here, late) {
                (_, true) => theme.bad,
                (true, _) => theme.title,
                _ => theme.text,
            };
            let used = canvas.text(left, &words, style);
            canvas.hit(Rect { width: used, ..left }, Target::Part(place));
            let used = used + u16::from(!narrow);
            left = Rect { x: left.x + used.min(left.width), width: left.width.saturating_sub(used), ..left };
        }
    }
}

/// How many there are; none where it cannot be said, as who `me` is.
fn count(crm: &mut Crm, base: &str) -> Result<Option<Total>> {
    let query = Query { filter: filter::parse(base)?, ..Query::new("ticket") };
    match crm.total(&query) {
        Ok(total) => Ok(Some(total)),
        Err(error) if error.cause == Cause::Interrupted => Err(error),
        Err(_) => Ok(None),
    }
}
