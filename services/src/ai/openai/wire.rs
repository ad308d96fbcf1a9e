//! The bodies of requests and answers.

use super::quirks::{Format, Quirks};
use crate::ai::port::{End, Failure, Reply, Request, Role, Usage};
use serde::Deserialize;
use serde_json::{Value, json};

/// The body of a request.
pub(super) fn body(model: &str, request: &Request, quirks: Quirks, stream: bool) -> Value {
    let mut messages = vec![json!({ "role": "system", "content": instructions(request, quirks.format) })];
    messages.extend(request.messages.iter().map(|message| {
        let role = match message.role {
            Role::User => "user",
            Role::Assistant => "assistant",
        };
        json!({ "role": role, "content": message.text })
    }));
    let limit = if quirks.completion_tokens {
        "max_completion_tokens"
    } else {
        "max_tokens"
    };
    let mut body = json!({ "model": model, "messages": messages, limit: request.max_tokens, "stream": stream });
    if quirks.temperature {
        body["temperature"] = json!(request.temperature);
    }
    if stream && quirks.stream_usage {
        body["stream_options"] = json!({ "include_usage": true });
    }
    if let Some(schema) = &request.schema {
        match quirks.format {
            Format::JsonSchema => {
                body["response_format"] = json!({
                    "type": "json_schema",
                    "json_schema": { "name": schema.name, "strict": true, "schema": schema.value },
                });
            }
            Format::JsonObjectSchema => {
                let schema = schema.narrow.as_ref().unwrap_or(&schema.value);
                body["response_format"] = json!({ "type": "json_object", "schema": schema });
            }
            Format::JsonObject => body["response_format"] = json!({ "type": "json_object" }),
            Format::Plain => {}
        }
    }
    body
}

/// The system text; with the schema where the server may not enforce it.
fn instructions(request: &Request, format: Format) -> String {
    match &request.schema {
        Some(schema) if format != Format::JsonSchema => format!(
            "{}\n\nAnswer with one JSON object and nothing else. It follows this JSON Schema:\n{}",
            request.system, schema.value
        ),
        _ => request.system.clone(),
    }
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Option<Counted>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default, alias = "delta")]
    message: Option<Said>,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    content: Option<Value>,
    #[serde(default)]
    refusal: Option<String>,
}

#[derive(Deserialize)]
struct Counted {
    #[serde(default)]
    prompt_tokens: Option<i64>,
    #[serde(default)]
    completion_tokens: Option<i64>,
}

/// A text, or a list of parts with texts.
fn text_of(content: Value) -> String {
    match content {
        Value::String(text) => text,
        Value::Array(parts) => parts
            .iter()
            .filter_map(|part| part.get("text").and_then(Value::as_str))
            .collect(),
        _ => String::new(),
    }
}

/// One answer, or one event of a stream.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Part {
    /// New text.
    pub text: String,
    /// What is said about the whole so far.
    pub end: End,
    /// Whether the model said that it is finished.
    pub finished: bool,
}

/// Reads an answer or an event.
pub(super) fn part(bytes: &[u8]) -> Result<Part, Failure> {
    let answer: Answer = serde_json::from_slice(bytes).map_err(|_| Failure::Broken)?;
    if answer.error.as_ref().is_some_and(|e| !e.is_null()) {
        return Err(Failure::Broken);
    }
    let usage = answer.usage.map_or(Usage::default(), |counted| Usage {
        input: counted.prompt_tokens.filter(|n| *n >= 0),
        output: counted.completion_tokens.filter(|n| *n >= 0),
    });
    let mut part = Part::default();
    part.end.model = answer.model.unwrap_or_default();
    part.end.usage = usage;
    if let Some(choice) = answer.choices.into_iter().next() {
        if let Some(said) = choice.message {
            if said.refusal.is_some_and(|r| !r.is_empty()) {
                return Err(Failure::Declined);
            }
            part.text = said.content.map(text_of).unwrap_or_default();
        }
        match choice.finish_reason.as_deref() {
            None => {}
            Some("length") => (part.finished, part.end.cut) = (true, true),
            Some("content_filter") => return Err(Failure::Declined),
            Some(_) => part.finished = true,
        }
    }
    Ok(part)
}

/// Reads a whole answer.
pub(super) fn reply(bytes: &[u8]) -> Result<Reply, Failure> {
    let part = part(bytes)?;
    if part.text.trim().is_empty() {
        return Err(if part.end.cut { Failure::Cut } else { Failure::Empty });
    }
    Ok(Reply {
        text: part.text,
        end: part.end,
        format: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use parley_domain::{ai::Purpose, id::WorkspaceId};

    fn request() -> Request {
        Request::new(Purpose::Test, WorkspaceId::NIL, "Be brief.")
            .data(&json!({ "a": "b" }))
            .schema("shape", json!({ "type": "object" }))
    }

    fn with(format: Format) -> Value {
        let quirks = Quirks {
            format,
            ..Quirks::default()
        };
        body("m", &request(), quirks, false)
    }

    #[test]
    fn each_way_of_asking_for_structure() {
        let schema = with(Format::JsonSchema);
        assert_eq!(schema["response_format"]["json_schema"]["schema"]["type"], "object");
        assert_eq!(schema["messages"][0]["content"], "Be brief.");
        assert_eq!(
            with(Format::JsonObjectSchema)["response_format"]["schema"]["type"],
            "object"
        );
        let narrow = request().narrow_schema(json!({ "type": "object", "maxProperties": 1 }));
        let asked = |format| {
            let quirks = Quirks {
                format,
                ..Quirks::default()
            };
            body("m", &narrow, quirks, false)["response_format"].to_string()
        };
        assert!(asked(Format::JsonObjectSchema).contains("maxProperties"));
        assert!(!asked(Format::JsonSchema).contains("maxProperties"));
        assert_eq!(
            with(Format::JsonObject)["response_format"],
            json!({ "type": "json_object" })
        );
        let plain = with(Format::Plain);
        assert!(plain.get("response_format").is_none());
        assert!(
            plain["messages"][0]["content"]
                .as_str()
                .unwrap()
                .contains("{\"type\":\"object\"}")
        );
        assert_eq!(plain["messages"][1]["role"], "user");
    }

    #[test]
    fn what_is_refused_is_left_out() {
        let quirks = Quirks {
            completion_tokens: true,
            temperature: false,
            stream_usage: false,
            ..Quirks::default()
        };
        let body = body("m", &request(), quirks, true);
        assert!(body.get("max_tokens").is_none() && body["max_completion_tokens"] == 1_000);
        assert!(body.get("temperature").is_none() && body.get("stream_options").is_none());
    }

    fn read(value: &Value) -> Result<Reply, Failure> {
        reply(value.to_string().as_bytes())
    }

    #[test]
    fn answers_are_read() {
        let good = json!({
            "model": "m-1", "usage": { "prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7 },
            "choices": [{ "message": { "role": "assistant", "content": "Hi" }, "finish_reason": "stop" }],
        });
        let reply = read(&good).unwrap();
        assert_eq!((reply.text.as_str(), reply.end.model.as_str()), ("Hi", "m-1"));
        assert_eq!(reply.end.usage.input, Some(5));
        let parts = json!({ "choices": [{ "message": { "content": [{ "type": "text", "text": "Hi" }] } }] });
        assert_eq!(read(&parts).unwrap().text, "Hi");
    }

    #[test]
    fn answers_that_are_none() {
        let choice = |choice: Value| json!({ "choices": [choice] });
        for (value, failure) in [
            (json!({ "error": { "message": "no" } }), Failure::Broken),
            (json!({ "choices": [] }), Failure::Empty),
            (choice(json!({ "message": { "content": null } })), Failure::Empty),
            (
                choice(json!({ "message": { "refusal": "I cannot" } })),
                Failure::Declined,
            ),
            (
                choice(json!({ "message": { "content": " " }, "finish_reason": "length" })),
                Failure::Cut,
            ),
            (
                choice(json!({ "message": { "content": "x" }, "finish_reason": "content_filter" })),
                Failure::Declined,
            ),
        ] {
            assert_eq!(read(&value).unwrap_err(), failure, "{value}");
        }
        assert_eq!(reply(b"<html>").unwrap_err(), Failure::Broken);
    }
}
