//! Sessions: one attempt of one candidate, its three states and the only ways between them.

use crate::{
    candidate::Source,
    id::{CandidateId, InterviewId, RetakeRequestId, SessionId},
    time::{ShownTime, Timestamp},
    words::words,
};
use serde::{Deserialize, Serialize};

words! {
    /// Where a session stands, as the creator sees and filters it.
    Status {
        /// The candidate has not started.
        NotStarted = "not_started",
        /// The candidate is taking the interview.
        InProgress = "in_progress",
        /// The session is finished.
        Completed = "completed",
    }
}

words! {
    /// Why a session is completed.
    EndReason {
        /// The candidate pressed Finish.
        Finished = "finished",
        /// The time limit was reached.
        TimeUp = "time_up",
        /// A member ended it.
        EndedByCreator = "ended_by_creator",
        /// Nobody came back in time.
        Inactivity = "inactivity",
        /// A retake took its place.
        Replaced = "replaced",
    }
}

words! {
    /// Whose turn it is in a session in progress.
    Awaiting {
        /// The candidate's answer is next.
        Candidate = "candidate",
        /// The interviewer's next turn is due.
        Interviewer = "interviewer",
        /// Nothing is left to ask; the candidate may finish.
        Finish = "finish",
    }
}

words! {
    /// Where the analysis of a completed session stands.
    AnalysisState {
        /// The session is not completed yet.
        None = "none",
        /// Waiting for the worker.
        Queued = "queued",
        /// Being made.
        Running = "running",
        /// There.
        Ready = "ready",
        /// It could not be made; it can be run again.
        Failed = "failed",
    }
}

words! {
    /// Why a retake was granted.
    RetakeReason {
        /// Something technical went wrong.
        TechnicalIssue = "technical_issue",
        /// The candidate needs an accommodation.
        Accommodation = "accommodation",
        /// The candidate asked for it.
        Requested = "requested",
        /// Anything else; the note says what.
        Other = "other",
    }
}

words! {
    /// Where a candidate's request for a retake stands.
    RetakeRequestState {
        /// Nobody has decided yet.
        Waiting = "waiting",
        /// The candidate got a new attempt.
        Granted = "granted",
        /// The candidate got none.
        Declined = "declined",
    }
}

/// A candidate's request for another attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RetakeRequest {
    /// Its id.
    pub id: RetakeRequestId,
    /// Who asks.
    pub candidate_id: CandidateId,
    /// The attempt that they had.
    pub session_id: SessionId,
    /// Their name.
    pub name: String,
    /// The number of that attempt.
    pub attempt: i32,
    /// Why, in their words.
    pub reason: String,
    /// Where it stands.
    pub state: RetakeRequestState,
    /// When they asked.
    pub created_at: Timestamp,
    /// Who decided: `user:…` or `key:…`; `null` while it waits.
    pub decided_by: Option<String>,
    /// When somebody decided.
    pub decided_at: Option<Timestamp>,
}

words! {
    /// A person's decision about a candidate, apart from any score.
    Verdict {
        /// Goes on to the next step.
        Advance = "advance",
        /// Not decided yet.
        Hold = "hold",
        /// Does not go on.
        Decline = "decline",
    }
}

words! {
    /// Which decision a list of sessions goes by.
    Decided {
        /// Nothing is decided yet.
        Nothing = "none",
        /// Goes on to the next step.
        Advance = "advance",
        /// Somebody looked, and left it open.
        Hold = "hold",
        /// Does not go on.
        Decline = "decline",
    }
}

impl Decided {
    /// The decision itself, if there is to be one.
    #[must_use]
    pub const fn verdict(self) -> Option<Verdict> {
        match self {
            Self::Nothing => None,
            Self::Advance => Some(Verdict::Advance),
            Self::Hold => Some(Verdict::Hold),
            Self::Decline => Some(Verdict::Decline),
        }
    }
}

/// Something that may change a session's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transition {
    /// The candidate pressed Start interview.
    Start,
    /// The session ends, for this reason.
    Complete(EndReason),
}

/// Why a transition was refused; nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It cannot end before it began.
    NotStarted,
    /// It has started already.
    AlreadyStarted,
    /// It is over.
    AlreadyCompleted,
}

/// The whole state machine: where `transition` leads from `status`.
///
/// # Errors
/// When there is no such way.
pub const fn next_status(status: Status, transition: Transition) -> Result<Status, Refused> {
    match (status, transition) {
        (Status::NotStarted, Transition::Start) => Ok(Status::InProgress),
        (Status::InProgress, Transition::Complete(_)) => Ok(Status::Completed),
        (Status::NotStarted, Transition::Complete(_)) => Err(Refused::NotStarted),
        (Status::InProgress, Transition::Start) => Err(Refused::AlreadyStarted),
        (Status::Completed, _) => Err(Refused::AlreadyCompleted),
    }
}

/// A session as the API and the creators' screens show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose attempt it is; `null` for a creator's preview.
    pub candidate_id: Option<CandidateId>,
    /// The interview.
    pub interview_id: InterviewId,
    /// 1 for the first attempt.
    pub attempt: i32,
    /// Whether this is the candidate's newest attempt.
    pub current: bool,
    /// Whether this is the attempt that was marked as the one that counts.
    pub counts: bool,
    /// Why it was granted, for attempts after the first: a reason for a retake, or `by_candidate`.
    pub retake_reason: Option<String>,
    /// What the member wrote to it (or the candidate, with `by_candidate`).
    pub retake_note: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// Why it is completed.
    pub end_reason: Option<EndReason>,
    /// When the invite link was first opened (perhaps by a mail scanner).
    pub opened_at: Option<Timestamp>,
    /// When the candidate pressed Start interview.
    pub started_at: Option<Timestamp>,
    /// The last sign of life.
    pub last_seen_at: Option<Timestamp>,
    /// When it was completed.
    pub completed_at: Option<Timestamp>,
    /// Seconds that the candidate was present.
    pub active_seconds: i64,
    /// The question that the candidate is at, from 1; 0 before the start.
    pub question_number: i32,
    /// Questions of the session's version; before the start those of the interview as it is now.
    pub question_total: i32,
    /// Overall score from 0 to 10, once analysed.
    pub score: Option<f64>,
    /// Where its analysis stands.
    pub analysis_state: AnalysisState,
}

/// Which sessions a list shows. Filters that are not given do not filter.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionFilter {
    /// Only this status.
    pub status: Option<Status>,
    /// Only candidates who came this way.
    pub source: Option<Source>,
    /// Only candidates about whom the newest decision is this.
    pub decision: Option<Decided>,
    /// Part of a name, email, phone number or school.
    pub q: Option<String>,
    /// Added at or after this moment.
    pub added_from: Option<Timestamp>,
    /// Added before this moment.
    pub added_to: Option<Timestamp>,
    /// Overall score at least this.
    pub score_min: Option<f64>,
    /// Earlier attempts too, each as a row of its own.
    pub all_attempts: bool,
}

words! {
    /// What a list of sessions is sorted by.
    SessionSort {
        /// When the candidate was added.
        Added = "added",
        /// The candidate's name.
        Name = "name",
        /// The candidate's email.
        Email = "email",
        /// Where the session stands.
        Status = "status",
        /// The attempt.
        Attempt = "attempt",
        /// How the candidate came.
        Source = "source",
        /// The overall score; none is lowest.
        Score = "score",
        /// The time used.
        Duration = "duration",
        /// When it was started; not started is lowest.
        Started = "started",
        /// When it was completed; not completed is lowest.
        Finished = "finished",
    }
}

/// A sort key with its direction, written `name` or `-name`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionOrder {
    /// What to sort by.
    pub by: SessionSort,
    /// Largest (newest) first.
    pub descending: bool,
}

impl Default for SessionOrder {
    fn default() -> Self {
        Self {
            by: SessionSort::Added,
            descending: true,
        }
    }
}

impl std::str::FromStr for SessionOrder {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let (descending, word) = s.strip_prefix('-').map_or((false, s), |rest| (true, rest));
        Ok(Self {
            by: word.parse()?,
            descending,
        })
    }
}

impl std::fmt::Display for SessionOrder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", if self.descending { "-" } else { "" }, self.by.as_str())
    }
}

/// How many sessions stand where, under the same filter less the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionCounts {
    /// All three together.
    pub all: i64,
    /// Not started.
    pub not_started: i64,
    /// In progress.
    pub in_progress: i64,
    /// Completed.
    pub completed: i64,
}

/// One row of the Sessions tab: a session, its candidate and their texts in the reader's time zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionRow {
    /// The session.
    pub session: Session,
    /// The candidate; always there in a list.
    pub candidate_id: CandidateId,
    /// Their name.
    pub name: String,
    /// Their email.
    pub email: Option<String>,
    /// The interview's title, in lists over several.
    pub interview: Option<String>,
    /// How they came.
    pub source: Source,
    /// The score of the attempt that counts (spec §9.2), with its attempt where that is not this row's.
    pub score: Option<f64>,
    /// The attempt that the score is from, where it is not this row's.
    pub score_attempt: Option<i32>,
    /// The newest decision about the candidate, on the row of their current attempt.
    pub decision: Option<Verdict>,
    /// Attempts that this candidate has.
    pub attempts: i32,
    /// Whether the row is somebody who may be here a second time.
    pub possible_duplicate: bool,
    /// Whether the candidate asks for a retake and nobody has decided yet.
    pub asks_retake: bool,
    /// Whether the invite link has expired.
    pub link_expired: bool,
    /// Until when it works, where it has an end.
    pub link_expires: Option<ShownTime>,
    /// Whether the interview asks for the invited email before such a link opens.
    pub asks_email: bool,
    /// The invite link; `None` for viewers.
    pub invite_url: Option<String>,
    /// When the candidate was added.
    pub added: ShownTime,
    /// When the link was first opened.
    pub opened: Option<ShownTime>,
    /// When the session was started.
    pub started: Option<ShownTime>,
    /// The last sign of life.
    pub seen: Option<ShownTime>,
    /// Whether the candidate is there right now.
    pub active_now: bool,
    /// When the session was completed.
    pub finished: Option<ShownTime>,
}

/// One page of the Sessions tab, with the ways on.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct SessionPage {
    /// The rows.
    pub rows: Vec<SessionRow>,
    /// Leads to the page after; `None` on the last.
    pub next: Option<String>,
    /// Leads to the page before; `None` on the first.
    pub previous: Option<String>,
}

/// A row of a list, as the way to its report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    /// The interview, which is another one only in a list over several.
    pub interview: InterviewId,
    /// The session.
    pub session: SessionId,
}

/// What stands before and after a row of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Neighbours {
    /// The row before; `None` at the beginning.
    pub previous: Option<Beside>,
    /// The row after; `None` at the end.
    pub next: Option<Beside>,
}

/// What happened to a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionEvent {
    /// What, as a code: `started`, `completed`, `link_replaced`, …
    pub kind: String,
    /// Who: `user:…`, `key:…`, `candidate:…` or `system`.
    pub actor: String,
    /// Why, as a code.
    pub code: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// A person's decision, as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Decision {
    /// What was decided.
    pub verdict: Verdict,
    /// In words.
    pub reason: String,
    /// Who decided: `user:…` or `key:…`.
    pub actor: String,
    /// When.
    pub at: Timestamp,
}

/// Longest reason of a decision, in characters.
pub const REASON_MAX: usize = 2_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_only_ways_between_states() {
        use Status::*;
        let end = Transition::Complete(EndReason::Finished);
        assert_eq!(next_status(NotStarted, Transition::Start), Ok(InProgress));
        assert_eq!(next_status(InProgress, end), Ok(Completed));
        assert_eq!(next_status(NotStarted, end), Err(Refused::NotStarted));
        assert_eq!(next_status(InProgress, Transition::Start), Err(Refused::AlreadyStarted));
        assert_eq!(
            next_status(Completed, Transition::Start),
            Err(Refused::AlreadyCompleted)
        );
        assert_eq!(next_status(Completed, end), Err(Refused::AlreadyCompleted));
    }

    #[test]
    fn words_round_trip() {
        for status in Status::ALL {
            assert_eq!(status.as_str().parse::<Status>(), Ok(status));
            assert_eq!(
                serde_json::to_string(&status).unwrap(),
                format!("\"{}\"", status.as_str())
            );
        }
        for verdict in Verdict::ALL {
            let word: Decided = verdict.as_str().parse().unwrap();
            assert_eq!(word.verdict(), Some(verdict));
        }
        assert_eq!("none".parse::<Decided>().unwrap().verdict(), None);
        assert_eq!("-score".parse::<SessionOrder>().unwrap().to_string(), "-score");
        assert!("colour".parse::<SessionOrder>().is_err());
    }
}
