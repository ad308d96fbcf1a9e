//! A moment in a cell or a line.

use leptos::prelude::*;
use parley_domain::time::ShownTime;

/// Short words, the exact time with its zone as a tooltip, and the machine's form.
pub(super) fn when(at: ShownTime) -> AnyView {
    view! { <time datetime=at.at.to_string() title=at.exact>{at.short}</time> }.into_any()
}
