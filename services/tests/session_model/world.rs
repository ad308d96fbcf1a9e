//! An interview, a candidate, and what every step does to them and to the model.

use crate::{
    common::{TestBed, token},
    model::{Attempt, LIMIT, Model, OWN, QUESTIONS, finishing},
    steps::Step,
};
use parley_domain::{
    candidate::Candidate,
    clock::Presence,
    conversation::{CandidateErrorCode as Code, CandidateView, Speaker},
    id::{InterviewId, PromptId, QuestionId, SessionId},
    session::{EndReason, RetakeReason, Status},
    time::{HOUR, MINUTE},
};
use parley_services::{
    candidates,
    conversation::{self, AnswerInput, PublicStart, StartInput},
    entity, links,
    sessions::{self, RetakeInput},
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

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

pub struct World {
    pub bed: TestBed,
    pub interview: InterviewId,
    pub candidate: Candidate,
    pub token: String,
    pub model: Model,
}

impl World {
    /// With a candidate who was invited, or who walked in by the public link and is inside already.
    pub async fn new(bed: TestBed, walks_in: bool, timed: bool) -> Self {
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

    pub fn now(&mut self) -> &mut Attempt {
        self.model.attempts.last_mut().unwrap()
    }

    /// Another attempt is there.
    pub fn again(&mut self) {
        let next = self.now().next();
        self.model.attempts.push(next);
    }

    pub async fn take(&mut self, step: &Step) {
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

    pub async fn start(&mut self, consent: bool) {
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
    pub async fn check(&self) {
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
