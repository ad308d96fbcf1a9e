//! Reads an object while it is still being written: each property is handed out as soon as it is whole, each element of a
//! list one by one. What stands before the object (a fence, thinking aloud) is passed over.

use serde_json::Value;

/// Something whole.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Item {
    /// The top-level property.
    pub(super) name: String,
    /// Its value; for a list, one element.
    pub(super) value: Value,
}

/// Where the reader stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Before the object.
    Before,
    /// Between properties.
    Properties,
    /// Between the elements of a list.
    Elements,
    /// After the object.
    After,
}

/// Longest text that is read, in bytes: far more than any interview.
const TEXT_MAX: usize = 400_000;

/// The reader.
#[derive(Debug)]
pub(super) struct Items {
    text: String,
    /// Everything before this is done with.
    done: usize,
    at: At,
    name: String,
}

impl Items {
    pub(super) fn new() -> Self {
        Self {
            text: String::new(),
            done: 0,
            at: At::Before,
            name: String::new(),
        }
    }

    /// Whether the object is whole.
    pub(super) fn is_over(&self) -> bool {
        self.at == At::After
    }

    /// Takes what was written since; answers with what became whole by it.
    pub(super) fn push(&mut self, more: &str) -> Vec<Item> {
        let mut whole = Vec::new();
        if self.text.len() + more.len() > TEXT_MAX {
            return whole;
        }
        self.text.push_str(more);
        while let Some(found) = self.step() {
            whole.extend(found);
        }
        whole
    }

    fn rest(&self) -> &str {
        self.text.get(self.done..).unwrap_or_default()
    }

    /// One step, if there is enough text for it: `None` waits for more.
    fn step(&mut self) -> Option<Option<Item>> {
        match self.at {
            At::Before => {
                let rest = self.rest();
                let skip = match rest.trim_start().strip_prefix("<think>") {
                    Some(_) => rest.find("</think>")? + "</think>".len(),
                    None if "<think>".starts_with(rest.trim_start()) => return None,
                    None => 0,
                };
                let open = rest.get(skip..)?.find('{')?;
                self.done += skip + open + 1;
                self.at = At::Properties;
                Some(None)
            }
            At::Properties => self.property(),
            At::Elements => self.element(),
            At::After => None,
        }
    }

    /// Passes over white space and commas; the next byte, if there is one.
    fn next(&mut self) -> Option<u8> {
        let idle = |b: &u8| b.is_ascii_whitespace() || *b == b',';
        let skip = self.rest().bytes().take_while(idle).count();
        self.done += skip;
        self.rest().bytes().next()
    }

    fn property(&mut self) -> Option<Option<Item>> {
        match self.next()? {
            b'}' => {
                self.done += 1;
                self.at = At::After;
                return None;
            }
            b'"' => {}
            // Not an object of ours: read on, it may become one.
            _ => {
                self.done += self.rest().chars().next().map_or(0, char::len_utf8);
                return Some(None);
            }
        }
        let rest = self.rest();
        let key_end = value_end(rest)?;
        let after_key = rest.get(key_end..)?;
        let colon = after_key.find(|c: char| !c.is_ascii_whitespace())?;
        if !after_key[colon..].starts_with(':') {
            self.done += key_end;
            return Some(None);
        }
        let value_at = key_end + colon + 1;
        let space = rest.get(value_at..)?.find(|c: char| !c.is_ascii_whitespace())?;
        let value_at = value_at + space;
        let name = serde_json::from_str::<String>(&rest[..key_end]).unwrap_or_default();
        if rest[value_at..].starts_with('[') {
            self.name = name;
            self.done += value_at + 1;
            self.at = At::Elements;
            return Some(None);
        }
        let end = value_at + value_end(&rest[value_at..])?;
        let value = serde_json::from_str(&rest[value_at..end]).unwrap_or(Value::Null);
        self.done += end;
        Some(Some(Item { name, value }))
    }

    fn element(&mut self) -> Option<Option<Item>> {
        match self.next()? {
            b']' => {
                self.done += 1;
                self.at = At::Properties;
                return Some(None);
            }
            // A list that was not closed: its object ends here.
            b'}' => {
                self.at = At::Properties;
                return Some(None);
            }
            _ => {}
        }
        let end = value_end(self.rest())?;
        let value = serde_json::from_str(&self.rest()[..end]).ok();
        self.done += end.max(1);
        Some(value.map(|value| Item {
            name: self.name.clone(),
            value,
        }))
    }
}

/// Where the value that `text` begins with ends; `None` while it is not whole. A number or a word is whole when something
/// follows it.
fn value_end(text: &str) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    for (at, b) in text.bytes().enumerate() {
        if quoted {
            match b {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    quoted = false;
                    if depth == 0 {
                        return Some(at + 1);
                    }
                }
                _ => {}
            }
            continue;
        }
        match b {
            b'"' if depth == 0 && at > 0 => return Some(at),
            b'"' => quoted = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return Some(at),
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b',' if depth == 0 => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(pieces: &[&str]) -> Vec<(String, Value)> {
        let mut items = Items::new();
        let all = pieces.iter().flat_map(|p| items.push(p)).collect::<Vec<_>>();
        all.into_iter().map(|i| (i.name, i.value)).collect()
    }

    const WHOLE: &str = r#"```json
{"title": "A \"b\", {c}", "n": 1.5, "list": [{"a": [1, {"x": "]"}]}, "two", 3], "last": null, "empty": []}
```"#;

    fn expected() -> Vec<(String, Value)> {
        vec![
            ("title".into(), json!("A \"b\", {c}")),
            ("n".into(), json!(1.5)),
            ("list".into(), json!({"a": [1, {"x": "]"}]})),
            ("list".into(), json!("two")),
            ("list".into(), json!(3)),
            ("last".into(), Value::Null),
        ]
    }

    #[test]
    fn properties_and_elements_come_out_when_they_are_whole() {
        assert_eq!(read(&[WHOLE]), expected());
        let mut items = Items::new();
        assert_eq!(items.push(r#"{"title": "Bar"#), []);
        assert_eq!(items.push(r#"ista", "qu"#).len(), 1);
        assert_eq!(items.push(r#"estions": [{"text": "Why"#), []);
        assert_eq!(items.push(r#"?"}, {"#).len(), 1);
        assert!(!items.is_over());
        assert_eq!(items.push(r#""text": "How?"}]}"#).len(), 1);
        assert!(items.is_over());
    }

    #[test]
    fn thinking_aloud_is_passed_over() {
        assert_eq!(
            read(&["<think>{\"no\": 1}</th", "ink> {\"yes\": 2}"]),
            [("yes".to_owned(), json!(2))]
        );
    }

    #[test]
    fn broken_text_ends_without_harm() {
        for text in [
            "",
            "no object",
            "{",
            "{\"a\"",
            "{\"a\": [",
            "{\"a\": [1, }",
            "{]}",
            "{\"a\" 1, \"b\": 2}",
            "{\"a\":}",
        ] {
            read(&[text]);
        }
    }

    proptest! {
        #[test]
        fn however_it_is_cut_the_same_comes_out(cuts in prop::collection::vec(0usize..WHOLE.len(), 0..8)) {
            let mut cuts = cuts;
            cuts.sort_unstable();
            let (mut pieces, mut from) = (Vec::new(), 0);
            for cut in cuts {
                pieces.push(&WHOLE[from..cut]);
                from = cut;
            }
            pieces.push(&WHOLE[from..]);
            prop_assert_eq!(read(&pieces), expected());
        }

        #[test]
        fn nothing_makes_it_panic_or_hang(text in "[{}\\[\\]\":,0-9a-c \\\\é]{0,80}") {
            let mut items = Items::new();
            for c in text.chars() {
                items.push(&c.to_string());
            }
        }
    }
}
