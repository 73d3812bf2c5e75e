//! What is refused, and in which words: numbers out of bounds, days that are none, links without an order.

use crate::{storage::on_both, world::World};
use kehu::{Cause, record::Value};

on_both! {
    fn numbers_keep_their_bounds(world) {
        for (field, value, sentence) in [
            ("employees", "-3", "employees is 0 or more, not -3."),
            ("annual_revenue", "EUR -0.01", "annual_revenue is 0 or more, not EUR -0.01."),
        ] {
            let error = world.try_add("customer", &[("name", "Acme Robotics"), (field, value)]).expect_err(value);
            assert_eq!((error.cause, error.to_string().as_str()), (Cause::BadValue, sentence));
            assert_eq!(error.field.as_deref(), Some(field));
        }
        let id = world.add("customer", &[("name", "Acme Robotics"), ("employees", "0"), ("annual_revenue", "0")]);
        assert!(world.try_edit("customer", id, &[("employees", "-1")]).is_err());
        let error = world.crm.change("customer", id, vec![("employees".into(), Value::Integer(-1))], None);
        assert_eq!(error.expect_err("whoever asks").cause, Cause::BadValue);
        assert!(world.try_add("activity", &[("subject", "Call"), ("minutes", "-5")]).is_err());
        assert_eq!(world.names("activity", ""), Vec::<String>::new());
    }

    fn a_day_of_zeros_does_not_clear_a_field(world) {
        let id = world.add("customer", &[("name", "Acme Robotics"), ("since", "2026-01-15")]);
        for text in ["0000-00-00", "0/0/00", "00.00.0000"] {
            let error = world.try_edit("customer", id, &[("since", text)]).expect_err(text);
            assert_eq!(error.to_string(), format!("{text} is no day."));
        }
        assert_eq!(world.text("customer", id, "since"), "2026-01-15");
        world.edit("customer", id, &[("since", "")]);
        assert_eq!(world.text("customer", id, "since"), "");
    }

    fn refs_have_no_order(world) {
        crate::world::people(world);
        for filter in ["owner>=U3", "owner<U3", "owner=U1..", "owner>=3", "not owner>me"] {
            let error = world.try_names("customer", filter).expect_err(filter);
            assert_eq!(error.cause, Cause::BadValue, "{filter}");
            assert_eq!(error.to_string(), "owner points to a record, and refs have no order.");
        }
        assert_eq!(world.names("customer", "owner.name=lin..lin"), ["招商银行深圳分行"]);
    }
}
