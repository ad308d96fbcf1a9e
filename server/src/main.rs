//! The binary `parley`.

use std::process::ExitCode;

fn main() -> ExitCode {
    parley_server::cli::main()
}
