//! The one registry of actions: from it come keys, footer, help, palette, the menu of what may follow a key, and
//! `kehu keys`.

use super::{command::Cmd, context::Context, key::Key, state::State};
use crate::Message;

/// What an action can do harm to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Danger {
    /// Nothing is written.
    None,
    /// It is written at once, and `u` takes it back.
    Undoable,
    /// It asks before it writes.
    Asks,
}

/// Something a person can do.
pub struct Action {
    pub id: &'static str,
    /// In English and Chinese, as the footer and the palette call it.
    pub label: [&'static str; 2],
    /// A line of help in both.
    pub help: [&'static str; 2],
    /// The keys that run it: `j`, `g g`, `Ctrl-k`.
    pub keys: &'static [&'static str],
    /// Where its keys count: `global`, `list`, `record`, or the context that a page names.
    pub context: &'static str,
    /// Its place in the footer; 0 where it has none.
    pub rank: u8,
    pub danger: Danger,
    /// Why it cannot be done now.
    pub enabled: fn(&State) -> Result<(), Message>,
    pub run: fn(&mut State) -> Vec<Cmd>,
}

/// What an action is that says nothing more.
pub const PLAIN: Action = Action {
    id: "",
    label: ["", ""],
    help: ["", ""],
    keys: &[],
    context: "global",
    rank: 0,
    danger: Danger::None,
    enabled: |_| Ok(()),
    run: |_| Vec::new(),
};

impl Action {
    #[must_use]
    pub fn label(&self, context: &Context) -> &'static str {
        let [english, chinese] = self.label;
        if context.is_chinese() { chinese } else { english }
    }

    #[must_use]
    pub fn help(&self, context: &Context) -> &'static str {
        let [english, chinese] = self.help;
        if context.is_chinese() { chinese } else { english }
    }
}

/// Every action there is: those of the frame, of lists, of boxes, and of every page.
pub fn all() -> impl Iterator<Item = &'static Action> {
    let fixed = [super::frame::ACTIONS, super::settings::ACTIONS, super::listing::ACTIONS, super::modals::ACTIONS];
    fixed.into_iter().chain(super::pages::PAGES.iter().map(|page| page.actions)).flatten()
}

/// The action of that name.
#[must_use]
pub fn named(id: &str) -> Option<&'static Action> {
    all().find(|action| action.id == id)
}

/// What the keys that were pressed lead to.
pub enum Found {
    Action(&'static Action),
    /// More keys must follow.
    Prefix,
    Nothing,
}

/// Looks up keys in some contexts, the most special first.
#[must_use]
pub fn lookup(contexts: &[&str], pressed: &[Key]) -> Found {
    for context in contexts {
        for action in all().filter(|action| action.context == *context) {
            if action.keys.iter().any(|keys| Key::sequence(keys) == pressed) {
                return Found::Action(action);
            }
        }
    }
    let begins = |action: &Action| {
        action.keys.iter().any(|keys| {
            let keys = Key::sequence(keys);
            keys.len() > pressed.len() && keys.starts_with(pressed)
        })
    };
    let follows = all().any(|action| contexts.contains(&action.context) && begins(action));
    if follows { Found::Prefix } else { Found::Nothing }
}

/// The actions that may follow the keys that were pressed, with the rest of their keys.
#[must_use]
pub fn following(contexts: &[&str], pressed: &[Key]) -> Vec<(String, &'static Action)> {
    let mut found = Vec::new();
    for action in all().filter(|action| contexts.contains(&action.context)) {
        for keys in action.keys.iter().map(|keys| Key::sequence(keys)) {
            if keys.len() > pressed.len() && keys.starts_with(pressed) {
                let rest = keys.into_iter().skip(pressed.len()).map(Key::label).collect::<Vec<_>>().join(" ");
                found.push((rest, action));
            }
        }
    }
    found
}

/// What the footer offers in some contexts, in its order.
#[must_use]
pub fn offered(contexts: &[&str]) -> Vec<&'static Action> {
    let mut found: Vec<&Action> =
        all().filter(|action| action.rank > 0 && contexts.contains(&action.context)).collect();
    let place = |action: &Action| contexts.iter().position(|context| *context == action.context);
    // A key that a more special context has taken means something else here.
    let hidden = |action: &Action| {
        let taken = |other: &Action| place(other) < place(action) && other.keys.first() == action.keys.first();
        action.keys.first().is_some_and(|_| all().any(|other| place(other).is_some() && taken(other)))
    };
    found.retain(|action| !hidden(action));
    found.sort_by_key(|action| (action.rank, place(action)));
    found
}
