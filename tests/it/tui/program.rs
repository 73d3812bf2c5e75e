//! The program itself in a terminal of its own: it starts, takes Chinese, saves, and gives the terminal back.

use crate::world::{Desk, NOW};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::{
    io::{Read, Write},
    num::NonZeroU16,
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};

struct Session {
    parser: vt100::Parser,
    output: Receiver<Vec<u8>>,
    input: Box<dyn Write + Send>,
    child: Box<dyn portable_pty::Child + Send + Sync>,
    _master: Box<dyn portable_pty::MasterPty + Send>,
}

impl Session {
    fn start(desk: &Desk, arguments: &[&str]) -> Self {
        let size = PtySize { rows: 30, cols: 100, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_kehu"));
        command.args(arguments);
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
        ] {
            command.env(name, value);
        }
        command.cwd(desk.folder());
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
        let size = |cells| NonZeroU16::new(cells).expect("some");
        let input = pair.master.take_writer().expect("writes");
        Self { parser: vt100::Parser::new(size(30), size(100), 0), output, input, child, _master: pair.master }
    }

    /// Reads on until a text is on the screen; a terminal answers where its cursor is.
    fn until(&mut self, text: &str) {
        let late = Instant::now() + Duration::from_secs(20);
        while !self.parser.screen().contents().contains(text) {
            assert!(Instant::now() < late, "{text:?} never came:\n{}", self.parser.screen().contents());
            let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(100)) else { continue };
            let asked = bytes.windows(4).any(|part| part == b"\x1b[6n");
            self.parser.process(&bytes);
            if asked {
                let (row, column) = self.parser.screen().cursor_position();
                self.say(&format!("\x1b[{};{}R", row + 1, column + 1));
            }
        }
    }

    fn say(&mut self, text: &str) {
        self.input.write_all(text.as_bytes()).expect("writes");
        self.input.flush().expect("writes");
    }

    fn code(mut self) -> u32 {
        let late = Instant::now() + Duration::from_secs(20);
        loop {
            while let Ok(bytes) = self.output.try_recv() {
                self.parser.process(&bytes);
            }
            if let Some(status) = self.child.try_wait().expect("waits") {
                while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(100)) {
                    self.parser.process(&bytes);
                }
                assert!(!self.parser.screen().alternate_screen(), "the screen is given back");
                assert!(!self.parser.screen().hide_cursor(), "the cursor is shown again");
                assert_eq!(self.parser.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::None);
                assert!(!self.parser.screen().bracketed_paste());
                return status.exit_code();
            }
            assert!(Instant::now() < late, "it never ended");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

#[test]
fn it_starts_takes_pasted_chinese_saves_it_and_gives_the_terminal_back() {
    let desk = Desk::new();
    let mut session = Session::start(&desk, &["tui"]);
    session.until("[1");
    session.say("2");
    session.until("招商银行深圳分行");
    session.say("N");
    session.until("New customer");
    session.say("\x1b[200~杭州智造\x1b[201~");
    session.until("杭州智造");
    session.say("\x13");
    session.until("C5 杭州智造");
    session.say("\x03");
    session.until("again");
    session.say("\x03");
    assert_eq!(session.code(), 0);
    assert_eq!(desk.crm().title("customer", 5).expect("is there"), "杭州智造");
}

#[test]
fn the_program_alone_opens_the_dashboard_where_there_is_a_database() {
    let desk = Desk::new();
    let mut session = Session::start(&desk, &[]);
    session.until("[1");
    session.say("q");
    session.until("Leave the dashboard?");
    session.say("y");
    assert_eq!(session.code(), 0);
    let empty = Desk::empty();
    let mut session = Session::start(&empty, &[]);
    session.until("Everything else");
}

#[test]
fn where_there_is_no_terminal_it_says_so() {
    let output = Desk::new().run(["tui"]);
    assert_eq!((output.code, output.err.contains("terminal")), (2, true), "{output:?}");
}
