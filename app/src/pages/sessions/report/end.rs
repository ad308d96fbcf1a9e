//! Ends the session that is shown, after asking.

use super::Sheet;
use crate::{
    components::{Button, ConfirmDialog, IconName, use_toasts},
    messages::creator,
    pages::sessions::actions::open_while,
    server_fns::sessions::{ReportData, end_session},
};
use leptos::{prelude::*, task::spawn_local};
use parley_domain::session::Status;

/// The button, while there is something to end.
#[component]
pub(super) fn EndButton(found: ReportData, sheet: Sheet) -> impl IntoView {
    let id = found.session.id;
    (found.may.end && found.session.status == Status::InProgress).then(move || {
        let press = Callback::new(move |()| sheet.ending.set(Some(id)));
        view! { <Button icon=IconName::Cross on_press=press>{creator().sessions.end}</Button> }
    })
}

/// The question before it; stands outside of what is drawn anew as the session moves.
#[component]
pub(super) fn EndDialog(sheet: Sheet) -> impl IntoView {
    let t = &creator().sessions;
    let toasts = use_toasts();
    let open = open_while(move || sheet.ending.get().is_some(), move || sheet.ending.set(None));
    let confirm = Callback::new(move |()| {
        let Some(id) = sheet.ending.get_untracked() else { return };
        let slug = sheet.slug.get_untracked();
        spawn_local(async move {
            let ended = end_session(slug, id).await;
            if ended.is_ok() {
                toasts.show(t.ended);
            }
            sheet.settle(id, toasts, ended.err());
        });
    });
    view! {
        <ConfirmDialog
            id="end-session"
            open=open
            title=t.end
            text=t.end_text
            confirm=t.end
            danger=true
            on_confirm=confirm
        />
    }
}
