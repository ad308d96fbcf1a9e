//! Where the chat stops: the question before finishing, the session that goes on elsewhere, the closing page.

use super::{composer::Unsent, left_words, model::refusal, state::Chat};
use crate::{
    candidate::{doors, finish_path},
    components::{Icon, IconName},
    messages::Candidate,
};
use leptos::prelude::*;

/// The way to the end: a link to the page that asks, or with a script the question right here.
#[component]
pub(super) fn FinishLink(chat: Chat, class: &'static str) -> impl IntoView {
    let address = move || finish_path(&chat.token(), chat.lease.get());
    view! {
        <a class=class href=address role="button"
            on:click=move |ev| {
                ev.prevent_default();
                chat.open_dialog();
            }
            on:keydown=move |ev| {
                // A link that acts as a button answers to the space bar too.
                if ev.key() == " " {
                    ev.prevent_default();
                    chat.open_dialog();
                }
            }>
            {chat.texts.finish.finish}
        </a>
    }
}

/// Asks before handing in, and says how many questions are not answered.
#[component]
pub(super) fn FinishDialog(chat: Chat) -> impl IntoView {
    let texts = chat.texts;
    let words = &texts.finish;
    let left = move || chat.view.with(|v| left_words(texts, v));
    let draft_left = move || chat.draft.with(|d| !d.is_empty()) || chat.pending.with(Option::is_some);
    let refused = move || chat.refused.get().map(|code| refusal(texts, code).text);
    view! {
        <dialog class="dialog" node_ref=chat.dialog aria-labelledby="finish-title">
            <form class="dialog__form" method="post" action=doors::FINISH
                on:submit=move |ev| {
                    ev.prevent_default();
                    chat.hand_in();
                }>
                <div class="dialog__head"><h2 class="dialog__title" id="finish-title">{words.confirm_title}</h2></div>
                <div class="dialog__body">
                    <input type="hidden" name="token" value=chat.token()/>
                    <p class="strong">{left}</p>
                    {move || draft_left().then(|| view! { <p>{words.draft_left}</p> })}
                    <p>{words.confirm_text}</p>
                    <p class="composer__flaw" role="alert">{refused}</p>
                </div>
                <div class="dialog__foot">
                    <button class="btn btn--large" type="button" on:click=move |_| chat.close_dialog()>{words.go_on}</button>
                    <button class="btn btn--primary btn--large" type="submit" aria-busy=move || chat.finishing.get().then_some("true")>
                        {words.confirm}
                    </button>
                </div>
            </form>
        </dialog>
    }
}

/// After a start by a public link: the only way to come back from another device.
#[component]
pub(super) fn OwnLink(texts: &'static Candidate, url: String) -> impl IntoView {
    let t = &texts.landing;
    let field = NodeRef::<leptos::html::Input>::new();
    let select = move |_| {
        if let Some(field) = field.get_untracked() {
            field.select();
        }
    };
    view! {
        <aside class="own-link" aria-labelledby="own-link">
            <p class="strong" id="own-link">{t.personal_link_title}</p>
            <p>{t.personal_link}</p>
            <input class="input" type="text" readonly=true value=url node_ref=field aria-labelledby="own-link" on:focus=select/>
        </aside>
    }
}

/// The session goes on in another window: here it stops, with everything kept and one button to take it back.
#[component]
pub(super) fn Elsewhere(chat: Chat) -> impl IntoView {
    let texts = chat.texts;
    let words = &texts.trouble.taken_over;
    view! {
        <form class="notice notice--busy elsewhere" method="post" action=doors::START role="alert"
            on:submit=move |ev| {
                ev.prevent_default();
                chat.take_back();
            }>
            <input type="hidden" name="token" value=chat.token()/>
            <div class="notice__body">
                <p class="notice__title">{words.title}</p>
                <p>{words.text}</p>
                <div class="notice__actions">
                    <button class="btn btn--primary btn--large" type="submit">{texts.trouble.take_back}</button>
                </div>
            </div>
        </form>
    }
}

/// The end: thanks, what happens with the answers, nothing left to do.
#[component]
pub(super) fn Closing(chat: Chat) -> impl IntoView {
    let texts = chat.texts;
    let up = chat.view.with_untracked(|v| v.time_was_up);
    let words = if up { &texts.link.time_up } else { &texts.finish.closing };
    let heading = NodeRef::<leptos::html::H1>::new();
    // The page changed under the reader: say so by moving there.
    Effect::new(move |_| {
        if let Some(heading) = heading.get() {
            let _ = heading.focus();
        }
    });
    view! {
        <main class="closing">
            <span class="done-mark"><Icon name=IconName::Check/></span>
            <h1 tabindex="-1" node_ref=heading>{words.title}</h1>
            <p class="prose">{words.text}</p>
            <p class="prose">{texts.finish.closing_next}</p>
            <p class="prose muted">{texts.finish.closing_close}</p>
            <Unsent chat=chat/>
        </main>
    }
}
