//! Two entries that may be one person: what merging them would do, said before it is done.

use super::desk::{Desk, use_desk};
use crate::{
    components::{Button, ButtonKind, Dialog, DialogKind, IconName, Notice, NoticeKind, Skeleton, trouble, use_toasts},
    error::AppError,
    messages::{creator, merged_field_word, source_word, status_word},
    server_fns::sessions::{MergeData, merge_candidates, not_duplicate, plan_merge},
};
use leptos::{prelude::*, task::spawn_local};
use parley_domain::{
    duplicate::{MergeSide, MergedAttempt, MergedValue},
    id::CandidateId,
    time::ShownTime,
};

/// What the parts of the dialog share.
#[derive(Clone, Copy)]
struct Merging {
    desk: Desk,
    open: RwSignal<bool>,
    /// What merging would do, once it is known.
    plan: RwSignal<Option<MergeData>>,
    /// Why the last try did nothing; what is known stays.
    failed: RwSignal<Option<AppError>>,
    busy: RwSignal<bool>,
}

impl Merging {
    /// Whether the dialog is still about them: it may be closed by now, or be about somebody else.
    fn is_of(self, id: CandidateId) -> bool {
        self.desk.merging.try_get_untracked() == Some(Some(id))
    }

    fn slug(self) -> String {
        self.desk.place.with_untracked(|p| p.slug.clone())
    }

    /// Looks at what merging would do: these two (kept, gone), or whoever is asked about and the one they may be.
    fn look(self, pair: Option<(CandidateId, CandidateId)>) {
        let Some(of) = self.desk.merging.get_untracked() else {
            return;
        };
        let slug = self.slug();
        spawn_local(async move {
            let found = match pair {
                Some((keep, gone)) => plan_merge(slug, keep, Some(gone)).await,
                // The entry that was here first is kept, unless somebody says otherwise.
                None => match plan_merge(slug.clone(), of, None).await {
                    Ok(found) => plan_merge(slug, found.plan.gone.candidate_id, Some(of)).await,
                    failed => failed,
                },
            };
            if self.is_of(of) {
                match found {
                    Ok(found) => self.plan.set(Some(found)),
                    Err(error) => self.failed.set(Some(error)),
                }
            }
        });
    }

    /// What could not be done is said in the dialog, or on the page where the dialog is gone.
    fn refused(self, of: CandidateId, error: AppError) {
        if self.is_of(of) {
            self.busy.set(false);
            self.failed.set(Some(error));
        } else {
            self.desk.trouble.set(Some(error));
        }
    }
}

#[component]
pub(super) fn MergeDialog() -> impl IntoView {
    let desk = use_desk();
    let t = creator().attempts;
    let merging = Merging {
        desk,
        open: super::actions::open_while(move || desk.merging.get().is_some(), move || desk.merging.set(None)),
        plan: RwSignal::new(None),
        failed: RwSignal::new(None),
        busy: RwSignal::new(false),
    };
    Effect::new(move |_| {
        if desk.merging.get().is_some() {
            merging.plan.set(None);
            merging.busy.set(false);
            merging.failed.set(None);
            merging.look(None);
        }
    });
    view! {
        <Dialog id="merge" open=merging.open title=t.merge_title kind=DialogKind::Wide>
            {move || match merging.plan.get() {
                Some(data) => view! { <Planned data=data merging=merging/> }.into_any(),
                None => view! { <Unplanned merging=merging/> }.into_any(),
            }}
        </Dialog>
    }
}

/// Before anything is known: it is on its way, or could not be had.
#[component]
fn Unplanned(merging: Merging) -> impl IntoView {
    let again = Callback::new(move |()| {
        merging.failed.set(None);
        merging.look(None);
    });
    move || match merging.failed.get() {
        None => view! { <div class="dialog__body"><Skeleton/></div> }.into_any(),
        Some(error) => view! {
            <div class="dialog__body stack">{trouble(&error)}</div>
            <div class="dialog__foot">
                <NotOne merging=merging/>
                <span class="push"></span>
                <Button icon=IconName::Refresh on_press=again>{creator().try_again}</Button>
            </div>
        }
        .into_any(),
    }
}

#[component]
fn Planned(data: MergeData, merging: Merging) -> impl IntoView {
    let t = creator().attempts;
    let toasts = use_toasts();
    let Merging { desk, open, busy, .. } = merging;
    let (keep, gone) = (data.plan.keep.candidate_id, data.plan.gone.candidate_id);
    let mark = data.plan.mark.clone();
    let swap = Callback::new(move |()| {
        merging.failed.set(None);
        merging.look(Some((gone, keep)));
    });
    let refused = data.plan.refused;
    let press = Callback::new(move |()| {
        let Some(of) = desk.merging.get_untracked() else {
            return;
        };
        let (slug, mark) = (merging.slug(), mark.clone());
        busy.set(true);
        merging.failed.set(None);
        spawn_local(async move {
            match merge_candidates(slug, keep, gone, mark).await {
                Ok(()) => {
                    desk.selected.update(|s| s.retain(|id, _| *id != gone));
                    if merging.is_of(of) {
                        open.set(false);
                    }
                    toasts.show(t.merge_done);
                    desk.reload();
                }
                Err(error) => {
                    // It would do something else by now: shown anew below the message.
                    let changed = matches!(&error, AppError::Conflict { code, .. } if code == "changed");
                    merging.refused(of, error);
                    if changed && merging.is_of(of) {
                        merging.look(Some((keep, gone)));
                    }
                }
            }
        });
    });
    let merge = refused.is_none().then(|| {
        view! { <Button kind=ButtonKind::Primary busy=busy on_press=press>{t.merge}</Button> }
    });
    let what = match refused {
        Some(why) => view! { <Notice kind=NoticeKind::Mind title=t.merge_refused text=why.detail()/> }.into_any(),
        None => result(&data),
    };
    let p = data.plan;
    view! {
        <div class="dialog__body stack">
            {move || merging.failed.get().map(|error| trouble(&error))}
            <div class="merge">
                {side(t.merge_keep, t.merge_link_stays, p.keep, data.keep_added)}
                {side(t.merge_gone, t.merge_link_stops, p.gone, data.gone_added)}
            </div>
            <p><Button icon=IconName::Refresh on_press=swap>{t.merge_swap}</Button></p>
            {what}
        </div>
        <div class="dialog__foot">
            <NotOne merging=merging/>
            <span class="push"></span>
            <Button on_press=Callback::new(move |()| open.set(false))>{creator().cancel}</Button>
            {merge}
        </div>
    }
}

fn side(title: &'static str, link: &'static str, of: MergeSide, added: ShownTime) -> AnyView {
    let t = creator().attempts;
    view! {
        <section class="card stack stack--tight">
            <h3>{title}</h3>
            <p class="strong"><bdi>{of.name}</bdi></p>
            {of.email.map(|email| view! { <p><bdi>{email}</bdi></p> })}
            <p class="muted">{source_word(of.source)} ", " {(t.added)(added.short)} ", " {(t.attempts_n)(of.attempts)}</p>
            <p class="muted">{link}</p>
        </section>
    }
    .into_any()
}

fn result(data: &MergeData) -> AnyView {
    let t = creator().attempts;
    let p = &data.plan;
    let attempts = p
        .attempts
        .iter()
        .zip(&data.started)
        .map(|(a, started)| attempt(a, started.as_ref()))
        .collect_view();
    let dropped = (!p.dropped.is_empty()).then(|| view! { <p>{t.merge_dropped}</p> });
    view! {
        <h3>{t.merge_result}</h3>
        <ol class="stack stack--tight">{attempts}</ol>
        {dropped}
        {values(t.merge_filled, &p.filled)}
        {values(t.merge_lost, &p.lost)}
        <p class="strong">{t.merge_final}</p>
    }
    .into_any()
}

fn attempt(a: &MergedAttempt, started: Option<&ShownTime>) -> AnyView {
    let t = creator().attempts;
    let mut fine = vec![status_word(a.status).to_lowercase()];
    fine.extend(started.map(|at| at.exact.clone()));
    if a.moved {
        fine.push(t.merge_moved.to_owned());
    }
    if a.was != a.attempt {
        fine.push((t.merge_was)(a.was));
    }
    if a.counts {
        fine.push(t.counts.to_owned());
    }
    view! { <li><strong>{(t.attempt_n)(a.attempt)}</strong> " " <span class="muted">{fine.join(", ")}</span></li> }
        .into_any()
}

fn values(title: &'static str, values: &[MergedValue]) -> Option<AnyView> {
    let lines = values
        .iter()
        .map(|v| {
            view! {
                <dt>{merged_field_word(&v.field)}</dt>
                <dd class="keep-lines"><bdi>{v.other.clone()}</bdi></dd>
            }
        })
        .collect_view();
    (!values.is_empty()).then(|| view! { <h3>{title}</h3> <dl class="facts">{lines}</dl> }.into_any())
}

/// Says that they are two people.
#[component]
fn NotOne(merging: Merging) -> impl IntoView {
    let t = creator().attempts;
    let toasts = use_toasts();
    let Merging { desk, open, .. } = merging;
    let press = Callback::new(move |()| {
        let Some(id) = desk.merging.get_untracked() else { return };
        let slug = merging.slug();
        spawn_local(async move {
            match not_duplicate(slug, id).await {
                Ok(()) => {
                    if merging.is_of(id) {
                        open.set(false);
                    }
                    toasts.show(t.merge_not_done);
                    desk.reload();
                }
                Err(error) => merging.refused(id, error),
            }
        });
    });
    view! { <Button kind=ButtonKind::Quiet on_press=press>{t.merge_not}</Button> }
}
