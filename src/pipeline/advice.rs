//! The best next action of a deal (R57): rules in the filter language, the most pressing first; `kehu deal next`.

use super::{Deal, sample};
use crate::{
    Result,
    catalog::Panel,
    crm::{Crm, Query},
    record::{
        Choice, Column, Currency, Grid, Kind, Money, Row, Total, Value,
        filter::{self, Filter},
    },
};
use std::collections::HashMap;

/// What is to be done next with deals for which a filter holds, and how.
struct Rule {
    key: &'static str,
    action: &'static str,
    action_zh: &'static str,
    /// Which open deals, in the filter language, so that anybody can ask the same of the list.
    when: &'static str,
    /// A command, with `{deal}` for the ref and `{contact}` for somebody at the customer.
    how: &'static str,
}

const RULES: [Rule; 9] = [
    Rule {
        key: "do_overdue",
        action: "Do what is overdue",
        action_zh: "完成逾期事项",
        when: "next_step=..yesterday",
        how: "kehu activity list deal={deal} state=overdue",
    },
    Rule {
        key: "name_price",
        action: "They asked for a price: name it",
        action_zh: "对方询价：报出价格",
        when: "amount: (not inquiry: or needs~price,quot,报价,价格,价 or notes~price,quot,报价,价格,价 \
               or activity.subject~price,quot,报价,价格,价 or activity.notes~price,quot,报价,价格,价)",
        how: "kehu deal edit {deal} amount=50k",
    },
    Rule {
        key: "set_new_date",
        action: "The expected day is over: agree on another, or close it",
        action_zh: "预计成交日已过：重新约定或关闭",
        when: "close=..yesterday",
        how: "kehu deal edit {deal} close=+14d",
    },
    Rule {
        key: "wake",
        action: "Wake it: nothing happened for too long",
        action_zh: "停滞太久：尽快跟进",
        when: "stale=yes",
        how: "kehu log call {deal} \"asked how things stand\" --next \"+7d call again\"",
    },
    Rule {
        key: "plan_next",
        action: "Plan the next step",
        action_zh: "安排下一步",
        when: "next_step:",
        how: "kehu activity add \"Agree on the next step\" --deal {deal} --due +2d",
    },
    Rule {
        key: "find_decider",
        action: "Find out who decides",
        action_zh: "找到决策人",
        when: "deal_contact.role!=decision_maker",
        how: "kehu deal_contact add decision_maker --deal {deal} --contact {contact}",
    },
    Rule {
        key: "meet_decider",
        action: "Talk to whoever decides",
        action_zh: "联系决策人",
        when: "deal_contact.role=decision_maker (decider_touch: or decider_touch=..-30d)",
        how: "kehu deal_contact list deal={deal} role=decision_maker",
    },
    Rule {
        key: "set_date",
        action: "Ask when they decide",
        action_zh: "问清何时决定",
        when: "close:",
        how: "kehu deal edit {deal} close=+30d",
    },
    Rule {
        key: "question",
        action: "Ask whether it is real: it was put off again and again",
        action_zh: "多次推迟：确认是否真实",
        when: "pushes=3..",
        how: "kehu deal history {deal}",
    },
];

/// What is best done next, on the page of the deal.
pub(crate) const PANEL: Panel =
    Panel { of: "deal", key: "next_actions", title: "Best next action", title_zh: "建议下一步", grid: of_deal };

fn open(more: &[&Filter]) -> Result<Filter> {
    let mut parts = vec![filter::parse("outcome=open")?];
    parts.extend(more.iter().filter(|filter| ***filter != Filter::All).map(|filter| (*filter).clone()));
    Ok(Filter::And(parts))
}

fn columns_of_advice() -> [Column; 2] {
    let choice = |rule: &Rule| Choice {
        key: rule.key.into(),
        label: rule.action.into(),
        label_zh: rule.action_zh.into(),
        retired: false,
    };
    let actions = Kind::Choice(RULES.iter().map(choice).collect());
    [Column::new("action", "Action", "建议", actions), Column::new("rule", "Rule", "依据", Kind::Text)]
}

/// All rules that fit the deal, the most pressing first.
fn of_deal(crm: &mut Crm, deal: i64, limit: Option<u64>) -> Result<Grid> {
    let this = filter::parse(&format!("id={deal}"))?;
    let mut rows = Vec::new();
    for rule in &RULES {
        let filter = open(&[&this, &filter::parse(rule.when)?])?;
        if !crm.matching(&Query { filter, ..Query::new("deal") })?.is_empty() {
            let how = command(crm, rule, deal)?;
            rows.push(vec![Value::text(rule.key), Value::text(rule.when), Value::Text(how)]);
        }
    }
    rows.truncate(limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX)));
    let [action, rule] = columns_of_advice();
    let how = Column::new("how", "How", "命令", Kind::Text);
    Ok(Grid::of("next_actions", vec![action, rule, how], rows))
}

/// The most pressing thing to do about a deal, in English and Chinese.
pub(super) fn best(crm: &mut Crm, deal: i64) -> Result<Option<[&'static str; 2]>> {
    let this = filter::parse(&format!("id={deal}"))?;
    for rule in &RULES {
        let filter = open(&[&this, &filter::parse(rule.when)?])?;
        if !crm.matching(&Query { filter, ..Query::new("deal") })?.is_empty() {
            return Ok(Some([rule.action, rule.action_zh]));
        }
    }
    Ok(None)
}

/// The command of a rule for a deal; where nobody at the customer is known, somebody is added first.
fn command(crm: &mut Crm, rule: &Rule, deal: i64) -> Result<String> {
    let how = rule.how.replace("{deal}", &format!("D{deal}"));
    if !how.contains("{contact}") {
        return Ok(how);
    }
    if let Some(contact) = sample::person(crm, deal)? {
        return Ok(how.replace("{contact}", &format!("P{contact}")));
    }
    Ok(match crm.record("deal", deal)?.value("customer").as_integer() {
        Some(customer) => format!("kehu contact add \"Head of purchasing\" --customer C{customer}"),
        None => format!("kehu deal show D{deal}"),
    })
}

impl Crm {
    /// The open deals for which something is to be done, each with what is most pressing and the rule that says so; what
    /// is most at stake comes first: the amount by its probability, in the base currency, then in the others.
    ///
    /// # Errors
    /// A filter that deals do not understand.
    pub fn next_actions(&mut self, among: &Filter, limit: Option<u64>) -> Result<Grid> {
        let columns = ["name", "customer", "stage", "owner", "amount", "probability"];
        let query = Query {
            filter: open(&[among])?,
            columns: columns.map(str::to_owned).into(),
            paging: true,
            ..Query::new("deal")
        };
        let mut grid = self.list(&query)?;
        let advice = self.advice(among)?;
        grid.rows.retain(|row| advice.contains_key(&row.id));
        for row in &mut grid.rows {
            let stake = stake(&row.cells[4], &row.cells[5]);
            let rule = &RULES[advice.get(&row.id).copied().unwrap_or_default()];
            row.cells.truncate(4);
            row.cells.extend([stake, Value::text(rule.key), Value::text(rule.when)]);
        }
        grid.columns.truncate(4);
        grid.columns.push(Column::new("at_stake", "At stake", "加权金额", Kind::Money));
        grid.columns.extend(columns_of_advice());
        let base = self.reading().currency;
        grid.rows.sort_by_key(|row| order(row, base));
        grid.total = Total::Exactly(grid.rows.len() as u64);
        grid.rows.truncate(limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX)));
        Ok(grid)
    }

    /// The first rule that fits, by deal.
    fn advice(&mut self, among: &Filter) -> Result<HashMap<i64, usize>> {
        let mut first = HashMap::new();
        for (place, rule) in RULES.iter().enumerate() {
            let filter = open(&[among, &filter::parse(rule.when)?])?;
            for id in self.matching(&Query { filter, ..Query::new("deal") })? {
                first.entry(id).or_insert(place);
            }
        }
        Ok(first)
    }
}

/// The amount by its probability, rounded to the smallest coin.
fn stake(amount: &Value, probability: &Value) -> Value {
    let (Value::Money(amount), Some(percent)) = (amount, probability.as_integer()) else { return Value::Null };
    let minor = (i128::from(amount.minor) * i128::from(percent) + 5_000).div_euclid(10_000);
    i64::try_from(minor).map_or(Value::Null, |minor| Value::Money(Money { minor, ..*amount }))
}

/// Amounts of different currencies are not compared: the base currency first, what has no amount last.
fn order(row: &Row, base: Currency) -> (bool, bool, Option<Currency>, std::cmp::Reverse<i64>, i64) {
    match &row.cells[4] {
        Value::Money(money) => {
            let other = Some(money.currency).filter(|currency| *currency != base);
            (false, other.is_some(), other, std::cmp::Reverse(money.minor), row.id)
        }
        _ => (true, false, None, std::cmp::Reverse(0), row.id),
    }
}

impl Deal {
    /// How many deals are told of, if nothing else is said.
    pub const ADVISED: u64 = 20;
}
