//! Invite links in tables. An export has a column of them, and people keep them in lists of their own. A link is its
//! candidate's credential; what is read here is kept, and shown to people who never see links. So none gets past here.

/// What stands where a link stood.
pub const LEFT_OUT: &str = "(invite link left out)";

/// How a link says what it is, before its token: as it stands, and inside of another link. In lower case.
const PATHS: [&str; 2] = ["/i/invite/", "%2fi%2finvite%2f"];

/// `text` with [`LEFT_OUT`] in place of each invite link. Whose links they are does not matter: an installation may have
/// had another address.
#[must_use]
pub fn without_links(text: String) -> String {
    // Most cells are seen here and go as they came.
    if !text
        .as_bytes()
        .windows(6)
        .any(|six| six.eq_ignore_ascii_case(b"invite"))
    {
        return text;
    }
    // Letters change their case in place: what is found in the one stands in the same place of the other.
    let lower = text.to_ascii_lowercase();
    let mut left = String::new();
    let (mut done, mut from) = (0, 0);
    while let Some((path, token)) = next_path(&lower, from) {
        from = token;
        if !lower.as_bytes().get(token).is_some_and(|byte| is_of_token(*byte)) {
            continue;
        }
        let bytes = lower.as_bytes();
        let before = bytes[done..path].iter().rev().take_while(|byte| is_of_link(**byte));
        let begins = path - before.count();
        let behind = bytes[token..].iter().take_while(|byte| is_of_link(**byte));
        let ends = token + behind.count();
        left.push_str(&text[done..begins]);
        left.push_str(LEFT_OUT);
        (done, from) = (ends, ends);
    }
    if done == 0 {
        return text;
    }
    left.push_str(&text[done..]);
    left
}

/// Where the next path of an invite link begins and ends, from `from` on.
fn next_path(lower: &str, from: usize) -> Option<(usize, usize)> {
    PATHS
        .iter()
        .filter_map(|path| {
            let at = from + lower[from..].find(path)?;
            Some((at, at + path.len()))
        })
        .min()
}

/// What a token is made of.
const fn is_of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// What may belong to the link around a token. It ends where people and spreadsheet programs end one: at white space,
/// quotation marks, brackets and separators.
fn is_of_link(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\"'`<>()[]{}|\\,;".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn left(text: &str) -> String {
        without_links(text.to_owned())
    }

    const TOKEN: &str = "A_b-4f9a2c71d0b84f6e9a55xyz";

    #[test]
    fn a_link_goes_and_what_stands_around_it_stays() {
        for (text, expected) in [
            ("https://parley.example/i/invite/T", "#"),
            ("HTTPS://PARLEY.EXAMPLE/I/INVITE/T", "#"),
            ("http://127.0.0.1:3000/i/invite/T/session?lease=3#now", "#"),
            ("/i/invite/T", "#"),
            (
                "Call her: https://x.example/i/invite/T or write",
                "Call her: # or write",
            ),
            ("Ana <https://x.example/i/invite/T>", "Ana <#>"),
            (
                "=HYPERLINK(\"https://x.example/i/invite/T\",\"open\")",
                "=HYPERLINK(\"#\",\"open\")",
            ),
            ("ana@x.example;https://x.example/i/invite/T", "ana@x.example;#"),
            ("链接：https://x.example/i/invite/T。谢谢", "链接：#。谢谢"),
            (
                "https://safe.example/?to=https%3A%2F%2Fx.example%2Fi%2Finvite%2FT&y=1",
                "#",
            ),
            ("https://x.example/i/invite/T\nhttps://x.example/i/invite/T", "#\n#"),
            ("https://x.example/i/invite//i/invite/T", "#"),
            // A token that was cut off is part of one.
            ("https://parley.example/i/invite/A_b…", "#…"),
        ] {
            let text = text
                .replace("/T", &format!("/{TOKEN}"))
                .replace("%2FT", &format!("%2F{TOKEN}"));
            assert_eq!(left(&text), expected.replace('#', LEFT_OUT), "{text}");
        }
    }

    #[test]
    fn what_is_no_link_stays_as_it_is() {
        for text in [
            "",
            "Invite link",
            "/i/invite/",
            "https://x.example/i/invite/ T",
            "https://x.example/i/barista",
            "invited by Ben",
            "ínvite/i/invité/x",
            LEFT_OUT,
        ] {
            assert_eq!(left(text), text);
        }
    }

    proptest! {
        #[test]
        fn no_token_is_left_whatever_stands_around(
            before in "\\PC{0,20}",
            path in prop::sample::select(vec!["/i/invite/", "/I/Invite/", "%2Fi%2finvite%2F"]),
            after in "\\PC{0,20}",
        ) {
            let text = left(&format!("{before}{path}{TOKEN}{after}"));
            prop_assert!(!text.contains(TOKEN), "{}", text);
            prop_assert_eq!(left(&text), text);
        }
    }
}
