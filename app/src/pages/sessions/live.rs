//! Rows that move by themselves: the server says that something changed, and the page reads what is true now. Where the
//! stream cannot be had, it looks every now and then.

use leptos::prelude::*;

/// Calls `changed` soon after something changed at `url`, at most about once a second.
pub(super) fn watch(url: Signal<Option<String>>, changed: Callback<()>) {
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        let Some(url) = url.get() else { return };
        let (task, handle) = futures::future::abortable(listen(url, changed));
        leptos::task::spawn_local(async move {
            // Aborted when the address changes or the page is left.
            let _ = task.await;
        });
        on_cleanup(move || handle.abort());
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = (url, changed);
}

#[cfg(feature = "hydrate")]
async fn listen(url: String, changed: Callback<()>) {
    use futures::StreamExt;
    use gloo_net::eventsource::futures::EventSource;
    use gloo_timers::future::TimeoutFuture;

    /// Changes that come together are shown together, in milliseconds.
    const GATHER: u32 = 600;
    /// Between looks where there is no stream, in milliseconds.
    const LOOK: u32 = 15_000;

    loop {
        if let Ok(mut source) = EventSource::new(&url)
            && let Ok(stream) = source.subscribe("change")
        {
            let mut stream = stream.ready_chunks(1_000);
            while let Some(batch) = stream.next().await {
                if batch.iter().any(Result::is_ok) {
                    TimeoutFuture::new(GATHER).await;
                    changed.run(());
                } else if source.state() == gloo_net::eventsource::State::Closed {
                    break;
                }
            }
        }
        TimeoutFuture::new(LOOK).await;
        changed.run(());
    }
}
