//! `…/content`: the editor as it looks. What it holds, and how that is kept and saved, is the handle's beside it.

use super::draft::Rows;
use super::editing::{Editing, Home, Obstacle, follow, guard, resolve, save, save_then};
use super::frame::use_interview;
use super::parts::{CriteriaPart, QuestionsPart};
use super::writer::{Refine, Writer};
use crate::components::{
    AsyncView, Button, ButtonKind, ButtonSize, ButtonType, ConfirmDialog, Notice, NoticeKind, SignedOut, SkeletonKind,
    TextArea, TextField,
};
use crate::error::AppError;
use crate::messages::creator;
use crate::pages::layout::use_here;
use crate::server_fns::interviews::{Content, get_interview};
use leptos::prelude::*;
use parley_domain::{account::Action, interview::Interview};

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
        if let Home::Saved { frame, .. } = editing.home {
            frame.edited(dirty, move |then| save_then(editing, then));
        }
    }
    // A message stands at its field by the field's place; where rows change places, it would stand at another one.
    let rows = Memo::new(move |_| editing.draft.rows());
    Effect::watch(
        move || rows.get(),
        move |now, before, _| {
            let grew = |before: &Rows| {
                before
                    .iter()
                    .all(|(list, keys)| now.get(list).is_some_and(|now| now.starts_with(keys)))
            };
            if !before.is_some_and(grew) {
                editing.errors.set(Vec::new());
            }
        },
        false,
    );
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
    let obstacle = move || {
        match editing.obstacle.get()? {
        Obstacle::Conflict => Some(view! { <Conflict editing=editing/> }.into_any()),
        Obstacle::Failed(AppError::SignedOut) => Some(view! { <SignedOut/> }.into_any()),
        Obstacle::Failed(error) => Some(
            view! {
                <Notice kind=NoticeKind::Error title=t.save_failed text=format!("{error} {}", t.save_failed_kept) seek=true>
                    <Button size=ButtonSize::Small on_press=save>{creator().try_again}</Button>
                </Notice>
            }
            .into_any(),
        ),
    }
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
        <Notice kind=NoticeKind::Error title=t.conflict text=t.conflict_text seek=true>
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
                r#type=ButtonType::Submit
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
