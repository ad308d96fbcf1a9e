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

/// The mark of an accent that stands alone.
#[must_use]
pub fn accent(text: &str) -> Option<char> {
    let mut chars = text.chars();
    let (c, None) = (chars.next()?, chars.next()) else {
        return None;
    };
    if unicode_normalization::char::is_combining_mark(c) {
        return Some(c);
    }
    SPACING_ACCENTS
        .iter()
        .find(|(spacing, _)| *spacing == c)
        .map(|(_, mark)| *mark)
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
        // A cedilla is drawn after its letter.
        let under = out.chars().next_back().filter(|_| matches!(c, '¸' | '˛'));
        if let Some(letter) = under.and_then(|letter| unicode_normalization::char::compose(letter, mark)) {
            out.pop();
            out.push(letter);
            continue;
        }
        // `O´Neill`: an apostrophe, before a capital within a word.
        let within = out.ends_with(char::is_alphabetic) && chars.get(at).is_some_and(|c| c.is_uppercase());
        if within && c == '´' {
            out.push('\'');
            continue;
        }
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

/// A line whose parts are in the order in which they stand on the page, from left to right, put into the order in which it
/// is read, if it is mainly of a script written from right to left. A part is a letter or more; a part of several letters of
/// such a script is in reading order itself.
#[must_use]
pub fn from_visual(parts: &[String]) -> String {
    let rtl = |part: &String| part.chars().any(is_rtl);
    if !parts.iter().any(rtl) {
        return numbers_in_order(&parts.concat());
    }
    let strong = |part: &String| !rtl(part) && part.chars().any(char::is_alphanumeric);
    let reversed: Vec<&String> = parts.iter().rev().collect();
    let mut out = String::new();
    let mut at = 0;
    while at < reversed.len() {
        let plus = reversed[at].as_str() == "+" && reversed.get(at + 1).is_some_and(|next| strong(next));
        if !strong(reversed[at]) && !plus {
            if rtl(reversed[at]) {
                out.push_str(reversed[at]);
            } else {
                out.extend(reversed[at].chars().map(mirrored));
            }
            at += 1;
            continue;
        }
        // A stretch of left-to-right text: to its last letter or digit before one of the other direction.
        let mut last = at;
        for (n, part) in reversed.iter().enumerate().skip(at) {
            if rtl(part) {
                break;
            }
            if strong(part) || part.as_str() == "+" {
                last = n;
            }
        }
        let stretch: String = reversed[at..=last].iter().rev().map(|part| part.as_str()).collect();
        out.push_str(&numbers_in_order(&stretch));
        at = last + 1;
    }
    out
}

/// Numbers that were turned with the line they stand in: `4567 123 50 971+` as `+971 50 123 4567`, `2018 – 2014` as
/// `2014 – 2018`.
fn numbers_in_order(stretch: &str) -> String {
    if let Some(plus) = stretch.find('+')
        && stretch[..plus].ends_with(|c: char| c.is_ascii_digit())
        && !stretch[plus + 1..].starts_with(|c: char| c.is_alphanumeric())
    {
        let number = stretch[..plus]
            .rsplit(|c: char| !(c.is_ascii_digit() || c == ' '))
            .next()
            .unwrap_or_default()
            .trim_start();
        if number.len() >= 7 {
            let start = plus - number.len();
            return format!(
                "{}+{}{}",
                &stretch[..start],
                groups_turned(number),
                &stretch[plus + 1..]
            );
        }
    }
    for dash in [" – ", " - ", " — ", "-", "–"] {
        if let Some((first, second)) = stretch.split_once(dash)
            && let (Some(a), Some(b)) = (year(first), year(second))
            && a > b
        {
            return format!("{second}{dash}{first}");
        }
    }
    stretch.to_owned()
}

fn year(text: &str) -> Option<u32> {
    text.trim().parse().ok().filter(|year| (1900..2100).contains(year))
}

/// The groups of a number in the opposite order.
#[must_use]
pub fn groups_turned(number: &str) -> String {
    number.split(' ').rev().collect::<Vec<_>>().join(" ")
}

/// Whether a text as drawn holds years that run backwards: then its page turns the numbers of a line, too.
#[must_use]
pub fn runs_backwards(text: &str) -> bool {
    [" – ", " - ", " — "].iter().any(|dash| {
        let years = text
            .split_once(dash)
            .and_then(|(first, second)| Some((year(first)?, year(second)?)));
        years.is_some_and(|(first, second)| first > second)
    })
}

/// Whether a line is a number in groups and nothing else, such as a phone number without its country.
#[must_use]
pub fn is_grouped_number(line: &str) -> bool {
    let groups = line.trim().split(' ');
    let digits = line.chars().filter(char::is_ascii_digit).count();
    line.trim().contains(' ')
        && (7..=13).contains(&digits)
        && groups
            .into_iter()
            .all(|group| !group.is_empty() && group.chars().all(|c| c.is_ascii_digit()))
}

/// Brackets open the other way when a line is turned.
fn mirrored(c: char) -> char {
    match c {
        '(' => ')',
        ')' => '(',
        '[' => ']',
        ']' => '[',
        '«' => '»',
        '»' => '«',
        c => c,
    }
}

/// How far words look as if their letters were in reading order, and not turned: some letters only end words, and the
/// article only begins them.
#[must_use]
pub fn reading_order(text: &str) -> i32 {
    let ends = |c: char| matches!(c, 'ة' | 'ى' | 'ך' | 'ם' | 'ן' | 'ף' | 'ץ');
    let word = |word: &str| {
        let letters: Vec<char> = word.chars().filter(|c| c.is_alphabetic()).collect();
        let (Some(first), Some(last)) = (letters.first(), letters.last()) else {
            return 0;
        };
        if letters.len() < 3 || !is_rtl(*first) {
            return 0;
        }
        let article = i32::from(letters.starts_with(&['ا', 'ل'])) - i32::from(letters.ends_with(&['ل', 'ا']));
        i32::from(ends(*last)) - i32::from(ends(*first)) + article
    };
    text.split_whitespace().map(word).sum()
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
        assert_eq!(clean("Marcus O´Neill"), "Marcus O'Neill");
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
        let drawn = |parts: &[&str]| {
            from_visual(
                &parts
                    .iter()
                    .flat_map(|p| p.chars().map(String::from))
                    .collect::<Vec<_>>(),
            )
        };
        let turned = |text: &str| text.chars().rev().collect::<String>();
        // As drawn: the label at the right, the address left of it in its own direction.
        assert_eq!(drawn(&["y@x.com", " :", &turned("البريد")]), "البريد: y@x.com");
        assert_eq!(drawn(&["+971 50 123"]), "+971 50 123");
        assert_eq!(drawn(&["2018 - 2014 ", &turned("شركة")]), "شركة 2014 - 2018");
        assert_eq!(drawn(&["+971 50 ", &turned("هاتف")]), "هاتف +971 50");
        assert_eq!(drawn(&["2345 501 55 966+ ", &turned("هاتف")]), "هاتف +966 55 501 2345");
        assert_eq!(drawn(&["2018 – 2014"]), "2014 – 2018");
        // Whole words are in reading order already.
        assert_eq!(
            from_visual(&["المنصوري".into(), " ".into(), "ليلى".into()]),
            "ليلى المنصوري"
        );
    }

    #[test]
    fn turned_words_are_told_from_words() {
        assert!(reading_order("جامعة القاهرة") > 0);
        assert!(reading_order(&"جامعة القاهرة".chars().rev().collect::<String>()) < 0);
    }
}
