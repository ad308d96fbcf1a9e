//! The dialog around the steps, each of which has an address.

use super::{
    address::{Step, step_href},
    check::CheckStep,
    desk::{Desk, Place, use_import, use_import_place},
    done::DoneStep,
    matching::MatchStep,
};
use crate::{
    components::{ConfirmDialog, Skeleton, SkeletonKind, failure},
    error::AppError,
    messages::creator,
    pages::layout::StepsDialog,
};
use leptos::prelude::*;
use leptos_router::{
    components::{Outlet, Redirect},
    hooks::{use_location, use_navigate},
};
use parley_domain::import::ImportState;

/// The dialog; the step itself is below.
#[component]
pub fn ImportFrame() -> impl IntoView {
    let t = creator().imports;
    let place = Place::new();
    provide_context(place);
    let asking = RwSignal::new(false);
    let navigate = use_navigate();
    let leave = Callback::new(move |()| navigate(&place.sessions(), leptos_router::NavigateOptions::default()));
    let steps = view! { <Steps/> }.into_any();
    // Closing would stop a file on its way, or lose what was typed into a row.
    let held = Signal::derive(move || place.busy.get() || place.unsaved.get());
    let question = move || {
        let all = creator();
        let (title, text, confirm, cancel) = if place.unsaved.get() {
            (all.discard_title, all.discard_text, all.discard, all.keep_editing)
        } else {
            (t.stop_title, t.stop_text, t.stop, t.stop_not)
        };
        view! {
            <ConfirmDialog
                id="stop-upload"
                open=asking
                title=title
                text=text
                confirm=confirm
                cancel=cancel
                danger=true
                on_confirm=leave
            />
        }
    };
    view! {
        <StepsDialog title=t.title steps=steps href=place.sessions() busy=held asking=asking>
            <Outlet/>
            {question}
        </StepsDialog>
    }
}

/// Where we are, and the way back to steps that can still be changed.
#[component]
fn Steps() -> impl IntoView {
    let t = creator().imports;
    let path = use_location().pathname;
    let now = Memo::new(move |_| path.with(|path| Step::of_path(path)).unwrap_or(Step::Match));
    let one = move |step: Step| {
        let word = match step {
            Step::Upload => t.step_upload,
            Step::Match => t.step_match,
            Step::Check => t.step_check,
            Step::Done => t.step_done,
        };
        move || {
            let now = now.get();
            let current = (now == step).then_some("step");
            let passed = (step as u8) < (now as u8);
            let inside = view! { <span class="steps__mark">{(step as u8) + 1}</span> <span>{word}</span> };
            // Only between these two one can go back and forth.
            let back =
                (now == Step::Check && step == Step::Match).then(|| path.with(|path| path.replace("/check", "/match")));
            let class = if passed {
                "steps__step steps__step--passed"
            } else {
                "steps__step"
            };
            match back {
                Some(href) => view! { <li class=class><a class="steps__link" href=href>{inside}</a></li> }.into_any(),
                None => view! { <li class=class aria-current=current>{inside}</li> }.into_any(),
            }
        }
    };
    view! { <ol class="steps" aria-label=t.steps>{Step::ALL.map(one)}</ol> }
}

/// The address above the steps leads to the sessions, where the imports are listed.
#[component]
pub fn ImportHome() -> impl IntoView {
    let place = use_import_place();
    view! { <Redirect path=place.sessions()/> }
}

/// The steps after the upload.
#[component]
pub fn ImportSteps() -> impl IntoView {
    let desk = Desk::new(use_import_place());
    provide_context(desk);
    view! {
        <Transition fallback=|| view! { <div class="import__body"><Skeleton kind=SkeletonKind::Form/></div> }>
            <ThisStep/>
        </Transition>
    }
}

/// What there is to show.
#[derive(Clone, PartialEq)]
enum Shown {
    Nothing,
    Failed(AppError),
    Step(Step),
    Elsewhere(String),
}

#[component]
fn ThisStep() -> impl IntoView {
    let desk = use_import();
    let path = use_location().pathname;
    // A memo, so that a step stays as it is while its import is read again.
    let shown = Memo::new(move |before: Option<&Shown>| {
        let wanted = path.with(|path| Step::of_path(path));
        let ours = desk
            .id
            .get()
            .is_some_and(|id| path.with(|path| path.contains(&id.to_string())));
        if !ours && let Some(before) = before {
            // The page is being left.
            return before.clone();
        }
        desk.data.with(|data| match data {
            None => Shown::Nothing,
            Some(Err(error)) => Shown::Failed(error.clone()),
            Some(Ok(data)) => {
                let import = &data.import;
                let step = Step::for_state(import.state, wanted);
                // An import is found at its own interview only.
                if wanted == Some(step) && desk.place.interview.get() == Some(import.interview_id) {
                    Shown::Step(step)
                } else if let (true, Some(before)) = (desk.moving.get(), before) {
                    before.clone()
                } else {
                    Shown::Elsewhere(step_href(&desk.place.slug(), import.interview_id, import.id, step))
                }
            }
        })
    });
    Effect::new(move |_| {
        if shown.with(|shown| matches!(shown, Shown::Step(_))) {
            desk.moving.set(false);
        }
    });
    move || match shown.get() {
        Shown::Nothing => ().into_any(),
        Shown::Failed(error) => {
            let retry = Callback::new(move |()| desk.reload());
            view! { <div class="import__body">{failure(&error, retry)}</div> }.into_any()
        }
        Shown::Elsewhere(href) => view! { <Redirect path=href/> }.into_any(),
        Shown::Step(Step::Check) => view! { <CheckStep/> }.into_any(),
        Shown::Step(Step::Done) => view! { <DoneStep/> }.into_any(),
        Shown::Step(Step::Match | Step::Upload) => view! { <MatchStep/> }.into_any(),
    }
}

/// Whether the rows are still being read: then there is nothing to change or to confirm yet.
pub(super) fn being_read(desk: Desk) -> bool {
    desk.with(|data| data.import.state == ImportState::Reading) == Some(true)
}
