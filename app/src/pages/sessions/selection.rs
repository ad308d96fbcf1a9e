//! "n selected" and what can be done with them.

use super::desk::{Desk, use_desk};
use crate::{
    components::{Button, ButtonKind, ButtonType, IconName, copy_text, use_toasts},
    messages::creator,
    pages::layout::{selection_key, use_here},
    server_fns::sessions::{ListQuery, copy_links, select_all},
};
use leptos::{html, prelude::*, task::spawn_local};
use parley_domain::{id::CandidateId, paging::SELECT_MAX};
use std::collections::{BTreeMap, BTreeSet};

/// Keeps who is selected while a report is read and one comes back: in this tab, for this person, these filters. Another filter
/// is another selection, another page of the same is not; nobody selected is nothing kept.
pub(super) fn keep_selection(desk: Desk) {
    let me = use_here().me().id;
    // Without order and page, the address says whose list it is, and the filters.
    let list = move |query: &ListQuery| {
        let query = ListQuery {
            cursor: String::new(),
            sort: String::new(),
            ..query.clone()
        };
        desk.place.with(|p| p.list(&query))
    };
    let key = selection_key(me);
    Effect::new(move |before: Option<String>| {
        let now = desk.query.with(list);
        let chosen: Vec<CandidateId> = desk.selected.with(|s| s.keys().copied().collect());
        // Refused in some private modes: then nothing is kept.
        let store = window().session_storage().ok().flatten();
        match (before, store) {
            // As the page comes; the server's page has nobody selected.
            (None, Some(store)) => {
                let kept = store.get_item(&key).ok().flatten().unwrap_or_default();
                if let Some((list, chosen)) = kept.split_once('\n')
                    && list == now
                    && let Ok(chosen) = serde_json::from_str::<BTreeSet<CandidateId>>(chosen)
                {
                    restore(desk, chosen);
                }
            }
            (Some(before), _) if before != now => desk.selected.update(BTreeMap::clear),
            (Some(_), Some(store)) if chosen.is_empty() => {
                let _ = store.remove_item(&key);
            }
            (Some(_), Some(store)) => {
                // More than there is room for is not kept.
                if let Ok(chosen) = serde_json::to_string(&chosen) {
                    let _ = store.set_item(&key, &format!("{now}\n{chosen}"));
                }
            }
            (_, None) => {}
        }
        now
    });
}

/// Selects these again, as far as the list still has them: they may be deleted by now, or another by what the filters ask.
fn restore(desk: Desk, chosen: BTreeSet<CandidateId>) {
    let place = desk.place.get_untracked();
    let query = whole(desk.query.get_untracked());
    spawn_local(async move {
        // Not answered: nobody is selected, which is what is seen.
        let Ok(found) = select_all(place.slug, place.interview, query.clone()).await else {
            return;
        };
        if desk.query.try_get_untracked().map(whole) == Some(query) {
            let still = found.into_iter().filter(|one| chosen.contains(&one.candidate));
            desk.selected
                .update(|s| s.extend(still.map(|one| (one.candidate, one))));
        }
    });
}

/// The list that this is a page of.
fn whole(query: ListQuery) -> ListQuery {
    ListQuery {
        cursor: String::new(),
        ..query
    }
}

#[component]
pub(super) fn SelectionBar() -> impl IntoView {
    let desk = use_desk();
    // Not the count: the bar stays while it changes. What one may do is known with the rows, which the selection may precede.
    let any = Memo::new(move |_| desk.selected.with(|s| !s.is_empty()) && desk.with(|_| ()).is_some());
    move || any.get().then(|| view! { <Bar desk=desk/> })
}

#[component]
fn Bar(desk: Desk) -> impl IntoView {
    let t = &creator().sessions;
    let count = move || (t.selected)(desk.selected.with(|s| s.len() as u64));
    let delete = Callback::new(move |()| {
        desk.deleting
            .set(desk.selected.with_untracked(|s| s.keys().copied().collect()));
    });
    let retake = Callback::new(move |()| {
        desk.retaking
            .set(desk.selected.with_untracked(|s| s.values().cloned().collect()));
    });
    let extend = Callback::new(move |()| {
        desk.extending
            .set(desk.selected.with_untracked(|s| s.keys().copied().collect()));
    });
    let may = desk.may_now();
    view! {
        <div class="selection-bar no-print" role="region" aria-label=count>
            <div class="row">
                <strong role="status">{count}</strong>
                <SelectMore desk=desk/>
                <Button
                    kind=ButtonKind::Quiet
                    on_press=Callback::new(move |()| desk.selected.update(BTreeMap::clear))
                >
                    {t.nothing_selected}
                </Button>
            </div>
            <div class="row push">
                {may.see_links.then(|| view! { <CopyLinks desk=desk/> })}
                {move || desk.place.with(|p| p.interview.is_some()).then(|| view! {
                    <ExportSelected desk=desk/>
                })}
                {may.edit.then(|| view! {
                    <Button icon=IconName::Clock on_press=extend>{creator().links.extend}</Button>
                })}
                {may.retake.then(|| view! {
                    <Button icon=IconName::Refresh on_press=retake>{creator().attempts.retake_bulk}</Button>
                })}
                {may.edit.then(|| view! {
                    <Button kind=ButtonKind::Harm icon=IconName::Trash on_press=delete>{t.delete}</Button>
                })}
            </div>
        </div>
    }
}

/// Once the whole page is ticked: everybody whom the filters name, on every page. Beyond [`SELECT_MAX`] it says so.
#[component]
fn SelectMore(desk: Desk) -> impl IntoView {
    let t = &creator().sessions;
    let busy = RwSignal::new(false);
    let press = Callback::new(move |()| {
        let place = desk.place.get_untracked();
        let query = whole(desk.query.get_untracked());
        busy.set(true);
        spawn_local(async move {
            let found = select_all(place.slug, place.interview, query.clone()).await;
            busy.try_set(false);
            let Some(found) = desk.settle(found) else { return };
            // Other filters meanwhile: they were not asked about.
            if desk.query.try_get_untracked().map(whole) == Some(query) {
                desk.selected
                    .set(found.into_iter().map(|one| (one.candidate, one)).collect());
            }
        });
    });
    // Their number, while there are others than those on the page and not all that can be are selected.
    let more = Memo::new(move |_| {
        let pages = desk.with(|d| d.page.next.is_some() || d.page.previous.is_some());
        let total = desk.total().filter(|_| pages == Some(true) && desk.page_selected())?;
        let selected = desk.selected.with(|s| s.len() as u64);
        Some((total, selected < total.min(SELECT_MAX)))
    });
    move || {
        match more.get()? {
        (total, true) => Some(
            view! {
                <Button kind=ButtonKind::Quiet busy=busy on_press=press>{(t.select_matching)(SELECT_MAX, total)}</Button>
            }
            .into_any(),
        ),
        (SELECT_MAX.., false) => Some(view! { <span class="small muted">{t.select_most}</span> }.into_any()),
        _ => None,
    }
    }
}

/// The rows of the selected as a workbook. Posted: thousands of ids are longer than an address may be.
#[component]
fn ExportSelected(desk: Desk) -> impl IntoView {
    let ids = NodeRef::<html::Input>::new();
    let action = move || {
        desk.place
            .with(|p| desk.query.with(|q| p.export(q, "xlsx")))
            .unwrap_or_default()
    };
    let fill = move |_| {
        let text: Vec<_> = desk
            .selected
            .with_untracked(|s| s.keys().map(ToString::to_string).collect());
        if let Some(ids) = ids.get_untracked() {
            ids.set_value(&text.join("."));
        }
    };
    view! {
        <form method="post" action=action on:submit=fill>
            <input type="hidden" name="ids" node_ref=ids/>
            <Button r#type=ButtonType::Submit icon=IconName::Download>{creator().sessions.export}</Button>
        </form>
    }
}

/// Copies the links of the selected, one a line: name, tab, link, so that they paste into a table.
#[component]
fn CopyLinks(desk: Desk) -> impl IntoView {
    let t = &creator().sessions;
    let toasts = use_toasts();
    let press = Callback::new(move |()| {
        let slug = desk.place.with_untracked(|p| p.slug.clone());
        let ids = desk.selected.with_untracked(|s| s.keys().copied().collect());
        spawn_local(async move {
            let Some(links) = desk.settle(copy_links(slug, ids).await) else {
                return;
            };
            let text = links
                .iter()
                .map(|l| format!("{}\t{}", l.name, l.url))
                .collect::<Vec<_>>()
                .join("\n");
            if copy_text(&text).await {
                toasts.show((t.links_copied_n)(links.len() as u64));
            } else {
                desk.by_hand.set(text);
            }
        });
    });
    view! { <Button icon=IconName::Copy on_press=press>{t.copy_links}</Button> }
}
