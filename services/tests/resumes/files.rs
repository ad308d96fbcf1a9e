//! The files themselves: kept, discarded, left behind.

use crate::{
    common::TestBed,
    on_both_databases,
    pdf::resume,
    support::{here, new_batch, read},
};
use parley_domain::{account::Role, time::HOUR};
use parley_services::{
    candidates,
    entity::file,
    error::ServiceError,
    resumes::{batch, single},
};
use sea_orm::{EntityTrait, IntoActiveModel, PaginatorTrait};
use std::{
    fs::File,
    io::Read as _,
    time::{Duration, UNIX_EPOCH},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

on_both_databases!(
    files_are_kept_or_discarded_and_go_with_the_candidate,
    bytes_that_nothing_knows_are_removed_at_start,
);

async fn files_are_kept_or_discarded_and_go_with_the_candidate(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let bytes = resume("Ana Lima", "a@example.com");
    let batch = new_batch(&s, &bed, interview, &[("ana.pdf", &bytes)]).await;
    read(&s, &bed, batch.id).await;
    let done = batch::add(&s, &bed.owner, batch.id, None).await.unwrap();
    let kept = done.files[0].candidate_id.unwrap();
    bed.clock.advance(HOUR);
    batch::sweep(&s).await.unwrap();
    let (name, mut stored, length) = single::of_candidate(&s, &bed.owner, kept).await.unwrap();
    let mut content = Vec::new();
    stored.read_to_end(&mut content).unwrap();
    assert_eq!((name.as_str(), length as usize), ("ana.pdf", bytes.len()));
    assert_eq!(content, bytes);
    let viewer = bed.member(Role::Viewer);
    assert!(single::of_candidate(&s, &viewer, kept).await.is_ok());
    let stranger = bed.stranger().await;
    assert!(matches!(
        single::of_candidate(&s, &stranger, kept).await,
        Err(ServiceError::NotFound)
    ));

    let batch = new_batch(&s, &bed, interview, &[("ben.pdf", &resume("Ben Doe", "b@example.com"))]).await;
    read(&s, &bed, batch.id).await;
    let done = batch::add(&s, &bed.owner, batch.id, Some(false)).await.unwrap();
    let discarded = done.files[0].candidate_id.unwrap();
    assert!(matches!(
        single::of_candidate(&s, &bed.owner, discarded).await,
        Err(ServiceError::NotFound)
    ));
    assert_eq!(
        candidates::get(&s, &bed.owner, discarded).await.unwrap().resume_file,
        None
    );
    bed.clock.advance(HOUR);
    batch::sweep(&s).await.unwrap();
    assert_eq!(file::Entity::find().count(s.db.read()).await.unwrap(), 1);

    candidates::delete(&s, &bed.owner, &[kept]).await.unwrap();
    bed.clock.advance(HOUR);
    candidates::erase(&s, &bed.owner, &[kept]).await.unwrap();
    assert_eq!(file::Entity::find().count(s.db.read()).await.unwrap(), 0);
    let left = std::fs::read_dir(bed.dir().join("files")).unwrap().count();
    assert_eq!(left, 0, "no bytes stay behind");
}

async fn bytes_that_nothing_knows_are_removed_at_start(bed: TestBed) {
    let s = here(&bed);
    let folder = bed.dir().join("files");
    std::fs::create_dir_all(&folder).unwrap();
    let long_ago = UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let put = |name: &str, old: bool| {
        let path = folder.join(name);
        std::fs::write(&path, name).unwrap();
        if old {
            let file = File::options().write(true).open(&path).unwrap();
            file.set_modified(long_ago).unwrap();
        }
        path
    };
    // More than the database is asked about at once, and strays in between.
    let now = s.now().millis();
    let known = (1..=510).map(|n| {
        let id = Uuid::from_u128(n);
        put(&id.to_string(), true);
        let row = file::Model {
            id,
            workspace_id: bed.workspace.0,
            sha256: id.as_bytes().to_vec(),
            size: 36,
            content_type: "application/pdf".into(),
            storage_key: id.to_string(),
            created_at: now,
            updated_at: now,
        };
        row.into_active_model()
    });
    file::Entity::insert_many(known)
        .exec_without_returning(s.db.read())
        .await
        .unwrap();
    let strays = [put(&Uuid::from_u128(600).to_string(), true), put("left-over.tmp", true)];
    let fresh = put(&Uuid::from_u128(700).to_string(), false);
    let stop = CancellationToken::new();
    stop.cancel();
    batch::run(s, stop).await;
    assert!(strays.iter().all(|path| !path.exists()) && fresh.exists());
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 511);
}
