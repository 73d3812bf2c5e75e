//! A terminal in which the program, or a part of the tests themselves, runs as a person would see it.

use crate::world::{Desk, NOW};
use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::{
    io::{Read, Write},
    num::NonZeroU16,
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};

const WIDTH: u16 = 100;
const HEIGHT: u16 = 30;

pub struct Session {
    pub parser: vt100::Parser,
    pub output: Receiver<Vec<u8>>,
    pub input: Box<dyn Write + Send>,
    pub child: Box<dyn portable_pty::Child + Send + Sync>,
    pub master: Box<dyn MasterPty + Send>,
    /// Everything that came.
    pub bytes: Vec<u8>,
    /// A terminal that answers no questions.
    pub mute: bool,
}

/// The program with nobody's environment, on that desk's database.
pub fn kehu(desk: &Desk, arguments: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_kehu"));
    command.args(arguments);
    at_desk(desk, command)
}

/// One of the tests, run alone in a terminal: what a person cannot bring about.
pub fn scene(desk: &Desk, name: &str) -> CommandBuilder {
    let mut command = CommandBuilder::new(std::env::current_exe().expect("this program"));
    command.args([name, "--exact", "--ignored", "--nocapture", "--quiet"]);
    at_desk(desk, command)
}

fn at_desk(desk: &Desk, mut command: CommandBuilder) -> CommandBuilder {
    command.env_clear();
    let folder = desk.folder().display().to_string();
    let database = desk.database().display().to_string();
    for (name, value) in [
        ("HOME", folder.as_str()),
        ("KEHU_DB", &database),
        ("KEHU_USER", "lin"),
        ("KEHU_NOW", NOW),
        ("TZ", "Asia/Shanghai"),
        ("LANG", "C"),
        ("TERM", "xterm-256color"),
        ("PATH", "/usr/bin:/bin"),
    ] {
        command.env(name, value);
    }
    command.cwd(desk.folder());
    command
}

impl Session {
    pub fn start(desk: &Desk, arguments: &[&str]) -> Self {
        Self::of(kehu(desk, arguments))
    }

    pub fn of(command: CommandBuilder) -> Self {
        let size = PtySize { rows: HEIGHT, cols: WIDTH, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a terminal");
        let child = pair.slave.spawn_command(command).expect("starts");
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().expect("reads");
        let (send, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count) = reader.read(&mut bytes) {
                if count == 0 || send.send(bytes[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let input = pair.master.take_writer().expect("writes");
        let parser = vt100::Parser::new(cells(HEIGHT), cells(WIDTH), 0);
        Self { parser, output, input, child, master: pair.master, bytes: Vec::new(), mute: false }
    }

    pub fn screen(&self) -> String {
        self.parser.screen().contents()
    }

    /// Reads on until a text is on the screen.
    #[track_caller]
    pub fn until(&mut self, text: &str) {
        self.wait(text, |session| session.screen().contains(text));
    }

    /// Reads on until something holds of the screen; a terminal answers where its cursor is.
    #[track_caller]
    pub fn wait(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let late = Instant::now() + Duration::from_secs(30);
        while !holds(self) {
            assert!(Instant::now() < late, "{what:?} never came:\n{}", self.screen());
            let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(100)) else { continue };
            let asked = bytes.windows(4).any(|part| part == b"\x1b[6n") && !self.mute;
            self.parser.process(&bytes);
            self.bytes.extend(bytes);
            if asked {
                let (row, column) = self.parser.screen().cursor_position();
                self.say(&format!("\x1b[{};{}R", row + 1, column + 1));
            }
        }
    }

    /// Presses Esc until a text is gone from the screen: what tells it may come more than once.
    #[track_caller]
    pub fn dismiss(&mut self, text: &str) {
        let late = Instant::now() + Duration::from_secs(30);
        while self.screen().contains(text) {
            assert!(Instant::now() < late, "{text:?} stays:\n{}", self.screen());
            self.say("\x1b");
            let soon = Instant::now() + Duration::from_millis(500);
            self.wait("answered", |session| !session.screen().contains(text) || Instant::now() > soon);
        }
    }

    pub fn say(&mut self, text: &str) {
        self.input.write_all(text.as_bytes()).expect("writes");
        self.input.flush().expect("writes");
    }

    pub fn resize(&mut self, width: u16, height: u16) {
        let size = PtySize { rows: height, cols: width, pixel_width: 0, pixel_height: 0 };
        self.master.resize(size).expect("resizes");
        self.parser.screen_mut().set_size(cells(height), cells(width));
    }

    pub fn number(&self) -> String {
        self.child.process_id().expect("runs").to_string()
    }

    /// Sends a signal: `TERM`, `CONT`.
    pub fn signal(&self, name: &str) {
        let status = std::process::Command::new("kill").args(["-s", name, &self.number()]).status();
        assert!(status.expect("kill is there").success());
    }

    /// Nothing is left of the dashboard on the terminal.
    #[track_caller]
    pub fn assert_given_back(&self) {
        let screen = self.parser.screen();
        assert!(!screen.alternate_screen(), "the screen is given back");
        assert!(!screen.hide_cursor(), "the cursor is shown again");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        assert!(!screen.bracketed_paste());
        #[cfg(unix)]
        if let Some(modes) = self.master.get_termios() {
            assert!(format!("{:?}", modes.local_flags).contains("ICANON"), "lines are lines again: {modes:?}");
        }
    }

    /// The code it ends with, and the terminal as it leaves it.
    #[track_caller]
    pub fn code(&mut self) -> u32 {
        let late = Instant::now() + Duration::from_secs(30);
        loop {
            while let Ok(bytes) = self.output.try_recv() {
                self.parser.process(&bytes);
            }
            if let Some(status) = self.child.try_wait().expect("waits") {
                while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(100)) {
                    self.parser.process(&bytes);
                }
                self.assert_given_back();
                return status.exit_code();
            }
            assert!(Instant::now() < late, "it never ended");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).expect("some")
}
