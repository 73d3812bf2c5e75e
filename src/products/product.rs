//! Product: what we sell, as far as deals need to know it (R62).

use crate::record::{
    Money, record,
    types::{ExternalIds, LongText, Open, Tags},
};

record! {
    /// What we sell: goods and services with their list prices.
    pub struct Product in "products" as "R" called "product" {
        /// Name shown everywhere
        name: String [title, search, list],
        /// Article number
        code: Option<String> [match, unique, search, list],
        /// Series or group of goods
        category: Option<Open> [index, list],
        /// What one of it is: piece, month, kilogram
        unit: Option<Open>,
        /// List price of one
        price: Option<Money> [list, min("0")],
        /// What one costs us
        cost: Option<Money> [min("0")],
        /// Whether it is sold still
        active: bool [default("yes"), list],
        /// Tags
        tags: Tags [search],
        /// What else is worth knowing
        notes: Option<LongText> [search],
        /// Numbers by which other systems know it, as `system:number`
        external_ids: ExternalIds [unique],
    }
}
