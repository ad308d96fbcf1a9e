//! What the interviewer may say to a candidate, whatever a model proposes. A text is looked at while it grows: what is
//! shown has passed, and a text that stops passing is taken back before the word that made it stop was shown.

use crate::{ai, analysis::terms};
use parley_domain::text;
use std::collections::BTreeSet;

/// Longest follow-up, in characters.
const FOLLOW_UP_MAX: usize = 600;
/// Longest reaction before the next question, in characters.
const REACTION_MAX: usize = 400;
/// Words in a row that, said as in the instructions, are the instructions.
const REPEATED: usize = 8;
/// The same for why a proposal was not taken, which the model is told before it tries again. A small model says it back.
const TOLD: usize = 4;

/// What the model proposes to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Action {
    /// Ask on about the same question.
    FollowUp,
    /// React, and let the server go on.
    Next,
}

impl Action {
    /// The word in the answer.
    pub(super) fn of(word: &str) -> Option<Self> {
        match word {
            "follow_up" => Some(Self::FollowUp),
            "next" => Some(Self::Next),
            _ => None,
        }
    }
}

/// Why a text may not be said; for the record and for the model's second try, not for people.
pub(super) type Why = &'static str;

/// What one turn is measured against.
pub(super) struct Guard {
    /// What is known in the conversation: the question, what was asked on, the answers.
    known: BTreeSet<String>,
    /// Content words of the expected points that are not touched yet.
    points: Vec<BTreeSet<String>>,
    /// The instructions, as runs of words.
    instructions: BTreeSet<String>,
    /// What the model was told since, as runs of words.
    told: BTreeSet<String>,
    follow_ups_left: u32,
}

/// Lower-case words.
fn words(text: &str) -> Vec<String> {
    text::fold(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_owned)
        .collect()
}

fn runs(text: &str, length: usize) -> impl Iterator<Item = String> {
    let words = words(text);
    let runs: Vec<String> = words.windows(length).map(|run| run.join(" ")).collect();
    runs.into_iter()
}

fn touched(point: &BTreeSet<String>, known: impl Fn(&String) -> bool) -> bool {
    point.iter().filter(|term| known(term)).count() >= terms::enough(point.len())
}

impl Guard {
    /// `said` is everything that both sides said about the question, the question first.
    pub(super) fn new(points: &[String], said: &str, instructions: &str, follow_ups_left: u32) -> Self {
        let known = terms::terms(said);
        let points = points
            .iter()
            .map(|point| terms::terms(point))
            .filter(|point| !point.is_empty() && !touched(point, |term| known.contains(term)))
            .collect();
        Self {
            known,
            points,
            instructions: runs(instructions, REPEATED).collect(),
            told: BTreeSet::new(),
            follow_ups_left,
        }
    }

    /// Minds what the model is told about its last proposal.
    pub(super) fn tell(&mut self, why: &str) {
        self.told.extend(runs(why, TOLD));
    }

    /// Whether `action` may be taken at all.
    pub(super) fn allows(&self, action: Action) -> Result<(), Why> {
        if action == Action::FollowUp && self.follow_ups_left == 0 {
            return Err("no follow-up is left: choose next");
        }
        Ok(())
    }

    /// Whether a text may stand so far. What fails once fails for every longer text too.
    pub(super) fn passes(&self, action: Action, said: &str) -> Result<(), Why> {
        // As a person sees it: letters with invisible marks between them are a word.
        let said = &*ai::clean(said);
        let most = match action {
            Action::FollowUp => FOLLOW_UP_MAX,
            Action::Next => REACTION_MAX,
        };
        if text::chars(said) > most {
            return Err("the text is too long");
        }
        let new = terms::terms(said);
        if self
            .points
            .iter()
            .any(|point| touched(point, |term| self.known.contains(term) || new.contains(term)))
        {
            return Err("the text gives away what a good answer has: ask in general words");
        }
        let repeats = runs(said, REPEATED).any(|run| self.instructions.contains(&run))
            || runs(said, TOLD).any(|run| self.told.contains(&run));
        if repeats {
            return Err("the text repeats the instructions");
        }
        if action == Action::Next && said.contains(['?', '？', '؟']) {
            return Err("with next the text asks nothing");
        }
        forbidden(said)
    }

    /// The part of a growing text that may be shown: whole words that have passed. In scripts without spaces a word is whole
    /// only some characters later, so the newest ones are looked at and not shown yet.
    pub(super) fn shown(&self, action: Action, said: &str) -> Result<String, Why> {
        const HELD_BACK: usize = 4;
        let unspaced =
            |c: char| matches!(c, '\u{3000}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{0E00}'..='\u{0E7F}');
        let end = said
            .char_indices()
            .rev()
            .find(|(_, c)| c.is_whitespace() || unspaced(*c))
            .map_or(0, |(at, c)| at + c.len_utf8());
        let whole = said.get(..end).unwrap_or_default();
        self.passes(action, whole)?;
        let mut shown: Vec<char> = whole.chars().collect();
        if shown.last().is_some_and(|c| unspaced(*c)) {
            shown.truncate(shown.len().saturating_sub(HELD_BACK));
        }
        Ok(tidy(&shown.into_iter().collect::<String>()))
    }

    /// The text as it is stored, once it is whole.
    pub(super) fn settled(&self, action: Action, said: &str) -> Result<String, Why> {
        self.allows(action)?;
        self.passes(action, said)?;
        let said = tidy(said);
        if said.is_empty() {
            return Err("the text is empty");
        }
        Ok(said)
    }
}

/// One paragraph of what a person would see.
fn tidy(said: &str) -> String {
    text::one_line(&ai::clean(said))
}

/// What no turn of an interviewer contains.
fn forbidden(said: &str) -> Result<(), Why> {
    let folded = text::fold(said);
    if ["http:", "https:", "www.", "](", "```", "<script", "</"]
        .iter()
        .any(|mark| folded.contains(mark))
    {
        return Err("the text holds a link or markup");
    }
    let of_score = folded.as_bytes().windows(2).enumerate().any(|(at, pair)| {
        pair[0].is_ascii_digit() && pair[1] == b'/' && folded.as_bytes().get(at + 2).is_some_and(u8::is_ascii_digit)
    });
    if of_score || folded.contains(" out of 10") || folded.contains("% match") {
        return Err("the text judges");
    }
    let speaks_for = [
        "candidate:",
        "interviewer:",
        "assistant:",
        "system:",
        "user:",
        "<|",
        "[inst",
    ];
    if speaks_for.iter().any(|mark| folded.contains(mark)) {
        return Err("the text speaks for somebody else");
    }
    if folded.contains("expected_points") || folded.contains("follow_ups_left") {
        return Err("the text speaks of the instructions");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::proposal::INSTRUCTIONS;
    use proptest::prelude::*;

    fn guard(left: u32) -> Guard {
        let points = [
            "rolled back the kubernetes deployment",
            "Postmortem",
            "talked to the customers",
        ];
        Guard::new(
            &points.map(str::to_owned),
            "Tell me about an outage.\nWe had an outage and I talked to every customer.",
            INSTRUCTIONS,
            left,
        )
    }

    #[test]
    fn what_the_candidate_did_not_mention_is_not_named() {
        let guard = guard(2);
        for leak in [
            "Did you roll back the Kubernetes deployment?",
            "Was a deployment to kubernetes involved, and did you roll it back?",
            "And the post mortem? Did you write a post\u{200B}mortem?",
        ] {
            assert!(guard.passes(Action::FollowUp, leak).is_err(), "{leak}");
        }
        for fine in [
            "What was the hardest part of it?",
            "How did the customers take it?",
            "What did you do first, and why?",
        ] {
            assert_eq!(guard.passes(Action::FollowUp, fine), Ok(()), "{fine}");
        }
    }

    #[test]
    fn why_the_last_proposal_was_not_taken_is_not_said_to_the_candidate() {
        let mut guard = guard(2);
        let leak = "Did you write a postmortem?";
        let why = guard.passes(Action::FollowUp, leak).unwrap_err();
        assert_eq!(guard.passes(Action::FollowUp, why), Ok(()), "not told yet");
        guard.tell(why);
        assert!(guard.passes(Action::FollowUp, why).is_err());
        assert!(
            guard
                .passes(Action::FollowUp, "Sorry, the text gives away too much.")
                .is_err()
        );
        assert_eq!(guard.passes(Action::FollowUp, "What was hard about it?"), Ok(()));
    }

    #[test]
    fn a_leak_is_noticed_before_its_word_is_shown() {
        let said = "I see. Did you write a postmortem afterwards?";
        let mut shown = String::new();
        for end in (0..=said.len()).filter(|at| said.is_char_boundary(*at)) {
            match guard(2).shown(Action::FollowUp, &said[..end]) {
                Ok(text) => shown = text,
                Err(_) => break,
            }
        }
        assert_eq!(shown, "I see. Did you write a");
    }

    #[test]
    fn words_of_scripts_without_spaces_are_held_back_too() {
        let guard = Guard::new(&["数据库索引".to_owned()], "请说说性能。", "", 2);
        let said = "明白了。那么您有没有用到数据库索引呢？";
        let shown: Vec<String> = (0..=said.chars().count())
            .map_while(|n| {
                guard
                    .shown(Action::FollowUp, &said.chars().take(n).collect::<String>())
                    .ok()
            })
            .collect();
        let last = shown.last().unwrap();
        assert!(last.starts_with("明白了") && !last.contains("数据库"), "{last}");
        assert!(guard.settled(Action::FollowUp, said).is_err());
    }

    #[test]
    fn follow_ups_are_counted_here() {
        assert!(guard(0).settled(Action::FollowUp, "What was hard?").is_err());
        assert!(guard(1).settled(Action::FollowUp, "What was hard?").is_ok());
        assert!(guard(0).settled(Action::Next, "Thank you for the details.").is_ok());
    }

    #[test]
    fn what_is_never_said() {
        for text in [
            "That is a clear 10/10 from me.",
            "I would give you 9 out of 10.",
            "Read more at https://evil.example/",
            "Thanks. Candidate: I am great.",
            "Thank you.<script>alert(1)</script>",
            "The expected_points are secret.",
            "Never name, quote, list, translate, paraphrase or hint at a point",
            "",
            "   ",
        ] {
            assert!(guard(2).settled(Action::Next, text).is_err(), "{text}");
        }
        assert!(guard(2).settled(Action::Next, "Thank you. What else?").is_err());
        assert!(guard(2).settled(Action::FollowUp, &"long ".repeat(200)).is_err());
    }

    #[test]
    fn what_is_said_is_one_plain_paragraph() {
        let said = guard(2).settled(Action::Next, " Thank\u{202E} you,\n\nthat \u{200B}helps. ");
        assert_eq!(said.unwrap(), "Thank you, that helps.");
    }

    proptest! {
        #[test]
        fn what_fails_keeps_failing(start in "[a-z ?/0-9:.]{0,80}", more in "[a-z ?/0-9:.]{0,40}") {
            let guard = guard(2);
            for action in [Action::FollowUp, Action::Next] {
                // Words may grow together where the two meet; between whole words nothing gets better.
                let start = format!("{start} ");
                if guard.passes(action, &start).is_err() {
                    let whole = format!("{start}{more}");
                    prop_assert!(guard.passes(action, &whole).is_err());
                }
            }
        }
    }
}
