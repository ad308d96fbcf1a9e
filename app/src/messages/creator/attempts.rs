//! Retakes and their queue, comparison, which attempt counts, possible duplicates.

use crate::messages::count;

texts! {
    /// Retakes and their queue, comparison, which attempt counts, possible duplicates.
    Attempts, ENGLISH;
    // Unfolding
    unfold = "Show earlier attempts",
    fold = "Hide earlier attempts",
    earlier_failed = "The earlier attempts could not be loaded",
    counts = "counts",
    counts_do = "Let this attempt count",
    counts_done = "This attempt counts now",
    counts_hint = "Lists, filters and exports show the score of the attempt that counts.",
    compare = "Compare attempts",
    // Granting
    retake_title = "Grant a retake",
    retake_text = "A new attempt on the same link. Earlier attempts are kept whole, each with its transcript and scores.",
    retake_replaces = "The attempt in progress is closed as replaced by a retake; what was answered is kept and analysed.",
    retake_reason = "Reason",
    retake_reason_choose = "Choose a reason",
    retake_note = "Note",
    retake_note_hint = "For your team only; the candidate never sees it",
    retake = "Grant a retake",
    retake_done = "Retake granted",
    retake_some_refused = "Not everybody got a retake",
    granted_because = "Granted because",
    by_candidate = "started by the candidate",
    // Queue
    asks = "Asks for a retake",
    queue = "Retake requests",
    queue_text = "Candidates who completed an attempt and ask for another one. Granting makes a new attempt on their link; what they did before is kept.",
    queue_empty = "Nobody waits for a decision",
    queue_empty_text = "Candidates can ask for a retake on the last page of their link, once an attempt is completed.",
    queue_waiting = "Waiting",
    queue_decided = "Decided",
    queue_asked = "Asked",
    queue_why = "In their words",
    queue_decision = "Decision",
    grant = "Grant",
    decline = "Decline",
    granted = "Granted",
    declined = "Declined",
    // Comparison
    compare_title = "Attempts side by side",
    compare_none = "There is nothing to compare yet",
    compare_none_text = "An attempt can be compared once the candidate has started it.",
    compare_one = "Only one attempt has begun. The others stand beside it here as soon as they begin.",
    compare_which = "Attempts to compare",
    compare_scores = "Scores",
    compare_what = "Score",
    compare_said = "What was said, question by question",
    compare_key = "Bars run from 0 to 10. The line across a bar is the score of the attempt before; arrow and sign say how far apart they are.",
    compare_not_asked = "Not asked in this attempt",
    compare_nothing = "Nothing was said",
    compare_changed = "changed",
    compare_changed_here = "Asked differently here:",
    compare_closing = "After the last question",
    compare_no_score = "no score",
    compare_not_ready = "The analysis is not ready yet",
    // Duplicates
    duplicate = "Possible duplicate",
    duplicate_menu = "Possible duplicate…",
    merge_title = "One person, two entries?",
    merge_keep = "Kept",
    merge_gone = "Goes",
    merge_link_stays = "their link goes on",
    merge_link_stops = "this link stops",
    merge_swap = "Keep the other entry instead",
    merge_result = "After the merge",
    merge_dropped = "An attempt that nobody started goes with the entry.",
    merge_filled = "Taken over",
    merge_lost = "Not taken over: the kept entry says something else",
    merge_final = "Attempts stay whole, only their numbers change. A merge cannot be undone.",
    merge = "Merge",
    merge_refused = "These two cannot be merged this way",
    merge_done = "Merged into one entry",
    merge_not = "They are two people",
    merge_not_done = "Not a duplicate any more",
    merge_moved = "from the other entry",
    // Bulk
    retake_bulk = "Grant retakes",
    granting = "Granting retakes",
    =>
    attempt_n(n: i32) = format!("Attempt {n}"),
    grant_n(n: u64) = format!("Grant {}", count(n, "retake", "retakes")),
    granted_n(n: u64) = format!("{} granted", count(n, "retake", "retakes")),
    refused_more(n: u64) = format!("and {}", count(n, "other", "others")),
    retake_bulk_title(n: u64) = format!("Grant a retake to {}?", count(n, "candidate", "candidates")),
    retake_bulk_replaces(n: u64) = format!("{} taking the interview now: that attempt is closed as replaced by a retake.", if n == 1 { "1 is".to_owned() } else { format!("{} are", crate::messages::number(n)) }),
    retake_bulk_waiting(n: u64) = format!("{} not started the present attempt and will get no further one.", if n == 1 { "1 has".to_owned() } else { format!("{} have", crate::messages::number(n)) }),
    higher(by: String, than: i32) = format!("{by} higher than attempt {than}"),
    lower(by: String, than: i32) = format!("{by} lower than attempt {than}"),
    same_as(than: i32) = format!("the same as attempt {than}"),
    version_n(n: i32) = format!("version {n} of the interview"),
    merge_was(n: i32) = format!("was attempt {n}"),
    question_n(n: usize) = format!("Question {n}"),
    added(at: String) = format!("added {at}"),
    attempts_n(n: i32) = count(u64::try_from(n).unwrap_or(0), "attempt", "attempts"),
}

/// The words for a field of a candidate.
#[must_use]
pub fn merged_field_word(field: &str) -> String {
    match field {
        "graduation_year" => "Graduation year".to_owned(),
        "work_experience" => "Work experience".to_owned(),
        other => {
            let mut word = other.to_owned();
            if let Some(first) = word.get_mut(0..1) {
                first.make_ascii_uppercase();
            }
            word
        }
    }
}
