//! The dialog and its steps.

use super::{reading::Reading, review::Review, upload::Upload};
use crate::{
    components::{ButtonKind, ButtonLink, EmptyState, Keep, Skeleton, SkeletonKind, failure, press_failed},
    error::AppError,
    messages::creator,
    pages::{
        layout::{Here, Of, StepsDialog, on_change, use_here},
        sessions::sessions_href,
    },
    server_fns::resumes::read_batch,
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_params_map;
use parley_domain::{
    account::Action,
    batch::{BatchState, ResumeBatch},
    id::{BatchId, InterviewId},
};
use web_sys::File;

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
    /// What stopped the sending, until it goes on.
    pub stopped: RwSignal<Option<Stopped>>,
    /// The files that are still to be sent then.
    pub left: Keep<Vec<File>>,
}

/// What stopped files on their way.
#[derive(Clone)]
pub(super) struct Stopped {
    /// What happened.
    pub error: AppError,
    /// Where they were going, where that is there already.
    pub batch: Option<BatchId>,
    /// So many are left.
    pub left: u32,
    /// Of so many.
    pub all: u32,
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

    /// Keeps the files that could not be sent: the page may be left by then.
    pub fn stop(self, stopped: Stopped, files: Vec<File>) {
        self.left.set(files);
        self.stopped.try_set(Some(stopped));
    }

    /// Where closing leads.
    fn sessions(self) -> String {
        match self.interview.get_untracked() {
            Some(id) => sessions_href(&self.here.slug(), id),
            None => self.here.path("/interviews"),
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
        stopped: RwSignal::new(None),
        left: Keep::default(),
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
    // Before the step has taken the batch over, what was loaded says where it is.
    let now = move || {
        let loaded = data.with(|found| match found {
            Some(Ok(Some(batch))) => Some(batch.state),
            _ => None,
        });
        step_of(
            desk.batch
                .with(|batch| batch.as_ref().map(|batch| batch.state))
                .or(loaded),
        )
    };
    let steps = view! {
        <Transition>
            <ol class="steps" aria-label=t.steps>{move || marks(now())}</ol>
        </Transition>
    }
    .into_any();
    let retry = Callback::new(move |()| data.refetch());
    let refused = move |error: &AppError| {
        let why = failure(error, retry);
        view! { <div class="import__body import__body--narrow">{why}</div> }.into_any()
    };
    let body = move || {
        if !here.can(Action::EditCandidates) {
            return refused(&AppError::Forbidden);
        }
        match data.get() {
            None => view! { <div class="import__body"><Skeleton kind=SkeletonKind::Lines/></div> }.into_any(),
            Some(Err(error)) => refused(&error),
            Some(Ok(found)) => {
                desk.batch.set(found);
                desk.trouble.set(None);
                view! { <Step/> }.into_any()
            }
        }
    };
    view! {
        <StepsDialog title=t.title steps=steps href=desk.sessions()>
            <Transition>{body}</Transition>
        </StepsDialog>
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

/// The steps, with the one where we are.
fn marks(now: usize) -> AnyView {
    let t = creator().resumes;
    (0..)
        .zip([t.step_upload, t.step_read, t.step_review, t.step_done])
        .map(|(step, word)| {
            let class = if step < now {
                "steps__step steps__step--passed"
            } else {
                "steps__step"
            };
            view! {
                <li class=class aria-current=(step == now).then_some("step")>
                    <span class="steps__mark">{step + 1}</span>
                    <span>{word}</span>
                </li>
            }
        })
        .collect_view()
        .into_any()
}

#[component]
fn Step() -> impl IntoView {
    let desk = expect_context::<Desk>();
    let state = Memo::new(move |_| desk.batch.with(|batch| batch.as_ref().map(|batch| batch.state)));
    move || match state.get() {
        None | Some(BatchState::Uploaded) => view! { <Upload/> }.into_any(),
        Some(BatchState::Running) => view! { <Reading/> }.into_any(),
        Some(BatchState::Ready) => view! { <Review/> }.into_any(),
        Some(BatchState::Done) => done(desk),
        Some(BatchState::Cancelled) => cancelled(desk),
    }
}

/// What could not be done, above what a step holds.
pub(super) fn trouble(desk: Desk) -> AnyView {
    (move || desk.trouble.get().map(|error| press_failed("", &error))).into_any()
}

/// What is at the end of it.
fn outcome(desk: Desk, title: String, text: &'static str) -> AnyView {
    let t = creator().resumes;
    let again = desk
        .interview
        .get_untracked()
        .map(|id| resumes_href(&desk.here.slug(), id, None));
    view! {
        <div class="import__body import__body--narrow">
            {trouble(desk)}
            <EmptyState title=title text=text>
                <div class="row">
                    <ButtonLink kind=ButtonKind::Primary href=desk.sessions()>{t.to_sessions}</ButtonLink>
                    <ButtonLink href=again.unwrap_or_default()>{t.begin_another}</ButtonLink>
                </div>
            </EmptyState>
        </div>
    }
    .into_any()
}

fn done(desk: Desk) -> AnyView {
    let t = creator().resumes;
    let added = desk
        .batch
        .with_untracked(|batch| batch.as_ref().map_or(0, |batch| batch.counts.added));
    outcome(desk, (t.added)(u64::from(added)), t.done_text)
}

fn cancelled(desk: Desk) -> AnyView {
    let t = creator().resumes;
    outcome(desk, t.cancelled_title.to_owned(), t.cancelled_text)
}
