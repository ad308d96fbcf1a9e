//! Everything that renders, and the server functions: the shell, the app and its routes.

// The routes and the pages nest deeply in types.
#![recursion_limit = "512"]

pub mod assets;
pub mod candidate;
pub mod components;
pub mod error;
pub mod lazy;
#[cfg(feature = "ssr")]
pub mod login;
pub mod messages;
pub mod pages;
pub mod server_fns;
#[cfg(test)]
mod sources;

use assets::AssetNames;
use components::{Theme, ToastRegion, provide_toasts};
use lazy::*;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::{Lazy, SsrMode, path};
use pages::imports::{ImportFrame, ImportHome};
use pages::interviews::{InterviewFrame, InterviewHome};
use pages::layout::WorkspaceFrame;
use pages::not_found::NotFound;

/// What runs before the app: how its parts are loaded.
const BOOT: &str = include_str!("boot.js");

/// The document around [`App`]: head, style, and the script that brings the page to life.
#[must_use]
pub fn shell() -> AnyView {
    let assets = AssetNames::current();
    let part = lazy::area_of(&requested_path())
        .map(|area| assets.part(area).to_vec())
        .unwrap_or_default();
    let AssetNames { css, js, wasm, .. } = assets;
    let start = format!("{BOOT}import({js:?}).then(m=>m.default({{module_or_path:{wasm:?}}}).then(()=>m.hydrate()))");
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
                {part
                    .into_iter()
                    .map(|file| view! { <link rel="preload" href=file r#as="fetch" r#type="application/wasm" crossorigin=""/> })
                    .collect_view()}
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

/// The path of the page that is being rendered; blank in the browser, which has no use for it.
#[cfg(feature = "ssr")]
fn requested_path() -> String {
    use_context::<http::request::Parts>()
        .map(|parts| parts.uri.path().to_owned())
        .unwrap_or_default()
}

/// The path of the page that is being rendered; blank in the browser, which has no use for it.
#[cfg(not(feature = "ssr"))]
const fn requested_path() -> String {
    String::new()
}

/// What the window is called on the page of this name, which is that of a candidate or an interview as often as not.
fn window_title(page: String) -> String {
    components::raw_text((messages::creator().window_title)(&page))
}

/// The creators' app.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_toasts();
    view! {
        <Title formatter=window_title/>
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/") view={Lazy::<HomeRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/login") view={Lazy::<LogInRoute>::new()} ssr=SsrMode::Async/>
                <Route path=path!("/setup") view={Lazy::<SetUpRoute>::new()} ssr=SsrMode::Async/>
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
            <Route path=path!("") view={Lazy::<DashboardRoute>::new()} ssr=SsrMode::Async/>
            <Route path=path!("/interviews") view={Lazy::<InterviewListRoute>::new()} ssr=SsrMode::Async/>
            <Route path=path!("/interviews/new") view={Lazy::<NewInterviewRoute>::new()} ssr=SsrMode::Async/>
            <Route path=path!("/interviews/describe") view={Lazy::<DescribeRoute>::new()} ssr=SsrMode::Async/>
            <Route path=path!("/interviews/:id/sessions/:session") view={Lazy::<ReportRoute>::new()} ssr=SsrMode::Async/>
            <Route path=path!("/interviews/:id/candidates/:candidate/compare") view={Lazy::<CompareRoute>::new()} ssr=SsrMode::Async/>
            <Route path=path!("/interviews/:id/resumes/:batch?") view={Lazy::<ResumesRoute>::new()} ssr=SsrMode::Async/>
            <ImportRoutes/>
            <InterviewRoutes/>
            <Route path=path!("/sessions") view={Lazy::<AllSessionsRoute>::new()} ssr=SsrMode::Async/>
            <Route path=path!("/usage") view={Lazy::<UsageRoute>::new()} ssr=SsrMode::Async/>
            <Route path=path!("/settings") view={Lazy::<ProfileRoute>::new()} ssr=SsrMode::Async/>
            <Route path=path!("/settings/keys") view={Lazy::<KeysRoute>::new()} ssr=SsrMode::Async/>
            <Route path=path!("/settings/members") view={Lazy::<MembersRoute>::new()} ssr=SsrMode::Async/>
            <Route path=path!("/settings/ai") view={Lazy::<AiModelRoute>::new()} ssr=SsrMode::Async/>
            <Route path=path!("/*rest") view=NotFound ssr=SsrMode::Async/>
        </ParentRoute>
    }
    .into_inner()
}

/// Import by Excel: a dialog over the whole page, a route a step.
#[component(transparent)]
fn ImportRoutes() -> impl leptos_router::MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/interviews/:id/imports") view=ImportFrame>
            <Route path=path!("") view=ImportHome ssr=SsrMode::Async/>
            <Route path=path!("/new") view={Lazy::<UploadRoute>::new()} ssr=SsrMode::Async/>
            <Route path=path!("/:import") view={Lazy::<ImportRoute>::new()} ssr=SsrMode::Async/>
            <Route path=path!("/:import/:step") view={Lazy::<ImportStepRoute>::new()} ssr=SsrMode::Async/>
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
            <Route path=path!("/content") view={Lazy::<ContentRoute>::new()} ssr=SsrMode::Async/>
            <Route path=path!("/sessions") view={Lazy::<SessionsRoute>::new()} ssr=SsrMode::Async/>
            <Route path=path!("/deleted") view={Lazy::<DeletedRoute>::new()} ssr=SsrMode::Async/>
            <Route path=path!("/retakes") view={Lazy::<RetakeQueueRoute>::new()} ssr=SsrMode::Async/>
            <Route path=path!("/settings") view={Lazy::<SettingsRoute>::new()} ssr=SsrMode::Async/>
            <Route path=path!("/results") view={Lazy::<ResultsRoute>::new()} ssr=SsrMode::Async/>
        </ParentRoute>
    }
    .into_inner()
}
