//! Two entries that may be one person: what merging them would do, said before it is done.

use super::desk::{Desk, use_desk};
use crate::{
    components::{Button, ButtonKind, Dialog, DialogKind, IconName, Notice, NoticeKind, Skeleton, use_toasts},
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

/// What the dialog shows.
type Plan = Option<Result<MergeData, AppError>>;

#[component]
pub(super) fn MergeDialog() -> impl IntoView {
    let desk = use_desk();
    let t = creator().attempts;
    let open = super::actions::open_while(move || desk.merging.get().is_some(), move || desk.merging.set(None));
    let plan = RwSignal::new(None::<Result<MergeData, AppError>>);
    Effect::new(move |_| {
        if let Some(id) = desk.merging.get() {
            plan.set(None);
            let slug = desk.place.with_untracked(|p| p.slug.clone());
            spawn_local(async move {
                // The entry that was here first is kept, unless somebody says otherwise.
                let found = match plan_merge(slug.clone(), id, None).await {
                    Ok(found) => plan_merge(slug, found.plan.gone.candidate_id, Some(id)).await,
                    failed => failed,
                };
                plan.try_set(Some(found));
            });
        }
    });
    view! {
        <Dialog id="merge" open=open title=t.merge_title kind=DialogKind::Wide>
            {move || match plan.get() {
                None => view! { <div class="dialog__body"><Skeleton/></div> }.into_any(),
                Some(Ok(data)) => view! { <Planned data=data plan=plan open=open desk=desk/> }.into_any(),
                Some(Err(error)) => view! {
                    <div class="dialog__body stack">
                        <Notice kind=NoticeKind::Error title=error.to_string()/>
                    </div>
                    <div class="dialog__foot">
                        <NotOne desk=desk open=open of=desk.merging.get_untracked()/>
                    </div>
                }
                .into_any(),
            }}
        </Dialog>
    }
}

#[component]
fn Planned(data: MergeData, plan: RwSignal<Plan>, open: RwSignal<bool>, desk: Desk) -> impl IntoView {
    let t = creator().attempts;
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let (keep, gone) = (data.plan.keep.candidate_id, data.plan.gone.candidate_id);
    let mark = data.plan.mark.clone();
    let slug = move || desk.place.with_untracked(|p| p.slug.clone());
    let swap = Callback::new(move |()| {
        spawn_local(async move {
            plan.try_set(Some(plan_merge(slug(), gone, Some(keep)).await));
        });
    });
    let refused = data.plan.refused;
    let press = Callback::new(move |()| {
        let mark = mark.clone();
        busy.set(true);
        spawn_local(async move {
            match merge_candidates(slug(), keep, gone, mark).await {
                Ok(()) => {
                    desk.selected.update(|s| s.retain(|id, _| *id != gone));
                    open.set(false);
                    toasts.show(t.merge_done);
                    desk.reload();
                }
                // It would do something else by now: look again.
                Err(AppError::Conflict {
                    ref code, ref detail, ..
                }) if code == "changed" => {
                    desk.trouble.set(Some(AppError::Conflict {
                        code: code.clone(),
                        detail: detail.clone(),
                        existing: None,
                    }));
                    plan.try_set(Some(plan_merge(slug(), keep, Some(gone)).await));
                }
                Err(error) => {
                    plan.try_set(Some(Err(error)));
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
            <div class="merge">
                {side(t.merge_keep, t.merge_link_stays, p.keep, data.keep_added)}
                {side(t.merge_gone, t.merge_link_stops, p.gone, data.gone_added)}
            </div>
            <p><Button icon=IconName::Refresh on_press=swap>{t.merge_swap}</Button></p>
            {what}
        </div>
        <div class="dialog__foot">
            <NotOne desk=desk open=open of=desk.merging.get_untracked()/>
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
fn NotOne(desk: Desk, open: RwSignal<bool>, of: Option<CandidateId>) -> impl IntoView {
    let t = creator().attempts;
    let toasts = use_toasts();
    let press = Callback::new(move |()| {
        let Some(id) = of else { return };
        let slug = desk.place.with_untracked(|p| p.slug.clone());
        spawn_local(async move {
            let done = desk.settle(not_duplicate(slug, id).await);
            open.set(false);
            if done.is_some() {
                toasts.show(t.merge_not_done);
            }
            desk.reload();
        });
    });
    view! { <Button kind=ButtonKind::Quiet on_press=press>{t.merge_not}</Button> }
}
