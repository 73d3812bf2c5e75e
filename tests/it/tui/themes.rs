//! Themes can be read: enough contrast on their own ground, no colour where none is wanted, no state told by colour alone.

use super::{Eyes, at, launch, on};
use crate::world::Desk;
use kehu::{
    doors::language::Language,
    tui::{Launch, driver::Driver, glyphs, theme},
};
use ratatui::style::{Color, Style};

/// Relative luminance, as WCAG 2 defines it.
fn luminance(color: Color) -> f64 {
    let Color::Rgb(red, green, blue) = color else { panic!("{color:?} is no colour of its own") };
    let part = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.03928 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue)
}

fn contrast(style: Style) -> f64 {
    let (fore, ground) = (luminance(style.fg.expect("has one")), luminance(style.bg.expect("has one")));
    (fore.max(ground) + 0.05) / (fore.min(ground) + 0.05)
}

#[test]
fn every_theme_with_a_ground_of_its_own_can_be_read_on_it() {
    let mut poor = Vec::new();
    for theme in [theme::LIGHT, theme::DARK, theme::COLOUR_BLIND, theme::COLOUR_BLIND_LIGHT] {
        let texts = [
            ("text", theme.text),
            ("dim", theme.dim),
            ("title", theme.title),
            ("accent", theme.accent),
            ("selection", theme.selection),
            ("marked", theme.marked),
            ("key", theme.key),
            ("good", theme.good),
            ("warning", theme.warning),
            ("bad", theme.bad),
        ];
        let wanted = texts.map(|(name, style)| (name, style, 4.5));
        for (name, style, least) in
            wanted.into_iter().chain([("border", theme.border, 3.0), ("focus", theme.focus, 3.0)])
        {
            if contrast(style) < least {
                poor.push(format!("{} {name}: {:.1}", theme.name, contrast(style)));
            }
        }
    }
    assert!(poor.is_empty(), "{}", poor.join("\n"));
}

#[test]
fn without_colour_there_is_none_and_the_cursor_can_still_be_seen() {
    let desk = Desk::new();
    let launch = Launch { color: false, ..launch(&desk) };
    let mut it = Driver::start(&launch, glyphs::UNICODE, 120, 36).expect("starts");
    for keys in ["2", "Space", "?", "Esc", "N"] {
        it.press(keys);
        let coloured = it.buffer().content().iter().any(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset);
        assert!(!coloured, "after {keys}");
    }
    it.press("Esc");
    let screen = it.screen();
    assert!(screen.contains('▌') && screen.contains(" * "), "cursor and mark have signs of their own:\n{screen}");
}

#[test]
fn in_ascii_nothing_else_is_drawn_but_what_people_wrote() {
    let desk = Desk::empty();
    desk.run(["init"]).done();
    desk.run(["customer", "add", "Plain Ltd", "--city", "Bremen"]).done();
    let mut it = Driver::start(&launch(&desk), glyphs::ASCII, 120, 36).expect("starts");
    for keys in ["2", "?", "Esc", "Ctrl-k", "Esc", "Enter", "Tab Tab Tab", "Esc", "N", "Esc", "s", "Down Enter", "g"] {
        it.press(keys);
        let screen = it.screen();
        let odd: String =
            screen.chars().filter(|letter| !letter.is_ascii() && !"中文 / English".contains(*letter)).collect();
        assert!(odd.is_empty(), "{odd:?} after {keys}:\n{screen}");
    }
}

#[test]
fn a_theme_is_chosen_and_kept_for_the_next_session() {
    let mut it = at(120, 36);
    it.press("Ctrl-k").type_("theme").press("Enter").type_("colour-blind").press("Enter");
    assert_eq!(it.state.context.theme.name, "colour-blind");
    let desk = std::mem::replace(&mut it.desk, Desk::empty());
    let super::Sitting { driver, .. } = it;
    driver.leave();
    let it = on(desk, Language::English, 120, 36);
    assert_eq!(it.state.context.theme.name, "colour-blind");
}

#[test]
fn the_automatic_theme_follows_the_ground_and_is_the_terminals_own_where_nothing_is_known() {
    use theme::{AUTOMATIC, Depth, Ground, chosen};
    assert_eq!(chosen(AUTOMATIC, Some(Ground::Light), Depth::True), theme::LIGHT);
    assert_eq!(chosen(AUTOMATIC, Some(Ground::Dark), Depth::True), theme::DARK);
    assert_eq!(chosen(AUTOMATIC, None, Depth::True), theme::TERMINAL);
    let mut it = at(120, 36);
    it.press("Ctrl-k").type_("theme").press("Enter").type_("as the terminal").sees("does not say").press("Enter");
    assert_eq!(it.state.context.theme, theme::TERMINAL);
    assert_eq!(it.state.session()["theme"], AUTOMATIC);
}

#[test]
fn fewer_colours_get_the_nearest_and_sixteen_the_terminals_own() {
    use theme::{Depth, chosen};
    let dark = chosen("dark", None, Depth::Table);
    assert!(matches!(dark.text.bg, Some(Color::Indexed(_))) && matches!(dark.bad.fg, Some(Color::Indexed(_))));
    assert_ne!(dark.text.bg, dark.text.fg);
    assert_eq!(chosen("dark", None, Depth::Sixteen), theme::TERMINAL);
    assert_eq!(chosen("mono", None, Depth::Sixteen), theme::MONO);
}

#[test]
fn the_terminals_own_colours_are_readable_on_a_light_and_a_dark_ground() {
    let theme = theme::TERMINAL;
    // Solarized and the like put their grounds where black, white and the bright ones are.
    let safe = [Color::Red, Color::Green, Color::Yellow, Color::Blue, Color::Magenta, Color::Cyan];
    for (name, style) in [
        ("text", theme.text),
        ("dim", theme.dim),
        ("title", theme.title),
        ("border", theme.border),
        ("focus", theme.focus),
        ("accent", theme.accent),
        ("selection", theme.selection),
        ("marked", theme.marked),
        ("key", theme.key),
        ("good", theme.good),
        ("warning", theme.warning),
        ("bad", theme.bad),
        ("bar", theme.bar),
    ] {
        let colour = style.fg.unwrap_or_default();
        assert!(colour == Color::Reset || safe.contains(&colour), "{name} is {colour:?}");
        assert_eq!(style.bg.unwrap_or_default(), Color::Reset, "{name} has a ground of its own");
    }
}

#[test]
fn what_is_chosen_marked_and_off_can_be_told_without_colours() {
    let theme = theme::MONO;
    let told = [theme.text, theme.dim, theme.selection, theme.marked];
    for (place, style) in told.iter().enumerate() {
        assert!(!told[..place].contains(style), "{style:?} means two things");
    }
}
