//! The conversation so far, and the answer on its way.

use super::{
    dom,
    lean::{line, markup, nothing, part, press},
    model::{Line, Pending, held_up, lines},
    state::Chat,
};
use crate::messages::PageText;
use leptos::prelude::*;

/// All turns in order, newest at the bottom and in sight.
pub(super) fn talk(chat: Chat) -> AnyView {
    let (interviewer, language) = chat
        .view
        .with_untracked(|v| (v.interviewer.clone(), v.language.clone()));
    let turns = move || {
        let lines = chat.view.with(lines);
        lines
            .into_iter()
            .map(|line| turn(chat, line, &interviewer))
            .collect_view()
            .into_any()
    };
    let name = chat.view.with_untracked(|v| v.interviewer.clone());
    // A follow-up is written where the question stands.
    let written = move || match chat.written.get() {
        text if text.is_empty() || chat.asking_on.get() => nothing(),
        text => writing(&name, text),
    };
    // The box is turned upside down by its style, so that it stands at its end without a script; it can be scrolled by
    // keyboard.
    view! {
        <section class="talk" tabindex="0" aria-label=chat.texts.chat.conversation>
            <ol class="talk__lines" lang=language>
                {part(turns)}
                {part(move || chat.pending.get().map_or_else(nothing, |p| on_its_way(chat, p)))}
                {part(written)}
            </ol>
        </section>
    }
    .into_any()
}

fn turn(chat: Chat, said: Line, interviewer: &str) -> AnyView {
    let texts = chat.texts;
    let pause = said
        .pause_minutes
        .and_then(|m| u64::try_from(m).ok())
        .filter(|m| *m > 0);
    let note = match (said.late, said.newest_mine) {
        (true, _) => texts.trouble.sent_at_time_up,
        (false, true) => texts.chat.sent,
        (false, false) => "",
    };
    let (class, who) = if said.mine {
        ("turn turn--mine", texts.common.you)
    } else {
        ("turn", interviewer)
    };
    view! {
        <li class=class>
            {pause.map_or_else(nothing, |m| line("turn__pause", (texts.chat.away)(m)))}
            {line("turn__who", who)}
            {words_of(said.text, said.code)}
            {if note.is_empty() { nothing() } else { line("turn__note", note) }}
        </li>
    }
    .into_any()
}

/// What was said. Code is read from left to right in every language.
fn words_of(text: String, code: bool) -> AnyView {
    let (class, direction) = if code {
        ("turn__text turn__text--code keep-lines", "ltr")
    } else {
        ("turn__text keep-lines", "auto")
    };
    view! { <p class=class dir=direction inner_html=markup(&text)></p> }.into_any()
}

/// What the interviewer has written so far.
fn writing(interviewer: &str, text: String) -> AnyView {
    view! {
        <li class="turn turn--writing">
            {line("turn__who", interviewer)}
            <p class="turn__text" dir="auto" inner_html=markup(&text)></p>
        </li>
    }
    .into_any()
}

/// The answer on its way: shown, and marked as not stored.
fn on_its_way(chat: Chat, pending: Pending) -> AnyView {
    let texts = chat.texts;
    let code = chat.prompt().is_some_and(|p| p.kind.is_code());
    let note = match held_up(texts, pending.delivery, chat.online.get()) {
        None => line("turn__note", format!("{}…", texts.chat.sending)),
        Some(words) => trouble(chat, words),
    };
    view! {
        <li class="turn turn--mine turn--pending">
            {line("turn__who", texts.common.you)}
            {words_of(pending.shown, code)}
            {note}
        </li>
    }
    .into_any()
}

/// Read out by the page's own region for news: one that comes with its words is heard in few browsers.
fn trouble(chat: Chat, words: &'static PageText) -> AnyView {
    let again = move || {
        // The button goes while it is tried.
        dom::focus_composer();
        chat.nudge();
    };
    view! {
        <div class="turn__trouble">
            {line("strong", words.title)}
            {line("", words.text)}
            <button class="btn" type="button" on:click=press(again)>{chat.texts.common.try_again}</button>
        </div>
    }
    .into_any()
}
