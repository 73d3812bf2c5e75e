//! Samples: what a field of a deal could be set to, for hints that can be run as they are printed.

use crate::{
    Result,
    crm::Crm,
    record::{Draft, Field, Kind},
    store::Sql,
};

/// `amount=50k`: a value that fits the field, of the deal's own people where it names one.
pub(super) fn assignment(crm: &mut Crm, draft: &Draft, field: &Field) -> Result<String> {
    let value = match &field.kind {
        Kind::Money => "50k".to_owned(),
        Kind::Date => "+30d".to_owned(),
        Kind::Birthday => "1980-03-15".to_owned(),
        Kind::Timestamp => "+2d".to_owned(),
        Kind::Integer | Kind::Decimal { .. } => "10".to_owned(),
        Kind::Percent => "50".to_owned(),
        Kind::YesNo => "yes".to_owned(),
        Kind::Choice(words) => {
            words.iter().find(|word| !word.retired).map(|word| word.key.to_string()).unwrap_or_default()
        }
        Kind::Email => "anna@example.com".to_owned(),
        Kind::Phone => "021-80001234".to_owned(),
        Kind::Url => "example.com".to_owned(),
        Kind::Link(kind) => linked(crm, draft, kind)?,
        Kind::List(_) => "key".to_owned(),
        Kind::TaxId | Kind::Text | Kind::LongText | Kind::OpenList => return Ok(text(field)),
    };
    Ok(format!("{}={value}", field.name))
}

fn text(field: &Field) -> String {
    format!("\"{}=as agreed\"", field.name)
}

/// A record that the field could point to: somebody of the deal's customer, else whatever there is.
fn linked(crm: &mut Crm, draft: &Draft, kind: &str) -> Result<String> {
    let schema = crm.schema(kind)?;
    let customer = draft.get("customer").as_integer().filter(|_| kind == "contact");
    let among = customer.map(|id| format!(" AND customer = {id}")).unwrap_or_default();
    let sql = format!("SELECT id FROM {} WHERE deleted_at IS NULL{among} ORDER BY id LIMIT 1", schema.table);
    let found = crm.numbers(&sql, &[])?.first().copied();
    Ok(found.map_or_else(|| format!("{}1", schema.letter), |id| schema.short(id)))
}

/// Somebody of a customer who works there still, the deal's own contact first.
pub(super) fn person(crm: &mut Crm, deal: i64) -> Result<Option<i64>> {
    let sql = "SELECT p.id FROM contacts p JOIN deals d ON d.id = ? AND (p.id = d.contact OR p.customer = d.customer) \
               WHERE p.deleted_at IS NULL AND NOT p.\"left\" \
               ORDER BY CASE WHEN p.id = d.contact THEN 0 ELSE 1 END, p.id LIMIT 1";
    Ok(crm.numbers(sql, &[Sql::Integer(deal)])?.first().copied())
}
