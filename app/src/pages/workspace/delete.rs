//! The foot of `/w/{slug}/settings`, for owners: the end of the workspace.

use crate::components::{
    Button, ButtonKind, ButtonType, Dialog, ErrorNotice, Notice, NoticeKind, TextField, focus_field,
};
use crate::error::AppError;
use crate::messages::creator;
use crate::pages::layout::use_here;
use crate::server_fns::workspaces::{delete_workspace, workspace_contents};
use leptos::prelude::*;
use leptos::task::spawn_local;
use parley_domain::person::WorkspaceContents;

/// What the parts of the dialog share.
#[derive(Clone, Copy)]
struct End {
    open: RwSignal<bool>,
    contents: RwSignal<Option<Result<WorkspaceContents, AppError>>>,
    name: RwSignal<String>,
    password: RwSignal<String>,
    busy: RwSignal<bool>,
    failed: RwSignal<Option<AppError>>,
    slug: StoredValue<String>,
}

impl End {
    /// Asks how much would go; nothing is changed.
    fn count(self) {
        self.contents.set(None);
        spawn_local(async move {
            let found = workspace_contents(self.slug.get_value()).await;
            // The page may have been left meanwhile.
            let _ = self.contents.try_set(Some(found));
        });
    }

    fn ask(self) {
        self.count();
        self.open.set(true);
    }

    fn go(self) {
        self.busy.set(true);
        let (name, password) = (self.name.get_untracked(), self.password.get_untracked());
        spawn_local(async move {
            match delete_workspace(self.slug.get_value(), name, password).await {
                // A new page, not a new view: nothing of the workspace stays in this one. The start page leads on, to
                // another workspace, to the log-in page, or to a first run.
                Ok(()) => {
                    let _ = window().location().set_href("/");
                }
                Err(error) => {
                    let bad = ["name", "password"]
                        .into_iter()
                        .find(|field| error.field(field).is_some());
                    let _ = self.failed.try_set(Some(error));
                    let _ = self.busy.try_set(false);
                    if let Some(field) = bad {
                        focus_field(&format!("delete-{field}"));
                    }
                }
            }
        });
    }

    fn problem_at(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || self.failed.get()?.field(field).map(str::to_owned))
    }
}

/// What it means, and the way to it.
#[component]
pub(super) fn DeleteWorkspace() -> impl IntoView {
    let t = creator().workspace;
    let end = End {
        open: RwSignal::new(false),
        contents: RwSignal::new(None),
        name: RwSignal::new(String::new()),
        password: RwSignal::new(String::new()),
        busy: RwSignal::new(false),
        failed: RwSignal::new(None),
        slug: StoredValue::new(use_here().slug()),
    };
    Effect::new(move |_| {
        if !end.open.get() {
            end.name.set(String::new());
            end.password.set(String::new());
            end.failed.set(None);
        }
    });
    view! {
        <section class="section">
            <div class="section__head">
                <h2>{t.delete}</h2>
                <p class="section__help">{t.delete_help}</p>
            </div>
            <div>
                <Button kind=ButtonKind::Harm on_press=Callback::new(move |()| end.ask())>{t.delete_open}</Button>
            </div>
            <Ask end=end/>
        </section>
    }
}

/// Asks before it happens: how much goes, whether this workspace is meant, and whether it is the owner who sits there.
#[component]
fn Ask(end: End) -> impl IntoView {
    let t = creator().workspace;
    let workspace = StoredValue::new(use_here().workspace().name);
    let title = workspace.with_value(|name| (t.delete_title)(name));
    let dirty = Signal::derive(move || !end.busy.get() && end.name.with(|name| !name.trim().is_empty()));
    let general = move || {
        let failed = end.failed.get()?;
        (failed.field("name").is_none() && failed.field("password").is_none()).then(|| failed.to_string())
    };
    view! {
        <Dialog id="delete-workspace" open=end.open title=title dirty=dirty>
            <form
                class="dialog__form"
                novalidate
                on:submit=move |ev| {
                    ev.prevent_default();
                    if !end.busy.get_untracked() {
                        end.go();
                    }
                }
            >
                <div class="dialog__body stack">
                    {move || general().map(|text| {
                        view! { <Notice kind=NoticeKind::Error title=t.failed text=text/> }
                    })}
                    <div class="stack stack--tight" role="status">{move || holds(end)}</div>
                    <p class="muted small">{t.at_once}</p>
                    <TextField
                        id="delete-name"
                        label=t.name_label
                        hint=workspace.with_value(|name| (t.name_hint)(name))
                        value=end.name
                        autocomplete="off"
                        autofocus=true
                        error=end.problem_at("name")
                    />
                    <TextField
                        id="delete-password"
                        kind="password"
                        label=t.password_label
                        value=end.password
                        autocomplete="current-password"
                        error=end.problem_at("password")
                    />
                </div>
                <div class="dialog__foot">
                    <Button on_press=Callback::new(move |()| end.open.set(false))>{creator().cancel}</Button>
                    <Button kind=ButtonKind::Danger r#type=ButtonType::Submit busy=end.busy>{t.confirm}</Button>
                </div>
            </form>
        </Dialog>
    }
}

/// How much goes, as it is counted when the dialog opens.
fn holds(end: End) -> AnyView {
    let t = creator().workspace;
    match end.contents.get() {
        None => view! { <p class="muted">{creator().loading}</p> }.into_any(),
        Some(Err(error)) => view! {
            <ErrorNotice
                title=creator().load_failed
                text=error.to_string()
                on_retry=Callback::new(move |()| end.count())
            />
        }
        .into_any(),
        Some(Ok(held)) => view! {
            <p class="strong">{t.goes}</p>
            <ul>
                <li>{(t.interviews)(held.interviews)}</li>
                <li>{(t.candidates)(held.candidates)}</li>
                <li>{(t.sessions)(held.sessions)}</li>
                {(held.accounts > 0).then(|| view! { <li>{(t.accounts)(held.accounts)}</li> })}
            </ul>
        }
        .into_any(),
    }
}
