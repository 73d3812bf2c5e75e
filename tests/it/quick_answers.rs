//! What is answered from an index alone is what a look at every record would say.

use crate::{storage::on_both, world::World};
use kehu::{
    crm::{Deleted, Query, Sort},
    record::{Total, filter},
};

fn query(filter: &str) -> Query {
    Query { filter: filter::parse(filter).expect(filter), ..Query::new("customer") }
}

fn total(world: &mut World, filter: &str) -> Total {
    world.crm.total(&query(filter)).expect(filter)
}

on_both! {
    /// Whatever the spelling of the word, and of those stored.
    fn a_word_of_an_open_list_is_found_in_every_spelling(world) {
        world.add("customer", &[("name", "one"), ("city", "Hamburg")]);
        world.add("customer", &[("name", "two"), ("city", "ＨＡＭＢＵＲＧ")]);
        world.add("customer", &[("name", "three"), ("city", "Lyon")]);
        world.add("customer", &[("name", "four")]);
        assert_eq!(world.names("customer", "city=hamburg"), ["one", "two"]);
        assert_eq!(world.names("customer", "city=HAMBURG,lyon"), ["one", "two", "three"]);
        assert_eq!(world.names("customer", "city!=hamburg"), ["three", "four"]);
        assert_eq!(world.names("customer", "city=Atlantis"), [""; 0]);
        let schema = world.crm.schema("customer").expect("customers");
        let city = schema.field("city").expect("a field").clone();
        assert_eq!(world.crm.words_used(&schema, &city, "ly").expect("words"), ["Lyon"]);
    }

    /// With and without words, before and after some go to the recycle bin.
    fn totals_leave_out_the_recycle_bin(world) {
        let ids: Vec<i64> = (0..5).map(|number| world.customer(&format!("Acme {number}"))).collect();
        assert_eq!(total(world, ""), Total::Exactly(5));
        assert_eq!(total(world, "acme"), Total::Exactly(5));
        world.crm.remove("customer", ids[1]).expect("removes");
        assert_eq!(total(world, ""), Total::Exactly(4));
        assert_eq!(total(world, "acme"), Total::Exactly(4));
        assert_eq!(total(world, "acme lifecycle=potential"), Total::Exactly(4));
        let bin = Query { deleted: Deleted::Only, ..query("") };
        assert_eq!(world.crm.total(&bin).expect("counts"), Total::Exactly(1));
    }

    /// Several words of a choice, its comparisons, and its declared order.
    fn the_newest_of_a_broad_choice_are_the_newest(world) {
        for (number, level) in ["B", "A", "D", "C", "A"].iter().enumerate() {
            world.add("customer", &[("name", &number.to_string()), ("level", level)]);
        }
        let mut newest = |filter: &str, sort: &str| {
            let query = Query { columns: vec!["name".into()], limit: Some(3), sort: Sort::parse(sort), ..query(filter) };
            let grid = world.crm.list(&query).expect(filter);
            grid.rows.iter().map(|row| row.cells[0].as_text().unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(newest("level=A,B", ""), ["4", "1", "0"]);
        assert_eq!(newest("level!=A", ""), ["3", "2", "0"]);
        assert_eq!(newest("level>=C", ""), ["3", "2"]);
        assert_eq!(newest("", "level"), ["4", "1", "0"]);
        assert_eq!(newest("", "-level"), ["2", "3", "0"]);
    }
}
