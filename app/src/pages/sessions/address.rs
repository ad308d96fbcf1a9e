//! Addresses of these screens: everything that a list shows stands in its address.

use crate::server_fns::sessions::ListQuery;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use parley_domain::{
    id::{CandidateId, InterviewId, SessionId},
    session::SessionOrder,
};

/// Whose list it is: a workspace's, or one interview's.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(super) struct Place {
    /// The workspace's place in addresses.
    pub slug: String,
    /// The interview; none for all of them.
    pub interview: Option<InterviewId>,
}

impl Place {
    /// The list's address without anything said.
    pub fn base(&self) -> String {
        match self.interview {
            Some(id) => sessions_href(&self.slug, id),
            None => format!("/w/{}/sessions", self.slug),
        }
    }

    /// The list with these filters, order and page.
    pub fn list(&self, query: &ListQuery) -> String {
        with_query(&self.base(), query)
    }

    /// A download of the list's rows.
    pub fn export(&self, query: &ListQuery, format: &str) -> Option<String> {
        let id = self.interview?;
        let query = ListQuery {
            cursor: String::new(),
            ..query.clone()
        };
        Some(with_query(
            &format!("/download/w/{}/interviews/{id}/export.{format}", self.slug),
            &query,
        ))
    }
}

/// What a report's address carries of the list that it is opened from: filters, order and page, and whether it is the list over
/// all interviews. Nothing for an interview's list as it is without a word.
pub(super) fn trail(place: &Place, query: &ListQuery) -> String {
    let said = with_query("", query);
    match (place.interview, said.is_empty()) {
        (Some(_), _) => said,
        (None, true) => "?list=all".to_owned(),
        (None, false) => format!("{said}&list=all"),
    }
}

/// The list that a report was opened from, by the report's address.
pub(super) fn use_list() -> Memo<Place> {
    let (here, query) = (use_place(), use_query_map());
    Memo::new(move |_| {
        let all = query.with(|q| q.get_str("list") == Some("all"));
        let here = here.get();
        Place {
            interview: here.interview.filter(|_| !all),
            ..here
        }
    })
}

fn with_query(path: &str, query: &ListQuery) -> String {
    let said: Vec<_> = query
        .pairs()
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect();
    if said.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", said.join("&"))
    }
}

/// Percent-encodes a value for an address.
pub(super) fn encode(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The Sessions tab of an interview.
#[must_use]
pub fn sessions_href(slug: &str, interview: InterviewId) -> String {
    format!("/w/{slug}/interviews/{interview}/sessions")
}

/// The report of a session.
#[must_use]
pub fn report_href(slug: &str, interview: InterviewId, session: SessionId) -> String {
    format!("/w/{slug}/interviews/{interview}/sessions/{session}")
}

/// Attempts of a candidate side by side.
#[must_use]
pub fn compare_href(slug: &str, interview: InterviewId, candidate: CandidateId) -> String {
    format!("/w/{slug}/interviews/{interview}/candidates/{candidate}/compare")
}

/// Who asks for a retake.
#[must_use]
pub fn queue_href(slug: &str, interview: InterviewId) -> String {
    format!("/w/{slug}/interviews/{interview}/retakes")
}

/// Recently deleted.
#[must_use]
pub fn deleted_href(slug: &str, interview: InterviewId) -> String {
    format!("/w/{slug}/interviews/{interview}/deleted")
}

/// The place that the address names.
pub(super) fn use_place() -> Memo<Place> {
    let params = use_params_map();
    Memo::new(move |_| {
        params.with(|p| Place {
            slug: p.get("slug").unwrap_or_default(),
            interview: p.get("id").and_then(|id| id.parse().ok()),
        })
    })
}

/// What the address says of filters, order and page.
pub(super) fn use_list_query() -> Memo<ListQuery> {
    let query = use_query_map();
    Memo::new(move |_| {
        query.with(|q| {
            let get = |name: &str| q.get(name).unwrap_or_default();
            ListQuery {
                status: get("status"),
                source: get("source"),
                decision: get("decision"),
                q: get("q"),
                from: get("from"),
                to: get("to"),
                score: get("score"),
                sort: get("sort"),
                cursor: get("cursor"),
            }
        })
    })
}

/// The order that a query says; the default where it says none.
pub(super) fn order(query: &ListQuery) -> SessionOrder {
    query.sort.parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_say_only_what_is_said() {
        let place = Place {
            slug: "acme".into(),
            interview: None,
        };
        assert_eq!(place.list(&ListQuery::default()), "/w/acme/sessions");
        let query = ListQuery {
            q: "Ana & 王".into(),
            sort: "-score".into(),
            ..Default::default()
        };
        assert_eq!(
            place.list(&query),
            "/w/acme/sessions?q=Ana%20%26%20%E7%8E%8B&sort=-score"
        );
        assert_eq!(place.export(&query, "csv"), None);
        // A report knows the list that it was opened from.
        assert_eq!(trail(&place, &ListQuery::default()), "?list=all");
        assert!(trail(&place, &query).ends_with("&sort=-score&list=all"));
        let of_one = Place {
            interview: Some(InterviewId(uuid::Uuid::nil())),
            ..place
        };
        assert_eq!(trail(&of_one, &ListQuery::default()), "");
        let advanced = ListQuery {
            decision: "advance".into(),
            ..Default::default()
        };
        assert_eq!(trail(&of_one, &advanced), "?decision=advance");
    }
}
