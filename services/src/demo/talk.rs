//! Invented conversations: answers that touch some of what was expected, or miss it.

use super::people::Dice;
use parley_domain::{
    conversation::{Speaker, TurnKind},
    question::Question,
    time::{MINUTE, SECOND, Timestamp},
};

/// A line of an invented conversation.
pub(super) struct Line {
    pub speaker: Speaker,
    pub kind: TurnKind,
    /// Which question, from 0; none for the closing.
    pub question: Option<usize>,
    pub text: String,
    pub at: Timestamp,
    pub pause_ms: i64,
}

/// How a conversation went.
pub(super) struct Talk {
    pub lines: Vec<Line>,
    /// Time that counted, in milliseconds.
    pub active: i64,
    /// The last sign of life.
    pub last: Timestamp,
}

const OPENINGS: [&str; 6] = [
    "I will take an example from last year.",
    "That happened in my second month on the job.",
    "Let me start with what went wrong.",
    "It is easiest to explain by a case.",
    "I had to do that more than once.",
    "In short:",
];
const AROUND: [&str; 8] = [
    "What mattered most was {}.",
    "I made sure of {}.",
    "First I looked at {}, then I decided.",
    "I told the others about {} early.",
    "It came down to {}, and that took two days.",
    "I wrote down {} so that nobody had to ask again.",
    "We had talked about {} before.",
    "For me that means {}.",
];
const MISSES: [&str; 6] = [
    "I asked a colleague and we fixed it together in the afternoon.",
    "I am not sure any more, it is a while ago.",
    "We tried three things and the last one worked.",
    "I would look it up and come back with an answer.",
    "It was a busy week and I learned a lot from it.",
    "Honestly, I would have to think about that for longer.",
];
const ENDINGS: [&str; 5] = [
    "Next time I would start with that.",
    "In the end it worked, and the customer stayed with us.",
    "That saved us about ten hours a week.",
    "I still do it that way.",
    "",
];
const REACTIONS: [&str; 4] = [
    "Thank you, noted.",
    "That is clear, thank you.",
    "Understood, thank you.",
    "Thank you for explaining that.",
];
const CODE: [&str; 3] = [
    "def solve(items):\n    # sort once, then compare with the last one that was kept\n    kept = []\n    for item in sorted(items):\n        if not kept or item[0] > kept[-1][1]:\n            kept.append(list(item))\n        else:\n            kept[-1][1] = max(kept[-1][1], item[1])\n    return kept\n",
    "Hello,\n\nthank you for writing again, and I am sorry that nobody answered you twice.\n\nI have looked at it and will come back to you tomorrow by noon.\n\nKind regards",
    "fn main() {\n    println!(\"not finished\");\n}\n",
];

/// An answer to `question`, by somebody who is this good (of a hundred).
fn answer(dice: &mut Dice, question: &Question, skill: usize) -> String {
    if question.kind.has_choices() {
        return choices(dice, question, skill);
    }
    let mut parts: Vec<String> = Vec::new();
    if question.kind.is_code() {
        parts.push(dice.pick(&CODE).to_owned());
    } else {
        parts.push(dice.pick(&OPENINGS).to_owned());
    }
    for point in &question.expected_points {
        if dice.chance(skill) {
            parts.push(dice.pick(&AROUND).replace("{}", point));
        }
    }
    if parts.len() < 2 {
        parts.push(dice.pick(&MISSES).to_owned());
    }
    parts.push(dice.pick(&ENDINGS).to_owned());
    let joint = if question.kind.is_code() { "\n" } else { " " };
    parts.retain(|p| !p.is_empty());
    parts.join(joint)
}

fn choices(dice: &mut Dice, question: &Question, skill: usize) -> String {
    let expected = |text: &str| {
        question
            .expected_points
            .iter()
            .any(|p| crate::analysis::terms::touches(p, text))
    };
    let all: Vec<&str> = question.choices.iter().map(|c| c.text.as_str()).collect();
    let mut picked: Vec<&str> = all
        .iter()
        .copied()
        .filter(|t| {
            if expected(t) {
                dice.chance(skill + 15)
            } else {
                dice.chance(12)
            }
        })
        .collect();
    if picked.is_empty() {
        picked.push(dice.pick(&all));
    }
    if question.kind.picks_one() {
        picked.truncate(1);
    }
    picked.join("\n")
}

/// A conversation of `answered` answers that began at `start`; with the interviewer's closing where all were given.
pub(super) fn talk(dice: &mut Dice, questions: &[Question], answered: usize, given: &str, start: Timestamp) -> Talk {
    let skill = 20 + dice.below(75);
    let mut out = Talk {
        lines: Vec::new(),
        active: 0,
        last: start,
    };
    for (n, question) in questions.iter().enumerate().take(answered + 1) {
        let before = if n == 0 {
            format!("Hello {given}, I'm Robin and I'll be asking the questions today. Take the time you need.")
        } else {
            dice.pick(&REACTIONS).to_owned()
        };
        out.lines.push(Line {
            speaker: Speaker::Interviewer,
            kind: TurnKind::Question,
            question: Some(n),
            text: format!("{before}\n\n{}", question.text),
            at: out.last,
            pause_ms: 0,
        });
        if n == answered {
            return out;
        }
        let thinking = dice.between(25 * SECOND, 5 * MINUTE);
        // Some leave and come back: time away does not count.
        let pause = if dice.chance(6) {
            dice.between(5 * MINUTE, 9 * 60 * MINUTE)
        } else {
            0
        };
        out.active += thinking;
        out.last = out.last.plus(thinking + pause);
        out.lines.push(Line {
            speaker: Speaker::Candidate,
            kind: TurnKind::Answer,
            question: Some(n),
            text: answer(dice, question, skill),
            at: out.last,
            pause_ms: pause,
        });
    }
    out.lines.push(Line {
        speaker: Speaker::Interviewer,
        kind: TurnKind::Closing,
        question: None,
        text: "That was my last question. Thank you for your time. Press Finish when you are done.".to_owned(),
        at: out.last,
        pause_ms: 0,
    });
    out
}
