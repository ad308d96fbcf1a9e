//! Finds a model's quotes in what the candidate said. Word for word: the same characters in the same order, whole words,
//! after what no reader sees as a difference is evened out (white space, composed and decomposed letters, compatibility
//! forms, curly and straight marks, case, invisible characters). What is kept is never the model's text: it is the slice
//! of the candidate's own turn.

use super::clean::invisible;
use parley_domain::{
    analysis::Evidence,
    conversation::{Speaker, Turn},
};
use unicode_normalization::UnicodeNormalization;

/// Longest quote that is kept, in characters.
const QUOTE_MAX: usize = 300;
/// Fewest words of a piece, where a model left something out in the middle of a quote.
const PIECE_WORDS: usize = 3;

/// One turn of the candidate, ready to be searched.
#[derive(Debug)]
pub(super) struct Said<'a> {
    number: i32,
    text: &'a str,
    even: Vec<char>,
    /// For each character of `even`: where the character that it came from begins and ends in `text`.
    spans: Vec<(usize, usize)>,
}

impl<'a> Said<'a> {
    fn new(turn: &'a Turn) -> Self {
        let (even, spans) = evened(&turn.text);
        Self {
            number: turn.number,
            text: &turn.text,
            even,
            spans,
        }
    }

    /// The slice of the turn that reads as `wanted`, on word boundaries.
    fn find(&self, wanted: &[char]) -> Option<&'a str> {
        let last = self.even.len().checked_sub(wanted.len())?;
        let at =
            (0..=last).find(|&at| self.even[at..at + wanted.len()] == *wanted && self.whole_words(at, wanted.len()))?;
        let start = self.spans.get(at)?.0;
        let end = self.spans.get(at + wanted.len() - 1)?.1;
        self.text.get(start..end)
    }

    fn whole_words(&self, at: usize, len: usize) -> bool {
        let joined = |before: usize, after: usize| {
            let (Some(a), Some(b)) = (self.even.get(before), self.even.get(after)) else {
                return false;
            };
            // Scripts that write no spaces have no boundary to look for.
            spaced(*a) && spaced(*b)
        };
        let begins = at == 0 || !joined(at - 1, at);
        let ends = !joined(at + len - 1, at + len);
        begins && ends && self.not_inside_one_character(at, len)
    }

    /// A ligature or a composed letter is one character to a reader: half of it is no quote.
    fn not_inside_one_character(&self, at: usize, len: usize) -> bool {
        let span = |n: usize| self.spans.get(n).map(|s| s.0);
        let cut = |n: usize| n > 0 && span(n).is_some() && span(n) == span(n - 1);
        !cut(at) && !cut(at + len)
    }
}

fn spaced(c: char) -> bool {
    c.is_alphanumeric()
        && !matches!(c, '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// The candidate's turns, ready to be searched.
#[derive(Debug)]
pub(super) struct Sayings<'a>(Vec<Said<'a>>);

impl<'a> Sayings<'a> {
    pub(super) fn of(turns: &'a [Turn]) -> Self {
        let own = turns.iter().filter(|t| t.speaker == Speaker::Candidate);
        Self(own.map(Said::new).collect())
    }

    /// Where a quote stands, in the candidate's own characters: in the turn that the model named, else in any. Empty where
    /// it stands nowhere. A quote with something left out in the middle becomes its pieces.
    pub(super) fn find(&self, turn: Option<i32>, quote: &str) -> Vec<Evidence> {
        if let Some(whole) = self.find_one(turn, quote) {
            return vec![whole];
        }
        let pieces: Vec<&str> = split_at_gaps(quote);
        if pieces.len() < 2 || pieces.iter().any(|p| p.split_whitespace().count() < PIECE_WORDS) {
            return Vec::new();
        }
        let found: Vec<_> = pieces.iter().filter_map(|p| self.find_one(turn, p)).collect();
        // All pieces, or the quote was put together from what was said and what was not.
        if found.len() == pieces.len() { found } else { Vec::new() }
    }

    fn find_one(&self, turn: Option<i32>, quote: &str) -> Option<Evidence> {
        let (mut wanted, _) = evened(quote);
        trim(&mut wanted);
        if !wanted.iter().any(|c| c.is_alphanumeric()) {
            return None;
        }
        let named = self.0.iter().filter(|s| Some(s.number) == turn);
        let others = self.0.iter().filter(|s| Some(s.number) != turn);
        named.chain(others).find_map(|said| {
            let slice = said.find(&wanted)?;
            Some(Evidence {
                turn: said.number,
                quote: shortened(slice).to_owned(),
            })
        })
    }
}

/// White space, and the marks that models put around quotes or leave at their ends.
fn trim(text: &mut Vec<char>) {
    let idle = |c: &char| matches!(c, ' ' | '"' | '\'' | '.' | ',' | ';' | ':' | '…' | '-');
    while text.last().is_some_and(idle) {
        text.pop();
    }
    let first = text.iter().position(|c| !idle(c)).unwrap_or(text.len());
    text.drain(..first);
}

fn split_at_gaps(quote: &str) -> Vec<&str> {
    quote
        .split("[...]")
        .flat_map(|p| p.split("[…]"))
        .flat_map(|p| p.split("..."))
        .flat_map(|p| p.split('…'))
        .map(str::trim)
        .filter(|p| !p.is_empty())
        .collect()
}

/// At most [`QUOTE_MAX`] characters, cut at a space; still a slice of the same text.
fn shortened(slice: &str) -> &str {
    let Some((end, _)) = slice.char_indices().nth(QUOTE_MAX) else {
        return slice;
    };
    let head = &slice[..end];
    match head.rfind(char::is_whitespace) {
        Some(space) if space > end / 2 => head[..space].trim_end(),
        _ => head,
    }
}

/// The text as it is compared, with the place of each character in the original.
fn evened(text: &str) -> (Vec<char>, Vec<(usize, usize)>) {
    let (mut even, mut spans) = (
        Vec::with_capacity(text.len()),
        Vec::<(usize, usize)>::with_capacity(text.len()),
    );
    for (start, original) in text.char_indices() {
        let span = (start, start + original.len_utf8());
        if invisible(original) {
            continue;
        }
        for c in original.nfkd().flat_map(char::to_lowercase) {
            let c = alike(c);
            if c == ' ' {
                if even.last() == Some(&' ') {
                    continue;
                }
            } else if unicode_normalization::char::is_combining_mark(c)
                && let Some(last) = spans.last_mut()
            {
                // A mark belongs to the letter before it: the two are one span, however they were typed.
                last.1 = span.1.max(last.1);
                let base = *last;
                even.push(c);
                spans.push(base);
                continue;
            }
            even.push(c);
            spans.push(span);
        }
    }
    (even, spans)
}

/// Marks that read the same.
fn alike(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{201B}' | '\u{2032}' | '`' | '\u{00B4}' => '\'',
        '\u{201C}'..='\u{201F}' | '\u{2033}' | '\u{00AB}' | '\u{00BB}' | '\u{300C}'..='\u{300F}' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        c if c.is_whitespace() || c.is_control() => ' ',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parley_domain::{conversation::TurnKind, time::Timestamp};
    use proptest::prelude::*;

    fn turn(number: i32, speaker: Speaker, text: &str) -> Turn {
        Turn {
            number,
            speaker,
            kind: TurnKind::Answer,
            question: None,
            text: text.into(),
            at: Timestamp::from_millis(0),
            scripted: false,
            pause_ms: 0,
        }
    }

    fn found(said: &str, quote: &str) -> Option<String> {
        let turns = [turn(2, Speaker::Candidate, said)];
        Sayings::of(&turns)
            .find(Some(2), quote)
            .into_iter()
            .next()
            .map(|e| e.quote)
    }

    #[test]
    fn what_is_kept_is_what_was_typed() {
        let said = "We  rolled\nback the Café’s\u{A0}release — at once.";
        assert_eq!(
            found(said, "\"we rolled back the cafe\u{301}'s release - at once\""),
            Some("We  rolled\nback the Café’s\u{A0}release — at once".to_owned())
        );
        assert_eq!(found("cafe\u{301} au lait", "café"), Some("cafe\u{301}".to_owned()));
        assert_eq!(found("ﬁve ﬁles", "five files"), Some("ﬁve ﬁles".to_owned()));
        assert_eq!(found("ＡＢＣ 测试", "abc 测试"), Some("ＡＢＣ 测试".to_owned()));
        assert_eq!(
            found("mea\u{AD}sure fi\u{200B}rst", "measure first"),
            Some("mea\u{AD}sure fi\u{200B}rst".to_owned())
        );
    }

    #[test]
    fn other_words_are_not_found() {
        for (said, quote) in [
            ("We measured first.", "We measured twice."),
            ("We started early.", "art"),
            ("I did not do it.", "I did do it."),
            ("résumé", "resume"),
            ("We measured.", "..."),
            ("We measured.", ""),
            ("ﬁ", "f"),
            ("é", "e"),
        ] {
            assert_eq!(found(said, quote), None, "{quote} in {said}");
        }
        assert_eq!(
            found("首先我会测量。然后缓存。", "我会测量"),
            Some("我会测量".to_owned())
        );
    }

    #[test]
    fn the_interviewer_is_never_quoted_and_the_right_turn_is_named() {
        let turns = [
            turn(1, Speaker::Interviewer, "Do you measure first?"),
            turn(2, Speaker::Candidate, "Yes, I do."),
            turn(4, Speaker::Candidate, "I always measure twice."),
        ];
        let sayings = Sayings::of(&turns);
        assert!(sayings.find(Some(1), "Do you measure first?").is_empty());
        assert_eq!(sayings.find(Some(2), "always measure twice")[0].turn, 4);
        assert_eq!(sayings.find(None, "Yes, I do")[0].turn, 2);
    }

    #[test]
    fn quotes_with_gaps_become_pieces_only_if_all_stand_there() {
        let turns = [turn(
            2,
            Speaker::Candidate,
            "First we stopped the release, then, an hour later, we told all our customers.",
        )];
        let sayings = Sayings::of(&turns);
        let pieces = sayings.find(Some(2), "First we stopped the release […] told all our customers");
        assert_eq!(
            pieces.iter().map(|e| e.quote.as_str()).collect::<Vec<_>>(),
            ["First we stopped the release", "told all our customers"]
        );
        assert!(
            sayings
                .find(Some(2), "First we stopped the release ... and paid all our customers")
                .is_empty()
        );
        assert!(sayings.find(Some(2), "First ... we told all our customers").is_empty());
    }

    #[test]
    fn long_quotes_are_cut_at_a_space() {
        let long = "word ".repeat(200);
        let kept = found(&long, &long).unwrap();
        assert!(kept.chars().count() <= QUOTE_MAX && kept.ends_with("word"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

        #[test]
        fn whatever_is_quoted_what_is_kept_stands_in_the_turn(said in "\\PC{0,80}", quote in "\\PC{0,30}", turn_number in any::<Option<i32>>()) {
            let turns = [turn(2, Speaker::Candidate, &said), turn(3, Speaker::Interviewer, &quote)];
            for e in Sayings::of(&turns).find(turn_number, &quote) {
                prop_assert_eq!(e.turn, 2);
                prop_assert!(said.contains(&e.quote));
            }
        }

        #[test]
        fn every_run_of_whole_words_is_found(words in prop::collection::vec("[a-zA-Zéßñ0-9]{1,8}", 1..12), from in 0usize..12, to in 0usize..12) {
            let said = words.join("  ");
            let (from, to) = (from % words.len(), to % words.len());
            let (from, to) = (from.min(to), from.max(to));
            let quote = words[from..=to].join(" ");
            prop_assert!(found(&said, &quote).is_some(), "{} in {}", quote, said);
        }
    }
}
