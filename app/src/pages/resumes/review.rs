//! The third step: what was found, editable, with its sources; then **Add n candidates**.

use super::{
    cell::Cell,
    page::{Desk, trouble},
    reading::GiveUp,
};
use crate::{
    components::{
        Badge, Button, ButtonKind, ButtonSize, Checkbox, ConfirmDialog, IconButton, IconName, Notice, NoticeKind,
    },
    messages::{creator, duplicate_words, resume_field_word},
    server_fns::resumes::{add_batch, remove_file, retry_file},
};
use leptos::{prelude::*, task::spawn_local};
use parley_domain::{
    batch::{BatchFile, FileState, ResumeBatch},
    id::ResumeFileId,
    resume::{Engine, ResumeField},
};

/// The file that is asked about before it is taken out, with its row's mark of being at work.
type Removing = RwSignal<Option<(ResumeFileId, RwSignal<bool>)>>;

/// The rows, each with a signal of its own: changing one leaves the others, and the focus in them, alone.
type Rows = RwSignal<Vec<(ResumeFileId, ArcRwSignal<BatchFile>)>>;

/// Makes the rows say what the batch says.
fn bring(rows: Rows, batch: &ResumeBatch) {
    let in_review = |file: &&BatchFile| file.state == FileState::Read && file.candidate_id.is_none();
    let wanted: Vec<&BatchFile> = batch.files.iter().filter(in_review).collect();
    let old = rows.get_untracked();
    let mut fresh = Vec::with_capacity(wanted.len());
    for file in &wanted {
        match old.iter().find(|(id, _)| *id == file.id) {
            Some((id, row)) => {
                if row.with_untracked(|row| row != *file) {
                    row.set((*file).clone());
                }
                fresh.push((*id, row.clone()));
            }
            None => fresh.push((file.id, ArcRwSignal::new((*file).clone()))),
        }
    }
    let ids = |list: &[(ResumeFileId, ArcRwSignal<BatchFile>)]| list.iter().map(|(id, _)| *id).collect::<Vec<_>>();
    if ids(&old) != ids(&fresh) {
        rows.set(fresh);
    }
}

/// The step.
#[component]
pub(super) fn Review() -> impl IntoView {
    let t = creator().resumes;
    let desk = expect_context::<Desk>();
    let rows: Rows = RwSignal::new(Vec::new());
    let removing: Removing = RwSignal::new(None);
    provide_context(removing);
    desk.batch.with_untracked(|batch| {
        if let Some(batch) = batch {
            bring(rows, batch);
        }
    });
    Effect::new(move |_| {
        desk.batch.with(|batch| {
            if let Some(batch) = batch {
                bring(rows, batch);
            }
        });
    });
    let engine = desk.batch.with_untracked(|batch| {
        let mut engines = batch
            .iter()
            .flat_map(|batch| &batch.files)
            .filter_map(|file| file.engine);
        let first = engines.next();
        first.map(|first| if first == Engine::Ai { t.by_ai } else { t.by_rules })
    });
    let failed = move || {
        desk.batch
            .with(|batch| batch.as_ref().and_then(|batch| failed_files(desk, batch)))
    };
    let any = Memo::new(move |_| rows.with(|rows| !rows.is_empty()));
    view! {
        <div class="import__body import__body--wide">
            {trouble(desk)}
            <section class="stack">
                <div class="section__head">
                    <h2 class="import__part">{t.review_title}</h2>
                    {engine.map(|words| view! { <Badge label=words/> })}
                    <p class="section__help">{t.review_help}</p>
                </div>
                {move || {
                    if any.get() {
                        view! { <Table rows=rows/> }.into_any()
                    } else {
                        view! { <Notice kind=NoticeKind::Mind title=t.read_none/> }.into_any()
                    }
                }}
            </section>
            {failed}
        </div>
        <AddBar/>
        <RemoveDialog desk=desk removing=removing/>
    }
}

#[component]
fn Table(rows: Rows) -> impl IntoView {
    let t = creator().resumes;
    let heads = ResumeField::ALL
        .iter()
        .map(|field| {
            let class = if *field == ResumeField::Name { "col-sticky" } else { "" };
            view! { <th scope="col" class=class>{resume_field_word(*field)}</th> }
        })
        .collect_view();
    view! {
        <div class="table-box resumes__review">
            <table class="table">
                <thead>
                    <tr>
                        {heads}
                        <th scope="col">{t.file}</th>
                        <td class="col-end"></td>
                    </tr>
                </thead>
                <tbody>
                    <For each=move || rows.get() key=|(id, _)| *id let:entry>
                        {row_view(RwSignal::from(entry.1))}
                    </For>
                </tbody>
            </table>
        </div>
    }
}

fn row_view(file: RwSignal<BatchFile>) -> AnyView {
    let desk = expect_context::<Desk>();
    let cells = ResumeField::ALL
        .iter()
        .map(|field| view! { <Cell file=file field=*field/> })
        .collect_view();
    view! {
        <tr>
            {cells}
            <td>{move || file.with(about)}</td>
            <td class="num col-end">{row_actions(desk, file)}</td>
        </tr>
    }
    .into_any()
}

/// The file and what there is to mind about it.
fn about(file: &BatchFile) -> AnyView {
    let t = creator().resumes;
    let twin = file
        .possible_duplicate
        .as_ref()
        .map(|twin| view! { <span class="small muted">{duplicate_words(twin)}</span> });
    let fell_back = file
        .fell_back
        .then(|| view! { <span class="small muted">{t.fell_back}</span> });
    view! {
        <div class="resumes__about">
            <span class="truncate"><bdi>{file.name.clone()}</bdi></span>
            {twin}
            {fell_back}
        </div>
    }
    .into_any()
}

/// Asks first: what was read was paid for, and it does not come back.
#[component]
fn RemoveDialog(desk: Desk, removing: Removing) -> impl IntoView {
    let t = creator().resumes;
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        if removing.with(Option::is_some) {
            open.set(true);
        }
    });
    let confirm = Callback::new(move |()| {
        if let Some((id, busy)) = removing.get_untracked() {
            act(desk, id, busy, false);
        }
    });
    view! {
        <ConfirmDialog
            id="remove-resume"
            open=open
            title=t.remove_title
            text=t.remove_text
            confirm=t.remove
            danger=true
            on_confirm=confirm
        />
    }
}

fn row_actions(desk: Desk, file: RwSignal<BatchFile>) -> AnyView {
    let t = creator().resumes;
    let removing = expect_context::<Removing>();
    let busy = RwSignal::new(false);
    let (id, name, can_retry) = file.with_untracked(|file| (file.id, file.name.clone(), file.can_retry));
    let read = file.with_untracked(|file| file.state == FileState::Read);
    let again = can_retry.then(|| {
        view! {
            <IconButton
                label=format!("{}: {name}", t.retry)
                icon=IconName::Refresh
                size=ButtonSize::Small
                busy=busy
                on_press=Callback::new(move |()| act(desk, id, busy, true))
            />
        }
    });
    view! {
        <span class="row row--end">
            {again}
            <IconButton
                label=format!("{}: {name}", t.remove)
                icon=IconName::Cross
                size=ButtonSize::Small
                busy=busy
                on_press=Callback::new(move |()| {
                    if read {
                        removing.set(Some((id, busy)));
                    } else {
                        act(desk, id, busy, false);
                    }
                })
            />
        </span>
    }
    .into_any()
}

/// Tries a file again, or takes it out.
fn act(desk: Desk, file: ResumeFileId, busy: RwSignal<bool>, again: bool) {
    let Some(batch) = desk.batch.with_untracked(|batch| batch.as_ref().map(|batch| batch.id)) else {
        return;
    };
    busy.try_set(true);
    spawn_local(async move {
        let slug = desk.here.slug();
        let answer = if again {
            retry_file(slug, batch, file).await
        } else {
            remove_file(slug, batch, file).await
        };
        // The row may be gone with its signal.
        busy.try_set(false);
        desk.settle(answer);
    });
}

/// How many are added, and whether their PDFs are kept.
#[component]
fn AddBar() -> impl IntoView {
    let t = creator().resumes;
    let desk = expect_context::<Desk>();
    let keep = RwSignal::new(
        desk.batch
            .with_untracked(|batch| batch.as_ref().is_none_or(|batch| batch.keep_files)),
    );
    let busy = RwSignal::new(false);
    // How many can be added, and how many wait.
    let figures = Memo::new(move |_| {
        desk.batch.with(|batch| {
            let files = batch.iter().flat_map(|batch| &batch.files);
            files.fold((0_u64, 0_u64), |(ready, wait), file| {
                let open = file.state == FileState::Read && file.candidate_id.is_none();
                if file.is_addable() {
                    (ready + 1, wait)
                } else {
                    (ready, wait + u64::from(open))
                }
            })
        })
    });
    let add = Callback::new(move |()| {
        let Some(id) = desk.batch.with_untracked(|batch| batch.as_ref().map(|batch| batch.id)) else {
            return;
        };
        busy.set(true);
        spawn_local(async move {
            let answer = add_batch(desk.here.slug(), id, keep.get_untracked()).await;
            busy.try_set(false);
            desk.settle(answer);
        });
    });
    view! {
        <footer class="import__foot">
            <Checkbox id="keep-files" label=t.keep checked=keep/>
            <span class="muted" aria-live="polite">
                {move || {
                    let (_, wait) = figures.get();
                    (wait > 0).then(|| (t.waiting)(wait))
                }}
            </span>
            <GiveUp/>
            <Button
                kind=ButtonKind::Primary
                busy=busy
                disabled=Signal::derive(move || figures.with(|(ready, _)| *ready == 0))
                on_press=add
            >
                {move || {
                    let (ready, _) = figures.get();
                    if ready == 0 { t.nobody.to_owned() } else { (t.add)(ready) }
                }}
            </Button>
        </footer>
    }
}

/// What was not read, with the reasons.
fn failed_files(desk: Desk, batch: &ResumeBatch) -> Option<AnyView> {
    let t = creator().resumes;
    let failed: Vec<&BatchFile> = batch
        .files
        .iter()
        .filter(|file| file.state == FileState::Failed)
        .collect();
    if failed.is_empty() {
        return None;
    }
    let rows = failed
        .into_iter()
        .map(|file| {
            view! {
                <tr>
                    <th scope="row" class="col-wide"><bdi>{file.name.clone()}</bdi></th>
                    <td class="col-wide">{file.reason.clone()}</td>
                    <td class="num">{row_actions(desk, RwSignal::new(file.clone()))}</td>
                </tr>
            }
        })
        .collect_view();
    Some(
        view! {
            <section class="section">
                <div class="section__head">
                    <h2 class="import__part">{t.failed_title}</h2>
                    <p class="section__help">{t.failed_help}</p>
                </div>
                <div class="table-box">
                    <table class="table"><tbody>{rows}</tbody></table>
                </div>
            </section>
        }
        .into_any(),
    )
}
