//! Every record kind with its rules and verbs, and every report, in the order people meet them.

use crate::{
    Result,
    crm::Crm,
    customers::{
        Activity, Attachment, Contact, Customer, Fact, Node, Occasion, Qualification, Relation, ReviewRule, Share,
        activity, attachment, contact, customer, node, occasion, qualification, relation, review_rule, share,
    },
    message::Message,
    org::{Branch, User, user},
    pipeline::{
        Deal, DealContact, DealLine, DealStep, ForecastSnapshot, Lead, LeadRule, Pipeline, Pool, PoolMove, PoolRule,
        ScoreRule, Stage, StageMove, advice, checklist, deal, deal_contact, deal_line, deal_step, forecast_snapshot,
        lead, lead_rule, occupied, pool, score_rule, stage, stage_move, stale,
    },
    products::Product,
    record::{Bounds, Draft, Field, Grid, Origin, Record, Schema, Summary, Verb},
    reports::{self, Report},
    tickets::{
        self, Article, ArticleMiss, ArticleVersion, Macro, OutboxMessage, Queue, Satisfaction, Survey, Ticket,
        TicketMessage, TicketRule, TicketStep, TicketType, knowledge, outbox, reply_macro, satisfaction,
        sla::{
            self, BusinessCalendar, Escalation, Holiday, SlaPolicy, SlaStep, business_calendar, escalation, holiday,
            sla_policy, sla_step,
        },
        ticket_message, ticket_rule, ticket_step, ticket_type,
    },
    views::{CustomField, SavedView, custom_field, saved_view},
};
use jiff::civil::Date;

/// One record kind: its schema, the rules that a write must keep, what follows from a write, and its verbs.
#[expect(clippy::struct_excessive_bools, reason = "each says something else about a kind")]
pub struct Entry {
    /// The noun on the command line, and the table; the schema says them too, but takes longer to make.
    pub kind: &'static str,
    pub table: &'static str,
    pub schema: fn() -> Schema,
    /// Fills in a new draft what depends on its other values, before the declared defaults.
    pub begin: fn(&mut Draft),
    /// Looks at a draft before it is written: refuses it or completes it.
    pub check: fn(&mut Crm, &mut Draft) -> Result<()>,
    /// Does what follows from a write, in the same operation.
    pub settle: fn(&mut Crm, &Draft) -> Result<()>,
    /// Before its records move along a field from a record that is merged to the one that it is merged into.
    pub moves: fn(&mut Crm, &str, i64, i64) -> Result<()>,
    /// What is strange in what a file says of a record, though it is taken as it is.
    pub odd: Option<fn(&Draft) -> Option<Message>>,
    pub verbs: &'static [Verb],
    /// The Chinese noun.
    pub noun_zh: &'static str,
    /// People keep records of this kind; false for what configures the program itself.
    pub business: bool,
    /// A detail of another kind, whose noun works like any other but is left out of the first help screen.
    pub detail: bool,
    /// Some dozens of records at most, such as what configures the program; SQLite keeps no index of these, for it reads
    /// the text of every index whenever a database is opened.
    pub few: bool,
    /// What was written stays as it is: no edit, no removal but with what it belongs to, and undo.
    pub append_only: bool,
    /// Written by the program alone: nobody adds one by hand.
    pub automatic: bool,
    /// Its records name fields of other kinds, in conditions or as what must be known: such fields stay.
    pub names_fields: bool,
    /// Which of its records there is still something to do with, as a filter; all where nothing is said.
    pub unfinished: Option<&'static str>,
    /// The kinds that get a link to this one: a deal has activities and attachments without either knowing of deals.
    pub joins: &'static [&'static str],
    /// Which of several records of the same name is meant where nothing else says, as an SQL condition.
    pub preferred: &'static str,
    /// How its records stand on a customer's timeline; those without stand on none.
    pub event: Option<Event>,
    /// What its records add to the page of another kind: a customer's contacts, what is owed, open business.
    pub panels: &'static [Panel],
    /// How its records are listed under the record of a kind and number that they belong to, where a plain list would
    /// not say it right.
    pub under: Option<Under>,
    /// How its lists are sorted unless somebody says otherwise; the newest first where nothing stands here.
    pub order: &'static str,
    /// The fields that another kind gets from this one without knowing of it.
    pub gives: Option<Gift>,
    /// What of these keeps a customer with whoever looks after them.
    pub holds: &'static [Hold],
    /// What these add to the plan of the day.
    pub plan: Option<PlanPart>,
    /// Gives the choices in its lists the words that other records have for them.
    pub words: Option<fn(&mut Crm, &mut Grid) -> Result<()>>,
    /// Sums over its records that every write keeps, for what is asked all the time.
    pub summary: Option<&'static Summary>,
    /// What every write keeps beside each of its records of those that link to it.
    pub bounds: Option<&'static Bounds>,
    /// Which of its records go with what caused them when that is undone, whatever became of them since, as an SQL
    /// condition.
    pub yields: &'static str,
}

/// The kind that gets fields, and the fields.
pub type Gift = (&'static str, fn() -> Vec<Field>);

/// What keeps a customer with whoever looks after them: while there is such a record, no pool rule takes them.
pub struct Hold {
    pub key: &'static str,
    pub label: &'static str,
    pub label_zh: &'static str,
    /// Whether a customer `c` has one, as an SQL condition.
    pub sql: &'static str,
    /// Whether a rule may say that it does not count.
    pub waivable: bool,
}

/// A part of the plan of the day of a colleague; nothing where there is nothing to say.
pub struct PlanPart {
    pub title: &'static str,
    pub grid: Planned,
}

/// The part for a colleague, a day and at most so many rows.
pub type Planned = fn(&mut Crm, i64, Date, Option<u64>) -> Result<Option<Grid>>;

/// A titled table on the page of a record of another kind.
pub struct Panel {
    /// The kind on whose page it stands.
    pub of: &'static str,
    /// How JSON calls it.
    pub key: &'static str,
    pub title: &'static str,
    pub title_zh: &'static str,
    /// The table for one record, of at most so many rows; without rows it is left out.
    pub grid: fn(&mut Crm, i64, Option<u64>) -> Result<Grid>,
}

/// A list of what belongs to the record of that kind and number, where there is any.
pub type Under = fn(&mut Crm, &str, i64) -> Result<Option<Grid>>;

/// How the records of a kind stand on the timeline of the customer that they link to.
pub struct Event {
    /// The field that says when it happened; a record without is planned still.
    pub at: &'static str,
    /// The field that says when it is planned for, where such records can be planned.
    pub planned: Option<&'static str>,
    /// The field whose word says what sort of event it is, such as a call; the noun says it where there is none.
    pub sort: Option<&'static str>,
    /// The fields that tell what happened, the most telling first.
    pub tells: &'static [&'static str],
    /// How many of the first of them are told together in one line.
    pub together: usize,
}

/// The entry of a record kind that says nothing more.
const fn of<T: Record>() -> Entry {
    Entry {
        kind: T::KIND,
        table: T::TABLE,
        schema: T::schema,
        begin: |_| {},
        check: |_, _| Ok(()),
        settle: |_, _| Ok(()),
        moves: |_, _, _, _| Ok(()),
        odd: None,
        verbs: &[],
        noun_zh: "",
        business: true,
        detail: false,
        few: false,
        append_only: false,
        automatic: false,
        names_fields: false,
        unfinished: None,
        joins: &[],
        preferred: "",
        event: None,
        panels: &[],
        under: None,
        order: "",
        gives: None,
        holds: &[],
        plan: None,
        words: None,
        summary: None,
        bounds: None,
        yields: "",
    }
}

/// The catalog.
pub static ENTRIES: &[Entry] = &[
    Entry {
        check: customer::check,
        verbs: &[Customer::SIGN, Customer::LAPSE, Customer::REVIVE, pool::CLAIM, pool::RELEASE, pool::PROTECT],
        noun_zh: "客户",
        ..of::<Customer>()
    },
    Entry {
        check: contact::check,
        settle: contact::settle,
        moves: contact::moves,
        verbs: Contact::VERBS,
        noun_zh: "联系人",
        panels: &[contact::PANEL],
        ..of::<Contact>()
    },
    Entry {
        begin: activity::begin,
        check: activity::check,
        verbs: Activity::VERBS,
        noun_zh: "活动",
        event: Some(Event {
            at: "done",
            planned: Some("due"),
            sort: Some("kind"),
            tells: &["subject", "outcome", "notes"],
            together: 1,
        }),
        ..of::<Activity>()
    },
    Entry {
        check: lead::check,
        settle: lead::settle,
        verbs: Lead::VERBS,
        noun_zh: "线索",
        unfinished: Some("status=new,contacted,qualified"),
        joins: lead::JOINS,
        event: Some(lead::EVENT),
        panels: &[lead::PANEL],
        ..of::<Lead>()
    },
    Entry {
        check: deal::check,
        settle: deal::settle,
        verbs: Deal::VERBS,
        noun_zh: "商机",
        unfinished: Some("outcome=open"),
        joins: &["activity", "attachment"],
        event: Some(Event {
            at: "closed",
            planned: None,
            sort: None,
            tells: &["name", "outcome", "amount", "lost_reason", "lost_to"],
            together: 1,
        }),
        panels: &[deal::PANEL, advice::PANEL],
        holds: &[deal::HOLD],
        plan: Some(deal::PLAN),
        summary: Some(&deal::TOTALS),
        bounds: Some(&stale::TIMES),
        ..of::<Deal>()
    },
    Entry {
        check: pool::check,
        noun_zh: "公海",
        few: true,
        gives: Some((pool::GIVEN, pool::fields)),
        plan: Some(pool::PLAN),
        ..of::<Pool>()
    },
    Entry {
        check: pool::check_rule,
        noun_zh: "回收规则",
        few: true,
        detail: true,
        names_fields: true,
        panels: &[pool::RULES],
        ..of::<PoolRule>()
    },
    Entry {
        check: pool::check_move,
        noun_zh: "公海记录",
        detail: true,
        append_only: true,
        automatic: true,
        event: Some(pool::EVENT),
        ..of::<PoolMove>()
    },
    Entry {
        check: deal_line::check,
        settle: deal_line::settle,
        noun_zh: "商机明细",
        detail: true,
        panels: &[deal_line::PANEL],
        ..of::<DealLine>()
    },
    Entry {
        check: deal_contact::check,
        noun_zh: "商机参与人",
        detail: true,
        panels: &[deal_contact::PANEL],
        ..of::<DealContact>()
    },
    Entry {
        check: lead_rule::check,
        noun_zh: "分配规则",
        detail: true,
        few: true,
        names_fields: true,
        ..of::<LeadRule>()
    },
    Entry {
        check: score_rule::check,
        noun_zh: "评分规则",
        detail: true,
        few: true,
        names_fields: true,
        ..of::<ScoreRule>()
    },
    Entry {
        check: tickets::check,
        settle: tickets::settle,
        odd: Some(tickets::odd),
        verbs: Ticket::VERBS,
        noun_zh: "工单",
        unfinished: Some("status=new,open,pending,on_hold"),
        joins: &["activity", "attachment"],
        event: Some(Event {
            at: "received",
            planned: None,
            sort: Some("kind"),
            tells: &["subject", "status", "resolution"],
            together: 1,
        }),
        panels: &[tickets::OPEN, tickets::CONVERSATION, tickets::CHECKLIST, tickets::INCIDENTS, escalation::PANEL],
        holds: &[tickets::HOLD],
        plan: Some(sla::PLAN),
        words: Some(Crm::name_kinds),
        summary: Some(&sla::totals::TOTALS),
        ..of::<Ticket>()
    },
    Entry {
        check: ticket_message::check,
        settle: ticket_message::settle,
        noun_zh: "工单消息",
        detail: true,
        append_only: true,
        joins: &["attachment"],
        event: Some(Event {
            at: "at",
            planned: None,
            sort: Some("direction"),
            tells: &["subject", "body"],
            together: 1,
        }),
        plan: Some(tickets::FOLLOWED),
        ..of::<TicketMessage>()
    },
    Entry {
        check: ticket_step::check,
        verbs: TicketStep::VERBS,
        noun_zh: "清单项",
        detail: true,
        ..of::<TicketStep>()
    },
    Entry { noun_zh: "工单队列", detail: true, few: true, ..of::<Queue>() },
    Entry {
        check: ticket_type::check,
        noun_zh: "工单类型",
        detail: true,
        few: true,
        names_fields: true,
        ..of::<TicketType>()
    },
    Entry { check: reply_macro::check, noun_zh: "宏", detail: true, few: true, ..of::<Macro>() },
    Entry {
        check: ticket_rule::check,
        noun_zh: "派单规则",
        detail: true,
        few: true,
        names_fields: true,
        order: "position,id",
        ..of::<TicketRule>()
    },
    Entry {
        check: sla_policy::check,
        settle: sla_policy::settle,
        noun_zh: "服务策略",
        detail: true,
        few: true,
        names_fields: true,
        order: "position,id",
        panels: &[sla_policy::PANEL],
        ..of::<SlaPolicy>()
    },
    Entry { check: sla_step::check, noun_zh: "升级规则", detail: true, few: true, ..of::<SlaStep>() },
    Entry { noun_zh: "升级记录", detail: true, append_only: true, automatic: true, ..of::<Escalation>() },
    Entry {
        check: business_calendar::check,
        settle: business_calendar::settle,
        noun_zh: "工作日历",
        detail: true,
        few: true,
        panels: &[business_calendar::PANEL],
        ..of::<BusinessCalendar>()
    },
    Entry {
        check: holiday::check,
        settle: holiday::settle,
        noun_zh: "节假日",
        detail: true,
        few: true,
        ..of::<Holiday>()
    },
    Entry { settle: stage::settle, noun_zh: "产品", ..of::<Product>() },
    Entry {
        check: occupied::pipeline,
        settle: stage::settle,
        noun_zh: "销售流程",
        detail: true,
        few: true,
        ..of::<Pipeline>()
    },
    Entry {
        check: stage::check,
        settle: stage::settle,
        noun_zh: "销售阶段",
        few: true,
        detail: true,
        order: "pipeline,position",
        names_fields: true,
        preferred: "pipeline IN (SELECT id FROM pipelines WHERE \"default\" AND deleted_at IS NULL)",
        ..of::<Stage>()
    },
    Entry {
        check: stage_move::check,
        settle: stage_move::settle,
        noun_zh: "阶段变更",
        detail: true,
        append_only: true,
        automatic: true,
        event: Some(Event { at: "at", planned: None, sort: None, tells: &["title", "deal"], together: 1 }),
        ..of::<StageMove>()
    },
    Entry {
        check: deal_step::check,
        settle: deal_step::settle,
        noun_zh: "商机待办",
        detail: true,
        append_only: true,
        automatic: true,
        panels: &[deal_step::PANEL],
        ..of::<DealStep>()
    },
    Entry {
        check: forecast_snapshot::check,
        noun_zh: "预测快照",
        detail: true,
        append_only: true,
        automatic: true,
        ..of::<ForecastSnapshot>()
    },
    Entry {
        check: attachment::check,
        noun_zh: "附件",
        detail: true,
        event: Some(Event { at: "created_at", planned: None, sort: None, tells: &["name", "note"], together: 1 }),
        ..of::<Attachment>()
    },
    Entry {
        check: qualification::check,
        noun_zh: "三一客",
        detail: true,
        append_only: true,
        event: Some(Event {
            at: "at",
            planned: None,
            sort: Some("aspect"),
            tells: &["worth", "size", "node", "expected_date", "expected_amount", "expected_quantity", "note"],
            together: 6,
        }),
        ..of::<Qualification>()
    },
    Entry {
        check: satisfaction::check,
        settle: satisfaction::settle,
        noun_zh: "满意度",
        detail: true,
        event: Some(satisfaction::EVENT),
        panels: &[satisfaction::PANEL, satisfaction::OF_CUSTOMER],
        gives: Some((satisfaction::GIVEN, satisfaction::fields)),
        ..of::<Satisfaction>()
    },
    Entry { check: satisfaction::check_survey, noun_zh: "满意度问卷", detail: true, few: true, ..of::<Survey>() },
    Entry {
        check: knowledge::check,
        settle: knowledge::settle,
        verbs: Article::VERBS,
        noun_zh: "知识文章",
        gives: Some((knowledge::GIVEN, knowledge::fields)),
        panels: &[knowledge::PANEL],
        ..of::<Article>()
    },
    Entry {
        check: knowledge::check_version,
        noun_zh: "文章版本",
        detail: true,
        append_only: true,
        automatic: true,
        ..of::<ArticleVersion>()
    },
    Entry {
        check: knowledge::check_miss,
        noun_zh: "未找到的搜索",
        detail: true,
        append_only: true,
        automatic: true,
        ..of::<ArticleMiss>()
    },
    Entry {
        check: outbox::check,
        verbs: OutboxMessage::VERBS,
        noun_zh: "发件箱",
        detail: true,
        append_only: true,
        automatic: true,
        yields: outbox::YIELDS,
        ..of::<OutboxMessage>()
    },
    Entry { check: node::check, settle: node::settle, noun_zh: "节点", detail: true, few: true, ..of::<Node>() },
    Entry {
        check: review_rule::check,
        noun_zh: "评定规则",
        detail: true,
        few: true,
        names_fields: true,
        ..of::<ReviewRule>()
    },
    Entry { check: share::check, noun_zh: "共享", detail: true, panels: &[share::PANEL], ..of::<Share>() },
    Entry { noun_zh: "备忘", detail: true, ..of::<Fact>() },
    Entry { check: occasion::check, noun_zh: "纪念日", detail: true, ..of::<Occasion>() },
    Entry { check: relation::check, noun_zh: "关系", detail: true, under: Some(relation::under), ..of::<Relation>() },
    Entry { check: user::check, settle: user::settle, verbs: User::VERBS, noun_zh: "同事", ..of::<User>() },
    Entry { check: |crm, draft| crm.refuse_circle(draft, "parent"), noun_zh: "机构", few: true, ..of::<Branch>() },
    Entry { check: custom_field::check, noun_zh: "字段", business: false, few: true, ..of::<CustomField>() },
    Entry { check: saved_view::check, noun_zh: "视图", business: false, few: true, ..of::<SavedView>() },
];

/// The reports.
pub static REPORTS: &[Report] = &[
    reports::day::REPORT,
    reports::latest::REPORT,
    reports::customers::REPORT,
    reports::qualification::REPORT,
    reports::referrals::REPORT,
    reports::trends::REPORT,
    reports::funnel::REPORT,
    reports::forecast::REPORT,
    reports::coverage::REPORT,
    reports::forecast_accuracy::REPORT,
    reports::stale::REPORT,
    reports::win_loss::REPORT,
    reports::velocity::REPORT,
    reports::pool::REPORT,
    reports::sla::REPORT,
    reports::response_times::REPORT,
    reports::backlog::REPORT,
    reports::ticket_load::REPORT,
    reports::reopened::REPORT,
    reports::satisfaction::REPORT,
    reports::complaints::REPORT,
    reports::root_cause::REPORT,
    reports::quality_warning::REPORT,
    reports::knowledge_gaps::REPORT,
    reports::occasions::REPORT,
    reports::operations::REPORT,
];

/// Does what follows from a written record beyond its own kind: it may have led its customer to a further node. What
/// comes out of another database brings along what followed there.
pub(crate) fn follow(crm: &mut Crm, draft: &Draft) -> Result<()> {
    if draft.origin == Origin::Export {
        return Ok(());
    }
    node::follow(crm, draft)?;
    lead::follow(crm, draft)?;
    pool::follow(crm, draft)?;
    satisfaction::follow(crm, draft)?;
    checklist::follow(crm, draft)
}

/// Puts right what is kept beside records, after an undo brought some of them back.
pub(crate) fn undone(crm: &mut Crm, operation: i64) -> Result<()> {
    crate::pipeline::undone(crm, operation)
}

/// Does what follows where customers went to another colleague by a larger act than a change of each.
pub(crate) fn handed(crm: &mut Crm, former: Option<i64>, customers: &[i64], taker: i64) -> Result<()> {
    pool::handed(crm, former, customers, taker)
}

/// The entry of a kind.
#[must_use]
pub fn entry(kind: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.kind == kind)
}

/// The report of that name.
#[must_use]
pub fn report(name: &str) -> Option<&'static Report> {
    REPORTS.iter().find(|report| report.name == name)
}
