//! "n selected" and what can be done with them.

use super::{
    address::encode,
    desk::{Desk, use_desk},
};
use crate::{
    components::{Button, ButtonKind, ButtonLink, IconName, copy_text, use_toasts},
    messages::creator,
    server_fns::sessions::copy_links,
};
use leptos::{html, prelude::*, task::spawn_local};

#[component]
pub(super) fn SelectionBar() -> impl IntoView {
    let desk = use_desk();
    // Not the count: the bar stays while it changes.
    let any = Memo::new(move |_| desk.selected.with(|s| !s.is_empty()));
    move || any.get().then(|| view! { <Bar desk=desk/> })
}

#[component]
fn Bar(desk: Desk) -> impl IntoView {
    let t = &creator().sessions;
    let count = move || (t.selected)(desk.selected.with(|s| s.len() as u64));
    let export = move || {
        let ids = desk
            .selected
            .with(|s| s.keys().map(ToString::to_string).collect::<Vec<_>>().join("."));
        let base = desk
            .place
            .with(|p| desk.query.with(|q| p.export(q, "xlsx")))
            .unwrap_or_default();
        let joint = if base.contains('?') { '&' } else { '?' };
        format!("{base}{joint}ids={}", encode(&ids))
    };
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
            <strong role="status">{count}</strong>
            {may.see_links.then(|| view! { <CopyLinks desk=desk/> })}
            {move || desk.place.with(|p| p.interview.is_some()).then(|| view! {
                <ButtonLink href=export() icon=IconName::Download external=true>{t.export}</ButtonLink>
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
            <span class="push"></span>
            <Button
                kind=ButtonKind::Quiet
                on_press=Callback::new(move |()| desk.selected.update(std::collections::BTreeMap::clear))
            >
                {t.nothing_selected}
            </Button>
        </div>
    }
}

/// Copies the links of the selected, one a line: name, tab, link, so that they paste into a table.
#[component]
fn CopyLinks(desk: Desk) -> impl IntoView {
    let t = &creator().sessions;
    let toasts = use_toasts();
    let by_hand = RwSignal::new(String::new());
    let field = NodeRef::<html::Textarea>::new();
    Effect::new(move |_| {
        if by_hand.with(|text| !text.is_empty())
            && let Some(field) = field.get()
        {
            field.select();
        }
    });
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
                by_hand.set(String::new());
                toasts.show((t.links_copied_n)(links.len() as u64));
            } else {
                by_hand.set(text);
            }
        });
    });
    view! {
        <Button icon=IconName::Copy on_press=press>{t.copy_links}</Button>
        {move || by_hand.with(|text| !text.is_empty()).then(|| view! {
            <label class="field selection-bar__by-hand">
                <span class="field__label">{creator().copy_by_hand}</span>
                <textarea class="input" rows="4" readonly node_ref=field>{by_hand.get()}</textarea>
            </label>
        })}
    }
}
