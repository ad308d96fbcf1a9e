//! The hidden subcommands that read uploaded documents, each in a process of its own that limits itself before it reads a
//! byte. They are looked for before anything else happens: no settings, no logging, no runtime.

use parley_services::{child::ALLOCATOR_STEP, imports, resumes};
use std::{
    io,
    io::Write,
    os::unix::process::CommandExt,
    process::{Command, ExitCode},
};

/// Starts again in the environment that readers need, where whoever started this one did not give it.
fn with_small_steps() {
    let (name, value) = ALLOCATOR_STEP;
    if std::env::var_os(name).is_some() {
        return;
    }
    if let Ok(program) = std::env::current_exe() {
        // It comes back only where the program could not be started; then this one reads as well as it can.
        let _ = Command::new(program)
            .args(std::env::args_os().skip(1))
            .env(name, value)
            .exec();
    }
}

/// Does the work of a reader if this process was started as one.
#[must_use]
pub fn as_reader() -> Option<ExitCode> {
    let mut words = std::env::args().skip(1);
    let subcommand = words.next()?;
    if subcommand == "extract-sheet" || subcommand == resumes::read::SUBCOMMAND {
        with_small_steps();
    }
    let outcome = match subcommand.as_str() {
        "extract-sheet" => imports::extract_in_child(&words.next().unwrap_or_else(|| "{}".to_owned())),
        resumes::read::SUBCOMMAND => resumes::read::extract_in_child(words.next().as_deref()),
        _ => return None,
    };
    Some(match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Read by the parent, which says it in its own words; if nobody listens, there is nobody to tell.
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    })
}
