//! Pages of the workspace as a whole.

mod ai;
mod ai_usage;
mod dashboard;
mod delete;
mod keys;
mod members;
mod name;
mod password;
mod profile;
mod usage;

pub use ai::AiModel;
pub use ai_usage::AiUsageSection;
pub use dashboard::Dashboard;
pub use keys::Keys;
pub use members::MembersPage;
pub use profile::Profile;
pub use usage::Usage;

use crate::components::Tabs;
use crate::messages::creator;
use crate::pages::layout::{PageHeader, use_here};
use leptos::prelude::*;
use parley_domain::account::Role;

/// Head and tabs of the settings.
#[component]
fn SettingsHead() -> impl IntoView {
    let t = creator().accounts;
    let here = use_here();
    let mut tabs = vec![
        (here.path("/settings"), t.profile),
        (here.path("/settings/members"), creator().members.title),
        (here.path("/settings/keys"), t.keys),
    ];
    if here.workspace().first_owner() {
        tabs.push((here.path("/settings/ai"), creator().ai.tab));
    }
    view! {
        <PageHeader title=t.settings/>
        <div class="page page--tabs">
            <Tabs label=t.settings tabs=tabs/>
        </div>
    }
}

/// What a role is called.
const fn role_name(role: Role) -> &'static str {
    let t = creator().accounts;
    match role {
        Role::Viewer => t.role_viewer,
        Role::Member => t.role_member,
        Role::Admin => t.role_admin,
        Role::Owner => t.role_owner,
    }
}
