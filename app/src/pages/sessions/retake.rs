//! The dialog that grants a retake: to one person or to many, from the Sessions tab and from the report.

use crate::{
    components::{
        Button, ButtonKind, ButtonType, Dialog, Notice, NoticeKind, SelectField, TextArea, focus_field, trouble,
        use_toasts,
    },
    error::AppError,
    messages::{creator, retake_word},
    server_fns::sessions::{RetakesDone, grant_retakes},
};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use parley_domain::{
    id::CandidateId,
    session::{RetakeReason, Status},
};

pub(super) use crate::server_fns::sessions::Subject;

/// Candidates of one request. Each grant is a transaction of its own: more of them would keep a request open for longer
/// than proxies wait.
const AT_ONCE: usize = 200;

/// The list of reasons.
const REASON: &str = "retake-reason";

/// Grants them request by request. A failure ends it; who was reached before has their attempt.
async fn grant_all(
    slug: String,
    ids: Vec<CandidateId>,
    reason: RetakeReason,
    note: String,
) -> Result<RetakesDone, AppError> {
    let mut all = RetakesDone::default();
    for some in ids.chunks(AT_ONCE) {
        let done = grant_retakes(slug.clone(), some.to_vec(), reason, note.clone()).await?;
        all.granted += done.granted;
        all.refused.extend(done.refused);
    }
    Ok(all)
}

/// Asks for the reason and grants. `asked` opens it and is emptied when it closes; `done` is called after every try that
/// reached the server.
#[component]
pub(super) fn RetakeDialog(
    /// Whom it is about.
    asked: RwSignal<Vec<Subject>>,
    /// The workspace's place in addresses.
    slug: Signal<String>,
    /// What is shown may be another by now.
    done: Callback<()>,
) -> impl IntoView {
    let t = creator().attempts;
    let open = super::actions::open_while(move || asked.with(|a| !a.is_empty()), move || asked.set(Vec::new()));
    let note = RwSignal::new(String::new());
    let outcome = RwSignal::new(None::<Result<RetakesDone, AppError>>);
    Effect::new(move |_| {
        if open.get() {
            outcome.set(None);
            note.set(String::new());
        }
    });
    // The form stays, with what was chosen in it, while it is answered that something is wrong.
    let some = Memo::new(move |_| outcome.with(|outcome| outcome.clone().and_then(Result::ok)));
    let dirty = Signal::derive(move || some.with(Option::is_none) && !note.with(String::is_empty));
    view! {
        <Dialog id="grant-retake" open=open title=t.retake_title dirty=dirty>
            {move || match some.get() {
                Some(some) => view! { <Refused some=some asked=asked open=open/> }.into_any(),
                None => view! { <Ask asked=asked slug=slug note=note outcome=outcome open=open done=done/> }.into_any(),
            }}
        </Dialog>
    }
}

#[component]
fn Ask(
    asked: RwSignal<Vec<Subject>>,
    slug: Signal<String>,
    note: RwSignal<String>,
    outcome: RwSignal<Option<Result<RetakesDone, AppError>>>,
    open: RwSignal<bool>,
    done: Callback<()>,
) -> impl IntoView {
    let t = creator().attempts;
    let toasts = use_toasts();
    // Chosen by whoever grants it: one that stands there already would be granted for it unread.
    let (reason, missing) = (RwSignal::new(String::new()), RwSignal::new(false));
    let wrong = Signal::derive(move || {
        (missing.get() && reason.with(String::is_empty)).then(|| creator().failures.choose_reason.to_owned())
    });
    let busy = RwSignal::new(false);
    let subjects = asked.get_untracked();
    let many = subjects.len() > 1;
    let count = |status| subjects.iter().filter(|s| s.status == status).count() as u64;
    let (inside, waiting) = (count(Status::InProgress), count(Status::NotStarted));
    // Who has not started gets no further one.
    let able = subjects.len() as u64 - waiting;
    let (grant, nobody) = ((t.grant_n)(able), able == 0);
    let ids: Vec<CandidateId> = subjects.iter().map(|s| s.candidate).collect();
    let submit = move |ev: SubmitEvent| {
        ev.prevent_default();
        // Enter in the form comes here as well.
        if busy.get_untracked() || nobody {
            return;
        }
        let (ids, slug) = (ids.clone(), slug.get_untracked());
        let Ok(reason) = reason.get_untracked().parse::<RetakeReason>() else {
            missing.set(true);
            return focus_field(REASON);
        };
        let note = note.get_untracked();
        busy.set(true);
        spawn_local(async move {
            let result = grant_all(slug, ids, reason, note).await;
            busy.try_set(false);
            match &result {
                Ok(all) if all.refused.is_empty() => {
                    toasts.show(if many {
                        (t.granted_n)(all.granted)
                    } else {
                        t.retake_done.to_owned()
                    });
                    open.try_set(false);
                    done.try_run(());
                    return;
                }
                Ok(_) => {
                    done.try_run(());
                }
                Err(_) => {}
            }
            outcome.try_set(Some(result));
        });
    };
    let reasons = std::iter::once((String::new(), t.retake_reason_choose.to_owned()))
        .chain(
            RetakeReason::ALL
                .iter()
                .map(|r| (r.as_str().to_owned(), retake_word(*r).to_owned())),
        )
        .collect();
    let who = many.then(|| view! { <p class="strong">{(t.retake_bulk_title)(subjects.len() as u64)}</p> });
    let replaces = match (inside, many) {
        (0, _) => None,
        (_, false) => Some(t.retake_replaces.to_owned()),
        (n, true) => Some((t.retake_bulk_replaces)(n)),
    };
    let replaces = replaces.map(|text| view! { <p class="strong">{text}</p> });
    let idle = (waiting > 0).then(|| view! { <p>{(t.retake_bulk_waiting)(waiting)}</p> });
    view! {
        <form class="dialog__form" on:submit=submit>
            <div class="dialog__body stack">
                {move || outcome.with(|o| o.as_ref().and_then(|o| o.as_ref().err()).map(trouble))}
                {who}
                <p>{t.retake_text}</p>
                {replaces}
                {idle}
                <SelectField id=REASON label=t.retake_reason options=reasons value=reason error=wrong/>
                <TextArea
                    id="retake-note"
                    label=t.retake_note
                    hint=t.retake_note_hint
                    value=note
                    optional=true
                    maxlength=2_000_u32
                />
            </div>
            <div class="dialog__foot">
                <Button on_press=Callback::new(move |()| open.set(false))>{creator().cancel}</Button>
                <Button kind=ButtonKind::Primary r#type=ButtonType::Submit busy=busy disabled=nobody>{grant}</Button>
            </div>
        </form>
    }
}

/// Who got none, and why; the others have theirs.
#[component]
fn Refused(some: RetakesDone, asked: RwSignal<Vec<Subject>>, open: RwSignal<bool>) -> impl IntoView {
    let t = creator().attempts;
    let subjects = asked.get_untracked();
    let granted = (some.granted > 0).then(|| view! { <p>{(t.granted_n)(some.granted)}</p> });
    let lines = some
        .refused
        .into_iter()
        .map(|(id, why)| {
            let name = subjects.iter().find(|s| s.candidate == id).map(|s| s.name.clone());
            view! { <li><strong><bdi>{name}</bdi></strong>" "{why}</li> }
        })
        .collect_view();
    view! {
        <div class="dialog__form">
            <div class="dialog__body stack">
                <Notice kind=NoticeKind::Mind title=t.retake_some_refused/>
                {granted}
                <ul class="stack stack--tight">{lines}</ul>
            </div>
            <div class="dialog__foot">
                <Button kind=ButtonKind::Primary on_press=Callback::new(move |()| open.set(false))>
                    {creator().close}
                </Button>
            </div>
        </div>
    }
}
