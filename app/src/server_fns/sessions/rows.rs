//! The rows of the Sessions tab: what its address says, pages, counts, columns.

use super::May;
#[cfg(feature = "ssr")]
use super::ssr::may;
use crate::error::AppError;
use leptos::prelude::*;
use parley_domain::{
    id::{CandidateId, InterviewId},
    session::{SessionCounts, SessionPage, SessionRow, SessionSort, Status},
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
    /// A decision, or `none`; blank for all.
    pub decision: String,
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
    pub fn pairs(&self) -> [(&'static str, &str); 9] {
        [
            ("status", &self.status),
            ("source", &self.source),
            ("decision", &self.decision),
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
        self.pairs().iter().take(7).any(|(_, value)| !value.is_empty())
    }
}

/// A column that can be hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// Dot, word and finer text.
    Status,
    /// Overall score.
    Score,
    /// What was decided.
    Decision,
    /// Which attempt.
    Attempt,
    /// How they came.
    Source,
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
    /// All, in the order in which the table shows them; the link stays beside what else can be done with a row.
    pub const ALL: [Self; 10] = [
        Self::Status,
        Self::Score,
        Self::Decision,
        Self::Attempt,
        Self::Source,
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
            Self::Decision => "decision",
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
            Self::Decision | Self::Link => None,
        }
    }
}

/// The cookie that remembers which columns are hidden.
pub const COLUMNS_COOKIE: &str = "parley_hidden_columns";

/// How many requests for a retake there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Requests {
    /// Nobody has decided yet.
    pub waiting: u64,
    /// With those that were decided.
    pub all: u64,
}

/// Somebody whom something is done to, as the screen knew them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Who.
    pub candidate: CandidateId,
    /// Their name.
    pub name: String,
    /// Where their current attempt stands.
    pub status: Status,
}

impl From<&SessionRow> for Subject {
    fn from(row: &SessionRow) -> Self {
        Self {
            candidate: row.candidate_id,
            name: row.name.clone(),
            status: row.session.status,
        }
    }
}

#[cfg(feature = "ssr")]
impl From<parley_services::sessions::Selected> for Subject {
    fn from(one: parley_services::sessions::Selected) -> Self {
        Self {
            candidate: one.candidate,
            name: one.name,
            status: one.status,
        }
    }
}

/// One page of the tab.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListData {
    /// The rows and the ways on.
    pub page: SessionPage,
    /// What the person may do.
    pub may: May,
    /// Columns that they have hidden.
    pub hidden: Vec<Column>,
    /// Who asks for a retake on this interview, for those who decide.
    pub requests: Requests,
}

#[cfg(feature = "ssr")]
mod reading {
    use super::{COLUMNS_COOKIE, Column, ListQuery};
    use crate::error::AppError;
    use parley_domain::{
        account::Actor,
        session::{SessionFilter, SessionOrder},
    };
    use parley_services::{
        Services,
        accounts::{Zone, zone_of},
    };

    /// Reads the address as this person means it: their zone is looked up where it names days.
    pub(in crate::server_fns::sessions) async fn of(
        s: &Services,
        actor: &Actor,
        query: &ListQuery,
    ) -> Result<(SessionFilter, SessionOrder), AppError> {
        let zone = if query.from.is_empty() && query.to.is_empty() {
            Zone::utc()
        } else {
            zone_of(s, actor).await?
        };
        Ok(filter(query, &zone))
    }

    /// Reads the address. A value that is none of ours does not filter: addresses are typed and shared.
    pub(super) fn filter(query: &ListQuery, zone: &Zone) -> (SessionFilter, SessionOrder) {
        let filter = SessionFilter {
            status: query.status.parse().ok(),
            source: query.source.parse().ok(),
            decision: query.decision.parse().ok(),
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
}

/// For the report, whose address says which list it was opened from.
#[cfg(feature = "ssr")]
pub(super) use reading::of as read_address;

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
    reading::filter(query, zone)
}

/// One page of sessions: of an interview, or of all.
#[server(endpoint = "sessions/list", input = Json)]
pub async fn list_sessions(
    slug: String,
    interview: Option<InterviewId>,
    query: ListQuery,
) -> Result<ListData, AppError> {
    use parley_domain::paging::PageRequest;
    use parley_services::sessions;
    // Before the first wait: a page that its reader left takes the request along.
    let hidden = reading::hidden();
    let (s, actor) = crate::server_fns::who(&slug).await?;
    let (filter, order) = reading::of(&s, &actor, &query).await?;
    // Over all interviews there is one order, whatever an address says: only that one comes out of an index.
    let order = if interview.is_some() { order } else { Default::default() };
    let cursor = (!query.cursor.is_empty()).then_some(query.cursor);
    let mut request = PageRequest { limit: None, cursor };
    let mut page = sessions::list(&s, &actor, interview, &filter, order, &request).await?;
    if page.rows.is_empty() && request.cursor.take().is_some() {
        // Whoever stood on this page is gone: the list from its beginning, and not as if there were nobody.
        page = sessions::list(&s, &actor, interview, &filter, order, &request).await?;
    }
    let (waiting, all) = match interview {
        Some(id) => sessions::waiting(&s, &actor, id).await?,
        None => (0, 0),
    };
    Ok(ListData {
        page,
        requests: Requests { waiting, all },
        may: may(&actor),
        hidden,
    })
}

/// Everyone whom the filters of a list name, in its order, for selecting more than the page that is shown;
/// [`parley_domain::paging::SELECT_MAX`] at most.
#[server(endpoint = "sessions/select", input = Json)]
pub async fn select_all(
    slug: String,
    interview: Option<InterviewId>,
    query: ListQuery,
) -> Result<Vec<Subject>, AppError> {
    use parley_services::sessions;
    let (s, actor) = crate::server_fns::who(&slug).await?;
    let (filter, order) = reading::of(&s, &actor, &query).await?;
    let order = if interview.is_some() { order } else { Default::default() };
    let most = parley_domain::paging::SELECT_MAX;
    let selected = sessions::select(&s, &actor, interview, &filter, order, most).await?;
    Ok(selected.into_iter().map(Subject::from).collect())
}

/// Those of these candidates whom the filters of a list still name, in no order: a selection comes back with its list.
#[server(endpoint = "sessions/still-selected", input = Json)]
pub async fn still_selected(
    slug: String,
    interview: Option<InterviewId>,
    query: ListQuery,
    ids: Vec<CandidateId>,
) -> Result<Vec<Subject>, AppError> {
    let (s, actor) = crate::server_fns::who(&slug).await?;
    let (filter, _) = reading::of(&s, &actor, &query).await?;
    let found = parley_services::sessions::still(&s, &actor, interview, &filter, &ids).await?;
    Ok(found.into_iter().map(Subject::from).collect())
}

/// How many sessions stand where.
#[server(endpoint = "sessions/counts", input = Json)]
pub async fn count_sessions(
    slug: String,
    interview: Option<InterviewId>,
    query: ListQuery,
) -> Result<SessionCounts, AppError> {
    use parley_services::sessions;
    let (s, actor) = crate::server_fns::who(&slug).await?;
    let (filter, _) = reading::of(&s, &actor, &query).await?;
    Ok(sessions::counts(&s, &actor, interview, &filter).await?)
}

/// Remembers which columns are hidden. A plain form sends the shown ones and is led back to `back`.
#[server(endpoint = "sessions/columns")]
pub async fn show_columns(slug: String, back: String, #[server(default)] shown: Vec<String>) -> Result<(), AppError> {
    let (s, _) = crate::server_fns::who(&slug).await?;
    let hidden: Vec<_> = Column::ALL
        .into_iter()
        .map(Column::as_str)
        .filter(|c| !shown.iter().any(|s| s == c))
        .collect();
    let secure = if crate::server_fns::https(&s) { "; Secure" } else { "" };
    let value = format!(
        "{COLUMNS_COOKIE}={}; Path=/; Max-Age=31536000; SameSite=Lax{secure}",
        hidden.join(".")
    );
    crate::server_fns::set_cookie(http::HeaderValue::from_str(&value).ok());
    crate::server_fns::end_form_at(Ok(()), &back)
}
