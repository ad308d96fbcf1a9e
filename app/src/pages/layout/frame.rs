//! The frame around every page of a workspace: rail at the left (a bar on top under 900 px), page at the right.

use super::Here;
use crate::components::{
    AsyncView, Avatar, Icon, IconName, Mark, Menu, MenuItem, MenuLine, MenuPlace, MenuRadio, Theme, login_href,
};
use crate::messages::creator;
use crate::pages::not_found::NotFound;
use crate::server_fns::accounts::{LogOut, me};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::components::{Outlet, Redirect};
use leptos_router::hooks::{use_location, use_params_map};
use leptos_router::location::Location;
use parley_domain::{id::UserId, person::Me};

/// Asks who is signed in and shows the frame, or leads to the log-in page.
#[component]
pub fn WorkspaceFrame() -> impl IntoView {
    let person = Resource::new_blocking(|| (), |()| me());
    let slug = use_params_map();
    let slug = Memo::new(move |_| slug.with(|map| map.get("slug").unwrap_or_default()));
    let Location {
        pathname: path, search, ..
    } = use_location();
    let reload = Callback::new(move |()| person.refetch());
    view! {
        <AsyncView
            data=person
            view={move |found: Option<Me>| {
                let Some(me) = found else {
                    let next = path.with_untracked(|path| search.with_untracked(|search| login_href(path, search)));
                    return view! { <Redirect path=next/> }.into_any();
                };
                (move || {
                    let slug = slug.get();
                    match me.workspaces.iter().find(|workspace| workspace.slug == slug) {
                        Some(workspace) => {
                            provide_context(Here::new(me.clone(), workspace.clone(), reload));
                            super::live::provide_live(&workspace.slug);
                            view! { <Frame/> }.into_any()
                        }
                        None => view! { <NotFound/> }.into_any(),
                    }
                })
                    .into_any()
            }}
        />
    }
}

#[component]
fn Frame() -> impl IntoView {
    view! {
        <a class="skip-link" href="#main">{creator().skip_to_content}</a>
        <div class="frame">
            <Rail/>
            <main class="main" id="main" tabindex="-1">
                <Outlet/>
            </main>
        </div>
    }
}

#[component]
fn Rail() -> impl IntoView {
    let t = creator();
    let here = super::use_here();
    let path = use_location().pathname;
    let link = move |rest: &'static str, icon: IconName, words: &'static str| {
        let href = here.path(rest);
        let current = {
            let href = href.clone();
            move || {
                let at = path.get();
                let inside = at
                    .strip_prefix(&href)
                    .is_some_and(|more| more.is_empty() || more.starts_with('/'));
                (if rest.is_empty() {
                    at.trim_end_matches('/') == href
                } else {
                    inside
                })
                .then_some("page")
            }
        };
        view! {
            <a class="rail__link" href=href aria-current=current title=words>
                <Icon name=icon/>
                <span>{words}</span>
            </a>
        }
    };
    view! {
        <header class="rail">
            <a class="rail__space" href=here.path("")>
                <Mark/>
                <span class="rail__space-name truncate">{here.workspace().name}</span>
            </a>
            <nav class="rail__nav" aria-label=t.nav_label>
                {link("", IconName::Dashboard, t.nav_dashboard)}
                {link("/interviews", IconName::Interviews, t.nav_interviews)}
                {link("/sessions", IconName::Sessions, t.nav_sessions)}
                {link("/usage", IconName::Chart, t.nav_usage)}
                {link("/settings", IconName::Settings, t.nav_settings)}
            </nav>
            <div class="rail__foot">
                <Person/>
            </div>
        </header>
    }
}

/// The person at the foot: profile, theme, log out.
#[component]
fn Person() -> impl IntoView {
    let t = creator();
    let here = super::use_here();
    let me = StoredValue::new(here.me());
    let theme = RwSignal::new(Theme::current());
    let pick = move |value: Theme, words: &'static str| {
        view! {
            <MenuRadio
                label=words
                checked=Signal::derive(move || theme.get() == value)
                on_press=Callback::new(move |()| {
                    value.apply();
                    theme.set(value);
                })
            />
        }
    };
    // Whom somebody selected does not outlive their login.
    let forget = move |_| {
        // Refused in some private modes: then nothing was kept.
        if let Ok(Some(store)) = window().session_storage() {
            let _ = store.remove_item(&selection_key(me.with_value(|me| me.id)));
        }
    };
    let trigger = move || {
        let Me { name, email, .. } = me.get_value();
        view! {
            <Avatar name=name.clone()/>
            <span class="rail__person-text">
                <span class="truncate strong">{name}</span>
                <span class="truncate small muted">{email}</span>
            </span>
            <Icon name=IconName::ChevronDown/>
        }
    };
    view! {
        <Menu id="person" label=t.person_menu trigger=trigger trigger_class="rail__person" place=MenuPlace::Above>
            <MenuItem label=t.nav_profile icon=IconName::User href=here.path("/settings")/>
            <MenuLine label=t.theme/>
            {pick(Theme::System, t.theme_system)}
            {pick(Theme::Light, t.theme_light)}
            {pick(Theme::Dark, t.theme_dark)}
            <MenuLine/>
            // A real form: leaving works without scripts, and takes everything that the page holds with it.
            <form method="post" action=LogOut::url() on:submit=forget>
                <button type="submit" class="menu__item" role="menuitem" tabindex="-1">
                    <Icon name=IconName::LogOut/>
                    <span class="menu__label">{t.nav_log_out}</span>
                </button>
            </form>
        </Menu>
    }
}

/// Where the browser keeps, for this tab, whom somebody selected in a list of sessions.
pub fn selection_key(me: UserId) -> String {
    format!("parley.selected.{me}")
}
