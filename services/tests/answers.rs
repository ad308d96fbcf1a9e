//! An answer is stored once or not at all: whatever happens at the same moment, and wherever a process dies.

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
    conversation::{CandidateError, CandidateErrorCode as Code, CandidateView, Speaker},
    id::{PromptId, SessionId},
    interview::FollowUpDepth,
    session::{EndReason, RetakeReason, Status},
    time::{MINUTE, SECOND, Timestamp},
};
use parley_services::{
    Services,
    ai::{Ai, AiConfig, Pace},
    candidates,
    clock::{Clock, ManualClock},
    conversation::{self, AnswerInput, StartInput},
    db::Priority,
    entity, interviews,
    secrets::Secrets,
    sessions::{self, RetakeInput},
};
use parley_testing::ScriptedModel;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseBackend, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, Statement,
};
use serde_json::json;
use std::{
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};
use tokio::{sync::oneshot, task::JoinHandle};

on_both_databases!(
    fifty_tries_of_one_answer_store_it_once,
    of_many_answers_at_once_one_is_stored_however_often_each_is_tried,
    another_answer_meanwhile,
    the_same_answer_meanwhile,
    another_text_under_the_same_client_id_meanwhile,
    another_window_meanwhile,
    an_end_meanwhile,
    a_finish_meanwhile,
    a_replaced_link_meanwhile,
    a_link_replaced_ahead_of_an_answer,
    a_deletion_meanwhile,
    a_retake_meanwhile,
    a_heartbeat_meanwhile,
    the_deadline_meanwhile,
    an_answer_during_a_heartbeat,
    a_window_that_is_taken_over_during_its_heartbeat,
    a_repetition_after_a_crash_gets_the_next_question,
    a_repetition_after_a_crash_gets_the_models_turn_once,
    two_processes_share_a_session,
    the_list_sorts_by_minutes_until_the_end,
    the_view_of_an_answer_is_the_view,
    what_is_asked_is_what_was_pinned,
    a_start_that_was_taken_back_pins_nothing,
);

/// A clock that can hold who asks it, once.
#[derive(Debug)]
struct Gate {
    clock: Arc<ManualClock>,
    closed: Mutex<Option<(oneshot::Sender<()>, mpsc::Receiver<()>)>>,
}

impl Clock for Gate {
    fn now(&self) -> Timestamp {
        let closed = self.closed.lock().unwrap().take();
        if let Some((here, go)) = closed {
            here.send(()).unwrap();
            // Others of this worker go on meanwhile.
            tokio::task::block_in_place(|| go.recv()).unwrap();
        }
        self.clock.now()
    }
}

/// A candidate who has started and holds a view.
struct Talk {
    bed: TestBed,
    candidate: Candidate,
    token: String,
    view: CandidateView,
}

/// A call that has looked and has not written yet.
struct Held {
    go: mpsc::Sender<()>,
    call: JoinHandle<Result<CandidateView, CandidateError>>,
}

impl Held {
    async fn release(self) -> Result<CandidateView, CandidateError> {
        self.go.send(()).unwrap();
        self.call.await.unwrap()
    }
}

impl Talk {
    async fn start(bed: TestBed) -> Self {
        Self::limited(bed, None).await
    }

    async fn limited(bed: TestBed, minutes: Option<u32>) -> Self {
        let interview = bed
            .interview(3, |i| {
                i.settings.follow_up_depth = FollowUpDepth::Light;
                i.settings.time_limit_minutes = minutes;
            })
            .await;
        let candidate = bed.candidate(interview, "Ana Lima", Some("ana@example.com")).await;
        let token = token(&candidate);
        let view = conversation::start(&bed.s, &token, consent()).await.unwrap();
        Self {
            bed,
            candidate,
            token,
            view,
        }
    }

    fn input(&self, client: &str, text: &str) -> AnswerInput {
        AnswerInput {
            client_id: client.into(),
            question: self.view.question.as_ref().map_or(PromptId::NIL, |q| q.id),
            text: Some(text.into()),
            choices: Vec::new(),
            lease: Some(self.view.lease),
            presence: Presence::Live,
        }
    }

    /// What another process on the same database would be, with a clock that holds the first who asks it.
    fn gated(&self) -> (Services, oneshot::Receiver<()>, mpsc::Sender<()>) {
        let (here, arrived) = oneshot::channel();
        let (go, wait) = mpsc::channel();
        let clock = Gate {
            clock: Arc::clone(&self.bed.clock),
            closed: Mutex::new(Some((here, wait))),
        };
        let s = &self.bed.s;
        let secrets = Secrets::parse("a-test-secret-of-more-than-32-characters").unwrap();
        let gated = Services::with_clock(s.db.clone(), secrets, (*s.config).clone(), Arc::new(clock));
        (gated, arrived, go)
    }

    /// An answer that has found everything as it should be, and has not been written yet.
    async fn held(&self, client: &str, text: &str) -> Held {
        let (s, arrived, go) = self.gated();
        let (token, input) = (self.token.clone(), self.input(client, text));
        let call = tokio::spawn(async move { conversation::answer(&s, &token, input).await });
        arrived.await.unwrap();
        Held { go, call }
    }

    async fn held_heartbeat(&self) -> Held {
        let (s, arrived, go) = self.gated();
        let (token, lease) = (self.token.clone(), self.view.lease);
        let call = tokio::spawn(async move { conversation::heartbeat(&s, &token, lease).await });
        arrived.await.unwrap();
        Held { go, call }
    }

    async fn answer(&self, client: &str, text: &str) -> Result<CandidateView, CandidateError> {
        conversation::answer(&self.bed.s, &self.token, self.input(client, text)).await
    }

    /// The session that was started.
    async fn session(&self) -> entity::session::Model {
        entity::session::Entity::find()
            .filter(entity::session::Column::CandidateId.eq(self.candidate.id.0))
            .order_by_asc(entity::session::Column::Attempt)
            .one(self.bed.s.db.read())
            .await
            .unwrap()
            .unwrap()
    }

    /// What the candidate said, as it is stored; the turns are numbered without a gap, as many as the session counts.
    async fn said(&self) -> Vec<String> {
        let row = self.session().await;
        let turns = entity::turn::Entity::find()
            .filter(entity::turn::Column::SessionId.eq(row.id))
            .order_by_asc(entity::turn::Column::Number)
            .all(self.bed.s.db.read())
            .await
            .unwrap();
        let numbers: Vec<_> = turns.iter().map(|turn| turn.number).collect();
        assert_eq!(numbers, (1..=row.turns).collect::<Vec<_>>());
        turns
            .into_iter()
            .filter(|turn| turn.speaker == Speaker::Candidate.as_str())
            .map(|turn| turn.text)
            .collect()
    }

    /// The process died after the answer was stored and before the interviewer's turn was.
    async fn crash(&mut self) {
        let row = self.session().await;
        let conn = self.bed.s.db.read();
        let gone = entity::turn::Entity::delete_many()
            .filter(entity::turn::Column::SessionId.eq(row.id))
            .filter(entity::turn::Column::Number.eq(3))
            .exec(conn)
            .await
            .unwrap();
        assert_eq!(gone.rows_affected, 1);
        let mut change = row.into_active_model();
        change.turns = Set(2);
        change.question_index = Set(0);
        change.prompt_id = Set(self.view.question.as_ref().map(|q| q.id.0));
        change.awaiting = Set(Some("interviewer".into()));
        change.update(conn).await.unwrap();
        self.bed.restart().await;
    }
}

fn consent() -> StartInput {
    StartInput {
        consent: true,
        language: "en".into(),
        ..Default::default()
    }
}

fn code(result: Result<CandidateView, CandidateError>) -> Code {
    result.expect_err("a refusal").error
}

async fn fifty_tries_of_one_answer_store_it_once(bed: TestBed) {
    let talk = Talk::start(bed).await;
    let tries: Vec<_> = (0..50)
        .map(|_| {
            let (s, token, input) = (talk.bed.s.clone(), talk.token.clone(), talk.input("one", "My answer"));
            tokio::spawn(async move { conversation::answer(&s, &token, input).await })
        })
        .collect();
    for one in tries {
        let view = one.await.unwrap().unwrap();
        assert_eq!((view.turns.len(), view.asked), (3, 2));
        assert_eq!(view.question.unwrap().text, "Question number 2?");
    }
    assert_eq!(talk.said().await, ["My answer"]);
}

async fn of_many_answers_at_once_one_is_stored_however_often_each_is_tried(bed: TestBed) {
    let talk = Talk::start(bed).await;
    let tries: Vec<_> = (0..50)
        .map(|n| {
            let (s, token) = (talk.bed.s.clone(), talk.token.clone());
            let input = talk.input(&format!("client-{}", n % 10), &format!("answer {}", n % 10));
            tokio::spawn(async move { (n % 10, conversation::answer(&s, &token, input).await) })
        })
        .collect();
    let mut taken = Vec::new();
    for one in tries {
        match one.await.unwrap() {
            (n, Ok(view)) => {
                assert_eq!(view.turns[1].text, format!("answer {n}"));
                taken.push(n);
            }
            (_, Err(refused)) => assert_eq!(refused.error, Code::Stale),
        }
    }
    assert_eq!(talk.said().await, [format!("answer {}", taken[0])]);
    assert_eq!(taken, [taken[0]; 5], "each try of the stored one is told so");
}

async fn another_answer_meanwhile(bed: TestBed) {
    let talk = Talk::start(bed).await;
    let held = talk.held("slow", "The slow one").await;
    talk.answer("quick", "The quick one").await.unwrap();
    let refused = held.release().await.unwrap_err();
    assert_eq!(refused.error, Code::Stale);
    assert_eq!(refused.view.unwrap().turns.len(), 3, "with the view of now");
    assert_eq!(talk.said().await, ["The quick one"]);
}

async fn the_same_answer_meanwhile(bed: TestBed) {
    let talk = Talk::start(bed).await;
    let held = talk.held("same", "The same").await;
    let view = talk.answer("same", "The same").await.unwrap();
    assert_eq!(held.release().await.unwrap(), view);
    assert_eq!(talk.said().await, ["The same"]);
}

async fn another_text_under_the_same_client_id_meanwhile(bed: TestBed) {
    let talk = Talk::start(bed).await;
    let held = talk.held("same", "The slow one").await;
    talk.answer("same", "The quick one").await.unwrap();
    assert_eq!(code(held.release().await), Code::ClientIdReused);
    assert_eq!(talk.said().await, ["The quick one"]);
}

async fn another_window_meanwhile(bed: TestBed) {
    let talk = Talk::start(bed).await;
    let held = talk.held("a", "From the old window").await;
    let view = conversation::start(&talk.bed.s, &talk.token, StartInput::default())
        .await
        .unwrap();
    assert_eq!(view.lease, 2);
    assert_eq!(code(held.release().await), Code::TakenOver);
    assert!(talk.said().await.is_empty());
}

async fn an_end_meanwhile(bed: TestBed) {
    let talk = Talk::start(bed).await;
    let held = talk.held("a", "Too late").await;
    let id = SessionId(talk.session().await.id);
    sessions::end(&talk.bed.s, &talk.bed.owner, id).await.unwrap();
    assert_eq!(code(held.release().await), Code::Ended);
    assert!(talk.said().await.is_empty());
}

async fn a_finish_meanwhile(bed: TestBed) {
    let talk = Talk::start(bed).await;
    let held = talk.held("a", "Too late").await;
    conversation::finish(&talk.bed.s, &talk.token).await.unwrap();
    assert_eq!(code(held.release().await), Code::Ended);
    assert!(talk.said().await.is_empty());
}

async fn a_replaced_link_meanwhile(bed: TestBed) {
    let talk = Talk::start(bed).await;
    let held = talk.held("a", "By the old link").await;
    candidates::replace_link(&talk.bed.s, &talk.bed.owner, talk.candidate.id)
        .await
        .unwrap();
    assert_eq!(code(held.release().await), Code::UnknownLink);
    assert!(talk.said().await.is_empty());
}

/// The answer stands in line for the row behind whoever replaces the link.
async fn a_link_replaced_ahead_of_an_answer(bed: TestBed) {
    if bed.s.db.is_sqlite() {
        // Its writers stand in one line, so that there is nothing to wait for in the middle of one.
        return;
    }
    let talk = Talk::start(bed).await;
    let s = talk.bed.s.clone();
    let row = talk.session().await;
    let waiting = async |wanted: i64| {
        let ask =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        loop {
            let ask = Statement::from_string(DatabaseBackend::Postgres, ask);
            let found = s.db.read().query_one_raw(ask).await.unwrap().unwrap();
            if found.try_get_by_index::<i64>(0).unwrap() >= wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let tx = s.db.write(Priority::Person).await.unwrap();
    entity::session::Entity::find_by_id(row.id)
        .lock_exclusive()
        .one(&*tx)
        .await
        .unwrap();
    let (services, owner, id) = (s.clone(), talk.bed.owner, talk.candidate.id);
    let replacing = tokio::spawn(async move { candidates::replace_link(&services, &owner, id).await });
    waiting(1).await;
    let (services, token, input) = (s.clone(), talk.token.clone(), talk.input("a", "By the old link"));
    let answering = tokio::spawn(async move { conversation::answer(&services, &token, input).await });
    waiting(2).await;
    tx.commit().await.unwrap();
    replacing.await.unwrap().unwrap();
    assert_eq!(code(answering.await.unwrap()), Code::UnknownLink);
    assert!(talk.said().await.is_empty());
}

async fn a_deletion_meanwhile(bed: TestBed) {
    let talk = Talk::start(bed).await;
    let held = talk.held("a", "Of somebody who is gone").await;
    candidates::delete(&talk.bed.s, &talk.bed.owner, &[talk.candidate.id])
        .await
        .unwrap();
    assert_eq!(code(held.release().await), Code::UnknownLink);
    assert!(talk.said().await.is_empty());
}

async fn a_retake_meanwhile(bed: TestBed) {
    let talk = Talk::start(bed).await;
    let held = talk.held("a", "To the attempt before").await;
    let input = RetakeInput {
        reason: RetakeReason::Other,
        note: String::new(),
    };
    sessions::retake(&talk.bed.s, &talk.bed.owner, talk.candidate.id, input)
        .await
        .unwrap();
    assert_eq!(
        code(held.release().await),
        Code::NotOpen,
        "the new attempt has not started"
    );
    assert!(talk.said().await.is_empty());
}

async fn a_heartbeat_meanwhile(bed: TestBed) {
    let talk = Talk::start(bed).await;
    talk.bed.clock.advance(30 * SECOND);
    let held = talk.held("a", "An answer").await;
    conversation::heartbeat(&talk.bed.s, &talk.token, talk.view.lease)
        .await
        .unwrap();
    talk.bed.clock.advance(20 * SECOND);
    let view = held.release().await.unwrap();
    assert_eq!((view.turns.len(), view.asked), (3, 2));
    assert_eq!(talk.said().await, ["An answer"]);
    let row = talk.session().await;
    assert_eq!(row.active_ms, 50 * SECOND, "no time is lost or counted twice");
    assert_eq!(row.last_seen_at, row.started_at.map(|at| at + 50 * SECOND));
}

/// Time is up, within the grace, and what was seen of the clock is not how it stands.
async fn the_deadline_meanwhile(bed: TestBed) {
    let talk = Talk::limited(bed, Some(1)).await;
    talk.bed.clock.advance(30 * SECOND);
    let held = talk.held("a", "Just so").await;
    conversation::heartbeat(&talk.bed.s, &talk.token, talk.view.lease)
        .await
        .unwrap();
    talk.bed.clock.advance(35 * SECOND);
    let view = held.release().await.unwrap();
    assert_eq!(
        (view.state, view.end_reason),
        (Status::Completed, Some(EndReason::TimeUp))
    );
    assert!(view.turns[1].late && view.turns.len() == 2);
    assert_eq!(talk.said().await, ["Just so"]);
    assert_eq!(talk.session().await.active_ms, MINUTE);
}

async fn an_answer_during_a_heartbeat(bed: TestBed) {
    let talk = Talk::start(bed).await;
    talk.bed.clock.advance(20 * SECOND);
    let held = talk.held_heartbeat().await;
    talk.bed.clock.advance(5 * SECOND);
    let answered = talk.answer("a", "An answer").await.unwrap();
    talk.bed.clock.advance(5 * SECOND);
    assert_eq!(held.release().await.unwrap(), answered, "nothing is taken back");
    assert_eq!(talk.said().await, ["An answer"]);
    assert_eq!(talk.session().await.active_ms, 30 * SECOND);
}

async fn a_window_that_is_taken_over_during_its_heartbeat(bed: TestBed) {
    let talk = Talk::start(bed).await;
    talk.bed.clock.advance(20 * SECOND);
    let held = talk.held_heartbeat().await;
    conversation::start(&talk.bed.s, &talk.token, StartInput::default())
        .await
        .unwrap();
    assert_eq!(code(held.release().await), Code::TakenOver);
    assert_eq!(talk.session().await.holder, 2);
}

async fn a_repetition_after_a_crash_gets_the_next_question(bed: TestBed) {
    let mut talk = Talk::start(bed).await;
    let first = talk.answer("a", "My answer").await.unwrap();
    talk.crash().await;
    let waiting = conversation::view(&talk.bed.s, &talk.token).await.unwrap();
    assert!(waiting.writing && waiting.question.is_none());
    let again = talk.answer("a", "My answer").await.unwrap();
    assert_eq!(again, first);
    assert_eq!(talk.said().await, ["My answer"]);
}

async fn a_repetition_after_a_crash_gets_the_models_turn_once(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let config = AiConfig {
        url: model.url().to_owned(),
        key: None,
        model: "m".to_owned(),
    };
    let pace = Pace {
        pause: Duration::from_millis(5),
        silence: Duration::from_millis(250),
        turn: Duration::from_millis(1_500),
    };
    let mut talk = Talk::start(bed).await;
    talk.answer("a", "My answer").await.unwrap();
    talk.crash().await;
    let s = talk.bed.s.clone().with_ai(Ai::paced(Some(config), 8, pace).unwrap());
    model.say(json!({ "action": "next", "text": "Thank you for that." }));
    let tries: Vec<_> = (0..5)
        .map(|_| {
            let (s, token, input) = (s.clone(), talk.token.clone(), talk.input("a", "My answer"));
            tokio::spawn(async move { conversation::answer(&s, &token, input).await })
        })
        .collect();
    for one in tries {
        let view = one.await.unwrap().unwrap();
        assert_eq!(view.turns.len(), 3);
        assert_eq!(view.turns[2].text, "Thank you for that.\n\nQuestion number 2?");
        assert!(!view.writing && view.question.is_some());
    }
    assert_eq!(model.requests().len(), 1);
    assert_eq!(talk.said().await, ["My answer"]);
}

/// The list sorts whoever is inside by whole minutes, and whoever is through by what it took.
async fn the_list_sorts_by_minutes_until_the_end(bed: TestBed) {
    let mut talk = Talk::start(bed).await;
    for (n, minutes) in [(1, 0), (2, 1)] {
        talk.bed.clock.advance(40 * SECOND);
        talk.view = talk.answer(&format!("c{n}"), "Words").await.unwrap();
        let row = talk.session().await;
        assert_eq!((row.active_ms, row.duration_key), (n * 40 * SECOND, minutes * MINUTE));
    }
    let id = SessionId(talk.session().await.id);
    sessions::end(&talk.bed.s, &talk.bed.owner, id).await.unwrap();
    let row = talk.session().await;
    assert_eq!((row.active_ms, row.duration_key), (80 * SECOND, 80 * SECOND));
}

/// What a process remembers of a transcript, another one may have gone on with.
async fn two_processes_share_a_session(bed: TestBed) {
    let mut talk = Talk::start(bed).await;
    let one = talk.bed.s.clone();
    talk.bed.restart().await;
    let other = talk.bed.s.clone();
    for n in 1..=2 {
        talk.bed.s = if n == 1 { one.clone() } else { other.clone() };
        talk.view = talk.answer(&format!("c{n}"), "Words").await.unwrap();
        for s in [&one, &other] {
            let seen = conversation::view(s, &talk.token).await.unwrap();
            assert_eq!((seen.turns.len(), &seen), (1 + 2 * n, &talk.view));
        }
    }
}

/// What is answered is made up in memory; what is looked at comes from the database.
async fn the_view_of_an_answer_is_the_view(bed: TestBed) {
    let mut talk = Talk::limited(bed, Some(30)).await;
    assert_eq!(conversation::view(&talk.bed.s, &talk.token).await.unwrap(), talk.view);
    let mut n = 0;
    while talk.view.question.is_some() {
        talk.bed.clock.advance(if n == 1 { 5 * MINUTE } else { 40 * SECOND });
        n += 1;
        talk.view = talk
            .answer(&format!("c{n}"), " Some words,\r\n and more ")
            .await
            .unwrap();
        assert_eq!(conversation::view(&talk.bed.s, &talk.token).await.unwrap(), talk.view);
        let beat = conversation::heartbeat(&talk.bed.s, &talk.token, talk.view.lease).await;
        assert_eq!(beat.unwrap(), talk.view);
    }
    assert_eq!((n, talk.view.turns.len()), (3, 7));
    assert_eq!(talk.view.turns[3].pause_minutes, Some(5));
    let resumed = conversation::start(&talk.bed.s, &talk.token, StartInput::default())
        .await
        .unwrap();
    assert_eq!(
        resumed,
        CandidateView {
            lease: 2,
            ..talk.view.clone()
        }
    );
    let finished = conversation::finish(&talk.bed.s, &talk.token).await.unwrap();
    assert_eq!(conversation::view(&talk.bed.s, &talk.token).await.unwrap(), finished);
}

/// Looking before the start keeps nothing that a creator may still change; from the start on nothing changes.
async fn what_is_asked_is_what_was_pinned(bed: TestBed) {
    let interview = bed.interview(2, |_| {}).await;
    let c = bed.candidate(interview, "Ana", None).await;
    let t = token(&c);
    conversation::landing(&bed.s, &t).await.unwrap();
    conversation::view(&bed.s, &t).await.unwrap();
    let questions = |text: &str| json!({ "questions": [{ "text": text }, { "text": "And then?" }] });
    interviews::patch(&bed.s, &bed.owner, interview, &questions("Before the start?"), None)
        .await
        .unwrap();
    let view = conversation::start(&bed.s, &t, consent()).await.unwrap();
    assert_eq!(view.question.as_ref().unwrap().text, "Before the start?");
    interviews::patch(&bed.s, &bed.owner, interview, &questions("After the start?"), None)
        .await
        .unwrap();
    let seen = conversation::view(&bed.s, &t).await.unwrap();
    assert_eq!(seen.question, view.question);
    let other = bed.candidate(interview, "Ben", None).await;
    let view = conversation::start(&bed.s, &token(&other), consent()).await.unwrap();
    assert_eq!(view.question.as_ref().unwrap().text, "After the start?");
}

async fn a_start_that_was_taken_back_pins_nothing(bed: TestBed) {
    let interview = bed.interview(0, |_| {}).await;
    let c = bed.candidate(interview, "Ana", None).await;
    let t = token(&c);
    assert_eq!(
        code(conversation::start(&bed.s, &t, consent()).await),
        Code::NotOpen,
        "there is nothing to ask"
    );
    let questions = json!({ "questions": [{ "text": "Something after all?" }] });
    interviews::patch(&bed.s, &bed.owner, interview, &questions, None)
        .await
        .unwrap();
    let view = conversation::start(&bed.s, &t, consent()).await.unwrap();
    assert_eq!(view.question.unwrap().text, "Something after all?");
    assert_eq!(view.total, 1);
}
