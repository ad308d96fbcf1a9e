//! Setup, log in, profile, keys.

texts! {
    /// Setup, log in, profile, keys.
    Accounts, ENGLISH;
    log_in = "Log in",
    email = "Email",
    password = "Password",
}
