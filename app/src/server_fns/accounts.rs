//! Setting up, signing in and out, the own profile, API keys.

use crate::error::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use parley_domain::{
    account::Role,
    id::ApiKeyId,
    person::{ApiKeySeen, Me, NewApiKey, SetupState},
};

#[cfg(feature = "ssr")]
use crate::{login, server_fns as door};
#[cfg(feature = "ssr")]
use parley_services::accounts as service;

/// Whether somebody may still set the installation up.
#[server(name = ReadSetupState, endpoint = "account/setup-state")]
pub async fn setup_state() -> Result<SetupState, AppError> {
    // Before the first wait: a page that its reader left takes the request along.
    let (services, direct) = (door::services()?, door::came_directly());
    let state = service::setup_state(&services).await?;
    // "The first visitor" is somebody at this machine.
    Ok(if state == SetupState::Open && !direct {
        SetupState::CommandLine
    } else {
        state
    })
}

/// Makes the first workspace and its owner, signs them in, and leads to the workspace. A plain form may post it; after a
/// failure it comes back to `/setup?error={code}`, with `field=` naming the first bad field.
#[server(endpoint = "account/setup")]
pub async fn setup(
    name: String,
    email: String,
    password: String,
    #[server(default)] workspace: String,
    #[server(default)] time_zone: String,
    #[server(default)] code: String,
) -> Result<(), AppError> {
    let input = parley_domain::person::SetupInput {
        workspace,
        person: parley_domain::person::PersonInput {
            name,
            email,
            password,
            time_zone,
        },
        code,
    };
    let (services, address) = (door::services()?, door::address());
    if setup_state().await? == SetupState::CommandLine {
        let error = AppError::Conflict {
            code: "setup_on_command_line".to_owned(),
            detail: crate::messages::creator().failures.setup_elsewhere.to_owned(),
            existing: None,
        };
        return door::end_form(Err(error.answered()), "/", "/setup");
    }
    match service::set_up(&services, input, address).await {
        Ok((signed_in, slug)) => {
            door::set_cookie(login::set(&signed_in.secret, door::https(&services)));
            door::end_form(Ok(()), &format!("/w/{slug}"), "/setup")
        }
        Err(error) => {
            let error = AppError::from(error);
            let failed = match &error {
                AppError::Invalid { errors } => {
                    let field = errors.first().map_or("", |e| e.field.as_str());
                    format!("/setup?field={field}")
                }
                _ => "/setup".to_owned(),
            };
            door::end_form(Err(error), "/", &failed)
        }
    }
}

/// Signs in and leads to `next`, if that is a path of ours, or home. A plain form may post it; after a failure it comes
/// back to `/login?error={code}&next=…`: `invalid` means that the email or the password is not right.
#[server(endpoint = "account/login")]
pub async fn log_in(email: String, password: String, #[server(default)] next: String) -> Result<(), AppError> {
    let services = door::services()?;
    let before = door::login_secret();
    let next = door::own_path(&next);
    let failed = match next {
        Some(path) => format!("/login?next={}", encoded(path)),
        None => "/login".to_owned(),
    };
    let result = service::log_in(&services, &email, &password, door::address(), before.as_deref()).await;
    if let Ok(signed_in) = &result {
        door::set_cookie(login::set(&signed_in.secret, door::https(&services)));
    }
    door::end_form(result.map(drop).map_err(AppError::from), next.unwrap_or("/"), &failed)
}

/// Signs this browser out and leads to the sign-in page. Doing it again is no error.
#[server(endpoint = "account/logout")]
pub async fn log_out() -> Result<(), AppError> {
    let services = door::services()?;
    let result = match door::login_secret() {
        Some(secret) => service::log_out(&services, &secret).await.map_err(AppError::from),
        None => Ok(()),
    };
    if result.is_ok() {
        door::set_cookie(login::removed(door::https(&services)));
    }
    door::end_form(result, "/login", "/")
}

/// The signed-in person; `None` where nobody is.
#[server(name = ReadMe, endpoint = "account/me")]
pub async fn me() -> Result<Option<Me>, AppError> {
    let page = door::accepts_html();
    let options = use_context::<leptos_axum::ResponseOptions>();
    match door::person().await {
        Ok((services, user)) => Ok(Some(service::me(&services, user).await?)),
        Err(AppError::SignedOut) => {
            // Asking is no failure.
            if let Some(options) = options.filter(|_| !page) {
                options.set_status(http::StatusCode::OK);
            }
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Changes one's own name, time zone and language. A plain form may post it; it comes back to `back`, a path of ours.
#[server(endpoint = "account/profile")]
pub async fn change_profile(
    name: String,
    time_zone: String,
    locale: String,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    let back = door::own_path(&back).unwrap_or("/").to_owned();
    let result = async {
        let (services, user) = door::person().await?;
        let input = parley_domain::person::ProfileInput {
            name,
            time_zone,
            locale,
        };
        service::change_profile(&services, user, input).await?;
        Ok(())
    }
    .await;
    if door::accepts_html() {
        return door::end_form(result, &back, &back);
    }
    result
}

/// Gives oneself another password; every other browser is logged out, and this one goes on with another cookie. A plain form
/// may post it; it comes back to `back`, a path of ours.
#[server(endpoint = "account/password")]
pub async fn change_password(
    password: String,
    new_password: String,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    let back = door::own_path(&back).unwrap_or("/").to_owned();
    let (page, address) = (door::accepts_html(), door::address());
    let result = async {
        let (services, user) = door::person().await?;
        let signed_in = service::change_password(&services, user, &password, &new_password, address).await?;
        door::set_cookie(login::set(&signed_in.secret, door::https(&services)));
        Ok(())
    }
    .await;
    if page {
        // Without scripts no other word says so.
        let joint = if back.contains('?') { '&' } else { '?' };
        return door::end_form(result, &format!("{back}{joint}done=1"), &back);
    }
    result
}

/// Gives the workspace another name, which candidates read as the company's. A plain form may post it; it comes back to
/// `back`, a path of ours.
#[server(endpoint = "workspace/rename")]
pub async fn rename_workspace(
    workspace: String,
    name: String,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    let back = door::own_path(&back).unwrap_or("/").to_owned();
    let page = door::accepts_html();
    let result = async {
        let (services, actor) = door::who(&workspace).await?;
        service::workspace::rename(&services, &actor, &name).await?;
        Ok(())
    }
    .await;
    if page {
        return door::end_form(result, &back, &back);
    }
    result
}

/// The workspace's API keys, newest first.
#[server(endpoint = "account/keys")]
pub async fn list_keys(workspace: String) -> Result<Vec<ApiKeySeen>, AppError> {
    let (services, actor) = door::who(&workspace).await?;
    Ok(service::list_keys(&services, &actor).await?)
}

/// Makes an API key: the answer is the only time that it is shown. Called by the hydrated client only, so that no key
/// ever stands in a redirect.
#[server(endpoint = "account/create-key", input = Json)]
pub async fn create_key(workspace: String, name: String, role: Role) -> Result<NewApiKey, AppError> {
    let (services, actor) = door::who(&workspace).await?;
    Ok(service::create_key(&services, &actor, &name, role).await?)
}

/// Ends an API key at once.
#[server(endpoint = "account/revoke-key", input = Json)]
pub async fn revoke_key(workspace: String, id: ApiKeyId) -> Result<(), AppError> {
    let (services, actor) = door::who(&workspace).await?;
    Ok(service::revoke_key(&services, &actor, id).await?)
}

/// `text` as a value in a query.
#[cfg(feature = "ssr")]
fn encoded(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::with_capacity(text.len()), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::encoded;

    #[test]
    fn queries_are_encoded() {
        assert_eq!(encoded("/w/a?b=c&d"), "/w/a%3Fb%3Dc%26d");
    }
}
