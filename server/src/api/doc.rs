//! The OpenAPI 3.1 document: generated from the handlers, then finished where serde's flattening and merge patches have
//! no word in the generator.

use super::{error::Problem, routes::Purpose, v1};
use axum::{body::Bytes, http::header::CONTENT_TYPE, response::IntoResponse};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, sync::OnceLock};
use utoipa::{
    IntoResponses, Modify, OpenApi, ToSchema,
    openapi::{
        ContentBuilder, Ref, RefOr, ResponseBuilder,
        response::Response,
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;

/// The document's head.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Parley",
        description = "Interviews by AI, self-hosted. Every capability of the screens stands here too: same rules, same \
            words. Errors are problem details (RFC 9457). Lists are walked by `cursor`. A POST with an `Idempotency-Key` \
            is done once in 24 hours, however often it arrives.",
        license(name = "MIT", identifier = "MIT"),
    ),
    servers((url = "/api/v1")),
    tags(
        (name = "Interviews", description = "What is asked, how, and who may enter"),
        (name = "Public links", description = "Anyone with the URL may start; off until it is made"),
        (name = "Candidates", description = "The people who are interviewed, and their invite links"),
        (name = "Imports", description = "Rows of a spreadsheet become candidates, after a look at what will become of each"),
        (name = "Resumes", description = "Many PDFs become candidates, after review"),
        (name = "AI tokens", description = "What features that cost draw on: the balance and its ledger"),
        (name = "Analysis", description = "What a session shows: by whom, on what evidence, again, and side by side"),
        (name = "Members", description = "Who belongs to the workspace, in which role"),
        (name = "Sessions", description = "Attempts: their state, transcript, analysis and decision"),
        (name = "AI model", description = "The model of the installation: its settings, whether it works, what it was used for"),
    ),
    components(schemas(Problem)),
    modifiers(&Bearer),
    security(("key" = [])),
)]
struct Head;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let mut bearer = Http::new(HttpAuthScheme::Bearer);
        bearer.description = Some("An API key, pk_…".to_owned());
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("key", SecurityScheme::Http(bearer));
    }
}

/// Answers the document, which is made when it is asked for first.
pub async fn serve() -> impl IntoResponse {
    static DOCUMENT: OnceLock<Bytes> = OnceLock::new();
    let document = DOCUMENT.get_or_init(|| {
        let described = OpenApiRouter::with_openapi(Head::openapi()).merge(v1::routes(Purpose::Describe));
        // Kept as it is sent: as a tree it takes a dozen times the memory.
        Bytes::from(finished(described.into_openapi()).to_string())
    });
    ([(CONTENT_TYPE, "application/json")], document.clone())
}

/// What every handler may answer besides success: for the `responses` of a path.
pub struct Problems;

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let all = [
            ("400", "The request cannot be read"),
            ("401", "No valid key"),
            ("403", "The key's role is too low"),
            ("404", "Unknown, deleted or of another workspace: the same"),
            ("409", "The present state does not allow it"),
            ("413", "The body is too large"),
            ("415", "The body is of another kind"),
            ("422", "Wrong fields, each named in `errors`"),
            ("429", "Too many requests; see `Retry-After`"),
            ("503", "Busy; try again"),
        ];
        let content = ContentBuilder::new()
            .schema(Some(Ref::from_schema_name(Problem::name())))
            .build();
        let response = |about: &str| {
            ResponseBuilder::new()
                .description(about)
                .content("application/problem+json", content.clone())
                .build()
        };
        all.into_iter()
            .map(|(status, about)| (status.to_owned(), RefOr::T(response(about))))
            .collect()
    }
}

/// The generated document, finished.
fn finished(document: utoipa::openapi::OpenApi) -> Value {
    // What the generator made is plain data; it always becomes JSON.
    let mut document = serde_json::to_value(document).unwrap_or_default();
    if let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") {
        inline_flattened(schemas);
        add_patches(schemas);
    }
    if let Some(Value::Object(paths)) = document.pointer_mut("/paths") {
        for (path, item) in paths {
            if let Some(body) = item.pointer_mut("/patch/requestBody") {
                point_at_patches(body);
            }
            if WITHOUT_BODY.contains(&path.as_str())
                && let Some(body) = item.pointer_mut("/post/requestBody")
            {
                body["required"] = json!(false);
            }
            let words: Vec<_> = path
                .split(['/', '{', '}', '-', '.'])
                .filter(|word| !word.is_empty())
                .collect();
            for (method, operation) in item.as_object_mut().into_iter().flatten() {
                // Handlers of different areas share short names; the address tells operations apart.
                operation["operationId"] = json!(format!("{method}_{}", words.join("_")));
            }
        }
    }
    document
}

/// `#[serde(flatten)]` becomes `allOf` of a closed object and more fields, which nothing can satisfy: writes each such
/// schema, however deep, as one object.
fn inline_flattened(schemas: &mut Map<String, Value>) {
    let known = schemas.clone();
    schemas.values_mut().for_each(|schema| as_one(schema, &known));
}

fn as_one(schema: &mut Value, known: &Map<String, Value>) {
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        let (mut properties, mut required) = (Map::new(), Vec::new());
        for part in parts {
            let named = part.get("$ref").and_then(Value::as_str);
            let part = named.map_or(Some(part), |name| known.get(last_word(name)));
            let list = |name| part.and_then(|part| part.get(name)).cloned();
            if let Some(Value::Object(more)) = list("properties") {
                properties.extend(more);
            }
            if let Some(Value::Array(more)) = list("required") {
                required.extend(more);
            }
        }
        let description = schema.get("description").cloned();
        *schema = json!({"type": "object", "properties": properties, "required": required});
        if let Some(description) = description {
            schema["description"] = description;
        }
    }
    match schema {
        Value::Object(fields) => fields.values_mut().for_each(|field| as_one(field, known)),
        Value::Array(items) => items.iter_mut().for_each(|item| as_one(item, known)),
        _ => {}
    }
}

fn last_word(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or_default()
}

/// For each object that PATCH is merged into: `XPatch`, the same with every field optional and `null` allowed, also in the
/// objects inside.
fn add_patches(schemas: &mut Map<String, Value>) {
    for (input, patch) in PATCHES {
        let Some(mut schema) = schemas.get(input).cloned() else {
            continue;
        };
        if let Some(schema) = schema.as_object_mut() {
            schema.remove("required");
        }
        if let Some(Value::Object(properties)) = schema.get_mut("properties") {
            for property in properties.values_mut() {
                if !takes_null(property) {
                    *property = json!({"anyOf": [property.take(), {"type": "null"}]});
                }
            }
        }
        point_at_patches(&mut schema);
        schemas.insert(patch.to_owned(), schema);
    }
}

fn takes_null(schema: &Value) -> bool {
    let some = |name: &str| {
        schema
            .get(name)
            .and_then(Value::as_array)
            .is_some_and(|of| of.iter().any(takes_null))
    };
    match schema.get("type") {
        Some(Value::String(kind)) => kind == "null",
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "null"),
        _ => some("anyOf") || some("oneOf"),
    }
}

const PATCHES: [(&str, &str); 4] = [
    ("InterviewInput", "InterviewPatch"),
    ("Settings", "SettingsPatch"),
    ("CandidateInput", "CandidatePatch"),
    ("PublicLinkInput", "PublicLinkPatch"),
];

/// Where a POST may come without its body.
const WITHOUT_BODY: [&str; 1] = ["/interviews/{id}/public-link"];

/// Where references to schemas begin.
const SCHEMAS: &str = "#/components/schemas/";

fn point_at_patches(value: &mut Value) {
    match value {
        Value::String(text) => {
            let named = text.strip_prefix(SCHEMAS).unwrap_or_default();
            if let Some((_, patch)) = PATCHES.iter().find(|(input, _)| named == *input) {
                *text = format!("{SCHEMAS}{patch}");
            }
        }
        Value::Object(fields) => fields.values_mut().for_each(point_at_patches),
        Value::Array(items) => items.iter_mut().for_each(point_at_patches),
        _ => {}
    }
}
