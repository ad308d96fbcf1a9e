//! `/`: leads to setup, to the log-in page, or to the first workspace.

use crate::components::AsyncView;
use crate::server_fns::accounts::{me, setup_state};
use leptos::prelude::*;
use leptos_router::components::Redirect;
use parley_domain::person::SetupState;

/// Shows nothing itself.
#[component]
pub fn Home() -> impl IntoView {
    let target = Resource::new_blocking(
        || (),
        |()| async {
            if let Some(me) = me().await?
                && let Some(workspace) = me.workspaces.first()
            {
                return Ok(format!("/w/{}", workspace.slug));
            }
            let path = if setup_state().await? == SetupState::Done {
                "/login"
            } else {
                "/setup"
            };
            Ok(path.to_owned())
        },
    );
    view! {
        <main class="main" id="main">
            <AsyncView data=target view=|path: String| view! { <Redirect path=path/> }.into_any()/>
        </main>
    }
}
