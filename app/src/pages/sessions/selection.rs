//! "n selected" and what can be done with them. What is done is in a part of the bundle of its own (`bulk.rs` and the dialogs).

use super::desk::{Desk, use_desk};
use crate::{
    components::{Button, ButtonKind, ButtonType, IconName},
    error::AppError,
    messages::creator,
    pages::layout::{selection_key, use_here},
    server_fns::sessions::{ListQuery, select_all, still_selected},
};
use leptos::{ev::SubmitEvent, html, prelude::*, task::spawn_local};
use parley_domain::{id::CandidateId, paging::SELECT_MAX};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Selected ones about whom one request asks whether the list still has them.
const AGAIN: usize = 5_000;

/// Characters of an id as it is kept: fifty thousand of them have to fit beside what else browsers keep for a tab.
const KEPT: usize = 32;

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
        let chosen = desk.selected.with(|s| {
            let mut text = String::with_capacity(s.len() * KEPT);
            for id in s.keys() {
                text.push_str(id.0.simple().encode_lower(&mut [0; KEPT]));
            }
            text
        });
        // Refused in some private modes: then nothing is kept.
        let store = window().session_storage().ok().flatten();
        match (before, store) {
            // As the page comes; the server's page has nobody selected.
            (None, Some(store)) => {
                let kept = store.get_item(&key).ok().flatten().unwrap_or_default();
                if let Some((list, chosen)) = kept.split_once('\n')
                    && list == now
                {
                    restore(desk, read(chosen));
                }
            }
            (Some(before), _) if before != now => desk.selected.update(BTreeMap::clear),
            (Some(_), Some(store)) if chosen.is_empty() => {
                let _ = store.remove_item(&key);
            }
            (Some(_), Some(store)) => {
                // More than there is room for is not kept, and neither is what was kept before.
                if store.set_item(&key, &format!("{now}\n{chosen}")).is_err() {
                    let _ = store.remove_item(&key);
                }
            }
            (_, None) => {}
        }
        now
    });
}

/// Reads what was kept; what is none of ours is nobody.
fn read(kept: &str) -> Vec<CandidateId> {
    let ids = kept.as_bytes().chunks(KEPT);
    ids.filter_map(|id| Uuid::try_parse_ascii(id).ok())
        .map(CandidateId)
        .collect()
}

/// Selects these again, as far as the list still has them: they may be deleted by now, or another by what the filters ask.
fn restore(desk: Desk, chosen: Vec<CandidateId>) {
    let place = desk.place.get_untracked();
    let query = whole(desk.query.get_untracked());
    spawn_local(async move {
        let mut still = Vec::with_capacity(chosen.len());
        for some in chosen.chunks(AGAIN) {
            let asked = still_selected(place.slug.clone(), place.interview, query.clone(), some.to_vec());
            // Not answered: nobody is selected, which is what is seen.
            let Ok(found) = asked.await else { return };
            // Another list, or none any more: nobody waits for the others.
            if desk.query.try_get_untracked().map(whole).as_ref() != Some(&query) {
                return;
            }
            still.extend(found);
        }
        desk.selected
            .update(|s| s.extend(still.into_iter().map(|one| (one.candidate, one))));
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
    move || match more.get()? {
        (total, true) => {
            let words = (t.select_matching)(SELECT_MAX, total);
            Some(view! { <Button kind=ButtonKind::Quiet busy=busy on_press=press>{words}</Button> }.into_any())
        }
        (total, false) if total > SELECT_MAX => {
            Some(view! { <span class="small muted">{t.select_most}</span> }.into_any())
        }
        _ => None,
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
    let fill = move |ev: SubmitEvent| {
        // Some were ticked on top of all that can be.
        if desk.selected.with_untracked(|s| s.len() as u64 > SELECT_MAX) {
            ev.prevent_default();
            return desk
                .trouble
                .set(Some(AppError::invalid("ids", creator().sessions.select_most)));
        }
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

/// Copies the links of the selected.
#[component]
fn CopyLinks(desk: Desk) -> impl IntoView {
    let press = Callback::new(move |()| {
        desk.copying
            .set(desk.selected.with_untracked(|s| s.keys().copied().collect()));
    });
    view! { <Button icon=IconName::Copy on_press=press>{creator().sessions.copy_links}</Button> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_again_and_what_is_not_ours_is_nobody() {
        let ids = [1, u128::MAX / 7].map(|n| CandidateId(Uuid::from_u128(n)));
        let kept: String = ids.iter().map(|id| id.0.simple().to_string()).collect();
        assert_eq!(kept.len(), 2 * KEPT);
        assert_eq!(read(&kept), ids);
        assert_eq!(read("[\"01a20b9c-876e-7c29-a412-6054cb96f285\"]"), []);
        assert_eq!(read(""), []);
    }
}
