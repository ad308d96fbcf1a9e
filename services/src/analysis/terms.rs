//! Whether a text touches a point.

/// Whether at least half of the point's words stand in the text.
#[must_use]
pub fn touches(point: &str, text: &str) -> bool {
    let text = parley_domain::text::fold(text);
    let words: Vec<_> = parley_domain::text::fold(point)
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let found = words.iter().filter(|w| text.contains(w.as_str())).count();
    found * 2 >= words.len().max(1)
}
