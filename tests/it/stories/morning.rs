//! Lin's morning: a call, a new person, a name card, and what there is to do today.

use crate::world::Desk;

#[test]
fn lin_answers_the_phone_before_the_coffee_is_cold() {
    let desk = Desk::new();
    // Somebody calls; the display shows the end of the number.
    assert!(desk.say("find 2345").done().contains("招商银行深圳分行"));
    // Wang has a new colleague, who is to be asked first from now on.
    desk.say("contact add 李娜 --customer 招商银行深圳分行 --mobile \"139 8765 4321\" --job-title 采购总监").done();
    desk.say("contact prefer 李娜").done();
    assert!(desk.say("customer show C1 -c name,primary_contact -f csv").done().contains("李娜"));
    // She says that they are a key account by now, and what they spoke of.
    desk.say("customer edit C1 level=A lifecycle=signed --add-tag key --notes \"Wants a quote by Friday\"").done();
    // A name card from the fair, perhaps known already: it is.
    let card = desk.say("customer add \"ACME Robotics Inc.\" --email Hello@Acme.example");
    assert_eq!(card.code, 4);
    assert!(card.err.contains("C3 Acme Robotics"), "{}", card.err);
    // Hers, the key ones, for the phone list of the day.
    let list = desk.say("customer list owner=me level=A -c name,primary_contact,phone -f csv").done();
    assert_eq!(list.lines().nth(1), Some("C1,招商银行深圳分行,李娜,+8675588882345"));
}
