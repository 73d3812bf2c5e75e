//! Node (节点): the stations that talks with customers pass, in the order of the business (R50); the usual ones until a
//! database has its own.

use crate::{
    Result, catalog,
    crm::{Crm, integer, text},
    error::{Cause, Error},
    message::Message,
    record::{
        Choice, Draft, Kind, Link, Schema, Value, record,
        types::{FieldType, day_bounds, parse_period},
    },
    store::{Database, Sql},
};

record! {
    /// A node that talks with customers pass; your own, once there is one, stand for the usual six.
    pub struct Node in "nodes" as "ND" called "node" {
        /// The word that is kept and that scripts write
        name: String [title, list],
        /// What readers of English see, where it is another word
        label: Option<String> [list],
        /// What readers of Chinese see, where it is another word
        label_zh: Option<String> [list],
        /// Where it stands among the others, the lowest first
        position: Option<i64> [list],
        /// The kind of record that leads here, such as activity or quote
        reached_by: Option<String> [list],
        /// Which sort of such records, such as visit; any when empty
        sort: Option<String> [list],
        /// No longer picked, but still read where it stands
        retired: bool [default("no"), list],
    }
}

/// A node that every database begins with: its word, its English and Chinese label, and what leads to it.
struct Usual(&'static str, &'static str, &'static str, &'static str, &'static str);

const USUAL: [Usual; 6] = [
    Usual("visit", "First visit", "初访", "activity", "visit"),
    Usual("needs", "Needs", "需求", "", ""),
    Usual("proposal", "Proposal", "方案", "", ""),
    Usual("quote", "Quote", "报价", "quote", ""),
    Usual("objection", "Objection", "异议", "", ""),
    Usual("deal", "Deal", "成交", "customer", SIGNED),
];

/// The sort of event that a customer's signing is.
pub(super) const SIGNED: &str = "signed";

/// The node that a qualification names: a word of the list that the database has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached(pub String);

impl FieldType for Reached {
    fn kind() -> Kind {
        usual_kind()
    }

    fn from_value(value: &Value) -> Option<Self> {
        value.as_text().map(|text| Self(text.to_owned()))
    }

    fn to_value(&self) -> Value {
        Value::text(&self.0)
    }
}

/// The closed list of the usual nodes.
pub(super) fn usual_kind() -> Kind {
    let choice = |Usual(key, label, label_zh, ..): &Usual| Choice {
        key: (*key).into(),
        label: (*label).into(),
        label_zh: (*label_zh).into(),
        retired: false,
    };
    Kind::Choice(USUAL.iter().map(choice).collect())
}

const OWN: &str = "SELECT name, label, label_zh, retired, reached_by, sort FROM nodes WHERE deleted_at IS NULL \
                   ORDER BY COALESCE(position, 1000000), id";

/// Puts the database's own nodes, where it has any, in the place of the usual ones.
pub(crate) fn extend(db: &mut dyn Database, schemas: &mut [Schema]) -> Result<()> {
    let mut choices = Vec::new();
    for row in db.query(OWN, &[])? {
        let name = text(&row[0]);
        let or_name = |label: String| if label.is_empty() { name.clone() } else { label };
        choices.push(Choice {
            label: or_name(text(&row[1])).into(),
            label_zh: or_name(text(&row[2])).into(),
            retired: integer(&row[3]) == 1,
            key: name.clone().into(),
        });
    }
    if choices.is_empty() {
        return Ok(());
    }
    for schema in schemas.iter_mut().filter(|schema| matches!(schema.kind, "customer" | "qualification")) {
        if let Some(field) = schema.fields.iter_mut().find(|field| field.name == "node") {
            field.kind = Kind::Choice(choices.clone());
        }
    }
    Ok(())
}

/// What leads to a node.
struct Station {
    key: String,
    retired: bool,
    reached_by: String,
    sort: String,
}

impl Crm {
    /// The nodes in their order, with what leads to each.
    fn stations(&mut self) -> Result<Vec<Station>> {
        let own = self.db.query(OWN, &[])?;
        if own.is_empty() {
            let station = |Usual(key, _, _, reached_by, sort): &Usual| Station {
                key: (*key).to_owned(),
                retired: false,
                reached_by: (*reached_by).to_owned(),
                sort: (*sort).to_owned(),
            };
            return Ok(USUAL.iter().map(station).collect());
        }
        let station = |row: &Vec<Sql>| Station {
            key: text(&row[0]),
            retired: integer(&row[3]) == 1,
            reached_by: text(&row[4]),
            sort: text(&row[5]),
        };
        Ok(own.iter().map(station).collect())
    }

    /// The sorts of records of a kind that lead to a node; an empty one stands for any.
    pub(crate) fn leading(&mut self, kind: &str) -> Result<Vec<String>> {
        let leads = |station: &Station| station.reached_by == kind && !station.retired;
        Ok(self.stations()?.into_iter().filter(leads).map(|station| station.sort).collect())
    }

    /// Moves a customer on to the node that such a record leads to: never back, and not where somebody has said
    /// otherwise since.
    pub(crate) fn advance(&mut self, customer: i64, kind: &str, sort: &str, at: &str) -> Result<()> {
        let leads = |station: &Station| {
            station.reached_by == kind && (station.sort.is_empty() || station.sort == sort) && !station.retired
        };
        let stations = self.stations()?;
        let Some(target) = stations.iter().rposition(leads) else { return Ok(()) };
        let sql = "SELECT node, at FROM qualifications WHERE customer = ? AND aspect = 'node' AND deleted_at IS NULL \
                   ORDER BY at DESC, id DESC LIMIT 1";
        if let Some(row) = self.db.first(sql, &[Sql::Integer(customer)])? {
            let (node, since) = (text(&row[0]), text(&row[1]));
            // A node that is no longer in the list was left there by a person.
            let further = stations.iter().position(|station| station.key == node).is_some_and(|place| place < target);
            if !further || since.as_str() > at {
                return Ok(());
            }
        }
        let now = self.now_text();
        let values = vec![
            ("customer".to_owned(), Link::to(customer)),
            ("aspect".to_owned(), Value::text("node")),
            ("node".to_owned(), Value::text(&*stations[target].key)),
            ("at".to_owned(), Value::text(if at < now.as_str() { at } else { &now })),
            ("automatic".to_owned(), Value::Bool(true)),
        ];
        self.add("qualification", values).map(|_| ())
    }
}

/// A record that happened to a customer may lead to a further node; what is only planned does not.
pub(crate) fn follow(crm: &mut Crm, draft: &Draft) -> Result<()> {
    let kind = draft.schema.kind;
    let Some(event) = catalog::entry(kind).and_then(|entry| entry.event.as_ref()) else { return Ok(()) };
    let (Some(customer), Some(Value::Text(at))) = (draft.get("customer").as_integer(), draft.changed(event.at)) else {
        return Ok(());
    };
    if kind == "qualification" {
        return Ok(());
    }
    // Some kinds know the day only.
    let at = match parse_period(at, crm.reading()) {
        Ok((day, _)) if at.len() == 10 => day_bounds(day, day, crm.reading())?.0,
        _ => at.clone(),
    };
    let sort = event.sort.map(|name| draft.get(name)).unwrap_or_default();
    crm.advance(customer, kind, sort.as_text().unwrap_or_default(), &at)
}

/// The word stays, since qualifications keep it; what leads here must be a kind of record.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    if !draft.is_new() && draft.changed("name").is_some_and(|name| !name.same(&draft.before("name"))) {
        return Err(Error::new(
            Cause::Refused,
            Message::new("The word {name} stays, since qualifications keep it; change its label instead.")
                .with("name", draft.before("name").as_text().unwrap_or_default()),
        )
        .on_field("name"));
    }
    let name = draft.get("name").as_text().unwrap_or_default().trim().to_owned();
    let taken = "SELECT id FROM nodes WHERE name_key = ? AND deleted_at IS NULL";
    let others = crm.numbers(taken, &[Sql::Text(crate::record::types::fold(&name))])?;
    if !draft.deleted() && others.iter().any(|id| Some(*id) != draft.id) {
        return Err(Error::new(Cause::Conflict, Message::new("There is a node {name} already.").with("name", name))
            .on_field("name"));
    }
    if let Some(kind) = draft.get("reached_by").as_text().filter(|kind| *kind != "quote") {
        let kind = crm.schema(kind).map_err(|error| error.on_field("reached_by"))?.kind;
        draft.set("reached_by", Value::text(kind));
    }
    if draft.is_new() && draft.get("position").is_empty() {
        let last = crm.numbers("SELECT COALESCE(MAX(position), 0) FROM nodes WHERE deleted_at IS NULL", &[])?;
        draft.set("position", Value::Integer(last.first().copied().unwrap_or_default() + 1));
    }
    Ok(())
}

/// What may be picked has changed.
pub(crate) fn settle(crm: &mut Crm, _: &Draft) -> Result<()> {
    crm.reload_fields()
}

impl Crm {
    /// Writes the usual nodes down as records, so that they can be renamed, moved, retired and added to.
    ///
    /// None where the database has nodes of its own already.
    ///
    /// # Errors
    /// Storage faults.
    pub fn adopt_nodes(&mut self) -> Result<Vec<i64>> {
        self.transaction("Write down the usual nodes", |crm| {
            if !crm.db.query(OWN, &[])?.is_empty() {
                return Ok(Vec::new());
            }
            let mut added = Vec::new();
            for (position, Usual(key, label, label_zh, reached_by, sort)) in (1..).zip(&USUAL) {
                let word = |word: &str| if word.is_empty() { Value::Null } else { Value::text(word) };
                let values = vec![
                    ("name".to_owned(), word(key)),
                    ("label".to_owned(), word(label)),
                    ("label_zh".to_owned(), word(label_zh)),
                    ("position".to_owned(), Value::Integer(position)),
                    ("reached_by".to_owned(), word(reached_by)),
                    ("sort".to_owned(), word(sort)),
                ];
                added.push(crm.add("node", values)?);
            }
            Ok(added)
        })
    }
}
