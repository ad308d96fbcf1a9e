//! The workspace as a whole: its end.

use crate::messages::count;

texts! {
    /// The workspace as a whole: its end.
    Workspace, ENGLISH;
    delete = "Delete workspace",
    delete_help = "For owners only. Ends the workspace at once for everybody who works in it and for every candidate. This cannot be undone, and there is no “Recently deleted” for it.",
    delete_open = "Delete this workspace",
    goes = "This is deleted for good",
    at_once = "At once nobody can log in here any more, API keys stop, and every link of a candidate is unknown, also for those who are taking their interview. The data and its files are removed right after that; with very many sessions it takes some minutes.",
    name_label = "Name of the workspace",
    password_label = "Your password",
    confirm = "Delete for good",
    failed = "The workspace was not deleted",
    =>
    delete_title(name: &str) = format!("Delete “{name}”?"),
    interviews(n: u64) = count(n, "interview", "interviews"),
    candidates(n: u64) = count(n, "candidate, with the recently deleted ones", "candidates, with the recently deleted ones"),
    sessions(n: u64) = count(n, "session with its transcript and scores", "sessions with their transcripts and scores"),
    accounts(n: u64) = count(n, "account of somebody who belongs to no other workspace", "accounts of people who belong to no other workspace"),
    name_hint(name: &str) = format!("Type {name} to say that you mean this one."),
}
