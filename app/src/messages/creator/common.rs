//! Words used everywhere.

use crate::messages::number;

texts! {
    /// Words used everywhere.
    Common, ENGLISH;
    product = "Parley",
    skip_to_content = "Skip to content",
    optional = "optional",
    cancel = "Cancel",
    close = "Close",
    dismiss = "Dismiss",
    save = "Save",
    saved = "Saved",
    delete = "Delete",
    undo = "Undo",
    try_again = "Try again",
    loading = "Loading",
    pages = "Pages",
    previous = "Previous",
    first_page = "First page",
    next = "Next",
    copied = "Copied",
    copy = "Copy",
    copy_by_hand = "The browser did not allow copying. The text is selected: copy it with Ctrl+C or a long press.",
    discard = "Discard",
    discard_title = "Discard what you entered?",
    discard_text = "It has not been saved.",
    keep_editing = "Keep editing",
    more = "More",
    theme = "Theme",
    theme_system = "System",
    theme_light = "Light",
    theme_dark = "Dark",
    nav_label = "Workspace",
    nav_dashboard = "Dashboard",
    nav_interviews = "Interviews",
    nav_sessions = "Sessions",
    nav_usage = "Usage",
    nav_settings = "Settings",
    nav_profile = "Your profile",
    nav_log_out = "Log out",
    breadcrumb = "Breadcrumb",
    not_found_title = "There is nothing here",
    not_found_text = "The address may be mistyped, or what was here has been removed.",
    not_found_home = "Go to the start page",
    load_failed = "This could not be loaded",
    fix_fields = "Some fields need attention",
    dashboard_title = "Dashboard",
    log_in_again = "Log in again",
    person_menu = "You",
    nothing_done = "Nothing was done",
    =>
    of_all(n: u64, all: u64) = format!("{} of {}", number(n), number(all)),
    some_done(n: u64, all: u64) = format!("{} of {} done", number(n), number(all)),
    rest_stays(n: u64) = if n == 1 {
        "The other one is as it was and stays selected: do the same again to go on.".to_owned()
    } else {
        format!("The other {} are as they were and stay selected: do the same again to go on.", number(n))
    },
    rest_unsure(n: u64) = format!("The first {} of them may be done all the same; doing it again does no harm.", number(n)),
    gone_before(n: u64) = if n == 1 { "1 was not here any more".to_owned() } else { format!("{} were not here any more", number(n)) },
    window_title(page: &str) = if page.is_empty() { "Parley".to_owned() } else { format!("{page} · Parley") },
}
