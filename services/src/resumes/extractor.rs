//! From a stored PDF to fields: by the model where one is configured, by the rules of this program otherwise, and where the
//! model fails.

use super::{document::Document, fields, model, read};
use crate::{
    Services,
    ai::Failure,
    error::{Result, ServiceError},
    storage,
};
use parley_domain::{
    id::WorkspaceId,
    resume::{Engine, FILE_BYTES, ResumeFailure, ResumeRead},
};
use std::{fs::File, io::Read as _, sync::Arc};
use uuid::Uuid;

/// For whom a resume is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader {
    /// Where usage of a model is counted.
    pub workspace: WorkspaceId,
    /// The file, or whatever stands for it.
    pub subject: Uuid,
    /// Somebody looks at the screen.
    pub live: bool,
}

/// Reads a resume. The inner result is the document's own: a failure of the file, not of ours.
///
/// # Errors
/// When the stored bytes cannot be read.
pub(crate) async fn read(
    s: &Services,
    reader: Reader,
    content: File,
) -> Result<std::result::Result<ResumeRead, ResumeFailure>> {
    let mut bytes = Vec::new();
    content
        .take(FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| storage::unwritable(&error))?;
    let document = match read::read_pdf(s, bytes).await {
        Ok(document) => Arc::new(document),
        Err(failure) => return Ok(Err(failure)),
    };
    let by_rules = {
        let document = Arc::clone(&document);
        tokio::task::spawn_blocking(move || fields::extract(&document)).await
    };
    let by_rules = match by_rules {
        Ok(fields) => fields,
        // The rules stumbled over this text: one file is lost, nothing else.
        Err(error) if error.is_panic() => return Ok(Err(ResumeFailure::Damaged)),
        Err(error) => return Err(ServiceError::internal(error)),
    };
    Ok(Ok(best(s, reader, &document, by_rules).await))
}

/// Asks the model, if there is one.
async fn best(
    s: &Services,
    reader: Reader,
    document: &Document,
    by_rules: parley_domain::resume::ResumeFields,
) -> ResumeRead {
    let (fields, engine, fell_back) = match model::read(s, reader, document, &by_rules).await {
        Ok(fields) => (fields, Engine::Ai, false),
        Err(failure) => (by_rules, Engine::BuiltIn, failure != Failure::Off),
    };
    ResumeRead {
        fields,
        engine,
        fell_back,
        damaged: document.damaged,
    }
}
