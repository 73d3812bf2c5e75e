//! Headings of other programs find their fields.

use crate::messy_files::real_files;
use kehu::exchange::{Fate, Headings, Mapping, inspect};
use kehu::record::{Field, Kind, Schema};

fn known() -> Headings {
    Headings::load().expect("headings.toml")
}

fn proposed(kind: &str, headings: &[&str], schemas: &[&Schema]) -> Mapping {
    let headings: Vec<String> = headings.iter().map(|heading| (*heading).to_owned()).collect();
    Mapping::propose(&known(), kind, &headings, None, schemas)
}

/// The targets of one column, as they are written.
fn targets(mapping: &Mapping, heading: &str) -> String {
    let column = mapping.columns.iter().find(|column| column.heading == heading).expect(heading);
    match &column.fate {
        Fate::Mapped(targets) => targets.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        Fate::Skipped => "skip".to_owned(),
        Fate::Unmatched => "?".to_owned(),
    }
}

fn customer_schema() -> Schema {
    let mut fields = vec![
        Field::new("name", "Name", Kind::Text).flag("title", None),
        Field::new("phone", "Phone", Kind::Phone),
        Field::new("mobile", "Mobile", Kind::Phone),
    ];
    let mut custom = Field::new("x_loyalty_card", "Loyalty card", Kind::Text);
    (custom.custom, custom.label_zh) = (true, "会员卡号".into());
    fields.push(custom);
    Schema {
        kind: "customer",
        table: "customers",
        letter: "C",
        doc: "",
        fields: kehu::record::Fields::by(move || fields),
        belongs_to: |_| false,
        summary: None,
        bounds: None,
        bounds_of: Vec::new(),
        yields: "",
        few: false,
    }
}

#[test]
fn every_column_of_the_known_programs_is_mapped_or_knowingly_skipped() {
    let Some(folder) = real_files() else { return };
    for (file, kind, product) in [
        ("maven_crm/accounts.csv", "customer", "maven"),
        ("northwind/customers.csv", "customer", "northwind"),
        ("zh_synthetic/customers_gbk.csv", "customer", ""),
        ("gosales/go_retailers.csv", "customer", "gosales"),
        ("crm_export_headers/hubspot_companies.csv", "customer", "hubspot"),
        ("crm_export_headers/hubspot_contacts.csv", "contact", "hubspot"),
        ("crm_export_headers/odoo_res_partner.csv", "customer", "odoo"),
        ("crm_export_headers/pipedrive_people.csv", "contact", "pipedrive"),
        ("crm_export_headers/google_contacts_new.csv", "contact", "google"),
        ("crm_export_headers/outlook_contacts_en_cp1252.csv", "contact", "outlook"),
        ("chinook/Employee.csv", "user", ""),
        ("northwind/employees.csv", "user", ""),
    ] {
        let headings = inspect(&folder.join(file), None).expect(file).layout.headings;
        let known = known();
        let mapping = Mapping::propose(&known, kind, &headings, None, &[]);
        assert_eq!(mapping.product.as_deref().unwrap_or(""), product, "{file}");
        assert_eq!(mapping.flags_needed(), [""; 0], "{file}");
        assert!(mapping.check("name").is_ok(), "{file}");
        if !product.is_empty() {
            assert_eq!(known.kind_of(&headings), Some(kind), "{file}");
        }
    }
}

#[test]
fn one_chinese_row_speaks_of_the_customer_and_the_contact() {
    let mapping = proposed(
        "customer",
        &["客户名称", "联系人", "手机", "客户等级", "客户状态", "客户类型", "沟通内容", "创建人"],
        &[],
    );
    assert_eq!(targets(&mapping, "客户名称"), "name");
    assert_eq!(targets(&mapping, "手机"), "mobile contact.mobile");
    assert_eq!(targets(&mapping, "客户类型"), "entity:try kind:try");
    assert_eq!(targets(&mapping, "沟通内容"), "activity.text");
    assert_eq!(targets(&mapping, "创建人"), "skip");
    let level = mapping.columns[3].fate.targets()[0].clone();
    assert_eq!(mapping.translate(3, &level, "A（重点客户）"), "A");
    let lifecycle = mapping.columns[4].fate.targets()[0].clone();
    assert_eq!(mapping.translate(4, &lifecycle, " 流失 "), "lapsed");
}

#[test]
fn a_products_own_ids_carry_its_name() {
    let headings = ["Record ID", "First Name", "Last Name", "Company Name", "Associated Company IDs (Primary)"];
    let mapping = proposed("contact", &headings, &[]);
    assert_eq!(targets(&mapping, "Record ID"), "external_ids:hubspot");
    assert_eq!(targets(&mapping, "Associated Company IDs (Primary)"), "customer:hubspot");
    assert_eq!(targets(&mapping, "First Name"), "name:first");
}

#[test]
fn companies_and_people_of_one_file_are_told_apart() {
    let mapping = proposed("customer", &["ID", "Name", "Company Type", "Related Company", "Supplier", "Street2"], &[]);
    assert_eq!(targets(&mapping, "Supplier"), "kind=supplier");
    let people = mapping.people.as_ref().expect("people among companies");
    assert!(people.is_person("Grocery Outlet", "Individual"));
    assert!(!people.is_person("Grocery Outlet", "Company"));
    assert_eq!(targets(&people.mapping, "Related Company"), "customer");
}

#[test]
fn a_custom_field_is_found_by_its_name_or_its_label_in_either_language() {
    let schema = customer_schema();
    for heading in ["x_loyalty_card", "Loyalty Card", "会员卡号"] {
        let mapping = proposed("customer", &["name", heading], &[&schema]);
        assert_eq!(targets(&mapping, heading), "x_loyalty_card");
    }
}

#[test]
fn the_users_word_wins_and_a_wrong_one_is_answered_with_the_nearest() {
    let (known, schema) = (known(), customer_schema());
    let mut mapping = proposed("customer", &["Company", "Trading name", "Odd = thing"], &[&schema]);
    assert_eq!(mapping.unmatched().collect::<Vec<_>>(), ["Trading name", "Odd = thing"]);
    mapping.map("Trading name=name", &known, &[&schema]).expect("a field");
    mapping.map("Odd = thing=loyalty_card,contact.notes", &known, &[&schema]).expect("two fields");
    mapping.map("company=skip", &known, &[&schema]).expect("skip");
    assert_eq!(targets(&mapping, "Trading name"), "name");
    assert_eq!(targets(&mapping, "Odd = thing"), "x_loyalty_card contact.notes");
    assert_eq!(targets(&mapping, "Company"), "skip");
    let error = mapping.map("Company=moblie", &known, &[&schema]).expect_err("no such field");
    assert_eq!(error.hint.expect("hint").to_string(), "Did you mean mobile?");
    let error = mapping.map("Compny=name", &known, &[&schema]).expect_err("no such column");
    assert_eq!(error.hint.expect("hint").to_string(), "Did you mean Company?");
}

#[test]
fn a_replacement_for_a_column_that_is_not_there_is_refused() {
    let mut mapping = proposed("customer", &["Company", "Rating"], &[]);
    let error = mapping.map_value("Ratng:x=B").expect_err("no such column");
    assert_eq!(error.hint.expect("hint").to_string(), "Did you mean Rating?");
    mapping.map_value(":10:30=B").expect("a cell with a colon");
    assert!(mapping.map_value("Bogus:x=B").is_err());
}

#[test]
fn rows_of_other_sorts_are_not_guessed_to_be_contacts() {
    let Some(folder) = real_files() else { return };
    for (file, kind) in [
        ("freshdesk_tickets", "ticket"),
        ("hubspot_deals", "deal"),
        ("odoo_crm_lead", "deal"),
        ("salesforce_leads_dataloader", "lead"),
        ("salesforce_opportunities_dataloader", "deal"),
        ("hubspot_contacts", "contact"),
        ("hubspot_companies", "customer"),
        ("pipedrive_people", "contact"),
    ] {
        let path = folder.join(format!("crm_export_headers/{file}.csv"));
        let headings = inspect(&path, None).expect(file).layout.headings;
        assert_eq!(known().kind_of(&headings), Some(kind), "{file}");
    }
}

#[test]
fn a_kept_mapping_reads_back_the_same() {
    let known = known();
    let mut mapping = proposed("customer", &["Firm", "Rating", "Odd"], &[]);
    mapping.map("Odd=notes:note,tags", &known, &[]).expect("fields");
    mapping.map_value("Rating:★★★=A").expect("a replacement");
    let headings: Vec<String> = mapping.columns.iter().map(|column| column.heading.clone()).collect();
    let again = Mapping::from_toml(&mapping.to_toml(), &known, &headings, &[]).expect("readable");
    assert_eq!(again.to_toml(), mapping.to_toml());
    let level = again.columns[1].fate.targets()[0].clone();
    assert_eq!(again.translate(1, &level, "★★★"), "A");
    assert_eq!(again.translate(0, &level, "★★★"), "★★★");
}

#[test]
fn a_file_that_names_nothing_is_refused() {
    let error = proposed("customer", &["foo", "bar"], &[]).check("name").expect_err("nothing fits");
    assert_eq!(error.to_string(), "No column fits a field of a customer.");
    let error = proposed("customer", &["phone", "city"], &[]).check("name").expect_err("no name");
    assert_eq!(error.to_string(), "No column gives the name of a customer.");
}
