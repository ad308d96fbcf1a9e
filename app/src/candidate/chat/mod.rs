//! The chat: question on top, conversation under it, composer at the bottom.
//!
//! The server renders it whole, and every press on it is a plain form or link that works without a script. When the WASM
//! has arrived, the same presses go out in the background; drafts are kept, sends are repeated until they got through,
//! and what changes elsewhere is shown. Which it decides is in [`model`], how it acts in `drive`, what it looks like in
//! the rest.

mod composer;
mod dom;
mod drive;
mod ending;
mod keep;
pub mod model;
mod net;
mod state;
mod talk;
mod top;

use crate::messages::{Candidate, Locale};
use composer::Composer;
use ending::{Closing, Elsewhere, OwnLink};
use leptos::prelude::*;
pub use model::refusal;
use parley_domain::{
    conversation::{CandidateErrorCode, CandidateView},
    session::Status,
};
use serde::{Deserialize, Serialize};
use state::Chat;
use talk::Talk;
use top::{Ask, Top};

/// What the server rendered the chat from; the WASM starts from the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatStart {
    /// The link's token.
    pub token: String,
    /// The company's name.
    pub company: String,
    /// How things stand.
    pub view: CandidateView,
    /// The client id of the answer that this page's plain form sends.
    pub client_id: String,
    /// What was wrong with the last plain send.
    pub notice: Option<CandidateErrorCode>,
    /// After a start by a public link: the person's own link, shown once.
    pub own_link: Option<String>,
}

/// "Question 3 of 8", or that all were asked.
#[must_use]
pub fn progress_words(texts: &Candidate, view: &CandidateView) -> String {
    if view.question.is_none() && view.asked >= view.total {
        return texts.finish.all_done.to_owned();
    }
    let figure = |n: i32| u64::try_from(n).unwrap_or(0);
    (texts.chat.progress)(figure(view.asked.max(1)), figure(view.total))
}

/// How many questions are not answered.
#[must_use]
pub fn left_words(texts: &Candidate, view: &CandidateView) -> String {
    match u64::try_from(model::unanswered(view)) {
        Ok(n) if n > 0 => (texts.finish.confirm_left)(n),
        _ => texts.finish.all_answered.to_owned(),
    }
}

/// Reads what the server put into the page for the WASM; `None` on a page that is not the chat.
#[must_use]
pub fn start_of_page() -> Option<ChatStart> {
    let data = document().get_element_by_id("chat-data")?.text_content()?;
    serde_json::from_str(&data).ok()
}

/// The chat of one session in one window.
#[component]
pub fn ChatApp(
    /// What it starts from.
    start: ChatStart,
) -> impl IntoView {
    let locale = Locale::parse(&start.view.language);
    let company = start.company.clone();
    let client_id = start.client_id.clone();
    let own_link = start.own_link.clone();
    let chat = Chat::new(locale.candidate(), start);
    Effect::new(move |_| untrack(|| chat.wake()));
    let ended = Memo::new(move |_| chat.view.with(|v| v.state == Status::Completed));
    let open = move || {
        let client_id = client_id.clone();
        let own_link = own_link
            .clone()
            .map(|url| view! { <OwnLink texts=chat.texts url=url/> });
        view! {
            <main class="chat__main">
                {own_link}
                <Ask chat=chat/>
                <Talk chat=chat/>
            </main>
            <div class="chat__bottom">
                {move || if chat.elsewhere.get() { view! { <Elsewhere chat=chat/> }.into_any() } else { ().into_any() }}
                <Composer chat=chat client_id=client_id.clone()/>
            </div>
        }
        .into_any()
    };
    view! {
        <div class="chat" class:chat--live=move || chat.live.get()>
            <Top chat=chat company=company/>
            {move || if ended.get() { view! { <Closing chat=chat/> }.into_any() } else { open() }}
            <p class="sr-only" aria-live="polite">{move || chat.said.get()}</p>
            <p class="sr-only" aria-live="polite">{move || chat.told.get()}</p>
        </div>
    }
}
