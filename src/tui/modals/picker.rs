//! `Picker`: a list to choose from, narrowed by typing; also the palette, the help and the log are one.

use crate::{
    Crm, Result,
    tui::{
        canvas::{self, Canvas, row, rows, trimmed},
        command::Cmd,
        context::Context,
        fuzzy,
        hits::{Gesture, Target},
        key::Key,
        page::Page,
        state::State,
        text,
        widgets::{Input, Menu},
    },
};
use ratatui::layout::Rect;
use std::{sync::Arc, time::Duration};

/// One thing to choose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    pub label: String,
    /// Beside it: a key, a kind, a value.
    pub detail: String,
    /// What it stands for; the caller knows.
    pub value: String,
    /// Why it cannot be chosen now.
    pub reason: Option<String>,
    /// What is typed is also looked for in this.
    pub hidden: String,
}

impl Item {
    #[must_use]
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into(), ..Self::default() }
    }

    /// Called by the reader's language; found by the other one too.
    #[must_use]
    pub fn both(context: &Context, english: &str, chinese: &str, value: impl Into<String>) -> Self {
        Self::new(context.pick(english, chinese), value).found_as(format!("{english} {chinese}"))
    }

    /// A field by its label; found by the one in the other language too.
    #[must_use]
    pub fn of_field(context: &Context, field: &crate::record::Field, value: impl Into<String>) -> Self {
        Self::new(context.label(field), value).found_as(format!("{} {}", field.label, field.label_zh))
    }

    /// One of a field's choices; found by its key and both of its labels.
    #[must_use]
    pub fn of_choice(context: &Context, choice: &crate::record::Choice) -> Self {
        let label = context.pick(&choice.label, &choice.label_zh);
        let label = if label.is_empty() { choice.key.as_ref() } else { label };
        let item = Self::new(label, choice.key.as_ref()).detail(choice.key.as_ref());
        item.found_as(format!("{} {}", choice.label, choice.label_zh))
    }

    /// What is typed is also looked for in this.
    #[must_use]
    pub fn found_as(mut self, words: impl Into<String>) -> Self {
        self.hidden = words.into();
        self
    }

    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    fn searched(&self) -> String {
        fuzzy::with_pinyin(&format!("{} {} {}", self.label, self.value, self.hidden))
    }
}

/// Items that depend on what is typed, from the database.
pub type Source = Arc<dyn Fn(&mut Crm, &str) -> Result<Vec<Item>> + Send + Sync>;

/// No box of choices is wider.
const WIDEST: u16 = 104;

/// No name that somebody looks for is longer, in bytes; what is pasted here by mistake is.
const LONGEST: usize = 200;

type Then = Box<dyn FnOnce(&mut State, Vec<Item>) -> Vec<Cmd>>;

/// A list to choose from.
pub struct Picker {
    number: u64,
    title: String,
    input: Input,
    items: Vec<Item>,
    texts: Vec<String>,
    /// Items of the database, behind the others.
    asked: Vec<Item>,
    found: Vec<Item>,
    menu: Menu,
    source: Option<Source>,
    /// The database was asked and did not answer yet.
    asking: bool,
    /// Several can be chosen; these were, in their order, by value.
    chosen: Option<Vec<String>>,
    /// What is typed is a choice of its own, where none is called so: how it is called, and what its value begins with.
    free: Option<(String, &'static str)>,
    /// Whether a sign at the beginning says what sort of thing is meant.
    signs: bool,
    then: Option<Then>,
    hint: String,
}

impl Picker {
    #[must_use]
    pub fn new(
        context: &Context,
        title: impl Into<String>,
        items: Vec<Item>,
        then: impl FnOnce(&mut State, Vec<Item>) -> Vec<Cmd> + 'static,
    ) -> Self {
        let texts = items.iter().map(Item::searched).collect();
        let mut picker = Self {
            number: context.number(),
            title: title.into(),
            input: Input::default(),
            items,
            texts,
            asked: Vec::new(),
            found: Vec::new(),
            menu: Menu::default(),
            source: None,
            asking: false,
            chosen: None,
            free: None,
            signs: false,
            then: Some(Box::new(then)),
            hint: String::new(),
        };
        picker.narrow();
        picker
    }

    /// Asks the database for what fits.
    #[must_use]
    pub fn asking(mut self, source: Source) -> Self {
        self.source = Some(source);
        self
    }

    /// Several can be chosen; these are already.
    #[must_use]
    pub fn several(mut self, chosen: Vec<String>) -> Self {
        self.chosen = Some(chosen);
        self
    }

    /// What is typed can be chosen too.
    #[must_use]
    pub fn free(self) -> Self {
        self.free_as("", "")
    }

    /// What is typed can be chosen too, called by those words and with a value that begins so.
    #[must_use]
    pub fn free_as(mut self, words: &str, value: &'static str) -> Self {
        self.free = Some((words.to_owned(), value));
        self
    }

    /// Begins at the item of that value, which is how it is now.
    #[must_use]
    pub fn beginning_at(mut self, value: &str) -> Self {
        self.menu.cursor = self.found.iter().position(|item| item.value == value).unwrap_or_default();
        self
    }

    /// `>` means commands only, `@ # $` records of a kind, `?` help.
    #[must_use]
    pub fn with_signs(mut self, hint: &str) -> Self {
        (self.signs, self.hint) = (true, hint.to_owned());
        self
    }

    /// The items in sight, the best first.
    #[must_use]
    pub fn found(&self) -> &[Item] {
        &self.found
    }

    fn sign(&self) -> Option<char> {
        self.input.text().chars().next().map(crate::tui::key::fold).filter(|sign| self.signs && ">@#$?".contains(*sign))
    }

    fn typed(&self) -> String {
        let text = self.input.text();
        if self.sign().is_some() { text.chars().skip(1).collect() } else { text }
    }

    fn narrow(&mut self) {
        let sign = self.sign();
        let typed = self.typed();
        self.found = match sign {
            Some('@' | '#' | '$') => Vec::new(),
            _ => fuzzy::rank(&typed, &self.texts)
                .into_iter()
                .filter_map(|place| self.items.get(place).cloned())
                .collect(),
        };
        let fits = |item: &&Item| match sign {
            None => true,
            Some('@') => item.detail.starts_with("customer") || item.detail.starts_with("客户"),
            Some('#') => item.detail.starts_with("ticket") || item.detail.starts_with("工单"),
            Some('$') => item.detail.starts_with("deal") || item.detail.starts_with("商机"),
            Some(_) => false,
        };
        self.found.extend(self.asked.iter().filter(fits).cloned());
        let typed = typed.trim();
        if let Some((words, value)) = &self.free
            && !typed.is_empty()
            && self.found.iter().all(|item| item.label != typed)
        {
            self.found.push(Item::new(format!("{words}{typed}"), format!("{value}{typed}")));
        }
        self.menu.resize(self.found.len());
    }

    fn changed(&mut self) -> Vec<Cmd> {
        self.menu.cursor = 0;
        self.narrow();
        self.ask_later()
    }

    fn ask_later(&self) -> Vec<Cmd> {
        if self.source.is_none() {
            return Vec::new();
        }
        vec![Cmd::later(self.number, "picker", Duration::from_millis(30), |picker: &mut Self, _| picker.ask())]
    }

    fn ask(&mut self) -> Vec<Cmd> {
        let (Some(source), typed) = (self.source.clone(), self.typed()) else { return Vec::new() };
        self.asking = true;
        let then = |picker: &mut Self, answer: Result<Vec<Item>>, _: &Context| {
            picker.asking = false;
            picker.asked = answer.unwrap_or_default();
            picker.narrow();
            Vec::new()
        };
        vec![Cmd::ask(self.number, "picker", move |crm| source(crm, &typed), then)]
    }

    pub(super) fn step(&mut self, by: i64) -> Vec<Cmd> {
        self.menu.step(by);
        Vec::new()
    }

    /// Chooses what is under the cursor, or all that were chosen.
    pub(super) fn choose(state: &mut State) -> Vec<Cmd> {
        let mut taken = None;
        state
            .with(|picker: &mut Self, _| {
                let under = picker.found.get(picker.menu.cursor).cloned();
                if let Some(reason) = under.as_ref().and_then(|item| item.reason.clone()) {
                    return vec![Cmd::toast(crate::tui::toast::Tone::Notice, reason)];
                }
                let items = match &picker.chosen {
                    Some(chosen) => chosen
                        .iter()
                        .filter_map(|value| picker.items.iter().find(|item| item.value == *value).cloned())
                        .collect(),
                    None => under.into_iter().collect::<Vec<_>>(),
                };
                if items.is_empty() && picker.chosen.is_none() {
                    return Vec::new();
                }
                taken = picker.then.take().map(|then| (then, items));
                Vec::new()
            })
            .into_iter()
            .chain(
                taken
                    .map(|(then, items)| {
                        state.boxes.pop();
                        then(state, items)
                    })
                    .unwrap_or_default(),
            )
            .collect()
    }

    /// Chooses one more, or one less.
    pub(super) fn toggle(&mut self) -> Vec<Cmd> {
        let under = self.found.get(self.menu.cursor).map(|item| item.value.clone());
        if let (Some(chosen), Some(value)) = (&mut self.chosen, under) {
            match chosen.iter().position(|known| *known == value) {
                Some(place) => drop(chosen.remove(place)),
                None => chosen.push(value),
            }
            self.menu.step(1);
        }
        Vec::new()
    }

    /// Moves what is under the cursor among those that were chosen.
    pub(super) fn shift(&mut self, up: bool) -> Vec<Cmd> {
        let under = self.found.get(self.menu.cursor).map(|item| item.value.clone());
        if let (Some(chosen), Some(value)) = (&mut self.chosen, under)
            && let Some(place) = chosen.iter().position(|known| *known == value)
        {
            let to = if up { place.saturating_sub(1) } else { (place + 1).min(chosen.len().saturating_sub(1)) };
            chosen.swap(place, to);
        }
        Vec::new()
    }

    #[must_use]
    pub fn is_several(&self) -> bool {
        self.chosen.is_some()
    }

    fn line(&self, canvas: &mut Canvas, line: Rect, place: usize, item: &Item) {
        let (theme, glyphs) = (canvas.context.theme, canvas.context.glyphs);
        let here = place == self.menu.cursor;
        let chosen = self.chosen.as_ref().and_then(|chosen| chosen.iter().position(|value| *value == item.value));
        let mark = match (&self.chosen, chosen) {
            (None, _) => String::new(),
            (_, Some(order)) => format!("{:>2} ", order + 1),
            (_, None) => " - ".to_owned(),
        };
        let style = if item.reason.is_some() { theme.dim } else { theme.text };
        let head = format!("{} {mark}", if here { glyphs.cursor } else { " " });
        let detail = item.reason.as_ref().unwrap_or(&item.detail);
        let room = usize::from(line.width).saturating_sub(text::width(&head) + 1);
        // What it is comes first; what stands beside it has a third at least.
        let left = room.saturating_sub(text::width(&item.label) + 2);
        let side = text::width(detail).min(left.max(room / 3));
        let label = text::fit(&item.label, room.saturating_sub(side + 1), false, glyphs.ellipsis);
        let detail = text::cut(detail, side, glyphs.ellipsis);
        canvas.text(line, &format!("{head}{label} "), style);
        canvas.text_right(Rect { width: line.width.saturating_sub(1), ..line }, &detail, theme.dim);
        if here {
            canvas.paint(line, theme.selection);
        }
        canvas.hit(line, Target::Row(place));
    }
}

impl Page for Picker {
    fn id(&self) -> u64 {
        self.number
    }

    fn title(&self, _: &Context) -> String {
        self.title.clone()
    }

    fn contexts(&self) -> Vec<&'static str> {
        vec!["picker"]
    }

    fn start(&mut self, _: &Context) -> Vec<Cmd> {
        if self.source.is_some() { self.ask() } else { Vec::new() }
    }

    fn typing(&self) -> bool {
        true
    }

    fn key(&mut self, key: Key, _: &Context) -> Option<Vec<Cmd>> {
        if self.chosen.is_some() && key.letter() == Some(' ') {
            return Some(self.toggle());
        }
        if key.letter().is_some() && self.input.length() >= LONGEST {
            return Some(Vec::new());
        }
        let changed = self.input.key(key)?;
        Some(if changed { self.changed() } else { Vec::new() })
    }

    fn paste(&mut self, text: &str, _: &Context) -> Vec<Cmd> {
        let room = LONGEST.saturating_sub(self.input.length());
        let text: String = text.replace('\n', " ").chars().take(room).collect();
        self.input.insert(&text);
        self.changed()
    }

    fn mouse(&mut self, target: &Target, gesture: Gesture, _: &Context) -> Vec<Cmd> {
        match (target, gesture) {
            (_, Gesture::Wheel(by)) => self.step(i64::from(by)),
            (Target::Row(place), Gesture::Click | Gesture::DoubleClick) => {
                self.menu.cursor = *place;
                if self.chosen.is_some() { self.toggle() } else { vec![Cmd::act("picker.choose")] }
            }
            _ => Vec::new(),
        }
    }

    fn view(&self, canvas: &mut Canvas, area: Rect) {
        let theme = canvas.context.theme;
        let inside = canvas.frame(area, &self.title, "", true);
        let line = row(inside, 0);
        let used = canvas.text(line, " > ", theme.key);
        let rest = Rect { x: line.x + used, width: line.width.saturating_sub(used), ..line };
        self.input.view(canvas, rest, theme.text, true);
        let list = trimmed(inside, 2, u16::from(!self.hint.is_empty()));
        canvas.text(row(inside, 1), &canvas.context.glyphs.horizontal.repeat(usize::from(inside.width)), theme.border);
        let top = self.menu.top(usize::from(list.height));
        for ((place, item), line) in self.found.iter().enumerate().skip(top).zip(rows(list)) {
            self.line(canvas, line, place, item);
        }
        if self.found.is_empty() && !self.asking {
            let words = if self.input.is_empty() {
                canvas.context.pick("  There is nothing to choose", "  没有可选项")
            } else {
                canvas.context.pick("  Nothing fits", "  没有匹配项")
            };
            canvas.text(row(list, 0), words, theme.dim);
        }
        if !self.hint.is_empty() && inside.height > 2 {
            canvas.text(row(inside, inside.height - 1), &self.hint, theme.dim);
        }
        canvas.foot(area, &format!("{}/{}", self.found.len().min(self.menu.cursor + 1), self.found.len()));
    }

    fn place(&self, screen: Rect) -> Rect {
        let longest = self.items.iter().map(|item| text::width(&item.label) + text::width(&item.detail) + 12).max();
        let longest = longest.unwrap_or(60).max(text::width(&self.title) + 6);
        let width = u16::try_from(longest).unwrap_or(WIDEST).clamp(44, WIDEST);
        let tall =
            if self.source.is_some() { 18 } else { u16::try_from(self.items.len() + 4).unwrap_or(20).clamp(7, 22) };
        canvas::centred(screen, width.max(if self.source.is_some() { 68 } else { 0 }), tall)
    }
}
