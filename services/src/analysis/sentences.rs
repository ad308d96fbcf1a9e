//! Sentences of an answer, as slices of it: a quote is word for word a part of what was said.

/// Longest quote, in characters.
const QUOTE_MAX: usize = 300;

/// The sentences of `text`, trimmed, without empty ones. Ends: line breaks, full stops of many scripts, `.!?` before
/// white space (so that "3.5" stays whole).
#[must_use]
pub fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        let ends = match c {
            '\n' | '。' | '！' | '？' | '．' | '؟' | '।' | '…' => true,
            '.' | '!' | '?' | ';' => next.is_none_or(char::is_whitespace),
            _ => false,
        };
        if ends {
            let end = at + c.len_utf8();
            found.push(&text[start..end]);
            start = end;
        }
    }
    found.push(&text[start..]);
    found.into_iter().map(str::trim).filter(|s| !s.is_empty()).collect()
}

/// A sentence short enough to quote: cut at a space where it is too long. Still a slice of the same text.
#[must_use]
pub fn quote(sentence: &str) -> &str {
    let Some((end, _)) = sentence.char_indices().nth(QUOTE_MAX) else {
        return sentence;
    };
    let head = &sentence[..end];
    match head.rfind(char::is_whitespace) {
        Some(space) if space > end / 2 => head[..space].trim_end(),
        _ => head,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sentences_end_where_a_reader_ends_them() {
        assert_eq!(
            sentences("It took 3.5 s. Then\nwe cached! OK?"),
            ["It took 3.5 s.", "Then", "we cached!", "OK?"]
        );
        assert_eq!(sentences("我用了缓存。然后测量！"), ["我用了缓存。", "然后测量！"]);
        assert!(sentences(" \n ").is_empty());
    }

    #[test]
    fn long_sentences_are_cut_at_a_space() {
        let long = "word ".repeat(100);
        let cut = quote(long.trim());
        assert!(cut.len() <= 300 && cut.ends_with("word"));
        let unbroken = "字".repeat(400);
        assert_eq!(quote(&unbroken).chars().count(), 300);
    }

    proptest! {
        #[test]
        fn every_quote_stands_in_the_text(text in any::<String>()) {
            for s in sentences(&text) {
                prop_assert!(text.contains(quote(s)));
                prop_assert!(!s.is_empty());
            }
        }
    }
}
