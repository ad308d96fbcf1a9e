//! The model writes into the editor: a new interview from a description, piece by piece as it is written; or what is there,
//! changed by a sentence. Everything can be taken back, and nothing is saved by it.

use super::draft::Draft;
use super::editing::Editing;
use crate::components::{
    Button, ButtonKind, ConfirmDialog, IconName, Notice, NoticeKind, TextArea, TextField, focus_field,
};
use crate::error::AppError;
use crate::messages::creator;
use crate::server_fns::analysis::can_describe;
use crate::server_fns::interviews::Content;
use leptos::prelude::*;
use parley_domain::drafting::{DraftPiece, DraftRequest};
#[cfg(feature = "hydrate")]
use parley_domain::interview::InterviewInput;
#[cfg(feature = "hydrate")]
use std::{cell::RefCell, rc::Rc};

/// What became of the last attempt.
#[derive(Clone, Debug, PartialEq)]
enum Outcome {
    /// It is all there.
    Done,
    /// It did not begin, or broke off: the sentence says what is kept.
    Failed(String),
}

/// Puts a piece into the editor.
fn put(draft: Draft, piece: DraftPiece) {
    match piece {
        DraftPiece::Title { text } => draft.title.set(text),
        DraftPiece::Welcome { text } => draft.welcome.set(text),
        DraftPiece::Objective { text } => draft.objective.set(text),
        DraftPiece::Criterion { criterion } => {
            let made = draft.criterion(&criterion);
            draft.criteria.update(|list| list.push(made));
        }
        DraftPiece::Question { question } => {
            let made = draft.question(&question);
            draft.questions.update(|list| list.push(made));
        }
        DraftPiece::Done { .. } | DraftPiece::Failed { .. } => {}
    }
}

/// Asks, and hands out each piece as it comes; then says how it ended.
fn ask(
    editing: Editing,
    asked: DraftRequest,
    each: impl FnMut(DraftPiece) + 'static,
    end: impl FnOnce(Result<(), AppError>) + 'static,
) {
    #[cfg(feature = "hydrate")]
    leptos::task::spawn_local(async move {
        let result = listen(editing, asked, each).await;
        // The page may have been left meanwhile.
        if editing.writing.try_set(false).is_none() {
            end(result);
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = (editing, asked, each, end);
}

#[cfg(feature = "hydrate")]
async fn listen(editing: Editing, asked: DraftRequest, mut each: impl FnMut(DraftPiece)) -> Result<(), AppError> {
    use futures::StreamExt;
    let stream = crate::server_fns::analysis::describe(editing.slug.get_value(), asked).await?;
    let mut stream = std::pin::pin!(stream.into_inner());
    let mut text = String::new();
    while let Some(more) = stream.next().await {
        text.push_str(&more?);
        while let Some(end) = text.find('\n') {
            let line: String = text.drain(..=end).collect();
            if editing.writing.try_get_untracked().is_none() {
                return Ok(());
            }
            match serde_json::from_str(line.trim()) {
                Ok(DraftPiece::Done { .. }) => return Ok(()),
                Ok(DraftPiece::Failed { message }) => {
                    return Err(AppError::Conflict {
                        code: "model".into(),
                        detail: message,
                        existing: None,
                    });
                }
                Ok(piece) => each(piece),
                Err(_) => return Err(AppError::Unreadable),
            }
        }
    }
    // The connection ended before the interview did.
    Err(AppError::Offline)
}

/// Says what was done, with a way to take it back.
fn undoable(editing: Editing, words: &'static str, before: Content) {
    editing
        .toasts
        .with_undo(words.to_owned(), move || editing.draft.load(&before));
}

/// Description and job description; the interview appears below as it is written.
#[component]
pub(super) fn Writer(editing: Editing) -> impl IntoView {
    let t = creator().analysis;
    let (description, job, language) = (
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
    );
    let outcome = RwSignal::new(None::<Outcome>);
    let problem = RwSignal::new(None::<String>);
    let asking = RwSignal::new(false);
    let start = Callback::new(move |()| {
        let asked = DraftRequest {
            description: description.get_untracked(),
            job_description: job.get_untracked(),
            language: language.get_untracked().trim().to_owned(),
            ..Default::default()
        };
        let asked = match asked.checked() {
            Ok(asked) => asked,
            Err(errors) => {
                problem.set(errors.into_iter().next().map(|e| e.message));
                focus_field("describe-text");
                return;
            }
        };
        problem.set(None);
        outcome.set(None);
        let before = untrack(|| editing.draft.read());
        editing.draft.load(&Content::default());
        editing.errors.set(Vec::new());
        editing.writing.set(true);
        let end = move |result: Result<(), AppError>| match result {
            Ok(()) => {
                outcome.set(Some(Outcome::Done));
                if before != Content::default() {
                    undoable(editing, t.written, before);
                }
                focus_field("content-title");
            }
            Err(error) => {
                // Nothing came: what was there before is there again.
                if untrack(|| editing.draft.read()) == Content::default() {
                    editing.draft.load(&before);
                }
                outcome.set(Some(Outcome::Failed(error.to_string())));
            }
        };
        ask(editing, asked, move |piece| put(editing.draft, piece), end);
    });
    let press = Callback::new(move |()| {
        if untrack(|| editing.draft.read()) == Content::default() {
            start.run(());
        } else {
            asking.set(true);
        }
    });
    let label = move || {
        if editing.draft.questions.with(Vec::is_empty) {
            t.describe_go
        } else {
            t.describe_again
        }
    };
    view! {
        <section class="card stack writer">
            <TextArea
                id="describe-text"
                label=t.describe_label
                hint=t.describe_hint
                value=description
                rows=4
                error=problem
            />
            <details class="folded">
                <summary>{t.describe_job} ", " {t.describe_language}</summary>
                <div class="stack">
                    <TextArea id="describe-job" label=t.describe_job hint=t.describe_job_hint value=job optional=true rows=6/>
                    <TextField
                        id="describe-language"
                        label=t.describe_language
                        hint=t.describe_language_hint
                        value=language
                        optional=true
                        maxlength=35_u32
                    />
                </div>
            </details>
            <div class="row">
                <Button kind=ButtonKind::Primary icon=IconName::Play busy=editing.writing on_press=press>{label}</Button>
                <Standing editing=editing outcome=outcome/>
            </div>
            {move || failed(&outcome.get(), t.write_failed)}
        </section>
        <Refine editing=editing/>
        <ConfirmDialog
            id="write-anew"
            open=asking
            title=t.describe_replaces
            text=t.describe_replaces_text
            confirm=t.describe_again
            on_confirm=start
        />
    }
}

/// How far the writing is; announced politely.
#[component]
fn Standing(editing: Editing, outcome: RwSignal<Option<Outcome>>) -> impl IntoView {
    let t = creator().analysis;
    let words = move || {
        if editing.writing.get() {
            let criteria = editing.draft.criteria.with(Vec::len);
            let questions = editing.draft.questions.with(Vec::len);
            return format!("{}: {}", t.writing, (t.written_so_far)(criteria, questions));
        }
        match outcome.get() {
            Some(Outcome::Done) => t.written.to_owned(),
            _ => t.describe_kept.to_owned(),
        }
    };
    view! { <span class="muted small" role="status">{words}</span> }
}

fn failed(outcome: &Option<Outcome>, title: &'static str) -> Option<AnyView> {
    match outcome {
        Some(Outcome::Failed(text)) => {
            Some(view! { <Notice kind=NoticeKind::Error title=title text=text.clone()/> }.into_any())
        }
        _ => None,
    }
}

/// What is in the editor, changed by a sentence. Only where a model is configured, and there is something to change.
#[component]
pub(super) fn Refine(editing: Editing) -> impl IntoView {
    let can = Resource::new(|| (), move |()| can_describe(editing.slug.get_value()));
    let wanted = Memo::new(move |_| editing.draft.questions.with(|list| !list.is_empty()));
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let can = can.await == Ok(true);
                move || (can && wanted.get()).then(|| view! { <Wish editing=editing/> })
            })}
        </Transition>
    }
}

#[component]
fn Wish(editing: Editing) -> impl IntoView {
    let t = creator().analysis;
    let wish = RwSignal::new(String::new());
    let outcome = RwSignal::new(None::<Outcome>);
    let problem = RwSignal::new(None::<String>);
    let press = Callback::new(move |()| {
        #[cfg(feature = "hydrate")]
        change(editing, wish, outcome, problem);
    });
    view! {
        <div class="card stack stack--tight">
            <div class="wish">
                <TextField id="wish" label=t.refine hint=t.refine_hint value=wish maxlength=1_000_u32 error=problem/>
                <Button busy=editing.writing on_press=press>{t.refine_go}</Button>
            </div>
            {move || failed(&outcome.get(), t.refine_failed)}
        </div>
    }
}

/// Has the whole interview written again with the change, and puts it into the editor when it is all there: what keeps its
/// place keeps its id.
#[cfg(feature = "hydrate")]
fn change(
    editing: Editing,
    wish: RwSignal<String>,
    outcome: RwSignal<Option<Outcome>>,
    problem: RwSignal<Option<String>>,
) {
    let before = untrack(|| editing.draft.read());
    let asked = DraftRequest {
        current: Some(before.clone().into_input()),
        wish: wish.get_untracked(),
        ..Default::default()
    };
    let asked = match asked.checked() {
        Ok(asked) => asked,
        Err(errors) => {
            problem.set(errors.into_iter().next().map(|e| e.message));
            focus_field("wish");
            return;
        }
    };
    problem.set(None);
    outcome.set(None);
    editing.writing.set(true);
    let changed = Rc::new(RefCell::new(InterviewInput {
        criteria: Vec::new(),
        questions: Vec::new(),
        ..before.clone().into_input()
    }));
    let growing = Rc::clone(&changed);
    let each = move |piece: DraftPiece| piece.put_into(&mut growing.borrow_mut());
    let end = move |result: Result<(), AppError>| match result {
        Ok(()) => {
            editing.draft.load(&Content::from(changed.take()));
            wish.set(String::new());
            undoable(editing, creator().analysis.refined, before);
        }
        Err(error) => outcome.set(Some(Outcome::Failed(error.to_string()))),
    };
    ask(editing, asked, each, end);
}
