//! What people expect of a help desk beside the tickets themselves: files in answers, mail that is HTML alone, a word that
//! no mail is wanted, notices by e-mail, and an undo that takes back work and no search.

use crate::{
    mail_server::MailServer,
    storage::on_both,
    world::{Desk, World, people, settings},
};
use jiff::{civil, tz::TimeZone};
use kehu::{
    Cause, Crm, Settings,
    clock::Clock,
    crm::{Incoming, Query},
    exchange::{
        Source,
        import::{Import, Options},
    },
    record::{Value, filter},
    tickets::{Carrier, Direction, Outgoing, Reception, Said, Scope, Server, Taken, outbox::Encryption},
};
use mail_parser::{MessageParser, MimeHeaders};

const FROM: &str = "海川客服 <service@haichuan.example>";

fn carrier(server: &MailServer) -> Carrier {
    let encryption = Encryption::Never;
    Carrier::Server(Server { host: "127.0.0.1".to_owned(), port: server.port, encryption, login: None })
}

/// A handle of Lin's at another hour of Shanghai.
fn at(world: &World, hour: &str) -> Crm {
    let zone = TimeZone::get("Asia/Shanghai").expect("the zone is known");
    let now = hour.parse::<civil::DateTime>().expect("an hour").to_zoned(zone.clone()).expect("an hour there");
    let clock = Clock::fixed(now.timestamp(), zone);
    let mut crm = Crm::open(&world.url, &Settings { clock, ..settings() }).expect("opens");
    crm.sign_in("lin").expect("is known");
    crm
}

fn file(crm: &mut Crm, name: &str, content: &[u8]) -> Incoming {
    crm.stage(&mut &*content, name, 64 << 20).expect("is kept for the moment")
}

/// A ticket of somebody who can be answered by e-mail.
fn ticket(world: &mut World) -> i64 {
    people(world);
    world.add("ticket", &[("subject", "屏幕不亮"), ("customer", "C1"), ("requester", "wangxm@cmb.example")])
}

fn html(id: &str, body: &str) -> String {
    format!(
        "From: Ingrid Larsen <ingrid@nordic-instruments.example>\r\nTo: support@kehu.example\r\nSubject: Dark\r\n\
         Message-ID: <{id}@nordic-instruments.example>\r\nDate: Tue, 31 Mar 2026 08:00:00 +0800\r\n{body}\r\n"
    )
}

on_both! {
    fn a_file_goes_along_with_an_answer_and_stays_with_the_ticket(world) {
        let id = ticket(world);
        let before = world.dump();
        let said = Said { ticket: id, direction: Direction::Out, text: "请看附件。".into(), ..Said::default() };
        let files = [file(&mut world.crm, "价格表.csv", b"part,price\nP20,100\n"), file(&mut world.crm, "photo.png", b"\x89PNG\r\n\x1a\n\0\xff")];
        let message = world.crm.say_with(&said, &files).expect("answers");
        assert_eq!(world.text("ticket_message", message, "files"), "photo.png, 价格表.csv");
        let server = MailServer::start(&[]);
        assert_eq!(at(world, "2026-03-31T09:01").send_outbox(&carrier(&server), FROM, None).expect("sends").sent, 1);
        let letters = server.letters();
        let mail = MessageParser::default().parse(letters[0].as_bytes()).expect("a letter");
        assert_eq!(mail.body_text(0).expect("a text").trim(), "请看附件。");
        let got: Vec<_> = mail.attachments().map(|part| (part.attachment_name().unwrap_or_default().to_owned(), part.contents().to_vec())).collect();
        assert_eq!(got[0], ("价格表.csv".to_owned(), b"part,price\nP20,100\n".to_vec()));
        assert_eq!(got[1], ("photo.png".to_owned(), b"\x89PNG\r\n\x1a\n\0\xff".to_vec()));

        // What was not sent yet goes with its files when it is undone.
        let again = world.dump();
        let files = [file(&mut world.crm, "list.csv", b"one")];
        world.crm.say_with(&said, &files).expect("answers");
        assert_eq!(world.names("attachment", "name=list.csv").len(), 1);
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.dump(), again);
        assert_ne!(again, before);

        // More than an e-mail carries is refused before anything is written; among us it may be kept.
        let heavy = vec![b'x'; 19 << 20];
        let files = [file(&mut world.crm, "film.bin", &heavy)];
        let refused = world.crm.say_with(&said, &files).expect_err("too heavy");
        assert_eq!((refused.cause, refused.to_string()), (Cause::Refused, "The files have 19 MB, and an e-mail carries 18 MB at most.".to_owned()));
        assert_eq!(world.dump(), again);
        let note = Said { direction: Direction::Note, ..said };
        world.crm.say_with(&note, &files).expect("notes");
    }

    fn a_mail_that_is_html_alone_says_what_a_person_would_read(world) {
        people(world);
        let page = "<html><head><style>p {color: red}</style></head><body><p>The pump is <b>dark</b> &amp; silent.</p><script>x()</script></body></html>";
        let plain = html("one", &format!("Content-Type: text/html; charset=utf-8\r\n\r\n{page}"));
        // With an empty text before it, as some programs write, and in a charset that it does not name.
        let both = html("two", &format!(
            "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n \r\n\
             --b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{page}\r\n--b--\r\n"
        ));
        for letter in [plain, both] {
            let taken = world.crm.receive(&mut letter.as_bytes(), &Reception::default(), &mut |_, _| ()).expect("takes it in");
            let Taken::Opened(id) = taken[0].taken else { panic!("{taken:?}") };
            assert_eq!(world.text("ticket", id, "description"), "The pump is dark & silent.");
            assert_eq!(world.names("ticket_message", &format!("ticket=T{id} body~silent")).len(), 1);
        }
        let (gbk, _, _) = encoding_rs::GBK.encode("<p>屏幕不亮，请尽快处理，谢谢你们的帮助。</p>");
        let mut lying = html("three", "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n").into_bytes();
        lying.extend_from_slice(&gbk);
        let taken = world.crm.receive(&mut &*lying, &Reception::default(), &mut |_, _| ()).expect("takes it in");
        let id = taken[0].taken.ticket().expect("a ticket");
        assert_eq!(world.text("ticket", id, "description"), "屏幕不亮，请尽快处理，谢谢你们的帮助。");
    }

    fn whoever_is_to_know_is_told_by_mail_where_the_step_says_so(world) {
        people(world);
        world.add("queue", &[("name", "Support"), ("members", "mei, lin")]);
        world.add("sla_policy", &[("name", "Standard"), ("first_response", "1h"), ("resolution", "8h")]);
        world.add("sla_step", &[("clock", "first_response"), ("policy", "SP1"), ("percent", "50"), ("tell", "queue"), ("mail", "yes")]);
        world.edit("user", 2, &[("email", "mei@kehu.example")]);
        // A colleague who is a customer too, and wants no mailings, is told all the same by a task.
        world.add("ticket", &[("subject", "It leaks"), ("customer", "C1"), ("queue", "Support"), ("received", "2026-03-31 09:00")]);
        let mut crm = at(world, "2026-03-31T09:45");
        assert_eq!(crm.escalate().expect("runs").steps, 1);
        assert_eq!(crm.escalate().expect("runs").steps, 0, "once");
        assert_eq!(world.names("activity", "kind=task ticket=T1").len(), 2, "a task for each");
        let mail = world.names("outbox", "to=mei@kehu.example");
        assert_eq!(mail, ["T1 It leaks (first_response: 50 %)"], "an e-mail for whom an address is known of");
        assert_eq!(world.crm.count_where("outbox", "").expect("counts"), 1);
        assert!(world.text("outbox", 1, "body").contains("kehu ticket show T1"));
    }

    fn a_plain_undo_takes_back_work_and_no_search(world) {
        people(world);
        world.add("article", &[("title", "Dark displays"), ("body", "Turn it on.")]);
        world.edit("customer", 1, &[("city", "广州")]);
        assert!(world.crm.search_articles("unheard of", Scope::Published, 5).expect("searches").near);
        let known = world.names("article_miss", "");
        assert_eq!(known, ["unheard of"]);
        let undone = world.crm.undo(None, false).expect("undoes");
        assert!(undone.label.contains("customer") || undone.label.contains("Edit"), "{}", undone.label);
        assert_ne!(world.text("customer", 1, "city"), "广州");
        assert_eq!(world.names("article_miss", ""), ["unheard of"]);
        // A search between does not keep what was undone from being done again; named, it can be undone itself.
        world.crm.search_articles("unheard of", Scope::Published, 5).expect("searches");
        world.crm.redo().expect("does it again");
        assert_eq!(world.text("customer", 1, "city"), "广州");
        let line = world.crm.operations(Some(20)).expect("the log").into_iter().find(|line| line.label.contains("in vain"));
        world.crm.undo(Some(line.expect("is logged").id), false).expect("undoes");
    }

    fn whoever_wants_no_mailings_says_so_once_and_is_left_alone_everywhere(world) {
        let id = ticket(world);
        world.edit("contact", 1, &[("opt_out", "yes"), ("email", "wangxm@cmb.example")]);
        assert_eq!(world.names("contact", "opt_out=yes").len(), 1);
        let emails = world.crm.addresses(&Query::new("contact"), false).expect("addresses");
        assert!(emails.rows.iter().all(|row| row.cells[1] != Value::text("wangxm@cmb.example")), "{emails:?}");
        let question = Outgoing {
            to: vec!["wangxm@cmb.example".into()], subject: "?".into(), text: "How was it?".into(), automatic: true, ..Outgoing::default()
        };
        assert_eq!(world.crm.transaction("Ask", |crm| crm.queue_message(&question)).expect("asks"), None);
        let said = Said { ticket: id, direction: Direction::Out, text: "It is repaired.".into(), ..Said::default() };
        world.crm.say(&said).expect("answers");
        assert_eq!(world.crm.count_where("outbox", "to=wangxm@cmb.example").expect("counts"), 1, "an answer is no mailing");
        // Customers too, and what files say of it.
        world.edit("customer", 1, &[("opt_out", "yes")]);
        let filter = filter::parse("id=1").expect("a filter");
        let emails = world.crm.addresses(&Query { filter, ..Query::new("customer") }, false).expect("addresses");
        assert_eq!(emails.rows.len(), 0);
        let mut file = tempfile::Builder::new().suffix(".csv").tempfile().expect("a file");
        std::io::Write::write_all(&mut file, b"Name,Email,Email Opt Out\nAnna Berg,anna@berg.example,true\nBo Lund,bo@lund.example,false\n").expect("writes");
        let source = Source::open(file.path()).expect("opens");
        let plan = Import::plan(&mut world.crm, &source, Some("contact"), &Options::default(), &mut |_| ()).expect("plans");
        plan.run(&mut world.crm, &mut |_| ()).expect("imports");
        assert_eq!(world.names("contact", "opt_out=yes name~berg,lund"), ["Anna Berg"]);
    }

    fn the_page_of_a_customer_says_how_satisfied_they_are(world) {
        let id = ticket(world);
        let panel = |world: &mut World| {
            let panels = kehu::catalog::entry("satisfaction").expect("a kind").panels;
            let panel = panels.iter().find(|panel| panel.of == "customer").expect("stands on the page");
            (panel.grid)(&mut world.crm, 1, None).expect("answers").rows.into_iter().map(|row| row.cells).collect::<Vec<_>>()
        };
        assert_eq!(panel(world).len(), 0, "nobody was asked");
        for score in ["5", "4", "4", "2", "5"] {
            let other = world.add("ticket", &[("subject", "Dark"), ("customer", "C1"), ("status", "resolved"), ("resolution", "x")]);
            world.add("satisfaction", &[("ticket", &format!("T{other}")), ("score", score)]);
        }
        let line = panel(world).remove(0);
        let numbers: Vec<Option<i64>> = line.iter().map(Value::as_integer).collect();
        assert_eq!(numbers[..5], [Some(0), Some(5), Some(4), Some(8000), Some(1)]);
        assert!(id > 0);
    }
}

#[test]
fn survey_results_of_freshdesk_are_ratings() {
    let mut world = World::on_sqlite();
    let mut file = tempfile::Builder::new().suffix(".csv").tempfile().expect("a file");
    let rows =
        b"Ticket ID,Subject,Status,Group,Agent interactions,Created time,Resolved time,Survey results,Full name\n\
        1,Dark,Closed,Support,1,2024-06-03 09:00:00,2024-06-03 12:00:00,Extremely Happy,Lauren Nguyen\n\
        2,Dark,Closed,Support,1,2024-06-03 09:00:00,2024-06-03 12:00:00,Very Unhappy,Lauren Nguyen\n\
        3,Dark,Closed,Support,1,2024-06-03 09:00:00,2024-06-03 12:00:00,,Lauren Nguyen\n";
    std::io::Write::write_all(&mut file, rows).expect("writes");
    let source = Source::open(file.path()).expect("opens");
    let create_missing = ["customer", "queue"].map(str::to_owned).into();
    let options = Options { create_missing, ..Options::default() };
    let plan = Import::plan(&mut world.crm, &source, None, &options, &mut |_| ()).expect("plans");
    let done = plan.run(&mut world.crm, &mut |_| ()).expect("imports");
    assert_eq!((done.created, done.rejected), (3, 0), "{:?}", done.problems.first());
    let scores: Vec<Option<i64>> = (1..=3).map(|id| world.value("ticket", id, "rating").as_integer()).collect();
    assert_eq!(scores, [Some(5), Some(1), None]);
    assert_eq!(world.crm.count_where("satisfaction", "score=5 channel=import").expect("counts"), 1);
}

#[test]
fn a_reply_takes_files_by_name() {
    let desk = Desk::new();
    desk.say("ticket add Dark --customer C1").done();
    std::fs::write(desk.folder().join("list.csv"), "a,b\n").expect("writes");
    let told =
        desk.run(["ticket", "reply", "T1", "Here it is.", "--to", "anna@berg.example", "--attach", "list.csv"]).done();
    assert!(told.contains("T1") || told.is_empty(), "{told}");
    assert!(desk.say("attachment list --columns name,ticket_message").done().contains("list.csv"));
    let missing = desk.run(["ticket", "reply", "T1", "Here it is.", "--attach", "no.csv"]);
    assert_eq!(missing.code, 3, "{}", missing.err);
    assert_eq!(desk.say("ticket_message list --count").done().trim(), "1");
}
