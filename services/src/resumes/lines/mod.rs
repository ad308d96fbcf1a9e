//! From runs of text with their places to lines in the order in which a person reads them.
//!
//! Runs on one baseline make a row; a row falls into pieces where its gaps are wide. Pieces that stand in columns are read
//! column by column; pieces that only answer to each other across a row (a job and its dates, a label and its value) are
//! read row by row. It knows nothing of PDF.

mod columns;

use super::{
    clean,
    document::{Bbox, Line},
};

/// A run of text on one baseline. `y` grows downwards.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Run {
    /// What it says, not yet cleaned.
    pub text: String,
    /// Left edge.
    pub x0: f32,
    /// Right edge.
    pub x1: f32,
    /// Baseline.
    pub y: f32,
    /// Size of its letters.
    pub size: f32,
    /// Whether it is bold.
    pub bold: bool,
    /// How far each of its characters reaches; empty where that is not known.
    pub widths: Vec<f32>,
}

impl Run {
    /// Where its character number `at` begins.
    fn edge(&self, at: usize) -> f32 {
        let count = self.text.chars().count().max(1);
        if self.widths.len() == count {
            // Kerning is not in the widths: they are stretched to what the run takes.
            let all: f32 = self.widths.iter().sum();
            let part: f32 = self.widths[..at.min(count)].iter().sum();
            return self.x0 + part * if all > 0.0 { (self.x1 - self.x0) / all } else { 1.0 };
        }
        self.x0 + (self.x1 - self.x0) * at as f32 / count as f32
    }

    /// The characters from number `from` to number `to`.
    fn part(&self, from: usize, to: usize) -> Self {
        Self {
            text: self.text.chars().skip(from).take(to - from).collect(),
            x0: self.edge(from),
            x1: self.edge(to),
            widths: self.widths.get(from..to).unwrap_or_default().to_vec(),
            ..*self
        }
    }
}

/// Pieces of a row that are wider apart than this many times their size belong to different columns or answer each other.
const APART: f32 = 1.0;
/// The same, at places where many rows have a gap.
const NARROW: f32 = 0.55;
/// Runs wider apart than this many times their size have a space between them.
const SPACE: f32 = 0.15;
/// Part of a row without wide gaps.
#[derive(Debug, Clone)]
struct Piece {
    text: String,
    x0: f32,
    x1: f32,
    top: f32,
    y: f32,
    size: f32,
    bold: bool,
    bold_end: bool,
    row: u32,
}

/// Lines of one page in reading order. `rtl`: the page is read from right to left.
#[must_use]
pub fn lines(runs: Vec<Run>, rtl: bool) -> Vec<Line> {
    let mut pieces = pieces(runs);
    if rtl {
        mirror(&mut pieces);
    }
    let mut blocks = Vec::new();
    columns::arrange((0..pieces.len()).collect(), &pieces, 0, &mut blocks);
    if rtl {
        mirror(&mut pieces);
    }
    let numbered = blocks.into_iter().enumerate();
    numbered
        .flat_map(|(block, members)| members.into_iter().map(move |member| (block, member)))
        .map(|(block, member)| line(&pieces[member], block))
        .collect()
}

fn line(piece: &Piece, block: usize) -> Line {
    Line {
        text: piece.text.clone(),
        bbox: Bbox {
            x0: piece.x0,
            y0: piece.top,
            x1: piece.x1,
            y1: piece.y + piece.size * 0.25,
        },
        size: piece.size,
        bold: piece.bold,
        bold_end: piece.bold_end,
        block: u32::try_from(block).unwrap_or(u32::MAX),
        row: piece.row,
    }
}

/// Turns the page's left into its right, so that columns can be found as if it were read from left to right.
fn mirror(pieces: &mut [Piece]) {
    for piece in pieces {
        (piece.x0, piece.x1) = (-piece.x1, -piece.x0);
    }
}

/// Runs to rows, rows to pieces; from top to bottom, and from left to right within a row.
fn pieces(mut runs: Vec<Run>) -> Vec<Piece> {
    runs.retain(|run| !run.text.trim().is_empty() && [run.x0, run.x1, run.y, run.size].iter().all(|n| n.is_finite()));
    place_accents(&mut runs);
    let mut runs: Vec<Run> = runs.iter().flat_map(split_at_blanks).collect();
    runs.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.x0.total_cmp(&b.x0)));
    let mut rows: Vec<Vec<Run>> = Vec::new();
    let mut rest = runs.as_slice();
    while let Some(first) = rest.first() {
        // A row's baseline is that of its first run; larger letters beside it may stand a little lower.
        let count = rest
            .iter()
            .take_while(|run| run.y - first.y <= 0.35 * first.size.min(run.size).max(1.0))
            .count();
        let mut members = rest[..count].to_vec();
        members.sort_by(|a, b| a.x0.total_cmp(&b.x0));
        rows.push(members);
        rest = &rest[count..];
    }
    let edges = edges(&rows);
    let numbered = rows.iter().zip(0_u32..);
    numbered
        .flat_map(|(row, number)| split_row(row, number, &edges))
        .collect()
}

/// Where the cells of columns begin: places at which several rows go on after a gap.
fn edges(rows: &[Vec<Run>]) -> Vec<f32> {
    let mut starts: Vec<f32> = Vec::new();
    for row in rows {
        let after_gap =
            |pair: &[Run]| pair[1].x0 - pair[0].x1 > NARROW * pair[0].size.min(pair[1].size) && !is_single(&pair[1]);
        starts.extend(row.windows(2).filter(|pair| after_gap(pair)).map(|pair| pair[1].x0));
    }
    starts.sort_by(f32::total_cmp);
    let mut edges = Vec::new();
    for start in &starts {
        let count = starts.iter().filter(|other| (**other - start).abs() < 0.8).count();
        if count >= 3 && edges.last().is_none_or(|last| start - last > 1.0) {
            edges.push(*start);
        }
    }
    edges
}

/// Two blanks or more between words part them like a wide gap does, but not at the end of a sentence.
fn split_at_blanks(run: &Run) -> Vec<Run> {
    if !run.text.contains("  ") || clean::join_spaced_letters(&run.text).is_some() {
        return vec![run.clone()];
    }
    let chars: Vec<char> = run.text.chars().collect();
    let mut parts = Vec::new();
    let mut from = 0;
    let mut at = 0;
    while at < chars.len() {
        let blanks = chars[at..].iter().take_while(|c| c.is_whitespace()).count();
        let sentence = at > 0 && matches!(chars[at - 1], '.' | '!' | '?' | ':' | ';');
        if blanks >= 2 && at > from && !(sentence && blanks < 4) {
            parts.push(Run {
                // What follows must count as far away, whatever blanks are worth in this font.
                x1: run.edge(at).min(run.edge(at + blanks) - 1.01 * APART * run.size),
                ..run.part(from, at)
            });
            from = at + blanks;
        }
        at += blanks.max(1);
    }
    if from < chars.len() {
        parts.push(run.part(from, chars.len()));
    }
    parts
}

/// Accents that were drawn by themselves, over a letter of another run, go to their letter.
fn place_accents(runs: &mut Vec<Run>) {
    let accents: Vec<usize> = (0..runs.len())
        .filter(|at| clean::accent(runs[*at].text.trim()).is_some())
        .collect();
    let mut placed = Vec::new();
    for at in accents {
        let Some(mark) = clean::accent(runs[at].text.trim()) else {
            continue;
        };
        let (middle, y, size) = ((runs[at].x0 + runs[at].x1) / 2.0, runs[at].y, runs[at].size);
        let letter = runs
            .iter()
            .enumerate()
            .filter(|(other, run)| *other != at && (run.y - y).abs() < size)
            .find_map(|(other, run)| {
                let count = run.text.chars().count();
                let number = (0..count).find(|n| run.edge(*n) <= middle && middle < run.edge(n + 1))?;
                let letter = run.text.chars().nth(number)?;
                let composed = unicode_normalization::char::compose(if letter == 'ı' { 'i' } else { letter }, mark)?;
                Some((other, number, composed))
            });
        if let Some((other, number, composed)) = letter {
            let text = runs[other].text.chars().enumerate();
            runs[other].text = text.map(|(n, c)| if n == number { composed } else { c }).collect();
            placed.push(at);
        }
    }
    for at in placed.into_iter().rev() {
        runs.remove(at);
    }
}

/// A row in pieces.
fn split_row(row: &[Run], number: u32, edges: &[f32]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut from = 0;
    let track = tracking(row);
    for at in 1..=row.len() {
        let apart = row.get(at).is_none_or(|next| {
            let reach = row[from..at].iter().map(|run| run.x1).fold(f32::MIN, f32::max);
            let em = row[at - 1].size.min(next.size);
            // Where letters are spaced out, so are words.
            let spaced = is_single(&row[at - 1]) && is_single(next);
            let at_edge = edges.iter().any(|edge| (edge - next.x0).abs() < 0.8);
            let limit = if spaced {
                (APART * em).max(4.0 * track)
            } else if at_edge {
                NARROW * em
            } else {
                APART * em
            };
            next.x0 - reach > limit
        });
        if apart {
            pieces.extend(piece(&row[from..at], number));
            from = at;
        }
    }
    pieces
}

fn piece(runs: &[Run], row: u32) -> Option<Piece> {
    let size = runs.iter().map(|run| run.size).fold(0.0, f32::max);
    let letters = |run: &Run| run.text.trim().chars().count();
    let bold = runs.iter().filter(|run| run.bold).map(letters).sum::<usize>();
    let text = joined(runs);
    let text = text.trim();
    let all = runs.iter().map(letters).sum::<usize>();
    (!text.is_empty()).then(|| Piece {
        text: text.to_owned(),
        x0: runs.iter().map(|run| run.x0).fold(f32::MAX, f32::min),
        x1: runs.iter().map(|run| run.x1).fold(f32::MIN, f32::max),
        top: runs.iter().map(|run| run.y - run.size * 0.8).fold(f32::MAX, f32::min),
        y: runs.iter().map(|run| run.y).fold(f32::MIN, f32::max),
        size,
        bold: bold * 2 > all,
        bold_end: runs.last().is_some_and(|run| run.bold),
        row,
    })
}

/// The text of runs that stand beside each other.
fn joined(runs: &[Run]) -> String {
    let gaps: Vec<f32> = runs
        .windows(2)
        .map(|pair| (pair[1].x0 - pair[0].x1) / pair[0].size.min(pair[1].size).max(1.0))
        .collect();
    let space = spacing(runs, &gaps);
    let mut raw = String::new();
    for (at, run) in runs.iter().enumerate() {
        if at > 0 && gaps[at - 1] > space {
            raw.push(' ');
        }
        raw.push_str(&run.text);
    }
    let spread = clean::join_spaced_letters(raw.trim());
    clean::clean(spread.as_deref().unwrap_or(&raw))
}

fn is_single(run: &Run) -> bool {
    run.text.trim().chars().count() == 1
}

/// The usual gap between letters that stand by themselves, where there are some in a row.
fn tracking(row: &[Run]) -> f32 {
    let pairs = row.windows(2).filter(|pair| is_single(&pair[0]) && is_single(&pair[1]));
    let mut gaps: Vec<f32> = pairs.map(|pair| pair[1].x0 - pair[0].x1).collect();
    if gaps.len() < 3 {
        return 0.0;
    }
    gaps.sort_by(f32::total_cmp);
    gaps[gaps.len() / 2].max(0.0)
}

/// The gap from which on there is a space. Letters that were spaced out one by one have wide gaps between all of them, and
/// wider ones between words.
fn spacing(runs: &[Run], gaps: &[f32]) -> f32 {
    let single = runs.iter().filter(|run| run.text.trim().chars().count() == 1).count();
    let latin = runs
        .iter()
        .all(|run| !run.text.chars().any(super::document::is_unspaced));
    if single < 4 || single * 5 < runs.len() * 4 || !latin {
        return SPACE;
    }
    let mut sorted = gaps.to_vec();
    sorted.sort_by(f32::total_cmp);
    let middle = sorted[sorted.len() / 2];
    if middle > SPACE { middle * 1.6 } else { SPACE }
}

#[cfg(test)]
mod tests;
