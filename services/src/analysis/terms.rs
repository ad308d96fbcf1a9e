//! Words of many languages, reduced so that "caching", "cached" and "caches" meet: what the built-in analysis counts.
//!
//! Deliberately small: accents and case are folded, frequent words that carry no content are dropped, common endings are
//! cut off. Scripts without spaces between words are taken in pairs of characters. No dictionary, no network.

use parley_domain::text::fold;
use std::{
    collections::{BTreeSet, HashSet},
    sync::LazyLock,
};

/// Frequent words without content of their own, in English, German, French, Spanish, Portuguese, Italian, Dutch,
/// Russian and Vietnamese; and words by which expected points speak about answers ("mentions", "explains").
const EMPTY: &str = "\
a about after again all also am an and any are as at be because been before being between both but by can could did do does doing done \
for from had has have having he her here hers him his how i if in into is it its itself just like me might more most my no nor not now of \
off on once only or other our out over own same she should so some such than that the their them then there these they this those through \
to too under until up very was we were what when where which while who whom why will with would you your yours \
answer answers candidate clear clearly describe described describes explain explained explains e g example examples give gave gives given \
kind know knows list lists mention mentioned mentions name named names one say says said show shows shown something speak speaks talk talks \
tell tells thing things understand understands use used uses using \
aber als am auch auf aus bei bin bis bist da dann das dass dein dem den der des die dies dieser doch dort du durch ein eine einem einen einer \
er es fur haben hat hatte ich ihr im ist ja kann man mehr mein mich mir mit nach nicht nichts noch nur oder ohne sehr sein seine sich sie sind \
uber um und uns unter vom von vor war waren was weil wenn wer wie wir wird wurde zu zum zur \
au aux avec ce ces cette comme dans de des du elle en est et etait ete etre eux fait il ils je la le les leur lui ma mais me meme mes moi mon \
ne nos notre nous on ou par pas plus pour qu que qui sa sans se ses son sont sur ta te tes toi ton tu un une vos votre vous \
al algo como con cual cuando del desde donde el ella ellos entre era eres es esa ese eso esta este esto fue ha han hay las lo los mas mi mis \
muy nada ni nos o para pero por porque que quien se ser si sin sobre su sus tambien tiene todo una uno y ya yo \
ao aos as com da das do dos e ela ele em essa esse isso isto ja mais mas meu minha na nao nas nem no nos num numa os ou pela pelo quando sao \
seu sua tem tambem um uma voce \
alla anche che chi ci come con cosa cui da dal dalla degli dei del della delle di e gli ha ho i il io la le lei loro lui ma mi mio ne nel nella \
non o per perche piu quale quando quello questa questo sono sta su sua sul tra un una uno \
aan ben bij dan dat de deze die dit door een en er geen haar heb hebben heeft het hij hoe ik in is je kan maar meer met mijn naar niet nog of om \
onder ons ook op over te tot uit van veel voor wat we wel wie wij worden zal ze zich zij zijn zo \
а бы был была были было быть в вам вас весь во вот все всего всех вы где да даже для до его ее если есть еще же за здесь и из или им их к как \
ко когда кто ли либо мне может мы на надо наш не него нее нет ни них но ну о об однако он она они оно от очень по под при с со так также \
такой там те тем то того тоже той только том ты у уже хотя чего чей чем что чтобы эта эти это я \
ban cac cai cho co cua da dang den duoc gi hay hon khi khong la lam lai len mot nay nguoi nhu nhung o ra rat roi se tai theo thi toi trong tu va \
van ve vi voi";

static EMPTY_FOLDED: LazyLock<HashSet<String>> = LazyLock::new(|| EMPTY.split_ascii_whitespace().map(fold).collect());

/// Endings that are cut off, longest first, of words in Latin letters (several languages at once: cutting a little too
/// much makes two words meet that are close, which a person sees in the quote).
const LATIN: [&str; 49] = [
    "isations", "izations", "isation", "ization", "atively", "ations", "ements", "ically", "ation", "ement", "mente",
    "ments", "ative", "ating", "ingly", "ising", "izing", "ungen", "aient", "ment", "ness", "ings", "ated", "ates",
    "ised", "ized", "ises", "izes", "ions", "ing", "ion", "ies", "ied", "ers", "ate", "ise", "ize", "ung", "es", "ed",
    "er", "en", "em", "ly", "s", "e", "a", "o", "y",
];

/// Endings of words in Cyrillic letters, as they stand after folding (й is и there).
const CYRILLIC: [&str; 40] = [
    "ениями",
    "остями",
    "ования",
    "ование",
    "ениях",
    "ением",
    "ность",
    "ности",
    "ения",
    "ение",
    "ении",
    "остью",
    "ости",
    "ость",
    "ами",
    "ями",
    "ого",
    "его",
    "ому",
    "ему",
    "ыми",
    "ими",
    "ать",
    "ять",
    "ить",
    "еть",
    "ах",
    "ях",
    "ов",
    "ев",
    "еи",
    "ои",
    "ыи",
    "ии",
    "ая",
    "ые",
    "ие",
    "ам",
    "ы",
    "а",
];

/// Shortest stem that is left when an ending is cut off, in characters.
const STEM_MIN: usize = 3;

/// Scripts that write words without spaces between them: Han, kana, Thai, Lao, Khmer, Burmese.
fn unspaced(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{0E00}'..='\u{0EFF}' | '\u{1780}'..='\u{17FF}' | '\u{1000}'..='\u{109F}' | '\u{20000}'..='\u{3FFFF}')
}

/// One piece of a text: a word, or a run of characters of a script without spaces.
enum Piece<'a> {
    Word(&'a str),
    Run(Vec<char>),
}

fn pieces(folded: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    for word in folded.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
        let mut start = 0;
        let mut run = Vec::new();
        for (at, c) in word.char_indices() {
            if unspaced(c) {
                if run.is_empty() && start < at {
                    found.push(Piece::Word(&word[start..at]));
                }
                run.push(c);
                start = at + c.len_utf8();
            } else if !run.is_empty() {
                found.push(Piece::Run(std::mem::take(&mut run)));
            }
        }
        if !run.is_empty() {
            found.push(Piece::Run(run));
        } else if start < word.len() {
            found.push(Piece::Word(&word[start..]));
        }
    }
    found
}

/// How many words a text has; characters, in scripts without spaces.
#[must_use]
pub fn count(text: &str) -> usize {
    let folded = fold(text);
    pieces(&folded)
        .iter()
        .map(|p| match p {
            Piece::Word(_) => 1,
            Piece::Run(run) => run.len(),
        })
        .sum()
}

/// The content of a text: stems of its words, pairs of characters in scripts without spaces.
#[must_use]
pub fn terms(text: &str) -> BTreeSet<String> {
    let folded = fold(text);
    let mut found = BTreeSet::new();
    for piece in pieces(&folded) {
        match piece {
            Piece::Word(word) => {
                if !is_empty(word) {
                    found.insert(stem(word).to_owned());
                }
            }
            Piece::Run(run) if run.len() == 1 => {
                found.insert(run.into_iter().collect());
            }
            Piece::Run(run) => {
                found.extend(run.windows(2).map(|pair| pair.iter().collect::<String>()));
            }
        }
    }
    found
}

/// How many of a point's `n` content words must appear for it to count as touched: all of one or two, three fifths of
/// more.
#[must_use]
pub const fn enough(n: usize) -> usize {
    if n <= 2 { n } else { (n * 3).div_ceil(5) }
}

/// Whether `text` touches `point`.
#[must_use]
pub fn touches(point: &str, text: &str) -> bool {
    let wanted = terms(point);
    if wanted.is_empty() {
        return fold(text).contains(&fold(point));
    }
    terms(text).intersection(&wanted).count() >= enough(wanted.len())
}

fn is_empty(word: &str) -> bool {
    // A single letter says nothing; a single figure may.
    let letter = word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
    letter || EMPTY_FOLDED.contains(word)
}

/// The word without its ending.
fn stem(word: &str) -> &str {
    let cyrillic = word.chars().any(|c| ('\u{0400}'..='\u{04FF}').contains(&c));
    let endings: &[&str] = if cyrillic { &CYRILLIC } else { &LATIN };
    if word.chars().any(|c| c.is_ascii_digit()) {
        return word;
    }
    let cut = endings
        .iter()
        .filter_map(|ending| word.strip_suffix(ending))
        .find(|rest| rest.chars().count() >= STEM_MIN);
    cut.unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(words: &[&str]) {
        let stems: BTreeSet<_> = words.iter().map(|w| stem(&fold(w)).to_owned()).collect();
        assert_eq!(stems.len(), 1, "{stems:?}");
    }

    #[test]
    fn forms_of_a_word_meet() {
        same(&["cache", "caches", "cached", "caching"]);
        same(&["test", "tests", "testing", "tested", "tester"]);
        same(&["communicate", "communicates", "communication", "communicating"]);
        same(&["priority", "priorities", "prioritise", "prioritised", "prioritization"]);
        same(&["команда", "команды", "командой", "командами"]);
        same(&["хорошии", "хорошая", "хорошие"]);
        same(&["wohnung", "wohnungen"]);
        assert_ne!(stem("test"), stem("text"));
        assert_eq!(stem("ies"), "ies");
        assert_eq!(stem("sql"), "sql");
        assert_eq!(stem("s3"), "s3");
    }

    #[test]
    fn words_without_content_are_left_out() {
        assert_eq!(
            terms("What would you do, and why? Explains the example."),
            BTreeSet::new()
        );
        assert_eq!(terms("Не так ли это?"), BTreeSet::new());
        assert_eq!(terms("Über das Wetter").into_iter().collect::<Vec<_>>(), ["wett"]);
    }

    #[test]
    fn scripts_without_spaces_are_taken_in_pairs() {
        assert_eq!(
            terms("团队合作").into_iter().collect::<Vec<_>>(),
            ["合作", "团队", "队合"]
        );
        let mixed = terms("使用Redis缓存");
        assert!(
            mixed.contains("redi") && mixed.contains("缓存") && mixed.contains("使用"),
            "{mixed:?}"
        );
        assert_eq!(count("使用Redis缓存"), 5);
        assert_eq!(count("  three plain words. "), 3);
        assert_eq!(count("🙂 …"), 0);
    }
}
