//! From the bytes of a PDF to a [`Document`], inside the child process.
//!
//! Two readers: `pdf_oxide` with lines of our own for every file, `pdf-extract` for those in which it found no text or no
//! email address. The first reader's answer is complete before the second is asked, because the second may never return.

mod bomb;
pub mod extract;
mod ink;
mod oxide;
mod paint;
mod resources;
mod tokens;
mod turned;

use super::{
    document::{Answer, Document, Reader},
    fields,
};
use parley_domain::resume::{FILE_BYTES, ResumeFailure};

/// Letters without which a document has no text: page numbers and stray marks are fewer.
const LETTERS_MIN: usize = 16;

/// What the first reader answers, and whether the second should be asked.
#[derive(Debug)]
pub struct First {
    /// Its answer.
    pub answer: Answer,
    /// It found too little, and nothing speaks against the second.
    pub ask_second: bool,
}

impl From<ResumeFailure> for First {
    fn from(failure: ResumeFailure) -> Self {
        Self {
            answer: Answer::Failed(failure),
            ask_second: false,
        }
    }
}

/// Reads with the first reader.
#[must_use]
pub fn first(bytes: &[u8]) -> First {
    if let Err(failure) = check(bytes) {
        return failure.into();
    }
    if bomb::unpacks_to_too_much(bytes) {
        return ResumeFailure::TooMuch.into();
    }
    let reading = match oxide::read(bytes.to_vec()) {
        Ok(reading) => reading,
        Err(failure) => {
            return First {
                answer: Answer::Failed(failure),
                ask_second: failure == ResumeFailure::Damaged,
            };
        }
    };
    let damaged = reading.broken || is_torn(bytes);
    let document = Document {
        pages: reading.pages,
        links: reading.links,
        reader: Reader::PdfOxide,
        damaged,
        cut: reading.cut,
    };
    let letters = letters(&document);
    if letters < LETTERS_MIN {
        let failure = if reading.undecoded > letters {
            ResumeFailure::UnreadableFonts
        } else if reading.picture > 0.25 {
            ResumeFailure::Scanned
        } else if damaged {
            ResumeFailure::Damaged
        } else {
            ResumeFailure::Empty
        };
        return First {
            answer: Answer::Failed(failure),
            // Something was written, if only this reader could not tell what.
            ask_second: reading.shown && !reading.hidden,
        };
    }
    let has_email = document.lines().any(|(_, line)| line.text.contains('@'));
    let answer = judged(document);
    First {
        ask_second: !has_email && !reading.hidden,
        answer,
    }
}

/// Reads with the second reader, and answers if its text is better than the first one's. May panic, abort or never return.
#[must_use]
pub fn second(bytes: &[u8], first: &Answer) -> Option<Answer> {
    let pages = extract::read(bytes)?;
    let links = match first {
        Answer::Read(document) => document.links.clone(),
        Answer::Failed(_) => Vec::new(),
    };
    let document = Document {
        pages,
        links,
        reader: Reader::PdfExtract,
        damaged: is_torn(bytes),
        cut: false,
    };
    let count = letters(&document);
    let has_email = document.lines().any(|(_, line)| line.text.contains('@'));
    let better = match first {
        Answer::Failed(_) => count >= LETTERS_MIN,
        Answer::Read(known) => has_email && count * 10 >= letters(known) * 8,
    };
    let answer = judged(document);
    (better && matches!(answer, Answer::Read(_))).then_some(answer)
}

/// What can be said before anything is parsed.
fn check(bytes: &[u8]) -> Result<(), ResumeFailure> {
    if bytes.is_empty() {
        return Err(ResumeFailure::Empty);
    }
    if bytes.len() as u64 > FILE_BYTES {
        return Err(ResumeFailure::TooLarge);
    }
    let head = &bytes[..bytes.len().min(1024)];
    if memchr::memmem::find(head, b"%PDF-").is_none() {
        return Err(ResumeFailure::NotAPdf);
    }
    Ok(())
}

/// Of a damaged file only what names somebody is worth showing.
fn judged(document: Document) -> Answer {
    if document.damaged {
        let fields = fields::extract(&document);
        if fields.name.is_none() && fields.email.is_none() {
            return Answer::Failed(ResumeFailure::Damaged);
        }
    }
    Answer::Read(document)
}

fn letters(document: &Document) -> usize {
    document
        .lines()
        .flat_map(|(_, line)| line.text.chars())
        .filter(|c| c.is_alphanumeric())
        .count()
}

/// Whether the file's own structure shows that it was cut off or altered: no end mark, or a table that is not where the
/// end says it is.
fn is_torn(bytes: &[u8]) -> bool {
    let tail_start = bytes.len().saturating_sub(2048);
    let tail = &bytes[tail_start..];
    if memchr::memmem::rfind(tail, b"%%EOF").is_none() {
        return true;
    }
    let Some(mark) = memchr::memmem::rfind(tail, b"startxref") else {
        return true;
    };
    let digits = tail[mark + 9..]
        .iter()
        .skip_while(|b| b.is_ascii_whitespace())
        .take_while(|b| b.is_ascii_digit());
    let offset = digits.fold(0_usize, |n, b| {
        n.saturating_mul(10).saturating_add(usize::from(b - b'0'))
    });
    // Offsets count from the header, which may stand behind other bytes.
    let header = memchr::memmem::find(&bytes[..bytes.len().min(1024)], b"%PDF-").unwrap_or_default();
    let table_at = |at: usize| {
        let rest = bytes.get(at..).unwrap_or_default();
        let rest = &rest[..rest.len().min(64)];
        let text: Vec<u8> = rest.iter().copied().skip_while(u8::is_ascii_whitespace).collect();
        text.starts_with(b"xref")
            || text.first().is_some_and(u8::is_ascii_digit) && memchr::memmem::find(&text, b"obj").is_some()
    };
    !(table_at(offset) || table_at(offset.saturating_add(header)))
}
