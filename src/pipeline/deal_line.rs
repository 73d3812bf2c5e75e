//! Deal line: what a deal is about, line by line; the deal is worth the sum of its lines, where it has any (R47, R59).

use super::{Deal, memo};
use crate::{
    Result,
    catalog::Panel,
    crm::{Crm, Query, Sort, integer, text},
    error::{Cause, Error},
    message::Message,
    products::Product,
    record::{
        Currency, Draft, Grid, Id, Money, Origin, Value, Values, filter, record,
        types::{LongText, Percent},
    },
    store::Sql,
};

record! {
    /// One line of what a deal is about: so much of what at which price.
    pub struct DealLine in "deal_lines" as "DL" called "deal_line" {
        /// What it is; the name of its product unless said
        description: Option<String> [title, search, list],
        /// The deal it belongs to
        deal: Id<Deal> [index, child, list],
        /// What we sell
        product: Option<Id<Product>> [list],
        /// How many
        quantity: i64 [scale("3"), default("1"), min("0"), list],
        /// What one costs; the list price of its product unless said
        price: Option<Money> [min("0"), list],
        /// How much less, of a hundred
        discount: Option<Percent> [min("0"), max("100"), list],
        /// What it comes to, rounded to the smallest coin
        amount: Option<Money> [automatic, list],
        /// What else is worth knowing
        notes: Option<LongText>,
    }
}

/// The lines on the page of their deal, with what they come to.
pub(crate) const PANEL: Panel =
    Panel { of: "deal", key: "deal_lines", title: "Lines", title_zh: "产品明细", grid: of_deal };

/// A line as it is added.
const EXAMPLE: &str = "kehu deal_line add \"Flow sensor\" --deal D1 --quantity 12 --price \"EUR 860\"";

/// A thousand thousandths make one, and ten thousand hundredths of a percent the whole price.
const WHOLE: i128 = 1_000 * 10_000;

fn of_deal(crm: &mut Crm, deal: i64, limit: Option<u64>) -> Result<Grid> {
    let query = Query {
        filter: filter::parse(&format!("deal=D{deal}"))?,
        columns: ["description", "product", "quantity", "price", "discount", "amount"].map(str::to_owned).into(),
        sort: Sort::parse("id"),
        limit,
        ..Query::new("deal_line")
    };
    let mut grid = crm.list(&query)?;
    if let Some(sum) = sum(crm, deal)? {
        let mut totals = vec![Value::Null; grid.columns.len()];
        totals[5] = Value::Money(sum);
        grid.totals = Some(totals);
    }
    Ok(grid)
}

/// Completes a line from its product, and works out what it comes to.
pub(crate) fn check(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    if draft.deleted() {
        return Ok(());
    }
    if draft.get("deal").is_empty() {
        let message = Message::new("A {kind} needs {fields}.").with("kind", "deal_line").with("fields", "deal");
        return Err(Error::bad_value(message).on_field("deal").hint(Message::new(EXAMPLE)));
    }
    let product = draft.get("product").as_integer();
    if let Some(product) = product.filter(|_| draft.get("description").is_empty()) {
        let name = crm.title("product", product)?;
        draft.set("description", Value::Text(name));
    }
    if draft.get("description").is_empty() {
        let message = Message::new("A {kind} needs {fields}.").with("kind", "deal_line");
        return Err(Error::bad_value(message.with("fields", "description"))
            .on_field("description")
            .hint(Message::new(EXAMPLE)));
    }
    let currency = currency_of(crm, draft)?;
    if let Some(product) = product.filter(|_| draft.get("price").is_empty()) {
        let price = memo::price(crm, product)?;
        if let Some(price) = price.filter(|price| currency.is_none_or(|currency| currency == price.currency)) {
            draft.set("price", Value::Money(price));
        }
    }
    let Value::Money(price) = draft.get("price") else { return Err(unpriced(crm, draft, currency)?) };
    if let Some(currency) = currency.filter(|currency| *currency != price.currency) {
        return Err(foreign(crm, draft, price, currency)?);
    }
    let amount = amount(draft, price)?;
    draft.set("amount", Value::Money(amount));
    Ok(())
}

/// The currency of the deal, which is that of its lines; none while nothing is said of what it is worth.
fn currency_of(crm: &mut Crm, draft: &Draft) -> Result<Option<Currency>> {
    let sql = "SELECT amount_currency FROM deals WHERE id = ? AND amount IS NOT NULL";
    let deal = draft.get("deal").as_integer().unwrap_or_default();
    let row = crm.db.first(sql, &[Sql::Integer(deal)])?;
    Ok(row.and_then(|row| <[u8; 3]>::try_from(text(&row[0]).as_bytes()).ok()).map(Currency))
}

/// Price times quantity less the discount, rounded once, half up.
fn amount(draft: &Draft, price: Money) -> Result<Money> {
    let whole = |field: &str| i128::from(draft.get(field).as_integer().unwrap_or_default());
    let exact = i128::from(price.minor) * whole("quantity") * (10_000 - whole("discount"));
    let minor = (exact + WHOLE / 2).div_euclid(WHOLE);
    let minor = i64::try_from(minor).map_err(|_| {
        Error::bad_value(
            Message::new("Nobody pays that much: {price} times {quantity} is out of range.")
                .with("price", price)
                .with("quantity", crate::record::types::show(&quantity_kind(), &draft.get("quantity"))),
        )
        .on_field("quantity")
    })?;
    Ok(Money { minor, ..price })
}

fn quantity_kind() -> crate::record::Kind {
    crate::record::Kind::Decimal { scale: 3 }
}

fn unpriced(crm: &mut Crm, draft: &Draft, currency: Option<Currency>) -> Result<Error> {
    let deal = draft.get("deal").as_integer().unwrap_or_default();
    let listed = match draft.get("product").as_integer() {
        Some(product) => memo::price(crm, product)?,
        None => None,
    };
    let what = draft.get("description");
    let what = what.as_text().unwrap_or_default();
    let message = match (listed, currency) {
        (Some(listed), Some(currency)) => {
            Message::new("{what} is listed at {listed}, and D{deal} is in {currency}: say the price of one.")
                .with("listed", listed)
                .with("currency", currency)
        }
        _ => Message::new("What does one {what} cost?"),
    };
    let message = message.with("what", what).with("deal", deal);
    Ok(Error::bad_value(message).on_field("price"))
}

fn foreign(crm: &mut Crm, draft: &Draft, price: Money, currency: Currency) -> Result<Error> {
    let deal = draft.get("deal").as_integer().unwrap_or_default();
    let message = Message::new("D{number} {deal} is in {currency}, and {price} is not.")
        .with("number", deal)
        .with("deal", crm.title("deal", deal)?)
        .with("currency", currency)
        .with("price", price);
    let hint = Message::new("write the price as \"{currency} {amount}\"")
        .with("currency", currency)
        .with("amount", price.amount());
    Ok(Error::new(Cause::Refused, message).on_field("price").hint(hint))
}

/// What the lines of a deal come to; nothing where it has none.
pub(super) fn sum(crm: &mut Crm, deal: i64) -> Result<Option<Money>> {
    let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(amount), 0) AS BIGINT), MIN(amount_currency) FROM deal_lines \
               WHERE deal = ? AND deleted_at IS NULL";
    let Some(row) = crm.db.first(sql, &[Sql::Integer(deal)])? else { return Ok(None) };
    let currency = <[u8; 3]>::try_from(text(&row[2]).as_bytes()).ok();
    Ok(currency
        .filter(|_| integer(&row[0]) > 0)
        .map(|code| Money { minor: integer(&row[1]), currency: Currency(code) }))
}

/// The deal is worth what its lines come to from now on. What goes to the recycle bin with its deal, and comes back with
/// it, leaves the deal as it is.
pub(crate) fn settle(crm: &mut Crm, draft: &Draft) -> Result<()> {
    let deals = [draft.get("deal").as_integer(), draft.before("deal").as_integer()];
    for (place, deal) in deals.iter().enumerate() {
        let Some(deal) = deal.filter(|_| place == 0 || deals[0] != deals[1]) else { continue };
        if crm.is_underway("deal", deal) {
            continue;
        }
        if let Some(sum) = sum(crm, deal)? {
            let mut values: Values = vec![("amount".to_owned(), Value::Money(sum))];
            // The first lines of several are no concession.
            if draft.stored.is_empty() || draft.origin == Origin::Export {
                let sql = "SELECT COALESCE(shrinks, 0) FROM deals WHERE id = ?";
                let shrinks = crm.numbers(sql, &[Sql::Integer(deal)])?.first().copied().filter(|count| *count > 0);
                values.push(("shrinks".to_owned(), shrinks.map_or(Value::Null, Value::Integer)));
            }
            crm.change("deal", deal, values, None)?;
        }
    }
    Ok(())
}

/// A deal with lines is worth their sum: whoever wants another amount changes the lines (a price, a discount).
pub(super) fn wins(crm: &mut Crm, draft: &mut Draft) -> Result<()> {
    let said = draft.changed("amount").is_some_and(|amount| !amount.same(&draft.before("amount")));
    let Some(deal) = draft.id.filter(|_| said) else { return Ok(()) };
    let Some(sum) = sum(crm, deal)? else { return Ok(()) };
    if draft.get("amount").same(&Value::Money(sum)) {
        return Ok(());
    }
    if draft.origin == Origin::Person {
        let message = Message::new("{deal} is worth the sum of its lines, {sum}: change those instead.");
        let name = draft.get("name");
        let message = message.with("deal", name.as_text().unwrap_or_default()).with("sum", sum);
        let hint = Message::new("kehu deal_line list deal=D{number}").with("number", deal);
        return Err(Error::new(Cause::Refused, message).on_field("amount").hint(hint));
    }
    if draft.origin == Origin::File {
        crm.notice(Message::new(
            "Deals with lines are worth the sum of these; other amounts in the file are left out.",
        ));
    }
    draft.set("amount", Value::Money(sum));
    Ok(())
}
