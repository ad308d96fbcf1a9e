//! Style, scripts, WASM and fonts: inside the binary in a release, read from disk while developing. Names with a hash of
//! their content are kept by browsers for a year.

use crate::state::AppState;
use axum::{
    Router,
    body::Body,
    extract::Path,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use parley_app::assets::AssetNames;
use rust_embed::{EmbeddedFile, RustEmbed};
use std::{collections::BTreeMap, fmt::Write, sync::Arc};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../target/site/pkg"]
#[allow_missing = true]
#[exclude = "*.ts"]
#[exclude = "*.ts.*"]
#[exclude = "*.gz"]
struct Creators;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../target/site-candidate/pkg"]
#[allow_missing = true]
#[exclude = "*.ts"]
#[exclude = "*.ts.*"]
#[exclude = "*.gz"]
struct Candidates;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../style/fonts"]
#[exclude = "*.txt"]
struct Fonts;

/// Kept for a year: the name changes with the content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Asked again each time, answered by 304 while nothing changed.
const ASK_AGAIN: &str = "public, no-cache";

/// Whether a name carries a hash of its content: `parley.1a2b3c.js`, or a part of it, `split_page.1a2b3c.wasm`.
fn is_hashed(name: &str) -> bool {
    !name.contains('/') && name.split('.').count() == 3
}

/// The name of `project`'s file of this kind: the one with a hash, where there is one.
fn pick(names: &[String], project: &str, kind: &str) -> Option<String> {
    let ours = |name: &&String| {
        name.strip_prefix(project).is_some_and(|rest| {
            rest.starts_with('.') && rest.ends_with(&format!(".{kind}")) || rest == format!(".{kind}")
        })
    };
    let found = names.iter().filter(ours).max_by_key(|name| is_hashed(name));
    found.map(|name| format!("/pkg/{name}"))
}

/// The names under which the bundles are served now; the plain ones where the site is not built.
#[must_use]
pub fn names() -> AssetNames {
    let creators: Vec<String> = Creators::iter().map(|name| name.into_owned()).collect();
    let candidates: Vec<String> = Candidates::iter().map(|name| name.into_owned()).collect();
    let plain = AssetNames::default();
    AssetNames {
        css: pick(&creators, "parley", "css").unwrap_or(plain.css),
        js: pick(&creators, "parley", "js").unwrap_or(plain.js),
        wasm: pick(&creators, "parley", "wasm").unwrap_or(plain.wasm),
        parts: parts(&creators),
        candidate_css: pick(&candidates, "candidate", "css").unwrap_or(plain.candidate_css),
        candidate_js: pick(&candidates, "candidate", "js").unwrap_or(plain.candidate_js),
        candidate_wasm: pick(&candidates, "candidate", "wasm").unwrap_or(plain.candidate_wasm),
    }
}

/// The parts of the creators' app, from the manifest that the splitter leaves; none where it was not split.
fn parts(names: &[String]) -> Arc<[(String, Vec<String>)]> {
    let manifest = names.iter().find(|name| name.starts_with("__wasm_split_manifest."));
    let read = manifest.and_then(|name| Creators::get(name));
    let listed: BTreeMap<String, Vec<String>> = read
        .and_then(|file| serde_json::from_slice(&file.data).ok())
        .unwrap_or_default();
    let url = |file: String| pick(names, &file, "wasm").unwrap_or_else(|| format!("/pkg/{file}.wasm"));
    listed
        .into_iter()
        .map(|(part, files)| (part, files.into_iter().map(url).collect()))
        .collect()
}

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/pkg/{*path}", get(pkg))
        .route("/fonts/{*path}", get(font))
        .route("/favicon.ico", get(favicon))
        .route("/robots.txt", get(|| async { "User-agent: *\nDisallow: /\n" }))
}

async fn pkg(Path(path): Path<String>, headers: HeaderMap) -> Response {
    if path.ends_with(".br") {
        return missing();
    }
    let find = |name: &str| Creators::get(name).or_else(|| Candidates::get(name));
    serve(&path, &headers, is_hashed(&path), find)
}

async fn font(Path(path): Path<String>, headers: HeaderMap) -> Response {
    serve(&path, &headers, false, Fonts::get)
}

async fn favicon(headers: HeaderMap) -> Response {
    serve("mark.svg", &headers, false, Fonts::get)
}

fn missing() -> Response {
    // Never kept: a page of the next version may ask for a name that this one does not have yet.
    let kept = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (StatusCode::NOT_FOUND, kept, "not found").into_response()
}

fn serve(name: &str, headers: &HeaderMap, for_ever: bool, find: impl Fn(&str) -> Option<EmbeddedFile>) -> Response {
    let small = accepts_brotli(headers).then(|| find(&format!("{name}.br"))).flatten();
    let encoded = small.is_some();
    let Some(file) = small.or_else(|| find(name)) else {
        return missing();
    };
    let tag = tag(&file);
    let fresh = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|given| Some(given) == tag.as_ref());
    let mut response = if fresh {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(file.data.into_owned()).into_response()
    };
    let out = response.headers_mut();
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    if let Ok(kind) = HeaderValue::from_str(kind.as_ref()) {
        out.insert(header::CONTENT_TYPE, kind);
    }
    let kept = if for_ever { FOR_EVER } else { ASK_AGAIN };
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if encoded && !fresh {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    if let Some(tag) = tag {
        out.insert(header::ETAG, tag);
    }
    response
}

fn tag(file: &EmbeddedFile) -> Option<HeaderValue> {
    let hash = file.metadata.sha256_hash();
    let hex = hash.iter().take(12).fold(String::new(), |mut text, byte| {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    HeaderValue::from_str(&format!("\"{hex}\"")).ok()
}

fn accepts_brotli(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|part| {
            let mut words = part.split(';').map(str::trim);
            let brotli = words.next().is_some_and(|name| name.eq_ignore_ascii_case("br"));
            brotli && !words.any(|word| matches!(word, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hashed_name_is_picked() {
        let names: Vec<String> = [
            "parley.js",
            "parley.1a2b.js",
            "parley.1a2b.wasm",
            "parley.1a2b.wasm.br",
            "other.js",
        ]
        .map(str::to_owned)
        .to_vec();
        assert_eq!(pick(&names, "parley", "js").unwrap(), "/pkg/parley.1a2b.js");
        assert_eq!(pick(&names, "parley", "wasm").unwrap(), "/pkg/parley.1a2b.wasm");
        assert_eq!(pick(&names, "parley", "css"), None);
        assert_eq!(pick(&names, "candidate", "js"), None);
        assert_eq!(
            pick(&["parley.js".to_owned()], "parley", "js").unwrap(),
            "/pkg/parley.js"
        );
    }

    #[test]
    fn only_hashed_names_are_kept_for_ever() {
        assert!(is_hashed("parley.1a2b.js"));
        assert!(!is_hashed("parley.js"));
        assert!(!is_hashed("snippets/some.thing.js"));
    }

    #[test]
    fn brotli_only_where_it_is_taken() {
        let accepts = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(text));
            accepts_brotli(&headers)
        };
        assert!(accepts("gzip, deflate, br, zstd"));
        assert!(accepts("br;q=0.5"));
        assert!(!accepts("gzip"));
        assert!(!accepts("br;q=0"));
        assert!(!accepts_brotli(&HeaderMap::new()));
    }
}
