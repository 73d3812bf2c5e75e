//! The program itself in a terminal of its own: it starts, takes Chinese, saves, and gives the terminal back.

use super::terminal::{Session, kehu};
use crate::world::Desk;
use std::time::{Duration, Instant};

/// Before the customers.
fn at_customers(desk: &Desk) -> Session {
    let mut session = Session::start(desk, &["tui"]);
    session.until("[1");
    session.say("2");
    session.until("Customers › C4");
    session
}

/// A form for a new customer with its name typed, and not saved.
fn half_write(session: &mut Session) {
    session.say("N");
    session.until("New customer");
    session.say("Halbfertig");
    session.until("Halbfertig");
}

fn leave(session: &mut Session) {
    session.say("\x11");
    assert_eq!(session.code(), 0);
}

#[test]
fn it_starts_takes_pasted_chinese_saves_it_and_gives_the_terminal_back() {
    let desk = Desk::new();
    let mut session = at_customers(&desk);
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

#[test]
fn a_terminal_that_answers_no_questions_is_waited_for_no_longer_than_a_moment() {
    let desk = Desk::new();
    let mut command = kehu(&desk, &["tui"]);
    // It is the language that says then how wide signs are.
    command.env("LANG", "C");
    let started = Instant::now();
    let mut session = Session::of(command);
    session.mute = true;
    session.say("2");
    session.until("[1");
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    session.until("[2");
    session.say("N");
    session.until("New customer");
    session.say("\x1b");
    session.wait("closed", |session| !session.screen().contains("New customer"));
    leave(&mut session);
}

#[test]
fn a_terminal_that_answers_nothing_is_drawn_at_once_and_anew_when_it_says_how_wide_signs_are() {
    let desk = Desk::new();
    let mut session = Session::start(&desk, &["tui"]);
    session.mute = true;
    session.until("Nothing needs attention");
    assert!(session.screen().contains('─'), "as most terminals draw:\n{}", session.screen());
    // It took two cells for the one sign.
    session.say("\x1b[1;3R");
    session.wait("frames that fit", |session| session.screen().contains("+-") && !session.screen().contains('─'));
    session.until("Nothing needs attention");
    leave(&mut session);
}

#[test]
fn whether_it_is_light_or_dark_is_asked_where_somebody_wants_to_know() {
    let asked = |session: &Session| String::from_utf8_lossy(&session.bytes).contains("\x1b]11;?");
    let desk = Desk::new();
    let mut session = at_customers(&desk);
    assert!(!asked(&session), "nobody wants to know");
    session.say("\x0b");
    session.until("Command palette");
    session.say("Theme\r");
    session.until("Light or dark, as the terminal");
    assert!(asked(&session), "the choice says what it is here");
    session.say("Light or dark\r");
    session.wait("chosen", |session| !session.screen().contains("Light or dark"));
    leave(&mut session);
    let mut session = Session::start(&desk, &["tui"]);
    session.wait("asked from the start", asked);
    session.until("招商银行深圳分行");
    leave(&mut session);
}

#[test]
fn a_window_of_another_size_is_drawn_anew() {
    let desk = Desk::new();
    let mut session = at_customers(&desk);
    session.resize(60, 20);
    session.wait("narrow", |session| {
        session.screen().lines().any(|line| line.contains("[2Cust]") || line.contains("[2 Cust]"))
    });
    session.resize(30, 8);
    session.until("Window too small");
    session.resize(120, 36);
    session.until("[2 Customers]");
    leave(&mut session);
}

#[test]
fn the_shell_gets_its_terminal_for_as_long_as_the_dashboard_is_suspended() {
    let desk = Desk::new();
    let mut session = at_customers(&desk);
    session.say("\x1a");
    session.wait("the screen given back", |session| !session.parser.screen().alternate_screen());
    session.wait("stopped", |session| {
        let status = std::fs::read_to_string(format!("/proc/{}/stat", session.number())).unwrap_or_default();
        status.rsplit(") ").next().is_some_and(|rest| rest.starts_with('T')) || !std::path::Path::new("/proc").exists()
    });
    session.assert_given_back();
    session.signal("CONT");
    session.wait("the dashboard", |session| {
        session.parser.screen().alternate_screen() && session.screen().contains("招商银行深圳分行")
    });
    session.say("N");
    session.until("New customer");
    session.say("\x1b");
    session.wait("closed", |session| !session.screen().contains("New customer"));
    leave(&mut session);
}

#[test]
fn whoever_ends_it_from_outside_leaves_the_terminal_and_what_was_typed_in_order() {
    for signal in ["TERM", "INT", "HUP"] {
        let desk = Desk::new();
        let mut session = at_customers(&desk);
        half_write(&mut session);
        // No half second to keep it in.
        session.signal(signal);
        assert_eq!(session.code(), 0, "{signal}");
        let mut session = Session::start(&desk, &["tui"]);
        session.until("[2");
        session.say("N");
        session.until("Halbfertig");
        session.say("\x11\x1b");
        session.until("Throw away");
        session.say("y\x11");
        session.code();
    }
}

#[test]
fn a_terminal_that_is_gone_ends_it_and_keeps_where_one_was() {
    let desk = Desk::new();
    let mut session = Session::start(&desk, &["tui"]);
    session.until("[1");
    session.say("6");
    session.until("[6");
    let Session { mut child, master, input, output, .. } = session;
    drop((master, input, output));
    let late = Instant::now() + Duration::from_secs(20);
    while child.try_wait().expect("waits").is_none() {
        assert!(Instant::now() < late, "it never ended");
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut session = Session::start(&desk, &["tui"]);
    session.until("[6");
}

#[test]
fn killed_in_the_middle_of_a_write_it_leaves_a_whole_database_and_the_draft() {
    let desk = Desk::new();
    let mut session = at_customers(&desk);
    half_write(&mut session);
    std::thread::sleep(Duration::from_millis(700));
    // Somebody else writes, so that this write is under way for as long as it takes to kill it.
    let mut other =
        kehu::store::open(&desk.database().display().to_string(), kehu::store::Open::default()).expect("opens");
    other.begin().expect("begins");
    session.say("\x13");
    std::thread::sleep(Duration::from_millis(300));
    session.child.kill().expect("is killed");
    session.child.wait().expect("ended");
    other.rollback().expect("ends");
    drop(other);
    desk.run(["doctor"]).done();
    assert_eq!(desk.crm().count_where("customer", "").expect("counts"), 4);
    let mut session = Session::start(&desk, &["tui"]);
    session.until("kehu.db");
    session.say("2");
    session.until("Customers › C4");
    session.say("N");
    session.until("Halbfertig");
    session.say("\x13");
    session.until("C5 Halbfertig");
}

#[test]
fn a_text_goes_to_ones_own_editor_and_back() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    let script = desk.folder().join("editor");
    std::fs::write(&script, "#!/bin/sh\necho 'the editor has the screen'\nsleep 1\nprintf '关注等保三级' >> \"$1\"\n")
        .expect("writes");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("may run");
    let mut command = kehu(&desk, &["tui"]);
    command.env("EDITOR", script.as_os_str());
    command.env("KEHU_EDITOR", script.as_os_str());
    let mut session = Session::of(command);
    session.until("[1");
    session.say("2");
    session.until("Customers › C4");
    session.say("E");
    session.until("the editor has the screen");
    assert!(!session.parser.screen().alternate_screen(), "the editor has the screen");
    session.until("Changed C4");
    leave(&mut session);
    assert!(desk.say("customer show C4").done().contains("关注等保三级"));
}

#[test]
fn what_the_command_line_writes_is_on_the_screen_within_seconds() {
    let desk = Desk::new();
    let mut session = at_customers(&desk);
    std::thread::sleep(Duration::from_millis(500));
    desk.run(["customer", "add", "Zeppelin AG", "--as", "lukas"]).done();
    let written = Instant::now();
    session.until("Zeppelin AG");
    assert!(written.elapsed() < Duration::from_secs(15), "{:?}", written.elapsed());
    leave(&mut session);
}

#[test]
fn without_colour_none_is_sent() {
    let desk = Desk::new();
    let mut command = kehu(&desk, &["tui"]);
    command.env("NO_COLOR", "1");
    let mut session = Session::of(command);
    session.until("[1");
    session.say("2");
    session.until("Customers › C4");
    session.say("?");
    session.until("Keys that count here");
    let text = String::from_utf8_lossy(&session.bytes).into_owned();
    let digits = |codes: &str| codes.bytes().all(|byte| byte == b';' || byte.is_ascii_digit());
    let colour = |code: &str| code.parse::<u16>().is_ok_and(|code| matches!(code, 30..=38 | 40..=48 | 90..=107));
    let coloured = |codes: &str| digits(codes) && codes.split(';').any(colour);
    let codes = text.split("\x1b[").filter_map(|part| part.split_once('m')).map(|(codes, _)| codes);
    let colours: Vec<&str> = codes.filter(|codes| coloured(codes)).collect();
    assert!(colours.is_empty(), "{colours:?}");
    session.say("\x1b");
    session.wait("closed", |session| !session.screen().contains("Keys that count here"));
    leave(&mut session);
}
