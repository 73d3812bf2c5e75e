//! Assignment by rule (R43): open leads that are nobody's go to whom the first fitting rule says, in turn and never more
//! a day than a colleague can take; what nobody can take stays where it is.

use super::super::LeadRule;
use crate::{
    Result,
    crm::{Crm, Query, Sort, integer, text},
    org::{Named, Taker, Telling, Turn},
    record::{
        Column, Grid, Id, Kind,
        filter::{self, Filter},
        types,
    },
    store::Sql,
};
use std::collections::HashMap;

/// Leads that wait for somebody.
const OPEN: &str = "owner: status=new,contacted,qualified";

impl Crm {
    /// Gives leads that are nobody's to colleagues by the rules, as one operation; answers with who gets what and why,
    /// and who stays. In a dry run nothing is written.
    ///
    /// # Errors
    /// A filter that does not fit leads.
    pub fn assign_leads(&mut self, among: &Filter) -> Result<Grid> {
        self.transaction("Assign leads", |crm| {
            let waiting = Filter::And(vec![filter::parse(OPEN)?, among.clone()]);
            let query = Query { filter: waiting.clone(), sort: Sort::parse("received,id"), ..Query::new("lead") };
            let leads = crm.matching(&query)?;
            let (rules, turns) = crm.turns(&waiting)?;
            let mut takers = crm.takers(&turns)?;
            let telling = Telling {
                kind: "lead",
                column: Column::new("name", "Lead", "线索", Kind::Text),
                full: ["Everybody has enough for today", "今日名额已满"],
                rules: &rules,
            };
            let (count, told) = crm.give_out(&leads, &turns, &mut takers, &telling)?;
            crm.relabel(&format!("Assign leads by rule: {count}"))?;
            Ok(told)
        })
    }

    /// The rules in writing, and the turn by each.
    fn turns(&mut self, waiting: &Filter) -> Result<(Named, Vec<Turn>)> {
        let order = "SELECT id FROM lead_rules WHERE deleted_at IS NULL AND NOT paused \
                     ORDER BY COALESCE(position, 1000000), id";
        let (mut rules, mut turns) = (Named::new(), Vec::new());
        for id in self.numbers(order, &[])? {
            let rule: LeadRule = self.get(Id::new(id))?;
            let fits = self.fitting(("lead_rule", id), "lead", &rule.condition, Some(waiting.clone()))?;
            let fits = fits.into_iter().collect();
            let people = self.takers_of(&rule)?;
            turns.push(Turn { fits, people, most: rule.capacity, least_busy: true });
            rules.push(Some((format!("LR{id}"), rule.condition)));
        }
        Ok((rules, turns))
    }

    /// Who takes turns by a rule; only who still works here and is not away.
    fn takers_of(&mut self, rule: &LeadRule) -> Result<Vec<i64>> {
        let mut tests = vec![format!("deleted_at IS NULL AND {}", self.present_sql("users")?)];
        let mut arguments = Vec::new();
        let links = [("id", rule.user.map(|id| id.number)), ("branch", rule.branch.map(|id| id.number))];
        for (column, id) in links {
            if let Some(id) = id {
                tests.push(format!("{column} = ?"));
                arguments.push(Sql::Integer(id));
            }
        }
        if let Some(department) = rule.department {
            tests.push("department = ?".to_owned());
            arguments.push(Sql::Text(department.key().to_owned()));
        }
        self.numbers(&format!("SELECT id FROM users WHERE {} ORDER BY id", tests.join(" AND ")), &arguments)
    }

    fn takers(&mut self, turns: &[Turn]) -> Result<HashMap<i64, Taker>> {
        let today = self.reading().clock.today();
        let (morning, _) = types::day_bounds(today, today, self.reading())?;
        let mut takers = HashMap::new();
        for user in turns.iter().flat_map(|turn| &turn.people) {
            if takers.contains_key(user) {
                continue;
            }
            let sql = "SELECT u.name, u.leads_a_day, u.leads_a_day IS NULL, \
                       (SELECT COUNT(*) FROM leads l WHERE l.owner = u.id AND l.assigned >= ?), \
                       (SELECT MAX(l.assigned) FROM leads l WHERE l.owner = u.id) FROM users u WHERE u.id = ?";
            if let Some(row) = self.db.first(sql, &[Sql::Text(morning.clone()), Sql::Integer(*user)])? {
                let most = Some(integer(&row[1])).filter(|_| integer(&row[2]) == 0);
                let taker = Taker { name: text(&row[0]), load: integer(&row[3]), last: (0, text(&row[4])), most };
                takers.insert(*user, taker);
            }
        }
        Ok(takers)
    }
}
