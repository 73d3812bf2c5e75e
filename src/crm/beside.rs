//! Several conditions at once: one index leads, and what else must hold is looked up in the indexes beside it, where
//! hundreds of records stand on a page, instead of in the records, of which each costs a page of its own.

use super::{
    Crm,
    columns::{Joins, Place},
    condition::{Condition, one_index_holds, one_of},
};
use crate::{
    Result,
    record::{
        Field, Kind, Schema,
        filter::{Filter, Operand, Operator, Test},
    },
    store::index_name,
};

/// The field whose index leads to the records, where indexes alone answer all conditions.
pub(super) fn lead(schema: &Schema, filter: &Filter) -> Option<Field> {
    let Filter::And(parts) = filter else { return None };
    let known = parts.iter().map(|part| Some((indexed(schema, part)?, part))).collect::<Option<Vec<_>>>()?;
    let one = |part: &Filter| matches!(part, Filter::Test(test) if test.values.len() == 1);
    // Of those that find about as few, the first that was named.
    let found = known.iter().filter(|(_, part)| one(part)).min_by_key(|(field, _)| commonness(field));
    let lead = found.map(|(field, _)| *field)?;
    let others = known.iter().filter(|(field, _)| field.name != lead.name);
    // Where a record has to be read for one condition, it tells of the others too.
    let known = |field: &Field| !with_it(lead, field) && (one_index_holds(lead, field) || is_beside(field));
    others.into_iter().all(|(field, _)| known(field)).then(|| lead.clone())
}

/// Whether one more index of the field goes on with the other one, and tells of it by itself.
fn with_it(lead: &Field, other: &Field) -> bool {
    let columns = lead.also.as_deref().unwrap_or_default().trim_start_matches('(').split([',', ')']);
    columns.map(str::trim).take(2).eq([&*lead.name, &*other.name])
}

/// The field of which some values are asked for, where an index finds those.
fn indexed<'a>(schema: &'a Schema, part: &Filter) -> Option<&'a Field> {
    let Filter::Test(test) = part else { return None };
    let [name] = &test.path[..] else { return None };
    let exactly = matches!(test.operator, Operator::Equal | Operator::Has) && !test.values.is_empty();
    let values = test.values.iter().all(|value| matches!(value, Operand::Value(_)));
    let field = schema.field(name).filter(|_| exactly && values)?;
    let found = field.index || field.matching || field.title || matches!(field.kind, Kind::Link(_));
    let comparable = !matches!(field.kind, Kind::Date | Kind::Timestamp | Kind::Birthday | Kind::YesNo | Kind::Money);
    (found && comparable && field.stored()).then_some(field)
}

/// How many records have the same value, as far as the kind tells.
fn commonness(field: &Field) -> u8 {
    match field.kind {
        Kind::Choice(_) => 3,
        Kind::OpenList => 2,
        Kind::Link(_) => 1,
        _ => 0,
    }
}

/// Whether a condition on it can be looked up in its own index: it has one of few words, which many records have.
fn is_beside(field: &Field) -> bool {
    // An index that goes on with another field does not lead from a word to a record.
    let leads = field.index && field.then.is_none() && !field.automatic;
    leads && matches!(field.kind, Kind::Choice(_) | Kind::OpenList)
}

impl Crm {
    /// The condition as a look into the field's own index; none where another way is as good.
    pub(super) fn beside(&mut self, joins: &Joins, place: &Place, test: &Test) -> Result<Option<Condition>> {
        let Some(lead) = &joins.lead else { return Ok(None) };
        if lead.name == place.field.name || one_index_holds(lead, &place.field) {
            return Ok(None);
        }
        let other = Place { alias: "b".to_owned(), ..place.clone() };
        let words = self.test_place(&other, test)?.arguments;
        let (table, index) = (place.schema.table, index_name(&place.schema, &place.field));
        let found = one_of(&other.sql(), words);
        if found.arguments.is_empty() {
            return Ok(Some(found));
        }
        let sql = format!(
            "EXISTS (SELECT 1 FROM \"{table}\" b INDEXED BY \"{index}\" WHERE {} AND b.deleted_at IS t.deleted_at AND b.id = t.id)",
            found.sql
        );
        Ok(Some(Condition { sql, ..found }))
    }
}
