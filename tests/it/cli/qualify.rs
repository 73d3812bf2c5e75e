//! `kehu customer qualify`, `kehu qualification …`, `kehu node …` and the board.

use crate::world::Desk;

#[test]
fn a_customer_is_judged_in_either_language() {
    let desk = Desk::new();
    let said =
        desk.say("customer qualify C1 --worth 有价 --size 大 --sign-by 近两天 --amount 12万 --quantity 3 --node 报 -v");
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(
        said.err.starts_with(
            "Qualified C1 招商银行深圳分行: Worth Valuable, Size Large, Node Quote, Expected date 2026-04-01, \
             Expected amount CNY 120000.00, Expected quantity 3."
        ),
        "{}",
        said.err
    );
    let chinese = desk.say("--lang zh customer qualify C2 --worth uns --note \"a fair only\" -v");
    assert!(chinese.err.starts_with("已评定 C2 Nordic Instruments GmbH：定性 不确定。"), "{}", chinese.err);
    let list = "customer list worth: -f ids";
    assert_eq!(desk.say(list).done(), "C4\nC3\n");
    assert_eq!(
        desk.say("customer list expected_when=two-days -c name,expected_amount -f csv").done().lines().last(),
        Some("C1,招商银行深圳分行,CNY 120000.00")
    );
    desk.say("customer qualify C3 C4 --size small").done();
    assert_eq!(desk.say("customer list size=small -f ids").done(), "C4\nC3\n");
    desk.say("undo").done();
    assert_eq!(desk.say("customer list size=small -f ids").done(), "");
}

#[test]
fn what_is_kept_refuses_edit_and_removal_in_a_sentence() {
    let desk = Desk::new();
    desk.say("customer qualify C1 --worth valuable").done();
    for line in [
        "qualification edit QF1 --worth unsure",
        "qualification rm QF1 -y",
        "qualification edit --where aspect=worth note=x -y",
    ] {
        let said = desk.say(line);
        assert_eq!(said.code, 5, "{line}: {}", said.err);
        assert!(said.err.contains("QF1 is kept as it was written: add another qualification"), "{line}: {}", said.err);
    }
    let silent = desk.say("customer qualify C1");
    assert_eq!(silent.code, 2);
    assert!(silent.err.contains("A qualification says something"), "{}", silent.err);
    let wrong = desk.say("customer qualify C1 --worth huge");
    assert!(wrong.err.contains("huge is not one of valuable, unsure, worthless."), "{}", wrong.err);
    assert_eq!(desk.say("customer qualify C1 --sign-by someday").code, 2);
    assert_eq!(desk.say("customer qualify C99 --worth valuable").code, 3);
}

#[test]
fn judgements_are_imported_each_once_and_exported_whole() {
    let desk = Desk::new();
    let file = "客户,三定一节点,定性,定级,预计金额,预计签约,说明\n\
                Acme Robotics,定性,有价值,,,,\nNordic Instruments GmbH,定性,有价值,,,,\n\
                Acme Robotics,定级,,大单,,,\nAcme Robotics,定量,,,EUR 900,2026-04-20,after the fair\n";
    std::fs::write(desk.folder().join("judged.csv"), file).expect("writes");
    let said = desk.say("qualification import judged.csv -f json").json();
    assert_eq!((said["created"].as_u64(), said["rejected"].as_u64()), (Some(4), Some(0)), "{said}");
    let again = desk.say("qualification import judged.csv -f json").json();
    assert_eq!((again["created"].as_u64(), again["unchanged"].as_u64()), (Some(0), Some(4)), "{again}");
    assert_eq!(desk.say("customer list worth=valuable expected_amount=EUR900 -f ids").done(), "C3\n");
    let exported = desk.say("qualification export -f csv").done();
    desk.say("undo").done();
    assert_eq!(desk.say("qualification list --count").done(), "0\n");
    std::fs::write(desk.folder().join("back.csv"), &exported).expect("writes");
    desk.say("qualification import back.csv").done();
    assert_eq!(desk.say("qualification export -f csv").done(), exported);
}

#[test]
fn the_board_comes_in_every_format() {
    let desk = Desk::new();
    desk.say("customer qualify C1 --worth valuable --size large --sign-by 2026-04-20 --amount 12万").done();
    desk.say("customer qualify C2 --worth valuable --size large --amount \"EUR 40\"").done();
    let json = desk.say("report qualification --detail -f json").json();
    assert_eq!(json["customers"][0]["later"], 1);
    assert_eq!(json["customers"][0]["filter"], "worth=valuable size=large");
    assert_eq!(json["expected_amounts"][1]["all"]["currency"], "EUR");
    assert_eq!(json["in_detail"][0]["ref"], "C1");
    let csv = desk.say("report qualification -f csv");
    assert_eq!((csv.code, csv.out.as_str()), (2, ""), "tables of different columns: {}", csv.err);
    let markdown = desk.say("--lang zh report qualification -f md").done();
    assert!(markdown.contains("| 大单 |"), "{markdown}");
    assert!(desk.say("report qualification").err.contains("Amounts in CNY, EUR are not added to each other."));
}

#[test]
fn nodes_are_written_down_before_they_are_changed() {
    let desk = Desk::new();
    assert_eq!(desk.say("node list --count").done(), "0\n");
    desk.say("node adopt").done();
    assert!(desk.say("node adopt").err.contains("This database has nodes of its own already."));
    desk.say("node add sample --label-zh 样品 --position 3").done();
    desk.say("node edit ND3 retired=yes").done();
    assert_eq!(desk.say("customer qualify C1 --node proposal").code, 2);
    let said = desk.say("--lang zh customer qualify C1 --node 样 -v");
    assert!(said.err.contains("节点 样品"), "{}", said.err);
    assert!(!desk.say("--help").done().contains("  node "), "details stay off the first screen");
}
