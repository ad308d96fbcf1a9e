//! How a session is cut so that each call fits what a model can read: whole where it fits, else by consecutive questions,
//! and a single question that is still too long by shortening its answers. The same rule tells the cost beforehand.

use crate::ai::tokens_about as tokens;

/// What a model may be given and may answer, in tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Of the whole prompt.
    pub prompt: usize,
    /// Of the answer.
    pub answer: usize,
}

/// Tokens of `chars` characters of which only the number is known.
#[must_use]
pub const fn tokens_of_chars(chars: usize, wide: bool) -> usize {
    if wide { chars } else { chars.div_ceil(4) }
}

/// Tokens that a judgement of one question or criterion takes in an answer.
const JUDGEMENT: usize = 180;
/// Tokens of what stands around judgements in an answer.
const AROUND: usize = 500;

/// Tokens that an answer needs.
#[must_use]
pub const fn answer_tokens(questions: usize, criteria: usize) -> usize {
    AROUND + JUDGEMENT * (questions + criteria)
}

/// Which questions go into which call: indices into `sizes`, which holds the tokens of each question with its answers.
/// `fixed` is what every call carries besides (rules, objective, criteria). A part never holds more questions than the
/// answer has room for.
#[must_use]
pub fn parts(sizes: &[usize], fixed: usize, criteria: usize, budget: Budget) -> Vec<Vec<usize>> {
    let mut parts: Vec<Vec<usize>> = Vec::new();
    let (mut part, mut used) = (Vec::new(), fixed);
    for (index, size) in sizes.iter().enumerate() {
        let too_long = used + size > budget.prompt;
        let too_many = answer_tokens(part.len() + 1, criteria) > budget.answer;
        if !part.is_empty() && (too_long || too_many) {
            parts.push(std::mem::take(&mut part));
            used = fixed;
        }
        part.push(index);
        used += size;
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}

/// How many calls that makes: a session in parts needs one more, which puts the words of the parts together.
#[must_use]
pub const fn calls(parts: usize) -> usize {
    if parts > 1 { parts + 1 } else { parts }
}

/// Shortens answers so that together they have about `room` tokens: the longest give most. Returns how many were cut.
pub fn shorten(texts: &mut [String], room: usize) -> usize {
    let total: usize = texts.iter().map(|t| tokens(t)).sum();
    if total <= room {
        return 0;
    }
    // The largest share that all can have: short ones leave theirs to long ones.
    let mut sizes: Vec<usize> = texts.iter().map(|t| tokens(t)).collect();
    sizes.sort_unstable();
    let (mut left, mut count, mut share) = (room, sizes.len(), 0);
    for size in sizes {
        share = left / count.max(1);
        if size > share {
            break;
        }
        left -= size;
        count -= 1;
    }
    let mut cut = 0;
    for text in texts.iter_mut() {
        if tokens(text) > share {
            *text = head(text, share);
            cut += 1;
        }
    }
    cut
}

/// The beginning of a text, up to `most` tokens, cut at white space where there is some near the end.
fn head(text: &str, most: usize) -> String {
    let (mut low, mut high) = (0, text.len());
    let boundary = |at: usize| (0..=at).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    while low + 1 < high {
        let middle = usize::midpoint(low, high);
        if tokens(&text[..boundary(middle)]) <= most {
            low = middle;
        } else {
            high = middle;
        }
    }
    let head = &text[..boundary(low)];
    let cut = head.rfind(char::is_whitespace).filter(|at| *at > head.len() * 3 / 4);
    cut.map_or(head, |at| &head[..at]).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SMALL: Budget = Budget {
        prompt: 1_000,
        answer: 4_000,
    };

    #[test]
    fn what_fits_is_one_call() {
        assert_eq!(parts(&[100, 100, 100], 400, 2, SMALL), [vec![0, 1, 2]]);
        assert_eq!(calls(1), 1);
        assert_eq!(calls(0), 0);
    }

    #[test]
    fn what_does_not_fit_goes_by_consecutive_questions() {
        assert_eq!(
            parts(&[300, 300, 300, 900], 400, 2, SMALL),
            [vec![0, 1], vec![2], vec![3]]
        );
        assert_eq!(calls(3), 4);
    }

    #[test]
    fn no_part_asks_for_more_than_an_answer_holds() {
        let many = parts(&[1; 100], 10, 5, SMALL);
        assert!(many.len() > 1 && many.iter().all(|p| answer_tokens(p.len(), 5) <= SMALL.answer));
    }

    #[test]
    fn the_longest_answers_give_most() {
        let mut texts = ["short".to_owned(), "word ".repeat(3_000), "word ".repeat(600)];
        assert_eq!(shorten(&mut texts, 2_000), 1);
        assert_eq!(texts[0], "short");
        assert_eq!(texts[2], "word ".repeat(600));
        assert!(texts[1].ends_with("word"));
    }

    proptest! {
        #[test]
        fn every_question_is_in_exactly_one_part(sizes in prop::collection::vec(0usize..2_000, 0..40), fixed in 0usize..1_500) {
            let parts = parts(&sizes, fixed, 3, SMALL);
            let all: Vec<usize> = parts.iter().flatten().copied().collect();
            prop_assert_eq!(all, (0..sizes.len()).collect::<Vec<_>>());
            for part in &parts {
                let used = fixed + part.iter().map(|i| sizes[*i]).sum::<usize>();
                prop_assert!(used <= SMALL.prompt || part.len() == 1);
            }
        }

        #[test]
        fn shortened_answers_are_beginnings_and_fit(texts in prop::collection::vec("\\PC{0,200}", 1..6), room in 1usize..200) {
            let mut cut = texts.clone();
            shorten(&mut cut, room);
            prop_assert!(cut.iter().map(|t| tokens(t)).sum::<usize>() <= room.max(texts.iter().map(|t| tokens(t)).sum::<usize>().min(room)));
            for (short, long) in cut.iter().zip(&texts) {
                prop_assert!(long.starts_with(short.as_str()));
            }
        }
    }
}
