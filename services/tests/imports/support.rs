//! Tables to import, and changes to their previews.

use crate::{
    common::TestBed,
    tables::{people, upload},
};
use parley_domain::{
    candidate::Candidate,
    id::{CandidateId, InterviewId},
    import::{CellChange, Import, ImportPatch, OnDuplicate},
};
use parley_services::{Services, candidates};

pub async fn uploaded(s: &Services, bed: &TestBed, interview: InterviewId, text: &str) -> Import {
    upload(s, &bed.owner, interview, text.as_bytes()).await.unwrap()
}

pub async fn person(s: &Services, bed: &TestBed, interview: InterviewId, email: &str) -> Candidate {
    let row = people(s, interview)
        .await
        .into_iter()
        .find(|row| row.email_norm.as_deref() == Some(email))
        .unwrap();
    candidates::get(s, &bed.owner, CandidateId(row.id)).await.unwrap()
}

pub const PEOPLE: &str = "Name,Email,Phone,School,Year of graduation\n\
    Ana Lima,ana@x.example,+49 176 12345,UPM,2024\n\
    Ben Doe,BEN@x.example,,KCL,\n\
    Cleo,ana@X.example,,,\n\
    Anna,anna@,,,\n\
    ,,,Nobody,\n\
    Zoë,,,,2025\n";

pub fn choose(choice: OnDuplicate) -> ImportPatch {
    ImportPatch {
        on_duplicate: Some(choice),
        ..ImportPatch::default()
    }
}

pub fn set(column: u32, value: &str) -> [CellChange; 1] {
    [CellChange {
        column,
        value: value.to_owned(),
    }]
}
