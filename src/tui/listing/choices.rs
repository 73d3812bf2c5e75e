//! How a list is sorted, which columns it has, and the views that keep both under a name.

use super::Listing;
use crate::{
    Message, Result,
    crm::{Crm, Query, Sort},
    record::{Kind, Value, filter},
    tui::{
        command::Cmd,
        modals::{Item, Picker, form},
        page::Page,
        state::State,
        toast::Tone,
    },
    views::SavedView,
};

/// Asks by which field to sort.
pub fn sort(state: &mut State) -> Vec<Cmd> {
    let Some(listing) = state.top().and_then(Page::listing) else { return Vec::new() };
    let (context, number) = (&state.context, listing.number);
    let sorted = |name: &str| listing.sort.iter().find(|sort| sort.path == name).map(|sort| sort.descending);
    let fields = listing.schema.visible().filter(|field| Listing::sortable(&field.kind));
    let mut items: Vec<Item> = fields
        .map(|field| {
            let sign = match sorted(&field.name) {
                Some(true) => context.glyphs.down,
                Some(false) => context.glyphs.up,
                None => "",
            };
            Item::of_field(context, field, field.name.as_ref()).detail(sign)
        })
        .collect();
    // What is on the screen is what people sort by.
    items.sort_by_key(|item| listing.heads().iter().position(|head| head.name == item.value).unwrap_or(usize::MAX));
    let picker = Picker::new(context, context.pick("Sort by", "排序"), items, move |state, items| {
        let Some(item) = items.into_iter().next() else { return Vec::new() };
        state.with_listing(number, |listing, context| listing.sort_by(&item.value, context))
    });
    state.show(Box::new(picker))
}

/// Asks for the columns; Space chooses, Alt with an arrow moves.
pub fn columns(state: &mut State) -> Vec<Cmd> {
    let Some(listing) = state.top().and_then(Page::listing) else { return Vec::new() };
    let (context, number) = (&state.context, listing.number);
    let shown: Vec<String> = listing.heads().iter().map(|head| head.name.clone()).collect();
    let mut items: Vec<Item> = listing
        .schema
        .visible()
        .filter(|field| field.name != "id")
        .map(|field| Item::of_field(context, field, field.name.as_ref()).detail(field.name.as_ref()))
        .collect();
    for name in shown.iter().filter(|name| name.contains('.')) {
        items.push(Item::new(name, name));
    }
    items.sort_by_key(|item| shown.iter().position(|name| *name == item.value).unwrap_or(usize::MAX));
    let title = context.pick("Columns: Space chooses, Alt-Up and Alt-Down move", "列：空格选择，Alt-上下移动");
    let picker = Picker::new(context, title, items, move |state, items| {
        state.with_listing(number, |listing, context| {
            listing.columns = items.into_iter().map(|item| item.value).collect();
            listing.load(context)
        })
    });
    state.show(Box::new(picker.several(shown)))
}

/// The views of this kind.
pub fn views(state: &mut State) -> Vec<Cmd> {
    let Some(listing) = state.top().and_then(Page::listing) else { return Vec::new() };
    let (kind, number) = (listing.schema.kind, listing.number);
    vec![Cmd::question(
        (number, "views"),
        move |crm| read(crm, kind),
        move |state, answer| match answer {
            Ok(views) => offer(state, number, views),
            Err(error) => state.fault(&error),
        },
    )]
}

type View = (String, String, String, String);

fn read(crm: &mut Crm, kind: &str) -> Result<Vec<View>> {
    let columns = ["name", "filter", "columns", "sort"].map(str::to_owned).to_vec();
    let filter = filter::parse(&format!("record_kind={kind}"))?;
    let grid = crm.list(&Query { filter, columns, sort: Sort::parse("name"), ..Query::new("view") })?;
    let text = |cell: Option<&Value>| cell.and_then(Value::as_text).unwrap_or_default().to_owned();
    let view = |row: &crate::record::Row| {
        (text(row.cells.first()), text(row.cells.get(1)), text(row.cells.get(2)), text(row.cells.get(3)))
    };
    Ok(grid.rows.iter().map(view).collect())
}

fn offer(state: &mut State, number: u64, views: Vec<View>) -> Vec<Cmd> {
    let context = &state.context;
    let mut items = vec![
        Item::both(context, "Save this list as a view", "把当前列表存为视图", "save"),
        Item::both(context, "All, as usual", "全部（默认）", "usual"),
    ];
    items.extend(views.iter().map(|(name, filter, ..)| Item::new(name, format!("view {name}")).detail(filter)));
    let picker = Picker::new(context, context.pick("Views", "视图"), items, move |state, items| {
        let value = items.into_iter().next().map(|item| item.value).unwrap_or_default();
        match value.split_once(' ') {
            None if value == "save" => ask_name(state, number),
            Some(("new", name)) => save(state, number, name),
            None => state.with_listing(number, |listing, context| {
                (listing.filter, listing.columns, listing.sort) = (String::new(), Vec::new(), Vec::new());
                listing.view = None;
                listing.reload(context)
            }),
            Some((_, name)) => {
                let view = views.into_iter().find(|view| view.0 == name);
                view.map_or_else(Vec::new, |view| {
                    state.with_listing(number, |listing, context| {
                        listing.show_view(view);
                        listing.reload(context)
                    })
                })
            }
        }
    });
    let words = state.context.pick("Save this list as: ", "把当前列表存为：");
    state.show(Box::new(picker.free_as(words, "new ")))
}

impl Listing {
    fn show_view(&mut self, (name, filter, columns, sort): View) {
        self.columns = columns.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
        (self.filter, self.sort, self.view) = (filter, Sort::parse(&sort), Some(name));
    }

    /// The order in writing, as views keep it.
    #[must_use]
    pub fn order(&self) -> String {
        let one = |sort: &Sort| if sort.descending { format!("-{}", sort.path) } else { sort.path.clone() };
        self.sort.iter().map(one).collect::<Vec<_>>().join(",")
    }
}

fn ask_name(state: &mut State, number: u64) -> Vec<Cmd> {
    let title = state.context.pick("Name of the view", "视图名称");
    let form = form::ask(&state.context, title, Kind::Text, "", move |state, name| save(state, number, &name));
    state.show(Box::new(form))
}

fn save(state: &mut State, number: u64, name: &str) -> Vec<Cmd> {
    let mut commands = Vec::new();
    state.with_listing(number, |listing, _| {
        let filled = |text: String| Some(text).filter(|text| !text.is_empty());
        let view = SavedView {
            name: name.trim().to_owned(),
            record_kind: listing.schema.kind.to_owned(),
            filter: filled(format!("{} {}", listing.filter, listing.words).trim().to_owned()),
            columns: filled(listing.columns.join(",")),
            sort: filled(listing.order()),
            ..SavedView::default()
        };
        listing.view = Some(view.name.clone());
        commands.push(Cmd::write(move |crm| crm.insert(&view).map(|_| view), told));
        Vec::new()
    });
    commands
}

fn told(state: &mut State, answer: Result<SavedView>) -> Vec<Cmd> {
    match answer {
        Ok(view) => {
            let message = Message::new("Kept the view {name}: kehu {kind} list --view \"{name}\".")
                .with("name", view.name)
                .with("kind", view.record_kind);
            state.tell(Tone::Done, &message)
        }
        Err(error) => state.fault(&error),
    }
}
