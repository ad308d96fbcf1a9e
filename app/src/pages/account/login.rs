//! `/login`. Works as a plain form: after a failure the address says `?error=…`.

use super::SignInFrame;
use crate::components::{Button, ButtonKind, ButtonType, Notice, NoticeKind, TextField};
use crate::error::AppError;
use crate::messages::creator;
use crate::server_fns::accounts::LogIn as LogInAction;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// Email and password.
#[component]
pub fn LogIn() -> impl IntoView {
    let t = creator().accounts;
    let action = ServerAction::<LogInAction>::new();
    let query = use_query_map();
    let next = move || query.with(|q| q.get("next").unwrap_or_default());
    let posted = query.with_untracked(|q| q.get("error"));
    let problem = move || match action.value().get() {
        Some(Err(error)) => Some(words(&error)),
        Some(Ok(())) => None,
        // A plain form came back here; the first answer of the scripts takes its place.
        None => posted.as_deref().map(|code| match code {
            "invalid" => (t.log_in_failed.to_owned(), Some(t.log_in_failed_text)),
            "too_many" => (AppError::TooMany { retry_after: 60 }.to_string(), None),
            _ => (AppError::Internal.to_string(), None),
        }),
    };
    view! {
        <SignInFrame title=t.log_in_title>
            {move || problem().map(|(title, text)| {
                view! { <Notice kind=NoticeKind::Error title=title nostrip:text=text.map(str::to_owned)/> }
            })}
            <ActionForm action=action attr:class="form">
                <input type="hidden" name="next" value=next/>
                <TextField
                    id="email"
                    name="email"
                    kind="email"
                    label=t.email
                    autocomplete="username"
                    required=true
                    autofocus=true
                />
                <TextField
                    id="password"
                    name="password"
                    kind="password"
                    label=t.password
                    autocomplete="current-password"
                    required=true
                />
                <Button kind=ButtonKind::Primary r#type=ButtonType::Submit block=true busy=action.pending()>
                    {t.log_in}
                </Button>
            </ActionForm>
            <p class="small faint">{t.forgot}</p>
        </SignInFrame>
    }
}

fn words(error: &AppError) -> (String, Option<&'static str>) {
    let t = creator().accounts;
    match error {
        AppError::Invalid { .. } => (t.log_in_failed.to_owned(), Some(t.log_in_failed_text)),
        other => (other.to_string(), None),
    }
}
