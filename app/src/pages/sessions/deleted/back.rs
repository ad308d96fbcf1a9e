//! Bringing many back at once, part by part: a dialog shows how far it is, can stop it, and says what was done where it did not
//! come to its end.

use super::Bin;
use crate::{
    components::{Button, Dialog, Notice, NoticeKind, Toasts},
    messages::creator,
    pages::{
        many::{End, Going, GoingLine, WhenLeft, with_missing},
        sessions::address::Place,
    },
    server_fns::sessions::{deleted_ids, restore_candidates},
};
use leptos::{prelude::*, task::spawn_local};
use parley_domain::{id::CandidateId, paging::AT_ONCE, time::Timestamp};

/// Who was deleted from the first to the second of these moments, or ever.
pub(super) type Within = Option<(Timestamp, Timestamp)>;

/// The dialog and what it shows.
#[derive(Clone, Copy)]
pub(super) struct Back {
    going: Going,
    open: RwSignal<bool>,
    /// Whose button was pressed, until all is done.
    pressed: RwSignal<Option<Within>>,
    /// What came of it, in a line and in sentences.
    said: RwSignal<Option<(String, String)>>,
}

impl Back {
    pub(super) fn new() -> Self {
        Self {
            going: Going::default(),
            open: RwSignal::new(false),
            pressed: RwSignal::new(None),
            said: RwSignal::new(None),
        }
    }

    /// Whether the button of these is at work.
    pub(super) fn is_at(self, within: Within) -> Signal<bool> {
        Signal::derive(move || self.pressed.get() == Some(within))
    }
}

/// Brings everyone back whom this search names and who was deleted within these moments. Once begun it outlasts its page: then
/// nobody sees the dialog, and a toast says what there is to say.
pub(super) fn bring_back(bin: Bin, toasts: Toasts, q: String, within: Within) {
    let Place {
        slug,
        interview: Some(interview),
    } = bin.place.get_untracked()
    else {
        return;
    };
    let back = bin.back;
    if back.pressed.with_untracked(Option::is_some) {
        return;
    }
    back.pressed.set(Some(within));
    spawn_local(async move {
        match deleted_ids(slug.clone(), interview, q, within).await {
            Ok(ids) => restore(bin, toasts, slug, ids).await,
            Err(error) => {
                bin.trouble.try_set(Some(error));
            }
        }
        back.pressed.try_set(None);
    });
}

async fn restore(bin: Bin, toasts: Toasts, slug: String, ids: Vec<CandidateId>) {
    let t = &creator().sessions;
    let back = bin.back;
    if ids.len() > AT_ONCE {
        back.said.try_set(None);
        back.open.try_set(true);
    }
    let mut n = 0_u64;
    let one = |some: Vec<CandidateId>| {
        let ids = some.iter().map(ToString::to_string).collect();
        restore_candidates(slug.clone(), "/".to_owned(), ids)
    };
    let take = |some: u64| n += some;
    let went = back.going.send(&ids, AT_ONCE, WhenLeft::GoesOn, one, take).await;
    bin.reload();
    match &went.end {
        End::Done => {
            bin.trouble.try_set(None);
            back.open.try_set(false);
            toasts.show(with_missing((t.restored)(n), went.done, n));
        }
        // Said above the list, or here where there is none any more.
        End::Failed(error) if ids.len() <= AT_ONCE => {
            if let Some(Some(error)) = bin.trouble.try_set(Some(error.clone())) {
                toasts.show(error.to_string());
            }
        }
        _ => {
            let of = (creator().of_all)(went.done as u64, went.all as u64);
            let title = format!("{} ({of})", (t.restored)(n));
            if back.open.try_get_untracked() != Some(true) {
                return toasts.show(went.why() + &title);
            }
            let mut text = went.why() + t.still_deleted;
            if went.unsure > 0 {
                text.push(' ');
                text.push_str(&(creator().rest_unsure)(went.unsure as u64));
            }
            back.said.try_set(Some((title, text)));
        }
    }
}

/// How far it is, and what came of it.
#[component]
pub(super) fn BackDialog(back: Back) -> impl IntoView {
    let label = creator().sessions.restoring;
    Effect::new(move |_| {
        // Also where the browser closed it by itself.
        if !back.open.get() {
            back.going.ask_to_stop();
        }
    });
    // The same button all the time: who sits on it stays there.
    let away = Callback::new(move |()| {
        if !back.going.ask_to_stop() {
            back.open.set(false);
        }
    });
    let on = Memo::new(move |_| back.going.is_on());
    let word = move || if on.get() { creator().cancel } else { creator().close };
    view! {
        <Dialog
            id="bring-back"
            open=back.open
            title=label
            hold=Callback::new(move |()| back.going.ask_to_stop())
        >
            <div class="dialog__body stack">
                <GoingLine going=back.going label=label/>
                {move || back.said.get().map(|(title, text)| {
                    view! { <Notice kind=NoticeKind::Mind title=title text=text/> }
                })}
            </div>
            <div class="dialog__foot">
                <Button busy=back.going.stopping() on_press=away attr:autofocus="true">{word}</Button>
            </div>
        </Dialog>
    }
}
