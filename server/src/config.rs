//! The settings: every option is an environment variable too, and `parley print-config` says where each came from.

use crate::address::Network;
use clap::{ArgMatches, Args, Command, parser::ValueSource};
use parley_services::{ai::AiConfig, limits::Rates};
use std::{io, net::SocketAddr, path::PathBuf};

/// What the installation is told at start.
#[derive(Clone, Args)]
pub struct Settings {
    /// Address and port to listen on
    #[arg(
        long,
        env = "PARLEY_LISTEN",
        default_value = "127.0.0.1:3000",
        value_name = "ADDRESS",
        global = true
    )]
    pub listen: SocketAddr,
    /// How browsers reach this installation, such as `https://interviews.example.com`; links are made of it, or of the
    /// address to listen on where it is not given
    #[arg(long, env = "PARLEY_PUBLIC_URL", value_name = "URL", value_parser = public_url, global = true)]
    pub public_url: Option<String>,
    /// Folder of the database, the files and the secret
    #[arg(
        long,
        env = "PARLEY_DATA_DIR",
        default_value = "data",
        value_name = "FOLDER",
        global = true
    )]
    pub data_dir: PathBuf,
    /// postgres://… instead of SQLite in the data folder
    #[arg(
        long,
        env = "PARLEY_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true,
        global = true
    )]
    pub database_url: Option<String>,
    /// The installation's keys, newest first, separated by commas, instead of the file `secret` in the data folder
    #[arg(
        long,
        env = "PARLEY_SECRET",
        value_name = "KEYS",
        hide_env_values = true,
        global = true
    )]
    pub secret: Option<String>,
    /// Proxies whose Forwarded and X-Forwarded-For headers are believed: addresses or networks, separated by commas
    #[arg(
        long,
        env = "PARLEY_TRUSTED_PROXIES",
        value_name = "NETWORKS",
        value_delimiter = ',',
        global = true
    )]
    pub trusted_proxies: Vec<Network>,
    /// Bring the database's schema up to date at start; without it `parley migrate` does
    #[arg(long, env = "PARLEY_MIGRATE", default_value_t = true, action = clap::ArgAction::Set, value_name = "true|false", global = true)]
    pub migrate: bool,
    /// Run background work in the serving process; without it `parley worker` does
    #[arg(long, env = "PARLEY_JOBS", default_value_t = true, action = clap::ArgAction::Set, value_name = "true|false", global = true)]
    pub jobs: bool,
    /// AI tokens granted to the first workspace
    #[arg(long, env = "PARLEY_INITIAL_TOKENS", default_value_t = 500, value_parser = clap::value_parser!(i64).range(0..=1_000_000_000), value_name = "N", global = true)]
    pub initial_tokens: i64,
    /// AI tokens that one resume costs; 0 is free
    #[arg(long, env = "PARLEY_TOKENS_PER_RESUME", default_value_t = 5, value_parser = clap::value_parser!(i64).range(0..=1_000_000), value_name = "N", global = true)]
    pub tokens_per_resume: i64,
    /// Base address of an OpenAI-compatible server, such as `http://127.0.0.1:11434/v1`; without it the settings page
    /// decides, and without that everything runs on the built-in engine
    #[arg(long, env = "PARLEY_AI_URL", value_name = "URL", value_parser = parley_domain::ai::server_url, requires = "ai_model", global = true)]
    pub ai_url: Option<String>,
    /// Key of the AI server, if it wants one
    #[arg(
        long,
        env = "PARLEY_AI_KEY",
        value_name = "KEY",
        hide_env_values = true,
        requires = "ai_url",
        global = true
    )]
    pub ai_key: Option<String>,
    /// Name of the model, as the AI server calls it
    #[arg(
        long,
        env = "PARLEY_AI_MODEL",
        value_name = "MODEL",
        requires = "ai_url",
        global = true
    )]
    pub ai_model: Option<String>,
    /// Requests that the AI model gets at once
    #[arg(long, env = "PARLEY_AI_AT_ONCE", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..), value_name = "N", global = true)]
    pub ai_at_once: u16,
    /// Log-ins per address and minute; this and the following: 0 is no limit
    #[arg(
        long,
        env = "PARLEY_LIMIT_LOGINS",
        default_value_t = 10,
        value_name = "N",
        global = true
    )]
    pub limit_logins: u32,
    /// Look-ups of unknown candidate links per address and minute
    #[arg(
        long,
        env = "PARLEY_LIMIT_LOOKUPS",
        default_value_t = 30,
        value_name = "N",
        global = true
    )]
    pub limit_lookups: u32,
    /// Public starts per address and minute
    #[arg(
        long,
        env = "PARLEY_LIMIT_STARTS",
        default_value_t = 60,
        value_name = "N",
        global = true
    )]
    pub limit_starts: u32,
    /// Requests per API key and minute
    #[arg(
        long,
        env = "PARLEY_LIMIT_API",
        default_value_t = 600,
        value_name = "N",
        global = true
    )]
    pub limit_api: u32,
    /// Requests per candidate session and minute
    #[arg(
        long,
        env = "PARLEY_LIMIT_CANDIDATES",
        default_value_t = 60,
        value_name = "N",
        global = true
    )]
    pub limit_candidates: u32,
    /// What is logged: error, warn, info, debug, or a filter such as info,parley_services=debug
    #[arg(
        long,
        env = "PARLEY_LOG",
        default_value = "info,sea_orm_migration=warn,sqlx=warn",
        value_name = "FILTER",
        global = true
    )]
    pub log: String,
    /// How logs are written
    #[arg(
        long,
        env = "PARLEY_LOG_FORMAT",
        default_value = "text",
        value_name = "FORMAT",
        global = true
    )]
    pub log_format: LogFormat,
}

/// How logs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Settings {
    /// How the outside reaches this installation, without a slash at the end.
    #[must_use]
    pub fn public_url(&self) -> String {
        self.public_url.clone().unwrap_or_else(|| {
            let ip = self.listen.ip();
            if ip.is_unspecified() || ip.is_loopback() && ip.is_ipv4() {
                let host = if ip.is_unspecified() { "localhost" } else { "127.0.0.1" };
                format!("http://{host}:{}", self.listen.port())
            } else {
                format!("http://{}", self.listen)
            }
        })
    }

    /// What to say at start where others reach the server and nobody said under which address: the links that it hands out
    /// may then lead nowhere.
    #[must_use]
    pub fn doubtful_links(&self) -> Option<String> {
        let others_come = !self.listen.ip().is_loopback() || !self.trusted_proxies.is_empty();
        (self.public_url.is_none() && others_come).then(|| {
            format!(
                "PARLEY_PUBLIC_URL is not set, so every link that is handed out begins with {}. Set it to the address under \
                 which others reach this installation",
                self.public_url()
            )
        })
    }

    /// Whether only this machine reaches the server: it listens on loopback and nothing hints at a proxy before it.
    #[must_use]
    pub fn is_local(&self) -> bool {
        let local_url = self.public_url.as_deref().is_none_or(|url| {
            url.parse::<http::Uri>()
                .ok()
                .and_then(|uri| uri.host().map(is_loopback_host))
                .unwrap_or(false)
        });
        self.listen.ip().is_loopback() && self.trusted_proxies.is_empty() && local_url
    }

    /// The database's URL.
    #[must_use]
    pub fn database_url(&self) -> String {
        self.database_url
            .clone()
            .unwrap_or_else(|| parley_services::install::sqlite_url(&self.data_dir))
    }

    /// The AI model, where the environment or the command line names one.
    #[must_use]
    pub fn ai(&self) -> Option<AiConfig> {
        Some(AiConfig {
            url: self.ai_url.clone()?,
            key: self.ai_key.clone().filter(|key| !key.is_empty()),
            model: self.ai_model.clone()?,
        })
    }

    /// How often something may be done.
    #[must_use]
    pub fn rates(&self) -> Rates {
        Rates {
            logins: self.limit_logins,
            lookups: self.limit_lookups,
            starts: self.limit_starts,
            key_requests: self.limit_api,
            candidate_requests: self.limit_candidates,
        }
    }
}

fn is_loopback_host(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Reads `https://host[:port]`, with or without a slash at the end.
fn public_url(text: &str) -> Result<String, String> {
    let trimmed = text.trim().trim_end_matches('/');
    let wrong = || format!("'{text}' is not an address such as https://interviews.example.com (without a path)");
    let uri: http::Uri = trimmed.parse().map_err(|_| wrong())?;
    let scheme = uri.scheme_str().is_some_and(|s| s == "http" || s == "https");
    let whole = uri.path_and_query().is_none_or(|p| p.as_str() == "/");
    let host = uri.authority().is_some_and(|a| !a.as_str().contains('@'));
    if scheme && whole && host {
        Ok(trimmed.to_owned())
    } else {
        Err(wrong())
    }
}

/// Settings whose values are never shown.
const HIDDEN: [&str; 2] = ["secret", "ai_key"];

/// Writes every setting with its value, without secrets, and where it comes from.
///
/// # Errors
/// When `out` cannot be written.
pub fn print(command: &Command, matches: &ArgMatches, settings: &Settings, out: &mut impl io::Write) -> io::Result<()> {
    let mut rows = Vec::new();
    for arg in command.get_arguments().filter(|arg| arg.get_env().is_some()) {
        let id = arg.get_id().as_str();
        let name = arg.get_env().unwrap_or_default().to_string_lossy().into_owned();
        let source = match matches.value_source(id) {
            Some(ValueSource::CommandLine) => "command line",
            Some(ValueSource::EnvVariable) => "environment",
            _ => "default",
        };
        rows.push((name, shown(id, matches, settings), source));
    }
    let wide = |pick: fn(&(String, String, &str)) -> usize| rows.iter().map(pick).max().unwrap_or(0);
    let (names, values) = (wide(|r| r.0.len()), wide(|r| r.1.chars().count()));
    for (name, value, source) in &rows {
        writeln!(out, "{name:names$}  {value:values$}  {source}")?;
    }
    Ok(())
}

fn shown(id: &str, matches: &ArgMatches, settings: &Settings) -> String {
    let given: Vec<String> = matches
        .get_raw(id)
        .into_iter()
        .flatten()
        .map(|value| value.to_string_lossy().into_owned())
        .collect();
    match id {
        "secret" if given.is_empty() => "(file secret)".to_owned(),
        _ if HIDDEN.contains(&id) && !given.is_empty() => "(hidden)".to_owned(),
        "public_url" => settings.public_url(),
        "database_url" => without_password(&settings.database_url()),
        _ if given.is_empty() => "(none)".to_owned(),
        _ => given.join(","),
    }
}

/// A database URL without the password, wherever it stands.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return "(hidden)".to_owned();
    };
    // Parameters may carry a password too (`?password=…`), and nobody needs them to recognise the database.
    let (place, query) = rest.split_once('?').map_or((rest, ""), |(p, _)| (p, "?…"));
    let place = match place.rsplit_once('@') {
        Some((user, host)) => {
            let user = user.split(':').next().unwrap_or_default();
            format!("{user}:…@{host}")
        }
        // A question mark in a password that is not written as one: nobody can tell where it ends.
        None if rest.contains('@') => return format!("{scheme}://(hidden)"),
        None => place.to_owned(),
    };
    format!("{scheme}://{place}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, FromArgMatches, Parser};

    #[derive(Parser)]
    struct Only {
        #[command(flatten)]
        settings: Settings,
    }

    fn settings(args: &[&str]) -> Settings {
        Only::parse_from([&["parley"], args].concat()).settings
    }

    #[test]
    fn addresses_of_the_installation() {
        assert_eq!(public_url("https://a.example/").unwrap(), "https://a.example");
        assert_eq!(public_url("http://127.0.0.1:3000").unwrap(), "http://127.0.0.1:3000");
        for bad in [
            "a.example",
            "ftp://a.example",
            "https://a.example/parley",
            "https://me@a.example",
            "https://",
        ] {
            assert!(public_url(bad).is_err(), "{bad}");
        }
        assert_eq!(settings(&[]).public_url(), "http://127.0.0.1:3000");
        assert_eq!(
            settings(&["--listen", "0.0.0.0:80"]).public_url(),
            "http://localhost:80"
        );
    }

    #[test]
    fn links_that_others_may_not_reach_are_warned_of() {
        let warned = |args: &[&str]| settings(args).doubtful_links();
        assert_eq!(warned(&[]), None);
        assert_eq!(warned(&["--listen", "[::1]:3000"]), None);
        assert_eq!(
            warned(&["--listen", "0.0.0.0:80", "--public-url", "https://a.example"]),
            None
        );
        for (open, links) in [
            (&["--listen", "0.0.0.0:80"][..], "http://localhost:80"),
            (&["--listen", "192.0.2.7:80"], "http://192.0.2.7:80"),
            (&["--trusted-proxies", "127.0.0.1"], "http://127.0.0.1:3000"),
        ] {
            let text = warned(open).unwrap();
            assert!(text.contains("PARLEY_PUBLIC_URL") && text.contains(links), "{text}");
        }
    }

    #[test]
    fn only_a_plainly_local_server_is_open_to_its_first_visitor() {
        assert!(settings(&[]).is_local());
        assert!(settings(&["--listen", "[::1]:3000", "--public-url", "http://localhost:3000"]).is_local());
        for open in [
            &["--listen", "0.0.0.0:3000"][..],
            &["--public-url", "https://interviews.example.com"],
            &["--trusted-proxies", "127.0.0.1"],
        ] {
            assert!(!settings(open).is_local(), "{open:?}");
        }
    }

    #[test]
    fn secrets_are_not_printed() {
        let args = [
            "parley",
            "--secret",
            "a-key-of-more-than-thirty-two-characters",
            "--database-url",
            "postgres://me:pa%40ss@db.example/parley?password=again",
            "--ai-url",
            "https://models.example/v1",
            "--ai-model",
            "m",
            "--ai-key",
            "sk-do-not-print",
        ];
        let command = Only::command();
        let matches = command.clone().get_matches_from(args);
        let settings = Only::from_arg_matches(&matches).unwrap().settings;
        let mut out = Vec::new();
        print(&command, &matches, &settings, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        for secret in ["thirty-two", "pa%40ss", "again", "do-not-print"] {
            assert!(!text.contains(secret), "{text}");
        }
        assert!(text.contains("postgres://me:…@db.example/parley?…"), "{text}");
        for (url, shown) in [
            ("postgres://me:half?other@db.example/parley", "postgres://(hidden)"),
            ("postgres://db.example/parley?user=me", "postgres://db.example/parley?…"),
            ("sqlite:///data/parley.db", "sqlite:///data/parley.db"),
            ("me:secret@db.example", "(hidden)"),
        ] {
            assert_eq!(without_password(url), shown, "{url}");
        }
        let listen = text.lines().find(|l| l.starts_with("PARLEY_LISTEN")).unwrap();
        assert!(
            listen.contains("127.0.0.1:3000") && listen.ends_with("default"),
            "{listen}"
        );
        assert!(
            text.lines()
                .any(|l| l.starts_with("PARLEY_SECRET") && l.ends_with("command line"))
        );
    }
}
