//! What keeps browsers on our side: who may post from where, what pages may load, what is remembered.

use crate::state::AppState;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use leptos::{nonce::use_nonce, prelude::use_context};
use leptos_axum::ResponseOptions;
use parley_app::{
    candidate::{CANDIDATE_COOKIE, SCRIPT_HEADER},
    login,
};

/// For everything that ships no script: candidates' landing pages, errors, data.
const NO_SCRIPT: &str = "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; \
                         frame-ancestors 'none'; form-action 'self'";
/// Nothing of a browser's sensors is used; interviews are in writing.
const NOTHING: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), microphone=(), \
                       payment=(), usb=()";
/// Two years. Subdomains are not ours to decide about.
const HTTPS_ONLY: &str = "max-age=63072000";

/// The policy of a page with scripts: only those that carry the page's nonce, and what they load.
#[must_use]
pub fn page_policy(nonce: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!(
        "default-src 'self'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; object-src 'none'; \
         base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    ))
    .ok()
}

/// Puts the policy into the answer of the page that is being rendered; does nothing elsewhere. Belongs into the context
/// that leptos runs for every page.
pub fn set_page_policy() {
    if let (Some(nonce), Some(options)) = (use_nonce(), use_context::<ResponseOptions>())
        && let Some(policy) = page_policy(&nonce)
    {
        options.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// Refuses requests that another site made a browser send, and sets the headers of every answer.
pub async fn guard(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let candidate = is_candidate(request.uri().path());
    let mut response = if may_act(&request, &state.http.public_url) {
        next.run(request).await
    } else {
        tracing::warn!("refused: sent by a page of another site");
        let text = "This was sent by a page of another site, so nothing was done. Open Parley itself and try again.";
        (StatusCode::FORBIDDEN, text).into_response()
    };
    let headers = response.headers_mut();
    set_headers(headers, candidate, state.http.public_url.starts_with("https:"));
    if candidate && let Ok(script) = HeaderValue::from_str(&state.assets.candidate_wasm) {
        // For a chat that was loaded before the server was replaced by another version.
        headers.insert(HeaderName::from_static(SCRIPT_HEADER), script);
    }
    response
}

/// Whether candidates come here: their pages and their server functions.
pub(crate) fn is_candidate(path: &str) -> bool {
    path.starts_with("/i/") || path.starts_with("/sfn/candidate/")
}

fn set_headers(headers: &mut HeaderMap, candidate: bool, https: bool) {
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    if kind.is_some_and(|kind| kind.starts_with(b"text/event-stream")) {
        // A proxy that gathers answers before it passes them on (nginx does unless told) would hold back for minutes what is
        // to be heard at once.
        headers.insert(
            HeaderName::from_static("x-accel-buffering"),
            HeaderValue::from_static("no"),
        );
    }
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, NO_SCRIPT);
    // Never no-referrer: browsers then post forms with `Origin: null`.
    set(header::REFERRER_POLICY, "same-origin");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(HeaderName::from_static("permissions-policy"), NOTHING);
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    // What is not said to be public is about people.
    set(header::CACHE_CONTROL, "no-store");
    if https {
        set(header::STRICT_TRANSPORT_SECURITY, HTTPS_ONLY);
    }
    if candidate {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(
            HeaderName::from_static("x-robots-tag"),
            HeaderValue::from_static("noindex, nofollow"),
        );
    }
}

/// Whether an unsafe request may act. `/api/` never reads cookies, so other sites gain nothing there. Elsewhere a browser
/// says that the request is its own page's (or the person's): by `Sec-Fetch-Site`, and where that is missing by
/// `Origin`. With neither, only a request without our cookies may: it acts for nobody.
fn may_act(request: &Request, public_url: &str) -> bool {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || request.uri().path().starts_with("/api/") {
        return true;
    }
    let headers = request.headers();
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    match headers.get(header::ORIGIN) {
        Some(origin) => origin.to_str().is_ok_and(|origin| is_own(origin, request, public_url)),
        None => login::secret(headers).is_none() && login::cookie(headers, CANDIDATE_COOKIE).is_none(),
    }
}

fn is_own(origin: &str, request: &Request, public_url: &str) -> bool {
    if origin.eq_ignore_ascii_case(public_url) {
        return true;
    }
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .or_else(|| request.uri().authority().map(http::uri::Authority::as_str));
    let origin: Option<Uri> = origin.parse().ok();
    let authority = origin
        .as_ref()
        .and_then(Uri::authority)
        .map(http::uri::Authority::as_str);
    matches!((authority, host), (Some(a), Some(b)) if a.eq_ignore_ascii_case(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    const URL: &str = "https://interviews.example.com";

    fn acts(method: &str, path: &str, headers: &[(&'static str, &str)]) -> bool {
        let mut request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("host", "own.example:3000");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        may_act(&request.body(Body::empty()).unwrap(), URL)
    }

    #[test]
    fn the_origin_rule() {
        let login = ("cookie", "parley_login=x");
        let candidate = ("cookie", "parley_candidate=x");
        for cookie in [login, candidate] {
            for (expected, header) in [
                (true, ("sec-fetch-site", "same-origin")),
                (true, ("sec-fetch-site", "none")),
                (false, ("sec-fetch-site", "same-site")),
                (false, ("sec-fetch-site", "cross-site")),
                (true, ("origin", "http://own.example:3000")),
                (true, ("origin", URL)),
                (false, ("origin", "https://evil.example")),
                (false, ("origin", "https://own.example.evil.example:3000")),
                (false, ("origin", "null")),
                (false, ("accept", "*/*")),
            ] {
                assert_eq!(
                    acts("POST", "/sfn/account/logout", &[cookie, header]),
                    expected,
                    "{cookie:?} {header:?}"
                );
            }
            // A lie in one header does not help against the other.
            let both = [cookie, ("sec-fetch-site", "cross-site"), ("origin", URL)];
            assert!(!acts("POST", "/sfn/account/logout", &both));
            assert!(!acts("DELETE", "/upload/x", &[cookie]));
            assert!(acts("GET", "/w/acme", &[cookie]));
        }
        assert!(
            acts("POST", "/sfn/candidate/start", &[]),
            "a script without cookies acts for nobody"
        );
        assert!(!acts(
            "POST",
            "/sfn/account/login",
            &[("origin", "https://evil.example")]
        ));
        assert!(
            acts("POST", "/api/v1/interviews", &[login]),
            "the API does not read cookies"
        );
    }

    #[test]
    fn what_a_handler_said_is_kept() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public"));
        set_headers(&mut headers, false, true);
        assert_eq!(headers[header::CACHE_CONTROL], "public");
        assert!(headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
        set_headers(&mut headers, true, false);
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
        assert!(headers["x-robots-tag"].to_str().unwrap().contains("noindex"));
        assert!(!headers.contains_key("x-accel-buffering"), "only of streams");
    }
}
