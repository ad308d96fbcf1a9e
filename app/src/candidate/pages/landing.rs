//! The landing page of a link and the pages of the states in which it leads nowhere now.

use super::super::{chat::progress_words, doors};
use super::frame::{Assets, Column, document};
use crate::{
    components::{Icon, IconName},
    messages::{Candidate, Locale, PageText},
};
use leptos::prelude::*;
use parley_domain::{
    conversation::{CandidateErrorCode, CandidateView},
    link::{Landing, LinkState},
};

/// What is said of a link that does not lead into the interview now; `None` where it does.
fn words_of(texts: &'static Candidate, state: LinkState) -> Option<&'static PageText> {
    let link = &texts.link;
    match state {
        LinkState::Ready | LinkState::Continue => None,
        LinkState::Completed => Some(&link.completed),
        LinkState::Unknown => Some(&link.unknown),
        LinkState::Revoked => Some(&link.revoked),
        LinkState::NotOpenYet => Some(&link.not_open),
        LinkState::Closed => Some(&link.closed),
        LinkState::Full => Some(&link.full),
        LinkState::Paused => Some(&link.paused),
        LinkState::Expired => Some(&link.expired),
    }
}

/// The page of a link that leads nowhere now: what is so and what to do.
#[must_use]
pub fn stopped(assets: &Assets, locale: Locale, found: &Landing, time_was_up: bool) -> String {
    let texts = locale.candidate();
    let words = match found.state {
        LinkState::Completed if time_was_up => &texts.link.time_up,
        state => words_of(texts, state).unwrap_or(&texts.link.unavailable),
    };
    let done = found.state == LinkState::Completed;
    let (title, company) = (found.title.clone(), found.company.clone());
    document(assets, locale, words.title, None, move || {
        let subject = (!title.is_empty()).then(|| view! { <p class="muted" dir="auto">{title}</p> });
        let after = done.then(|| {
            view! {
                <p class="prose">{texts.finish.closing_next}</p>
                <p class="prose muted">{texts.finish.closing_close}</p>
            }
        });
        view! {
            <Column locale=locale company=company>
                {done.then(|| view! { <span class="done-mark"><Icon name=IconName::Check/></span> })}
                {subject}
                <h1>{words.title}</h1>
                <p class="prose">{words.text}</p>
                {after}
            </Column>
        }
        .into_any()
    })
}

/// The landing page of a link that may be started or gone on with.
#[must_use]
pub fn landing(
    assets: &Assets,
    token: &str,
    found: &Landing,
    view: Option<&CandidateView>,
    notice: Option<CandidateErrorCode>,
) -> String {
    let locale = Locale::parse(&found.language);
    let texts = locale.candidate();
    let title = found.title.clone();
    let resume = found.state == LinkState::Continue;
    document(assets, locale, &title, None, || {
        let hello = found.name.as_deref().map(texts.landing.hello);
        let (lang, title, company) = (found.language.clone(), found.title.clone(), found.company.clone());
        let welcome = (!found.welcome.is_empty()).then(|| {
            view! { <p class="prose keep-lines" lang=lang.clone() dir="auto">{found.welcome.clone()}</p> }
        });
        let middle = if resume {
            in_progress(texts, view)
        } else {
            expectations(texts, found)
        };
        let (token, asks_email) = (token.to_owned(), found.asks_email);
        let form = view! { <StartForm token=token locale=locale resume=resume asks_email=asks_email notice=notice/> };
        view! {
            <Column locale=locale company=company>
                <div class="stack stack--tight">
                    <p class="muted" dir="auto">{hello}</p>
                    <h1 lang=lang dir="auto">{title}</h1>
                </div>
                {welcome}
                {middle}
                {form}
            </Column>
        }
        .into_any()
    })
}

/// Where the candidate stands, for one who comes back.
fn in_progress(texts: &'static Candidate, view: Option<&CandidateView>) -> AnyView {
    let progress = view.map(|v| progress_words(texts, v));
    view! {
        <section class="stack stack--tight">
            <h2>{texts.landing.resume_title}</h2>
            <p class="strong">{progress}</p>
            <p class="prose">{texts.landing.resume_note}</p>
        </section>
    }
    .into_any()
}

/// One fact with its picture.
fn fact(icon: IconName, title: String, note: &'static str) -> AnyView {
    view! {
        <li class="fact">
            <Icon name=icon/>
            <span>{title}" "<span class="muted">{note}</span></span>
        </li>
    }
    .into_any()
}

/// What will happen and what is recorded, before a start.
fn expectations(texts: &'static Candidate, found: &Landing) -> AnyView {
    let t = &texts.landing;
    let questions = (t.fact_questions)(u64::try_from(found.questions).unwrap_or(0));
    let time = match found.time_limit_minutes {
        Some(minutes) if found.count_time_away => {
            fact(IconName::Clock, (t.fact_time)(minutes.into()), t.fact_time_away)
        }
        Some(minutes) => fact(IconName::Clock, (t.fact_time)(minutes.into()), t.fact_time_stops),
        None => fact(IconName::Clock, t.fact_no_limit.to_owned(), ""),
    };
    let again = (found.attempt > 1).then(|| view! { <p class="prose strong">{t.retake_note}</p> });
    view! {
        {again}
        <section class="stack stack--tight" aria-labelledby="expect">
            <h2 id="expect">{t.what_to_expect}</h2>
            <ul class="facts-list">
                {fact(IconName::Interviews, questions, "")}
                {time}
                {fact(IconName::Monitor, t.fact_ai.to_owned(), "")}
                {fact(IconName::Undo, t.fact_resume.to_owned(), "")}
            </ul>
        </section>
        <section class="stack stack--tight" aria-labelledby="recorded">
            <h2 id="recorded">{t.recorded_title}</h2>
            <p class="prose">{t.recorded}" "{t.recorded_not}</p>
        </section>
    }
    .into_any()
}

/// The press that starts or goes on, with what it needs and what was wrong with the last one.
#[component]
fn StartForm(
    token: String,
    locale: Locale,
    resume: bool,
    asks_email: bool,
    notice: Option<CandidateErrorCode>,
) -> impl IntoView {
    let texts = locale.candidate();
    let t = &texts.landing;
    let consent_wrong = notice == Some(CandidateErrorCode::ConsentNeeded);
    let email_wrong = notice == Some(CandidateErrorCode::EmailNeeded);
    let general = notice.filter(|_| !consent_wrong && !email_wrong);
    view! {
        <form class="form start" method="post" action=doors::START>
            <input type="hidden" name="token" value=token/>
            <input type="hidden" name="language" value=locale.code()/>
            {general.map(|code| notice_box(super::super::chat::refusal(texts, code)))}
            {asks_email.then(|| email_field(texts, email_wrong))}
            {(!resume).then(|| consent_box(texts, consent_wrong))}
            <div class="form__actions">
                <button class="btn btn--primary btn--large" type="submit">{if resume { t.resume } else { t.start }}</button>
            </div>
        </form>
    }
}

/// A refusal that belongs to no field.
pub(super) fn notice_box(words: &'static PageText) -> AnyView {
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

fn email_field(texts: &'static Candidate, wrong: bool) -> AnyView {
    let t = &texts.landing;
    let note = if wrong {
        view! { <p class="field__note field__note--error" id="email-note" role="alert"><Icon name=IconName::Error/>{t.invited_email_wrong}</p> }
            .into_any()
    } else {
        view! { <p class="field__note" id="email-note">{t.invited_email_hint}</p> }.into_any()
    };
    view! {
        <div class="field">
            <label class="field__label" for="email">{t.invited_email}</label>
            <input class="input input--large" id="email" name="email" type="email" autocomplete="email" required=true maxlength="254"
                aria-describedby="email-note" aria-invalid=wrong.then_some("true")/>
            {note}
        </div>
    }
    .into_any()
}

fn consent_box(texts: &'static Candidate, wrong: bool) -> AnyView {
    let t = &texts.landing;
    let note = wrong.then(|| {
        view! { <span class="choice__note choice__note--error" id="consent-note" role="alert">{t.consent_needed}</span> }
    });
    view! {
        <label class="choice choice--card">
            <input type="checkbox" name="consent" value="true" required=true
                aria-describedby=wrong.then_some("consent-note") aria-invalid=wrong.then_some("true")/>
            <span>{t.consent}</span>
            {note}
        </label>
    }
    .into_any()
}
