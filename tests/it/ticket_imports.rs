//! Tickets of other programs come in whole: five hundred of a published set, and twelve as Freshdesk writes them.

use crate::{messy_files::real_files, storage::on_both, world::World};
use kehu::{
    exchange::{
        Source,
        import::{Import, Options, Outcome},
    },
    record::types::fold,
};
use std::{collections::BTreeMap, path::Path};

fn import(world: &mut World, path: &Path, make: &[&str]) -> Outcome {
    let source = Source::open(path).expect("opens");
    let create_missing = make.iter().map(|kind| (*kind).to_owned()).collect();
    let options = Options { create_missing, ..Options::default() };
    let plan = Import::plan(&mut world.crm, &source, None, &options, &mut |_| ()).expect("a plan");
    plan.run(&mut world.crm, &mut |_| ()).expect("imports")
}

/// How often each value of a column occurs, counted without any of our code.
fn counted(path: &Path, column: &str) -> BTreeMap<String, usize> {
    let mut reader = csv::Reader::from_path(path).expect("reads");
    let place = reader.headers().expect("headings").iter().position(|name| name == column).expect(column);
    let mut counts = BTreeMap::new();
    for row in reader.records() {
        *counts.entry(row.expect("a row")[place].to_owned()).or_default() += 1;
    }
    counts
}

/// `6/1/2023 12:15` so that it sorts.
fn sortable(text: &str) -> String {
    let (day, time) = text.split_once(' ').expect("a day and a time");
    let parts: Vec<u32> = day.split('/').map(|part| part.parse().expect("a number")).collect();
    let (hour, minute) = time.split_once(':').expect("a time");
    format!("{:04}{:02}{:02}{:0>2}{:0>2}", parts[2], parts[0], parts[1], hour, minute)
}

fn count(world: &mut World, filter: &str) -> usize {
    usize::try_from(world.crm.count_where("ticket", filter).expect(filter)).expect("fits")
}

#[test]
fn five_hundred_tickets_come_in_with_their_figures_and_once() {
    let Some(folder) = real_files() else { return };
    let path = folder.join("support_tickets/tickets_500.csv");
    let mut world = World::on_sqlite();
    let done = import(&mut world, &path, &["customer", "product"]);
    assert_eq!((done.created, done.rejected), (500, 0), "{:?}", done.problems.first());
    let words = [("Closed", "closed"), ("Open", "open"), ("Pending Customer Response", "pending")];
    for (theirs, ours) in words {
        assert_eq!(count(&mut world, &format!("status={ours}")), counted(&path, "Ticket Status")[theirs], "{theirs}");
    }
    for (theirs, ours) in [("Critical", "urgent"), ("High", "high"), ("Medium", "normal"), ("Low", "low")] {
        assert_eq!(
            count(&mut world, &format!("priority={ours}")),
            counted(&path, "Ticket Priority")[theirs],
            "{theirs}"
        );
    }
    for (channel, rows) in counted(&path, "Ticket Channel") {
        assert_eq!(count(&mut world, &format!("channel=\"{channel}\"")), rows, "{channel}");
    }
    for (product, rows) in counted(&path, "Product Purchased") {
        assert_eq!(count(&mut world, &format!("product=\"{product}\"")), rows, "{product}");
    }
    let mut reader = csv::Reader::from_path(&path).expect("reads");
    let (mut early, mut lines, mut people) = (0, 0, std::collections::BTreeSet::new());
    for row in reader.records() {
        let row = row.expect("a row");
        lines += usize::from(row[9].contains('\n'));
        people.insert(fold(&row[2]));
        early += usize::from(!row[15].is_empty() && sortable(&row[15]) < sortable(&row[14]));
    }
    assert_eq!(lines, 357);
    assert_eq!(world.crm.count_where("customer", "id=1..").expect("counts"), people.len() as u64, "one an address");
    let grid =
        world.crm.list(&kehu::crm::Query { columns: vec!["description".into()], ..kehu::crm::Query::new("ticket") });
    let kept = grid
        .expect("lists")
        .rows
        .iter()
        .filter(|row| row.cells[0].as_text().is_some_and(|text| text.contains('\n')))
        .count();
    assert_eq!(kept, lines, "line breaks stay");
    // Solved before anybody answered: taken as it is, and said.
    let told = done.warnings.iter().filter(|warning| warning.to_string().contains("before anybody answered")).count();
    let more = done
        .warnings
        .iter()
        .find_map(|warning| warning.to_string().strip_prefix("And ")?.split(' ').next()?.parse().ok());
    assert_eq!(told + more.unwrap_or(0), early);
    let odd = world.crm.list(&kehu::crm::Query {
        columns: vec!["first_response".into(), "resolved".into()],
        ..kehu::crm::Query::new("ticket")
    });
    let odd = odd
        .expect("lists")
        .rows
        .iter()
        .filter(|row| !row.cells[1].is_empty() && row.cells[1].as_text() < row.cells[0].as_text())
        .count();
    assert_eq!(odd, early, "as the file says");
    let again = import(&mut world, &path, &["customer", "product"]);
    assert_eq!((again.created, again.updated, again.unchanged), (0, 0, 500));
}

#[test]
fn tickets_as_freshdesk_writes_them_come_in() {
    let Some(folder) = real_files() else { return };
    let path = folder.join("crm_export_headers/freshdesk_tickets.csv");
    let mut world = World::on_sqlite();
    let done = import(&mut world, &path, &["customer", "user", "queue"]);
    assert_eq!((done.created, done.rejected), (12, 0), "{:?}", done.problems.first());
    for (theirs, ours) in [("Open", "open"), ("Pending", "pending"), ("Resolved", "resolved"), ("Closed", "closed")] {
        assert_eq!(count(&mut world, &format!("status={ours}")), counted(&path, "Status")[theirs], "{theirs}");
    }
    for (theirs, ours) in [("Urgent", "urgent"), ("High", "high"), ("Medium", "normal"), ("Low", "low")] {
        assert_eq!(count(&mut world, &format!("priority={ours}")), counted(&path, "Priority")[theirs], "{theirs}");
    }
    assert_eq!(count(&mut world, "queue=Support owner=\"Ann Agent\" channel=Email"), 12);
    assert_eq!(world.text("ticket", 3, "received"), "2024-06-03T15:00:00Z");
    assert_eq!(world.names("ticket", "external_ids:\"freshdesk:3\""), ["Printer offline 2"]);
}

on_both! {
    fn two_people_of_one_name_are_two_customers_by_their_addresses(world) {
        let mut file = tempfile::Builder::new().suffix(".csv").tempfile().expect("a file");
        std::io::Write::write_all(&mut file, b"Ticket ID,Ticket Subject,Ticket Status,Customer Name,Customer Email,Created\n\
            1,Dark,Open,Anna Berg,anna@berg.example,1/6/2026\n\
            2,Dark,Open,Anna Berg,anna@other.example,25/3/2026\n\
            3,Dark,Open,Anna Berg,anna@berg.example,2/6/2025\n\
            4,Dark,Open,Ingrid,hello@known.example,2/6/2025\n").expect("writes");
        let known = world.add("customer", &[("name", "Known GmbH"), ("email", "hello@known.example")]);
        let done = import(world, file.path(), &["customer"]);
        assert_eq!((done.created, done.rejected), (4, 0), "{:?}", done.problems.first());
        assert_eq!(world.names("customer", "name=\"Anna Berg\"").len(), 2);
        let customers: Vec<Option<i64>> = (1..=4).map(|id| world.value("ticket", id, "customer").as_integer()).collect();
        assert_eq!(customers[0], customers[2]);
        assert_ne!(customers[0], customers[1]);
        assert_eq!(customers[3], Some(known), "whoever has the address, whatever the file calls them");
        // The second row shows that the day comes first.
        assert_eq!(&world.text("ticket", 3, "received")[..7], "2025-06");
    }
}
