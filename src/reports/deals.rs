//! What the reports on deals share: which deals on which day, by what, in which currency, and exact weighing.

use super::{Records, asks::day, parameter};
use crate::{
    Result,
    crm::{
        Crm, Query, integer,
        tally::{Tally, TallyRow},
        text,
    },
    message::Message,
    pipeline::{deal::TOTALS, moment::Moment, pipeline},
    record::{
        Column, Currency, Field, Id, Kind, Money, Value, Values, filter,
        types::{currency, parse_period},
    },
    store::Sql,
};
use jiff::civil::Date;

pub(super) use crate::pipeline::weighing::{half_even, rounded, weighed};

/// Which deals, and how they stood.
#[derive(Clone)]
pub(super) struct Basis {
    pub query: Query,
    /// The tables beside: `stg` is the stage on that day, `cur` the one now.
    pub beside: String,
    pub conditions: Vec<String>,
    /// The end of the day as of which is asked, where that is not now.
    pub evening: Option<String>,
    moment: Moment,
    pub currency: Currency,
    month: bool,
    quarter: bool,
    /// The day by whose month is grouped.
    day: &'static str,
    /// Only deals of which that day lies in that time.
    period: Option<(String, Date, Date)>,
    /// Answered from the sums that are kept with the deals.
    summed: bool,
    /// Which pipeline, and which deals, as somebody said.
    pipeline: Option<i64>,
    condition: Option<String>,
}

impl Basis {
    /// The deals that the parameters mean, grouped as they say or as is usual.
    pub fn of(crm: &mut Crm, values: &Values, usual: &str, day: &'static str) -> Result<Self> {
        let said = |name: &str| parameter(values, name).as_text().map(str::to_owned);
        let mut basis = Self {
            query: Query::new("deal"),
            beside: String::new(),
            conditions: Vec::new(),
            evening: None,
            moment: Moment::of(crm, None)?,
            currency: crm.reading().currency,
            month: false,
            quarter: false,
            day,
            period: None,
            summed: false,
            pipeline: None,
            condition: said("where"),
        };
        if let Some(condition) = &basis.condition {
            basis.query.filter = filter::parse(condition)?;
        }
        if let Some(code) = said("currency") {
            basis.currency = currency(&code).map_err(|error| error.on_field("currency"))?;
        }
        basis.stand(crm, said("as-of").as_deref())?;
        basis.group(said("by").as_deref().unwrap_or(usual));
        Ok(basis)
    }

    /// The stage on that day comes from the history, else from the deal.
    fn stand(&mut self, crm: &Crm, as_of: Option<&str>) -> Result<()> {
        let moment = Moment::of(crm, day(crm, as_of)?)?;
        self.beside = moment.beside();
        self.evening.clone_from(&moment.evening);
        self.moment = moment;
        Ok(())
    }

    fn group(&mut self, by: &str) {
        let path = match by {
            "month" | "quarter" | "月份" | "月" | "季度" => {
                (self.month, self.quarter) = (true, matches!(by, "quarter" | "季度"));
                return;
            }
            "manager" | "主管" | "经理" => "owner.manager",
            "branch" | "分公司" | "机构" => "owner.branch",
            "category" | "类别" | "产品类别" => "product.category",
            "industry" | "行业" => "customer.industry",
            "reason" | "原因" => "lost_reason",
            "competitor" | "竞争对手" => "lost_to",
            "" => return,
            path => path,
        };
        self.query.group_by = vec![path.to_owned()];
    }

    /// Only the deals of the pipeline that is named, if any; says which.
    pub fn in_pipeline(&mut self, crm: &mut Crm, values: &Values) -> Result<Option<i64>> {
        let id = match parameter(values, "pipeline").as_text() {
            Some(name) => Some(crm.find("pipeline", name).map_err(|error| error.on_field("pipeline"))?),
            None => None,
        };
        self.pipeline = id;
        self.conditions.extend(id.map(|id| format!("t.pipeline = {id}")));
        if id.is_some() && parameter(values, "currency").is_empty() {
            self.choose_currency(crm)?;
        }
        Ok(id)
    }

    /// The same deals, only those of a pipeline.
    pub fn of_pipeline(&self, pipeline: i64) -> Self {
        let mut basis = self.clone();
        basis.conditions.push(format!("t.pipeline = {pipeline}"));
        basis
    }

    /// The pipelines that the deals go through; the usual one where there is no deal yet.
    pub fn pipelines(&self, crm: &mut Crm) -> Result<Vec<i64>> {
        let all = self.ungrouped().summed();
        let rows = all.tally(crm, "t.pipeline", &all.count(), "t.pipeline IS NOT NULL")?;
        let mut found: Vec<i64> = rows.iter().map(|(_, cells)| number(cells, 0)).collect();
        found.sort_unstable();
        if found.is_empty() {
            found.extend(pipeline::usual(crm)?.map(|id: Id<_>| id.number));
        }
        Ok(found)
    }

    /// Says how many deals an earlier day leaves out because nobody knows when they began.
    pub fn tell_unbegun(&self, crm: &mut Crm) -> Result<()> {
        let Some(evening) = &self.evening else { return Ok(()) };
        let all = Self { beside: String::new(), period: None, ..self.ungrouped() };
        let unbegun = format!(
            "COALESCE(t.started, '') = '' AND NOT EXISTS (SELECT 1 FROM stage_moves m WHERE m.deal = t.id \
             AND m.deleted_at IS NULL AND m.at <= '{evening}')"
        );
        let rows = all.tally(crm, "", &all.count(), &unbegun)?;
        let count = rows.first().map(|(_, cells)| number(cells, 0)).unwrap_or_default();
        if count > 0 {
            crm.notice(
                Message::new("{count} {count:deal is|deals are} left out: it is not known when {count:it|they} began.")
                    .with("count", count),
            );
        }
        Ok(())
    }

    /// Where no deal is in the base currency, the one in which most are.
    pub fn choose_currency(&mut self, crm: &mut Crm) -> Result<()> {
        let all = self.ungrouped().summed();
        let rows = all.tally(crm, "t.amount_currency", &all.count(), "t.amount_currency <> ''")?;
        let most =
            rows.iter().max_by_key(|(_, cells)| (text(&cells[0]) == self.currency.to_string(), number(cells, 1)));
        if let Some((_, cells)) = most {
            self.currency = currency(&text(&cells[0]))?;
        }
        Ok(())
    }

    /// Only deals of which the field lies in the period, where one is named.
    pub fn within(&mut self, crm: &Crm, values: &Values, field: &str) -> Result<Option<(Date, Date)>> {
        let said = parameter(values, "period");
        let Some(period) = said.as_text() else { return Ok(None) };
        let (first, last) = parse_period(period, crm.reading()).map_err(|error| error.on_field("period"))?;
        self.period = Some((field.to_owned(), first, last));
        Ok(Some((first, last)))
    }

    /// Reads the sums that are kept with the deals instead of the deals, where those hold all that is asked: of all
    /// deals as they are now, by months.
    pub fn summed(mut self) -> Self {
        let whole = |(field, first, last): &(String, Date, Date)| {
            field != "started" && *first == first.first_of_month() && *last == last.last_of_month()
        };
        let all = self.query.filter == filter::Filter::All && self.query.group_by.is_empty();
        let dated = !self.month || self.day != "started";
        self.summed = all && dated && self.evening.is_none() && self.period.as_ref().is_none_or(whole);
        self
    }

    pub fn is_summed(&self) -> bool {
        self.summed
    }

    /// How many deals a row stands for.
    fn each(&self) -> &'static str {
        if self.summed { "t.records" } else { "1" }
    }

    /// Counts deals.
    pub fn count(&self) -> String {
        self.count_if("")
    }

    /// Counts the deals of which a condition holds.
    pub fn count_if(&self, condition: &str) -> String {
        let each = self.each();
        match condition {
            "" => format!("CAST(COALESCE(SUM({each}), 0) AS BIGINT)"),
            condition => format!("CAST(COALESCE(SUM(CASE WHEN {condition} THEN {each} ELSE 0 END), 0) AS BIGINT)"),
        }
    }

    /// How likely a deal is to be won. What is known only today, that a person or the end of a deal changed that, was
    /// not known on an earlier day.
    pub fn chance(&self) -> &'static str {
        match (&self.evening, self.summed) {
            (None, false) => "t.probability",
            (None, true) => "NULLIF(t.probability, -1)",
            (Some(_), _) => {
                "CASE WHEN cur.outcome = 'open' AND t.probability_by = 'hand' THEN t.probability ELSE stg.probability END"
            }
        }
    }

    /// What a deal was worth, and in which currency.
    pub fn value(&self) -> [String; 2] {
        if self.summed {
            return ["t.amount".to_owned(), "NULLIF(t.amount_currency, '')".to_owned()];
        }
        self.moment.value()
    }

    /// Counts deals, sums what they are worth in the currency, and counts those that are worth something in another.
    pub fn cells(&self) -> String {
        let [value, code] = self.value();
        let currency = self.currency;
        format!(
            "{}, CAST(COALESCE(SUM(CASE WHEN {code} = '{currency}' THEN {value} END), 0) AS BIGINT), {}",
            self.count(),
            self.count_if(&format!("{code} <> '{currency}'")),
        )
    }

    /// Counts deals, sums what they brought in the end, and counts those in another currency.
    pub fn final_cells(&self) -> String {
        let currency = self.currency;
        format!(
            "{}, CAST(COALESCE(SUM(CASE WHEN t.amount_currency = '{currency}' THEN t.amount END), 0) AS BIGINT), {}",
            self.count(),
            self.count_if(&format!("NULLIF(t.amount_currency, '') <> '{currency}'")),
        )
    }

    /// The rows of a tally: what it is grouped by, then the cells of `by` and the numbers.
    pub fn tally(&self, crm: &mut Crm, by: &str, cells: &str, condition: &str) -> Result<Vec<(Value, Vec<Sql>)>> {
        let month = format!("SUBSTR(t.{}, 1, 7)", self.day);
        let groups = match (self.month, by.is_empty()) {
            (false, _) => by.to_owned(),
            (true, true) => month.clone(),
            (true, false) => format!("{month}, {by}"),
        };
        let mut conditions = self.conditions.clone();
        conditions.extend((!condition.is_empty()).then(|| format!("({condition})")));
        if let Some((field, first, last)) = &self.period {
            conditions.push(if self.summed {
                format!("t.{field} BETWEEN '{}' AND '{}'", first.strftime("%Y-%m"), last.strftime("%Y-%m"))
            } else {
                format!("t.{field} BETWEEN '{first}' AND '{last}'")
            });
        }
        if self.summed {
            let rows = self.sums(crm, &groups, cells, &conditions)?;
            return Ok(rows.into_iter().map(|cells| self.keyed((Vec::new(), cells))).collect());
        }
        let (_, rows) = crm.tally(&Tally {
            query: &self.query,
            beside: &self.beside,
            by: &groups,
            cells,
            condition: &conditions.join(" AND "),
        })?;
        Ok(rows.into_iter().map(|row| self.keyed(row)).collect())
    }

    /// As a tally, of the sums.
    fn sums(&self, crm: &mut Crm, groups: &str, cells: &str, conditions: &[String]) -> Result<Vec<Vec<Sql>>> {
        let glue = if groups.is_empty() { "" } else { ", " };
        let rest = if groups.is_empty() { String::new() } else { format!(" GROUP BY {groups}") };
        let conditions = if conditions.is_empty() { "1 = 1".to_owned() } else { conditions.join(" AND ") };
        let (table, beside) = (TOTALS.table, &self.beside);
        crm.db.query(&format!("SELECT {groups}{glue}{cells} FROM {table} t{beside} WHERE {conditions}{rest}"), &[])
    }

    fn keyed(&self, (mut values, mut cells): TallyRow) -> (Value, Vec<Sql>) {
        if !self.month {
            return (values.pop().unwrap_or_default(), cells);
        }
        let month = text(&cells.remove(0));
        let key = match (month.is_empty(), self.quarter) {
            (true, _) => Value::Null,
            (_, false) => Value::Text(month),
            (_, true) => Value::Text(quarter(&month)),
        };
        (key, cells)
    }

    /// The column of what is grouped by; none where nothing is.
    pub fn column(&self, crm: &Crm) -> Result<Option<Column>> {
        if self.month {
            let (label, label_zh) = if self.quarter { ("Quarter", "季度") } else { ("Month", "月份") };
            return Ok(Some(Column::new(if self.quarter { "quarter" } else { "month" }, label, label_zh, Kind::Text)));
        }
        let Some(path) = self.query.group_by.first() else { return Ok(None) };
        let field = self.field(crm, path)?;
        Ok(Some(Column::new(path, &field.label, &field.label_zh, field.kind)))
    }

    fn field(&self, crm: &Crm, path: &str) -> Result<Field> {
        let mut schema = crm.schema(&self.query.kind)?;
        let mut names = path.split('.').peekable();
        loop {
            let field = crm.field(&schema, names.next().unwrap_or_default())?.clone();
            match field.kind.target() {
                Some(target) if names.peek().is_some() => schema = crm.schema(target)?,
                _ => return Ok(field),
            }
        }
    }

    pub fn money(&self, minor: i64) -> Value {
        Value::Money(Money { minor, currency: self.currency })
    }

    /// Says how many deals are left out because they are worth something in another currency.
    pub fn tell_left_out(&self, crm: &mut Crm, count: i64) {
        if count > 0 {
            crm.notice(
                Message::new("These are the deals in {currency}; {count} {count:deal|deals} in other currencies {count:is|are} left out (--currency shows them).")
                    .with("currency", self.currency)
                    .with("count", count),
            );
        }
    }

    /// Says how many amounts are left out of the sums.
    pub fn tell_foreign(&self, crm: &mut Crm, count: i64) {
        if count > 0 {
            crm.notice(
                Message::new("Amounts are summed in {currency}; {count} {count:amount|amounts} in other currencies {count:is|are} left out.")
                    .with("currency", self.currency)
                    .with("count", count),
            );
        }
    }
}

fn quarter(month: &str) -> String {
    let number: u8 = month.get(5..7).and_then(|text| text.parse().ok()).unwrap_or(1);
    format!("{}-q{}", &month[..4], number.div_ceil(3))
}

impl Basis {
    /// The same deals, all in one.
    pub fn ungrouped(&self) -> Self {
        let query = Query { group_by: Vec::new(), ..self.query.clone() };
        Self { query, month: false, quarter: false, ..self.clone() }
    }

    /// The same deals by another of their days, whenever that was.
    pub fn by_day(&self, day: &'static str) -> Self {
        Self { day, period: None, summed: false, ..self.clone() }
    }

    /// Which deals the report is of, without regard to the period, as the list of deals is asked for them.
    pub fn listed(&self, crm: &Crm) -> Result<String> {
        let mut parts: Vec<String> = self.condition.iter().map(|condition| format!("({condition})")).collect();
        if let Some(id) = self.pipeline {
            parts.push(format!("pipeline={}", crm.schema("pipeline")?.short(id)));
        }
        Ok(parts.join(" "))
    }

    /// The field that the rows are values of.
    pub fn named_by(&self) -> String {
        match (self.month, self.query.group_by.first()) {
            (true, _) => self.day.to_owned(),
            (false, path) => path.cloned().unwrap_or_default(),
        }
    }

    /// Only those of the period, as the list of deals is asked for them.
    pub fn listed_period(&self) -> String {
        let period = self.period.as_ref();
        period.map_or_else(String::new, |(field, first, last)| format!("{field}={first}..{last}"))
    }

    /// The deals behind its rows, whatever their period.
    pub fn records(&self, crm: &Crm) -> Result<Records> {
        let records = Records::of("deal").and(self.listed(crm)?);
        Ok(match (self.month, self.query.group_by.first()) {
            (true, _) => records.by(if self.quarter { "quarter" } else { "month" }, self.day),
            (false, Some(path)) => records.by(path, path),
            (false, None) => records,
        })
    }

    /// Whether they are grouped by months or quarters.
    pub fn dated(&self) -> bool {
        self.month
    }
}

pub(super) fn number(cells: &[Sql], place: usize) -> i64 {
    cells.get(place).map(integer).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_lies_in_its_quarter() {
        assert_eq!(
            ["2017-01", "2017-03", "2017-04", "2017-12"].map(quarter),
            ["2017-q1", "2017-q1", "2017-q2", "2017-q4"]
        );
    }
}
