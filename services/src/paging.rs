//! Cursors: where a page ended, opaque to those who hold them.

use crate::error::{Result, ServiceError};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use parley_domain::paging::{Page, PageRequest};
use sea_orm::{ColumnTrait, Condition};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

/// Writes the keys of a page's last row as a cursor.
///
/// # Errors
/// When they cannot be written as JSON.
pub fn encode<K: Serialize>(keys: &K) -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(keys)?))
}

/// Reads a cursor back.
///
/// # Errors
/// One that this kind of list did not make is an invalid `cursor`.
pub fn decode<K: DeserializeOwned>(cursor: &str) -> Result<K> {
    URL_SAFE_NO_PAD
        .decode(cursor)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or_else(|| ServiceError::invalid("cursor", "This cursor is not from this list. Start without one."))
}

/// The number of rows that `request` asks for.
///
/// # Errors
/// An invalid `limit`.
pub fn rows(request: &PageRequest) -> Result<u64> {
    request
        .rows()
        .map_err(|message| ServiceError::invalid("limit", message))
}

/// The rows behind the one where a page ended, in a list whose newest row stands first: sorted by a time, among equal ones
/// by id, both falling.
///
/// # Errors
/// A cursor that this kind of list did not make.
pub fn older<C: ColumnTrait>(cursor: &str, at: C, id: C) -> Result<Condition> {
    let (last_at, last_id): (i64, Uuid) = decode(cursor)?;
    let same = Condition::all().add(at.eq(last_at)).add(id.lt(last_id));
    Ok(Condition::any().add(at.lt(last_at)).add(same))
}

/// Makes a page of `found`, which holds one row more than `limit` where there is a next page.
///
/// # Errors
/// When the cursor cannot be written.
pub fn page<R, K: Serialize>(mut found: Vec<R>, limit: u64, key: impl Fn(&R) -> K) -> Result<Page<R>> {
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = found.len() > most;
    found.truncate(most);
    let next_cursor = match found.last() {
        Some(last) if more => Some(encode(&key(last))?),
        _ => None,
    };
    Ok(Page {
        items: found,
        next_cursor,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn cursors_come_back_as_made_and_others_are_refused() {
        let keys = (5_i64, Uuid::from_u128(7));
        let cursor = encode(&keys).unwrap();
        assert_eq!(decode::<(i64, Uuid)>(&cursor).unwrap(), keys);
        for broken in ["", "%", "abc", &cursor[1..], "WzFd"] {
            assert!(decode::<(i64, Uuid)>(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn the_last_page_has_no_cursor() {
        let full = page(vec![1, 2, 3], 2, |n| *n).unwrap();
        assert_eq!(full.items, [1, 2]);
        assert_eq!(decode::<i32>(&full.next_cursor.unwrap()).unwrap(), 2);
        assert_eq!(page(vec![1, 2], 2, |n| *n).unwrap().next_cursor, None);
        assert_eq!(page(Vec::<i32>::new(), 2, |n| *n).unwrap().next_cursor, None);
    }
}
