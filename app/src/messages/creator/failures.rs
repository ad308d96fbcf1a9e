//! What a failure says, to people who create interviews.

texts! {
    /// What a failure says: what happened, what is kept, what to do.
    Failures, ENGLISH;
    signed_out = "You are logged out. Log in again; nothing was changed.",
    forbidden = "Your role does not allow this. Ask an admin of the workspace.",
    not_found = "This is not here: it was deleted, or the address is not right.",
    unavailable = "The server is busy. Nothing was changed; try again in a moment.",
    unreadable = "The server could not read this. Reload the page and try again.",
    offline = "The server did not answer. Check the connection and try again.",
    internal = "Something went wrong on the server. It is in its log; try again.",
    setup_elsewhere = "From here this installation is set up on the command line: parley user add.",
    choose_time = "Choose a date and a time.",
    choose_decision = "Choose a decision.",
    choose_reason = "Choose a reason.",
    grant_or_decline = "Grant or decline.",
    =>
    too_often(seconds: u64) = format!("That was too often. Try again in {seconds} s."),
}
