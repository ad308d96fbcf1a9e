//! The analysis by the configured model: evidence-bound. The model reads a session as data and proposes scores, notes and
//! quotes; what holds is decided here. Each quote is looked for in the candidate's own turns and kept as it stands there,
//! or dropped; scores stay within 0 to 10; the overall score is computed by our rule. Text alone is judged: there is no
//! field for mood, tone of voice or character, and the rules forbid words about them.
//!
//! One call per session where it fits what a model can read, else one for each part ([`plan`]) and one for the words above
//! them. A server whose model reads less than we thought (it refuses the prompt, or its answer is cut off) is asked again in
//! smaller parts.

mod answer;
mod ask;
mod clean;
mod merge;
pub mod plan;
mod quotes;
#[cfg(test)]
mod tests;

pub use answer::{Assessment, Judgement, Passage, Words};
pub(super) use ask::LINE;
pub use ask::{MERGE_RULES, PROMPT_VERSION, RULES, merge_schema, narrow_schema, schema};

use super::{Input, verify};
use crate::{
    Services,
    ai::{self, Failure, Request, tokens_about},
    interviews::Version,
};
use answer::{accept, addressed, put_words};
use ask::{Talk, document, frame};
use merge::{Part, together};
use parley_domain::{
    ai::Purpose,
    analysis::AnalysisResult,
    id::{SessionId, WorkspaceId},
};
use plan::{Budget, answer_tokens, parts};
use sea_orm::ConnectionTrait;
use serde_json::Value;
use std::time::Duration;
use uuid::Uuid;

/// What a model is taken to read and write, from generous to what the smallest do.
pub(super) const BUDGETS: [Budget; 3] = [
    Budget {
        prompt: 24_000,
        answer: 6_000,
    },
    Budget {
        prompt: 7_000,
        answer: 2_500,
    },
    Budget {
        prompt: 3_000,
        answer: 1_500,
    },
];
/// How long one call may take, tries included: nobody waits at a screen.
const LIMIT: Duration = Duration::from_secs(240);
/// Most tokens of the words over parts.
const WORDS_TOKENS: u32 = 900;

/// What is assessed.
#[derive(Debug)]
pub struct Case<'a> {
    /// Whose it is: usage is counted there.
    pub workspace: WorkspaceId,
    /// The session.
    pub session: SessionId,
    /// What the interview wants to find out.
    pub objective: &'a str,
    /// The language tag in which to write.
    pub language: &'a str,
    /// Criteria, questions, turns.
    pub input: Input<'a>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Made {
    /// What holds.
    pub result: AnalysisResult,
    /// The model, as its server calls itself.
    pub model: String,
    /// Calls that were made.
    pub calls: usize,
}

/// Whether a model is configured.
pub async fn is_on(s: &Services) -> bool {
    ai::model(s).await.is_some()
}

/// The same inside a transaction.
pub(crate) async fn is_on_within(tx: &impl ConnectionTrait, s: &Services) -> bool {
    ai::model_within(tx, s).await.is_some()
}

/// The configured model.
pub async fn name(s: &Services) -> Option<String> {
    ai::model(s).await
}

/// Has a session assessed.
///
/// # Errors
/// Why there is no assessment.
pub async fn assess(s: &Services, case: &Case<'_>) -> Result<Made, Failure> {
    let mut last = Failure::Off;
    for budget in BUDGETS {
        match within(s, case, budget).await {
            // Too much to read, or to write: in smaller parts it may go.
            Err(
                failure @ (Failure::Rejected {
                    status: 400 | 413 | 422,
                }
                | Failure::Cut),
            ) => last = failure,
            other => return other,
        }
    }
    Err(last)
}

async fn within(s: &Services, case: &Case<'_>, budget: Budget) -> Result<Made, Failure> {
    let input = &case.input;
    let mut talks: Vec<Talk> = input
        .questions
        .iter()
        .enumerate()
        .map(|(i, q)| Talk::of(i, q, input.turns))
        .collect();
    let frame = frame(input, case.objective, case.language);
    let fixed = fixed_tokens(&frame);
    let mut cautions: Vec<String> = addressed(input.turns).into_iter().collect();
    for talk in &mut talks {
        if fixed + talk.size() > budget.prompt && talk.fit(budget.prompt.saturating_sub(fixed)) {
            cautions.push(format!(
                "The answers to question {} are longer than the model can read at once; it read the beginning of the \
                 longest ones.",
                talk.index + 1
            ));
        }
    }
    let sizes: Vec<usize> = talks.iter().map(Talk::size).collect();
    let plan = parts(&sizes, fixed, input.criteria.len(), budget);
    let mut made = Vec::with_capacity(plan.len());
    let (mut model, mut calls) = (String::new(), 0);
    let whole = plan.len() == 1;
    for asked in plan {
        let own: Vec<Talk> = asked.iter().filter_map(|i| talks.get(*i).cloned()).collect();
        if !whole && !own.iter().any(Talk::answered) {
            // Nothing to read there.
            made.push(Part {
                result: accept(Assessment::default(), &[], input),
                asked,
            });
            continue;
        }
        let answer = one_call(s, case, &frame, own, &asked).await?;
        calls += 1;
        model = answer.model;
        made.push(Part {
            result: accept(answer.value, &asked, input),
            asked,
        });
    }
    let mut result = together(&made).unwrap_or_default();
    if calls > 1 {
        put_words(&mut result, words(s, case, &made).await?);
        calls += 1;
    }
    result.cautions.splice(0..0, cautions);
    // What passes through here is what every result passes through, whatever made it.
    verify(&mut result, input.turns);
    Ok(Made { result, model, calls })
}

/// Asks about some questions and all criteria.
async fn one_call(
    s: &Services,
    case: &Case<'_>,
    frame: &Value,
    talks: Vec<Talk>,
    asked: &[usize],
) -> Result<ai::Answer<Assessment>, Failure> {
    let answered: Vec<usize> = talks.iter().filter(|t| t.answered()).map(|t| t.index).collect();
    let criteria = case.input.criteria.len();
    let room = u32::try_from(answer_tokens(asked.len(), criteria)).unwrap_or(u32::MAX);
    let request = request(case, RULES, &document(frame, talks))
        .schema("assessment", schema(&answered, criteria))
        .narrow_schema(narrow_schema(&answered, criteria))
        .max_tokens(room);
    ai::ask_json(s, request, move |a: &Assessment| a.complete(&answered, criteria)).await
}

/// Has the words over the parts written.
async fn words(s: &Services, case: &Case<'_>, made: &[Part]) -> Result<Words, Failure> {
    let parts: Vec<Value> = made
        .iter()
        .map(|p| &p.result)
        .filter(|r| !r.summary.is_empty())
        .map(|r| serde_json::json!({"summary": r.summary, "strengths": r.strengths, "concerns": r.concerns}))
        .collect();
    let data = serde_json::json!({"language": case.language, "objective": case.objective, "parts": parts});
    let request = request(case, MERGE_RULES, &data)
        .schema("summary", merge_schema())
        .max_tokens(WORDS_TOKENS);
    let answer = ai::ask_json(s, request, |words: &Words| {
        if words.summary.trim().is_empty() {
            Err("\"summary\" is empty".to_owned())
        } else {
            Ok(())
        }
    });
    Ok(answer.await?.value)
}

fn request(case: &Case<'_>, rules: &str, data: &Value) -> Request {
    Request::new(Purpose::Analysis, case.workspace, rules)
        .about(case.session)
        .data(data)
        .temperature(0.0)
        .within(LIMIT)
}

/// Tokens of what every call carries.
fn fixed_tokens(frame: &Value) -> usize {
    tokens_about(RULES) + tokens_about(&frame.to_string()) + 150
}

/// What a version of an interview adds to every session's cost.
#[derive(Debug)]
pub(super) struct Measure {
    pub(super) fixed: usize,
    pub(super) criteria: usize,
    /// Each question with its own tokens.
    pub(super) questions: Vec<(Uuid, usize)>,
    /// Whether it is in a script of about one token a character.
    pub(super) wide: bool,
}

impl Measure {
    pub(super) fn of(version: &Version) -> Self {
        let language = version.settings.language.split('-').next().unwrap_or_default();
        let input = Input {
            criteria: &version.criteria,
            questions: &version.questions,
            turns: &[],
        };
        Self {
            fixed: fixed_tokens(&frame(&input, &version.objective, &version.settings.language)),
            criteria: version.criteria.len(),
            questions: version
                .questions
                .iter()
                .enumerate()
                .map(|(i, q)| (q.id.0, Talk::of(i, q, &[]).size()))
                .collect(),
            wide: matches!(language, "zh" | "ja" | "ko"),
        }
    }
}
