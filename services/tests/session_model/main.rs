//! The whole life of a candidate's sessions against a simple model: random interleavings of start, answer, resume,
//! finish, end, retakes (granted, taken by oneself, asked for, decided on), replaced links, revoked public links, paused
//! interviews, waiting, time that runs out, sweeping, and a process that dies in the middle of any of it.
//!
//! Cases are generated and shrunk by proptest; a failure prints the shortest list of steps that shows it.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test stops where something is not as it should be"
)]

#[path = "../common/mod.rs"]
mod common;
mod crash;
mod model;
mod steps;
mod world;

use common::TestBed;
use proptest::{prelude::*, test_runner::TestRunner};
use steps::steps;
use world::World;

/// Runs generated cases, each on a database of its own.
fn run(cases: u32, bed: impl AsyncFn() -> TestBed) {
    let config = ProptestConfig {
        cases,
        max_shrink_iters: 400,
        failure_persistence: None,
        ..Default::default()
    };
    let mut runner = TestRunner::new(config);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let result = runner.run(&(any::<bool>(), any::<bool>(), steps()), |(walks_in, timed, steps)| {
        runtime.block_on(async {
            let mut world = World::new(bed().await, walks_in, timed).await;
            for step in &steps {
                world.take(step).await;
            }
            world.check().await;
        });
        Ok(())
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
}

mod sqlite {
    #[test]
    fn whatever_happens_the_sessions_are_what_the_model_says() {
        super::run(60, async || super::TestBed::sqlite().await);
    }
}

mod postgres {
    #[test]
    fn whatever_happens_the_sessions_are_what_the_model_says() {
        if super::common::postgres_url().is_none() {
            eprintln!("left out: PARLEY_TEST_POSTGRES_URL is none");
            return;
        }
        super::run(12, async || super::TestBed::postgres().await.unwrap());
    }
}
