//! Who may see and change an interview.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{current_version, titled},
};
use parley_domain::{account::Role, paging::PageRequest};
use parley_services::{
    error::ServiceError,
    interviews::{self, InterviewFilter},
};
use serde_json::json;

on_both_databases! {
    others_see_and_change_nothing,
    viewers_only_read,
}

async fn others_see_and_change_nothing(bed: TestBed) {
    let made = interviews::create(&bed.s, &bed.owner, titled("Barista")).await.unwrap();
    let stranger = bed.stranger().await;
    let s = &bed.s;
    let page = interviews::list(s, &stranger, InterviewFilter::default(), &PageRequest::default())
        .await
        .unwrap();
    assert!(page.items.is_empty());
    for answer in [
        interviews::get(s, &stranger, made.id).await,
        interviews::patch(s, &stranger, made.id, &json!({"title": "Mine"}), None).await,
        interviews::save(s, &stranger, made.id, titled("Mine"), None).await,
        interviews::archive(s, &stranger, made.id).await,
    ] {
        assert!(matches!(answer, Err(ServiceError::NotFound)), "{answer:?}");
    }
    let version = current_version(&bed, made.id).await;
    let away = stranger.workspace().unwrap();
    let foreign = interviews::version(s.db.read(), away, version.id).await;
    assert!(matches!(foreign, Err(ServiceError::NotFound)), "{foreign:?}");
    assert!(interviews::question_count(s.db.read(), away, version.id).await.is_err());
    assert_eq!(interviews::get(s, &bed.owner, made.id).await.unwrap(), made);
}

async fn viewers_only_read(bed: TestBed) {
    let made = interviews::create(&bed.s, &bed.member(Role::Member), titled("Barista"))
        .await
        .unwrap();
    let viewer = bed.member(Role::Viewer);
    let s = &bed.s;
    assert_eq!(interviews::get(s, &viewer, made.id).await.unwrap(), made);
    for answer in [
        interviews::create(s, &viewer, titled("x")).await,
        interviews::patch(s, &viewer, made.id, &json!({"title": "x"}), None).await,
        interviews::save(s, &viewer, made.id, titled("x"), None).await,
        interviews::archive(s, &viewer, made.id).await,
    ] {
        assert!(matches!(answer, Err(ServiceError::Forbidden)), "{answer:?}");
    }
    assert_eq!(interviews::get(s, &viewer, made.id).await.unwrap(), made);
}
