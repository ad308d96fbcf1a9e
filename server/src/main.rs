//! The binary `parley`.

use std::process::ExitCode;

fn main() -> ExitCode {
    // A reader of uploaded documents is nothing else, and limits itself before it does anything.
    parley_server::reading::as_reader().unwrap_or_else(parley_server::cli::main)
}
