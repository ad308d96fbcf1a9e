//! Batches of resumes, and the tokens that they cost.

use crate::common::TestBed;
use parley_domain::{
    batch::ResumeBatch,
    id::{BatchId, InterviewId},
    paging::PageRequest,
    token::EntryKind,
};
use parley_services::{
    Config, Services,
    error::ServiceError,
    jobs,
    resumes::batch::{self, Upload},
    storage, tokens,
};
use std::{io::Write as _, sync::Arc};

/// Services that read PDFs in this process: the tests made them.
pub fn here(bed: &TestBed) -> Services {
    let mut s = bed.s.clone();
    s.children = None;
    s
}

pub fn with_tokens(bed: &TestBed, initial_tokens: i64, tokens_per_resume: i64) -> Services {
    let mut s = here(bed);
    s.config = Arc::new(Config {
        initial_tokens,
        tokens_per_resume,
        ..(*s.config).clone()
    });
    s
}

pub fn uploaded(s: &Services, name: &str, bytes: &[u8]) -> Upload {
    let mut file = storage::incoming(s).unwrap();
    file.write_all(bytes).unwrap();
    Upload {
        file_name: name.into(),
        file: file.into_temp_path(),
    }
}

pub async fn new_batch(s: &Services, bed: &TestBed, interview: InterviewId, files: &[(&str, &[u8])]) -> ResumeBatch {
    let uploads = files.iter().map(|(name, bytes)| uploaded(s, name, bytes)).collect();
    batch::upload(s, &bed.owner, interview, uploads, true, false)
        .await
        .unwrap()
}

pub async fn read(s: &Services, bed: &TestBed, id: BatchId) -> ResumeBatch {
    batch::start(s, &bed.owner, id).await.unwrap();
    jobs::run_due(s).await.unwrap();
    batch::get(s, &bed.owner, id).await.unwrap()
}

pub async fn balance(s: &Services, bed: &TestBed) -> (i64, i64) {
    let account = tokens::account(s, &bed.owner).await.unwrap();
    (account.balance, account.reserved)
}

pub async fn kinds(s: &Services, bed: &TestBed) -> Vec<EntryKind> {
    let page = PageRequest {
        limit: Some(200),
        cursor: None,
    };
    let entries = tokens::entries(s, &bed.owner, &page).await.unwrap().items;
    entries.into_iter().rev().map(|entry| entry.kind).collect()
}

pub fn code(error: ServiceError) -> &'static str {
    match error {
        ServiceError::Conflict { code, .. } => code,
        other => panic!("{other}"),
    }
}
