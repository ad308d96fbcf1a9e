//! The page and its steps.

use super::{reading::Reading, review::Review, upload::Upload};
use crate::{
    components::{ButtonKind, ButtonLink, EmptyState, Notice, NoticeKind, Skeleton, SkeletonKind, failure},
    error::AppError,
    messages::creator,
    pages::{
        layout::{Here, Of, PageHeader, on_change, use_here},
        sessions::sessions_href,
    },
    server_fns::{interviews::get_interview, resumes::read_batch},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_params_map;
use parley_domain::{
    account::Action,
    batch::{BatchState, ResumeBatch},
    id::{BatchId, InterviewId},
};

/// Where resumes are imported to an interview; with a batch, that one.
#[must_use]
pub fn resumes_href(slug: &str, interview: InterviewId, batch: Option<BatchId>) -> String {
    let base = format!("/w/{slug}/interviews/{interview}/resumes");
    match batch {
        Some(batch) => format!("{base}/{batch}"),
        None => base,
    }
}

/// What the steps share.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    /// Who and where.
    pub here: Here,
    /// The interview that people are added to.
    pub interview: Memo<Option<InterviewId>>,
    /// The batch as it was last answered.
    pub batch: RwSignal<Option<ResumeBatch>>,
    /// What could not be done, and why.
    pub trouble: RwSignal<Option<AppError>>,
    /// Files on their way.
    pub sending: RwSignal<Option<Sending>>,
    /// Files that were not taken, with the reasons.
    pub refused: RwSignal<Vec<(String, String)>>,
}

/// How far the files have come.
#[derive(Clone, Copy, Default)]
pub(super) struct Sending {
    /// Sent.
    pub done: u32,
    /// Of so many.
    pub all: u32,
}

impl Desk {
    /// Keeps what an action answered.
    pub fn settle(self, answer: Result<ResumeBatch, AppError>) {
        // The page may be left by the time of an answer.
        match answer {
            Ok(batch) => {
                self.trouble.try_set(None);
                self.batch.try_set(Some(batch));
            }
            Err(error) => _ = self.trouble.try_set(Some(error)),
        }
    }

    /// Reads the batch again.
    pub fn reload(self) {
        let Some(id) = self.batch.with_untracked(|batch| batch.as_ref().map(|batch| batch.id)) else {
            return;
        };
        spawn_local(async move {
            let answer = read_batch(self.here.slug(), id).await;
            // Another batch was opened meanwhile.
            let same = self
                .batch
                .try_with_untracked(|batch| batch.as_ref().is_some_and(|batch| batch.id == id));
            if same == Some(true) {
                self.settle(answer);
            }
        });
    }
}

/// The page.
#[component]
pub fn ResumesPage() -> impl IntoView {
    let t = creator().resumes;
    let here = use_here();
    let params = use_params_map();
    let interview = Memo::new(move |_| params.with(|map| map.get("id").and_then(|id| id.parse().ok())));
    let wanted: Memo<Option<BatchId>> =
        Memo::new(move |_| params.with(|map| map.get("batch").and_then(|id| id.parse().ok())));
    let desk = Desk {
        here,
        interview,
        batch: RwSignal::new(None),
        trouble: RwSignal::new(None),
        sending: RwSignal::new(None),
        refused: RwSignal::default(),
    };
    provide_context(desk);
    let data = Resource::new(
        move || wanted.get(),
        move |wanted| async move {
            match wanted {
                Some(id) => read_batch(here.slug(), id).await.map(Some),
                None => Ok(None),
            }
        },
    );
    let of = Signal::derive(move || interview.get().map(Of::interview).unwrap_or_default());
    // Only while it is read does a batch move by itself; in review it would take the field away that is being edited.
    let moved = Callback::new(move |()| {
        let running = desk
            .batch
            .with_untracked(|batch| batch.as_ref().is_some_and(|batch| batch.state == BatchState::Running));
        if running {
            desk.reload();
        }
    });
    on_change(of, moved);
    let title = Resource::new(
        move || interview.get(),
        move |interview| async move {
            match interview {
                Some(id) => get_interview(here.slug(), id).await.map(|found| found.content.title),
                None => Err(AppError::NotFound),
            }
        },
    );
    // Without the interview's name until it is there: what failed to load is said below.
    let head = move |title: Option<String>| {
        let mut crumbs = vec![(here.path("/interviews"), creator().nav_interviews.to_owned())];
        if let (Some(id), Some(title)) = (interview.get_untracked(), title) {
            crumbs.push((sessions_href(&here.slug(), id), title));
        }
        view! { <PageHeader title=t.title crumbs=crumbs full=true/> }
    };
    let retry = Callback::new(move |()| data.refetch());
    let body = move || {
        if !here.can(Action::EditCandidates) {
            return failure(&AppError::Forbidden, retry);
        }
        match data.get() {
            None => view! { <Skeleton kind=SkeletonKind::Lines/> }.into_any(),
            Some(Err(error)) => failure(&error, retry),
            Some(Ok(found)) => {
                desk.batch.set(found);
                desk.trouble.set(None);
                view! { <Steps/> }.into_any()
            }
        }
    };
    view! {
        <Transition fallback=move || head(None)>{move || head(title.get().and_then(Result::ok))}</Transition>
        <div class="page page--full resumes">
            <Transition>{body}</Transition>
        </div>
    }
}

/// Which step a batch is at.
const fn step_of(state: Option<BatchState>) -> usize {
    match state {
        None | Some(BatchState::Uploaded) => 0,
        Some(BatchState::Running) => 1,
        Some(BatchState::Ready) => 2,
        Some(BatchState::Done | BatchState::Cancelled) => 3,
    }
}

#[component]
fn Steps() -> impl IntoView {
    let t = creator().resumes;
    let desk = expect_context::<Desk>();
    let state = Memo::new(move |_| desk.batch.with(|batch| batch.as_ref().map(|batch| batch.state)));
    let marks = move || {
        let now = step_of(state.get());
        (0..)
            .zip([t.step_upload, t.step_read, t.step_review, t.step_done])
            .map(|(step, word)| {
                let class = if step < now {
                    "way__step way__step--passed"
                } else {
                    "way__step"
                };
                view! {
                    <li class=class aria-current=(step == now).then_some("step")>
                        <span class="way__mark">{step + 1}</span>
                        <span>{word}</span>
                    </li>
                }
            })
            .collect_view()
    };
    let trouble = move || {
        desk.trouble.get().map(|error| {
            view! { <Notice kind=NoticeKind::Error title=error.to_string()/> }
        })
    };
    let step = move || match state.get() {
        None | Some(BatchState::Uploaded) => view! { <Upload/> }.into_any(),
        Some(BatchState::Running) => view! { <Reading/> }.into_any(),
        Some(BatchState::Ready) => view! { <Review/> }.into_any(),
        Some(BatchState::Done) => done(desk),
        Some(BatchState::Cancelled) => cancelled(desk),
    };
    view! {
        <ol class="way" aria-label=t.steps>{marks}</ol>
        {trouble}
        {step}
    }
}

fn done(desk: Desk) -> AnyView {
    let t = creator().resumes;
    let added = desk
        .batch
        .with_untracked(|batch| batch.as_ref().map_or(0, |batch| batch.counts.added));
    let sessions = desk
        .interview
        .get_untracked()
        .map(|id| sessions_href(&desk.here.slug(), id));
    let again = desk
        .interview
        .get_untracked()
        .map(|id| resumes_href(&desk.here.slug(), id, None));
    view! {
        <EmptyState title=(t.added)(u64::from(added)) text=t.done_text>
            <div class="row">
                <ButtonLink kind=ButtonKind::Primary href=sessions.unwrap_or_default()>
                    {t.to_sessions}
                </ButtonLink>
                <ButtonLink href=again.unwrap_or_default()>{t.begin_another}</ButtonLink>
            </div>
        </EmptyState>
    }
    .into_any()
}

fn cancelled(desk: Desk) -> AnyView {
    let t = creator().resumes;
    let again = desk
        .interview
        .get_untracked()
        .map(|id| resumes_href(&desk.here.slug(), id, None));
    view! {
        <EmptyState title=t.cancelled_title text=t.cancelled_text>
            <ButtonLink href=again.unwrap_or_default()>{t.begin_another}</ButtonLink>
        </EmptyState>
    }
    .into_any()
}
