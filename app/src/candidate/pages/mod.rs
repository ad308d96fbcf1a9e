//! Whole documents of the candidate's path, made on the server: landing, link states, the question before finishing, and
//! the document around the chat. All but the last carry no script.
//!
//! Knows nothing of HTTP: status codes, headers and what may be looked up are the server's.

mod form;
mod frame;
mod landing;
mod not_sent;

use super::chat::{ChatApp, ChatStart};
use crate::messages::{Locale, PageText};
use frame::{Column, document};
use leptos::prelude::*;
use parley_domain::conversation::{CandidateErrorCode, CandidateView};

pub use form::{Before, Door, Typed};
pub use frame::Assets;
pub use landing::{completed, landing, stopped, welcome_back};
pub use not_sent::{Sent, not_sent};

/// What the landing page says beside its form when a press on the button was refused.
#[must_use]
pub fn notice_code(word: &str) -> Option<CandidateErrorCode> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

/// A page that says one thing, for when there is no interview to show it in.
#[must_use]
pub fn plain(assets: &Assets, locale: Locale, say: fn(&crate::messages::Candidate) -> &PageText) -> String {
    let words = say(locale.candidate());
    document(assets, locale, words.title, None, || {
        view! {
            <Column locale=locale company=String::new()>
                <h1>{words.title}</h1>
                <p class="prose">{words.text}</p>
            </Column>
        }
        .into_any()
    })
}

/// Shown instead of the chat to a window that does not hold the session: it is open elsewhere, continue here?
#[must_use]
pub fn elsewhere(assets: &Assets, token: &str, company: &str, view: &CandidateView) -> String {
    let locale = Locale::parse(&view.language);
    let texts = locale.candidate();
    let words = &texts.trouble.taken_over;
    let (token, company, title) = (token.to_owned(), company.to_owned(), view.title.clone());
    document(assets, locale, words.title, None, move || {
        view! {
            <Column locale=locale company=company>
                <p class="muted" dir="auto">{title}</p>
                <h1>{words.title}</h1>
                <p class="prose">{words.text}</p>
                <form method="post" action=super::doors::START>
                    <input type="hidden" name="token" value=token/>
                    <button class="btn btn--primary btn--large" type="submit">{texts.trouble.take_back}</button>
                </form>
            </Column>
        }
        .into_any()
    })
}

/// Asks before finishing, where no script can; for the window with `lease`, if it named one.
#[must_use]
pub fn finish(assets: &Assets, token: &str, company: &str, lease: Option<i64>, view: &CandidateView) -> String {
    let locale = Locale::parse(&view.language);
    let texts = locale.candidate();
    let words = &texts.finish;
    let left = super::chat::left_words(texts, view);
    let back = super::session_path(token, lease.unwrap_or(0));
    let (token, company, title) = (token.to_owned(), company.to_owned(), view.title.clone());
    document(assets, locale, words.confirm_title, None, move || {
        view! {
            <Column locale=locale company=company>
                <p class="muted" dir="auto">{title}</p>
                <h1>{words.confirm_title}</h1>
                <div class="stack stack--tight prose">
                    <p class="strong">{left}</p>
                    <p>{words.draft_left}</p>
                    <p>{words.confirm_text}</p>
                </div>
                <form class="form__actions" method="post" action=super::doors::FINISH>
                    <input type="hidden" name="token" value=token/>
                    {lease.map(|lease| view! { <input type="hidden" name="lease" value=lease.to_string()/> })}
                    <button class="btn btn--primary btn--large" type="submit">{words.confirm}</button>
                    <a class="btn btn--large" href=back>{words.go_on}</a>
                </form>
            </Column>
        }
        .into_any()
    })
}

/// The document around the chat: the chat as it stands, what its WASM needs to take over, and the script that loads it.
#[must_use]
pub fn chat(assets: &Assets, nonce: &str, start: ChatStart) -> String {
    let locale = Locale::parse(&start.view.language);
    let title = start.view.title.clone();
    let script = frame::Script {
        assets,
        nonce,
        data: frame::json_in_html(&start),
        // Asked for again, it would be without the text.
        waits: start.view.writing && start.unsent.is_empty(),
    };
    document(assets, locale, &title, Some(&script), move || {
        view! { <ChatApp start=start/> }.into_any()
    })
}
