//! Text of a PDF made comparable: accents joined to their letters, ligatures taken apart, what draws nothing removed.

use unicode_normalization::UnicodeNormalization as _;

/// Accents that old TeX fonts draw as characters of their own, before the letter, with the mark that composes.
const SPACING_ACCENTS: [(char, char); 13] = [
    ('´', '\u{301}'),
    ('`', '\u{300}'),
    ('ˆ', '\u{302}'),
    ('˜', '\u{303}'),
    ('¨', '\u{308}'),
    ('¸', '\u{327}'),
    ('ˇ', '\u{30C}'),
    ('˚', '\u{30A}'),
    ('˝', '\u{30B}'),
    ('¯', '\u{304}'),
    ('˘', '\u{306}'),
    ('˙', '\u{307}'),
    ('˛', '\u{328}'),
];

/// Whether a character draws nothing or nothing that can be known: controls, icons of private fonts, direction marks.
fn is_noise(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}'
        | '\u{FFFC}' | '\u{FFFD}' | '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}' | '™' | '®' | '©')
        || (c.is_control() && !c.is_whitespace())
}

/// How many characters of `text` say nothing about which letters were drawn.
#[must_use]
pub fn undecoded(text: &str) -> usize {
    let unknown =
        |c: &char| matches!(c, '\u{FFFD}' | '\u{E000}'..='\u{F8FF}') || (c.is_control() && !c.is_whitespace());
    text.chars().filter(unknown).count()
}

/// One run or line of text, cleaned; white space at its ends is kept as one space.
#[must_use]
pub fn clean(text: &str) -> String {
    let composed = join_accents(text);
    let mut out = String::with_capacity(composed.len());
    for c in composed.nfkc() {
        if c.is_whitespace() {
            if !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !is_noise(c) {
            out.push(c);
        }
    }
    out
}

/// `Jos´e` as `José`, `M¨ uller` as `Müller`.
fn join_accents(text: &str) -> String {
    let kept = |c: &char| !is_noise(*c) || matches!(c, '\u{FFFD}');
    let mark = |c: char| {
        SPACING_ACCENTS
            .iter()
            .find(|(spacing, _)| *spacing == c)
            .map(|(_, mark)| *mark)
    };
    let chars: Vec<char> = text.chars().filter(kept).collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = chars.get(at).copied() {
        at += 1;
        let Some(mark) = mark(c) else {
            out.push(c);
            continue;
        };
        let skip = usize::from(chars.get(at) == Some(&' '));
        let next = chars.get(at + skip).copied().map(|c| match c {
            'ı' => 'i',
            'ȷ' => 'j',
            c => c,
        });
        let composed = next.and_then(|letter| unicode_normalization::char::compose(letter, mark));
        match composed {
            Some(letter) => {
                out.push(letter);
                at += skip + 1;
            }
            None => out.push(c),
        }
    }
    out
}

/// `M A R Y` as `MARY`: words whose letters were spaced out, each word of at least three of them. Words must be parted by
/// two spaces or more, or be the whole text; otherwise nobody can tell where one ends.
#[must_use]
pub fn join_spaced_letters(text: &str) -> Option<String> {
    let words: Vec<&str> = text
        .split("  ")
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .collect();
    let spaced = |word: &&str| {
        let mut letters = word.split(' ');
        word.contains(' ') && letters.all(|letter| letter.chars().count() == 1)
    };
    let count = words
        .iter()
        .filter(|word| spaced(word))
        .map(|word| word.split(' ').count())
        .sum::<usize>();
    if count < 4 {
        return None;
    }
    let joined = words.iter().map(|word| {
        if spaced(word) {
            word.replace(' ', "")
        } else {
            (*word).to_owned()
        }
    });
    Some(joined.collect::<Vec<_>>().join(" "))
}

/// Whether a character is of a script written from right to left.
#[must_use]
pub fn is_rtl(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}')
        && !matches!(c, '\u{660}'..='\u{669}' | '\u{6F0}'..='\u{6F9}')
}

/// A line whose characters are in the order in which they stand on the page, from left to right, put into the order in
/// which it is read, if it is mainly of a script written from right to left.
#[must_use]
pub fn from_visual(chars: &[char]) -> String {
    let strong_left = |c: char| (c.is_alphabetic() && !is_rtl(c)) || c.is_numeric();
    if !chars.iter().any(|c| is_rtl(*c)) {
        return chars.iter().collect();
    }
    let mirrored = |c: char| match c {
        '(' => ')',
        ')' => '(',
        '[' => ']',
        ']' => '[',
        '<' => '>',
        '>' => '<',
        '«' => '»',
        '»' => '«',
        c => c,
    };
    let reversed: Vec<char> = chars.iter().rev().copied().collect();
    let mut out = String::with_capacity(chars.len());
    let mut at = 0;
    while at < reversed.len() {
        if !strong_left(reversed[at]) && !starts_number(&reversed, at) {
            out.push(mirrored(reversed[at]));
            at += 1;
            continue;
        }
        // A stretch of left-to-right text: to its last letter or digit before one of the other direction.
        let mut end = at;
        let mut last = at;
        while end < reversed.len() && !is_rtl(reversed[end]) {
            if strong_left(reversed[end]) || (reversed[end] == '+' && end > at) {
                last = end;
            }
            end += 1;
        }
        out.extend(reversed[at..=last].iter().rev());
        at = last + 1;
    }
    out
}

/// Whether a sign at `at` of the reversed line belongs to the number that follows it there.
fn starts_number(reversed: &[char], at: usize) -> bool {
    matches!(reversed[at], '%' | '$' | '€') && reversed.get(at + 1).is_some_and(|c| c.is_numeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_join_their_letters() {
        assert_eq!(clean("Jos´e ´Alvarez-M¨uller"), "José Álvarez-Müller");
        assert_eq!(
            clean("Syst`emes F´ed´erale M´ aster Garc´ıa Franc¸ois"),
            "Systèmes Fédérale Máster García François"
        );
        assert_eq!(
            clean("Marcus O´Neill"),
            "Marcus O ́Neill".replace(" \u{301}", " \u{301}")
        );
    }

    #[test]
    fn ligatures_and_wide_forms_come_apart() {
        assert_eq!(clean("Aﬃnity Eﬃcient O\u{FB03}ces"), "Affinity Efficient Offices");
        assert_eq!(clean("電話：０９０\u{3000}１２"), "電話:090 12");
        assert_eq!(clean("a\u{AD}b\u{200B}c\u{F095} d\u{0}"), "abc d");
    }

    #[test]
    fn spaced_letters_become_words() {
        assert_eq!(
            join_spaced_letters("M A R Y  A N N  S M I T H").as_deref(),
            Some("MARY ANN SMITH")
        );
        assert_eq!(join_spaced_letters("S K I L L S").as_deref(), Some("SKILLS"));
        assert_eq!(join_spaced_letters("A B"), None);
        assert_eq!(join_spaced_letters("I am a C developer"), None);
    }

    #[test]
    fn lines_from_right_to_left() {
        let visual: Vec<char> = "moc.x@y :ديربلا".chars().rev().collect();
        // As drawn: the label at the right, the address left of it in its own direction.
        let drawn: Vec<char> = "y@x.com"
            .chars()
            .chain(" :".chars())
            .chain("البريد".chars().rev())
            .collect();
        assert_eq!(from_visual(&drawn), "البريد: y@x.com");
        assert_eq!(visual.len(), drawn.len());
        let drawn: Vec<char> = "+971 50 123".chars().collect();
        assert_eq!(from_visual(&drawn), "+971 50 123");
        let drawn: Vec<char> = "2014 - 2018 ".chars().chain("شركة".chars().rev()).collect();
        assert_eq!(from_visual(&drawn), "شركة 2014 - 2018");
    }
}
