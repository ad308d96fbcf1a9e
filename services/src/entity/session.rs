//! Sessions: one row per attempt (and per preview).

use sea_orm::entity::prelude::*;

/// A row of `session`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The workspace it belongs to.
    pub workspace_id: Uuid,
    /// The interview.
    pub interview_id: Uuid,
    /// The candidate; none for a preview.
    pub candidate_id: Option<Uuid>,
    /// The pinned version; none until started.
    pub version_id: Option<Uuid>,
    /// From 1.
    pub attempt: i32,
    /// Marked as the attempt that counts.
    pub counts: bool,
    /// `Status`.
    pub status: String,
    /// `Awaiting`, while in progress.
    pub awaiting: Option<String>,
    /// `EndReason`, once completed.
    pub end_reason: Option<String>,
    /// The current question, from 0.
    pub question_index: i32,
    /// What exactly is asked.
    pub prompt_id: Option<Uuid>,
    /// Follow-ups spent on the current question.
    pub follow_ups: i32,
    /// Turns stored so far.
    pub turns: i32,
    /// The newest lease.
    pub holder: i64,
    /// `Presence`.
    pub presence: String,
    /// Of the consent text.
    pub consent_version: Option<String>,
    /// It was shown in.
    pub consent_language: Option<String>,
    /// When it was given.
    pub consent_at: Option<i64>,
    /// Why this attempt was granted (`RetakeReason`), after the first.
    pub retake_reason: Option<String>,
    /// What the member wrote to it.
    pub retake_note: Option<String>,
    /// Link first opened.
    pub opened_at: Option<i64>,
    /// Started.
    pub started_at: Option<i64>,
    /// Last sign of life.
    pub last_seen_at: Option<i64>,
    /// Days without a sign of life after which it closes, as its interview had it at the start.
    pub inactivity_days: Option<i32>,
    /// When time is up if the candidate stays; none while away or without limit.
    pub deadline: Option<i64>,
    /// Completed.
    pub completed_at: Option<i64>,
    /// Time that counted up to the last sign of life.
    pub active_ms: i64,
    /// Time away since the last turn; the next one tells it.
    pub pending_pause_ms: i64,
    /// `AnalysisState`.
    pub analysis_state: String,
    /// Overall score of this attempt.
    pub score: Option<f64>,
    /// On the current row: the attempt that the shown score is from.
    pub score_attempt: Option<i32>,
    /// The candidate's highest attempt.
    pub is_current: bool,
    /// Shown in lists: not a preview, candidate not deleted.
    pub listed: bool,
    /// The candidate's.
    pub source: String,
    /// The candidate's folded name.
    pub name_key: String,
    /// The candidate's; empty if none.
    pub email_norm: String,
    /// When the candidate was added.
    pub added_key: i64,
    /// Ten times the shown score; -1 if none.
    pub score_key: i32,
    /// `active_ms`, as the list sorts it.
    pub duration_key: i64,
    /// `started_at`; 0 if not.
    pub started_key: i64,
    /// `completed_at`; 0 if not.
    pub finished_key: i64,
    /// On the current row: the newest decision about the candidate (`Verdict`), whichever attempt it is about. What was
    /// decided stands in the rows of `decision`; who writes one, or changes which attempt is current, writes this with it.
    pub verdict: Option<String>,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// When it was last changed, UTC milliseconds.
    pub updated_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
