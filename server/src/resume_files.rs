//! Resumes on their way in and out, for a signed-in browser: files of a batch one by one, the one that fills a form, and
//! the stored PDF of a candidate. Everything else about resumes are server functions.

use crate::{
    auth::Person,
    downloads::file_body,
    form::FileForm,
    receive::{self, NotReceived, Sentences, form_of, refused, wrong},
    state::AppState,
};
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Path, multipart::MultipartRejection},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderValue, StatusCode, header};
use parley_domain::{
    batch::{FILES_MAX, UNPACKED_MAX},
    id::{BatchId, CandidateId},
    resume::FILE_BYTES,
};
use parley_services::{
    Services,
    error::ServiceError,
    resumes::{
        batch::{self, Upload},
        single,
    },
    storage,
};
use std::fs::File;

/// What a form takes around its files, in bytes.
const AROUND: u64 = 256 * 1024;
/// Longest value of a form's text field, in bytes.
const TEXT_MAX: usize = 64;

/// Largest body of a form with one resume.
pub const ONE_BODY: usize = (FILE_BYTES + AROUND) as usize;
/// Largest body of a form with a ZIP or many resumes.
pub const MANY_BODY: usize = (UNPACKED_MAX + AROUND) as usize;

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route(
            "/upload/w/{slug}/resume-batches/{id}/files",
            post(add_file).layer(DefaultBodyLimit::max(MANY_BODY)),
        )
        .route(
            "/upload/w/{slug}/resumes/extract",
            post(extract).layer(DefaultBodyLimit::max(ONE_BODY)),
        )
        .route("/download/w/{slug}/candidates/{id}/resume", get(download))
}

/// What a form of resumes may hold. Anything else ends the reading at once: what is left of the form is not looked at.
#[derive(Clone, Copy, Debug)]
pub struct Takes {
    /// The fields that hold files.
    names: &'static [&'static str],
    /// So many files at most,
    files: usize,
    /// of so many bytes in all.
    bytes: u64,
    /// The text fields, each of which stands there once at most.
    texts: &'static [&'static str],
}

impl Takes {
    /// A batch, and how to deal with it.
    pub const BATCH: Self = Self {
        names: &["files", "files[]", "file"],
        files: FILES_MAX,
        bytes: UNPACKED_MAX,
        texts: &["start", "keep_files"],
    };

    /// One file of so many bytes, and nothing else.
    const fn one(bytes: u64) -> Self {
        Self {
            names: &["file"],
            files: 1,
            bytes,
            texts: &[],
        }
    }

    fn too_many(&self) -> NotReceived {
        let most = self.files;
        if most == 1 {
            return no_single_file();
        }
        let sentence = format!(
            "A batch takes {most} files; this form holds more. Nothing was kept and nothing was charged: send them as \
             several batches."
        );
        wrong("files", &sentence)
    }
}

/// What a form of resumes held.
#[derive(Debug, Default)]
pub struct Received {
    /// Its files.
    pub uploads: Vec<Upload>,
    /// The other fields, in order.
    pub texts: Vec<(&'static str, String)>,
}

/// Reads a form; each file goes to disk as it arrives. Whether the sender may send it is asked before.
///
/// # Errors
/// What is wrong with the form.
pub async fn many(services: &Services, mut form: FileForm, takes: Takes) -> Result<Received, NotReceived> {
    let say = sentences(takes.bytes);
    let mut received = Received::default();
    let mut left = takes.bytes;
    while let Some(mut part) = form.next_part().await.map_err(|error| say.of(&error))? {
        if takes.names.contains(&part.name()) {
            if received.uploads.len() >= takes.files {
                return Err(takes.too_many());
            }
            let file_name = part.file_name().unwrap_or("resume.pdf").to_owned();
            let mut file = storage::incoming(services)?;
            receive::to_disk(&mut part, &mut file, &mut left, &say).await?;
            let file = file.into_temp_path();
            received.uploads.push(Upload { file_name, file });
            continue;
        }
        let Some(name) = takes.texts.iter().copied().find(|known| *known == part.name()) else {
            return Err(receive::unknown(part.name()));
        };
        if received.texts.iter().any(|(before, _)| *before == name) {
            return Err(receive::twice(name));
        }
        let text = receive::text(&mut part, name, TEXT_MAX, &say).await?;
        received.texts.push((name, text));
    }
    Ok(received)
}

/// One file in the field `file`, and nothing else.
///
/// # Errors
/// What is wrong with the form.
pub async fn one(services: &Services, form: FileForm, most: u64) -> Result<Upload, NotReceived> {
    let received = many(services, form, Takes::one(most)).await?;
    received.uploads.into_iter().next().ok_or_else(no_single_file)
}

fn no_single_file() -> NotReceived {
    wrong("file", "Send one file in the form's field `file`.")
}

/// What is said of a form of at most so many bytes.
fn sentences(most: u64) -> Sentences {
    Sentences {
        too_large: format!(
            "This is larger than {} MB. Nothing was read and nothing was charged.",
            most / 1_000_000
        ),
        broken: "The form did not arrive whole. Nothing was charged; send it again.",
    }
}

async fn add_file(
    person: Person,
    Path((slug, id)): Path<(String, String)>,
    form: Result<FileForm, MultipartRejection>,
) -> Response {
    let taken = async {
        let actor = person.in_workspace(&slug).await?;
        let id: BatchId = id.parse().map_err(|_| ServiceError::NotFound)?;
        batch::may_add(&person.services, &actor, id).await?;
        let upload = one(&person.services, form_of(form)?, UNPACKED_MAX).await?;
        let batch = batch::add_file(&person.services, &actor, id, upload).await?;
        Ok::<_, NotReceived>((StatusCode::CREATED, Json(batch.counts)).into_response())
    };
    taken.await.unwrap_or_else(refused)
}

async fn extract(person: Person, Path(slug): Path<String>, form: Result<FileForm, MultipartRejection>) -> Response {
    let taken = async {
        let actor = person.in_workspace(&slug).await?;
        single::may_extract(&person.services, &actor)?;
        let upload = one(&person.services, form_of(form)?, FILE_BYTES).await?;
        Ok::<_, NotReceived>(Json(single::extract(&person.services, &actor, upload, None).await?).into_response())
    };
    taken.await.unwrap_or_else(refused)
}

async fn download(person: Person, Path((slug, id)): Path<(String, String)>) -> Response {
    let found = async {
        let actor = person.in_workspace(&slug).await?;
        let id: CandidateId = id.parse().map_err(|_| ServiceError::NotFound)?;
        single::of_candidate(&person.services, &actor, id).await
    };
    match found.await {
        Ok((name, file, length)) => attachment(&name, file, length),
        Err(error) => refused(error.into()),
    }
}

/// A stranger's PDF: only ever an attachment, never shown on this origin.
pub fn attachment(name: &str, file: File, length: u64) -> Response {
    let mut response = (
        [
            (header::CONTENT_TYPE, "application/pdf".to_owned()),
            (header::CONTENT_LENGTH, length.to_string()),
            (header::CACHE_CONTROL, "no-store".to_owned()),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
            (
                header::CONTENT_SECURITY_POLICY,
                "sandbox; default-src 'none'".to_owned(),
            ),
        ],
        file_body(file),
    )
        .into_response();
    let disposition = HeaderValue::from_str(&disposition(name));
    response.headers_mut().insert(
        header::CONTENT_DISPOSITION,
        disposition.unwrap_or(HeaderValue::from_static("attachment")),
    );
    response
}

/// `attachment` with the name in both spellings: plain for old programs, percent-encoded UTF-8 (RFC 6266) for all others.
fn disposition(name: &str) -> String {
    use std::fmt::Write as _;
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || " ._-()".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn names_cannot_break_out_of_the_header() {
        assert_eq!(
            disposition("Zoë \"x\".pdf"),
            "attachment; filename=\"Zo_ _x_.pdf\"; filename*=UTF-8''Zo%C3%AB%20%22x%22.pdf"
        );
        assert!(!disposition("a\r\nSet-Cookie: x").contains('\n'));
    }
}
