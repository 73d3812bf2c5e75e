//! What the registry of actions promises of every key, word and footer.

use kehu::tui::{action, action::Danger, key::Key, text};
use std::collections::{BTreeMap, BTreeSet};

/// Terminals take these for other keys, or never send them.
const EATEN: [&str; 9] =
    ["Ctrl-j", "Ctrl-m", "Ctrl-i", "Ctrl-h", "Ctrl-[", "Ctrl-Enter", "Alt-Enter", "Shift-Enter", "Ctrl-Space"];

#[track_caller]
fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn no_key_means_two_things_in_one_context_and_none_begins_another() {
    let (mut known, mut wrong) = (BTreeMap::new(), Vec::new());
    for action in action::all() {
        for keys in action.keys {
            if let Some(other) = known.insert((action.context, *keys), action.id) {
                wrong.push(format!("{keys} in {}: {other} and {}", action.context, action.id));
            }
        }
    }
    for (context, keys) in known.keys() {
        let longer = known.keys().filter(|(other, more)| other == context && more.starts_with(&format!("{keys} ")));
        wrong.extend(longer.map(|(_, more)| format!("{keys} hides {more} in {context}")));
    }
    none(&wrong);
}

#[test]
fn every_key_can_be_pressed_and_is_not_eaten_by_terminals() {
    let mut wrong = Vec::new();
    for action in action::all() {
        for keys in action.keys {
            if Key::sequence(keys).len() != keys.split(' ').count() {
                wrong.push(format!("{}: {keys} is no key", action.id));
            }
        }
        if !action.keys.is_empty() && action.keys.iter().all(|keys| EATEN.contains(keys)) {
            wrong.push(format!("{}: {:?} alone", action.id, action.keys));
        }
    }
    none(&wrong);
}

#[test]
fn every_action_is_named_and_explained_in_both_languages_and_its_name_is_its_own() {
    let (mut known, mut wrong) = (BTreeSet::new(), Vec::new());
    for action in action::all() {
        let words = action.label.iter().chain(&action.help);
        if words.clone().any(|text| text.trim().is_empty() || text.ends_with('.')) {
            wrong.push(format!("{}: {:?} {:?}", action.id, action.label, action.help));
        }
        if !known.insert(action.id) {
            wrong.push(format!("{} stands there twice", action.id));
        }
    }
    none(&wrong);
}

#[test]
fn every_action_has_a_way_that_works_while_an_input_method_is_on() {
    // The palette has all that counts everywhere; in boxes letters are text, so their keys must be none.
    let letter = |keys: &&&str| Key::sequence(keys).iter().any(|key| key.letter().is_some_and(|letter| letter != ' '));
    let boxed = |action: &&action::Action| matches!(action.context, "form" | "picker");
    let wrong: Vec<String> = action::all()
        .filter(boxed)
        .filter(|action| action.keys.iter().any(|keys| letter(&keys)))
        .map(|action| action.id.to_owned())
        .collect();
    none(&wrong);
}

#[test]
fn what_removes_or_changes_can_be_undone_or_asks_first() {
    let harmful = ["delete", "bulk", "edit", "new", "restore", "undo"];
    let wrong: Vec<String> = action::all()
        .filter(|action| harmful.iter().any(|word| action.id.ends_with(&format!(".{word}"))))
        .filter(|action| action.danger == Danger::None)
        .map(|action| action.id.to_owned())
        .collect();
    none(&wrong);
}

#[test]
fn the_first_three_hints_fit_the_narrowest_screen_in_both_languages() {
    let mut contexts: Vec<&str> = action::all().map(|action| action.context).collect();
    contexts.dedup();
    let mut wrong = Vec::new();
    for context in contexts {
        for language in 0..2 {
            let hints = action::offered(&[context]);
            let wide: usize = hints
                .iter()
                .take(3)
                .map(|action| {
                    let keys = action.keys.first().map(|keys| kehu::tui::key::label(keys)).unwrap_or_default();
                    text::width(&keys) + text::width(action.label[language]) + 3
                })
                .sum();
            if wide > 40 {
                wrong.push(format!("{context}: {wide} cells"));
            }
        }
    }
    none(&wrong);
}

#[test]
fn the_table_of_keys_names_every_action() {
    let grid = kehu::tui::keys(true);
    assert_eq!(grid.rows.len(), action::all().count());
}

#[test]
fn every_action_belongs_to_a_page_that_can_be_reached_and_is_in_its_help_and_palette() {
    let mut it = super::at(120, 36);
    it.desk.say("deal add Sensors --customer C1 amount=3万").done();
    it.desk.say("ticket add Broken").done();
    let mut seen = BTreeSet::new();
    let walk = "1 2 Tab Tab Esc Enter Tab Tab Tab Esc 3 m Esc b b 4 r Esc 5 6 Enter Tab Esc 7 j Enter Enter Tab Esc Esc Esc 2 / Esc i Esc N Esc g r Esc g n Esc 2 q Esc Ctrl-k Esc";
    for key in walk.split(' ') {
        it.press(key);
        seen.extend(it.state.contexts());
        if !it.state.boxes.is_empty() {
            continue;
        }
        let contexts = it.state.contexts();
        let here: Vec<_> = action::all().filter(|action| contexts.contains(&action.context)).collect();
        let help = kehu::tui::modals::help(&it.state);
        let palette = kehu::tui::modals::palette(&it.state);
        let has = |picker: &kehu::tui::modals::Picker, id: &str| picker.found().iter().any(|item| item.value == id);
        let missing: Vec<_> = here
            .iter()
            .filter(|action| !has(&help, action.id) || action.id != "frame.palette" && !has(&palette, action.id))
            .map(|action| action.id)
            .collect();
        assert!(missing.is_empty(), "after {key}: {missing:?}");
    }
    it.press("2").press("a");
    for _ in 0..20 {
        it.press("Tab").press("Ctrl-d");
        seen.extend(it.state.contexts());
    }
    let wanted: BTreeSet<&str> = action::all().map(|action| action.context).collect();
    let never: Vec<_> = wanted.difference(&seen).collect();
    assert!(never.is_empty(), "{never:?} is the context of no page");
}

#[test]
fn what_keys_mean_everywhere_they_mean_on_every_page() {
    let boxes = ["form", "picker", "confirm", "global"];
    let everywhere: Vec<_> = action::all().filter(|action| action.context == "global").collect();
    let mut wrong = Vec::new();
    for action in action::all().filter(|action| !boxes.contains(&action.context)) {
        for keys in action.keys {
            if let Some(other) = everywhere.iter().find(|other| other.keys.contains(keys)) {
                wrong.push(format!("{keys} is {} and in {} {}", other.id, action.context, action.id));
            }
        }
    }
    none(&wrong);
}
