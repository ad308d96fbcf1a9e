//! Everything that renders, and the server functions: the shell, the app and its routes.

// The routes and the pages nest deeply in types.
#![recursion_limit = "512"]

pub mod assets;
pub mod candidate;
pub mod components;
pub mod error;
#[cfg(feature = "ssr")]
pub mod login;
pub mod messages;
pub mod pages;
pub mod server_fns;

use assets::AssetNames;
use components::{Theme, ToastRegion, provide_toasts};
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::{SsrMode, path};
use pages::account::{Home, LogIn, SetUp};
use pages::interviews::{
    ContentTab, DescribePage, InterviewFrame, InterviewHome, InterviewList, NewInterview, SettingsTab,
};
use pages::layout::WorkspaceFrame;
use pages::not_found::NotFound;
use pages::results::ResultsTab;
use pages::sessions::{AllSessionsPage, DeletedPage, ReportPage, SessionsTab};
use pages::workspace::{AiModel, Dashboard, Keys, MembersPage, Profile};

/// The document around [`App`]: head, style, and the script that brings the page to life.
#[must_use]
pub fn shell() -> AnyView {
    let AssetNames { css, js, wasm, .. } = AssetNames::current();
    let start = format!("import({js:?}).then(m=>m.default({{module_or_path:{wasm:?}}}).then(()=>m.hydrate()))");
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=Theme::current().attribute()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="preload" href="/fonts/inter-latin.woff2" r#as="font" r#type="font/woff2" crossorigin=""/>
                <link rel="stylesheet" href=css/>
                <link rel="icon" href="/fonts/mark.svg" r#type="image/svg+xml"/>
                <link rel="modulepreload" href=js nonce=use_nonce()/>
                <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin=""/>
                <script type="module" nonce=use_nonce()>{start}</script>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
    .into_any()
}

/// The creators' app.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_toasts();
    view! {
        <Title formatter=|title: String| if title.is_empty() { "Parley".to_owned() } else { format!("{title} · Parley") }/>
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/") view=Home ssr=SsrMode::Async/>
                <Route path=path!("/login") view=LogIn ssr=SsrMode::Async/>
                <Route path=path!("/setup") view=SetUp ssr=SsrMode::Async/>
                <WorkspaceRoutes/>
            </Routes>
        </Router>
        <ToastRegion/>
    }
}

/// Everything inside a workspace. Pages are sent whole (`Async`): they work without scripts, and nothing moves as parts
/// arrive.
#[component(transparent)]
fn WorkspaceRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/w/:slug") view=WorkspaceFrame>
            <Route path=path!("") view=Dashboard ssr=SsrMode::Async/>
            <Route path=path!("/interviews") view=InterviewList ssr=SsrMode::Async/>
            <Route path=path!("/interviews/new") view=NewInterview ssr=SsrMode::Async/>
            <Route path=path!("/interviews/describe") view=DescribePage ssr=SsrMode::Async/>
            <Route path=path!("/interviews/:id/sessions/:session") view=ReportPage ssr=SsrMode::Async/>
            <InterviewRoutes/>
            <Route path=path!("/sessions") view=AllSessionsPage ssr=SsrMode::Async/>
            <Route path=path!("/settings") view=Profile ssr=SsrMode::Async/>
            <Route path=path!("/settings/keys") view=Keys ssr=SsrMode::Async/>
            <Route path=path!("/settings/ai") view=AiModel ssr=SsrMode::Async/>
            <Route path=path!("/settings/members") view=MembersPage ssr=SsrMode::Async/>
            <Route path=path!("/*rest") view=NotFound ssr=SsrMode::Async/>
        </ParentRoute>
    }
    .into_inner()
}

/// The pages of one interview.
#[component(transparent)]
fn InterviewRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/interviews/:id") view=InterviewFrame>
            <Route path=path!("") view=InterviewHome ssr=SsrMode::Async/>
            <Route path=path!("/content") view=ContentTab ssr=SsrMode::Async/>
            <Route path=path!("/sessions") view=SessionsTab ssr=SsrMode::Async/>
            <Route path=path!("/deleted") view=DeletedPage ssr=SsrMode::Async/>
            <Route path=path!("/settings") view=SettingsTab ssr=SsrMode::Async/>
            <Route path=path!("/results") view=ResultsTab ssr=SsrMode::Async/>
        </ParentRoute>
    }
    .into_inner()
}
