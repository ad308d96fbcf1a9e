//! The command line: `parley serve | worker | migrate | user | api-key | tokens | demo | print-config`.

use crate::{
    config::{self, Settings},
    logging, serve, start,
};
use anyhow::{Context, Result, bail};
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use parley_domain::{account::Role, person::PersonInput};
use parley_services::{accounts, demo, error::ServiceError, tokens};
use std::{
    io::{self, BufRead, IsTerminal, Write},
    process::ExitCode,
};

/// Parley interviews people by chat: design an interview, send links, read transcripts and scores. One program, one data
/// folder
#[derive(Parser)]
#[command(
    name = "parley",
    version,
    max_term_width = 110,
    subcommand_required = true,
    arg_required_else_help = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten, next_help_heading = "Settings")]
    settings: Settings,
}

#[derive(Subcommand)]
enum Command {
    /// Serve screens, candidates and the API
    Serve,
    /// Do background work only
    Worker,
    /// Bring the database's schema up to date
    Migrate,
    /// People who sign in
    #[command(subcommand)]
    User(UserCommand),
    /// Keys for the API
    #[command(subcommand)]
    ApiKey(KeyCommand),
    /// AI tokens, which features that cost draw on
    #[command(subcommand)]
    Tokens(TokenCommand),
    /// Fill a new workspace with invented people and sessions, and say how to sign in
    Demo {
        /// How many sessions; a million takes a few minutes
        #[arg(long, default_value_t = demo::SESSIONS)]
        sessions: u64,
    },
    /// Show every setting and where it comes from
    PrintConfig,
}

#[derive(Subcommand)]
enum UserCommand {
    /// Add a person; the password is read from standard input
    Add(AddUser),
    /// Give a person another password (from standard input) and sign them out everywhere
    SetPassword {
        /// What they sign in with
        #[arg(long)]
        email: String,
    },
}

#[derive(Args)]
struct AddUser {
    /// What they sign in with
    #[arg(long)]
    email: String,
    /// Shown name
    #[arg(long)]
    name: String,
    /// viewer, member, admin or owner; owner where they are the first, member otherwise
    #[arg(long)]
    role: Option<Role>,
    /// Id or slug of the workspace, where there are several
    #[arg(long)]
    workspace: Option<String>,
    /// IANA name of the zone in which they read times
    #[arg(long, default_value = "UTC")]
    time_zone: String,
}

#[derive(Subcommand)]
enum KeyCommand {
    /// Make a key; it is the last line that is printed, and is never shown again
    Create {
        /// What it is for
        #[arg(long)]
        name: String,
        /// viewer, member, admin or owner
        #[arg(long, default_value = "member")]
        role: Role,
        /// Id or slug of the workspace, where there are several
        #[arg(long)]
        workspace: Option<String>,
    },
}

#[derive(Subcommand)]
enum TokenCommand {
    /// Add tokens to a workspace, and say what it can spend then
    Grant {
        /// How many
        #[arg(long)]
        amount: i64,
        /// Id or slug of the workspace, where there are several
        #[arg(long)]
        workspace: Option<String>,
        /// Why, in words; stands in the list of entries
        #[arg(long)]
        note: Option<String>,
        /// Granting again with the same reference changes nothing
        #[arg(long)]
        reference: Option<String>,
    },
}

/// Runs what the command line says.
#[must_use]
pub fn main() -> ExitCode {
    let matches = Cli::command().get_matches();
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    match run(cli, &matches) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The last resort: if standard error is closed, there is nobody to tell.
            let _ = writeln!(io::stderr(), "parley: {}", told(&error));
            ExitCode::FAILURE
        }
    }
}

/// An error in words for the person at the terminal: without "internal:", and with all that is wrong with the input.
fn told(error: &anyhow::Error) -> String {
    let parts: Vec<String> = error
        .chain()
        .map(|part| match part.downcast_ref::<ServiceError>() {
            Some(ServiceError::Invalid(errors)) => {
                let lines: Vec<String> = errors.iter().map(|e| format!("{}: {}", e.field, e.message)).collect();
                lines.join("\n")
            }
            Some(ServiceError::Conflict { detail, .. }) => detail.clone(),
            Some(ServiceError::Internal(inner)) => format!("{inner:#}"),
            _ => part.to_string(),
        })
        .collect();
    parts.join(": ")
}

fn run(cli: Cli, matches: &ArgMatches) -> Result<()> {
    let settings = cli.settings;
    match cli.command {
        Command::PrintConfig => print_config(matches, &settings),
        Command::Serve => in_runtime(&settings, serve::run(&settings)),
        Command::Worker => in_runtime(&settings, serve::work(&settings)),
        Command::Migrate => in_runtime(&settings, migrate(&settings)),
        Command::Demo { sessions } => in_runtime(&settings, fill_demo(&settings, sessions)),
        Command::User(UserCommand::Add(person)) => in_runtime(&settings, add_user(&settings, person)),
        Command::User(UserCommand::SetPassword { email }) => in_runtime(&settings, set_password(&settings, email)),
        Command::ApiKey(KeyCommand::Create { name, role, workspace }) => {
            in_runtime(&settings, create_key(&settings, name, role, workspace))
        }
        Command::Tokens(grant) => in_runtime(&settings, grant_tokens(&settings, grant)),
    }
}

/// Starts logging and the runtime, and runs `work` in it.
fn in_runtime(settings: &Settings, work: impl Future<Output = Result<()>>) -> Result<()> {
    logging::init(&settings.log, settings.log_format)?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("starting the runtime")?
        .block_on(work)
}

/// A line on standard output.
fn say(line: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(())
}

fn print_config(matches: &ArgMatches, settings: &Settings) -> Result<()> {
    let mut out = io::stdout().lock();
    config::print(&Cli::command(), matches, settings, &mut out)?;
    Ok(())
}

async fn migrate(settings: &Settings) -> Result<()> {
    let done = start::migrate(settings).await?;
    say(&format!(
        "The database's schema is up to date ({done} steps were missing)."
    ))
}

/// The password: one line of standard input.
fn read_password() -> Result<String> {
    if io::stdin().is_terminal() {
        write!(io::stderr(), "Password (it will be visible): ")?;
    }
    let mut line = String::new();
    io::stdin()
        .lock()
        .read_line(&mut line)
        .context("reading the password from standard input")?;
    let password = line.trim_end_matches(['\n', '\r']).to_owned();
    if password.is_empty() {
        bail!("No password came on standard input. Nothing was changed.");
    }
    Ok(password)
}

async fn add_user(settings: &Settings, new: AddUser) -> Result<()> {
    let password = read_password()?;
    let services = start::open(settings).await?;
    let person = PersonInput {
        name: new.name,
        email: new.email,
        password,
        time_zone: new.time_zone,
    };
    let added = accounts::people::add(&services, person, new.role, new.workspace.as_deref()).await;
    services.db.close().await?;
    let id = added.map_err(|error| unknown_workspace(error, new.workspace.as_deref()))?;
    say(&format!("Added {id}. Log in at {}/login.", settings.public_url()))
}

async fn set_password(settings: &Settings, email: String) -> Result<()> {
    let password = read_password()?;
    let services = start::open(settings).await?;
    let done = accounts::people::set_password(&services, &email, &password).await;
    services.db.close().await?;
    match done {
        Ok(()) => say("The password was changed, and every browser was logged out."),
        Err(ServiceError::NotFound) => bail!("There is nobody with the email {email}. Nothing was changed."),
        Err(error) => Err(error.into()),
    }
}

async fn create_key(settings: &Settings, name: String, role: Role, workspace: Option<String>) -> Result<()> {
    let services = start::open(settings).await?;
    let made = accounts::keys::create_key_as_system(&services, &name, role, workspace.as_deref()).await;
    services.db.close().await?;
    let key = made.map_err(|error| unknown_workspace(error, workspace.as_deref()))?;
    say("Keep this key: it is not shown again.")?;
    say(&key)
}

async fn grant_tokens(settings: &Settings, grant: TokenCommand) -> Result<()> {
    let TokenCommand::Grant {
        amount,
        workspace,
        note,
        reference,
    } = grant;
    let services = start::open(settings).await?;
    let (note, reference) = (note.as_deref(), reference.as_deref());
    let granted = tokens::grant(&services, workspace.as_deref(), amount, reference, note).await;
    services.db.close().await?;
    let balance = granted.map_err(|error| unknown_workspace(error, workspace.as_deref()))?;
    say(&format!("The balance is now {} AI tokens.", balance.available))
}

/// Says how far it is, about every twentieth of the way, on standard error.
fn report_progress(sessions: u64) -> impl FnMut(u64) {
    let mut said = 0;
    move |done| {
        if sessions > 5_000 && (done - said) * 20 >= sessions {
            said = done;
            // Nobody reads it: no reason to stop.
            let _ = writeln!(io::stderr(), "{done} of {sessions} sessions");
        }
    }
}

async fn fill_demo(settings: &Settings, sessions: u64) -> Result<()> {
    let services = start::open(settings).await?;
    let done = demo::fill(&services, sessions, report_progress(sessions)).await;
    services.db.close().await?;
    say(&demo_said(&done?, &settings.public_url()))
}

/// What the demo made, and how to get at it.
fn demo_said(made: &demo::Demo, url: &str) -> String {
    let demo::Demo { email, slug, .. } = made;
    let password = match &made.password {
        Some(password) => format!("Password  {password}"),
        None => format!(
            "Password  as it was: {email} was here already, and nothing of theirs was changed.\n\
             For another one: parley user set-password --email {email}"
        ),
    };
    format!(
        "{} interviews and {} candidates in a new workspace.\n\
         Log in at {url}/login and go to {url}/w/{slug}\n\
         Email     {email}\n\
         {password}",
        made.interviews, made.candidates
    )
}

fn unknown_workspace(error: ServiceError, named: Option<&str>) -> anyhow::Error {
    match (error, named) {
        (ServiceError::NotFound, Some(name)) => {
            anyhow::anyhow!("There is no workspace with the id or slug '{name}'. Nothing was changed.")
        }
        (error, _) => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_option_is_an_environment_variable() {
        for arg in Cli::command().get_arguments() {
            let id = arg.get_id().as_str();
            if id != "help" && id != "version" {
                let name = format!("PARLEY_{}", id.to_uppercase());
                assert_eq!(arg.get_env().and_then(|e| e.to_str()), Some(name.as_str()), "{id}");
            }
        }
    }

    #[test]
    fn settings_stand_before_or_after_the_command() {
        for args in [
            ["parley", "--listen", "127.0.0.1:1", "serve"],
            ["parley", "serve", "--listen", "127.0.0.1:1"],
        ] {
            let cli = Cli::parse_from(args);
            assert_eq!(cli.settings.listen.port(), 1);
        }
    }

    #[test]
    fn a_second_demo_says_that_the_password_stays() {
        let mut made = demo::Demo {
            email: demo::EMAIL.to_owned(),
            password: Some("secret-of-today".to_owned()),
            slug: "harbour-pine".to_owned(),
            interviews: 5,
            candidates: 240,
        };
        let first = demo_said(&made, "http://here");
        assert!(
            first.contains("go to http://here/w/harbour-pine\nEmail     demo@parley.example\n"),
            "{first}"
        );
        assert!(first.ends_with("\nPassword  secret-of-today"), "{first}");
        made.password = None;
        let second = demo_said(&made, "http://here");
        assert!(second.contains("\nPassword  as it was: "), "{second}");
        assert!(second.ends_with("set-password --email demo@parley.example"), "{second}");
    }

    #[test]
    fn errors_are_said_in_words() {
        let error = anyhow::Error::new(ServiceError::invalid("email", "Enter an email address.")).context("Adding");
        assert_eq!(told(&error), "Adding: email: Enter an email address.");
        let error = anyhow::Error::new(ServiceError::internal(anyhow::anyhow!("the key is gone")));
        assert_eq!(told(&error), "the key is gone");
    }
}
