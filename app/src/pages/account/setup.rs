//! `/setup`: the first person and their workspace. Works as a plain form.

use super::SignInFrame;
use crate::components::{
    AsyncView, Button, ButtonKind, ButtonLink, ButtonType, Notice, NoticeKind, TextField, browser_zone, focus_field,
};
use crate::error::AppError;
use crate::messages::creator;
use crate::server_fns::accounts::{Setup, setup_state};
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use parley_domain::account::PASSWORD_MIN;
use parley_domain::person::{SetupState, TITLE_MAX};

/// The fields, which are their ids too, as they stand on the page.
const FIELDS: [&str; 5] = ["name", "email", "password", "workspace", "code"];

/// The form, or why there is none.
#[component]
pub fn SetUp() -> impl IntoView {
    let state = Resource::new_blocking(|| (), |()| setup_state());
    view! {
        <AsyncView
            data=state
            view=|state: SetupState| {
                let t = creator().accounts;
                match state {
                    SetupState::Open => view! { <Form code=false/> }.into_any(),
                    SetupState::NeedsCode => view! { <Form code=true/> }.into_any(),
                    SetupState::Done => view! {
                        <SignInFrame title=t.setup_done_title text=t.setup_done_text>
                            <ButtonLink href="/login" kind=ButtonKind::Primary>{t.log_in}</ButtonLink>
                        </SignInFrame>
                    }
                    .into_any(),
                    SetupState::CommandLine => view! {
                        <SignInFrame title=t.setup_closed_title text=t.setup_closed_text>""</SignInFrame>
                    }
                    .into_any(),
                }
            }
        />
    }
}

#[component]
fn Form(code: bool) -> impl IntoView {
    let t = creator().accounts;
    let action = ServerAction::<Setup>::new();
    let query = use_query_map();
    let (posted, bad) = query.with_untracked(|q| (q.get("error"), q.get("field")));
    let bad = StoredValue::new(bad);
    let failed = Memo::new(move |_| action.value().get().and_then(Result::err));
    // The field's own message from the scripts' answer, or a mark at the field that a plain form's address names.
    let at = move |field: &'static str| {
        Signal::derive(move || match failed.get() {
            Some(error) => error.field(field).map(str::to_owned),
            None => bad
                .with_value(|bad| bad.as_deref() == Some(field))
                .then(|| creator().fix_fields.to_owned()),
        })
    };
    let general = move || match failed.get() {
        Some(AppError::Invalid { .. }) => None,
        Some(error) => Some(error.to_string()),
        None => posted
            .clone()
            .filter(|code| code != "invalid")
            .map(|_| AppError::Internal.to_string()),
    };
    let zone = RwSignal::new(String::new());
    // Without scripts what was typed would not come back with an answer: there the browser's own check stays.
    let live = RwSignal::new(false);
    Effect::new(move |_| {
        zone.set(browser_zone().unwrap_or_default());
        live.set(true);
    });
    Effect::new(move |_| {
        let Some(error) = failed.get() else { return };
        let bad = FIELDS.into_iter().find(|field| error.field(field).is_some());
        if let Some(field) = bad {
            focus_field(field);
        }
    });
    view! {
        <SignInFrame title=t.setup_title text=t.setup_text>
            {move || general().map(|text| {
                view! { <Notice kind=NoticeKind::Error title=t.setup_failed text=text/> }
            })}
            <ActionForm action=action attr:class="form" attr:novalidate=move || live.get()>
                <input type="hidden" name="time_zone" prop:value=move || zone.get()/>
                <TextField
                    id="name"
                    name="name"
                    label=t.your_name
                    autocomplete="name"
                    required=true
                    autofocus=true
                    error=at("name")
                />
                <TextField
                    id="email"
                    name="email"
                    kind="email"
                    label=t.email
                    autocomplete="username"
                    required=true
                    error=at("email")
                />
                <TextField
                    id="password"
                    name="password"
                    kind="password"
                    label=t.password
                    hint=t.password_hint
                    autocomplete="new-password"
                    minlength=PASSWORD_MIN as u32
                    required=true
                    error=at("password")
                />
                <TextField
                    id="workspace"
                    name="workspace"
                    label=t.workspace_name
                    hint=t.workspace_hint
                    autocomplete="organization"
                    maxlength=TITLE_MAX as u32
                    required=true
                    error=at("workspace")
                />
                {code.then(|| view! {
                    <TextField
                        id="code"
                        name="code"
                        label=t.setup_code
                        hint=t.setup_code_hint
                        autocomplete="one-time-code"
                        required=true
                        error=at("code")
                    />
                })}
                <Button kind=ButtonKind::Primary r#type=ButtonType::Submit block=true busy=action.pending()>
                    {t.setup_button}
                </Button>
            </ActionForm>
        </SignInFrame>
    }
}
