//! Import by resumes: the words that the screens, the API and the services share.
//!
//! There is no field for gender, age, birthday, photo, nationality or marital status, and there will be none: what has no
//! field here can be neither extracted, nor stored, nor sent.

use crate::words::words;
use serde::{Deserialize, Serialize};

/// Bytes of one resume.
pub const FILE_BYTES: u64 = 10_000_000;
/// Pages of a resume that are read; those behind them are left out.
pub const PAGES_MAX: usize = 50;

words! {
    /// What is looked for in a resume and fills a candidate's field of the same name.
    ResumeField {
        /// The whole name.
        Name = "name",
        /// The email address.
        Email = "email",
        /// The phone number, as it is written.
        Phone = "phone",
        /// The school of the highest or latest degree.
        School = "school",
        /// That degree.
        Degree = "degree",
        /// Its field of study.
        Major = "major",
        /// The year in which it was finished.
        GraduationYear = "graduation_year",
        /// Earlier jobs, one a line.
        WorkExperience = "work_experience",
    }
}

words! {
    /// How sure the reader is of a value.
    Confidence as "ResumeConfidence" {
        /// Might be something else: a person should look.
        Low = "low",
        /// Found by its place or its words.
        Medium = "medium",
        /// Unmistakable, such as an email address.
        High = "high",
    }
}

words! {
    /// Who read the fields.
    Engine as "ResumeEngine" {
        /// The rules of this program.
        BuiltIn = "built_in",
        /// A model; each of its values was found again in the document.
        Ai = "ai",
    }
}

words! {
    /// Why a resume could not be read. Costs nothing.
    ResumeFailure {
        /// Pages with pictures and no text.
        Scanned = "scanned",
        /// Does not open without a password.
        PasswordProtected = "password_protected",
        /// Broken: cut off, damaged in transfer or written wrongly, so that nothing can be made of it.
        Damaged = "damaged",
        /// Zero bytes, or pages with nothing on them.
        Empty = "empty",
        /// Another kind of file.
        NotAPdf = "not_a_pdf",
        /// More bytes than are taken.
        TooLarge = "too_large",
        /// Unpacks to more text or memory than any resume needs.
        TooMuch = "too_much",
        /// Was still being read when its time was over.
        TookTooLong = "took_too_long",
        /// Its fonts do not say which letters they draw.
        UnreadableFonts = "unreadable_fonts",
        /// The reader itself could not be started: not the file's fault.
        Unavailable = "unavailable",
    }
}

impl ResumeFailure {
    /// What happened and what to do, for the person who chose the file.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Scanned => "Scanned: no text in this PDF. Ask for a PDF with text, or enter the candidate by hand.",
            Self::PasswordProtected => "Password-protected. Save the PDF without its password and upload it again.",
            Self::Damaged => "Damaged: the file is broken or was cut off. Upload a fresh copy.",
            Self::Empty => "Empty: there is nothing in this file. Check that you chose the right one.",
            Self::NotAPdf => "Not a PDF. Save the resume as a PDF and upload that.",
            Self::TooLarge => "Larger than 10 MB. Save the PDF with smaller pictures and upload it again.",
            Self::TooMuch => "Unpacks to far more than a resume needs, so it was not read. Save it as a PDF anew.",
            Self::TookTooLong => {
                "Took too long to read. Save the resume as a PDF anew, or enter the candidate by hand."
            }
            Self::UnreadableFonts => {
                "The text cannot be read: its fonts do not say which letters they draw. Save the resume as a PDF anew, \
                 from the program it was written in."
            }
            Self::Unavailable => "The reader could not be started. Nothing is wrong with the file: try again.",
        }
    }
}

impl std::fmt::Display for ResumeFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.sentence())
    }
}

impl std::error::Error for ResumeFailure {}

/// Where in the document something stands. Both count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Place {
    /// The page.
    pub page: u32,
    /// The line of that page, in reading order.
    pub line: u32,
}

/// A value that was found, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Found {
    /// The value, made of nothing but letters of the document.
    pub value: String,
    /// How sure the reader is.
    pub confidence: Confidence,
    /// The text as it stands in the document: the whole line or lines that hold the value.
    pub source: String,
    /// Where the source begins.
    pub place: Place,
}

/// One job. At least its employer or its title is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Job {
    /// For whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employer: Option<Found>,
    /// As what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Found>,
    /// From when to when, as it is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dates: Option<Found>,
}

/// One course of study. At least its school or its degree is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Study {
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub school: Option<Found>,
    /// The degree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub degree: Option<Found>,
    /// Its field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub major: Option<Found>,
    /// The year in which it ended: four digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<Found>,
}

/// What was found in one resume. What was not found is absent, never invented.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResumeFields {
    /// See [`ResumeField::Name`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Found>,
    /// See [`ResumeField::Email`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Found>,
    /// See [`ResumeField::Phone`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Found>,
    /// See [`ResumeField::School`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub school: Option<Found>,
    /// See [`ResumeField::Degree`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub degree: Option<Found>,
    /// See [`ResumeField::Major`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub major: Option<Found>,
    /// See [`ResumeField::GraduationYear`]: four digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graduation_year: Option<Found>,
    /// See [`ResumeField::WorkExperience`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_experience: Option<Found>,
    /// All jobs, in the order of the document.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<Job>,
    /// All studies, in the order of the document.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub studies: Vec<Study>,
}

impl ResumeFields {
    /// The value of one field.
    #[must_use]
    pub const fn get(&self, field: ResumeField) -> Option<&Found> {
        match field {
            ResumeField::Name => self.name.as_ref(),
            ResumeField::Email => self.email.as_ref(),
            ResumeField::Phone => self.phone.as_ref(),
            ResumeField::School => self.school.as_ref(),
            ResumeField::Degree => self.degree.as_ref(),
            ResumeField::Major => self.major.as_ref(),
            ResumeField::GraduationYear => self.graduation_year.as_ref(),
            ResumeField::WorkExperience => self.work_experience.as_ref(),
        }
    }

    /// The place of one field, to fill or to empty it.
    pub const fn slot(&mut self, field: ResumeField) -> &mut Option<Found> {
        match field {
            ResumeField::Name => &mut self.name,
            ResumeField::Email => &mut self.email,
            ResumeField::Phone => &mut self.phone,
            ResumeField::School => &mut self.school,
            ResumeField::Degree => &mut self.degree,
            ResumeField::Major => &mut self.major,
            ResumeField::GraduationYear => &mut self.graduation_year,
            ResumeField::WorkExperience => &mut self.work_experience,
        }
    }
}

/// A resume that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResumeRead {
    /// What was found.
    pub fields: ResumeFields,
    /// Who found it.
    pub engine: Engine,
    /// The model was asked first and failed: the rules of this program stepped in.
    #[serde(default)]
    pub fell_back: bool,
    /// The file is damaged and was read as far as it goes: the values need a look.
    #[serde(default)]
    pub damaged: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back() {
        for field in ResumeField::ALL {
            assert_eq!(field.as_str().parse::<ResumeField>(), Ok(field));
        }
        for failure in ResumeFailure::ALL {
            let json = serde_json::to_string(&failure).unwrap();
            assert_eq!(json, format!("\"{}\"", failure.as_str()));
        }
        assert!("photo".parse::<ResumeField>().is_err());
        assert!(Confidence::Low < Confidence::High);
    }

    #[test]
    fn every_failure_says_what_to_do() {
        for failure in ResumeFailure::ALL {
            let sentence = failure.sentence();
            assert!(sentence.ends_with('.') && sentence.len() > 40, "{sentence}");
        }
    }

    #[test]
    fn every_field_has_its_slot() {
        let mut fields = ResumeFields::default();
        for field in ResumeField::ALL {
            *fields.slot(field) = Some(Found {
                value: field.as_str().into(),
                confidence: Confidence::High,
                source: String::new(),
                place: Place { page: 1, line: 1 },
            });
        }
        for field in ResumeField::ALL {
            assert_eq!(fields.get(field).map(|f| f.value.as_str()), Some(field.as_str()));
        }
    }

    #[test]
    fn what_was_not_found_is_absent() {
        assert_eq!(serde_json::to_string(&ResumeFields::default()).unwrap(), "{}");
    }
}
