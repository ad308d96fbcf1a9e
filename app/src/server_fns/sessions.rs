//! Server functions of the Sessions tab and the report. Types here are what those screens show; rules are the services'.

use crate::error::AppError;
use leptos::prelude::*;
use parley_domain::{
    analysis::Analysis,
    candidate::{Candidate, CandidateInput},
    conversation::{Speaker, TurnKind},
    id::{CandidateId, InterviewId, QuestionId, SessionId},
    session::{RetakeReason, Session, SessionCounts, SessionPage, SessionSort, Verdict},
    time::ShownTime,
};
use serde::{Deserialize, Serialize};
use server_fn::codec::Json;

/// What the address of the Sessions tab says: filters, order, place. Everything is text, as it stands there.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    /// A status; blank for all.
    pub status: String,
    /// A source; blank for all.
    pub source: String,
    /// Part of a name, email, phone number or school.
    pub q: String,
    /// First day, `2026-11-24`, in the person's zone.
    pub from: String,
    /// Last day, the same way.
    pub to: String,
    /// Least score.
    pub score: String,
    /// `name`, `-score`, …; blank for the newest first.
    pub sort: String,
    /// Which page; blank for the first.
    pub cursor: String,
}

impl ListQuery {
    /// The fields with their names in the address.
    #[must_use]
    pub fn pairs(&self) -> [(&'static str, &str); 8] {
        [
            ("status", &self.status),
            ("source", &self.source),
            ("q", &self.q),
            ("from", &self.from),
            ("to", &self.to),
            ("score", &self.score),
            ("sort", &self.sort),
            ("cursor", &self.cursor),
        ]
    }

    /// Whether anything but order and place is said.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        self.pairs().iter().take(6).any(|(_, value)| !value.is_empty())
    }
}

/// What a person may do on these screens, for leaving out what they may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct May {
    /// See and copy invite links.
    pub see_links: bool,
    /// Add, edit and delete candidates.
    pub edit: bool,
    /// Grant retakes.
    pub retake: bool,
    /// End sessions and run analyses again.
    pub end: bool,
    /// Decide.
    pub decide: bool,
}

/// A column that can be hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// Dot, word and finer text.
    Status,
    /// Which attempt.
    Attempt,
    /// How they came.
    Source,
    /// Overall score.
    Score,
    /// Time used.
    Duration,
    /// When started.
    Started,
    /// When finished.
    Finished,
    /// When added.
    Added,
    /// Copy link.
    Link,
}

impl Column {
    /// All, in the order in which the table shows them.
    pub const ALL: [Self; 9] = [
        Self::Status,
        Self::Attempt,
        Self::Source,
        Self::Score,
        Self::Duration,
        Self::Started,
        Self::Finished,
        Self::Added,
        Self::Link,
    ];

    /// The word in the cookie.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Attempt => "attempt",
            Self::Source => "source",
            Self::Score => "score",
            Self::Duration => "duration",
            Self::Started => "started",
            Self::Finished => "finished",
            Self::Added => "added",
            Self::Link => "link",
        }
    }

    /// What it is sorted by.
    #[must_use]
    pub const fn sort(self) -> Option<SessionSort> {
        match self {
            Self::Status => Some(SessionSort::Status),
            Self::Attempt => Some(SessionSort::Attempt),
            Self::Source => Some(SessionSort::Source),
            Self::Score => Some(SessionSort::Score),
            Self::Duration => Some(SessionSort::Duration),
            Self::Started => Some(SessionSort::Started),
            Self::Finished => Some(SessionSort::Finished),
            Self::Added => Some(SessionSort::Added),
            Self::Link => None,
        }
    }
}

/// The cookie that remembers which columns are hidden.
pub const COLUMNS_COOKIE: &str = "parley_hidden_columns";

/// One page of the tab.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListData {
    /// The rows and the ways on.
    pub page: SessionPage,
    /// What the person may do.
    pub may: May,
    /// Columns that they have hidden.
    pub hidden: Vec<Column>,
}

/// A deleted candidate who can be brought back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedRow {
    /// Who.
    pub id: CandidateId,
    /// Their name.
    pub name: String,
    /// Their email.
    pub email: Option<String>,
    /// When they were deleted.
    pub deleted: ShownTime,
    /// When they go for good.
    pub purged: ShownTime,
}

/// Recently deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedData {
    /// Last deleted first.
    pub rows: Vec<DeletedRow>,
    /// Whether the person may purge at once.
    pub may_erase: bool,
}

/// A line of the transcript in a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportTurn {
    /// From 1.
    pub number: i32,
    /// Who said it.
    pub speaker: Speaker,
    /// What it is.
    pub kind: TurnKind,
    /// The question it belongs to.
    pub question: Option<QuestionId>,
    /// What was said.
    pub text: String,
    /// When.
    pub at: ShownTime,
    /// Said by the scripted interviewer.
    pub scripted: bool,
    /// Whole minutes of pause before it.
    pub pause_minutes: i64,
}

/// Something that happened to a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportEvent {
    /// What, as a code.
    pub kind: String,
    /// Who, by name.
    pub who: String,
    /// Why, as a code.
    pub code: Option<String>,
    /// When.
    pub at: ShownTime,
}

/// A decision with its maker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportDecision {
    /// What was decided.
    pub verdict: Verdict,
    /// In words.
    pub reason: String,
    /// Who decided, by name.
    pub who: String,
    /// When.
    pub at: ShownTime,
}

/// The report page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportData {
    /// Who.
    pub candidate: Candidate,
    /// The interview's title.
    pub title: String,
    /// This attempt.
    pub session: Session,
    /// All attempts, newest first.
    pub attempts: Vec<Session>,
    /// Its analysis.
    pub analysis: Analysis,
    /// Its runs, and what stands beside it.
    pub analyses: super::analysis::AnalysesSeen,
    /// The conversation.
    pub turns: Vec<ReportTurn>,
    /// What happened.
    pub events: Vec<ReportEvent>,
    /// The decision.
    pub decision: Option<ReportDecision>,
    /// When it was started.
    pub started: Option<ShownTime>,
    /// When it was completed.
    pub finished: Option<ShownTime>,
    /// What the person may do.
    pub may: May,
}

#[cfg(feature = "ssr")]
mod ssr {
    use super::{COLUMNS_COOKIE, Column, ListQuery, May};
    use crate::error::AppError;
    use parley_domain::{
        account::{Action, Actor, Resource, can},
        session::{SessionFilter, SessionOrder},
    };
    use parley_services::accounts::Zone;

    pub(super) fn may(actor: &Actor) -> May {
        let may = |action| actor.workspace().is_some_and(|w| can(actor, action, &Resource::of(w)));
        May {
            see_links: may(Action::SeeLinks),
            edit: may(Action::EditCandidates),
            retake: may(Action::GrantRetakes),
            end: may(Action::EndSessions),
            decide: may(Action::Decide),
        }
    }

    /// Reads the address. A value that is none of ours does not filter: addresses are typed and shared.
    pub(super) fn filter(query: &ListQuery, zone: &Zone) -> (SessionFilter, SessionOrder) {
        let filter = SessionFilter {
            status: query.status.parse().ok(),
            source: query.source.parse().ok(),
            q: (!query.q.trim().is_empty()).then(|| query.q.clone()),
            added_from: zone.day_start(&query.from),
            added_to: zone.day_end(&query.to),
            score_min: query.score.parse().ok().filter(|s| (0.0..=10.0).contains(s)),
            all_attempts: false,
        };
        (filter, query.sort.parse().unwrap_or_default())
    }

    pub(super) fn hidden() -> Vec<Column> {
        let headers = crate::server_fns::headers();
        let cookies = headers
            .get_all(http::header::COOKIE)
            .iter()
            .filter_map(|v| v.to_str().ok());
        let value = cookies
            .flat_map(|line| line.split(';'))
            .find_map(|pair| pair.trim().strip_prefix(COLUMNS_COOKIE)?.strip_prefix('='))
            .unwrap_or_default();
        let words: Vec<_> = value.split('.').collect();
        Column::ALL
            .into_iter()
            .filter(|c| words.contains(&c.as_str()))
            .collect()
    }

    pub(super) fn ids<T: std::str::FromStr>(text: &[String]) -> Result<Vec<T>, AppError> {
        text.iter()
            .map(|id| id.parse().map_err(|_| AppError::NotFound.answered()))
            .collect()
    }
}

/// The filter and order that an address says, for the download door.
#[cfg(feature = "ssr")]
#[must_use]
pub fn read_query(
    query: &ListQuery,
    zone: &parley_services::accounts::Zone,
) -> (
    parley_domain::session::SessionFilter,
    parley_domain::session::SessionOrder,
) {
    ssr::filter(query, zone)
}

/// One page of sessions: of an interview, or of all.
#[server(endpoint = "sessions/list", input = Json)]
pub async fn list_sessions(
    slug: String,
    interview: Option<InterviewId>,
    query: ListQuery,
) -> Result<ListData, AppError> {
    use parley_domain::paging::PageRequest;
    use parley_services::{accounts::zone_of, sessions};
    let (s, actor) = super::who(&slug).await?;
    let (filter, order) = ssr::filter(&query, &zone_of(&s, &actor).await?);
    // Over all interviews there is one order, whatever an address says: only that one comes out of an index.
    let order = if interview.is_some() { order } else { Default::default() };
    let cursor = (!query.cursor.is_empty()).then_some(query.cursor);
    let page = sessions::list(
        &s,
        &actor,
        interview,
        &filter,
        order,
        &PageRequest { limit: None, cursor },
    )
    .await?;
    Ok(ListData {
        page,
        may: ssr::may(&actor),
        hidden: ssr::hidden(),
    })
}

/// How many sessions stand where.
#[server(endpoint = "sessions/counts", input = Json)]
pub async fn count_sessions(
    slug: String,
    interview: Option<InterviewId>,
    query: ListQuery,
) -> Result<SessionCounts, AppError> {
    use parley_services::{accounts::zone_of, sessions};
    let (s, actor) = super::who(&slug).await?;
    let (filter, _) = ssr::filter(&query, &zone_of(&s, &actor).await?);
    Ok(sessions::counts(&s, &actor, interview, &filter).await?)
}

/// Remembers which columns are hidden. A plain form sends the shown ones and is led back to `back`.
#[server(endpoint = "sessions/columns")]
pub async fn show_columns(slug: String, back: String, #[server(default)] shown: Vec<String>) -> Result<(), AppError> {
    let (s, _) = super::who(&slug).await?;
    let hidden: Vec<_> = Column::ALL
        .into_iter()
        .map(Column::as_str)
        .filter(|c| !shown.iter().any(|s| s == c))
        .collect();
    let secure = if super::https(&s) { "; Secure" } else { "" };
    let value = format!(
        "{COLUMNS_COOKIE}={}; Path=/; Max-Age=31536000; SameSite=Lax{secure}",
        hidden.join(".")
    );
    super::set_cookie(http::HeaderValue::from_str(&value).ok());
    let back = if back.starts_with("/w/") { back } else { "/".to_owned() };
    if super::accepts_html() {
        super::go(&back);
    }
    Ok(())
}

/// Adds one candidate.
#[server(endpoint = "candidates/create", input = Json)]
pub async fn create_candidate(
    slug: String,
    interview: InterviewId,
    input: CandidateInput,
    add_anyway: bool,
) -> Result<Candidate, AppError> {
    use parley_domain::candidate::Source;
    use parley_services::candidates::{self, OnDuplicate};
    let (s, actor) = super::who(&slug).await?;
    let twice = if add_anyway {
        OnDuplicate::Add
    } else {
        OnDuplicate::Refuse
    };
    Ok(candidates::create(&s, &actor, interview, input, Source::Invited, twice).await?)
}

/// One candidate, for the form that edits them.
#[server(endpoint = "candidates/get", input = Json)]
pub async fn get_candidate(slug: String, id: CandidateId) -> Result<Candidate, AppError> {
    let (s, actor) = super::who(&slug).await?;
    Ok(parley_services::candidates::get(&s, &actor, id).await?)
}

/// Changes a candidate's fields.
#[server(endpoint = "candidates/edit", input = Json)]
pub async fn edit_candidate(slug: String, id: CandidateId, input: CandidateInput) -> Result<Candidate, AppError> {
    let (s, actor) = super::who(&slug).await?;
    let change = serde_json::to_value(input).map_err(|_| AppError::Unreadable)?;
    Ok(parley_services::candidates::patch(&s, &actor, id, &change).await?)
}

/// Deletes candidates; how many there were.
#[server(endpoint = "candidates/delete", input = Json)]
pub async fn delete_candidates(slug: String, ids: Vec<CandidateId>) -> Result<u64, AppError> {
    let (s, actor) = super::who(&slug).await?;
    Ok(parley_services::candidates::delete(&s, &actor, &ids).await?)
}

/// Brings deleted candidates back; how many there were. Also from a plain form.
#[server(endpoint = "candidates/restore")]
pub async fn restore_candidates(
    slug: String,
    back: String,
    #[server(default)] ids: Vec<String>,
) -> Result<u64, AppError> {
    let back = if back.starts_with("/w/") { back } else { "/".to_owned() };
    let result = async {
        let (s, actor) = super::who(&slug).await?;
        let ids = ssr::ids::<CandidateId>(&ids)?;
        Ok(parley_services::candidates::restore(&s, &actor, &ids).await?)
    }
    .await;
    if super::accepts_html() {
        super::end_form(result, &back, &back)
    } else {
        result
    }
}

/// Purges deleted candidates at once.
#[server(endpoint = "candidates/erase", input = Json)]
pub async fn erase_candidates(slug: String, ids: Vec<CandidateId>) -> Result<u64, AppError> {
    let (s, actor) = super::who(&slug).await?;
    Ok(parley_services::candidates::erase(&s, &actor, &ids).await?)
}

/// Recently deleted.
#[server(endpoint = "candidates/deleted", input = Json)]
pub async fn deleted_candidates(slug: String, interview: InterviewId) -> Result<DeletedData, AppError> {
    use parley_domain::account::{Action, Resource, can};
    use parley_services::{accounts::zone_of, candidates};
    let (s, actor) = super::who(&slug).await?;
    let zone = zone_of(&s, &actor).await?;
    let now = s.now();
    let rows = candidates::deleted(&s, &actor, interview).await?;
    Ok(DeletedData {
        rows: rows
            .into_iter()
            .map(|r| DeletedRow {
                id: r.id,
                name: r.name,
                email: r.email,
                deleted: zone.shown(r.deleted_at, now),
                purged: zone.shown(r.purged_at, now),
            })
            .collect(),
        may_erase: actor
            .workspace()
            .is_some_and(|w| can(&actor, Action::Erase, &Resource::of(w))),
    })
}

/// Replaces an invite link: the old one stops at once.
#[server(endpoint = "candidates/link", input = Json)]
pub async fn replace_link(slug: String, id: CandidateId) -> Result<Candidate, AppError> {
    let (s, actor) = super::who(&slug).await?;
    Ok(parley_services::candidates::replace_link(&s, &actor, id).await?)
}

/// Grants a retake.
#[server(endpoint = "sessions/retake", input = Json)]
pub async fn grant_retake(
    slug: String,
    candidate: CandidateId,
    reason: RetakeReason,
    note: String,
) -> Result<Session, AppError> {
    use parley_services::sessions::{self, RetakeInput};
    let (s, actor) = super::who(&slug).await?;
    Ok(sessions::retake(&s, &actor, candidate, RetakeInput { reason, note }).await?)
}

/// Ends a session in progress.
#[server(endpoint = "sessions/end", input = Json)]
pub async fn end_session(slug: String, id: SessionId) -> Result<Session, AppError> {
    let (s, actor) = super::who(&slug).await?;
    Ok(parley_services::sessions::end(&s, &actor, id).await?)
}

/// Records a decision. Also from a plain form.
#[server(endpoint = "sessions/decide")]
pub async fn decide(
    slug: String,
    id: SessionId,
    verdict: String,
    reason: String,
    back: String,
) -> Result<(), AppError> {
    let back = if back.starts_with("/w/") { back } else { "/".to_owned() };
    let result = async {
        let (s, actor) = super::who(&slug).await?;
        let verdict: Verdict = verdict
            .parse()
            .map_err(|_| AppError::invalid("verdict", "Choose a decision."))?;
        parley_services::sessions::decide(&s, &actor, id, verdict, &reason).await?;
        Ok(())
    }
    .await;
    if super::accepts_html() {
        super::end_form(result, &back, &back)
    } else {
        result
    }
}

/// The report of one session.
#[server(endpoint = "sessions/report", input = Json)]
pub async fn report(slug: String, id: SessionId) -> Result<ReportData, AppError> {
    use parley_domain::time::{MINUTE, Timestamp};
    use parley_services::{accounts::zone_of, analysis, candidates, sessions};
    let (s, actor) = super::who(&slug).await?;
    let zone = zone_of(&s, &actor).await?;
    let now = s.now();
    let shown = |at: Timestamp| zone.shown(at, now);
    let report = sessions::report(&s, &actor, id).await?;
    let events = sessions::events(&s, &actor, id).await?;
    let decision = sessions::decision(&s, &actor, id).await?;
    let codes: Vec<_> = events
        .iter()
        .map(|e| e.actor.as_str())
        .chain(decision.iter().map(|d| d.actor.as_str()))
        .collect();
    let names = sessions::actor_names(&s, &actor, &codes).await?;
    let who = |code: &str| names.get(code).cloned().unwrap_or_default();
    let candidate = candidates::get(&s, &actor, report.candidate).await?;
    let runs = analysis::history(&s, &actor, id).await?;
    Ok(ReportData {
        title: report.title,
        candidate,
        analysis: analysis::present(&runs),
        analyses: super::analysis::seen(&s, &runs, shown).await,
        turns: report
            .turns
            .into_iter()
            .map(|t| ReportTurn {
                number: t.number,
                speaker: t.speaker,
                kind: t.kind,
                question: t.question,
                text: t.text,
                at: shown(t.at),
                scripted: t.scripted,
                pause_minutes: t.pause_ms / MINUTE,
            })
            .collect(),
        events: events
            .into_iter()
            .map(|e| ReportEvent {
                who: who(&e.actor),
                kind: e.kind,
                code: e.code,
                at: shown(e.at),
            })
            .collect(),
        decision: decision.map(|d| ReportDecision {
            who: who(&d.actor),
            verdict: d.verdict,
            reason: d.reason,
            at: shown(d.at),
        }),
        started: report.session.started_at.map(shown),
        finished: report.session.completed_at.map(shown),
        session: report.session,
        attempts: report.attempts,
        may: ssr::may(&actor),
    })
}

/// A candidate's link, for copying.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopiedLink {
    /// Whose.
    pub name: String,
    /// The link.
    pub url: String,
}

/// The invite links of these candidates.
#[server(endpoint = "candidates/links", input = Json)]
pub async fn copy_links(slug: String, ids: Vec<CandidateId>) -> Result<Vec<CopiedLink>, AppError> {
    let (s, actor) = super::who(&slug).await?;
    let links = parley_services::candidates::links(&s, &actor, &ids).await?;
    Ok(links
        .into_iter()
        .map(|l| CopiedLink {
            name: l.name,
            url: l.url,
        })
        .collect())
}
