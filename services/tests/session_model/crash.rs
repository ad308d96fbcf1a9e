//! A process that dies in the middle of something, and what its successor finds.

use crate::{
    model::{Attempt, QUESTIONS, finishing},
    steps::Act,
    world::World,
};
use parley_domain::{
    clock::Presence,
    id::PromptId,
    session::{EndReason, RetakeReason, Status},
};
use parley_services::{
    conversation::{self, AnswerInput, StartInput},
    db::Priority,
    entity,
    sessions::{self, RetakeInput},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::{future::Future, task::Poll};
use uuid::Uuid;

impl World {
    /// Something is cut off somewhere; afterwards it happened whole or not at all, and coming back goes on from there.
    pub async fn crash(&mut self, act: Act, after: usize) {
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
