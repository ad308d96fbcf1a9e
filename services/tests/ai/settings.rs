//! Which model is used: what the first owner chose, what the environment says, and the test of both.

use crate::{
    common::TestBed,
    on_both_databases,
    support::{KEY, calls, request, with},
};
use parley_domain::{
    account::Role,
    ai::{AiSettingsInput, AiSource},
    time::SECOND,
};
use parley_services::{
    ai::{self, Ai, Failure, settings},
    entity,
    error::ServiceError,
};
use parley_testing::{MODEL, ScriptedModel, Step};
use sea_orm::EntityTrait;
use serde_json::json;

on_both_databases!(
    settings_are_the_first_owners,
    a_kept_key_is_never_shown_and_never_readable,
    the_environment_goes_first,
    a_test_says_what_works,
);

fn chosen(url: &str, key: Option<&str>) -> AiSettingsInput {
    AiSettingsInput {
        url: url.to_owned(),
        model: "m".to_owned(),
        key: key.map(str::to_owned),
    }
}

async fn settings_are_the_first_owners(bed: TestBed) {
    let model = ScriptedModel::start().await;
    model.otherwise(|_| Step::Text("Yes.".into()));
    let s = &bed.s;
    for other in [
        bed.member(Role::Admin),
        bed.member(Role::Member),
        bed.member(Role::Viewer),
    ] {
        assert!(matches!(settings::get(s, &other).await, Err(ServiceError::Forbidden)));
    }
    bed.clock.advance(1);
    let stranger = bed.stranger().await;
    for result in [
        settings::get(s, &stranger).await,
        settings::put(s, &stranger, chosen(model.url(), None)).await,
        settings::remove(s, &stranger).await,
    ] {
        assert!(matches!(result, Err(ServiceError::Forbidden)));
    }
    assert!(matches!(
        settings::test(s, &stranger, None).await,
        Err(ServiceError::Forbidden)
    ));

    assert_eq!(settings::get(s, &bed.owner).await.unwrap().source, AiSource::None);
    let bad = settings::put(s, &bed.owner, chosen("nowhere", None)).await;
    assert!(matches!(bad, Err(ServiceError::Invalid(fields)) if fields[0].field == "url"));
    assert_eq!(ai::ask(s, &request(&bed)).await.unwrap_err(), Failure::Off);
    let kept = settings::put(s, &bed.owner, chosen(model.url(), Some(KEY)))
        .await
        .unwrap();
    assert_eq!(
        (kept.source, kept.has_key, kept.url.as_str()),
        (AiSource::Settings, true, model.url())
    );
    // It holds at once, and in another process after a while.
    assert_eq!(ai::ask(s, &request(&bed)).await.unwrap().text, "Yes.");
    let elsewhere = bed.s.clone().with_ai(Ai::default());
    assert_eq!(ai::ask(&elsewhere, &request(&bed)).await.unwrap().text, "Yes.");
    settings::remove(s, &bed.owner).await.unwrap();
    assert_eq!(ai::ask(s, &request(&bed)).await.unwrap_err(), Failure::Off);
    bed.clock.advance(10 * SECOND);
    assert_eq!(ai::ask(&elsewhere, &request(&bed)).await.unwrap_err(), Failure::Off);
}

async fn a_kept_key_is_never_shown_and_never_readable(bed: TestBed) {
    let model = ScriptedModel::start().await;
    model.otherwise(|_| Step::Text("Yes.".into()));
    let s = &bed.s;
    settings::put(s, &bed.owner, chosen(model.url(), Some(KEY)))
        .await
        .unwrap();
    let row = entity::ai_setting::Entity::find()
        .one(s.db.read())
        .await
        .unwrap()
        .unwrap();
    let sealed = row.sealed_key.clone().unwrap();
    assert!(!sealed.windows(8).any(|w| KEY.as_bytes().windows(8).any(|k| k == w)));
    // Left out: it stays, as long as it goes where it went before.
    settings::put(
        s,
        &bed.owner,
        AiSettingsInput {
            model: "other".into(),
            ..chosen(model.url(), None)
        },
    )
    .await
    .unwrap();
    ai::ask(s, &request(&bed)).await.unwrap();
    assert_eq!(
        model.keys().last().unwrap().as_deref(),
        Some(format!("Bearer {KEY}").as_str())
    );
    let other = ScriptedModel::start().await;
    other.otherwise(|_| Step::Text("Yes.".into()));
    settings::test(s, &bed.owner, Some(chosen(other.url(), None)))
        .await
        .unwrap();
    let moved = settings::put(s, &bed.owner, chosen(other.url(), None)).await.unwrap();
    assert!(!moved.has_key);
    ai::ask(s, &request(&bed)).await.unwrap();
    assert!(
        other.keys().iter().all(Option::is_none),
        "the key did not go to another address"
    );
    // Empty: none.
    settings::put(s, &bed.owner, chosen(model.url(), Some(KEY)))
        .await
        .unwrap();
    assert!(
        !settings::put(s, &bed.owner, chosen(model.url(), Some("")))
            .await
            .unwrap()
            .has_key
    );
}

async fn the_environment_goes_first(bed: TestBed) {
    let model = ScriptedModel::start().await;
    model.otherwise(|_| Step::Text("Yes.".into()));
    settings::put(&bed.s, &bed.owner, chosen("http://127.0.0.1:9", None))
        .await
        .unwrap();
    let s = with(&bed, &model);
    let shown = settings::get(&s, &bed.owner).await.unwrap();
    assert_eq!((shown.source, shown.has_key), (AiSource::Environment, true));
    assert_eq!(ai::ask(&s, &request(&bed)).await.unwrap().text, "Yes.");
    for result in [
        settings::put(&s, &bed.owner, chosen(model.url(), None)).await,
        settings::remove(&s, &bed.owner).await,
    ] {
        assert!(matches!(
            result,
            Err(ServiceError::Conflict {
                code: "set_by_environment",
                ..
            })
        ));
    }
}

async fn a_test_says_what_works(bed: TestBed) {
    let model = ScriptedModel::start().await;
    let s = &bed.s;
    assert!(matches!(
        settings::test(s, &bed.owner, None).await,
        Err(ServiceError::Conflict { code: "no_model", .. })
    ));
    let input = || Some(chosen(model.url(), None));
    let good = json!({ "greeting": "hello", "number": 7 });
    model.say(good.clone());
    let found = settings::test(s, &bed.owner, input()).await.unwrap();
    assert!(found.ok && found.structured);
    assert_eq!(
        (found.model.as_str(), found.format.as_deref()),
        (MODEL, Some("json_schema"))
    );

    model.refuse(&["json_schema"]).say(good);
    let found = settings::test(s, &bed.owner, input()).await.unwrap();
    assert_eq!(
        (found.structured, found.format.as_deref()),
        (true, Some("json_object_schema"))
    );

    model
        .then(Step::Text("Hello!".into()))
        .then(Step::Text("Hello again!".into()));
    let found = settings::test(s, &bed.owner, input()).await.unwrap();
    assert!(found.ok && !found.structured && found.format.is_none());

    model.then(Step::status(401));
    let found = settings::test(s, &bed.owner, input()).await.unwrap();
    assert!(!found.ok && found.detail.contains("key"), "{found:?}");
    let found = settings::test(s, &bed.owner, Some(chosen("http://127.0.0.1:9", None)))
        .await
        .unwrap();
    assert!(!found.ok && found.detail.contains("cannot be reached"), "{found:?}");
    assert!(calls(s).await.iter().all(|call| call.purpose == "test"));
}
