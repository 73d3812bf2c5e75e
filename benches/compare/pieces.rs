//! What single steps of an import take: reading a cell, making a record's search text.

use jiff::tz::TimeZone;
use kehu::{
    clock::Clock,
    record::{
        Currency, Kind,
        types::{self, Reading},
    },
    store::search_text,
};
use std::{hint::black_box, time::Instant};

const TURNS: u32 = 100_000;

/// Prints the time of one turn of each step.
pub fn measure() {
    let clock = Clock::fixed(jiff::Timestamp::UNIX_EPOCH, TimeZone::UTC);
    let reading = Reading { clock, currency: Currency(*b"CNY"), region: "CN".to_owned() };
    for (kind, text) in [
        (Kind::Text, "深圳市招商科技有限公司"),
        (Kind::Email, "li.ming@acme-corp.cn"),
        (Kind::Phone, "139-1234 5678"),
        (Kind::Phone, "+8613912345678"),
        (Kind::Date, "2024-03-05"),
        (Kind::Date, "2024/3/5"),
        (Kind::Timestamp, "2024-03-05 14:30:00"),
        (Kind::Money, "12,500.00"),
        (Kind::tags(), "VIP, 老客户"),
        (Kind::TaxId, "914403001922038216"),
    ] {
        report(&format!("{} {text}", kind.word()), || drop(black_box(types::parse(&kind, black_box(text), &reading))));
    }
    let names = ["深圳市招商科技有限公司"];
    let texts = ["li.ming@acme-corp.cn", "深圳"];
    report("search text", || {
        black_box(search_text::tokens(black_box(&names), black_box(&texts), &["+8613912345678"]));
    });
}

fn report(name: &str, mut turn: impl FnMut()) {
    let start = Instant::now();
    (0..TURNS).for_each(|_| turn());
    println!("{name}: {:?}", start.elapsed() / TURNS);
}
