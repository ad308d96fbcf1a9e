//! What is committed is there, whatever became of the transactions before; everybody has their turn; and SQLite is the one
//! that we mean.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

use parley_services::db::{Db, Priority};
use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};
use std::time::Duration;

async fn count(db: &Db) -> i64 {
    let count = Statement::from_string(DatabaseBackend::Sqlite, "SELECT count(*) FROM kept");
    let row = db.read().query_one_raw(count).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// When a disk is full, SQLite ends a transaction by itself, and whoever counts begins and ends has one too many.
#[tokio::test]
async fn a_transaction_that_sqlite_ended_by_itself_spoils_no_later_one() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}?mode=rwc", dir.path().join("db").display());
    let db = Db::connect(&url).await.unwrap();
    let other = Db::connect(&url).await.unwrap();
    db.read().execute_unprepared("CREATE TABLE kept (n)").await.unwrap();

    let tx = db.write(Priority::Person).await.unwrap();
    tx.execute_unprepared("ROLLBACK").await.unwrap();
    drop(tx);
    // Given up in the ordinary way.
    drop(db.write(Priority::Person).await.unwrap());
    for n in 1..=3 {
        let tx = db.write(Priority::Person).await.unwrap();
        tx.execute_unprepared(&format!("INSERT INTO kept VALUES ({n})"))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            (count(&db).await, count(&other).await),
            (n, n),
            "acknowledged and not there"
        );
    }
    db.close().await.unwrap();
    assert_eq!(count(&other).await, 3);
}

/// Persons go ahead of jobs, but with somebody always waiting no session would be closed and no lease renewed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_keeps_no_job_waiting_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}?mode=rwc", dir.path().join("db").display());
    let db = Db::connect(&url).await.unwrap();
    let mut crowd: tokio::task::JoinSet<()> = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let db = db.clone();
        crowd.spawn(async move {
            loop {
                let tx = db.write(Priority::Person).await.unwrap();
                tokio::time::sleep(Duration::from_millis(2)).await;
                tx.commit().await.unwrap();
            }
        });
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let turn = tokio::time::timeout(Duration::from_secs(20), db.write(Priority::Background)).await;
    assert!(turn.is_ok(), "no turn for who lets others pass");
    crowd.abort_all();
}

/// Who builds without our flags for SQLite gets a slower one: LIMIT has every statement planned anew.
#[tokio::test]
async fn sqlite_is_compiled_as_we_say() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}?mode=rwc", dir.path().join("db").display());
    let db = Db::connect(&url).await.unwrap();
    for (option, used) in [
        ("ENABLE_QPSG", 1),
        ("DEFAULT_MEMSTATUS=0", 1),
        ("ENABLE_MEMORY_MANAGEMENT", 0),
    ] {
        let sql = format!("SELECT sqlite_compileoption_used('{option}')");
        let ask = Statement::from_string(DatabaseBackend::Sqlite, sql);
        let row = db.read().query_one_raw(ask).await.unwrap().unwrap();
        assert_eq!(row.try_get_by_index::<i32>(0).unwrap(), used, "{option}");
    }
}
