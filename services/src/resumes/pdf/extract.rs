//! The second reader: `pdf-extract`, for files in which the first finds too little. The same lines are built from it.
//!
//! It panics on some files and runs for ever on others: call it only in the child process, when the first reader's answer is
//! safe already. It shows text that nobody can see, so it is not asked where the first reader saw such text.

use crate::resumes::{
    clean,
    document::Page,
    lines::{self, Run},
};
use parley_domain::resume::PAGES_MAX;
use pdf_extract::{MediaBox, OutputDev, OutputError, Transform};

/// Characters of all pages.
const TEXT_MAX: usize = 1_000_000;

/// Reads a PDF; none if it cannot be read.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<Vec<Page>> {
    let mut document = pdf_extract::Document::load_mem(bytes).ok()?;
    if document.is_encrypted() {
        document.decrypt("").ok()?;
    }
    let mut pages = Vec::new();
    for number in document.get_pages().keys().take(PAGES_MAX) {
        let mut glyphs = Glyphs::default();
        pdf_extract::output_doc_page(&document, &mut glyphs, *number).ok()?;
        pages.push(glyphs.page());
    }
    Some(pages)
}

/// Collects the glyphs of a page.
#[derive(Default)]
struct Glyphs {
    width: f32,
    height: f32,
    left: f64,
    top: f64,
    runs: Vec<Run>,
    chars: usize,
}

impl Glyphs {
    fn page(self) -> Page {
        let rtl = self
            .runs
            .iter()
            .flat_map(|run| run.text.chars())
            .filter(|c| clean::is_rtl(*c))
            .count();
        Page {
            width: self.width,
            height: self.height,
            lines: lines::lines(words(self.runs), rtl * 5 > self.chars.max(1)),
        }
    }
}

/// Glyphs that touch, put together: what is left apart are words.
fn words(glyphs: Vec<Run>) -> Vec<Run> {
    let mut words: Vec<Run> = Vec::new();
    for glyph in glyphs {
        let joins = words.last().is_some_and(|word| {
            let gap = glyph.x0 - word.x1;
            (glyph.y - word.y).abs() < 0.1 * glyph.size && gap.abs() < 0.1 * glyph.size && word.size == glyph.size
        });
        match words.last_mut() {
            Some(word) if joins => {
                word.text.push_str(&glyph.text);
                word.x1 = glyph.x1;
            }
            _ => words.push(glyph),
        }
    }
    words
}

impl OutputDev for Glyphs {
    fn begin_page(&mut self, _: u32, page: &MediaBox, _: Option<(f64, f64, f64, f64)>) -> Result<(), OutputError> {
        (self.width, self.height) = ((page.urx - page.llx) as f32, (page.ury - page.lly) as f32);
        (self.left, self.top) = (page.llx, page.ury);
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn output_character(
        &mut self,
        place: &Transform,
        width: f64,
        _: f64,
        font_size: f64,
        text: &str,
    ) -> Result<(), OutputError> {
        // Upright text alone: what the first reader missed is not worth more.
        let (across, up) = (place.m11, place.m22);
        if across <= 0.0 || up <= 0.0 || self.chars > TEXT_MAX {
            return Ok(());
        }
        self.chars += text.chars().count();
        let x0 = place.m31 - self.left;
        self.runs.push(Run {
            text: text.to_owned(),
            x0: x0 as f32,
            x1: (x0 + width * font_size * across) as f32,
            y: (self.top - place.m32) as f32,
            size: (font_size * up) as f32,
            ..Run::default()
        });
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}
