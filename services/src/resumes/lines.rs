//! From runs of text with their places to lines in the order in which a person reads them.
//!
//! Runs on one baseline make a row; a row falls into pieces where its gaps are wide. Pieces that stand in columns are read
//! column by column; pieces that only answer to each other across a row (a job and its dates, a label and its value) are
//! read row by row. It knows nothing of PDF.

use super::{
    clean,
    document::{Bbox, Line},
    words,
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
/// How deep columns within columns are followed.
const DEPTH_MAX: usize = 8;

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
    arrange((0..pieces.len()).collect(), &pieces, 0, &mut blocks);
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

/// Puts pieces in reading order: blocks of indexes.
fn arrange(members: Vec<usize>, pieces: &[Piece], depth: usize, blocks: &mut Vec<Vec<usize>>) {
    if members.is_empty() {
        return;
    }
    let split = if members.len() < 4 || depth >= DEPTH_MAX {
        None
    } else {
        columns(&members, pieces)
    };
    let Some(split) = split else {
        let mut members = members;
        members.sort_by(|a, b| {
            let (a, b) = (&pieces[*a], &pieces[*b]);
            a.row.cmp(&b.row).then(a.x0.total_cmp(&b.x0))
        });
        blocks.push(members);
        return;
    };
    for part in [split.above, split.left, split.right, split.below] {
        arrange(part, pieces, depth + 1, blocks);
    }
}

/// Pieces in two columns, with what stands above and below them.
#[derive(Default)]
struct Split {
    above: Vec<usize>,
    left: Vec<usize>,
    right: Vec<usize>,
    below: Vec<usize>,
    weight: usize,
}

/// The best way to part pieces into two columns, if there is one.
fn columns(members: &[usize], pieces: &[Piece]) -> Option<Split> {
    let mut edges: Vec<f32> = members.iter().map(|m| pieces[*m].x0).collect();
    edges.sort_by(f32::total_cmp);
    let mut candidates: Vec<f32> = Vec::new();
    for edge in &edges {
        // A column's lines begin at one edge: three at least.
        let aligned = edges.iter().filter(|other| (**other - edge).abs() < 2.5).count();
        if aligned >= 3 && candidates.last().is_none_or(|last| edge - last > 2.5) {
            candidates.push(*edge);
        }
    }
    candidates.truncate(40);
    candidates
        .into_iter()
        .filter_map(|edge| split_at(edge - 2.5, members, pieces))
        .max_by_key(|split| split.weight)
}

/// Parts the pieces at `x`, over the stretch of the page in which no piece crosses it that weighs most.
fn split_at(x: f32, members: &[usize], pieces: &[Piece]) -> Option<Split> {
    let mut by_height = members.to_vec();
    by_height.sort_by(|a, b| pieces[*a].y.total_cmp(&pieces[*b].y));
    let crosses = |member: &usize| pieces[*member].x0 < x && pieces[*member].x1 > x;
    let mut best: Option<Split> = None;
    let mut from = 0;
    for at in 0..=by_height.len() {
        if at < by_height.len() && !crosses(&by_height[at]) {
            continue;
        }
        if let Some(split) = stretch(x, &by_height, from, at, pieces)
            && best.as_ref().is_none_or(|best| split.weight > best.weight)
        {
            best = Some(split);
        }
        from = at + 1;
    }
    best
}

fn stretch(x: f32, by_height: &[usize], from: usize, to: usize, pieces: &[Piece]) -> Option<Split> {
    if to.saturating_sub(from) < 4 {
        return None;
    }
    let (left, right): (Vec<usize>, Vec<usize>) = by_height[from..to].iter().partition(|m| pieces[**m].x1 <= x);
    if left.len() < 2 || right.len() < 3 {
        return None;
    }
    let [left, right, above, below] = settle(left, right, &by_height[..from], &by_height[to..], pieces);
    if left.len() < 2 || right.len() < 3 || satellites(&left, &right, pieces) || satellites(&right, &left, pieces) {
        return None;
    }
    let chars = |side: &[usize]| side.iter().map(|m| pieces[*m].text.chars().count()).sum::<usize>();
    let weight = chars(&left).min(chars(&right));
    Some(Split {
        above,
        left,
        right,
        below,
        weight,
    })
}

/// Where one column begins lower than the other, what stands alone above it and is set larger is a head of the whole page,
/// not of its column.
fn settle(left: Vec<usize>, right: Vec<usize>, above: &[usize], below: &[usize], pieces: &[Piece]) -> [Vec<usize>; 4] {
    let top = |side: &[usize]| side.iter().map(|m| pieces[*m].y).fold(f32::MAX, f32::min);
    let bottom = |side: &[usize]| side.iter().map(|m| pieces[*m].y).fold(f32::MIN, f32::max);
    let (start, end) = (top(&left).max(top(&right)), bottom(&left).min(bottom(&right)));
    if start >= end {
        // They stand above each other, not beside: no columns.
        return [Vec::new(), Vec::new(), above.to_vec(), below.to_vec()];
    }
    let mut sizes: Vec<f32> = left.iter().chain(&right).map(|m| pieces[*m].size).collect();
    sizes.sort_by(f32::total_cmp);
    let body = sizes[sizes.len() / 2];
    let mut above = above.to_vec();
    let mut part = |side: Vec<usize>| -> Vec<usize> {
        let (head, rest): (Vec<usize>, Vec<usize>) = side
            .into_iter()
            .partition(|m| pieces[*m].y < start - body && pieces[*m].size > body * 1.5);
        above.extend(head);
        rest
    };
    let (left, right) = (part(left), part(right));
    [left, right, above, below.to_vec()]
}

/// Whether the pieces of one side only answer to rows of the other: dates, places, labels.
fn satellites(side: &[usize], other: &[usize], pieces: &[Piece]) -> bool {
    // What stands above or below all of the other side says nothing about the two.
    let (top, bottom) = other.iter().fold((f32::MAX, f32::MIN), |(top, bottom), m| {
        (top.min(pieces[*m].y), bottom.max(pieces[*m].y))
    });
    let within = |m: &usize| pieces[*m].y > top - pieces[*m].size && pieces[*m].y < bottom + pieces[*m].size;
    let side: Vec<usize> = side.iter().copied().filter(within).collect();
    if side.is_empty() {
        return false;
    }
    let count = side.len();
    let texts = || side.iter().map(|m| pieces[*m].text.as_str());
    let beside = side
        .iter()
        .filter(|m| other.iter().any(|o| same_row(&pieces[**m], &pieces[*o])))
        .count();
    let dates = texts().filter(|text| words::mostly_date(text)).count();
    let heads = texts().filter(|text| words::heading(text).is_some()).count();
    let labels = texts()
        .filter(|text| text.ends_with(':') || words::is_label(text))
        .count();
    let mut lengths: Vec<usize> = texts().map(|text| text.chars().count()).collect();
    lengths.sort_unstable();
    let share = |part: usize, of: f32| part as f32 >= of * count as f32;
    share(dates, 0.7)
        || (labels >= 2 && share(labels + heads + dates, 0.8))
        || (dates >= 2 && share(dates + heads, 0.75))
        || (share(beside, 0.8) && share(dates + heads + labels, 0.6))
        || (share(beside, 0.9) && heads == 0 && lengths[count / 2] <= 20)
}

fn same_row(a: &Piece, b: &Piece) -> bool {
    a.row == b.row || (a.y - b.y).abs() < 0.35 * a.size.min(b.size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A run of 10 pt letters, half an em wide each.
    fn run(x: f32, y: f32, text: &str) -> Run {
        Run {
            text: text.into(),
            x0: x,
            x1: x + 5.0 * text.chars().count() as f32,
            y,
            size: 10.0,
            ..Run::default()
        }
    }

    fn texts(runs: Vec<Run>) -> Vec<String> {
        lines(runs, false).into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn runs_join_to_words_and_lines() {
        let runs = vec![
            run(50.0, 100.0, "Ana"),
            run(68.0, 100.5, "Lima"),
            run(50.0, 114.0, "an"),
            run(60.0, 114.0, "a@b.co"),
        ];
        assert_eq!(texts(runs), ["Ana Lima", "ana@b.co"]);
    }

    #[test]
    fn dates_at_the_right_edge_stay_with_their_row() {
        let mut runs = Vec::new();
        for n in 0..5_u8 {
            let y = 100.0 + 40.0 * f32::from(n);
            runs.push(run(50.0, y, &format!("Engineer at Company {n}")));
            runs.push(run(480.0, y, &format!("201{n} - 201{}", n + 1)));
            runs.push(run(50.0, y + 14.0, "Built things that work and keep working for years"));
        }
        let texts = texts(runs);
        assert_eq!(
            texts[..3],
            [
                "Engineer at Company 0",
                "2010 - 2011",
                "Built things that work and keep working for years"
            ]
        );
    }

    #[test]
    fn columns_are_read_one_after_the_other() {
        let mut runs = vec![Run {
            size: 24.0,
            ..run(50.0, 50.0, "Ana Lima")
        }];
        for (n, side) in ["Contact", "ana@example.org", "Oporto", "Skills", "Rust", "SQL"]
            .into_iter()
            .enumerate()
        {
            runs.push(run(50.0, 100.0 + 14.0 * n as f32, side));
        }
        for n in 0..8 {
            runs.push(run(
                220.0,
                103.0 + 13.0 * n as f32,
                &format!("Line {n} of the text in the wide column"),
            ));
        }
        let texts = texts(runs);
        assert_eq!(texts[..4], ["Ana Lima", "Contact", "ana@example.org", "Oporto"]);
        assert_eq!(texts[7], "Line 0 of the text in the wide column");
    }

    #[test]
    fn labels_stay_with_their_values() {
        let mut runs = Vec::new();
        for (n, (label, value)) in [
            ("Name", "Ana Lima"),
            ("Phone", "123 456"),
            ("Email", "ana@b.co"),
            ("Town", "Oporto"),
        ]
        .into_iter()
        .enumerate()
        {
            runs.push(run(50.0, 100.0 + 14.0 * n as f32, label));
            runs.push(run(150.0, 100.0 + 14.0 * n as f32, value));
        }
        assert_eq!(texts(runs)[..4], ["Name", "Ana Lima", "Phone", "123 456"]);
    }

    #[test]
    fn letters_spaced_out_one_by_one_make_words() {
        let mut runs = Vec::new();
        let mut x = 50.0;
        for c in "MARY ANN".chars() {
            if c != ' ' {
                runs.push(Run {
                    x1: x + 6.0,
                    ..run(x, 100.0, &c.to_string())
                });
            }
            x += if c == ' ' { 6.0 } else { 10.0 };
        }
        assert_eq!(texts(runs), ["MARY ANN"]);
    }

    proptest! {
        #[test]
        fn every_letter_stands_in_exactly_one_line(places in proptest::collection::vec((0..600_u16, 0..60_u16, "[a-z]{1,12}"), 0..80)) {
            let runs: Vec<Run> = places.iter().map(|(x, y, text)| run(f32::from(*x), f32::from(*y) * 12.0, text)).collect();
            let sorted = |text: String| { let mut all: Vec<char> = text.chars().filter(|c| *c != ' ').collect(); all.sort_unstable(); all };
            let before = sorted(runs.iter().map(|run| run.text.as_str()).collect());
            for rtl in [false, true] {
                let after = sorted(lines(runs.clone(), rtl).into_iter().map(|line| line.text).collect());
                prop_assert_eq!(&before, &after);
            }
        }
    }
}
