//! What a model is given: rules from a versioned file, and one JSON document with everything else as data. Weights, names,
//! notes, the candidate's particulars and the interview's other texts are not in it: they have no say.

use super::clean::defused;
use crate::{ai::tokens_about, analysis::Input};
use parley_domain::{
    conversation::{Speaker, Turn, TurnKind},
    question::Question,
};
use serde_json::{Value, json};

/// The rules of an assessment.
pub const RULES: &str = include_str!("prompts/analysis-1.md");
/// The rules for the words over an interview that was read in parts.
pub const MERGE_RULES: &str = include_str!("prompts/merge-1.md");
/// The version of both; a changed file is a new file with a new number.
pub const PROMPT_VERSION: &str = "analysis-1";

/// The name by which a question is spoken of in a prompt.
pub(super) fn question_ref(index: usize) -> String {
    format!("Q{}", index + 1)
}

/// The name by which a criterion is spoken of in a prompt.
pub(super) fn criterion_ref(index: usize) -> String {
    format!("C{}", index + 1)
}

/// A question with what was said about it, as a prompt carries it.
#[derive(Clone, Debug)]
pub(super) struct Talk {
    pub(super) index: usize,
    document: Value,
    lines: Vec<(i32, Speaker)>,
    texts: Vec<String>,
}

impl Talk {
    /// A follow-up is needed to understand its answer. The question itself stands above them, without the greeting or
    /// reaction that the interviewer put before it.
    pub(super) fn of(index: usize, question: &Question, turns: &[Turn]) -> Self {
        let own = turns
            .iter()
            .filter(|t| t.question == Some(question.id))
            .filter(|t| t.speaker == Speaker::Candidate || t.kind == TurnKind::FollowUp);
        let (mut lines, mut texts) = (Vec::new(), Vec::new());
        for turn in own {
            lines.push((turn.number, turn.speaker));
            texts.push(defused(&turn.text));
        }
        let mut document = json!({
            "ref": question_ref(index),
            "kind": question.kind.as_str(),
            "question": question.text,
        });
        if question.kind.has_choices() {
            document["choices"] = question.choices.iter().map(|c| Value::from(c.text.as_str())).collect();
        }
        if !question.expected_points.is_empty() {
            document["expected_points"] = json!(question.expected_points);
        }
        Self {
            index,
            document,
            lines,
            texts,
        }
    }

    pub(super) fn answered(&self) -> bool {
        self.lines.iter().any(|(_, speaker)| *speaker == Speaker::Candidate)
    }

    /// Tokens of all of it.
    pub(super) fn size(&self) -> usize {
        tokens_about(&self.document.to_string()) + self.texts.iter().map(|t| tokens_about(t) + LINE).sum::<usize>()
    }

    /// Shortens the answers so that it has about `room` tokens. Whether anything had to be cut.
    pub(super) fn fit(&mut self, room: usize) -> bool {
        let around = tokens_about(&self.document.to_string()) + self.texts.len() * LINE;
        super::plan::shorten(&mut self.texts, room.saturating_sub(around).max(200)) > 0
    }

    fn into_document(self) -> Value {
        let answered = self.answered();
        let talk = self.lines.iter().zip(self.texts);
        let talk: Vec<Value> = talk
            .map(|((turn, speaker), text)| json!({"turn": turn, "speaker": speaker.as_str(), "text": text}))
            .collect();
        let mut document = self.document;
        document["answered"] = Value::Bool(answered);
        document["talk"] = Value::Array(talk);
        document
    }
}

/// Tokens of what stands around a line of talk.
pub(in crate::analysis) const LINE: usize = 20;

/// What every call carries: the interview without its questions.
pub(super) fn frame(input: &Input<'_>, objective: &str, language: &str) -> Value {
    let criteria: Vec<Value> = input
        .criteria
        .iter()
        .enumerate()
        .map(|(i, c)| json!({"ref": criterion_ref(i), "name": c.name, "what_good_looks_like": c.description}))
        .collect();
    json!({"language": language, "objective": objective, "criteria": criteria, "questions": []})
}

/// The document of one call.
pub(super) fn document(frame: &Value, talks: Vec<Talk>) -> Value {
    let mut document = frame.clone();
    document["questions"] = talks.into_iter().map(Talk::into_document).collect();
    document
}

/// The structure of an assessment of these questions and so many criteria. Servers that follow it write properties in the
/// order of their names, so that a score comes after what it rests on. Ranges stand in the rules and are checked by us: most
/// servers enforce none.
#[must_use]
pub fn schema(questions: &[usize], criteria: usize) -> Value {
    let text = || json!({"type": "string"});
    let sentences = json!({"type": "array", "items": text()});
    let judgements = |refs: Vec<String>| {
        let about = if refs.is_empty() {
            text()
        } else {
            json!({"type": "string", "enum": refs})
        };
        let quotes = json!({"type": "array", "items": quote(text())});
        json!({"type": "array", "items": judgement(about, text(), quotes)})
    };
    object(&[
        ("summary", text()),
        ("strengths", sentences.clone()),
        ("concerns", sentences),
        ("criteria", judgements((0..criteria).map(criterion_ref).collect())),
        (
            "questions",
            judgements(questions.iter().copied().map(question_ref).collect()),
        ),
    ])
}

/// The same where a server lets its model write nothing else: each judgement once and in order, texts that end, few quotes.
/// Without, a small model leaves judgements out, or writes one text until there is no room left.
#[must_use]
pub fn narrow_schema(questions: &[usize], criteria: usize) -> Value {
    let text = |most: usize| json!({"type": "string", "minLength": 1, "maxLength": most});
    let sentences = json!({"type": "array", "items": text(200), "maxItems": 5});
    let judgements = |refs: Vec<String>| {
        let one = |name: String| {
            let quotes = json!({"type": "array", "items": quote(text(200)), "maxItems": 3});
            judgement(json!({"type": "string", "enum": [name]}), text(300), quotes)
        };
        let all: Vec<Value> = refs.into_iter().map(one).collect();
        if all.is_empty() {
            json!({"type": "array", "items": text(1), "maxItems": 0})
        } else {
            json!({"type": "array", "prefixItems": all})
        }
    };
    object(&[
        ("summary", text(600)),
        ("strengths", sentences.clone()),
        ("concerns", sentences),
        ("criteria", judgements((0..criteria).map(criterion_ref).collect())),
        (
            "questions",
            judgements(questions.iter().copied().map(question_ref).collect()),
        ),
    ])
}

fn quote(text: Value) -> Value {
    object(&[("turn", json!({"type": "integer"})), ("text", text)])
}

fn judgement(about: Value, note: Value, quotes: Value) -> Value {
    object(&[
        ("about", about),
        ("score", json!({"type": ["number", "null"]})),
        (
            "confidence",
            json!({"type": "string", "enum": ["low", "medium", "high"]}),
        ),
        ("note", note),
        ("quotes", quotes),
    ])
}

/// The structure of the words over parts.
#[must_use]
pub fn merge_schema() -> Value {
    let sentences = json!({"type": "array", "items": {"type": "string"}});
    object(&[
        ("summary", json!({"type": "string"})),
        ("strengths", sentences.clone()),
        ("concerns", sentences),
    ])
}

/// An object of exactly these properties.
fn object(properties: &[(&str, Value)]) -> Value {
    let required: Vec<_> = properties.iter().map(|(name, _)| *name).collect();
    let all: serde_json::Map<String, Value> = properties.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
    json!({"type": "object", "properties": all, "required": required, "additionalProperties": false})
}
