//! What the scripted interviewer says, by language. Adding a language is adding one file and one line in `ALL`.

use parley_domain::interview::Tone;

mod en;
mod zh;

/// The words of one language.
pub struct Phrases {
    /// Greets: tone, candidate's name, interviewer's name.
    pub greeting: fn(Tone, &str, &str) -> String,
    /// Reacts to an answer in one sentence: tone, and a number that varies it.
    pub reaction: fn(Tone, u32) -> &'static str,
    /// Asks on, in this order; each once per question.
    pub follow_ups: &'static [&'static str],
    /// Says that nothing is left to ask: tone, candidate's name.
    pub closing: fn(Tone, &str) -> String,
}

impl std::fmt::Debug for Phrases {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Phrases").finish_non_exhaustive()
    }
}

/// Every language there is, by the first part of its tag.
static ALL: [(&str, &Phrases); 2] = [("en", &en::PHRASES), ("zh", &zh::PHRASES)];

/// The words for a language tag; English where there are none.
#[must_use]
pub fn of(language: &str) -> &'static Phrases {
    let primary = language.split('-').next().unwrap_or_default();
    ALL.iter()
        .find(|(known, _)| *known == primary)
        .map_or(&en::PHRASES, |(_, phrases)| *phrases)
}

/// The languages that have words of their own, by the first part of their tags.
pub fn languages() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|(language, _)| *language)
}

/// One of `options`, by number.
fn pick(options: &'static [&'static str], n: u32) -> &'static str {
    let index = usize::try_from(n).unwrap_or(0) % options.len().max(1);
    options.get(index).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_words_for_every_tone_and_depth() {
        for (language, phrases) in ALL {
            assert!(std::ptr::eq(of(language), phrases), "{language} has words of its own");
            assert!(phrases.follow_ups.len() >= 5, "Deep asks up to five follow-ups");
            for tone in Tone::ALL {
                assert!((phrases.greeting)(tone, "Ana", "Robin").contains("Ana"));
                assert!((phrases.closing)(tone, "Ana").contains("Ana"));
                for n in 0..20 {
                    assert!(!(phrases.reaction)(tone, n).is_empty());
                }
            }
        }
    }
}
