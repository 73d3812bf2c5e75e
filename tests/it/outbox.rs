//! The outbox: queued with its cause, handed over at most once whatever breaks, and never to whoever wants no mail.

use crate::{
    mail_server::{MailServer, Mood},
    storage::on_both,
    world::{Desk, NOW, World, finished, people, settings},
};
use jiff::{ToSpan, civil, tz::TimeZone};
use kehu::{
    Cause, Crm, Settings,
    clock::Clock,
    tickets::{Carrier, Outgoing, Sending, Server, outbox::Encryption},
    views::CustomField,
};
use std::{process::Stdio, time::Duration};

const FROM: &str = "海川客服 <service@haichuan.example>";

fn carrier(server: &MailServer) -> Carrier {
    let encryption = Encryption::Never;
    Carrier::Server(Server { host: "127.0.0.1".to_owned(), port: server.port, encryption, login: None })
}

/// A handle of Lin's, so many minutes later.
fn later(world: &World, minutes: i64) -> Crm {
    let zone = TimeZone::get("Asia/Shanghai").expect("the zone is known");
    let now = NOW.parse::<civil::DateTime>().expect("an hour").saturating_add(minutes.minutes());
    let clock = Clock::fixed(now.to_zoned(zone.clone()).expect("an hour there").timestamp(), zone);
    let mut crm = Crm::open(&world.url, &Settings { clock, ..settings() }).expect("opens");
    crm.sign_in("lin").expect("is known");
    crm
}

fn to(address: &str) -> Outgoing {
    Outgoing {
        to: vec![address.to_owned()],
        subject: "您的流量计已修好".to_owned(),
        text: "王晓明，您好：\n请来取。".to_owned(),
        cause: Some(("customer", 1)),
        customer: Some(1),
        ..Outgoing::default()
    }
}

/// Queues a message together with a note about it.
fn queue(crm: &mut Crm, outgoing: &Outgoing) -> Option<i64> {
    crm.transaction("Tell the customer", |crm| {
        crm.change("customer", 1, vec![("address".into(), kehu::record::Value::text(&outgoing.subject))], None)?;
        crm.queue_message(outgoing)
    })
    .expect("queues")
}

fn send(crm: &mut Crm, carrier: &Carrier) -> Sending {
    crm.send_outbox(carrier, FROM, None).expect("sends")
}

fn state(world: &mut World, id: i64) -> String {
    world.text("outbox", id, "state")
}

fn act(crm: &mut Crm, verb: &str, id: i64) -> Result<(), String> {
    let verbs = kehu::catalog::entry("outbox").expect("a kind").verbs;
    let verb = verbs.iter().find(|known| known.name == verb).expect("a verb");
    if let Some(reason) = (verb.refused)(crm, id).expect("answers") {
        return Err(reason.to_string());
    }
    crm.transaction("act", |crm| (verb.run)(crm, id, &Vec::new())).map_err(|error| error.to_string())
}

on_both! {
    fn a_message_goes_out_once_with_its_subject_and_text_in_chinese(world) {
        people(world);
        let id = queue(&mut world.crm, &Outgoing { automatic: true, ..to("wangxm@cmb.example") }).expect("a number");
        assert_eq!((id, state(world, id)), (1, "queued".to_owned()));
        let server = MailServer::start(&[]);
        let mut crm = later(world, 1);
        assert_eq!(send(&mut crm, &carrier(&server)), Sending { sent: 1, ..Sending::default() });
        assert_eq!(send(&mut crm, &carrier(&server)), Sending::default());
        assert_eq!(server.letters().len(), 1);
        let letters = server.letters();
        let mail = mail_parser::MessageParser::default().parse(letters[0].as_bytes()).expect("a letter");
        assert_eq!(mail.subject(), Some("您的流量计已修好"));
        assert_eq!(mail.body_text(0).expect("text").replace("\r\n", "\n").trim(), "王晓明，您好：\n请来取。");
        let from = mail.from().and_then(mail_parser::Address::first).expect("a sender");
        assert_eq!((from.name.as_deref(), from.address.as_deref()), (Some("海川客服"), Some("service@haichuan.example")));
        assert!(letters[0].is_ascii(), "headers and text are encoded");
        assert!(letters[0].contains("Auto-Submitted: auto-generated"), "{}", letters[0]);
        let named = world.text("outbox", id, "message_id");
        assert!(letters[0].contains(&format!("Message-ID: {named}")), "{named} in {}", letters[0]);
        assert_eq!([state(world, id), world.text("outbox", id, "cause")], ["sent", "C1"]);
    }

    fn undoing_the_cause_takes_back_what_was_not_sent_and_names_what_was(world) {
        people(world);
        let before = world.dump();
        let first = queue(&mut world.crm, &to("wangxm@cmb.example")).expect("a number");
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.dump(), before);
        assert!(world.crm.record("outbox", first).is_err());
        // One that was tried and is still to go, goes too.
        let server = MailServer::start(&[Mood::Busy]);
        let second = queue(&mut world.crm, &to("wangxm@cmb.example")).expect("a number");
        assert_eq!(send(&mut later(world, 1), &carrier(&server)).later, 1);
        world.crm.undo(None, false).expect("undoes");
        assert!(world.crm.record("outbox", second).is_err());
        // One that was sent stays, and is named.
        let third = queue(&mut world.crm, &to("wangxm@cmb.example")).expect("a number");
        assert_eq!(send(&mut later(world, 1), &carrier(&server)).sent, 1);
        let refused = world.crm.undo(None, false).expect_err("it is gone");
        assert_eq!(refused.cause, Cause::Conflict);
        let told = &refused.candidates[0];
        assert_eq!(told.0, format!("OB{third}"));
        assert!(told.1.contains("It was sent to wangxm@cmb.example at 2026-03-31T01:01:00Z already."), "{told:?}");
        world.crm.undo(None, true).expect("undoes the rest");
        assert_eq!([state(world, third), world.text("customer", 1, "address")], ["sent", ""]);
    }

    fn what_was_handed_over_is_not_undone(world) {
        people(world);
        queue(&mut world.crm, &to("wangxm@cmb.example"));
        send(&mut later(world, 1), &carrier(&MailServer::start(&[])));
        let sent = world.crm.operations(Some(20)).expect("the log").into_iter().find(|line| line.label.starts_with("Sent OB1"));
        let sent = sent.expect("is logged");
        assert_eq!(sent.door, "outbox");
        let refused = world.crm.undo(Some(sent.id), false).expect_err("nobody takes it back");
        assert!(refused.to_string().contains("handed a message over"), "{refused}");
        // What is undone without a number is what a person did last.
        assert!(world.crm.undo(None, true).expect("undoes").label.contains("Tell the customer"));
    }

    fn a_busy_server_is_tried_again_ever_later_and_a_refusal_is_final(world) {
        people(world);
        let [busy, gone, full] = ["a@x.example", "b@x.example", "c@x.example"]
            .map(|address| queue(&mut world.crm, &to(address)).expect("a number"));
        let server = MailServer::start(&[Mood::Busy, Mood::Refuse, Mood::RefuseText, Mood::Busy]);
        let done = send(&mut later(world, 0), &carrier(&server));
        assert_eq!(done, Sending { later: 1, failed: 2, ..Sending::default() });
        assert_eq!([state(world, busy), state(world, gone), state(world, full)], ["queued", "failed", "failed"]);
        assert!(world.text("outbox", gone, "error").contains("nobody of that name"));
        // Five minutes are not over, then they are; the next wait is twice as long.
        assert_eq!(send(&mut later(world, 4), &carrier(&server)), Sending::default());
        assert_eq!(send(&mut later(world, 5), &carrier(&server)).later, 1);
        assert_eq!(send(&mut later(world, 14), &carrier(&server)), Sending::default());
        assert_eq!(send(&mut later(world, 15), &carrier(&server)).sent, 1);
        assert_eq!(server.letters().len(), 1);
        act(&mut world.crm, "retry", gone).expect("is tried again");
        assert_eq!(send(&mut later(world, 16), &carrier(&server)).sent, 1);
        assert_eq!(act(&mut world.crm, "retry", gone), Err("OB2 您的流量计已修好 was sent already.".to_owned()));
        act(&mut world.crm, "cancel", full).expect("is called off");
        assert_eq!(send(&mut later(world, 60), &carrier(&server)), Sending::default());
    }

    fn a_line_that_breaks_before_the_text_is_tried_again_and_one_after_it_is_left_to_a_person(world) {
        people(world);
        let [before, after, fine] = ["a@x.example", "b@x.example", "c@x.example"]
            .map(|address| queue(&mut world.crm, &to(address)).expect("a number"));
        let server = MailServer::start(&[Mood::BreakBefore, Mood::BreakAfter]);
        let done = send(&mut later(world, 0), &carrier(&server));
        assert_eq!(done, Sending { sent: 1, later: 1, unknown: 1, uncertain: 1, ..Sending::default() });
        assert_eq!([state(world, before), state(world, after), state(world, fine)], ["queued", "sending", "sent"]);
        assert_eq!(world.names("outbox", "uncertain=yes").len(), 1);
        // However often it is sent, nobody sends that one again but a person.
        let done = send(&mut later(world, 600), &carrier(&server));
        assert_eq!(done, Sending { sent: 1, uncertain: 1, ..Sending::default() });
        assert_eq!(server.letters().len(), 3);
        act(&mut world.crm, "retry", after).expect("a person decides");
        assert_eq!(send(&mut later(world, 601), &carrier(&server)), Sending { sent: 1, ..Sending::default() });
    }

    fn a_server_that_is_away_is_no_fault_of_any_message(world) {
        people(world);
        let id = queue(&mut world.crm, &to("a@x.example")).expect("a number");
        let away = Server { host: "127.0.0.1".to_owned(), port: 1, encryption: Encryption::Never, login: None };
        assert!(later(world, 1).send_outbox(&Carrier::Server(away), FROM, None).is_err());
        assert_eq!([state(world, id), world.text("outbox", id, "attempts")], ["queued", "0"]);
    }

    fn two_that_send_at_once_never_take_the_same_message(world) {
        people(world);
        for number in 0..12 {
            queue(&mut world.crm, &to(&format!("a{number}@x.example")));
        }
        let server = MailServer::start(&[]);
        let sent: u64 = std::thread::scope(|scope| {
            let runs: Vec<_> = (0..3)
                .map(|_| {
                    let (mut crm, carrier) = (later(world, 1), carrier(&server));
                    scope.spawn(move || crm.send_outbox(&carrier, FROM, None).expect("sends").sent)
                })
                .collect();
            runs.into_iter().map(|run| run.join().expect("ends")).sum()
        });
        assert_eq!((sent, server.letters().len()), (12, 12));
        assert_eq!(world.names("outbox", "state=sent").len(), 12);
    }

    fn whoever_wants_no_mail_gets_none_that_nobody_wrote(world) {
        people(world);
        let field = CustomField {
            name: "no_mail".to_owned(),
            record_kind: "contact".to_owned(),
            value_kind: "yes-no".to_owned(),
            ..CustomField::default()
        };
        field.define(&mut world.crm).expect("adds the field");
        let mut crm = later(world, 0);
        let automatic = Outgoing { automatic: true, ..to("wangxm@cmb.example") };
        let early = queue(&mut crm, &automatic).expect("not yet");
        let entry = crm.find("contact", "wangxm@cmb.example").expect("is known");
        crm.change("contact", entry, vec![("x_no_mail".into(), kehu::record::Value::Bool(true))], None).expect("edits");
        assert_eq!(queue(&mut crm, &automatic), None);
        assert!(crm.notices().iter().any(|notice| notice.to_string().contains("asked not to be written to")));
        // What somebody writes to them by hand goes all the same, and what waited is called off.
        let own = queue(&mut crm, &to("wangxm@cmb.example")).expect("an answer goes");
        let server = MailServer::start(&[]);
        assert_eq!(send(&mut crm, &carrier(&server)), Sending { sent: 1, withheld: 1, ..Sending::default() });
        assert_eq!([state(world, early), state(world, own)], ["cancelled", "sent"]);
    }

    fn nothing_that_is_written_begins_a_header_of_its_own(world) {
        people(world);
        let sly = Outgoing {
            subject: "Hello\r\nBcc: everybody@x.example".to_owned(),
            in_reply_to: Some("<a@x>\r\nBcc: everybody@x.example".to_owned()),
            ..to("a@x.example")
        };
        queue(&mut world.crm, &sly);
        assert!(world.crm.queue_message(&to("a@x.example\r\nBcc: everybody@x.example")).is_err());
        let server = MailServer::start(&[]);
        send(&mut later(world, 1), &carrier(&server));
        let letter = server.letters().remove(0);
        let head = letter.split("\r\n\r\n").next().expect("a head");
        assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{head}");
        assert!(head.contains("Subject: Hello Bcc: everybody@x.example"), "{head}");
    }
}

#[test]
fn without_a_server_messages_become_files_that_mail_programs_read() {
    let desk = Desk::new();
    queue(&mut desk.crm(), &to("wangxm@cmb.example"));
    let listed = desk.say("outbox send --dry-run -f json").json();
    assert_eq!(listed["items"][0]["subject"], "您的流量计已修好");
    desk.say("outbox send --folder outgoing").done();
    desk.say("outbox send --folder outgoing").done();
    let files: Vec<_> = std::fs::read_dir(desk.folder().join("outgoing")).expect("a folder").flatten().collect();
    assert_eq!(files.len(), 1);
    let bytes = std::fs::read(files[0].path()).expect("reads");
    let mail = mail_parser::MessageParser::default().parse(&bytes).expect("a letter");
    assert_eq!(mail.subject(), Some("您的流量计已修好"));
    assert_eq!(desk.say("outbox show OB1 -f json").json()["state"], "sent");
}

#[test]
fn a_sender_that_is_killed_while_it_hands_over_sends_nothing_twice() {
    let desk = Desk::new();
    queue(&mut desk.crm(), &to("wangxm@cmb.example"));
    let server = MailServer::start(&[Mood::Hang]);
    let send = |now: &str| {
        let mut command = desk.command(["outbox", "send"]);
        command.env("KEHU_MAIL_SERVER", server.address()).env("KEHU_MAIL_FROM", FROM).env("KEHU_NOW", now);
        command
    };
    let mut killed = send(NOW).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts");
    for _ in 0..400 {
        if !server.letters().is_empty() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    killed.kill().expect("is killed");
    killed.wait().expect("is gone");
    assert_eq!(server.letters().len(), 1, "it was handed over");
    // At once it may be another's; later nobody knows. Neither is sent again.
    assert_eq!(finished(&mut send("2026-03-31T09:05")).code, 0);
    assert_eq!(desk.say("outbox retry OB1").code, 5, "it may be on its way still");
    let told = finished(&mut send("2026-03-31T09:20"));
    assert!(told.err.contains("Nobody knows whether 1 message arrived"), "{}", told.err);
    assert_eq!(server.letters().len(), 1);
    desk.say("outbox retry OB1").done();
    assert_eq!(finished(&mut send("2026-03-31T09:21")).code, 0);
    assert_eq!(server.letters().len(), 2, "a person said so");
}

#[test]
fn a_password_is_read_where_it_is_kept_and_shown_nowhere() {
    let desk = Desk::new();
    let own = desk.folder().join(".config/kehu");
    std::fs::create_dir_all(&own).expect("a folder");
    std::fs::write(desk.folder().join("secret"), "correct horse\n").expect("writes");
    let set = |line: &str| desk.say(&format!("config set {line}"));
    assert_eq!(set("mail_server smtp://me:horse@mail.example:587").code, 2, "no password in an address");
    assert!(!set("mail_server smtp://me:horse@mail.example:587").err.contains("horse"));
    set("mail_server smtps://me%40x.example@127.0.0.1:1").done();
    set("mail_from \"Service <service@x.example>\"").done();
    set(&format!("mail_password_file {}", desk.folder().join("secret").display())).done();
    queue(&mut desk.crm(), &to("wangxm@cmb.example"));
    let told = desk.say("outbox send -v");
    assert_eq!(told.code, 1, "{}", told.err);
    assert!(!format!("{}{}", told.out, told.err).contains("horse"));
    // A file that merely lies in a folder does not say where a password goes.
    std::fs::write(desk.folder().join("kehu.toml"), "mail_server = \"smtp://evil.example\"\n").expect("writes");
    assert_eq!(desk.say("outbox send").code, 2);
}
