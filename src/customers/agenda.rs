//! The plan of the day: what is overdue and due, whose birthday it is, and who has not heard from us for too long (R152).

use crate::{
    Result,
    crm::{Crm, Query, Sort},
    record::{Grid, filter},
};

/// For how many days a customer of each level may go without a word; beyond that they are on the agenda.
const SILENCE: [(&str, i64); 3] = [("A", 14), ("B", 30), ("C", 90)];

impl Crm {
    /// The plan of the day of whoever asks, in parts; empty parts are left out.
    ///
    /// # Errors
    /// Storage faults.
    pub fn agenda(&mut self) -> Result<Vec<(&'static str, Grid)>> {
        let mut parts = Vec::new();
        let open = |filter: &str| format!("owner=me done: {filter}");
        let activities = ["due", "kind", "subject", "customer", "contact"];
        self.part(&mut parts, "Overdue", "activity", &open("due=..yesterday"), &activities, "due")?;
        self.part(&mut parts, "Today", "activity", &open("due=today"), &activities, "due")?;
        self.part(&mut parts, "Without a date", "activity", &open("due:"), &activities, "id")?;
        let today = self.reading().clock.today().strftime("%m-%d").to_string();
        let birthday = format!("birthday~\"-{today}\" not left=yes (owner=me or customer.owner=me)");
        self.part(&mut parts, "Birthdays", "contact", &birthday, &["name", "customer", "mobile", "birthday"], "name")?;
        for (level, days) in SILENCE {
            let silent = format!("owner=me level={level} not last_touch=-{days}d.. not since=-{days}d..");
            let columns = ["name", "level", "last_touch", "primary_contact", "phone"];
            self.part(&mut parts, "Silent for too long", "customer", &silent, &columns, "last_touch")?;
        }
        Ok(parts)
    }

    fn part(
        &mut self,
        parts: &mut Vec<(&'static str, Grid)>,
        title: &'static str,
        kind: &str,
        condition: &str,
        columns: &[&str],
        sort: &str,
    ) -> Result<()> {
        let query = Query {
            filter: filter::parse(condition)?,
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
            sort: Sort::parse(sort),
            limit: Some(20),
            ..Query::new(kind)
        };
        let grid = self.list(&query)?;
        match parts.last_mut().filter(|(last, _)| *last == title) {
            Some((_, former)) if !grid.rows.is_empty() => former.rows.extend(grid.rows),
            _ if grid.rows.is_empty() => {}
            _ => parts.push((title, grid)),
        }
        Ok(())
    }
}
