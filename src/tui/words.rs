//! What the dashboard calls verbs and the places where keys count.

use super::context::Context;

/// Verbs as something that can be done; the help tells what each does.
const VERBS: [(&str, &str, &str); 30] = [
    ("activate", "Activate", "启用"),
    ("assign", "Assign", "转派"),
    ("cancel", "Call off", "取消"),
    ("claim", "Claim", "领取"),
    ("close", "Close", "关闭"),
    ("deactivate", "Deactivate", "停用"),
    ("disqualify", "Disqualify", "判为无效"),
    ("done", "Done", "完成"),
    ("follow", "Follow", "关注"),
    ("hold", "Put on hold", "搁置"),
    ("lapse", "Lapse", "标为流失"),
    ("leave", "Left", "标为离职"),
    ("link", "Link to a problem", "关联问题"),
    ("lose", "Lose", "输单"),
    ("move", "Move", "移动"),
    ("pend", "Wait for the customer", "等待客户"),
    ("plan", "Plan the steps", "安排阶段待办"),
    ("prefer", "Prefer", "设为首选"),
    ("protect", "Protect", "设为保护"),
    ("qualify", "Qualify", "评定"),
    ("release", "Release", "退回公海"),
    ("reopen", "Reopen", "重新打开"),
    ("resolve", "Solve", "解决"),
    ("return", "Return", "退回"),
    ("revive", "Revive", "重新激活"),
    ("shelve", "Shelve", "搁置"),
    ("sign", "Sign", "标为签约"),
    ("take", "Take", "接手"),
    ("unfollow", "Unfollow", "取消关注"),
    ("win", "Win", "赢单"),
];

/// A verb of a kind as something that can be done.
#[must_use]
pub fn verb(context: &Context, kind: &str, name: &str) -> String {
    // Work is moved to another day, a deal to another stage.
    match (kind, name) {
        ("activity", "move") => return context.pick("Reschedule", "改期").to_owned(),
        ("deal", "move") => return context.pick("Move to a stage", "移到其他阶段").to_owned(),
        _ => {}
    }
    let known = VERBS.iter().find(|(known, ..)| *known == name);
    known.map_or_else(|| name.to_owned(), |(_, english, chinese)| context.pick(english, chinese).to_owned())
}

/// A verb in both languages, to be found by.
#[must_use]
pub fn both(name: &str) -> String {
    let known = VERBS.iter().find(|(known, ..)| *known == name);
    known.map_or_else(|| name.to_owned(), |(_, english, chinese)| format!("{name} {english} {chinese}"))
}

/// The places where keys count, as the help calls them.
const PLACES: [(&str, &str, &str); 24] = [
    ("global", "everywhere", "全局"),
    ("list", "lists", "列表"),
    ("record", "records", "记录"),
    ("browser", "this list", "此列表"),
    ("today", "today", "今日"),
    ("notices", "notices", "通知"),
    ("customers", "customers", "客户"),
    ("board", "board", "看板"),
    ("board-grab", "moving", "移动中"),
    ("tickets", "tickets", "工单"),
    ("ticket-reply", "writing an answer", "撰写回复"),
    ("reports", "reports", "报表"),
    ("kinds", "admin", "管理"),
    ("page-record", "record page", "记录页"),
    ("form", "form", "表单"),
    ("picker", "choosing", "选择"),
    ("bar", "typing", "输入条件"),
    ("note", "writing it down", "记一笔"),
    ("form-one", "form", "表单"),
    ("customers-list", "list of customers", "客户列表"),
    ("customer-tabs", "page of a customer", "客户页"),
    ("customer-prose", "timeline", "时间线"),
    ("of-customer", "customer", "客户"),
    ("board-table", "table of deals", "商机表格"),
];

/// What the help calls the place where a key counts.
#[must_use]
pub fn place(context: &Context, name: &str) -> String {
    let known = PLACES.iter().find(|(known, ..)| *known == name);
    known.map_or_else(|| name.replace('-', " "), |(_, english, chinese)| context.pick(english, chinese).to_owned())
}

/// Words of open lists that everybody begins with, in Chinese; others are the reader's own.
const STOCK: [(&str, &str); 12] = [
    ("chat", "在线"),
    ("complaint", "投诉"),
    ("email", "邮件"),
    ("inquiry", "咨询"),
    ("other", "其他"),
    ("phone", "电话"),
    ("quality", "质量问题"),
    ("repair", "维修"),
    ("return", "退货"),
    ("visit", "来访"),
    ("web", "网页"),
    ("wechat", "微信"),
];

/// A channel or a type of ticket as the reader calls it.
#[must_use]
pub fn stock(context: &Context, word: String) -> String {
    let known = STOCK.iter().find(|(known, _)| context.is_chinese() && *known == word);
    known.map_or(word, |(_, chinese)| (*chinese).to_owned())
}
