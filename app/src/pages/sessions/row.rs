//! One row of the table.

use super::{
    address::report_href,
    desk::{Desk, use_desk},
    table::column_class,
    when::when,
};
use crate::{
    components::{
        Badge, ButtonKind, ButtonSize, CopyButton, IconName, Menu, MenuItem, MenuLine, MenuPlace, Status as StatusDot,
        Tone, copy_text, use_toasts,
    },
    messages::{creator, duration, end_word, source_word, status_word},
    server_fns::sessions::{Column, May},
};
use leptos::{prelude::*, task::spawn_local};
use parley_domain::{
    session::{AnalysisState, SessionRow, Status},
    time::ShownTime,
};

fn time(at: Option<ShownTime>) -> AnyView {
    match at {
        Some(t) => when(t),
        None => view! { <span class="faint">"–"</span> }.into_any(),
    }
}

/// What stands beside the status.
fn fine(row: &SessionRow) -> String {
    let t = &creator().sessions;
    let s = &row.session;
    match s.status {
        Status::NotStarted if row.link_expired => t.link_expired.to_owned(),
        Status::NotStarted => match &row.opened {
            Some(at) => format!("{} {}", t.opened, at.short),
            None => t.not_opened.to_owned(),
        },
        Status::InProgress => {
            let question = (t.question_of)(s.question_number, s.question_total);
            match (&row.seen, row.active_now) {
                (_, true) => format!("{question}, {}", t.active_now),
                (Some(seen), false) => format!("{question}, {} {}", t.away, seen.short),
                (None, false) => question,
            }
        }
        Status::Completed => {
            let end = s.end_reason.map_or("", end_word);
            match s.analysis_state {
                AnalysisState::Queued => format!("{end}, analysis queued"),
                AnalysisState::Running => format!("{end}, analysis running"),
                AnalysisState::Failed => format!("{end}, analysis failed"),
                AnalysisState::Ready | AnalysisState::None => end.to_owned(),
            }
        }
    }
}

const fn tone(status: Status) -> Tone {
    match status {
        Status::NotStarted => Tone::Idle,
        Status::InProgress => Tone::Busy,
        Status::Completed => Tone::Done,
    }
}

#[component]
pub(super) fn Row(row: SessionRow) -> impl IntoView {
    let desk = use_desk();
    let id = row.session.id;
    let candidate = row.candidate_id;
    let selected = move || desk.selected.with(|s| s.contains_key(&id));
    let toggle = move |_| {
        desk.selected.update(|s| {
            if s.remove(&id).is_none() {
                s.insert(id, candidate);
            }
        });
    };
    let href = desk
        .place
        .with_untracked(|p| report_href(&p.slug, row.session.interview_id, id));
    let cells = Column::ALL
        .into_iter()
        .map(|c| view! { <td class=column_class(c)>{cell(desk, &row, c)}</td> })
        .collect_view();
    let under = row.email.clone();
    let twice = row.possible_duplicate.then(|| {
        view! { <Badge tone=Tone::Busy label=creator().sessions.duplicate/> }
    });
    let select = format!("Select {}", row.name);
    view! {
        <tr aria-selected=move || if selected() { "true" } else { "false" }>
            <td class="col-check no-print">
                <input type="checkbox" aria-label=select prop:checked=selected on:change=toggle/>
            </td>
            <th scope="row" class="col-sticky">
                <span class="cell-two">
                    <a class="row-link truncate" href=href.clone()><bdi>{row.name.clone()}</bdi></a>
                    {under.map(|email| view! { <small class="truncate">{email}</small> })}
                </span>
                {twice}
            </th>
            {row.interview.clone().map(|title| view! { <td class="c-interview"><bdi>{title}</bdi></td> })}
            {cells}
            <td class="no-print col-end">
                <div class="table__actions">
                    {move || desk.live.get().then(|| view! { <RowMenu row=row.clone() href=href.clone()/> })}
                </div>
            </td>
        </tr>
    }
}

fn cell(desk: Desk, row: &SessionRow, column: Column) -> AnyView {
    let t = &creator().sessions;
    let s = &row.session;
    match column {
        Column::Status => {
            view! { <StatusDot tone=tone(s.status) label=status_word(s.status) fine=fine(row)/> }.into_any()
        }
        Column::Attempt => s.attempt.to_string().into_any(),
        Column::Source => source_word(row.source).into_any(),
        Column::Score => match row.score {
            Some(score) => {
                let of = row.score_attempt.map(|n| {
                    view! { <span class="faint small">{format!(" {} {n}", t.score_of)}</span> }
                });
                view! { <span class="strong">{format!("{score:.1}")}</span> {of} }.into_any()
            }
            None => view! { <span class="faint">"–"</span> }.into_any(),
        },
        Column::Duration => match s.started_at {
            Some(_) => duration(s.active_seconds).into_any(),
            None => view! { <span class="faint">"–"</span> }.into_any(),
        },
        Column::Started => time(row.started.clone()),
        Column::Finished => time(row.finished.clone()),
        Column::Added => time(Some(row.added.clone())),
        Column::Link => match row.invite_url.clone() {
            Some(url) => (move || {
                desk.live.get().then(|| {
                    view! {
                        <CopyButton
                            text=Signal::stored(url.clone())
                            label=t.copy_link
                            kind=ButtonKind::Quiet
                            size=ButtonSize::Small
                            icon_only=true
                        />
                    }
                })
            })
            .into_any(),
            None => ().into_any(),
        },
    }
}

#[component]
fn RowMenu(row: SessionRow, href: String) -> impl IntoView {
    let desk = use_desk();
    let t = &creator().sessions;
    let label = format!("{}: {}", t.row_menu, row.name);
    let May { edit, retake, end, .. } = desk.may_now();
    let (session, candidate, status) = (row.session.id, row.candidate_id, row.session.status);
    let link = row.invite_url.clone().map(copy_item);
    let changes = edit.then(|| {
        view! {
            <MenuItem
                label=t.edit
                icon=IconName::Pencil
                on_press=Callback::new(move |()| desk.editing.set(Some(candidate)))
            />
            <MenuItem
                label=t.replace_link
                icon=IconName::Link
                on_press=Callback::new(move |()| desk.relinking.set(Some(candidate)))
            />
        }
    });
    let again = (retake && status != Status::NotStarted).then(|| {
        let row = row.clone();
        view! {
            <MenuItem
                label=t.retake
                icon=IconName::Refresh
                on_press=Callback::new(move |()| desk.retaking.set(Some(row.clone())))
            />
        }
    });
    let stop = (end && status == Status::InProgress).then(|| {
        view! {
            <MenuItem
                label=t.end
                icon=IconName::Cross
                on_press=Callback::new(move |()| desk.ending.set(Some(session)))
            />
        }
    });
    let remove = edit.then(|| delete_item(desk, candidate));
    view! {
        <Menu
            id=format!("row-{session}")
            label=label
            icon=IconName::Dots
            icon_only=true
            kind=ButtonKind::Quiet
            size=ButtonSize::Small
            place=MenuPlace::BelowEnd
        >
            {link}
            <MenuItem label=t.open_report icon=IconName::Chart href=href/>
            {changes}
            {again}
            {stop}
            {remove}
        </Menu>
    }
}

fn copy_item(url: String) -> impl IntoView {
    let toasts = use_toasts();
    let t = &creator().sessions;
    let copy = Callback::new(move |()| {
        let url = url.clone();
        spawn_local(async move {
            // Refused: the row's own copy button offers the text for copying by hand.
            if copy_text(&url).await {
                toasts.show((t.links_copied_n)(1));
            }
        });
    });
    view! { <MenuItem label=t.copy_link icon=IconName::Copy on_press=copy/> }
}

fn delete_item(desk: Desk, candidate: parley_domain::id::CandidateId) -> impl IntoView {
    view! {
        <MenuLine/>
        <MenuItem
            label=creator().sessions.delete
            icon=IconName::Trash
            harm=true
            on_press=Callback::new(move |()| desk.deleting.set(vec![candidate]))
        />
    }
}
