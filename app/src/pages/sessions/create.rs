//! **Create individually** and the form that edits a candidate: side sheets.

use super::{
    address::Place,
    desk::{Desk, use_desk},
    fields::{CandidateFields, Fields, forget_left},
    fill::FillFromResume,
};
use crate::{
    components::{
        Button, ButtonKind, ButtonSize, ButtonType, CopyField, Dialog, DialogKind, Notice, NoticeKind, Skeleton,
        SkeletonKind, copy_text, focus_field, trouble, use_toasts,
    },
    error::AppError,
    messages::{creator, merged_field_word},
    server_fns::sessions::{create_candidate, edit_candidate, get_candidate},
};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use parley_domain::{
    candidate::{Candidate, CandidateInput},
    text::shorten,
};

/// How much is shown of what somebody else wrote, in characters: all of it stands in the field once it is taken.
const VALUE_MAX: usize = 200;

/// What became of the last press.
#[derive(Clone)]
enum Outcome {
    /// Nothing yet.
    Typing,
    /// The email is on the interview already.
    Already,
    /// Something else than a field is wrong.
    Failed(AppError),
    /// There they are.
    Added(Box<Candidate>),
}

/// The sheet that adds one candidate.
#[component]
pub(super) fn CreateSheet() -> impl IntoView {
    let desk = use_desk();
    let t = &creator().sessions;
    let fields = Fields::new(CandidateInput::default());
    let outcome = RwSignal::new(Outcome::Typing);
    let copied = RwSignal::new(false);
    let again = Callback::new(move |()| {
        fields.fill(CandidateInput::default());
        outcome.set(Outcome::Typing);
    });
    // The interview that the sheet was opened for: by the time its page goes, the address is another.
    let whose = StoredValue::new(None::<uuid::Uuid>);
    // Opened anew, it begins anew; what is unsaved asked before it was closed, or went with its page and comes back.
    Effect::new(move |before: Option<bool>| {
        let open = desk.creating.get();
        if open && before != Some(true) {
            again.run(());
            let interview = desk.place.with_untracked(|place| place.interview.map(|id| id.0));
            whose.set_value(interview);
            if let Some(interview) = interview {
                fields.bring_back(interview);
            }
        }
        open
    });
    let dirty = {
        let typed = fields.dirty();
        Signal::derive(move || typed.get() && !outcome.with(|o| matches!(o, Outcome::Added(_))))
    };
    fields.outlast(dirty, move || {
        let open = desk.creating.try_get_untracked() == Some(true);
        whose.try_get_value().flatten().filter(|_| open)
    });
    // The form stays while it is answered that something is wrong.
    let added = Memo::new(move |_| {
        outcome.with(|outcome| match outcome {
            Outcome::Added(candidate) => Some((**candidate).clone()),
            _ => None,
        })
    });
    view! {
        <Dialog id="create-candidate" open=desk.creating title=t.new_title kind=DialogKind::Sheet dirty=dirty>
            {move || match added.get() {
                Some(candidate) => view! { <Added candidate=candidate copied=copied again=again/> }.into_any(),
                None => view! { <NewForm fields=fields outcome=outcome copied=copied/> }.into_any(),
            }}
        </Dialog>
    }
}

#[component]
fn NewForm(fields: Fields, outcome: RwSignal<Outcome>, copied: RwSignal<bool>) -> impl IntoView {
    let desk = use_desk();
    let t = &creator().sessions;
    let busy = RwSignal::new(false);
    let send = move |anyway: bool| {
        if busy.get_untracked() {
            return;
        }
        let Some(input) = fields.checked() else { return };
        let Place {
            slug,
            interview: Some(interview),
        } = desk.place.get_untracked()
        else {
            return;
        };
        busy.set(true);
        spawn_local(async move {
            let done = create_candidate(slug, interview, input, anyway).await;
            // The sheet was closed meanwhile, and may be open for somebody else: what came of it is seen or said on the page.
            if busy.try_set(false).is_some() {
                if desk.settle(done).is_some() {
                    forget_left(interview.0);
                }
                return desk.reload();
            }
            match done {
                Ok(candidate) => {
                    if let Some(url) = &candidate.invite_url {
                        copied.set(copy_text(url).await);
                    }
                    outcome.set(Outcome::Added(Box::new(candidate)));
                    desk.reload();
                }
                Err(AppError::Conflict { ref code, .. }) if code == "already_here" => outcome.set(Outcome::Already),
                Err(error) if fields.refused(&error) => {}
                Err(error) => outcome.set(Outcome::Failed(error)),
            }
        });
    };
    let notice = move || match outcome.get() {
        Outcome::Already => view! {
            <Notice kind=NoticeKind::Mind title=t.already_title text=t.already_text seek=true>
                <Button busy=busy on_press=Callback::new(move |()| send(true))>{t.add_anyway}</Button>
            </Notice>
        }
        .into_any(),
        Outcome::Failed(error) => trouble(&error),
        Outcome::Typing | Outcome::Added(_) => ().into_any(),
    };
    let submit = move |ev: SubmitEvent| {
        ev.prevent_default();
        send(false);
    };
    view! {
        <form class="dialog__form" novalidate on:submit=submit>
            <div class="dialog__body stack">
                {notice}
                <FillFromResume fields=fields/>
                <CandidateFields fields=fields/>
            </div>
            <div class="dialog__foot">
                <Button on_press=Callback::new(move |()| desk.creating.set(false))>{creator().cancel}</Button>
                <Button kind=ButtonKind::Primary r#type=ButtonType::Submit busy=busy>{t.save_new}</Button>
            </div>
        </form>
    }
}

#[component]
fn Added(candidate: Candidate, copied: RwSignal<bool>, again: Callback<()>) -> impl IntoView {
    let desk = use_desk();
    let t = &creator().sessions;
    let title = format!("{}: {}", t.added_title, candidate.fields.name);
    let link = candidate.invite_url.clone().map(|url| {
        // Not copied: the field is focused, which selects it.
        if !copied.get_untracked() {
            set_timeout(
                || crate::components::focus_field("new-link"),
                std::time::Duration::from_millis(50),
            );
        }
        let words = if copied.get_untracked() {
            t.invite_copied
        } else {
            t.invite_by_hand
        };
        view! {
            <p>{words}</p>
            <CopyField id="new-link" label=t.invite_link copy=t.copy_link value=url/>
        }
    });
    view! {
        <div class="dialog__form">
            <div class="dialog__body stack">
                <Notice kind=NoticeKind::Done title=title/>
                {link}
            </div>
            <div class="dialog__foot">
                <Button on_press=again>{t.add_another}</Button>
                <Button kind=ButtonKind::Primary on_press=Callback::new(move |()| desk.creating.set(false))>{t.done}</Button>
            </div>
        </div>
    }
}

/// The sheet that edits a candidate.
#[component]
pub(super) fn EditSheet() -> impl IntoView {
    let desk = use_desk();
    let t = &creator().sessions;
    let fields = Fields::new(CandidateInput::default());
    let open = RwSignal::new(false);
    let known = RwSignal::new(None::<Result<(), AppError>>);
    Effect::new(move |_| {
        let Some(id) = desk.editing.get() else { return };
        known.set(None);
        open.set(true);
        let slug = desk.place.with_untracked(|p| p.slug.clone());
        spawn_local(async move {
            let found = get_candidate(slug, id).await;
            // Another one was opened meanwhile, or the page was left.
            if desk.editing.try_get_untracked() == Some(Some(id)) {
                known.set(Some(found.map(|c| {
                    fields.fill(c.fields);
                    fields.bring_back(id.0);
                })));
            }
        });
    });
    Effect::new(move |before: Option<bool>| {
        let now = open.get();
        if before == Some(true) && !now {
            desk.editing.set(None);
        }
        now
    });
    let dirty = fields.dirty();
    fields.outlast(dirty, move || desk.editing.try_get_untracked().flatten().map(|id| id.0));
    view! {
        <Dialog id="edit-candidate" open=open title=t.edit_title kind=DialogKind::Sheet dirty=dirty>
            {move || match known.get() {
                None => view! { <div class="dialog__body"><Skeleton kind=SkeletonKind::Form/></div> }.into_any(),
                Some(Err(error)) => view! { <div class="dialog__body">{trouble(&error)}</div> }.into_any(),
                Some(Ok(())) => view! { <EditForm fields=fields open=open desk=desk/> }.into_any(),
            }}
        </Dialog>
    }
}

#[component]
fn EditForm(fields: Fields, open: RwSignal<bool>, desk: Desk) -> impl IntoView {
    let t = &creator().sessions;
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let failed = RwSignal::new(None::<AppError>);
    // What is saved by now, where somebody else changed the same fields.
    let theirs = RwSignal::new(None::<CandidateInput>);
    // As the form was filled, or over what somebody else saved since.
    let save = Callback::new(move |over: Option<CandidateInput>| {
        let (Some(input), Some(id)) = (fields.checked(), desk.editing.get_untracked()) else {
            return;
        };
        let slug = desk.place.with_untracked(|p| p.slug.clone());
        let (seen, input) = match over {
            Some(theirs) => {
                let input = fields.over(&theirs);
                (theirs, input)
            }
            None => (fields.seen(), input),
        };
        busy.set(true);
        spawn_local(async move {
            let done = edit_candidate(slug.clone(), id, seen, input).await;
            let now = match &done {
                Err(AppError::Conflict { code, .. }) if code == "changed_meanwhile" => {
                    Some(get_candidate(slug, id).await)
                }
                _ => None,
            };
            // As where somebody is added.
            if busy.try_set(false).is_some() {
                if desk.settle(done).is_some() {
                    forget_left(id.0);
                }
                return desk.reload();
            }
            failed.set(None);
            match (done, now) {
                (Ok(_), _) => {
                    open.set(false);
                    toasts.show(creator().saved);
                    desk.reload();
                }
                (Err(_), Some(Ok(now))) => theirs.set(Some(now.fields)),
                (Err(_), Some(Err(error))) => failed.set(Some(error)),
                (Err(error), None) if fields.refused(&error) => {}
                (Err(error), None) => failed.set(Some(error)),
            }
        });
    });
    let submit = move |ev: SubmitEvent| {
        ev.prevent_default();
        save.run(None);
    };
    view! {
        <form class="dialog__form" novalidate on:submit=submit>
            <div class="dialog__body stack">
                {move || failed.get().map(|error| trouble(&error))}
                {move || {
                    theirs.get().map(|now| view! { <Clash fields=fields now=now theirs=theirs busy=busy save=save/> })
                }}
                <CandidateFields fields=fields/>
            </div>
            <div class="dialog__foot">
                <Button on_press=Callback::new(move |()| open.set(false))>{creator().cancel}</Button>
                <Button kind=ButtonKind::Primary r#type=ButtonType::Submit busy=busy>{t.save_edit}</Button>
            </div>
        </form>
    }
}

/// Somebody else changed the same meanwhile: what they wrote, and whose is to stay. Until that is said, nothing is saved over
/// theirs, and everything that was typed stands in the form.
#[component]
fn Clash(
    fields: Fields,
    /// What is saved by now.
    now: CandidateInput,
    theirs: RwSignal<Option<CandidateInput>>,
    busy: RwSignal<bool>,
    save: Callback<Option<CandidateInput>>,
) -> impl IntoView {
    let t = &creator().sessions;
    let clashes = fields.clashes(&now);
    let first = clashes.first().map_or("name", |(field, _)| *field);
    let lines = clashes
        .into_iter()
        .map(|(field, value)| {
            let value = value.map_or_else(|| t.emptied.to_owned(), |value| shorten(&value, VALUE_MAX));
            view! {
                <dt>{merged_field_word(field)}</dt>
                <dd class="keep-lines"><bdi>{value}</bdi></dd>
            }
        })
        .collect_view();
    let take = Callback::new(move |()| {
        let Some(now) = theirs.get_untracked() else { return };
        fields.take(now);
        theirs.set(None);
        focus_field(&format!("candidate-{first}"));
    });
    let mine = Callback::new(move |()| save.run(theirs.get_untracked()));
    view! {
        <Notice kind=NoticeKind::Error title=t.conflict text=t.conflict_text seek=true>
            <dl class="facts">{lines}</dl>
            <Button size=ButtonSize::Small disabled=busy on_press=take>{t.conflict_theirs}</Button>
            <Button size=ButtonSize::Small busy=busy on_press=mine>{t.conflict_mine}</Button>
        </Notice>
    }
}
