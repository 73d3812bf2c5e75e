//! Cards on the move: held and carried to another column, or sent there at once.

use super::{Board, Lane, figures, shown};
use crate::{
    Crm, Message, Result,
    pipeline::{
        Outcome,
        kanban::{Key, Why},
    },
    tui::{
        command::Cmd,
        context::Context,
        modals::{Item, Picker},
        page::page_as,
        state::State,
        toast::Tone,
    },
};

/// Cards in the hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grab {
    pub ids: Vec<i64>,
    /// What is held, in a few words.
    pub words: String,
    pub from: usize,
    pub to: usize,
}

/// What is offered as a reason where nobody gave one before.
const REASONS: [[&str; 2]; 5] = [
    ["price", "价格"],
    ["timing", "时机"],
    ["no budget", "无预算"],
    ["competitor", "选择竞争对手"],
    ["no decision", "未作决定"],
];

/// Where cards go: what is meant, to which column, and what that is called.
#[derive(Debug, Clone)]
struct Journey {
    board: u64,
    ids: Vec<i64>,
    words: String,
    from: Option<Key>,
    to: Key,
    place: String,
}

impl Board {
    /// Takes the marked cards, or the one under the cursor, into the hand.
    pub(super) fn hold(&mut self, context: &Context) -> Vec<Cmd> {
        let ids = self.meant();
        let words = self.words(&ids, context);
        self.grab = Some(Grab { ids, words, from: self.at, to: self.at });
        Vec::new()
    }

    /// What is meant, in a few words: the name of the one, or how many.
    fn words(&self, ids: &[i64], context: &Context) -> String {
        let card = self.lanes.iter().flat_map(Lane::cards).find(|card| ids.first() == Some(&card.id));
        match (ids.len(), card, self.card()) {
            (1, Some(card), _) => figures::brief(card),
            (1, None, _) => ids.first().map_or_else(String::new, |id| format!("D{id}")),
            (count, ..) if context.is_chinese() => format!("{count} 个商机"),
            (count, ..) => format!("{count} deals"),
        }
    }

    /// Carries what is held to the next column that takes cards.
    pub(super) fn carry(&mut self, by: i64, context: &Context) -> Vec<Cmd> {
        let Some(to) = self.beside(self.focus(), by, |_| true) else { return Vec::new() };
        if let Some(grab) = &mut self.grab {
            grab.to = to;
        }
        self.look(context)
    }

    /// The next column in a direction that takes cards and is of a sort.
    fn beside(&self, from: usize, by: i64, sort: impl Fn(&Lane) -> bool) -> Option<usize> {
        let mut place = i64::try_from(from).ok()?;
        loop {
            place += by;
            let at = usize::try_from(place).ok()?;
            let lane = self.lanes.get(at)?;
            if !matches!(lane.column.key, Key::Before | Key::After) && sort(lane) {
                return Some(at);
            }
        }
    }

    /// Lets go of what is held, where it is held.
    pub(super) fn let_go(&mut self, context: &Context) -> Vec<Cmd> {
        let Some(grab) = self.grab.take() else { return Vec::new() };
        if grab.to == grab.from {
            return Vec::new();
        }
        self.send(grab.ids, grab.to, context)
    }

    /// One step on or back, to the next stage that deals pass.
    pub(super) fn shove(&mut self, by: i64, context: &Context) -> Vec<Cmd> {
        let passes = |lane: &Lane| match lane.column.outcome {
            Outcome::Open => true,
            Outcome::Won => by > 0,
            Outcome::Lost | Outcome::Shelved => false,
        };
        if let Some(to) = self.beside(self.at, by, passes) {
            return self.send(self.meant(), to, context);
        }
        vec![Cmd::toast(Tone::Notice, context.say(&Message::new("There is no column on that side.")))]
    }

    /// Sends cards to a column; where that takes a reason, asks for it first.
    pub(super) fn send(&mut self, ids: Vec<i64>, to: usize, context: &Context) -> Vec<Cmd> {
        let Some(lane) = self.lanes.get(to).filter(|_| !ids.is_empty()) else { return Vec::new() };
        let words = self.words(&ids, context);
        let place = figures::column_name(&lane.column, context);
        let (from, key) = (self.lane().map(|lane| lane.column.key), lane.column.key);
        let journey = Journey { board: self.number, ids, words, from, to: key, place };
        let competitors = self.brief.as_ref().map(|brief| brief.competitors.clone()).unwrap_or_default();
        match lane.column.outcome {
            outcome @ (Outcome::Lost | Outcome::Shelved) => ask_why(self.number, journey, outcome, competitors),
            Outcome::Open | Outcome::Won => {
                self.jump(&journey.ids, to);
                vec![journey.go(Why::default())]
            }
        }
    }

    /// Cards stand where they go before the database has heard of it; what is refused comes back.
    fn jump(&mut self, ids: &[i64], to: usize) {
        let mut moved = Vec::new();
        for lane in &mut self.lanes {
            let (gone, kept) = std::mem::take(&mut lane.cards).into_iter().partition(|card| ids.contains(&card.id));
            lane.cards = kept;
            let gone: Vec<_> = gone;
            lane.column.deals = lane.column.deals.saturating_sub(gone.len() as u64);
            moved.extend(gone);
        }
        let folded = self.lanes.get(to).is_none_or(|lane| self.is_folded(lane));
        if let Some(lane) = self.lanes.get_mut(to) {
            lane.column.deals += moved.len() as u64;
            let place = lane.first.saturating_sub(lane.offset).min(lane.cards.len());
            lane.cursor = lane.offset + place;
            lane.chosen = moved.first().map(|card| card.id);
            lane.cards.splice(place..place, moved);
        }
        if !folded {
            self.at = to;
        }
    }

    /// A closing that is not a matter of a column in sight: in a table, or by month.
    fn close(&mut self, outcome: Outcome, context: &Context) -> Vec<Cmd> {
        if let (false, Some(to)) = (self.months, self.lanes.iter().position(|lane| lane.column.outcome == outcome)) {
            return self.send(self.meant(), to, context);
        }
        let (number, ids) = (self.number, self.meant());
        let words = self.words(&ids, context);
        let competitors = self.brief.as_ref().map(|brief| brief.competitors.clone()).unwrap_or_default();
        let Ok(mut wanted) = self.wanted_here() else { return Vec::new() };
        wanted.months = false;
        wanted.filter = crate::record::filter::Filter::All;
        let find = move |crm: &mut Crm| {
            let columns = crm.board_columns(&wanted)?;
            Ok(columns.into_iter().find(|column| column.outcome == outcome))
        };
        vec![Cmd::question((number, "closing"), find, move |state, column| match column {
            Ok(Some(column)) => {
                let place = figures::column_name(&column, &state.context);
                let journey = Journey { board: number, ids, words, from: None, to: column.key, place };
                match outcome {
                    Outcome::Won => vec![journey.go(Why::default())],
                    _ => ask_why(number, journey, outcome, competitors),
                }
            }
            Ok(None) => state.tell(Tone::Notice, &Message::new("This pipeline has no such stage.")),
            Err(error) => state.fault(&error),
        })]
    }

    /// Takes closed deals up again, each where it was last open.
    fn reopen(&self) -> Vec<Cmd> {
        let ids = self.meant();
        let work = move |crm: &mut Crm| {
            crate::tui::modals::form::run(crm, "deal", "reopen", &ids, &crate::record::Values::new())
        };
        vec![Cmd::done(work, |context, refs| format!("{refs}: {}", context.pick("reopened", "已重新打开")))]
    }
}

impl Journey {
    fn go(self, why: Why) -> Cmd {
        let (ids, to) = (self.ids.clone(), self.to);
        let work = move |crm: &mut Crm| crm.drop_on_board(&ids, to, &why);
        Cmd::write(work, move |state, answer: Result<()>| match answer {
            Ok(()) => {
                let (first, to) = (self.ids.first().copied(), self.to);
                let mut commands = state.with_page(self.board, |page, _| {
                    if let Some(board) = page_as::<Board>(page) {
                        board.arrived(first, to);
                    }
                    Vec::new()
                });
                let told = Message::new("{deals} {arrow} {place}; u takes it back.")
                    .with("deals", self.words)
                    .with("arrow", state.context.glyphs.arrow)
                    .with("place", self.place);
                commands.extend(state.tell(Tone::Done, &told));
                commands
            }
            Err(error) => {
                let first = self.ids.first().copied();
                let mut commands = state.with_page(self.board, |page, _| {
                    if let (Some(board), Some(from)) = (page_as::<Board>(page), self.from) {
                        board.stand_on(first, from);
                    }
                    Vec::new()
                });
                commands.extend(state.fault(&error));
                commands
            }
        })
    }
}

impl Board {
    /// The cursor goes along with what was moved to a column in sight.
    fn arrived(&mut self, id: Option<i64>, to: Key) {
        self.marks.clear();
        self.stand_on(id, to);
    }

    /// The cursor is to stand on a card of a column, once that was read.
    fn stand_on(&mut self, id: Option<i64>, to: Key) {
        let place = self.lanes.iter().position(|lane| lane.column.key == to && !self.is_folded(lane));
        if let Some(lane) = place.and_then(|place| self.lanes.get_mut(place)) {
            lane.awaited = id;
            self.at = place.unwrap_or(self.at);
        }
    }
}

/// Asks why; the usual reasons are offered, and any other can be typed.
fn ask_why(board: u64, journey: Journey, outcome: Outcome, competitors: Vec<String>) -> Vec<Cmd> {
    let known = move |crm: &mut Crm| crm.closing_reasons(outcome);
    vec![Cmd::question((board, "reasons"), known, move |state, reasons| {
        let context = &state.context;
        let mut reasons = reasons.unwrap_or_default();
        if reasons.len() < 3 {
            let known = |words: &[&str; 2]| reasons.iter().any(|reason| words.contains(&reason.as_str()));
            let usual: Vec<[&str; 2]> = REASONS.into_iter().filter(|words| !known(words)).collect();
            reasons.extend(usual.iter().map(|[english, chinese]| context.pick(english, chinese).to_owned()));
        }
        let mut seen = std::collections::BTreeSet::new();
        let items = reasons.iter().filter(|reason| seen.insert((*reason).clone()));
        let items = items.map(|reason| Item::new(reason, reason)).collect();
        let title = match outcome {
            Outcome::Lost => {
                context.pick("Why was it lost? Choose, or type another reason", "丢单原因？可选或直接输入")
            }
            _ => context.pick("Why is it put aside? Choose, or type another reason", "搁置原因？可选或直接输入"),
        };
        let picker = Picker::new(context, title, items, move |state, items| {
            let reason = items.into_iter().next().map(|item| item.value).unwrap_or_default();
            let why = Why { reason, ..Why::default() };
            if outcome == Outcome::Lost { ask_who(state, journey, why, &competitors) } else { vec![journey.go(why)] }
        });
        state.show(Box::new(picker.free()))
    })]
}

/// Asks who won it instead; nobody need be known.
fn ask_who(state: &mut State, journey: Journey, why: Why, competitors: &[String]) -> Vec<Cmd> {
    let context = &state.context;
    let mut items = vec![Item::both(context, "Nobody, or not known", "无人或不详", "")];
    items.extend(competitors.iter().map(|name| Item::new(name, name)));
    let title = context.pick("Who won it instead? Choose, or type a name", "谁赢得了它？可选或直接输入");
    let picker = Picker::new(context, title, items, move |_, items| {
        let instead = items.into_iter().next().map(|item| item.value).unwrap_or_default();
        vec![journey.go(Why { instead, ..why })]
    });
    state.show(Box::new(picker.free()))
}

/// Something must be meant.
pub(super) fn needs_card(state: &State) -> Result<(), Message> {
    let meant = shown(state).is_some_and(|board| !board.meant().is_empty());
    if meant { Ok(()) } else { Err(Message::new("There is no card under the cursor.")) }
}

pub(super) fn win(state: &mut State) -> Vec<Cmd> {
    state.with(|board: &mut Board, context| board.close(Outcome::Won, context))
}

pub(super) fn lose(state: &mut State) -> Vec<Cmd> {
    state.with(|board: &mut Board, context| board.close(Outcome::Lost, context))
}

pub(super) fn shelve(state: &mut State) -> Vec<Cmd> {
    state.with(|board: &mut Board, context| board.close(Outcome::Shelved, context))
}

pub(super) fn reopen(state: &mut State) -> Vec<Cmd> {
    state.with(|board: &mut Board, _| board.reopen())
}
