//! `/w/{slug}/usage`: AI tokens. The balance, where tokens went day by day, what things cost, and every entry.

use crate::components::{AsyncView, EmptyState, Pager, Time};
use crate::messages::{creator, entry_word, number, signed};
use crate::pages::layout::{PageHeader, use_here};
use crate::server_fns::usage::{EntryRow, UsageSeen, read_usage};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use parley_domain::token::{DaySpend, EntryKind, TokenAccount};

/// Width of one day in the chart's own units, the height of its highest bar, and the room for figures above.
const DAY: i64 = 20;
const TALL: i64 = 120;
const HEAD: i64 = 20;
const FOOT: i64 = 22;
/// Every so many days one is labelled below the chart.
const LABEL_EVERY: usize = 5;

/// Balance, chart, costs, entries.
#[component]
pub fn Usage() -> impl IntoView {
    let here = use_here();
    let query = use_query_map();
    let cursor = Memo::new(move |_| query.with(|query| query.get("cursor").unwrap_or_default()));
    let data = Resource::new(move || cursor.get(), move |cursor| read_usage(here.slug(), cursor));
    view! {
        <PageHeader title=creator().usage.title/>
        <div class="page usage">
            <AsyncView
                data=data
                view={move |seen: UsageSeen| {
                    let first = cursor.with_untracked(String::is_empty);
                    view! {
                        {figures(&seen.account, &seen.days)}
                        {by_day(&seen.days)}
                        {costs(&seen.account)}
                        {entries(seen.entries, seen.next, first)}
                    }
                    .into_any()
                }}
            />
        </div>
    }
}

fn figures(account: &TokenAccount, days: &[DaySpend]) -> AnyView {
    let t = creator().usage;
    let spent: i64 = days.iter().map(|day| day.spent).sum();
    let one = |value: i64, words: &'static str| {
        view! {
            <div class="figure">
                <dt class="figure__label">{words}</dt>
                <dd class="figure__value">{signed(value)}</dd>
            </div>
        }
    };
    view! {
        <div class="stack stack--tight">
            <dl class="card figures-row">
                {one(account.balance, t.balance)}
                {one(account.reserved, t.reserved)}
                {one(spent, t.spent)}
            </dl>
            <p class="prose muted">{t.help}" "{t.more}</p>
        </div>
    }
    .into_any()
}

/// Bars with their figures on them; the same as a table below.
fn by_day(days: &[DaySpend]) -> AnyView {
    let t = creator().usage;
    let spent: i64 = days.iter().map(|day| day.spent).sum();
    let body = if spent == 0 {
        view! { <p class="muted">{t.by_day_none}</p> }.into_any()
    } else {
        view! {
            {chart(days, spent)}
            <details class="usage__table">
                <summary>{t.as_table}</summary>
                {day_table(days)}
            </details>
        }
        .into_any()
    };
    view! {
        <section class="section">
            <div class="section__head"><h2>{t.by_day}</h2></div>
            {body}
        </section>
    }
    .into_any()
}

fn chart(days: &[DaySpend], spent: i64) -> AnyView {
    let t = creator().usage;
    let peak = days.iter().map(|day| day.spent).max().unwrap_or(0).max(1);
    let width = DAY * i64::try_from(days.len()).unwrap_or(0);
    let last = days.len().saturating_sub(1);
    let bars = (0_i64..)
        .zip(days)
        .map(|(place, day)| {
            // What was spent is never shown as nothing.
            let tall = if day.spent == 0 {
                0
            } else {
                (day.spent * TALL / peak).max(2)
            };
            let (x, y) = (place * DAY, HEAD + TALL - tall);
            let figure = (day.spent > 0).then(|| {
                view! { <text class="days__figure" x=x + DAY / 2 y=y - 4>{number(day.spent.unsigned_abs())}</text> }
            });
            let index = usize::try_from(place).unwrap_or(0);
            let label = (last - index).is_multiple_of(LABEL_EVERY).then(|| {
                view! { <text class="days__label" x=x + DAY / 2 y=HEAD + TALL + FOOT - 6>{day.label.clone()}</text> }
            });
            view! {
                <g>
                    <title>{(t.on_day)(&day.label, day.spent)}</title>
                    // Over the full height, so that the tooltip is found above a low bar.
                    <rect class="days__day" x=x y=HEAD width=DAY height=TALL></rect>
                    <rect class="days__bar" x=x + 3 y=y width=DAY - 6 height=tall rx="2"></rect>
                    {figure}
                    {label}
                </g>
            }
        })
        .collect_view();
    view! {
        <div class="days-box">
            <svg
                class="days"
                viewBox=format!("-8 0 {} {}", width + 16, HEAD + TALL + FOOT)
                role="img"
                aria-label=(t.chart)(spent, peak)
            >
                <line class="days__base" x1="0" x2=width y1=HEAD + TALL y2=HEAD + TALL></line>
                {bars}
            </svg>
        </div>
    }
    .into_any()
}

fn day_table(days: &[DaySpend]) -> AnyView {
    let t = creator().usage;
    let rows = days
        .iter()
        .rev()
        .map(|day| {
            view! {
                <tr>
                    <th scope="row"><time datetime=day.date.clone()>{day.label.clone()}</time></th>
                    <td class="num">{signed(day.spent)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="table-box">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">{t.day}</th>
                        <th scope="col" class="num">{t.tokens}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn costs(account: &TokenAccount) -> AnyView {
    let t = creator().usage;
    let each = if account.per_resume == 0 {
        t.free.to_owned()
    } else {
        signed(account.per_resume)
    };
    view! {
        <section class="section">
            <div class="section__head"><h2>{t.costs}</h2></div>
            <div class="table-box">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">{t.cost_what}</th>
                            <th scope="col" class="num">{t.cost_each}</th>
                        </tr>
                    </thead>
                    <tbody>
                        <tr>
                            <th scope="row" class="col-wide">
                                <span class="cell-two">
                                    {t.cost_resume}
                                    <small>{t.cost_resume_text}</small>
                                </span>
                            </th>
                            <td class="num">{each}</td>
                        </tr>
                    </tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn entries(rows: Vec<EntryRow>, next: Option<String>, first: bool) -> AnyView {
    let t = creator().usage;
    let at = use_here().path("/usage");
    let shown = match (rows.last(), rows.first()) {
        (Some(oldest), Some(newest)) => format!("{} – {}", oldest.entry.seq, newest.entry.seq),
        _ => String::new(),
    };
    let empty = rows.is_empty();
    let lines = rows.into_iter().map(entry_line).collect_view();
    let body = if empty {
        view! { <EmptyState title=t.entries_none text=t.entries_none_text/> }.into_any()
    } else {
        view! {
            <div class="table-box">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col" class="num">{t.col_number}</th>
                            <th scope="col">{t.col_what}</th>
                            <th scope="col">{t.col_note}</th>
                            <th scope="col" class="num">{t.col_amount}</th>
                            <th scope="col" class="num">{t.col_balance}</th>
                            <th scope="col" class="num">{t.col_reserved}</th>
                            <th scope="col">{t.col_when}</th>
                        </tr>
                    </thead>
                    <tbody>{lines}</tbody>
                </table>
            </div>
            <Pager
                text=shown
                nostrip:previous=(!first).then(|| at.clone())
                first=true
                nostrip:next=next.map(|cursor| format!("{at}?cursor={cursor}"))
            />
        }
        .into_any()
    };
    view! {
        <section class="section">
            <div class="section__head">
                <h2>{t.entries}</h2>
                <p class="section__help">{t.entries_help}</p>
            </div>
            {body}
        </section>
    }
    .into_any()
}

fn entry_line(row: EntryRow) -> AnyView {
    let entry = row.entry;
    // What the entry does to the balance: what was set aside has left it already when it is spent.
    let change = match entry.kind {
        EntryKind::Grant | EntryKind::Refund => format!("+{}", signed(entry.amount)),
        EntryKind::Reserve => signed(-entry.amount),
        EntryKind::Commit => format!("({})", signed(entry.amount)),
    };
    view! {
        <tr>
            <td class="num faint">{entry.seq}</td>
            <td>{entry_word(entry.kind)}</td>
            <td class="usage__note"><span class="truncate">{entry.note}</span></td>
            <td class="num">{change}</td>
            <td class="num">{signed(entry.balance)}</td>
            <td class="num">{signed(entry.reserved)}</td>
            <td><Time at=row.at/></td>
        </tr>
    }
    .into_any()
}
