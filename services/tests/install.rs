//! Opening an installation: its schema, its keys, and what happens when a key is gone.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

use parley_services::{
    db::Db,
    install::{self, OpeningLock},
};
use std::path::Path;

const OTHER: &str = "another-key-of-more-than-thirty-two-characters";

async fn open(dir: &Path) -> Db {
    install::make_data_dir(dir).unwrap();
    let db = Db::connect(&install::sqlite_url(dir)).await.unwrap();
    install::migrate(&db).await.unwrap();
    db
}

#[tokio::test]
async fn the_first_start_makes_a_key_and_later_ones_find_it() {
    // A folder whose name means something in a URL.
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("a?b#c%20d e");
    let db = open(&dir).await;
    assert_eq!(install::pending(&db).await.unwrap(), 0);
    assert!(dir.join("parley.db").is_file());
    let first = install::keys(&db, None, &dir).await.unwrap();
    let second = install::keys(&db, None, &dir).await.unwrap();
    assert_eq!(first.current_key(), second.current_key());
}

#[tokio::test]
async fn a_lost_key_stops_the_start_and_no_new_one_is_made() {
    let home = tempfile::tempdir().unwrap();
    let db = open(home.path()).await;
    install::keys(&db, None, home.path()).await.unwrap();
    std::fs::remove_file(home.path().join("secret")).unwrap();
    let error = install::keys(&db, None, home.path()).await.unwrap_err().to_string();
    assert!(error.contains("backup"), "{error}");
    assert!(!home.path().join("secret").exists());
}

#[tokio::test]
async fn a_wrong_key_stops_the_start_and_a_list_with_the_old_one_does_not() {
    let home = tempfile::tempdir().unwrap();
    let db = open(home.path()).await;
    let old = install::keys(&db, None, home.path()).await.unwrap();
    let error = install::keys(&db, Some(OTHER), home.path())
        .await
        .unwrap_err()
        .to_string();
    assert!(error.contains(old.current_key()), "{error}");
    assert!(!error.contains(OTHER), "the message does not quote keys");

    let kept = std::fs::read_to_string(home.path().join("secret")).unwrap();
    let list = format!("{OTHER},{kept}");
    let both = install::keys(&db, Some(&list), home.path()).await.unwrap();
    assert_ne!(both.current_key(), old.current_key());
    // Now both have been used: neither may be left out.
    let error = install::keys(&db, None, home.path()).await.unwrap_err().to_string();
    assert!(error.contains(both.current_key()), "{error}");
    install::keys(&db, Some(&list), home.path()).await.unwrap();
}

#[test]
fn one_process_at_a_time_opens() {
    let home = tempfile::tempdir().unwrap();
    let lock = OpeningLock::take(home.path()).unwrap();
    let (sent, received) = std::sync::mpsc::channel();
    let path = home.path().to_owned();
    let second = std::thread::spawn(move || {
        let lock = OpeningLock::take(&path).unwrap();
        sent.send(()).unwrap();
        drop(lock);
    });
    assert!(
        received.recv_timeout(std::time::Duration::from_millis(200)).is_err(),
        "the second did not wait"
    );
    drop(lock);
    received.recv_timeout(std::time::Duration::from_secs(10)).unwrap();
    second.join().unwrap();
}

#[cfg(unix)]
#[test]
fn the_data_folder_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("deep/data");
    install::make_data_dir(&dir).unwrap();
    install::make_data_dir(&dir).unwrap();
    assert_eq!(std::fs::metadata(&dir).unwrap().permissions().mode() & 0o777, 0o700);
}

#[cfg(unix)]
#[tokio::test]
async fn the_database_is_private_in_a_folder_that_is_not() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    std::fs::set_permissions(home.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    install::make_database_file(home.path()).unwrap();
    let db = open(home.path()).await;
    assert_eq!(install::pending(&db).await.unwrap(), 0);
    // One that is there stays as it is.
    install::make_database_file(home.path()).unwrap();
    install::keys(&db, None, home.path()).await.unwrap();
    for name in ["parley.db", "parley.db-wal", "secret"] {
        let about = std::fs::metadata(home.path().join(name)).unwrap();
        assert_eq!(about.permissions().mode() & 0o777, 0o600, "{name}");
    }
}
