//! Data on its way: a skeleton, then the view, or the error with a way on.

use super::{
    ButtonKind, ButtonLink, ButtonSize, EmptyState, ErrorNotice, Notice, NoticeKind, Skeleton, SkeletonKind,
    button_class,
};
use crate::error::AppError;
use crate::messages::creator;
use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

/// Shows what a resource brings. While it is fetched anew, the old view stays.
#[component]
pub fn AsyncView<T>(
    /// What is fetched.
    data: Resource<Result<T, AppError>>,
    /// The shape shown while it is fetched the first time.
    #[prop(optional)]
    skeleton: SkeletonKind,
    /// What to show of it.
    view: impl Fn(T) -> AnyView + Copy + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
{
    let retry = Callback::new(move |()| data.refetch());
    view! {
        <Transition fallback=move || view! { <Skeleton kind=skeleton/> }>
            {move || Suspend::new(async move {
                let found = data.await;
                #[cfg(feature = "ssr")]
                once_more().await;
                match found {
                    Ok(value) => view(value),
                    Err(error) => failure(&error, retry),
                }
            })}
        </Transition>
    }
}

/// Is not there at the first asking. While the server waits for the data of a page, it asks in passing whether a part of it
/// is there yet, and drops what it gets: without this, a part with data of its own was built up to three times, with as many
/// questions to the database, of which the last was shown and the first was what the browser found.
#[cfg(feature = "ssr")]
async fn once_more() {
    use std::task::Poll;
    let mut asked = false;
    std::future::poll_fn(move |context| {
        if asked {
            return Poll::Ready(());
        }
        asked = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// What to show instead of something that could not be loaded.
#[must_use]
pub fn failure(error: &AppError, retry: Callback<()>) -> AnyView {
    let t = creator();
    match error {
        AppError::SignedOut => view! { <SignedOut/> }.into_any(),
        AppError::NotFound => {
            // A page about something that is not there is not found, for programs too.
            #[cfg(feature = "ssr")]
            if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
                response.set_status(http::StatusCode::NOT_FOUND);
            }
            view! {
                <EmptyState title=t.not_found_title text=t.not_found_text>
                    <ButtonLink href="/">{t.not_found_home}</ButtonLink>
                </EmptyState>
            }
            .into_any()
        }
        AppError::Forbidden => view! { <Notice kind=NoticeKind::Error title=error.to_string()/> }.into_any(),
        _ => view! { <ErrorNotice title=t.load_failed text=error.to_string() on_retry=retry/> }.into_any(),
    }
}

/// What to show of a press that did nothing, in the middle of something that leaving the page would lose; without a title
/// the failure is one. It comes into sight. Where the login has ended, it is renewed in a tab beside.
#[must_use]
pub fn press_failed(title: &str, error: &AppError) -> AnyView {
    let t = creator().accounts;
    if *error == AppError::SignedOut {
        return view! {
            <Notice kind=NoticeKind::Error title=t.signed_out text=t.signed_out_beside seek=true>{log_in_beside()}</Notice>
        }
        .into_any();
    }
    let sentence = error.to_string();
    let (title, text) = if title.is_empty() {
        (sentence, None)
    } else {
        (title.to_owned(), Some(sentence))
    };
    view! { <Notice kind=NoticeKind::Error title=title nostrip:text=text seek=true/> }.into_any()
}

/// The log-in page in another tab: this page stays as it is.
#[must_use]
pub fn log_in_beside() -> AnyView {
    view! {
        <a class=button_class(ButtonKind::Secondary, ButtonSize::Small, false) href="/login" target="_blank">
            {creator().accounts.log_in_beside}
        </a>
    }
    .into_any()
}

/// What a press was answered with, where it was not done: [`press_failed`] without a title.
#[must_use]
pub fn trouble(error: &AppError) -> AnyView {
    press_failed("", error)
}

/// The log-in page that leads back to this address, filters and all.
#[must_use]
pub fn login_href(path: &str, search: &str) -> String {
    let mark = if search.is_empty() { "" } else { "?" };
    let next = format!("{path}{mark}{search}");
    format!("/login?next={}", leptos_router::location::Url::escape(&next))
}

/// The login has ended: the way back to this very page.
#[component]
pub fn SignedOut() -> impl IntoView {
    let t = creator();
    let location = leptos_router::hooks::use_location();
    let href = move || login_href(&location.pathname.get(), &location.search.get());
    view! {
        <Notice kind=NoticeKind::Error title=t.accounts.signed_out text=t.accounts.signed_out_text seek=true>
            {move || view! { <ButtonLink size=ButtonSize::Small href=href()>{t.log_in_again}</ButtonLink> }}
        </Notice>
    }
}
