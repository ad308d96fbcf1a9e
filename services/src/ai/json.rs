//! Reading structure out of what a model wrote, whole or still on its way.

use serde::de::DeserializeOwned;

/// What stands after a model's thinking aloud, as some write it into the answer; `None` while it still thinks.
fn after_thinking(text: &str) -> Option<&str> {
    let trimmed = text.trim_start();
    if let Some(thinking) = trimmed.strip_prefix("<think>") {
        return thinking.split_once("</think>").map(|(_, rest)| rest);
    }
    if "<think>".starts_with(trimmed) && !trimmed.is_empty() {
        return None;
    }
    Some(trimmed)
}

/// The first whole JSON object in a text.
#[must_use]
pub fn object_in(text: &str) -> Option<&str> {
    let text = after_thinking(text)?;
    let start = text.find('{')?;
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    for (at, byte) in text.bytes().enumerate().skip(start) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' if !quoted => depth += 1,
            b'}' if !quoted => {
                depth -= 1;
                if depth == 0 {
                    return text.get(start..=at);
                }
            }
            _ => {}
        }
    }
    None
}

/// Reads the object in `text`.
///
/// # Errors
/// What is wrong and where, in words that a model can repair by.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let object = object_in(text).ok_or("there is no whole JSON object in the answer")?;
    let reader = &mut serde_json::Deserializer::from_str(object);
    serde_path_to_error::deserialize(reader).map_err(|e| {
        let (path, why) = (e.path().to_string(), e.inner().to_string());
        if path == "." { why } else { format!("{path}: {why}") }
    })
}

/// A string property of an object that is still being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partial {
    /// What is there of it.
    pub text: String,
    /// Whether it is whole.
    pub whole: bool,
}

/// The top-level string property `name` of the object that `text` begins, as far as it is there.
#[must_use]
pub fn partial(text: &str, name: &str) -> Option<Partial> {
    let text = after_thinking(text)?;
    let mut rest = text.get(text.find('{')? + 1..)?;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        let (key, after) = string(rest.strip_prefix('"')?);
        let after = after?.trim_start().strip_prefix(':')?.trim_start();
        let value = after.strip_prefix('"');
        if key == name {
            let (text, rest) = string(value?);
            return Some(Partial {
                text,
                whole: rest.is_some(),
            });
        }
        rest = match value {
            Some(value) => string(value).1?,
            None => after.get(after.find([',', '}'])?..)?,
        };
    }
}

/// Decodes a JSON string whose opening quote was read: what is there of it, and the rest after the closing quote, if
/// that is there. An escape that is not whole yet is left out.
fn string(text: &str) -> (String, Option<&str>) {
    let mut out = String::new();
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        match c {
            '"' => return (out, text.get(at + 1..)),
            '\\' => match escape(text.get(at..).unwrap_or_default()) {
                Some((c, length)) => {
                    out.push(c);
                    at += length;
                }
                None => return (out, None),
            },
            _ => {
                out.push(c);
                at += c.len_utf8();
            }
        }
    }
    (out, None)
}

/// The character that an escape stands for, and its length; `None` while it is not whole.
fn escape(text: &str) -> Option<(char, usize)> {
    let c = match text.as_bytes().get(1)? {
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'b' | b'f' => ' ',
        b'u' => return unicode(text),
        other => char::from(*other),
    };
    Some((c, 2))
}

fn unicode(text: &str) -> Option<(char, usize)> {
    let unit = |from: usize| u32::from_str_radix(text.get(from..from + 4)?, 16).ok();
    let high = unit(2)?;
    if !(0xD800..0xDC00).contains(&high) {
        return Some((char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER), 6));
    }
    if text.get(6..8)? != "\\u" {
        return Some((char::REPLACEMENT_CHARACTER, 6));
    }
    let low = unit(8)?;
    let code = 0x1_0000 + ((high - 0xD800) << 10) + (low.wrapping_sub(0xDC00) & 0x3FF);
    Some((char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 12))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;
    use serde_json::json;

    #[test]
    fn the_first_whole_object_is_found() {
        for (text, found) in [
            (r#"{"a":1}"#, Some(r#"{"a":1}"#)),
            (
                "Sure! ```json\n{\"a\":{\"b\":\"}\"}}\n``` There.",
                Some(r#"{"a":{"b":"}"}}"#),
            ),
            (r#"<think>{"no":1}</think> {"a":"\"}"} {"b":2}"#, Some(r#"{"a":"\"}"}"#)),
            (r#"{"a":"cut"#, None),
            ("<think>still", None),
            ("nothing", None),
            ("", None),
        ] {
            assert_eq!(object_in(text), found, "{text}");
        }
    }

    #[derive(Debug, Deserialize)]
    struct Shape {
        #[expect(dead_code, reason = "only the reading is tested")]
        score: f64,
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        assert!(read::<Shape>(r#"{"score": 3}"#).is_ok());
        assert!(
            read::<Shape>(r#"{"score": "three"}"#)
                .unwrap_err()
                .starts_with("score: ")
        );
        assert!(read::<Shape>("{}").unwrap_err().contains("score"));
        assert!(read::<Shape>("no").unwrap_err().contains("JSON"));
    }

    #[test]
    fn properties_are_read_while_they_are_written() {
        let whole = r#"{ "n": 1, "action" : "next", "text": "Thank \"you\" 😀\n." }"#;
        assert_eq!(partial(&whole[..9], "action"), None);
        assert_eq!(
            partial(&whole[..25], "action"),
            Some(Partial {
                text: "nex".into(),
                whole: false
            })
        );
        let text = partial(whole, "text").unwrap();
        assert_eq!((text.text.as_str(), text.whole), ("Thank \"you\" 😀\n.", true));
        assert_eq!(partial(whole, "other"), None);
        assert_eq!(
            partial("<think>{\"text\":\"no\"}</think>{\"text\":\"y", "text")
                .unwrap()
                .text,
            "y"
        );
    }

    proptest! {
        #[test]
        fn every_prefix_shows_a_prefix(said in "\\PC{0,40}", cut in 0_usize..120) {
            let json = json!({ "action": "next", "text": said }).to_string();
            let cut: String = json.chars().take(cut).collect();
            if let Some(partial) = partial(&cut, "text") {
                prop_assert!(said.starts_with(&partial.text) || partial.text.contains(char::REPLACEMENT_CHARACTER));
            }
            prop_assert_eq!(partial(&json, "text").unwrap().text, said);
        }

        #[test]
        fn nothing_makes_it_panic(text in "[{}\"\\\\:,u0-9a-f<>/ think]{0,60}") {
            let _ = (object_in(&text), partial(&text, "text"));
        }
    }
}
