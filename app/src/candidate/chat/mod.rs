//! The chat: question on top, conversation under it, composer at the bottom.
//!
//! The server renders it whole, and every press on it is a plain form or link that works without a script. When the WASM
//! has arrived, the same presses go out in the background; drafts are kept, sends are repeated until they got through,
//! and what changes elsewhere is shown. Which it decides is in [`model`], how it acts in `drive`, `outbox` and
//! `drafts`, what it looks like in the rest.

mod body;
mod composer;
mod dom;
mod drafts;
mod drive;
mod ending;
mod keep;
mod lean;
pub mod model;
mod net;
mod outbox;
mod state;
mod talk;
mod top;

use crate::messages::{Candidate, Locale};
use composer::composer;
use ending::{closing, elsewhere, own_link};
#[cfg(feature = "ssr")]
pub(super) use lean::area;
use lean::{content, part};
use leptos::prelude::*;
use model::Draft;
pub use model::refusal;
use parley_domain::{
    conversation::{CandidateErrorCode, CandidateView},
    session::Status,
};
use serde::{Deserialize, Serialize};
use state::Chat;
use talk::talk;
use top::{ask, top};

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
    /// Of who came by a public link: their own link.
    pub own_link: Option<String>,
    /// A creator looks at it.
    pub preview: bool,
    /// Whether coming back leads over the landing page, which asks for the invited email.
    #[serde(default)]
    pub asks_email: bool,
    /// What the last plain send was made with, where it was refused and its question still waits: it stands in the composer.
    #[serde(default)]
    pub draft: Draft,
    /// Its text, where its question does not wait any more.
    #[serde(default)]
    pub unsent: String,
}

/// "Question 3 of 8", or that all were asked.
#[must_use]
pub fn progress_words(texts: &Candidate, view: &CandidateView) -> String {
    if view.question.is_none() && !view.writing && view.asked >= view.total {
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
    let (company, client_id, own_url) = (start.company.clone(), start.client_id.clone(), start.own_link.clone());
    let preview = start.preview;
    let chat = Chat::new(locale.candidate(), start);
    Effect::new(move |_| {
        dom::follow_viewport();
        untrack(|| chat.wake());
    });
    let ended = Memo::new(move |_| chat.view.with(|v| v.state == Status::Completed));
    let open = move || {
        let own = own_url.clone().map_or_else(lean::nothing, |url| own_link(chat, url));
        view! {
            <main class="chat__main">{own} {ask(chat)} {talk(chat)}</main>
            <div class="chat__bottom">
                {part(move || if chat.elsewhere.get() { elsewhere(chat) } else { lean::nothing() })}
                {composer(chat, client_id.clone())}
            </div>
        }
        .into_any()
    };
    view! {
        <div class="chat">
            {if preview { lean::line("preview-note", chat.texts.landing.preview) } else { lean::nothing() }}
            {top(chat, &company)}
            {part(move || if ended.get() { closing(chat, preview) } else { open() })}
            <p class="sr-only" aria-live="polite" inner_html=content(move || chat.said.get())></p>
            <p class="sr-only" aria-live="polite" inner_html=content(move || chat.told.get())></p>
        </div>
    }
}
