//! What we sell: products with their list prices.

pub(crate) mod product;

pub use product::Product;
