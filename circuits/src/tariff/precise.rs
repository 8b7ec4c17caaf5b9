//! Prices with more digits than money has a use for: each digit of an exact amount is one more that it says.

use super::Tariff;
use super::diagnostic::Diagnostic;
use super::text::{Token, tokens};

/// Decimal places of the major unit that a published price has at most: tenths of a thousandth of a penny.
const MAX_PLACES: usize = 7;

impl Tariff {
    /// The prices of the text that are given to more places than a bill has a use for.
    pub fn over_precise(&self) -> Vec<Diagnostic> {
        let tokens = tokens(self.source(), &mut Vec::new());
        let currency = self.currency();
        let mut found = Vec::new();
        for (at, (token, span)) in tokens.iter().enumerate() {
            let Token::Number(number) = token else { continue };
            let unit = tokens[at..].iter().find_map(|(token, _)| match token {
                Token::Word(word) | Token::Compound(word) => Some(*word),
                _ => None,
            });
            let money = unit.and_then(|unit| unit.split('/').next()).unwrap_or_default();
            let behind = match money {
                code if code == currency.code() => 0,
                minor if currency.minor() == Some(minor) => usize::from(currency.digits()),
                _ => continue,
            };
            let digits = number.split_once('.').map_or("", |(_, digits)| digits).trim_end_matches('0');
            let places = digits.len() + behind;
            if !digits.is_empty() && places > MAX_PLACES {
                let message = format!("this price is given to {places} decimal places of {}", currency.code());
                let help = format!("{MAX_PLACES} are more than enough: leave out the last digits");
                found.push(Diagnostic::new("over-precise", &span.into_range(), message).help(help));
            }
        }
        found
    }

    /// Where a charge's or a definition's name stands in the text; the keyword of the total without a name.
    pub fn place(&self, name: &str) -> super::Span {
        let tokens = tokens(self.source(), &mut Vec::new());
        let named = tokens.windows(2).find(|pair| match (pair[0].0, pair[1].0) {
            (Token::Word("charge" | "define"), Token::Word(word)) => word == name,
            _ => false,
        });
        named.map_or_else(|| self.sheet.total.keyword.clone(), |pair| pair[1].1.into_range())
    }
}
