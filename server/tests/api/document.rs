//! The OpenAPI document holds what is answered, and nothing else is routed.

use crate::bed::Bed;
use parley_domain::account::Role;
use serde_json::{Value, json};
use std::collections::BTreeSet;

async fn document(bed: &Bed) -> Value {
    let reply = bed.call("", "GET /openapi.json", None).await.ok(200);
    assert_eq!(reply.header("content-type"), "application/json");
    reply.body
}

#[tokio::test]
async fn it_is_openapi_3_1_and_whole() {
    let bed = Bed::new().await;
    let document = document(&bed).await;
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let at = format!("{method} {path}");
            let id = operation["operationId"]
                .as_str()
                .unwrap_or_else(|| panic!("{at} has no id"));
            assert!(ids.insert(id.to_owned()), "{at}: {id} stands twice");
            assert!(
                !operation["summary"].as_str().unwrap_or_default().is_empty(),
                "{at} has no summary"
            );
            let responses = operation["responses"].as_object().unwrap();
            for status in ["401", "404", "422", "429"] {
                assert!(responses.contains_key(status), "{at} does not tell of {status}");
            }
            assert!(
                responses.keys().any(|status| status.starts_with('2')),
                "{at} never succeeds"
            );
            for parameter in path.split(['{', '}']).skip(1).step_by(2) {
                let named = operation["parameters"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .any(|p| p["name"] == parameter);
                assert!(named, "{at} does not describe {parameter}");
            }
        }
    }
    let text = document.to_string();
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(document["components"]["schemas"][name].is_object(), "{name} is missing");
    }
    assert!(!text.contains("allOf"), "a flattened schema stayed closed");
    let status = &document["components"]["schemas"]["Status"];
    assert_eq!(status["enum"], json!(["not_started", "in_progress", "completed"]));
    // Two kinds of batches: what the one may be, the other may not.
    for (batch, state, first) in [
        ("ResumeBatch", "BatchState", "uploaded"),
        ("AnalysisBatch", "AnalysisBatchState", "running"),
    ] {
        let schemas = &document["components"]["schemas"];
        let of_batch = schemas[batch]["properties"]["state"].to_string();
        assert!(
            of_batch.contains(&format!("#/components/schemas/{state}\"")),
            "{of_batch}"
        );
        assert_eq!(schemas[state]["enum"][0], first, "{state}");
    }
    assert_eq!(document["components"]["securitySchemes"]["key"]["scheme"], "bearer");
    let declared: BTreeSet<_> = document["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| tag["name"].to_string())
        .collect();
    let used: BTreeSet<_> = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|item| item.as_object().unwrap().values())
        .flat_map(|operation| operation["tags"].as_array().unwrap())
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        used, declared,
        "each tag is declared with what it is about, and none in vain"
    );
}

/// Each documented route is routed: with a key that may do all, none answers that there is no such address or method.
#[tokio::test]
async fn every_documented_route_is_there() {
    let bed = Bed::new().await;
    let document = document(&bed).await;
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let call = format!("{} {}", method.to_uppercase(), path.replace(['{', '}'], ""));
            let reply = bed.call("", &call, None).await;
            // The layer that asks for a key stands before routes only, so 401 means: there is one.
            assert_eq!(reply.status, 401, "{call}: {}", reply.text);
        }
    }
}

/// The other way round, for what is known to be easy to forget: methods that the document does not name are refused.
#[tokio::test]
async fn no_undocumented_method_is_routed() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Owner).await;
    let document = document(&bed).await;
    for (path, item) in document["paths"].as_object().unwrap() {
        let documented: BTreeSet<_> = item.as_object().unwrap().keys().map(|m| m.to_uppercase()).collect();
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"]
            .into_iter()
            .filter(|m| !documented.contains(*m))
        {
            let path = path.replace(['{', '}'], "");
            let reply = bed.call(&key, &format!("{method} {path}"), None).await;
            reply.problem(405);
            let allowed: BTreeSet<_> = reply
                .header("allow")
                .split(',')
                .map(|m| m.trim().to_owned())
                .filter(|m| m != "HEAD")
                .collect();
            assert_eq!(allowed, documented, "{path}");
        }
    }
}

#[tokio::test]
async fn answers_have_the_documented_fields() {
    let bed = Bed::new().await;
    let key = bed.key(Role::Member).await;
    let document = document(&bed).await;
    let interview = bed.interview(&key).await;
    let ana = bed.candidate(&key, &interview, "Ana").await;
    let whole = bed
        .call(&key, &format!("GET /interviews/{interview}"), None)
        .await
        .ok(200)
        .body;
    for (name, object) in [("Interview", &whole), ("Candidate", &ana), ("Session", &ana["session"])] {
        let schema = &document["components"]["schemas"][name];
        let documented: BTreeSet<_> = schema["properties"].as_object().unwrap().keys().collect();
        let answered: BTreeSet<_> = object.as_object().unwrap().keys().collect();
        assert_eq!(documented, answered, "{name}");
        for required in schema["required"].as_array().unwrap() {
            assert!(
                object.get(required.as_str().unwrap()).is_some(),
                "{name} has no {required}"
            );
        }
    }
    let patch = &document["paths"]["/interviews/{id}"]["patch"]["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(patch["$ref"], "#/components/schemas/InterviewPatch");
    assert_eq!(
        document["components"]["schemas"]["InterviewPatch"].get("required"),
        None
    );
    assert_eq!(
        document["components"]["schemas"]["InterviewInput"]["required"],
        json!(["title"])
    );
}

/// Whether a schema takes `null`.
fn takes_null(schema: &Value) -> bool {
    let null = json!("null");
    let some = |name: &str| schema[name].as_array().into_iter().flatten().any(takes_null);
    schema["type"] == null
        || schema["type"].as_array().is_some_and(|types| types.contains(&null))
        || some("anyOf")
        || some("oneOf")
}

#[tokio::test]
async fn what_can_be_nulled_may_be_null() {
    let bed = Bed::new().await;
    let document = document(&bed).await;
    let schemas = &document["components"]["schemas"];
    for name in ["InterviewPatch", "SettingsPatch", "CandidatePatch", "PublicLinkPatch"] {
        let schema = &schemas[name];
        assert_eq!(schema.get("required"), None, "{name}");
        for (field, property) in schema["properties"].as_object().unwrap() {
            assert!(takes_null(property), "{name}.{field}: {property}");
        }
    }
    let settings = schemas["InterviewPatch"]["properties"]["settings"].to_string();
    assert!(settings.contains("#/components/schemas/SettingsPatch"), "{settings}");
    assert!(!takes_null(&schemas["Settings"]["properties"]["tone"]));
    assert!(takes_null(&schemas["Corrected"]), "{}", schemas["Corrected"]);
    let corrections = schemas["FilePatch"]["properties"]["fields"].to_string();
    assert!(corrections.contains("#/components/schemas/Corrected"), "{corrections}");
}

#[tokio::test]
async fn fields_have_the_words_that_they_are_answered_with() {
    let bed = Bed::new().await;
    let document = document(&bed).await;
    let schemas = &document["components"]["schemas"];
    let words = |schema: &str, field: &str| {
        let property = schemas[schema]["properties"][field].to_string();
        let name = property.split("#/components/schemas/").nth(1).unwrap();
        let name = name.split('"').next().unwrap();
        schemas[name]["enum"].clone()
    };
    let fates = json!(["new", "already_here", "twice_in_file", "rejected"]);
    assert_eq!(words("ImportRow", "fate"), fates);
    assert_eq!(words("AnalysisBatch", "state"), json!(["running", "done", "cancelled"]));
    let states = json!(["uploaded", "running", "ready", "done", "cancelled"]);
    assert_eq!(words("ResumeBatch", "state"), states);
}

#[tokio::test]
async fn every_post_takes_an_idempotency_key() {
    let bed = Bed::new().await;
    let document = document(&bed).await;
    for (path, item) in document["paths"].as_object().unwrap() {
        let Some(post) = item.get("post") else { continue };
        let parameters = post["parameters"].as_array().into_iter().flatten();
        let told = parameters.filter(|p| p["name"] == "Idempotency-Key" && p["in"] == "header");
        assert_eq!(told.count(), 1, "POST {path}");
    }
}
