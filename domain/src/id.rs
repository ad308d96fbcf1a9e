//! Typed identifiers. All are UUIDs (version 7, made by the server); the type keeps one kind from being used as another.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Uuid))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The all-zero id: "not given yet" in input that the server completes.
            pub const NIL: Self = Self(Uuid::nil());

            /// Whether this is [`Self::NIL`].
            #[must_use]
            pub fn is_nil(&self) -> bool {
                self.0.is_nil()
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::NIL
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(s).map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(value: Uuid) -> Self {
                Self(value)
            }
        }

        impl From<$name> for Uuid {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    )*};
}

ids! {
    /// One team's space.
    WorkspaceId,
    /// A person who signs in.
    UserId,
    /// An API key.
    ApiKeyId,
    /// An interview.
    InterviewId,
    /// One numbered version of an interview's content.
    VersionId,
    /// A question within an interview.
    QuestionId,
    /// A choice within a question.
    ChoiceId,
    /// A criterion within an interview.
    CriterionId,
    /// What a candidate is asked right now: the question itself or one follow-up to it.
    PromptId,
    /// A candidate on one interview.
    CandidateId,
    /// One attempt of one candidate.
    SessionId,
    /// One import from a spreadsheet.
    ImportId,
    /// One batch of resumes.
    BatchId,
    /// One file of a batch of resumes.
    ResumeFileId,
    /// A stored file.
    FileId,
    /// All sessions of an interview, analysed once more.
    AnalysisBatchId,
    /// A durable job.
    JobId,
    /// A candidate's request for another attempt.
    RetakeRequestId,
}
