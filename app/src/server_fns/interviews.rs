//! Interviews: the list, making one, the editor, the settings.

use crate::error::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use parley_domain::{
    id::InterviewId,
    interview::{Criterion, Interview, InterviewInput, InterviewState, Settings},
    paging::Page,
    question::Question,
    session::SessionCounts,
    time::ShownTime,
};
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use crate::server_fns as door;
#[cfg(feature = "ssr")]
use parley_services::{accounts::zone_of, interviews as service};

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InterviewRow {
    /// Its id.
    pub id: InterviewId,
    /// Its title.
    pub title: String,
    /// Whether it takes new starts.
    pub state: InterviewState,
    /// How many questions it has.
    pub questions: u32,
    /// Where its sessions stand.
    pub counts: SessionCounts,
    /// Last changed.
    pub updated: ShownTime,
}

/// A template as the page of a new interview offers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateSeen {
    /// Its stable name.
    pub key: String,
    /// What it is called.
    pub name: String,
    /// What it is for.
    pub summary: String,
    /// How many questions it has.
    pub questions: u32,
}

/// What the content editor holds: all of an interview but its state and its settings.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Content {
    /// Shown to candidates.
    pub title: String,
    /// For the team only.
    pub description: String,
    /// Shown to candidates before they start.
    pub welcome: String,
    /// For the team and the analysis only.
    pub objective: String,
    /// What answers are judged by.
    pub criteria: Vec<Criterion>,
    /// What is asked, in order.
    pub questions: Vec<Question>,
}

impl Content {
    /// The editor's part of an interview.
    #[must_use]
    pub fn of(interview: &Interview) -> Self {
        Self::from(interview.content.clone())
    }

    /// A whole new interview with this content: a draft, with the settings that every new one has.
    #[must_use]
    pub fn into_input(self) -> InterviewInput {
        let Self {
            title,
            description,
            welcome,
            objective,
            criteria,
            questions,
        } = self;
        InterviewInput {
            title,
            description,
            welcome,
            objective,
            criteria,
            questions,
            ..Default::default()
        }
    }

    /// Checked as the server will check it, before anything is sent.
    ///
    /// # Errors
    /// Everything that is wrong, field by field.
    pub fn checked(&self) -> Result<Self, Vec<parley_domain::error::FieldError>> {
        Ok(Self::from(self.clone().into_input().checked()?))
    }
}

impl From<InterviewInput> for Content {
    fn from(input: InterviewInput) -> Self {
        let InterviewInput {
            title,
            description,
            welcome,
            objective,
            criteria,
            questions,
            ..
        } = input;
        Self {
            title,
            description,
            welcome,
            objective,
            criteria,
            questions,
        }
    }
}

/// A page of the workspace's interviews, last changed first; without a state all that are not archived.
#[server(endpoint = "interviews/list", input = Json)]
pub async fn list_interviews(
    workspace: String,
    state: Option<InterviewState>,
    cursor: Option<String>,
    limit: Option<u64>,
) -> Result<Page<InterviewRow>, AppError> {
    let (services, actor) = door::who(&workspace).await?;
    let request = parley_domain::paging::PageRequest { limit, cursor };
    rows(&services, &actor, state, &request).await
}

/// The rows of the list, for whoever asks.
#[cfg(feature = "ssr")]
pub(super) async fn rows(
    services: &parley_services::Services,
    actor: &parley_domain::account::Actor,
    state: Option<InterviewState>,
    request: &parley_domain::paging::PageRequest,
) -> Result<Page<InterviewRow>, AppError> {
    let page = service::list(services, actor, service::InterviewFilter { state }, request).await?;
    let ids: Vec<InterviewId> = page.items.iter().map(|interview| interview.id).collect();
    let counts = service::session_counts(services, actor, &ids).await?;
    let zone = zone_of(services, actor).await?;
    Ok(page.map(|interview| InterviewRow {
        id: interview.id,
        state: interview.content.state,
        questions: u32::try_from(interview.content.questions.len()).unwrap_or(u32::MAX),
        counts: counts.get(&interview.id).cloned().unwrap_or_default(),
        updated: zone.shown(interview.updated_at, services.now()),
        title: interview.content.title,
    }))
}

/// The templates, in the order in which they are offered.
#[server(endpoint = "interviews/templates")]
pub async fn list_templates(workspace: String) -> Result<Vec<TemplateSeen>, AppError> {
    let (services, actor) = door::who(&workspace).await?;
    let found = service::templates(&services, &actor)?;
    Ok(found
        .into_iter()
        .map(|template| TemplateSeen {
            key: template.key,
            name: template.name,
            summary: template.summary,
            questions: u32::try_from(template.interview.questions.len()).unwrap_or(u32::MAX),
        })
        .collect())
}

/// Makes an interview, from a template if one is named, and leads to its editor. A plain form may post it; after a
/// failure it comes back to `…/interviews/new?error={code}`.
#[server(endpoint = "interviews/create")]
pub async fn create_interview(
    workspace: String,
    #[server(default)] title: String,
    #[server(default)] template: String,
) -> Result<(), AppError> {
    let made = async {
        let (services, actor) = door::who(&workspace).await?;
        let mut input = match template.as_str() {
            "" => InterviewInput::default(),
            key => service::template(&services, &actor, key)?.interview,
        };
        if !title.trim().is_empty() {
            input.title = title;
        }
        Ok(service::create(&services, &actor, input).await?)
    }
    .await;
    let done = match &made {
        Ok(interview) => format!("/w/{workspace}/interviews/{}/content", interview.id),
        Err(_) => String::new(),
    };
    door::end_form(made.map(drop), &done, &format!("/w/{workspace}/interviews/new"))
}

/// One interview, whole.
#[server(endpoint = "interviews/get", input = Json)]
pub async fn get_interview(workspace: String, id: InterviewId) -> Result<Interview, AppError> {
    let (services, actor) = door::who(&workspace).await?;
    Ok(service::get(&services, &actor, id).await?)
}

/// Saves what the content editor holds, if nobody saved since `revision`.
#[server(endpoint = "interviews/save-content", input = Json)]
pub async fn save_content(
    workspace: String,
    id: InterviewId,
    revision: i64,
    content: Content,
) -> Result<Interview, AppError> {
    let (services, actor) = door::who(&workspace).await?;
    let change = serde_json::to_value(&content).map_err(parley_services::error::ServiceError::from)?;
    Ok(service::patch(&services, &actor, id, &change, Some(revision)).await?)
}

/// Saves the settings, if nobody saved since `revision`.
#[server(endpoint = "interviews/save-settings", input = Json)]
pub async fn save_settings(
    workspace: String,
    id: InterviewId,
    revision: i64,
    settings: Settings,
) -> Result<Interview, AppError> {
    let (services, actor) = door::who(&workspace).await?;
    let change = serde_json::json!({ "settings": settings });
    Ok(service::patch(&services, &actor, id, &change, Some(revision)).await?)
}

/// Opens, pauses or archives an interview, or takes it back to draft.
#[server(endpoint = "interviews/set-state", input = Json)]
pub async fn set_state(workspace: String, id: InterviewId, state: InterviewState) -> Result<Interview, AppError> {
    let (services, actor) = door::who(&workspace).await?;
    Ok(if state == InterviewState::Archived {
        service::archive(&services, &actor, id).await?
    } else {
        service::patch(&services, &actor, id, &serde_json::json!({ "state": state }), None).await?
    })
}
