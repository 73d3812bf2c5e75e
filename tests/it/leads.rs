//! Leads: from a stranger's form to a customer, on both databases.

use crate::{
    storage::on_both,
    world::{NOW, World, people},
};
use kehu::{
    Cause,
    pipeline::{Conversion, Taken, Welcome},
    record::{Value, filter::Filter},
};
use std::process::{Command, Stdio};

fn lead(world: &mut World, name: &str, more: &[(&str, &str)]) -> i64 {
    world.add("lead", &[&[("name", name)], more].concat())
}

fn conversion(lead: i64) -> Conversion {
    Conversion { lead, deal: Some(Vec::new()), ..Conversion::default() }
}

fn refs(world: &mut World, kind: &str, id: i64, fields: &[&str]) -> Vec<Option<i64>> {
    fields.iter().map(|field| world.value(kind, id, field).as_integer()).collect()
}

fn intake(world: &mut World, text: &str) -> Vec<Taken> {
    world.crm.intake(text.as_bytes(), &Welcome::default()).expect(text)
}

const LETTER: &str = "From: Anna Berg <anna@berg.example>\r\nTo: sales@ours.example\r\nSubject: Flow meters\r\n\
    Date: Mon, 30 Mar 2026 10:00:00 +0800\r\nMessage-ID: <one@berg.example>\r\n\
    Content-Type: text/plain; charset=utf-8\r\n\r\nTwenty, please.\r\n";

on_both! {
    /// Notes and files are seen on lead, customer and deal; none is copied, and one undo takes all of it back.
    fn a_conversion_makes_all_three_and_is_undone_as_if_it_never_was(world) {
        people(world);
        let anna = lead(world, "Anna Berg", &[
            ("company", "Berg Pumpen AB"), ("email", "anna@berg.example"), ("phone", "+46 8 000 001"), ("city", "Uppsala"),
            ("needs", "twenty flow meters"), ("campaign", "Hannover"), ("source", "fair"), ("owner", "lukas"),
        ]);
        let call = world.add("activity", &[("subject", "asked what they need"), ("kind", "call"), ("lead", "L1")]);
        world.add("activity", &[("subject", "send a quote"), ("kind", "task"), ("lead", "L1"), ("due", "+3d")]);
        assert_eq!(world.text("lead", anna, "status"), "contacted", "who was called is no new lead");
        let before = world.dump();
        let done = world.crm.convert(&conversion(anna)).expect("converts");
        assert_eq!((done.made, done.moved), (true, 2));
        let (customer, contact, deal) = (done.customer, done.contact.expect("a contact"), done.deal.expect("a deal"));
        assert_eq!(world.text("customer", customer, "name"), "Berg Pumpen AB");
        assert_eq!(world.text("customer", customer, "owner"), "Lukas Brandt");
        assert_eq!(world.text("customer", customer, "email"), "", "the address is the person's");
        assert_eq!(world.text("contact", contact, "email"), "anna@berg.example");
        assert_eq!(world.text("deal", deal, "needs"), "twenty flow meters");
        assert_eq!(world.text("deal", deal, "campaign"), "Hannover");
        assert_eq!(
            refs(world, "activity", call, &["lead", "customer", "contact", "deal"]),
            [Some(anna), Some(customer), Some(contact), Some(deal)]
        );
        assert_eq!(world.names("activity", &format!("lead=L{anna}")).len(), 2, "nothing was copied");
        assert_eq!(
            refs(world, "lead", anna, &["customer", "contact", "deal"]),
            [Some(customer), Some(contact), Some(deal)]
        );
        assert_eq!(world.text("lead", anna, "status"), "converted");
        let again = world.crm.convert(&conversion(anna)).expect_err("once is enough");
        assert_eq!(again.cause, Cause::Refused);
        assert!(again.to_string().contains(&format!("C{customer}")), "{again}");
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.dump(), before, "one step of undo");
    }

    fn a_conversion_asks_before_it_makes_a_customer_twice(world) {
        people(world);
        let xiao = lead(world, "王先生", &[("company", "招商银行深圳分行")]);
        let refused = world.crm.convert(&conversion(xiao)).expect_err("they are known");
        assert_eq!((refused.cause, refused.field.as_deref()), (Cause::Conflict, Some("customer")));
        assert!(refused.hint.expect("a hint").to_string().contains("--customer C1"));
        // An address that a contact has tells more than any name.
        let other = lead(world, "X. Wang", &[("company", "Another Ltd"), ("mobile", "13912345678")]);
        let refused = world.crm.convert(&conversion(other)).expect_err("the phone is known");
        assert!(refused.hint.expect("a hint").to_string().contains("--customer C1 --contact P1"));
        let done = world.crm.convert(&Conversion { customer: Some(1), ..conversion(other) }).expect("converts");
        assert_eq!((done.customer, done.made, done.contact), (1, false, Some(1)), "the contact is found by the phone");
        let done = world.crm.convert(&Conversion { anew: true, deal: None, ..conversion(xiao) }).expect("converts");
        assert_eq!((done.customer, done.made, done.deal), (5, true, None));
        assert_eq!(world.text("customer", 5, "name"), "招商银行深圳分行");
    }

    fn a_private_person_becomes_a_customer_and_no_contact_of_themselves(world) {
        let jens = lead(world, "Jens Holm", &[("email", "jens@private.example")]);
        let done = world.crm.convert(&conversion(jens)).expect("converts");
        assert_eq!(done.contact, None);
        assert_eq!(world.text("customer", done.customer, "entity"), "person");
        assert_eq!(world.text("customer", done.customer, "email"), "jens@private.example");
        let firm = lead(world, "Elbe Armaturen AG", &[]);
        let done = world.crm.convert(&conversion(firm)).expect("converts");
        assert_eq!(world.text("customer", done.customer, "entity"), "company");
    }

    fn what_a_lead_is_follows_from_what_is_done(world) {
        let anna = lead(world, "Anna Berg", &[]);
        world.add("activity", &[("subject", "they wrote"), ("kind", "email"), ("lead", "L1"), ("direction", "in")]);
        assert_eq!(world.text("lead", anna, "status"), "new", "an answer is ours");
        assert_eq!(world.value("lead", anna, "first_response"), Value::Null);
        let refused = world.try_edit("lead", anna, &[("status", "disqualified")]).expect_err("no reason");
        assert_eq!((refused.cause, refused.field.as_deref()), (Cause::Refused, Some("disqualified_because")));
        let refused = world.try_edit("lead", anna, &[("status", "converted")]).expect_err("no customer");
        assert!(refused.hint.expect("a hint").to_string().contains("kehu lead convert L1"));
        world.edit("lead", anna, &[("status", "disqualified"), ("disqualified_because", "a student")]);
        assert_eq!(world.crm.convert(&conversion(anna)).expect_err("disqualified").cause, Cause::Refused);
        world.edit("lead", anna, &[("status", "new")]);
        assert_eq!(world.text("lead", anna, "disqualified_because"), "");
        world.crm.convert(&conversion(anna)).expect("converts");
        world.edit("lead", anna, &[("status", "contacted")]);
        assert_eq!(world.text("lead", anna, "status"), "converted", "a list imported again takes nothing back");
    }

    fn the_first_answer_stops_the_clock(world) {
        let anna = lead(world, "Anna Berg", &[("received", "2026-03-30 09:00")]);
        assert_eq!(world.value("lead", anna, "waiting_hours"), Value::Integer(24));
        let call = [("subject", "called"), ("kind", "call"), ("lead", "L1"), ("done", "2026-03-30 12:00")];
        world.add("activity", &call);
        assert_eq!(world.value("lead", anna, "waiting_hours"), Value::Integer(3));
        assert_eq!(world.names("lead", "waiting_hours=3.."), ["Anna Berg"]);
    }

    fn a_form_makes_one_lead_however_often_it_comes(world) {
        let form = r#"{"name": "Anna Berg", "E-Mail": "anna@berg.example", "message": "Twenty, please",
            "status": "converted", "fields": [{"name": "mobile phone", "value": "+46 70 000 00 01"}], "colour": "red"}"#;
        assert_eq!(intake(world, form), [Taken::Added(1)]);
        assert_eq!(world.text("lead", 1, "status"), "new", "a stranger has no say in it");
        assert_eq!(world.text("lead", 1, "mobile"), "+46700000001");
        assert_eq!(world.text("lead", 1, "notes"), "status: converted\ncolour: red");
        let before = world.dump();
        assert_eq!(intake(world, form), [Taken::Unchanged(1)]);
        assert_eq!(world.dump(), before);
        let more = r#"{"email": "anna@berg.example", "message": "And a visit"}"#;
        assert_eq!(intake(world, more), [Taken::Updated(1)]);
        assert_eq!(world.text("lead", 1, "needs"), "Twenty, please\n\nAnd a visit");
        assert_eq!(world.text("lead", 1, "name"), "Anna Berg");
        let posted = "name=Jens+Holm&email=jens%40holm.example&message=Gr%C3%BC%C3%9Fe";
        assert_eq!(intake(world, posted), [Taken::Added(2)]);
        assert_eq!((world.text("lead", 2, "email"), world.text("lead", 2, "needs")), ("jens@holm.example".into(), "Grüße".into()));
        let lines = "{\"姓名\": \"张伟\", \"手机\": \"13900000001\"}\n{\"公司\": \"两江仪表厂\"}\n";
        assert_eq!(intake(world, lines), [Taken::Added(3), Taken::Added(4)]);
        assert_eq!(world.text("lead", 4, "name"), "两江仪表厂");
    }

    fn nobody_is_lost_by_a_slip_of_the_pen(world) {
        people(world);
        world.crm.notices();
        let forms = r#"[{"name": "Anna Berg", "email": "anna@berg.example"},
            {"name": "Jens Holm", "email": "jens(at)holm.example", "phone": "70", "message": "Twenty, please"},
            {"email": "nope"}]"#;
        assert_eq!(intake(world, forms), [Taken::Added(1), Taken::Added(2), Taken::Added(3)]);
        assert_eq!((world.text("lead", 2, "email"), world.text("lead", 2, "phone")), (String::new(), "70".into()));
        assert_eq!(world.text("lead", 2, "notes"), "email: jens(at)holm.example");
        assert_eq!(world.text("lead", 3, "name"), "nope");
        let said: Vec<String> = world.crm.notices().iter().map(ToString::to_string).collect();
        assert_eq!(said, [
            "entry 2: jens(at)holm.example is no email and is kept in the notes.",
            "entry 3: nope is no email and is kept in the notes.",
        ]);
        assert_eq!(intake(world, forms).iter().filter(|taken| matches!(taken, Taken::Unchanged(_))).count(), 3);
        let error = world.crm.intake(br#"[{"name": "Zoe"}, {"message": "Hello"}]"#, &Welcome::default()).expect_err("nobody");
        assert_eq!(error.to_string(), "entry 2: The form says neither a name nor an address or phone.");
        assert_eq!(world.names("lead", "name=Zoe"), Vec::<String>::new());
    }

    fn a_new_lead_comes_to_its_end_for_a_reason(world) {
        for status in ["converted", "disqualified"] {
            let error = world.try_add("lead", &[("name", "Zoe"), ("status", status)]).expect_err(status);
            assert_eq!(error.cause, kehu::Cause::Refused);
        }
        world.add("lead", &[("name", "Zoe"), ("status", "disqualified"), ("disqualified_because", "no budget")]);
    }

    fn an_e_mail_makes_one_lead_by_its_number(world) {
        assert_eq!(intake(world, LETTER), [Taken::Added(1)]);
        assert_eq!(world.text("lead", 1, "name"), "Anna Berg");
        assert_eq!(world.text("lead", 1, "needs"), "Flow meters\n\nTwenty, please.");
        assert_eq!(world.text("lead", 1, "received"), "2026-03-30T02:00:00Z");
        assert_eq!(intake(world, LETTER), [Taken::Unchanged(1)]);
        let second = LETTER.replace("one@", "two@").replace("Twenty", "Thirty");
        assert_eq!(intake(world, &second), [Taken::Updated(1)], "of the same day");
        assert_eq!(intake(world, &second), [Taken::Unchanged(1)]);
        world.crm.convert(&conversion(1)).expect("converts");
        assert_eq!(intake(world, LETTER), [Taken::Unchanged(1)], "what became a customer stays one");
    }

    fn a_lie_about_the_charset_is_found_out(world) {
        let (text, _, _) = encoding_rs::GB18030.encode("您好，需要报价二十台流量计，谢谢！");
        let mut letter = LETTER.split("Twenty").next().expect("headers").as_bytes().to_vec();
        letter.extend_from_slice(&text);
        world.crm.intake(&letter, &Welcome::default()).expect("takes it");
        assert_eq!(world.text("lead", 1, "needs"), "Flow meters\n\n您好，需要报价二十台流量计，谢谢！");
    }

    /// Whoever answers a machine may start a loop, and has no lead of it.
    fn a_letter_of_a_machine_is_refused(world) {
        for header in ["Auto-Submitted: auto-replied", "Precedence: bulk", "precedence: Junk", "Precedence: list", "Return-Path: <>"] {
            let refused = world.crm.intake(format!("{header}\r\n{LETTER}").as_bytes(), &Welcome::default()).expect_err(header);
            assert_eq!(refused.exit_code(), 5, "{header}");
            let (name, _) = header.split_once(':').expect("a header");
            assert!(refused.to_string().to_lowercase().contains(&name.to_lowercase()), "{refused}");
        }
        assert_eq!(world.crm.count_where("lead", "").expect("counts"), 0);
        let person = format!("Return-Path: <anna@berg.example>\r\nAuto-Submitted: no\r\nPrecedence: first-class\r\n{LETTER}");
        assert_eq!(intake(world, &person), [Taken::Added(1)]);
    }

    /// What comes with a letter is the lead's, and a text that is cut says so.
    fn a_letter_brings_its_files_along(world) {
        let letter = format!("From: Anna Berg <anna@berg.example>\r\nSubject: Meters\r\nMessage-ID: <two@berg.example>\r\nMIME-Version: 1.0\r\n\
            Content-Type: multipart/mixed; boundary=part\r\n\r\n--part\r\nContent-Type: text/plain\r\n\r\n{}\r\n\
            --part\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"../plan.pdf\"\r\n\
            Content-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK\r\n--part--\r\n", "long ".repeat(5000));
        assert_eq!(intake(world, &letter), [Taken::Added(1)]);
        assert_eq!(world.names("attachment", "lead=L1"), ["plan.pdf"]);
        assert_eq!(world.text("attachment", 1, "media_type"), "application/pdf");
        assert!(world.text("lead", 1, "needs").ends_with("[…]"));
        let told: Vec<String> = world.crm.notices().iter().map(ToString::to_string).collect();
        assert!(told.iter().any(|line| line.contains("24999 characters")), "{told:?}");
        assert_eq!(intake(world, &letter), [Taken::Unchanged(1)]);
        assert_eq!(world.names("attachment", ""), ["plan.pdf"], "the same again changes nothing");
        world.crm.undo(None, false).expect("undoes");
        assert_eq!((world.names("lead", "").len(), world.names("attachment", "").len()), (0, 0));
    }

    fn what_is_no_form_and_no_letter_is_refused(world) {
        for text in ["", "hello", "{\"name\":", "[1]", "{}"] {
            let refused = world.crm.intake(text.as_bytes(), &Welcome::default()).expect_err(text);
            assert_eq!(refused.exit_code(), 2, "{text}");
        }
        let long = format!("{{\"name\": \"{}\"}}", "a".repeat(2_000_000));
        assert_eq!(world.crm.intake(long.as_bytes(), &Welcome::default()).expect_err("long").exit_code(), 2);
        assert_eq!(world.names("lead", "").len(), 0);
    }

    /// Two may have two a day each, so the fifth waits; who is away is passed by.
    fn nobody_gets_more_than_they_can_take(world) {
        people(world);
        world.add("lead_rule", &[("condition", "source=web"), ("branch", "B1"), ("capacity", "2")]);
        world.add("lead_rule", &[("condition", "id=1.."), ("user", "lukas"), ("paused", "yes")]);
        for name in ["one", "two", "three", "four", "five"] {
            lead(world, name, &[("source", "web")]);
        }
        lead(world, "six", &[("source", "fair")]);
        let grid = world.crm.assign_leads(&Filter::All).expect("assigns");
        let why: Vec<&str> = grid.rows.iter().filter_map(|row| row.cells[4].as_text()).collect();
        assert_eq!(why, ["rule", "rule", "rule", "rule", "full", "no-rule"]);
        let owners: Vec<String> = (1..=6).map(|id| world.text("lead", id, "owner")).collect();
        assert_eq!(owners, ["lin", "陆雅梅", "lin", "陆雅梅", "", ""], "in turn");
        let again = world.crm.assign_leads(&Filter::All).expect("assigns");
        assert_eq!(again.rows.len(), 2, "what they have today counts");
        world.crm.undo(None, false).expect("undoes");
        assert_eq!(world.names("lead", "owner:").len(), 6);
        world.edit("user", 1, &[("leads_a_day", "0")]);
        world.crm.assign_leads(&Filter::All).expect("assigns");
        assert_eq!(world.names("lead", "owner=mei").len(), 2);
        assert_eq!(world.names("lead", "owner:").len(), 4);
    }

    fn a_rule_that_means_nothing_is_refused(world) {
        people(world);
        for pairs in [
            &[("condition", "source=web")][..],
            &[("condition", "source=web"), ("user", "mei"), ("branch", "B1")],
            &[("condition", "colour=red"), ("user", "mei")],
            &[("condition", "source="), ("user", "mei"), ("capacity", "-1")],
        ] {
            assert_eq!(world.try_add("lead_rule", pairs).expect_err("no rule").exit_code(), 2, "{pairs:?}");
        }
        for pairs in [
            &[("name", "x"), ("condition", "source=web"), ("points", "0")][..],
            &[("name", "x"), ("condition", "nothing=1"), ("points", "5")],
        ] {
            assert_eq!(world.try_add("score_rule", pairs).expect_err("no rule").exit_code(), 2, "{pairs:?}");
        }
    }

    fn a_score_is_the_sum_of_its_reasons(world) {
        assert_eq!(world.crm.score_leads(&Filter::All).expect_err("no rule").exit_code(), 2);
        world.add("score_rule", &[("name", "can be called"), ("condition", "not mobile:"), ("points", "10")]);
        world.add("score_rule", &[("name", "bought address"), ("condition", "source=list"), ("points", "-4")]);
        lead(world, "one", &[("mobile", "13900000001"), ("source", "list")]);
        lead(world, "two", &[]);
        assert_eq!(world.crm.score_leads(&Filter::All).expect("scores"), (2, 2));
        assert_eq!(world.crm.score_leads(&Filter::All).expect("scores"), (0, 2), "nothing changed since");
        assert_eq!((world.value("lead", 1, "score"), world.value("lead", 2, "score")), (Value::Integer(6), Value::Integer(0)));
        let page = world.crm.dossier("lead", 1, kehu::customers::Depth::Full).expect("a page");
        let panel = page.panels.iter().find(|panel| panel.key == "score_reasons").expect("reasons");
        let told: Vec<&str> = panel.grid.rows.iter().filter_map(|row| row.cells[1].as_text()).collect();
        assert_eq!(told, ["can be called", "bought address"]);
    }

    /// Processes, not threads: of six one gets the lead, and the others are told whose it is.
    fn one_of_many_who_claim_gets_it(world) {
        people(world);
        for round in 1..=3 {
            lead(world, &format!("lead {round}"), &[]);
            let claimers: Vec<_> = ["lin", "mei", "lukas", "lin", "mei", "lukas"]
                .into_iter()
                .map(|who| {
                    Command::new(env!("CARGO_BIN_EXE_kehu"))
                        .args(["lead", "claim", &format!("L{round}"), "--as", who, "--wait", "20"])
                        .env("KEHU_DB", &world.url)
                        .env("KEHU_NOW", NOW)
                        .env("LANG", "C")
                        .stdin(Stdio::null())
                        .stdout(Stdio::null())
                        .stderr(Stdio::piped())
                        .spawn()
                        .expect("starts")
                })
                .collect();
            let mut codes = Vec::new();
            for claimer in claimers {
                let output = claimer.wait_with_output().expect("ends");
                codes.push(output.status.code().unwrap_or(-1));
            }
            codes.sort_unstable();
            // The winner's other self is told that it is theirs already.
            assert_eq!(codes, [0, 4, 4, 4, 4, 5], "round {round}");
            assert!(!world.text("lead", round, "owner").is_empty());
            assert_eq!(world.crm.history("lead", round).expect("a history").iter().filter(|line| line.field == "owner").count(), 1);
        }
    }

    fn leads_that_look_alike_are_found_and_merged(world) {
        lead(world, "Anna Berg", &[("company", "Berg AB"), ("city", "Uppsala"), ("wechat", "annaberg")]);
        let other = lead(world, "Anna Berg", &[("company", "Berg AB"), ("city", "Uppsala"), ("wechat", "annaberg")]);
        world.add("activity", &[("subject", "called"), ("kind", "call"), ("lead", "L2")]);
        let merge = kehu::customers::merge::Merge { kind: "lead".into(), winner: 1, losers: vec![other], prefer: Vec::new() };
        world.crm.merge(&merge).expect("merges");
        assert_eq!(world.names("activity", "lead=L1 kind=call"), ["called"]);
    }
}
