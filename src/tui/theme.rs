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

impl Theme {
    /// With every style changed alike.
    fn restyled(self, change: impl Fn(Style) -> Style) -> Self {
        Self {
            text: change(self.text),
            dim: change(self.dim),
            border: change(self.border),
            focus: change(self.focus),
            title: change(self.title),
            accent: change(self.accent),
            selection: change(self.selection),
            marked: change(self.marked),
            key: change(self.key),
            good: change(self.good),
            warning: change(self.warning),
            bad: change(self.bad),
            bar: change(self.bar),
            ..self
        }
    }
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

/// The same on a light ground.
pub const COLOUR_BLIND_LIGHT: Theme = of(
    "colour-blind-light",
    "Colour-blind safe, light",
    "色弱友好（浅色）",
    &Palette {
        ground: rgb(0xfd_fd_fb),
        text: rgb(0x1f_23_28),
        dim: rgb(0x57_60_6a),
        border: rgb(0x78_80_8a),
        accent: rgb(0x00_5a_8c),
        good: rgb(0x00_5a_8c),
        warning: rgb(0x6b_50_00),
        bad: rgb(0x9c_3f_00),
        chosen: rgb(0xd6_e6_fa),
    },
);

/// Every theme, the usual one first.
pub const THEMES: [Theme; 6] = [TERMINAL, LIGHT, DARK, COLOUR_BLIND, COLOUR_BLIND_LIGHT, MONO];

/// Light or dark, as the terminal's ground is.
pub const AUTOMATIC: &str = "automatic";

/// The theme of that name, or the usual one.
#[must_use]
pub fn named(name: &str) -> Theme {
    THEMES.into_iter().find(|theme| theme.name == name).unwrap_or(TERMINAL)
}

/// What the terminal behind the ground is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    Light,
    Dark,
}

/// How many colours the terminal knows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Depth {
    /// All of them.
    #[default]
    True,
    /// A table of 256.
    Table,
    /// Its own sixteen.
    Sixteen,
}

/// The theme of that name as this terminal can show it.
#[must_use]
pub fn chosen(name: &str, ground: Option<Ground>, depth: Depth) -> Theme {
    let theme = match (name, ground) {
        (AUTOMATIC, Some(Ground::Light)) => LIGHT,
        (AUTOMATIC, Some(Ground::Dark)) => DARK,
        (name, _) => named(name),
    };
    match depth {
        Depth::Table => theme.restyled(|style| in_colours(style, nearest)),
        // A ground of its own needs more colours than there are.
        Depth::Sixteen if theme.text.bg.is_some() => TERMINAL,
        Depth::True | Depth::Sixteen => theme,
    }
}

fn in_colours(style: Style, change: fn(Color) -> Color) -> Style {
    Style { fg: style.fg.map(change), bg: style.bg.map(change), ..style }
}

/// The colour of the table of 256 that is the most like it: of the cube of six steps a side, or of the greys.
fn nearest(color: Color) -> Color {
    let Color::Rgb(red, green, blue) = color else { return color };
    let steps = [0_u8, 95, 135, 175, 215, 255];
    let near = |part: u8| {
        let by = |step: &(usize, u8)| step.1.abs_diff(part);
        steps.into_iter().enumerate().min_by_key(by).unwrap_or((0, 0))
    };
    let far = |one: [u8; 3]| -> u32 {
        one.iter().zip([red, green, blue]).map(|(one, other)| u32::from(one.abs_diff(other)).pow(2)).sum()
    };
    let (high, middle, low) = (near(red), near(green), near(blue));
    let cube = (far([high.1, middle.1, low.1]), 16 + 36 * high.0 + 6 * middle.0 + low.0);
    let grey = (0..24_u8).map(|step| (far([8 + step * 10; 3]), 232 + usize::from(step))).min().unwrap_or(cube);
    Color::Indexed(u8::try_from(cube.min(grey).1).unwrap_or(7))
}
