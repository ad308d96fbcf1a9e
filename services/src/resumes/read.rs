//! Reading one PDF in a child process with limits: the parent's half and the child's.
//!
//! The child gets the bytes as standard input and answers in lines of JSON. The first line is the first reader's answer; a
//! second line, if there is one, is a better answer by the second reader. So a crash of the second costs nothing.

use super::{
    document::{Answer, Document},
    pdf,
};
use crate::{
    Services,
    child::{self, ChildError, Children, Job},
};
use parley_domain::resume::{FILE_BYTES, ResumeFailure};
use std::{
    fs::File,
    io::{self, Read as _, Seek as _, Write},
    sync::{Arc, mpsc},
    time::Duration,
};

/// The hidden subcommand of the child.
pub const SUBCOMMAND: &str = "extract-text";
/// The argument with which the child asks the second reader alone.
pub const SECOND_ALONE: &str = "second-alone";
/// The longest time one file may take, waiting for a free place not included.
const WALL: Duration = Duration::from_secs(15);
/// The longest answer.
const OUTPUT_CAP: u64 = 8 * 1024 * 1024;
/// The longest time the second reader may take.
const SECOND_WALL: Duration = Duration::from_secs(3);

/// Reads the text of a PDF. Several at once wait for a free place among [`Services::children`].
///
/// # Errors
/// Why there is no text.
pub async fn read_pdf(s: &Services, bytes: Vec<u8>) -> Result<Document, ResumeFailure> {
    if bytes.is_empty() {
        return Err(ResumeFailure::Empty);
    }
    if bytes.len() as u64 > FILE_BYTES {
        return Err(ResumeFailure::TooLarge);
    }
    let answer = match &s.children {
        Some(children) => in_child(children, bytes).await,
        None => tokio::task::spawn_blocking(move || pdf::first(&bytes).answer)
            .await
            .unwrap_or(Answer::Failed(ResumeFailure::Damaged)),
    };
    match answer {
        Answer::Read(document) => Ok(document),
        Answer::Failed(failure) => Err(failure),
    }
}

/// Reads a PDF by a child.
pub async fn in_child(children: &Children, bytes: Vec<u8>) -> Answer {
    let job = Job {
        subcommand: SUBCOMMAND,
        args: Vec::new(),
        wall: WALL,
        output_cap: OUTPUT_CAP,
    };
    let mut answer = Vec::new();
    let read = async {
        let mut running = children.start(&job, spooled(&bytes)?).await?;
        while running.read(&mut answer).await? > 0 {}
        running.finish().await
    };
    let outcome: Result<(), ChildError> = read.await;
    if let Err(error) = &outcome {
        // Only the kind of trouble: what the child writes may quote the document.
        tracing::info!(%error, "a reader of a resume did not end well");
    }
    // What stands in whole lines is good, whatever became of the child afterwards.
    let lines = answer
        .split_inclusive(|byte| *byte == b'\n')
        .filter(|line| line.ends_with(b"\n"));
    let best = lines.rev().find_map(|line| serde_json::from_slice(line).ok());
    best.unwrap_or(Answer::Failed(match outcome {
        Err(ChildError::TimedOut) => ResumeFailure::TookTooLong,
        Err(ChildError::OutOfMemory | ChildError::TooMuchOutput) => ResumeFailure::TooMuch,
        Err(ChildError::Io(_)) => ResumeFailure::Unavailable,
        Err(ChildError::Killed(_) | ChildError::Failed { .. }) | Ok(()) => ResumeFailure::Damaged,
    }))
}

/// The bytes as a file without a name.
fn spooled(bytes: &[u8]) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    file.write_all(bytes)?;
    file.rewind()?;
    Ok(file)
}

/// The hidden subcommand `extract-text`: reads standard input within limits and writes answers. A file that cannot be read
/// is an answer, not a failure. `which` is [`SECOND_ALONE`] to measure the second reader by itself.
///
/// # Errors
/// When the limits cannot be set, the input cannot be read or nobody listens.
#[cfg(unix)]
pub fn extract_in_child(which: Option<&str>) -> io::Result<()> {
    child::limit_self(child::Limits::TEXT)?;
    child::step_back();
    let mut bytes = Vec::new();
    io::stdin().lock().take(FILE_BYTES + 1).read_to_end(&mut bytes)?;
    let mut output = io::stdout().lock();
    if which == Some(SECOND_ALONE) {
        let nothing = Answer::Failed(ResumeFailure::Empty);
        return write(&pdf::second(&bytes, &nothing).unwrap_or(nothing), &mut output);
    }
    extract(bytes, &mut output)
}

/// The child's work.
fn extract(bytes: Vec<u8>, output: &mut impl Write) -> io::Result<()> {
    let bytes = Arc::new(bytes);
    let first = pdf::first(&bytes);
    write(&first.answer, output)?;
    if !first.ask_second {
        return Ok(());
    }
    let (send, answer) = mpsc::channel();
    // A thread that never returns ends with the process.
    let work = move || {
        // Nobody listens any more when the time is over.
        let _ = send.send(pdf::second(&bytes, &first.answer));
    };
    let started = std::thread::Builder::new().stack_size(16 * 1024 * 1024).spawn(work);
    if started.is_ok()
        && let Ok(Some(better)) = answer.recv_timeout(SECOND_WALL)
    {
        write(&better, output)?;
    }
    Ok(())
}

fn write(answer: &Answer, output: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *output, answer)?;
    output.write_all(b"\n")?;
    output.flush()
}
