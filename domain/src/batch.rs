//! Batches of resumes: many PDFs, read in the background, reviewed, then added as candidates.

use crate::{
    candidate::CandidateInput,
    error::FieldError,
    id::{BatchId, CandidateId, InterviewId, ResumeFileId},
    resume::{Confidence, Engine, Found, Job, Place, ResumeField, ResumeFields, Study},
    time::Timestamp,
    words::words,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most files of a batch.
pub const FILES_MAX: usize = 200;
/// Most bytes that a ZIP unpacks to, in all.
pub const UNPACKED_MAX: u64 = 500_000_000;
/// Longest file name that is kept, in characters.
pub const FILE_NAME_MAX: usize = 200;

words! {
    /// Where a batch stands.
    BatchState {
        /// Files arrive; nothing was read and nothing set aside.
        Uploaded = "uploaded",
        /// Files are being read.
        Running = "running",
        /// Every file was read or has failed: waits for review.
        Ready = "ready",
        /// Its candidates were added.
        Done = "done",
        /// Given up: what was set aside came back.
        Cancelled = "cancelled",
    }
}

impl BatchState {
    /// Whether there is still something to do with it.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Uploaded | Self::Running | Self::Ready)
    }
}

words! {
    /// Where a file stands.
    FileState {
        /// Its turn has not come.
        Waiting = "waiting",
        /// It is being read.
        Reading = "reading",
        /// Its fields are there.
        Read = "read",
        /// It cannot be read; the reason says why. Costs nothing.
        Failed = "failed",
    }
}

/// The value of one field, for review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReviewField {
    /// The value: as it was found, or as it was corrected.
    pub value: String,
    /// How sure the reader was; high once a person corrected it.
    pub confidence: Confidence,
    /// The text of the document that the value was found in; empty where a person typed what was not found.
    pub source: String,
    /// Where that text stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// A person changed it.
    #[serde(default)]
    pub edited: bool,
}

impl From<Found> for ReviewField {
    fn from(found: Found) -> Self {
        Self {
            value: found.value,
            confidence: found.confidence,
            source: found.source,
            place: Some(found.place),
            edited: false,
        }
    }
}

/// The fields that were found, by name; what was not found is absent.
pub type ReviewFields = BTreeMap<ResumeField, ReviewField>;

/// What a person changed: the new value, or nothing where they emptied the field.
pub type Corrections = BTreeMap<ResumeField, Option<String>>;

/// The fields as they stand after a person's corrections.
#[must_use]
pub fn reviewed(found: &ResumeFields, corrections: &Corrections) -> ReviewFields {
    let mut fields = ReviewFields::new();
    for field in ResumeField::ALL {
        let original = found.get(field);
        match corrections.get(&field) {
            None => {
                if let Some(found) = original {
                    fields.insert(field, found.clone().into());
                }
            }
            Some(None) => {}
            Some(Some(value)) => {
                let corrected = ReviewField {
                    value: value.clone(),
                    confidence: Confidence::High,
                    source: original.map(|found| found.source.clone()).unwrap_or_default(),
                    place: original.map(|found| found.place),
                    edited: original.is_none_or(|found| found.value != *value),
                };
                fields.insert(field, corrected);
            }
        }
    }
    fields
}

/// The fields as a candidate's, not yet checked; a year that is no number is an error of its field.
///
/// # Errors
/// The year.
pub fn as_candidate(fields: &ReviewFields) -> Result<CandidateInput, FieldError> {
    let text = |field: ResumeField| fields.get(&field).map(|found| found.value.clone());
    let year = text(ResumeField::GraduationYear)
        .filter(|year| !year.trim().is_empty())
        .map(|year| {
            year.trim()
                .parse::<i32>()
                .map_err(|_| FieldError::new("graduation_year", "A year is four digits, such as 2024."))
        })
        .transpose()?;
    Ok(CandidateInput {
        name: text(ResumeField::Name).unwrap_or_default(),
        email: text(ResumeField::Email),
        phone: text(ResumeField::Phone),
        school: text(ResumeField::School),
        major: text(ResumeField::Major),
        degree: text(ResumeField::Degree),
        graduation_year: year,
        work_experience: text(ResumeField::WorkExperience),
        notes: None,
    })
}

/// Somebody whom a file's person may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PossibleDuplicate {
    /// A candidate on the interview.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidate_id: Option<CandidateId>,
    /// Another file of this batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_id: Option<ResumeFileId>,
    /// Their name, or the file's.
    pub name: String,
    /// What is the same: `email`, `phone` or `resume`.
    pub same: String,
}

/// One file of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchFile {
    /// Its id.
    pub id: ResumeFileId,
    /// As the browser gave it.
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// Where it stands.
    pub state: FileState,
    /// Why it failed, as a sentence.
    pub reason: Option<String>,
    /// The same in one word: `scanned`, `password_protected`, `damaged`, `empty`, `not_a_pdf`, `duplicate`, ….
    pub reason_code: Option<String>,
    /// The file of this batch with the same content.
    pub duplicate_of: Option<ResumeFileId>,
    /// What was found; a field that was not found is absent.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<ResumeField, ReviewField>))]
    pub fields: ReviewFields,
    /// Every job that was found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<Job>,
    /// Every study that was found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub studies: Vec<Study>,
    /// What keeps it from being added, field by field.
    pub problems: Vec<FieldError>,
    /// Somebody whom this person may be.
    pub possible_duplicate: Option<PossibleDuplicate>,
    /// Who read it.
    pub engine: Option<Engine>,
    /// The model was asked first and failed.
    pub fell_back: bool,
    /// The file is damaged: the values need a look.
    pub damaged: bool,
    /// Trying again may help, and costs nothing unless it is read.
    pub can_retry: bool,
    /// The candidate that it became.
    pub candidate_id: Option<CandidateId>,
}

impl BatchFile {
    /// Whether it would be added now.
    #[must_use]
    pub fn is_addable(&self) -> bool {
        self.state == FileState::Read && self.candidate_id.is_none() && self.problems.is_empty()
    }
}

/// How many files stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileCounts {
    /// All.
    pub files: u32,
    /// Their turn has not come.
    pub waiting: u32,
    /// Being read.
    pub reading: u32,
    /// Read.
    pub read: u32,
    /// Failed, duplicates included.
    pub failed: u32,
    /// Became candidates.
    pub added: u32,
}

/// A batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResumeBatch {
    /// Its id.
    pub id: BatchId,
    /// The interview that its candidates are added to.
    pub interview_id: InterviewId,
    /// Where it stands.
    pub state: BatchState,
    /// What one resume costs.
    pub per_resume: i64,
    /// What reading the files that wait costs: failures and duplicates cost nothing.
    pub cost: i64,
    /// What the workspace can spend now.
    pub balance: i64,
    /// The PDFs are kept with the candidates.
    pub keep_files: bool,
    /// How many files stand where.
    pub counts: FileCounts,
    /// The files, in the order in which they came.
    pub files: Vec<BatchFile>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A batch in a list: without its files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchSummary {
    /// Its id.
    pub id: BatchId,
    /// Where it stands.
    pub state: BatchState,
    /// How many files stand where.
    pub counts: FileCounts,
    /// When it was made.
    pub created_at: Timestamp,
}

/// One resume, read for a form: nothing of it is saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExtractedResume {
    /// The file's name.
    pub name: String,
    /// What was found; a field that was not found is absent.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<ResumeField, ReviewField>))]
    pub fields: ReviewFields,
    /// Every job that was found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<Job>,
    /// Every study that was found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub studies: Vec<Study>,
    /// Who read it.
    pub engine: Engine,
    /// The model was asked first and failed.
    pub fell_back: bool,
    /// The file is damaged: the values need a look.
    pub damaged: bool,
    /// AI tokens spent on it.
    pub cost: i64,
    /// What the workspace can spend now.
    pub balance: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(value: &str) -> Found {
        Found {
            value: value.into(),
            confidence: Confidence::Low,
            source: format!("Line of {value}"),
            place: Place { page: 1, line: 3 },
        }
    }

    #[test]
    fn corrections_win_and_keep_the_source() {
        let fields = ResumeFields {
            name: Some(found("Ana Lma")),
            email: Some(found("ana@x.example")),
            ..Default::default()
        };
        let corrections = Corrections::from([
            (ResumeField::Name, Some("Ana Lima".to_owned())),
            (ResumeField::Email, None),
            (ResumeField::School, Some("UPM".to_owned())),
        ]);
        let after = reviewed(&fields, &corrections);
        assert_eq!(after.len(), 2);
        let name = &after[&ResumeField::Name];
        assert_eq!((name.value.as_str(), name.edited), ("Ana Lima", true));
        assert_eq!(
            (name.source.as_str(), name.confidence),
            ("Line of Ana Lma", Confidence::High)
        );
        assert_eq!(after[&ResumeField::School].source, "");
        let before = reviewed(&fields, &Corrections::new());
        assert_eq!(before[&ResumeField::Name].confidence, Confidence::Low);
        assert!(!before[&ResumeField::Name].edited);
        // Typed as it was: looked at, not changed.
        let same = Corrections::from([(ResumeField::Email, Some("ana@x.example".to_owned()))]);
        assert!(!reviewed(&fields, &same)[&ResumeField::Email].edited);
    }

    #[test]
    fn fields_become_a_candidate() {
        let fields = ResumeFields {
            name: Some(found("Ana Lima")),
            graduation_year: Some(found("2024")),
            ..Default::default()
        };
        let input = as_candidate(&reviewed(&fields, &Corrections::new())).unwrap();
        assert_eq!((input.name.as_str(), input.graduation_year), ("Ana Lima", Some(2024)));
        let wrong = Corrections::from([(ResumeField::GraduationYear, Some("soon".to_owned()))]);
        assert_eq!(
            as_candidate(&reviewed(&fields, &wrong)).unwrap_err().field,
            "graduation_year"
        );
        let blank = Corrections::from([(ResumeField::GraduationYear, Some(" ".to_owned()))]);
        assert_eq!(as_candidate(&reviewed(&fields, &blank)).unwrap().graduation_year, None);
    }

    #[test]
    fn absent_fields_are_absent_in_json() {
        let fields = ResumeFields {
            name: Some(found("Ana")),
            ..Default::default()
        };
        let json = serde_json::to_value(reviewed(&fields, &Corrections::new())).unwrap();
        assert_eq!(json["name"]["value"], "Ana");
        assert_eq!(json.as_object().unwrap().len(), 1);
    }
}
