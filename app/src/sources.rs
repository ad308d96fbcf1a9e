//! What the sources of this crate promise and no type can hold: tests only.

use std::{
    fs,
    path::{Path, PathBuf},
};

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("model_tests.rs") {
                let text = fs::read_to_string(&path).unwrap();
                // Tests stand last in a file, and are not shown to anybody.
                let ends = ["#[cfg(test)]", "#[cfg(all(test"].map(|tests| text.find(tests).unwrap_or(text.len()));
                let text = text[..ends[0].min(ends[1])].to_owned();
                found.push((path, text));
            }
        }
    }
    let mut found = Vec::new();
    walk(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder),
        &mut found,
    );
    assert!(!found.is_empty(), "{folder} has no sources");
    found
}

/// A value that is bound to one thread is dropped by another one on the server, and panics there: the page has no end then.
/// [`crate::components::Keep`] is for these.
#[test]
fn nothing_of_a_page_is_bound_to_a_thread() {
    let bound = ["new_local", "LocalStorage", "LocalResource", "SendWrapper::new"];
    for (path, text) in sources("").iter().filter(|(path, _)| !path.ends_with("keep.rs")) {
        for word in bound {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
}

/// Functions that read what stands in the context of a request. Those that write into the answer are not among them: only
/// a request of its own ends with one, and that has its context to the end.
const READERS: [&str; 8] = [
    "use_context",
    "services()",
    "headers()",
    "address()",
    "came_directly()",
    "login_secret()",
    "hidden()",
    "person()",
];

/// A server function that a page calls goes on when the reader leaves, without the request.
#[test]
fn server_functions_read_their_request_before_they_wait() {
    let mut late = Vec::new();
    let mut functions = 0;
    for (path, text) in sources("server_fns") {
        for function in text.split("#[server(").skip(1).filter(|f| f.contains("pub async fn")) {
            functions += 1;
            let end = function.find("\n}\n").unwrap_or(function.len());
            let body = &function[..end];
            // The first wait may be the one for who is asking, which reads before it waits.
            let Some(first) = body.find(".await") else { continue };
            let after = &body[first + ".await".len()..];
            let name = body.split("pub async fn ").nth(1).and_then(|f| f.split('(').next());
            for reader in READERS.iter().filter(|reader| after.contains(*reader)) {
                late.push(format!("{}: {name:?} reads {reader} after it waited", path.display()));
            }
        }
    }
    assert!(functions > 40, "only {functions} server functions were found");
    assert!(late.is_empty(), "{late:#?}");
}

/// The library writes what stands within a `textarea` into the page as it is: a text there could end it and go on as markup.
#[test]
fn texts_within_fields_are_made_markup() {
    let (mut fields, mut bare) = (0, Vec::new());
    for folder in ["pages", "components", "candidate"] {
        for (path, text) in sources(folder) {
            for field in text.split("<textarea").skip(1) {
                fields += 1;
                let inside = field.split("</textarea>").next().unwrap().trim_end();
                let last = inside.rsplit('{').next().unwrap();
                if !inside.ends_with('>') && !last.starts_with("raw_text(") {
                    bare.push(format!("{}: {last}", path.display()));
                }
            }
        }
    }
    assert!(fields > 5, "only {fields} fields were found");
    assert!(bare.is_empty(), "{bare:#?}");
}

/// Whether a literal is a sentence for people: a capital letter, then words.
fn is_sentence(literal: &str) -> bool {
    let mut words = literal.split(' ');
    let first = words.next().unwrap_or_default();
    let mut letters = first.chars();
    let capital = letters.next().is_some_and(|c| c.is_ascii_uppercase())
        && first.len() > 1
        && letters.all(|c| c.is_ascii_lowercase() || ".,:;'".contains(c));
    let second = words.next().and_then(|word| word.chars().next());
    capital && second.is_some_and(|c| c.is_ascii_lowercase() || c == '{')
}

/// The literals of a line of code, without those of attributes and comments.
fn literals(line: &str) -> impl Iterator<Item = &str> {
    let code = line.trim_start();
    let skipped = code.starts_with("//") || code.starts_with("#[") || code.contains("tracing::");
    let code = if skipped { "" } else { code };
    code.split('"').skip(1).step_by(2)
}

#[test]
fn screens_take_their_words_from_the_catalogue() {
    let mut own = Vec::new();
    for folder in ["pages", "components", "candidate"] {
        for (path, text) in sources(folder) {
            for (at, line) in text.lines().enumerate() {
                let found = literals(line).find(|literal| is_sentence(literal));
                own.extend(found.map(|literal| format!("{}:{}: {literal:?}", path.display(), at + 1)));
            }
        }
    }
    assert!(own.is_empty(), "{own:#?}");
}

#[test]
fn the_check_knows_a_sentence() {
    assert!(is_sentence("Select {name}"));
    assert!(is_sentence("Nothing was changed."));
    assert!(!is_sentence("notice notice--done"));
    assert!(!is_sentence("M2 3h12v3H2z"));
    assert!(!is_sentence("Arial"));
    assert_eq!(literals("f(\"a b\", \"C d\") // x").collect::<Vec<_>>(), ["a b", "C d"]);
}
