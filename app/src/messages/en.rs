//! The candidate's path in English.

use super::candidate::*;
use super::{count, number};

/// "1 hour 30 minutes".
fn minutes(n: u64) -> String {
    match (n / 60, n % 60) {
        (0, rest) => count(rest, "minute", "minutes"),
        (hours, 0) => count(hours, "hour", "hours"),
        (hours, rest) => format!("{} {}", count(hours, "hour", "hours"), count(rest, "minute", "minutes")),
    }
}

/// "45 minutes", "3 days 5 hours", "88 days": how far away something is.
fn distance(n: u64) -> String {
    let (days, hours) = (n / 1_440, n % 1_440 / 60);
    match (days, hours) {
        (0 | 1, _) => minutes(n.max(1)),
        (2..7, 1..) => format!("{days} days {}", count(hours, "hour", "hours")),
        _ => format!("{} days", number(days)),
    }
}

fn time_left(seconds: u64) -> String {
    if seconds < 60 {
        format!("{seconds} s left")
    } else {
        format!("{} left", minutes(seconds.div_ceil(60)))
    }
}

pub(super) static CANDIDATE: Candidate = Candidate {
    common: CommonText {
        footer: "Interview run with Parley",
        you: "You",
        try_again: "Try again",
        company: "the company",
        ours: PageText {
            title: "Something went wrong on our side",
            text: "Everything you sent is kept. Load this page again in a minute.",
        },
    },
    landing: LandingText {
        hello: |name| format!("Hello {name}"),
        what_to_expect: "What to expect",
        fact_questions: |n| {
            if n == 1 {
                "1 question".to_owned()
            } else {
                format!("{} questions, one at a time", number(n))
            }
        },
        fact_time: |n| format!("Up to {}", minutes(n)),
        fact_time_stops: "The clock stops while you are away.",
        fact_time_away: "The clock also runs while you are away.",
        fact_no_limit: "No time limit",
        fact_about: |n| format!("About {}", minutes(n)),
        fact_about_note: "There is no time limit.",
        fact_ai: "You will talk to an AI in writing, not to a person.",
        fact_resume: "You can leave and come back with the same link, on any device.",
        recorded_title: "What is recorded",
        recorded: "Your answers, the times at which you started, answered and finished, and when this page was open. The company that invited you reads them, together with an automatic analysis of the text.",
        recorded_not: "Nothing else: no voice, no picture, no screen.",
        consent: "I have read this and agree that my answers are recorded and analysed.",
        consent_needed: "Tick the box to start. Without your consent nothing is recorded.",
        your_name: "Your name",
        your_email: "Your email",
        email_hint: "So that the company can reach you.",
        check_fields: "Check your name and your email address. An address looks like ana@example.com",
        continue_note: "Somebody has started this interview in this browser and not finished it.",
        start_as_someone_else: "Start as someone else",
        preview: "Preview: this is what candidates see. Nothing of it is kept.",
        personal_link_title: "Your own link",
        personal_link: "Keep this link: use it to come back from another device. If you lose it, ask the company for it.",
        start: "Start interview",
        resume: "Continue interview",
        resume_note: "You have begun already. Everything you answered is kept; you continue where you left.",
        retake_note: "You can take this interview again. Your earlier attempt is kept.",
        draft_kept: "What you typed and did not send is kept in this browser. You find it again in the interview.",
        invited_email: "The email you were invited with",
        invited_email_hint: "The company asks for it to make sure that the link reached the right person.",
        invited_email_wrong: "That did not match. Check the spelling, or ask the company which address they used.",
        resume_title: "Your interview is in progress",
    },
    link: LinkText {
        unknown: PageText {
            title: "This link does not work",
            text: "It may be cut off, or a newer one has replaced it. Open the newest link you were sent, or ask the company for it.",
        },
        revoked: PageText {
            title: "This link has been switched off",
            text: "The company no longer takes new interviews by this link. Ask them whether there is another one.",
        },
        not_open: PageText {
            title: "This interview is not open yet",
            text: "Come back later with the same link, or ask the company when it opens.",
        },
        opens_at: |at, n| format!("It opens on {at}, in {}.", distance(n)),
        moment: "%a %-d %b %Y, %H:%M (UTC)",
        closed: PageText {
            title: "This interview is closed",
            text: "It takes no new starts. If you think this is a mistake, ask the company.",
        },
        full: PageText {
            title: "All places are taken",
            text: "This interview has reached the number of people it was made for. Ask the company whether more will be added.",
        },
        paused: PageText {
            title: "This interview is paused",
            text: "New starts are not possible right now. Come back later with the same link; whoever has started can go on.",
        },
        expired: PageText {
            title: "This link has expired",
            text: "Ask the company to extend it. The same link then works again.",
        },
        completed: PageText {
            title: "You have completed this interview",
            text: "Your answers are with the company.",
        },
        time_up: PageText {
            title: "The time is up",
            text: "What you answered is kept and with the company.",
        },
        idle: PageText {
            title: "This interview was closed",
            text: "It was left unfinished for too long. What you answered is kept and with the company.",
        },
        ended: PageText {
            title: "The company has ended this interview",
            text: "What you answered is kept and with them. Ask them if this is a surprise.",
        },
        too_many: PageText {
            title: "Too many tries",
            text: "Nothing was changed. Wait a quarter of an hour, then try again.",
        },
        ask_retake: "Ask for another attempt",
        ask_retake_reason: "Why would you like to take it again?",
        ask_retake_done: PageText {
            title: "Your request is with the company",
            text: "When they decide, this same link shows it.",
        },
        take_retake: "Take it again",
        unavailable: PageText {
            title: "This is not available right now",
            text: "Nothing is lost. Try again in a minute.",
        },
    },
    chat: ChatText {
        progress: |n, of| format!("Question {n} of {of}"),
        time_left,
        time_warning: |n| format!("{} left.", minutes(n)),
        conversation: "Conversation",
        your_answer: "Your answer",
        placeholder: "Write your answer",
        send: "Send",
        send_hint: "Enter sends, Shift+Enter starts a new line",
        choose_one: "Choose one",
        choose_many: "Choose all that apply",
        code_hint: "Enter starts a new line, Ctrl+Enter sends",
        sending: "Sending",
        draft_kept: "Draft kept in this browser",
        typing: |name| format!("{name} is writing"),
        away: |n| format!("You were away for {}", minutes(n)),
        follow_up: "Follow-up",
        sent: "Sent",
        no_script: "After you send, the next question opens on a new page",
        over: |n| format!("{} too long", count(n, "character", "characters")),
        set_aside_title: "You had typed this for another question",
        set_aside: "That question is no longer open here, so it was not sent. Copy it, or put it into your answer.",
        take_up: "Put into the answer",
        discard: "Discard",
        copy: "Copy",
        copied: "Copied",
    },
    trouble: TroubleText {
        offline: PageText {
            title: "Not sent: no connection",
            text: "Your answer is kept in this browser. Keep this page open: it goes out by itself when you are back online.",
        },
        taken_over: PageText {
            title: "You continued elsewhere",
            text: "This interview is open in another tab or on another device. Everything you sent is kept.",
        },
        take_back: "Continue here",
        moved_on: PageText {
            title: "The interview has moved on",
            text: "That question was answered already, so this answer was not stored. Everything you sent before is kept.",
        },
        replaced: PageText {
            title: "Your link no longer works",
            text: "Ask the company for your current link. Everything you sent is kept, and what you typed is still here.",
        },
        too_fast: PageText {
            title: "That was a little fast",
            text: "Your answer is kept in this browser. Wait a minute, then try again.",
        },
        empty: "Write an answer first.",
        too_long: |most| format!("This is too long. Shorten it to {} characters.", number(most)),
        choose_first: "Choose an answer first.",
        sent_at_time_up: "Sent when time ran out",
        too_late: PageText {
            title: "The time was up",
            text: "This answer came too late and was not sent. Everything you sent before is kept.",
        },
        waiting: PageText {
            title: "Not sent yet: the server does not answer",
            text: "Your answer is kept in this browser. Keep this page open: it is tried again by itself.",
        },
        barred: PageText {
            title: "This answer was not let through",
            text: "Something on the way to the server refused it, perhaps for its length or for code in it. It is still here: shorten or change it, or send it over another network.",
        },
        no_answer: PageText {
            title: "The server did not answer",
            text: "Check your connection, then press the button again. Everything you sent is kept.",
        },
        invalid: PageText {
            title: "This answer could not be stored",
            text: "It is empty, longer than 20,000 characters, or not one of the choices. Everything you sent before is kept.",
        },
        answered: PageText {
            title: "An answer is stored already",
            text: "It differs from this one and stays as it was. Load this page again to see it.",
        },
        not_now: PageText {
            title: "This is not possible right now",
            text: "The interview does not take new starts. Nothing was changed.",
        },
        send_again: PageText {
            title: "Not sent yet",
            text: "Your answer is still here. Wait a minute, then send it again.",
        },
        connection: "You are offline. What you type is kept in this browser.",
    },
    finish: FinishText {
        finish: "Finish interview",
        confirm_title: "Finish the interview?",
        confirm_text: "Your answers go to the company. You cannot change or add anything afterwards.",
        confirm_left: |n| {
            if n == 1 {
                "1 question has not been answered.".to_owned()
            } else {
                format!("{} questions have not been answered.", number(n))
            }
        },
        confirm: "Finish",
        go_on: "Go on answering",
        all_done: "That was the last question. Finish when you are ready.",
        closing: PageText {
            title: "Thank you, that was it",
            text: "Your answers are stored and with the company.",
        },
        closing_next: "The company reads your answers together with an automatic analysis of the text, and decides what happens next.",
        closing_close: "You can close this page.",
        preview_over: PageText {
            title: "That was the preview",
            text: "Candidates are thanked here and told that their answers are with you. Nothing of yours is kept.",
        },
        preview_close: "Close this tab to go back to your interview.",
        all_answered: "You have answered every question.",
        draft_left: "An answer that you have not sent is not handed in.",
        over: "The interview is over.",
        ending: "The time is up. The interview is being closed.",
        unsent_title: "What was not sent",
        unsent: "It was not stored. Copy it if you want to keep it.",
        unsent_on: "Continue",
    },
};
