//! Versions of an interview's content.

use crate::{
    entity::{interview, interview_version},
    error::{Result, ServiceError},
};
use parley_domain::{
    id::{VersionId, WorkspaceId},
    interview::{Criterion, Settings},
    question::Question,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

/// One numbered version of what is asked and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// Its id.
    pub id: VersionId,
    /// From 1 in its interview.
    pub number: i32,
    /// For the team and the analysis.
    pub objective: String,
    /// What answers are judged by.
    pub criteria: Vec<Criterion>,
    /// What is asked, in order.
    pub questions: Vec<Question>,
    /// How it runs. What is not pinned (who may enter) is as the interview has it now; so is after how many days without
    /// activity a session closes, which each session keeps for itself when it starts.
    pub settings: Settings,
}

/// A version with the live settings of its interview filled in.
///
/// # Errors
/// Unknown and foreign ones are not found.
pub async fn version(conn: &impl ConnectionTrait, workspace: WorkspaceId, id: VersionId) -> Result<Version> {
    let row = interview_version::Entity::find_by_id(id.0)
        .filter(interview_version::Column::WorkspaceId.eq(workspace.0))
        .one(conn)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let of = interview::Entity::find_by_id(row.interview_id)
        .filter(interview::Column::WorkspaceId.eq(workspace.0))
        .one(conn)
        .await?
        .ok_or(ServiceError::NotFound)?;
    from_rows(row, &of)
}

/// Puts a version together from its row and its interview's.
pub(crate) fn from_rows(row: interview_version::Model, of: &interview::Model) -> Result<Version> {
    let mut settings: Settings = serde_json::from_value(row.settings)?;
    set_live(&mut settings, of);
    Ok(Version {
        id: row.id.into(),
        number: row.number,
        objective: row.objective,
        criteria: serde_json::from_value(row.criteria)?,
        questions: serde_json::from_value(row.questions)?,
        settings,
    })
}

/// Fills in what is not pinned.
pub(super) fn set_live(settings: &mut Settings, of: &interview::Model) {
    settings.inactivity_days = of.inactivity_days.unsigned_abs();
    settings.self_retakes = of.self_retakes.unsigned_abs();
    settings.require_invited_email = of.require_invited_email;
    settings.invite_expiry_days = of.invite_expiry_days.map(i32::unsigned_abs);
}

/// The number of questions of a version, without reading them.
///
/// # Errors
/// Unknown and foreign ones are not found.
pub async fn question_count(conn: &impl ConnectionTrait, workspace: WorkspaceId, id: VersionId) -> Result<i32> {
    let count: Option<i32> = interview_version::Entity::find_by_id(id.0)
        .filter(interview_version::Column::WorkspaceId.eq(workspace.0))
        .select_only()
        .column(interview_version::Column::QuestionCount)
        .into_tuple()
        .one(conn)
        .await?;
    count.ok_or(ServiceError::NotFound)
}
