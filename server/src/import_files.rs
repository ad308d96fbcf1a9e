//! Tables on their way in and out, for a signed-in browser: the upload of an import, the template, the rejected rows.
//! Everything else about imports are server functions.

use crate::{
    auth::Person,
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
use parley_domain::id::{ImportId, InterviewId};
use parley_services::{
    Services,
    error::ServiceError,
    imports::{
        self, Upload,
        reader::{Options, SheetError, limits},
    },
};

/// Largest body of a table's form, in bytes: the file and the form around it.
pub const TABLE_BODY: usize = 25_000_000 + 64 * 1024;
/// Longest value of a form's text field, in bytes.
const TEXT_MAX: usize = 1024;

/// The routes.
pub fn router() -> Router<AppState> {
    Router::new()
        .route(
            "/upload/w/{slug}/interviews/{id}/imports",
            post(upload).layer(DefaultBodyLimit::max(TABLE_BODY)),
        )
        .route("/download/w/{slug}/imports/template.xlsx", get(template))
        .route("/download/w/{slug}/imports/{id}/rejected.xlsx", get(rejected))
}

async fn upload(
    person: Person,
    Path((slug, id)): Path<(String, String)>,
    form: Result<FileForm, MultipartRejection>,
) -> Response {
    let taken = async {
        let actor = person.in_workspace(&slug).await?;
        let id: InterviewId = id.parse().map_err(|_| ServiceError::NotFound)?;
        imports::may_upload(&person.services, &actor, id).await?;
        let upload = table(&person.services, form_of(form)?).await?;
        let import = imports::upload(&person.services, &actor, id, upload).await?;
        Ok::<_, NotReceived>((StatusCode::CREATED, Json(import)).into_response())
    };
    taken.await.unwrap_or_else(refused)
}

/// The fields beside the table.
const CHOICES: [&str; 4] = ["sheet", "header_row", "encoding", "separator"];

/// A table with the choices that came beside it: the fields `file`, and `sheet`, `header_row`, `encoding`, `separator`
/// where given. Whether the table may be uploaded is asked before.
///
/// # Errors
/// What is wrong with the form.
pub async fn table(services: &Services, mut form: FileForm) -> Result<Upload, NotReceived> {
    let say = Sentences {
        too_large: SheetError::FileTooLarge.sentence(),
        broken: "The form did not arrive whole. Nothing was added; send it again.",
    };
    let mut options = Options::default();
    let mut upload = None;
    let mut chosen: Vec<&str> = Vec::new();
    while let Some(mut part) = form.next_part().await.map_err(|error| say.of(&error))? {
        if part.name() == "file" {
            if upload.is_some() {
                return Err(wrong("file", "Send one table at a time. Nothing was added."));
            }
            let file_name = part.file_name().unwrap_or("file").to_owned();
            let mut file = imports::incoming(services)?;
            let mut left = limits::FILE_BYTES;
            receive::to_disk(&mut part, &mut file, &mut left, &say).await?;
            upload = Some((file_name, file));
            continue;
        }
        let Some(name) = CHOICES.into_iter().find(|known| *known == part.name()) else {
            return Err(receive::unknown(part.name()));
        };
        if chosen.contains(&name) {
            return Err(receive::twice(name));
        }
        chosen.push(name);
        let text = receive::text(&mut part, name, TEXT_MAX, &say).await?;
        choose(&mut options, name, text)?;
    }
    let (file_name, file) = upload.ok_or_else(|| wrong("file", "Send the table in the form's field `file`."))?;
    Ok(Upload {
        file_name,
        file,
        options,
    })
}

fn choose(options: &mut Options, name: &str, text: String) -> Result<(), NotReceived> {
    if text.is_empty() {
        return Ok(());
    }
    match name {
        "sheet" => options.sheet = Some(text),
        "encoding" => options.encoding = Some(text),
        "header_row" => {
            let row = text
                .parse()
                .map_err(|_| wrong(name, "The header row is a number, counted from 1."))?;
            options.header_row = Some(row);
        }
        "separator" => {
            let mut chars = text.chars();
            match (chars.next(), chars.next()) {
                (Some(c), None) => options.separator = Some(c),
                _ => return Err(wrong(name, "The separator is one character.")),
            }
        }
        _ => return Err(receive::unknown(name)),
    }
    Ok(())
}

async fn template(person: Person, Path(slug): Path<String>) -> Response {
    let made = async {
        let actor = person.in_workspace(&slug).await?;
        imports::template_xlsx(&person.services, &actor)
    };
    match made.await {
        Ok(bytes) => workbook("candidates-template.xlsx", bytes),
        Err(error) => refused(error.into()),
    }
}

async fn rejected(person: Person, Path((slug, id)): Path<(String, String)>) -> Response {
    let made = async {
        let actor = person.in_workspace(&slug).await?;
        let id: ImportId = id.parse().map_err(|_| ServiceError::NotFound)?;
        imports::rejected_xlsx(&person.services, &actor, id).await
    };
    match made.await {
        Ok(bytes) => workbook("rejected-rows.xlsx", bytes),
        Err(error) => refused(error.into()),
    }
}

/// A workbook as an attachment.
pub(crate) fn workbook(file_name: &str, bytes: Vec<u8>) -> Response {
    let kind = HeaderValue::from_static("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind);
    // It holds people's data: nobody in between keeps it.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{file_name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}
