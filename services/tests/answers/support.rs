//! A conversation whose calls can be held between their look and their write.

use crate::common::{TestBed, token};
use parley_domain::{
    candidate::Candidate,
    clock::Presence,
    conversation::{CandidateError, CandidateErrorCode as Code, CandidateView, Speaker},
    id::PromptId,
    interview::FollowUpDepth,
    time::Timestamp,
};
use parley_services::{
    Services,
    clock::{Clock, ManualClock},
    conversation::{self, AnswerInput, StartInput},
    entity,
    secrets::Secrets,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use std::sync::{Arc, Mutex, mpsc};
use tokio::{sync::oneshot, task::JoinHandle};

/// A clock that can hold who asks it, once.
#[derive(Debug)]
pub struct Gate {
    pub clock: Arc<ManualClock>,
    pub closed: Mutex<Option<(oneshot::Sender<()>, mpsc::Receiver<()>)>>,
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
pub struct Talk {
    pub bed: TestBed,
    pub candidate: Candidate,
    pub token: String,
    pub view: CandidateView,
}

/// A call that has looked and has not written yet.
pub struct Held {
    pub go: mpsc::Sender<()>,
    pub call: JoinHandle<Result<CandidateView, CandidateError>>,
}

impl Held {
    pub async fn release(self) -> Result<CandidateView, CandidateError> {
        self.go.send(()).unwrap();
        self.call.await.unwrap()
    }
}

impl Talk {
    pub async fn start(bed: TestBed) -> Self {
        Self::limited(bed, None).await
    }

    pub async fn limited(bed: TestBed, minutes: Option<u32>) -> Self {
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

    pub fn input(&self, client: &str, text: &str) -> AnswerInput {
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
    pub fn gated(&self) -> (Services, oneshot::Receiver<()>, mpsc::Sender<()>) {
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
    pub async fn held(&self, client: &str, text: &str) -> Held {
        let (s, arrived, go) = self.gated();
        let (token, input) = (self.token.clone(), self.input(client, text));
        let call = tokio::spawn(async move { conversation::answer(&s, &token, input).await });
        arrived.await.unwrap();
        Held { go, call }
    }

    pub async fn held_heartbeat(&self) -> Held {
        let (s, arrived, go) = self.gated();
        let (token, lease) = (self.token.clone(), self.view.lease);
        let call = tokio::spawn(async move { conversation::heartbeat(&s, &token, lease).await });
        arrived.await.unwrap();
        Held { go, call }
    }

    pub async fn answer(&self, client: &str, text: &str) -> Result<CandidateView, CandidateError> {
        conversation::answer(&self.bed.s, &self.token, self.input(client, text)).await
    }

    /// The session that was started.
    pub async fn session(&self) -> entity::session::Model {
        entity::session::Entity::find()
            .filter(entity::session::Column::CandidateId.eq(self.candidate.id.0))
            .order_by_asc(entity::session::Column::Attempt)
            .one(self.bed.s.db.read())
            .await
            .unwrap()
            .unwrap()
    }

    /// What the candidate said, as it is stored; the turns are numbered without a gap, as many as the session counts.
    pub async fn said(&self) -> Vec<String> {
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
    pub async fn crash(&mut self) {
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

pub fn consent() -> StartInput {
    StartInput {
        consent: true,
        language: "en".into(),
        ..Default::default()
    }
}

pub fn code(result: Result<CandidateView, CandidateError>) -> Code {
    result.expect_err("a refusal").error
}
