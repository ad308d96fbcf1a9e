//! The landing page of a link and the pages of the states in which it leads nowhere now.

use super::super::{chat::progress_words, landing_path, public_path};
use super::form::{Before, ContinueForm, Door, Retake, StartForm};
use super::frame::{Assets, Column, document};
use crate::{
    components::{Icon, IconName},
    messages::{Candidate, Locale, PageText},
};
use leptos::prelude::*;
use parley_domain::{
    conversation::{CandidateErrorCode, CandidateView},
    link::{Landing, LinkState},
    session::EndReason,
    time::Timestamp,
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
pub fn stopped(assets: &Assets, locale: Locale, found: &Landing, now: Timestamp) -> String {
    let texts = locale.candidate();
    let words = words_of(texts, found.state).unwrap_or(&texts.link.unavailable);
    let (title, company, opens) = (found.title.clone(), found.company.clone(), found.opens_at);
    document(assets, locale, words.title, None, move || {
        let subject = (!title.is_empty()).then(|| view! { <p class="muted" dir="auto">{title}</p> });
        let opens = opens.map(|at| {
            // The reader's zone is not known here: UTC, and said so. How far away it is holds in every zone.
            let moment = at.to_jiff().strftime(texts.link.moment).to_string();
            let ahead = u64::try_from(at.since(now)).unwrap_or(0);
            let words = (texts.link.opens_at)(&moment, ahead.div_ceil(60_000));
            view! { <p class="prose strong"><time datetime=at.to_string()>{words}</time></p> }
        });
        view! {
            <Column locale=locale company=company>
                {subject}
                <h1>{words.title}</h1>
                {opens}
                <p class="prose">{words.text}</p>
            </Column>
        }
        .into_any()
    })
}

/// The page after the end: thanks, what happens now, and another attempt where there is one to have.
#[must_use]
pub fn completed(
    assets: &Assets,
    token: &str,
    found: &Landing,
    end_reason: Option<EndReason>,
    notice: Option<CandidateErrorCode>,
) -> String {
    let locale = Locale::parse(&found.language);
    let texts = locale.candidate();
    let stopped = texts.link.stopped_by(end_reason);
    let preview = found.preview;
    let (words, next, close) = if preview {
        (&texts.finish.preview_over, None, texts.finish.preview_close)
    } else {
        let words = stopped.unwrap_or(&texts.link.completed);
        (words, Some(texts.finish.closing_next), texts.finish.closing_close)
    };
    let (title, company, token, offer) = (
        found.title.clone(),
        found.company.clone(),
        token.to_owned(),
        found.retake,
    );
    let asks_email = found.asks_email;
    document(assets, locale, words.title, None, move || {
        view! {
            <Column locale=locale company=company preview=preview>
                {stopped.is_none().then(|| view! { <span class="done-mark"><Icon name=IconName::Check/></span> })}
                <p class="muted" dir="auto">{title}</p>
                <h1>{words.title}</h1>
                <p class="prose">{words.text}</p>
                {next.map(|words| view! { <p class="prose">{words}</p> })}
                <p class="prose muted">{close}</p>
                <Retake token=token locale=locale offer=offer asks_email=asks_email notice=notice/>
            </Column>
        }
        .into_any()
    })
}

/// The landing page of a public link in a browser that has a session in progress there: go on with it, or start anew.
/// Shows nothing of that session. Where it `asks_email`, the way on leads over its landing page, which does.
#[must_use]
pub fn welcome_back(assets: &Assets, slug: &str, token: &str, asks_email: bool, found: &Landing) -> String {
    let locale = Locale::parse(&found.language);
    let texts = locale.candidate();
    let (title, company, lang) = (found.title.clone(), found.company.clone(), found.language.clone());
    let (token, fresh) = (token.to_owned(), format!("{}?new=1", public_path(slug)));
    document(assets, locale, &found.title, None, move || {
        let label = texts.landing.resume;
        let way_on = if asks_email {
            let path = landing_path(&token);
            view! { <p class="form__actions"><a class="btn btn--primary btn--large" href=path>{label}</a></p> }
                .into_any()
        } else {
            view! { <ContinueForm token=token label=label/> }.into_any()
        };
        view! {
            <Column locale=locale company=company>
                <h1 lang=lang dir="auto">{title}</h1>
                <p class="prose">{texts.landing.continue_note}</p>
                {way_on}
                <p><a href=fresh>{texts.landing.start_as_someone_else}</a></p>
            </Column>
        }
        .into_any()
    })
}

/// The landing page of a link that may be started or gone on with.
#[must_use]
pub fn landing(assets: &Assets, door: Door, found: &Landing, view: Option<&CandidateView>, before: Before) -> String {
    let locale = Locale::parse(&found.language);
    let texts = locale.candidate();
    let title = found.title.clone();
    let resume = found.state == LinkState::Continue;
    document(assets, locale, &title, None, || {
        let hello = found.name.as_deref().map(texts.landing.hello);
        let hello = hello.map(|words| view! { <p class="muted" dir="auto">{words}</p> });
        let (lang, title, company) = (found.language.clone(), found.title.clone(), found.company.clone());
        let welcome = (!found.welcome.is_empty()).then(|| {
            view! { <p class="prose keep-lines" lang=lang.clone() dir="auto">{found.welcome.clone()}</p> }
        });
        let middle = if resume {
            in_progress(texts, view)
        } else {
            expectations(texts, found)
        };
        let asks_email = found.asks_email;
        let kept = before
            .kept
            .then(|| view! { <p class="prose strong">{texts.landing.draft_kept}</p> });
        let form = view! { <StartForm door=door locale=locale resume=resume asks_email=asks_email before=before/> };
        view! {
            <Column locale=locale company=company preview=found.preview>
                <div class="stack stack--tight">
                    {hello}
                    <h1 lang=lang dir="auto">{title}</h1>
                </div>
                {welcome}
                {middle}
                {kept}
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
        None if found.about_minutes > 0 => fact(
            IconName::Clock,
            (t.fact_about)(found.about_minutes.into()),
            t.fact_about_note,
        ),
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
