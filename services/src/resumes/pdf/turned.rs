//! Lines of pages that are read from right to left.

use super::oxide::Turned;
use crate::resumes::{clean, lines::Run};
use pdf_oxide::text::bidi;
use unicode_normalization::UnicodeNormalization as _;

/// Runs of a page that is read from right to left: each line in reading order. Whether runs of several letters were stored
/// as they are drawn or as they are read, the words themselves tell.
pub fn turned(runs: Vec<Turned>) -> Vec<Turned> {
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
