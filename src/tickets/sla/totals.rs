//! How many of the tickets that are over were answered and solved in time, kept by every write for whoever asks of a year.

use crate::record::{Summary, SummaryKey};

/// The targets of which the sums know how many tickets took longer round the clock, in minutes, as a list and as SQL: the
/// least of them that is not below the length `x.s`. What took longer than all of them has the last.
macro_rules! spans {
    ($first:literal $(, $more:literal)*) => {
        const SPANS: &[i64] = &[$first $(, $more)*];
        const SPAN: &str = concat!(
            "CASE WHEN {p}.clock = 1 AND {r}.first_due IS NULL OR {p}.clock = 2 AND {r}.resolve_due IS NULL THEN NULL ELSE ",
            "(SELECT MIN(v.column1) FROM (SELECT {seconds_from}{r}.received{seconds_to}",
            "COALESCE(CASE WHEN {p}.clock = 1 THEN {r}.first_response END, {r}.resolved, {r}.closed){seconds_end} AS s) x, ",
            "(VALUES (", $first, ")" $(, ",(", $more, ")")*, ") v WHERE v.column1 >= x.s / 60.0) END",
        );
    };
}

// From five minutes to thirty days, and for ever.
#[rustfmt::skip]
spans!(
    5, 10, 15, 20, 30, 45, 60, 90, 120, 150, 180, 240, 300, 360, 420, 480, 540, 600, 720, 900, 960, 1080, 1200, 1440, 1800,
    1920, 2160, 2400, 2880, 3600, 4320, 4800, 5760, 7200, 9600, 10_080, 14_400, 20_160, 28_800, 43_200, 99_999_999
);

/// Whether the sums tell how many tickets took longer than a target, in seconds.
pub(crate) fn knows(target: i64) -> bool {
    target % 60 == 0 && SPANS.split_last().is_some_and(|(_, spans)| spans.contains(&(target / 60)))
}

/// Of each ticket that is over, its first answer (1) and its solution (2).
pub(crate) const TOTALS: Summary = Summary {
    table: "ticket_totals",
    only: "{r}.status IN ('resolved', 'closed') AND {r}.merged_into IS NULL",
    parts: "SELECT 1 AS clock UNION ALL SELECT 2",
    keys: &[
        SummaryKey { name: "month", sql: "SUBSTR({r}.received, 1, 7)", text: true },
        SummaryKey { name: "policy", sql: "{r}.policy", text: false },
        SummaryKey { name: "priority", sql: "{r}.priority", text: true },
        SummaryKey { name: "queue", sql: "{r}.queue", text: false },
        SummaryKey { name: "clock", sql: "{p}.clock", text: false },
        SummaryKey {
            name: "outcome",
            sql: "CASE WHEN CASE {p}.clock WHEN 1 THEN {r}.first_due ELSE {r}.resolve_due END IS NULL THEN 'none' \
                  WHEN CASE {p}.clock WHEN 1 THEN {r}.first_breached ELSE {r}.resolve_breached END IS NOT NULL \
                  THEN 'missed' WHEN COALESCE(CASE {p}.clock WHEN 1 THEN {r}.first_response END, {r}.resolved, \
                  {r}.closed) IS NULL THEN 'unknown' ELSE 'met' END",
            text: true,
        },
        SummaryKey { name: "span", sql: SPAN, text: false },
    ],
    sum: "reopened",
};
