//! The first reader: `pdf_oxide` follows fonts and encodings, lines are our own.
//!
//! Before it sees a page, the strings that nobody can see are emptied ([`super::ink`]).

use super::{
    ink::{self, Seen},
    paint::Area,
    resources::{Store, resolve},
    turned,
};
use crate::resumes::{
    clean,
    document::{Line, Link, Page},
    lines::{self, Run},
};
use parley_domain::resume::{PAGES_MAX, ResumeFailure};
use pdf_oxide::{
    LinkAction, PdfDocument,
    annotation_types::{AnnotationFlags, AnnotationSubtype},
    extractors::{SpanMergingConfig, TextExtractor},
    layout::{FontWeight, TextSpan},
    object::Object,
    optional_content,
};
use std::collections::HashSet;

/// Bytes of one page's stream: a thousand times what a full page of text needs.
pub(super) const STREAM_MAX: usize = 16_000_000;
/// Characters of all pages.
const TEXT_MAX: usize = 1_000_000;
/// Addresses behind the text.
const LINKS_MAX: usize = 500;

/// What was read, and what stood in the way.
#[derive(Debug, Default)]
pub struct Reading {
    /// The pages.
    pub pages: Vec<Page>,
    /// Addresses behind the text.
    pub links: Vec<Link>,
    /// There are more pages than were read.
    pub cut: bool,
    /// Some page, or part of one, could not be read.
    pub broken: bool,
    /// Text was hidden somewhere: another reader would show it.
    pub hidden: bool,
    /// Text was drawn somewhere, readable or not.
    pub shown: bool,
    /// The largest part of a page that one picture covers.
    pub picture: f32,
    /// Characters whose letters are not known.
    pub undecoded: usize,
}

/// Reads a PDF that opens without a password.
///
/// # Errors
/// The file as a whole cannot be read.
pub fn read(bytes: Vec<u8>) -> Result<Reading, ResumeFailure> {
    let claims_encryption = memchr::memmem::find(&bytes, b"/Encrypt").is_some();
    let failed = if claims_encryption {
        ResumeFailure::PasswordProtected
    } else {
        ResumeFailure::Damaged
    };
    let document = PdfDocument::from_bytes(bytes).map_err(|_unreadable| failed)?;
    if document.is_encrypted() && !matches!(document.authenticate(b""), Ok(true)) {
        return Err(ResumeFailure::PasswordProtected);
    }
    let count = document.page_count().map_err(|_unreadable| failed)?;
    let hidden_layers = optional_content::compute_default_off_ocgs(&document);
    let mut reading = Reading {
        cut: count > PAGES_MAX,
        ..Reading::default()
    };
    let mut chars = 0;
    for number in 0..count.min(PAGES_MAX) {
        let page = match read_page(&document, number, &hidden_layers, &mut reading) {
            Ok(page) => page,
            Err(PageError::TooMuch) => return Err(ResumeFailure::TooMuch),
            Err(PageError::Broken) => {
                reading.broken = true;
                Page::default()
            }
        };
        chars += page.lines.iter().map(|line| line.text.len()).sum::<usize>();
        if chars > TEXT_MAX {
            return Err(ResumeFailure::TooMuch);
        }
        reading.pages.push(page);
        read_links(&document, number, &mut reading.links);
    }
    Ok(reading)
}

enum PageError {
    Broken,
    TooMuch,
}

impl From<pdf_oxide::Error> for PageError {
    fn from(error: pdf_oxide::Error) -> Self {
        // The library has limits of its own for what a stream may unpack to.
        let text = error.to_string().to_lowercase();
        if ["limit", "bomb", "too large", "exceed"]
            .iter()
            .any(|word| text.contains(word))
        {
            Self::TooMuch
        } else {
            Self::Broken
        }
    }
}

fn read_page(
    document: &PdfDocument,
    number: usize,
    hidden_layers: &HashSet<String>,
    reading: &mut Reading,
) -> Result<Page, PageError> {
    let page = document.get_page(number)?;
    let dictionary = page.as_dict().ok_or(PageError::Broken)?;
    let (x0, y0, x1, y1) = document
        .get_page_visible_box(number)
        .unwrap_or((0.0, 0.0, 612.0, 792.0));
    let area = Area::between((x0, y0), (x1, y1));
    let mut content = Page {
        width: (x1 - x0).abs(),
        height: (y1 - y0).abs(),
        lines: Vec::new(),
    };
    let stream = document.get_page_content_data(number)?;
    if stream.len() > STREAM_MAX {
        return Err(PageError::TooMuch);
    }
    if stream.is_empty() {
        return Ok(content);
    }
    let resources = dictionary
        .get("Resources")
        .map(|resources| resolve(document, resources));
    let store = Store::new(document);
    let scope = resources
        .as_ref()
        .map(|resources| store.scope(resources))
        .unwrap_or_default();
    let seen = ink::look(&stream, &scope, &store, area);
    reading.picture = reading.picture.max(seen.picture);
    reading.hidden |= !seen.hidden.is_empty() || !seen.hidden_points.is_empty();
    reading.shown |= !seen.visible.is_empty();
    if seen.visible.is_empty() {
        return Ok(content);
    }
    let stream = ink::blanked(stream, &seen.hidden);
    let spans = spans(document, number, &stream, resources.as_ref(), hidden_layers)?;
    let text: String = spans.iter().map(|span| span.text.as_str()).collect();
    reading.undecoded += clean::undecoded(&text);
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let rtl = text.chars().filter(|c| clean::is_rtl(*c)).count() * 5 > letters.max(1);
    let spans = decoded(spans);
    let mut runs = runs(&spans, &seen, area);
    if rtl {
        runs = turned::turned(runs);
    }
    for (_, runs) in by_angle(runs) {
        append(&mut content.lines, lines::lines(runs, rtl));
    }
    Ok(content)
}

/// Adds lines behind others: their blocks and rows are others, too.
fn append(lines: &mut Vec<Line>, more: Vec<Line>) {
    let blocks = lines.iter().map(|line| line.block + 1).max().unwrap_or_default();
    let rows = lines.iter().map(|line| line.row + 1).max().unwrap_or_default();
    lines.extend(more.into_iter().map(|line| Line {
        block: line.block + blocks,
        row: line.row + rows,
        ..line
    }));
}

/// What the library reads of a stream. Runs stay as they were drawn: what belongs together is for `lines` to say, which sees
/// the whole page.
fn spans(
    document: &PdfDocument,
    number: usize,
    stream: &[u8],
    resources: Option<&Object>,
    hidden_layers: &HashSet<String>,
) -> pdf_oxide::Result<Vec<TextSpan>> {
    let apart = SpanMergingConfig {
        space_threshold_em_ratio: f32::MAX,
        column_boundary_threshold_pt: 0.0,
        severe_overlap_threshold_pt: f32::MAX,
        use_adaptive_threshold: false,
        merge_tm_tj_runs: false,
        ..SpanMergingConfig::default()
    };
    let mut extractor = TextExtractor::new().with_merging_config(apart);
    extractor.set_page_index(u32::try_from(number).unwrap_or(u32::MAX));
    extractor.set_excluded_layers(hidden_layers.clone());
    if let Some(resources) = resources {
        extractor.set_resources(resources.clone());
        extractor.set_document(document);
        // Without its fonts a page may still say something: their codes are often letters.
        let _ = document.load_fonts_public(resources, &mut extractor);
    }
    extractor.extract_text_spans(stream)
}

/// A run and the angle it is written at, in whole degrees.
pub(super) type Turned = (i32, Run);

/// Runs by their angle, the most written one first. Each is upright in its own frame.
fn by_angle(runs: Vec<Turned>) -> Vec<(i32, Vec<Run>)> {
    let mut groups: Vec<(i32, Vec<Run>)> = Vec::new();
    for (angle, run) in runs {
        let known = groups.iter().position(|(known, _)| (*known - angle).abs() <= 1);
        match known {
            Some(at) => groups[at].1.push(run),
            None if groups.len() < 16 => groups.push((angle, vec![run])),
            None => {}
        }
    }
    groups.sort_by_key(|(_, runs)| std::cmp::Reverse(runs.iter().map(|run| run.text.len()).sum::<usize>()));
    groups
}

/// Where a point lies in a frame that is turned so that text at `angle` is upright; `y` grows downwards.
fn upright(angle: i32, x: f32, y: f32) -> (f32, f32) {
    let (sin, cos) = (angle as f32).to_radians().sin_cos();
    (x * cos + y * sin, x * sin - y * cos)
}

fn runs(spans: &[TextSpan], seen: &Seen, page: Area) -> Vec<Turned> {
    let hidden = &seen.hidden_points;
    let mut runs = Vec::new();
    for span in spans {
        let near = |(x, y): &(f32, f32)| (x - span.bbox.x).abs() < 1.5 && (y - span.bbox.y).abs() < 1.5;
        if span.font_size < 2.0 || hidden.iter().any(near) || !page.holds((span.bbox.x + 0.5, span.bbox.y + 0.5)) {
            continue;
        }
        let angle = span.rotation_degrees.round() as i32;
        let base = if angle == 0 {
            baseline(span, &seen.visible)
        } else {
            span.bbox.y
        };
        let (x0, y) = upright(angle, span.bbox.x, base);
        runs.push((
            angle,
            Run {
                text: span.text.clone(),
                x0,
                x1: x0 + span.bbox.width.max(0.1),
                y,
                size: span.font_size,
                bold: is_bold(span.font_weight, &span.font_name),
                widths: span.char_widths.clone(),
            },
        ));
    }
    runs
}

/// The baseline a run was drawn at. The library lifts small runs beside large ones onto the large ones' baseline, which is
/// right for superscripts; what stands on a line with others of its size is none.
fn baseline(span: &TextSpan, drawn: &[(f32, f32, f32)]) -> f32 {
    let (y, size) = (span.bbox.y, span.font_size);
    let same_size = |other: f32| (other - size).abs() < 0.05 * size;
    let peers = |y: f32| {
        drawn
            .iter()
            .filter(|(_, other, s)| (other - y).abs() < 0.3 && same_size(*s))
            .count()
    };
    if drawn
        .iter()
        .any(|(_, other, s)| (other - y).abs() < 0.3 && same_size(*s))
    {
        return y;
    }
    let own = drawn
        .iter()
        .find(|(x, other, s)| (x - span.bbox.x).abs() < 0.5 && (other - y).abs() < size && same_size(*s));
    own.filter(|(_, other, _)| peers(*other) >= 4)
        .map_or(y, |(_, other, _)| *other)
}

/// Letters of TeX's own encoding that were taken for those of Adobe's: a capital between small letters (`PolitØcnica`) shows
/// it. One table undoes it for the whole page.
fn decoded(mut spans: Vec<TextSpan>) -> Vec<TextSpan> {
    let wrong = |span: &TextSpan| {
        let chars: Vec<char> = span.text.chars().collect();
        chars
            .windows(3)
            .any(|w| w[0].is_lowercase() && matches!(w[1], 'Ø' | 'Æ' | 'Ł' | 'Œ') && w[2].is_lowercase())
    };
    let fonts: HashSet<String> = spans
        .iter()
        .filter(|span| wrong(span))
        .map(|span| span.font_name.clone())
        .collect();
    if fonts.is_empty() {
        return spans;
    }
    for span in &mut spans {
        span.text = span.text.chars().map(from_standard).collect();
    }
    spans
}

/// The letter that TeX's T1 encoding has where Adobe's standard encoding has `c`.
fn from_standard(c: char) -> char {
    match c {
        '`' => 'Á',
        '´' => 'Â',
        'ˆ' => 'Ã',
        '˜' => 'Ä',
        '¯' => 'Å',
        '˘' => 'Æ',
        '˙' => 'Ç',
        '¨' => 'È',
        '˚' => 'Ê',
        '¸' => 'Ë',
        '˝' => 'Í',
        '˛' => 'Î',
        'ˇ' => 'Ï',
        'Æ' => 'á',
        'ª' => 'ã',
        'Ł' => 'è',
        'Ø' => 'é',
        'Œ' => 'ê',
        'º' => 'ë',
        'æ' => 'ñ',
        'ı' => 'õ',
        'ł' => 'ø',
        'ø' => 'ù',
        'œ' => 'ú',
        'ß' => 'û',
        'ÿ' => 'ß',
        c => c,
    }
}

fn is_bold(weight: FontWeight, font: &str) -> bool {
    weight as u16 >= FontWeight::SemiBold as u16 || font.to_lowercase().contains("bold")
}

fn read_links(document: &PdfDocument, number: usize, links: &mut Vec<Link>) {
    let Ok(annotations) = document.get_annotations(number) else {
        return;
    };
    for annotation in annotations.into_iter().take(LINKS_MAX) {
        let shown = annotation.flags.bits() & (AnnotationFlags::HIDDEN | AnnotationFlags::NO_VIEW) == 0;
        let large = annotation
            .rect
            .is_some_and(|[x0, y0, x1, y1]| (x1 - x0).abs() > 2.0 && (y1 - y0).abs() > 2.0);
        if let Some(LinkAction::Uri(uri)) = annotation.action
            && annotation.subtype_enum == AnnotationSubtype::Link
            && shown
            && large
            && uri.len() < 500
            && links.len() < LINKS_MAX
        {
            links.push(Link {
                uri,
                page: u32::try_from(number + 1).unwrap_or(u32::MAX),
            });
        }
    }
}
