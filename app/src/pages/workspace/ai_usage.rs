//! What the AI model was used for: a part of the usage page.

use crate::components::{AsyncView, EmptyState};
use crate::messages::creator;
use crate::pages::layout::use_here;
use crate::server_fns::ai::read_ai_usage;
use leptos::prelude::*;
use parley_domain::ai::{AiUsage, AiUsageItem, Purpose};

/// The days that are shown.
const DAYS: u32 = 30;

/// Calls, tokens and times per purpose and model, as a section with a table.
#[component]
pub fn AiUsageSection() -> impl IntoView {
    let t = creator().ai;
    let here = use_here();
    let usage = Resource::new(|| (), move |()| read_ai_usage(here.slug(), DAYS));
    view! {
        <section class="section" aria-labelledby="ai-usage">
            <div class="section__head">
                <h2 id="ai-usage">{t.usage}</h2>
            </div>
            <AsyncView
                data=usage
                view=|found: AiUsage| {
                    let t = creator().ai;
                    if found.items.is_empty() {
                        view! { <EmptyState title=t.usage_none text=t.usage_none_text/> }.into_any()
                    } else {
                        table(found.items)
                    }
                }
            />
        </section>
    }
}

const fn purpose_name(purpose: Purpose) -> &'static str {
    let t = creator().ai;
    match purpose {
        Purpose::Interview => t.purpose_interview,
        Purpose::Analysis => t.purpose_analysis,
        Purpose::Extraction => t.purpose_extraction,
        Purpose::Draft => t.purpose_draft,
        Purpose::Test => t.purpose_test,
    }
}

fn table(items: Vec<AiUsageItem>) -> AnyView {
    let t = creator().ai;
    let rows = items.into_iter().map(row).collect_view();
    view! {
        <div class="table-box">
            <table class="table">
                <caption class="sr-only">{t.usage_caption}</caption>
                <thead>
                    <tr>
                        <th scope="col" class="col-sticky">{t.usage_purpose}</th>
                        <th scope="col">{t.model}</th>
                        <th scope="col" class="num">{t.usage_calls}</th>
                        <th scope="col" class="num">{t.usage_failed}</th>
                        <th scope="col" class="num">{t.usage_input}</th>
                        <th scope="col" class="num">{t.usage_output}</th>
                        <th scope="col" class="num">{t.usage_mean}</th>
                        <th scope="col" class="num">{t.usage_slowest}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(item: AiUsageItem) -> AnyView {
    let t = creator().ai;
    view! {
        <tr>
            <th scope="row" class="col-sticky">{purpose_name(item.purpose)}</th>
            <td>{item.model}</td>
            <td class="num">{item.calls}</td>
            <td class="num">{item.failed}</td>
            <td class="num">{item.input_tokens}</td>
            <td class="num">{item.output_tokens}</td>
            <td class="num">{(t.seconds)(item.mean_ms)}</td>
            <td class="num">{(t.seconds)(item.slowest_ms)}</td>
        </tr>
    }
    .into_any()
}
