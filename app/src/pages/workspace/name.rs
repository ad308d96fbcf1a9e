//! The part of `/w/{slug}/settings` about the workspace: its name, for who may change its settings.

use crate::components::{Button, ButtonType, FieldWidth, Notice, NoticeKind, TextField, focus_field, use_toasts};
use crate::error::AppError;
use crate::messages::creator;
use crate::pages::layout::use_here;
use crate::server_fns::accounts::RenameWorkspace;
use leptos::form::ActionForm;
use leptos::prelude::*;
use parley_domain::person::TITLE_MAX;

/// The field.
const NAME: &str = "workspace-name";

/// The name. Works as a plain form.
#[component]
pub(super) fn WorkspaceName(
    /// What came of a plain post of this form, if there was one: the failure's code.
    posted: Option<String>,
) -> impl IntoView {
    let t = creator().accounts;
    let here = use_here();
    let toasts = use_toasts();
    let action = ServerAction::<RenameWorkspace>::new();
    Effect::new(move |_| {
        match action.value().get() {
            Some(Ok(())) => {
                toasts.show(t.workspace_saved);
                // The frame says the name, too.
                here.reload();
            }
            Some(Err(error)) if error.field("name").is_some() => focus_field(NAME),
            _ => {}
        }
    });
    let failed = Memo::new(move |_| action.value().get().and_then(Result::err));
    let at_name = Signal::derive(move || failed.get()?.field("name").map(str::to_owned));
    // What came of a plain post is past once a script asked.
    let general = move || match action.value().get() {
        Some(Ok(()) | Err(AppError::Invalid { .. })) => None,
        Some(Err(error)) => Some(error.to_string()),
        None => posted.as_ref().map(|_| creator().fix_fields.to_owned()),
    };
    view! {
        <section class="section">
            <div class="section__head">
                <h2>{t.workspace}</h2>
                <p class="section__help">{t.workspace_help}</p>
            </div>
            {move || general().map(|text| view! { <Notice kind=NoticeKind::Error title=text/> })}
            <ActionForm action=action attr:class="form">
                <input type="hidden" name="workspace" value=here.slug()/>
                <input type="hidden" name="back" value=here.path("/settings?at=workspace")/>
                <TextField
                    id=NAME
                    name="name"
                    label=t.workspace_name
                    initial=here.workspace().name
                    autocomplete="organization"
                    maxlength=TITLE_MAX as u32
                    width=FieldWidth::Medium
                    error=at_name
                />
                <div class="form__actions">
                    <Button r#type=ButtonType::Submit busy=action.pending()>
                        {t.workspace_rename}
                    </Button>
                </div>
            </ActionForm>
        </section>
    }
}
