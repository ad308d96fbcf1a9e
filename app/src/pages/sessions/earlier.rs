//! The attempts before a row's current one, unfolded below it.

use super::{
    address::{compare_href, report_href},
    desk::{Desk, use_desk},
    row::cell,
    table::column_class,
};
use crate::{
    components::{Badge, ButtonKind, ButtonSize, Icon, IconName, Menu, MenuItem, MenuPlace, Tone, use_toasts},
    error::AppError,
    messages::creator,
    server_fns::sessions::{Column, earlier_attempts, mark_counts},
};
use leptos::{prelude::*, task::spawn_local};
use parley_domain::{
    id::{CandidateId, SessionId},
    session::{SessionRow, Status},
};

/// The number of the attempt; with earlier ones, a button that unfolds them. Read again it stays the same button.
pub(super) fn attempt_cell(desk: Desk, row: &SessionRow) -> AnyView {
    let t = creator().attempts;
    let (attempt, candidate) = (row.session.attempt, row.candidate_id);
    let mark = row.session.counts.then(|| view! { <Badge label=t.counts/> });
    if attempt < 2 || !row.session.current || !desk.live.get() {
        return view! { {mark} " " {attempt} }.into_any();
    }
    let name = row.name.clone();
    let open = move || desk.unfolded.with(|u| u.contains(&candidate));
    let label = move || format!("{}: {name}", if open() { t.fold } else { t.unfold });
    let toggle = move |_| {
        desk.unfolded.update(|u| {
            if !u.remove(&candidate) {
                u.insert(candidate);
            }
        });
    };
    view! {
        {mark}
        " "
        <button
            type="button"
            class="unfold"
            aria-label=label
            aria-expanded=move || if open() { "true" } else { "false" }
            on:click=toggle
        >
            {attempt}
            <Icon name=IconName::ChevronDown/>
        </button>
    }
    .into_any()
}

/// The rows of the earlier attempts, while they are unfolded.
pub(super) fn earlier(candidate: CandidateId) -> impl IntoView {
    let desk = use_desk();
    let open = Memo::new(move |_| desk.unfolded.with(|u| u.contains(&candidate)));
    move || open.get().then(|| view! { <Unfolded candidate=candidate/> })
}

#[component]
fn Unfolded(candidate: CandidateId) -> impl IntoView {
    let desk = use_desk();
    let found = RwSignal::new(None::<Result<Vec<SessionRow>, AppError>>);
    Effect::new(move |_| {
        // With every change that the list shows.
        desk.version.track();
        let slug = desk.place.with_untracked(|p| p.slug.clone());
        spawn_local(async move {
            let rows = Some(earlier_attempts(slug, candidate).await);
            // Folded meanwhile: nobody waits for them. The same as before: they stay as they are.
            if found.try_with_untracked(|before| *before != rows) == Some(true) {
                found.set(rows);
            }
        });
    });
    move || match found.get() {
        None => ().into_any(),
        Some(Ok(rows)) => rows.into_iter().map(|row| sub_row(desk, row)).collect_view().into_any(),
        Some(Err(error)) => view! {
            <tr class="sub-row">
                <td colspan="99">{creator().attempts.earlier_failed} " " {error.to_string()}</td>
            </tr>
        }
        .into_any(),
    }
}

fn sub_row(desk: Desk, row: SessionRow) -> AnyView {
    let t = creator().attempts;
    let (slug, interview) = desk
        .place
        .with_untracked(|p| (p.slug.clone(), row.session.interview_id));
    let href = report_href(&slug, interview, row.session.id) + &desk.trail.get_untracked();
    let cells = Column::ALL
        .into_iter()
        .map(|c| {
            // What the row above says of the person.
            let of_person = matches!(c, Column::Decision | Column::Source | Column::Added | Column::Link);
            let inside = if of_person { ().into_any() } else { cell(desk, &row, c) };
            view! { <td class=column_class(c)>{inside}</td> }
        })
        .collect_view();
    // The list over all interviews has a column more.
    let of_all = desk.place.with_untracked(|p| p.interview.is_none());
    let may = desk.may_now().retake && row.session.status == Status::Completed && !row.session.counts;
    let compare = compare_href(&slug, interview, row.candidate_id);
    let id = row.session.id;
    view! {
        <tr class="sub-row">
            <td class="col-check no-print"></td>
            <th scope="row" class="col-sticky">
                <a class="row-link" href=href.clone()>{(t.attempt_n)(row.session.attempt)}</a>
            </th>
            {of_all.then(|| view! { <td class="c-interview"></td> })}
            {cells}
            <td class="no-print col-end">
                <div class="table__actions">
                    <Menu
                        id=format!("row-{id}")
                        label=format!("{}: {}, {}", creator().sessions.row_menu, row.name, (t.attempt_n)(row.session.attempt))
                        icon=IconName::Dots
                        icon_only=true
                        kind=ButtonKind::Quiet
                        size=ButtonSize::Small
                        place=MenuPlace::BelowEnd
                    >
                        <MenuItem label=creator().sessions.open_report icon=IconName::Chart href=href/>
                        <MenuItem label=t.compare icon=IconName::Columns href=compare/>
                        {may.then(|| count_item(desk, id))}
                    </Menu>
                </div>
            </td>
        </tr>
    }
    .into_any()
}

/// The entry that marks the attempt that counts.
pub(super) fn count_item(desk: Desk, id: SessionId) -> impl IntoView {
    let t = creator().attempts;
    let toasts = use_toasts();
    let press = Callback::new(move |()| {
        let slug = desk.place.with_untracked(|p| p.slug.clone());
        spawn_local(async move {
            if desk.settle(mark_counts(slug, id, "/".to_owned()).await).is_some() {
                toasts.show(t.counts_done);
            }
            desk.reload();
        });
    });
    view! { <MenuItem label=t.counts_do icon=IconName::Check on_press=press/> }
}

/// The badge beside the name of somebody who asks for a retake: leads to the queue.
pub(super) fn asking(desk: Desk, row: &SessionRow) -> Option<AnyView> {
    let t = creator().attempts;
    let href = super::address::queue_href(&desk.place.with_untracked(|p| p.slug.clone()), row.session.interview_id);
    let may = desk.may_now().retake;
    row.asks_retake.then(|| {
        if may {
            view! { <a href=href><Badge tone=Tone::Busy label=t.asks/></a> }.into_any()
        } else {
            view! { <Badge tone=Tone::Busy label=t.asks/> }.into_any()
        }
    })
}
