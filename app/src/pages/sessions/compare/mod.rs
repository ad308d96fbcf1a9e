//! Attempts of one candidate side by side: scores with their differences, then what was said, aligned by question. Links
//! and forms: it can be shared, printed, and read without scripts.

mod said;
mod scores;

use super::{
    address::{compare_href, report_href, sessions_href},
    report::print,
};
use crate::{
    components::{Button, EmptyState, IconName, Skeleton, failure, trouble},
    error::AppError,
    messages::creator,
    pages::layout::PageHeader,
    pages::layout::{Of, on_change},
    server_fns::sessions::{CompareData, compare_attempts},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use parley_domain::{
    id::{CandidateId, InterviewId},
    session::Session,
};

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Table {
    slug: Memo<String>,
    version: RwSignal<u32>,
    trouble: RwSignal<Option<AppError>>,
}

impl Table {
    fn reload(self) {
        self.version.update(|n| *n = n.wrapping_add(1));
    }
}

/// The page.
#[component]
pub fn ComparePage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let get = move |name: &str| params.with(|p| p.get(name).unwrap_or_default());
    let candidate = Memo::new(move |_| get("candidate").parse::<CandidateId>().ok());
    let interview = Memo::new(move |_| get("id").parse::<InterviewId>().ok());
    let only = Memo::new(move |_| {
        let text = query.with(|q| q.get("attempts").unwrap_or_default());
        text.split('.').filter_map(|n| n.parse().ok()).collect::<Vec<i32>>()
    });
    let table = Table {
        slug: Memo::new(move |_| get("slug")),
        version: RwSignal::new(0),
        trouble: RwSignal::new(None),
    };
    let data = Resource::new(
        move || (table.slug.get(), candidate.get(), only.get(), table.version.get()),
        |(slug, candidate, only, _)| async move {
            match candidate {
                Some(id) => compare_attempts(slug, id, only).await,
                None => Err(AppError::NotFound),
            }
        },
    );
    let of = Signal::derive(move || interview.get().map(Of::interview).unwrap_or_default());
    on_change(of, Callback::new(move |()| table.reload()));
    view! {
        {move || table.trouble.get().map(|error| trouble(&error))}
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || data.get().map(|found| match found {
                Ok(found) => page(found, table),
                Err(error) => failure(&error, Callback::new(move |()| table.reload())),
            })}
        </Transition>
    }
}

fn page(found: CompareData, table: Table) -> AnyView {
    let t = creator().attempts;
    let slug = table.slug.get_untracked();
    let Some(newest) = found.all.last() else {
        return ().into_any();
    };
    let interview = newest.interview_id;
    let crumbs = vec![
        (format!("/w/{slug}/interviews"), creator().nav_interviews.to_owned()),
        (sessions_href(&slug, interview), found.title.clone()),
        (report_href(&slug, interview, newest.id), found.compared.name.clone()),
    ];
    let which = (found.all.len() > 1).then(|| which(&found, &slug, interview));
    let inside = match found.compared.attempts.len() {
        0 => view! { <EmptyState title=t.compare_none text=t.compare_none_text/> }.into_any(),
        n => {
            let alone = (n == 1 && found.all.len() > 1).then(|| view! { <p class="muted">{t.compare_one}</p> });
            view! {
                {alone}
                {scores::table(&found, table, &slug)}
                {said::questions(&found)}
            }
            .into_any()
        }
    };
    view! {
        <PageHeader title=t.compare_title crumbs=crumbs>
            <span class="no-print">
                <Button icon=IconName::File on_press=Callback::new(|()| print())>{creator().sessions.print}</Button>
            </span>
        </PageHeader>
        <article class="page compare">
            <p class="compare__who"><strong><bdi>{found.compared.name.clone()}</bdi></strong> " · " {found.title.clone()}</p>
            {which}
            {inside}
        </article>
    }
    .into_any()
}

/// A link per attempt that takes it in or leaves it out.
fn which(found: &CompareData, slug: &str, interview: InterviewId) -> AnyView {
    let t = creator().attempts;
    let base = compare_href(slug, interview, found.compared.candidate_id);
    let shown = |a: &Session| found.compared.attempts.iter().any(|c| c.session.id == a.id);
    let links = found
        .all
        .iter()
        .map(|a| {
            let here = shown(a);
            let with = found.all.iter().filter(|b| if b.id == a.id { !here } else { shown(b) });
            let numbers: Vec<_> = with.map(|b| b.attempt.to_string()).collect();
            // With none left out of sight it would show all again: the last one stays.
            let href = if numbers.is_empty() {
                format!("{base}?attempts={}", a.attempt)
            } else {
                format!("{base}?attempts={}", numbers.join("."))
            };
            view! { <a class="chip" href=href aria-current=here.then_some("true")>{(t.attempt_n)(a.attempt)}</a> }
        })
        .collect_view();
    view! { <nav class="chips no-print" aria-label=t.compare_which>{links}</nav> }.into_any()
}
