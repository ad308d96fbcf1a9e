//! List, editor, settings.

use crate::messages::count;

texts! {
    /// List, editor, settings.
    Interviews, ENGLISH;
    title = "Interviews",
    new = "New interview",
    =>
    questions(n: u64) = count(n, "question", "questions"),
}
