//! The Sessions tab of an interview, and the same list over all interviews.

use super::{
    actions::Actions,
    address::{Place, deleted_href, queue_href, use_list_query, use_place},
    columns::ColumnMenu,
    create::{CreateSheet, EditSheet},
    desk::{Desk, use_desk},
    filters::{FilterForm, StatusChips},
    selection::{SelectionBar, keep_selection},
    table::SessionsTable,
};
use crate::{
    components::{ButtonKind, ErrorNotice, Icon, IconName, Menu, MenuItem, MenuPlace, failure, trouble},
    error::AppError,
    messages::creator,
    pages::{
        imports::{PastImports, new_import_href},
        layout::{Of, PageHeader, on_change},
        resumes::resumes_href,
    },
    server_fns::sessions::{ListQuery, Requests, count_sessions, list_sessions},
};
use leptos::{prelude::*, task::spawn_local};

/// The Sessions tab of an interview.
#[component]
pub fn SessionsTab() -> impl IntoView {
    view! { <Sessions/> }
}

/// The sessions of all interviews of a workspace.
#[component]
pub fn AllSessionsPage() -> impl IntoView {
    view! {
        <PageHeader title=creator().sessions.title full=true/>
        <Sessions/>
    }
}

#[component]
fn Sessions() -> impl IntoView {
    let (place, query) = (use_place(), use_list_query());
    let version = RwSignal::new(0_u32);
    let data = Resource::new(
        move || (place.get(), query.get(), version.get()),
        |(Place { slug, interview }, query, _)| list_sessions(slug, interview, query),
    );
    let counts = Resource::new(
        move || {
            // Neither order nor page nor status change the counts.
            let query = ListQuery {
                cursor: String::new(),
                sort: String::new(),
                status: String::new(),
                ..query.get()
            };
            (place.get(), query, version.get())
        },
        |(Place { slug, interview }, query, _)| count_sessions(slug, interview, query),
    );
    let desk = Desk::new(place, query, (data, counts), version);
    provide_context(desk);
    Effect::new(move |_| desk.live.set(true));
    let of = Signal::derive(move || place.with(|p| p.interview.map(Of::interview).unwrap_or_default()));
    on_change(of, Callback::new(move |()| desk.reload()));
    keep_selection(desk);
    view! {
        <section class="page page--full sessions" aria-label=creator().sessions.title>
            <Toolbar/>
            {move || desk.trouble.get().map(|error| trouble(&error))}
            <Transition fallback=super::table::Waiting>
                <LoadFailed/>
                // Drawn once, when all is there: the server would otherwise draw every row to learn what to wait for.
                {Unsuspend::new(|| view! { <SessionsTable/> })}
            </Transition>
            <PastImports
                slug=Signal::derive(move || place.with(|p| p.slug.clone()))
                interview=Signal::derive(move || place.with(|p| p.interview))
                version=Signal::from(version)
                changed=Callback::new(move |()| desk.reload())
            />
            // Comes and goes at the foot of the window: nothing moves under a hand that ticks.
            <SelectionBar/>
        </section>
        <Dialogs/>
    }
}

/// What opens on a press: not needed to read the list, so it is a part of the bundle of its own that follows once the page
/// answers. What was pressed last before it came opens then.
#[component]
fn Dialogs() -> impl IntoView {
    let desk = use_desk();
    let drawn = RwSignal::new(None::<fn() -> AnyView>);
    // Who sees nothing come of a press presses something else: not all of it is to lie over one another in the end.
    Effect::new(move |before: Option<[bool; ASKS]>| {
        let asks = asks(desk);
        let now = asks.map(|(asked, _)| asked);
        let pressed = before.and_then(|before| (0..ASKS).find(|at| now[*at] && !before[*at]));
        if let Some(pressed) = pressed.filter(|_| drawn.with_untracked(Option::is_none)) {
            for (at, (asked, take_back)) in asks.into_iter().enumerate() {
                if asked && at != pressed {
                    take_back(desk);
                }
            }
        }
        now
    });
    Effect::new(move |_| {
        spawn_local(async move {
            let dialogs = sessions_dialogs().await;
            // The page may have been left meanwhile.
            let _ = drawn.try_set(Some(dialogs));
        });
    });
    move || drawn.get().map(|draw| draw())
}

/// How many things open over the list.
const ASKS: usize = 9;

/// What opens over the list: whether it is asked for, and how that is taken back.
fn asks(desk: Desk) -> [(bool, fn(Desk)); ASKS] {
    [
        (desk.creating.get(), |d| d.creating.set(false)),
        (desk.editing.with(Option::is_some), |d| d.editing.set(None)),
        (desk.merging.with(Option::is_some), |d| d.merging.set(None)),
        (desk.ending.with(Option::is_some), |d| d.ending.set(None)),
        (desk.relinking.with(Option::is_some), |d| d.relinking.set(None)),
        (!desk.retaking.with(Vec::is_empty), |d| d.retaking.set(Vec::new())),
        (!desk.extending.with(Vec::is_empty), |d| d.extending.set(Vec::new())),
        (!desk.deleting.with(Vec::is_empty), |d| d.deleting.set(Vec::new())),
        (!desk.by_hand.with(String::is_empty), |d| d.by_hand.set(String::new())),
    ]
}

#[cfg_attr(feature = "lazy", leptos::lazy)]
async fn sessions_dialogs() -> fn() -> AnyView {
    // Said as what it is: the attribute does not see that a closure would do.
    let draw: fn() -> AnyView = || {
        view! {
            <CreateSheet/>
            <EditSheet/>
            <Actions/>
        }
        .into_any()
    };
    draw
}

/// States at the left, tools at the right, search and filters below.
#[component]
fn Toolbar() -> impl IntoView {
    let desk = use_desk();
    let of_interview = move || desk.place.with(|p| p.interview.is_some());
    view! {
        <div class="toolbar">
            <StatusChips/>
            <div class="row push no-print">
                <Transition>
                    <QueueLink/>
                </Transition>
                <ColumnMenu/>
                {move || of_interview().then(|| view! { <ExportMenu/> })}
                <Transition>
                    <AddTools/>
                </Transition>
            </div>
        </div>
        <div class="toolbar no-print">
            <FilterForm/>
        </div>
    }
}

/// For those who may add: the menu, and what was deleted.
#[component]
fn AddTools() -> impl IntoView {
    let desk = use_desk();
    // Not with every row that moves: an open menu would close.
    let wanted = Memo::new(move |_| desk.place.with(|p| p.interview.is_some()) && desk.may().edit);
    move || {
        wanted.get().then(|| {
            view! {
                <DeletedLink/>
                <AddMenu/>
            }
        })
    }
}

/// **+ Add**: the ways that there are.
#[component]
fn AddMenu() -> impl IntoView {
    let desk = use_desk();
    let t = &creator().sessions;
    view! {
        <Menu id="add-menu" label=t.add icon=IconName::Plus kind=ButtonKind::Primary place=MenuPlace::BelowEnd>
            <MenuItem
                label=t.add_one
                hint=t.add_one_hint
                icon=IconName::User
                on_press=Callback::new(move |()| desk.creating.set(true))
            />
            {import_entry(desk)}
            {resumes_entry(desk)}
        </Menu>
    }
}

/// A page of its own: its address is made once, with the menu.
fn resumes_entry(desk: Desk) -> Option<AnyView> {
    let t = creator().resumes;
    let href = desk
        .place
        .with_untracked(|p| p.interview.map(|id| resumes_href(&p.slug, id, None)))?;
    Some(view! { <MenuItem label=t.title hint=t.menu_hint icon=IconName::File href=href/> }.into_any())
}

/// Who asks for a retake, with how many wait; for those who decide, once anybody has asked.
#[component]
fn QueueLink() -> impl IntoView {
    let desk = use_desk();
    let requests = Memo::new(move |_| desk.with(|d| d.requests).unwrap_or_default());
    move || {
        let Requests { waiting, all } = requests.get();
        let href = desk.place.with(|p| p.interview.map(|id| queue_href(&p.slug, id)));
        (all > 0).then(|| {
            view! {
                <a class="btn" href=href>
                    {creator().attempts.queue}
                    {(waiting > 0).then(|| view! { <span class="chip__count">{waiting}</span> })}
                </a>
            }
        })
    }
}

/// A page of its own: the address is made once, with the menu.
fn import_entry(desk: Desk) -> Option<AnyView> {
    let t = creator().imports;
    let href = desk
        .place
        .with_untracked(|p| p.interview.map(|id| new_import_href(&p.slug, id)))?;
    Some(view! { <MenuItem label=t.menu hint=t.menu_hint icon=IconName::Sheet href=href/> }.into_any())
}

#[component]
fn DeletedLink() -> impl IntoView {
    let desk = use_desk();
    let href = move || desk.place.with(|p| p.interview.map(|id| deleted_href(&p.slug, id)));
    let t = &creator().sessions;
    view! {
        <a class="btn btn--quiet btn--icon" href=href aria-label=t.deleted title=t.deleted>
            <Icon name=IconName::Trash/>
        </a>
    }
}

/// Downloads of exactly the rows that the filter shows.
#[component]
fn ExportMenu() -> impl IntoView {
    let desk = use_desk();
    let t = &creator().sessions;
    let entry = move |format: &'static str, label: &'static str| {
        // Made anew with the address, so that it always names the present filter.
        move || {
            let href = desk
                .place
                .with(|p| desk.query.with(|q| p.export(q, format)))
                .unwrap_or_default();
            view! { <MenuItem label=label hint=t.export_hint icon=IconName::Download href=href external=true/> }
        }
    };
    view! {
        <Menu id="export-menu" label=t.export icon=IconName::Download place=MenuPlace::BelowEnd>
            {entry("xlsx", t.export_xlsx)}
            {entry("csv", t.export_csv)}
        </Menu>
    }
}

#[component]
fn LoadFailed() -> impl IntoView {
    let desk = use_desk();
    move || {
        // The table beside this says nothing before it is drawn.
        desk.wait();
        let error = desk.data.with(|d| d.as_ref().and_then(|d| d.as_ref().err().cloned()));
        error.map(|error| match error {
            AppError::SignedOut | AppError::NotFound => failure(&error, Callback::new(move |()| desk.reload())),
            error => {
                let title = creator().sessions.list_failed;
                view! {
                    <ErrorNotice title=title text=error.to_string() on_retry=Callback::new(move |()| desk.reload())/>
                }
                .into_any()
            }
        })
    }
}
