//! `/w/{slug}`: where all sessions stand, who completed last, what was worked on last.

use crate::components::{AsyncView, ButtonKind, ButtonLink, EmptyState, Head, IconName, ListTable, Time};
use crate::messages::{creator, number};
use crate::pages::interviews::InterviewTable;
use crate::pages::layout::{PageHeader, use_here};
use crate::server_fns::dashboard::{CompletedRow, DashboardData, read_dashboard};
use leptos::prelude::*;
use parley_domain::{account::Action, session::SessionCounts};

/// Figures, reports to read, interviews to go on with.
#[component]
pub fn Dashboard() -> impl IntoView {
    let t = creator().interviews;
    let here = use_here();
    let data = Resource::new(|| (), move |()| read_dashboard(here.slug()));
    let may = here.can(Action::EditInterviews);
    let new = move || {
        view! {
            <ButtonLink href=here.path("/interviews/new") kind=ButtonKind::Primary icon=IconName::Plus>
                {t.new}
            </ButtonLink>
        }
    };
    view! {
        <PageHeader title=creator().dashboard_title>{may.then(new)}</PageHeader>
        <div class="page">
            <AsyncView
                data=data
                view={move |data: DashboardData| {
                    if data.interviews.is_empty() && data.counts.all == 0 {
                        return view! { <EmptyState title=t.none text=t.none_text>{may.then(new)}</EmptyState> }.into_any();
                    }
                    view! {
                        <Figures counts=data.counts/>
                        <CompletedLast rows=data.completed/>
                        <section class="section">
                            <div class="section__head">
                                <h2>{t.recent}</h2>
                                <a class="push" href=here.path("/interviews")>{t.all_interviews}</a>
                            </div>
                            <InterviewTable rows=data.interviews/>
                        </section>
                    }
                    .into_any()
                }}
            />
        </div>
    }
}

/// The sums over all interviews; each leads to its sessions.
#[component]
fn Figures(counts: SessionCounts) -> impl IntoView {
    let t = creator().interviews;
    let here = use_here();
    let one = |n: i64, words: &'static str, status: &'static str| {
        view! {
            <div class="figure figure--link">
                <dt class="figure__label">
                    <a href=here.path(&format!("/sessions?status={status}"))>{words}</a>
                </dt>
                <dd class="figure__value">{number(n.unsigned_abs())}</dd>
            </div>
        }
    };
    view! {
        <dl class="card figures-row">
            {one(counts.not_started, t.col_not_started, "not_started")}
            {one(counts.in_progress, t.col_in_progress, "in_progress")}
            {one(counts.completed, t.col_completed, "completed")}
        </dl>
    }
}

/// Who completed last: reports that may want reading.
#[component]
fn CompletedLast(rows: Vec<CompletedRow>) -> impl IntoView {
    let t = creator().results;
    let here = use_here();
    if rows.is_empty() {
        return view! {
            <section class="section">
                <h2>{t.recent}</h2>
                <p class="muted">{t.recent_none}</p>
            </section>
        }
        .into_any();
    }
    let rows = rows
        .into_iter()
        .map(|row| {
            let score = row
                .score
                .map_or_else(|| t.no_figure.to_owned(), |score| format!("{score:.1}"));
            view! {
                <tr>
                    <th scope="row" class="col-sticky">
                        <a class="row-link truncate" href=here.path(&row.report)><bdi>{row.name}</bdi></a>
                    </th>
                    <td class="col-wide"><bdi>{row.interview}</bdi></td>
                    <td class="num" data-label=t.score>{score}</td>
                    <td class="num">{row.finished.map(|at| view! { <Time at=at/> })}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="section">
            <div class="section__head">
                <h2>{t.recent}</h2>
                <a class="push" href=here.path("/sessions?status=completed")>{t.all_completed}</a>
            </div>
            <div class="lines">
                <ListTable
                    heads=vec![
                        Head::Words(t.name),
                        Head::Words(creator().interviews.col_title),
                        Head::Figures(t.score),
                        Head::Figures(t.completed),
                    ]
                    rows=rows.into_any()
                />
            </div>
        </section>
    }
    .into_any()
}
