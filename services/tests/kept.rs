//! An answer begins with what the last request of its session left in memory, and is stored together with others that come
//! at the same moment. Neither can be told from one that looked everything up and was alone.

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
    conversation::{CandidateError, CandidateErrorCode as Code, CandidateView},
    id::{InterviewId, SessionId},
    session::RetakeReason,
};
use parley_services::{
    Services, candidates,
    conversation::{self, AnswerInput, StartInput},
    db::Priority,
    entity, interviews,
    sessions::{self, RetakeInput},
};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde_json::json;
use std::{sync::Arc, time::Duration};

on_both_databases!(
    what_happened_since_the_last_answer_counts,
    a_heartbeat_notices_too,
    answers_of_many_sessions_at_once,
    one_that_cannot_be_stored_keeps_nobody_else_from_it,
    two_devices_of_many_sessions_at_once,
    an_answer_and_a_sign_of_life_at_once,
);

/// A candidate who has started and answered once, so that the process has their session in memory.
struct Talk {
    candidate: Candidate,
    token: String,
    view: CandidateView,
}

impl Talk {
    async fn start(bed: &TestBed, interview: InterviewId, name: &str) -> Self {
        let candidate = bed.candidate(interview, name, None).await;
        let token = token(&candidate);
        let input = StartInput {
            consent: true,
            language: "en".into(),
            ..Default::default()
        };
        let view = conversation::start(&bed.s, &token, input).await.unwrap();
        let mut talk = Self { candidate, token, view };
        talk.view = talk.answer(&bed.s, "first", "The first answer").await.unwrap();
        talk
    }

    fn input(&self, client: &str, text: &str) -> AnswerInput {
        AnswerInput {
            client_id: client.into(),
            question: self.view.question.as_ref().unwrap().id,
            text: Some(text.into()),
            choices: Vec::new(),
            lease: Some(self.view.lease),
            presence: Presence::Live,
        }
    }

    async fn answer(&self, s: &Services, client: &str, text: &str) -> Result<CandidateView, CandidateError> {
        conversation::answer(s, &self.token, self.input(client, text)).await
    }

    /// The session that was started.
    async fn session(&self, bed: &TestBed) -> entity::session::Model {
        entity::session::Entity::find()
            .filter(entity::session::Column::CandidateId.eq(self.candidate.id.0))
            .order_by_asc(entity::session::Column::Attempt)
            .one(bed.s.db.read())
            .await
            .unwrap()
            .unwrap()
    }

    /// All turns of that session, as they are stored, numbered without a gap.
    async fn turns(&self, bed: &TestBed) -> Vec<entity::turn::Model> {
        let row = self.session(bed).await;
        let turns = entity::turn::Entity::find()
            .filter(entity::turn::Column::SessionId.eq(row.id))
            .order_by_asc(entity::turn::Column::Number)
            .all(bed.s.db.read())
            .await
            .unwrap();
        let numbers: Vec<_> = turns.iter().map(|turn| turn.number).collect();
        assert_eq!(numbers, (1..=row.turns).collect::<Vec<_>>());
        turns
    }

    async fn said(&self, bed: &TestBed) -> Vec<String> {
        let turns = self.turns(bed).await;
        let said = turns.into_iter().filter(|turn| turn.speaker == "candidate");
        said.map(|turn| turn.text).collect()
    }
}

/// The same installation in another process, which knows nothing but what is stored.
async fn another_process(bed: &mut TestBed) -> Services {
    let here = bed.s.clone();
    bed.restart().await;
    std::mem::replace(&mut bed.s, here)
}

/// What happens to a session while its candidate thinks.
#[derive(Clone, Copy, Debug)]
enum Event {
    Nothing,
    Renamed,
    Retitled,
    Paused,
    AnsweredElsewhere,
    OpenedElsewhere,
    Beat,
    Ended,
    Finished,
    LinkReplaced,
    Deleted,
    Retaken,
}

impl Event {
    const ALL: [Self; 12] = [
        Self::Nothing,
        Self::Renamed,
        Self::Retitled,
        Self::Paused,
        Self::AnsweredElsewhere,
        Self::OpenedElsewhere,
        Self::Beat,
        Self::Ended,
        Self::Finished,
        Self::LinkReplaced,
        Self::Deleted,
        Self::Retaken,
    ];

    /// Happens, as seen by process `s`; the refusal of an answer after it, if there is one.
    async fn happens(self, s: &Services, bed: &TestBed, interview: InterviewId, talk: &Talk) -> Option<Code> {
        let (owner, id) = (&bed.owner, talk.candidate.id);
        let session = SessionId(talk.session(bed).await.id);
        match self {
            Self::Nothing => None,
            Self::Renamed => {
                let change = json!({"name": "Ana Maria Lima"});
                candidates::patch(s, owner, id, &change).await.unwrap();
                None
            }
            Self::Retitled => {
                let change = json!({"title": "Head barista", "settings": {"inactivity_days": 3}});
                interviews::patch(s, owner, interview, &change, None).await.unwrap();
                None
            }
            Self::Paused => {
                let change = json!({"state": "paused"});
                interviews::patch(s, owner, interview, &change, None).await.unwrap();
                None
            }
            Self::AnsweredElsewhere => {
                talk.answer(s, "elsewhere", "From another device").await.unwrap();
                Some(Code::Stale)
            }
            Self::OpenedElsewhere => {
                conversation::start(s, &talk.token, StartInput::default())
                    .await
                    .unwrap();
                Some(Code::TakenOver)
            }
            Self::Beat => {
                conversation::heartbeat(s, &talk.token, talk.view.lease).await.unwrap();
                None
            }
            Self::Ended => {
                sessions::end(s, owner, session).await.unwrap();
                Some(Code::Ended)
            }
            Self::Finished => {
                conversation::finish(s, &talk.token).await.unwrap();
                Some(Code::Ended)
            }
            Self::LinkReplaced => {
                candidates::replace_link(s, owner, id).await.unwrap();
                Some(Code::UnknownLink)
            }
            Self::Deleted => {
                candidates::delete(s, owner, &[id]).await.unwrap();
                Some(Code::UnknownLink)
            }
            Self::Retaken => {
                let input = RetakeInput {
                    reason: RetakeReason::Other,
                    note: String::new(),
                };
                sessions::retake(s, owner, id, input).await.unwrap();
                Some(Code::NotOpen)
            }
        }
    }
}

async fn what_happened_since_the_last_answer_counts(mut bed: TestBed) {
    let other = another_process(&mut bed).await;
    for event in Event::ALL {
        for s in [&bed.s.clone(), &other] {
            let interview = bed.interview(3, |_| {}).await;
            let talk = Talk::start(&bed, interview, "Ana Lima").await;
            bed.clock.advance(5_000);
            let refused = event.happens(s, &bed, interview, &talk).await;
            let outcome = talk.answer(&bed.s, "second", "The second answer").await;
            let said = talk.said(&bed).await;
            if let Some(code) = refused {
                assert_eq!(outcome.expect_err("a refusal").error, code, "{event:?}");
                assert!(!said.contains(&"The second answer".to_owned()), "{event:?}");
                continue;
            }
            let view = outcome.unwrap();
            assert_eq!(said, ["The first answer", "The second answer"], "{event:?}");
            // As one sees it who looks everything up.
            let fresh = another_process(&mut bed).await;
            let seen = conversation::view(&fresh, &talk.token).await.unwrap();
            assert_eq!(view, seen, "{event:?}");
            match event {
                Event::Renamed => assert_eq!(view.name, "Ana Maria Lima"),
                Event::Retitled => assert_eq!(view.title, "Head barista"),
                _ => {}
            }
        }
    }
}

async fn a_heartbeat_notices_too(mut bed: TestBed) {
    let other = another_process(&mut bed).await;
    for event in Event::ALL {
        let interview = bed.interview(3, |_| {}).await;
        let talk = Talk::start(&bed, interview, "Ana Lima").await;
        event.happens(&other, &bed, interview, &talk).await;
        bed.clock.advance(5_000);
        let before = talk.turns(&bed).await;
        let outcome = conversation::heartbeat(&bed.s, &talk.token, talk.view.lease).await;
        assert_eq!(talk.turns(&bed).await, before, "{event:?}");
        match event {
            Event::LinkReplaced | Event::Deleted => assert_eq!(outcome.unwrap_err().error, Code::UnknownLink),
            Event::OpenedElsewhere => assert_eq!(outcome.unwrap_err().error, Code::TakenOver),
            _ => {
                let fresh = another_process(&mut bed).await;
                let seen = conversation::view(&fresh, &talk.token).await.unwrap();
                assert_eq!(outcome.unwrap(), seen, "{event:?}");
            }
        }
    }
}

/// Candidates of one interview who have answered once.
async fn crowd(bed: &TestBed, count: usize) -> Vec<Arc<Talk>> {
    let interview = bed.interview(4, |_| {}).await;
    let mut crowd = Vec::with_capacity(count);
    for n in 0..count {
        crowd.push(Arc::new(Talk::start(bed, interview, &format!("Candidate {n}")).await));
    }
    crowd
}

/// All answer at once; what became of each.
async fn all_answer(s: &Services, crowd: &[Arc<Talk>], client: &str) -> Vec<Result<CandidateView, CandidateError>> {
    let tasks: Vec<_> = crowd
        .iter()
        .map(|talk| {
            let (s, talk, client) = (s.clone(), Arc::clone(talk), client.to_owned());
            tokio::spawn(async move {
                let text = format!("\u{1f600} \"{}\" \\ said {client}", talk.candidate.fields.name);
                talk.answer(&s, &client, &text).await
            })
        })
        .collect();
    let mut outcomes = Vec::with_capacity(tasks.len());
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    outcomes
}

async fn answers_of_many_sessions_at_once(mut bed: TestBed) {
    // More than one batch takes.
    let crowd = crowd(&bed, 150).await;
    let outcomes = all_answer(&bed.s, &crowd, "second").await;
    let fresh = another_process(&mut bed).await;
    for (talk, outcome) in crowd.iter().zip(outcomes) {
        let text = format!("\u{1f600} \"{}\" \\ said second", talk.candidate.fields.name);
        assert_eq!(talk.said(&bed).await, ["The first answer".to_owned(), text]);
        let seen = conversation::view(&fresh, &talk.token).await.unwrap();
        assert_eq!(outcome.unwrap(), seen);
    }
}

async fn one_that_cannot_be_stored_keeps_nobody_else_from_it(bed: TestBed) {
    let crowd = crowd(&bed, 20).await;
    // A turn stands already where theirs would.
    let unlucky = 7;
    let mut turn = crowd[unlucky].turns(&bed).await.pop().unwrap();
    turn.number += 1;
    turn.id = bed.s.new_id().unwrap();
    let turn = turn.into_active_model();
    turn.insert(bed.s.db.read()).await.unwrap();
    let outcomes = all_answer(&bed.s, &crowd, "second").await;
    for (n, (talk, outcome)) in crowd.iter().zip(outcomes).enumerate() {
        if n == unlucky {
            assert_eq!(outcome.unwrap_err().error, Code::Unavailable);
            assert_eq!(talk.session(&bed).await.turns, 3, "nothing is written by halves");
        } else {
            assert_eq!(outcome.unwrap().turns.len(), 5);
            assert_eq!(talk.said(&bed).await.len(), 2);
        }
    }
}

async fn two_devices_of_many_sessions_at_once(mut bed: TestBed) {
    let other = another_process(&mut bed).await;
    let crowd = crowd(&bed, 40).await;
    let (here, there, again) = tokio::join!(
        all_answer(&bed.s, &crowd, "one"),
        all_answer(&other, &crowd, "two"),
        all_answer(&bed.s, &crowd, "one"),
    );
    for (n, talk) in crowd.iter().enumerate() {
        let said = talk.said(&bed).await;
        assert_eq!(said.len(), 2, "{said:?}");
        let one = said[1].ends_with("one");
        assert_eq!(here[n].is_ok(), one);
        assert_eq!(again[n].is_ok(), one);
        assert_eq!(there[n].is_ok(), !one);
        for refused in [&here[n], &there[n], &again[n]]
            .into_iter()
            .filter_map(|o| o.as_ref().err())
        {
            assert_eq!(refused.error, Code::Stale);
        }
    }
}

/// Both wait for the database, so that they could be stored by one statement.
async fn an_answer_and_a_sign_of_life_at_once(bed: TestBed) {
    let crowd = crowd(&bed, 20).await;
    bed.clock.advance(5_000);
    let held = bed.s.db.write(Priority::Person).await.unwrap();
    if !bed.s.db.is_sqlite() {
        held.execute_unprepared("LOCK TABLE session IN EXCLUSIVE MODE")
            .await
            .unwrap();
    }
    let beat = |talk: &Arc<Talk>| {
        let (s, talk) = (bed.s.clone(), Arc::clone(talk));
        tokio::spawn(async move { conversation::heartbeat(&s, &talk.token, talk.view.lease).await })
    };
    let beats: Vec<_> = crowd.iter().map(beat).collect();
    let answering = all_answer(&bed.s, &crowd, "second");
    // Released once everybody is in line.
    let release = async {
        let all = async {
            while bed.s.together.asked() < 2 * crowd.len() {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        let in_line = tokio::time::timeout(Duration::from_secs(30), all).await;
        in_line.expect("all answers and signs of life wait for the database");
        drop(held);
    };
    let (answers, ()) = tokio::join!(answering, release);
    for beat in beats {
        beat.await.unwrap().unwrap();
    }
    for (talk, answer) in crowd.iter().zip(answers) {
        assert_eq!(answer.unwrap().turns.len(), 5);
        // Whichever came last, the session counts what was said.
        assert_eq!(talk.said(&bed).await.len(), 2);
        assert_eq!(talk.session(&bed).await.turns, 5);
    }
}
