//! The table of rows in the last two steps: filter with counts, pages, and the rows themselves.

use super::{
    address::rows_href,
    desk::{Desk, use_import},
    edit::RowCells,
    matching::letters,
};
use crate::{
    components::{EmptyState, Pager, SkeletonRows, failure},
    messages::{creator, number},
    pages::layout::{Of, on_change},
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use parley_domain::import::{Field, ImportRow};
use std::time::Duration;

/// How often an import that moves is looked at where no event comes, in milliseconds.
const LOOK: u64 = 2_500;

/// Reads the import again when something changed, for as long as `moving`.
pub(super) fn follow(desk: Desk, moving: Memo<bool>) {
    let interview = desk.place.interview;
    let of = Signal::derive(move || interview.get().map(Of::interview).unwrap_or_default());
    on_change(
        of,
        Callback::new(move |()| {
            if moving.try_get_untracked() == Some(true) {
                desk.reload();
            }
        }),
    );
    // Another process may do the work; its events do not come here.
    Effect::new(move |_| {
        if moving.get()
            && let Ok(handle) = set_interval_with_handle(move || desk.reload(), Duration::from_millis(LOOK))
        {
            on_cleanup(move || handle.clear());
        }
    });
}

/// A choice of the filter: the word in the address, the words on the screen, how many rows.
pub(super) type Chip = (&'static str, &'static str, u32);

/// What the table needs of the columns: number, what it is called.
pub(super) type Shown = StoredValue<Vec<(u32, String)>>;

/// The columns that are matched, by what they go into.
fn matched(desk: Desk) -> Vec<(u32, String)> {
    desk.peek(|data| {
        let mut shown: Vec<(u32, Field, String)> = data
            .import
            .mapping
            .iter()
            .filter_map(|column| {
                let field = column.field?;
                let header = if column.header.is_empty() {
                    (creator().imports.column_n)(&letters(column.column))
                } else {
                    column.header.clone()
                };
                Some((column.column, field, header))
            })
            .collect();
        shown.sort_by_key(|(column, field, _)| (*field, *column));
        shown
            .into_iter()
            .map(|(column, field, header)| {
                // Several columns may go into one field: then its name does not tell them apart.
                let words = if field.takes_several() {
                    header
                } else {
                    field.label().to_owned()
                };
                (column, words)
            })
            .collect()
    })
    .unwrap_or_default()
}

/// Filter, table and pager.
#[component]
pub(super) fn Rows(
    /// What one can filter by, with the counts; the first is everything.
    chips: Signal<Vec<Chip>>,
    /// Cells can be corrected.
    editable: bool,
) -> impl IntoView {
    let desk = use_import();
    let only = desk.only;
    let path = use_location().pathname;
    view! {
        <nav class="chips" aria-label=creator().imports.filter>
            {move || {
                let chip = |(value, words, rows): Chip| {
                    let current = move || only.with(|only| only == value).then_some("true");
                    let href = path.with(|path| rows_href(path, value, ""));
                    view! {
                        <a class="chip" href=href aria-current=current>
                            {words}
                            <span class="chip__count">{number(u64::from(rows))}</span>
                        </a>
                    }
                };
                chips.get().into_iter().map(chip).collect_view()
            }}
        </nav>
        <Transition fallback=|| view! {
            <div class="table-box"><table class="table"><tbody><SkeletonRows columns=6/></tbody></table></div>
        }>
            <Table editable=editable/>
        </Transition>
    }
}

#[component]
fn Table(editable: bool) -> impl IntoView {
    let desk = use_import();
    let (data, only) = (desk.page, desk.only);
    let t = creator().imports;
    let path = use_location().pathname;
    let columns = StoredValue::new(matched(desk));
    let rows = Memo::new(move |_| match data.get() {
        Some(Ok(found)) => found.rows,
        _ => Vec::new(),
    });
    // The row of a number keeps its place and its half-typed cells while others change.
    let numbers = Memo::new(move |_| rows.with(|rows| rows.iter().map(|row| row.number).collect::<Vec<_>>()));
    let failed = move || {
        data.with(|d| d.as_ref().and_then(|d| d.as_ref().err().cloned()))
            .map(|error| failure(&error, Callback::new(move |()| data.refetch())))
    };
    let pager = move || {
        // From what outlives this table alone: the rows may change once more while it goes.
        let (previous, next, count) = data.with(|d| match d {
            Some(Ok(found)) => (found.previous.clone(), found.next.clone(), found.rows.len()),
            _ => (None, None, 0),
        });
        if previous.is_none() && next.is_none() {
            return None;
        }
        let href = |cursor: Option<String>| {
            cursor.map(|cursor| only.with(|only| path.with(|path| rows_href(path, only, &cursor))))
        };
        let text = (t.shown)(count as u64);
        Some(view! { <Pager text=text nostrip:previous=href(previous) nostrip:next=href(next)/> })
    };
    let heads = columns.with_value(|columns| {
        columns
            .iter()
            .map(|(_, words)| view! { <th scope="col"><bdi>{words.clone()}</bdi></th> })
            .collect_view()
    });
    let may_edit = editable && desk.may_edit();
    let empty = Memo::new(move |_| numbers.with(Vec::is_empty) && data.with(|d| matches!(d, Some(Ok(_)))));
    view! {
        {failed}
        <div class="table-box" hidden=move || empty.get() tabindex="0" role="region" aria-label=t.rows_title>
            <table class="table import__rows">
                <thead>
                    <tr>
                        <th scope="col" class="col-sticky num">{t.col_row}</th>
                        <th scope="col">{t.col_result}</th>
                        <th scope="col">{t.col_why}</th>
                        {heads}
                        {may_edit.then(|| view! { <th class="col-end"><span class="sr-only">{t.edit_row}</span></th> })}
                    </tr>
                </thead>
                <tbody>
                    <For each=move || numbers.get() key=|number| *number let:number>
                        {
                            let row = Memo::new(move |_| {
                                rows.with(|rows| rows.iter().find(|row| row.number == number).cloned())
                            });
                            view! { <RowCells number=number row=row columns=columns editable=editable/> }
                        }
                    </For>
                </tbody>
            </table>
        </div>
        {move || empty.get().then(|| view! { <EmptyState title=t.none_here text=t.none_here_text/> })}
        {pager}
    }
}

/// A row that may have left the page.
pub(super) type MaybeRow = Memo<Option<ImportRow>>;
