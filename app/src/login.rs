//! The login cookie: how it is written and found. What it means is for the services to say.

use http::{HeaderMap, HeaderValue, header};

/// Its name.
pub const COOKIE: &str = "parley_login";
/// The browser keeps it for as long as browsers do (400 days); the server ends it much earlier, after 30 days without a
/// visit and 90 days after the log-in.
const KEEP_SECONDS: u32 = 34_560_000;

/// The value of a cookie in these headers; the first one, if it is there several times.
#[must_use]
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// The login cookie's secret.
#[must_use]
pub fn secret(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, COOKIE).filter(|value| !value.is_empty())
}

/// The header that sets it. `https` keeps it off plain connections.
#[must_use]
pub fn set(secret: &str, https: bool) -> Option<HeaderValue> {
    written(secret, KEEP_SECONDS, https)
}

/// The header that removes it.
#[must_use]
pub fn removed(https: bool) -> Option<HeaderValue> {
    written("", 0, https)
}

fn written(value: &str, max_age: u32, https: bool) -> Option<HeaderValue> {
    let secure = if https { "; Secure" } else { "" };
    let text = format!("{COOKIE}={value}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}");
    let mut header = HeaderValue::from_str(&text).ok()?;
    header.set_sensitive(true);
    Some(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn found_among_others() {
        let mut headers = HeaderMap::new();
        assert_eq!(secret(&headers), None);
        headers.append(
            header::COOKIE,
            HeaderValue::from_static("theme=dark; not_parley_login=x"),
        );
        assert_eq!(secret(&headers), None);
        headers.append(header::COOKIE, HeaderValue::from_static("parley_login=abc; a=b"));
        assert_eq!(secret(&headers), Some("abc"));
    }

    #[test]
    fn written_out_of_reach_of_scripts() {
        let plain = set("abc", false).unwrap();
        let text = plain.to_str().unwrap();
        assert!(text.starts_with("parley_login=abc; Path=/; "));
        assert!(text.contains("HttpOnly") && text.contains("SameSite=Lax") && !text.contains("Secure"));
        assert!(set("abc", true).unwrap().to_str().unwrap().ends_with("; Secure"));
        assert!(removed(false).unwrap().to_str().unwrap().contains("Max-Age=0"));
        assert!(set("a\nb", false).is_none());
    }
}
