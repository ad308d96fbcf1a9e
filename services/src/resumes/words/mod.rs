//! The words by which parts of a resume are recognised, in many languages. Words only: no names of people, schools or firms.
//!
//! Lists are written as a person writes them and compared folded: lower case, without accents. A word in a script that is
//! written without spaces matches anywhere; any other only as a whole word, with `*` standing for any ending or beginning.

use super::{dates, document::is_unspaced};
use parley_domain::text;
use std::{
    collections::HashSet,
    sync::{LazyLock, OnceLock},
};

mod lists;

/// What a section is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Section {
    /// How to reach the person, personal details.
    Contact,
    /// A summary, an objective.
    Profile,
    /// Jobs.
    Work,
    /// Studies.
    Education,
    /// Skills, languages, tools.
    Skills,
    /// People who can be asked: their names and addresses are not the candidate's.
    References,
    /// Courses, certificates, projects, publications, hobbies and whatever else is not looked at.
    Other,
}

/// Words of one kind, ready to be looked for.
#[derive(Debug, Default)]
pub struct Words {
    /// Whole words and phrases.
    phrases: HashSet<String>,
    /// The longest phrase, in words.
    longest: usize,
    /// Beginnings of words (`ingeni*`).
    beginnings: HashSet<String>,
    /// Endings of words (`*schule`).
    endings: HashSet<String>,
    /// Of scripts without spaces.
    anywhere: Vec<String>,
}

impl Words {
    fn new(list: &str) -> Self {
        let mut words = Self::default();
        for word in list.split(['\n', ',']).map(str::trim).filter(|word| !word.is_empty()) {
            let plain = plain(word.trim_matches('*'));
            if plain.is_empty() || LEFT_OUT.get().is_some_and(|words| words.contains(&plain)) {
                continue;
            }
            if plain.chars().any(is_unspaced) {
                words.anywhere.push(plain.replace(' ', ""));
            } else if word.ends_with('*') && !word.ends_with(" *") {
                words.beginnings.insert(plain);
            } else if word.starts_with('*') {
                words.endings.insert(plain);
            } else {
                // Korean writes what something is as the end of its name.
                if plain
                    .chars()
                    .all(|c| matches!(c, '\u{1100}'..='\u{11FF}' | '\u{AC00}'..='\u{D7A3}'))
                {
                    words.endings.insert(plain.clone());
                }
                words.longest = words.longest.max(plain.split(' ').count());
                words.phrases.insert(plain);
            }
        }
        words
    }

    /// Whether any of them stands in `text`.
    #[must_use]
    pub fn stand_in(&self, text: &str) -> bool {
        let mut found = false;
        self.visit(text, &mut |_| {
            found = true;
            true
        });
        found
    }

    /// Those that stand in `text`, folded.
    #[must_use]
    pub fn all_in(&self, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        self.visit(text, &mut |word| {
            found.push(word.to_owned());
            false
        });
        found
    }

    /// Shows each word that stands in `text`, until `enough` says so.
    fn visit(&self, text: &str, enough: &mut dyn FnMut(&str) -> bool) {
        let plain = plain(text);
        if plain.chars().any(is_unspaced) {
            let joined = plain.replace(' ', "");
            for word in &self.anywhere {
                if joined.contains(word.as_str()) && enough(word) {
                    return;
                }
            }
        }
        // Where each word begins, and the end.
        let mut starts: Vec<usize> = vec![0];
        starts.extend(plain.match_indices(' ').map(|(at, _)| at + 1));
        starts.push(plain.len() + 1);
        let words = starts.len() - 1;
        for from in 0..words {
            let phrase = |to: usize| &plain[starts[from]..starts[to] - 1];
            let word = phrase(from + 1);
            let phrases = (from + 1..=words.min(from + self.longest))
                .map(phrase)
                .filter(|it| self.phrases.contains(*it));
            let cuts = word.char_indices().map(|(at, _)| at).skip(2).chain([word.len()]);
            let beginnings = cuts.map(|at| &word[..at]).filter(|it| self.beginnings.contains(*it));
            let endings = word
                .char_indices()
                .map(|(at, _)| &word[at..])
                .filter(|it| self.endings.contains(*it));
            if phrases.chain(beginnings).chain(endings).any(&mut *enough) {
                return;
            }
        }
    }

    /// Whether `text` is one of them and nothing else.
    #[must_use]
    pub fn are(&self, text: &str) -> bool {
        let plain = plain(text);
        self.phrases.contains(&plain)
            || (plain.chars().any(is_unspaced) && self.anywhere.contains(&plain.replace(' ', "")))
    }
}

/// Folded, with one space between words and no punctuation but what belongs to words.
fn plain(text: &str) -> String {
    let folded = text::fold(text);
    let mut out = String::with_capacity(folded.len());
    for c in folded.chars() {
        if c.is_alphanumeric() || matches!(c, '+' | '#') {
            out.push(c);
        } else if !matches!(c, '.' | '\'' | '’') && !out.ends_with(' ') {
            // Points and apostrophes do not part: `B.A.` is `ba`, `master's` is `masters`.
            out.push(' ');
        }
    }
    out.trim().to_owned()
}

static LEFT_OUT: OnceLock<HashSet<String>> = OnceLock::new();

/// Takes words (folded, as [`Words::all_in`] gives them) out of all lists, for measuring what they are worth. It must be the
/// first use of this module in a process; whether it was in time is answered.
pub fn leave_out(words: HashSet<String>) -> bool {
    LEFT_OUT.set(words).is_ok()
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $list:ident;)*) => {
        $($(#[$doc])* pub static $name: LazyLock<Words> = LazyLock::new(|| Words::new(lists::$list));)*
    };
}

words! {
    /// Schools of all kinds.
    SCHOOL = SCHOOL;
    /// Degrees.
    DEGREE = DEGREE;
    /// What people are called at work.
    TITLE = TITLE;
    /// What firms and other employers have in their names.
    FIRM = FIRM;
    /// What is no name: kinds of documents, labels, units of firms.
    NOT_A_NAME = NOT_A_NAME;
    /// What a resume calls itself.
    DOCUMENT = DOCUMENT;
    /// What stands before a name.
    NAME_LABEL = NAME_LABEL;
    /// What stands before a phone number.
    PHONE_LABEL = PHONE_LABEL;
    /// What stands before a number that is no phone number of the candidate.
    OTHER_NUMBER = OTHER_NUMBER;
    /// Labels of personal details, by which forms are recognised and which no value may run into.
    LABEL = LABEL;
    /// What must not be taken: words about gender, age, nationality and the like.
    PRIVATE = PRIVATE;
    /// Countries and words of addresses.
    LOCATION = LOCATION;
    /// States and provinces, which nothing else is called.
    REGION = REGION;
    /// What stands over the columns of a table.
    COLUMN = COLUMN;
    /// What lengths of time are counted in.
    DURATION = DURATION;
}

static SECTIONS: LazyLock<[(Section, Words); 7]> = LazyLock::new(|| {
    [
        (Section::Work, Words::new(lists::WORK)),
        (Section::Education, Words::new(lists::EDUCATION)),
        (Section::Contact, Words::new(lists::CONTACT)),
        (Section::Profile, Words::new(lists::PROFILE)),
        (Section::Skills, Words::new(lists::SKILLS)),
        (Section::References, Words::new(lists::REFERENCES)),
        (Section::Other, Words::new(lists::OTHER)),
    ]
});

/// Which section a line opens, if it is a heading.
#[must_use]
pub fn heading(line: &str) -> Option<Section> {
    if line.chars().count() > 60 {
        return None;
    }
    let line = line.trim_matches(|c: char| !c.is_alphanumeric());
    // `Experience — 9 years 3 months`
    let signs = [" — ", " – ", " - ", ": ", " ("];
    let counted = signs.into_iter().find_map(|sign| line.rsplit_once(sign));
    let line = counted
        .filter(|(_, rest)| is_duration(rest))
        .map_or(line, |(line, _)| line);
    let line = line.trim_start_matches(|c: char| c.is_numeric() || matches!(c, '.' | ')' | ' ' | '、'));
    if line.is_empty() || line.contains('@') || line.chars().any(char::is_numeric) {
        return None;
    }
    let exact = |part: &str| {
        SECTIONS
            .iter()
            .find(|(_, words)| words.are(part))
            .map(|(section, _)| *section)
    };
    if let Some(section) = exact(line) {
        return Some(section);
    }
    let joined = line
        .split(' ')
        .all(|letter| letter.chars().count() == 1)
        .then(|| line.replace(' ', ""));
    if let Some(section) = joined.as_deref().and_then(exact) {
        return Some(section);
    }
    // `Education & Certificates`, `教育背景 / Education`: every part is a heading.
    let parts = split_headings(line);
    if parts.len() < 2 {
        return None;
    }
    let sections: Option<Vec<Section>> = parts.iter().map(|part| exact(part)).collect();
    let sections = sections?;
    let first = sections
        .iter()
        .find(|section| matches!(section, Section::Work | Section::Education));
    first.or(sections.first()).copied()
}

fn split_headings(line: &str) -> Vec<String> {
    let plain = format!(" {} ", line.to_lowercase());
    let mut unified = plain;
    for word in [
        " and ", " und ", " et ", " y ", " e ", " en ", " и ", " & ", "/", "|", "·", "•", "、", " và ", " och ", " i ",
    ] {
        unified = unified.replace(word, "\n");
    }
    unified
        .split('\n')
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

/// Whether a text is the label of a form and nothing else.
#[must_use]
pub fn is_label(text: &str) -> bool {
    LABEL.are(text) || NAME_LABEL.are(text) || PHONE_LABEL.are(text)
}

/// Whether a text is a length of time and nothing else: `7 years 2 months`.
#[must_use]
pub fn is_duration(text: &str) -> bool {
    let is_number = |word: &&str| word.chars().all(|c| c.is_ascii_digit());
    let words = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let (numbers, others): (Vec<&str>, Vec<&str>) = words.partition(is_number);
    !numbers.is_empty() && !others.is_empty() && others.iter().all(|word| DURATION.are(word))
}

/// Whether a text is a date or a range of dates and hardly anything else.
#[must_use]
pub fn mostly_date(text: &str) -> bool {
    if text.len() < 60 && dates::is_only(text) {
        return true;
    }
    let Some(found) = dates::find(text) else { return false };
    let rest = text.chars().filter(|c| c.is_alphanumeric()).count();
    let inside = text[found.range.clone()]
        .chars()
        .filter(|c| c.is_alphanumeric())
        .count();
    inside * 10 >= rest * 7
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_in_many_languages() {
        for (line, section) in [
            ("EXPERIENCE", Section::Work),
            ("Work Experience:", Section::Work),
            ("E D U C A T I O N", Section::Education),
            ("Berufserfahrung", Section::Work),
            ("Expérience professionnelle", Section::Work),
            ("Formación académica", Section::Education),
            ("教育背景", Section::Education),
            ("工作经历", Section::Work),
            ("職歴", Section::Work),
            ("الخبرات", Section::Work),
            ("Опыт работы", Section::Work),
            ("Kinh nghiệm làm việc", Section::Work),
            ("Education & Certifications", Section::Education),
            ("References", Section::References),
            ("2. Skills", Section::Skills),
            ("Опыт работы — 9 лет 3 месяца", Section::Work),
            ("Work Experience (12 years)", Section::Work),
        ] {
            assert_eq!(heading(line), Some(section), "{line}");
        }
        for line in [
            "Experience with large databases",
            "Ana Lima",
            "ana@example.org",
            "Education 2019",
            "Experience — 2019",
            "",
            "Head of Education",
        ] {
            assert_eq!(heading(line), None, "{line}");
        }
    }

    #[test]
    fn words_match_whole_or_by_their_ends() {
        assert!(SCHOOL.stand_in("Ludwig-Maximilians-Universität München"));
        assert!(SCHOOL.stand_in("浙江大学"));
        assert!(SCHOOL.stand_in("Fachhochschule Köln"));
        assert!(!SCHOOL.stand_in("Universal Music"));
        assert!(TITLE.stand_in("Senior Software Engineer"));
        assert!(TITLE.stand_in("Projektleiterin"));
        assert!(!TITLE.stand_in("Engineering"));
        assert!(FIRM.stand_in("Groß & Söhne GmbH"));
        assert!(DEGREE.stand_in("B.Sc. in Physics"));
        assert!(DEGREE.stand_in("Master's degree"));
    }

    #[test]
    fn lengths_of_time_are_told() {
        for text in [
            "7 years 2 months",
            "5 лет",
            "(2 yrs, 1 mo)",
            "3 Jahre und 4 Monate",
            "1 an",
        ] {
            assert!(is_duration(text), "{text}");
        }
        for text in ["2019", "years", "May 2019", "3 people", "", "Company 7"] {
            assert!(!is_duration(text), "{text}");
        }
    }

    #[test]
    fn dates_are_told_from_text() {
        assert!(mostly_date("2014 – 2017"));
        assert!(mostly_date("Aug 2021 - Present"));
        assert!(!mostly_date("Engineer at Company since 2014"));
        assert!(!mostly_date("Rust"));
    }
}
