//! The scripted interviewer: asks in order, asks on where an answer is thin, never loops, needs no network.
//!
//! It asks on in general words only. What a good answer touches is the team's knowledge: a follow-up that named a
//! missing point would hand it to the candidate.

use super::phrases::Phrases;
use crate::analysis::terms;
use parley_domain::{interview::FollowUpDepth, question::Question};

/// Where the conversation about the current question stands.
pub(super) struct Situation<'a> {
    /// The current question.
    pub question: &'a Question,
    /// What was answered to it so far, oldest first.
    pub answers: &'a [&'a str],
    /// Follow-ups asked so far.
    pub follow_ups: u32,
    /// How far the interview may ask on.
    pub depth: FollowUpDepth,
    /// Whether it is the last question.
    pub last: bool,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Ask on, with these words.
    FollowUp(String),
    /// Ask the next question.
    Question,
    /// Nothing is left to ask.
    Close,
}

/// An answer with fewer words than this is thin.
const THIN: usize = 25;

pub(super) fn next(words: &'static Phrases, at: &Situation<'_>) -> Next {
    let most = at.depth.most().min(u32::try_from(words.follow_ups.len()).unwrap_or(0));
    let ask_on = at.question.kind.may_be_asked_on() && at.follow_ups < most && !gives_up(at) && is_thin(at);
    if ask_on {
        let index = usize::try_from(at.follow_ups).unwrap_or(0);
        if let Some(text) = words.follow_ups.get(index) {
            return Next::FollowUp((*text).to_owned());
        }
    }
    if at.last { Next::Close } else { Next::Question }
}

/// Whether what was said so far is short, or misses more than half of what a good answer touches.
fn is_thin(at: &Situation<'_>) -> bool {
    let said = at.answers.join("\n");
    let points = &at.question.expected_points;
    let touched = points.iter().filter(|p| terms::touches(p, &said)).count();
    word_count(&said) < THIN || touched * 2 < points.len()
}

/// Whether the last follow-up got no more than a few words: asking on would only press.
fn gives_up(at: &Situation<'_>) -> bool {
    at.follow_ups > 0 && at.answers.last().is_some_and(|a| word_count(a) < 4)
}

/// Words, with every CJK character counting as half a word: those scripts write no spaces.
fn word_count(text: &str) -> usize {
    let wide = text
        .chars()
        .filter(|c| matches!(*c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}'))
        .count();
    let spaced = text
        .split_whitespace()
        .filter(|w| w.chars().any(char::is_alphanumeric))
        .count();
    spaced.max(wide / 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::phrases;
    use parley_domain::question::QuestionKind;

    fn question(points: &[&str]) -> Question {
        Question {
            text: "Tell me about an outage.".into(),
            expected_points: points.iter().map(|p| (*p).to_owned()).collect(),
            ..Default::default()
        }
    }

    fn step(question: &Question, answers: &[&str], follow_ups: u32, depth: FollowUpDepth) -> Next {
        next(
            phrases::of("en"),
            &Situation {
                question,
                answers,
                follow_ups,
                depth,
                last: false,
            },
        )
    }

    #[test]
    fn light_never_asks_on() {
        assert_eq!(step(&question(&[]), &["no"], 0, FollowUpDepth::Light), Next::Question);
    }

    #[test]
    fn a_thin_answer_is_asked_on_up_to_the_depth_and_never_twice_the_same() {
        let q = question(&[]);
        for (depth, most) in [(FollowUpDepth::Moderate, 2), (FollowUpDepth::Deep, 5)] {
            let mut asked = Vec::new();
            while let Next::FollowUp(text) = step(&q, &["We fixed it quickly then"], asked.len() as u32, depth) {
                assert!(!asked.contains(&text));
                asked.push(text);
            }
            assert_eq!(asked.len(), most);
        }
    }

    #[test]
    fn who_has_nothing_more_to_say_is_not_pressed() {
        assert_eq!(
            step(&question(&[]), &["We fixed it", "No."], 1, FollowUpDepth::Deep),
            Next::Question
        );
    }

    #[test]
    fn a_full_answer_goes_on_and_choices_are_never_asked_on() {
        let long = "word ".repeat(40);
        assert_eq!(step(&question(&[]), &[&long], 0, FollowUpDepth::Deep), Next::Question);
        let choice = Question {
            kind: QuestionKind::SingleChoice,
            ..question(&[])
        };
        assert_eq!(step(&choice, &["Yes"], 0, FollowUpDepth::Deep), Next::Question);
    }

    #[test]
    fn follow_ups_never_name_an_expected_point() {
        let q = question(&["rolled back the kubernetes deployment"]);
        let Next::FollowUp(text) = step(&q, &["We looked at it"], 0, FollowUpDepth::Deep) else {
            panic!("asks on")
        };
        assert!(!text.to_lowercase().contains("kubernetes") && !text.to_lowercase().contains("roll"));
    }

    #[test]
    fn the_last_question_closes() {
        let q = question(&[]);
        let at = Situation {
            question: &q,
            answers: &["x"],
            follow_ups: 0,
            depth: FollowUpDepth::Light,
            last: true,
        };
        assert_eq!(next(phrases::of("en"), &at), Next::Close);
    }
}
