//! What an import need not read again for each row: the stages of pipelines, the list prices of products, the policies of
//! tickets.

use super::{Pipeline, Stage};
use crate::{
    Result,
    crm::Crm,
    products::Product,
    record::{Id, Money},
};
use std::{collections::HashMap, sync::Arc};

/// Kept while many rows are looked at or written in one go.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    pub usual: Option<Id<Pipeline>>,
    pub stages: HashMap<i64, Vec<Stage>>,
    /// How fast tickets are to be answered.
    pub deadlines: Option<Arc<crate::tickets::sla::Rules>>,
    prices: HashMap<i64, Option<Money>>,
}

/// A stage by its number.
pub(super) fn stage(crm: &mut Crm, id: i64) -> Result<Stage> {
    let known = crm.memo.as_ref().and_then(|memo| memo.stages.values().flatten().find(|stage| stage.id.number == id));
    known.cloned().map_or_else(|| crm.get(Id::new(id)), Ok)
}

/// The list price of a product.
pub(super) fn price(crm: &mut Crm, product: i64) -> Result<Option<Money>> {
    if let Some(price) = crm.memo.as_ref().and_then(|memo| memo.prices.get(&product)) {
        return Ok(*price);
    }
    let price = crm.get::<Product>(Id::new(product))?.price;
    if let Some(memo) = &mut crm.memo {
        memo.prices.insert(product, price);
    }
    Ok(price)
}
