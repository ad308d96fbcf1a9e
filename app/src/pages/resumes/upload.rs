//! The first step: files arrive one by one, and what reading them costs is said before anything runs.

use super::{
    page::{Desk, Sending, trouble},
    resumes_href, send,
};
use crate::{
    components::{
        Button, ButtonKind, ButtonLink, ButtonSize, DropZone, Head, IconButton, IconName, ListTable, Notice,
        NoticeKind, Progress, Status, Time, Tone,
    },
    error::AppError,
    messages::{count, creator, file_word},
    server_fns::resumes::{BatchRow, begin_batch, open_batches, read_batch, remove_file, start_batch},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use parley_domain::{
    batch::{BatchFile, BatchState, FileState, ResumeBatch},
    id::{BatchId, InterviewId},
};
use web_sys::File;

/// The step.
#[component]
pub(super) fn Upload() -> impl IntoView {
    let t = creator().resumes;
    let desk = expect_context::<Desk>();
    let Desk { sending, refused, .. } = desk;
    let navigate = use_navigate();
    let settle = Callback::new(move |id: BatchId| {
        let Some(interview) = desk.interview.get_untracked() else {
            return;
        };
        let href = resumes_href(&desk.here.slug(), interview, Some(id));
        navigate(
            &href,
            NavigateOptions {
                replace: true,
                scroll: false,
                ..NavigateOptions::default()
            },
        );
    });
    let take = Callback::new(move |files: Vec<File>| {
        if files.is_empty() || sending.with_untracked(Option::is_some) {
            return;
        }
        let all = u32::try_from(files.len()).unwrap_or(u32::MAX);
        sending.set(Some(Sending { done: 0, all }));
        refused.set(Vec::new());
        spawn_local(async move {
            let sent = send_all(desk, files).await;
            sending.try_set(None);
            match sent {
                // Files go on arriving where the dialog was closed meanwhile; its address is not gone to then.
                Ok(id) => _ = settle.try_run(id),
                Err(error) => _ = desk.trouble.try_set(Some(error)),
            }
        });
    });
    view! {
        <div class="import__body import__body--narrow">
            {trouble(desk)}
            <DropZone
                id="resume-files"
                icon=IconName::File
                title=t.drop
                other=t.drop_or
                choose=t.choose
                kind=ButtonKind::Primary
                limits=t.limits
                accept=".pdf,.zip,application/pdf,application/zip"
                multiple=true
                busy=Signal::derive(move || sending.with(Option::is_some))
                take=take
            />
            {move || sending.get().map(going)}
            {move || not_taken(refused.get())}
            {move || desk.batch.with(|batch| batch.as_ref().map(|batch| files(desk, batch)))}
            {move || desk.batch.with(Option::is_none).then(|| view! { <UnderWay/> })}
        </div>
        {move || desk.batch.with(|batch| batch.as_ref().and_then(|batch| foot(desk, batch)))}
    }
}

/// Sends the files to the present batch, or to a new one.
async fn send_all(desk: Desk, files: Vec<File>) -> Result<BatchId, AppError> {
    let slug = desk.here.slug();
    let present = desk.batch.with_untracked(|batch| batch.as_ref().map(|batch| batch.id));
    let id = match (present, desk.interview.get_untracked()) {
        (Some(id), _) => id,
        (None, Some(interview)) => begin_batch(slug.clone(), interview).await?,
        (None, None) => return Err(AppError::NotFound),
    };
    let url = format!("/upload/w/{slug}/resume-batches/{id}/files");
    for file in files {
        if let Err(sentence) = send::add(&url, &file).await {
            desk.refused.try_update(|list| list.push((file.name(), sentence)));
        }
        desk.sending.try_update(|sending| {
            if let Some(sending) = sending {
                sending.done += 1;
            }
        });
    }
    desk.settle(read_batch(slug, id).await);
    Ok(id)
}

fn going(sending: Sending) -> AnyView {
    let t = creator().resumes;
    let figures = (t.sent)(u64::from(sending.done), u64::from(sending.all));
    view! {
        <Progress
            label=t.sending
            value=Signal::stored(Some(sending.done))
            total=Signal::stored(sending.all)
            figures=Signal::stored(figures)
        />
    }
    .into_any()
}

fn not_taken(list: Vec<(String, String)>) -> Option<AnyView> {
    if list.is_empty() {
        return None;
    }
    let lines = list
        .into_iter()
        .map(|(name, sentence)| view! { <li><span class="strong">{name}</span>": "{sentence}</li> })
        .collect_view();
    let title = creator().resumes.send_failed;
    Some(
        view! {
            <Notice kind=NoticeKind::Error title=title>
                <ul class="stack stack--tight">{lines}</ul>
            </Notice>
        }
        .into_any(),
    )
}

/// The files that have arrived.
fn files(desk: Desk, batch: &ResumeBatch) -> AnyView {
    let t = creator().resumes;
    if batch.files.is_empty() {
        return view! { <p class="muted">{t.nothing_yet}</p> }.into_any();
    }
    let too_few = (batch.cost > batch.balance).then(|| {
        let text = format!("{} {}", (t.too_few_text)(batch.cost, batch.balance), t.too_few_help);
        view! {
            <Notice kind=NoticeKind::Mind title=t.too_few text=text>
                <ButtonLink size=ButtonSize::Small href=desk.here.path("/usage")>{t.usage}</ButtonLink>
            </Notice>
        }
    });
    view! {
        {too_few}
        {file_table(desk, batch)}
    }
    .into_any()
}

/// The cost and **Parse resumes**, once there are files.
fn foot(desk: Desk, batch: &ResumeBatch) -> Option<AnyView> {
    let t = creator().resumes;
    let sending = desk.sending;
    if batch.files.is_empty() {
        return None;
    }
    let busy = RwSignal::new(false);
    let id = batch.id;
    let start = Callback::new(move |()| {
        busy.set(true);
        spawn_local(async move {
            let answer = start_batch(desk.here.slug(), id).await;
            busy.try_set(false);
            desk.settle(answer);
        });
    });
    let can = batch.cost <= batch.balance && batch.counts.waiting > 0;
    let words = cost_words(batch);
    Some(
        view! {
            <footer class="import__foot">
                <span class="strong figures" aria-live="polite">{words}</span>
                <Button
                    kind=ButtonKind::Primary
                    icon=IconName::Play
                    busy=busy
                    disabled=Signal::derive(move || !can || sending.with(Option::is_some))
                    on_press=start
                >
                    {t.parse}
                </Button>
            </footer>
        }
        .into_any(),
    )
}

/// "3 files · 15 AI tokens · 485 left"; without a price where reading is free.
fn cost_words(batch: &ResumeBatch) -> String {
    let t = creator().resumes;
    let files = u64::from(batch.counts.waiting);
    if batch.per_resume == 0 {
        (t.files_only)(files)
    } else {
        (t.cost)(files, batch.cost, Ord::max(batch.balance - batch.cost, 0))
    }
}

/// Name, state and what can be done, for each file.
pub(super) fn file_table(desk: Desk, batch: &ResumeBatch) -> AnyView {
    let t = creator().resumes;
    let uploading = batch.state == BatchState::Uploaded;
    let id = batch.id;
    let rows = batch
        .files
        .iter()
        .map(|file| file_row(desk, id, file, uploading))
        .collect_view();
    view! {
        <div class="table-box">
            <table class="table resumes__files">
                <thead>
                    <tr>
                        <th scope="col">{t.file}</th>
                        <th scope="col">{t.state}</th>
                        <td></td>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn file_row(desk: Desk, batch: BatchId, file: &BatchFile, uploading: bool) -> AnyView {
    let t = creator().resumes;
    let tone = match file.state {
        FileState::Waiting => Tone::Idle,
        FileState::Reading => Tone::Busy,
        FileState::Read => Tone::Done,
        FileState::Failed => Tone::Harm,
    };
    let id = file.id;
    let busy = RwSignal::new(false);
    let remove = Callback::new(move |()| {
        busy.set(true);
        spawn_local(async move {
            let answer = remove_file(desk.here.slug(), batch, id).await;
            busy.try_set(false);
            desk.settle(answer);
        });
    });
    // While they are read they are left alone: giving up is one press for all.
    let action = uploading.then(|| {
        let label = format!("{}: {}", t.remove, file.name);
        view! {
            <IconButton
                label=label
                icon=IconName::Cross
                size=ButtonSize::Small
                busy=busy
                on_press=remove
            />
        }
    });
    view! {
        <tr>
            <th scope="row" class="col-wide"><bdi>{file.name.clone()}</bdi></th>
            <td class="col-wide">
                <Status tone=tone label=file_word(file.state)/>
                {file.reason.clone().map(|reason| view! { <div class="small muted">{reason}</div> })}
            </td>
            <td class="num">{action}</td>
        </tr>
    }
    .into_any()
}

/// Batches that were begun and are not over.
#[component]
fn UnderWay() -> impl IntoView {
    let t = creator().resumes;
    let desk = expect_context::<Desk>();
    let data = Resource::new(
        move || desk.interview.get(),
        move |interview| async move {
            match interview {
                Some(id) => open_batches(desk.here.slug(), id).await,
                None => Ok(Vec::new()),
            }
        },
    );
    let list = move || {
        let rows = data.get().and_then(Result::ok).filter(|rows| !rows.is_empty())?;
        let interview = desk.interview.get()?;
        let slug = desk.here.slug();
        let lines = rows
            .into_iter()
            .map(|row| waiting(&slug, interview, row))
            .collect_view();
        let heads = vec![
            Head::Words(t.files),
            Head::Words(t.state),
            Head::Figures(t.begun),
            Head::Actions(creator().imports.col_actions),
        ];
        Some(view! {
            <section class="section" aria-labelledby="under-way">
                <div class="section__head">
                    <h2 class="import__part" id="under-way">{t.open_title}</h2>
                    <p class="section__help">{t.open_help}</p>
                </div>
                <div class="import__past">
                    <ListTable heads=heads rows=lines.into_any()/>
                </div>
            </section>
        })
    };
    view! { <Transition>{list}</Transition> }
}

fn waiting(slug: &str, interview: InterviewId, row: BatchRow) -> AnyView {
    let t = creator().resumes;
    let BatchRow { batch, at } = row;
    let state = match batch.state {
        BatchState::Uploaded => t.step_upload,
        BatchState::Running => t.step_read,
        _ => t.step_review,
    };
    let href = resumes_href(slug, interview, Some(batch.id));
    view! {
        <tr>
            <th scope="row" class="col-sticky">{count(u64::from(batch.counts.files), "file", "files")}</th>
            <td><Status tone=Tone::Busy label=state/></td>
            <td class="num"><Time at=at/></td>
            <td class="import__past-actions col-end">
                <div class="row row--end">
                    <ButtonLink size=ButtonSize::Small href=href>{t.go_on}</ButtonLink>
                </div>
            </td>
        </tr>
    }
    .into_any()
}
