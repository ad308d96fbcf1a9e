//! The second step: files are read in the background, each with its state.

use super::{
    page::{Desk, trouble},
    upload::file_table,
};
use crate::{
    components::{Button, ButtonKind, ConfirmDialog, Progress},
    messages::creator,
    server_fns::resumes::cancel_batch,
};
use leptos::{leptos_dom::helpers::set_interval_with_handle, prelude::*, task::spawn_local};
use parley_domain::batch::FileCounts;
use std::time::Duration;

/// Between looks that no event asked for.
const LOOK: Duration = Duration::from_secs(4);

/// Gives the batch up, after asking.
#[component]
pub(super) fn GiveUp() -> impl IntoView {
    let t = creator().resumes;
    let desk = expect_context::<Desk>();
    let asking = RwSignal::new(false);
    let cancel = Callback::new(move |()| {
        let Some(id) = desk.batch.with_untracked(|batch| batch.as_ref().map(|batch| batch.id)) else {
            return;
        };
        spawn_local(async move { desk.settle(cancel_batch(desk.here.slug(), id).await) });
    });
    view! {
        <Button kind=ButtonKind::Harm on_press=Callback::new(move |()| asking.set(true))>{t.cancel}</Button>
        <ConfirmDialog
            id="give-up"
            open=asking
            title=t.cancel_title
            text=t.cancel_text
            confirm=t.cancel
            danger=true
            on_confirm=cancel
        />
    }
}

/// The step.
#[component]
pub(super) fn Reading() -> impl IntoView {
    let t = creator().resumes;
    let desk = expect_context::<Desk>();
    // Events tell of every file; where the work is done by another process there are none.
    Effect::new(move |_| {
        if let Ok(handle) = set_interval_with_handle(move || desk.reload(), LOOK) {
            on_cleanup(move || handle.clear());
        }
    });
    let counts = Memo::new(move |_| {
        desk.batch
            .with(|batch| batch.as_ref().map_or_else(FileCounts::default, |batch| batch.counts))
    });
    let value = Signal::derive(move || counts.with(|counts| Some(counts.read + counts.failed)));
    let total = Signal::derive(move || counts.with(|counts| counts.files));
    let figures = Signal::derive(move || {
        counts.with(|counts| {
            let (read, failed) = (u64::from(counts.read), u64::from(counts.failed));
            (t.progress)(read, failed, u64::from(counts.files))
        })
    });
    view! {
        <div class="import__body import__body--narrow">
            {trouble(desk)}
            <section class="import__going stack" aria-live="off">
                <Progress label=t.reading_title value=value total=total figures=figures/>
                <p class="muted">{t.reading_help}</p>
            </section>
            {move || desk.batch.with(|batch| batch.as_ref().map(|batch| file_table(desk, batch)))}
        </div>
        <footer class="import__foot"><GiveUp/></footer>
    }
}
