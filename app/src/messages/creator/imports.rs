//! Import by Excel: the dialog with its steps, and the imports of the past.

use crate::messages::{count, number};
use parley_domain::import::{Fate, Field, Import, ImportCounts, ImportState, ImportWork, OnDuplicate, RowResult};

texts! {
    /// Import by Excel: the dialog with its steps, and the imports of the past.
    Imports, ENGLISH;
    menu = "Import by Excel",
    menu_hint = "Up to 50,000 people from a spreadsheet",
    title = "Import sessions",
    steps = "Steps",
    step_upload = "Upload",
    step_match = "Match",
    step_check = "Check",
    step_done = "Done",
    close = "Close and go to the sessions",
    stop_title = "Stop the upload?",
    stop_text = "The file has not arrived yet. Nothing was added.",
    stop = "Stop the upload",
    stop_not = "Go on uploading",
    template = "Download template",
    template_help = "A table with all columns, notes and one sample row. Your own table works as well: columns are matched by their headers.",
    drop = "Drop a spreadsheet here",
    drop_or = "or choose one from your device, or paste a copied file",
    choose = "Choose file",
    limits = ".xlsx, .xls, .ods, .csv or .tsv, up to 50,000 rows and 25 MB. Nothing is added before you have checked the rows.",
    uploading = "Uploading",
    reading = "Reading every row",
    reading_text = "The file has arrived. Its rows are read and checked.",
    cancel_upload = "Cancel upload",
    upload_failed = "The file was not taken",
    too_large = "The file is larger than 25 MB. Split it into smaller files. Nothing was added.",
    several_files = "One file at a time: put all rows into one table, or import the files one after the other. Nothing was added.",
    another_encoding = "Or read it in this encoding",
    read_again = "Read again",
    no_file = "What was dropped or pasted holds no file. Nothing was added.",
    broken_off = "The upload broke off. Nothing was added; check the connection and choose the file again.",
    match_title = "What do the columns hold?",
    match_text = "Each person needs a name; everything else is optional. Your corrections are remembered for this workspace.",
    file_title = "How the file is read",
    sheet = "Sheet",
    sheet_hidden = "hidden",
    sheet_empty = "empty",
    encoding = "Encoding",
    encoding_hint = "Change it where letters below look wrong.",
    separator = "Separator",
    header_row = "Header row",
    no_header = "No header row",
    top_caption = "The first rows of the file",
    is_header = "header",
    col_column = "Column in the file",
    col_sample = "First values",
    col_means = "Goes into",
    left_out = "Leave out",
    no_sample = "no values",
    need_name = "No column is matched to the name. Choose the column that holds it.",
    check = "Check rows",
    back_to_match = "Back to the columns",
    match_failed = "This could not be changed",
    rows_are_read = "The rows are being read",
    check_title = "Check the rows",
    filter = "Rows to show",
    all_rows = "All rows",
    here_title = "People who are already here",
    here_text = "Rows whose email is on this interview or stands in an earlier row; without an email, rows of the same file that were imported before.",
    skip = "Skip them",
    skip_hint = "They stay as they are.",
    update = "Update them",
    update_hint = "Filled cells replace what is stored. Names and sessions that have begun stay; later rows with the same email are skipped.",
    add = "Add anyway",
    add_hint = "Each gets a candidate and a session of its own.",
    col_row = "Row",
    col_result = "Result",
    col_why = "Note",
    edit_row = "Edit row",
    edit_hint = "Enter saves, Esc takes it back.",
    cell_failed = "The cell was not saved",
    none_here = "No row here",
    none_here_text = "Choose another filter to see the other rows.",
    nothing_to_do = "No row would be added or updated. Correct the rejected rows, or choose something else for those already here.",
    confirm_failed = "The import was not started",
    discard = "Discard import",
    discard_title = "Discard this import?",
    discard_text = "Nothing was added, and nothing will be. The file is forgotten.",
    running = "Importing",
    running_text = "This goes on by itself, also when you close this page.",
    cancel_running = "Cancel import",
    cancel_title = "Cancel the import?",
    cancel_text = "What was added stays and can be undone; the rows not reached yet are skipped.",
    cancel_not = "Go on importing",
    cancel_failed = "The import was not cancelled",
    cancelling = "Cancelling",
    undoing = "Taking back",
    done = "Import finished",
    cancelled = "Import cancelled",
    cancelled_text = "What was added before stays. The other rows were skipped.",
    failed = "The import stopped",
    cancelled_empty = "Nothing was added.",
    undone = "Import undone",
    removed = "Removed",
    restored = "Restored",
    kept = "Kept",
    rows_title = "Every row",
    download_rejected = "Download rejected rows",
    download_rejected_text = "The same columns and one that says what to fix. Correct the rows there and upload the file again.",
    upload_again = "Upload the corrected file",
    another = "Import another file",
    to_sessions = "Go to the sessions",
    undo = "Undo import",
    undo_title = "Undo this import?",
    undo_text = "Its candidates who have not started are removed with their links, and values that were updated become what they were, unless somebody edited them since. Whoever has started stays.",
    undo_failed = "The import was not undone",
    discard_failed = "The import was not discarded",
    past = "Imports",
    past_text = "Tables that were imported into this interview.",
    past_more = "Show all imports",
    col_file = "File",
    col_who = "Who",
    col_state = "State",
    col_counts = "Rows",
    col_actions = "Actions",
    by_key = "API",
    go_on = "Continue",
    open = "Open",
    =>
    confirm(adds: u32, updates: u32) = match (adds, updates) {
        (_, 0) => format!("Confirm: add {}", number(u64::from(adds))),
        (0, _) => format!("Confirm: update {}", number(u64::from(updates))),
        _ => format!("Confirm: add {}, update {}", number(u64::from(adds)), number(u64::from(updates))),
    },
    in_file(rows: u32) = count(u64::from(rows), "row in the file", "rows in the file"),
    bytes(sent: f64, total: f64) = format!("{:.1} of {:.1} MB", sent / 1e6, total / 1e6),
    progress(done: u32, rows: u32, left: Option<u32>) = {
        let figures = format!("{} of {}", number(u64::from(done)), count(u64::from(rows), "row", "rows"));
        match left {
            Some(seconds) => format!("{figures} · {seconds} s left"),
            None => figures,
        }
    },
    row_n(n: u32) = format!("Row {}", number(u64::from(n))),
    row_unsaved(row: u32) = format!("Row {} was edited and is not saved. Save it or cancel its changes first.", number(u64::from(row))),
    column_n(letters: &str) = format!("Column {letters}"),
    cell_label(column: &str, row: u32) = format!("{column}, row {row}"),
    edit_n(row: u32) = format!("Edit row {row}"),
    means_n(column: &str) = format!("“{column}” goes into"),
    shown(n: u64) = format!("{} on this page", count(n, "row", "rows")),
    undo_n(file: &str) = format!("Undo import: {file}"),
    before_undo(sum: &str) = format!("Before it was undone: {sum}"),
    go_on_n(file: &str) = format!("Continue the import of {file}"),
    discard_n(file: &str) = format!("Discard import: {file}"),
}

/// What a separator is called.
#[must_use]
pub const fn separator_word(separator: char) -> &'static str {
    match separator {
        ',' => "Comma",
        ';' => "Semicolon",
        '\t' => "Tab",
        _ => "Vertical bar",
    }
}

/// The word for a fate.
#[must_use]
pub const fn fate_word(fate: Fate) -> &'static str {
    match fate {
        Fate::New => "New",
        Fate::AlreadyHere => "Already here",
        Fate::TwiceInFile => "Twice in the file",
        Fate::Rejected => "Rejected",
    }
}

/// The word for a result.
#[must_use]
pub const fn result_word(result: RowResult) -> &'static str {
    match result {
        RowResult::Added => "Added",
        RowResult::Updated => "Updated",
        RowResult::Skipped => "Skipped",
        RowResult::Rejected => "Rejected",
    }
}

/// The same after undo: it is not so any more.
#[must_use]
pub const fn past_result_word(result: RowResult) -> &'static str {
    match result {
        RowResult::Added => "Was added",
        RowResult::Updated => "Was updated",
        RowResult::Skipped | RowResult::Rejected => result_word(result),
    }
}

/// Where an import stands.
#[must_use]
pub const fn import_word(state: ImportState, work: Option<ImportWork>) -> &'static str {
    match (state, work) {
        (_, Some(ImportWork::Undo)) => "Being undone",
        (_, Some(ImportWork::Cancel)) => "Being cancelled",
        (ImportState::Reading, _) => "Being read",
        (ImportState::Preview, _) => "Not confirmed",
        (ImportState::Running, _) => "Importing",
        (ImportState::Done, _) => "Finished",
        (ImportState::Cancelled, _) => "Cancelled",
        (ImportState::Undone, _) => "Undone",
        (ImportState::Failed, _) => "Stopped",
    }
}

/// What a field is called in the list of choices.
#[must_use]
pub const fn field_word(field: Field) -> &'static str {
    field.label()
}

/// What will be done with people who are already here, in a row's words.
#[must_use]
pub const fn duplicate_word(choice: OnDuplicate, fate: Fate) -> &'static str {
    match (fate, choice) {
        (Fate::AlreadyHere, OnDuplicate::Skip) => "Skipped: already on this interview",
        (Fate::AlreadyHere, OnDuplicate::Update) => "Updated: already on this interview",
        (Fate::AlreadyHere, OnDuplicate::Add) => "Added anyway: already on this interview",
        (Fate::TwiceInFile, OnDuplicate::Add) => "Added anyway: an earlier row has this email",
        (Fate::TwiceInFile, _) => "Skipped: an earlier row has this email",
        (Fate::New | Fate::Rejected, _) => "",
    }
}

/// Whether an import was given up before anything of it was written: that its rows were skipped says nothing then.
#[must_use]
pub fn wrote_nothing(import: &Import) -> bool {
    let counts = &import.counts;
    import.state == ImportState::Cancelled && counts.added.unwrap_or_default() + counts.updated.unwrap_or_default() == 0
}

/// The figures of an import in one line: "9 added, 1 skipped"; those that are 0 are left out.
#[must_use]
pub fn counts_line(import: &Import) -> String {
    let counts = &import.counts;
    let parts = match import.state {
        ImportState::Reading | ImportState::Preview => vec![
            (counts.new, "new"),
            (counts.already_here, "already here"),
            (counts.twice_in_file, "twice in the file"),
            (Some(counts.rejected), "rejected"),
        ],
        ImportState::Undone => vec![
            (counts.removed, "removed"),
            (counts.restored, "restored"),
            (counts.kept, "kept"),
        ],
        _ => vec![
            (counts.added, "added"),
            (counts.updated, "updated"),
            (counts.skipped, "skipped"),
            (Some(counts.rejected), "rejected"),
        ],
    };
    let said: Vec<String> = parts
        .into_iter()
        .filter_map(|(n, word)| n.filter(|n| *n > 0).map(|n| format!("{} {word}", number(u64::from(n)))))
        .collect();
    if said.is_empty() || wrote_nothing(import) {
        (creator_imports().in_file)(counts.rows)
    } else {
        said.join(", ")
    }
}

/// "9,000 added + 400 updated + 500 skipped + 91 rejected = 9,991 rows in the file".
#[must_use]
pub fn sum_line(counts: &ImportCounts) -> String {
    let n = |value: Option<u32>| number(u64::from(value.unwrap_or_default()));
    format!(
        "{} added + {} updated + {} skipped + {} rejected = {}",
        n(counts.added),
        n(counts.updated),
        n(counts.skipped),
        number(u64::from(counts.rejected)),
        (creator_imports().in_file)(counts.rows)
    )
}

/// What undo did: "7 removed, 2 restored, 1 kept, who had started or was edited since".
#[must_use]
pub fn undone_line(counts: &ImportCounts) -> String {
    let people = |value: Option<u32>| count(u64::from(value.unwrap_or_default()), "candidate", "candidates");
    let mut line = format!("{} removed", people(counts.removed));
    if counts.restored.is_some_and(|n| n > 0) {
        line.push_str(&format!(", {} given the earlier values back", people(counts.restored)));
    }
    if counts.kept.is_some_and(|n| n > 0) {
        line.push_str(&format!(", {} kept: started or edited since", people(counts.kept)));
    }
    line.push('.');
    line
}

const fn creator_imports() -> &'static Imports {
    &ENGLISH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_add_up_in_words() {
        let counts = ImportCounts {
            rows: 9_991,
            added: Some(9_000),
            updated: Some(400),
            skipped: Some(500),
            rejected: 91,
            ..ImportCounts::default()
        };
        assert_eq!(
            sum_line(&counts),
            "9,000 added + 400 updated + 500 skipped + 91 rejected = 9,991 rows in the file"
        );
        let undone = ImportCounts {
            removed: Some(1),
            restored: Some(0),
            kept: Some(2),
            ..counts
        };
        assert_eq!(
            undone_line(&undone),
            "1 candidate removed, 2 candidates kept: started or edited since."
        );
    }

    #[test]
    fn a_button_says_what_it_does() {
        let t = creator_imports();
        assert_eq!((t.confirm)(1_200, 0), "Confirm: add 1,200");
        assert_eq!((t.confirm)(0, 2), "Confirm: update 2");
        assert_eq!((t.confirm)(3, 2), "Confirm: add 3, update 2");
        assert_eq!((t.progress)(4_120, 9_991, Some(3)), "4,120 of 9,991 rows · 3 s left");
    }
}
