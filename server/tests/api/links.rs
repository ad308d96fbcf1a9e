//! Links over REST: until when invite links work, the QR code, previews.

use crate::bed::Bed;
use parley_domain::{account::Role, time::DAY};
use serde_json::{Value, json};

fn id(of: &Value) -> &str {
    of["id"].as_str().unwrap()
}

#[tokio::test]
async fn one_invite_link_is_extended() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let interview = bed.interview(&key).await;
    let ana = bed.candidate(&key, &interview, "Ana").await;
    let path = format!("PATCH /candidates/{}/link", id(&ana));
    let extend = async |expires: Value| bed.call(&key, &path, Some(json!({ "expires": expires }))).await;
    let body = extend(json!({"in_days": 2})).await.ok(200).body;
    assert_eq!(body["link_expires_at"], "2026-11-26T09:00:00Z");
    assert_eq!(body["invite_url"], ana["invite_url"]);
    let body = extend(json!({"at": "2026-12-24T19:00:00+01:00"})).await.ok(200).body;
    assert_eq!(body["link_expires_at"], "2026-12-24T18:00:00Z");
    let body = extend(json!("never")).await.ok(200).body;
    assert_eq!(body["link_expires_at"], Value::Null);
    for wrong in [
        json!({"in_days": 0}),
        json!({"in_days": 4_000}),
        json!({"at": "2026-11-24T08:59:59Z"}),
        json!("tomorrow"),
        json!({"at": "soon"}),
        Value::Null,
    ] {
        let fields = extend(wrong.clone()).await.problem(422);
        assert!(fields.iter().all(|f| f.starts_with("expires")), "{wrong}: {fields:?}");
    }
    bed.call(&key, &path, Some(json!({"expires": "never", "until": 1})))
        .await
        .problem(422);
    let viewer = bed.key(Role::Viewer).await;
    let never = Some(json!({"expires": "never"}));
    bed.call(&viewer, &path, never.clone()).await.problem(403);
    let away = bed.key_of("away", Role::Owner).await;
    bed.call(&away, &path, never).await.problem(404);
}

#[tokio::test]
async fn many_invite_links_are_extended() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let interview = bed.interview(&key).await;
    let (ana, ben, cem) = (
        bed.candidate(&key, &interview, "Ana").await,
        bed.candidate(&key, &interview, "Ben").await,
        bed.candidate(&key, &interview, "Cem").await,
    );
    let other = bed.candidate(&key, &bed.interview(&key).await, "Elsewhere").await;
    bed.start(&cem).await;
    let path = format!("POST /interviews/{interview}/extend-links");
    let named = json!({"candidates": [id(&ana), id(&other)], "expires": {"in_days": 2}});
    let body = bed.call(&key, &path, Some(named)).await.ok(200).body;
    assert_eq!(body, json!({"extended": 1}), "another interview's are left out");
    let all = json!({"expires": {"in_days": 9}});
    let body = bed.call(&key, &path, Some(all.clone())).await.ok(200).body;
    assert_eq!(body, json!({"extended": 2}), "those who have not started");
    for (who, expected) in [
        (&ana, json!("2026-12-03T09:00:00Z")),
        (&ben, json!("2026-12-03T09:00:00Z")),
        (&cem, Value::Null),
        (&other, Value::Null),
    ] {
        let now = bed
            .call(&key, &format!("GET /candidates/{}", id(who)), None)
            .await
            .ok(200);
        assert_eq!(now.body["link_expires_at"], expected, "{}", who["name"]);
    }
    let away = bed.key_of("away", Role::Owner).await;
    bed.call(&away, &path, Some(all)).await.problem(404);
}

#[tokio::test]
async fn the_public_link_is_an_image_too() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let interview = bed.interview(&key).await;
    let path = format!("GET /interviews/{interview}/public-link/qr.svg");
    bed.call(&key, &path, None).await.problem(404);
    bed.call(
        &key,
        &format!("POST /interviews/{interview}/public-link"),
        Some(json!({})),
    )
    .await
    .ok(201);
    let image = bed.call(&key, &path, None).await.ok(200);
    assert_eq!(image.header("content-type"), "image/svg+xml");
    assert!(image.text.starts_with("<svg ") && image.text.trim_end().ends_with("</svg>"));
    bed.call(&bed.key(Role::Viewer).await, &path, None).await.problem(403);
}

#[tokio::test]
async fn a_preview_is_made_and_stands_in_no_list() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let interview = bed.interview(&key).await;
    let path = format!("POST /interviews/{interview}/previews");
    let made = bed.call(&key, &path, None).await.ok(201).body;
    assert!(made["url"].as_str().unwrap().contains("/i/invite/"));
    assert_eq!(made["expires_at"], bed.s.now().plus(DAY).to_string());
    for list in ["sessions?attempts=all", "candidates"] {
        let list = bed
            .call(&key, &format!("GET /interviews/{interview}/{list}"), None)
            .await
            .ok(200);
        assert_eq!(list.body["items"], json!([]));
    }
    let counts = bed
        .call(&key, &format!("GET /interviews/{interview}/sessions/counts"), None)
        .await
        .ok(200);
    assert_eq!(counts.body["all"], 0);
    let export = bed
        .call(&key, &format!("GET /interviews/{interview}/export.csv"), None)
        .await
        .ok(200);
    assert_eq!(
        export.text.trim_end().lines().count(),
        1,
        "only the header: {}",
        export.text
    );
    bed.call(&bed.key(Role::Viewer).await, &path, None).await.problem(403);
    bed.call(&bed.key_of("away", Role::Owner).await, &path, None)
        .await
        .problem(404);
    let empty = bed
        .call(&key, "POST /interviews", Some(json!({"title": "Empty"})))
        .await
        .ok(201)
        .id();
    bed.call(&key, &format!("POST /interviews/{empty}/previews"), None)
        .await
        .problem(409);
}
