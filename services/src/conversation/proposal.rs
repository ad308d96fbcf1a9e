//! The model's proposal for the interviewer's next turn: what it is told, how it is read while it is written, and when the
//! scripted interviewer takes over.
//!
//! It is told of the current question only: its text, what a good answer touches, and what was said about it. Later
//! questions, criteria, the objective and who the candidate is are not in the request, so nothing can get them out of it.

use super::{
    desk::{Desk, Draft},
    guard::{Action, Guard},
};
use crate::{
    Services,
    ai::{self, Failure, Request, json},
    entity::{session, turn},
    interviews::Version,
    sessions::{clock_of, rules_of},
};
use futures::FutureExt;
use parley_domain::{ai::Purpose, conversation::Speaker, id::WorkspaceId, question::Question, text};
use serde_json::{Value, json};
use std::{panic::AssertUnwindSafe, sync::Arc};
use tokio::time::Instant;

/// The instructions.
pub(super) const INSTRUCTIONS: &str = include_str!("../ai/prompts/interviewer-1.txt");
/// Most tokens of a proposal: the longest text in the most wasteful script, and its frame.
const TOKENS: u32 = 500;
/// Most bytes of a proposal: the longest text with every character escaped. What is longer is not read to its end.
const WRITTEN_MAX: usize = 8_000;
/// How much of an answer the model is given, in characters; what is in the middle of a longer one is left out.
const ANSWER_MAX: usize = 6_000;
/// How much of all that was said about the question.
const SAID_MAX: usize = 16_000;

/// A proposal that may be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Proposal {
    pub action: Action,
    pub text: String,
}

/// Where the conversation about the current question stands.
pub(super) struct About<'a> {
    pub row: &'a session::Model,
    pub version: &'a Version,
    pub question: &'a Question,
    /// All turns of the session.
    pub turns: &'a [Arc<turn::Model>],
}

impl About<'_> {
    /// The turns about the current question, oldest first.
    fn said(&self) -> impl Iterator<Item = &turn::Model> {
        let id = self.question.id.0;
        self.turns
            .iter()
            .map(|turn| &**turn)
            .filter(move |t| t.question_id == Some(id))
    }

    fn follow_ups_left(&self) -> u32 {
        // What is picked from a list is not asked on.
        if !self.question.kind.may_be_asked_on() {
            return 0;
        }
        let used = u32::try_from(self.row.follow_ups).unwrap_or(u32::MAX);
        self.version.settings.follow_up_depth.most().saturating_sub(used)
    }
}

/// Asks the model for the next turn, twice at most, and shows at `desk` what it writes. `None`: the scripted interviewer
/// goes on, also after a panic: the turn would stay due, and whoever makes it next would run into the same one for ever.
pub(super) async fn propose(s: &Services, desk: &Desk, about: &About<'_>) -> Option<Proposal> {
    let proposal = AssertUnwindSafe(two_tries(s, desk, about)).catch_unwind().await;
    proposal.unwrap_or_else(|_| {
        tracing::error!(session = %about.row.id, "asking the model panicked; the scripted interviewer goes on");
        None
    })
}

async fn two_tries(s: &Services, desk: &Desk, about: &About<'_>) -> Option<Proposal> {
    ai::model(s).await?;
    let limit = s.ai.pace().turn;
    let end = Instant::now() + limit;
    let number = about.row.turns + 1;
    let mut request = request(s, about);
    let mut guard = guard(about);
    // The first try leaves time for a second one; a tenth of the limit is not worth trying.
    for within in [limit * 3 / 5, limit] {
        let left = end.saturating_duration_since(Instant::now());
        if left < limit / 10 {
            break;
        }
        request.deadline = within.min(left);
        // One that panics is one that failed; where it did is in the log.
        let tried = AssertUnwindSafe(attempt(s, desk, number, &request, &guard)).catch_unwind();
        match tried.await.unwrap_or(Err(Failure::Broken)) {
            Ok(proposal) => return Some(proposal),
            Err(failure) => {
                desk.clear();
                if will_not_pass(&failure) {
                    break;
                }
                if let Failure::Invalid(why) = failure {
                    guard.tell(&why);
                    request = request.data(&json!({ "your_last_proposal_was_not_taken": why }));
                }
            }
        }
    }
    tracing::info!(session = %about.row.id, "the scripted interviewer goes on");
    None
}

/// Whether asking once more would only keep the candidate waiting.
const fn will_not_pass(failure: &Failure) -> bool {
    matches!(
        failure,
        Failure::Off | Failure::Resting | Failure::Refused | Failure::Rejected { .. } | Failure::Throttled { .. }
    )
}

fn guard(about: &About<'_>) -> Guard {
    let mut said = about.question.text.clone();
    for choice in &about.question.choices {
        said.push('\n');
        said.push_str(&choice.text);
    }
    for turn in about.said() {
        said.push('\n');
        said.push_str(&turn.text);
    }
    Guard::new(
        &about.question.expected_points,
        &said,
        INSTRUCTIONS,
        about.follow_ups_left(),
    )
}

/// What the model is asked.
pub(super) fn request(s: &Services, about: &About<'_>) -> Request {
    let left = about.follow_ups_left();
    let actions: &[&str] = if left > 0 { &["follow_up", "next"] } else { &["next"] };
    let schema = json!({
        "type": "object",
        "properties": {
            "action": { "type": "string", "enum": actions },
            "text": { "type": "string" },
        },
        "required": ["action", "text"],
        "additionalProperties": false,
    });
    Request::new(Purpose::Interview, WorkspaceId(about.row.workspace_id), INSTRUCTIONS)
        .data(&data(s, about, left))
        .schema("interviewer_turn", schema)
        .about(about.row.id)
        .max_tokens(TOKENS)
        .temperature(0.4)
        .live()
        .within(s.ai.pace().turn)
}

fn data(s: &Services, about: &About<'_>, follow_ups_left: u32) -> Value {
    let settings = &about.version.settings;
    let seconds = clock_of(about.row).seconds_left(&rules_of(settings), s.now());
    json!({
        "interviewer": settings.interviewer_name,
        "language": settings.language,
        "tone": settings.tone.as_str(),
        "question": about.question.text,
        "choices": about.question.choices.iter().map(|c| &c.text).collect::<Vec<_>>(),
        "expected_points": about.question.expected_points,
        "conversation": conversation(about),
        "follow_ups_left": follow_ups_left,
        "minutes_left": seconds.map(|s| s / 60),
        "is_last_question": usize::try_from(about.row.question_index).unwrap_or(0) + 1 >= about.version.questions.len(),
    })
}

/// What was said about the question after it was asked; where that is very much, the newest of it.
fn conversation(about: &About<'_>) -> Vec<Value> {
    let mut budget = SAID_MAX;
    let mut said = Vec::new();
    let turns: Vec<_> = about.said().collect();
    for turn in turns.into_iter().rev() {
        let candidate = turn.speaker == Speaker::Candidate.as_str();
        if !candidate && turn.prompt_id == turn.question_id {
            // The question itself, with the reaction before it.
            continue;
        }
        let part = without_middle(&turn.text, ANSWER_MAX.min(budget));
        if part.is_empty() {
            break;
        }
        budget -= text::chars(&part);
        said.push(json!({ "from": if candidate { "candidate" } else { "interviewer" }, "text": part }));
    }
    said.reverse();
    said
}

/// At most `most` characters: the beginning and the end.
fn without_middle(whole: &str, most: usize) -> String {
    const GAP: &str = "\n[…]\n";
    let length = text::chars(whole);
    if length <= most {
        return whole.to_owned();
    }
    let Some(kept) = most.checked_sub(text::chars(GAP)).filter(|kept| *kept > 100) else {
        return String::new();
    };
    let head: String = whole.chars().take(kept * 2 / 3).collect();
    let tail: String = whole.chars().skip(length - kept / 3).collect();
    format!("{head}{GAP}{tail}")
}

/// One try: reads what is written, shows what may be shown, stops at what may not be said.
async fn attempt(
    s: &Services,
    desk: &Desk,
    number: i32,
    request: &Request,
    guard: &Guard,
) -> Result<Proposal, Failure> {
    let mut answer = ai::stream(s, request).await?;
    let mut written = String::new();
    let refused = |why: &str| Failure::Invalid(why.to_owned());
    loop {
        let mut whole = true;
        if let Some(part) = answer.next().await {
            written.push_str(&part?);
            if written.len() > WRITTEN_MAX {
                answer.refuse(&Failure::Huge);
                return Err(Failure::Huge);
            }
            whole = rambles(&written);
        }
        let step = read(&written, whole, guard);
        match step {
            Ok(Step::Write(action, text)) => desk.show(Draft {
                turn: number,
                follow_up: action == Action::FollowUp,
                text,
            }),
            Ok(Step::Wait) => {}
            Ok(Step::Done(proposal)) => {
                answer.accept();
                return Ok(proposal);
            }
            Err(why) => {
                let failure = refused(why);
                answer.refuse(&failure);
                return Err(failure);
            }
        }
    }
}

/// Whether the object is whole and the model writes on behind it: nobody waits for that.
fn rambles(written: &str) -> bool {
    let object = json::object_in(written).and_then(|object| written.split_once(object));
    object.is_some_and(|(_, rest)| !rest.trim().is_empty())
}

/// What to do with what was written so far.
enum Step {
    Wait,
    Write(Action, String),
    Done(Proposal),
}

fn read(written: &str, whole: bool, guard: &Guard) -> Result<Step, &'static str> {
    const FORM: &str = "the answer is not a JSON object with action and text";
    let action = json::partial(written, "action").filter(|action| action.whole);
    let text = json::partial(written, "text");
    let Some(action) = action else {
        return if whole { Err(FORM) } else { Ok(Step::Wait) };
    };
    let action = Action::of(&action.text).ok_or(FORM)?;
    guard.allows(action)?;
    let Some(text) = text else {
        return if whole { Err(FORM) } else { Ok(Step::Wait) };
    };
    if whole {
        if !text.whole {
            return Err(FORM);
        }
        let text = guard.settled(action, &text.text)?;
        return Ok(Step::Done(Proposal { action, text }));
    }
    let shown = guard.shown(action, &text.text)?;
    Ok(Step::Write(action, shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(left: u32) -> Guard {
        Guard::new(
            &["postmortem".to_owned()],
            "Tell me about an outage.",
            INSTRUCTIONS,
            left,
        )
    }

    fn done(written: &str, left: u32) -> Result<Proposal, &'static str> {
        match read(written, true, &guard(left))? {
            Step::Done(proposal) => Ok(proposal),
            Step::Wait | Step::Write(..) => Err("not done"),
        }
    }

    #[test]
    fn only_the_two_actions_are_taken() {
        assert!(done(r#"{"action":"next","text":"Thank you."}"#, 0).is_ok());
        assert!(done(r#"Sure: {"text":"What was hard?","action":"follow_up"}"#, 1).is_ok());
        for bad in [
            r#"{"action":"follow_up","text":"What was hard?"}"#,
            r#"{"action":"finish","text":"Done."}"#,
            r#"{"action":"next"}"#,
            r#"{"action":"next","text":7}"#,
            r#"{"action":"next","text":"cut"#,
            r#"["next","Thank you."]"#,
            "Thank you.",
            "",
        ] {
            assert!(done(bad, 0).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_text_is_shown_once_its_action_is_known() {
        let whole = r#"{"action":"follow_up","text":"What was the hardest part?"}"#;
        let mut shown = Vec::new();
        for end in 0..whole.len() {
            match read(&whole[..end], false, &guard(1)) {
                Ok(Step::Write(_, text)) if shown.last() != Some(&text) => shown.push(text),
                Ok(_) => {}
                Err(why) => panic!("{why} at {end}"),
            }
        }
        assert_eq!(shown.last().map(String::as_str), Some("What was the hardest"));
        // With the text first nothing can be shown before the action is there.
        assert!(matches!(
            read(r#"{"text":"What was hard?","ac"#, false, &guard(1)),
            Ok(Step::Wait)
        ));
    }

    #[test]
    fn nobody_waits_for_what_follows_the_object() {
        let object = r#"{"action":"next","text":"Thank } you."}"#;
        assert!(!rambles(&object[..20]) && !rambles(object) && !rambles(&format!("{object}\n")));
        assert!(rambles(&format!("{object}\nI chose next because")));
    }

    #[test]
    fn long_answers_keep_their_beginning_and_end() {
        let long: String = ('a'..='z').cycle().take(10_000).collect();
        let short = without_middle(&long, 1_000);
        assert!(short.chars().count() <= 1_000 && short.contains("[…]"));
        assert!(long.starts_with(&short[..600]) && long.ends_with(&short[short.len() - 300..]));
        assert_eq!(without_middle("short", 1_000), "short");
        assert_eq!(without_middle(&long, 50), "");
    }
}
