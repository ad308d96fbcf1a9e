//! What a candidate's open page is told while it is open: that another window took over, that a turn came, that the
//! session ended, what the interviewer has written so far of its next turn, and every now and then the time. By the
//! candidate's cookie; names no link.

use crate::{
    seats::{RETRY, Seat, bye, over},
    state::AppState,
};
use axum::{
    Router,
    extract::State,
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
    routing::get,
};
use futures::{Stream, StreamExt, stream};
use http::{HeaderMap, StatusCode};
use parley_app::{candidate::CANDIDATE_COOKIE, login};
use parley_domain::{
    conversation::{Pulse, ReplySoFar, Tick},
    id::{CandidateId, SessionId},
    session::Status,
    time::Timestamp,
};
use parley_services::{
    Services,
    conversation::{self, Desk, Draft, Standing},
    error::ServiceError,
    events::Change,
    secrets::CandidateCookie,
};
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::{
    sync::{
        broadcast::{Receiver, error::RecvError},
        watch,
    },
    time::Instant,
};

/// Streams that one candidate may have open: windows on all of their devices. A browser has six connections to a server
/// that speaks HTTP/1.1; were all of them streams of windows that were left open, no answer could be sent from any.
const MOST: usize = 4;

/// How often an open page is told the time. It answers with a sign of life: a page that nobody looks at has slow timers, but
/// hears the network as ever, and is there for as long as it answers. Well below the minute after which somebody is away.
#[derive(Clone, Copy, Debug)]
pub struct Ticks(pub Duration);

impl Default for Ticks {
    fn default() -> Self {
        Self(Duration::from_secs(20))
    }
}

/// Every how manieth tick is told after a look at how things stand; those between go by what was told last. Changes are
/// heard of anyway.
const LOOK: u32 = 3;
/// After the tick of the deadline, how long until there may be another one for it: where the clock stands still just before
/// its end, it would be told again and again.
const AGAIN: Duration = Duration::from_secs(5);

/// The route.
pub fn router() -> Router<AppState> {
    Router::new().route("/events/session", get(follow))
}

/// Whom to follow, from where on.
struct Watch {
    services: Services,
    token: String,
    candidate: CandidateId,
    /// The lease of the window for which alone the cookie was made.
    lease: Option<i64>,
    changes: Receiver<Change>,
    last: Option<Told>,
    desk: Option<Watched>,
    /// What the look before the stream began found, until it is told.
    found: Option<Standing>,
    /// When the time is told next, and how often.
    tick: Instant,
    ticks: Ticks,
    /// Whether that is when time is up, and when this may be so at the earliest.
    is_deadline: bool,
    earliest: Instant,
    /// Ticks since the last look.
    unseen: u32,
    /// Keeps the place until the end.
    _seat: Seat,
}

/// What was told last.
struct Told {
    pulse: Pulse,
    /// Told to nobody who does not have it; that it is another one is.
    holder: i64,
    /// Whether they may hear more.
    theirs: bool,
    /// Seconds left, and when that was.
    seconds_left: Option<i64>,
    at: Timestamp,
}

/// Where the interviewer of the present session writes.
struct Watched {
    session: SessionId,
    drafts: watch::Receiver<Draft>,
    /// Keeps the desk for as long as somebody watches it.
    _desk: Arc<Desk>,
}

/// What there is to tell.
enum News {
    /// Something about this candidate changed; what, stands in the database.
    Change,
    /// The interviewer has written more.
    Reply(Draft),
    /// It is time to tell the time.
    Tick,
    /// Nothing more will come.
    Over,
}

async fn follow(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let services = state.services;
    let cookie = login::cookie(&headers, CANDIDATE_COOKIE);
    let known = cookie.and_then(|c| Some((c, services.secrets.read_candidate_cookie(c)?)));
    let Some((cookie, CandidateCookie { candidate, lease, .. })) = known else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    // Watching begins before the first look, so that nothing falls between.
    let changes = services.events.watch_candidate(candidate);
    let (token, found) = match may_follow(&services, cookie, lease).await {
        Ok(Some(Ok(may))) => may,
        // So that the browser does not ask again by itself: the session is not its own to follow any more.
        Ok(Some(Err(Foreign))) => return StatusCode::NO_CONTENT.into_response(),
        Ok(None) => return StatusCode::UNAUTHORIZED.into_response(),
        Err(error) => {
            tracing::warn!(%error, "a candidate's stream could not begin");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let seat = state.seats.take(candidate.0, MOST);
    let lost = seat.lost();
    let over = over(state.stop, seat.lost());
    let watch = Watch {
        services,
        token,
        candidate,
        lease,
        changes,
        last: None,
        desk: None,
        found: Some(found),
        tick: Instant::now() + state.ticks.0,
        ticks: state.ticks,
        is_deadline: false,
        earliest: Instant::now(),
        unseen: 0,
        _seat: seat,
    };
    let pulses = pulses(watch).take_until(Box::pin(over));
    let bye = stream::once(async move { Ok::<_, Infallible>(bye(&lost)) });
    Sse::new(pulses.chain(bye))
        .keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
        .into_response()
}

/// Another window came in by the email, and the session is its own to follow.
struct Foreign;

/// The invite token of whom a cookie speaks for and how things stand there, where it may follow their session; `None` where
/// it speaks for nobody.
async fn may_follow(
    services: &Services,
    cookie: &str,
    lease: Option<i64>,
) -> Result<Option<Result<(String, Standing), Foreign>>, ServiceError> {
    let Some(token) = conversation::token_of_cookie(services, cookie).await? else {
        return Ok(None);
    };
    let standing = conversation::pulse(services, &token, lease).await?;
    Ok(standing.map(|now| if now.theirs { Ok((token, now)) } else { Err(Foreign) }))
}

/// The present pulse, then one after each change that shows in it, and in between what is written and the time, until the
/// link ends, or the session is no more this browser's to follow; that it is not, is the last thing it hears.
fn pulses(watch: Watch) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(watch, |mut watch| async move {
        loop {
            let mut ticks = false;
            if let Some(last) = &watch.last {
                if !last.theirs {
                    return None;
                }
                match news(&mut watch).await {
                    News::Change => {}
                    News::Reply(draft) => return Some((Ok(reply(&watch, draft)), watch)),
                    News::Tick if watch.is_deadline || watch.unseen + 1 >= LOOK => ticks = true,
                    News::Tick => match by_the_clock(&mut watch) {
                        Some(event) => return Some((Ok(event), watch)),
                        None => continue,
                    },
                    News::Over => return None,
                }
            }
            let looked = match watch.found.take() {
                Some(found) => Ok(Some(found)),
                None => conversation::pulse(&watch.services, &watch.token, watch.lease).await,
            };
            match looked {
                Ok(Some(now)) => {
                    if let Some(event) = look(&mut watch, now, ticks) {
                        return Some((Ok(event), watch));
                    }
                }
                Ok(None) => return None,
                Err(error) => {
                    tracing::warn!(%error, "a candidate's stream ended");
                    return None;
                }
            }
        }
    })
}

/// What there is to tell of how things stand now: what changed, or else the time where it is time for it.
fn look(watch: &mut Watch, now: Standing, ticks: bool) -> Option<Event> {
    sit_at(watch, now.session);
    watch.unseen = 0;
    set_tick(watch, now.seconds_left, ticks);
    let first = watch.last.is_none();
    let same = |told: &Told| told.pulse == now.pulse && told.holder == now.holder;
    let at = watch.services.now();
    if let Some(told) = watch.last.as_mut().filter(|told| same(told)) {
        (told.seconds_left, told.at) = (now.seconds_left, at);
        let running = now.pulse.state == Status::InProgress;
        return (ticks && running).then(|| tick(now.pulse.link, now.seconds_left));
    }
    let event = named("pulse", &now.pulse);
    watch.last = Some(Told {
        pulse: now.pulse,
        holder: now.holder,
        theirs: now.theirs,
        seconds_left: now.seconds_left,
        at,
    });
    Some(if first { event.retry(RETRY) } else { event })
}

/// The time by what was told last and how long ago that was, without a look; `None` where there is none to tell.
fn by_the_clock(watch: &mut Watch) -> Option<Event> {
    watch.unseen += 1;
    let told = watch.last.as_ref();
    let running = told.filter(|told| told.pulse.state == Status::InProgress).map(|told| {
        let gone = (watch.services.now().millis() - told.at.millis()) / 1_000;
        // Never that time is up: that is not said without a look.
        let left = told.seconds_left.map(|left| (left - gone).max(1));
        (told.pulse.link.clone(), left)
    });
    set_tick(watch, running.as_ref().and_then(|(_, left)| *left), true);
    running.map(|(link, left)| tick(link, left))
}

fn tick(link: String, seconds_left: Option<i64>) -> Event {
    named("tick", &Tick { link, seconds_left })
}

/// The next tick: after the usual time, and at the moment when time is up, because what stands in the composer then has to
/// be sent within seconds.
fn set_tick(watch: &mut Watch, seconds_left: Option<i64>, ticked: bool) {
    let now = Instant::now();
    if ticked {
        watch.tick = now + watch.ticks.0;
        if watch.is_deadline {
            watch.earliest = now + AGAIN;
        }
        watch.is_deadline = false;
    }
    let left = seconds_left
        .and_then(|left| u64::try_from(left).ok())
        .filter(|left| *left > 0);
    if let Some(left) = left {
        let up = watch.earliest.max(now + Duration::from_secs(left));
        if up <= watch.tick {
            watch.tick = up;
            watch.is_deadline = true;
        }
    }
}

fn named(name: &str, data: &impl serde::Serialize) -> Event {
    let data = serde_json::to_string(data).unwrap_or_default();
    Event::default().event(name).data(data)
}

fn reply(watch: &Watch, draft: Draft) -> Event {
    let told = watch.last.as_ref();
    let link = told.map(|told| told.pulse.link.clone()).unwrap_or_default();
    named(
        "reply",
        &ReplySoFar {
            link,
            turn: draft.turn,
            follow_up: draft.follow_up,
            text: draft.text,
        },
    )
}

/// Watches the desk of `session`, from what is written there already.
fn sit_at(watch: &mut Watch, session: SessionId) {
    if watch.desk.as_ref().is_some_and(|desk| desk.session == session) {
        return;
    }
    let desk = watch.services.desks.of(session);
    let mut drafts = desk.watch();
    if !drafts.borrow().text.is_empty() {
        drafts.mark_changed();
    }
    watch.desk = Some(Watched {
        session,
        drafts,
        _desk: desk,
    });
}

/// Waits for what there is to tell this candidate.
async fn news(watch: &mut Watch) -> News {
    let tick = watch.tick;
    loop {
        let drafts = watch.desk.as_mut().map(|desk| &mut desk.drafts);
        let written = async {
            match drafts {
                Some(drafts) => match drafts.changed().await {
                    Ok(()) => drafts.borrow_and_update().clone(),
                    Err(_) => std::future::pending().await,
                },
                None => std::future::pending().await,
            }
        };
        let change = tokio::select! {
            draft = written => return News::Reply(draft),
            () = tokio::time::sleep_until(tick) => return News::Tick,
            change = watch.changes.recv() => change,
        };
        match change {
            Ok(change) if change.candidate.is_none_or(|c| c == watch.candidate) => return News::Change,
            Ok(_) => {}
            // Some were missed: look at what is true now.
            Err(RecvError::Lagged(_)) => return News::Change,
            Err(RecvError::Closed) => return News::Over,
        }
    }
}
