//! Making and changing interviews.
//!
//! What shapes the talk (questions, criteria, objective, pinned settings) stands in a version. A version is written in
//! place until a session has started on it; from then on it never changes, and saving makes the next number.

use super::{
    archive::end_sessions,
    read::{find_version, to_interview},
};
use crate::{
    Services,
    candidates::lock_interview,
    db::Priority,
    entity::{interview, interview_version},
    error::{Result, ServiceError},
    events::Change,
    input,
};
use parley_domain::{
    account::{Action, Actor},
    id::{InterviewId, UserId, VersionId, WorkspaceId},
    interview::{Interview, InterviewInput, InterviewState, Settings},
    merge::merge_patch,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};
use serde_json::Value;

/// Makes an interview.
///
/// # Errors
/// Invalid fields; a role that is too low.
pub async fn create(s: &Services, actor: &Actor, input: InterviewInput) -> Result<Interview> {
    create_as(s, actor, s.new_id()?, input).await
}

/// Makes an interview under an id that was chosen before. Where it is there already, the same request made it: it is
/// answered as it is.
///
/// # Errors
/// As [`create`].
pub async fn create_as(s: &Services, actor: &Actor, id: InterviewId, input: InterviewInput) -> Result<Interview> {
    let workspace = s.allow_own(actor, Action::EditInterviews)?;
    let mut input = input.checked()?;
    give_ids(s, &mut input)?;
    let tx = s.db.write(Priority::Person).await?;
    let there = interview::Entity::find_by_id(id.0)
        .filter(interview::Column::WorkspaceId.eq(workspace.0))
        .one(&*tx)
        .await?;
    if let Some(row) = there {
        let version = find_version(&*tx, &row).await?;
        return to_interview(row, version);
    }
    let (row, version) = insert(&*tx, s, workspace, maker(actor), (id, input)).await?;
    tx.commit().await?;
    tell(s, &row);
    to_interview(row, version)
}

/// The member who makes it; a key is nobody.
fn maker(actor: &Actor) -> Option<UserId> {
    match actor {
        Actor::Member { user, .. } => Some(*user),
        Actor::ApiKey { .. } | Actor::Candidate { .. } | Actor::System => None,
    }
}

async fn insert(
    tx: &impl ConnectionTrait,
    s: &Services,
    workspace: WorkspaceId,
    maker: Option<UserId>,
    (id, input): (InterviewId, InterviewInput),
) -> Result<(interview::Model, interview_version::Model)> {
    let now = s.now().millis();
    let version: VersionId = s.new_id()?;
    let mut row = interview::Model {
        id: id.0,
        workspace_id: workspace.0,
        title: String::new(),
        description: String::new(),
        welcome: String::new(),
        state: String::new(),
        inactivity_days: 0,
        self_retakes: 0,
        require_invited_email: false,
        invite_expiry_days: None,
        revision: 1,
        version_id: version.0,
        created_by: maker.map(Into::into),
        created_at: now,
        updated_at: now,
    };
    set_live(&mut row, &input)?;
    let mut content = interview_version::Model {
        id: version.0,
        workspace_id: workspace.0,
        interview_id: id.0,
        number: 1,
        objective: String::new(),
        criteria: Value::Null,
        questions: Value::Null,
        settings: Value::Null,
        question_count: 0,
        pinned: false,
        created_at: now,
        updated_at: now,
    };
    set_content(&mut content, input)?;
    interview::Entity::insert(row.clone().into_active_model())
        .exec_without_returning(tx)
        .await?;
    interview_version::Entity::insert(content.clone().into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok((row, content))
}

/// Gives an id to every question, choice and criterion that has none.
fn give_ids(s: &Services, input: &mut InterviewInput) -> Result<()> {
    for criterion in input.criteria.iter_mut().filter(|c| c.id.is_nil()) {
        criterion.id = s.new_id()?;
    }
    for question in &mut input.questions {
        if question.id.is_nil() {
            question.id = s.new_id()?;
        }
        for choice in question.choices.iter_mut().filter(|c| c.id.is_nil()) {
            choice.id = s.new_id()?;
        }
    }
    Ok(())
}

/// Writes what is read live into the interview's row.
fn set_live(row: &mut interview::Model, input: &InterviewInput) -> Result<()> {
    let small = |n: u32| i32::try_from(n).map_err(ServiceError::internal);
    row.title.clone_from(&input.title);
    row.description.clone_from(&input.description);
    row.welcome.clone_from(&input.welcome);
    row.state = input.state.as_str().to_owned();
    row.inactivity_days = small(input.settings.inactivity_days)?;
    row.self_retakes = small(input.settings.self_retakes)?;
    row.require_invited_email = input.settings.require_invited_email;
    row.invite_expiry_days = input.settings.invite_expiry_days.map(small).transpose()?;
    Ok(())
}

/// Writes what is pinned at a start into a version's row.
fn set_content(row: &mut interview_version::Model, input: InterviewInput) -> Result<()> {
    let live = Settings::default();
    // What is read live stands in the interview; here it would only make equal content look different.
    let pinned = Settings {
        inactivity_days: live.inactivity_days,
        self_retakes: live.self_retakes,
        require_invited_email: live.require_invited_email,
        invite_expiry_days: live.invite_expiry_days,
        ..input.settings
    };
    row.question_count = i32::try_from(input.questions.len()).map_err(ServiceError::internal)?;
    row.objective = input.objective;
    row.criteria = serde_json::to_value(input.criteria)?;
    row.questions = serde_json::to_value(input.questions)?;
    row.settings = serde_json::to_value(pinned)?;
    Ok(())
}

/// Changes an interview by a merge patch over what its creator wrote: what is not named stays, `null` takes back to the
/// default, a list replaces the list. With `expected`, only if nobody saved since that revision.
///
/// # Errors
/// Unknown fields and wrong values, field by field; a conflict `changed_meanwhile`; unknown and foreign interviews.
pub async fn patch(
    s: &Services,
    actor: &Actor,
    id: InterviewId,
    change: &Value,
    expected: Option<i64>,
) -> Result<Interview> {
    if !change.is_object() {
        return Err(ServiceError::invalid("", "Send an object with the fields to change."));
    }
    write(s, actor, id, expected, |present| {
        let mut merged = serde_json::to_value(present)?;
        merge_patch(&mut merged, change);
        input::parse(merged)
    })
    .await
}

/// Saves everything that its creator writes, as the editor holds it.
///
/// # Errors
/// As for [`patch`].
pub async fn save(
    s: &Services,
    actor: &Actor,
    id: InterviewId,
    input: InterviewInput,
    expected: Option<i64>,
) -> Result<Interview> {
    write(s, actor, id, expected, |_| Ok(input)).await
}

async fn write(
    s: &Services,
    actor: &Actor,
    id: InterviewId,
    expected: Option<i64>,
    edit: impl FnOnce(&InterviewInput) -> Result<InterviewInput>,
) -> Result<Interview> {
    let workspace = s.allow_own(actor, Action::EditInterviews)?;
    let tx = s.db.write(Priority::Person).await?;
    let row = lock_interview(&*tx, workspace, id).await?;
    // Locked, so that a start that pins it is either before or after.
    let version = interview_version::Entity::find_by_id(row.version_id)
        .filter(interview_version::Column::WorkspaceId.eq(workspace.0))
        .lock_exclusive()
        .one(&*tx)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let present = to_interview(row.clone(), version.clone())?;
    if let Some(expected) = expected
        && expected != present.revision
    {
        return Err(changed_meanwhile(expected, present.revision));
    }
    let mut input = edit(&present.content)?.checked()?;
    give_ids(s, &mut input)?;
    if input == present.content {
        return Ok(present);
    }
    let archived = input.state == InterviewState::Archived && present.content.state != InterviewState::Archived;
    let (row, version) = store(&*tx, s, row, version, input).await?;
    tx.commit().await?;
    tell(s, &row);
    if archived {
        end_sessions(s, actor, id).await?;
    }
    to_interview(row, version)
}

fn changed_meanwhile(expected: i64, present: i64) -> ServiceError {
    ServiceError::conflict(
        "changed_meanwhile",
        format!(
            "Somebody saved this interview meanwhile: it is at revision {present}, your copy is of revision {expected}. \
             Nothing of yours was saved. Load it again and repeat your change."
        ),
    )
}

async fn store(
    tx: &impl ConnectionTrait,
    s: &Services,
    present: interview::Model,
    version: interview_version::Model,
    input: InterviewInput,
) -> Result<(interview::Model, interview_version::Model)> {
    let now = s.now().millis();
    let mut row = present.clone();
    row.revision += 1;
    row.updated_at = now;
    set_live(&mut row, &input)?;
    let mut content = version.clone();
    set_content(&mut content, input)?;
    if content != version {
        content.updated_at = now;
        content = put_version(tx, s, version, content).await?;
    }
    row.version_id = content.id;
    let mut change = present.into_active_model();
    change.title = Set(row.title.clone());
    change.description = Set(row.description.clone());
    change.welcome = Set(row.welcome.clone());
    change.state = Set(row.state.clone());
    change.inactivity_days = Set(row.inactivity_days);
    change.self_retakes = Set(row.self_retakes);
    change.require_invited_email = Set(row.require_invited_email);
    change.invite_expiry_days = Set(row.invite_expiry_days);
    change.revision = Set(row.revision);
    change.version_id = Set(row.version_id);
    change.updated_at = Set(row.updated_at);
    change.update(tx).await?;
    Ok((row, content))
}

/// Writes changed content: over the version where nobody has started on it, else as the next number.
async fn put_version(
    tx: &impl ConnectionTrait,
    s: &Services,
    present: interview_version::Model,
    content: interview_version::Model,
) -> Result<interview_version::Model> {
    if present.pinned {
        let next = interview_version::Model {
            id: s.new_id::<VersionId>()?.0,
            number: present.number + 1,
            pinned: false,
            created_at: content.updated_at,
            ..content
        };
        interview_version::Entity::insert(next.clone().into_active_model())
            .exec_without_returning(tx)
            .await?;
        return Ok(next);
    }
    let mut change = present.into_active_model();
    change.objective = Set(content.objective.clone());
    change.criteria = Set(content.criteria.clone());
    change.questions = Set(content.questions.clone());
    change.settings = Set(content.settings.clone());
    change.question_count = Set(content.question_count);
    change.updated_at = Set(content.updated_at);
    change.update(tx).await?;
    Ok(content)
}

/// Tells those who watch that the interview changed.
pub(super) fn tell(s: &Services, row: &interview::Model) {
    s.events.send(Change {
        workspace: row.workspace_id.into(),
        interview: row.id.into(),
        candidate: None,
        session: None,
    });
}
