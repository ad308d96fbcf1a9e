//! What runs without being asked: the sweeper, the jobs, the imports and clearing up after deleted workspaces, in the serving
//! process or in `parley worker`.

use parley_services::{Services, imports, jobs, resumes, sessions, workspaces};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

/// How long a loop that panicked rests: what made it panic may still be there.
const REST: Duration = Duration::from_secs(2);

/// Starts every loop; each ends by itself soon after `stop`.
#[must_use]
pub fn start(services: &Services, stop: &CancellationToken) -> JoinSet<()> {
    let mut loops = JoinSet::new();
    macro_rules! keep {
        ($($run:path),+) => {
            $({
                let (s, token) = (services.clone(), stop.clone());
                loops.spawn(kept(stop.clone(), REST, move || $run(s.clone(), token.clone())));
            })+
        };
    }
    keep!(
        sessions::run_sweeper,
        sessions::run_turns,
        jobs::run,
        imports::run,
        resumes::batch::run,
        workspaces::run
    );
    loops
}

/// Runs what `run` makes until it ends, and again whenever it panics: one bad row must not be the last thing that a process
/// looked at.
async fn kept<F>(stop: CancellationToken, rest: Duration, run: impl Fn() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    // A task of its own, so that a panic ends that and nothing else. It goes with this one: where stopping took too long, nothing
    // is at work any more when the database is closed.
    while AbortOnDropHandle::new(tokio::spawn(run())).await.is_err() && !stop.is_cancelled() {
        tracing::error!("a background loop panicked; it is started again");
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(rest) => {}
        }
    }
}

/// Waits until all have ended.
pub async fn finish(mut loops: JoinSet<()>) {
    while let Some(ended) = loops.join_next().await {
        if ended.is_err() {
            // Without the message of a panic, which may quote anything.
            tracing::error!("a background loop did not end in order");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    #[tokio::test]
    async fn a_loop_that_panics_is_started_again_until_it_ends() {
        let begun = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&begun);
        let run = move || {
            let round = counted.fetch_add(1, Ordering::SeqCst);
            async move { assert!(round >= 2, "the row of this round cannot be read") }
        };
        kept(CancellationToken::new(), Duration::from_millis(1), run).await;
        assert_eq!(begun.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn a_loop_that_is_given_up_is_at_work_no_more() {
        let here = Arc::new(());
        let kept_by_it = Arc::clone(&here);
        let begun = Arc::new(tokio::sync::Notify::new());
        let has_begun = Arc::clone(&begun);
        let run = move || {
            let (held, begun) = (Arc::clone(&kept_by_it), Arc::clone(&has_begun));
            async move {
                begun.notify_one();
                std::future::pending::<()>().await;
                drop(held);
            }
        };
        let mut loops = JoinSet::new();
        loops.spawn(kept(CancellationToken::new(), REST, run));
        begun.notified().await;
        loops.shutdown().await;
        let gone = async {
            while Arc::strong_count(&here) > 1 {
                tokio::task::yield_now().await;
            }
        };
        let gone = tokio::time::timeout(Duration::from_secs(20), gone).await;
        assert!(gone.is_ok(), "it goes on without whoever started it");
    }

    #[tokio::test]
    async fn a_loop_that_panics_while_all_stops_is_not_started_again() {
        let stop = CancellationToken::new();
        stop.cancel();
        let begun = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&begun);
        let run = move || {
            counted.fetch_add(1, Ordering::SeqCst);
            async { assert!(std::hint::black_box(false), "stopped in the middle") }
        };
        kept(stop, Duration::from_secs(60), run).await;
        assert_eq!(begun.load(Ordering::SeqCst), 1);
    }
}
