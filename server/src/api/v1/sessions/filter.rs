//! The filters and the order of lists of sessions, and a row of them.

use crate::api::extract::Query;
use parley_domain::{
    candidate::Source,
    session::{Decided, Session, SessionFilter, SessionOrder, SessionRow, Status, Verdict},
    time::Timestamp,
};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

/// The filters, for the document; read by [`filter`] and [`order`].
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only described: the query is read field by field")]
pub(super) struct SessionQuery {
    /// Only this status
    status: Option<Status>,
    /// Only candidates who came this way
    source: Option<Source>,
    /// Only candidates about whom the newest decision is this; `none` for those about whom nothing is decided yet
    #[param(inline)]
    decision: Option<Decided>,
    /// Part of a name, email, phone number or school
    q: Option<String>,
    /// Added at or after this moment
    #[param(value_type = Option<String>, format = DateTime)]
    added_from: Option<Timestamp>,
    /// Added before this moment
    #[param(value_type = Option<String>, format = DateTime)]
    added_to: Option<Timestamp>,
    /// The score that counts is at least this
    #[param(minimum = 0, maximum = 10)]
    score_min: Option<f64>,
    /// `added`, `name`, `email`, `status`, `attempt`, `source`, `score`, `duration`, `started`, `finished`; with `-` before
    /// it, largest first. `-added` where left out
    sort: Option<String>,
    /// `current` (one row a candidate) where left out, or `all`
    #[param(inline)]
    attempts: Option<Attempts>,
}

/// Which attempts a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Attempts {
    /// One row a candidate.
    Current,
    /// A row for every attempt.
    All,
}

impl std::str::FromStr for Attempts {
    type Err = &'static str;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        match s {
            "current" => Ok(Self::Current),
            "all" => Ok(Self::All),
            _ => Err("attempts is current or all"),
        }
    }
}

fn moment(query: &mut Query, name: &'static str) -> Option<Timestamp> {
    let text = query.text(name)?;
    match Timestamp::parse(&text) {
        Ok(moment) => Some(moment),
        Err(message) => {
            query.wrong(name, format!("{message}."));
            None
        }
    }
}

/// Reads the filters.
pub(super) fn filter(query: &mut Query) -> SessionFilter {
    let score_min: Option<f64> = query.value("score_min");
    if score_min.is_some_and(|score| !(0.0..=10.0).contains(&score)) {
        query.wrong("score_min", "A score is a number from 0 to 10.");
    }
    SessionFilter {
        status: query.value("status"),
        source: query.value("source"),
        decision: query.value("decision"),
        q: query.text("q"),
        added_from: moment(query, "added_from"),
        added_to: moment(query, "added_to"),
        score_min,
        all_attempts: query.value("attempts") == Some(Attempts::All),
    }
}

/// Reads the order.
pub(super) fn order(query: &mut Query) -> SessionOrder {
    query.value("sort").unwrap_or_default()
}

/// A session in a list: with what is shown of its candidate.
#[derive(Serialize, ToSchema)]
pub(super) struct SessionItem {
    /// The session.
    #[serde(flatten)]
    session: Session,
    /// The candidate's name.
    name: String,
    /// The candidate's email.
    email: Option<String>,
    /// How they came.
    source: Source,
    /// The score of the attempt that counts, which filters and sorting use.
    counting_score: Option<f64>,
    /// The attempt that it is from, where it is not this one.
    counting_attempt: Option<i32>,
    /// The newest decision about the candidate, with their current attempt.
    decision: Option<Verdict>,
    /// Attempts that the candidate has.
    attempts: i32,
    /// Whether this may be somebody who is here already.
    possible_duplicate: bool,
    /// Whether the candidate asks for a retake and nobody has decided yet.
    asks_retake: bool,
    /// Whether the invite link has expired.
    link_expired: bool,
    /// The invite link; `null` for viewers.
    invite_url: Option<String>,
    /// When the candidate was added.
    added_at: Timestamp,
}

impl From<SessionRow> for SessionItem {
    fn from(row: SessionRow) -> Self {
        Self {
            session: row.session,
            name: row.name,
            email: row.email,
            source: row.source,
            counting_score: row.score,
            counting_attempt: row.score_attempt,
            decision: row.decision,
            attempts: row.attempts,
            possible_duplicate: row.possible_duplicate,
            asks_retake: row.asks_retake,
            link_expired: row.link_expired,
            invite_url: row.invite_url,
            added_at: row.added.at,
        }
    }
}
