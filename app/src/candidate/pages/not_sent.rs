//! The page of an answer that a plain form posted and that was refused, where the chat itself cannot say so.

use super::super::{
    chat::{
        area,
        model::{AfterRefusal, Draft, after},
        refusal,
    },
    doors,
};
use super::frame::{Assets, Column, document};
use crate::messages::{Candidate, Locale};
use leptos::prelude::*;
use parley_domain::conversation::CandidateErrorCode;

/// An answer as a plain form posts it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// The link's token.
    pub token: String,
    /// The answer's client id.
    pub client_id: String,
    /// What it answers.
    pub question: String,
    /// The lease of the window.
    pub lease: String,
    /// What was typed or ticked.
    pub draft: Draft,
}

/// Says why the answer was refused and shows what was typed: to be copied, or, where the refusal passes by itself, to be sent
/// again just as it was. `way_on` leads to what is true now.
#[must_use]
pub fn not_sent(
    assets: &Assets,
    locale: Locale,
    company: &str,
    code: CandidateErrorCode,
    sent: Sent,
    way_on: Option<&str>,
) -> String {
    let texts = locale.candidate();
    let passes = after(code) == AfterRefusal::TryAgain;
    let words = if passes {
        &texts.trouble.send_again
    } else {
        refusal(texts, code)
    };
    let (company, way_on) = (company.to_owned(), way_on.map(str::to_owned));
    document(assets, locale, words.title, None, move || {
        let typed = if passes {
            again(texts, sent)
        } else {
            to_copy(texts, &sent.draft.text)
        };
        let way_on = way_on.map(|href| view! { <p><a href=href>{texts.finish.unsent_on}</a></p> });
        view! {
            <Column locale=locale company=company>
                <h1>{words.title}</h1>
                <p class="prose">{words.text}</p>
                {typed}
                {way_on}
            </Column>
        }
        .into_any()
    })
}

/// The text, for copying.
fn to_copy(texts: &'static Candidate, text: &str) -> AnyView {
    view! {
        <div class="unsent">
            <label class="strong" for="unsent">{texts.finish.unsent_title}</label>
            <p class="muted" id="unsent-note">{texts.finish.unsent}</p>
            <textarea class="input" id="unsent" readonly=true rows="8" dir="auto" aria-describedby="unsent-note"
                inner_html=area(text)></textarea>
        </div>
    }
    .into_any()
}

/// The same form once more, with nothing to look up for it.
fn again(texts: &'static Candidate, sent: Sent) -> AnyView {
    let Draft { text, choices } = sent.draft;
    let field = choices.is_empty().then(|| {
        view! {
            <div class="field">
                <label class="field__label" for="answer">{texts.chat.your_answer}</label>
                <textarea class="input" id="answer" name="text" rows="8" dir="auto" inner_html=area(&text)></textarea>
            </div>
        }
    });
    let choices = choices
        .into_iter()
        .map(|id| view! { <input type="hidden" name="choices[]" value=id.to_string()/> });
    view! {
        <form class="form" method="post" action=doors::ANSWER>
            <input type="hidden" name="token" value=sent.token/>
            <input type="hidden" name="client_id" value=sent.client_id/>
            <input type="hidden" name="question" value=sent.question/>
            <input type="hidden" name="lease" value=sent.lease/>
            {choices.collect_view()}
            {field}
            <div class="form__actions">
                <button class="btn btn--primary btn--large" type="submit">{texts.chat.send}</button>
            </div>
        </form>
    }
    .into_any()
}
