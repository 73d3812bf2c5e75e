//! The dashboard on a large database, against its budgets: driven in memory, and the program itself in a terminal.
//!
//! `compare dashboard DATABASE` prints a markdown table. Nothing is written to the database.

use super::generate;
use jiff::tz::TimeZone;
use kehu::{
    Settings,
    clock::Clock,
    doors::language::Language,
    record::{Currency, Grid},
    tui::{Launch, driver::Driver, glyphs, key::Key, screen, state::State, update::Msg},
};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use ratatui::{Terminal, TerminalOptions, Viewport, backend::CrosstermBackend, layout::Rect};
use std::{
    error::Error,
    io::{self, Read, Write},
    path::Path,
    sync::{Arc, Mutex, mpsc::channel},
    time::{Duration, Instant},
};

type Outcome = Result<(), Box<dyn Error>>;

/// The noon around which `compare activities` puts everything.
const NOW: i64 = 1_774_929_600;

pub fn measure(database: &Path) -> Outcome {
    println!("| the dashboard | p50 | p95 | most | budget |\n|---|---:|---:|---:|---|");
    let launch = launch(database)?;
    opening(&launch)?;
    frames(&launch)?;
    typing(&launch)?;
    moving(&launch)?;
    program(database)
}

fn launch(database: &Path) -> Result<Launch, Box<dyn Error>> {
    let clock = Clock::fixed(jiff::Timestamp::from_second(NOW)?, TimeZone::get("Asia/Shanghai")?);
    let settings = Settings {
        clock,
        currency: Currency(*b"CNY"),
        region: "CN".to_owned(),
        silence: kehu::customers::Silence::default(),
        door: "tui",
        create: false,
        read_only: false,
        wait: Duration::from_secs(5),
        mail_from: None,
    };
    Ok(Launch {
        url: database.display().to_string(),
        settings,
        user: generate::owner(0),
        watch: kehu::customers::duplicates::Watch::default(),
        language: Language::English,
        color: true,
        depth: kehu::tui::theme::Depth::True,
        ascii: Some(false),
        wide: false,
        editor: "true".to_owned(),
        opener: None,
        folder: None,
        exporter: nothing,
        here: std::env::temp_dir(),
    })
}

#[expect(clippy::unnecessary_wraps, reason = "it is the shape of those that can fail")]
fn nothing(_: &Grid, _: &str, _: Language) -> kehu::Result<Vec<u8>> {
    Ok(Vec::new())
}

/// One line of the table.
fn say(what: &str, mut times: Vec<f64>, unit: &str, budget: &str) {
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times.get((times.len() * share / 100).min(times.len().saturating_sub(1))).copied();
    let [half, most, all] = [50, 95, 100].map(|share| at(share).unwrap_or_default());
    println!("| {what} | {half:.1} {unit} | {most:.1} {unit} | {all:.1} {unit} | {budget} |");
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}

/// From nothing to the first page with its data, in one thread.
fn opening(launch: &Launch) -> Outcome {
    let mut times = Vec::new();
    for _ in 0..5 {
        let started = Instant::now();
        Driver::start(launch, glyphs::UNICODE, 120, 36)?.screen();
        times.push(milliseconds(started));
    }
    say("start to data, in memory", times, "ms", "≤ 300 ms at 100 k");
    let mut it = Driver::start(launch, glyphs::UNICODE, 120, 36)?;
    for (tab, name) in [("1", "Today"), ("2", "Customers"), ("3", "Pipeline"), ("5", "Reports"), ("6", "Activities")] {
        let mut times = Vec::new();
        for _ in 0..5 {
            it.press("7");
            let started = Instant::now();
            it.press(tab).screen();
            times.push(milliseconds(started));
        }
        say(&format!("{name}: everything on it asked anew"), times, "ms", "≤ 300 ms at 100 k");
    }
    Ok(())
}

/// How long it takes to draw each page, and how much goes to a terminal while scrolling.
fn frames(launch: &Launch) -> Outcome {
    let mut it = Driver::start(launch, glyphs::UNICODE, 200, 60)?;
    for (tab, name) in [("1", "Today"), ("2", "Customers"), ("3", "Pipeline"), ("6", "Activities")] {
        it.press(tab);
        let turn = |_| {
            let started = Instant::now();
            it.buffer();
            milliseconds(started)
        };
        let times = (0..200).map(turn).collect();
        say(&format!("{name} drawn at 200 x 60"), times, "ms", "p95 ≤ 4 ms");
    }
    let mut it = Driver::start(launch, glyphs::UNICODE, 120, 36)?;
    for (tab, name) in [("2", "Customers"), ("6", "Activities")] {
        it.press(tab);
        let (mut wired, mut times, mut bytes) = (Wired::new(120, 36), Vec::new(), Vec::new());
        wired.draw(&it.state);
        for turn in 0..300 {
            let key = Key::sequence(if turn % 3 == 2 { "PgDn" } else { "j" });
            let started = Instant::now();
            for key in key {
                it.send(Msg::Key(key));
            }
            let written = wired.draw(&it.state);
            times.push(milliseconds(started));
            bytes.push(f64::from(u32::try_from(written)?) / 1024.0);
            it.settle();
            bytes.push(f64::from(u32::try_from(wired.draw(&it.state))?) / 1024.0);
        }
        say(&format!("{name}: key to frame, without the database"), times, "ms", "p95 ≤ 16 ms");
        say(&format!("{name}: a frame while scrolling 120 x 36"), bytes, "KiB", "≤ 8 KiB");
    }
    Ok(())
}

/// Letters in the search line, each with its rows; the 30 ms that it waits for the next letter are not in it.
fn typing(launch: &Launch) -> Outcome {
    let mut it = Driver::start(launch, glyphs::UNICODE, 120, 36)?;
    it.press("2");
    for words in ["招商银行", "子轩", "wzx", "2345", "silver robotics", "有限"] {
        let mut times = Vec::new();
        for _ in 0..3 {
            it.press("/").press("Ctrl-u");
            for letter in words.chars() {
                let started = Instant::now();
                it.type_(&letter.to_string()).screen();
                times.push(milliseconds(started));
            }
            it.press("Enter").press("Esc");
        }
        say(&format!("a letter of `{words}` to its rows"), times, "ms", "p95 ≤ 50 ms at 100 k");
    }
    for filter in ["level=A", "level=A city=杭州", "city=杭州 open_deals=0"] {
        let mut times = Vec::new();
        for _ in 0..5 {
            it.press("f").press("Ctrl-u").type_(filter);
            let started = Instant::now();
            it.press("Enter").screen();
            times.push(milliseconds(started));
        }
        say(&format!("the filter `{filter}`"), times, "ms", "p95 ≤ 50 ms at 100 k");
    }
    Ok(())
}

/// Along lists and from record to record.
fn moving(launch: &Launch) -> Outcome {
    let mut it = Driver::start(launch, glyphs::UNICODE, 120, 36)?;
    it.press("2");
    each(&mut it, "j", 60, "the next customer, with everything around it");
    each(&mut it, "PgDn", 60, "a page down in the customers");
    let mut it = Driver::start(launch, glyphs::UNICODE, 90, 36)?;
    it.press("2").press("Enter");
    each(&mut it, "]", 200, "`]` from customer to customer");
    it.press("6");
    each(&mut it, "PgDn", 60, "a page down in the activities");
    each(&mut it, "G", 1, "to the last activity");
    let mut it = Driver::start(launch, glyphs::UNICODE, 120, 36)?;
    it.press("3");
    each(&mut it, "j", 20, "the next card of the board");
    each(&mut it, "F5", 5, "the board asked anew");
    it.press("2");
    each(&mut it, "F5", 5, "the customers asked anew, as when others wrote");
    Ok(())
}

fn each(it: &mut Driver, key: &str, count: usize, what: &str) {
    let mut times = Vec::new();
    for _ in 0..count {
        let started = Instant::now();
        it.press(key).screen();
        times.push(milliseconds(started));
    }
    say(what, times, "ms", "");
}

/// What is written to a terminal.
#[derive(Clone, Default)]
struct Wire(Arc<Mutex<usize>>);

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Ok(mut count) = self.0.lock() {
            *count += bytes.len();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Wired {
    wire: Wire,
    terminal: Option<Terminal<CrosstermBackend<Wire>>>,
}

impl Wired {
    fn new(width: u16, height: u16) -> Self {
        let wire = Wire::default();
        let options = TerminalOptions { viewport: Viewport::Fixed(Rect { x: 0, y: 0, width, height }) };
        Self { terminal: Terminal::with_options(CrosstermBackend::new(wire.clone()), options).ok(), wire }
    }

    /// How many bytes the frame took.
    fn draw(&mut self, state: &State) -> usize {
        if let Some(terminal) = &mut self.terminal {
            let _ = terminal.draw(|frame| drop(screen::view(state, frame)));
        }
        self.wire.0.lock().map(|mut count| std::mem::take(&mut *count)).unwrap_or_default()
    }
}

/// The program in a terminal: from its start to the first frame and to the last change of it, and what it takes idle.
fn program(database: &Path) -> Outcome {
    let (mut first, mut whole) = (Vec::new(), Vec::new());
    let (mut idle, mut memory) = (Vec::new(), Vec::new());
    for turn in 0..6 {
        let size = PtySize { rows: 36, cols: 120, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size)?;
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_kehu"));
        command.arg("tui");
        command.env("KEHU_DB", database);
        command.env("KEHU_USER", generate::owner(0));
        command.env("KEHU_NOW", "2026-03-31T12:00");
        command.env("XDG_STATE_HOME", std::env::temp_dir().join("kehu-bench-state"));
        let mut reader = pair.master.try_clone_reader()?;
        let mut writer = pair.master.take_writer()?;
        let (send, output) = channel();
        let started = Instant::now();
        let mut child = pair.slave.spawn_command(command)?;
        std::thread::spawn(move || {
            let mut bytes = [0; 8192];
            while let Ok(count) = reader.read(&mut bytes) {
                if count == 0 || send.send((Instant::now(), bytes[..count].to_vec())).is_err() {
                    return;
                }
            }
        });
        let (mut drawn, mut last) = (None, started);
        while let Ok((at, bytes)) = output.recv_timeout(Duration::from_millis(900)) {
            if bytes.windows(4).any(|part| part == b"\x1b[6n") {
                writer.write_all(b"\x1b[1;2R")?;
            }
            if drawn.is_none() && bytes.windows(4).any(|part| part == b"kehu") {
                drawn = Some(at);
            }
            last = at;
        }
        first.push(drawn.unwrap_or(last).duration_since(started).as_secs_f64() * 1000.0);
        whole.push(last.duration_since(started).as_secs_f64() * 1000.0);
        if turn == 5 {
            let process = child.process_id().unwrap_or_default();
            let (before, since) = (processor(process), Instant::now());
            std::thread::sleep(Duration::from_secs(20));
            idle.push((processor(process) - before) * 100.0 / since.elapsed().as_secs_f64());
            memory.push(resident(process));
        }
        child.kill()?;
        child.wait()?;
    }
    say("the program: start to its first frame", first, "ms", "≤ 100 ms");
    say("the program: start to its data", whole, "ms", "≤ 300 ms at 100 k");
    say("the program: processor while idle", idle, "%", "≤ 0.5 %");
    say("the program: memory", memory, "MiB", "");
    Ok(())
}

/// Seconds of the processor that a process took so far.
fn processor(process: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields: Vec<&str> = text.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
    (ticks(11) + ticks(12)) / 100.0
}

fn resident(process: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or_default() / 1024.0
}
