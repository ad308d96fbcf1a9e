//! Pieces of tables; the class names stand in the module above.

use super::{Icon, IconName};
use leptos::prelude::*;

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
