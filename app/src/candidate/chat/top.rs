//! The top of the chat: whose interview it is, how far it is, how long it may still take, and the question of the moment.

use super::{
    ending::{FinishDialog, FinishLink},
    model::is_short,
    state::Chat,
};
use leptos::prelude::*;
use parley_domain::session::Status;

/// Title, progress, time, **Finish interview**.
#[component]
pub(super) fn Top(chat: Chat, company: String) -> impl IntoView {
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
                {move || asking.get().then(|| view! { <FinishLink chat=chat class="btn btn--quiet"/> })}
            </div>
            {move || if running.get() { view! { <Running chat=chat/> }.into_any() } else { ().into_any() }}
        </header>
    }
}

/// What only a session in progress shows.
#[component]
fn Running(chat: Chat) -> impl IntoView {
    let texts = chat.texts;
    let figure = |n: i32| u64::try_from(n).unwrap_or(0);
    let progress = Memo::new(move |_| chat.view.with(|v| (v.asked, v.total)));
    let words = move || (texts.chat.progress)(figure(progress.get().0), figure(progress.get().1));
    view! {
        <div class="chat__bar">
            <p class="chat__progress">{words}</p>
            <progress class="chat__steps" aria-hidden="true" max=move || progress.get().1.to_string() value=move || progress.get().0.to_string()></progress>
            <p class="chat__time figures" class:chat__time--short=move || chat.left.get().is_some_and(is_short)>
                {move || chat.left.get().map(|s| (texts.chat.time_left)(u64::try_from(s).unwrap_or(0)))}
            </p>
        </div>
        <FinishDialog chat=chat/>
    }
}

/// The question of the moment, in larger type.
#[component]
pub(super) fn Ask(chat: Chat) -> impl IntoView {
    let texts = chat.texts;
    let language = chat.view.with_untracked(|v| v.language.clone());
    let asked = Memo::new(move |_| {
        chat.view
            .with(|v| v.question.as_ref().map(|q| (q.text.clone(), q.follow_up)))
    });
    let busy = Memo::new(move |_| chat.pending.with(Option::is_some));
    let interviewer = chat.view.with_untracked(|v| v.interviewer.clone());
    let text = move || match asked.get() {
        Some((text, _)) => text,
        None if busy.get() => (texts.chat.typing)(&interviewer),
        None => texts.finish.all_done.to_owned(),
    };
    let follow_up = move || asked.with(|a| a.as_ref().is_some_and(|(_, follow_up)| *follow_up));
    view! {
        <section class="ask" aria-labelledby="ask">
            {move || follow_up().then(|| view! { <p class="ask__kind">{texts.chat.follow_up}</p> })}
            <h1 class="ask__text keep-lines" id="ask" lang=language dir="auto">{text}</h1>
        </section>
    }
}
