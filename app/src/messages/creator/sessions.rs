//! The Sessions tab, adding and editing candidates, Recently deleted, the report.

use crate::messages::count;
use parley_domain::{
    candidate::Source,
    session::{EndReason, RetakeReason, Status, Verdict},
};

texts! {
    /// The Sessions tab, adding and editing candidates, Recently deleted, the report.
    Sessions, ENGLISH;
    title = "Sessions",
    all = "All",
    add = "Add",
    add_one = "Create individually",
    add_one_hint = "Type one person's details",
    search = "Search",
    search_hint = "Name, email, phone or school",
    filters = "Filters",
    status_filter = "Status",
    source_any = "Any source",
    decision_any = "Any decision",
    from = "Added from",
    to = "Added until",
    score_least = "Score at least",
    apply = "Apply",
    clear = "Clear filters",
    columns = "Columns",
    columns_show = "Show these columns",
    export = "Export",
    export_xlsx = "Excel workbook (.xlsx)",
    export_csv = "Text table (.csv)",
    export_hint = "The rows of this filter",
    deleted = "Recently deleted",
    candidate = "Candidate",
    status = "Status",
    attempt = "Attempt",
    source = "Source",
    score = "Score",
    duration = "Duration",
    started = "Started",
    finished = "Finished",
    added = "Added",
    link = "Link",
    row_menu = "Actions",
    select_all = "Select all rows on this page",
    select_most = "No more can be selected at once. Export above the table takes everyone; for the rest, narrow the filters.",
    copy_link = "Copy link",
    copy_links = "Copy links",
    open_report = "Open report",
    edit = "Edit",
    end = "End session",
    end_text = "The candidate cannot answer any more. What was answered is kept and analysed.",
    ended = "Session ended",
    replace_link = "Replace link",
    replace_link_text = "The present link stops working at once, for a candidate who is inside too. Their answers are kept.",
    link_replaced = "Link replaced; copy the new one from the row",
    delete = "Delete",
    delete_text = "Their sessions, transcripts and scores go with them and their links stop. You can undo this for 30 days under Recently deleted.",
    nothing_selected = "Clear selection",
    deleting = "Deleting",
    restoring = "Bringing back",
    copying = "Reading links",
    not_copied = "Nothing was copied",
    links_wait = "The browser lets so many be copied after a press only.",
    links_in_file = "They also stand in the file that Export makes.",
    undo_waits = "Undo goes on with the others.",
    empty_title = "No sessions yet",
    empty_text = "Add a candidate to get an invite link, or turn on the shareable link in Settings. Everyone who may take this interview stands here.",
    empty_text_viewer = "Everyone who may take this interview stands here once a member of the team adds them.",
    no_match_title = "Nobody matches these filters",
    no_match_text = "Change the search or clear the filters to see everyone.",
    list_failed = "The sessions could not be loaded",
    opened = "opened",
    not_opened = "link not opened",
    link_expired = "link expired",
    scanner = "perhaps by a mail scanner",
    queued = "analysis queued",
    running = "analysis running",
    failed = "analysis failed",
    score_of = "attempt",
    new_title = "Create individually",
    edit_title = "Edit candidate",
    name = "Name",
    email = "Email",
    email_hint = "Ties the invite link to this person",
    phone = "Phone",
    school = "School",
    major = "Major",
    degree = "Degree",
    year = "Graduation year",
    work = "Work experience",
    notes = "Notes",
    notes_hint = "For your team only; the candidate never sees it",
    save_new = "Add candidate",
    save_edit = "Save changes",
    conflict = "Someone saved this candidate meanwhile",
    conflict_text = "Nothing of yours is lost: your changes are still here. Both of you changed the same; this is what they wrote.",
    conflict_theirs = "Take theirs",
    conflict_mine = "Save mine all the same",
    emptied = "(emptied)",
    year_wrong = "A year is four digits, such as 2024.",
    already_title = "This email is already on this interview",
    already_text = "Nothing was added yet. Add this person anyway only if they are somebody else, or should have a session of their own.",
    add_anyway = "Add anyway",
    added_title = "Added",
    invite_link = "Invite link",
    invite_copied = "The link is copied. Send it to the candidate.",
    invite_by_hand = "The browser did not allow copying: the link is selected, copy it with Ctrl+C or a long press.",
    add_another = "Add another",
    done = "Done",
    deleted_title = "Recently deleted",
    deleted_text = "Deleted candidates stay here for 30 days, then they are purged with everything that belongs to them.",
    deleted_empty = "Nobody was deleted in the last 30 days",
    deleted_empty_text = "Candidates that you delete can be brought back from here.",
    deleted_no_match = "Nobody who was deleted matches this search",
    deleted_no_match_text = "Change the search, or clear it to see everyone who was deleted in the last 30 days.",
    deleted_everyone = "Everyone",
    clear_search = "Clear search",
    show_more = "Show more",
    show_all = "Show all",
    together = "Deleted together",
    together_text = "Each was deleted within half a minute of the one before. All of them can be brought back at once.",
    together_who = "Candidates",
    still_deleted = "The others are still deleted: restore them again to go on.",
    restore = "Restore",
    erase = "Erase now",
    erase_title = "Erase for good?",
    erase_text = "Candidate, sessions, transcripts and scores are removed at once. This cannot be undone.",
    deleted_when = "Deleted",
    purged_when = "Gone for good",
    report_turn = "Reports of this list",
    back_to_sessions = "Back to sessions",
    report = "Report",
    overall = "Overall",
    of_ten = "of 10",
    out_of_ten = "/ 10",
    not_scored = "Not scored",
    analysis_none = "The session is analysed when it is completed.",
    analysis_queued = "The analysis is queued.",
    analysis_running = "The analysis is being made.",
    analysis_failed = "The analysis could not be made",
    analysis_again = "A new run is on its way; this is what the last one said.",
    run_again = "Run again",
    built_in = "Built-in analysis, no AI model",
    summary = "Summary",
    strengths = "Strengths",
    concerns = "Open points",
    criteria = "Criteria",
    questions = "Questions",
    transcript = "Transcript",
    transcript_empty = "Nothing was said yet",
    transcript_empty_text = "What interviewer and candidate say in this session stands here, from the first question on.",
    events = "What happened",
    decision = "Decision",
    decide = "Record decision",
    decision_reason = "Reason",
    decision_none = "Not decided",
    decision_saved = "Decision recorded",
    interviewer = "Interviewer",
    scripted = "scripted",
    sent_at_end = "sent when time ran out",
    weight = "weight",
    print = "Print",
    attempts = "Attempts",
    resume_file = "Resume",
    =>
    select_row(name: &str) = format!("Select {name}"),
    select_matching(most: u64, all: u64) = if all > most {
        format!("Select the first {} of {}", crate::messages::number(most), crate::messages::number(all))
    } else {
        format!("Select all {} that match", crate::messages::number(all))
    },
    rows_here(n: u64) = count(n, "session on this page", "sessions on this page"),
    opened_at(at: &str) = format!("opened {at}"),
    question_now(n: i32, of: i32) = format!("question {n} of {of}, active"),
    away_short(n: i32, of: i32, at: &str) = format!("{n} of {of}, away since {at}"),
    question_away(n: i32, of: i32, at: &str) = format!("question {n} of {of}, away since {at}"),
    question_seen(n: i32, of: i32, at: &str) = format!("question {n} of {of}, last seen {at}"),
    selected(n: u64) = count(n, "selected", "selected"),
    deleted_toast(n: u64) = format!("{} deleted", count(n, "candidate", "candidates")),
    restored(n: u64) = format!("{} restored", count(n, "candidate", "candidates")),
    restore_all(most: u64, all: u64) = if all > most {
        format!("Restore the first {} of {}", crate::messages::number(most), crate::messages::number(all))
    } else {
        format!("Restore all {}", crate::messages::number(all))
    },
    links_ready(n: u64) = format!("{} to copy", count(n, "link", "links")),
    links_copied_n(n: u64) = format!("{} copied", count(n, "link", "links")),
    delete_title(n: u64) = format!("Delete {}?", count(n, "candidate", "candidates")),
    shown(n: u64, all: u64) = format!("{} of {}", crate::messages::number(n), count(all, "session", "sessions")),
    question_of(n: i32, of: i32) = format!("question {n} of {of}"),
    answered_of(n: i32, of: i32) = format!("{n} of {of} questions answered"),
    run(n: i32) = format!("run {n}"),
    pause(minutes: i64) = if minutes < 120 { format!("{minutes} min pause") } else { format!("{} h pause", minutes / 60) },
    turn_ref(n: i32) = format!("turn {n}"),
    attempt_n(n: i32) = format!("Attempt {n}"),
}

/// The word for a status.
#[must_use]
pub const fn status_word(status: Status) -> &'static str {
    match status {
        Status::NotStarted => "Not started",
        Status::InProgress => "In progress",
        Status::Completed => "Completed",
    }
}

/// The words for how a candidate came.
#[must_use]
pub const fn source_word(source: Source) -> &'static str {
    match source {
        Source::Invited => "Invited",
        Source::PublicLink => "Public link",
        Source::Imported => "Imported",
        Source::Resume => "Resume",
        Source::Api => "API",
    }
}

/// Why a session ended.
#[must_use]
pub const fn end_word(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Finished => "finished",
        EndReason::TimeUp => "time up",
        EndReason::EndedByCreator => "ended by creator",
        EndReason::Inactivity => "closed after inactivity",
        EndReason::Replaced => "replaced by a retake",
    }
}

/// Why a retake is granted.
#[must_use]
pub const fn retake_word(reason: RetakeReason) -> &'static str {
    match reason {
        RetakeReason::TechnicalIssue => "Technical issue",
        RetakeReason::Accommodation => "Accommodation",
        RetakeReason::Requested => "Asked by the candidate",
        RetakeReason::Other => "Other",
    }
}

/// A decision.
#[must_use]
pub const fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Advance => "Advance",
        Verdict::Hold => "Hold",
        Verdict::Decline => "Decline",
    }
}

/// What an event says, with its code. Unknown ones are shown as they are.
#[must_use]
pub fn event_words(kind: &str, code: Option<&str>) -> String {
    let end = |code: &str| {
        code.parse()
            .map_or_else(|_| code.replace('_', " "), |r| end_word(r).to_owned())
    };
    match (kind, code) {
        ("started", _) => "Started".to_owned(),
        ("resumed", _) => "Came back".to_owned(),
        ("completed", Some(code)) => format!("Completed: {}", end(code)),
        ("completed", None) => "Completed".to_owned(),
        ("link_opened" | "opened", _) => "Link opened".to_owned(),
        ("link_extended", Some("never")) => "Invite link works without an end".to_owned(),
        ("link_extended", Some(at)) => format!("Invite link works until {}", at.get(..10).unwrap_or(at)),
        ("link_replaced", _) => "Invite link replaced".to_owned(),
        ("retake_granted", Some(code)) => {
            let reason = code
                .parse()
                .map_or_else(|_| code.replace('_', " "), |r| retake_word(r).to_lowercase());
            format!("Retake granted: {reason}")
        }
        ("retake_requested", _) => "Asked for a retake".to_owned(),
        ("retake_declined", _) => "Retake declined".to_owned(),
        ("marked_as_counting", _) => "Marked as the attempt that counts".to_owned(),
        ("merged", _) => "Merged with another entry of the same person".to_owned(),
        ("not_a_duplicate", _) => "Marked as not a duplicate".to_owned(),
        ("analysis_ready", _) => "Analysis ready".to_owned(),
        ("analysis_failed", _) => "Analysis failed".to_owned(),
        ("analysis_requested", _) => "Analysis run again".to_owned(),
        ("decided", Some(code)) => {
            format!(
                "Decision: {}",
                code.parse()
                    .map_or_else(|_| code.to_owned(), |v| verdict_word(v).to_lowercase())
            )
        }
        (kind, None) => sentence(kind),
        (kind, Some(code)) => format!("{}: {}", sentence(kind), code.replace('_', " ")),
    }
}

fn sentence(code: &str) -> String {
    let mut words = code.replace('_', " ");
    if let Some(first) = words.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    words
}

/// Seconds as a person says them, from a minute on to the nearest one: `45 s`, `12 min`, `1 h 5 min`.
#[must_use]
pub fn duration(seconds: i64) -> String {
    if seconds < 60 {
        return format!("{seconds} s");
    }
    let minutes = (seconds + 30) / 60;
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::{duration, event_words};

    #[test]
    fn codes_become_sentences() {
        assert_eq!(event_words("completed", Some("time_up")), "Completed: time up");
        assert_eq!(
            event_words("retake_granted", Some("technical_issue")),
            "Retake granted: technical issue"
        );
        assert_eq!(event_words("taken_over", None), "Taken over");
        assert_eq!(event_words("decided", Some("hold")), "Decision: hold");
    }

    #[test]
    fn durations() {
        for (seconds, words) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (89, "1 min"),
            (90, "2 min"),
            (3_569, "59 min"),
            (3_570, "1 h"),
            (3_600, "1 h"),
            (3_900, "1 h 5 min"),
        ] {
            assert_eq!(duration(seconds), words);
        }
    }
}
