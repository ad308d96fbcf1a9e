//! Pieces of tables; the class names stand in the module above.

use super::{Icon, IconName};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use std::cell::Cell;
use web_sys::{Element, HtmlElement, PointerEvent};

thread_local! {
    /// The present press began while something lay open.
    static CLOSES: Cell<bool> = const { Cell::new(false) };
}

/// For `pointerdown` on the body of a table: a press that closes a menu or the filters is not also one on a row.
pub fn mark_press(_: PointerEvent) {
    let open = |selector| matches!(document().query_selector(selector), Ok(Some(_)));
    // Asked one by one: a browser that knows no popovers refuses the whole of a selector that names them.
    CLOSES.set(open("[popover=auto]:popover-open") || open("details.more-filters[open]"));
}

/// The link of the row that was pressed (`.row-link`), unless something in it was pressed that has a use of its own.
fn pressed_row(ev: &MouseEvent) -> Option<HtmlElement> {
    let at = ev.target()?.dyn_into::<Element>().ok()?;
    let own = at.closest("a, button, input, label, select, summary, dialog, [popover]");
    if ev.default_prevented() || !matches!(own, Ok(None)) {
        return None;
    }
    let link = at.closest("tr").ok()??.query_selector(".row-link").ok()??;
    link.dyn_into().ok()
}

/// For `click` and `auxclick` on the body of a table: wherever a row is pressed, it leads where its link does; in another tab
/// with Ctrl, ⌘ or the middle button. Text that is being selected stays.
pub fn follow_row(ev: MouseEvent) {
    // Keys press as well (then no button was pressed before, and the count is none).
    if CLOSES.take() && ev.detail() != 0 {
        let at = ev.target().and_then(|at| at.dyn_into::<Element>().ok());
        // The link itself would lead there without us.
        if at.is_some_and(|at| matches!(at.closest(".row-link"), Ok(Some(_)))) {
            ev.prevent_default();
        }
        return;
    }
    let Some(link) = pressed_row(&ev) else { return };
    let beside = ev.button() == 1 || ev.ctrl_key() || ev.meta_key();
    let selecting = window()
        .get_selection()
        .is_ok_and(|chosen| chosen.is_some_and(|chosen| !chosen.is_collapsed()));
    match ev.button() {
        0 | 1 if beside => {
            // Refused by a browser that lets no tab be opened: the link itself is still there.
            let href = link.get_attribute("href").unwrap_or_default();
            let _ = window().open_with_url(&href);
        }
        // After this one: the press comes by here again, and a handler cannot be entered twice.
        0 if !selecting => queue_microtask(move || link.click()),
        _ => {}
    }
}

/// For `mousedown` there: the middle button opens the row instead of beginning to scroll.
pub fn hold_row(ev: MouseEvent) {
    if ev.button() == 1 && pressed_row(&ev).is_some() {
        ev.prevent_default();
    }
}

/// The head of a column of a [`ListTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// Over words.
    Words(&'static str),
    /// Over figures and times, which stand at the right.
    Figures(&'static str),
    /// Over what can be done with a row, which stays at the end (`td.col-end`): read out, not shown.
    Actions(&'static str),
}

/// A table that neither sorts nor has pages. The first column stays where the others scroll.
#[component]
pub fn ListTable(
    /// The columns.
    heads: Vec<Head>,
    /// Its rows, each a `<tr>` whose first cell is a `th.col-sticky`.
    rows: AnyView,
) -> impl IntoView {
    let heads = heads
        .into_iter()
        .enumerate()
        .map(|(at, head)| match head {
            Head::Words(words) => {
                view! { <th scope="col" class=(at == 0).then_some("col-sticky")>{words}</th> }.into_any()
            }
            Head::Figures(words) => view! { <th scope="col" class="num">{words}</th> }.into_any(),
            Head::Actions(words) => view! { <th class="col-end"><span class="sr-only">{words}</span></th> }.into_any(),
        })
        .collect_view();
    view! {
        <div class="table-box">
            <table class="table">
                <thead>
                    <tr>{heads}</tr>
                </thead>
                <tbody on:click=follow_row on:auxclick=follow_row on:mousedown=hold_row on:pointerdown=mark_press>{rows}</tbody>
            </table>
        </div>
    }
}

/// How a column is sorted now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sorted {
    /// Not by this column.
    #[default]
    No,
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// A column's head that sorts: a link to the same page sorted the other way.
#[component]
pub fn SortHeader(
    /// The column's name.
    #[prop(into)]
    label: String,
    /// The page, sorted by this column (the other way round where it is already).
    #[prop(into)]
    href: String,
    /// How it is sorted now.
    #[prop(optional)]
    sorted: Sorted,
    /// Further classes: `num`, `col-sticky`.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let aria = match sorted {
        Sorted::No => None,
        Sorted::Ascending => Some("ascending"),
        Sorted::Descending => Some("descending"),
    };
    view! {
        <th scope="col" class=class aria-sort=aria>
            <a class="sort" href=href>
                {label}
                <Icon name=IconName::ArrowDown/>
            </a>
        </th>
    }
}
