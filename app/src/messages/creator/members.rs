//! Members of the workspace.

texts! {
    /// Members of the workspace.
    Members, ENGLISH;
    title = "Members",
    help = "Who may work in this workspace. A role takes effect with the next click of the person who has it.",
    add_help = "To add somebody, run “parley user add --email … --name … --role …” on the machine that runs Parley. Invitations by mail are not there yet.",
    name = "Name",
    role = "Role",
    joined = "Member since",
    you = "you",
    roles = "What each role may do",
    viewer_may = "Reads interviews, sessions and reports. Never sees invite links.",
    member_may = "Also makes and edits interviews, adds and edits candidates, copies links, grants retakes, decides.",
    admin_may = "Also manages members below owner, API keys and settings, and erases for good.",
    owner_may = "Also manages owners, and may delete the workspace.",
    remove = "Remove",
    remove_text = "They lose access at once, and API keys that they made stop working. What they did in the workspace stays.",
    removed = "Member removed",
    changed = "Role changed",
    not_changed = "The role was not changed",
    own_title = "Change your own role?",
    own_text = "With a lower role you cannot take this back yourself: somebody with a higher one has to.",
    own_confirm = "Change my role",
    last_owner = "The last owner keeps the role until somebody else has it too.",
    =>
    role_of(name: &str) = format!("Role of {name}"),
    remove_title(name: &str) = format!("Remove {name} from the workspace?"),
}
