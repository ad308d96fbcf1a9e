//! Versions that sessions have started on, kept in memory: they never change again, and every answer needs one.
//!
//! Only what was read outside of transactions is kept. Inside one a version may look pinned that is not, should the
//! transaction roll back.

use super::version::{Version, from_rows, set_live};
use crate::{
    entity::{interview, interview_version},
    error::{Result, ServiceError},
    shelf::Shelf,
};
use parley_domain::{
    id::VersionId,
    interview::{Criterion, Settings},
    question::Question,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter};
use std::sync::Arc;
use uuid::Uuid;

/// How much is kept, in bytes of text and a little for each item.
const ROOM: usize = 8_000_000;
/// What an item takes beside its text.
const FRAME: usize = 200;

/// Pinned versions. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Pinned(Shelf<(Uuid, VersionId), Arc<Version>>);

impl Default for Pinned {
    fn default() -> Self {
        Self(Shelf::new(ROOM))
    }
}

impl Pinned {
    /// A version of an interview with its live settings; read from the database if it is not here, and kept from then on
    /// if it is pinned.
    pub(crate) async fn get(
        &self,
        conn: &DatabaseConnection,
        of: &interview::Model,
        id: VersionId,
    ) -> Result<Arc<Version>> {
        if let Some(version) = self.kept(of, id) {
            return Ok(version);
        }
        let row = row(conn, of, id).await?;
        let pinned = row.pinned;
        let version = Arc::new(from_rows(row, of)?);
        if pinned {
            self.keep(of.id, Arc::clone(&version));
        }
        Ok(version)
    }

    /// The same inside a transaction: nothing that it reads is kept.
    pub(crate) async fn get_within(
        &self,
        tx: &impl ConnectionTrait,
        of: &interview::Model,
        id: VersionId,
    ) -> Result<Arc<Version>> {
        if let Some(version) = self.kept(of, id) {
            return Ok(version);
        }
        Ok(Arc::new(from_rows(row(tx, of, id).await?, of)?))
    }

    /// Forgets all of them: a workspace was deleted, and its words should not outlive it here.
    pub(crate) fn forget(&self) {
        self.0.clear();
    }

    fn kept(&self, of: &interview::Model, id: VersionId) -> Option<Arc<Version>> {
        self.0.look(&(of.id, id), |version| {
            let mut settings = version.settings.clone();
            set_live(&mut settings, of);
            if settings != version.settings {
                // The interview's live settings were changed: they are not pinned.
                *version = Arc::new(Version {
                    settings,
                    ..(**version).clone()
                });
            }
            Arc::clone(version)
        })
    }

    fn keep(&self, of: Uuid, version: Arc<Version>) {
        let size = size(&version);
        self.0.keep((of, version.id), version, size);
    }
}

async fn row(conn: &impl ConnectionTrait, of: &interview::Model, id: VersionId) -> Result<interview_version::Model> {
    interview_version::Entity::find_by_id(id.0)
        .filter(interview_version::Column::WorkspaceId.eq(of.workspace_id))
        .filter(interview_version::Column::InterviewId.eq(of.id))
        .one(conn)
        .await?
        .ok_or(ServiceError::NotFound)
}

fn size(version: &Version) -> usize {
    let texts = |texts: &[String]| texts.iter().map(|text| text.len() + FRAME).sum::<usize>();
    let question = |q: &Question| {
        let choices: usize = q.choices.iter().map(|choice| choice.text.len() + FRAME).sum();
        FRAME + q.text.len() + texts(&q.expected_points) + choices
    };
    let criterion = |c: &Criterion| FRAME + c.name.len() + c.description.len();
    FRAME
        + size_of::<Settings>()
        + version.objective.len()
        + version.questions.iter().map(question).sum::<usize>()
        + version.criteria.iter().map(criterion).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interview(days: i32) -> interview::Model {
        interview::Model {
            id: Uuid::from_u128(1),
            workspace_id: Uuid::nil(),
            title: String::new(),
            description: String::new(),
            welcome: String::new(),
            state: "open".into(),
            inactivity_days: days,
            self_retakes: 0,
            require_invited_email: false,
            invite_expiry_days: None,
            revision: 1,
            version_id: Uuid::nil(),
            created_by: None,
            created_at: 0,
            updated_at: 0,
        }
    }

    fn version(id: u128, length: usize) -> Arc<Version> {
        let mut settings = Settings::default();
        set_live(&mut settings, &interview(7));
        Arc::new(Version {
            id: VersionId(Uuid::from_u128(id)),
            number: 1,
            objective: "x".repeat(length),
            criteria: Vec::new(),
            questions: Vec::new(),
            settings,
        })
    }

    #[test]
    fn live_settings_are_those_of_now() {
        let (pinned, of) = (Pinned::default(), interview(7));
        pinned.keep(of.id, version(1, 1));
        let id = VersionId(Uuid::from_u128(1));
        assert_eq!(pinned.kept(&of, id).unwrap().settings.inactivity_days, 7);
        assert_eq!(pinned.kept(&interview(3), id).unwrap().settings.inactivity_days, 3);
        assert_eq!(pinned.kept(&interview(3), id).unwrap().objective, "x");
    }

    #[test]
    fn a_version_is_another_interviews_by_its_key() {
        let (pinned, of) = (Pinned::default(), interview(7));
        pinned.keep(of.id, version(1, 1));
        let other = interview::Model {
            id: Uuid::from_u128(2),
            ..interview(7)
        };
        assert!(pinned.kept(&other, VersionId(Uuid::from_u128(1))).is_none());
    }
}
