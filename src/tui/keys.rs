//! `kehu keys`: every key of the dashboard as a table.

use super::{action, key};
use crate::record::{Column, Grid, Kind, Value};

/// Where, which keys, what they do; `chinese` chooses the words.
#[must_use]
pub fn table(chinese: bool) -> Grid {
    let columns = vec![
        Column::new("where", "Where", "位置", Kind::Text),
        Column::new("keys", "Keys", "按键", Kind::Text),
        Column::new("does", "Does", "作用", Kind::Text),
        Column::new("action", "Action", "名称", Kind::Text),
    ];
    let rows = action::all().map(|action| {
        let keys: Vec<String> = action.keys.iter().map(|keys| key::label(keys)).collect();
        let [english, zh] = action.help;
        vec![
            Value::text(action.context),
            Value::Text(keys.join(", ")),
            Value::text(if chinese { zh } else { english }),
            Value::text(action.id),
        ]
    });
    Grid::of("rows", columns, rows.collect())
}
