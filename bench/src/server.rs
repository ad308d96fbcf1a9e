//! The binary under test, on a data folder that lives as long as the measurement.

use std::io::Write;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::http::{Connection, Request};

/// Sign-in of the installation's owner.
pub const EMAIL: &str = "owner@example.com";
/// The password that goes with it.
pub const PASSWORD: &str = "correct horse battery staple";

/// A `parley serve` process; killed when dropped.
#[derive(Debug)]
pub struct Server {
    binary: PathBuf,
    folder: TempDir,
    database: Option<String>,
    /// Where it listens on loopback.
    pub port: u16,
    child: Option<Child>,
}

impl Server {
    /// A folder for an installation that is not there yet; it will use SQLite in there, or the database at an address.
    pub fn empty(binary: PathBuf, database: Option<String>) -> Result<Self> {
        Ok(Self {
            binary,
            folder: TempDir::new()?,
            database,
            port: TcpListener::bind("127.0.0.1:0")?.local_addr()?.port(),
            child: None,
        })
    }

    /// Fills it with invented people.
    pub fn demo(&self, sessions: u64) -> Result<()> {
        let sessions = sessions.to_string();
        let mut command = self.command(&["demo", "--sessions", &sessions]);
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        ensure!(status.success(), "parley demo failed");
        Ok(())
    }

    /// An installation with an owner, not yet serving.
    pub fn install(binary: PathBuf, database: Option<String>) -> Result<Self> {
        let server = Self::empty(binary, database)?;
        server.add_user(EMAIL, "owner")?;
        Ok(server)
    }

    /// One more person, with the same password.
    pub fn add_user(&self, email: &str, role: &str) -> Result<()> {
        let mut child = self
            .command(&["user", "add", "--email", email, "--name", "Somebody", "--role", role])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("{} does not start", self.binary.display()))?;
        writeln!(child.stdin.take().context("no stdin")?, "{PASSWORD}")?;
        ensure!(child.wait()?.success(), "parley user add failed");
        Ok(())
    }

    /// The folder that holds the data.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The installation's data.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The address of its database.
    pub fn database(&self) -> String {
        self.database
            .clone()
            .unwrap_or_else(|| format!("sqlite:{}", self.data().join("parley.db").display()))
    }

    /// `parley ARGUMENTS`, beside the server or without one.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .args(arguments)
            .env("PARLEY_DATA_DIR", self.data())
            .env("PARLEY_LISTEN", format!("127.0.0.1:{}", self.port))
            // Measured is the work, not how soon it is refused.
            .env("PARLEY_INITIAL_TOKENS", "1000000")
            .env("PARLEY_LIMIT_LOGINS", "1000000")
            .env("PARLEY_LIMIT_API", "1000000")
            .env("PARLEY_LIMIT_CANDIDATES", "1000000");
        if let Some(url) = &self.database {
            command.env("PARLEY_DATABASE_URL", url);
        }
        command
    }

    /// Starts it, and answers how long it took from the start of the process to the first `ready`.
    pub async fn start(&mut self) -> Result<Duration> {
        self.start_with(&[]).await
    }

    /// The same with more settings in the environment.
    pub async fn start_with(&mut self, settings: &[(&str, &str)]) -> Result<Duration> {
        let log = std::fs::File::create(self.folder.path().join("server.log"))?;
        let begin = Instant::now();
        let mut command = self.command(&["serve"]);
        command.envs(settings.iter().copied());
        self.child = Some(command.stdout(log.try_clone()?).stderr(log).spawn()?);
        let request = Request::new("GET", "/health/ready", &[], "");
        while begin.elapsed() < Duration::from_secs(20) {
            if let Ok(mut connection) = Connection::open(self.port).await
                && connection.send(&request).await.is_ok_and(|answer| answer.status == 200)
            {
                return Ok(begin.elapsed());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        bail!(
            "not ready within 20 s: {}",
            std::fs::read_to_string(self.folder.path().join("server.log"))?
        )
    }

    /// Ends it and waits for the end.
    pub fn stop(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// A new key for REST, with the owner's role.
    pub fn api_key(&self) -> Result<String> {
        let output = self
            .command(&["api-key", "create", "--name", "bench", "--role", "owner"])
            .output()?;
        let text = String::from_utf8(output.stdout)?;
        let key = text.lines().last().unwrap_or_default().to_owned();
        ensure!(key.starts_with("pk_"), "parley api-key create printed no key: {text}");
        Ok(key)
    }

    /// Memory that the process holds, in MB (resident set).
    pub fn memory(&self) -> Result<f64> {
        resident(self.id()?)
    }

    /// The process.
    pub fn id(&self) -> Result<u32> {
        Ok(self.child.as_ref().context("not running")?.id())
    }
}

/// Memory of a process, in MB (resident set).
fn resident(id: u32) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .context("no VmRSS")?;
    let kib: f64 = line.split_whitespace().nth(1).context("no figure")?.parse()?;
    Ok(kib * 1024.0 / 1_000_000.0)
}

/// Memory of a process and of those that it has started, in MB. A child that ended meanwhile holds none.
pub fn resident_with_children(id: u32) -> Result<f64> {
    let children = std::fs::read_dir(format!("/proc/{id}/task"))?
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("children")).ok())
        .flat_map(|ids| ids.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .filter_map(|child| resident(child.parse().ok()?).ok())
        .sum::<f64>();
    Ok(resident(id)? + children)
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing can be done about a failure here; the process ends with this one's terminal.
        drop(self.stop());
    }
}
