//! Answers that a plain form posts. What is refused is gone from the page that follows a redirect, and the Back button does not
//! bring it back in every browser: none of these pages may be kept. So the post itself is answered by a page that says the
//! refusal and has what was typed or ticked on it. Nothing of that goes into an address, a cookie, a log or the database; who
//! loads the page again posts the same form again, whose client id stores an answer once at most.

use crate::{
    candidate_pages::{self, LastSend, assets, page},
    lookups::takes_page,
    router::BODY_MAX,
    state::AppState,
};
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderMap, Method, StatusCode, header};
use parley_app::{
    candidate::{
        CANDIDATE_COOKIE,
        chat::model,
        doors, landing_path,
        pages::{self, Sent},
        session_path,
    },
    login,
    messages::Locale,
    server_fns::candidate::status_of,
};
use parley_domain::{
    conversation::{CandidateErrorCode, CandidateView},
    id::{ChoiceId, PromptId},
    link::{Landing, LinkState},
    session::Status,
};
use parley_services::conversation;

/// Answers a plain post of an answer that was refused with what it was made with.
pub async fn give_back(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if request.uri().path() != doors::ANSWER || !takes_page(request.headers()) {
        return next.run(request).await;
    }
    match *request.method() {
        Method::POST => {}
        Method::GET => return lead_back(&state, request.headers()).await,
        _ => return next.run(request).await,
    }
    let headers = request.headers().clone();
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_MAX).await else {
        // A hundred times as long as an answer may be.
        let locale = candidate_pages::preferred(&headers);
        let html = pages::plain(&assets(&state), locale, |t| &t.trouble.invalid);
        return page(StatusCode::PAYLOAD_TOO_LARGE, html);
    };
    let sent = read(&body);
    let answer = next.run(Request::from_parts(parts, Body::from(body))).await;
    let code = refusal(&answer);
    match code {
        Some(code) if !sent.draft.is_empty() => refused(&state, code, sent, answer, &headers).await,
        _ => answer,
    }
}

/// The address of such a page stands in the browser. Who asks for it alone is led to the link that this browser is remembered
/// for.
async fn lead_back(state: &AppState, headers: &HeaderMap) -> Response {
    let token = match login::cookie(headers, CANDIDATE_COOKIE) {
        Some(cookie) => conversation::token_of_cookie(&state.services, cookie).await,
        None => Ok(None),
    };
    match token {
        Ok(Some(token)) => Redirect::to(&landing_path(&token)).into_response(),
        _ => candidate_pages::nothing_here(state, headers),
    }
}

/// The fields of the form. A browser ends lines in its own way.
fn read(body: &[u8]) -> Sent {
    let mut sent = Sent::default();
    for (name, value) in form_urlencoded::parse(body) {
        match &*name {
            "token" => sent.token = value.into_owned(),
            "client_id" => sent.client_id = value.into_owned(),
            "question" => sent.question = value.into_owned(),
            "lease" => sent.lease = value.into_owned(),
            "text" => sent.draft.text = value.replace("\r\n", "\n"),
            "choices[]" => sent.draft.choices.extend(value.parse::<ChoiceId>()),
            _ => {}
        }
    }
    sent
}

/// Where an answer leads.
fn location(answer: &Response) -> Option<&str> {
    answer.headers().get(header::LOCATION)?.to_str().ok()
}

/// Why an answer was refused, as its door says; `None` where it was stored.
fn refusal(answer: &Response) -> Option<CandidateErrorCode> {
    if answer.status().is_success() {
        return None;
    }
    if !answer.status().is_redirection() {
        return Some(CandidateErrorCode::Unavailable);
    }
    let (_, query) = location(answer)?.split_once('?')?;
    form_urlencoded::parse(query.as_bytes()).find_map(|(name, value)| match &*name {
        "notice" => pages::notice_code(&value),
        // A form that is none of ours.
        "__err" => Some(CandidateErrorCode::Invalid),
        _ => None,
    })
}

/// The page that says it: the chat, where this window holds the session, else one of its own.
async fn refused(
    state: &AppState,
    code: CandidateErrorCode,
    sent: Sent,
    answer: Response,
    headers: &HeaderMap,
) -> Response {
    let found = if code == CandidateErrorCode::UnknownLink {
        None
    } else {
        conversation::landing(&state.services, &sent.token).await.ok()
    };
    let view = match &found {
        Some(found) => held(state, &sent, found).await,
        None => None,
    };
    let mut shown = match (found, view) {
        (Some(found), Some(view)) => in_chat(state, code, sent, view, found, answer, headers),
        (found, _) => beside(state, code, sent, found.as_ref(), answer, headers),
    };
    if shown.status() == StatusCode::OK {
        *shown.status_mut() = status_of(code);
    }
    shown
}

/// How things stand, where the window that posted holds the session.
async fn held(state: &AppState, sent: &Sent, found: &Landing) -> Option<CandidateView> {
    if found.state != LinkState::Continue {
        return None;
    }
    let view = conversation::view(&state.services, &sent.token).await.ok()?;
    let lease: Option<i64> = sent.lease.parse().ok();
    (view.state == Status::InProgress && lease == Some(view.lease)).then_some(view)
}

/// The chat. What was typed stands in the composer where the same question waits, else beside it.
fn in_chat(
    state: &AppState,
    code: CandidateErrorCode,
    sent: Sent,
    view: CandidateView,
    found: Landing,
    answer: Response,
    headers: &HeaderMap,
) -> Response {
    let unclear = code == CandidateErrorCode::Unavailable;
    if unclear && model::is_stored(&view, &sent.client_id) {
        // What failed came after it.
        return Redirect::to(&session_path(&sent.token, view.lease)).into_response();
    }
    let question: Option<PromptId> = sent.question.parse().ok();
    let waits = view.question.as_ref().is_some_and(|q| Some(q.id) == question);
    let mut last = LastSend {
        notice: Some(code),
        ..LastSend::default()
    };
    if waits {
        last.draft = sent.draft;
        // Should it be stored after all, it is not stored again.
        last.client_id = unclear.then_some(sent.client_id);
    } else if sent.draft.text.trim().is_empty() {
        // What was ticked means nothing without its question.
        return answer;
    } else {
        last.unsent = sent.draft.text;
    }
    candidate_pages::chat(state, sent.token, view, found, last, headers)
}

/// A page of its own. From there the redirect's way leads on.
fn beside(
    state: &AppState,
    code: CandidateErrorCode,
    sent: Sent,
    found: Option<&Landing>,
    answer: Response,
    headers: &HeaderMap,
) -> Response {
    if sent.draft.text.trim().is_empty() && model::after(code) == model::AfterRefusal::GiveBack {
        return answer;
    }
    let locale = found.map_or_else(
        || candidate_pages::preferred(headers),
        |found| Locale::parse(&found.language),
    );
    let company = found.map(|found| found.company.clone()).unwrap_or_default();
    let own = location(&answer).filter(|path| path.starts_with("/i/"));
    let way_on = own.map_or_else(|| landing_path(&sent.token), str::to_owned);
    let way_on = (code != CandidateErrorCode::UnknownLink).then_some(way_on.as_str());
    let html = pages::not_sent(&assets(state), locale, &company, code, sent, way_on);
    page(StatusCode::OK, html)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: StatusCode, to: &str) -> Option<CandidateErrorCode> {
        let mut answer = status.into_response();
        if !to.is_empty() {
            answer.headers_mut().insert(header::LOCATION, to.parse().unwrap());
        }
        refusal(&answer)
    }

    #[test]
    fn a_refusal_is_told_from_what_was_stored() {
        let chat = "/i/invite/x/session?lease=1";
        assert_eq!(answered(StatusCode::FOUND, chat), None);
        assert_eq!(answered(StatusCode::FOUND, "/i/invite/x"), None);
        assert_eq!(
            answered(StatusCode::FOUND, &format!("{chat}&notice=stale")),
            Some(CandidateErrorCode::Stale)
        );
        assert_eq!(
            answered(StatusCode::FOUND, "/i/invite/x?notice=too_many"),
            Some(CandidateErrorCode::TooMany)
        );
        assert_eq!(
            answered(StatusCode::INTERNAL_SERVER_ERROR, ""),
            Some(CandidateErrorCode::Unavailable)
        );
    }

    #[test]
    fn what_a_form_sends_is_read_as_it_was_typed() {
        let id = "00000000-0000-0000-0000-000000000007";
        let sent =
            read(format!("token=t&lease=3&text=%0D%0Aone%0D%0A%26+two&choices%5B%5D={id}&choices%5B%5D=x").as_bytes());
        assert_eq!((sent.token.as_str(), sent.lease.as_str()), ("t", "3"));
        assert_eq!(sent.draft.text, "\none\n& two");
        assert_eq!(sent.draft.choices.len(), 1, "what is no choice is left out");
    }
}
