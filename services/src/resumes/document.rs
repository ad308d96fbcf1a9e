//! The text of a PDF as a person reads it: pages of lines in reading order, each with its place on the page.
//!
//! It is what the child process answers, what the extractors work on, and what every value is checked against.
//! Text that nobody can see on the page is not in it.

use super::clean;
use parley_domain::resume::{Place, ResumeFailure};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

/// A rectangle in points, from the page's upper left corner.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Bbox {
    /// Left edge.
    pub x0: f32,
    /// Upper edge.
    pub y0: f32,
    /// Right edge.
    pub x1: f32,
    /// Lower edge.
    pub y1: f32,
}

/// A line of one column. What stands beside it in another column, or far off in the same row (a date at the right edge),
/// is a line of its own with the same [`Line::row`] where it belongs to this one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// What it says, in reading order, composed (NFKC).
    pub text: String,
    /// Where it stands.
    pub bbox: Bbox,
    /// Size of its largest letters in points.
    pub size: f32,
    /// Whether most of it is bold.
    #[serde(default)]
    pub bold: bool,
    /// Whether its end is bold.
    #[serde(default)]
    pub bold_end: bool,
    /// The block of the page it belongs to, numbered from 0 in reading order: a column, a side bar, a full-width head.
    pub block: u32,
    /// Number of the row within the page: lines beside each other share it.
    pub row: u32,
}

/// One page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// In points.
    pub width: f32,
    /// In points.
    pub height: f32,
    /// In reading order.
    pub lines: Vec<Line>,
}

/// An address behind a piece of the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Where it points to, for example `mailto:ana@example.org`.
    pub uri: String,
    /// The page, counted from 1.
    pub page: u32,
}

/// Which library read the text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reader {
    /// `pdf_oxide` with lines of our own.
    #[default]
    PdfOxide,
    /// `pdf-extract`, where the first found too little.
    PdfExtract,
}

/// The text of one PDF.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// In order.
    pub pages: Vec<Page>,
    /// Addresses behind the text.
    #[serde(default)]
    pub links: Vec<Link>,
    /// Who read it.
    #[serde(default)]
    pub reader: Reader,
    /// The file is damaged: this is what could be read of it.
    #[serde(default)]
    pub damaged: bool,
    /// There are more pages than are read.
    #[serde(default)]
    pub cut: bool,
}

/// The child's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// What stands in it.
    Read(Document),
    /// Why nothing could be read.
    Failed(ResumeFailure),
}

impl Document {
    /// A document of plain text, one page, as if each line stood under the one before: for text that comes without places.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        let line = |(row, text): (usize, &str)| Line {
            text: clean::clean(text).trim().to_owned(),
            bbox: Bbox {
                x0: 50.0,
                y0: row as f32 * 14.0,
                x1: 50.0 + text.chars().count() as f32 * 5.0,
                y1: row as f32 * 14.0 + 10.0,
            },
            size: 10.0,
            row: u32::try_from(row).unwrap_or(u32::MAX),
            ..Line::default()
        };
        let lines = text
            .lines()
            .enumerate()
            .filter(|(_, text)| !text.trim().is_empty())
            .map(line);
        Self {
            pages: vec![Page {
                width: 600.0,
                height: 800.0,
                lines: lines.collect(),
            }],
            ..Self::default()
        }
    }

    /// All lines with their places, in reading order.
    pub fn lines(&self) -> impl Iterator<Item = (Place, &Line)> {
        let number = |n: usize| u32::try_from(n + 1).unwrap_or(u32::MAX);
        self.pages.iter().enumerate().flat_map(move |(page, content)| {
            content.lines.iter().enumerate().map(move |(line, content)| {
                let place = Place {
                    page: number(page),
                    line: number(line),
                };
                (place, content)
            })
        })
    }

    /// The text alone, line by line, pages parted by an empty line.
    #[must_use]
    pub fn text(&self) -> String {
        let page = |page: &Page| {
            page.lines
                .iter()
                .map(|line| line.text.as_str())
                .collect::<Vec<_>>()
                .join("\n")
        };
        self.pages.iter().map(page).collect::<Vec<_>>().join("\n\n")
    }

    /// Where `value` stands in the document, and the line or lines that hold it. Compared without regard to case, white
    /// space and compatibility forms, but on whole words: `Ana` does not stand in `Anabel`.
    #[must_use]
    pub fn find(&self, value: &str) -> Option<(Place, String)> {
        let wanted = squeeze(value);
        if wanted.is_empty() {
            return None;
        }
        let lines: Vec<_> = self.lines().collect();
        // All text without white space, with the line and the word each character belongs to.
        let (mut all, mut owner, mut starts) = (Vec::new(), Vec::new(), Vec::new());
        for (index, (_, line)) in lines.iter().enumerate() {
            for word in line.text.split_whitespace() {
                for (n, c) in squeeze(word).into_iter().enumerate() {
                    all.push(c);
                    owner.push(index);
                    starts.push(n == 0);
                }
            }
        }
        let last = all.len().checked_sub(wanted.len())?;
        let at = (0..=last).find(|at| {
            let end = at + wanted.len();
            let whole =
                |left: usize, right: usize| starts.get(right).copied().unwrap_or(true) || parted(all[left], all[right]);
            all[*at..end] == wanted[..] && (*at == 0 || whole(at - 1, *at)) && (end == all.len() || whole(end - 1, end))
        })?;
        let (first, end) = (owner[at], owner[at + wanted.len() - 1]);
        let source = lines[first..=end]
            .iter()
            .map(|(_, line)| line.text.as_str())
            .collect::<Vec<_>>()
            .join("\n");
        Some((lines[first].0, source))
    }
}

/// Whether a word may end between two characters that stand together. Scripts without spaces part anywhere.
fn parted(left: char, right: char) -> bool {
    let in_word = |c: char| c.is_alphanumeric() && !is_unspaced(c);
    // `2014` and a word in another script may touch.
    let mixed = left.is_numeric() && right.is_alphabetic() || left.is_alphabetic() && right.is_numeric();
    !(in_word(left) && in_word(right)) || mixed && !(left.is_ascii() && right.is_ascii())
}

/// Han, kana and other scripts that are written without spaces between words.
#[must_use]
pub fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{2E80}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// For comparing: compatibility-composed, lower case, without white space and invisible marks.
fn squeeze(text: &str) -> Vec<char> {
    let visible = |c: &char| {
        !c.is_whitespace()
            && !c.is_control()
            && !matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
    };
    text.nfkc().flat_map(char::to_lowercase).filter(visible).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_with_their_lines() {
        let document = Document::of_text("Ana Lima\n\nUniversity of\nOporto, 2019\nana@example.org");
        let (place, source) = document.find("university of  oporto").unwrap();
        assert_eq!((place.page, place.line), (1, 2));
        assert_eq!(source, "University of\nOporto, 2019");
        assert!(document.find("ana@example.or").is_none());
        assert!(document.find("Lim").is_none());
        assert!(document.find("Porto").is_none());
        assert!(document.find(" ").is_none());
        assert!(document.find("invented@example.org").is_none());
        assert!(Document::default().find("Ana").is_none());
    }

    #[test]
    fn scripts_without_spaces_part_anywhere() {
        let document = Document::of_text("姓名:王小明 性别");
        assert!(document.find("王小明").is_some());
    }

    #[test]
    fn an_answer_survives_the_pipe() {
        let answer = Answer::Read(Document::of_text("Ana\nLima"));
        let json = serde_json::to_string(&answer).unwrap();
        assert_eq!(serde_json::from_str::<Answer>(&json).unwrap(), answer);
        let failed = serde_json::to_string(&Answer::Failed(ResumeFailure::Scanned)).unwrap();
        assert_eq!(failed, r#"{"failed":"scanned"}"#);
    }
}
