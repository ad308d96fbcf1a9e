//! `/w/{slug}/settings/ai`: the installation's AI model.

use super::SettingsHead;
use crate::components::{
    AsyncView, Button, ButtonKind, ButtonType, Checkbox, ConfirmDialog, FieldWidth, Notice, NoticeKind, TextField,
    focus_field, use_toasts,
};
use crate::error::AppError;
use crate::messages::creator;
use crate::pages::layout::use_here;
use crate::server_fns::ai::{read_ai_settings, remove_ai, save_ai, test_ai};
use leptos::prelude::*;
use leptos::task::spawn_local;
use parley_domain::ai::{AiSettings, AiSettingsInput, AiSource, AiTest};

/// The settings for those who may; for the others, who may.
#[component]
pub fn AiModel() -> impl IntoView {
    let t = creator().ai;
    let here = use_here();
    if !here.workspace().first_owner() {
        return view! {
            <SettingsHead/>
            <div class="page page--form"><Notice title=t.only_owner text=t.only_owner_text/></div>
        }
        .into_any();
    }
    let settings = Resource::new(|| (), move |()| read_ai_settings(here.slug()));
    let reload = Callback::new(move |()| settings.refetch());
    view! {
        <SettingsHead/>
        <div class="page page--form">
            <section class="section">
                <div class="section__head">
                    <h2>{t.title}</h2>
                    <p class="section__help">{t.help}</p>
                </div>
                <AsyncView
                    data=settings
                    view={move |found: AiSettings| {
                        if found.source == AiSource::Environment {
                            fixed(&found)
                        } else {
                            form(&found, reload)
                        }
                    }}
                />
            </section>
        </div>
    }
    .into_any()
}

fn fact(term: &'static str, text: impl Into<String>) -> AnyView {
    view! {
        <dt>{term}</dt>
        <dd>{text.into()}</dd>
    }
    .into_any()
}

/// What is being tried, and what came of it.
#[derive(Clone, Copy)]
struct Trial {
    busy: RwSignal<bool>,
    result: RwSignal<Option<Result<AiTest, AppError>>>,
}

impl Trial {
    fn new() -> Self {
        Self {
            busy: RwSignal::new(false),
            result: RwSignal::new(None),
        }
    }

    fn run(self, slug: String, input: Option<AiSettingsInput>) {
        self.busy.set(true);
        spawn_local(async move {
            self.result.set(Some(test_ai(slug, input).await));
            self.busy.set(false);
        });
    }

    fn shown(self) -> AnyView {
        (move || match self.result.get() {
            Some(Ok(found)) => outcome(&found),
            Some(Err(AppError::Invalid { .. })) | None => ().into_any(),
            Some(Err(error)) => view! { <Notice kind=NoticeKind::Error title=error.to_string()/> }.into_any(),
        })
        .into_any()
    }
}

fn outcome(found: &AiTest) -> AnyView {
    let t = creator().ai;
    let (kind, title, text) = match (found.ok, found.structured) {
        (true, true) => (NoticeKind::Done, t.test_ok, found.detail.clone()),
        (true, false) => (NoticeKind::Mind, t.test_loose, t.test_loose_text.to_owned()),
        (false, _) => (NoticeKind::Error, t.test_failed, found.detail.clone()),
    };
    let structured = match &found.format {
        Some(how) if found.structured => (t.structured_yes)(how),
        _ => t.structured_no.to_owned(),
    };
    let millis = i64::try_from(found.latency_ms).unwrap_or(i64::MAX);
    let facts = found.ok.then(|| {
        view! {
            <dl class="facts" id="ai-test">
                {fact(t.model, found.model.clone())} {fact(t.latency, (t.seconds)(millis))}
                {fact(t.structured, structured)}
            </dl>
        }
    });
    view! {
        <Notice kind=kind title=title text=text/>
        {facts}
    }
    .into_any()
}

/// The environment decides: nothing to change here.
fn fixed(found: &AiSettings) -> AnyView {
    let t = creator().ai;
    let here = use_here();
    let trial = Trial::new();
    view! {
        <Notice title=t.environment text=t.environment_text/>
        <dl class="facts">
            {fact(t.url, found.url.clone())} {fact(t.model, found.model.clone())}
            {fact(t.key, if found.has_key { t.key_yes } else { t.key_no })}
        </dl>
        {trial.shown()}
        <div class="form__actions">
            <Button busy=trial.busy on_press=Callback::new(move |()| trial.run(here.slug(), None))>{t.test}</Button>
        </div>
    }
    .into_any()
}

fn form(found: &AiSettings, reload: Callback<()>) -> AnyView {
    let t = creator().ai;
    let here = use_here();
    let toasts = use_toasts();
    let (url, model) = (RwSignal::new(found.url.clone()), RwSignal::new(found.model.clone()));
    let key = RwSignal::new(String::new());
    let forget = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(None::<AppError>);
    let trial = Trial::new();
    let input = move || AiSettingsInput {
        url: url.get_untracked(),
        model: model.get_untracked(),
        key: match key.get_untracked() {
            key if !key.trim().is_empty() => Some(key),
            _ => forget.get_untracked().then(String::new),
        },
    };
    // What is wrong with a field is said at the field, whichever button found it.
    let wrong = Memo::new(move |_| failed.get().or_else(|| trial.result.get().and_then(Result::err)));
    let at = move |field: &'static str| Signal::derive(move || wrong.get()?.field(field).map(str::to_owned));
    Effect::new(move |_| {
        let first = ["url", "model", "key"];
        if let Some(field) = wrong.with(|e| {
            first
                .into_iter()
                .find(|f| e.as_ref().is_some_and(|e| e.field(f).is_some()))
        }) {
            focus_field(&format!("ai-{field}"));
        }
    });
    let general = move || failed.get().filter(|e| !matches!(e, AppError::Invalid { .. }));
    let save = move || {
        busy.set(true);
        trial.result.set(None);
        spawn_local(async move {
            match save_ai(here.slug(), input()).await {
                Ok(_) => {
                    failed.set(None);
                    toasts.show(t.saved);
                    reload.try_run(());
                }
                Err(error) => failed.set(Some(error)),
            }
            busy.set(false);
        });
    };
    let test = Callback::new(move |()| {
        failed.set(None);
        trial.run(here.slug(), Some(input()));
    });
    let kept = found.has_key;
    view! {
        {(found.source == AiSource::None).then(|| view! { <Notice title=t.none/> })}
        {move || general().map(|e| view! { <Notice kind=NoticeKind::Error title=e.to_string()/> })}
        <form
            class="form"
            novalidate
            on:submit=move |ev| {
                ev.prevent_default();
                save();
            }
        >
            <TextField id="ai-url" label=t.url hint=t.url_hint value=url inputmode="url" width=FieldWidth::Wide error=at("url")/>
            <TextField id="ai-model" label=t.model hint=t.model_hint value=model width=FieldWidth::Wide error=at("model")/>
            <TextField
                id="ai-key"
                label=t.key
                kind="password"
                hint=if kept { t.key_kept } else { t.key_hint }
                value=key
                autocomplete="off"
                optional=true
                width=FieldWidth::Wide
                error=at("key")
            />
            {kept.then(|| view! { <Checkbox id="ai-forget" label=t.key_forget checked=forget/> })}
            {trial.shown()}
            <div class="form__actions">
                <Button kind=ButtonKind::Primary r#type=ButtonType::Submit busy=busy>{creator().save}</Button>
                <Button busy=trial.busy on_press=test>{t.test}</Button>
                {(found.source == AiSource::Settings).then(|| remove(reload, failed))}
            </div>
        </form>
    }
    .into_any()
}

/// Back to the built-in engine, after a question.
fn remove(reload: Callback<()>, failed: RwSignal<Option<AppError>>) -> AnyView {
    let t = creator().ai;
    let here = use_here();
    let toasts = use_toasts();
    let asking = RwSignal::new(false);
    let confirmed = Callback::new(move |()| {
        spawn_local(async move {
            match remove_ai(here.slug()).await {
                Ok(_) => {
                    toasts.show(t.removed);
                    reload.try_run(());
                }
                Err(error) => failed.set(Some(error)),
            }
        });
    });
    view! {
        <Button kind=ButtonKind::Harm on_press=Callback::new(move |()| asking.set(true))>{t.remove}</Button>
        <ConfirmDialog
            id="ai-remove"
            open=asking
            title=t.remove_title
            text=t.remove_text
            confirm=t.remove
            danger=true
            on_confirm=confirmed
        />
    }
    .into_any()
}
