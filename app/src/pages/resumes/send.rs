//! Files on their way to the server, one request each.

use crate::{error::AppError, messages::creator};
use parley_domain::batch::ExtractedResume;
use web_sys::File;

/// Why a file was not taken.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Untaken {
    /// The next file would fare the same: there is no network, the server is busy, the login has ended.
    Stop(AppError),
    /// The sentence that says what is wrong with this one.
    Because(String),
}

impl Untaken {
    fn sentence(self) -> String {
        match self {
            Self::Stop(AppError::Offline) => creator().resumes.broken_off.to_owned(),
            Self::Stop(error) => error.to_string(),
            Self::Because(sentence) => sentence,
        }
    }
}

/// Sends one file of a batch.
///
/// # Errors
/// Why it was not taken.
pub(super) async fn add(url: &str, file: &File) -> Result<(), Untaken> {
    post(url, file).await.map(drop)
}

/// Sends one resume and answers what was found in it.
///
/// # Errors
/// The sentence why it was not read.
pub(crate) async fn extract(url: &str, file: &File) -> Result<ExtractedResume, String> {
    let text = post(url, file).await.map_err(Untaken::sentence)?;
    serde_json::from_str(&text).map_err(|_| creator().resumes.broken_off.to_owned())
}

#[cfg(feature = "hydrate")]
async fn post(url: &str, file: &File) -> Result<String, Untaken> {
    use gloo_net::http::Request;

    let broken_off = || Untaken::Because(creator().resumes.broken_off.to_owned());
    let form = web_sys::FormData::new().map_err(|_| broken_off())?;
    form.append_with_blob_and_filename("file", file, &file.name())
        .map_err(|_| broken_off())?;
    let request = Request::post(url)
        .header("accept", "application/json")
        .body(form)
        .map_err(|_| broken_off())?;
    let answer = request.send().await.map_err(|_| Untaken::Stop(AppError::Offline))?;
    let text = answer.text().await.unwrap_or_default();
    if answer.ok() {
        Ok(text)
    } else {
        Err(untaken(answer.status(), &text))
    }
}

/// Nothing is sent while the page is rendered on the server.
#[cfg(not(feature = "hydrate"))]
#[expect(clippy::unused_async, reason = "the same shape as in the browser")]
async fn post(_url: &str, _file: &File) -> Result<String, Untaken> {
    Err(untaken(0, ""))
}

/// What a refusal means for the files after this one.
fn untaken(status: u16, text: &str) -> Untaken {
    match status {
        401 => Untaken::Stop(AppError::SignedOut),
        0 => Untaken::Stop(AppError::Offline),
        429 | 502..=504 => Untaken::Stop(AppError::Unavailable),
        _ => Untaken::Because(said(text).unwrap_or_else(|| creator().resumes.broken_off.to_owned())),
    }
}

/// The sentence of a refusal.
fn said(text: &str) -> Option<String> {
    let problem: serde_json::Value = serde_json::from_str(text).ok()?;
    let detail = problem.get("detail")?.as_str()?;
    (!detail.is_empty()).then(|| detail.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{AppError, Untaken, said, untaken};

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

    #[test]
    fn what_stops_one_file_stops_the_others() {
        let wrong = Untaken::Because("Not a PDF.".to_owned());
        assert_eq!(untaken(422, r#"{"detail":"Not a PDF."}"#), wrong);
        for (status, error) in [
            (0, AppError::Offline),
            (401, AppError::SignedOut),
            (503, AppError::Unavailable),
            (502, AppError::Unavailable),
        ] {
            assert_eq!(untaken(status, "<html>"), Untaken::Stop(error));
        }
        assert!(matches!(untaken(500, ""), Untaken::Because(_)));
    }
}
