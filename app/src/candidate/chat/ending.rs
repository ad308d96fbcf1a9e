//! Where the chat stops: the question before finishing, the session that goes on elsewhere, the closing page.

use super::{
    composer::{copy_button, unsent},
    dom,
    lean::{content, flag, line, nothing, part, press, submit, truth},
    left_words,
    model::words_of,
    state::Chat,
};
use crate::{
    candidate::{doors, finish_path},
    components::{Icon, IconName},
};
use leptos::prelude::*;
use parley_domain::conversation::Speaker;

/// The way to the end: a link to the page that asks, or with a script the question right here.
pub(super) fn finish_link(chat: Chat, class: &'static str) -> AnyView {
    let address = finish_path(&chat.token(), chat.lease());
    view! {
        <a class=class href=address role="button" on:click=press(dom::open_dialog)
            on:keydown=move |ev| {
                // A link that acts as a button answers to the space bar too.
                if ev.key() == " " {
                    ev.prevent_default();
                    dom::open_dialog();
                }
            }>
            {chat.texts.finish.finish}
        </a>
    }
    .into_any()
}

/// Asks before handing in, and says how many questions are not answered.
pub(super) fn finish_dialog(chat: Chat) -> AnyView {
    let texts = chat.texts;
    let t = &texts.finish;
    let draft_left = move || chat.draft.with(|d| !d.is_empty()) || chat.pending.with(Option::is_some);
    let refused = move || {
        let words = chat.trouble.get().and_then(|trouble| words_of(texts, trouble));
        words.map_or_else(String::new, |words| words.text.to_owned())
    };
    view! {
        <dialog class="dialog" id=dom::FINISH aria-labelledby="finish-title">
            <form class="dialog__form" method="post" action=doors::FINISH on:submit=submit(move || chat.hand_in())>
                <div class="dialog__head"><h2 class="dialog__title" id="finish-title">{t.confirm_title}</h2></div>
                <div class="dialog__body">
                    <input type="hidden" name="token" value=chat.token()/>
                    <input type="hidden" name="lease" value=chat.lease().to_string()/>
                    <p class="strong" inner_html=content(move || chat.view.with(|v| left_words(texts, v)))></p>
                    {part(move || if draft_left() { line("", t.draft_left) } else { nothing() })}
                    {line("", t.confirm_text)}
                    <p class="composer__flaw" role="alert" inner_html=content(refused)></p>
                </div>
                <div class="dialog__foot">
                    <button class="btn btn--large" type="button" on:click=press(dom::close_dialog)>{t.go_on}</button>
                    <button class="btn btn--primary btn--large" type="submit" aria-busy=truth(move || chat.finishing.get())>
                        {t.confirm}
                    </button>
                </div>
            </form>
        </dialog>
    }
    .into_any()
}

/// Of who came by a public link: the only way to come back from another device. It folds once it was copied or the first
/// answer is given, and can be opened again as long as the talk goes on.
pub(super) fn own_link(chat: Chat, url: String) -> AnyView {
    let t = &chat.texts.landing;
    let copied = RwSignal::new(false);
    let copy = move || {
        if chat.live.get() {
            copy_button(chat, dom::OWN_LINK, copied)
        } else {
            nothing()
        }
    };
    let fresh = move || {
        !copied.get()
            && chat
                .view
                .with(|v| v.turns.iter().all(|t| t.speaker == Speaker::Interviewer))
    };
    let done = move || {
        if copied.get() {
            view! { <span class="own-link__done">{chat.texts.chat.copied}</span> }.into_any()
        } else {
            nothing()
        }
    };
    view! {
        <details class="own-link" aria-labelledby="own-link" open=flag(fresh)>
            <summary>
                <span class="strong" id="own-link">{t.personal_link_title}</span>
                {part(done)}
            </summary>
            {line("", t.personal_link)}
            <div class="own-link__row">
                <p class="own-link__url" id=dom::OWN_LINK dir="ltr">{url}</p>
                {part(copy)}
            </div>
        </details>
    }
    .into_any()
}

/// The session goes on in another window: here it stops, with everything kept and one button to take it back.
pub(super) fn elsewhere(chat: Chat) -> AnyView {
    let texts = chat.texts;
    let t = &texts.trouble.taken_over;
    view! {
        <form class="notice notice--busy elsewhere" method="post" action=doors::START role="alert" on:submit=submit(move || chat.take_back())>
            <input type="hidden" name="token" value=chat.token()/>
            <div class="notice__body">
                {line("notice__title", t.title)}
                {line("", t.text)}
                <div class="notice__actions">
                    <button class="btn btn--primary btn--large" type="submit">{texts.trouble.take_back}</button>
                </div>
            </div>
        </form>
    }
    .into_any()
}

/// The end: thanks, what happens with the answers, nothing left to do. A creator who looked at it is told that it was no
/// interview: nobody reads what they wrote.
pub(super) fn closing(chat: Chat, preview: bool) -> AnyView {
    let texts = chat.texts;
    let stopped = chat.view.with_untracked(|v| texts.link.stopped_by(v.end_reason));
    let (t, next, close) = if preview {
        (&texts.finish.preview_over, "", texts.finish.preview_close)
    } else {
        let t = stopped.unwrap_or(&texts.finish.closing);
        (t, texts.finish.closing_next, texts.finish.closing_close)
    };
    let mark = match stopped {
        None => view! { <span class="done-mark"><Icon name=IconName::Check/></span> }.into_any(),
        Some(_) => nothing(),
    };
    view! {
        <main class="closing">
            {mark}
            <h1 tabindex="-1" id=dom::CLOSING>{t.title}</h1>
            {line("prose", t.text)}
            {if next.is_empty() { nothing() } else { line("prose", next) }}
            {line("prose muted", close)}
            {unsent(chat)}
        </main>
    }
    .into_any()
}
