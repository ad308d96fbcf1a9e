//! People who sign in, their workspaces and their API keys, as screens show and send them.

use crate::{
    account::{PASSWORD_MAX, PASSWORD_MIN, Role},
    candidate::{EMAIL_MAX, NAME_MAX, is_email},
    error::{FieldError, Problems},
    id::{ApiKeyId, UserId},
    text::{chars, one_line},
    time::ShownTime,
};
use serde::{Deserialize, Serialize};

/// A workspace that a person belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceSeen {
    /// Its place in URLs: `/w/{slug}`.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The person's role there.
    pub role: Role,
    /// Whether it was made first: its owners look after the installation.
    #[serde(default)]
    pub first: bool,
}

impl WorkspaceSeen {
    /// Whether the person looks after the installation here.
    #[must_use]
    pub fn first_owner(&self) -> bool {
        self.first && self.role == Role::Owner
    }
}

/// A workspace, as programs read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Workspace {
    /// Its place in URLs: `/w/{slug}`.
    pub slug: String,
    /// Its name, which candidates read as the company's.
    pub name: String,
}

/// What goes with a workspace that is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WorkspaceContents {
    /// Interviews, in any state.
    pub interviews: u64,
    /// Candidates, recently deleted ones included.
    pub candidates: u64,
    /// Sessions of theirs, all attempts.
    pub sessions: u64,
    /// Members who belong to no other workspace: their accounts.
    pub accounts: u64,
}

/// The signed-in person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// Who.
    pub id: UserId,
    /// Shown name.
    pub name: String,
    /// What they sign in with.
    pub email: String,
    /// IANA name of the zone in which times are shown.
    pub time_zone: String,
    /// Language tag of the screens.
    pub locale: String,
    /// Where they belong, by name.
    pub workspaces: Vec<WorkspaceSeen>,
}

/// Whether somebody may still set the installation up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetupState {
    /// There are people already: sign in.
    Done,
    /// The first visitor creates the owner.
    Open,
    /// The same, with the code that the server printed at its start.
    NeedsCode,
    /// Only from the command line (`parley user add`).
    CommandLine,
}

/// The first person and their workspace.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SetupInput {
    /// Name of the workspace, which candidates read as the company's.
    pub workspace: String,
    /// The owner.
    pub person: PersonInput,
    /// The printed code, where one is needed.
    pub code: String,
}

/// A new person.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PersonInput {
    /// Shown name.
    pub name: String,
    /// What they sign in with.
    pub email: String,
    /// At least [`PASSWORD_MIN`] characters; nothing is trimmed.
    pub password: String,
    /// IANA name; UTC if blank.
    pub time_zone: String,
}

/// What a person changes of themselves.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ProfileInput {
    /// Shown name.
    pub name: String,
    /// IANA name.
    pub time_zone: String,
    /// Language tag of the screens.
    pub locale: String,
}

/// Name of a workspace that the command line makes, which asks for none.
pub const WORKSPACE_DEFAULT: &str = "My workspace";
/// Longest name of a workspace or a key, in characters.
pub const TITLE_MAX: usize = 100;

fn check_name(problems: &mut Problems, name: &str) {
    problems.require(!name.is_empty(), "name", "Enter a name.");
    let fits = chars(name) <= NAME_MAX;
    problems.require(fits, "name", format!("A name has at most {NAME_MAX} characters."));
}

/// A workspace's name, tidied, if it may be stored.
///
/// # Errors
/// A sentence.
pub fn workspace_name(name: &str) -> Result<String, String> {
    let name = one_line(name);
    match chars(&name) {
        0 => Err("Enter your company's name.".to_owned()),
        1..=TITLE_MAX => Ok(name),
        _ => Err(format!("A name has at most {TITLE_MAX} characters.")),
    }
}

/// Whether `password` may be chosen.
///
/// # Errors
/// A sentence.
pub fn check_password(password: &str) -> Result<(), String> {
    match chars(password) {
        0..PASSWORD_MIN => Err(format!("A password has at least {PASSWORD_MIN} characters.")),
        PASSWORD_MIN..=PASSWORD_MAX => Ok(()),
        _ => Err(format!("A password has at most {PASSWORD_MAX} characters.")),
    }
}

impl PersonInput {
    /// Tidied, if all of it may be stored. Whether the time zone exists is for the server to say.
    ///
    /// # Errors
    /// What is wrong, field by field.
    pub fn checked(mut self) -> Result<Self, Vec<FieldError>> {
        let mut problems = Problems::new();
        self.name = one_line(&self.name);
        self.email = one_line(&self.email);
        check_name(&mut problems, &self.name);
        problems.require(!self.email.is_empty(), "email", "Enter an email address.");
        if !self.email.is_empty() {
            let good = chars(&self.email) <= EMAIL_MAX && is_email(&self.email);
            problems.require(good, "email", "This is not an email address such as ana@example.com.");
        }
        if let Err(message) = check_password(&self.password) {
            problems.add("password", message);
        }
        if self.time_zone.trim().is_empty() {
            self.time_zone = "UTC".to_owned();
        }
        problems.into_result(self)
    }
}

impl SetupInput {
    /// Tidied, if all of it may be stored.
    ///
    /// # Errors
    /// What is wrong, field by field; the person's fields without a path, as the form names them.
    pub fn checked(mut self) -> Result<Self, Vec<FieldError>> {
        let mut problems = Problems::new();
        match workspace_name(&self.workspace) {
            Ok(name) => self.workspace = name,
            Err(message) => problems.add("workspace", message),
        }
        match self.person.checked() {
            Ok(person) => {
                self.person = person;
                problems.into_result(self)
            }
            // In the order of the form.
            Err(mut all) => {
                all.extend(problems.into_result(()).err().unwrap_or_default());
                Err(all)
            }
        }
    }
}

impl ProfileInput {
    /// Tidied, if all of it may be stored. Whether the time zone exists is for the server to say.
    ///
    /// # Errors
    /// What is wrong, field by field.
    pub fn checked(mut self) -> Result<Self, Vec<FieldError>> {
        let mut problems = Problems::new();
        self.name = one_line(&self.name);
        self.time_zone = one_line(&self.time_zone);
        self.locale = one_line(&self.locale);
        check_name(&mut problems, &self.name);
        let tag = self.locale.len() <= 35 && self.locale.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        problems.require(
            tag && !self.locale.is_empty(),
            "locale",
            "This is not a language such as en.",
        );
        problems.into_result(self)
    }
}

/// An API key as the list shows it; the key itself is never shown again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeySeen {
    /// Its id.
    pub id: ApiKeyId,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Its last four characters.
    pub hint: String,
    /// The member who made it; none if made on the command line.
    pub maker: Option<String>,
    /// When it was made.
    pub created: ShownTime,
    /// Its last request, to the minute.
    pub last_used: Option<ShownTime>,
}

/// A key just made: the only time that it is shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewApiKey {
    /// The row.
    pub key: ApiKeySeen,
    /// The key itself, `pk_…`.
    pub secret: String,
}

impl std::fmt::Debug for NewApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewApiKey")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person() -> PersonInput {
        PersonInput {
            name: " Olga  Owner ".to_owned(),
            email: " olga@example.com ".to_owned(),
            password: " ten chars ".to_owned(),
            time_zone: String::new(),
        }
    }

    #[test]
    fn a_person_is_tidied_but_their_password_is_not() {
        let tidy = person().checked().unwrap();
        assert_eq!(tidy.name, "Olga Owner");
        assert_eq!(tidy.email, "olga@example.com");
        assert_eq!(tidy.password, " ten chars ");
        assert_eq!(tidy.time_zone, "UTC");
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let bad = SetupInput {
            workspace: "w".repeat(TITLE_MAX + 1),
            person: PersonInput {
                email: "olga@".to_owned(),
                password: "short".to_owned(),
                ..PersonInput::default()
            },
            code: String::new(),
        };
        let fields: Vec<_> = bad.checked().unwrap_err().into_iter().map(|e| e.field).collect();
        assert_eq!(fields, ["name", "email", "password", "workspace"]);
    }

    #[test]
    fn a_workspace_has_a_name_that_candidates_can_read() {
        let named = |workspace: &str| SetupInput {
            workspace: workspace.to_owned(),
            person: person(),
            ..SetupInput::default()
        };
        assert_eq!(named("  Café  Söhne ").checked().unwrap().workspace, "Café Söhne");
        for bad in ["", " \t ", "w".repeat(TITLE_MAX + 1).as_str()] {
            let errors = named(bad).checked().unwrap_err();
            assert_eq!(errors[0].field, "workspace", "{bad:?}");
        }
    }

    #[test]
    fn passwords_have_limits() {
        assert!(check_password(&"x".repeat(PASSWORD_MIN - 1)).is_err());
        assert!(check_password(&"é".repeat(PASSWORD_MIN)).is_ok());
        assert!(check_password(&"x".repeat(PASSWORD_MAX + 1)).is_err());
    }

    #[test]
    fn a_new_key_does_not_print_itself() {
        let key = NewApiKey {
            key: ApiKeySeen {
                id: ApiKeyId::NIL,
                name: "n".to_owned(),
                role: Role::Viewer,
                hint: "abcd".to_owned(),
                maker: None,
                created: ShownTime {
                    at: crate::time::Timestamp::default(),
                    short: String::new(),
                    exact: String::new(),
                },
                last_used: None,
            },
            secret: "pk_very_secret".to_owned(),
        };
        assert!(!format!("{key:?}").contains("very_secret"));
    }
}
