//! `…/content`: the editor. Edits are kept in the browser until they are saved; a save that would undo someone else's asks.

use super::draft::Draft;
use super::frame::{OneInterview, use_interview};
use super::parts::{CriteriaPart, QuestionsPart};
use super::store::{Kept, forget, keep, kept};
use super::writer::{Refine, Writer};
use crate::components::{
    AsyncView, Button, ButtonKind, ButtonSize, ConfirmDialog, Notice, NoticeKind, SignedOut, SkeletonKind, TextArea,
    TextField, Toasts, focus_field, use_toasts,
};
use crate::error::AppError;
use crate::messages::creator;
use crate::pages::layout::use_here;
use crate::server_fns::analysis::create_written;
use crate::server_fns::interviews::{Content, get_interview, save_content};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;
use parley_domain::{account::Action, error::FieldError, id::InterviewId, interview::Interview};
use std::time::Duration;

/// Fetches the interview and opens the editor with it.
#[component]
pub fn ContentTab() -> impl IntoView {
    let here = use_here();
    let id = use_interview().id.get_untracked();
    // Its own fetch: the frame's is repeated when the state changes, and must not open the editor anew.
    let data = Resource::new(|| (), move |()| get_interview(here.slug(), id));
    view! {
        <div class="page page--form">
            <AsyncView
                data=data
                skeleton=SkeletonKind::Form
                view=|interview: Interview| view! { <Editor interview=interview/> }.into_any()
            />
        </div>
    }
}

/// What keeps the editor from saving just now.
#[derive(Clone, Debug, PartialEq)]
enum Obstacle {
    /// Someone saved since these edits began.
    Conflict,
    /// Anything else.
    Failed(AppError),
}

/// Where the content is saved.
#[derive(Clone, Copy)]
pub(super) enum Home {
    /// In an interview that is there.
    Saved {
        /// Its frame, told when something was saved.
        frame: OneInterview,
        /// Its id.
        id: InterviewId,
    },
    /// Nowhere yet: saving makes an interview.
    New,
}

/// What the parts of the editor share.
#[derive(Clone, Copy)]
pub(super) struct Editing {
    pub(super) draft: Draft,
    pub(super) errors: RwSignal<Vec<FieldError>>,
    /// The role may read only.
    pub(super) locked: bool,
    pub(super) slug: StoredValue<String>,
    pub(super) toasts: Toasts,
    /// An interview is being written into the editor: it is not saved meanwhile.
    pub(super) writing: RwSignal<bool>,
    home: Home,
    /// Goes to a path of ours.
    go: Callback<String>,
    base: RwSignal<Content>,
    revision: RwSignal<i64>,
    busy: RwSignal<bool>,
    obstacle: RwSignal<Option<Obstacle>>,
    /// Edits of an earlier visit were put back; `true` where someone saved in between.
    restored: RwSignal<Option<bool>>,
}

impl Editing {
    /// An editor of this content.
    pub(super) fn new(content: Content, revision: i64, home: Home, slug: String, locked: bool) -> Self {
        let navigate = use_navigate();
        Self {
            draft: Draft::new(&content),
            errors: RwSignal::default(),
            locked,
            slug: StoredValue::new(slug),
            toasts: use_toasts(),
            writing: RwSignal::new(false),
            home,
            go: Callback::new(move |path: String| navigate(&path, Default::default())),
            base: RwSignal::new(content),
            revision: RwSignal::new(revision),
            busy: RwSignal::new(false),
            obstacle: RwSignal::new(None),
            restored: RwSignal::new(None),
        }
    }

    /// The message at this field, by the path that the check gives it.
    pub(super) fn error(self, path: impl Fn() -> String + Send + Sync + 'static) -> Signal<Option<String>> {
        Signal::derive(move || {
            self.errors.with(|errors| {
                if errors.is_empty() {
                    return None;
                }
                let path = path();
                errors
                    .iter()
                    .find(|error| error.field == path)
                    .map(|error| error.message.clone())
            })
        })
    }

    fn key(self) -> String {
        match self.home {
            Home::Saved { id, .. } => format!("parley.content.{id}"),
            Home::New => format!("parley.content.new.{}", self.slug.get_value()),
        }
    }

    fn reset(self, content: &Content) {
        self.draft.load(content);
        self.errors.set(Vec::new());
        self.obstacle.set(None);
        self.restored.set(None);
        forget(&self.key());
    }
}

#[component]
fn Editor(interview: Interview) -> impl IntoView {
    let here = use_here();
    let home = Home::Saved {
        frame: use_interview(),
        id: interview.id,
    };
    let locked = !here.can(Action::EditInterviews);
    let editing = Editing::new(Content::of(&interview), interview.revision, home, here.slug(), locked);
    follow(editing);
    view! {
        {(!locked).then(|| view! { <Refine editing=editing/> })}
        <Form editing=editing/>
    }
}

/// The editor of an interview that is not there yet: written from a description first, saved when its creator says so.
#[component]
pub(super) fn NewEditor() -> impl IntoView {
    let here = use_here();
    let editing = Editing::new(Content::default(), 0, Home::New, here.slug(), false);
    view! {
        <Writer editing=editing/>
        <Form editing=editing/>
    }
}

#[component]
fn Form(editing: Editing) -> impl IntoView {
    let dirty = Memo::new(move |_| editing.base.with(|base| editing.draft.read() != *base));
    if !editing.locked {
        guard(editing, dirty);
    }
    let save = Callback::new(move |()| save(editing));
    view! {
        <form
            class="stack stack--wide"
            novalidate
            on:submit=move |ev| {
                ev.prevent_default();
                save.run(());
            }
        >
            <Messages editing=editing save=save/>
            <AboutPart editing=editing/>
            <QuestionsPart editing=editing/>
            <CriteriaPart editing=editing/>
            {(!editing.locked).then(|| view! { <SaveBar editing=editing dirty=dirty/> })}
        </form>
    }
}

/// Puts back what an earlier visit left unsaved, keeps every edit, and asks before a page with unsaved edits is left.
fn guard(editing: Editing, dirty: Memo<bool>) {
    let ready = RwSignal::new(false);
    Effect::new(move |_| {
        if let Some(found) = kept::<Content>(&editing.key())
            && found.input != editing.base.get_untracked()
        {
            let stale = found.revision != editing.revision.get_untracked();
            editing.draft.load(&found.input);
            // A save then meets the newer revision as a conflict, and asks.
            editing.revision.set(found.revision);
            editing.restored.set(Some(stale));
        }
        ready.set(true);
    });
    Effect::new(move |timer: Option<Option<TimeoutHandle>>| {
        if let Some(Some(timer)) = timer {
            timer.clear();
        }
        let content = editing.draft.read();
        if !ready.get() {
            return None;
        }
        if !dirty.get() {
            forget(&editing.key());
            return None;
        }
        let (key, begun) = (editing.key(), editing.revision.get_untracked());
        let write = move || {
            // The page may have been left since the last letter: that letter is kept too.
            let revision = editing.revision.try_get_untracked().unwrap_or(begun);
            let input = content;
            keep(&key, &Kept { revision, input });
        };
        set_timeout_with_handle(write, Duration::from_millis(250)).ok()
    });
    // The browser's own question. Edits are kept anyway; this is for those who would look for them elsewhere.
    Effect::new(move |_| {
        let handle = window_event_listener(leptos::ev::beforeunload, move |ev| {
            if dirty.try_get_untracked() == Some(true) {
                // Without waiting for a pause in typing: there may be none.
                let input = untrack(|| editing.draft.read());
                let revision = editing.revision.get_untracked();
                keep(&editing.key(), &Kept { revision, input });
                ev.prevent_default();
            }
        });
        on_cleanup(move || handle.remove());
    });
}

/// A newer revision that did not touch the content (the state, the settings) is no conflict: the editor moves on to it.
fn follow(editing: Editing) {
    let Home::Saved { frame, .. } = editing.home else {
        return;
    };
    let shared = frame.data;
    Effect::new(move |_| {
        if let Some(Ok(newer)) = shared.get()
            && editing.base.with_untracked(|base| Content::of(&newer) == *base)
            && newer.revision > editing.revision.get_untracked()
        {
            editing.revision.set(newer.revision);
        }
    });
}

fn save(editing: Editing) {
    if editing.busy.get_untracked() || editing.writing.get_untracked() || editing.locked {
        return;
    }
    let content = untrack(|| editing.draft.read());
    if let Err(errors) = content.checked() {
        show_errors(editing, errors);
        return;
    }
    editing.errors.set(Vec::new());
    editing.busy.set(true);
    let Home::Saved { frame, id } = editing.home else {
        return create(editing, content);
    };
    let sent = editing.draft.sent();
    let revision = editing.revision.get_untracked();
    spawn_local(async move {
        let result = save_content(editing.slug.get_value(), id, revision, content.clone()).await;
        // The page may have been left meanwhile.
        if editing.busy.try_set(false).is_some() {
            return;
        }
        match result {
            Ok(saved) => {
                let now = Content::of(&saved);
                editing.draft.settle(&content, &sent, &now);
                editing.revision.set(saved.revision);
                editing.base.set(now);
                editing.obstacle.set(None);
                editing.restored.set(None);
                editing.toasts.show(creator().interviews.saved);
                frame.reload();
            }
            Err(AppError::Invalid { errors }) => show_errors(editing, errors),
            Err(AppError::Conflict { code, .. }) if code == "changed_meanwhile" => {
                editing.obstacle.set(Some(Obstacle::Conflict));
            }
            Err(error) => editing.obstacle.set(Some(Obstacle::Failed(error))),
        }
    });
}

/// Makes an interview of what the editor holds, and goes to it.
fn create(editing: Editing, content: Content) {
    spawn_local(async move {
        let slug = editing.slug.get_value();
        let result = create_written(slug.clone(), content.clone()).await;
        if editing.busy.try_set(false).is_some() {
            return;
        }
        match result {
            Ok(id) => {
                forget(&editing.key());
                // Nothing is unsaved any more: the page is left without a question.
                editing.base.set(content);
                editing.toasts.show(creator().interviews.saved);
                editing.go.run(format!("/w/{slug}/interviews/{id}/content"));
            }
            Err(AppError::Invalid { errors }) => show_errors(editing, errors),
            Err(error) => editing.obstacle.set(Some(Obstacle::Failed(error))),
        }
    });
}

/// Shows the messages at their fields and goes to the first.
fn show_errors(editing: Editing, errors: Vec<FieldError>) {
    let first = errors.first().map(|error| editing.draft.control_of(&error.field));
    editing.errors.set(errors);
    if let Some(id) = first {
        focus_field(&id);
    }
}

/// Fetches what is saved now: to look at it (`mine` false), or to replace it with one's own.
fn resolve(editing: Editing, mine: bool) {
    let Home::Saved { id, .. } = editing.home else {
        return editing.reset(&Content::default());
    };
    editing.busy.set(true);
    spawn_local(async move {
        let result = get_interview(editing.slug.get_value(), id).await;
        if editing.busy.try_set(false).is_some() {
            return;
        }
        match result {
            Ok(theirs) => {
                let content = Content::of(&theirs);
                editing.revision.set(theirs.revision);
                editing.base.set(content.clone());
                if mine {
                    editing.obstacle.set(None);
                    save(editing);
                } else {
                    editing.reset(&content);
                }
            }
            Err(error) => editing.obstacle.set(Some(Obstacle::Failed(error))),
        }
    });
}

/// What stands above the fields: edits put back, a conflict, a failure, how many fields need attention.
#[component]
fn Messages(editing: Editing, save: Callback<()>) -> impl IntoView {
    let t = creator().interviews;
    let restored = move || {
        editing.restored.get().map(|stale| {
            let text = if stale { t.restored_stale_text } else { t.restored_text };
            let discard = Callback::new(move |()| resolve(editing, false));
            view! {
                <Notice title=t.restored text=text>
                    <Button size=ButtonSize::Small on_press=discard>{t.discard}</Button>
                </Notice>
            }
        })
    };
    let obstacle = move || match editing.obstacle.get()? {
        Obstacle::Conflict => Some(view! { <Conflict editing=editing/> }.into_any()),
        Obstacle::Failed(AppError::SignedOut) => Some(view! { <SignedOut/> }.into_any()),
        Obstacle::Failed(error) => Some(
            view! {
                <Notice kind=NoticeKind::Error title=t.save_failed text=format!("{error} {}", t.save_failed_kept)>
                    <Button size=ButtonSize::Small on_press=save>{creator().try_again}</Button>
                </Notice>
            }
            .into_any(),
        ),
    };
    let wrong = move || {
        let errors = editing.errors.get();
        (errors.len() > 1).then(|| {
            let lines = errors
                .into_iter()
                .map(|error| view! { <li>{error.message}</li> })
                .collect_view();
            view! {
                <Notice kind=NoticeKind::Error title=creator().fix_fields>
                    <ul>{lines}</ul>
                </Notice>
            }
        })
    };
    view! {
        {restored}
        {obstacle}
        {wrong}
    }
}

#[component]
fn Conflict(editing: Editing) -> impl IntoView {
    let t = creator().interviews;
    let theirs = Callback::new(move |()| resolve(editing, false));
    let mine = Callback::new(move |()| resolve(editing, true));
    view! {
        <Notice kind=NoticeKind::Error title=t.conflict text=t.conflict_text>
            <Button size=ButtonSize::Small on_press=theirs>{t.conflict_theirs}</Button>
            <Button size=ButtonSize::Small on_press=mine>{t.conflict_mine}</Button>
        </Notice>
    }
}

#[component]
fn AboutPart(editing: Editing) -> impl IntoView {
    let t = creator().interviews;
    let draft = editing.draft;
    view! {
        <section class="section">
            <div class="section__head">
                <h2>{t.about}</h2>
                <p class="section__help">{t.about_help}</p>
            </div>
            <TextField
                id="content-title"
                label=t.new_name
                value=draft.title
                maxlength=200_u32
                disabled=editing.locked
                error=editing.error(|| "title".to_owned())
            />
            <TextArea
                id="content-welcome"
                label=t.welcome
                hint=t.welcome_hint
                value=draft.welcome
                optional=true
                disabled=editing.locked
                error=editing.error(|| "welcome".to_owned())
            />
            <TextArea
                id="content-objective"
                label=t.objective
                hint=t.objective_hint
                value=draft.objective
                optional=true
                rows=2
                disabled=editing.locked
                error=editing.error(|| "objective".to_owned())
            />
            <TextArea
                id="content-description"
                label=t.description
                hint=t.description_hint
                value=draft.description
                optional=true
                rows=2
                disabled=editing.locked
                error=editing.error(|| "description".to_owned())
            />
        </section>
    }
}

/// Stays in sight while there is something to save.
#[component]
fn SaveBar(editing: Editing, dirty: Memo<bool>) -> impl IntoView {
    let t = creator().interviews;
    let asking = RwSignal::new(false);
    let shown = Memo::new(move |_| (dirty.get() || editing.busy.get()) && !editing.writing.get());
    let label = match editing.home {
        Home::Saved { .. } => t.save,
        Home::New => creator().analysis.create,
    };
    view! {
        <div class="save-bar" class:save-bar--shown=move || shown.get()>
            <span role="status">{move || shown.get().then_some(t.unsaved)}</span>
            <span class="push"></span>
            <Button
                kind=ButtonKind::Quiet
                disabled=Signal::derive(move || !shown.get())
                on_press=Callback::new(move |()| asking.set(true))
            >
                {t.discard}
            </Button>
            <Button
                kind=ButtonKind::Primary
                r#type=crate::components::ButtonType::Submit
                busy=editing.busy
                disabled=Signal::derive(move || !shown.get())
            >
                {label}
            </Button>
        </div>
        <ConfirmDialog
            id="discard-edits"
            open=asking
            title=t.discard_title
            text=t.discard_text
            confirm=t.discard
            cancel=creator().keep_editing
            danger=true
            on_confirm=Callback::new(move |()| resolve(editing, false))
        />
    }
}
