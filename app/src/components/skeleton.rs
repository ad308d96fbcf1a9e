//! The shape of what is on its way.

use crate::messages::creator;
use leptos::prelude::*;

/// What is on its way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SkeletonKind {
    /// Lines of text.
    #[default]
    Lines,
    /// Fields of a form.
    Form,
    /// Cards in a grid.
    Cards,
}

/// Grey shapes; screen readers hear "Loading".
#[component]
pub fn Skeleton(
    /// What is on its way.
    #[prop(optional)]
    kind: SkeletonKind,
) -> impl IntoView {
    let shapes = match kind {
        SkeletonKind::Lines => view! {
            <div class="stack stack--tight">
                <span class="skeleton"></span>
                <span class="skeleton"></span>
                <span class="skeleton skeleton--short"></span>
            </div>
        }
        .into_any(),
        SkeletonKind::Form => view! {
            <div class="stack stack--wide">
                <span class="skeleton skeleton--title"></span>
                <span class="skeleton skeleton--box"></span>
                <span class="skeleton skeleton--title"></span>
                <span class="skeleton skeleton--box"></span>
            </div>
        }
        .into_any(),
        SkeletonKind::Cards => view! {
            <div class="cards">
                <span class="skeleton skeleton--box"></span>
                <span class="skeleton skeleton--box"></span>
                <span class="skeleton skeleton--box"></span>
            </div>
        }
        .into_any(),
    };
    view! {
        <div role="status">
            <span class="sr-only">{creator().loading}</span>
            {shapes}
        </div>
    }
}

/// Rows of the same height as the ones that will come; for inside `<tbody>`.
#[component]
pub fn SkeletonRows(
    /// Cells a row.
    columns: usize,
    /// How many rows.
    #[prop(default = 8)]
    rows: usize,
) -> impl IntoView {
    (0..rows)
        .map(|row| {
            let cells = (0..columns)
                .map(|column| {
                    let class = if (row + column) % 3 == 1 {
                        "skeleton skeleton--short"
                    } else {
                        "skeleton"
                    };
                    view! { <td><span class=class></span></td> }
                })
                .collect_view();
            view! { <tr aria-hidden="true">{cells}</tr> }
        })
        .collect_view()
}
