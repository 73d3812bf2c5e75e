//! Themes: what each part of the screen looks like; by default in the terminal's own sixteen colours, so that it is right
//! on light and dark grounds.

use ratatui::style::{Color, Modifier, Style};

/// The styles of one theme. No state is told by colour alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Theme {
    pub name: &'static str,
    pub label: &'static str,
    pub label_zh: &'static str,
    pub text: Style,
    pub dim: Style,
    pub border: Style,
    pub focus: Style,
    pub title: Style,
    pub accent: Style,
    pub selection: Style,
    pub marked: Style,
    pub key: Style,
    pub good: Style,
    pub warning: Style,
    pub bad: Style,
    pub bar: Style,
}

const PLAIN: Style = Style::new();

/// Without any colour, as `NO_COLOR` asks.
pub const MONO: Theme = Theme {
    name: "mono",
    label: "No colour",
    label_zh: "无色",
    text: PLAIN,
    dim: PLAIN.add_modifier(Modifier::DIM),
    border: PLAIN.add_modifier(Modifier::DIM),
    focus: PLAIN.add_modifier(Modifier::BOLD),
    title: PLAIN.add_modifier(Modifier::BOLD),
    accent: PLAIN.add_modifier(Modifier::UNDERLINED),
    selection: PLAIN.add_modifier(Modifier::REVERSED),
    marked: PLAIN.add_modifier(Modifier::BOLD),
    key: PLAIN.add_modifier(Modifier::BOLD),
    good: PLAIN,
    warning: PLAIN.add_modifier(Modifier::BOLD),
    bad: PLAIN.add_modifier(Modifier::BOLD),
    bar: PLAIN,
};

const fn fore(color: Color) -> Style {
    Style::new().fg(color)
}

/// The terminal's own colours.
pub const TERMINAL: Theme = Theme {
    name: "terminal",
    label: "Terminal colours",
    label_zh: "终端配色",
    border: PLAIN.add_modifier(Modifier::DIM),
    focus: fore(Color::Cyan),
    accent: fore(Color::Cyan),
    marked: fore(Color::Magenta).add_modifier(Modifier::BOLD),
    key: fore(Color::Cyan).add_modifier(Modifier::BOLD),
    good: fore(Color::Green),
    warning: fore(Color::Yellow).add_modifier(Modifier::BOLD),
    bad: fore(Color::Red).add_modifier(Modifier::BOLD),
    bar: fore(Color::Blue),
    ..MONO
};

/// Seven colours that make a theme of its own ground.
struct Palette {
    ground: Color,
    text: Color,
    dim: Color,
    border: Color,
    accent: Color,
    good: Color,
    warning: Color,
    bad: Color,
    chosen: Color,
}

const fn of(name: &'static str, label: &'static str, label_zh: &'static str, palette: &Palette) -> Theme {
    let ground = Style::new().bg(palette.ground);
    Theme {
        name,
        label,
        label_zh,
        text: ground.fg(palette.text),
        dim: ground.fg(palette.dim),
        border: ground.fg(palette.border),
        focus: ground.fg(palette.accent),
        title: ground.fg(palette.text).add_modifier(Modifier::BOLD),
        accent: ground.fg(palette.accent),
        selection: Style::new().bg(palette.chosen).fg(palette.text).add_modifier(Modifier::BOLD),
        marked: ground.fg(palette.accent).add_modifier(Modifier::BOLD),
        key: ground.fg(palette.accent).add_modifier(Modifier::BOLD),
        good: ground.fg(palette.good),
        warning: ground.fg(palette.warning).add_modifier(Modifier::BOLD),
        bad: ground.fg(palette.bad).add_modifier(Modifier::BOLD),
        bar: ground.fg(palette.accent),
    }
}

const fn rgb(hex: u32) -> Color {
    let [_, red, green, blue] = hex.to_be_bytes();
    Color::Rgb(red, green, blue)
}

/// Dark ink on a light ground.
pub const LIGHT: Theme = of(
    "light",
    "Light",
    "浅色",
    &Palette {
        ground: rgb(0xfd_fd_fb),
        text: rgb(0x1f_23_28),
        dim: rgb(0x57_60_6a),
        border: rgb(0x78_80_8a),
        accent: rgb(0x05_50_ae),
        good: rgb(0x11_63_29),
        warning: rgb(0x7d_4e_00),
        bad: rgb(0xb3_1d_28),
        chosen: rgb(0xd6_e6_fa),
    },
);

/// Light ink on a dark ground.
pub const DARK: Theme = of(
    "dark",
    "Dark",
    "深色",
    &Palette {
        ground: rgb(0x16_1a_20),
        text: rgb(0xe2_e6_ec),
        dim: rgb(0x9a_a4_b0),
        border: rgb(0x6e_78_84),
        accent: rgb(0x7a_b8_ff),
        good: rgb(0x6c_d0_80),
        warning: rgb(0xe8_b4_50),
        bad: rgb(0xff_8a_80),
        chosen: rgb(0x2c_3e_56),
    },
);

/// Blue and orange instead of green and red.
pub const COLOUR_BLIND: Theme = of(
    "colour-blind",
    "Colour-blind safe",
    "色弱友好",
    &Palette {
        ground: rgb(0x12_16_1c),
        text: rgb(0xee_ee_ee),
        dim: rgb(0xa6_ac_b4),
        border: rgb(0x74_7c_86),
        accent: rgb(0x56_b4_e9),
        good: rgb(0x56_b4_e9),
        warning: rgb(0xf0_e4_42),
        bad: rgb(0xe6_9f_00),
        chosen: rgb(0x26_44_5e),
    },
);

/// Every theme, the usual one first.
pub const THEMES: [Theme; 5] = [TERMINAL, LIGHT, DARK, COLOUR_BLIND, MONO];

/// The theme of that name, or the usual one.
#[must_use]
pub fn named(name: &str) -> Theme {
    THEMES.into_iter().find(|theme| theme.name == name).unwrap_or(TERMINAL)
}
