//! Dates and ranges of dates as resumes write them, in many languages.

use super::document::is_unspaced;
use parley_domain::text;
use std::{collections::HashSet, ops::Range, sync::LazyLock};
use words::{ERAS, MONTHS, PRESENT, PRESENT_UNSPACED, SINCE, UNTIL};

mod words;

/// A date or a range that stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dates {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// The year it starts.
    pub start: i32,
    /// The year it ends; none if it goes on, or if it is one date and not a range.
    pub end: Option<i32>,
    /// It goes on until now.
    pub ongoing: bool,
}

impl Dates {
    /// Whether it has a beginning and an end, or goes on.
    #[must_use]
    pub fn is_range(&self) -> bool {
        self.end.is_some() || self.ongoing
    }
}

static LISTS: LazyLock<Lists> = LazyLock::new(Lists::new);

struct Lists {
    months: HashSet<String>,
    until: Vec<String>,
    since: Vec<String>,
    present: Vec<String>,
}

impl Lists {
    fn new() -> Self {
        let words = |list: &str| list.split_whitespace().map(text::fold).collect::<Vec<_>>();
        let phrase = |phrase: &str| text::fold(phrase.trim()).replace(['\'', '.'], " ");
        Self {
            months: words(MONTHS).into_iter().collect(),
            until: words(UNTIL),
            since: words(SINCE),
            present: PRESENT.split(',').map(phrase).collect(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Number(u32),
    Word(String),
    Sign(char),
}

#[derive(Debug, Clone)]
struct Token {
    kind: Kind,
    range: Range<usize>,
}

impl Token {
    fn digits(&self) -> usize {
        self.range.len()
    }

    fn is_sign(&self, signs: &str) -> bool {
        matches!(self.kind, Kind::Sign(c) if signs.contains(c))
    }
}

/// Numbers, words and signs; white space parts them and is left out.
fn tokens(text: &str) -> Vec<Token> {
    let class = |c: char| {
        if c.is_ascii_digit() {
            0
        } else if matches!(c, '年' | '月' | '日' | '년' | '월' | '일') {
            3
        } else if is_unspaced(c) && c.is_alphanumeric() {
            2
        } else if c.is_alphabetic() || unicode_normalization::char::is_combining_mark(c) {
            1
        } else {
            3
        }
    };
    let mut tokens: Vec<Token> = Vec::new();
    let mut last = 4;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        if c.is_whitespace() {
            last = 4;
            continue;
        }
        let this = class(c);
        match tokens.last_mut() {
            Some(token) if this == last && this < 3 => token.range.end = end,
            _ => tokens.push(Token {
                kind: Kind::Sign(c),
                range: at..end,
            }),
        }
        last = this;
    }
    for token in &mut tokens {
        let text = &text[token.range.clone()];
        match text.chars().next().map(class) {
            // Longer numbers are no dates; they keep their place.
            Some(0) => {
                token.kind = Kind::Number(
                    text.get(..text.len().min(9))
                        .and_then(|n| n.parse().ok())
                        .unwrap_or(u32::MAX),
                )
            }
            Some(1 | 2) => token.kind = Kind::Word(text::fold(text)),
            _ => {}
        }
    }
    tokens
}

/// The dates of a text: the first range in it, or else its first date.
#[must_use]
pub fn find(text: &str) -> Option<Dates> {
    let parser = Parser { tokens: tokens(text) };
    let mut single = None;
    let mut at = 0;
    while at < parser.tokens.len() {
        match parser
            .range(at)
            .filter(|(_, next)| !parser.touches_word(next - 1, *next))
        {
            Some((found, next)) if found.is_range() => {
                let _ = next;
                return Some(found);
            }
            Some((found, next)) => {
                single.get_or_insert(found);
                at = next;
            }
            None => at += 1,
        }
    }
    single
}

/// Whether a text is made of the words and numbers of dates only. It may be half a date, wrapped into the next line.
#[must_use]
pub fn is_only(text: &str) -> bool {
    let parser = Parser { tokens: tokens(text) };
    let mut at = 0;
    let mut known = false;
    while at < parser.tokens.len() {
        if let Some(next) = parser.present(at) {
            (at, known) = (next, true);
            continue;
        }
        let fits = match &parser.tokens[at].kind {
            Kind::Number(_) => parser.year(at).is_some() || parser.number(at, 1..3, 0..100).is_some(),
            Kind::Word(word) => {
                LISTS.months.contains(word)
                    || LISTS.until.contains(word)
                    || LISTS.since.contains(word)
                    || word == "から"
                    || parser.era(at).is_some()
                    || parser.month_word(at) > 0
            }
            Kind::Sign(sign) => "-–—−~〜～→/.,()'’年月日년월일".contains(*sign),
        };
        if !fits {
            return false;
        }
        known |= parser.year(at).is_some() || parser.is_month(at);
        at += 1;
    }
    known
}

/// Whether a text ends where a date must go on: with a dash, a month or a word such as `to`.
#[must_use]
pub fn is_open(text: &str) -> bool {
    let parser = Parser { tokens: tokens(text) };
    let Some(last) = parser.tokens.len().checked_sub(1) else {
        return false;
    };
    parser.is_sign(last, "-–—−~〜～") || parser.is_month(last) || parser.is_word_of(last, &LISTS.until)
}

struct Parser {
    tokens: Vec<Token>,
}

impl Parser {
    fn kind(&self, at: usize) -> Option<&Kind> {
        self.tokens.get(at).map(|token| &token.kind)
    }

    fn is_sign(&self, at: usize, signs: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is_sign(signs))
    }

    fn number(&self, at: usize, digits: Range<usize>, values: Range<u32>) -> Option<u32> {
        let token = self.tokens.get(at)?;
        match token.kind {
            Kind::Number(n) if digits.contains(&token.digits()) && values.contains(&n) => Some(n),
            _ => None,
        }
    }

    /// `平成28年`, `令和元年`: its year and the token behind it.
    fn era(&self, at: usize) -> Option<(i32, usize)> {
        let Some(Kind::Word(word)) = self.kind(at) else {
            return None;
        };
        let (era, first) = ERAS.iter().find(|(era, _)| word.starts_with(era))?;
        let (count, sign) = match &word[era.len()..] {
            "" => (self.number(at + 1, 1..3, 1..65)?, at + 2),
            "元" => (1, at + 1),
            _ => return None,
        };
        let count = i32::try_from(count).ok()?;
        self.is_sign(sign, "年").then_some((first + count - 1, sign + 1))
    }

    fn year(&self, at: usize) -> Option<(i32, usize)> {
        if let Some(found) = self.era(at) {
            return Some(found);
        }
        let year = self.number(at, 4..5, 1950..2050)?;
        // A year is not part of a longer number such as a phone's, nor of an identifier.
        let glued = |a: usize, b: usize| matches!((self.tokens.get(a), self.tokens.get(b)), (Some(x), Some(y)) if x.range.end == y.range.start);
        let digit = |at: usize| matches!(self.kind(at), Some(Kind::Sign(sign)) if sign.is_numeric());
        if at > 0 && glued(at - 1, at) && (self.is_sign(at - 1, "+_@#") || self.is_latin(at - 1) || digit(at - 1)) {
            return None;
        }
        if glued(at, at + 1) && (self.is_sign(at + 1, "_@") || self.is_latin(at + 1) || digit(at + 1)) {
            return None;
        }
        let next = if self.is_sign(at + 1, "年년") { at + 2 } else { at + 1 };
        Some((i32::try_from(year).ok()?, next))
    }

    fn is_latin(&self, at: usize) -> bool {
        matches!(self.kind(at), Some(Kind::Word(word)) if word.chars().any(|c| c.is_ascii_alphabetic()))
    }

    fn is_month(&self, at: usize) -> bool {
        matches!(self.kind(at), Some(Kind::Word(word)) if LISTS.months.contains(word))
    }

    /// Tokens of the word for a month that stands before its number, as in `Tháng 3/2019`.
    fn month_word(&self, at: usize) -> usize {
        let word = matches!(self.kind(at), Some(Kind::Word(word)) if word == "thang");
        usize::from(word && self.number(at + 1, 1..3, 1..13).is_some())
    }

    /// A date at `at`: its year and the token behind it.
    fn date(&self, at: usize) -> Option<(i32, usize)> {
        let at = at + self.month_word(at);
        self.month_year(at)
            .or_else(|| self.numbers_year(at))
            .or_else(|| self.year_month(at))
    }

    /// `Aug 2021`, `3 de agosto de 2021`, `August 3, 2021`, `Aug '21`.
    fn month_year(&self, at: usize) -> Option<(i32, usize)> {
        let mut at = at;
        if self.number(at, 1..3, 1..32).is_some() {
            at += 1;
            if self.is_sign(at, ".º°")
                || matches!(self.kind(at), Some(Kind::Word(word)) if matches!(word.as_str(), "de" | "th" | "st" | "nd" | "rd" | "er"))
            {
                at += 1;
            }
        }
        if !self.is_month(at) {
            return None;
        }
        at += 1;
        for _ in 0..2 {
            let word =
                matches!(self.kind(at), Some(Kind::Word(word)) if matches!(word.as_str(), "de" | "del" | "of" | "do"));
            if word || self.is_sign(at, ".,/-") {
                at += 1;
            }
        }
        if let Some(found) = self.year(at) {
            return Some(found);
        }
        if self.number(at, 1..3, 1..32).is_some() && self.is_sign(at + 1, ",") {
            return self.year(at + 2);
        }
        let short = if self.is_sign(at, "'’‘") {
            at + 1
        } else {
            return None;
        };
        self.short_year(short)
    }

    fn short_year(&self, at: usize) -> Option<(i32, usize)> {
        let year = i32::try_from(self.number(at, 2..3, 0..100)?).ok()?;
        Some((if year < 50 { 2000 + year } else { 1900 + year }, at + 1))
    }

    /// `08/2021`, `3.8.2021`.
    fn numbers_year(&self, at: usize) -> Option<(i32, usize)> {
        self.number(at, 1..3, 1..32)?;
        let step = |at: usize| self.is_sign(at, "./-").then_some(at + 1);
        let second = step(at + 1)?;
        if let Some(found) = self.year(second) {
            return (self.number(at, 1..3, 1..13).is_some()).then_some(found);
        }
        self.number(second, 1..3, 1..32)?;
        self.year(step(second + 1)?)
    }

    /// `2021`, `2021.08`, `2021-08-03`, `2021年8月`, `平成28年4月`.
    fn year_month(&self, at: usize) -> Option<(i32, usize)> {
        let (year, mut next) = self.year(at)?;
        if self.is_sign(next - 1, "年년") {
            if self.number(next, 1..3, 1..13).is_some() && self.is_sign(next + 1, "月월") {
                next += 2;
                if self.number(next, 1..3, 1..32).is_some() && self.is_sign(next + 1, "日일") {
                    next += 2;
                }
            }
            return Some((year, next));
        }
        for _ in 0..2 {
            let close = self
                .tokens
                .get(next)
                .is_some_and(|sign| sign.range.start == self.tokens[next - 1].range.end);
            let month = self.number(next + 1, 1..3, 1..32).filter(|n| *n < 13 || next > at + 1);
            let adjacent = matches!((self.tokens.get(next), self.tokens.get(next + 1)), (Some(a), Some(b)) if a.range.end == b.range.start);
            if close && adjacent && self.is_sign(next, "./-") && month.is_some() {
                next += 2;
            }
        }
        Some((year, next))
    }

    fn is_word_of(&self, at: usize, list: &[String]) -> bool {
        matches!(self.kind(at), Some(Kind::Word(word)) if list.contains(word))
    }

    /// The token behind a word for now that begins at `at`.
    fn present(&self, at: usize) -> Option<usize> {
        if let Some(Kind::Word(word)) = self.kind(at)
            && PRESENT_UNSPACED
                .iter()
                .any(|now| word.starts_with(text::fold(now).as_str()))
        {
            return Some(at + 1);
        }
        let mut phrase = String::new();
        let mut next = at;
        let mut found = None;
        while next < self.tokens.len() && next < at + 7 {
            match self.kind(next) {
                Some(Kind::Word(word)) => {
                    if !phrase.is_empty() {
                        phrase.push(' ');
                    }
                    phrase.push_str(word);
                }
                Some(Kind::Sign('.' | '\'' | '’')) => {}
                _ => break,
            }
            next += 1;
            if LISTS.present.contains(&phrase) {
                found = Some(next);
            }
        }
        found
    }

    fn found(&self, from: usize, to: usize, start: i32, end: Option<i32>, ongoing: bool) -> (Dates, usize) {
        let range = self.tokens[from].range.start..self.tokens[to - 1].range.end;
        let dates = Dates {
            range,
            start,
            end,
            ongoing,
        };
        (dates, to)
    }

    /// Whether two tokens touch of which one is a number and the other a word: `a2/2012` and `2012.6b` are no dates.
    fn touches_word(&self, number: usize, word: usize) -> bool {
        let (Some(a), Some(b)) = (self.tokens.get(number.min(word)), self.tokens.get(number.max(word))) else {
            return false;
        };
        a.range.end == b.range.start && self.is_latin(word) && matches!(self.kind(number), Some(Kind::Number(_)))
    }

    /// A range or a date at `at`, and the token behind it.
    fn range(&self, at: usize) -> Option<(Dates, usize)> {
        if at > 0 && self.touches_word(at, at - 1) {
            return None;
        }
        if self.is_word_of(at, &LISTS.since)
            && let Some((start, next)) = self.date(at + 1)
        {
            return Some(match self.end(next) {
                Some((end, ongoing, to)) => self.found(at, to, start, end, ongoing),
                None => self.found(at, next, start, None, true),
            });
        }
        if let Some((start, next)) = self.date(at) {
            return Some(match self.end(next) {
                Some((end, ongoing, to)) => self.found(at, to, start, end.map(|end| end.max(start)), ongoing),
                None => self.found(at, next, start, None, false),
            });
        }
        // `Jan – Mar 2019`: the year stands once.
        if self.is_month(at) {
            let next = if self.is_sign(at + 1, ".") { at + 2 } else { at + 1 };
            if self.is_sign(next, "-–—~")
                && let Some((year, to)) = self.month_year(next + 1)
            {
                return Some(self.found(at, to, year, Some(year), false));
            }
        }
        None
    }

    /// What follows a date to make it a range: the year it ends, or that it goes on, and the token behind it.
    fn end(&self, at: usize) -> Option<(Option<i32>, bool, usize)> {
        let bracket = usize::from(self.is_sign(at, ")."));
        if let Some(Kind::Word(word)) = self.kind(at)
            && word.starts_with('至')
            && let Some(to) = self.present(at)
        {
            return Some((None, true, to));
        }
        let mut next = at + bracket;
        let mut parted = false;
        while next < at + 4 {
            let unspaced = matches!(self.kind(next), Some(Kind::Word(word)) if matches!(word.as_str(), "至" | "から" | "到" | "부터"));
            if self.is_sign(next, "-–—−‐‑‒~〜～→>/") || unspaced || self.is_word_of(next, &LISTS.until)
            {
                next += 1;
                parted = true;
            } else {
                break;
            }
        }
        if !parted {
            return None;
        }
        // `2017 – (ongoing)`
        let inner = next + usize::from(self.is_sign(next, "("));
        if let Some(to) = self.present(inner) {
            return Some((None, true, to));
        }
        if let Some((year, to)) = self.date(next) {
            return Some((Some(year), false, to));
        }
        // `2014–17`
        if let Some((year, to)) = self.short_year(next)
            && self.tokens[next].range.start == self.tokens[next - 1].range.end
            && self.number(at.wrapping_sub(1), 4..5, 1950..2050).is_some()
        {
            return Some((Some(year), false, to));
        }
        // `2019 –` at the end.
        (next == self.tokens.len() && self.tokens[next - 1].is_sign("-–—")).then_some((None, true, next))
    }
}

#[cfg(test)]
mod tests;
