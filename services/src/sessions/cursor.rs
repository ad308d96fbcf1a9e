//! Cursors of session lists: opaque outside, inside the order, the last row's keys and the direction.

use crate::error::{Result, ServiceError};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use parley_domain::session::SessionOrder;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A value that a list is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Key {
    /// A moment, a length, a score, an attempt.
    Number(i64),
    /// A name, an email, a word.
    Text(String),
}

/// What a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A [`Key::Number`].
    Number,
    /// A [`Key::Text`].
    Text,
}

impl Key {
    /// Whether this can be compared with a column of that kind. PostgreSQL compares no number with a text, and takes no
    /// NUL in one.
    fn is(&self, kind: Kind) -> bool {
        match self {
            Self::Number(_) => kind == Kind::Number,
            Self::Text(text) => kind == Kind::Text && !text.contains('\0'),
        }
    }
}

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cursor {
    /// The order that it belongs to.
    #[serde(rename = "o")]
    order: String,
    /// The keys of the row that it stands at.
    #[serde(rename = "k")]
    pub(super) keys: Vec<Key>,
    /// The row itself.
    #[serde(rename = "i")]
    pub(super) id: Uuid,
    /// Whether the page before that row is meant, not the one after.
    #[serde(rename = "b", default)]
    pub(super) before: bool,
}

impl Cursor {
    pub(super) fn new(order: SessionOrder, keys: Vec<Key>, id: Uuid, before: bool) -> Self {
        Self {
            order: order.to_string(),
            keys,
            id,
            before,
        }
    }

    pub(super) fn encode(&self) -> Result<String> {
        Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(self)?))
    }

    /// Reads what [`Self::encode`] wrote for the same order, which has keys of these kinds.
    pub(super) fn decode(text: &str, order: SessionOrder, kinds: &[Kind]) -> Result<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        let read = bytes.and_then(|b| serde_json::from_slice::<Self>(&b).ok());
        let fits = |keys: &[Key]| keys.len() == kinds.len() && keys.iter().zip(kinds).all(|(key, kind)| key.is(*kind));
        read.filter(|c| c.order == order.to_string() && fits(&c.keys))
            .ok_or_else(|| {
                ServiceError::invalid(
                    "cursor",
                    "This cursor is not of this list in this order; start again without it.",
                )
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_only_its_own() {
        let order: SessionOrder = "-score".parse().unwrap();
        let cursor = Cursor::new(
            order,
            vec![Key::Number(-1), Key::Text("łódź".into())],
            Uuid::from_u128(7),
            true,
        );
        let text = cursor.encode().unwrap();
        let kinds = [Kind::Number, Kind::Text];
        assert_eq!(Cursor::decode(&text, order, &kinds).unwrap(), cursor);
        assert!(Cursor::decode(&text, order, &kinds[..1]).is_err());
        assert!(Cursor::decode(&text, "score".parse().unwrap(), &kinds).is_err());
        for bad in ["", "x", "e30", "\u{0}", "bnVsbA"] {
            assert!(Cursor::decode(bad, order, &kinds).is_err(), "{bad}");
        }
    }

    #[test]
    fn keys_that_no_database_would_compare_are_refused() {
        let order: SessionOrder = "-score".parse().unwrap();
        for (key, number, text) in [
            (Key::Number(7), true, false),
            (Key::Text("7".into()), false, true),
            (Key::Text("a\0".into()), false, false),
        ] {
            let cursor = Cursor::new(order, vec![key.clone()], Uuid::nil(), false);
            let cursor = cursor.encode().unwrap();
            let fits = |kind| Cursor::decode(&cursor, order, &[kind]).is_ok();
            assert_eq!((fits(Kind::Number), fits(Kind::Text)), (number, text), "{key:?}");
        }
    }
}
