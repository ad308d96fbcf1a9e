//! What the tests of imports share.

use crate::common::TestBed;
use parley_domain::{
    account::Actor,
    id::{ImportId, InterviewId},
    import::{Fate, Import, ImportRow, ImportState, RowResult},
    paging::PageRequest,
};
use parley_services::{
    Services,
    entity::candidate,
    error::ServiceError,
    imports::{self, RowFilter, Upload, reader},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::{
    io::Write as _,
    time::{Duration, Instant},
};

/// Services that read tables in this process: the tests made them.
pub fn here(bed: &TestBed) -> Services {
    let mut s = bed.s.clone();
    s.children = None;
    s
}

pub async fn upload(s: &Services, actor: &Actor, interview: InterviewId, bytes: &[u8]) -> Result<Import, ServiceError> {
    let mut file = imports::incoming(s).unwrap();
    file.write_all(bytes).unwrap();
    let options = reader::Options::default();
    imports::upload(
        s,
        actor,
        interview,
        Upload {
            file_name: "people.csv".into(),
            file,
            options,
        },
    )
    .await
}

pub async fn finished(s: &Services, actor: &Actor, id: ImportId) -> Import {
    let limit = Instant::now() + Duration::from_secs(60);
    loop {
        let import = imports::get(s, actor, id).await.unwrap();
        if import.state != ImportState::Running {
            return import;
        }
        assert!(Instant::now() < limit, "the import does not end: {import:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub async fn confirmed(s: &Services, bed: &TestBed, id: ImportId) -> Import {
    imports::confirm(s, &bed.owner, id).await.unwrap();
    finished(s, &bed.owner, id).await
}

pub async fn all_rows(s: &Services, actor: &Actor, id: ImportId, filter: RowFilter) -> Vec<ImportRow> {
    let (mut rows, mut page) = (
        Vec::new(),
        PageRequest {
            limit: Some(200),
            cursor: None,
        },
    );
    loop {
        let found = imports::rows(s, actor, id, filter, &page).await.unwrap();
        rows.extend(found.items);
        match found.next_cursor {
            Some(cursor) => page.cursor = Some(cursor),
            None => return rows,
        }
    }
}

pub async fn people(s: &Services, interview: InterviewId) -> Vec<candidate::Model> {
    candidate::Entity::find()
        .filter(candidate::Column::InterviewId.eq(interview.0))
        .filter(candidate::Column::DeletedAt.is_null())
        .all(s.db.read())
        .await
        .unwrap()
}

/// What must hold at any moment: the figures of a state add up to the rows, and they are those of the rows.
pub async fn sums_hold(s: &Services, actor: &Actor, id: ImportId) {
    let import = imports::get(s, actor, id).await.unwrap();
    let counts = import.counts;
    let rows = all_rows(s, actor, id, RowFilter::default()).await;
    assert_eq!(rows.len(), counts.rows as usize);
    let count = |wanted: RowResult| rows.iter().filter(|row| row.result == Some(wanted)).count() as u32;
    match import.state {
        ImportState::Preview => {
            let fate = |wanted: Fate| rows.iter().filter(|row| row.fate == wanted).count() as u32;
            assert_eq!(counts.new, Some(fate(Fate::New)));
            assert_eq!(counts.already_here, Some(fate(Fate::AlreadyHere)));
            assert_eq!(counts.twice_in_file, Some(fate(Fate::TwiceInFile)));
            assert_eq!(counts.rejected, fate(Fate::Rejected));
            let sum = counts.new.unwrap() + counts.already_here.unwrap() + counts.twice_in_file.unwrap();
            assert_eq!(sum + counts.rejected, counts.rows);
        }
        _ => {
            assert_eq!(counts.added, Some(count(RowResult::Added)));
            assert_eq!(counts.updated, Some(count(RowResult::Updated)));
            assert_eq!(counts.skipped, Some(count(RowResult::Skipped)));
            assert_eq!(counts.rejected, count(RowResult::Rejected));
            if import.state != ImportState::Running {
                assert_eq!(counts.finished(), counts.rows);
            }
        }
    }
    if import.state == ImportState::Undone {
        let sum = counts.removed.unwrap() + counts.restored.unwrap() + counts.kept.unwrap();
        assert_eq!(sum, counts.added.unwrap() + counts.updated.unwrap());
    }
}
