//! Which columns are shown: seen at once, remembered in a cookie. A form: the same without scripts.

use super::{desk::use_desk, table::column_word};
use crate::{
    components::{IconName, MenuPanel, MenuPlace},
    messages::creator,
    server_fns::sessions::{Column, ShowColumns, show_columns},
};
use leptos::{prelude::*, task::spawn_local};
use server_fn::ServerFn;

#[component]
pub(super) fn ColumnMenu() -> impl IntoView {
    let desk = use_desk();
    let t = &creator().sessions;
    let toggle = move |column: Column| {
        let mut hidden = desk.hidden_columns();
        if hidden.contains(&column) {
            hidden.retain(|c| *c != column);
        } else {
            hidden.push(column);
        }
        let shown = Column::ALL
            .into_iter()
            .filter(|c| !hidden.contains(c))
            .map(|c| c.as_str().to_owned())
            .collect();
        desk.hidden.set(Some(hidden));
        let slug = desk.place.with_untracked(|p| p.slug.clone());
        spawn_local(async move {
            // Not remembered is no trouble: the columns are as wanted until the page is loaded again.
            let _ = show_columns(slug, "/".to_owned(), shown).await;
        });
    };
    let boxes = move || {
        let hidden = desk.hidden_columns();
        Column::ALL
            .into_iter()
            .map(|c| {
                let checked = !hidden.contains(&c);
                view! {
                    <label class="choice">
                        <input
                            type="checkbox"
                            name="shown[]"
                            value=c.as_str()
                            checked=checked
                            prop:checked=checked
                            on:change=move |_| toggle(c)
                        />
                        <span>{column_word(c)}</span>
                    </label>
                }
            })
            .collect_view()
    };
    view! {
        <MenuPanel id="columns" label=t.columns icon=IconName::Columns place=MenuPlace::BelowEnd>
            <form class="stack stack--tight" method="post" action=ShowColumns::url()>
                <input type="hidden" name="slug" value=move || desk.place.with(|p| p.slug.clone())/>
                <input
                    type="hidden"
                    name="back"
                    value=move || desk.place.with(|p| desk.query.with(|q| p.list(q)))
                />
                <Transition>{boxes}</Transition>
                <noscript><button type="submit" class="btn">{t.columns_show}</button></noscript>
            </form>
        </MenuPanel>
    }
}
