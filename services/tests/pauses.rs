//! A pause is told by the next turn, whatever says first that the candidate is back, and it does not count.

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
    conversation::CandidateView,
    id::SessionId,
    interview::FollowUpDepth,
    session::{EndReason, Status},
    time::{MINUTE, SECOND},
};
use parley_services::{
    Services,
    conversation::{self, AnswerInput, StartInput},
    entity, sessions,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

on_both_databases!(
    whatever_says_first_that_somebody_is_back,
    pauses_add_up_until_something_is_said,
    a_pause_that_another_process_has_seen,
    the_interviewers_turn_tells_it_where_it_comes_first,
    a_draft_that_is_sent_when_time_is_up_tells_it_too,
    a_finish_after_a_pause,
);

/// A candidate who has started.
struct Talk {
    candidate: Candidate,
    token: String,
    view: CandidateView,
}

fn consent() -> StartInput {
    StartInput {
        consent: true,
        language: "en".into(),
        ..Default::default()
    }
}

impl Talk {
    async fn start(bed: &TestBed, minutes: Option<u32>) -> Self {
        let interview = bed
            .interview(6, |i| {
                i.settings.follow_up_depth = FollowUpDepth::Light;
                i.settings.time_limit_minutes = minutes;
            })
            .await;
        let candidate = bed.candidate(interview, "Ana Lima", None).await;
        let token = token(&candidate);
        let view = conversation::start(&bed.s, &token, consent()).await.unwrap();
        Self { candidate, token, view }
    }

    /// Answers the question of the moment; the minutes of pause that the answer tells.
    async fn answer(&mut self, s: &Services) -> Option<i64> {
        let number = self.view.turns.len();
        let input = AnswerInput {
            client_id: format!("c{number}"),
            question: self.view.question.as_ref().unwrap().id,
            text: Some("Some words".into()),
            choices: Vec::new(),
            lease: Some(self.view.lease),
            presence: Presence::Live,
        };
        self.view = conversation::answer(s, &self.token, input).await.unwrap();
        self.view.turns[number].pause_minutes
    }

    async fn beat(&mut self, s: &Services) {
        self.view = conversation::heartbeat(s, &self.token, self.view.lease).await.unwrap();
    }

    async fn come_back(&mut self, s: &Services) {
        self.view = conversation::start(s, &self.token, StartInput::default())
            .await
            .unwrap();
    }

    async fn session(&self, bed: &TestBed) -> entity::session::Model {
        entity::session::Entity::find()
            .filter(entity::session::Column::CandidateId.eq(self.candidate.id.0))
            .one(bed.s.db.read())
            .await
            .unwrap()
            .unwrap()
    }

    /// What the team reads, in milliseconds.
    async fn pauses(&self, bed: &TestBed) -> Vec<i64> {
        let id = SessionId(self.session(bed).await.id);
        let turns = sessions::transcript(&bed.s, &bed.owner, id).await.unwrap().items;
        turns.iter().map(|turn| turn.pause_ms).collect()
    }
}

async fn whatever_says_first_that_somebody_is_back(bed: TestBed) {
    for way in ["answer", "heartbeat", "resume", "two heartbeats"] {
        let mut talk = Talk::start(&bed, Some(30)).await;
        bed.clock.advance(30 * SECOND);
        // From now on the process has the session in memory.
        assert_eq!(talk.answer(&bed.s).await, None, "{way}");
        bed.clock.advance(5 * MINUTE);
        match way {
            "heartbeat" => talk.beat(&bed.s).await,
            "resume" => talk.come_back(&bed.s).await,
            "two heartbeats" => {
                talk.beat(&bed.s).await;
                bed.clock.advance(20 * SECOND);
                talk.beat(&bed.s).await;
            }
            _ => {}
        }
        let told = talk.answer(&bed.s).await;
        assert_eq!(told, Some(5), "{way}");
        bed.clock.advance(30 * SECOND);
        assert_eq!(talk.answer(&bed.s).await, None, "{way}: told once");
        assert_eq!(talk.pauses(&bed).await, [0, 0, 0, 5 * MINUTE, 0, 0, 0], "{way}");
        let row = talk.session(&bed).await;
        let there = if way == "two heartbeats" { 80 } else { 60 };
        assert_eq!(row.active_ms, there * SECOND, "{way}: it did not count");
        assert_eq!(row.pending_pause_ms, 0, "{way}");
        assert_eq!(conversation::view(&bed.s, &talk.token).await.unwrap(), talk.view);
    }
}

async fn pauses_add_up_until_something_is_said(bed: TestBed) {
    let mut talk = Talk::start(&bed, None).await;
    for minutes in [2, 3, 4] {
        bed.clock.advance(minutes * MINUTE);
        talk.beat(&bed.s).await;
        // Being there is no pause, nor is a silence of less than a minute.
        bed.clock.advance(40 * SECOND);
        talk.beat(&bed.s).await;
    }
    assert_eq!(talk.session(&bed).await.pending_pause_ms, 9 * MINUTE);
    bed.clock.advance(2 * MINUTE);
    assert_eq!(talk.answer(&bed.s).await, Some(11));
    assert_eq!(talk.session(&bed).await.pending_pause_ms, 0);
    assert_eq!(talk.pauses(&bed).await, [0, 11 * MINUTE, 0]);
}

/// What a process has in memory of a session knows nothing of the pause that another one has seen the end of.
async fn a_pause_that_another_process_has_seen(mut bed: TestBed) {
    let here = bed.s.clone();
    bed.restart().await;
    let other = std::mem::replace(&mut bed.s, here);
    let mut talk = Talk::start(&bed, None).await;
    talk.answer(&bed.s).await;
    bed.clock.advance(3 * MINUTE);
    talk.beat(&other).await;
    bed.clock.advance(10 * SECOND);
    assert_eq!(talk.answer(&bed.s).await, Some(3));
    bed.clock.advance(4 * MINUTE);
    talk.beat(&bed.s).await;
    assert_eq!(talk.answer(&other).await, Some(4));
    assert_eq!(
        talk.pauses(&bed).await,
        [0, 0, 0, 3 * MINUTE, 0, 4 * MINUTE, 0],
        "and each is told once"
    );
}

/// The process died after an answer; its candidate comes back ten minutes later, and the next question with them.
async fn the_interviewers_turn_tells_it_where_it_comes_first(mut bed: TestBed) {
    let mut talk = Talk::start(&bed, None).await;
    let first = talk.view.question.as_ref().map(|q| q.id.0);
    talk.answer(&bed.s).await;
    let row = talk.session(&bed).await;
    let conn = bed.s.db.read();
    entity::turn::Entity::delete_many()
        .filter(entity::turn::Column::SessionId.eq(row.id))
        .filter(entity::turn::Column::Number.eq(3))
        .exec(conn)
        .await
        .unwrap();
    let mut change = row.into_active_model();
    change.turns = Set(2);
    change.question_index = Set(0);
    change.prompt_id = Set(first);
    change.awaiting = Set(Some("interviewer".into()));
    change.update(conn).await.unwrap();
    bed.restart().await;
    bed.clock.advance(10 * MINUTE);
    talk.come_back(&bed.s).await;
    assert_eq!(talk.view.turns[2].pause_minutes, Some(10));
    assert_eq!(talk.answer(&bed.s).await, None);
    assert_eq!(talk.pauses(&bed).await, [0, 0, 10 * MINUTE, 0, 0]);
}

async fn a_draft_that_is_sent_when_time_is_up_tells_it_too(bed: TestBed) {
    let mut talk = Talk::start(&bed, Some(2)).await;
    bed.clock.advance(30 * SECOND);
    talk.beat(&bed.s).await;
    bed.clock.advance(5 * MINUTE);
    talk.beat(&bed.s).await;
    assert_eq!(talk.view.seconds_left, Some(90));
    bed.clock.advance(50 * SECOND);
    talk.beat(&bed.s).await;
    bed.clock.advance(45 * SECOND);
    assert_eq!(talk.answer(&bed.s).await, Some(5));
    assert_eq!(
        (talk.view.state, talk.view.end_reason),
        (Status::Completed, Some(EndReason::TimeUp))
    );
    assert!(talk.view.turns[1].late);
    let row = talk.session(&bed).await;
    assert_eq!((row.active_ms, row.pending_pause_ms), (2 * MINUTE, 0));
}

/// No turn comes any more: nothing is told, and nothing counts.
async fn a_finish_after_a_pause(bed: TestBed) {
    let mut talk = Talk::start(&bed, None).await;
    talk.answer(&bed.s).await;
    bed.clock.advance(5 * MINUTE);
    let view = conversation::finish_by(&bed.s, &talk.token, Some(talk.view.lease))
        .await
        .unwrap();
    assert_eq!(view.turns, talk.view.turns);
    assert_eq!(talk.session(&bed).await.active_ms, 0);
}
