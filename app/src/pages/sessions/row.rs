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
    messages::{creator, duration, end_word, source_word, status_word, verdict_word},
    server_fns::sessions::{Column, May, Subject},
};
use leptos::{prelude::*, task::spawn_local};
use parley_domain::{
    session::{AnalysisState, EndReason, SessionRow, Status},
    time::ShownTime,
};

fn time(at: Option<ShownTime>) -> AnyView {
    match at {
        Some(t) => when(t),
        None => view! { <span class="faint">"–"</span> }.into_any(),
    }
}

/// Since when, for words that go on from "since": today's times by the clock, which a row of a table has room for.
pub(super) fn since(at: &ShownTime) -> &str {
    let today = ["just now", "min ago", "h ago"]
        .iter()
        .any(|end| at.short.ends_with(end));
    if today { at.clock() } else { &at.short }
}

/// What stands beside the status, and what goes with it where there is no room for it.
fn fine(row: &SessionRow) -> (String, Option<String>) {
    let t = &creator().sessions;
    let s = &row.session;
    match s.status {
        Status::NotStarted if row.link_expired => (t.link_expired.to_owned(), None),
        Status::NotStarted => match &row.opened {
            Some(at) => ((t.opened_at)(&at.short), Some(t.scanner.to_owned())),
            None => (t.not_opened.to_owned(), None),
        },
        Status::InProgress => {
            let (n, of) = (s.question_number, s.question_total);
            match (&row.seen, row.active_now) {
                (_, true) => ((t.question_now)(n, of), None),
                (Some(seen), false) => ((t.away_short)(n, of, since(seen)), None),
                (None, false) => ((t.question_of)(n, of), None),
            }
        }
        Status::Completed => {
            // How it ends when all goes well is what "Completed" says.
            let end = s.end_reason.filter(|end| *end != EndReason::Finished).map(end_word);
            let analysis = match s.analysis_state {
                AnalysisState::Queued => Some(t.queued),
                AnalysisState::Running => Some(t.running),
                AnalysisState::Failed => Some(t.failed),
                AnalysisState::Ready | AnalysisState::None => None,
            };
            let words: Vec<_> = end.into_iter().chain(analysis).collect();
            (words.join(", "), None)
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

/// One row. What it shows is read again every now and then; its link, its boxes and its open menu stay meanwhile.
#[component]
pub(super) fn Row(now: ArcRwSignal<SessionRow>) -> impl IntoView {
    let desk = use_desk();
    let (candidate, link) = now.with_untracked(|row| (row.candidate_id, row.invite_url.is_some()));
    // A part that follows: drawn again it keeps its elements, as long as they are of the same kind.
    let part = |draw: fn(Desk, &SessionRow) -> AnyView| {
        let now = now.clone();
        move || now.with(|row| draw(desk, row))
    };
    let selected = move || desk.selected.with(|s| s.contains_key(&candidate));
    let select = {
        let now = now.clone();
        move || now.with(|row| (creator().sessions.select_row)(&row.name))
    };
    let link = link.then(|| link_part(desk, now.clone()));
    let menu = {
        let now = now.clone();
        move || desk.live.get().then(|| view! { <RowMenu now=now.clone()/> })
    };
    view! {
        <tr aria-selected=move || if selected() { "true" } else { "false" }>
            <td class="col-check no-print">
                <label class="tick">
                    <input
                        type="checkbox"
                        class="check"
                        aria-label=select
                        prop:checked=selected
                        on:click=move |ev| desk.tick(candidate, ev.shift_key())
                    />
                </label>
            </td>
            <th scope="row" class="col-sticky">{part(who)}</th>
            {part(cells)}
            <td class=column_class(Column::Link)>{link}</td>
            <td class="no-print col-end">
                <div class="table__actions">{menu}</div>
            </td>
        </tr>
        {earlier(candidate)}
    }
}

/// Name over email, and what there is to mind about them.
fn who(desk: Desk, row: &SessionRow) -> AnyView {
    let s = &row.session;
    let href = desk
        .place
        .with_untracked(|p| report_href(&p.slug, s.interview_id, s.id))
        + &desk.trail.get();
    let under = row
        .email
        .clone()
        .map(|email| view! { <small class="truncate">{email}</small> });
    let interview = row.interview.clone().map(|title| {
        view! { <small class="truncate cell-two__interview"><bdi>{title}</bdi></small> }
    });
    view! {
        <span class="cell-two">
            <a class="row-link" href=href><bdi>{row.name.clone()}</bdi></a>
            {under}
            {interview}
        </span>
        {row.possible_duplicate.then(|| duplicate(desk, row))}
        {asking(desk, row)}
    }
    .into_any()
}

/// The columns beside the name, up to the link, which is not only text.
fn cells(desk: Desk, row: &SessionRow) -> AnyView {
    let interview = row
        .interview
        .clone()
        .map(|title| view! { <td class="c-interview"><bdi>{title}</bdi></td> });
    let cells = Column::ALL
        .into_iter()
        .filter(|c| *c != Column::Link)
        .map(|c| view! { <td class=column_class(c)>{cell(desk, row, c)}</td> })
        .collect_view();
    view! { {interview} {cells} }.into_any()
}

/// The button that copies the link, with who can start with it.
fn link_part(desk: Desk, now: ArcRwSignal<SessionRow>) -> impl IntoView {
    move || {
        desk.live.get().then(|| {
            let (url, title, note) = (now.clone(), now.clone(), now.clone());
            view! {
                <span title=move || title.with(link_note)>
                    <CopyButton
                        text=Signal::derive(move || url.with(|row| row.invite_url.clone().unwrap_or_default()))
                        label=creator().sessions.copy_link
                        kind=ButtonKind::Quiet
                        size=ButtonSize::Small
                        icon_only=true
                    />
                    <span class="sr-only">{move || note.with(link_note)}</span>
                </span>
            }
        })
    }
}

/// That somebody may be here twice: for those who may do something about it, the way to do it.
fn duplicate(desk: Desk, row: &SessionRow) -> AnyView {
    let label = creator().attempts.duplicate;
    let (candidate, name) = (row.candidate_id, format!("{label}: {}", row.name));
    if !desk.live.get() || !desk.may_now().edit {
        return view! { <Badge tone=Tone::Busy label=label/> }.into_any();
    }
    view! {
        <button
            type="button"
            class=badge_class(Tone::Busy)
            aria-haspopup="dialog"
            aria-label=name
            on:click=move |_| desk.merging.set(Some(candidate))
        >
            {label}
        </button>
    }
    .into_any()
}

/// What a row says in a column; nothing that can be operated but the attempts, and the link has a part of its own.
pub(super) fn cell(desk: Desk, row: &SessionRow, column: Column) -> AnyView {
    let t = &creator().sessions;
    let s = &row.session;
    match column {
        Column::Status => {
            let (fine, more) = fine(row);
            let fine = (!fine.is_empty()).then_some(fine);
            let label = status_word(s.status);
            view! { <StatusDot tone=tone(s.status) label=label nostrip:fine=fine nostrip:more=more/> }.into_any()
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
        Column::Decision => match row.decision {
            Some(verdict) => verdict_word(verdict).into_any(),
            None => view! { <span class="faint">"–"</span> }.into_any(),
        },
        Column::Duration => match s.started_at {
            Some(_) => duration(s.active_seconds).into_any(),
            None => view! { <span class="faint">"–"</span> }.into_any(),
        },
        Column::Started => time(row.started.clone()),
        Column::Finished => time(row.finished.clone()),
        Column::Added => time(Some(row.added.clone())),
        Column::Link => ().into_any(),
    }
}

/// What can be done with the row.
#[component]
fn RowMenu(now: ArcRwSignal<SessionRow>) -> impl IntoView {
    let desk = use_desk();
    let id = now.with_untracked(|row| row.session.id);
    let of = now.clone();
    let label = Signal::derive(move || of.with(|row| format!("{}: {}", creator().sessions.row_menu, row.name)));
    view! {
        <Menu
            id=format!("row-{id}")
            label=label
            icon=IconName::Dots
            icon_only=true
            kind=ButtonKind::Quiet
            size=ButtonSize::Small
            place=MenuPlace::BelowEnd
            late=move || now.with_untracked(|row| entries(desk, row))
        />
    }
}

fn entries(desk: Desk, row: &SessionRow) -> AnyView {
    let t = &creator().sessions;
    let May { edit, retake, end, .. } = desk.may_now();
    let (session, candidate, status) = (row.session.id, row.candidate_id, row.session.status);
    let href = desk
        .place
        .with_untracked(|p| report_href(&p.slug, row.session.interview_id, session))
        + &desk.trail.get_untracked();
    let link = row.invite_url.clone().map(|url| copy_item(desk, url, link_note(row)));
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
    let many = attempts_items(desk, row);
    let again = (retake && status != Status::NotStarted).then(|| {
        let subject = Subject::from(row);
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
        {link}
        <MenuItem label=t.open_report icon=IconName::Chart href=href/>
        {changes}
        {again}
        {many}
        {stop}
        {remove}
    }
    .into_any()
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

fn copy_item(desk: Desk, url: String, note: String) -> impl IntoView {
    let toasts = use_toasts();
    let t = &creator().sessions;
    let copy = Callback::new(move |()| {
        let url = url.clone();
        spawn_local(async move {
            if copy_text(&url).await {
                toasts.show((t.links_copied_n)(1));
            } else {
                desk.by_hand.set(url);
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
