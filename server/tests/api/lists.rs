//! Lists: each can be walked to its end, and none takes a parameter that it does not know.

use crate::bed::Bed;
use parley_domain::account::Role;
use parley_services::entity::{import, interview, resume_batch, retake_request};
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use uuid::Uuid;

fn uuid(of: &Value) -> Uuid {
    of["id"].as_str().unwrap().parse().unwrap()
}

/// The ids of a page.
fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

/// The ids of a list as a walk in steps of two meets them.
async fn walked(bed: &Bed, key: &str, list: &str) -> Vec<String> {
    let sign = if list.contains('?') { '&' } else { '?' };
    let (mut met, mut cursor) = (Vec::new(), String::new());
    loop {
        let call = format!("GET {list}{sign}limit=2&cursor={cursor}");
        let page = bed.call(key, &call, None).await.ok(200).body;
        let some = ids(&page);
        assert!(some.len() <= 2, "{call}: {some:?}");
        met.extend(some);
        assert!(met.len() < 50, "{list} has no end");
        match page["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => return met,
        }
    }
}

/// Five people of an interview, added at once.
async fn five(bed: &Bed, key: &str, interview: &str) -> Vec<Value> {
    let people: Vec<_> = (0..5).map(|n| json!({"name": format!("No {n}")})).collect();
    let call = format!("POST /interviews/{interview}/candidates");
    let fates = bed.call(key, &call, Some(json!(people))).await.ok(200).body;
    let items = fates["items"].as_array().unwrap();
    items.iter().map(|item| item["candidate"].clone()).collect()
}

/// Five imports and five batches of an interview, of which two each are of the same moment.
async fn uploads(bed: &Bed, of: &interview::Model) {
    for n in 0..5_i64 {
        let at = bed.s.now().millis() + n / 2;
        let import = import::Model {
            id: bed.s.new_id().unwrap(),
            workspace_id: of.workspace_id,
            interview_id: of.id,
            created_by: None,
            file_name: format!("{n}.csv"),
            format: "text".to_owned(),
            state: "done".to_owned(),
            sheets: "[]".to_owned(),
            sheet: None,
            header_row: 1,
            top_rows: None,
            file_hash: None,
            header: "[]".to_owned(),
            mapping: "[]".to_owned(),
            encoding: None,
            separator: None,
            on_duplicate: "skip".to_owned(),
            rows: 0,
            added: 0,
            updated: 0,
            skipped: 0,
            rejected: 0,
            removed: 0,
            restored: 0,
            kept: 0,
            work: None,
            lease: None,
            lease_until: None,
            finished_at: None,
            failure: None,
            created_at: at,
            updated_at: at,
        };
        import::Entity::insert(import.into_active_model())
            .exec_without_returning(bed.s.db.read())
            .await
            .unwrap();
        let batch = resume_batch::Model {
            id: bed.s.new_id().unwrap(),
            workspace_id: of.workspace_id,
            interview_id: of.id,
            created_by: None,
            state: "done".to_owned(),
            price: 5,
            keep_files: true,
            started_at: None,
            finished_at: None,
            created_at: at,
            updated_at: at,
        };
        resume_batch::Entity::insert(batch.into_active_model())
            .exec_without_returning(bed.s.db.read())
            .await
            .unwrap();
    }
}

/// Five who wait for a decision and five who got one, of which two each are of the same moment.
async fn requests(bed: &Bed, of: &interview::Model, people: &[Value]) {
    for (n, person) in (0_i64..).zip(people) {
        for state in ["waiting", "declined"] {
            let at = bed.s.now().millis() + n / 2;
            let row = retake_request::Model {
                id: bed.s.new_id().unwrap(),
                workspace_id: of.workspace_id,
                candidate_id: uuid(person),
                session_id: uuid(&person["session"]),
                reason: "I was ill.".to_owned(),
                state: state.to_owned(),
                decided_by: None,
                decided_at: (state == "declined").then_some(at),
                created_at: at,
                updated_at: at,
            };
            retake_request::Entity::insert(row.into_active_model())
                .exec_without_returning(bed.s.db.read())
                .await
                .unwrap();
        }
    }
}

#[tokio::test]
async fn long_lists_are_walked_to_their_end() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let id = bed.interview(&key).await;
    let of = interview::Entity::find_by_id(id.parse::<Uuid>().unwrap())
        .one(bed.s.db.read())
        .await
        .unwrap()
        .unwrap();
    let people = five(&bed, &key, &id).await;
    uploads(&bed, &of).await;
    requests(&bed, &of, &people).await;
    let queue = format!("/interviews/{id}/retake-requests");
    let mut lists = vec![
        format!("/interviews/{id}/imports"),
        format!("/interviews/{id}/resume-batches"),
        format!("{queue}?state=waiting"),
        format!("{queue}?state=decided"),
        format!("/interviews/{id}/candidates"),
    ];
    for _ in 0..2 {
        for list in &lists {
            let sign = if list.contains('?') { '&' } else { '?' };
            let whole = bed.call(&key, &format!("GET {list}"), None).await.ok(200).body;
            assert_eq!(whole["next_cursor"], Value::Null, "{list}");
            let whole = ids(&whole);
            assert_eq!(whole.len(), 5, "{list}");
            assert_eq!(walked(&bed, &key, list).await, whole, "{list}");
            for (wrong, field) in [("limit=0", "limit"), ("limit=201", "limit"), ("cursor=x", "cursor")] {
                let reply = bed.call(&key, &format!("GET {list}{sign}{wrong}"), None).await;
                assert_eq!(reply.problem(422), [field], "{list} {wrong}");
            }
        }
        // Once more with everybody deleted.
        for (n, person) in people.iter().enumerate() {
            let call = format!("DELETE /candidates/{}", person["id"].as_str().unwrap());
            bed.call(&key, &call, None).await;
            bed.clock.advance(i64::from(n % 2 == 1));
        }
        lists = vec![format!("/interviews/{id}/candidates/deleted")];
    }
}

#[tokio::test]
async fn no_list_takes_what_it_does_not_know() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let interview = bed.interview(&key).await;
    let ana = bed.candidate(&key, &interview, "Ana").await;
    let (candidate, session) = (uuid(&ana), uuid(&ana["session"]));
    let paged = [
        format!("/interviews/{interview}/imports"),
        format!("/interviews/{interview}/resume-batches"),
        format!("/interviews/{interview}/retake-requests"),
        format!("/interviews/{interview}/candidates/deleted"),
    ];
    // These answer all they have, whatever page is asked for.
    let whole = [
        format!("/candidates/{candidate}/sessions"),
        format!("/sessions/{session}/events"),
        format!("/sessions/{session}/transcript"),
        format!("/sessions/{session}/analysis/history"),
        "/templates".to_owned(),
        "/members".to_owned(),
    ];
    for list in paged.iter().chain(&whole) {
        bed.call(&key, &format!("GET {list}"), None).await.ok(200);
        let reply = bed.call(&key, &format!("GET {list}?lmit=2"), None).await;
        assert_eq!(reply.problem(422), ["lmit"], "{list}");
    }
    for list in &whole {
        let all = bed.call(&key, &format!("GET {list}"), None).await.ok(200).body;
        let page = bed.call(&key, &format!("GET {list}?limit=1&cursor=x"), None).await;
        assert_eq!(page.ok(200).body, all, "{list}");
        for wrong in ["0", "201", "x"] {
            let reply = bed.call(&key, &format!("GET {list}?limit={wrong}"), None).await;
            assert_eq!(reply.problem(422), ["limit"], "{list} {wrong}");
        }
    }
}
