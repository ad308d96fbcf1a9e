//! The hidden subcommands that read uploaded documents, each in a process of its own that limits itself before it reads a
//! byte. They are looked for before anything else happens: no settings, no logging, no runtime.

use parley_services::{imports, resumes};
use std::{io, io::Write, process::ExitCode};

/// Does the work of a reader if this process was started as one.
#[must_use]
pub fn as_reader() -> Option<ExitCode> {
    let mut words = std::env::args().skip(1);
    let outcome = match words.next()?.as_str() {
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
