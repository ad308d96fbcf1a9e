//! The whole life of a candidate's sessions against a simple model: random interleavings of start, answer, resume,
//! finish, end, retakes (granted, taken by oneself, asked for, decided on), replaced links, revoked public links, paused
//! interviews, waiting, time that runs out, sweeping, and a process that dies in the middle of any of it.
//!
//! Cases are generated and shrunk by proptest; a failure prints the shortest list of steps that shows it.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

mod common;

use common::{TestBed, token};
use parley_domain::{
    candidate::Candidate,
    clock::Presence,
    conversation::{CandidateErrorCode as Code, CandidateView, Speaker},
    id::{InterviewId, PromptId, QuestionId, SessionId},
    session::{EndReason, RetakeReason, Status},
    time::{DAY, HOUR, MINUTE},
};
use parley_services::{
    candidates, conversation,
    conversation::{AnswerInput, PublicStart, StartInput},
    db::Priority,
    entity, links, sessions,
    sessions::RetakeInput,
};
use proptest::{prelude::*, test_runner::TestRunner};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use std::{future::Future, task::Poll};
use uuid::Uuid;

const QUESTIONS: usize = 3;
/// Retakes that the interview allows candidates by themselves.
const OWN: usize = 1;
/// Minutes of the time limit, where there is one: time goes by in whole hours, so that it is never just up.
const LIMIT: i64 = 390;

fn walk_in(email: &str) -> PublicStart {
    PublicStart {
        name: "Ana".into(),
        email: email.into(),
        start: StartInput {
            consent: true,
            ..Default::default()
        },
        ..Default::default()
    }
}

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    Start {
        consent: bool,
    },
    /// `question` counts from 0; `back` is how many leases ago the window opened; `client` reuses an id of before.
    Answer {
        question: usize,
        back: i64,
        client: Option<usize>,
    },
    Heartbeat {
        back: i64,
    },
    /// By a window that opened so many leases ago; by one that does not say which.
    Finish {
        back: Option<i64>,
    },
    End,
    Retake,
    /// The candidate wants another attempt: one they may take by themselves, then they have to ask.
    Ask,
    /// Somebody decides on who asks.
    Decide {
        grant: bool,
    },
    /// The public link is revoked, or made again where there is none.
    PublicLink,
    /// The process dies after so many steps of what it does, and another one takes its place.
    Crash {
        act: Act,
        after: usize,
    },
    ReplaceLink,
    Pause(bool),
    Wait {
        hours: i64,
    },
    Sweep,
    Look,
}

/// What a process is in the middle of when it dies.
#[derive(Clone, Copy, Debug)]
enum Act {
    Start,
    Answer,
    Finish,
    Retake,
    Sweep,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let act = prop_oneof![
        2 => Just(Act::Start),
        3 => Just(Act::Answer),
        1 => Just(Act::Finish),
        1 => Just(Act::Retake),
        1 => Just(Act::Sweep),
    ];
    let step = prop_oneof![
        4 => any::<bool>().prop_map(|consent| Step::Start { consent }),
        10 => (0..QUESTIONS, prop_oneof![4 => Just(0i64), 1 => 1i64..3], proptest::option::weighted(0.15, 0usize..4))
            .prop_map(|(question, back, client)| Step::Answer { question, back, client }),
        2 => (0i64..2).prop_map(|back| Step::Heartbeat { back }),
        2 => proptest::option::weighted(0.7, 0i64..2).prop_map(|back| Step::Finish { back }),
        1 => Just(Step::End),
        2 => Just(Step::Retake),
        2 => Just(Step::Ask),
        2 => any::<bool>().prop_map(|grant| Step::Decide { grant }),
        1 => Just(Step::PublicLink),
        3 => (act, 0usize..32).prop_map(|(act, after)| Step::Crash { act, after }),
        1 => Just(Step::ReplaceLink),
        1 => any::<bool>().prop_map(Step::Pause),
        2 => (1i64..30).prop_map(|hours| Step::Wait { hours }),
        2 => Just(Step::Sweep),
        1 => Just(Step::Look),
    ];
    proptest::collection::vec(step, 1..40)
}

/// What should be true.
#[derive(Debug, Default)]
struct Model {
    attempts: Vec<Attempt>,
    paused: bool,
    clients: usize,
    /// The slug of the live public link.
    slug: Option<String>,
    /// Retakes that the candidate took by themselves.
    own: usize,
    /// A request waits for a decision.
    waits: bool,
    /// The interview has a time limit, which time away counts against.
    timed: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Attempt {
    started: bool,
    ended: Option<EndReason>,
    lease: i64,
    /// Client id and text, in order; the number of answers is the question that is current.
    answers: Vec<(String, String)>,
    /// Since somebody was seen.
    idle_hours: i64,
    /// Since something was said.
    mute_hours: i64,
    /// Since the start, where the clock runs.
    age_hours: i64,
}

impl Attempt {
    fn status(&self) -> Status {
        match (self.started, self.ended) {
            (_, Some(_)) => Status::Completed,
            (true, None) => Status::InProgress,
            (false, None) => Status::NotStarted,
        }
    }

    /// Whether its time has run out, noticed or not.
    fn is_up(&self, timed: bool) -> bool {
        timed && self.status() == Status::InProgress && self.age_hours * 60 > LIMIT
    }

    /// What a sweep makes of it.
    fn swept(&self, timed: bool) -> Option<EndReason> {
        let left = self.idle_hours * HOUR > DAY || self.mute_hours * HOUR > 4 * DAY;
        match self.is_up(timed) {
            true => Some(EndReason::TimeUp),
            false => (self.status() == Status::InProgress && left).then_some(EndReason::Inactivity),
        }
    }

    /// Begun; its lease goes on from those before.
    fn begun(&self) -> Self {
        Self {
            started: true,
            lease: self.lease + 1,
            ..Default::default()
        }
    }

    /// The one after it, which goes on with its leases.
    fn next(&self) -> Self {
        Self {
            lease: self.lease,
            ..Default::default()
        }
    }

    /// Something was said in it.
    fn says(&mut self, client: String, text: String) {
        self.answers.push((client, text));
        self.idle_hours = 0;
        self.mute_hours = 0;
    }
}

struct World {
    bed: TestBed,
    interview: InterviewId,
    candidate: Candidate,
    token: String,
    model: Model,
}

impl World {
    /// With a candidate who was invited, or who walked in by the public link and is inside already.
    async fn new(bed: TestBed, walks_in: bool, timed: bool) -> Self {
        let interview = bed
            .interview(QUESTIONS, |i| {
                i.settings.inactivity_days = 1;
                i.settings.self_retakes = OWN as _;
                if timed {
                    i.settings.time_limit_minutes = Some(LIMIT as _);
                    i.settings.count_time_away = true;
                }
            })
            .await;
        let mut model = Model {
            timed,
            ..Default::default()
        };
        let candidate = if walks_in {
            let link = links::create(&bed.s, &bed.owner, interview, Default::default())
                .await
                .unwrap();
            model.slug = Some(link.slug.clone());
            let (_, token) = conversation::start_public(&bed.s, &link.slug, walk_in("ana@example.com"))
                .await
                .unwrap();
            let row = entity::candidate::Entity::find()
                .one(bed.s.db.read())
                .await
                .unwrap()
                .unwrap();
            let candidate = candidates::get(&bed.s, &bed.owner, row.id.into()).await.unwrap();
            assert!(candidate.invite_url.as_deref().unwrap().ends_with(&token));
            model.attempts.push(Attempt::default().begun());
            candidate
        } else {
            model.attempts.push(Attempt::default());
            bed.candidate(interview, "Ana", None).await
        };
        let token = token(&candidate);
        Self {
            bed,
            interview,
            candidate,
            token,
            model,
        }
    }

    fn now(&mut self) -> &mut Attempt {
        self.model.attempts.last_mut().unwrap()
    }

    /// Another attempt is there.
    fn again(&mut self) {
        let next = self.now().next();
        self.model.attempts.push(next);
    }

    async fn take(&mut self, step: &Step) {
        match step {
            Step::Start { consent } => self.start(*consent).await,
            Step::Answer { question, back, client } => self.answer(*question, *back, *client).await,
            Step::Heartbeat { back } => self.heartbeat(*back).await,
            Step::Finish { back } => self.finish(*back).await,
            Step::End => self.end().await,
            Step::Retake => self.retake().await,
            Step::Ask => self.ask().await,
            Step::Decide { grant } => self.decide(*grant).await,
            Step::PublicLink => self.public_link().await,
            Step::Crash { act, after } => self.crash(*act, *after).await,
            Step::ReplaceLink => {
                let again = candidates::replace_link(&self.bed.s, &self.bed.owner, self.candidate.id)
                    .await
                    .unwrap();
                let old = std::mem::replace(&mut self.token, token(&again));
                let refused = conversation::view(&self.bed.s, &old).await.unwrap_err();
                assert_eq!(refused.error, Code::UnknownLink);
                // Whoever is inside by the old link has the newest lease no more.
                self.now().lease += 1;
            }
            Step::Pause(paused) => self.pause(*paused).await,
            Step::Wait { hours } => {
                self.bed.clock.advance(hours * HOUR);
                let current = self.now();
                current.idle_hours += hours;
                current.mute_hours += hours;
                current.age_hours += hours;
            }
            Step::Sweep => {
                sessions::sweep(&self.bed.s).await.unwrap();
                let timed = self.model.timed;
                let current = self.now();
                current.ended = current.swept(timed).or(current.ended);
            }
            Step::Look => {
                conversation::landing(&self.bed.s, &self.token).await.unwrap();
                conversation::view(&self.bed.s, &self.token).await.unwrap();
            }
        }
    }

    async fn start(&mut self, consent: bool) {
        let input = StartInput {
            consent,
            ..Default::default()
        };
        let result = conversation::start(&self.bed.s, &self.token, input)
            .await
            .map_err(|e| e.error);
        let (paused, timed) = (self.model.paused, self.model.timed);
        let current = self.now();
        match current.status() {
            Status::Completed => assert_eq!(result.unwrap().state, Status::Completed),
            Status::InProgress if current.is_up(timed) => {
                current.ended = Some(EndReason::TimeUp);
                assert_eq!(result.unwrap().state, Status::Completed);
            }
            Status::InProgress => {
                current.lease += 1;
                current.idle_hours = 0;
                assert_eq!(result.unwrap().lease, current.lease);
            }
            Status::NotStarted if paused => assert_eq!(result.unwrap_err(), Code::NotOpen),
            Status::NotStarted if !consent => assert_eq!(result.unwrap_err(), Code::ConsentNeeded),
            Status::NotStarted => {
                *current = current.begun();
                let view = result.unwrap();
                assert_eq!((view.state, view.lease), (Status::InProgress, current.lease));
            }
        }
    }

    async fn answer(&mut self, question: usize, back: i64, client: Option<usize>) {
        let fresh = client.is_none();
        let client = client.map_or_else(|| format!("client-{}", self.model.clients), |n| format!("client-{n}"));
        self.model.clients += usize::from(fresh);
        let text = format!("answer of {client} to {question}");
        let lease = self.now().lease - back;
        let input = AnswerInput {
            client_id: client.clone(),
            question: PromptId(Uuid::from_u128(question as u128 + 1)),
            text: Some(text.clone()),
            choices: Vec::new(),
            lease: Some(lease),
            presence: Presence::Live,
        };
        let result = conversation::answer(&self.bed.s, &self.token, input)
            .await
            .map_err(|e| e.error);
        let timed = self.model.timed;
        let current = self.now();
        let known = current.answers.iter().find(|(id, _)| *id == client).cloned();
        let expected = match (known, current.status()) {
            (Some((_, stored)), _) if stored == text => Ok(()),
            (Some(_), _) => Err(Code::ClientIdReused),
            (None, Status::NotStarted) => Err(Code::NotOpen),
            (None, Status::Completed) => Err(Code::Ended),
            (None, Status::InProgress) if back > 0 => Err(Code::TakenOver),
            (None, Status::InProgress) if question != current.answers.len() => Err(Code::Stale),
            (None, Status::InProgress) if current.is_up(timed) => {
                current.ended = Some(EndReason::TimeUp);
                Err(Code::Ended)
            }
            (None, Status::InProgress) => {
                current.says(client, text);
                Ok(())
            }
        };
        assert_eq!(result.map(|_: CandidateView| ()), expected);
    }

    async fn heartbeat(&mut self, back: i64) {
        let lease = self.now().lease - back;
        let result = conversation::heartbeat(&self.bed.s, &self.token, lease)
            .await
            .map_err(|e| e.error);
        let timed = self.model.timed;
        let current = self.now();
        if current.status() == Status::InProgress && back > 0 {
            assert_eq!(result.unwrap_err(), Code::TakenOver);
        } else {
            assert_eq!(result.unwrap().state, current.status());
            // Time that is up is for the sweeper to say.
            if !current.is_up(timed) {
                current.idle_hours = 0;
            }
        }
    }

    async fn finish(&mut self, back: Option<i64>) {
        let lease = back.map(|back| self.now().lease - back);
        let result = conversation::finish_by(&self.bed.s, &self.token, lease)
            .await
            .map_err(|e| e.error);
        let timed = self.model.timed;
        let current = self.now();
        match current.status() {
            Status::NotStarted => assert_eq!(result.unwrap_err(), Code::NotOpen),
            Status::InProgress if back.is_some_and(|back| back > 0) => {
                assert_eq!(result.unwrap_err(), Code::TakenOver);
            }
            Status::InProgress => {
                current.ended = Some(finishing(current, timed));
                assert_eq!(result.unwrap().state, Status::Completed);
            }
            Status::Completed => assert_eq!(result.unwrap().state, Status::Completed),
        }
    }

    async fn end(&mut self) {
        let id = self.session().await;
        let result = sessions::end(&self.bed.s, &self.bed.owner, id).await;
        let current = self.now();
        let possible = current.status() == Status::InProgress;
        if possible {
            current.ended = Some(EndReason::EndedByCreator);
        }
        assert_eq!(result.is_ok(), possible);
    }

    async fn retake(&mut self) {
        let input = RetakeInput {
            reason: RetakeReason::Other,
            note: String::new(),
        };
        let result = sessions::retake(&self.bed.s, &self.bed.owner, self.candidate.id, input).await;
        let current = self.now();
        let possible = current.status() != Status::NotStarted;
        if current.status() == Status::InProgress {
            current.ended = Some(EndReason::Replaced);
        }
        if possible {
            self.again();
            self.model.waits = false;
        }
        assert_eq!(result.is_ok(), possible);
    }

    async fn ask(&mut self) {
        let result = conversation::ask_retake(&self.bed.s, &self.token, "I was ill")
            .await
            .map_err(|e| e.error);
        let paused = self.model.paused;
        match self.now().status() {
            Status::NotStarted | Status::InProgress => assert_eq!(result.unwrap_err(), Code::NotOpen),
            Status::Completed if paused => assert_eq!(result.unwrap_err(), Code::NotOpen),
            Status::Completed if self.model.own < OWN => {
                self.model.own += 1;
                self.model.waits = false;
                self.again();
                assert_eq!(result.unwrap().state, Status::NotStarted);
            }
            Status::Completed => {
                self.model.waits = true;
                assert_eq!(result.unwrap().state, Status::Completed);
            }
        }
    }

    async fn decide(&mut self, grant: bool) {
        let (s, owner) = (&self.bed.s, &self.bed.owner);
        let queue = sessions::requests(s, owner, self.interview).await.unwrap();
        assert_eq!(queue.len(), usize::from(self.model.waits));
        let Some(request) = queue.first() else { return };
        if grant {
            sessions::grant(s, owner, request.id).await.unwrap();
        } else {
            sessions::decline(s, owner, request.id).await.unwrap();
        }
        assert!(sessions::grant(s, owner, request.id).await.is_err(), "decided once");
        self.model.waits = false;
        if grant {
            self.again();
        }
    }

    /// Whoever is inside goes on; nobody comes in by a link that was revoked, also when there is a new one.
    async fn public_link(&mut self) {
        let (s, owner) = (&self.bed.s, &self.bed.owner);
        match self.model.slug.take() {
            Some(slug) => {
                links::revoke(s, owner, self.interview).await.unwrap();
                let late = conversation::start_public(s, &slug, walk_in("ben@example.com")).await;
                assert!(late.is_err(), "a revoked link took a start");
            }
            None => {
                let link = links::create(s, owner, self.interview, Default::default())
                    .await
                    .unwrap();
                self.model.slug = Some(link.slug);
            }
        }
    }

    /// Something is cut off somewhere; afterwards it happened whole or not at all, and coming back goes on from there.
    async fn crash(&mut self, act: Act, after: usize) {
        let (s, token) = (self.bed.s.clone(), self.token.clone());
        let (owner, candidate) = (self.bed.owner, self.candidate.id);
        let (client, text) = (format!("crash-{}", self.model.clients), "cut off".to_owned());
        self.model.clients += 1;
        let question = self.now().answers.len();
        let input = AnswerInput {
            client_id: client.clone(),
            question: PromptId(Uuid::from_u128(question as u128 + 1)),
            text: Some(text.clone()),
            choices: Vec::new(),
            lease: Some(self.now().lease),
            presence: Presence::Live,
        };
        let consent = StartInput {
            consent: true,
            ..Default::default()
        };
        let again = RetakeInput {
            reason: RetakeReason::Other,
            note: String::new(),
        };
        match act {
            Act::Start => cut(after, conversation::start(&s, &token, consent)).await,
            Act::Answer => cut(after, conversation::answer(&s, &token, input)).await,
            Act::Finish => cut(after, conversation::finish(&s, &token)).await,
            Act::Retake => cut(after, sessions::retake(&s, &owner, candidate, again)).await,
            Act::Sweep => cut(after, sessions::sweep(&s)).await,
        }
        drop(s);
        self.bed.restart().await;
        let row = self.settled().await;
        let before = self.now().clone();
        match act {
            Act::Start => self.started(&row),
            Act::Answer => self.answered(&row, client, text).await,
            Act::Finish => self.closed(&row, |a, timed| Some(finishing(a, timed))),
            Act::Sweep => self.closed(&row, Attempt::swept),
            Act::Retake => self.retaken(&row),
        }
        if before.status() == Status::InProgress && self.now().status() != Status::NotStarted {
            self.start(true).await;
        }
    }

    /// The current session once nothing is on its way any more: a commit that was may still arrive, but behind the rows'
    /// locks it has, or never will.
    async fn settled(&self) -> entity::session::Model {
        let tx = self.bed.s.db.write(Priority::Person).await.unwrap();
        let person = entity::candidate::Entity::find_by_id(self.candidate.id.0).lock_exclusive();
        person.one(&*tx).await.unwrap();
        let rows = entity::session::Entity::find().lock_exclusive();
        let rows = rows
            .order_by_desc(entity::session::Column::Attempt)
            .all(&*tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        rows.into_iter().next().unwrap()
    }

    fn started(&mut self, row: &entity::session::Model) {
        let (paused, timed) = (self.model.paused, self.model.timed);
        let current = self.now();
        match current.status() {
            Status::NotStarted if row.status == Status::InProgress.as_str() => {
                assert!(!paused);
                *current = current.begun();
            }
            Status::InProgress if row.status == Status::Completed.as_str() => {
                assert!(current.is_up(timed));
                current.ended = Some(EndReason::TimeUp);
            }
            Status::InProgress if row.holder > current.lease => {
                current.lease += 1;
                current.idle_hours = 0;
            }
            _ => {}
        }
    }

    async fn answered(&mut self, row: &entity::session::Model, client: String, text: String) {
        let stored = entity::turn::Entity::find()
            .filter(entity::turn::Column::SessionId.eq(row.id))
            .filter(entity::turn::Column::ClientId.eq(&client))
            .one(self.bed.s.db.read())
            .await
            .unwrap();
        let timed = self.model.timed;
        let current = self.now();
        if stored.is_some() {
            assert_eq!(current.status(), Status::InProgress);
            assert!(current.answers.len() < QUESTIONS && !current.is_up(timed));
            current.says(client, text);
        } else if current.is_up(timed) && row.status == Status::Completed.as_str() {
            current.ended = Some(EndReason::TimeUp);
        }
    }

    /// It was closed for this reason, or is as it was.
    fn closed(&mut self, row: &entity::session::Model, why: impl Fn(&Attempt, bool) -> Option<EndReason>) {
        let timed = self.model.timed;
        let current = self.now();
        if current.status() == Status::InProgress && row.status == Status::Completed.as_str() {
            current.ended = Some(why(current, timed).expect("closed for no reason"));
        }
    }

    fn retaken(&mut self, row: &entity::session::Model) {
        if row.attempt as usize == self.model.attempts.len() {
            return;
        }
        let current = self.now();
        assert_ne!(current.status(), Status::NotStarted);
        current.ended = current.ended.or(Some(EndReason::Replaced));
        self.again();
        self.model.waits = false;
    }

    async fn pause(&mut self, paused: bool) {
        self.model.paused = paused;
        let state = if paused { "paused" } else { "open" };
        entity::interview::Entity::update_many()
            .col_expr(entity::interview::Column::State, state.into())
            .filter(entity::interview::Column::Id.eq(self.interview.0))
            .exec(self.bed.s.db.read())
            .await
            .unwrap();
    }

    async fn session(&self) -> SessionId {
        candidates::get(&self.bed.s, &self.bed.owner, self.candidate.id)
            .await
            .unwrap()
            .session
            .id
    }

    /// The database says what the model says.
    async fn check(&self) {
        let conn = self.bed.s.db.read();
        let people = entity::candidate::Entity::find().count(conn).await.unwrap();
        assert_eq!(people, 1, "nobody came in where nobody may");
        let waiting = sessions::waiting(&self.bed.s, &self.bed.owner, self.interview)
            .await
            .unwrap();
        assert_eq!(waiting.0, u64::from(self.model.waits));
        let rows = entity::session::Entity::find()
            .order_by_asc(entity::session::Column::Attempt)
            .all(conn)
            .await
            .unwrap();
        assert_eq!(rows.len(), self.model.attempts.len());
        assert!(
            rows.iter().filter(|r| r.status != Status::Completed.as_str()).count() <= 1,
            "one open session"
        );
        assert_eq!(rows.iter().filter(|r| r.is_current).count(), 1);
        for (row, attempt) in rows.iter().zip(&self.model.attempts) {
            assert_eq!(row.status, attempt.status().as_str());
            assert_eq!(row.end_reason.as_deref(), attempt.ended.map(EndReason::as_str));
            if attempt.ended == Some(EndReason::TimeUp) {
                let ran = row.completed_at.unwrap() - row.started_at.unwrap();
                assert_eq!(
                    (ran, row.active_ms),
                    (LIMIT * MINUTE, LIMIT * MINUTE),
                    "closed when time was up"
                );
            }
            let turns = entity::turn::Entity::find()
                .filter(entity::turn::Column::SessionId.eq(row.id))
                .order_by_asc(entity::turn::Column::Number)
                .all(conn)
                .await
                .unwrap();
            let numbers: Vec<_> = turns.iter().map(|t| t.number).collect();
            assert_eq!(
                numbers,
                (1..=row.turns).collect::<Vec<_>>(),
                "numbered from 1 without a gap"
            );
            let said: Vec<_> = turns
                .iter()
                .filter(|t| t.speaker == Speaker::Candidate.as_str())
                .map(|t| (t.client_id.clone().unwrap(), t.text.clone(), t.question_id))
                .collect();
            let expected = attempt.answers.iter().enumerate().map(|(n, (client, text))| {
                (
                    client.clone(),
                    text.clone(),
                    Some(QuestionId(Uuid::from_u128(n as u128 + 1)).0),
                )
            });
            assert_eq!(said, expected.collect::<Vec<_>>());
        }
    }
}

/// Why an attempt is closed when its candidate presses Finish.
fn finishing(attempt: &Attempt, timed: bool) -> EndReason {
    if attempt.is_up(timed) {
        EndReason::TimeUp
    } else {
        EndReason::Finished
    }
}

/// Does so many steps of `work`, and drops it where it stands.
async fn cut<T>(after: usize, work: impl Future<Output = T>) {
    let mut left = after;
    let mut work = std::pin::pin!(work);
    std::future::poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Pending if left > 0 => {
            left -= 1;
            Poll::Pending
        }
        _ => Poll::Ready(()),
    })
    .await;
}

/// Runs generated cases, each on a database of its own.
fn run(cases: u32, bed: impl AsyncFn() -> TestBed) {
    let config = ProptestConfig {
        cases,
        max_shrink_iters: 400,
        failure_persistence: None,
        ..Default::default()
    };
    let mut runner = TestRunner::new(config);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let result = runner.run(&(any::<bool>(), any::<bool>(), steps()), |(walks_in, timed, steps)| {
        runtime.block_on(async {
            let mut world = World::new(bed().await, walks_in, timed).await;
            for step in &steps {
                world.take(step).await;
            }
            world.check().await;
        });
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
}

mod sqlite {
    #[test]
    fn whatever_happens_the_sessions_are_what_the_model_says() {
        super::run(60, async || super::TestBed::sqlite().await);
    }
}

mod postgres {
    #[test]
    fn whatever_happens_the_sessions_are_what_the_model_says() {
        if super::common::postgres_url().is_none() {
            eprintln!("left out: PARLEY_TEST_POSTGRES_URL is none");
            return;
        }
        super::run(12, async || super::TestBed::postgres().await.unwrap());
    }
}
