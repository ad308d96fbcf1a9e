//! `/w/{slug}/interviews`: all interviews, by state, page by page; filter and cursor stand in the URL.

use super::state_words;
use crate::components::{
    AsyncView, ButtonKind, ButtonLink, EmptyState, Head, IconName, ListTable, Pager, Status, Time,
};
use crate::messages::{creator, number};
use crate::pages::layout::{PageHeader, use_here};
use crate::server_fns::interviews::{InterviewRow, list_interviews};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use parley_domain::{account::Action, interview::InterviewState, paging::Page};

/// The list.
#[component]
pub fn InterviewList() -> impl IntoView {
    let t = creator().interviews;
    let here = use_here();
    let query = use_query_map();
    let state = Memo::new(move |_| query.with(|q| q.get("state")?.parse::<InterviewState>().ok()));
    let cursor = Memo::new(move |_| query.with(|q| q.get("cursor")));
    let page = Resource::new(
        move || (state.get(), cursor.get()),
        move |(state, cursor)| list_interviews(here.slug(), state, cursor, None),
    );
    let filters = [
        None,
        Some(InterviewState::Draft),
        Some(InterviewState::Open),
        Some(InterviewState::Paused),
        Some(InterviewState::Archived),
    ]
    .map(|one| {
        let words = one.map_or(t.filter_all, |state| state_words(state).0);
        let href = here.path(&one.map_or("/interviews".to_owned(), |s| {
            format!("/interviews?state={}", s.as_str())
        }));
        let current = move || (state.get() == one).then_some("true");
        view! { <a class="chip" href=href aria-current=current>{words}</a> }
    })
    .collect_view();
    view! {
        <PageHeader title=t.title>
            {here.can(Action::EditInterviews).then(|| view! { <NewButton/> })}
        </PageHeader>
        <div class="page">
            <nav class="chips" aria-label=t.filter>{filters}</nav>
            <AsyncView
                data=page
                view={move |page: Page<InterviewRow>| {
                    if page.items.is_empty() {
                        return nothing(state.get_untracked().is_some());
                    }
                    let next = page.next_cursor.map(|cursor| {
                        let state = state.get_untracked().map_or(String::new(), |s| format!("state={}&", s.as_str()));
                        here.path(&format!("/interviews?{state}cursor={cursor}"))
                    });
                    let first = cursor.get_untracked().map(|_| {
                        here.path(&state.get_untracked().map_or("/interviews".to_owned(), |s| {
                            format!("/interviews?state={}", s.as_str())
                        }))
                    });
                    let more = next.is_some() || first.is_some();
                    let words = (t.shown)(page.items.len() as u64);
                    view! {
                        <InterviewTable rows=page.items/>
                        {more.then(|| view! { <Pager text=words nostrip:previous=first first=true nostrip:next=next/> })}
                    }
                    .into_any()
                }}
            />
        </div>
    }
}

#[component]
fn NewButton() -> impl IntoView {
    let href = use_here().path("/interviews/new");
    view! {
        <ButtonLink href=href kind=ButtonKind::Primary icon=IconName::Plus>{creator().interviews.new}</ButtonLink>
    }
}

fn nothing(filtered: bool) -> AnyView {
    let t = creator().interviews;
    if filtered {
        return view! { <EmptyState title=t.none_here text=t.none_here_text/> }.into_any();
    }
    let may = use_here().can(Action::EditInterviews);
    view! {
        <EmptyState title=t.none text=t.none_text>
            {may.then(|| view! { <NewButton/> })}
        </EmptyState>
    }
    .into_any()
}

/// Interviews with where their sessions stand; a row leads to the interview.
#[component]
pub fn InterviewTable(
    /// In order.
    rows: Vec<InterviewRow>,
) -> impl IntoView {
    let t = creator().interviews;
    let here = use_here();
    // A draft is being written; any other is being watched.
    let tab = |id, state| {
        let tab = if state == InterviewState::Draft {
            "content"
        } else {
            "sessions"
        };
        here.path(&format!("/interviews/{id}/{tab}"))
    };
    let rows = rows
        .into_iter()
        .map(|row| {
            let (words, tone) = state_words(row.state);
            // On a phone, what is not there is not said.
            let figure = |n: i64, words: &'static str| {
                if n == 0 {
                    view! { <td class="num lines__off"><span class="faint">"0"</span></td> }.into_any()
                } else {
                    view! { <td class="num" data-label=words>{number(n.unsigned_abs())}</td> }.into_any()
                }
            };
            view! {
                <tr>
                    <th scope="row" class="col-sticky">
                        <a class="row-link truncate" href=tab(row.id, row.state)>{row.title}</a>
                    </th>
                    <td><Status tone=tone label=words/></td>
                    <td class="num lines__off">{row.questions}</td>
                    {figure(row.counts.not_started, t.col_not_started)}
                    {figure(row.counts.in_progress, t.col_in_progress)}
                    {figure(row.counts.completed, t.col_completed)}
                    <td class="num lines__off"><Time at=row.updated/></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="lines">
            <ListTable
                heads=vec![
                    Head::Words(t.col_title),
                    Head::Words(t.col_state),
                    Head::Figures(t.col_questions),
                    Head::Figures(t.col_not_started),
                    Head::Figures(t.col_in_progress),
                    Head::Figures(t.col_completed),
                    Head::Figures(t.col_updated),
                ]
                rows=rows.into_any()
            />
        </div>
    }
}
