//! What a name looks like: words, capitals, particles; in every script.

use crate::resumes::{document::is_unspaced, words};
use parley_domain::text;

/// Small words inside names.
const PARTICLES: [&str; 42] = [
    "de", "da", "do", "dos", "das", "del", "della", "di", "la", "le", "van", "von", "der", "den", "ter", "ten", "zu",
    "zur", "bin", "ibn", "bint", "al", "el", "abu", "ben", "y", "e", "af", "av", "du", "des", "san", "st", "mac", "mc",
    "vom", "und", "zum", "op", "het", "t", "lo",
];

/// Titles before and letters after a name, which are no part of it.
const HONORIFICS: [&str; 44] = [
    "dr",
    "prof",
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "sir",
    "phd",
    "ph.d",
    "md",
    "m.d",
    "mba",
    "msc",
    "bsc",
    "ma",
    "ba",
    "cpa",
    "pmp",
    "esq",
    "rn",
    "pe",
    "cfa",
    "dipl.-ing",
    "dipl-ing",
    "dipl",
    "ing",
    "mag",
    "herr",
    "frau",
    "jd",
    "llm",
    "mph",
    "dds",
    "mme",
    "mlle",
    "drs",
    "dott",
    "mgr",
    "smt",
    "frsa",
    "frcs",
    "obe",
    "mbe",
];

/// Of these, letters that are family names as well.
const LETTERS: [&str; 3] = ["ma", "ba", "pe"];
/// And titles that are.
const POINTED: [&str; 2] = ["ing", "mag"];

/// The commonest family names that are written with one Chinese character, and the Korean ones.
const FAMILY: &str = "王李张張刘劉陈陳杨楊赵趙黄黃周吴吳徐孙孫胡朱高林何郭马馬罗羅梁宋郑鄭谢謝韩韓唐冯馮于董萧肖程曹袁邓鄧许許傅沈曾彭吕呂苏蘇卢盧蒋蔣蔡贾賈丁魏薛叶葉阎余潘杜戴夏钟鍾汪田任姜范方石姚谭譚廖邹鄒熊金陆陸郝孔白崔康毛邱秦江史顾顧侯邵孟龙龍万萬段雷钱錢汤湯尹黎易常武乔喬贺賀赖賴龚龔文김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진지엄채원천방공현함변염여추도소석선설마길연위표명기반";

/// A word without the signs around it, in small letters.
fn bare(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

/// Whether a word is a title or letters of a degree.
pub fn is_honorific(word: &str) -> bool {
    let word = bare(word);
    let known = |part: &str| HONORIFICS.contains(&part);
    // `Dr.-Ing.`: titles in one word.
    let compound = || word.contains('.') && word.split(['.', '-']).filter(|part| !part.is_empty()).all(known);
    word.is_empty() || known(&word) || compound()
}

/// Without titles before it and letters after it.
pub fn stripped(line: &str) -> String {
    let is_title = |word: &str| word.chars().any(char::is_alphanumeric) && is_honorific(word);
    let written_small = line.chars().any(char::is_lowercase);
    // `Ma Wei Ming`, `Jack Yun Ma`: a name, unless its writing says otherwise.
    let is_pointless = |word: &str| POINTED.contains(&bare(word).as_str()) && !word.ends_with('.');
    let before = |word: &&str| is_title(word) && !LETTERS.contains(&bare(word).as_str()) && !is_pointless(word);
    let after = |word: &&str| {
        let capitals = written_small && !word.chars().any(char::is_lowercase);
        is_title(word) && (capitals || !LETTERS.contains(&bare(word).as_str())) && !is_pointless(word)
    };
    let mut words: Vec<&str> = line.split_whitespace().collect();
    while words.len() > 1 && words.first().is_some_and(before) {
        words.remove(0);
    }
    while words.len() > 2 && words.last().is_some_and(after) {
        words.pop();
    }
    words
        .join(" ")
        .trim_end_matches([',', ';', '|', '-', '–'])
        .trim()
        .to_owned()
}

/// A name without a nickname in its midst: `Robert "Bob" Stone`, `Robert (Bob) Stone`.
fn without_nickname(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let is_nickname = |at: usize, word: &str| {
        let inner = word
            .strip_prefix(['"', '“', '„', '«', '(', '‘'])
            .and_then(|word| word.strip_suffix(['"', '”', '“', '»', ')', '’']));
        at > 0
            && at + 1 < words.len()
            && inner.is_some_and(|inner| inner.len() > 1 && inner.chars().all(char::is_alphabetic))
    };
    let kept: Vec<&str> = words
        .iter()
        .enumerate()
        .filter(|(at, word)| !is_nickname(*at, word))
        .map(|(_, word)| *word)
        .collect();
    kept.join(" ")
}

/// How much a text is shaped like a name; none if it cannot be one.
pub fn shape(name: &str) -> Option<i32> {
    let plain = without_nickname(name);
    let name = plain.as_str();
    let count = name.chars().count();
    let allowed =
        |c: char| c.is_alphabetic() || unicode_normalization::char::is_combining_mark(c) || " .'’-·・‐".contains(c);
    if !(2..=60).contains(&count)
        || !name.chars().all(allowed)
        || words::heading(name).is_some()
        || words::PRIVATE.are(name)
    {
        return None;
    }
    if words::DOCUMENT.are(name)
        || words::NOT_A_NAME.are(name)
        || words::LABEL.are(name)
        || words::NAME_LABEL.are(name)
        || words::LOCATION.are(name)
    {
        return None;
    }
    let words: Vec<&str> = name.split_whitespace().collect();
    if is_hangul(name) && name.chars().next().is_some_and(|c| FAMILY.contains(c)) {
        return Some(3);
    }
    // `林佳蓉 Chia-Jung Lin`: the same name in two scripts.
    let unspaced = |c: char| is_unspaced(c) || matches!(c, '\u{AC00}'..='\u{D7A3}');
    let (own, latin): (Vec<&str>, Vec<&str>) = words.iter().copied().partition(|word| word.chars().any(unspaced));
    if own.len() == 1 && !latin.is_empty() {
        return shape(&latin.join(" ")).filter(|_| shape(own[0]) == Some(3));
    }
    if name.chars().any(is_unspaced) {
        let unspaced = name.chars().filter(|c| is_unspaced(*c)).count();
        let whole = unspaced + name.chars().filter(|c| " ·・".contains(*c)).count() == count;
        // Thai and its neighbours write sounds: their names are longer.
        let of_sounds = |c: char| matches!(c, '\u{E00}'..='\u{109F}' | '\u{1780}'..='\u{17FF}');
        let most = if words.len() > 1 && name.chars().any(of_sounds) {
            40
        } else if words.len() > 1 || name.contains(['・', '·']) {
            12
        } else {
            4
        };
        let family = unspaced <= 4 && name.chars().next().is_some_and(|c| FAMILY.contains(c));
        return (whole && unspaced <= most && words.len() <= 3).then_some(if family { 3 } else { 1 });
    }
    let long = words
        .iter()
        .filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() >= 2)
        .count();
    if !(2..=6).contains(&words.len()) && !is_hangul(name) || long < 2 && !is_hangul(name) {
        return None;
    }
    let capital = |word: &&str| {
        let small = text::fold(word.trim_matches(|c: char| !c.is_alphanumeric()));
        let first = word.chars().find(|c| c.is_alphabetic());
        PARTICLES.contains(&small.as_str()) || first.is_some_and(|c| !c.is_lowercase())
    };
    // A point ends an initial or a short title, not a sentence.
    let pointed = words.iter().any(|word| word.ends_with('.') && word.chars().count() > 4);
    if !words.iter().all(capital) || pointed {
        return None;
    }
    let particles = words
        .iter()
        .filter(|word| PARTICLES.contains(&text::fold(word).as_str()))
        .count();
    (words.len() - particles.min(words.len()) >= 1).then_some(if words.len() <= 4 { 1 } else { 0 })
}

fn is_hangul(name: &str) -> bool {
    let count = name.chars().count();
    (2..=5).contains(&count) && name.chars().all(|c| matches!(c, '\u{AC00}'..='\u{D7A3}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_all_kinds_have_the_shape() {
        for name in [
            "Ana Lima",
            "José Álvarez-Müller",
            "MARY ANN SMITH",
            "Ludwig van der Berg",
            "Marcus T. O'Neill",
            "王小明",
            "佐藤 花子",
            "Nguyễn Thị Hồng Ánh",
            "ليلى حسن المنصوري",
            "Александр Петров",
            "홍길동",
            "Tomasz “Tom” Zieliński",
            "Robert (Bob) Stone",
            "ราตรี พงษ์ศักดิ์",
            "林佳蓉 Chia-Jung Lin",
            "Gildong Hong 홍길동",
        ] {
            assert!(shape(name).is_some(), "{name}");
        }
        for line in [
            "Curriculum Vitae",
            "Experience",
            "ana@example.org",
            "Built things that work.",
            "Berlin, Germany",
            "Robert (Bob)",
            "手机 Xiaomi Redmi",
            "“Bob” Stone",
            "2019",
            "Ana",
            "built things",
            "姓名",
            "工作经历",
            "https://x.y",
        ] {
            assert!(shape(line).is_none(), "{line}");
        }
    }

    #[test]
    fn honorifics_are_no_part_of_a_name() {
        assert_eq!(stripped("Dr. Ana Lima, PhD"), "Ana Lima");
        assert_eq!(stripped("Prof. Dr. Ana Maria Lima MBA"), "Ana Maria Lima");
        assert_eq!(stripped("Dr.-Ing. Käthe Brandt"), "Käthe Brandt");
        assert_eq!(stripped("Ing. Jan Novák"), "Jan Novák");
        assert_eq!(stripped("Ana Maria Lima MA"), "Ana Maria Lima");
        // Names that are written like them.
        for name in ["Ma Wei Ming", "Jack Yun Ma", "LI NA MA", "Ing Hock Tan", "Ba Jin"] {
            assert_eq!(stripped(name), name);
        }
    }
}
