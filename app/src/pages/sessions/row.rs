//! One row of the table.

use super::{
    address::{compare_href, report_href},
    desk::{Desk, use_desk},
    earlier::{asking, attempt_cell, count_item, earlier},
    table::column_class,
    when::when,
};
use crate::{
    components::{
        Badge, ButtonKind, ButtonSize, CopyButton, IconName, Menu, MenuItem, MenuLine, MenuPlace, Status as StatusDot,
        Tone, badge_class, copy_text, use_toasts,
    },
    messages::{creator, duration, end_word, source_word, status_word},
    server_fns::sessions::{Column, May, Subject},
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
            Some(at) => (t.opened_at)(&at.short),
            None => t.not_opened.to_owned(),
        },
        Status::InProgress => {
            let (n, of) = (s.question_number, s.question_total);
            match (&row.seen, row.active_now) {
                (_, true) => (t.question_now)(n, of),
                (Some(seen), false) => (t.question_away)(n, of, &seen.short),
                (None, false) => (t.question_of)(n, of),
            }
        }
        Status::Completed => {
            let end = s.end_reason.map_or("", end_word);
            match s.analysis_state {
                AnalysisState::Queued => (t.end_queued)(end),
                AnalysisState::Running => (t.end_running)(end),
                AnalysisState::Failed => (t.end_failed)(end),
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
    let selected = move || desk.selected.with(|s| s.contains_key(&candidate));
    let subject = Subject::from(&row);
    // Ticked before they moved on: what is known of them is what the row shows now.
    {
        let subject = subject.clone();
        Effect::new(move |_| {
            if desk
                .selected
                .with_untracked(|s| s.get(&candidate).is_some_and(|s| *s != subject))
            {
                desk.selected.update(|s| {
                    s.insert(candidate, subject.clone());
                });
            }
        });
    }
    let toggle = move |_| {
        desk.selected.update(|s| {
            if s.remove(&candidate).is_none() {
                s.insert(candidate, subject.clone());
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
    let twice = row.possible_duplicate.then(|| duplicate(desk, &row));
    let asks = asking(desk, &row);
    let select = (creator().sessions.select_row)(&row.name);
    view! {
        <tr aria-selected=move || if selected() { "true" } else { "false" }>
            <td class="col-check no-print">
                <input type="checkbox" aria-label=select prop:checked=selected on:change=toggle/>
            </td>
            <th scope="row" class="col-sticky">
                <span class="cell-two">
                    <a class="row-link" href=href.clone()><bdi>{row.name.clone()}</bdi></a>
                    {under.map(|email| view! { <small class="truncate">{email}</small> })}
                    {row.interview.clone().map(|title| view! {
                        <small class="truncate cell-two__interview"><bdi>{title}</bdi></small>
                    })}
                </span>
                {twice}
                {asks}
            </th>
            {row.interview.clone().map(|title| view! { <td class="c-interview"><bdi>{title}</bdi></td> })}
            {cells}
            <td class="no-print col-end">
                <div class="table__actions">
                    {move || desk.live.get().then(|| view! { <RowMenu row=row.clone() href=href.clone()/> })}
                </div>
            </td>
        </tr>
        {earlier(candidate)}
    }
}

/// That somebody may be here twice: for those who may do something about it, the way to do it.
fn duplicate(desk: Desk, row: &SessionRow) -> AnyView {
    let label = creator().attempts.duplicate;
    let (candidate, name) = (row.candidate_id, format!("{label}: {}", row.name));
    (move || {
        if !desk.live.get() || !desk.may_now().edit {
            return view! { <Badge tone=Tone::Busy label=label/> }.into_any();
        }
        view! {
            <button
                type="button"
                class=badge_class(Tone::Busy)
                aria-haspopup="dialog"
                aria-label=name.clone()
                on:click=move |_| desk.merging.set(Some(candidate))
            >
                {label}
            </button>
        }
        .into_any()
    })
    .into_any()
}

pub(super) fn cell(desk: Desk, row: &SessionRow, column: Column) -> AnyView {
    let t = &creator().sessions;
    let s = &row.session;
    match column {
        Column::Status => {
            view! { <StatusDot tone=tone(s.status) label=status_word(s.status) fine=fine(row)/> }.into_any()
        }
        Column::Attempt => attempt_cell(desk, row),
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
            Some(url) => {
                let note = link_note(row);
                (move || {
                    desk.live.get().then(|| {
                        let title = (!note.is_empty()).then(|| note.clone());
                        let read = title.clone().map(|note| view! { <span class="sr-only">{note}</span> });
                        view! {
                            <span title=title>
                                <CopyButton
                                    text=Signal::stored(url.clone())
                                    label=t.copy_link
                                    kind=ButtonKind::Quiet
                                    size=ButtonSize::Small
                                    icon_only=true
                                />
                                {read}
                            </span>
                        }
                    })
                })
                .into_any()
            }
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
    let link = row.invite_url.clone().map(|url| copy_item(url, link_note(&row)));
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
            <MenuItem
                label=creator().links.extend
                icon=IconName::Clock
                on_press=Callback::new(move |()| desk.extending.set(vec![candidate]))
            />
        }
    });
    let many = attempts_items(desk, &row);
    let again = (retake && status != Status::NotStarted).then(|| {
        let subject = Subject::from(&row);
        view! {
            <MenuItem
                label=creator().attempts.retake
                icon=IconName::Refresh
                on_press=Callback::new(move |()| desk.retaking.set(vec![subject.clone()]))
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
            {many}
            {stop}
            {remove}
        </Menu>
    }
}

/// What there is to do where somebody has several attempts, or is here twice.
fn attempts_items(desk: Desk, row: &SessionRow) -> AnyView {
    let t = creator().attempts;
    let may = desk.may_now();
    let (s, candidate) = (&row.session, row.candidate_id);
    let compare = (s.attempt > 1).then(|| {
        let href = desk
            .place
            .with_untracked(|p| compare_href(&p.slug, s.interview_id, candidate));
        view! { <MenuItem label=t.compare icon=IconName::Columns href=href/> }
    });
    let count =
        (may.retake && s.attempt > 1 && s.status == Status::Completed && !s.counts).then(|| count_item(desk, s.id));
    let twice = (may.edit && row.possible_duplicate).then(|| {
        view! {
            <MenuItem
                label=t.duplicate_menu
                icon=IconName::User
                on_press=Callback::new(move |()| desk.merging.set(Some(candidate)))
            />
        }
    });
    view! { {compare} {count} {twice} }.into_any()
}

/// Who can start with the row's link, and for how long.
fn link_note(row: &SessionRow) -> String {
    let t = creator().links;
    if row.session.status != Status::NotStarted {
        return String::new();
    }
    let who = match (row.asks_email, &row.email) {
        (true, Some(_)) => (t.email_first)(&row.name),
        (true, None) => (t.no_email)(&row.name),
        (false, _) => (t.anyone_as)(&row.name),
    };
    match &row.link_expires {
        Some(at) if !row.link_expired => format!("{who} {}", (t.expires)(&at.short)),
        _ => who,
    }
}

fn copy_item(url: String, note: String) -> impl IntoView {
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
    view! { <MenuItem label=t.copy_link nostrip:hint=(!note.is_empty()).then_some(note) icon=IconName::Copy on_press=copy/> }
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
