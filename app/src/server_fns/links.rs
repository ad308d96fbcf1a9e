//! Server functions of links: the shareable one, how long invite links work, the preview.

use crate::error::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use parley_domain::{
    id::{CandidateId, InterviewId},
    link::PublicLink,
    time::ShownTime,
};
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use crate::server_fns as door;
#[cfg(feature = "ssr")]
use parley_services::{candidates, conversation, links as service};

/// The shareable link as its card shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedLink {
    /// The link; none where the interview is invite-only.
    pub link: Option<PublicLink>,
    /// When it was made.
    pub made: Option<ShownTime>,
    /// Why it takes nobody at this moment, as a word: `not_open_yet`, `closed`, `full`; blank where it does.
    pub stopped: String,
    /// Its window as the fields hold it.
    pub window: LinkWindow,
    /// The zone in which the person reads and types times.
    pub zone: String,
}

/// When the link takes starts and how many, as it is typed; blank for no bound.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LinkWindow {
    /// Date and time in the person's zone.
    pub opens_at: String,
    /// Date and time in the person's zone.
    pub closes_at: String,
    /// A whole number.
    pub max_starts: String,
}

/// Until when invite links work, as it is chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Until {
    /// So many days from now.
    Days(u32),
    /// Date and time in the person's zone.
    Local(String),
    /// For good.
    Never,
}

#[cfg(feature = "ssr")]
mod ssr {
    use super::{LinkWindow, SharedLink, Until};
    use crate::error::AppError;
    use crate::messages::creator;
    use parley_domain::{
        account::Actor,
        error::Problems,
        link::{LinkExpiry, PublicLink, PublicLinkInput},
        time::Timestamp,
    };
    use parley_services::{
        Services,
        accounts::{Zone, zone_of},
    };

    pub(super) fn shown(s: &Services, zone: &Zone, link: Option<PublicLink>) -> SharedLink {
        let now = s.now();
        let field = |at: Option<Timestamp>| at.map_or_else(String::new, |at| zone.field(at));
        let stopped = match &link {
            Some(l) if l.opens_at.is_some_and(|at| at > now) => "not_open_yet",
            Some(l) if l.closes_at.is_some_and(|at| at <= now) => "closed",
            Some(l) if l.max_starts.is_some_and(|most| l.starts >= most) => "full",
            _ => "",
        };
        SharedLink {
            made: link.as_ref().map(|l| zone.shown(l.created_at, now)),
            stopped: stopped.to_owned(),
            window: link.as_ref().map_or_else(LinkWindow::default, |l| LinkWindow {
                opens_at: field(l.opens_at),
                closes_at: field(l.closes_at),
                max_starts: l.max_starts.map_or_else(String::new, |n| n.to_string()),
            }),
            zone: zone.name().to_owned(),
            link,
        }
    }

    pub(super) async fn answer(s: &Services, actor: &Actor, link: Option<PublicLink>) -> Result<SharedLink, AppError> {
        Ok(shown(s, &zone_of(s, actor).await?, link))
    }

    /// Reads what was typed; what the fields show is kept to the second where it was not touched.
    pub(super) fn window(
        zone: &Zone,
        typed: &LinkWindow,
        present: Option<&PublicLink>,
    ) -> Result<PublicLinkInput, AppError> {
        let mut problems = Problems::new();
        let mut moment = |name: &'static str, text: &str, present: Option<Timestamp>| {
            let text = text.trim();
            if text.is_empty() {
                return None;
            }
            if let Some(at) = present.filter(|at| zone.field(*at) == text) {
                return Some(at);
            }
            let at = zone.moment(text);
            problems.require(at.is_some(), name, creator().failures.choose_time);
            at
        };
        let opens_at = moment("opens_at", &typed.opens_at, present.and_then(|l| l.opens_at));
        let closes_at = moment("closes_at", &typed.closes_at, present.and_then(|l| l.closes_at));
        let most = typed.max_starts.trim();
        let max_starts = most.parse().ok();
        problems.require(
            most.is_empty() || max_starts.is_some(),
            "max_starts",
            crate::messages::creator().interviews.whole_number,
        );
        let input = PublicLinkInput {
            opens_at,
            closes_at,
            max_starts,
        };
        problems
            .into_result(input)
            .map_err(|errors| AppError::Invalid { errors })
    }

    pub(super) fn expiry(zone: &Zone, until: &Until) -> Result<LinkExpiry, AppError> {
        match until {
            Until::Days(days) => Ok(LinkExpiry::InDays(*days)),
            Until::Never => Ok(LinkExpiry::Never),
            Until::Local(text) => zone
                .moment(text.trim())
                .map(LinkExpiry::At)
                .ok_or_else(|| AppError::invalid("expires", creator().failures.choose_time)),
        }
    }
}

/// The shareable link of an interview.
#[server(endpoint = "links/get", input = Json)]
pub async fn get_link(workspace: String, id: InterviewId) -> Result<SharedLink, AppError> {
    let (s, actor) = door::who(&workspace).await?;
    let link = service::get(&s, &actor, id).await?;
    ssr::answer(&s, &actor, link).await
}

/// Turns the shareable link on.
#[server(endpoint = "links/create", input = Json)]
pub async fn create_link(workspace: String, id: InterviewId) -> Result<SharedLink, AppError> {
    let (s, actor) = door::who(&workspace).await?;
    let link = service::create(&s, &actor, id, Default::default()).await?;
    ssr::answer(&s, &actor, Some(link)).await
}

/// Changes its window and cap.
#[server(endpoint = "links/change", input = Json)]
pub async fn change_link(workspace: String, id: InterviewId, window: LinkWindow) -> Result<SharedLink, AppError> {
    let (s, actor) = door::who(&workspace).await?;
    let zone = parley_services::accounts::zone_of(&s, &actor).await?;
    let present = service::get(&s, &actor, id).await?;
    let input = ssr::window(&zone, &window, present.as_ref())?;
    let change = serde_json::to_value(input).map_err(parley_services::error::ServiceError::from)?;
    let link = service::patch(&s, &actor, id, &change).await?;
    Ok(ssr::shown(&s, &zone, Some(link)))
}

/// Revokes it.
#[server(endpoint = "links/revoke", input = Json)]
pub async fn revoke_link(workspace: String, id: InterviewId) -> Result<SharedLink, AppError> {
    let (s, actor) = door::who(&workspace).await?;
    service::revoke(&s, &actor, id).await?;
    ssr::answer(&s, &actor, None).await
}

/// Lets the invite links of these candidates work until another moment, or those of everyone on the interview who has
/// not started; how many there were.
#[server(endpoint = "links/extend", input = Json)]
pub async fn extend_links(
    workspace: String,
    ids: Vec<CandidateId>,
    all_of: Option<InterviewId>,
    until: Until,
) -> Result<u64, AppError> {
    use parley_services::candidates::Whose;
    let (s, actor) = door::who(&workspace).await?;
    let zone = parley_services::accounts::zone_of(&s, &actor).await?;
    let expires = ssr::expiry(&zone, &until)?;
    let whose = match all_of {
        Some(interview) => Whose::AllOf(interview),
        None => Whose::These(None, ids),
    };
    Ok(candidates::extend_links(&s, &actor, &whose, expires).await?)
}

/// Makes a preview and leads to it. A plain form posts it; after a failure it comes back to the interview with
/// `error=` and the failure's code.
#[server(endpoint = "interviews/preview")]
pub async fn preview(workspace: String, id: String) -> Result<(), AppError> {
    let back = format!("/w/{workspace}/interviews/{id}/content");
    let made = async {
        let (s, actor) = door::who(&workspace).await?;
        let id: InterviewId = id.parse().map_err(|_| AppError::NotFound.answered())?;
        let made = conversation::preview::create(&s, &actor, id).await?;
        let path = made.url.strip_prefix(&s.config.public_url).map(str::to_owned);
        path.ok_or_else(|| AppError::Internal.answered())
    }
    .await;
    let done = made.clone().unwrap_or_default();
    door::end_form(made.map(drop), &done, &back)
}
