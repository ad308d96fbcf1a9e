//! Reading hostile files in a process of its own.
//!
//! A panic can be caught in a thread, but a stack overflow, a failed allocation or an endless loop cannot: they take
//! the whole server with them or hold a thread for ever. So every document that someone uploads is read by this same
//! binary, started again with a hidden subcommand. The file arrives as standard input, the answer leaves on standard
//! output, and both sides keep limits:
//!
//! * the **child** limits itself before it reads a byte ([`limit_self`]): address space, processor time, open files,
//!   no core dump, a session of its own;
//! * the **parent** holds the wall clock, the cap on the answer, and the number of children at once ([`Children`]),
//!   and kills the child when the caller goes away.
//!
//! The child gets no environment of ours: no key and no database address is in the reach of a broken parser.
//!
//! This module must not know what is being read; see `imports::reader` for workbooks and `resumes` for PDFs.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// How much of the child's standard error is kept, in bytes.
const STDERR_CAP: u64 = 4 * 1024;

/// How much is read from the child at a time, in bytes.
const CHUNK: usize = 64 * 1024;

/// The program's allocator (mimalloc) takes address space in steps, the first one before any limit holds. After its usual
/// step, a gigabyte, nothing would be left below a limit; this one is 32 MB, in KiB. A variable of a reader's environment.
pub const ALLOCATOR_STEP: (&str, &str) = ("MIMALLOC_ARENA_RESERVE", "32768");

/// What a reader allows itself. Set in the child by [`limit_self`], as its first act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Address space in bytes, the program itself included.
    pub address_space: u64,
    /// Processor time in seconds; the kernel ends the process when it is used up.
    pub cpu_seconds: u64,
    /// Open file descriptors, standard input, output and error included.
    pub open_files: u64,
}

impl Limits {
    /// For workbooks: a 25 MB file of 50,000 rows needs a fraction of this.
    pub const SHEET: Self = Self {
        address_space: 1024 * 1024 * 1024,
        cpu_seconds: 20,
        open_files: 16,
    };
    /// For one PDF: the worst file that was measured stayed under 400 MB. The bytes come by standard input and leave by
    /// standard output: no fourth descriptor can be opened, so there is no file and no network for it.
    pub const TEXT: Self = Self {
        address_space: 512 * 1024 * 1024,
        cpu_seconds: 10,
        open_files: 3,
    };
}

/// Limits the calling process. Call it in the child before anything is read and before any thread is started.
///
/// # Errors
/// When the system refuses a limit; the child must then stop, for it would read without them.
#[cfg(unix)]
pub fn limit_self(limits: Limits) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let set = |resource, soft: u64, hard: u64| {
        setrlimit(
            resource,
            Rlimit {
                current: Some(soft),
                maximum: Some(hard),
            },
        )
        .map_err(io::Error::from)
    };
    // A session of its own: Ctrl-C in the server's terminal is the server's to answer. It fails only for a process
    // that leads a group already (started by hand from a shell), where nothing is lost.
    let _ = rustix::process::setsid();
    set(Resource::Core, 0, 0)?;
    set(Resource::As, limits.address_space, limits.address_space)?;
    // The soft limit ends the process by SIGXCPU, the hard one a second later by SIGKILL.
    set(Resource::Cpu, limits.cpu_seconds, limits.cpu_seconds + 1)?;
    set(Resource::Nofile, limits.open_files, limits.open_files)
}

/// Lets everybody else on the machine go first: a batch of documents is read beside people who chat.
#[cfg(unix)]
pub fn step_back() {
    // Refused, it reads at the pace of the others.
    let _ = rustix::process::nice(10);
}

/// The uploaded file, inside the child: standard input as a file that can be sought, at its start.
///
/// # Errors
/// When standard input is not a file (a pipe or a terminal).
#[cfg(unix)]
pub fn input() -> io::Result<File> {
    use std::os::fd::AsFd as _;

    let mut file = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

/// Why a child gave no answer. The texts are for the log; what a person reads is chosen by the caller.
#[derive(Debug, thiserror::Error)]
pub enum ChildError {
    /// It was still running at the wall clock's limit, or its processor time was used up.
    #[error("the reader did not finish in time")]
    TimedOut,
    /// It needed more memory than it may have.
    #[error("the reader ran out of memory")]
    OutOfMemory,
    /// Another signal ended it: 9 is a kill, 11 a broken memory access.
    #[error("the reader was ended by signal {0}")]
    Killed(i32),
    /// Its answer was longer than allowed.
    #[error("the reader's answer was too long")]
    TooMuchOutput,
    /// It ended by itself with a code other than 0. `message` may quote the document: never log it.
    #[error("the reader failed with code {code}")]
    Failed {
        /// The exit code; 101 is a Rust panic.
        code: i32,
        /// The start of what it wrote to standard error.
        message: String,
    },
    /// It could not be started or its output could not be read.
    #[error("the reader could not be run: {0}")]
    Io(#[from] io::Error),
}

/// One kind of reading: which subcommand, and what the parent allows it.
#[derive(Debug, Clone)]
pub struct Job {
    /// The hidden subcommand, for example `extract-sheet`.
    pub subcommand: &'static str,
    /// Further arguments; no secrets, for they show in the list of processes.
    pub args: Vec<String>,
    /// The longest time it may take, waiting for a free place not included.
    pub wall: Duration,
    /// The longest answer, in bytes.
    pub output_cap: u64,
}

/// Starts readers, a limited number at once. Cloning shares the limit.
#[derive(Debug, Clone)]
pub struct Children {
    program: PathBuf,
    places: Arc<Semaphore>,
}

impl Children {
    /// Readers by this same program, as many at once as there are processors.
    #[must_use]
    pub fn of_this_program() -> Self {
        let at_once = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let program = std::env::current_exe().unwrap_or_else(|_unknown| PathBuf::from("/proc/self/exe"));
        Self::new(program, at_once)
    }

    /// Readers by `program`, at most `at_once` at a time.
    #[must_use]
    pub fn new(program: PathBuf, at_once: usize) -> Self {
        Self {
            program,
            places: Arc::new(Semaphore::new(at_once.max(1))),
        }
    }

    /// Starts one reader on `input` and hands out its answer piece by piece. Waits for a free place first.
    ///
    /// # Errors
    /// [`ChildError::Io`] when the program cannot be started.
    pub async fn start(&self, job: &Job, input: File) -> Result<Running, ChildError> {
        let place = Arc::clone(&self.places)
            .acquire_owned()
            .await
            .map_err(|_closed| io::Error::other("readers are shut down"))?;
        let mut child = Command::new(&self.program)
            .arg(job.subcommand)
            .args(&job.args)
            .env_clear()
            .env(ALLOCATOR_STEP.0, ALLOCATOR_STEP.1)
            .current_dir("/")
            .stdin(Stdio::from(input))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let stdout = child
            .stdout
            .take()
            .ok_or_else(|| io::Error::other("no standard output"))?;
        let stderr = child
            .stderr
            .take()
            .ok_or_else(|| io::Error::other("no standard error"))?;
        Ok(Running {
            stdout,
            // Read beside the answer: a child that fills this pipe must not wait for a parent that reads the other.
            complaints: tokio::spawn(read_complaints(stderr)),
            deadline: Instant::now() + job.wall,
            left: job.output_cap,
            child,
            _place: place,
        })
    }

    /// Runs one reader to its end and returns its whole answer.
    ///
    /// # Errors
    /// See [`ChildError`].
    pub async fn run(&self, job: &Job, input: File) -> Result<Vec<u8>, ChildError> {
        let mut running = self.start(job, input).await?;
        let mut answer = Vec::new();
        while running.read(&mut answer).await? > 0 {}
        running.finish().await?;
        Ok(answer)
    }
}

/// A reader at work. Dropping it kills the process.
#[derive(Debug)]
pub struct Running {
    child: Child,
    stdout: ChildStdout,
    complaints: JoinHandle<String>,
    deadline: Instant,
    left: u64,
    _place: OwnedSemaphorePermit,
}

impl Running {
    /// Appends the next piece of the answer to `to` and returns its length; 0 is the end of the answer, which only
    /// [`Running::finish`] can call a success.
    ///
    /// # Errors
    /// [`ChildError::TimedOut`] and [`ChildError::TooMuchOutput`], after which the process is gone.
    pub async fn read(&mut self, to: &mut Vec<u8>) -> Result<usize, ChildError> {
        to.reserve(CHUNK);
        let read = match tokio::time::timeout_at(self.deadline, self.stdout.read_buf(to)).await {
            Ok(read) => read?,
            Err(_elapsed) => {
                self.kill().await;
                return Err(ChildError::TimedOut);
            }
        };
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => {
                self.kill().await;
                return Err(ChildError::TooMuchOutput);
            }
        }
        Ok(read)
    }

    /// Waits for the process to end, after the last piece was read.
    ///
    /// # Errors
    /// What went wrong when it did not end with code 0.
    pub async fn finish(mut self) -> Result<(), ChildError> {
        let status = match tokio::time::timeout_at(self.deadline, self.child.wait()).await {
            Ok(status) => status?,
            Err(_elapsed) => {
                self.kill().await;
                return Err(ChildError::TimedOut);
            }
        };
        if status.success() {
            return Ok(());
        }
        let message = (&mut self.complaints).await.unwrap_or_default();
        Err(match (status.code(), signal(status)) {
            (Some(code), _) => ChildError::Failed { code, message },
            // SIGXCPU
            (None, Some(24)) => ChildError::TimedOut,
            // A failed allocation aborts (SIGABRT), and says so.
            (None, Some(6)) if message.contains("memory allocation") => ChildError::OutOfMemory,
            (None, other) => ChildError::Killed(other.unwrap_or_default()),
        })
    }

    /// Ends the process and waits until it is gone, so that it does not stay behind as a zombie.
    async fn kill(&mut self) {
        // It may have ended by itself meanwhile; then there is nothing to kill.
        let _ = self.child.kill().await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The process itself is killed by `kill_on_drop`.
        self.complaints.abort();
    }
}

#[cfg(unix)]
fn signal(status: std::process::ExitStatus) -> Option<i32> {
    use std::os::unix::process::ExitStatusExt as _;
    status.signal()
}

/// Keeps the start of standard error and throws the rest away, so that a talkative child is not held up.
async fn read_complaints(mut stderr: impl AsyncRead + Unpin) -> String {
    let mut kept = Vec::new();
    let _ = (&mut stderr).take(STDERR_CAP).read_to_end(&mut kept).await;
    let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
    String::from_utf8_lossy(&kept).into_owned()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// A shell script in place of the reader: what is tested here is the parent's half.
    fn script(text: &str) -> (Children, Job) {
        let job = Job {
            subcommand: "-c",
            args: vec![text.to_owned()],
            wall: Duration::from_secs(20),
            output_cap: 1024 * 1024,
        };
        (Children::new(PathBuf::from("/bin/sh"), 2), job)
    }

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        file
    }

    #[tokio::test]
    async fn the_answer_is_what_the_child_wrote() {
        let (children, job) = script("cat; echo noise >&2");
        assert_eq!(children.run(&job, file(b"rows")).await.unwrap(), b"rows");
    }

    #[tokio::test]
    async fn the_child_sees_no_environment() {
        let (children, job) = script("echo \"${PATH_FROM_PARENT-unset} ${HOME-unset}\"");
        assert_eq!(children.run(&job, file(b"")).await.unwrap(), b"unset unset\n");
    }

    #[tokio::test]
    async fn a_slow_child_is_killed_at_its_time() {
        let (children, mut job) = script("exec sleep 60");
        job.wall = Duration::from_millis(100);
        assert!(matches!(children.run(&job, file(b"")).await, Err(ChildError::TimedOut)));
    }

    #[tokio::test]
    async fn a_talkative_child_is_cut_off() {
        let (children, job) = script("exec cat /dev/zero");
        assert!(matches!(
            children.run(&job, file(b"")).await,
            Err(ChildError::TooMuchOutput)
        ));
    }

    #[tokio::test]
    async fn endings_are_told_apart() {
        let outcome = async |text: &str| {
            let (children, job) = script(text);
            children.run(&job, file(b"")).await.unwrap_err()
        };
        let failed = outcome("echo no such page >&2; exit 3").await;
        assert!(matches!(failed, ChildError::Failed { code: 3, ref message } if message == "no such page\n"));
        assert!(matches!(outcome("kill -SEGV $$").await, ChildError::Killed(11)));
        assert!(matches!(outcome("kill -XCPU $$").await, ChildError::TimedOut));
        let oom = outcome("echo 'memory allocation of 9 bytes failed' >&2; kill -ABRT $$").await;
        assert!(matches!(oom, ChildError::OutOfMemory));
        assert!(matches!(outcome("kill -ABRT $$").await, ChildError::Killed(6)));
    }

    #[tokio::test]
    async fn a_full_error_pipe_does_not_hold_the_child_up() {
        let (children, job) = script("head -c 1000000 /dev/zero >&2; echo done");
        assert_eq!(children.run(&job, file(b"")).await.unwrap(), b"done\n");
    }

    #[tokio::test]
    async fn a_dropped_reader_frees_its_place_and_its_process() {
        let (children, job) = script("echo $$; exec sleep 60");
        let mut running = children.start(&job, file(b"")).await.unwrap();
        let mut text = Vec::new();
        running.read(&mut text).await.unwrap();
        let pid = String::from_utf8(text).unwrap();
        let stat = PathBuf::from(format!("/proc/{}/stat", pid.trim()));
        assert!(stat.exists());
        drop(running);
        // The kill is sent at once; the kernel needs a moment. A zombie that waits for its reaper counts as ended.
        for _ in 0..500 {
            let ended = std::fs::read_to_string(&stat).map_or(true, |stat| stat.contains(") Z "));
            if ended && children.places.available_permits() == 2 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the process {} is still running", pid.trim());
    }
}
