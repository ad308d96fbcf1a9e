//! The conversation so far, and the answer on its way.

use super::{
    lean::{line, nothing, part, press},
    model::{Delivery, Line, Pending, lines},
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
    view! { <p class=class dir=direction>{text}</p> }.into_any()
}

/// What the interviewer has written so far.
fn writing(interviewer: &str, text: String) -> AnyView {
    view! {
        <li class="turn turn--writing">
            {line("turn__who", interviewer)}
            <p class="turn__text" dir="auto">{text}</p>
        </li>
    }
    .into_any()
}

/// The answer on its way: shown, and marked as not stored.
fn on_its_way(chat: Chat, pending: Pending) -> AnyView {
    let texts = chat.texts;
    let code = chat.prompt().is_some_and(|p| p.kind.is_code());
    let note = match (pending.delivery, chat.online.get()) {
        (Delivery::Sending, _) => line("turn__note", format!("{}…", texts.chat.sending)),
        (Delivery::Slowed, _) => trouble(chat, &texts.trouble.too_fast),
        (Delivery::Waiting, true) => trouble(chat, &texts.trouble.waiting),
        (Delivery::Waiting, false) => trouble(chat, &texts.trouble.offline),
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

fn trouble(chat: Chat, words: &'static PageText) -> AnyView {
    view! {
        <div class="turn__trouble" role="status">
            {line("strong", words.title)}
            {line("", words.text)}
            <button class="btn" type="button" on:click=press(move || chat.nudge())>{chat.texts.common.try_again}</button>
        </div>
    }
    .into_any()
}
