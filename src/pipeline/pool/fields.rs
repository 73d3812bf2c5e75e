//! What a customer gets from pools, without customers knowing of them: the pool, its protection, and since when it waits.

use crate::record::{Field, Kind};

/// Which kind gets these fields.
pub(crate) const GIVEN: &str = "customer";

/// Since when nobody looks after a customer of a pool.
const SINCE: &str = "(CASE WHEN {t}.pool IS NOT NULL AND {t}.owner IS NULL THEN COALESCE((SELECT MAX(m.at) FROM pool_moves m \
    WHERE m.customer = {t}.id AND m.action IN ('entered', 'released', 'recovered') AND m.deleted_at IS NULL), {t}.created_at) END)";

/// The fields; a customer of a pool stays one while somebody looks after it, and goes back there.
pub(crate) fn fields() -> Vec<Field> {
    let mut pool = Field::new(
        "pool",
        "The pool that they wait in while nobody looks after them, and go back to",
        Kind::Link("pool".into()),
    );
    (pool.index, pool.then) = (true, Some("owner".into()));
    let mut protected =
        Field::new("protected_until", "The last day on which no pool rule takes them from their owner", Kind::Date);
    protected.kept = true;
    let mut waits = Field::new("in_pool", "Whether they wait in a pool for somebody to claim them", Kind::YesNo);
    waits.computed = Some("({t}.pool IS NOT NULL AND {t}.owner IS NULL)".into());
    let mut since = Field::new("pool_since", "Since when they wait in the pool", Kind::Timestamp);
    since.computed = Some(SINCE.into());
    vec![pool, protected, waits, since]
}
