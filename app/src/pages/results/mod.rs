//! The Results tab of an interview: how far candidates came, how they scored, what was decided.

#[cfg(feature = "ssr")]
mod draw;

#[cfg(feature = "ssr")]
pub use draw::draw;

use crate::components::AsyncView;
use crate::pages::interviews::use_interview;
use crate::pages::layout::use_here;
use crate::pages::sessions::AnalyseAll;
use crate::server_fns::results::results_of;
use leptos::prelude::*;

/// Fetches what the server has drawn, and shows it. Links in it are followed by the router like any other.
#[component]
pub fn ResultsTab() -> impl IntoView {
    let here = use_here();
    let id = use_interview().id.get_untracked();
    let data = Resource::new(|| (), move |()| results_of(here.slug(), id));
    view! {
        <div class="page">
            <AsyncView
                data=data
                view=|drawn: String| view! { <div class="results" inner_html=drawn></div> }.into_any()
            />
            <AnalyseAll slug=here.slug() interview=id/>
        </div>
    }
}
