//! What deals are worth: the sum of their lines, where they have any.

use super::doctor::Visit;
use crate::{error::Result, message::Message};

impl Visit<'_> {
    /// Deals that somebody changed past this program, or lines of theirs.
    pub(super) fn worth(&mut self) -> Result<()> {
        let sql = "SELECT d.id FROM deals d JOIN (SELECT deal, SUM(amount) AS total FROM deal_lines \
                   WHERE deleted_at IS NULL GROUP BY deal) l ON l.deal = d.id \
                   WHERE d.deleted_at IS NULL AND (d.amount IS NULL OR d.amount <> l.total) ORDER BY d.id LIMIT 20";
        for row in self.db.query(sql, &[])? {
            let deal = row[0].as_integer().unwrap_or_default();
            let issue = Message::new("D{deal} is not worth the sum of its lines.").with("deal", deal);
            self.found(issue, "Change a line of it, which sums them anew.");
        }
        Ok(())
    }
}
