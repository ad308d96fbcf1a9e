//! Uploaded files on their way to disk: a form's file goes to a temporary file as it arrives, never into memory, and no
//! further than its limit.

use axum::extract::{Multipart, multipart::MultipartError};
use http::StatusCode;
use parley_domain::error::FieldError;
use parley_services::{
    Services,
    error::ServiceError,
    imports::{
        self, Upload,
        reader::{Options, SheetError, limits},
    },
};
use std::io::Write;

/// Largest body of a table's form, in bytes: the file and the form around it.
pub const TABLE_BODY: usize = 25_000_000 + 64 * 1024;

/// Longest value of a form's text field, in bytes.
const TEXT_MAX: usize = 1024;

/// Why a form was not taken.
#[derive(Debug)]
pub enum NotReceived {
    /// The file is larger than its limit; the sentence says which.
    TooLarge(String),
    /// The form is not one that can be read.
    Unreadable(String),
    /// A field holds what it cannot hold.
    Wrong(FieldError),
    /// The service refused.
    Refused(ServiceError),
}

impl From<ServiceError> for NotReceived {
    fn from(error: ServiceError) -> Self {
        Self::Refused(error)
    }
}

impl From<MultipartError> for NotReceived {
    fn from(error: MultipartError) -> Self {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Self::TooLarge(SheetError::FileTooLarge.sentence())
        } else {
            Self::Unreadable("The form did not arrive whole. Nothing was added; send it again.".to_owned())
        }
    }
}

/// A table with the choices that came beside it: the fields `file`, and `sheet`, `header_row`, `encoding`, `separator`
/// where given.
///
/// # Errors
/// What is wrong with the form.
pub async fn table(services: &Services, mut form: Multipart) -> Result<Upload, NotReceived> {
    let mut options = Options::default();
    let mut upload = None;
    while let Some(mut field) = form.next_field().await? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            let file_name = field.file_name().unwrap_or("file").to_owned();
            let mut file = imports::incoming(services)?;
            let mut left = limits::FILE_BYTES;
            while let Some(piece) = field.chunk().await? {
                left = left
                    .checked_sub(piece.len() as u64)
                    .ok_or_else(|| NotReceived::TooLarge(SheetError::FileTooLarge.sentence()))?;
                file.write_all(&piece)
                    .map_err(|error| ServiceError::Unavailable(format!("an upload cannot be stored: {error}")))?;
            }
            upload = Some((file_name, file));
            continue;
        }
        let mut text = Vec::new();
        while let Some(piece) = field.chunk().await? {
            text.extend_from_slice(&piece);
            if text.len() > TEXT_MAX {
                return Err(wrong(&name, "This value is too long."));
            }
        }
        let text = String::from_utf8(text).map_err(|_| wrong(&name, "This value is not UTF-8."))?;
        choose(&mut options, &name, text)?;
    }
    let (file_name, file) = upload.ok_or_else(|| wrong("file", "Send the table in the form's field `file`."))?;
    Ok(Upload {
        file_name,
        file,
        options,
    })
}

fn wrong(field: &str, message: &str) -> NotReceived {
    NotReceived::Wrong(FieldError::new(field, message))
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
        _ => return Err(wrong(name, "This field is not known here.")),
    }
    Ok(())
}
