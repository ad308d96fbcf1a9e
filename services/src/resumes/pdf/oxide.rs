//! The first reader: `pdf_oxide` follows fonts and encodings, lines are our own.
//!
//! Before it sees a page, the strings that nobody can see are emptied ([`super::ink`]).

use super::{
    ink::{self, External, Form, Forms, Scope, Seen},
    paint::{Area, Matrix},
};
use crate::resumes::{
    clean,
    document::{Link, Page},
    lines::{self, Run},
};
use parley_domain::resume::{PAGES_MAX, ResumeFailure};
use pdf_oxide::{
    LinkAction, PdfDocument,
    annotation_types::{AnnotationFlags, AnnotationSubtype},
    extractors::{SpanMergingConfig, TextExtractor},
    layout::{FontWeight, TextSpan},
    object::{Object, ObjectRef},
    optional_content,
    text::bidi,
};
use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
};
use unicode_normalization::UnicodeNormalization as _;

/// Bytes of one page's stream: a thousand times what a full page of text needs.
const STREAM_MAX: usize = 16_000_000;
/// Characters of all pages.
const TEXT_MAX: usize = 1_000_000;
/// Addresses behind the text.
const LINKS_MAX: usize = 500;
/// Names of one kind that a page can use.
const NAMES_MAX: usize = 2_000;

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
    // Runs stay as they were drawn: what belongs together is for `lines` to say, which sees the whole page.
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
        let _ = document.load_fonts_public(&resources, &mut extractor);
    }
    let spans = extractor.extract_text_spans(&stream)?;
    let text: String = spans.iter().map(|span| span.text.as_str()).collect();
    reading.undecoded += clean::undecoded(&text);
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let rtl = text.chars().filter(|c| clean::is_rtl(*c)).count() * 5 > letters.max(1);
    let spans = decoded(spans);
    let mut runs = runs(&spans, &seen, area);
    if rtl {
        runs = turned(runs);
    }
    for (_, runs) in by_angle(runs) {
        let offset = content
            .lines
            .iter()
            .map(|line| line.block + 1)
            .max()
            .unwrap_or_default();
        let rows = content.lines.iter().map(|line| line.row + 1).max().unwrap_or_default();
        content
            .lines
            .extend(lines::lines(runs, rtl).into_iter().map(|mut line| {
                line.block += offset;
                line.row += rows;
                line
            }));
    }
    Ok(content)
}

/// A run and the angle it is written at, in whole degrees.
type Turned = (i32, Run);

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

/// Runs of a page that is read from right to left: each line in reading order. Whether runs of several letters were stored
/// as they are drawn or as they are read, the words themselves tell.
fn turned(runs: Vec<Turned>) -> Vec<Turned> {
    let as_read = turned_lines(&runs, false);
    let as_drawn = turned_lines(&runs, true);
    let order = |runs: &[Turned]| runs.iter().map(|(_, run)| clean::reading_order(&run.text)).sum::<i32>();
    if order(&as_drawn) > order(&as_read) {
        as_drawn
    } else {
        as_read
    }
}

/// The lines of runs, put into reading order. `drawn`: the letters of a run are in the order in which they stand.
fn turned_lines(runs: &[Turned], drawn: bool) -> Vec<Turned> {
    let backwards = backwards(runs);
    let mut runs: Vec<&Turned> = runs.iter().collect();
    runs.sort_by(|(_, a), (_, b)| a.y.total_cmp(&b.y).then(a.x0.total_cmp(&b.x0)));
    let mut lines = Vec::new();
    let mut rest = runs.as_slice();
    while let Some((angle, first)) = rest.first() {
        let same =
            |(other, run): &&&Turned| other == angle && run.y - first.y <= 0.35 * first.size.min(run.size).max(1.0);
        let count = rest.iter().take_while(same).count().max(1);
        let mut row: Vec<&Run> = rest[..count].iter().map(|(_, run)| run).collect();
        row.sort_by(|a, b| a.x0.total_cmp(&b.x0));
        let mut from = 0;
        for at in 1..=row.len() {
            if row
                .get(at)
                .is_none_or(|next| next.x0 - row[at - 1].x1 > next.size.min(row[at - 1].size))
            {
                lines.extend(turned_line(&row[from..at], drawn, backwards).map(|run| (*angle, run)));
                from = at;
            }
        }
        rest = &rest[count..];
    }
    lines
}

/// Whether years on the page run backwards from left to right.
fn backwards(runs: &[Turned]) -> bool {
    let mut rows: Vec<(f32, Vec<&Run>)> = Vec::new();
    for (_, run) in runs {
        match rows.iter_mut().find(|(y, _)| (*y - run.y).abs() < 0.5) {
            Some((_, row)) => row.push(run),
            None => rows.push((run.y, vec![run])),
        }
    }
    rows.into_iter().any(|(_, mut row)| {
        row.sort_by(|a, b| a.x0.total_cmp(&b.x0));
        let text: String = row.iter().map(|run| run.text.as_str()).collect();
        // The stretches between words.
        text.split(|c: char| c.is_alphabetic()).any(clean::runs_backwards)
    })
}

/// Runs that stand beside each other as one, in reading order.
fn turned_line(runs: &[&Run], drawn: bool, backwards: bool) -> Option<Run> {
    let (first, last) = (runs.first()?, runs.last()?);
    let mut parts: Vec<String> = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        let gap = at.checked_sub(1).map_or(0.0, |before| run.x0 - runs[before].x1);
        // Words that touch where the weight changes are words all the same.
        let weight = at > 0 && runs[at - 1].bold != run.bold;
        if gap > 0.2 * run.size || weight {
            parts.push(" ".to_owned());
        }
        let text: String = run.text.nfkc().collect();
        // The library turns what it takes for drawn from left to right; turning it again gives back what was drawn.
        let text = if text.chars().any(clean::is_rtl) && !drawn {
            bidi::reverse_rtl_keep_numbers(&text)
        } else {
            text
        };
        parts.extend(glyphs(&text, run.widths.len()));
    }
    Some(Run {
        text: if backwards && clean::is_grouped_number(&parts.concat()) {
            clean::groups_turned(parts.concat().trim())
        } else {
            clean::from_visual(&parts)
        },
        x0: first.x0,
        x1: last.x1,
        y: first.y,
        size: runs.iter().map(|run| run.size).fold(0.0, f32::max),
        bold: runs.iter().filter(|run| run.bold).count() * 2 > runs.len(),
        widths: Vec::new(),
    })
}

/// The letters of a text in the order in which they were drawn. One glyph may stand for lam and alef, which then are in
/// reading order; there are as many of those as there are more letters than glyphs.
fn glyphs(text: &str, count: usize) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut missing = if count == 0 {
        0
    } else {
        chars.len().saturating_sub(count)
    };
    let joined = |at: usize| {
        chars[at] == 'ل'
            && chars
                .get(at + 1)
                .is_some_and(|next| matches!(next, 'ا' | 'أ' | 'إ' | 'آ'))
    };
    // Drawn from left to right, the article looks the same at the end of a word: those are the last to be taken for one.
    let inside = |at: usize| chars.get(at + 2).is_some_and(|next| clean::is_rtl(*next));
    let places: Vec<usize> = (0..chars.len()).filter(|at| joined(*at)).collect();
    let mut taken: Vec<usize> = Vec::new();
    for wanted in [true, false] {
        for at in places.iter().filter(|at| inside(**at) == wanted) {
            if missing > 0 {
                taken.push(*at);
                missing -= 1;
            }
        }
    }
    let mut parts = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if taken.contains(&at) {
            parts.push(chars[at..at + 2].iter().collect());
            at += 2;
        } else {
            parts.push(chars[at].to_string());
            at += 1;
        }
    }
    parts
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

fn resolve(document: &PdfDocument, object: &Object) -> Object {
    document.resolve_object(object).unwrap_or(Object::Null)
}

fn number(object: &Object) -> Option<f32> {
    match object {
        Object::Integer(n) => Some(*n as f32),
        Object::Real(n) => Some(*n as f32),
        _ => None,
    }
}

/// Finds what streams name, and keeps a form's reference under a small number.
struct Store<'a> {
    document: &'a PdfDocument,
    forms: RefCell<Vec<ObjectRef>>,
}

impl<'a> Store<'a> {
    fn new(document: &'a PdfDocument) -> Self {
        Self {
            document,
            forms: RefCell::default(),
        }
    }

    fn entries(&self, resources: &Object, kind: &str) -> HashMap<String, Object> {
        let entry = resources.as_dict().and_then(|d| d.get(kind));
        let object = entry.map_or(Object::Null, |entry| resolve(self.document, entry));
        object.as_dict().cloned().unwrap_or_default()
    }

    fn scope(&self, resources: &Object) -> Scope {
        let mut scope = Scope::default();
        for (name, state) in self.entries(resources, "ExtGState").into_iter().take(NAMES_MAX) {
            let state = resolve(self.document, &state);
            let opacity = state
                .as_dict()
                .and_then(|d| d.get("ca"))
                .and_then(|ca| number(&resolve(self.document, ca)));
            if let Some(opacity) = opacity {
                scope.opacities.insert(name.into_bytes(), opacity);
            }
        }
        for (name, object) in self.entries(resources, "XObject").into_iter().take(NAMES_MAX) {
            let reference = object.as_reference();
            let object = resolve(self.document, &object);
            let Some(dictionary) = object.as_dict() else { continue };
            let external = match dictionary.get("Subtype").and_then(Object::as_name) {
                Some("Image") => External::Picture {
                    opaque: !["SMask", "Mask", "ImageMask"]
                        .iter()
                        .any(|mask| dictionary.contains_key(*mask)),
                },
                Some("Form") => {
                    let Some(reference) = reference else { continue };
                    let mut forms = self.forms.borrow_mut();
                    forms.push(reference);
                    External::Form(u32::try_from(forms.len() - 1).unwrap_or(u32::MAX))
                }
                _ => continue,
            };
            scope.objects.insert(name.into_bytes(), external);
        }
        scope
    }
}

impl Forms for Store<'_> {
    fn form(&self, form: u32) -> Option<Form> {
        let reference = *self.forms.borrow().get(form as usize)?;
        let object = self.document.load_object(reference).ok()?;
        let dictionary = object.as_dict()?;
        let matrix = dictionary
            .get("Matrix")
            .map_or(Object::Null, |matrix| resolve(self.document, matrix));
        let entries: Vec<f32> = matrix
            .as_array()
            .map(|m| m.iter().filter_map(number).collect())
            .unwrap_or_default();
        let stream = object
            .decode_stream_data()
            .ok()
            .filter(|stream| stream.len() < STREAM_MAX)?;
        Some(Form {
            stream,
            matrix: entries.try_into().map(Matrix).unwrap_or_default(),
            scope: dictionary
                .get("Resources")
                .map(|resources| self.scope(&resolve(self.document, resources))),
        })
    }
}
