//! The model that the settings page chooses, for the whole installation: who may, how its key is kept, and whether it works.

use super::{
    adapter,
    gateway::{Answer, ask_json},
    port::{Failure, Request},
};
use crate::{
    Services,
    accounts::audit,
    ai::Ai,
    db::Priority,
    entity::{ai_setting, workspace},
    error::{Result, ServiceError},
};
use parley_domain::{
    account::{Action, Actor, Role},
    ai::{AiSettings, AiSettingsInput, AiSource, AiTest, Purpose},
    id::WorkspaceId,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;
use uuid::Uuid;

/// What is bound to a sealed key besides the secret: a key sealed for something else does not open as this.
const BOUND: &[u8] = b"ai key";
/// How long **Test connection** waits.
const TEST_LIMIT: Duration = Duration::from_secs(20);

/// The workspace that was made first, of those that there are: its owners look after the installation.
///
/// # Errors
/// When the database fails.
pub async fn first(conn: &impl ConnectionTrait) -> Result<Option<WorkspaceId>> {
    let first = workspace::Entity::find()
        .select_only()
        .column(workspace::Column::Id)
        .filter(workspace::Column::DeletedAt.is_null())
        .order_by_asc(workspace::Column::CreatedAt)
        .order_by_asc(workspace::Column::Id)
        .limit(1)
        .into_tuple::<Uuid>()
        .one(conn)
        .await?;
    Ok(first.map(WorkspaceId))
}

/// Owners of the first workspace only.
async fn allow(s: &Services, actor: &Actor) -> Result<WorkspaceId> {
    let workspace = s.allow_own(actor, Action::ManageSettings)?;
    if actor.role() != Some(Role::Owner) || first(s.db.read()).await? != Some(workspace) {
        return Err(ServiceError::Forbidden);
    }
    Ok(workspace)
}

async fn row(conn: &impl ConnectionTrait) -> Result<Option<ai_setting::Model>> {
    Ok(ai_setting::Entity::find().one(conn).await?)
}

/// The key in a row, opened.
pub(super) fn kept_key(s: &Services, row: &ai_setting::Model) -> Result<Option<String>> {
    let (Some(sealed), Some(by)) = (&row.sealed_key, &row.sealed_by) else {
        return Ok(None);
    };
    let key = s.secrets.open(by, BOUND, sealed)?;
    String::from_utf8(key).map(Some).map_err(ServiceError::internal)
}

/// The settings, without the key.
///
/// # Errors
/// [`ServiceError::Forbidden`] for everybody but owners of the installation's first workspace.
pub async fn get(s: &Services, actor: &Actor) -> Result<AiSettings> {
    allow(s, actor).await?;
    shown(s).await
}

async fn shown(s: &Services) -> Result<AiSettings> {
    if let Some((_, config)) = &s.ai.0.fixed {
        return Ok(AiSettings {
            source: AiSource::Environment,
            url: config.url.clone(),
            model: config.model.clone(),
            has_key: config.key.is_some(),
        });
    }
    Ok(match row(s.db.read()).await? {
        Some(row) => AiSettings {
            source: AiSource::Settings,
            has_key: row.sealed_key.is_some(),
            url: row.url,
            model: row.model,
        },
        None => AiSettings {
            source: AiSource::None,
            url: String::new(),
            model: String::new(),
            has_key: false,
        },
    })
}

fn changeable(s: &Services) -> Result<()> {
    if s.ai.source() == AiSource::Environment {
        return Err(ServiceError::conflict(
            "set_by_environment",
            "The AI model is set by PARLEY_AI_URL, PARLEY_AI_KEY and PARLEY_AI_MODEL, which go before what is entered \
             here. Nothing was changed.",
        ));
    }
    Ok(())
}

/// The key that new settings mean: a new one, none, or the kept one if it goes where it went before.
fn meant_key(s: &Services, input: &AiSettingsInput, kept: Option<&ai_setting::Model>) -> Result<Option<String>> {
    match &input.key {
        Some(key) => Ok(Some(key.clone()).filter(|key| !key.is_empty())),
        None => match kept {
            Some(row) if row.url == input.url => kept_key(s, row),
            _ => Ok(None),
        },
    }
}

/// Stores new settings; they hold at once in this process, and within ten seconds in others.
///
/// # Errors
/// Not an owner of the first workspace; a conflict where the environment decides; wrong fields.
pub async fn put(s: &Services, actor: &Actor, input: AiSettingsInput) -> Result<AiSettings> {
    let workspace = allow(s, actor).await?;
    changeable(s)?;
    let input = input.checked()?;
    let tx = s.db.write(Priority::Person).await?;
    let kept = row(&*tx).await?;
    let key = meant_key(s, &input, kept.as_ref())?;
    // Whether it can be made at all.
    adapter(&input.url, key.as_deref(), &input.model).map_err(ServiceError::internal)?;
    let sealed = key.map(|key| s.secrets.seal(BOUND, key.as_bytes())).transpose()?;
    let now = s.now().millis();
    let change = ai_setting::ActiveModel {
        id: Set(Uuid::nil()),
        url: Set(input.url),
        model: Set(input.model),
        sealed_by: Set(sealed.is_some().then(|| s.secrets.current_key().to_owned())),
        sealed_key: Set(sealed),
        created_at: Set(kept.as_ref().map_or(now, |row| row.created_at)),
        // Strictly later than before: by it others see that something changed.
        updated_at: Set(kept.as_ref().map_or(now, |row| now.max(row.updated_at + 1))),
    };
    if kept.is_some() {
        change.update(&*tx).await?;
    } else {
        ai_setting::Entity::insert(change).exec_without_returning(&*tx).await?;
    }
    audit::write(&*tx, s, workspace, actor, "ai.settings_changed", None).await?;
    tx.commit().await?;
    s.ai.forget();
    shown(s).await
}

/// Removes the settings: the built-in engine does the work again. Nothing there is no error.
///
/// # Errors
/// Not an owner of the first workspace; a conflict where the environment decides.
pub async fn remove(s: &Services, actor: &Actor) -> Result<AiSettings> {
    let workspace = allow(s, actor).await?;
    changeable(s)?;
    let tx = s.db.write(Priority::Person).await?;
    if row(&*tx).await?.is_some() {
        ai_setting::Entity::delete_by_id(Uuid::nil()).exec(&*tx).await?;
        audit::write(&*tx, s, workspace, actor, "ai.settings_removed", None).await?;
        tx.commit().await?;
        s.ai.forget();
    } else {
        // Whoever holds a connection must not wait for another one.
        drop(tx);
    }
    shown(s).await
}

/// What **Test connection** asks for.
#[derive(Deserialize)]
struct Greeting {
    greeting: String,
    number: i64,
}

/// Asks the model one harmless question. With `input` the settings are tried that are about to be stored, without one
/// those that hold.
///
/// # Errors
/// Not an owner of the first workspace; wrong fields; nothing to test. A model that does not answer is no error but what
/// the test says.
pub async fn test(s: &Services, actor: &Actor, input: Option<AiSettingsInput>) -> Result<AiTest> {
    let workspace = allow(s, actor).await?;
    let tried = match input {
        Some(input) => {
            changeable(s)?;
            let input = input.checked()?;
            let key = meant_key(s, &input, row(s.db.read()).await?.as_ref())?;
            let port = adapter(&input.url, key.as_deref(), &input.model).map_err(ServiceError::internal)?;
            Services {
                ai: Ai::with_port(port),
                ..s.clone()
            }
        }
        None => s.clone(),
    };
    let Some(model) = super::model(&tried).await else {
        return Err(ServiceError::conflict(
            "no_model",
            "No AI model is configured, so there is nothing to test.",
        ));
    };
    let schema = json!({
        "type": "object",
        "properties": { "greeting": { "type": "string" }, "number": { "type": "integer" } },
        "required": ["greeting", "number"],
        "additionalProperties": false,
    });
    let request = Request::new(
        Purpose::Test,
        workspace,
        "This is a test of the connection. Answer with a JSON object: `greeting` is the word hello in the language of the \
         data, `number` is the number of the data.",
    )
    .data(&json!({ "language": "en", "number": 7 }))
    .schema("connection_test", schema)
    .max_tokens(200)
    .live()
    .within(TEST_LIMIT);
    let began = tokio::time::Instant::now();
    let result = ask_json(&tried, request, |_: &Greeting| Ok(())).await;
    let latency_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(told(result, model, latency_ms))
}

fn told(result: std::result::Result<Answer<Greeting>, Failure>, model: String, latency_ms: u64) -> AiTest {
    let (ok, structured) = match &result {
        Ok(_) => (true, true),
        // It answered, only not in the form: interviews are then the scripted interviewer's.
        Err(Failure::Invalid(_) | Failure::Cut | Failure::Empty | Failure::Declined) => (true, false),
        Err(_) => (false, false),
    };
    let (model, format, detail) = match result {
        Ok(answer) => {
            let as_asked = answer.value.number == 7 && !answer.value.greeting.trim().is_empty();
            let detail = if as_asked {
                "The model answers in the asked structure."
            } else {
                "The model answers in the asked structure, but not what was asked. It may be too small for interviews."
            };
            (answer.model, answer.format.map(str::to_owned), detail.to_owned())
        }
        Err(failure) => (model, None, failure.words()),
    };
    AiTest {
        ok,
        model,
        latency_ms,
        structured,
        format,
        detail,
    }
}
