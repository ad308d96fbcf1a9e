//! Short ways to make an interview and to read what is stored of it.

use crate::common::TestBed;
use parley_domain::{id::InterviewId, interview::InterviewInput};
use parley_services::{entity::interview, error::ServiceError, interviews};
use sea_orm::EntityTrait;

pub fn titled(title: &str) -> InterviewInput {
    InterviewInput {
        title: title.into(),
        ..Default::default()
    }
}

pub async fn current_version(bed: &TestBed, id: InterviewId) -> interviews::Version {
    let row = interview::Entity::find_by_id(id.0)
        .one(bed.s.db.read())
        .await
        .unwrap()
        .unwrap();
    interviews::version(bed.s.db.read(), bed.workspace, row.version_id.into())
        .await
        .unwrap()
}

pub fn fields(error: ServiceError) -> Vec<String> {
    match error {
        ServiceError::Invalid(errors) => errors.into_iter().map(|e| e.field).collect(),
        other => panic!("{other:?}"),
    }
}
