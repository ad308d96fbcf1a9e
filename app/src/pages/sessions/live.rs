//! Rows that move by themselves: the server says that something changed, and the page reads what is true now. Where the
//! stream cannot be had, it looks every now and then.

use leptos::prelude::*;

/// Calls `changed` soon after something changed at `url`, at most about once a second; now and then, where there is no
/// stream.
pub(crate) fn watch(url: Signal<Option<String>>, changed: Callback<()>) {
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        let (task, handle) = futures::future::abortable(listen(url.get(), changed));
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
async fn listen(url: Option<String>, changed: Callback<()>) {
    use futures::StreamExt;
    use gloo_net::eventsource::futures::EventSource;
    use gloo_timers::future::TimeoutFuture;

    /// Changes that come together are shown together, in milliseconds.
    const GATHER: u32 = 600;
    /// Between looks where there is no stream, in milliseconds.
    const LOOK: u32 = 15_000;

    loop {
        if let Some(url) = &url
            && let Ok(mut source) = EventSource::new(url)
            && let Ok(stream) = source.subscribe("change")
        {
            let mut stream = stream.ready_chunks(1_000);
            while let Some(batch) = stream.next().await {
                TimeoutFuture::new(GATHER).await;
                if batch.iter().any(Result::is_ok) {
                    changed.run(());
                } else if source.state() == gloo_net::eventsource::State::Closed {
                    break;
                } else {
                    // The browser connects again by itself. What moved meanwhile is read a little later.
                    TimeoutFuture::new(LOOK / 3).await;
                    changed.run(());
                }
            }
        }
        TimeoutFuture::new(LOOK).await;
        changed.run(());
    }
}
