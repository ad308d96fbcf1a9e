//! Pages of lists.

use serde::{Deserialize, Serialize};

/// Rows of a page where the caller does not say.
pub const LIMIT_DEFAULT: u64 = 50;
/// Most rows of a page.
pub const LIMIT_MAX: u64 = 200;

/// Most rows of a list that can be selected at once, to do something with all of them.
pub const SELECT_MAX: u64 = 50_000;

/// So many of a selection are acted on by one request, and changed by one transaction: answers of candidates, which wait for
/// whoever writes, go through in between.
pub const AT_ONCE: usize = 200;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Leads to the next page; `null` on the last.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// The same page with other rows.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            next_cursor: self.next_cursor,
        }
    }
}

/// Which page is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PageRequest {
    /// 1 to [`LIMIT_MAX`]; [`LIMIT_DEFAULT`] if not given.
    pub limit: Option<u64>,
    /// From the page before.
    pub cursor: Option<String>,
}

impl PageRequest {
    /// The number of rows, if it is one that may be asked for.
    ///
    /// # Errors
    /// A sentence.
    pub fn rows(&self) -> Result<u64, String> {
        match self.limit.unwrap_or(LIMIT_DEFAULT) {
            n @ 1..=LIMIT_MAX => Ok(n),
            n => Err(format!("limit is {n}; it must be between 1 and {LIMIT_MAX}")),
        }
    }
}
