//! Usage: AI tokens.

use crate::messages::{count, number};
use parley_domain::token::EntryKind;

texts! {
    /// Usage: AI tokens.
    Usage, ENGLISH;
    title = "Usage",
    balance = "AI tokens left",
    reserved = "Set aside for work under way",
    spent = "Spent in 30 days",
    help = "Features that cost draw on this balance. Tokens are set aside before the work begins, spent when it has its result, and come back when it has none.",
    more = "Whoever runs this installation adds tokens with parley tokens grant --amount …",
    by_day = "Spent by day",
    by_day_none = "Nothing was spent in the last 30 days.",
    as_table = "Show as table",
    day = "Day",
    tokens = "AI tokens",
    costs = "What things cost",
    cost_what = "Feature",
    cost_each = "Each",
    cost_resume = "Reading one resume",
    cost_resume_text = "Import by resumes and Upload a resume, whichever extractor reads it. Failures, duplicates and retries cost nothing.",
    free = "Free",
    entries = "Entries",
    entries_help = "Every change of the balance, newest first. An entry is never changed.",
    entries_none = "No entries yet",
    entries_none_text = "They appear when tokens are granted or spent.",
    col_number = "No.",
    col_what = "What",
    col_note = "For",
    col_amount = "Change",
    col_balance = "Balance",
    col_reserved = "Set aside",
    col_when = "When",
    =>
    chart(spent: i64, peak: i64) = format!("AI tokens spent on each of the last 30 days: {} in all, {} at most on one day", number(spent.unsigned_abs()), number(peak.unsigned_abs())),
    on_day(day: &str, spent: i64) = format!("{day}: {}", count(spent.unsigned_abs(), "AI token", "AI tokens")),
}

/// The words for what an entry does.
#[must_use]
pub const fn entry_word(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Grant => "Granted",
        EntryKind::Reserve => "Set aside",
        EntryKind::Commit => "Spent",
        EntryKind::Refund => "Given back",
    }
}

/// `1,204`, with a minus sign where it is one.
#[must_use]
pub fn signed(n: i64) -> String {
    let digits = number(n.unsigned_abs());
    if n < 0 { format!("−{digits}") } else { digits }
}
