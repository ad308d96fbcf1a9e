//! `…/settings`: how the talk runs, its time, who may enter.

mod fields;
mod form;
mod parts;

use self::{
    fields::Fields,
    form::Form,
    parts::{AccessPart, TalkPart, TimePart},
};
use super::frame::use_interview;
use super::store::{Kept, forget, keep, kept};
use crate::components::{
    AsyncView, Button, ButtonKind, ButtonSize, ButtonType, ConfirmDialog, Notice, NoticeKind, SignedOut, SkeletonKind,
    use_toasts,
};
use crate::error::AppError;
use crate::messages::creator;
use crate::pages::layout::use_here;
use crate::pages::links::{ExtendAll, ShareCard};
use crate::server_fns::interviews::get_interview;
use leptos::prelude::*;
use parley_domain::{
    account::Action,
    interview::{Interview, Settings},
};

/// Fetches the interview and shows its settings.
#[component]
pub fn SettingsTab() -> impl IntoView {
    let here = use_here();
    let id = use_interview().id.get_untracked();
    let data = Resource::new(|| (), move |()| get_interview(here.slug(), id));
    view! {
        <div class="page page--form">
            <AsyncView
                data=data
                skeleton=SkeletonKind::Form
                view=|interview: Interview| view! { <SettingsForm interview=interview/> }.into_any()
            />
            <ShareCard/>
            <ExtendAll id=id/>
        </div>
    }
}

#[component]
fn SettingsForm(interview: Interview) -> impl IntoView {
    let here = use_here();
    let locked = !here.can(Action::EditInterviews);
    let settings = interview.content.settings;
    let form = Form {
        fields: Fields::new(&settings),
        slug: StoredValue::new(here.slug()),
        id: interview.id,
        frame: use_interview(),
        // The edits that an undo brings back are this form's.
        toasts: use_toasts().of_page(),
        base: RwSignal::new(settings),
        revision: RwSignal::new(interview.revision),
        errors: RwSignal::default(),
        busy: RwSignal::new(false),
        failed: RwSignal::new(None),
        restored: RwSignal::new(None),
    };
    let dirty = Memo::new(move |_| form.base.with(|base| form.fields.read().as_ref() != Ok(base)));
    if !locked {
        guard(form, dirty);
        form.frame.edited(dirty, move |then| form.save_then(false, then));
    }
    view! {
        <form
            class="settings-form"
            novalidate
            on:submit=move |ev| {
                ev.prevent_default();
                form.save(false);
            }
        >
            <Messages form=form/>
            <TalkPart form=form locked=locked/>
            <TimePart form=form locked=locked/>
            <AccessPart form=form locked=locked/>
            {(!locked).then(|| view! { <SaveRow form=form dirty=dirty/> })}
        </form>
    }
}

/// As in the content editor: edits survive the page, and a newer revision with the same settings is no conflict.
fn guard(form: Form, dirty: Memo<bool>) {
    let ready = RwSignal::new(false);
    Effect::new(move |_| {
        let saved = form.base.get_untracked();
        if let Some(found) = kept::<Settings>(&form.key())
            && found.input != saved
        {
            let stale = found.is_stale(&saved, form.revision.get_untracked());
            form.fields.load(&found.input);
            if stale {
                // A save then meets the newer revision as a conflict, and asks.
                form.revision.set(found.revision);
            }
            form.restored.set(Some(stale));
        }
        ready.set(true);
    });
    Effect::new(move |_| {
        let read = form.fields.read();
        if !ready.get() {
            return;
        }
        match read {
            Ok(input) if dirty.get() => {
                let stale = form.restored.get_untracked() == Some(true);
                keep(
                    &form.key(),
                    &Kept {
                        revision: form.revision.get(),
                        base: Some(form.base.get()).filter(|_| !stale),
                        input,
                    },
                );
            }
            Ok(_) => forget(&form.key()),
            // A field that is being typed in is no number just now: what was kept before stays kept.
            Err(_) => {}
        }
    });
    Effect::new(move |_| {
        if let Some(Ok(newer)) = form.frame.data.get()
            && form.restored.get_untracked() != Some(true)
            && form.base.with_untracked(|base| newer.content.settings == *base)
            && newer.revision > form.revision.get_untracked()
        {
            form.revision.set(newer.revision);
        }
    });
    Effect::new(move |_| {
        let handle = window_event_listener(leptos::ev::beforeunload, move |ev| {
            if dirty.try_get_untracked() == Some(true) {
                ev.prevent_default();
            }
        });
        on_cleanup(move || handle.remove());
    });
}

#[component]
fn Messages(form: Form) -> impl IntoView {
    let t = creator().interviews;
    let restored = move || {
        form.restored.get().map(|stale| {
            let text = if stale { t.restored_stale_text } else { t.restored_text };
            view! {
                <Notice title=t.restored text=text>
                    <Button size=ButtonSize::Small on_press=Callback::new(move |()| form.discard())>{t.discard}</Button>
                </Notice>
            }
        })
    };
    let failed = move || {
        match form.failed.get()? {
        AppError::SignedOut => Some(view! { <SignedOut/> }.into_any()),
        AppError::Conflict { code, .. } if code == "changed_meanwhile" => Some(
            view! {
                <Notice kind=NoticeKind::Error title=t.conflict text=t.conflict_text seek=true>
                    <Button size=ButtonSize::Small on_press=Callback::new(move |()| form.discard())>
                        {t.conflict_theirs}
                    </Button>
                    <Button size=ButtonSize::Small on_press=Callback::new(move |()| form.save(true))>
                        {t.conflict_mine}
                    </Button>
                </Notice>
            }
            .into_any(),
        ),
        error => Some(
            view! {
                <Notice kind=NoticeKind::Error title=t.save_failed text=format!("{error} {}", t.save_failed_kept) seek=true>
                    <Button size=ButtonSize::Small on_press=Callback::new(move |()| form.save(false))>
                        {creator().try_again}
                    </Button>
                </Notice>
            }
            .into_any(),
        ),
    }
    };
    view! {
        {restored}
        {failed}
    }
}

#[component]
fn SaveRow(form: Form, dirty: Memo<bool>) -> impl IntoView {
    let t = creator().interviews;
    let shown = Memo::new(move |_| dirty.get() || form.busy.get());
    let asking = RwSignal::new(false);
    let idle = Signal::derive(move || !shown.get());
    view! {
        <div class="save-bar" class:save-bar--shown=move || shown.get()>
            <span role="status">{move || shown.get().then_some(t.unsaved)}</span>
            <span class="push"></span>
            <Button kind=ButtonKind::Quiet disabled=idle on_press=Callback::new(move |()| asking.set(true))>
                {t.discard}
            </Button>
            <Button kind=ButtonKind::Primary r#type=ButtonType::Submit busy=form.busy disabled=idle>{t.save}</Button>
        </div>
        <ConfirmDialog
            id="discard-settings"
            open=asking
            title=t.discard_title
            text=t.discard_text
            confirm=t.discard
            cancel=creator().keep_editing
            danger=true
            on_confirm=Callback::new(move |()| form.discard())
        />
    }
}
