//! The attempts of the candidate whose report this is: the switch in its head, which one counts, comparison, another one.

use super::{Sheet, end::EndButton};
use crate::{
    components::{Button, ButtonLink, IconName, use_toasts},
    messages::{creator, retake_word, status_word},
    pages::sessions::{
        address::{compare_href, report_href},
        retake::Subject,
    },
    server_fns::sessions::{MarkCounts, ReportData, mark_counts},
};
use leptos::{ev::SubmitEvent, prelude::*, task::spawn_local};
use parley_domain::session::{Session, Status};
use server_fn::ServerFn;

/// The attempt that counts: the marked one, else the newest completed. `attempts` newest first.
fn counting(attempts: &[Session]) -> Option<&Session> {
    let marked = attempts.iter().find(|a| a.counts);
    marked.or_else(|| attempts.iter().find(|a| a.status == Status::Completed))
}

#[component]
pub(super) fn AttemptsPart(found: ReportData, slug: String, sheet: Sheet) -> impl IntoView {
    let t = creator().attempts;
    let several = found.attempts.len() > 1;
    let s = &found.session;
    let because = s.retake_reason.clone().map(|reason| {
        let words = reason
            .parse()
            .map_or_else(|_| t.by_candidate.to_owned(), |r| retake_word(r).to_lowercase());
        let note = s
            .retake_note
            .clone()
            .map(|note| view! { <p class="keep-lines prose">{note}</p> });
        view! {
            <div>
                <p class="muted">{t.granted_because} ": " {words}</p>
                {note}
            </div>
        }
    });
    let compare = several.then(|| {
        let href = compare_href(&slug, s.interview_id, found.candidate.id);
        view! { <ButtonLink href=href icon=IconName::Columns>{t.compare}</ButtonLink> }
    });
    let counts = counting(&found.attempts).is_some_and(|a| a.id == s.id);
    let count = (several && found.may.retake && s.status == Status::Completed && !counts)
        .then(|| view! { <CountForm session=s.clone() slug=slug.clone() sheet=sheet/> });
    let again = found
        .may
        .retake
        .then(|| view! { <Again found=found.clone() sheet=sheet/> });
    view! {
        {because}
        <div class="row no-print">
            {compare} {count}
            <EndButton found=found sheet=sheet/>
            {again}
        </div>
    }
}

/// A link per attempt; `trail` as in [`Sheet`].
pub(super) fn switch(found: &ReportData, slug: &str, trail: &str) -> AnyView {
    let t = creator().attempts;
    let here = found.session.id;
    let counts = counting(&found.attempts).map(|a| a.id);
    let links = found
        .attempts
        .iter()
        .map(|a| {
            let mut words = vec![(t.attempt_n)(a.attempt)];
            words.push(match a.score {
                Some(score) => format!("{score:.1}"),
                None => status_word(a.status).to_lowercase(),
            });
            if counts == Some(a.id) {
                words.push(t.counts.to_owned());
            }
            let href = report_href(slug, a.interview_id, a.id) + trail;
            view! {
                <a class="chip" href=href aria-current=(a.id == here).then_some("page")>{words.join(" · ")}</a>
            }
        })
        .collect_view();
    view! { <nav class="chips" aria-label=creator().sessions.attempts>{links}</nav> }.into_any()
}

/// Marks this attempt as the one that counts. A form: the same without scripts.
#[component]
pub(super) fn CountForm(session: Session, slug: String, sheet: Sheet) -> impl IntoView {
    let back = report_href(&slug, session.interview_id, session.id) + &sheet.trail.get_untracked();
    let (id, toasts) = (session.id, use_toasts());
    let done = Callback::new(move |result: Result<(), crate::error::AppError>| sheet.settle(id, toasts, result.err()));
    view! { <CountButton session=session slug=slug back=back done=done/> }
}

/// The form itself, for the report and the comparison.
#[component]
pub(in crate::pages::sessions) fn CountButton(
    session: Session,
    slug: String,
    back: String,
    done: Callback<Result<(), crate::error::AppError>>,
) -> impl IntoView {
    let t = creator().attempts;
    let toasts = use_toasts();
    let id = session.id;
    let to = slug.clone();
    let submit = move |ev: SubmitEvent| {
        ev.prevent_default();
        let slug = to.clone();
        spawn_local(async move {
            let result = mark_counts(slug, id, "/".to_owned()).await;
            if result.is_ok() {
                toasts.show(t.counts_done);
            }
            done.try_run(result);
        });
    };
    view! {
        <form class="no-print" method="post" action=MarkCounts::url() on:submit=submit title=t.counts_hint>
            <input type="hidden" name="slug" value=slug/>
            <input type="hidden" name="id" value=id.to_string()/>
            <input type="hidden" name="back" value=back/>
            <button
                type="submit"
                class="btn"
                aria-label=format!("{}: {}", t.counts_do, (t.attempt_n)(session.attempt))
            >
                {t.counts_do}
            </button>
        </form>
    }
}

/// Grants another attempt, unless one waits already.
#[component]
fn Again(found: ReportData, sheet: Sheet) -> impl IntoView {
    let t = creator().attempts;
    let status = found.attempts.iter().find(|a| a.current).map(|a| a.status);
    let subject = Subject {
        candidate: found.candidate.id,
        name: found.candidate.fields.name,
        status: status.unwrap_or(Status::Completed),
    };
    (status != Some(Status::NotStarted)).then(move || {
        let press = Callback::new(move |()| sheet.retaking.set(vec![subject.clone()]));
        view! { <Button icon=IconName::Refresh on_press=press>{t.retake}</Button> }
    })
}
