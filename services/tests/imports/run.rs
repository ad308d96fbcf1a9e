//! The run itself: long ones, cancelled ones, and those that cannot go on or die in the middle.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{PEOPLE, uploaded},
    tables::{confirmed, finished, here, people, sums_hold},
};
use parley_domain::{
    candidate::{CandidateInput, Source},
    id::CandidateId,
    import::ImportState,
};
use parley_services::{
    Services, candidates, db::Db, entity::import_row, error::ServiceError, imports, secrets::Secrets,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

on_both_databases!(
    cancelling_keeps_the_sums,
    an_import_that_cannot_go_on_accounts_for_every_row,
    many_rows,
);

async fn cancelling_keeps_the_sums(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = uploaded(&s, &bed, interview, PEOPLE).await;
    let cancelled = imports::cancel(&s, &bed.owner, import.id).await.unwrap();
    assert_eq!(
        (cancelled.state, cancelled.counts.skipped),
        (ImportState::Cancelled, Some(6))
    );
    assert!(people(&s, interview).await.is_empty());
    sums_hold(&s, &bed.owner, import.id).await;
    let over = imports::confirm(&s, &bed.owner, import.id).await;
    assert!(matches!(over, Err(ServiceError::Conflict { .. })));

    let many = table(5_000);
    let import = uploaded(&s, &bed, interview, &many).await;
    imports::confirm(&s, &bed.owner, import.id).await.unwrap();
    let cancelled = imports::cancel(&s, &bed.owner, import.id).await.unwrap();
    assert_eq!(cancelled.state, ImportState::Cancelled);
    assert_eq!(cancelled.counts.finished(), 5_000);
    assert_eq!(
        people(&s, interview).await.len(),
        cancelled.counts.added.unwrap() as usize
    );
    sums_hold(&s, &bed.owner, import.id).await;
    let undone = imports::undo(&s, &bed.owner, import.id).await.unwrap();
    assert_eq!(undone.counts.removed, cancelled.counts.added);
    assert!(people(&s, interview).await.is_empty());
}

async fn an_import_that_cannot_go_on_accounts_for_every_row(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let elsewhere = bed.interview(1, |_| {}).await;
    let lines = (0..200).map(|n| format!("Person {n},UPM\n"));
    let text: String = std::iter::once("Name,School\n".to_owned()).chain(lines).collect();
    let import = uploaded(&s, &bed, interview, &text).await;
    let last = import_row::Entity::find()
        .filter(import_row::Column::ImportId.eq(import.id.0))
        .order_by_desc(import_row::Column::Number)
        .one(s.db.read())
        .await
        .unwrap()
        .unwrap();
    // Somebody has the id that the last row gives its candidate: a fault that no second try mends.
    let somebody = CandidateInput {
        name: "Somebody".into(),
        ..Default::default()
    };
    let policy = candidates::OnDuplicate::Refuse;
    candidates::create_as(
        &s,
        &bed.owner,
        CandidateId(last.id),
        elsewhere,
        somebody,
        Source::Api,
        policy,
    )
    .await
    .unwrap();
    let failed = confirmed(&s, &bed, import.id).await;
    assert_eq!((failed.state, failed.work), (ImportState::Failed, None));
    let failure = failed.failure.unwrap();
    assert!(failure.contains("because of a fault"), "{failure}");
    let added = failed.counts.added.unwrap();
    assert!((1..200).contains(&added), "{added}");
    assert_eq!(failed.counts.finished(), 200);
    sums_hold(&s, &bed.owner, import.id).await;
    assert_eq!(people(&s, interview).await.len(), added as usize);
    let undone = imports::undo(&s, &bed.owner, import.id).await.unwrap();
    assert_eq!(undone.state, ImportState::Undone);
    assert_eq!(people(&s, interview).await.len(), 0);
}

fn table(rows: usize) -> String {
    let mut text = "Name,Email,Phone,School,Major,Degree,Graduation year,Work experience,Notes\n".to_owned();
    for n in 0..rows {
        text.push_str(&format!(
            "Person {n},p{n}@x.example,+49 176 {n:07},School {},Law,Master,2024,Clerk,n{n}\n",
            n % 7
        ));
    }
    text
}

async fn many_rows(bed: TestBed) {
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = uploaded(&s, &bed, interview, &table(3_000)).await;
    let done = confirmed(&s, &bed, import.id).await;
    assert_eq!(done.counts.added, Some(3_000));
    assert_eq!(people(&s, interview).await.len(), 3_000);
    sums_hold(&s, &bed.owner, import.id).await;
}

/// A second process on the same database: its tasks can be ended in the middle without ending the test's own.
fn other_process(bed: &TestBed, work: impl AsyncFnOnce(Services) + Send + 'static) -> tokio::runtime::Runtime {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let url = format!("sqlite:{}", bed.dir().join("parley.db").display());
    let (config, clock) = (bed.s.config.as_ref().clone(), Arc::clone(&bed.clock));
    let secrets = Secrets::parse("a-test-secret-of-more-than-32-characters").unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            runtime.block_on(async {
                let mut s = Services::with_clock(Db::connect(&url).await.unwrap(), secrets, config, clock);
                s.children = None;
                work(s).await;
            });
        });
    });
    runtime
}

/// Ended at ever other moments, an import goes on where it was: no row twice, none lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_dies_in_the_middle_loses_and_doubles_nothing() {
    let bed = TestBed::sqlite().await;
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = uploaded(&s, &bed, interview, &table(4_000)).await;
    let (owner, id) = (bed.owner, import.id);
    let (mut interrupted, mut before) = (0, Some(0));
    for round in 0..6 {
        let runtime = other_process(&bed, async move |s| {
            let looker = s.clone();
            if round == 0 {
                imports::confirm(&s, &owner, id).await.unwrap();
            } else {
                tokio::spawn(async move { imports::resume(&s).await });
            }
            // Ended as soon as it has written something, wherever it is then.
            let limit = Instant::now() + Duration::from_secs(60);
            loop {
                let now = imports::get(&looker, &owner, id).await.unwrap();
                if now.counts.added > before || now.state == ImportState::Done {
                    break;
                }
                assert!(Instant::now() < limit, "nothing is written");
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        });
        runtime.shutdown_background();
        // What it had sent to the database ends there, one way or the other: nobody else writes until then.
        drop(s.db.write(parley_services::db::Priority::Person).await.unwrap());
        sums_hold(&s, &bed.owner, id).await;
        let now = imports::get(&s, &bed.owner, id).await.unwrap();
        interrupted += u32::from(now.state == ImportState::Running && now.counts.added > Some(0));
        before = now.counts.added;
        // The dead one's lease runs out.
        bed.clock.advance(11_000);
    }
    assert!(interrupted > 0, "no round ended in the middle: the test proves nothing");
    imports::resume(&s).await.unwrap();
    let done = finished(&s, &bed.owner, id).await;
    assert_eq!((done.state, done.counts.added), (ImportState::Done, Some(4_000)));
    let mut emails: Vec<_> = people(&s, interview)
        .await
        .into_iter()
        .filter_map(|row| row.email_norm)
        .collect();
    emails.sort_unstable();
    emails.dedup();
    assert_eq!(emails.len(), 4_000);
    assert_eq!(people(&s, interview).await.len(), 4_000);
    sums_hold(&s, &bed.owner, id).await;
}

/// While others import, a person's write goes ahead of the next chunk, again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_lets_people_pass() {
    let bed = TestBed::sqlite().await;
    let s = here(&bed);
    let interview = bed.interview(1, |_| {}).await;
    let import = uploaded(&s, &bed, interview, &table(4_000)).await;
    imports::confirm(&s, &bed.owner, import.id).await.unwrap();
    // How far the import was when a person had written.
    let mut seen = Vec::new();
    loop {
        drop(s.db.write(parley_services::db::Priority::Person).await.unwrap());
        let now = imports::get(&s, &bed.owner, import.id).await.unwrap();
        if now.state != ImportState::Running {
            assert_eq!((now.state, now.counts.added), (ImportState::Done, Some(4_000)));
            break;
        }
        seen.push(now.counts.added);
    }
    assert!(seen.is_sorted(), "{seen:?}");
    seen.dedup();
    // A chunk has 512 rows at most, so there are eight at least; whoever had to wait for all of them would see one figure.
    assert!(seen.len() > 3, "people wrote in between at {seen:?} only");
}
