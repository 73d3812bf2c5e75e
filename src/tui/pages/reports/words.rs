//! What the page of reports calls reports, questions, columns and rows.

use super::{Choice, picture};
use crate::{
    record::{Column, Value},
    reports::{GROUPS, Part},
    tui::{context::Context, widgets::plot},
};

/// A report as the list calls it.
#[must_use]
pub fn name(context: &Context, choice: &Choice) -> String {
    let [english, chinese] = choice.report.title;
    let title = context.pick(english, chinese);
    choice.view.as_ref().map_or_else(|| title.to_owned(), |view| format!("{view} ({title})"))
}

/// A question of a report as people call it.
#[must_use]
pub fn asked(context: &Context, name: &str) -> String {
    let words = [
        ("period", "period", "期间"),
        ("by", "by", "分组"),
        ("where", "filter", "筛选"),
        ("as-of", "as of", "截至"),
        ("pipeline", "pipeline", "流程"),
        ("currency", "currency", "币种"),
        ("probability", "probability", "赢率依据"),
        ("date", "date", "日期"),
        ("user", "user", "同事"),
        ("owner", "owner", "负责人"),
        ("days", "days", "天数"),
        ("limit", "limit", "条数"),
        ("target", "target", "目标"),
        ("wanted", "wanted", "期望倍数"),
        ("stages", "stages", "阶段"),
        ("rows", "rows", "行"),
        ("across", "across", "列"),
        ("what", "what", "内容"),
        ("detail", "detail", "明细"),
        ("summary", "summary", "仅汇总"),
        ("of", "of", "范围"),
    ];
    let known = words.iter().find(|(known, ..)| *known == name);
    known.map_or_else(
        || name.replace(['-', '_'], " "),
        |(_, english, chinese)| context.pick(english, chinese).to_owned(),
    )
}

pub fn label<'c>(context: &Context, column: &'c Column) -> &'c str {
    if context.is_chinese() && !column.label_zh.is_empty() { &column.label_zh } else { &column.label }
}

/// What a row is of, in one line.
pub fn row_name(context: &Context, part: &Part, row: usize) -> String {
    let count = picture::dimensions(&part.grid).max(1);
    let cells = part.grid.rows.get(row).map(|row| row.cells.as_slice()).unwrap_or_default();
    let names =
        part.grid.columns.iter().zip(cells).take(count).map(|(column, value)| named(context, part, column, value));
    names.collect::<Vec<_>>().join(", ")
}

pub fn named(context: &Context, part: &Part, column: &Column, value: &Value) -> String {
    if value.is_empty() && (part.grid.noun == GROUPS || !plot::is_number(&column.kind)) {
        return context.pick("(none)", "（无）").to_owned();
    }
    context.value(&column.kind, value)
}

/// A word of a period as the reader says it; what is no such word stays.
#[must_use]
pub fn said_word(context: &Context, word: &str) -> String {
    let known = [
        ("", "-", "-"),
        ("all", "all", "全部"),
        ("always", "always", "全部"),
        ("all, and the open ones", "all", "全部"),
        ("today", "today", "今天"),
        ("this-week", "this week", "本周"),
        ("this-month", "this month", "本月"),
        ("this-quarter", "this quarter", "本季度"),
        ("this-year", "this year", "今年"),
        ("last-week", "last week", "上周"),
        ("last-month", "last month", "上月"),
        ("last-quarter", "last quarter", "上季度"),
        ("last-year", "last year", "去年"),
    ];
    let found = known.iter().find(|(known, ..)| *known == word);
    found.map_or_else(|| word.to_owned(), |(_, english, chinese)| context.pick(english, chinese).to_owned())
}
