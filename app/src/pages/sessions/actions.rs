//! What a row's menu does that needs a question first: delete, end, replace a link, grant a retake. A page can be left while
//! the server works: what goes on then holds plain values, and only writes to what was the page's.

use super::{
    bulk::{Bulk, BulkDialog, delete},
    desk::{Desk, use_desk},
    merge::MergeDialog,
    retake::RetakeDialog,
};
use crate::{
    components::{ConfirmDialog, Dialog, raw_text, use_toasts},
    messages::creator,
    pages::links::{ExpiryDialog, Links},
    server_fns::sessions::{end_session, replace_link},
};
use leptos::{prelude::*, task::spawn_local};
use parley_domain::id::CandidateId;

/// An open state that follows whether there is something to ask about, and back.
pub(super) fn open_while(is: impl Fn() -> bool + Send + Sync + 'static, clear: impl Fn() + 'static) -> RwSignal<bool> {
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        let wanted = is();
        // Whom it asks about may change while it is open (some of them are done): it does not begin anew then.
        if open.get_untracked() != wanted {
            open.set(wanted);
        }
    });
    Effect::new(move |before: Option<bool>| {
        let now = open.get();
        if before == Some(true) && !now {
            clear();
        }
        now
    });
    open
}

/// All of them.
#[component]
pub(super) fn Actions() -> impl IntoView {
    let desk = use_desk();
    let slug = Signal::derive(move || desk.place.with(|p| p.slug.clone()));
    let retaken = Callback::new(move |ids: Vec<CandidateId>| {
        // Their rows are others now: what was ticked is done.
        unselect(desk, &ids);
        desk.reload();
    });
    let bulk = Bulk::new();
    view! {
        <DeleteDialog bulk=bulk/>
        <BulkDialog bulk=bulk/>
        <EndDialog/>
        <LinkDialog/>
        <RetakeDialog asked=desk.retaking slug=slug done=retaken/>
        <MergeDialog/>
        <ExtendDialog/>
        <ByHandDialog/>
    }
}

fn slug(desk: Desk) -> String {
    desk.place.with_untracked(|p| p.slug.clone())
}

/// These are done: who is left is what is acted on next.
pub(super) fn unselect(desk: Desk, ids: &[CandidateId]) {
    desk.selected.update(|s| {
        for id in ids {
            s.remove(id);
        }
    });
}

#[component]
fn DeleteDialog(bulk: Bulk) -> impl IntoView {
    let (desk, toasts) = (use_desk(), use_toasts());
    let t = &creator().sessions;
    // What the dialog asks about stays while it closes.
    let asked = RwSignal::new(Vec::<CandidateId>::new());
    Effect::new(move |_| {
        let ids = desk.deleting.get();
        if !ids.is_empty() {
            asked.set(ids);
        }
    });
    let open = open_while(
        move || desk.deleting.with(|ids| !ids.is_empty()),
        move || desk.deleting.set(Vec::new()),
    );
    let confirm = Callback::new(move |()| {
        spawn_local(delete(desk, bulk, toasts, slug(desk), asked.get_untracked()));
    });
    move || {
        let n = asked.with(|ids| ids.len() as u64);
        view! {
            <ConfirmDialog
                id="delete-candidates"
                open=open
                title=(t.delete_title)(n)
                text=t.delete_text
                confirm=t.delete
                danger=true
                on_confirm=confirm
            />
        }
    }
}

#[component]
fn EndDialog() -> impl IntoView {
    let desk = use_desk();
    let t = &creator().sessions;
    let open = open_while(move || desk.ending.get().is_some(), move || desk.ending.set(None));
    let confirm = Callback::new(move |()| {
        let Some(id) = desk.ending.get_untracked() else { return };
        let slug = slug(desk);
        spawn_local(async move {
            desk.settle(end_session(slug, id).await);
            desk.reload();
        });
    });
    view! {
        <ConfirmDialog id="end-session" open=open title=t.end text=t.end_text confirm=t.end danger=true on_confirm=confirm/>
    }
}

#[component]
fn LinkDialog() -> impl IntoView {
    let (desk, toasts) = (use_desk(), use_toasts());
    let t = &creator().sessions;
    let open = open_while(move || desk.relinking.get().is_some(), move || desk.relinking.set(None));
    let confirm = Callback::new(move |()| {
        let Some(id) = desk.relinking.get_untracked() else {
            return;
        };
        let slug = slug(desk);
        spawn_local(async move {
            if desk.settle(replace_link(slug, id).await).is_some() {
                toasts.show(t.link_replaced);
            }
            desk.reload();
        });
    });
    view! {
        <ConfirmDialog
            id="replace-link"
            open=open
            title=t.replace_link
            text=t.replace_link_text
            confirm=t.replace_link
            on_confirm=confirm
        />
    }
}

/// Until when links work: of those whom a row's menu or the selection named.
#[component]
fn ExtendDialog() -> impl IntoView {
    let desk = use_desk();
    // What the dialog asks about stays while it closes.
    let asked = RwSignal::new(Vec::<CandidateId>::new());
    Effect::new(move |_| {
        let ids = desk.extending.get();
        if !ids.is_empty() {
            asked.set(ids);
        }
    });
    let open = open_while(
        move || desk.extending.with(|ids| !ids.is_empty()),
        move || desk.extending.set(Vec::new()),
    );
    // The rest is asked about again.
    let part = Callback::new(move |ids: Vec<CandidateId>| {
        unselect(desk, &ids);
        asked.update(|asked| asked.retain(|id| ids.binary_search(id).is_err()));
        desk.reload();
    });
    view! {
        <ExpiryDialog
            id="extend-links"
            open=open
            slug=Signal::derive(move || slug(desk))
            whose=Signal::derive(move || Links::Of(asked.get()))
            on_done=Callback::new(move |()| desk.reload())
            on_part=part
        />
    }
}

/// What the browser did not let us copy (plain http in a local network, a missing permission), selected for copying by hand.
#[component]
fn ByHandDialog() -> impl IntoView {
    let desk = use_desk();
    let open = open_while(
        move || desk.by_hand.with(|text| !text.is_empty()),
        move || desk.by_hand.set(String::new()),
    );
    let select = |ev: leptos::ev::FocusEvent| event_target::<web_sys::HtmlTextAreaElement>(&ev).select();
    view! {
        <Dialog id="copy-by-hand" open=open title=creator().copy>
            <div class="dialog__body">
                <label class="field">
                    <span class="field__label">{creator().copy_by_hand}</span>
                    <textarea
                        class="input"
                        rows="4"
                        readonly
                        autofocus=true
                        on:focus=select
                    >
                        {raw_text(desk.by_hand.get_untracked())}
                    </textarea>
                </label>
            </div>
        </Dialog>
    }
}
