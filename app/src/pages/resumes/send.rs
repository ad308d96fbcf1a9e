//! Files on their way to the server, one request each.

use crate::messages::creator;
use parley_domain::batch::ExtractedResume;
use web_sys::File;

/// Sends one file of a batch.
///
/// # Errors
/// The sentence why it was not taken.
pub(super) async fn add(url: &str, file: &File) -> Result<(), String> {
    post(url, file).await.map(drop)
}

/// Sends one resume and answers what was found in it.
///
/// # Errors
/// The sentence why it was not read.
pub(crate) async fn extract(url: &str, file: &File) -> Result<ExtractedResume, String> {
    let text = post(url, file).await?;
    serde_json::from_str(&text).map_err(|_| creator().resumes.broken_off.to_owned())
}

#[cfg(feature = "hydrate")]
async fn post(url: &str, file: &File) -> Result<String, String> {
    use gloo_net::http::Request;

    let broken_off = || creator().resumes.broken_off.to_owned();
    let form = web_sys::FormData::new().map_err(|_| broken_off())?;
    form.append_with_blob_and_filename("file", file, &file.name())
        .map_err(|_| broken_off())?;
    let request = Request::post(url)
        .header("accept", "application/json")
        .body(form)
        .map_err(|_| broken_off())?;
    let answer = request.send().await.map_err(|_| broken_off())?;
    let text = answer.text().await.unwrap_or_default();
    if answer.ok() {
        Ok(text)
    } else {
        Err(said(&text).unwrap_or_else(broken_off))
    }
}

/// Nothing is sent while the page is rendered on the server.
#[cfg(not(feature = "hydrate"))]
#[expect(clippy::unused_async, reason = "the same shape as in the browser")]
async fn post(_url: &str, _file: &File) -> Result<String, String> {
    Err(said("").unwrap_or_else(|| creator().resumes.broken_off.to_owned()))
}

/// The sentence of a refusal.
fn said(text: &str) -> Option<String> {
    let problem: serde_json::Value = serde_json::from_str(text).ok()?;
    let detail = problem.get("detail")?.as_str()?;
    (!detail.is_empty()).then(|| detail.to_owned())
}

#[cfg(test)]
mod tests {
    use super::said;

    #[test]
    fn refusals_are_read() {
        assert_eq!(
            said(r#"{"status":422,"detail":"Not a PDF."}"#),
            Some("Not a PDF.".to_owned())
        );
        for nothing in ["", "<html>", r#"{"detail":""}"#, "{}"] {
            assert_eq!(said(nothing), None);
        }
    }
}
