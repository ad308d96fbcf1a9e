//! `/w/{slug}`: what was worked on last, and where its sessions stand.

use crate::components::{AsyncView, ButtonKind, ButtonLink, EmptyState, IconName};
use crate::messages::{creator, number};
use crate::pages::interviews::InterviewTable;
use crate::pages::layout::{PageHeader, use_here};
use crate::server_fns::interviews::{InterviewRow, list_interviews};
use leptos::prelude::*;
use parley_domain::{account::Action, paging::Page};

/// How many interviews the dashboard shows.
const SHOWN: u64 = 8;

/// Figures and the interviews changed last.
#[component]
pub fn Dashboard() -> impl IntoView {
    let t = creator().interviews;
    let here = use_here();
    let page = Resource::new(|| (), move |()| list_interviews(here.slug(), None, None, Some(SHOWN)));
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
                data=page
                view={move |page: Page<InterviewRow>| {
                    if page.items.is_empty() {
                        return view! { <EmptyState title=t.none text=t.none_text>{may.then(new)}</EmptyState> }.into_any();
                    }
                    view! {
                        <Figures rows=page.items.clone()/>
                        <section class="section">
                            <div class="section__head">
                                <h2>{t.recent}</h2>
                                <a class="push" href=here.path("/interviews")>{t.all_interviews}</a>
                            </div>
                            <InterviewTable rows=page.items/>
                        </section>
                    }
                    .into_any()
                }}
            />
        </div>
    }
}

/// The sums over the interviews shown below.
#[component]
fn Figures(rows: Vec<InterviewRow>) -> impl IntoView {
    let t = creator().interviews;
    let sum = |of: fn(&InterviewRow) -> i64| number(rows.iter().map(of).sum::<i64>().unsigned_abs());
    let one = |value: String, words: &'static str| {
        view! {
            <div class="figure">
                <dt class="figure__label">{words}</dt>
                <dd class="figure__value">{value}</dd>
            </div>
        }
    };
    view! {
        <dl class="card figures-row">
            {one(sum(|row| row.counts.not_started), t.col_not_started)}
            {one(sum(|row| row.counts.in_progress), t.col_in_progress)}
            {one(sum(|row| row.counts.completed), t.col_completed)}
        </dl>
    }
}
