//! Results of an interview, and the members of a workspace.

use crate::bed::Bed;
use parley_domain::account::Role;
use parley_services::accounts;
use serde_json::json;

#[tokio::test]
async fn results_of_an_interview() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Viewer).await;
    let member = bed.key(Role::Member).await;
    let interview = bed.interview(&member).await;
    let path = format!("GET /interviews/{interview}/results");
    let none = bed.call(&key, &path, None).await.ok(200).body;
    assert_eq!(none["funnel"]["added"], 0);
    assert_eq!(none["scores"]["mean"], json!(null));
    let ana = bed.candidate(&member, &interview, "Ana").await;
    bed.candidate(&member, &interview, "Bo").await;
    bed.start(&ana).await;
    let some = bed.call(&key, &path, None).await.ok(200).body;
    assert_eq!(
        some["funnel"],
        json!({"added": 2, "opened": 1, "started": 1, "completed": 0, "scored": 0})
    );
    let texts: Vec<_> = some["questions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|q| &q["text"])
        .collect();
    assert_eq!(texts, ["Why coffee?", "Why us?"]);
    assert!(!some.to_string().contains("SECRET"));
    let foreign = bed.key_of("away", Role::Owner).await;
    bed.call(&foreign, &path, None).await.problem(404);
}

#[tokio::test]
async fn the_workspace_is_read_and_renamed() {
    let bed = Bed::new().await;
    let viewer = bed.key(Role::Viewer).await;
    let before = bed.call(&viewer, "GET /workspace", None).await.ok(200).body;
    assert_eq!(before["slug"], "home");
    let name = |name: &str| Some(json!({"name": name}));
    bed.call(&viewer, "PATCH /workspace", name("Acme")).await.problem(403);
    let admin = bed.key(Role::Admin).await;
    let after = bed.call(&admin, "PATCH /workspace", name(" Acme ")).await.ok(200).body;
    assert_eq!((&after["name"], &after["slug"]), (&json!("Acme"), &before["slug"]));
    assert_eq!(
        bed.call(&admin, "PATCH /workspace", name(" ")).await.problem(422),
        ["name"]
    );
    let away = bed.key_of("away", Role::Viewer).await;
    let theirs = bed.call(&away, "GET /workspace", None).await.ok(200).body;
    assert_eq!(theirs["slug"], "away");
}

#[tokio::test]
async fn members_are_listed_changed_and_removed() {
    let bed = Bed::new().await;
    let owner = bed.key(Role::Owner).await;
    let person = |name: &str| parley_domain::person::PersonInput {
        name: name.to_owned(),
        email: format!("{name}@example.org"),
        password: "a password of theirs".to_owned(),
        time_zone: "UTC".to_owned(),
    };
    for (name, role) in [("olga", Role::Owner), ("mia", Role::Member)] {
        accounts::people::add(&bed.s, person(name), Some(role), Some("home"))
            .await
            .unwrap();
    }
    let list = bed.call(&owner, "GET /members", None).await.ok(200).body;
    let id = |n: usize| list["items"][n]["id"].as_str().unwrap().to_owned();
    let names: Vec<_> = list["items"].as_array().unwrap().iter().map(|m| &m["name"]).collect();
    assert_eq!(names, ["mia", "olga"]);
    let (mia, olga) = (id(0), id(1));

    let viewer = bed.key(Role::Viewer).await;
    bed.call(&viewer, "GET /members", None).await.ok(200);
    let change = |role: &str| Some(json!({"role": role}));
    let path = format!("PATCH /members/{mia}");
    bed.call(&viewer, &path, change("viewer")).await.problem(403);
    let admin = bed.key(Role::Admin).await;
    let changed = bed.call(&admin, &path, change("admin")).await.ok(200).body;
    assert_eq!(changed["role"], "admin");
    bed.call(&admin, &path, change("owner")).await.problem(403);
    assert_eq!(bed.call(&admin, &path, change("king")).await.problem(422), ["role"]);
    assert_eq!(bed.call(&admin, &path, Some(json!({}))).await.problem(422), ["role"]);
    bed.call(&owner, &format!("PATCH /members/{olga}"), change("admin"))
        .await
        .problem(409);
    bed.call(&owner, &format!("DELETE /members/{olga}"), None)
        .await
        .problem(409);
    let foreign = bed.key_of("away", Role::Owner).await;
    bed.call(&foreign, &path, change("viewer")).await.problem(404);
    bed.call(&admin, &format!("DELETE /members/{mia}"), None).await.ok(204);
    bed.call(&admin, &format!("DELETE /members/{mia}"), None)
        .await
        .problem(404);
}
