//! What the log calls the operations that were done, in Chinese: each label is a sentence with names in it.

use super::language::{help, noun};

/// Labels that are sentences of their own; a star stands for what differs.
const SENTENCES: &[(&str, &str)] = &[
    ("Add field *", "新增字段 *"),
    ("Add to checklist *", "加入清单 *"),
    ("Apply the policies to open tickets", "对未结工单套用服务级别"),
    ("Ask about *", "征询 * 的评价"),
    ("Ask how satisfied a customer is", "征询一位客户的满意度"),
    ("Ask how satisfied * customers are", "征询 * 位客户的满意度"),
    ("Ask how satisfied customers are", "征询客户满意度"),
    ("Assign * tickets to *", "把 * 个工单分配给 *"),
    ("Assign customers to *", "把客户分配给 *"),
    ("Assign leads by rule: *", "按规则分配线索：* 条"),
    ("Assign leads", "分配线索"),
    ("Assign tickets by rule: *", "按规则分配工单：* 个"),
    ("Assign tickets", "分配工单"),
    ("Attach * to *", "把 * 附到 *"),
    ("Begin the stage history", "开始阶段历史"),
    ("Bring back *", "恢复 *"),
    ("Change status of *", "修改 * 的状态"),
    ("Change priority of *", "修改 * 的优先级"),
    ("Change *", "修改 *"),
    ("Convert lead", "转化线索"),
    ("Convert * to C*", "把线索 * 转化为 C*"),
    ("Customer bought", "客户成交"),
    ("Escalate tickets: * missed, * steps", "升级工单：* 个超期，* 步升级"),
    ("Escalate tickets", "升级工单"),
    ("Find messages that may have been sent", "核对可能已发出的邮件"),
    ("Hand over from * to *", "由 * 交接给 *"),
    ("Keep the * report as *", "把报表 * 存为 *"),
    ("Keep the forecast of *", "保存 * 的预测"),
    ("Log: *", "记录：*"),
    ("Look for * in vain", "未找到 *"),
    ("Macro *", "宏 *"),
    ("Name the head office", "命名总部"),
    ("Note in *", "在 * 中备注"),
    ("No longer share * with *", "不再把 * 共享给 *"),
    ("Not the same: *", "并非同一个：*"),
    ("OB* may have been sent", "OB* 可能已发出"),
    ("OB* was not sent", "OB* 未能发出"),
    ("Plan what the stages ask for", "安排各阶段要求的事项"),
    ("Put right how far * deals came.", "更正 * 个商机的进展"),
    ("Qualify * customers", "判断 * 位客户"),
    ("Qualify customers", "判断客户"),
    ("Queue a message", "邮件排队"),
    ("Rate some tickets", "评价若干工单"),
    ("Rate *", "评价 *"),
    ("Read the stage history anew", "重读阶段历史"),
    ("Redo: *", "重做：*"),
    ("Reply to *", "答复 *"),
    ("Retire field *", "停用字段 *"),
    ("Remove field *", "删除字段 *"),
    ("Review customers: * changed", "复核客户：* 个有变化"),
    ("Review customers", "复核客户"),
    ("Run the pools: * taken, * warned", "执行公海规则：收回 * 个，提醒 * 个"),
    ("Run the pools", "执行公海规则"),
    ("Score leads: * changed", "线索评分：* 条有变化"),
    ("Score leads", "线索评分"),
    ("Send *", "发送 *"),
    ("Sent OB* to *", "已把 OB* 发给 *"),
    ("Share some customers with the head of sales", "把若干客户共享给销售主管"),
    ("Share * with *", "把 * 共享给 *"),
    ("Split ticket", "拆分工单"),
    ("Split * from T*", "把 * 从 T* 拆出"),
    ("Start the database", "建立数据库"),
    ("Take holidays into *", "把节假日加入 *"),
    ("Take down for *", "为 * 记下来信"),
    ("Take in a form: *", "收取表单：*"),
    ("Take in a form", "收取表单"),
    ("Take in * forms", "收取 * 份表单"),
    ("Take in an e-mail: *", "收取邮件：*"),
    ("Take in an e-mail", "收取邮件"),
    ("Take in * e-mails", "收取 * 封邮件"),
    ("Take in a rating of *", "收取对 * 的评价"),
    ("Take in * ratings", "收取 * 份评价"),
    ("Take in ratings", "收取评价"),
    ("Try OB* again later", "稍后再试 OB*"),
    ("Undo: *", "撤销：*"),
    ("Warn of complaints: * tasks", "投诉预警：* 项任务"),
    ("Warn of complaints", "投诉预警"),
    ("activate *", "启用 *"),
    ("assign *", "转派 *"),
    ("away *", "标为不在 *"),
    ("back *", "标为回来 *"),
    ("cancel *", "取消 *"),
    ("claim *", "领取 *"),
    ("close *", "关闭 *"),
    ("deactivate *", "停用 *"),
    ("disqualify *", "判为无效 *"),
    ("done *", "完成 *"),
    ("follow *", "关注 *"),
    ("helpful *", "评为有用 *"),
    ("hold *", "搁置 *"),
    ("lapse *", "标为流失 *"),
    ("leave *", "标为离职 *"),
    ("link *", "关联 *"),
    ("lose *", "输单 *"),
    ("move A*", "改期 A*"),
    ("move *", "移动 *"),
    ("pend *", "等待客户 *"),
    ("plan *", "安排阶段待办 *"),
    ("prefer *", "设为首选 *"),
    ("protect *", "设为保护 *"),
    ("publish *", "发布 *"),
    ("qualify *", "评定 *"),
    ("release *", "退回公海 *"),
    ("reopen *", "重新打开 *"),
    ("resolve *", "解决 *"),
    ("retire *", "停用 *"),
    ("retry *", "重试 *"),
    ("return *", "退回 *"),
    ("revert *", "恢复旧版 *"),
    ("revive *", "重新激活 *"),
    ("shelve *", "搁置 *"),
    ("sign *", "标为签约 *"),
    ("submit *", "送审 *"),
    ("take *", "接手 *"),
    ("undone *", "改为未完成 *"),
    ("unfollow *", "取消关注 *"),
    ("unhelpful *", "评为无用 *"),
    ("win *", "赢单 *"),
    ("Write down the usual nodes", "写入常用节点"),
    ("* leaves", "* 离职"),
];

/// Words that begin a label, before the kind of record that it is about.
const BEGINNINGS: &[(&str, &str)] = &[
    ("Add", "新增"),
    ("Assign", "分配"),
    ("Attach", "附件"),
    ("Edit", "修改"),
    ("Import", "导入"),
    ("Merge", "合并"),
    ("Purge", "彻底删除"),
    ("Qualify", "判断"),
    ("Remove", "删除"),
    ("Restore", "恢复"),
    ("Retire", "停用"),
    ("Review", "复核"),
    ("Share", "共享"),
    ("Undo", "撤销"),
    ("Redo", "重做"),
];

/// What an import counts at the end of its label.
const COUNTED: &[(&str, &str)] = &[(" created", " 条新增"), (" updated", " 条更新"), (", ", "，")];

/// The label of an operation in Chinese, with the names in it as they are.
#[must_use]
pub fn operation(label: &str) -> String {
    // An operation on more than a few says how many are not named.
    if let Some((named, count)) = label.strip_suffix(" more").and_then(|label| label.rsplit_once(" and "))
        && count.bytes().all(|byte| byte.is_ascii_digit())
    {
        return format!("{} 等，另有 {count} 个", operation(named));
    }
    if let Some((file, counts)) = label.strip_prefix("Import ").and_then(|rest| rest.rsplit_once(": ")) {
        let counts = COUNTED.iter().fold(counts.to_owned(), |counts, (word, chinese)| counts.replace(word, chinese));
        return format!("导入 {file}：{counts}");
    }
    for (english, chinese) in SENTENCES {
        let Some(parts) = fitting(english, label) else { continue };
        let nested = matches!(*english, "Undo: *" | "Redo: *");
        return filled(chinese, &parts, |part| if nested { operation(part) } else { part.to_owned() });
    }
    let (first, rest) = label.split_once(' ').unwrap_or((label, ""));
    let Some((_, done)) = BEGINNINGS.iter().find(|(english, _)| *english == first) else {
        let verb = help(first);
        return if verb == first { label.to_owned() } else { format!("{verb} {rest}").trim_end().to_owned() };
    };
    let (count, rest) = match rest.split_once(' ') {
        Some((count, rest)) if count.bytes().all(|byte| byte.is_ascii_digit()) => (format!(" {count} 个"), rest),
        _ => (String::new(), rest),
    };
    let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
    match noun(word) {
        Some(noun) => format!("{done}{count}{noun} {after}").trim_end().to_owned(),
        None => format!("{done}{count} {rest}").trim_end().to_owned(),
    }
}

/// What stands in a label where a sentence has its stars; none where it is another sentence.
fn fitting<'a>(sentence: &str, label: &'a str) -> Option<Vec<&'a str>> {
    let mut pieces = sentence.split('*');
    let mut rest = label.strip_prefix(pieces.next()?)?;
    let mut found = Vec::new();
    for piece in pieces {
        let at = if piece.is_empty() { rest.len() } else { rest.find(piece)? };
        let (part, after) = rest.split_at_checked(at)?;
        found.push(part);
        rest = after.get(piece.len()..)?;
    }
    (rest.is_empty() && found.iter().all(|part| !part.is_empty())).then_some(found)
}

fn filled(sentence: &str, parts: &[&str], said: impl Fn(&str) -> String) -> String {
    let mut parts = parts.iter();
    let mut text = String::new();
    for (place, piece) in sentence.split('*').enumerate() {
        if place > 0 {
            text.push_str(&parts.next().map_or_else(String::new, |part| said(part)));
        }
        text.push_str(piece);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_chinese_but_for_the_names_in_them() {
        let told = [
            "Undo: lose D8 Cold store",
            "Hand over from Li Ming to 陆雅梅",
            "Look for \"防雷\" in vain",
            "Edit customer C1 Acme",
            "Edit 3 customers",
            "Ask how satisfied 2 customers are",
            "something else",
            "Import customers.csv: 30 created, 2 updated",
            "close T1, T2, T3, T4, T5 and 3 more",
        ]
        .map(operation);
        assert_eq!(told[0], "撤销：输单 D8 Cold store");
        assert_eq!(told[1], "由 Li Ming 交接给 陆雅梅");
        assert_eq!(told[2], "未找到 \"防雷\"");
        assert_eq!(told[3], "修改客户 C1 Acme");
        assert_eq!(told[4], "修改 3 个客户");
        assert_eq!(told[5], "征询 2 位客户的满意度");
        assert_eq!(told[6], "something else");
        assert_eq!(told[7], "导入 customers.csv：30 条新增，2 条更新");
        assert_eq!(told[8], "关闭 T1, T2, T3, T4, T5 等，另有 3 个");
    }
}
