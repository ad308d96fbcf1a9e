//! The binary `parley`.

use std::process::ExitCode;

/// glibc's allocator takes a third of the time of a request, and keeps what the start needed and nothing after it does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // A reader of uploaded documents is nothing else, and limits itself before it does anything.
    parley_server::reading::as_reader().unwrap_or_else(parley_server::cli::main)
}
