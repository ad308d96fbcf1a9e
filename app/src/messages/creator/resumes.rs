//! Import by resumes, and the resume that fills a form.

use crate::messages::{count, number};
use parley_domain::{
    batch::{FileState, PossibleDuplicate},
    resume::{Confidence, ResumeField},
};

texts! {
    /// Import by resumes, and the resume that fills a form.
    Resumes, ENGLISH;
    title = "Import by resumes",
    menu_hint = "Many PDFs at once, reviewed before they are added",
    steps = "Steps",
    step_upload = "Upload",
    step_read = "Read",
    step_review = "Review",
    step_done = "Done",
    drop = "Drop resumes here",
    drop_or = "or choose them from your device",
    choose = "Choose files",
    limits = "PDFs or a ZIP of PDFs, up to 200 files of 10 MB each. Nothing is read or charged before you press Parse resumes.",
    sending = "Uploading",
    send_failed = "Not uploaded",
    broken_off = "The upload broke off. What arrived before is kept; choose the file again.",
    halted_text = "They are kept on this page until you leave it.",
    parse = "Parse resumes",
    too_few = "Too few AI tokens",
    too_few_help = "Remove files, or ask whoever runs this installation to grant tokens. See Usage.",
    usage = "Usage",
    nothing_yet = "No files yet",
    open_title = "Under way",
    open_help = "Imports of resumes that wait for you. Closing the page loses nothing.",
    go_on = "Continue",
    file = "File",
    files = "Files",
    begun = "Begun",
    state = "State",
    remove = "Remove",
    remove_title = "Remove this resume?",
    remove_text = "What was read and what you corrected is lost. To have it again, the file must be uploaded and read again, which costs as much as the first time.",
    retry = "Try again",
    reading_title = "Reading the resumes",
    reading_help = "This goes on by itself, also when you close this page; what was read waits for you here.",
    cancel = "Discard import",
    cancel_title = "Discard this import?",
    cancel_text = "What was read is lost, and AI tokens set aside for files that were not read come back.",
    cancelled = "Batch given up",
    cancelled_title = "Import discarded",
    cancelled_text = "AI tokens set aside for files that were not read have come back.",
    begin_another = "Import more resumes",
    review_title = "Check what was found",
    review_help = "Press a value to change it. Point at it, or move to it with Tab, to see where it stands in the resume.",
    by_rules = "Read by the built-in extractor, no AI model",
    by_ai = "Read by the AI model; every value was found again in the resume",
    fell_back = "The AI model failed: read by the built-in extractor",
    damaged = "File damaged, check the values",
    no_value = "Not found",
    no_name = "No name: enter it",
    typed = "Typed by a person; it does not stand in the resume.",
    edited = "changed",
    save_failed = "Not saved",
    save = "Save",
    failed_title = "Not read",
    failed_help = "These cost nothing.",
    keep = "Keep the PDFs with the candidates",
    nobody = "There is nobody to add yet",
    done_text = "Each has an invite link on the Sessions tab.",
    to_sessions = "Go to the sessions",
    read_none = "None of the files could be read.",
    fill = "Upload a resume",
    fill_reading = "Reading the resume",
    fill_help = "Fills the empty fields below. Nothing is saved before you press Add candidate.",
    filled_none = "Nothing was found for the empty fields",
    fill_failed = "The resume was not read",
    fill_too_large = "This file is larger than 10 MB. Nothing was read and nothing was charged.",
    =>
    cost(files: u64, tokens: i64, left: i64) = format!("{} · {} · {} left", count(files, "file", "files"), count(tokens.unsigned_abs(), "AI token", "AI tokens"), number(left.unsigned_abs())),
    files_only(files: u64) = count(files, "file", "files"),
    too_few_text(wanted: i64, have: i64) = format!("These take {} and {} are left: {} are missing.", count(wanted.unsigned_abs(), "AI token", "AI tokens"), number(have.unsigned_abs()), number((wanted - have).unsigned_abs())),
    halted(left: u64, all: u64) = format!("{} of {} are not uploaded yet", number(left), count(all, "file", "files")),
    send_rest(left: u64, all: u64) = if left == all { "Send again".to_owned() } else if left == 1 { "Send the other file".to_owned() } else { format!("Send the other {}", number(left)) },
    sent(done: u64, all: u64) = format!("{} of {}", number(done), count(all, "file", "files")),
    progress(read: u64, failed: u64, all: u64) = if failed == 0 { format!("{} of {}", number(read), count(all, "file", "files")) } else { format!("{} of {} · {} not read", number(read + failed), count(all, "file", "files"), number(failed)) },
    add(n: u64) = format!("Add {}", count(n, "candidate", "candidates")),
    waiting(n: u64) = if n == 1 { "1 row waits: it needs a look first".to_owned() } else { format!("{} rows wait: they need a look first", number(n)) },
    added(n: u64) = format!("{} added", count(n, "candidate", "candidates")),
    source_of(text: &str, page: u32) = format!("“{text}” (page {page})"),
    value_of(field: &str, value: &str) = format!("{field}: {value}"),
    fill_cost(tokens: i64) = count(tokens.unsigned_abs(), "AI token", "AI tokens"),
    filled(n: u64, file: &str) = format!("{} filled from {file}", count(n, "field", "fields")),
    from_resume(text: &str) = format!("From the resume: “{text}”"),
}

/// The word for where a file stands.
#[must_use]
pub const fn file_word(state: FileState) -> &'static str {
    match state {
        FileState::Waiting => "Waiting",
        FileState::Reading => "Reading",
        FileState::Read => "Read",
        FileState::Failed => "Not read",
    }
}

/// The word for how sure the reader is.
#[must_use]
pub const fn confidence_word(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "unsure",
        Confidence::Medium => "likely",
        Confidence::High => "sure",
    }
}

/// What a field is called.
#[must_use]
pub const fn resume_field_word(field: ResumeField) -> &'static str {
    match field {
        ResumeField::Name => "Name",
        ResumeField::Email => "Email",
        ResumeField::Phone => "Phone",
        ResumeField::School => "School",
        ResumeField::Degree => "Degree",
        ResumeField::Major => "Major",
        ResumeField::GraduationYear => "Year",
        ResumeField::WorkExperience => "Work experience",
    }
}

/// Whom a person may be again.
#[must_use]
pub fn duplicate_words(twin: &PossibleDuplicate) -> String {
    match (twin.same.as_str(), twin.candidate_id) {
        ("resume", _) => format!("The same resume as {}", twin.name),
        (_, Some(_)) => format!("Same email as {}, who is here already", twin.name),
        (_, None) => format!("Same email as in {}", twin.name),
    }
}

#[cfg(test)]
mod tests {
    use super::ENGLISH;

    #[test]
    fn the_cost_is_said_before() {
        assert_eq!((ENGLISH.cost)(3, 15, 485), "3 files · 15 AI tokens · 485 left");
        assert_eq!((ENGLISH.cost)(1, 5, 1_495), "1 file · 5 AI tokens · 1,495 left");
        assert_eq!(
            (ENGLISH.too_few_text)(600, 500),
            "These take 600 AI tokens and 500 are left: 100 are missing."
        );
        assert_eq!((ENGLISH.progress)(12, 0, 200), "12 of 200 files");
        assert_eq!((ENGLISH.progress)(12, 2, 200), "14 of 200 files · 2 not read");
    }
}
