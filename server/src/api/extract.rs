//! Extractors that answer with problem details, naming the field.

use super::error::{ApiError, ApiResult};
use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{HeaderMap, header, request::Parts},
};
use parley_domain::{error::Problems, paging::PageRequest};
use parley_services::input;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{collections::BTreeMap, fmt::Display, str::FromStr};

/// Largest JSON body.
pub const JSON_MAX: usize = 8 * 1024 * 1024;
/// Most values in a JSON body: more than fit into it as ids. Once read, an object of seven bytes takes six hundred, so that a
/// body of nothing else would take most of a gigabyte.
const JSON_VALUES: usize = 250_000;

/// The ids of the address. One that is malformed is one that there is not.
#[derive(Clone, Copy, Debug)]
pub struct Id<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Id<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let path: Result<Path<T>, _> = Path::from_request_parts(parts, state).await;
        path.map(|Path(id)| Self(id)).map_err(|_| ApiError::not_found())
    }
}

/// A whole body, up to `most` bytes.
pub(super) async fn read_body(body: Body, most: usize) -> ApiResult<Bytes> {
    axum::body::to_bytes(body, most).await.map_err(|error| {
        let cut = std::error::Error::source(&error).is_some_and(|e| e.is::<http_body_util::LengthLimitError>());
        if cut {
            ApiError::too_large(most)
        } else {
            ApiError::unreadable("The body did not arrive whole. Send it again.")
        }
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()) else {
        return false;
    };
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// About how many values a JSON text holds, told by what stands before each of them; what is within quotation marks is text.
fn values_in(json: &[u8]) -> usize {
    let (mut quoted, mut escaped, mut values) = (false, false, 0);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' | b'[' | b',' if !quoted => values += 1,
            _ => {}
        }
    }
    values
}

/// The JSON body, whatever it holds.
#[derive(Debug)]
pub struct AnyJson(pub Value);

impl<S: Send + Sync> FromRequest<S> for AnyJson {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(ApiError::media_type("application/json"));
        }
        let bytes = read_body(request.into_body(), JSON_MAX).await?;
        if values_in(&bytes) > JSON_VALUES {
            return Err(ApiError::too_large_because(
                "The body holds more values than any request takes. Nothing was done.",
            ));
        }
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| ApiError::unreadable(format!("The body is not JSON: {error}.")))
    }
}

/// The JSON body as a `T`.
#[derive(Debug)]
pub struct ApiJson<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for ApiJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let AnyJson(value) = AnyJson::from_request(request, state).await?;
        Ok(Self(input::parse(value)?))
    }
}

/// The JSON body as a `T`; a request without a body and without a Content-Type says nothing, as `{}` does. For bodies of
/// which no field is required.
#[derive(Debug)]
pub struct JsonOrNone<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for JsonOrNone<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if request.headers().contains_key(header::CONTENT_TYPE) {
            let ApiJson(value) = ApiJson::<T>::from_request(request, state).await?;
            return Ok(Self(value));
        }
        let bytes = read_body(request.into_body(), JSON_MAX).await?;
        if bytes.is_empty() {
            Ok(Self(T::default()))
        } else {
            Err(ApiError::media_type("application/json"))
        }
    }
}

/// The query, read field by field; what is wrong is collected and said at once by [`Query::done`].
#[derive(Debug)]
pub struct Query {
    given: BTreeMap<String, String>,
    known: Vec<&'static str>,
    problems: Problems,
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let mut query = Self {
            given: BTreeMap::new(),
            known: Vec::new(),
            problems: Problems::new(),
        };
        let text = parts.uri.query().unwrap_or_default();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            if query.given.insert(name.to_string(), value.into_owned()).is_some() {
                query.problems.add(name, "This stands twice in the query.");
            }
        }
        Ok(query)
    }
}

impl Query {
    /// The text of `name`; none where it is left out or empty.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        self.known.push(name);
        let value = self.given.remove(name)?;
        if value.contains('\0') {
            self.problems.add(name, "This holds a NUL character.");
            return None;
        }
        Some(value).filter(|value| !value.is_empty())
    }

    /// The value of `name`; none where it is left out, empty or wrong.
    pub fn value<T: FromStr<Err: Display>>(&mut self, name: &'static str) -> Option<T> {
        let text = self.text(name)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.problems.add(name, format!("{error}."));
                None
            }
        }
    }

    /// `limit` and `cursor`.
    pub fn page(&mut self) -> PageRequest {
        let limit = self.text("limit").and_then(|text| match text.parse() {
            Ok(limit) => Some(limit),
            Err(_) => {
                self.problems.add("limit", "limit is a number from 1 to 200.");
                None
            }
        });
        PageRequest {
            limit,
            cursor: self.text("cursor"),
        }
    }

    /// Ends reading for a list that always answers all it has: `limit` and `cursor` are known to every list, and change
    /// nothing here.
    ///
    /// # Errors
    /// As for [`Query::done`]; a limit out of range.
    pub fn whole(mut self) -> ApiResult<()> {
        let asked = self.page();
        if asked.limit.is_some_and(|limit| !(1..=200).contains(&limit)) {
            self.wrong("limit", "limit is a number from 1 to 200.");
        }
        self.done()
    }

    /// Notes that `name` is wrong.
    pub fn wrong(&mut self, name: &'static str, message: impl Into<String>) {
        self.problems.add(name, message);
    }

    /// Ends reading.
    ///
    /// # Errors
    /// Everything that was wrong, and names that this address does not know: a filter that is spelled wrong must not
    /// show everything.
    pub fn done(mut self) -> ApiResult<()> {
        let known = if self.known.is_empty() {
            "none".to_owned()
        } else {
            self.known.join(", ")
        };
        for name in self.given.keys() {
            let name = parley_domain::text::shorten(name, 80);
            self.problems
                .add(name, format!("There is no such parameter. Known here: {known}."));
        }
        self.problems.into_result(()).map_err(ApiError::invalid)
    }
}

/// The revision in `If-Match`: `"3"`, `W/"3"` or `3`; none for `*` and where it is left out.
#[derive(Clone, Copy, Debug)]
pub struct IfMatch(pub Option<i64>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else {
            return Ok(Self(None));
        };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(Self(None));
        }
        let number = text.trim_start_matches("W/").trim_matches('"').parse();
        number
            .map(|revision| Self(Some(revision)))
            .map_err(|_| ApiError::unreadable("If-Match takes the revision of the object, such as \"3\"."))
    }
}

#[cfg(test)]
mod tests {
    use super::values_in;

    #[test]
    fn values_are_counted_and_text_is_not() {
        assert_eq!(values_in(br#"[{"":0},{"":[]}]"#), 5);
        assert_eq!(values_in(br#"{"code":"if (a) { b[0], c[\"{\"] } // \\","n":1}"#), 2);
        assert_eq!(values_in(b"\"unfinished {[,"), 0);
    }
}
