//! Fields that rules and gates name stay, and a rule that is broken anyway keeps nobody from working; amounts and numbers
//! beyond any are refused.

use crate::{
    storage::on_both,
    world::{Desk, World, people},
};
use kehu::{Cause, pipeline::Welcome, record::Id, views::CustomField};

fn field(world: &mut World, kind: &str, name: &str) -> Id<CustomField> {
    let field = CustomField {
        record_kind: kind.into(),
        name: name.into(),
        value_kind: "yes-no".into(),
        ..CustomField::default()
    };
    field.define(&mut world.crm).expect("is there")
}

on_both! {
    fn a_field_that_a_rule_names_stays(world) {
        people(world);
        let [warm, open, sure] = [("lead", "warm"), ("customer", "open_door"), ("deal", "sure")].map(|(kind, name)| field(world, kind, name));
        let free = field(world, "lead", "free");
        world.add("score_rule", &[("name", "Warm"), ("condition", "warm=yes"), ("points", "10")]);
        world.add("pool", &[("name", "Open to all")]);
        world.add("pool_rule", &[("name", "Silent"), ("pool", "PO1"), ("trigger", "no-follow-up"), ("days", "30"), ("condition", "open_door=yes")]);
        world.add("deal", &[("name", "Sensors")]);
        world.edit("stage", 2, &[("needs", "sure")]);
        for (id, rule) in [(warm, "SR1 Warm names the field warm, so it stays."), (open, "PR1 Silent names the field open_door, so it stays."), (sure, "names the field sure, so it stays.")] {
            let before = world.dump();
            for error in [CustomField::retire(&mut world.crm, id, true), CustomField::drop_for_good(&mut world.crm, id), CustomField::refuse_needed(&mut world.crm, id)] {
                let error = error.expect_err(rule);
                assert_eq!(error.cause, Cause::Refused);
                assert!(error.to_string().contains(rule), "{error}");
            }
            assert_eq!(world.dump(), before);
        }
        CustomField::refuse_needed(&mut world.crm, free).expect("may go");
        CustomField::retire(&mut world.crm, free, true).expect("retires");
        CustomField::drop_for_good(&mut world.crm, free).expect("goes");
        assert_eq!(world.names("lead", "warm=yes"), Vec::<String>::new());
    }

    /// A form of a web site comes in whatever became of the rules.
    fn a_broken_rule_is_left_out_and_named(world) {
        people(world);
        field(world, "lead", "warm");
        world.add("score_rule", &[("name", "Warm"), ("condition", "warm=yes"), ("points", "10")]);
        world.add("score_rule", &[("name", "Mail"), ("condition", "not email:"), ("points", "5")]);
        world.add("lead_rule", &[("condition", "warm=yes"), ("user", "mei")]);
        world.outside("UPDATE custom_fields SET retired = TRUE");
        let mut crm = world.as_user("lin");
        let form = br#"{"name": "Anna Berg", "email": "anna@berg.example"}"#;
        let lead = crm.intake(form, &Welcome::default()).expect("is taken in")[0].lead();
        assert_eq!(crm.record("lead", lead).expect("is there").value("score").as_integer(), Some(5));
        assert_eq!(crm.assign_leads(&kehu::record::filter::Filter::All).expect("assigns").rows.len(), 1);
        let told: Vec<String> = crm.notices().iter().map(ToString::to_string).collect();
        for rule in ["SR1 is left out until it is put right: ", "LR1 is left out until it is put right: "] {
            assert!(told.iter().any(|line| line.starts_with(rule)), "{told:?}");
        }
    }

    /// What the program alone keeps is nothing that a person could fill in.
    fn a_gate_asks_for_what_people_fill_in(world) {
        world.add("deal", &[("name", "Sensors")]);
        for name in ["reached", "outcome", "stale", "pushes", "version"] {
            for gate in ["needs", "needs_to_leave"] {
                let error = world.try_edit("stage", 2, &[(gate, name)]).expect_err(name);
                assert_eq!((error.exit_code(), error.field.as_deref()), (2, Some(gate)), "{name}");
            }
        }
        world.edit("stage", 2, &[("needs", "amount,close"), ("needs_to_leave", "checklist_done,next_step")]);
    }

    /// The greatest amounts there can be are summed exactly, in every stage and by the doctor.
    fn sums_hold_the_greatest_amounts(world) {
        let most = "1000000000000.00";
        for _ in 0..20 {
            world.add("deal", &[("name", "Sensors"), ("amount", most)]);
        }
        let error = world.try_add("deal", &[("name", "Sensors"), ("amount", "1000000000000.01")]).expect_err("too much");
        assert_eq!(error.exit_code(), 2);
        assert!(error.to_string().contains("1000000000000.01") && error.to_string().contains("1,000,000,000,000"), "{error}");
        assert_eq!(world.try_names("deal", "amount=..92233720368547758.07").expect_err("too much").exit_code(), 2);
        let line = [("deal", "D1"), ("description", "Sensor"), ("quantity", "2"), ("price", most)];
        assert_eq!(world.try_add("deal_line", &line).expect_err("too much in all").exit_code(), 2);
        let sum = world.crm.sql("SELECT CAST(SUM(amount) AS BIGINT) FROM deal_totals").expect("asks").rows[0].cells[0].clone();
        assert_eq!(sum.as_integer(), Some(20 * 100_000_000_000_000));
        let forecast = kehu::catalog::REPORTS.iter().find(|report| report.name == "forecast").expect("a report");
        (forecast.run)(&mut world.crm, &Vec::new()).expect("reports");
        assert!(world.crm.doctor().expect("examines").healthy);
        let beyond = [("stage", 1, "days_to_rot"), ("deal", 1, "recurring_months")];
        for (kind, id, name) in beyond {
            assert_eq!(world.try_edit(kind, id, &[(name, "9223372036854775807")]).expect_err(name).exit_code(), 2);
        }
    }
}

#[test]
fn the_program_keeps_a_field_that_a_rule_names() {
    let desk = Desk::new();
    desk.say("field add lead warm --kind yes-no").done();
    desk.say("score_rule add Warm --condition warm=yes --points 10").done();
    for line in ["field retire lead warm", "field remove lead warm --confirm warm"] {
        let refused = desk.say(line);
        assert_eq!(refused.code, 5, "{}", refused.err);
        assert!(refused.err.contains("hint: kehu score_rule show SR1"), "{}", refused.err);
    }
    desk.say("score_rule show SR1").done();
}
