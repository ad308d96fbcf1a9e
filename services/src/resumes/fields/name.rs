//! The candidate's name: the line that looks most like one, or none.

use super::Row;
use crate::resumes::{
    document::{Link, is_unspaced},
    words::{self, Section},
};
use parley_domain::{
    resume::{Confidence, Found},
    text,
};

/// From this score on a line is taken for the name.
const ENOUGH: i32 = 5;
/// From this score on it certainly is.
const CERTAIN: i32 = 8;

/// Small words inside names.
const PARTICLES: [&str; 42] = [
    "de", "da", "do", "dos", "das", "del", "della", "di", "la", "le", "van", "von", "der", "den", "ter", "ten", "zu",
    "zur", "bin", "ibn", "bint", "al", "el", "abu", "ben", "y", "e", "af", "av", "du", "des", "san", "st", "mac", "mc",
    "vom", "und", "zum", "op", "het", "t", "lo",
];

/// Titles before and letters after a name, which are no part of it.
const HONORIFICS: [&str; 34] = [
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
];

/// Finds the name.
pub fn find(rows: &[Row<'_>], email: Option<&str>, links: &[Link]) -> Option<Found> {
    if let Some(found) = labelled(rows) {
        return Some(found);
    }
    let page = rows.first()?.place.page;
    let sizes: Vec<f32> = rows
        .iter()
        .filter(|row| row.place.page == page)
        .map(|row| row.line.size)
        .collect();
    let mut sorted = sizes.clone();
    sorted.sort_by(f32::total_cmp);
    let body = sorted[sorted.len() / 2];
    let largest = sorted[sorted.len() - 1];
    let slugs: Vec<String> = links
        .iter()
        .map(|link| letters(link.uri.trim_start_matches("mailto:")))
        .collect();
    let visible_slugs = rows
        .iter()
        .take(40)
        .map(Row::text)
        .filter(|text| text.contains(".com/"))
        .map(letters);
    let slugs: Vec<String> = slugs.into_iter().chain(visible_slugs).collect();
    let mut best: Option<(i32, Found)> = None;
    let mut tie = false;
    for (at, row) in rows.iter().enumerate().take_while(|(_, row)| row.place.page == page) {
        let own = matches!(row.section, None | Some(Section::Contact | Section::Profile));
        if row.heading || !own && row.line.size < body * 1.3 {
            continue;
        }
        for candidate in candidates(rows, at) {
            let Some(shape) = shape(&candidate.text) else { continue };
            let mut score = shape + prominence(rows, at, body, largest) + agreement(&candidate.text, email, &slugs);
            score -= 2 * i32::from(!own) + 2 * i32::from(candidate.part);
            if words::NOT_A_NAME.stand_in(&candidate.text) || words::DOCUMENT.stand_in(&candidate.text) {
                score -= 4;
            }
            for list in [
                &words::TITLE,
                &words::FIRM,
                &words::SCHOOL,
                &words::DEGREE,
                &words::LOCATION,
                &words::LABEL,
            ] {
                score -= 3 * i32::from(list.stand_in(&candidate.text));
            }
            let found = Found {
                value: candidate.text.clone(),
                source: candidate.source.clone(),
                ..row.found(
                    "",
                    if score >= CERTAIN {
                        Confidence::High
                    } else {
                        Confidence::Medium
                    },
                )
            };
            match &best {
                Some((most, known)) if score == *most => {
                    tie |= letters(&known.value) != letters(&found.value);
                }
                Some((most, _)) if score < *most => {}
                _ => {
                    best = Some((score, found));
                    tie = false;
                }
            }
        }
    }
    // Two lines that look alike: nobody can tell which is the name, unless one of them certainly is.
    best.filter(|(score, _)| *score >= ENOUGH && !(tie && *score < CERTAIN))
        .map(|(_, found)| found)
}

/// The letters of an address that may be those of a name: the mailbox, and a domain that is nobody else's.
fn own_letters(email: &str) -> String {
    let (mailbox, host) = email.split_once('@').unwrap_or((email, ""));
    let label = host.rsplit('.').nth(1).unwrap_or_default();
    format!("{} {}", letters(mailbox), letters(label))
}

/// Letters and digits alone, folded.
fn letters(value: &str) -> String {
    text::fold(value).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// A name that a label announces.
fn labelled(rows: &[Row<'_>]) -> Option<Found> {
    for (at, row) in rows.iter().enumerate().take(60) {
        if !matches!(row.section, None | Some(Section::Contact | Section::Profile)) {
            continue;
        }
        let line = row.text();
        if let Some((label, value)) = line.split_once(':')
            && words::NAME_LABEL.are(label)
        {
            let value = value.trim();
            if !value.is_empty() {
                // Further fields of a form may follow in the line.
                let value = upto_label(value);
                return shape(&value).map(|_| row.found(&stripped(&value), Confidence::High));
            }
        }
        if words::NAME_LABEL.are(line)
            && let Some(next) = rows.get(at + 1)
            && next.place.page == row.place.page
        {
            let value = upto_label(next.text());
            if shape(&value).is_some() && !words::LABEL.are(&value) && !next.heading {
                return Some(next.found(&stripped(&value), Confidence::High));
            }
        }
        // `姓名 王小明`
        if let Some((label, value)) = line.split_once(' ')
            && label.chars().any(is_unspaced)
            && words::NAME_LABEL.are(label)
        {
            let value = upto_label(value);
            if shape(&value).is_some() {
                return Some(row.found(&stripped(&value), Confidence::High));
            }
        }
    }
    None
}

/// The value up to the label of the next one.
fn upto_label(value: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for word in value.split(' ') {
        let bare = word.split([':', '|', ',', ';']).next().unwrap_or_default();
        if !kept.is_empty() && (words::LABEL.are(bare) || words::PHONE_LABEL.are(bare)) {
            break;
        }
        if word.starts_with(['|', '/', '·', '•']) {
            break;
        }
        kept.push(word);
    }
    kept.join(" ").trim_end_matches([',', ';', '|']).to_owned()
}

struct Candidate {
    text: String,
    source: String,
    /// Only a part of its line.
    part: bool,
}

/// What may be a name in or from a line: the line, its first part, or it and the next where a name was set in two lines.
fn candidates(rows: &[Row<'_>], at: usize) -> Vec<Candidate> {
    let row = &rows[at];
    let line = row.text();
    let mut found = Vec::new();
    let whole = stripped(line);
    found.push(Candidate {
        text: whole.clone(),
        source: line.to_owned(),
        part: false,
    });
    let parts: Vec<&str> = line
        .split([',', '|', '•', '·', '(', '–', '—', '/', ';'])
        .flat_map(|part| part.split(" - "))
        .collect();
    if parts.len() > 1 && !parts[1].trim().is_empty() {
        let first = stripped(parts[0]);
        // What follows a comma may be letters after the name; what follows anything else is something else.
        let told = parts[1..]
            .iter()
            .any(|part| words::TITLE.stand_in(part) || words::DEGREE.stand_in(part))
            || parts[1..].iter().all(|part| part.split([' ', ',']).all(is_honorific));
        if first != whole {
            found.push(Candidate {
                text: first,
                source: line.to_owned(),
                part: !told,
            });
        }
    }
    // What stands beside the name comes between its lines in the order.
    let under = |next: &&Row<'_>| {
        let step = next.line.bbox.y1 - row.line.bbox.y1;
        next.place.page == row.place.page
            && (next.line.bbox.x0 - row.line.bbox.x0).abs() < 2.0
            && (next.line.size - row.line.size).abs() < 0.5
            && step > 0.0
            && step < 2.2 * row.line.size
            && !next.heading
    };
    if let Some(next) = rows.iter().skip(at + 1).take(6).find(under) {
        let short = |text: &str| text.split_whitespace().count() <= 3;
        let large = rows
            .iter()
            .filter(|other| other.line.size > row.line.size - 0.5)
            .count()
            <= 3;
        let both = format!("{whole} {}", stripped(next.text()));
        if large && short(line) && short(next.text()) && !is_listed(&both) {
            // Half a name is no name.
            if shape(&both).is_some() {
                found.clear();
            }
            found.push(Candidate {
                text: both,
                source: format!("{line}\n{}", next.text()),
                part: false,
            });
        }
    }
    found
}

/// Whether words of other kinds stand in a text.
fn is_listed(text: &str) -> bool {
    let lists = [
        &words::NOT_A_NAME,
        &words::DOCUMENT,
        &words::TITLE,
        &words::FIRM,
        &words::SCHOOL,
        &words::DEGREE,
        &words::LOCATION,
        &words::LABEL,
    ];
    lists.iter().any(|list| list.stand_in(text))
}

fn is_honorific(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    word.is_empty() || HONORIFICS.contains(&word.as_str())
}

/// Without titles before it and letters after it.
fn stripped(line: &str) -> String {
    let mut words: Vec<&str> = line.split_whitespace().collect();
    while words.len() > 1 && words.first().is_some_and(|word| is_honorific(word)) {
        words.remove(0);
    }
    while words.len() > 2 && words.last().is_some_and(|word| is_honorific(word)) {
        words.pop();
    }
    words
        .join(" ")
        .trim_end_matches([',', ';', '|', '-', '–'])
        .trim()
        .to_owned()
}

/// How much a text is shaped like a name; none if it cannot be one.
fn shape(name: &str) -> Option<i32> {
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
    if name.chars().any(is_unspaced) {
        let unspaced = name.chars().filter(|c| is_unspaced(*c)).count();
        let whole = unspaced + name.chars().filter(|c| " ·・".contains(*c)).count() == count;
        let most = if words.len() > 1 || name.contains(['・', '·']) {
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

/// How a line stands out.
fn prominence(rows: &[Row<'_>], at: usize, body: f32, largest: f32) -> i32 {
    let (line, size) = (rows[at].line, rows[at].line.size);
    let largest_of_all = size >= largest * 0.97 && size > body * 1.15;
    // What kind of document it is may stand over the name.
    let titled = |before: usize| words::DOCUMENT.are(rows[before].text());
    let under_title = at.checked_sub(1).is_some_and(titled);
    let top = match at {
        0 => 2,
        _ if under_title => 3,
        1..=3 => 1,
        _ => 0,
    };
    let large = if largest_of_all {
        4
    } else if size > body * 1.3 {
        1
    } else {
        0
    };
    large + top + i32::from(line.bold && size >= body * 0.8)
}

/// Cyrillic letters as they are usually written in addresses.
fn latin(name: &str) -> String {
    let letter = |c: char| match c {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' | 'ґ' => "g",
        'д' => "d",
        'е' | 'э' | 'є' | 'ё' => "e",
        'ж' => "zh",
        'з' => "z",
        'и' | 'і' | 'ї' => "i",
        'й' | 'ы' => "y",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' => "u",
        'ф' => "f",
        'х' => "kh",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ю' => "yu",
        'я' => "ya",
        _ => "",
    };
    let cyrillic = |c: &char| matches!(c, '\u{400}'..='\u{4FF}');
    let written = |c: char| {
        if cyrillic(&c) {
            letter(c).to_owned()
        } else {
            c.to_string()
        }
    };
    name.to_lowercase().chars().map(written).collect()
}

/// How a name agrees with addresses: those of people are often made of their names.
fn agreement(name: &str, email: Option<&str>, slugs: &[String]) -> i32 {
    let name = latin(name);
    let parts: Vec<String> = name
        .split([' ', '-'])
        .map(letters)
        .filter(|part| !part.is_empty())
        .collect();
    let long = |part: &&String| part.chars().count() >= 3;
    let known = |place: &str| {
        parts
            .iter()
            .filter(long)
            .filter(|part| place.contains(part.as_str()))
            .count()
    };
    let (mailbox, host) = email.and_then(|email| email.split_once('@')).unwrap_or_default();
    let (mailbox, own) = (letters(mailbox), letters(host.rsplit('.').nth(1).unwrap_or_default()));
    let short = mailbox.chars().count() >= 3 && parts.iter().any(|part| part.contains(mailbox.as_str()));
    let in_host = parts.iter().any(|part| part.chars().count() >= 3 && *part == own);
    let initials: String = parts.iter().filter_map(|part| part.chars().next()).collect();
    let by_initials = initials.chars().count() >= 2 && mailbox.trim_end_matches(|c: char| c.is_numeric()) == initials;
    let mail = match known(&mailbox).max(usize::from(short)) + usize::from(in_host) {
        0 if by_initials => 2,
        0 => 0,
        1 => 3,
        _ => 4,
    };
    let slug = slugs.iter().map(|slug| known(slug)).max().unwrap_or_default();
    mail + if slug >= 2 { 2 } else { 0 }
}

/// The commonest family names that are written with one Chinese character, and the Korean ones.
const FAMILY: &str = "王李张張刘劉陈陳杨楊赵趙黄黃周吴吳徐孙孫胡朱高林何郭马馬罗羅梁宋郑鄭谢謝韩韓唐冯馮于董萧肖程曹袁邓鄧许許傅沈曾彭吕呂苏蘇卢盧蒋蔣蔡贾賈丁魏薛叶葉阎余潘杜戴夏钟鍾汪田任姜范方石姚谭譚廖邹鄒熊金陆陸郝孔白崔康毛邱秦江史顾顧侯邵孟龙龍万萬段雷钱錢汤湯尹黎易常武乔喬贺賀赖賴龚龔文김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진지엄채원천방공현함변염여추도소석선설마길연위표명기반";

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
        ] {
            assert!(shape(name).is_some(), "{name}");
        }
        for line in [
            "Curriculum Vitae",
            "Experience",
            "ana@example.org",
            "Built things that work.",
            "Berlin, Germany",
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
    }

    #[test]
    fn mailboxes_agree_with_names() {
        let with = |name: &str, email: &str| agreement(name, Some(email), &[]);
        assert!(with("Ana Lima", "analima@example.org") > with("Ana Lima", "limax@example.org"));
        assert_eq!(with("Ana Lima", "contact@example.org"), 0);
        assert_eq!(with("Ana Lima", "al99@example.org"), 2);
        assert_eq!(with("Benjamin Ashworth", "ben@ashworth.example"), 4);
        assert_eq!(with("Ирина Соколова", "i.sokolova@example.org"), 3);
    }
}
