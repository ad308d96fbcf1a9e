//! From JSON to typed input: what does not fit is said with the path of its field. And what a word in an address can be.

use crate::error::{Result, ServiceError};
use parley_domain::error::FieldError;
use serde::de::{DeserializeOwned, Error as _, IntoDeserializer};
use serde_json::Value;

/// Reads `value` as a `T`.
///
/// # Errors
/// [`ServiceError::Invalid`] with the field's path (`questions[2].kind`) and a sentence.
pub fn parse<T: DeserializeOwned>(value: Value) -> Result<T> {
    // A list would be taken too, by the order of the fields, which is nothing that anybody was told.
    if !value.is_object() {
        let found = serde_json::Error::custom("this is not an object");
        return Err(ServiceError::Invalid(vec![problem("", &found)]));
    }
    serde_path_to_error::deserialize(value.into_deserializer()).map_err(|error| {
        let path = error.path().to_string();
        let path = if path == "." { String::new() } else { path };
        ServiceError::Invalid(vec![problem(&path, error.inner())])
    })
}

/// Whether `text` can be a slug of ours: letters, digits, hyphens and underscores of ASCII. Asked before a database is asked
/// for one, because addresses hold whatever somebody typed.
#[must_use]
pub fn is_slug(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !text.is_empty() && text.bytes().all(plain)
}

/// Puts serde's message into words for the person who sent the field.
fn problem(path: &str, error: &serde_json::Error) -> FieldError {
    let message = error.to_string();
    let named = message.split('`').nth(1).unwrap_or_default();
    if message.starts_with("missing field") {
        let field = if path.is_empty() {
            named.to_owned()
        } else {
            format!("{path}.{named}")
        };
        return FieldError::new(field, "This field is required.");
    }
    if message.starts_with("unknown field") {
        let known = message.split_once(", expected").map_or("", |(_, known)| known.trim());
        let known = known.trim_start_matches("one of").trim().replace('`', "");
        return FieldError::new(path, format!("There is no such field. Known here: {known}."));
    }
    FieldError::new(path, format!("This does not fit: {message}."))
}

#[cfg(test)]
mod tests {
    use super::{is_slug, parse};
    use crate::error::ServiceError;
    use parley_domain::interview::InterviewInput;
    use serde_json::{Value, json};

    fn wrong(value: Value) -> (String, String) {
        match parse::<InterviewInput>(value) {
            Err(ServiceError::Invalid(errors)) => (errors[0].field.clone(), errors[0].message.clone()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn slugs_are_plain_words() {
        for slug in ["cafe-sohne", "home", "Zm9v_-4", "1"] {
            assert!(is_slug(slug), "{slug}");
        }
        for other in ["", "\0", "a\0", "café", "a b", "a/b", "%00"] {
            assert!(!is_slug(other), "{other:?}");
        }
    }

    #[test]
    fn names_the_field() {
        assert_eq!(wrong(json!({})).0, "title");
        assert_eq!(wrong(json!({"title": "x", "colour": 1})).0, "colour");
        assert_eq!(
            wrong(json!({"title": "x", "settings": {"speed": 1}})).0,
            "settings.speed"
        );
        assert_eq!(
            wrong(json!({"title": "x", "questions": [{"kind": "riddle", "text": "?"}]})).0,
            "questions[0].kind"
        );
        assert_eq!(wrong(json!({"title": "x", "questions": [{}]})).0, "questions[0].text");
        assert_eq!(wrong(json!({"title": 5})).0, "title");
        assert!(
            wrong(json!({"title": "x", "colour": 1}))
                .1
                .contains("title, description")
        );
        for no_object in [json!("text"), json!(null), json!([]), json!(["x", "", "", ""])] {
            assert_eq!(wrong(no_object).1, "This does not fit: this is not an object.");
        }
    }
}
