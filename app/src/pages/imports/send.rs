//! The bytes of a file on their way. By `XMLHttpRequest`: of all ways to send a file it alone tells how much has gone.

use crate::messages::creator;
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue, closure::Closure};
use parley_domain::id::ImportId;
use serde::Deserialize;
use web_sys::{File, FormData, ProgressEvent, XmlHttpRequest};

/// Largest file that is sent, in bytes.
const MOST: f64 = 25_000_000.0;

/// What the server says of a file that it took.
#[derive(Deserialize)]
struct Made {
    id: ImportId,
}

/// What the server says of one that it did not take.
#[derive(Deserialize)]
struct Problem {
    #[serde(default)]
    detail: String,
}

/// Why a file was not taken.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Untaken {
    /// The login has ended.
    LoggedOut,
    /// The sentence that says why.
    Because(String),
}

/// An upload under way; dropped or [`Sending::stop`]ped, it ends.
pub(super) struct Sending {
    request: XmlHttpRequest,
    _progress: Closure<dyn FnMut(ProgressEvent)>,
    _end: Closure<dyn FnMut()>,
}

impl Sending {
    /// Ends it; nobody is told.
    pub(super) fn stop(&self) {
        self.request.set_onloadend(None);
        // An upload that is over cannot be stopped.
        let _ = self.request.abort();
    }
}

/// Sends a file; `encoding` says how to read its text, where that was chosen. `progress` is told bytes sent and all bytes;
/// `end` the import, or why there is none.
///
/// # Errors
/// Why a file is not even sent.
pub(super) fn send(
    url: &str,
    file: &File,
    encoding: &str,
    progress: Callback<(f64, f64)>,
    end: Callback<Result<ImportId, Untaken>>,
) -> Result<Sending, Untaken> {
    let because = |sentence: &str| Untaken::Because(sentence.to_owned());
    if file.size() > MOST {
        return Err(because(creator().imports.too_large));
    }
    start(url, file, encoding, progress, end).map_err(|_| because(creator().imports.broken_off))
}

fn start(
    url: &str,
    file: &File,
    encoding: &str,
    progress: Callback<(f64, f64)>,
    end: Callback<Result<ImportId, Untaken>>,
) -> Result<Sending, JsValue> {
    let request = XmlHttpRequest::new()?;
    request.open("POST", url)?;
    let form = FormData::new()?;
    form.append_with_str("encoding", encoding)?;
    form.append_with_blob_and_filename("file", file, &file.name())?;
    let on_progress = Closure::<dyn FnMut(ProgressEvent)>::new(move |ev: ProgressEvent| {
        if ev.length_computable() {
            progress.run((ev.loaded(), ev.total()));
        }
    });
    request
        .upload()?
        .set_onprogress(Some(on_progress.as_ref().unchecked_ref()));
    let on_end = {
        let request = request.clone();
        Closure::<dyn FnMut()>::new(move || {
            let status = request.status().unwrap_or_default();
            let text = request.response_text().ok().flatten().unwrap_or_default();
            end.run(outcome(status, &text));
        })
    };
    request.set_onloadend(Some(on_end.as_ref().unchecked_ref()));
    request.send_with_opt_form_data(Some(&form))?;
    Ok(Sending {
        request,
        _progress: on_progress,
        _end: on_end,
    })
}

/// What an answer means. Status 0 is none at all.
fn outcome(status: u16, text: &str) -> Result<ImportId, Untaken> {
    if status == 401 {
        return Err(Untaken::LoggedOut);
    }
    if status == 201
        && let Ok(made) = serde_json::from_str::<Made>(text)
    {
        return Ok(made.id);
    }
    let said = serde_json::from_str::<Problem>(text).map(|problem| problem.detail);
    let sentence = said.ok().filter(|detail| !detail.is_empty());
    Err(Untaken::Because(
        sentence.unwrap_or_else(|| creator().imports.broken_off.to_owned()),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read() {
        let id = "0190b2a4-7c1e-7d2a-9a54-3f6e8f0c1b2d";
        assert_eq!(
            outcome(201, &format!(r#"{{"id":"{id}","state":"preview"}}"#)),
            Ok(id.parse().unwrap())
        );
        let refused = outcome(
            422,
            r#"{"status":422,"detail":"The file is empty. Nothing was added."}"#,
        );
        let because = |sentence: &str| Err(Untaken::Because(sentence.to_owned()));
        assert_eq!(refused, because("The file is empty. Nothing was added."));
        for nothing in [outcome(0, ""), outcome(502, "<html>")] {
            assert_eq!(nothing, because(creator().imports.broken_off));
        }
        assert_eq!(outcome(401, r#"{"detail":"Log in again."}"#), Err(Untaken::LoggedOut));
    }
}
