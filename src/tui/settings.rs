//! Settings, each an action of the palette: theme, language, mouse.

use super::{
    action::{Action, PLAIN},
    command::Cmd,
    modals::{Item, Picker},
    state::State,
    theme,
};
use crate::doors::language::Language;

/// What can be set.
pub static ACTIONS: &[Action] = &[
    Action {
        id: "settings.theme",
        label: ["Theme", "主题"],
        help: ["Chooses the colours", "选择配色"],
        run: choose_theme,
        ..PLAIN
    },
    Action {
        id: "settings.language",
        label: ["中文 / English", "English / 中文"],
        help: ["Switches the language", "切换语言"],
        run: |state| {
            state.context.language = if state.context.is_chinese() { Language::English } else { Language::Chinese };
            state.refresh()
        },
        ..PLAIN
    },
    Action {
        id: "settings.mouse",
        label: ["mouse on or off", "鼠标开关"],
        help: [
            "Leaves the mouse to the terminal, for selecting text, or takes it back",
            "把鼠标交还终端以选择文字，或收回",
        ],
        keys: &["Alt-m"],
        run: |state| {
            state.context.mouse = !state.context.mouse;
            vec![Cmd::Mouse(state.context.mouse)]
        },
        ..PLAIN
    },
];

impl State {
    /// Takes over the theme that was chosen once, as the terminal's ground wants it.
    pub(super) fn restyle(&mut self) {
        if let Some(name) = self.remembered.get("theme").and_then(serde_json::Value::as_str) {
            self.context.theme = theme::chosen(name, self.context.ground, self.context.depth);
        }
    }

    /// Whether its colours are to follow the terminal's ground.
    pub(super) fn follows_ground(&self) -> bool {
        self.remembered.get("theme").is_some_and(|name| name == theme::AUTOMATIC)
    }
}

/// The terminal is asked first whether it is light or dark, where that is not known.
fn choose_theme(state: &mut State) -> Vec<Cmd> {
    let asked = state.context.ground.is_none().then_some(Cmd::Ground);
    asked.into_iter().chain([Cmd::Do(Box::new(themes))]).collect()
}

fn themes(state: &mut State) -> Vec<Cmd> {
    let context = &state.context;
    let item = |theme: &theme::Theme| {
        let here = if theme.name == context.theme.name { "*" } else { "" };
        Item::both(context, theme.label, theme.label_zh, theme.name).detail(here)
    };
    let mut items: Vec<Item> = theme::THEMES.iter().map(item).collect();
    let words = match context.ground {
        Some(theme::Ground::Light) => context.pick("light here", "当前终端为浅色"),
        Some(theme::Ground::Dark) => context.pick("dark here", "当前终端为深色"),
        None => context.pick("this terminal does not say", "当前终端未告知"),
    };
    items
        .insert(1, Item::both(context, "Light or dark, as the terminal", "随终端深浅", theme::AUTOMATIC).detail(words));
    let picker = Picker::new(context, context.pick("Theme", "主题"), items, |state, items| {
        if let Some(item) = items.into_iter().next() {
            let context = &mut state.context;
            context.theme = theme::chosen(&item.value, context.ground, context.depth);
            state.remembered.insert("theme".to_owned(), item.value.into());
        }
        Vec::new()
    });
    state.show(Box::new(picker))
}
