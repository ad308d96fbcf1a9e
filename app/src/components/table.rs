//! Pieces of tables; the class names stand in the module above.

use super::{Icon, IconName};
use leptos::prelude::*;

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
                <tbody>{rows}</tbody>
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
