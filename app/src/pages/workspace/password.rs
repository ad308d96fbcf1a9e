//! The part of `/w/{slug}/settings` about the own password.

use crate::components::{Button, ButtonType, FieldWidth, Notice, NoticeKind, TextField, focus_field, use_toasts};
use crate::error::AppError;
use crate::messages::creator;
use crate::pages::layout::use_here;
use crate::server_fns::accounts::ChangePassword;
use leptos::form::ActionForm;
use leptos::prelude::*;
use parley_domain::account::PASSWORD_MIN;

/// The present one and the one to be. Works as a plain form.
#[component]
pub(super) fn OwnPassword(
    /// What came of a plain post of this form, if there was one: the failure's code.
    posted: Option<String>,
    /// A plain post of it changed the password.
    done: bool,
) -> impl IntoView {
    let t = creator().accounts;
    let here = use_here();
    let toasts = use_toasts();
    let action = ServerAction::<ChangePassword>::new();
    let (old, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let failed = Memo::new(move |_| action.value().get().and_then(Result::err));
    Effect::new(move |_| match action.value().get() {
        Some(Ok(())) => {
            toasts.show(t.password_changed);
            old.set(String::new());
            new.set(String::new());
        }
        Some(Err(error)) => {
            let bad = ["password", "new_password"]
                .into_iter()
                .find(|field| error.field(field).is_some());
            if let Some(field) = bad {
                focus_field(field);
            }
        }
        None => {}
    });
    let at = move |field: &'static str| Signal::derive(move || failed.get()?.field(field).map(str::to_owned));
    // What came of a plain post is past once a script asked. The address has only the kind of failure.
    let general = move || {
        let (title, text) = match action.value().get() {
            Some(Ok(()) | Err(AppError::Invalid { .. })) => return None,
            Some(Err(error)) => (error.to_string(), None),
            None => {
                let why = match posted.as_deref()? {
                    "invalid" => t.password_refused,
                    "too_many" => t.password_too_often,
                    _ => t.password_later,
                };
                (t.password_not_changed.to_owned(), Some(why.to_owned()))
            }
        };
        Some(view! { <Notice kind=NoticeKind::Error title=title nostrip:text=text/> })
    };
    let changed = move || {
        let said = done && action.value().get().is_none();
        said.then(|| view! { <Notice kind=NoticeKind::Done title=t.password_changed/> })
    };
    view! {
        <section class="section">
            <div class="section__head">
                <h2>{t.password}</h2>
                <p class="section__help">{t.password_help}</p>
            </div>
            {general}
            {changed}
            <ActionForm action=action attr:class="form">
                <input type="hidden" name="back" value=here.path("/settings?at=password")/>
                <TextField
                    id="password"
                    name="password"
                    kind="password"
                    label=t.password_old
                    value=old
                    autocomplete="current-password"
                    required=true
                    width=FieldWidth::Medium
                    error=at("password")
                />
                <TextField
                    id="new_password"
                    name="new_password"
                    kind="password"
                    label=t.password_new
                    hint=t.password_hint
                    value=new
                    autocomplete="new-password"
                    minlength=PASSWORD_MIN as u32
                    required=true
                    width=FieldWidth::Medium
                    error=at("new_password")
                />
                <div class="form__actions">
                    <Button r#type=ButtonType::Submit busy=action.pending()>
                        {t.password_change}
                    </Button>
                </div>
            </ActionForm>
        </section>
    }
}
