//! The keys of the page of reports.

use super::{Reports, period, words};
use crate::{
    Crm, Message,
    record::{Kind, Value, types},
    tui::{
        action::{Action, Danger, PLAIN},
        command::Cmd,
        context::Context,
        listing::export,
        modals::{
            Item, Picker,
            form::{self, Form, Line, Purpose},
        },
        moving,
        page::Page,
        state::State,
        toast::Tone,
        widgets::Input,
    },
    views::Arrangement,
};
use std::sync::Arc;

const REPORTS: Action = Action { context: "reports", ..PLAIN };

fn asks(state: &State, names: &[&str]) -> Result<(), Message> {
    let choice = state.shown::<Reports>().and_then(Reports::choice);
    let asked = choice.is_some_and(|choice| choice.report.asks.iter().any(|ask| names.contains(&ask.name)));
    if asked { Ok(()) } else { Err(Message::new("This report does not ask for that.")) }
}

fn has_numbers(state: &State) -> Result<(), Message> {
    let part = state.shown::<Reports>().and_then(Reports::drawn);
    let rows = part.is_some_and(|part| !part.grid.rows.is_empty());
    if rows { Ok(()) } else { Err(Message::new("There is nothing in it.")) }
}

/// Takes an answer and runs the report with it.
fn answered(state: &mut State, name: &'static str, text: &str) -> Vec<Cmd> {
    state.with(|page: &mut Reports, context| {
        page.say(name, text);
        page.load(context)
    })
}

/// Asks for one answer as it is typed.
fn ask(state: &mut State, name: &'static str, title: &str) -> Vec<Cmd> {
    let text = state.shown::<Reports>().and_then(|page| page.answer(name)).unwrap_or_default().to_owned();
    let form = form::ask(&state.context, title, Kind::Text, &text, move |state, text| answered(state, name, &text));
    state.show(Box::new(form))
}

/// Offers some answers; what else there is can be typed into the form of all parameters.
fn offer(state: &mut State, name: &'static str, title: &str, words: Vec<(String, String)>) -> Vec<Cmd> {
    let none = state.context.pick("(as usual)", "（默认）");
    let mut items = vec![Item::new(none, "")];
    items.extend(words.into_iter().map(|(word, label)| Item::new(word.clone(), word).detail(label)));
    let picker = Picker::new(&state.context, title, items, move |state, items| {
        items.into_iter().next().map_or_else(Vec::new, |item| answered(state, name, &item.value))
    });
    state.show(Box::new(picker))
}

/// By what it can be grouped: the words of a closed list, or those that the question names.
fn group(state: &mut State) -> Vec<Cmd> {
    let choice = state.shown::<Reports>().and_then(Reports::choice).cloned();
    let Some(ask) = choice.and_then(|choice| choice.report.asks.iter().find(|ask| ask.name == "by")) else {
        return Vec::new();
    };
    let words = if let Kind::Choice(choices) = (ask.kind)() {
        choices.iter().map(|choice| (choice.key.to_string(), choice.label_zh.to_string())).collect()
    } else {
        let words = ask.doc.split(", ").map(str::trim).filter(|word| !word.contains(' ') && !word.is_empty());
        words.map(|word| (word.to_owned(), named(&state.context, word))).collect()
    };
    let title = state.context.pick("Group by", "分组").to_owned();
    offer(state, "by", &title, words)
}

/// A field of deals as the reader calls it.
fn named(context: &Context, word: &str) -> String {
    let field =
        context.schema("deal").and_then(|schema| schema.fields.iter().find(|field| field.name == word).cloned());
    field.map_or_else(String::new, |field| context.label(&field).to_owned())
}

fn choose_period(state: &mut State) -> Vec<Cmd> {
    let words = [
        "today",
        "this-week",
        "this-month",
        "this-quarter",
        "this-year",
        "last-week",
        "last-month",
        "last-quarter",
        "last-year",
    ];
    let chinese = ["今天", "本周", "本月", "本季度", "今年", "上周", "上月", "上季度", "去年"];
    let words = words.into_iter().zip(chinese).map(|(word, label)| (word.to_owned(), label.to_owned())).collect();
    let title = state.context.pick("Period", "期间").to_owned();
    offer(state, "period", &title, words)
}

/// The period so many steps on.
fn later(state: &mut State, by: i64) -> Vec<Cmd> {
    state.with(|page: &mut Reports, context| {
        let Some(ask) = period::timed(page) else { return Vec::new() };
        // A report on all days goes on from this quarter.
        let bounds =
            period::bounds(page, context).or_else(|| types::parse_period("this-quarter", &context.reading).ok());
        let Some(text) = bounds.and_then(|(first, last)| period::shifted(first, last, by)) else { return Vec::new() };
        page.say(ask.name, &text);
        page.load(context)
    })
}

/// A form with everything that the report asks.
fn parameters(state: &mut State) -> Vec<Cmd> {
    let Some(page) = state.shown::<Reports>() else { return Vec::new() };
    let Some(choice) = page.choice().cloned() else { return Vec::new() };
    let context = &state.context;
    let lines: Vec<Line> = choice
        .report
        .asks
        .iter()
        .map(|ask| {
            let text = page.answer(ask.name).unwrap_or_default().to_owned();
            Line {
                name: ask.name.to_owned(),
                label: words::asked(context, ask.name),
                help: if context.is_chinese() { crate::doors::language::help(ask.doc) } else { ask.doc.to_owned() },
                kind: (ask.kind)(),
                required: ask.required,
                input: Input::new(&text),
                before: text,
                echo: String::new(),
                usual: period::usual(ask.doc).to_owned(),
                fault: None,
                given: false,
            }
        })
        .collect();
    let then = |state: &mut State, said: Vec<(String, String)>| {
        state.with(|page: &mut Reports, context| {
            for (name, text) in &said {
                page.say(name, text);
            }
            page.load(context)
        })
    };
    let title = format!("{}: {}", context.pick("Parameters", "参数"), words::name(context, &choice));
    let mut form = Form::new(context, title, lines, Purpose::Then(Arc::new(then)));
    form.whole = true;
    state.show(Box::new(form))
}

/// Asks for a file and writes the part to it that is drawn.
fn export(state: &mut State) -> Vec<Cmd> {
    let Some(page) = state.shown::<Reports>() else { return Vec::new() };
    let (Some(choice), number) = (page.choice(), page.id()) else { return Vec::new() };
    let usual = format!("{}-{}.csv", choice.report.name, state.context.reading.clock.today());
    export::ask_name(state, number, &usual, write)
}

fn write(state: &mut State, number: u64, target: export::Target) -> Vec<Cmd> {
    let Some(page) = state.shown::<Reports>() else { return Vec::new() };
    let Some(grid) = page.drawn().map(|part| part.grid.clone()) else { return Vec::new() };
    let context = &state.context;
    let (exporter, language, here) = (context.exporter, context.language, context.here.clone());
    let wanted = target.clone();
    let work = move |_: &mut Crm| {
        let bytes = exporter(&grid, wanted.ending(), language)?;
        Ok((grid.rows.len(), wanted.write(&here, &bytes)?))
    };
    vec![Cmd::question((number, "export"), work, move |state, answer| match answer {
        Ok((count, path)) => {
            let told = Message::new("Wrote {count} {count:row|rows} to {path}.");
            state.tell(Tone::Done, &told.with("count", count).with("path", path))
        }
        Err(error) => export::ask_again(state, number, target, &error, write),
    })]
}

/// Keeps the report with its answers under a name.
fn save(state: &mut State) -> Vec<Cmd> {
    let title = state.context.pick("Name of the view", "视图名称");
    let usual = state.shown::<Reports>().and_then(|page| page.choice()?.view.clone()).unwrap_or_default();
    let form = form::ask(&state.context, title, Kind::Text, &usual, |state, name| {
        let Some(page) = state.shown::<Reports>() else { return Vec::new() };
        let (Some(choice), name) = (page.choice(), name.trim().to_owned()) else { return Vec::new() };
        if name.is_empty() {
            return Vec::new();
        }
        let (report, liked) = (choice.report.name, Arrangement { answers: page.answers.clone(), columns: None });
        let kept = name.clone();
        let work = move |crm: &mut Crm| crm.keep_arrangement(report, &kept, &liked);
        vec![Cmd::done(work, move |context, _| {
            let told = Message::new("Kept the report: kehu report {report} --view \"{name}\".");
            context.say(&told.with("report", report).with("name", name))
        })]
    });
    state.show(Box::new(form))
}

/// All reports and the kept ones, to choose by typing.
fn choose(state: &mut State) -> Vec<Cmd> {
    let Some(page) = state.shown::<Reports>() else { return Vec::new() };
    let context = &state.context;
    let item = |(place, choice): (usize, &super::Choice)| {
        let command = format!("kehu report {}", choice.report.name);
        Item::new(words::name(context, choice), place.to_string())
            .found_as(format!("{} {}", choice.report.title.join(" "), choice.report.name))
            .detail(command)
    };
    let items = page.choices.iter().enumerate().map(item).collect();
    let picker = Picker::new(context, context.pick("Reports", "报表"), items, |state, items| {
        let place = items.into_iter().next().and_then(|item| item.value.parse::<usize>().ok());
        place.map_or_else(Vec::new, |place| {
            state.with(|page: &mut Reports, context| {
                page.part = Some(0);
                page.choose(place, context)
            })
        })
    });
    state.show(Box::new(picker))
}

/// Copies the number under the cursor as it is.
fn copy(state: &mut State) -> Vec<Cmd> {
    let Some(page) = state.shown::<Reports>() else { return Vec::new() };
    let part = page.drawn();
    let value = part.and_then(|part| part.grid.rows.get(page.row)?.cells.get(page.column));
    let kind = part.and_then(|part| part.grid.columns.get(page.column)).map(|column| column.kind.clone());
    let text = kind.zip(value).map(|(kind, value): (Kind, &Value)| types::show(&kind, value));
    text.map_or_else(Vec::new, |text| crate::tui::frame::copy(state, text, Tone::Notice))
}

/// What can be done there.
pub static ACTIONS: &[Action] = &[
    Action {
        id: "reports.open",
        label: ["drill down", "明细"],
        help: ["Opens the report, or the records behind the number", "打开报表，或数字背后的记录"],
        keys: &["Enter"],
        rank: 1,
        run: |state| state.with(|page: &mut Reports, context| page.open(context)),
        ..REPORTS
    },
    Action {
        id: "reports.table",
        label: ["table", "表格"],
        help: ["Shows the table, or the picture again", "在表格与图形之间切换"],
        keys: &["T"],
        rank: 2,
        run: |state| {
            state.with(|page: &mut Reports, _| {
                page.table = !page.table;
                Vec::new()
            })
        },
        ..REPORTS
    },
    Action {
        id: "reports.part",
        label: ["part", "切换"],
        help: ["Goes to the next part of the report, then back to the list", "到报表的下一部分，再回到列表"],
        keys: &["Tab"],
        rank: 3,
        run: |state| state.with(|page: &mut Reports, _| page.turn(1)),
        ..REPORTS
    },
    Action {
        id: "reports.part-back",
        label: ["part before", "上一部分"],
        help: ["Goes to the part before", "到上一部分"],
        keys: &["Shift-Tab"],
        run: |state| state.with(|page: &mut Reports, _| page.turn(-1)),
        ..REPORTS
    },
    Action {
        id: "reports.later",
        label: ["later", "下一期"],
        help: ["Goes to the next period", "到下一期间"],
        keys: &["l", "Right"],
        rank: 5,
        enabled: |state| asks(state, &["period", "date"]),
        run: |state| later(state, 1),
        ..REPORTS
    },
    Action {
        id: "reports.earlier",
        label: ["earlier", "上一期"],
        help: ["Goes to the period before", "到上一期间"],
        keys: &["h", "Left"],
        rank: 4,
        enabled: |state| asks(state, &["period", "date"]),
        run: |state| later(state, -1),
        ..REPORTS
    },
    Action {
        id: "reports.group",
        label: ["group", "分组"],
        help: ["Chooses by what it is grouped", "选择分组方式"],
        keys: &["b", "g b"],
        rank: 6,
        enabled: |state| asks(state, &["by"]),
        run: group,
        ..REPORTS
    },
    Action {
        id: "reports.measure",
        label: ["measure", "指标"],
        help: ["Draws the next number of the rows", "切换到下一个数值列"],
        keys: &["m"],
        rank: 7,
        enabled: has_numbers,
        run: |state| state.with(|page: &mut Reports, _| page.measure(1)),
        ..REPORTS
    },
    Action {
        id: "reports.measure-back",
        label: ["measure before", "上一指标"],
        help: ["Draws the number before", "切换到上一个数值列"],
        keys: &["M"],
        enabled: has_numbers,
        run: |state| state.with(|page: &mut Reports, _| page.measure(-1)),
        ..REPORTS
    },
    Action {
        id: "reports.filter",
        label: ["filter", "筛选"],
        help: ["Limits it to records that match, in the filter language", "用筛选语言限定记录"],
        keys: &["f", "F4"],
        rank: 8,
        enabled: |state| asks(state, &["where"]),
        run: |state| {
            let title = state.context.pick("Only what matches", "仅统计匹配的记录").to_owned();
            ask(state, "where", &title)
        },
        ..REPORTS
    },
    Action {
        id: "reports.period",
        label: ["period", "期间"],
        help: ["Chooses the period", "选择期间"],
        keys: &["g p"],
        enabled: |state| asks(state, &["period"]),
        run: choose_period,
        ..REPORTS
    },
    Action {
        id: "reports.as-of",
        label: ["as of", "截至"],
        help: ["As it stood at the end of a day", "按某日日终的状态统计"],
        keys: &["g a"],
        enabled: |state| asks(state, &["as-of"]),
        run: |state| {
            let title = state.context.pick("As of", "截至").to_owned();
            ask(state, "as-of", &title)
        },
        ..REPORTS
    },
    Action {
        id: "reports.compare",
        label: ["compare", "对比"],
        help: ["Compares with the period before, or no longer", "与上一期间对比，或取消"],
        keys: &["p"],
        rank: 8,
        enabled: |state| asks(state, &["period", "date"]),
        run: |state| {
            state.with(|page: &mut Reports, context| {
                page.compare = !page.compare;
                page.load(context)
            })
        },
        ..REPORTS
    },
    Action {
        id: "reports.parameters",
        label: ["parameters", "参数"],
        help: ["Answers everything that the report asks", "填写报表的全部参数"],
        keys: &["e"],
        rank: 9,
        run: parameters,
        ..REPORTS
    },
    Action {
        id: "reports.export",
        label: ["export", "导出"],
        help: ["Writes this part to a file", "把当前部分写入文件"],
        keys: &["x", "Ctrl-e"],
        rank: 10,
        enabled: has_numbers,
        run: export,
        ..REPORTS
    },
    Action {
        id: "reports.save",
        label: ["save view", "保存视图"],
        help: ["Keeps the report with its parameters under a name", "以名称保存报表及参数"],
        keys: &["S"],
        rank: 11,
        danger: Danger::Undoable,
        run: save,
        ..REPORTS
    },
    Action {
        id: "reports.choose",
        label: ["reports", "报表"],
        help: ["Finds a report or a kept one", "查找报表或已保存的报表"],
        keys: &["V", "/"],
        rank: 12,
        run: choose,
        ..REPORTS
    },
    Action {
        id: "reports.copy",
        label: ["copy", "复制"],
        help: ["Copies the number under the cursor", "复制光标所在数值"],
        keys: &["y"],
        enabled: has_numbers,
        run: copy,
        ..REPORTS
    },
    Action {
        id: "reports.next",
        label: ["next report", "下一报表"],
        help: ["Goes to the next report", "到下一个报表"],
        keys: &["]"],
        run: |state| state.with(|page: &mut Reports, context| page.choose(page.rail.cursor + 1, context)),
        ..REPORTS
    },
    Action {
        id: "reports.previous",
        label: ["report before", "上一报表"],
        help: ["Goes to the report before", "到上一个报表"],
        keys: &["["],
        run: |state| state.with(|page: &mut Reports, context| page.choose(page.rail.cursor.saturating_sub(1), context)),
        ..REPORTS
    },
    Action {
        id: "reports.down",
        run: |state| state.with(|page: &mut Reports, context| page.step(1, context)),
        context: "reports",
        ..moving::DOWN
    },
    Action {
        id: "reports.up",
        run: |state| state.with(|page: &mut Reports, context| page.step(-1, context)),
        context: "reports",
        ..moving::UP
    },
    Action {
        id: "reports.page-down",
        run: |state| state.with(|page: &mut Reports, context| page.step(10, context)),
        context: "reports",
        ..moving::PAGE_DOWN
    },
    Action {
        id: "reports.page-up",
        run: |state| state.with(|page: &mut Reports, context| page.step(-10, context)),
        context: "reports",
        ..moving::PAGE_UP
    },
    Action {
        id: "reports.first",
        run: |state| state.with(|page: &mut Reports, context| page.step(-100_000, context)),
        context: "reports",
        ..moving::FIRST
    },
    Action {
        id: "reports.last",
        run: |state| state.with(|page: &mut Reports, context| page.step(100_000, context)),
        context: "reports",
        ..moving::LAST
    },
];
