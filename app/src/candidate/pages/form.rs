//! The forms of the pages without a script: starting, going on, another attempt.

use super::super::{
    chat::{model, refusal},
    doors,
};
use crate::{
    components::{Icon, IconName},
    messages::{Candidate, Locale, PageText},
};
use leptos::prelude::*;
use parley_domain::{conversation::CandidateErrorCode, link::RetakeOffer};

/// Through which link somebody comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Door {
    /// An invite link, with its token.
    Invite(String),
    /// A public link.
    Public {
        /// Its place in the address.
        slug: String,
        /// Random, for this page: pressing twice starts once.
        start_id: String,
    },
}

/// What happened before a landing page is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// Why the last press was refused.
    pub notice: Option<CandidateErrorCode>,
    /// What it was made with.
    pub typed: Typed,
    /// Whether the chat, which leads here, keeps something in this browser that was typed and not sent.
    pub kept: bool,
}

/// What somebody put into a form whose press was refused: it stands in the fields again. It waits for the page in a cookie
/// of a short life and never in an address, because it is about a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// The name.
    pub name: String,
    /// The email.
    pub email: String,
    /// Whether the box was ticked.
    pub consent: bool,
}

impl Typed {
    /// The name of the cookie.
    pub const COOKIE: &'static str = "parley_typed";

    /// The cookie's value, as forms are sent; `None` where there is more of it than a browser keeps.
    #[must_use]
    pub fn value(&self) -> Option<String> {
        let consent = if self.consent { "true" } else { "" };
        let (name, email) = (self.name.as_str(), self.email.as_str());
        let value = model::form(&[("name", name), ("email", email), ("consent", consent)]);
        (value.len() <= 3_500).then_some(value)
    }
}

/// The press that starts or goes on, with what it needs and what was wrong with the last one.
#[component]
pub(super) fn StartForm(door: Door, locale: Locale, resume: bool, asks_email: bool, before: Before) -> impl IntoView {
    let texts = locale.candidate();
    let t = &texts.landing;
    let Before { notice, typed, .. } = before;
    let public = matches!(door, Door::Public { .. });
    let consent_wrong = notice == Some(CandidateErrorCode::ConsentNeeded);
    let email_wrong = notice == Some(CandidateErrorCode::EmailNeeded);
    let fields_wrong = public && notice == Some(CandidateErrorCode::Invalid);
    let general = notice.filter(|_| !consent_wrong && !email_wrong && !fields_wrong);
    let (action, hidden) = match door {
        Door::Invite(token) => (
            doors::START,
            view! { <input type="hidden" name="token" value=token/> }.into_any(),
        ),
        Door::Public { slug, start_id } => (
            doors::START_PUBLIC,
            view! {
                <input type="hidden" name="slug" value=slug/>
                <input type="hidden" name="start_id" value=start_id/>
            }
            .into_any(),
        ),
    };
    view! {
        <form class="form start" method="post" action=action>
            {hidden}
            <input type="hidden" name="language" value=locale.code()/>
            {general.map(|code| notice_box(words_of(texts, code)))}
            {public.then(|| person_fields(texts, fields_wrong, &typed))}
            {asks_email.then(|| email_field(texts, email_wrong, typed.email.clone()))}
            {(!resume).then(|| consent_box(texts, consent_wrong, typed.consent))}
            <div class="form__actions">
                <button class="btn btn--primary btn--large" type="submit">{if resume { t.resume } else { t.start }}</button>
            </div>
        </form>
    }
}

/// One button that goes on with a session, and nothing that tells about it.
#[component]
pub(super) fn ContinueForm(token: String, label: &'static str) -> impl IntoView {
    view! {
        <form class="form__actions" method="post" action=doors::START>
            <input type="hidden" name="token" value=token/>
            <button class="btn btn--primary btn--large" type="submit">{label}</button>
        </form>
    }
}

/// What there is to do about another attempt, after a completed one, and what was wrong with the last press on it.
#[component]
pub(super) fn Retake(
    token: String,
    locale: Locale,
    offer: RetakeOffer,
    asks_email: bool,
    notice: Option<CandidateErrorCode>,
) -> impl IntoView {
    let texts = locale.candidate();
    let t = &texts.link;
    let refused = notice == Some(CandidateErrorCode::Invalid);
    let email_wrong = notice == Some(CandidateErrorCode::EmailNeeded);
    let email = asks_email.then(|| email_field(texts, email_wrong, String::new()));
    let crowd = notice
        .filter(|code| *code == CandidateErrorCode::TooMany)
        .map(|code| notice_box(words_of(texts, code)));
    let open = refused || email_wrong || crowd.is_some();
    match offer {
        RetakeOffer::None => ().into_any(),
        RetakeOffer::Waiting => view! {
            <section class="stack stack--tight">
                <h2>{t.ask_retake_done.title}</h2>
                <p class="prose">{t.ask_retake_done.text}</p>
            </section>
        }
        .into_any(),
        RetakeOffer::Start => view! {
            <form class="form" method="post" action=doors::RETAKE>
                <p class="prose">{texts.landing.retake_note}</p>
                <input type="hidden" name="token" value=token/>
                {crowd}
                {email}
                <div class="form__actions"><button class="btn btn--large" type="submit">{t.take_retake}</button></div>
            </form>
        }
        .into_any(),
        RetakeOffer::Ask => view! {
            <details class="ask-again" open=open>
                <summary>{t.ask_retake}</summary>
                <form class="form" method="post" action=doors::RETAKE>
                    <input type="hidden" name="token" value=token/>
                    {crowd}
                    <div class="field">
                        <label class="field__label" for="reason">{t.ask_retake_reason}</label>
                        <textarea class="input" id="reason" name="reason" rows="3" required=true maxlength="1000" dir="auto"></textarea>
                        {refused.then(|| error_note("reason-note", texts.trouble.empty))}
                    </div>
                    {email}
                    <div class="form__actions"><button class="btn btn--large" type="submit">{t.ask_retake}</button></div>
                </form>
            </details>
        }
        .into_any(),
    }
}

/// What is said of a refused start.
const fn words_of(texts: &'static Candidate, code: CandidateErrorCode) -> &'static PageText {
    match code {
        CandidateErrorCode::TooMany => &texts.link.too_many,
        CandidateErrorCode::Unavailable => &texts.link.unavailable,
        code => refusal(texts, code),
    }
}

/// A refusal that belongs to no field.
fn notice_box(words: &'static PageText) -> AnyView {
    view! {
        <div class="notice notice--busy" role="alert">
            <Icon name=IconName::Warning/>
            <div class="notice__body">
                <p class="notice__title">{words.title}</p>
                <p>{words.text}</p>
            </div>
        </div>
    }
    .into_any()
}

fn error_note(id: &'static str, words: &'static str) -> AnyView {
    view! { <p class="field__note field__note--error" id=id role="alert"><Icon name=IconName::Error/>{words}</p> }
        .into_any()
}

/// Who comes by a public link.
fn person_fields(texts: &'static Candidate, wrong: bool, typed: &Typed) -> AnyView {
    let t = &texts.landing;
    let (name, email) = (typed.name.clone(), typed.email.clone());
    let invalid = wrong.then_some("true");
    view! {
        {wrong.then(|| error_note("person-note", t.check_fields))}
        <div class="field">
            <label class="field__label" for="name">{t.your_name}</label>
            <input class="input input--large" id="name" name="name" type="text" autocomplete="name" required=true maxlength="200"
                dir="auto" value=name aria-invalid=invalid aria-describedby=wrong.then_some("person-note")/>
        </div>
        <div class="field">
            <label class="field__label" for="email">{t.your_email}</label>
            <input class="input input--large" id="email" name="email" type="email" autocomplete="email" required=true maxlength="254"
                value=email aria-describedby="email-note" aria-invalid=invalid/>
            <p class="field__note" id="email-note">{t.email_hint}</p>
        </div>
    }
    .into_any()
}

/// The invited email, where the interview asks for it.
fn email_field(texts: &'static Candidate, wrong: bool, typed: String) -> AnyView {
    let t = &texts.landing;
    let note = if wrong {
        error_note("email-note", t.invited_email_wrong)
    } else {
        view! { <p class="field__note" id="email-note">{t.invited_email_hint}</p> }.into_any()
    };
    view! {
        <div class="field">
            <label class="field__label" for="email">{t.invited_email}</label>
            <input class="input input--large" id="email" name="email" type="email" autocomplete="email" required=true maxlength="254"
                value=typed aria-describedby="email-note" aria-invalid=wrong.then_some("true")/>
            {note}
        </div>
    }
    .into_any()
}

fn consent_box(texts: &'static Candidate, wrong: bool, ticked: bool) -> AnyView {
    let t = &texts.landing;
    let note = wrong.then(|| {
        view! { <span class="choice__note choice__note--error" id="consent-note" role="alert">{t.consent_needed}</span> }
    });
    view! {
        <label class="choice choice--card">
            <input type="checkbox" name="consent" value="true" required=true checked=ticked
                aria-describedby=wrong.then_some("consent-note") aria-invalid=wrong.then_some("true")/>
            <span>{t.consent}</span>
            {note}
        </label>
    }
    .into_any()
}
