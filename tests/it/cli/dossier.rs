//! `kehu show` of a customer and `timeline`: the 360 view in every format.

use crate::world::Desk;
use serde_json::Value;

/// C1 after a busy morning.
fn busy() -> Desk {
    let desk = Desk::new();
    for line in [
        "log call C1 \"asked for a price\" --next \"+14d send the quote\"",
        "activity add \"<script>alert(1)</script> & more\" --kind visit --contact P1 --outcome \"they | liked it\" --done 2026-03-01",
        "customer edit C1 level=B",
        "contact add \"Ben Left\" --customer C1",
        "contact leave \"Ben Left\"",
        "customer share C1 --with lukas --until +30d",
    ] {
        desk.say(line).done();
    }
    desk
}

const SCREEN: &str = "C1 招商银行深圳分行
Customer · Company · Potential · B (normal) · First visit · #vip #银行

City            深圳                     Phone           +8675588882345
Annual revenue  CNY 300000000.00         Owner           lin
Since           2025-11-03               Last touch      2026-03-31 09:00

Next step
A2  2026-04-14  Planned  Task  send the quote  lin

Contacts
Ref  Name      Role     Job title  Phone           Email
───  ────────  ───────  ─────────  ──────────────  ──────────────────
P1   王晓明    Primary  采购经理   +8613912345678  wangxm@cmb.example
P5   Ben Left  Left

Shared with
Ref  User          Access  Until       State
───  ────────────  ──────  ──────────  ───────
SH1  Lukas Brandt  Read    2026-04-30  Current

Timeline
Ref  When              State    What   Subject                                    Who
───  ────────────────  ───────  ─────  ─────────────────────────────────────────  ───
A2   2026-04-14        Planned  Task   send the quote                             lin
A1   2026-03-31 09:00           Call   asked for a price                          lin
     2026-03-31 09:00           Level  A (key) → B (normal)                       lin
     2026-03-31 09:00           Added  招商银行深圳分行                           lin
A3   2026-03-01                 Visit  <script>alert(1)</script> & more (王晓明)  lin
QF1  2026-03-01                 Node   First visit                                lin
";

#[test]
fn a_customer_is_seen_on_one_screen() {
    assert_eq!(busy().say("customer show C1").done(), SCREEN);
}

#[test]
fn the_screen_speaks_chinese() {
    let screen = busy().say("show C1 --lang zh").done();
    for part in [
        "客户 · 企业 · 潜在",
        "下一步\nA2  2026-04-14  已计划  任务",
        "联系人\n",
        "已离职",
        "共享给\n",
        "时间线\n",
        "重点客户 → ",
    ] {
        assert!(screen.contains(part), "{part}: {screen}");
    }
}

#[test]
fn that_nothing_is_planned_is_said() {
    let screen = Desk::new().say("customer show C2").done();
    assert!(screen.contains("Next step\nNone planned: kehu log call C2"), "{screen}");
}

#[test]
fn a_contact_is_seen_with_what_was_done_with_them() {
    let screen = busy().say("contact show P1").done();
    assert!(screen.starts_with("P1 王晓明\nPrimary\n"), "{screen}");
    assert!(screen.contains("Customer   招商银行深圳分行"), "{screen}");
    assert!(screen.contains("Visit  <script>"), "{screen}");
}

#[test]
fn programs_get_the_whole_dossier_beside_the_fields() {
    let record = busy().say("customer show C1 -f json").json();
    assert_eq!(record["ref"], "C1");
    assert_eq!(record["level"], "B");
    assert_eq!(record["contacts"].as_array().map(Vec::len), Some(2));
    assert_eq!(record["activities"].as_array().map(Vec::len), Some(3));
    assert_eq!(record["shares"][0]["user"]["title"], "Lukas Brandt");
    assert_eq!(record["next_step"], "2026-04-13T16:00:00Z");
    assert_eq!(record["next_activity"]["title"], "send the quote");
    let sorts: Vec<&str> =
        record["timeline"].as_array().expect("a list").iter().filter_map(|event| event["sort"].as_str()).collect();
    assert_eq!(sorts, ["task", "call", "level", "added", "visit", "node"]);
    assert_eq!(record["timeline"][4]["details"][0], "they | liked it");
    assert_eq!(record["timeline"][2]["kind"], "change");
    let bare = Desk::new().say("customer show C2 -f json").json();
    assert_eq!(bare["next_activity"], Value::Null);
    assert_eq!(bare["shared"], serde_json::json!([]));
}

#[test]
fn pages_for_people_let_no_markup_through() {
    let desk = busy();
    let html = desk.say("customer show C1 -f html").done();
    assert_eq!(html.matches("<html").count(), 1, "one page");
    assert!(html.contains("<h1><small>C1</small> 招商银行深圳分行</h1>"), "{html}");
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; more"), "{html}");
    assert!(!html.contains("<script"), "{html}");
    assert!(html.contains("@media print"));
    assert!(html.trim_end().ends_with("</html>"));
    let markdown = desk.say("customer show C1 -f md").done();
    assert!(markdown.starts_with("# C1 招商银行深圳分行\n"), "{markdown}");
    for part in ["## Next step", "## Contacts", "## Shared with", "## Timeline", "they \\| liked it", "&lt;script"] {
        assert!(markdown.contains(part), "{part}: {markdown}");
    }
}

#[test]
fn columns_and_other_formats_are_what_they_were() {
    let desk = busy();
    assert_eq!(desk.say("customer show C1 -c name,level -f csv").done(), "ref,name,level\nC1,招商银行深圳分行,B\n");
    assert_eq!(desk.say("customer show C1 -f ids").done(), "C1\n");
    let then = desk.say("customer show C1 --as-of 2026-03-31").done();
    assert!(then.contains("Level"), "{then}");
}

#[test]
fn a_removed_customer_can_still_be_looked_at() {
    let desk = busy();
    desk.say("customer rm C1 --yes").done();
    let shown = desk.say("show C1");
    assert_eq!(shown.code, 0, "{}", shown.err);
    assert!(shown.err.contains("recycle bin"), "{}", shown.err);
}

#[test]
fn a_timeline_is_a_list_like_any_other() {
    let desk = busy();
    let list = desk.say("customer timeline C1 --limit 2 -f json").json();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(2));
    assert_eq!((&list["total"], &list["total_at_least"]), (&Value::Null, &2.into()));
    let calls = desk.say("customer timeline 招商银行深圳分行 --kind call,level -c sort,title -f csv").done();
    assert_eq!(calls, "ref,sort,title\nA1,call,asked for a price\n,level,A (key) → B (normal)\n");
    assert_eq!(desk.say("contact timeline P1 --kind visit -f ids").done(), "A3\n");
    assert_eq!(desk.say("customer timeline C1 --since 2026-03-02..2026-03-30 -f csv").done().lines().count(), 1);
    for (line, code, said) in [
        ("customer timeline C1 --kind telegram", 2, "call"),
        ("customer timeline C1 --since soon", 2, "soon"),
        ("customer timeline C1 --since 2026-05..2026-03", 2, "2026-05-01"),
        ("customer timeline C99", 3, "C99"),
        ("customer timeline C1 -c colour", 2, "colour"),
    ] {
        let refused = desk.say(line);
        assert_eq!(refused.code, code, "{line}: {}", refused.err);
        assert!(refused.err.contains(said), "{line}: {}", refused.err);
    }
}
