//! The table: its head with the sort links, its rows, what stands there instead of rows, and the pager.

use super::{
    address::order,
    desk::{Desk, use_desk},
    row::Row,
};
use crate::{
    components::{
        Button, ButtonLink, EmptyState, IconName, Pager, SkeletonRows, SortHeader, Sorted, follow_row, hold_row,
        mark_press,
    },
    messages::creator,
    pages::imports::new_import_href,
    server_fns::sessions::{Column, ListQuery},
};
use leptos::prelude::*;
use parley_domain::{
    id::SessionId,
    session::{SessionOrder, SessionRow, SessionSort},
};

/// Grey rows while the first page is on its way.
#[component]
pub(super) fn Waiting() -> impl IntoView {
    view! {
        <div class="table-box">
            <table class="table">
                <tbody><SkeletonRows columns=8/></tbody>
            </table>
        </div>
    }
}

/// The words over a column.
pub(super) fn column_word(column: Column) -> &'static str {
    let t = &creator().sessions;
    match column {
        Column::Status => t.status,
        Column::Attempt => t.attempt,
        Column::Source => t.source,
        Column::Score => t.score,
        Column::Decision => t.decision,
        Column::Duration => t.duration,
        Column::Started => t.started,
        Column::Finished => t.finished,
        Column::Added => t.added,
        Column::Link => t.link,
    }
}

/// The class by which a column's cells are hidden and aligned.
pub(super) const fn column_class(column: Column) -> &'static str {
    match column {
        Column::Status => "c-status",
        Column::Attempt => "c-attempt num",
        Column::Source => "c-source",
        Column::Score => "c-score num",
        Column::Decision => "c-decision",
        Column::Duration => "c-duration num",
        Column::Started => "c-started num",
        Column::Finished => "c-finished num",
        Column::Added => "c-added num",
        Column::Link => "c-link",
    }
}

/// Rows, or what stands there instead.
#[component]
pub(super) fn SessionsTable() -> impl IntoView {
    let desk = use_desk();
    let hidden = move || {
        let words: Vec<_> = desk.hidden_columns().into_iter().map(Column::as_str).collect();
        words.join(" ")
    };
    let empty = move || desk.with(|d| d.page.rows.is_empty());
    // Ticked before they moved on: what is known of them is what the rows show now.
    Effect::new(move |_| {
        let mut now = desk.subjects();
        desk.selected
            .with(|s| now.retain(|one| s.get(&one.candidate).is_some_and(|known| known != one)));
        if !now.is_empty() {
            desk.selected
                .update(|s| s.extend(now.into_iter().map(|one| (one.candidate, one))));
        }
    });
    let before = StoredValue::new(Vec::new());
    view! {
        <div class="table-box" hidden=move || empty() != Some(false)>
            <table class="table sessions-table" data-hide=hidden>
                <Head/>
                <tbody on:click=follow_row on:auxclick=follow_row on:mousedown=hold_row on:pointerdown=mark_press>
                    <For
                        each=move || lines(desk.rows(), before)
                        key=|line| line.key
                        let:line
                    >
                        <Row now=line.now/>
                    </For>
                </tbody>
            </table>
        </div>
        {move || (empty() == Some(true)).then(|| nothing(desk))}
        {move || (empty() == Some(false)).then(|| pager(desk))}
    }
}

/// A row as the table holds it: what is read again and again changes in it, and what somebody holds of it stays.
#[derive(Clone)]
struct Line {
    /// What makes it another row: whose it is, and whether it has a link.
    key: (SessionId, bool),
    /// What it shows.
    now: ArcRwSignal<SessionRow>,
}

/// The rows that were read, those that were there before with what is new about them.
fn lines(rows: Vec<SessionRow>, before: StoredValue<Vec<Line>>) -> Vec<Line> {
    let known = before.get_value();
    let lines: Vec<Line> = rows
        .into_iter()
        .map(|row| {
            let key = (row.session.id, row.invite_url.is_some());
            let Some(line) = known.iter().find(|line| line.key == key).cloned() else {
                let now = ArcRwSignal::new(row);
                return Line { key, now };
            };
            if line.now.with_untracked(|now| *now != row) {
                line.now.set(row);
            }
            line
        })
        .collect();
    before.set_value(lines.clone());
    lines
}

#[component]
fn Head() -> impl IntoView {
    let desk = use_desk();
    let t = &creator().sessions;
    let select_all = move |_| {
        let (all, page) = untrack(|| (desk.page_selected(), desk.subjects()));
        desk.selected.update(|s| {
            for one in page {
                if all {
                    s.remove(&one.candidate);
                } else {
                    s.insert(one.candidate, one);
                }
            }
        });
    };
    let columns = Column::ALL
        .into_iter()
        .map(|c| match c.sort() {
            Some(by) => view! { <Sort by=by label=column_word(c) class=column_class(c)/> }.into_any(),
            None => view! { <th scope="col" class=column_class(c)>{column_word(c)}</th> }.into_any(),
        })
        .collect_view();
    view! {
        <thead>
            <tr>
                <th class="col-check no-print">
                    <label class="tick">
                        <input
                            type="checkbox"
                            class="check"
                            aria-label=t.select_all
                            prop:checked=move || desk.page_selected()
                            prop:indeterminate=move || desk.page_mixed()
                            on:change=select_all
                        />
                    </label>
                </th>
                <Sort by=SessionSort::Name label=t.candidate class="col-sticky"/>
                {move || desk.place.with(|p| p.interview.is_none()).then(|| {
                    view! { <th scope="col" class="c-interview">{creator().interviews.col_title}</th> }
                })}
                {columns}
                <th class="no-print col-end"><span class="sr-only">{t.row_menu}</span></th>
            </tr>
        </thead>
    }
}

/// A column's head: a link to the list in this order, the other way round where it has it already.
#[component]
fn Sort(by: SessionSort, label: &'static str, class: &'static str) -> impl IntoView {
    let desk = use_desk();
    move || {
        // Over all interviews there is one order.
        if desk.place.with(|p| p.interview.is_none()) {
            return view! { <th scope="col" class=class>{label}</th> }.into_any();
        }
        let present = desk.query.with(order);
        let sorted = match (present.by == by, present.descending) {
            (false, _) => Sorted::No,
            (true, false) => Sorted::Ascending,
            (true, true) => Sorted::Descending,
        };
        // Words begin at A, figures and times with the largest.
        let words = matches!(
            by,
            SessionSort::Name | SessionSort::Email | SessionSort::Source | SessionSort::Status
        );
        let descending = if present.by == by { !present.descending } else { !words };
        let wanted = SessionOrder { by, descending };
        let sort = if wanted == SessionOrder::default() {
            String::new()
        } else {
            wanted.to_string()
        };
        let href = desk.place.with(|p| {
            p.list(&ListQuery {
                sort,
                cursor: String::new(),
                ..desk.query.get()
            })
        });
        view! { <SortHeader label=label href=href sorted=sorted class=class/> }.into_any()
    }
}

fn nothing(desk: Desk) -> AnyView {
    let t = &creator().sessions;
    if desk.query.with(ListQuery::is_filtered) {
        let href = desk.place.with(super::address::Place::base);
        return view! {
            <EmptyState title=t.no_match_title text=t.no_match_text>
                <a class="btn" href=href>{t.clear}</a>
            </EmptyState>
        }
        .into_any();
    }
    let import = desk.place.with(|p| p.interview.map(|id| new_import_href(&p.slug, id)));
    let Some(import) = import.filter(|_| desk.may().edit) else {
        return view! { <EmptyState title=t.empty_title text=t.empty_text_viewer/> }.into_any();
    };
    // "Add" above is the page's filled button.
    view! {
        <EmptyState title=t.empty_title text=t.empty_text>
            <Button icon=IconName::Plus on_press=Callback::new(move |()| desk.creating.set(true))>{t.add_one}</Button>
            <ButtonLink href=import icon=IconName::Sheet>{creator().imports.menu}</ButtonLink>
        </EmptyState>
    }
    .into_any()
}

fn pager(desk: Desk) -> Option<AnyView> {
    let (rows, next, previous) = desk.with(|d| (d.page.rows.len(), d.page.next.clone(), d.page.previous.clone()))?;
    if next.is_none() && previous.is_none() {
        return None;
    }
    let text = (creator().sessions.rows_here)(rows as u64);
    let href = |cursor: Option<String>| {
        cursor.map(|cursor| {
            desk.place.with(|p| {
                p.list(&ListQuery {
                    cursor,
                    ..desk.query.get()
                })
            })
        })
    };
    // An option that is there or not cannot be left out of a component's attributes by halves.
    Some(match (href(previous), href(next)) {
        (Some(previous), Some(next)) => view! { <Pager text=text previous=previous next=next/> }.into_any(),
        (Some(previous), None) => view! { <Pager text=text previous=previous/> }.into_any(),
        (None, Some(next)) => view! { <Pager text=text next=next/> }.into_any(),
        (None, None) => view! { <Pager text=text/> }.into_any(),
    })
}
