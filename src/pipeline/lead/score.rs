//! The score of leads: the points of all rules that fit, and the reasons on the lead's page (R44).

use crate::{
    Result,
    catalog::Panel,
    crm::{Crm, Query, integer},
    error::Error,
    message::Message,
    pipeline::ScoreRule,
    record::{
        Column, Grid, Id, Kind, Row, Total, Value,
        filter::{self, Filter},
    },
};
use std::collections::{BTreeMap, HashMap};

/// Why a lead has its score, on its page.
pub(crate) const PANEL: Panel =
    Panel { of: "lead", key: "score_reasons", title: "Score", title_zh: "得分", grid: reasons };

/// The rules that fit the lead now, the most points first.
fn reasons(crm: &mut Crm, lead: i64, limit: Option<u64>) -> Result<Grid> {
    let mut rows = Vec::new();
    for rule in crm.score_rules()? {
        let this = filter::parse(&format!("id={lead}"))?;
        if !crm.fitting(("score_rule", rule.id.number), "lead", &rule.condition, Some(this))?.is_empty() {
            rows.push(Row {
                id: rule.id.number,
                short: format!("SR{}", rule.id.number),
                cells: vec![Value::Integer(rule.points), Value::text(&rule.name), Value::text(&rule.condition)],
            });
        }
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.cells[0].as_integer()));
    let total = Total::Exactly(rows.len() as u64);
    rows.truncate(limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX)));
    let columns = vec![
        Column::new("points", "Points", "分数", Kind::Integer),
        Column::new("reason", "Reason", "理由", Kind::Text),
        Column::new("condition", "Condition", "条件", Kind::Text),
    ];
    Ok(Grid { rows, total, ..Grid::of("score_rules", columns, Vec::new()) })
}

impl Crm {
    fn score_rules(&mut self) -> Result<Vec<ScoreRule>> {
        let ids = self.numbers("SELECT id FROM score_rules WHERE deleted_at IS NULL ORDER BY id", &[])?;
        ids.into_iter().map(|id| self.get(Id::new(id))).collect()
    }

    /// Gives leads the points of the rules that fit them, as one operation, and says how many changed of how many.
    ///
    /// # Errors
    /// Where there is no rule yet.
    pub fn score_leads(&mut self, among: &Filter) -> Result<(usize, usize)> {
        let rules = self.score_rules()?;
        if rules.is_empty() {
            return Err(Error::bad_value(Message::new("There is no score rule yet."))
                .hint(Message::new("kehu score_rule add \"Has a phone\" --condition \"not mobile:\" --points 10")));
        }
        self.transaction("Score leads", |crm| {
            let mut points: HashMap<i64, i64> = HashMap::new();
            for id in crm.matching(&Query { filter: among.clone(), ..Query::new("lead") })? {
                points.insert(id, 0);
            }
            for rule in &rules {
                for id in crm.fitting(("score_rule", rule.id.number), "lead", &rule.condition, None)? {
                    if let Some(sum) = points.get_mut(&id) {
                        *sum += rule.points;
                    }
                }
            }
            let changed = crm.changed_scores(&points)?;
            let schema = crm.schema("lead")?;
            for (score, ids) in &changed {
                crm.relink(&schema, "score", ids, Some(*score))?;
            }
            let count = changed.values().map(Vec::len).sum();
            crm.relabel(&format!("Score leads: {count} changed"))?;
            Ok((count, points.len()))
        })
    }

    /// The leads whose score is another than these, by the new one.
    fn changed_scores(&mut self, points: &HashMap<i64, i64>) -> Result<BTreeMap<i64, Vec<i64>>> {
        let mut changed: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        self.db.each(
            "SELECT id, score, score IS NULL FROM leads WHERE deleted_at IS NULL ORDER BY id",
            &[],
            &mut |row| {
                let id = integer(&row[0]);
                if let Some(score) = points.get(&id)
                    && (integer(&row[2]) == 1 || integer(&row[1]) != *score)
                {
                    changed.entry(*score).or_default().push(id);
                }
                Ok(())
            },
        )?;
        Ok(changed)
    }

    /// As [`Crm::score_leads`], of some leads, where there are rules.
    pub(super) fn score_new_leads(&mut self, ids: &[i64]) -> Result<()> {
        if ids.is_empty() || self.score_rules()?.is_empty() {
            return Ok(());
        }
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        self.score_leads(&filter::parse(&format!("id={}", ids.join(",")))?).map(|_| ())
    }
}
