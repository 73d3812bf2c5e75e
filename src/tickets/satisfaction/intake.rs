//! Ratings that come by themselves: a form with the word of the question, or an answer to the e-mail that asked.

use super::rate::{Rated, Rating};
use crate::{
    Result,
    crm::{Crm, integer},
    error::{Cause, Error},
    exchange::{Letter, Pairs, forms, posted},
    message::Message,
    store::Sql,
};

/// How many letters the word has behind its beginning.
const LENGTH: usize = 16;

/// What forms call the parts of a rating.
const TOKEN: [&str; 4] = ["token", "survey", "id", "口令"];
const SCORE: [&str; 6] = ["score", "rating", "stars", "评分", "满意度", "分数"];
const PRODUCT: [&str; 4] = ["product_score", "product score", "product", "产品评分"];
const COMMENT: [&str; 6] = ["comment", "comments", "message", "text", "留言", "意见"];

impl Crm {
    /// Takes in ratings: forms in JSON or as a browser posts them, or an e-mail that answers the question.
    ///
    /// # Errors
    /// What is neither, what names no question of ours, or says no score.
    pub fn intake_ratings(&mut self, bytes: &[u8]) -> Result<Vec<Rated>> {
        let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
        let json = start.starts_with(b"{") || start.starts_with(b"[");
        let posted = if json { None } else { posted(start) };
        let ratings = match (json, posted) {
            (true, _) => forms(bytes)?.iter().map(of_form).collect::<Result<Vec<_>>>()?,
            (false, Some(form)) => vec![of_form(&form)?],
            (false, None) => vec![of_letter(bytes)?],
        };
        self.transaction("Take in ratings", |crm| {
            ratings
                .iter()
                .map(|(token, rating)| {
                    let id = crm.asked_by(token)?;
                    crm.rate(id, rating)
                })
                .collect()
        })
    }

    /// Takes an e-mail for the rating that it is, and says which ticket it is about; none where it is another e-mail.
    pub(crate) fn rated_by_letter(&mut self, letter: &Letter) -> Result<Option<i64>> {
        let Some((asked, ticket)) = self.question_of(letter)? else { return Ok(None) };
        let Some((score, comment)) = rated_in(&own_words(&letter.text)) else { return Ok(None) };
        self.rate(asked, &Rating { score: Some(score), comment, channel: "mail", ..Rating::default() })?;
        Ok(Some(ticket))
    }

    /// The question of ours that an e-mail answers, and the ticket that it was about.
    pub(crate) fn question_of(&mut self, letter: &Letter) -> Result<Option<(i64, i64)>> {
        let Some(token) = token_of(letter) else { return Ok(None) };
        let sql = "SELECT id, ticket FROM satisfactions WHERE token = ? AND deleted_at IS NULL";
        let row = self.db.first(sql, &[Sql::Text(token)])?;
        Ok(row.map(|row| (integer(&row[0]), integer(&row[1]))))
    }

    fn asked_by(&mut self, token: &str) -> Result<i64> {
        let sql = "SELECT id FROM satisfactions WHERE token = ? AND deleted_at IS NULL";
        let row = self.db.first(sql, &[Sql::Text(token.to_uppercase())])?;
        row.map(|row| integer(&row[0])).ok_or_else(|| {
            Error::new(
                Cause::NotFound,
                Message::new("{token} is no question that was asked here.").with("token", token),
            )
            .hint(Message::new("kehu satisfaction list"))
        })
    }
}

fn of_form(pairs: &Pairs) -> Result<(String, Rating)> {
    let said = |names: &[&str]| {
        let named = |key: &str| names.contains(&key.trim().to_lowercase().as_str());
        pairs.iter().find(|(key, _)| named(key)).map(|(_, text)| text.trim().to_owned())
    };
    let token = said(&TOKEN).ok_or_else(|| {
        Error::bad_value(Message::new("The form says no token, so nobody knows what it answers.")).on_field("token")
    })?;
    let number = |names: &[&str], field: &'static str| said(names).map(|text| score(&text, field)).transpose();
    let rating = Rating {
        score: number(&SCORE, "score")?,
        product_score: number(&PRODUCT, "product_score")?,
        comment: said(&COMMENT),
        channel: "form",
    };
    Ok((token, rating))
}

/// A score as a form says it.
fn score(text: &str, field: &'static str) -> Result<i64> {
    text.parse().ok().filter(|score| (1..=5).contains(score)).ok_or_else(|| {
        let message = Message::new("{value} is no rating; it takes a number from 1 (bad) to 5 (very good).");
        Error::bad_value(message.with("value", text)).on_field(field)
    })
}

fn of_letter(bytes: &[u8]) -> Result<(String, Rating)> {
    let letter = Letter::read(bytes)?;
    if let Some(header) = &letter.machine {
        let message = Message::new("Nothing was taken in: a machine sent this e-mail, as {header} says.");
        return Err(Error::new(Cause::Refused, message.with("header", header)));
    }
    let token = token_of(&letter);
    let token = token.ok_or_else(|| {
        Error::bad_value(
            Message::new("The e-mail answers no question of ours: it holds no word such as {word}.")
                .with("word", "SF-…"),
        )
    })?;
    let own = own_words(&letter.text);
    let Some((score, comment)) = rated_in(&own) else {
        let message = Message::new("The e-mail says no rating, a number from 1 (bad) to 5 (very good).");
        return Err(Error::bad_value(message).on_field("score"));
    };
    Ok((token, Rating { score: Some(score), comment, channel: "mail", ..Rating::default() }))
}

/// The word of the question that an e-mail answers: in its subject, in the Message-ID of what it answers, or in what it
/// quotes.
fn token_of(letter: &Letter) -> Option<String> {
    let texts = std::iter::once(&letter.subject).chain(&letter.answers).chain([&letter.text]);
    texts.into_iter().find_map(|text| token_in(text))
}

/// The word of a question, wherever it stands in a text.
fn token_in(text: &str) -> Option<String> {
    let upper = text.to_uppercase();
    upper.match_indices("SF-").find_map(|(at, _)| {
        let word: String = upper[at + 3..].chars().take_while(char::is_ascii_hexdigit).collect();
        (word.len() == LENGTH).then(|| format!("SF-{word}"))
    })
}

/// What they wrote themselves, without what their program quoted below.
fn own_words(text: &str) -> String {
    let quoted = |line: &str| {
        let line = line.trim();
        line.starts_with('>')
            || line.starts_with("-----")
            || line.starts_with("________")
            || (line.starts_with("On ") && line.ends_with("wrote:"))
            || line.ends_with("写道：")
            || line.ends_with("写道:")
            || line.starts_with("发件人:")
            || line.starts_with("发件人：")
            || line.starts_with("From:")
    };
    text.lines().take_while(|line| !quoted(line)).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// The first number from 1 to 5 that stands by itself, and the rest as the comment.
fn rated_in(own: &str) -> Option<(i64, Option<String>)> {
    let letters: Vec<char> = own.chars().collect();
    let part_of_more =
        |letter: Option<&char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric() || *letter == '.');
    let place = letters.iter().enumerate().position(|(at, letter)| {
        let alone = !part_of_more(at.checked_sub(1).and_then(|at| letters.get(at)))
            && !letters.get(at + 1).is_some_and(char::is_ascii_alphanumeric);
        ('1'..='5').contains(letter) && alone
    })?;
    let score = i64::from(letters[place].to_digit(10)?);
    let before: String = letters[..place].iter().collect();
    let after: String = letters[place + 1..].iter().collect();
    let after = ["/5", " / 5", "分", "星", " points", " stars"]
        .iter()
        .fold(after.as_str(), |text, unit| text.strip_prefix(unit).unwrap_or(text));
    let comment = format!("{before}{after}");
    let comment = comment.trim_matches(|letter: char| letter.is_whitespace() || "-–—:：,，.。;；".contains(letter));
    Some((score, (!comment.is_empty()).then(|| comment.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::{own_words, rated_in, token_in};

    #[test]
    fn the_number_is_found_in_what_people_write_around_it() {
        let rated = |text: &str| rated_in(&own_words(text));
        assert_eq!(rated("5"), Some((5, None)));
        assert_eq!(rated("4/5 - quick, thank you"), Some((4, Some("quick, thank you".to_owned()))));
        assert_eq!(rated("3分，等了很久"), Some((3, Some("等了很久".to_owned()))));
        assert_eq!(rated("It took 14 days.\n\n> 5 is best"), None);
        assert_eq!(rated("2\n\nOn Tue, Lin wrote:\n5"), Some((2, None)));
    }

    #[test]
    fn the_word_is_known_in_any_case_and_nothing_else_for_it() {
        assert_eq!(token_in("Re: x [sf-0123456789abcdef]"), Some("SF-0123456789ABCDEF".to_owned()));
        assert_eq!(token_in("SF-1 and SF-0123456789ABCDEF0"), None);
    }
}
