//! What the chat decides, apart from how it looks and how it travels: plain data and pure functions.

pub use super::body::{answer_form, form};
use crate::messages::{Candidate, PageText};
use parley_domain::{
    conversation::{ANSWER_MAX, CandidateErrorCode, CandidateView, PromptView, Speaker, TurnView},
    id::{ChoiceId, PromptId},
    link,
    question::QuestionKind,
    session::Status,
    text,
};
use serde::{Deserialize, Serialize};

/// What stands in the composer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The text, for open and code questions.
    pub text: String,
    /// What is picked, for choice questions.
    pub choices: Vec<ChoiceId>,
}

impl Draft {
    /// Whether there is nothing to send.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.choices.is_empty()
    }

    /// The draft in words, as the conversation shows it.
    #[must_use]
    pub fn shown(&self, prompt: &PromptView) -> String {
        if !prompt.kind.has_choices() {
            return self.text.trim_end().to_owned();
        }
        let picked = prompt.choices.iter().filter(|c| self.choices.contains(&c.id));
        picked.map(|c| c.text.as_str()).collect::<Vec<_>>().join("\n")
    }
}

/// An answer on its way to the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Makes the answer storable once only, however often it is sent.
    pub client_id: String,
    /// What it answers.
    pub prompt: PromptId,
    /// In which attempt: never sent in another one, whose questions may be the same.
    #[serde(default)]
    pub attempt: i32,
    /// What is sent.
    pub draft: Draft,
    /// How the conversation shows it.
    pub shown: String,
    /// How its sending goes.
    #[serde(skip)]
    pub delivery: Delivery,
}

/// How the sending of the pending answer goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Delivery {
    /// On its way.
    #[default]
    Sending,
    /// It did not get through; it is tried again by itself.
    Waiting,
    /// The server said no for now; it is tried again by itself, more slowly.
    Slowed,
}

/// Why an answer cannot be sent as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Nothing is written.
    Empty,
    /// Nothing is picked.
    NothingChosen,
    /// So many characters too long.
    TooLong(usize),
}

impl Flaw {
    /// In words.
    #[must_use]
    pub fn words(self, texts: &Candidate) -> String {
        match self {
            Self::Empty => texts.trouble.empty.to_owned(),
            Self::NothingChosen => texts.trouble.choose_first.to_owned(),
            Self::TooLong(_) => (texts.trouble.too_long)(ANSWER_MAX as u64),
        }
    }
}

/// What the page has to say about the last press.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The draft cannot be sent as it is.
    Flaw(Flaw),
    /// The server refused.
    Refused(CandidateErrorCode),
    /// Something on the way refused the answer, and would again.
    Barred,
    /// A press got no answer, and is not repeated by itself.
    NoAnswer,
    /// The server said no for now to a plain form, which nobody repeats by itself.
    SendAgain,
}

impl Trouble {
    /// What a plain form heard.
    #[must_use]
    pub const fn of_plain(code: CandidateErrorCode) -> Self {
        match after(code) {
            AfterRefusal::TryAgain => Self::SendAgain,
            AfterRefusal::GiveBack => Self::Refused(code),
        }
    }
}

/// Whether an answer can be sent.
///
/// # Errors
/// What is wrong with it.
pub fn check(kind: QuestionKind, draft: &Draft) -> Result<(), Flaw> {
    if kind.has_choices() {
        return if draft.choices.is_empty() {
            Err(Flaw::NothingChosen)
        } else {
            Ok(())
        };
    }
    if draft.text.trim().is_empty() {
        return Err(Flaw::Empty);
    }
    match text::chars(draft.text.trim_end()).saturating_sub(ANSWER_MAX) {
        0 => Ok(()),
        over => Err(Flaw::TooLong(over)),
    }
}

/// The part of a refusal that is always there.
#[derive(Deserialize)]
struct Code {
    error: CandidateErrorCode,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Done; this is how things stand now.
    View(Box<CandidateView>),
    /// Refused; nothing was stored.
    Refused(CandidateErrorCode, Option<Box<CandidateView>>),
    /// Refused on the way, by a proxy or a filter, for what it is: the same would be refused again.
    Barred,
    /// No answer that we can read: it may have been stored or not.
    Lost,
    /// The server's page loads another script than this one does, at this address, and says what this one cannot read.
    Newer(String),
}

impl Outcome {
    /// Reads the server's answer.
    #[must_use]
    pub fn read(status: u16, body: &str) -> Self {
        if (200..300).contains(&status) {
            return serde_json::from_str(body).map_or(Self::Lost, |view| Self::View(Box::new(view)));
        }
        // A `CandidateError` in two looks: its one-piece reader, made for any format, is a large part of a download.
        match serde_json::from_str::<Code>(body) {
            Ok(code) => Self::Refused(code.error, serde_json::from_str(body).ok()),
            Err(_) if status == 429 => Self::Refused(CandidateErrorCode::TooMany, None),
            // Too large for a proxy, or code that a filter takes for an attack.
            Err(_) if matches!(status, 400 | 403 | 406 | 413 | 414 | 415 | 431 | 451) => Self::Barred,
            Err(_) => Self::Lost,
        }
    }

    /// The same, where the server loads another script, at this address: what cannot be read now could not be read later.
    #[must_use]
    pub fn from_other(self, script: Option<String>) -> Self {
        match (self, script) {
            (Self::Lost, Some(script)) => Self::Newer(script),
            (read, _) => read,
        }
    }
}

/// What to do with a pending answer that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterRefusal {
    /// Try the same again by itself.
    TryAgain,
    /// Put it back into the composer and say why.
    GiveBack,
}

/// Which refusals pass by themselves.
#[must_use]
pub const fn after(code: CandidateErrorCode) -> AfterRefusal {
    match code {
        CandidateErrorCode::TooMany | CandidateErrorCode::Unavailable => AfterRefusal::TryAgain,
        _ => AfterRefusal::GiveBack,
    }
}

/// What is said of a refusal.
#[must_use]
pub const fn refusal(texts: &'static Candidate, code: CandidateErrorCode) -> &'static PageText {
    let t = &texts.trouble;
    match code {
        CandidateErrorCode::UnknownLink => &t.replaced,
        CandidateErrorCode::NotOpen | CandidateErrorCode::ConsentNeeded | CandidateErrorCode::EmailNeeded => &t.not_now,
        CandidateErrorCode::Invalid => &t.invalid,
        CandidateErrorCode::Stale => &t.moved_on,
        CandidateErrorCode::TakenOver => &t.taken_over,
        CandidateErrorCode::ClientIdReused => &t.answered,
        CandidateErrorCode::Ended => &t.too_late,
        CandidateErrorCode::TooMany => &t.too_fast,
        CandidateErrorCode::Unavailable => &t.waiting,
    }
}

/// What the page says of the last press; `None` where the field or the notice of another window says it.
#[must_use]
pub const fn words_of(texts: &'static Candidate, trouble: Trouble) -> Option<&'static PageText> {
    match trouble {
        Trouble::Flaw(_) | Trouble::Refused(CandidateErrorCode::TakenOver) => None,
        Trouble::Refused(code) => Some(refusal(texts, code)),
        Trouble::Barred => Some(&texts.trouble.barred),
        Trouble::NoAnswer => Some(&texts.trouble.no_answer),
        Trouble::SendAgain => Some(&texts.trouble.send_again),
    }
}

/// What is said of an answer that did not get through so far; `None` while it is on its way.
#[must_use]
pub const fn held_up(texts: &'static Candidate, delivery: Delivery, online: bool) -> Option<&'static PageText> {
    match (delivery, online) {
        (Delivery::Sending, _) => None,
        (Delivery::Slowed, _) => Some(&texts.trouble.too_fast),
        (Delivery::Waiting, true) => Some(&texts.trouble.waiting),
        (Delivery::Waiting, false) => Some(&texts.trouble.offline),
    }
}

/// Milliseconds to wait before trying again, after so many failures in a row.
#[must_use]
pub fn backoff(failures: u32) -> u32 {
    1_000 * 2_u32.saturating_pow(failures.saturating_sub(1)).min(30)
}

/// Whether `next` is news beside `present`, or an answer that was overtaken on its way. Leases only grow, also from one
/// attempt to the next, which begins with few turns.
#[must_use]
pub fn is_newer(present: &CandidateView, next: &CandidateView) -> bool {
    if next.lease != present.lease {
        return next.lease > present.lease;
    }
    let settled = present.state == Status::Completed && next.state != Status::Completed;
    !settled && next.turns.len() >= present.turns.len()
}

/// Whether an answer that waits may go out where things stand like this: its question is asked, in its attempt.
#[must_use]
pub fn may_go(view: &CandidateView, pending: &Pending) -> bool {
    view.state == Status::InProgress
        && view.attempt == pending.attempt
        && view.question.as_ref().is_some_and(|q| q.id == pending.prompt)
}

/// Whether a sign of life is due, so many milliseconds after the server was heard last: where it tells the time, the page
/// answers that already.
#[must_use]
pub fn is_due(silence: f64) -> bool {
    !(0.0..22_000.0).contains(&silence)
}

/// Whether the server has stored this answer.
#[must_use]
pub fn is_stored(view: &CandidateView, client_id: &str) -> bool {
    view.turns.iter().any(|t| t.client_id.as_deref() == Some(client_id))
}

/// Whether the candidate has said this in one of the turns.
#[must_use]
pub fn is_said(turns: &[TurnView], text: &str) -> bool {
    let text = text.trim();
    turns
        .iter()
        .any(|t| t.speaker == Speaker::Candidate && t.text.trim() == text)
}

/// `before`, and `text` after it unless that was joined last.
#[must_use]
pub fn joined(before: &str, text: &str) -> String {
    let text = text.trim_end();
    if text.is_empty() || before == text || before.ends_with(&format!("\n\n{text}")) {
        before.to_owned()
    } else if before.trim().is_empty() {
        text.to_owned()
    } else {
        format!("{}\n\n{text}", before.trim_end())
    }
}

/// A kept draft, and what was typed in the empty field before the script brought that back: nothing of either is lost, and
/// nothing stands there twice.
#[must_use]
pub fn merged(kept: &str, typed: &str) -> String {
    if typed.contains(kept.trim()) {
        typed.to_owned()
    } else if kept.contains(typed.trim()) {
        kept.to_owned()
    } else {
        joined(kept, typed)
    }
}

/// Questions without an answer; follow-ups are not counted.
#[must_use]
pub fn unanswered(view: &CandidateView) -> i32 {
    let open = view.question.as_ref().is_some_and(|q| !q.follow_up);
    (view.total - view.asked + i32::from(open)).max(0)
}

/// Questions that are answered.
#[must_use]
pub fn answered(view: &CandidateView) -> i32 {
    (view.total - unanswered(view)).max(0)
}

/// What of the interviewer's newest turn stands beside the question: its reaction. The question itself stands on top of
/// the page while it waits for an answer, and would only be there twice.
#[must_use]
pub fn beside_question<'a>(turn: &'a str, question: &str) -> &'a str {
    turn.trim_end()
        .strip_suffix(question.trim())
        .map_or(turn, str::trim_end)
}

/// One line of the conversation as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The turn's number.
    pub number: i32,
    /// Whether the candidate said it.
    pub mine: bool,
    /// What it says.
    pub text: String,
    /// Whether it was sent when time ran out.
    pub late: bool,
    /// Whether it is code.
    pub code: bool,
    /// Minutes of pause before it.
    pub pause_minutes: Option<i64>,
    /// Whether it is the newest thing that the candidate sent.
    pub newest_mine: bool,
}

/// The conversation, without the question that stands on top.
#[must_use]
pub fn lines(view: &CandidateView) -> Vec<Line> {
    let newest_mine = view
        .turns
        .iter()
        .rev()
        .find(|t| t.speaker == Speaker::Candidate)
        .map(|t| t.number);
    let last = view.turns.last().map(|t| t.number);
    let line = |turn: &TurnView| {
        let mine = turn.speaker == Speaker::Candidate;
        let text = match &view.question {
            Some(question) if !mine && last == Some(turn.number) => beside_question(&turn.text, &question.text),
            _ => &turn.text,
        };
        (!text.is_empty()).then(|| Line {
            number: turn.number,
            mine,
            text: text.to_owned(),
            late: turn.late,
            code: turn.code,
            pause_minutes: turn.pause_minutes,
            newest_mine: newest_mine == Some(turn.number),
        })
    };
    view.turns.iter().filter_map(line).collect()
}

/// What the interviewer said after turn `known`, for screen readers.
#[must_use]
pub fn said_since(view: &CandidateView, known: i32) -> Option<String> {
    let fresh = view
        .turns
        .iter()
        .filter(|t| t.number > known && t.speaker == Speaker::Interviewer);
    let words: Vec<_> = fresh.map(|t| t.text.as_str()).collect();
    (!words.is_empty()).then(|| words.join("\n"))
}

/// The minutes to announce politely when the clock goes from `before` to `now` seconds: five and one.
#[must_use]
pub fn announces(before: i64, now: i64) -> Option<u64> {
    [1, 5].into_iter().find(|m| {
        let mark = i64::try_from(*m).unwrap_or(0) * 60;
        before > mark && now <= mark && now > 0
    })
}

/// What to do when the time here has run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtZero {
    /// The server heard of this window just now: its clock ran too, and the draft goes out.
    Send,
    /// Ask how things stand first.
    Ask,
    /// It was asked just now.
    Wait,
}

/// After so many milliseconds without a word from the server, and since it was asked.
#[must_use]
pub fn at_zero(silence: f64, asked: f64) -> AtZero {
    /// The longest silence that still counts as being there.
    const PATIENCE: f64 = 60_000.0;
    /// Between two questions.
    const PAUSE: f64 = 5_000.0;
    if (0.0..PATIENCE).contains(&silence) {
        AtZero::Send
    } else if (0.0..PAUSE).contains(&asked) {
        AtZero::Wait
    } else {
        AtZero::Ask
    }
}

/// Whether this machine's clock went a way between two ticks that no second goes: it slept, or the clock was set.
#[must_use]
pub fn jumped(before: f64, now: f64) -> bool {
    !(0.0..20_000.0).contains(&(now - before))
}

/// Whether the time left is quiet, or worth a look.
#[must_use]
pub const fn is_short(seconds: i64) -> bool {
    seconds <= 300
}

/// Lines of the composer where the browser does not size it by itself: 2 to 8.
#[must_use]
pub fn rows(text: &str) -> u32 {
    // About as many characters as fit on a line of the column; a guess is enough here.
    let lines: usize = text.split('\n').map(|line| text::chars(line) / 70 + 1).sum();
    u32::try_from(lines.clamp(2, 8)).unwrap_or(8)
}

/// The beginning of the names of what this browser keeps of a link; does not name the link itself.
#[must_use]
pub fn keep_name(token: &str) -> String {
    format!("parley.{}.", link::mark(token))
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
