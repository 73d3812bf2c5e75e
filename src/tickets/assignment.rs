//! Assignment by rule (R107): open tickets that are nobody's go to whom the first fitting rule says, of those who are
//! here; where no rule fits, the colleagues of its queue take turns.

use super::{Order, TicketRule};
use crate::{
    Result,
    crm::{Crm, Query, Sort, integer, text},
    org::{Named, Taker, Telling, Turn},
    record::{
        Column, Grid, Id, Kind,
        filter::{self, Filter},
    },
    store::Sql,
};
use std::collections::{HashMap, HashSet};

const OPEN: &str = "status=new,open,pending,on_hold";
/// Tickets that wait for somebody, and with them those of colleagues who are away.
const NOBODYS: &str = "owner:";
const AWAY: &str = "owner: or owner.present=no";

/// The rules in writing, a turn each; a rule by the tickets' own queues has one for each queue.
#[derive(Default)]
struct Ladder {
    turns: Vec<Turn>,
    /// The ref and the condition of the rule of each turn; none of the usual turns.
    rules: Named,
}

impl Ladder {
    fn push(&mut self, rule: Option<(String, String)>, turn: Turn) {
        self.rules.push(rule);
        self.turns.push(turn);
    }
}

impl Crm {
    /// Gives open tickets that are nobody's to colleagues by the rules, as one operation, and with `away` those of
    /// colleagues who are away too; answers with who gets what and why, and who stays. In a dry run nothing is written.
    ///
    /// # Errors
    /// A filter that does not fit tickets.
    pub fn assign_tickets(&mut self, among: &Filter, away: bool) -> Result<Grid> {
        self.transaction("Assign tickets", |crm| {
            let whose = filter::parse(if away { AWAY } else { NOBODYS })?;
            let waiting = Filter::And(vec![filter::parse(OPEN)?, whose, among.clone()]);
            let query = Query { filter: waiting.clone(), sort: Sort::parse("received,id"), ..Query::new("ticket") };
            let tickets = crm.matching(&query)?;
            let ladder = if tickets.is_empty() { Ladder::default() } else { crm.ladder(&waiting)? };
            let mut takers = crm.ticket_takers(&ladder)?;
            let telling = Telling {
                kind: "ticket",
                column: Column::new("subject", "Ticket", "工单", Kind::Text),
                full: ["Nobody is free", "无人可接"],
                rules: &ladder.rules,
            };
            let (count, told) = crm.give_out(&tickets, &ladder.turns, &mut takers, &telling)?;
            crm.relabel(&format!("Assign tickets by rule: {count}"))?;
            Ok(told)
        })
    }

    /// The rules in their order, and behind them the queues.
    fn ladder(&mut self, waiting: &Filter) -> Result<Ladder> {
        let order = "SELECT id FROM ticket_rules WHERE deleted_at IS NULL AND NOT paused \
                     ORDER BY COALESCE(position, 1000000), id";
        let queues = self.queues_of(waiting)?;
        let mut ladder = Ladder::default();
        for id in self.numbers(order, &[])? {
            let rule: TicketRule = self.get(Id::new(id))?;
            let fits = self.fitting(("ticket_rule", id), "ticket", &rule.condition, Some(waiting.clone()))?;
            let fits: HashSet<i64> = fits.into_iter().collect();
            let named = Some((format!("TA{id}"), rule.condition.clone()));
            let least_busy = rule.order == Order::LeastBusy;
            if let Some(people) = self.takers_by(&rule)? {
                ladder.push(named, Turn { fits, people, most: rule.capacity, least_busy });
                continue;
            }
            for (tickets, people) in &queues {
                let fits = fits.intersection(tickets).copied().collect();
                ladder.push(named.clone(), Turn { fits, people: people.clone(), most: rule.capacity, least_busy });
            }
        }
        for (fits, people) in queues {
            ladder.push(None, Turn { fits, people, most: None, least_busy: true });
        }
        Ok(ladder)
    }

    /// The waiting tickets of each queue, and who of its colleagues is here.
    fn queues_of(&mut self, waiting: &Filter) -> Result<Vec<(HashSet<i64>, Vec<i64>)>> {
        let mut queues = Vec::new();
        for queue in self.numbers("SELECT id FROM queues WHERE deleted_at IS NULL ORDER BY id", &[])? {
            let filter = Filter::And(vec![filter::parse(&format!("queue=TQ{queue}"))?, waiting.clone()]);
            let tickets = self.matching(&Query { filter, ..Query::new("ticket") })?;
            let members = format!("id IN ({})", self.list_of("queue", "members")?.select("l.value", "l.record = ?"));
            let people = self.present_where(&members, queue)?;
            queues.push((tickets.into_iter().collect(), people));
        }
        Ok(queues)
    }

    fn present_where(&mut self, condition: &str, number: i64) -> Result<Vec<i64>> {
        let present = self.present_sql("users")?;
        let sql = format!("SELECT id FROM users WHERE deleted_at IS NULL AND {present} AND {condition} ORDER BY id");
        self.numbers(&sql, &[Sql::Integer(number)])
    }

    /// Who takes turns by a rule, of those who are here; none where the queues of the tickets say it.
    fn takers_by(&mut self, rule: &TicketRule) -> Result<Option<Vec<i64>>> {
        if let Some(user) = rule.user {
            let there = self.present_where("id = ?", user.number)?;
            if !there.is_empty() {
                return Ok(Some(there));
            }
            let stand_in = "id = (SELECT x.stand_in FROM users x WHERE x.id = ?)";
            return self.present_where(stand_in, user.number).map(Some);
        }
        let (mut tests, mut arguments) = (Vec::new(), Vec::new());
        if let Some(queue) = rule.queue {
            let members = self.list_of("queue", "members")?.select("l.value", "l.record = ?");
            tests.push(format!("id IN ({members})"));
            arguments.push(Sql::Integer(queue.number));
        }
        if let Some(skill) = &rule.skill {
            let skilled = self.list_of("user", "skills")?.select("l.record", "LOWER(l.value) = LOWER(?)");
            tests.push(format!("id IN ({skilled})"));
            arguments.push(Sql::Text(skill.0.clone()));
        }
        if let Some(department) = rule.department {
            tests.push("department = ?".to_owned());
            arguments.push(Sql::Text(department.key().to_owned()));
        }
        if let Some(branch) = rule.branch {
            tests.push("branch = ?".to_owned());
            arguments.push(Sql::Integer(branch.number));
        }
        if tests.is_empty() {
            return Ok(None);
        }
        let present = self.present_sql("users")?;
        let tests = tests.join(" AND ");
        let sql = format!("SELECT id FROM users WHERE deleted_at IS NULL AND {present} AND {tests} ORDER BY id");
        self.numbers(&sql, &arguments).map(Some)
    }

    fn ticket_takers(&mut self, ladder: &Ladder) -> Result<HashMap<i64, Taker>> {
        let mut takers = HashMap::new();
        for user in ladder.turns.iter().flat_map(|turn| &turn.people) {
            if takers.contains_key(user) {
                continue;
            }
            // Of somebody with many tickets, the latest tell when they got one last.
            let sql = "SELECT u.name, u.tickets_at_once, u.tickets_at_once IS NULL, \
                       (SELECT COUNT(*) FROM tickets k WHERE k.owner = u.id AND k.deleted_at IS NULL \
                       AND k.status IN ('new', 'open', 'pending', 'on_hold')), \
                       (SELECT MAX(l.assigned) FROM (SELECT k.assigned FROM tickets k WHERE k.owner = u.id \
                       ORDER BY k.id DESC LIMIT 200) l) FROM users u WHERE u.id = ?";
            if let Some(row) = self.db.first(sql, &[Sql::Integer(*user)])? {
                let most = Some(integer(&row[1])).filter(|_| integer(&row[2]) == 0);
                let taker = Taker { name: text(&row[0]), load: integer(&row[3]), last: (0, text(&row[4])), most };
                takers.insert(*user, taker);
            }
        }
        Ok(takers)
    }
}
