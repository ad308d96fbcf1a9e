//! A process that reads uploaded documents, before it has read anything.

#![cfg(target_os = "linux")]
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]

use std::{
    fs,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// What an allocator takes beforehand, and never gives back to the limit.
const MOST_KB: u64 = 256 * 1024;

#[test]
fn what_is_taken_beforehand_leaves_most_of_the_limit() {
    for environment in [None, Some(parley_services::child::ALLOCATOR_STEP)] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_parley"))
            .arg("extract-text")
            .env_clear()
            .envs(environment)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let of = |file: &str| fs::read_to_string(format!("/proc/{}/{file}", child.id())).unwrap_or_default();
        let begin = Instant::now();
        // It waits for the document once it has limited itself.
        let limited = || {
            of("limits")
                .lines()
                .any(|line| line.starts_with("Max address space") && line.contains("536870912"))
        };
        while !limited() {
            assert!(begin.elapsed() < Duration::from_secs(30), "it limits itself");
            thread::sleep(Duration::from_millis(5));
        }
        let status = of("status");
        let data = status.lines().find_map(|line| line.strip_prefix("VmData:")).unwrap();
        let taken: u64 = data.trim().trim_end_matches(" kB").parse().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(taken < MOST_KB, "{taken} kB with {environment:?}");
    }
}
