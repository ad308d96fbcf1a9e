//! Which pieces of a page stand in columns, and in which order they are read.

use super::Piece;
use crate::resumes::words;

/// How deep columns within columns are followed.
const DEPTH_MAX: usize = 8;

/// Puts pieces in reading order: blocks of indexes.
pub fn arrange(members: Vec<usize>, pieces: &[Piece], depth: usize, blocks: &mut Vec<Vec<usize>>) {
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
