//! From a stored PDF to fields, by whichever extractor the installation has.

use super::{fields, read};
use crate::{
    Services,
    error::{Result, ServiceError},
    storage,
};
use parley_domain::resume::{Engine, FILE_BYTES, ResumeFailure, ResumeRead};
use std::{fs::File, io::Read as _};

/// Reads a resume. The inner result is the document's own: a failure of the file, not of ours.
///
/// # Errors
/// When the stored bytes cannot be read.
pub(crate) async fn read(s: &Services, content: File) -> Result<std::result::Result<ResumeRead, ResumeFailure>> {
    let mut bytes = Vec::new();
    content
        .take(FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| storage::unwritable(&error))?;
    let document = match read::read_pdf(s, bytes).await {
        Ok(document) => document,
        Err(failure) => return Ok(Err(failure)),
    };
    let by_rules = move || ResumeRead {
        damaged: document.damaged,
        fields: fields::extract(&document),
        engine: Engine::BuiltIn,
        fell_back: false,
    };
    match tokio::task::spawn_blocking(by_rules).await {
        Ok(read) => Ok(Ok(read)),
        // The rules stumbled over this text: one file is lost, nothing else.
        Err(error) if error.is_panic() => Ok(Err(ResumeFailure::Damaged)),
        Err(error) => Err(ServiceError::internal(error)),
    }
}
