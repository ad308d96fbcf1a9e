//! The top of the chat: whose interview it is, how far it is, how long it may still take, and the question of the moment.

use super::{
    ending::{finish_dialog, finish_link},
    lean::{content, flag, line, nothing, part, value},
    model::{answered, is_short},
    state::Chat,
};
use leptos::prelude::*;
use parley_domain::session::Status;

/// Title, progress, time, **Finish interview**.
pub(super) fn top(chat: Chat, company: &str) -> AnyView {
    let title = chat.view.with_untracked(|v| v.title.clone());
    let subject = if company.is_empty() {
        title
    } else {
        format!("{company} · {title}")
    };
    let running = Memo::new(move |_| chat.view.with(|v| v.state == Status::InProgress));
    // Without a question, the way to the end stands where the composer was.
    let asking = Memo::new(move |_| {
        chat.view
            .with(|v| v.state == Status::InProgress && v.question.is_some())
    });
    view! {
        <header class="chat__top">
            <div class="chat__bar">
                <p class="chat__subject" dir="auto">{subject}</p>
                {part(move || if asking.get() { finish_link(chat, "btn btn--quiet") } else { nothing() })}
            </div>
            {part(move || if running.get() { progress(chat) } else { nothing() })}
        </header>
    }
    .into_any()
}

/// What only a session in progress shows.
fn progress(chat: Chat) -> AnyView {
    let texts = chat.texts;
    let figure = |n: i32| u64::try_from(n).unwrap_or(0);
    let asked = move || chat.view.with(|v| v.asked);
    // The words say which question it is, the bar how much is done.
    let done = move || chat.view.with(answered);
    let total = chat.view.with_untracked(|v| v.total);
    let left = move || {
        chat.left
            .get()
            .map(|s| (texts.chat.time_left)(u64::try_from(s).unwrap_or(0)))
    };
    view! {
        <div class="chat__bar">
            <p class="chat__progress" inner_html=content(move || (texts.chat.progress)(figure(asked()), figure(total)))></p>
            <progress class="chat__steps" aria-hidden="true" max=total.to_string() value=value(move || Some(done().to_string()))></progress>
            <p class="chat__time figures" class:chat__time--short=flag(move || chat.left.get().is_some_and(is_short))
                inner_html=content(move || left().unwrap_or_default())></p>
        </div>
        {finish_dialog(chat)}
    }
    .into_any()
}

/// The question of the moment, in larger type. In a low window a long one scrolls, by keys as well.
pub(super) fn ask(chat: Chat) -> AnyView {
    let texts = chat.texts;
    let (language, interviewer) = chat
        .view
        .with_untracked(|v| (v.language.clone(), v.interviewer.clone()));
    let text = move || {
        let asked = chat.view.with(|v| v.question.as_ref().map(|q| q.text.clone()));
        match asked {
            Some(text) => text,
            None if chat.asking_on.get() && chat.written.with(|w| !w.is_empty()) => chat.written.get(),
            None if chat.is_waiting() => (texts.chat.typing)(&interviewer),
            None => texts.finish.all_done.to_owned(),
        }
    };
    let follow_up = move || chat.view.with(|v| v.question.as_ref().is_some_and(|q| q.follow_up));
    view! {
        <section class="ask" aria-labelledby="ask" tabindex="0">
            {part(move || if follow_up() { line("ask__kind", texts.chat.follow_up) } else { nothing() })}
            <h1 class="ask__text keep-lines" id="ask" lang=language dir="auto" inner_html=content(text)></h1>
        </section>
    }
    .into_any()
}
