//! The dialog that grants a retake: to one person or to many, from the Sessions tab and from the report.

use crate::{
    components::{
        Button, ButtonKind, ButtonType, Dialog, Notice, NoticeKind, SelectField, TextArea, Toasts, focus_field,
        trouble, use_toasts,
    },
    error::AppError,
    messages::{creator, retake_word},
    pages::many::{End, Going, GoingLine, Went, WhenLeft},
    server_fns::sessions::{ListQuery, RetakesDone, grant_retakes, still_selected},
};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use parley_domain::{
    id::CandidateId,
    paging::AT_ONCE,
    session::{RetakeReason, Status},
};

use std::collections::BTreeMap;

pub(super) use crate::server_fns::sessions::Subject;

/// Whose present status is asked about at once.
const SEEN_AT_ONCE: usize = 5_000;

/// The list of reasons.
const REASON: &str = "retake-reason";

/// Refused ones who are named; of more it is said how many they are.
const NAMED: usize = 100;

/// Grants them request by request: each is a transaction of its own, and many would keep a request open for longer than
/// proxies wait.
async fn grant_all(
    going: Going,
    slug: String,
    ids: &[CandidateId],
    reason: RetakeReason,
    note: String,
) -> (RetakesDone, Went) {
    let mut all = RetakesDone::default();
    let one = |some| grant_retakes(slug.clone(), some, reason, note.clone());
    let take = |done: RetakesDone| {
        all.granted += done.granted;
        all.refused.extend(done.refused);
    };
    let mut went = going.send(ids, AT_ONCE, WhenLeft::Stops, one, take).await;
    if let End::Failed(AppError::Unavailable) = went.end {
        // Those before the failure have theirs.
        went.unsure = AT_ONCE.min(went.all - went.done);
    }
    (all, went)
}

/// What the parts of the dialog share.
#[derive(Clone, Copy)]
struct Granting {
    /// Whom it is about: the rest of them, once some are done.
    asked: RwSignal<Vec<Subject>>,
    /// Everybody whom it was about at first.
    everybody: StoredValue<Vec<Subject>>,
    slug: Signal<String>,
    note: RwSignal<String>,
    /// What became of those who are done.
    so_far: RwSignal<RetakesDone>,
    /// The last try, where it did not come to its end.
    halted: RwSignal<Option<Went>>,
    /// All are done, and some were refused.
    refused: RwSignal<bool>,
    going: Going,
    open: RwSignal<bool>,
    done: Callback<Vec<CandidateId>>,
}

/// Asks for the reason and grants. `asked` opens it and is emptied when it closes; `done` is called after every try that
/// reached somebody.
#[component]
pub(super) fn RetakeDialog(
    /// Whom it is about.
    asked: RwSignal<Vec<Subject>>,
    /// The workspace's place in addresses.
    slug: Signal<String>,
    /// These were granted one or refused: what is shown may be another by now.
    done: Callback<Vec<CandidateId>>,
) -> impl IntoView {
    let t = creator().attempts;
    let open = super::actions::open_while(move || asked.with(|a| !a.is_empty()), move || asked.set(Vec::new()));
    let g = Granting {
        asked,
        everybody: StoredValue::new(Vec::new()),
        slug,
        note: RwSignal::new(String::new()),
        so_far: RwSignal::new(RetakesDone::default()),
        halted: RwSignal::new(None),
        refused: RwSignal::new(false),
        going: Going::default(),
        open,
        done,
    };
    Effect::new(move |_| {
        if open.get() {
            g.everybody.set_value(asked.get_untracked());
            g.note.set(String::new());
            g.so_far.set(RetakesDone::default());
            g.halted.set(None);
            g.refused.set(false);
            look_again(g);
        } else {
            // Also where the browser closed it by itself.
            g.going.ask_to_stop();
        }
    });
    let dirty = Signal::derive(move || !g.refused.get() && !g.note.with(String::is_empty));
    view! {
        <Dialog
            id="grant-retake"
            open=open
            title=t.retake_title
            dirty=dirty
            hold=Callback::new(move |()| g.going.ask_to_stop())
        >
            // The form stays, with what was chosen in it, while it is answered that something is wrong.
            {move || {
                if g.refused.get() {
                    view! { <Refused g=g/> }.into_any()
                } else {
                    view! { <Ask g=g/> }.into_any()
                }
            }}
        </Dialog>
    }
}

/// What is known of a selection may be from long ago, as rows on other pages do not tell: the figures follow how they stand now.
fn look_again(g: Granting) {
    let ids: Vec<CandidateId> = g
        .asked
        .with_untracked(|asked| asked.iter().map(|s| s.candidate).collect());
    if ids.len() < 2 {
        return;
    }
    let slug = g.slug.get_untracked();
    spawn_local(async move {
        let mut now = BTreeMap::new();
        for some in ids.chunks(SEEN_AT_ONCE) {
            // Not answered: what was known stands, and whoever cannot have one is named in the end.
            let Ok(found) = still_selected(slug.clone(), None, ListQuery::default(), some.to_vec()).await else {
                return;
            };
            now.extend(found.into_iter().map(|one| (one.candidate, one)));
        }
        g.asked.try_update(|asked| {
            for one in asked {
                if let Some(seen) = now.remove(&one.candidate) {
                    *one = seen;
                }
            }
        });
    });
}

#[component]
fn Ask(g: Granting) -> impl IntoView {
    let t = creator().attempts;
    let toasts = use_toasts();
    // Chosen by whoever grants it: one that stands there already would be granted for it unread.
    let (reason, missing) = (RwSignal::new(String::new()), RwSignal::new(false));
    let wrong = Signal::derive(move || {
        (missing.get() && reason.with(String::is_empty)).then(|| creator().failures.choose_reason.to_owned())
    });
    let busy = RwSignal::new(false);
    let many = g.asked.with_untracked(|asked| asked.len() > 1);
    // Of those who are left: how many, taking the interview now, not started.
    let figures = Memo::new(move |_| {
        g.asked.with(|asked| {
            let count = |status| asked.iter().filter(|s| s.status == status).count() as u64;
            let of = asked.len() as u64;
            (of, count(Status::InProgress), count(Status::NotStarted))
        })
    });
    // Who has not started gets no further one.
    let able = Memo::new(move |_| {
        let (of, _, waiting) = figures.get();
        of - waiting
    });
    let nobody = Signal::derive(move || able.get() == 0);
    let submit = move |ev: SubmitEvent| {
        ev.prevent_default();
        // Enter in the form comes here as well.
        if busy.get_untracked() || nobody.get_untracked() {
            return;
        }
        let Ok(reason) = reason.get_untracked().parse::<RetakeReason>() else {
            missing.set(true);
            return focus_field(REASON);
        };
        busy.set(true);
        g.halted.set(None);
        spawn_local(async move {
            grant(g, toasts, reason, many).await;
            busy.try_set(false);
        });
    };
    let reasons = std::iter::once((String::new(), t.retake_reason_choose.to_owned()))
        .chain(
            RetakeReason::ALL
                .iter()
                .map(|r| (r.as_str().to_owned(), retake_word(*r).to_owned())),
        )
        .collect();
    let who = move || many.then(|| view! { <p class="strong">{(t.retake_bulk_title)(figures.get().0)}</p> });
    let replaces = move || {
        let text = match (figures.get().1, many) {
            (0, _) => return None,
            (_, false) => t.retake_replaces.to_owned(),
            (n, true) => (t.retake_bulk_replaces)(n),
        };
        Some(view! { <p class="strong">{text}</p> })
    };
    let idle = move || {
        let waiting = figures.get().2;
        (waiting > 0).then(|| view! { <p>{(t.retake_bulk_waiting)(waiting)}</p> })
    };
    let cancel = Callback::new(move |()| {
        if !g.going.ask_to_stop() {
            g.open.set(false);
        }
    });
    let halted = move || {
        g.halted.get().map(|went| match &went.end {
            // All is as it was: said where the form is wrong.
            End::Failed(error) if went.done + went.unsure == 0 || went.all <= AT_ONCE => trouble(error),
            _ => went.notice(),
        })
    };
    view! {
        <form class="dialog__form" on:submit=submit>
            <div class="dialog__body stack">
                {halted}
                {who}
                <p>{t.retake_text}</p>
                {replaces}
                {idle}
                <SelectField id=REASON label=t.retake_reason options=reasons value=reason error=wrong/>
                <TextArea
                    id="retake-note"
                    label=t.retake_note
                    hint=t.retake_note_hint
                    value=g.note
                    optional=true
                    maxlength=2_000_u32
                />
                <GoingLine going=g.going label=t.granting/>
            </div>
            <div class="dialog__foot">
                <Button busy=g.going.stopping() on_press=cancel>{creator().cancel}</Button>
                <Button kind=ButtonKind::Primary r#type=ButtonType::Submit busy=busy disabled=nobody>
                    {move || (t.grant_n)(able.get())}
                </Button>
            </div>
        </form>
    }
}

/// Grants to all who are left.
async fn grant(g: Granting, toasts: Toasts, reason: RetakeReason, many: bool) {
    let t = creator().attempts;
    let ids: Vec<CandidateId> = g
        .asked
        .with_untracked(|asked| asked.iter().map(|s| s.candidate).collect());
    let (slug, note) = (g.slug.get_untracked(), g.note.get_untracked());
    let (new, went) = grant_all(g.going, slug, &ids, reason, note).await;
    let reached = ids[..went.done].to_vec();
    let so_far = g.so_far.try_update(|all| {
        all.granted += new.granted;
        all.refused.extend(new.refused.iter().cloned());
        all.clone()
    });
    let so_far = so_far.unwrap_or(new);
    if went.end == End::Done {
        if so_far.refused.is_empty() {
            toasts.show(if many {
                (t.granted_n)(so_far.granted)
            } else {
                t.retake_done.to_owned()
            });
            g.open.try_set(false);
        } else {
            g.refused.try_set(true);
        }
        g.done.try_run(reached);
        return;
    }
    // The rest is asked about again, with what was chosen for them.
    if went.done > 0 {
        let left = g.asked.try_update(|asked| {
            asked.drain(..went.done.min(asked.len()));
        });
        if left.is_none() || g.open.try_get_untracked() != Some(true) {
            toasts.show((t.granted_n)(so_far.granted));
        }
        g.done.try_run(reached);
    }
    g.halted.try_set(Some(went));
}

/// Who got none, and why; the others have theirs.
#[component]
fn Refused(g: Granting) -> impl IntoView {
    let t = creator().attempts;
    let some = g.so_far.get_untracked();
    let granted = (some.granted > 0).then(|| view! { <p>{(t.granted_n)(some.granted)}</p> });
    let unnamed = some.refused.len().saturating_sub(NAMED) as u64;
    let lines = some
        .refused
        .into_iter()
        .take(NAMED)
        .map(|(id, why)| {
            let name = g
                .everybody
                .with_value(|all| all.iter().find(|s| s.candidate == id).map(|s| s.name.clone()));
            view! { <li><strong><bdi>{name}</bdi></strong>" "{why}</li> }
        })
        .collect_view();
    let unnamed = (unnamed > 0).then(|| view! { <p>{(t.refused_more)(unnamed)}</p> });
    view! {
        <div class="dialog__form">
            <div class="dialog__body stack">
                <Notice kind=NoticeKind::Mind title=t.retake_some_refused/>
                {granted}
                <ul class="stack stack--tight">{lines}</ul>
                {unnamed}
            </div>
            <div class="dialog__foot">
                <Button kind=ButtonKind::Primary on_press=Callback::new(move |()| g.open.set(false))>
                    {creator().close}
                </Button>
            </div>
        </div>
    }
}
