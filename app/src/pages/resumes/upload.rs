//! The first step: files arrive one by one, and what reading them costs is said before anything runs.

use super::{
    page::{Desk, Sending, Stopped, trouble},
    resumes_href,
    send::{self, Untaken},
};
use crate::{
    components::{
        Button, ButtonKind, ButtonLink, ButtonSize, DropZone, Head, IconButton, IconName, ListTable, Notice,
        NoticeKind, Progress, Status, Time, Tone, log_in_beside,
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
    let send = move |files: Vec<File>| {
        if files.is_empty() || sending.with_untracked(Option::is_some) {
            return;
        }
        let present = desk.batch.with_untracked(|batch| batch.as_ref().map(|batch| batch.id));
        let begun = desk
            .stopped
            .with_untracked(|stopped| stopped.as_ref().and_then(|stopped| stopped.batch));
        let all = number_of(&files);
        sending.set(Some(Sending { done: 0, all }));
        refused.set(Vec::new());
        desk.stopped.set(None);
        spawn_local(async move {
            let sent = send_all(desk, present.or(begun), files).await;
            sending.try_set(None);
            // Files go on arriving where the dialog was closed meanwhile; its address is not gone to then.
            if let Some(id) = sent {
                settle.try_run(id);
            }
        });
    };
    let left = move || desk.left.take().unwrap_or_default();
    let take = Callback::new(move |files: Vec<File>| {
        // Text is dropped nowhere.
        if files.is_empty() {
            return;
        }
        // With those that are still to be sent; chosen once more, they are the same.
        let mut all = left();
        let same = |a: &File, b: &File| a.name() == b.name() && a.size() == b.size();
        for file in files {
            if !all.iter().any(|other| same(other, &file)) {
                all.push(file);
            }
        }
        send(all);
    });
    let rest = Callback::new(move |()| send(left()));
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
            {move || desk.stopped.get().map(|stopped| halted(&stopped, rest))}
            {move || not_taken(refused.get())}
            {move || desk.batch.with(|batch| batch.as_ref().map(|batch| files(desk, batch)))}
            {move || desk.batch.with(Option::is_none).then(|| view! { <UnderWay/> })}
        </div>
        {move || desk.batch.with(|batch| batch.as_ref().and_then(|batch| foot(desk, batch)))}
    }
}

fn number_of(files: &[File]) -> u32 {
    u32::try_from(files.len()).unwrap_or(u32::MAX)
}

/// Sends the files to the present batch, or to a new one, and answers it. What stops one of them would stop the next one
/// too: the rest is kept then, to be sent by another press.
async fn send_all(desk: Desk, present: Option<BatchId>, files: Vec<File>) -> Option<BatchId> {
    let slug = desk.here.slug();
    let all = number_of(&files);
    let stop = |error: AppError, batch: Option<BatchId>, files: Vec<File>| {
        let left = number_of(&files);
        let stopped = Stopped {
            error,
            batch,
            left,
            all,
        };
        desk.stop(stopped, files);
    };
    let begun = match (present, desk.interview.get_untracked()) {
        (Some(id), _) => Ok(id),
        (None, Some(interview)) => begin_batch(slug.clone(), interview).await,
        (None, None) => Err(AppError::NotFound),
    };
    let id = match begun {
        Ok(id) => id,
        Err(error) => {
            stop(error, None, files);
            return None;
        }
    };
    let url = format!("/upload/w/{slug}/resume-batches/{id}/files");
    let mut files = files.into_iter();
    while let Some(file) = files.next() {
        match send::add(&url, &file).await {
            Ok(()) => {}
            Err(Untaken::Because(sentence)) => {
                desk.refused.try_update(|list| list.push((file.name(), sentence)));
            }
            Err(Untaken::Stop(error)) => {
                stop(error, Some(id), std::iter::once(file).chain(files).collect());
                // What has arrived is shown, where that can be had.
                let batch = read_batch(slug, id).await.ok()?;
                desk.settle(Ok(batch));
                return Some(id);
            }
        }
        desk.sending.try_update(|sending| {
            if let Some(sending) = sending {
                sending.done += 1;
            }
        });
    }
    desk.settle(read_batch(slug, id).await);
    Some(id)
}

/// What stopped the sending, and the way on.
fn halted(stopped: &Stopped, rest: Callback<()>) -> AnyView {
    let t = creator().resumes;
    let (left, all) = (u64::from(stopped.left), u64::from(stopped.all));
    let login = (stopped.error == AppError::SignedOut).then(log_in_beside);
    let text = format!("{} {}", stopped.error, t.halted_text);
    view! {
        <Notice kind=NoticeKind::Error title=(t.halted)(left, all) text=text seek=true>
            {login}
            <Button size=ButtonSize::Small icon=IconName::Upload on_press=rest>{(t.send_rest)(left, all)}</Button>
        </Notice>
    }
    .into_any()
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
