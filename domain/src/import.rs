//! Import by Excel: the words that the screens, the API and the services share.

use crate::{
    id::{CandidateId, ImportId, InterviewId},
    time::Timestamp,
    words::words,
};
use serde::{Deserialize, Serialize};

words! {
    /// What a column can be matched to.
    Field {
        /// The whole name.
        Name = "name",
        /// The given name, where the file keeps it apart.
        FirstName = "first_name",
        /// Middle names or a patronymic, where the file keeps them apart.
        MiddleName = "middle_name",
        /// The family name, where the file keeps it apart.
        LastName = "last_name",
        /// The second family name, where the file keeps two apart.
        SecondLastName = "second_last_name",
        /// The email address.
        Email = "email",
        /// The phone number.
        Phone = "phone",
        /// School or university.
        School = "school",
        /// Field of study.
        Major = "major",
        /// Degree.
        Degree = "degree",
        /// Year of graduation.
        GraduationYear = "graduation_year",
        /// Earlier jobs. Several columns may be matched to it; each stands on a line of its own.
        WorkExperience = "work_experience",
        /// Notes for the team. Several columns may be matched to it.
        Notes = "notes",
    }
}

words! {
    /// Where an import stands.
    ImportState {
        /// The file is being read; the preview is not complete yet.
        Reading = "reading",
        /// Every row's fate is known and nothing is written.
        Preview = "preview",
        /// Confirmed; rows are being written.
        Running = "running",
        /// Every row is accounted for.
        Done = "done",
        /// Stopped by a creator; what was written stays.
        Cancelled = "cancelled",
        /// Taken back, as far as nobody had started.
        Undone = "undone",
        /// Stopped by a fault; what was written stays.
        Failed = "failed",
    }
}

words! {
    /// What is being done to a confirmed import.
    ImportWork {
        /// Its rows are being written.
        Confirm = "confirm",
        /// The rows that were not reached are being marked as skipped.
        Cancel = "cancel",
        /// It is being taken back.
        Undo = "undo",
    }
}

words! {
    /// What will become of a row.
    Fate as "ImportFate" {
        /// It will be added.
        New = "new",
        /// Somebody with this email is on the interview.
        AlreadyHere = "already_here",
        /// An earlier row of the file has this email.
        TwiceInFile = "twice_in_file",
        /// At least one cell must be corrected first.
        Rejected = "rejected",
    }
}

words! {
    /// What has become of a row.
    RowResult {
        /// A candidate was added.
        Added = "added",
        /// A candidate who was here got the row's values.
        Updated = "updated",
        /// Nothing was done, for the reason given.
        Skipped = "skipped",
        /// It could not be read as a candidate.
        Rejected = "rejected",
    }
}

words! {
    /// What to do with people who are already on the interview.
    OnDuplicate {
        /// Leave them as they are.
        Skip = "skip",
        /// Give them the row's filled cells.
        Update = "update",
        /// Add them a second time.
        Add = "add",
    }
}

/// The encodings that the creator is offered; any other name of the WHATWG encoding standard is understood as well.
pub const ENCODINGS: &[&str] = &[
    "UTF-8",
    "UTF-16LE",
    "UTF-16BE",
    "windows-1252",
    "GB18030",
    "Big5",
    "Shift_JIS",
    "EUC-JP",
    "EUC-KR",
    "windows-1250",
    "windows-1251",
    "windows-1253",
    "windows-1254",
    "windows-1255",
    "windows-1256",
    "windows-1258",
];

/// The separators that the creator is offered.
pub const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];

impl Field {
    /// The words that screens and the template use.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::FirstName => "First name",
            Self::MiddleName => "Middle name",
            Self::LastName => "Last name",
            Self::SecondLastName => "Second last name",
            Self::Email => "Email",
            Self::Phone => "Phone",
            Self::School => "School",
            Self::Major => "Major",
            Self::Degree => "Degree",
            Self::GraduationYear => "Graduation year",
            Self::WorkExperience => "Work experience",
            Self::Notes => "Notes",
        }
    }

    /// Whether several columns may be matched to it.
    #[must_use]
    pub const fn takes_several(self) -> bool {
        matches!(self, Self::WorkExperience | Self::Notes)
    }
}

/// What is wrong with one cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CellProblem {
    /// The column, counted from 0; `None` where no column is matched to the field.
    pub column: Option<u32>,
    /// The cell's address as the spreadsheet shows it, for example `C14`.
    pub cell: Option<String>,
    /// The field as the API names it.
    pub field: String,
    /// What is wrong, as a sentence.
    pub message: String,
}

impl CellProblem {
    /// The problem with its place: `B14: 'anna@' is not an email address.`
    #[must_use]
    pub fn sentence(&self) -> String {
        match &self.cell {
            Some(cell) => format!("{cell}: {}", self.message),
            None => self.message.clone(),
        }
    }
}

/// A sheet of an uploaded workbook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportSheet {
    /// Its name.
    pub name: String,
    /// Whether the spreadsheet program shows it.
    pub visible: bool,
    /// Whether anything is in it.
    pub filled: bool,
}

/// One of the file's first rows as it stands there, for choosing the row of the header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TopRow {
    /// Its number as the spreadsheet shows it.
    pub number: u32,
    /// Its first cells, shortened.
    pub cells: Vec<String>,
}

/// One column of the file and what it is matched to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportColumn {
    /// Its number, counted from 0.
    pub column: u32,
    /// Its header.
    pub header: String,
    /// What it is matched to; `null` is left out.
    pub field: Option<Field>,
    /// Its first values.
    pub sample: Vec<String>,
}

/// One change of the match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ColumnMatch {
    /// The column, counted from 0.
    pub column: u32,
    /// What it means; `null` leaves it out.
    pub field: Option<Field>,
}

/// How many rows have which fate or result. Which figures are there depends on the import's state; those of one state
/// always add up to `rows`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportCounts {
    /// Rows of the file; blank ones and the template's sample are none.
    pub rows: u32,
    /// In the preview: rows that will be added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new: Option<u32>,
    /// In the preview: rows whose email is on the interview.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub already_here: Option<u32>,
    /// In the preview: rows whose email an earlier row has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub twice_in_file: Option<u32>,
    /// Once confirmed: candidates added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added: Option<u32>,
    /// Once confirmed: candidates changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<u32>,
    /// Once confirmed: rows left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<u32>,
    /// Rows that cannot be read as a candidate.
    pub rejected: u32,
    /// Once undone, or as far as that is: candidates taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<u32>,
    /// Once undone: candidates who have their earlier values again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored: Option<u32>,
    /// Once undone: candidates left as they are, because they started or were edited since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<u32>,
}

impl ImportCounts {
    /// Rows that are accounted for once the import is confirmed.
    #[must_use]
    pub fn finished(&self) -> u32 {
        [self.added, self.updated, self.skipped]
            .into_iter()
            .flatten()
            .sum::<u32>()
            + self.rejected
    }
}

/// An import, from upload to undo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Import {
    /// Its id.
    pub id: ImportId,
    /// The interview that people are added to.
    pub interview_id: InterviewId,
    /// The file's name as the browser gave it.
    pub file_name: String,
    /// `xlsx`, `xls`, `ods` or `text`.
    pub format: String,
    /// Where it stands.
    pub state: ImportState,
    /// What is being done to it now; `null` while nothing is.
    pub work: Option<ImportWork>,
    /// How many rows have which fate or result.
    pub counts: ImportCounts,
    /// All sheets of a workbook.
    pub sheets: Vec<ImportSheet>,
    /// The sheet that is read.
    pub sheet: Option<String>,
    /// The row of the header, counted from 1; 0 where the file has none.
    pub header_row: u32,
    /// The first rows of the sheet, the header among them.
    pub top_rows: Vec<TopRow>,
    /// The encoding of a text file.
    pub encoding: Option<String>,
    /// The separator of a text file.
    pub separator: Option<String>,
    /// All columns and what they are matched to.
    pub mapping: Vec<ImportColumn>,
    /// What to do with people who are already on the interview.
    pub on_duplicate: OnDuplicate,
    /// What there is to know of how the file was read, a sentence each.
    pub notices: Vec<String>,
    /// What stands in the way of confirming, as a sentence.
    pub obstacle: Option<String>,
    /// Why it failed, as a sentence.
    pub failure: Option<String>,
    /// Who uploaded it, if a person did.
    pub created_by: Option<String>,
    /// When it was uploaded.
    pub created_at: Timestamp,
    /// When the last row was accounted for.
    pub finished_at: Option<Timestamp>,
}

/// One row of an import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportRow {
    /// Its number as the spreadsheet shows it.
    pub number: u32,
    /// Its cells, from the first column on.
    pub cells: Vec<String>,
    /// What will become of it, or would have.
    pub fate: Fate,
    /// What has become of it, once confirmed.
    pub result: Option<RowResult>,
    /// Why it is skipped or was skipped, as a sentence.
    pub reason: Option<String>,
    /// What is wrong with its cells.
    pub problems: Vec<CellProblem>,
    /// What there is to know about its cells, a sentence each.
    pub notes: Vec<String>,
    /// The candidate it added or changed.
    pub candidate_id: Option<CandidateId>,
}

/// What of an import in preview is to change. What is left out stays.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ImportPatch {
    /// Columns to match anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping: Option<Vec<ColumnMatch>>,
    /// Another sheet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Another header row, counted from 1; 0 where the file has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header_row: Option<u32>,
    /// What to do with people who are already here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_duplicate: Option<OnDuplicate>,
    /// Another encoding of a text file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Another separator of a text file: `,`, `;`, a tab or `|`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separator: Option<String>,
}

/// One corrected cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CellChange {
    /// The column, counted from 0.
    pub column: u32,
    /// What it holds now.
    pub value: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_same_everywhere() {
        for field in Field::ALL {
            assert_eq!(serde_json::to_value(field).unwrap(), field.as_str());
            assert_eq!(field.as_str().parse::<Field>(), Ok(field));
        }
        assert_eq!(serde_json::to_value(Fate::TwiceInFile).unwrap(), "twice_in_file");
        assert_eq!(
            "sideways".parse::<OnDuplicate>().unwrap_err(),
            "'sideways' is none of: skip, update, add"
        );
    }
}
