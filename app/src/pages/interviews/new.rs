//! `/w/{slug}/interviews/new`: blank, or one of the templates. Works as a plain form.

use crate::components::{
    AsyncView, Button, ButtonKind, ButtonLink, ButtonType, FieldWidth, Notice, NoticeKind, SkeletonKind, TextField,
    failure,
};
use crate::error::AppError;
use crate::messages::creator;
use crate::pages::layout::{PageHeader, use_here};
use crate::server_fns::analysis::can_describe;
use crate::server_fns::interviews::{CreateInterview, TemplateSeen, list_templates};
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use parley_domain::account::Action;

/// Title and where to start from; who may not create any is told so.
#[component]
pub fn NewInterview() -> impl IntoView {
    let t = creator().interviews;
    let here = use_here();
    let page = if here.can(Action::EditInterviews) {
        view! { <NewForm/> }.into_any()
    } else {
        failure(&AppError::Forbidden, Callback::new(|()| {}))
    };
    view! {
        <PageHeader title=t.new crumbs=vec![(here.path("/interviews"), t.title.to_owned())]/>
        <div class="page">{page}</div>
    }
}

#[component]
fn NewForm() -> impl IntoView {
    let t = creator().interviews;
    let here = use_here();
    let templates = Resource::new(|| (), move |()| list_templates(here.slug()));
    let action = ServerAction::<CreateInterview>::new();
    let failed = Memo::new(move |_| action.value().get().and_then(Result::err));
    let posted = use_query_map().with_untracked(|q| q.get("error"));
    let at_title = Signal::derive(move || failed.get()?.field("title").map(str::to_owned));
    let general = move || match failed.get() {
        Some(AppError::Invalid { .. }) => None,
        Some(error) => Some(error.to_string()),
        None => posted.as_ref().map(|_| creator().fix_fields.to_owned()),
    };
    view! {
        {move || general().map(|text| view! { <Notice kind=NoticeKind::Error title=t.new_failed text=text/> })}
        <Described/>
        <ActionForm action=action attr:class="form">
            <input type="hidden" name="workspace" value=here.slug()/>
            <TextField
                id="title"
                name="title"
                label=t.new_name
                hint=t.new_name_hint
                maxlength=200_u32
                autofocus=true
                width=FieldWidth::Wide
                error=at_title
            />
            <fieldset class="stack stack--tight">
                <legend class="field__label">{t.new_from}</legend>
                <AsyncView
                    data=templates
                    skeleton=SkeletonKind::Cards
                    view={move |list: Vec<TemplateSeen>| {
                        let blank = one("", t.new_blank.to_owned(), t.new_blank_text.to_owned(), None);
                        let rest = list
                            .into_iter()
                            .map(|t| one(&t.key, t.name, t.summary, Some(t.questions)))
                            .collect_view();
                        view! { <div class="cards">{blank} {rest}</div> }.into_any()
                    }}
                />
            </fieldset>
            <div class="form__actions">
                <Button kind=ButtonKind::Primary r#type=ButtonType::Submit busy=action.pending()>{t.new_create}</Button>
                <ButtonLink kind=ButtonKind::Quiet href=here.path("/interviews")>{creator().cancel}</ButtonLink>
            </div>
        </ActionForm>
    }
}

/// The way to an interview that is written from a description, where a model is configured.
#[component]
fn Described() -> impl IntoView {
    let t = creator().analysis;
    let here = use_here();
    let can = Resource::new(|| (), move |()| can_describe(here.slug()));
    view! {
        <Transition>
            {move || Suspend::new(async move {
                (can.await == Ok(true)).then(|| view! {
                    <div class="card described">
                        <div class="stack stack--tight">
                            <p class="strong">{t.describe}</p>
                            <p class="muted">{t.describe_text}</p>
                        </div>
                        <ButtonLink href=here.path("/interviews/describe")>{t.describe}</ButtonLink>
                    </div>
                })
            })}
        </Transition>
    }
}

/// One way to start, as a large radio.
fn one(key: &str, name: String, summary: String, questions: Option<u32>) -> AnyView {
    let t = creator().interviews;
    view! {
        <label class="choice choice--card choice--pick">
            <input type="radio" name="template" value=key.to_owned() checked=key.is_empty()/>
            <span class="strong">{name}</span>
            <span class="choice__note">{summary}</span>
            {questions.map(|n| view! { <span class="choice__note faint">{(t.questions)(u64::from(n))}</span> })}
        </label>
    }
    .into_any()
}
