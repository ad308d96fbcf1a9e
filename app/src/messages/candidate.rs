//! What the candidate's path says, in any language. The values stand in `en.rs`, `zh.rs`, …

use parley_domain::session::EndReason;

/// The candidate's path.
#[derive(Debug)]
pub struct Candidate {
    /// Words used on every page.
    pub common: CommonText,
    /// The page before the start.
    pub landing: LandingText,
    /// Pages of a link that does not lead into the interview.
    pub link: LinkText,
    /// The conversation.
    pub chat: ChatText,
    /// What can go wrong while answering.
    pub trouble: TroubleText,
    /// Finishing and the page after it.
    pub finish: FinishText,
}

/// Words used on every page.
#[derive(Debug)]
pub struct CommonText {
    /// Beside the product's name at the foot of the page.
    pub footer: &'static str,
    /// The candidate, as the author of an answer.
    pub you: &'static str,
    /// The button that tries once more.
    pub try_again: &'static str,
    /// Stands for the company where its name is not known.
    pub company: &'static str,
    /// A fault of ours.
    pub ours: PageText,
}

/// The page before the start: what will happen, what is recorded, consent, **Start interview**.
#[derive(Debug)]
pub struct LandingText {
    /// "Hello Ana" above the title; from the candidate's name.
    pub hello: fn(&str) -> String,
    /// Heading of the facts.
    pub what_to_expect: &'static str,
    /// "8 questions, one at a time", from the number of questions.
    pub fact_questions: fn(u64) -> String,
    /// "Up to 30 minutes", from the limit in minutes.
    pub fact_time: fn(u64) -> String,
    /// Where the limit does not count time away.
    pub fact_time_stops: &'static str,
    /// Where the limit also counts time away.
    pub fact_time_away: &'static str,
    /// Where there is no limit.
    pub fact_no_limit: &'static str,
    /// "About 15 minutes", where there is no limit; from minutes.
    pub fact_about: fn(u64) -> String,
    /// Beside it.
    pub fact_about_note: &'static str,
    /// That it is an AI that asks.
    pub fact_ai: &'static str,
    /// That one may leave and come back.
    pub fact_resume: &'static str,
    /// Heading of what is recorded.
    pub recorded_title: &'static str,
    /// What is recorded.
    pub recorded: &'static str,
    /// That nothing else is judged.
    pub recorded_not: &'static str,
    /// The consent box.
    pub consent: &'static str,
    /// Error where the box was not ticked.
    pub consent_needed: &'static str,
    /// Label of the name on a public link.
    pub your_name: &'static str,
    /// Label of the email on a public link.
    pub your_email: &'static str,
    /// Help under the email on a public link.
    pub email_hint: &'static str,
    /// Error of a name or an email that cannot be taken.
    pub check_fields: &'static str,
    /// On a public link, where this browser has a session: above the button that goes on with it.
    pub continue_note: &'static str,
    /// The other choice there.
    pub start_as_someone_else: &'static str,
    /// On every page of a creator's preview.
    pub preview: &'static str,
    /// Heading of the personal link after a public start.
    pub personal_link_title: &'static str,
    /// What it is good for.
    pub personal_link: &'static str,
    /// The button.
    pub start: &'static str,
    /// The button where the session is in progress.
    pub resume: &'static str,
    /// Above the button where the session is in progress.
    pub resume_note: &'static str,
    /// Above the button where a retake was granted.
    pub retake_note: &'static str,
    /// Where the chat led here while something was typed and not sent.
    pub draft_kept: &'static str,
    /// Label where the invited email must be typed.
    pub invited_email: &'static str,
    /// Help under it.
    pub invited_email_hint: &'static str,
    /// One answer for every failure of it.
    pub invited_email_wrong: &'static str,
    /// Heading where the session is in progress.
    pub resume_title: &'static str,
}

/// A page that says one thing and what to do next.
#[derive(Debug)]
pub struct PageText {
    /// The heading.
    pub title: &'static str,
    /// What happened and what to do.
    pub text: &'static str,
}

/// Pages of a link that does not lead into the interview.
#[derive(Debug)]
pub struct LinkText {
    /// Unknown, replaced or foreign: all the same.
    pub unknown: PageText,
    /// The public link was revoked.
    pub revoked: PageText,
    /// Draft, or before the opening time.
    pub not_open: PageText,
    /// When it opens, where that is known; from date and time as [`LinkText::moment`] writes them, and how many minutes that
    /// is from now.
    pub opens_at: fn(&str, u64) -> String,
    /// How a date with its time in UTC is written, as `strftime` reads it.
    pub moment: &'static str,
    /// After the closing time, or archived.
    pub closed: PageText,
    /// The most starts are reached.
    pub full: PageText,
    /// The interview is paused.
    pub paused: PageText,
    /// The invite link expired.
    pub expired: PageText,
    /// The session is completed.
    pub completed: PageText,
    /// Time ran out.
    pub time_up: PageText,
    /// Nobody came back in time.
    pub idle: PageText,
    /// A member ended it.
    pub ended: PageText,
    /// Too many tries from one place or with one link.
    pub too_many: PageText,
    /// The button that asks for another attempt.
    pub ask_retake: &'static str,
    /// Label of the reason.
    pub ask_retake_reason: &'static str,
    /// It was asked for and waits.
    pub ask_retake_done: PageText,
    /// The button that takes another attempt by oneself.
    pub take_retake: &'static str,
    /// The installation does not answer as it should.
    pub unavailable: PageText,
}

impl LinkText {
    /// What is said of a session that somebody or something else than the candidate closed; `None` for one that they
    /// finished.
    #[must_use]
    pub const fn stopped_by(&self, reason: Option<EndReason>) -> Option<&PageText> {
        match reason {
            Some(EndReason::TimeUp) => Some(&self.time_up),
            Some(EndReason::Inactivity) => Some(&self.idle),
            Some(EndReason::EndedByCreator) => Some(&self.ended),
            // The link leads to the attempt that took its place.
            Some(EndReason::Finished | EndReason::Replaced) | None => None,
        }
    }
}

/// The conversation.
#[derive(Debug)]
pub struct ChatText {
    /// "Question 3 of 8".
    pub progress: fn(u64, u64) -> String,
    /// "12 minutes left", from seconds.
    pub time_left: fn(u64) -> String,
    /// Said politely at five and one minutes; from minutes.
    pub time_warning: fn(u64) -> String,
    /// Heading of the conversation, for screen readers.
    pub conversation: &'static str,
    /// Label of the composer.
    pub your_answer: &'static str,
    /// Grey text in the empty composer.
    pub placeholder: &'static str,
    /// Sends the answer.
    pub send: &'static str,
    /// Under the composer.
    pub send_hint: &'static str,
    /// Over single choices.
    pub choose_one: &'static str,
    /// Over multiple choices.
    pub choose_many: &'static str,
    /// Over the code field.
    pub code_hint: &'static str,
    /// While the answer is on its way.
    pub sending: &'static str,
    /// The draft is only in this browser.
    pub draft_kept: &'static str,
    /// The interviewer's turn is being made; from the interviewer's name.
    pub typing: fn(&str) -> String,
    /// "You were away for 12 minutes", from minutes, between turns.
    pub away: fn(u64) -> String,
    /// Beside the progress, where the interviewer asks on about the same question.
    pub follow_up: &'static str,
    /// The server has stored the answer.
    pub sent: &'static str,
    /// Under the composer of a page without scripts.
    pub no_script: &'static str,
    /// From how many characters the answer is too long.
    pub over: fn(u64) -> String,
    /// Heading of text that was typed for a question that is gone.
    pub set_aside_title: &'static str,
    /// Under it.
    pub set_aside: &'static str,
    /// The button that puts it into the answer.
    pub take_up: &'static str,
    /// The button that throws it away.
    pub discard: &'static str,
    /// The button that copies.
    pub copy: &'static str,
    /// What it says once it has.
    pub copied: &'static str,
}

/// What can go wrong while answering: what happened, that the answer is safe, one button.
#[derive(Debug)]
pub struct TroubleText {
    /// Not sent: no connection.
    pub offline: PageText,
    /// The session goes on elsewhere.
    pub taken_over: PageText,
    /// The button that takes it back.
    pub take_back: &'static str,
    /// The answer was to an earlier question.
    pub moved_on: PageText,
    /// The link was replaced meanwhile, or the candidate deleted: the same for both.
    pub replaced: PageText,
    /// Too many messages in a minute.
    pub too_fast: PageText,
    /// The answer is empty.
    pub empty: &'static str,
    /// The answer is too long; from the most characters.
    pub too_long: fn(u64) -> String,
    /// Nothing was chosen.
    pub choose_first: &'static str,
    /// On an answer sent by the browser at the deadline.
    pub sent_at_time_up: &'static str,
    /// An answer that came after the deadline.
    pub too_late: PageText,
    /// Not sent: the server does not answer, or cannot store it right now.
    pub waiting: PageText,
    /// Something between the browser and the server refused the answer for what it is.
    pub barred: PageText,
    /// A press got no answer, and is not repeated by itself.
    pub no_answer: PageText,
    /// What was sent cannot be stored as it is.
    pub invalid: PageText,
    /// The client id was used for another answer.
    pub answered: PageText,
    /// The interview takes no starts.
    pub not_now: PageText,
    /// The server could not take what a plain form sent; it stands on the page again.
    pub send_again: PageText,
    /// There is no connection; nothing is waiting to be sent.
    pub connection: &'static str,
}

/// Finishing and the page after it.
#[derive(Debug)]
pub struct FinishText {
    /// The button.
    pub finish: &'static str,
    /// The question before it.
    pub confirm_title: &'static str,
    /// What will happen.
    pub confirm_text: &'static str,
    /// Where questions are left; from how many.
    pub confirm_left: fn(u64) -> String,
    /// Does it.
    pub confirm: &'static str,
    /// Does not.
    pub go_on: &'static str,
    /// All questions were asked: what remains is to finish.
    pub all_done: &'static str,
    /// The closing page.
    pub closing: PageText,
    /// What happens with the answers now.
    pub closing_next: &'static str,
    /// That the window may be closed.
    pub closing_close: &'static str,
    /// In place of all that, at the end of a creator's preview.
    pub preview_over: PageText,
    /// How to leave it.
    pub preview_close: &'static str,
    /// Where no question is left.
    pub all_answered: &'static str,
    /// Where something stands in the composer.
    pub draft_left: &'static str,
    /// Read out when it has ended.
    pub over: &'static str,
    /// Between the end of the time and the closing page.
    pub ending: &'static str,
    /// Heading of text that came too late.
    pub unsent_title: &'static str,
    /// Under it.
    pub unsent: &'static str,
    /// On a page without scripts, the link that leads on from it.
    pub unsent_on: &'static str,
}
