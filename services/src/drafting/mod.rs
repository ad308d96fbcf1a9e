//! An interview made from a description, or changed by a wish: written by the configured model, made valid piece by piece
//! as it is written, and handed to whoever asked. Nothing is stored here: the creator edits, and saves. Without a model
//! there is no such thing.

mod accept;
mod items;
#[cfg(test)]
mod tests;

use crate::{
    Services,
    accounts::audit,
    ai::{self, Failure, Request},
    db::Priority,
    error::{Result, ServiceError},
};
use accept::{Accept, criterion_ref, question_ref};
use futures::{Stream, StreamExt, stream};
use items::Items;
use parley_domain::{
    account::{Action, Actor},
    ai::Purpose,
    drafting::{DraftPiece, DraftRequest},
    interview::InterviewInput,
};
use serde_json::{Value, json};
use std::{collections::VecDeque, time::Duration};

/// The rules.
pub const RULES: &str = include_str!("prompts/draft-1.md");
/// Their version.
pub const PROMPT_VERSION: &str = "draft-1";
/// Most tokens of an interview.
const TOKENS: u32 = 5_000;
/// How long it may take, tries included.
const LIMIT: Duration = Duration::from_secs(120);

/// Whether interviews can be made from descriptions here.
pub async fn is_on(s: &Services) -> bool {
    ai::model(s).await.is_some()
}

/// Begins to write an interview. The pieces come as they are whole; the last one is [`DraftPiece::Done`] or
/// [`DraftPiece::Failed`].
///
/// # Errors
/// A role that is too low; wrong fields; a conflict where no model is configured; a model that does not begin.
pub async fn write(
    s: &Services,
    actor: &Actor,
    asked: DraftRequest,
) -> Result<impl Stream<Item = DraftPiece> + Send + use<>> {
    let workspace = s.allow_own(actor, Action::EditInterviews)?;
    let asked = asked.checked()?;
    let Some(model) = ai::model(s).await else {
        return Err(ServiceError::conflict(
            "no_model",
            "No AI model is configured, so there is nothing that could write an interview. Start from a template or from \
             nothing.",
        ));
    };
    // The form stands in the rules and not in a schema: servers that follow one write properties in an order of their own,
    // and whoever watches wants the title first. The reader copes with what is around the object.
    let request = Request::new(Purpose::Draft, workspace, RULES)
        .data(&document(&asked))
        .max_tokens(TOKENS)
        .temperature(0.3)
        .within(LIMIT)
        .live();
    let tx = s.db.write(Priority::Person).await?;
    audit::write(&*tx, s, workspace, actor, "interview.draft", None).await?;
    tx.commit().await?;
    let answering = ai::stream(s, &request).await.map_err(|failure| refused(&failure))?;
    let writing = Writing {
        s: s.clone(),
        model,
        answering: Some(answering),
        items: Items::new(),
        accept: Accept::new(asked.current.as_ref()),
        ready: VecDeque::new(),
    };
    Ok(stream::unfold(writing, Writing::next).boxed())
}

/// Writes an interview and waits for all of it: the same, for programs.
///
/// # Errors
/// As [`write()`]; a model that broke off.
pub async fn whole(s: &Services, actor: &Actor, asked: DraftRequest) -> Result<InterviewInput> {
    let mut draft = asked.current.clone().unwrap_or_default();
    draft.criteria.clear();
    draft.questions.clear();
    let mut pieces = write(s, actor, asked).await?;
    while let Some(piece) = pieces.next().await {
        if let DraftPiece::Failed { message } = piece {
            return Err(ServiceError::Unavailable(message));
        }
        piece.put_into(&mut draft);
    }
    Ok(draft)
}

fn refused(failure: &Failure) -> ServiceError {
    ServiceError::conflict(
        "model",
        format!(
            "{} Nothing was changed; try again, or write the interview yourself.",
            failure.words()
        ),
    )
}

/// An interview that is being written.
struct Writing {
    s: Services,
    model: String,
    /// None once it is over.
    answering: Option<ai::Answering>,
    items: Items,
    accept: Accept,
    ready: VecDeque<DraftPiece>,
}

impl Writing {
    async fn next(mut self) -> Option<(DraftPiece, Self)> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Some((piece, self));
            }
            let answering = self.answering.as_mut()?;
            match answering.next().await {
                Some(Ok(text)) => {
                    for item in self.items.push(&text) {
                        self.ready.extend(self.accept.piece(&item));
                    }
                    if self.items.is_over() {
                        self.end(None).await;
                    }
                }
                Some(Err(failure)) => self.end(Some(failure)).await,
                None => self.end(None).await,
            }
        }
    }

    async fn end(&mut self, failure: Option<Failure>) {
        let Some(answering) = self.answering.take() else { return };
        let failure = match failure {
            None if !self.accept.is_enough() => Some(Failure::Invalid("there is no question in the answer".to_owned())),
            other => other,
        };
        self.ready.push_back(match &failure {
            None => DraftPiece::Done {
                model: self.model.clone(),
                prompt_version: PROMPT_VERSION.to_owned(),
            },
            Some(failure) => DraftPiece::Failed {
                message: format!(
                    "{} What was written until then is here; try again, or go on by hand.",
                    failure.words()
                ),
            },
        });
        match &failure {
            None => answering.accept(),
            Some(failure) => answering.refuse(failure),
        }
        ai::usage::flush(&self.s).await;
    }
}

/// What the model is given, all of it as data.
fn document(asked: &DraftRequest) -> Value {
    let mut document = json!({"language": asked.language});
    for (name, text) in [
        ("description", &asked.description),
        ("job_description", &asked.job_description),
        ("wish", &asked.wish),
    ] {
        if !text.is_empty() {
            document[name] = json!(text);
        }
    }
    if let Some(current) = &asked.current {
        document["current"] = present(current);
    }
    document
}

/// An interview as the model reads it: what it may write, and nothing else.
fn present(interview: &InterviewInput) -> Value {
    let criteria: Vec<Value> = (0..)
        .zip(&interview.criteria)
        .map(
            |(i, c)| json!({"ref": criterion_ref(i), "name": c.name, "description": c.description, "weight": c.weight}),
        )
        .collect();
    let questions: Vec<Value> = (0..)
        .zip(&interview.questions)
        .map(|(i, q)| {
            let choices: Vec<_> = q.choices.iter().map(|c| c.text.as_str()).collect();
            json!({
                "ref": question_ref(i), "kind": q.kind.as_str(), "text": q.text, "choices": choices,
                "expected_points": q.expected_points,
            })
        })
        .collect();
    json!({
        "title": interview.title, "welcome": interview.welcome, "objective": interview.objective,
        "criteria": criteria, "questions": questions,
    })
}
