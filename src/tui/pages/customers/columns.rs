//! The columns of the list of customers where it stands alone.

use crate::tui::{canvas::Canvas, context::Context, hits::Target, listing::Listing, text};
use ratatui::layout::Rect;

/// How wide each column is; 0 for those that there is no room for. Which go first is fixed: city, owner, open, touch.
pub struct Columns([usize; 7]);

impl Columns {
    /// Those that there is room for.
    pub fn of(room: usize) -> Self {
        let mut widths = [0, 3, 10, 12, 11, 6, 9];
        for place in [2, 3, 4, 5, 6] {
            let taken: usize = widths.iter().filter(|width| **width > 0).map(|width| width + 1).sum();
            if taken + 28 <= room {
                break;
            }
            if let Some(width) = widths.get_mut(place) {
                *width = 0;
            }
        }
        let taken: usize = widths.iter().filter(|width| **width > 0).map(|width| width + 1).sum();
        if let Some(name) = widths.first_mut() {
            *name = room.saturating_sub(taken + 4).max(1);
        }
        Self(widths)
    }

    /// The texts of a row, each in its column.
    pub fn fit(&self, told: &[String; 7], context: &Context) -> String {
        let mut line = String::new();
        for (place, (words, width)) in told.iter().zip(self.0).enumerate().filter(|(_, (_, width))| *width > 0) {
            let right = matches!(place, 4 | 5);
            line.push_str(&text::fit(words, width, right, context.glyphs.ellipsis));
            line.push(' ');
        }
        line
    }

    /// A click on one sorts by it.
    pub fn draw_headings(&self, canvas: &mut Canvas, line: Rect, listing: &Listing) {
        let (theme, glyphs) = (canvas.context.theme, canvas.context.glyphs);
        let mut x = line.x + 3;
        for ((words, path), width) in HEADINGS.iter().zip(self.0).filter(|(_, width)| *width > 0) {
            let sign = match listing.sort.iter().find(|sort| sort.path == *path) {
                Some(sort) if sort.descending => format!(" {}", glyphs.down),
                Some(_) => format!(" {}", glyphs.up),
                None => String::new(),
            };
            let [english, chinese] = words;
            let label = format!("{}{sign}", canvas.context.pick(english, chinese));
            let label = text::fit(&label, width, matches!(*path, "" | "last_touch"), glyphs.ellipsis);
            let here = Rect { x, width: line.right().saturating_sub(x), ..line };
            let used = canvas.text(here, &label, theme.dim);
            if let Some(place) = listing.heads().iter().position(|head| head.name == *path) {
                canvas.hit(Rect { width: used.min(here.width), ..here }, Target::Heading(place));
            }
            x = x.saturating_add(used + 1);
        }
    }
}

/// What the columns are called, and by which field each is sorted.
const HEADINGS: [([&str; 2], &str); 7] = [
    (["Name", "名称"], "name"),
    (["Lvl", "级"], "level"),
    (["City", "城市"], "city"),
    (["Owner", "负责人"], "owner"),
    (["Open", "商机额"], ""),
    (["Touch", "上次"], "last_touch"),
    (["Next", "下一步"], "next_step"),
];
