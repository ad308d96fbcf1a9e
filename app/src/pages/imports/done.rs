//! The last step: progress while rows are written, then what became of every row, the rejected ones as a file, and undo.

use super::{
    address::new_import_href,
    desk::{Desk, use_import},
    rows::{Chip, Rows, follow},
};
use crate::{
    components::{Button, ButtonKind, ButtonLink, ConfirmDialog, IconName, Notice, NoticeKind, Progress, press_failed},
    error::AppError,
    messages::{creator, number, past_result_word, result_word, sum_line, undone_line, wrote_nothing},
    server_fns::imports::work_import,
};
use leptos::{prelude::*, task::spawn_local};
use parley_domain::import::{Import, ImportState, ImportWork, RowResult};
use std::time::Duration;

/// After how long work that was asked for is looked at.
const SOON: Duration = Duration::from_millis(500);

/// Progress and result.
#[component]
pub(super) fn DoneStep() -> impl IntoView {
    let desk = use_import();
    let moving = Memo::new(move |_| desk.with(|data| is_moving(&data.import)) == Some(true));
    follow(desk, moving);
    let failed = RwSignal::new(None::<(&'static str, AppError)>);
    let (cancelling, undoing) = (RwSignal::new(false), RwSignal::new(false));
    let busy = RwSignal::new(false);
    let t = creator().imports;
    let act = move |work: ImportWork, title: &'static str| {
        Callback::new(move |()| {
            let Some(id) = desk.id.get_untracked() else { return };
            busy.set(true);
            // The answer comes when the work is done; where that takes a while, its progress is shown meanwhile.
            set_timeout(
                move || {
                    if busy.try_get_untracked() == Some(true) {
                        desk.reload();
                    }
                },
                SOON,
            );
            spawn_local(async move {
                match work_import(desk.place.slug(), id, work, None).await {
                    Ok(data) => {
                        failed.set(None);
                        desk.take(data);
                    }
                    Err(error) => failed.set(Some((title, error))),
                }
                _ = busy.try_set(false);
            });
        })
    };
    view! {
        <div class="import__body">
            {move || failed.get().map(|(title, error)| press_failed(title, &error))}
            {move || if moving.get() {
                view! { <Moving desk=desk cancelling=cancelling busy=busy/> }.into_any()
            } else {
                view! { <Outcome desk=desk undoing=undoing busy=busy/> }.into_any()
            }}
        </div>
        <ConfirmDialog
            id="cancel-import"
            open=cancelling
            title=t.cancel_title
            text=t.cancel_text
            confirm=t.cancel_running
            cancel=t.cancel_not
            danger=true
            on_confirm=act(ImportWork::Cancel, t.cancel_failed)
        />
        <ConfirmDialog
            id="undo-import"
            open=undoing
            title=t.undo_title
            text=t.undo_text
            confirm=t.undo
            danger=true
            on_confirm=act(ImportWork::Undo, t.undo_failed)
        />
    }
}

fn is_moving(import: &Import) -> bool {
    import.state == ImportState::Running || import.work.is_some()
}

/// How far the work is, and of how much.
fn share(import: &Import) -> (u32, u32) {
    let counts = &import.counts;
    match import.work {
        Some(ImportWork::Undo) => {
            let touched = counts.added.unwrap_or_default() + counts.updated.unwrap_or_default();
            let gone = [counts.removed, counts.restored, counts.kept];
            (gone.into_iter().flatten().sum(), touched)
        }
        _ => (counts.finished(), counts.rows),
    }
}

/// Seconds that are left at the pace so far.
fn seconds_left(done: u32, since: u32, total: u32, millis: f64) -> Option<u32> {
    let moved = done.checked_sub(since).filter(|moved| *moved > 0)?;
    let left = f64::from(total.saturating_sub(done)) * millis / f64::from(moved) / 1000.0;
    (left < 86_400.0).then(|| left.ceil() as u32)
}

#[component]
fn Moving(desk: Desk, cancelling: RwSignal<bool>, busy: RwSignal<bool>) -> impl IntoView {
    let t = creator().imports;
    let shares = Memo::new(move |_| desk.with(|data| share(&data.import)).unwrap_or_default());
    // When this page began to look, and how far it was then.
    let start = StoredValue::new(None::<(f64, u32)>);
    let left = RwSignal::new(None::<u32>);
    Effect::new(move |_| {
        let (done, total) = shares.get();
        let now = js_sys::Date::now();
        match start.get_value() {
            None => start.set_value(Some((now, done))),
            Some((then, since)) => left.set(seconds_left(done, since, total, now - then)),
        }
    });
    let work = Memo::new(move |_| desk.with(|data| data.import.work).flatten());
    let label = move || match work.get() {
        Some(ImportWork::Undo) => t.undoing,
        Some(ImportWork::Cancel) => t.cancelling,
        Some(ImportWork::Confirm) | None => t.running,
    };
    let figures = Signal::derive(move || {
        let (done, total) = shares.get();
        (t.progress)(done, total, left.get())
    });
    view! {
        <section class="import__going stack">
            <p class="strong truncate"><bdi>{desk.now().map(|import| import.file_name)}</bdi></p>
            {move || view! {
                <Progress
                    label=label()
                    value=Signal::derive(move || Some(shares.get().0))
                    total=Signal::derive(move || shares.get().1.max(1))
                    figures=figures
                />
            }}
            <p class="muted">{t.running_text}</p>
            <div class="row">
                {move || (desk.may_edit() && work.get() == Some(ImportWork::Confirm)).then(|| view! {
                    <Button busy=busy on_press=Callback::new(move |()| cancelling.set(true))>{t.cancel_running}</Button>
                })}
                <ButtonLink kind=ButtonKind::Quiet href=desk.place.sessions()>{t.to_sessions}</ButtonLink>
            </div>
        </section>
    }
}

#[component]
fn Outcome(desk: Desk, undoing: RwSignal<bool>, busy: RwSignal<bool>) -> impl IntoView {
    let chips = Signal::derive(move || desk.with(|data| chips(&data.import)).unwrap_or_default());
    // Its figures do not move any more, its rows do: undo marks them.
    let import = Memo::new(move |_| desk.with(|data| data.import.clone()));
    view! {
        {move || import.get().map(|import| view! { <Summary import=import desk=desk undoing=undoing busy=busy/> })}
        <section class="stack" aria-labelledby="rows-title">
            <h2 class="import__part" id="rows-title">{creator().imports.rows_title}</h2>
            <Rows chips=chips editable=false/>
        </section>
    }
}

fn chips(import: &Import) -> Vec<Chip> {
    let counts = &import.counts;
    let word = match import.state {
        ImportState::Undone => past_result_word,
        _ => result_word,
    };
    let one = |result: RowResult, rows: Option<u32>| {
        let value = match result {
            RowResult::Added => "done_added",
            RowResult::Updated => "done_updated",
            RowResult::Skipped => "done_skipped",
            RowResult::Rejected => "done_rejected",
        };
        (value, word(result), rows.unwrap_or_default())
    };
    vec![
        ("", creator().imports.all_rows, counts.rows),
        one(RowResult::Added, counts.added),
        one(RowResult::Updated, counts.updated),
        one(RowResult::Skipped, counts.skipped),
        one(RowResult::Rejected, Some(counts.rejected)),
    ]
}

#[component]
fn Summary(import: Import, desk: Desk, undoing: RwSignal<bool>, busy: RwSignal<bool>) -> impl IntoView {
    let t = creator().imports;
    let counts = import.counts;
    let nothing = wrote_nothing(&import);
    let undone = import.state == ImportState::Undone;
    let (kind, title, text) = match import.state {
        ImportState::Undone => (NoticeKind::Done, t.undone, Some(undone_line(&counts))),
        ImportState::Cancelled if nothing => (NoticeKind::Mind, t.cancelled, Some(t.cancelled_empty.to_owned())),
        ImportState::Cancelled => (NoticeKind::Mind, t.cancelled, Some(t.cancelled_text.to_owned())),
        ImportState::Failed => (NoticeKind::Error, t.failed, import.failure.clone()),
        _ => (NoticeKind::Done, t.done, None),
    };
    // What there is now: after undo, what it did.
    let figures = if undone {
        vec![
            (t.removed, counts.removed),
            (t.restored, counts.restored),
            (t.kept, counts.kept),
        ]
    } else {
        vec![
            (result_word(RowResult::Added), counts.added),
            (result_word(RowResult::Updated), counts.updated),
            (result_word(RowResult::Skipped), counts.skipped),
            (result_word(RowResult::Rejected), Some(counts.rejected)),
        ]
    };
    let figures = figures
        .into_iter()
        .map(|(word, rows)| {
            view! {
                <div class="import__figure">
                    <dt>{word}</dt>
                    <dd>{number(u64::from(rows.unwrap_or_default()))}</dd>
                </div>
            }
        })
        .collect_view();
    let sum = sum_line(&counts);
    let sum = if undone { (t.before_undo)(&sum) } else { sum };
    let figures = (!nothing).then(|| {
        view! {
            <dl class="import__figures">{figures}</dl>
            <p class="figures muted">{sum}</p>
        }
    });
    let may_edit = desk.may_edit();
    let slug = desk.place.slug();
    let touched = counts.added.unwrap_or_default() + counts.updated.unwrap_or_default();
    let can_undo = may_edit && touched > 0 && !undone;
    let rejected = (counts.rejected > 0).then(|| {
        let href = format!("/download/w/{slug}/imports/{}/rejected.xlsx", import.id);
        view! {
            <div class="import__again">
                <div class="row">
                    <ButtonLink href=href icon=IconName::Download external=true>{t.download_rejected}</ButtonLink>
                    {may_edit.then(|| view! {
                        <ButtonLink href=new_import_href(&slug, import.interview_id) icon=IconName::Upload>{t.upload_again}</ButtonLink>
                    })}
                </div>
                <p class="muted small">{t.download_rejected_text}</p>
            </div>
        }
    });
    view! {
        <section class="stack" aria-label=title>
            <Notice kind=kind title=format!("{title}: {}", import.file_name) nostrip:text=text/>
            {figures}
            {rejected}
            <div class="row">
                <ButtonLink kind=ButtonKind::Primary href=desk.place.sessions()>{t.to_sessions}</ButtonLink>
                {may_edit.then(|| view! {
                    <ButtonLink href=new_import_href(&slug, import.interview_id)>{t.another}</ButtonLink>
                })}
                {can_undo.then(|| view! {
                    <Button
                        kind=ButtonKind::Harm
                        icon=IconName::Undo
                        busy=busy
                        on_press=Callback::new(move |()| undoing.set(true))
                    >
                        {t.undo}
                    </Button>
                })}
            </div>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_by_the_pace_so_far() {
        assert_eq!(seconds_left(500, 0, 1_000, 2_000.0), Some(2));
        assert_eq!(seconds_left(600, 500, 1_000, 1_000.0), Some(4));
        assert_eq!(seconds_left(500, 500, 1_000, 1_000.0), None);
        assert_eq!(seconds_left(1_000, 0, 1_000, 1_000.0), Some(0));
    }
}
