//! What happens to text before it is stored or compared.

use unicode_normalization::UnicodeNormalization;

/// Removes what no person typed on purpose: control characters, and the invisible marks that change the direction or
/// order of text around them. Keeps line breaks if `lines`, joiners (which scripts and emoji need) always.
fn keep(c: char, lines: bool) -> bool {
    match c {
        '\n' => lines,
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' => false,
        _ => !c.is_control(),
    }
}

/// One line of text: composed (NFC), without control characters, inner white space folded to one space, trimmed.
#[must_use]
pub fn one_line(text: &str) -> String {
    let spaced: String = text
        .nfc()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| keep(*c, false))
        .collect();
    spaced
        .split(' ')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Text of several lines: composed (NFC), line breaks as `\n`, tabs kept as typed, no other control characters, trimmed
/// at both ends. Spaces inside stay as they are (code needs them).
#[must_use]
pub fn many_lines(text: &str) -> String {
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String = unified.nfc().filter(|c| *c == '\t' || keep(*c, true)).collect();
    kept.trim_end().trim_start_matches('\n').to_owned()
}

/// Whether nothing of it can be seen: white space, and marks without a shape of their own (joiners, zero-width spaces).
#[must_use]
pub fn is_blank(text: &str) -> bool {
    let unseen = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
                | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{2800}')
    };
    text.chars().all(unseen)
}

/// The form in which emails are compared: trimmed, NFC, lower-cased as a whole; no rules for dots or plus signs.
#[must_use]
pub fn email_norm(email: &str) -> String {
    one_line(email).to_lowercase()
}

/// The form in which names are sorted and text is searched: compatibility-decomposed, without accents, lower-cased.
#[must_use]
pub fn fold(text: &str) -> String {
    let plain: String = text
        .nfkd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c) && !c.is_control())
        .collect();
    plain.to_lowercase()
}

/// Length in characters (not bytes), as limits are stated.
#[must_use]
pub fn chars(text: &str) -> usize {
    text.chars().count()
}

/// A number with its thousands apart: `1,204`.
#[must_use]
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// At most `most` characters of `text`, with an ellipsis where it was cut: for quoting input in messages.
#[must_use]
pub fn shorten(text: &str, most: usize) -> String {
    if chars(text) <= most {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(most.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_removes_what_is_invisible() {
        assert_eq!(one_line("  Ana\u{0} \t\n Lima\u{202E} "), "Ana Lima");
        assert_eq!(one_line("e\u{301}"), "é");
        assert_eq!(one_line("\u{200B}"), "\u{200B}");
    }

    #[test]
    fn many_lines_keeps_code_as_typed() {
        assert_eq!(many_lines("fn a() {\r\n    b();\r\n}\n\n"), "fn a() {\n    b();\n}");
        assert_eq!(many_lines("\n  indented"), "  indented");
        assert_eq!(many_lines("\ta\u{7}"), "\ta");
    }

    #[test]
    fn blank_is_what_nobody_can_see() {
        for blank in ["", " \n\t", "\u{200B} \u{200B}", "\u{2060}\u{FEFF}\u{AD}", "\u{3164}"] {
            assert!(is_blank(blank), "{blank:?}");
        }
        for seen in [".", " 1 ", "\u{200B}a", "👍", "नमस्ते", "。"] {
            assert!(!is_blank(seen), "{seen:?}");
        }
    }

    #[test]
    fn thousands_stand_apart() {
        for (n, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(n), text);
        }
    }

    #[test]
    fn folding_finds_names_without_accents() {
        assert_eq!(fold("Łukasz Ångström"), "łukasz angstrom");
        assert_eq!(fold("ＡＢＣ"), "abc");
    }
}
