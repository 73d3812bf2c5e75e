//! What goes out: an answer that is said to be sent is sent, and nothing goes out that nobody here caused.

use crate::{
    mail_server::{MailServer, Mood},
    storage::on_both,
    world::{Desk, World, people},
};
use kehu::tickets::{Carrier, Direction, Said, Sending, Server, outbox::Encryption};

fn answer(ticket: i64) -> Said {
    Said { ticket, direction: Direction::Out, text: "Please send a photo.".to_owned(), ..Said::default() }
}

fn queued(world: &mut World) -> u64 {
    world.crm.count_where("outbox", "id=1..").expect("counts")
}

on_both! {
    fn an_answer_goes_by_mail_where_an_address_is_known_however_the_ticket_came(world) {
        people(world);
        let phoned = world.add("ticket", &[("subject", "It is dark"), ("customer", "C2"), ("contact", "P2"), ("channel", "wechat")]);
        let message = world.crm.say(&answer(phoned)).expect("answers");
        assert_eq!(queued(world), 1);
        assert_eq!((world.text("outbox", 1, "to"), world.text("ticket_message", message, "channel")), ("ingrid@nordic-instruments.example".into(), "email".into()));
        world.crm.say(&Said { to: Some("a@x.example".into()), ..answer(phoned) }).expect("answers");
        assert_eq!((queued(world), world.text("outbox", 2, "to")), (2, "a@x.example".into()));
        let spoken = world.crm.say(&Said { channel: Some("phone".into()), ..answer(phoned) }).expect("writes down");
        assert_eq!((queued(world), world.text("ticket_message", spoken, "to")), (2, String::new()), "it went to nobody");
        let both = world.crm.say(&Said { channel: Some("phone".into()), to: Some("a@x.example".into()), ..answer(phoned) });
        assert_eq!(both.expect_err("one or the other").field.as_deref(), Some("to"));
        let nobody = world.add("ticket", &[("subject", "It is dark"), ("channel", "wechat")]);
        let message = world.crm.say(&answer(nobody)).expect("writes down");
        assert_eq!((queued(world), world.text("ticket_message", message, "channel")), (2, "wechat".into()));
        let number = world.add("macro", &[("name", "Photo"), ("reply", "A photo, please.")]);
        world.crm.notices();
        world.crm.run_macro(number, &[phoned, nobody]).expect("does it");
        assert_eq!(queued(world), 3);
        let told: Vec<String> = world.crm.notices().iter().map(ToString::to_string).collect();
        assert_eq!(told, [format!("The answer in T{nobody} is only written down; no address is known to write to.")]);
    }

    fn what_goes_out_says_that_it_is_mime_and_comes_from_our_domain(world) {
        people(world);
        let ticket = world.add("ticket", &[("subject", "屏幕不亮"), ("contact", "P2"), ("customer", "C2")]);
        world.crm.say(&answer(ticket)).expect("answers");
        let folder = tempfile::tempdir().expect("a folder");
        let carrier = Carrier::Folder(folder.path().to_owned());
        world.crm.send_outbox(&carrier, "Service <service@ours.example>", None).expect("sends");
        let file = std::fs::read_dir(folder.path()).expect("lists").flatten().next().expect("a message");
        let text = std::fs::read_to_string(file.path()).expect("reads");
        assert!(text.contains("\r\nMIME-Version: 1.0\r\n"), "{text}");
        let server = MailServer::start(&[]);
        world.crm.say(&answer(ticket)).expect("answers");
        let carrier = Carrier::Server(Server { host: "127.0.0.1".into(), port: server.port, encryption: Encryption::Never, login: None });
        world.crm.send_outbox(&carrier, "service@ours.example", None).expect("sends");
        assert!(server.letters()[0].contains("MIME-Version: 1.0"), "{:?}", server.letters());
    }

    fn a_message_whose_fate_is_unknown_was_sent_all_the_same(world) {
        people(world);
        let ticket = world.add("ticket", &[("subject", "Dark"), ("contact", "P2"), ("customer", "C2")]);
        world.crm.say(&answer(ticket)).expect("answers");
        let server = MailServer::start(&[Mood::BreakAfter]);
        let carrier = Carrier::Server(Server { host: "127.0.0.1".into(), port: server.port, encryption: Encryption::Never, login: None });
        let done = world.crm.send_outbox(&carrier, "service@ours.example", None).expect("tries");
        assert_eq!(done, Sending { unknown: 1, uncertain: 1, ..Sending::default() });
    }
}

#[test]
fn messages_out_of_another_database_wait_for_somebody_who_wants_them_sent_from_here() {
    let other = Desk::new();
    let path = other.folder().join("out.csv");
    let text = "uid,subject,to,state,attempts,next_attempt,automatic,message_id,body\n\
                01a20404-023e-7aa5-9a9f-000000000004,Hi,a@x.example,queued,0,2026-03-01T00:00:00Z,no,<a@b>,Hello\n";
    std::fs::write(&path, text).expect("writes");
    let output = other.run(["outbox", "import", &path.display().to_string(), "-y"]);
    assert!(output.err.contains("are taken over as called off"), "{} {}", output.out, output.err);
    assert_eq!(other.say("outbox list -c state -f json").done().matches("cancelled").count(), 1);
    let thief = text.replace("a@x.example", "thief@x.example");
    std::fs::write(&path, thief).expect("writes");
    other.run(["outbox", "import", &path.display().to_string(), "-y"]).done();
    let kept = other.say("outbox list -c state,to -f json").done();
    assert!(kept.contains("cancelled") && !kept.contains("thief"), "{kept}");
    let sent = other.say("outbox send --folder out -v");
    assert!(sent.err.contains("There is nothing to send."), "{}", sent.err);
}

#[test]
fn a_sender_is_an_address_before_it_is_kept() {
    let desk = Desk::new();
    for wrong in ["nonsense", "a@b.example\nBcc: x@y.example", ""] {
        assert_eq!(desk.run(["config", "set", "mail_from", wrong]).code, 2, "{wrong:?}");
    }
    desk.run(["config", "set", "mail_from", "Service <service@ours.example>"]).done();
    desk.say("ticket add Dark --contact P2 --customer C2 --channel wechat").done();
    let said = desk.say("ticket reply T1 \"A photo, please.\" -v");
    assert!(said.err.contains("Answered T1 Dark, to ingrid@nordic-instruments.example (TM"), "{}", said.err);
    let id = desk.say("outbox show OB1 -c message_id -f json").done();
    assert!(id.contains("@ours.example"), "{id}");
    let said = desk.say("ticket reply T1 \"On the phone.\" --channel phone -v");
    assert!(said.err.contains("Written down in T1 Dark, as said by phone (TM"), "{}", said.err);
    assert!(said.err.contains("nothing is sent"), "{}", said.err);
}
