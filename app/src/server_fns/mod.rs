//! Server functions, one file an area. Each: who is asking, parse, one service call, map the error. The URL is
//! `/sfn/{endpoint}`, given explicitly, so that tests, logs and pages open across a deployment find it.

// Each argument becomes a field of a struct; what it means stands with the function.
#![expect(missing_docs, reason = "the macro has no place for the documentation of arguments")]

pub mod accounts;
pub mod ai;
pub mod analysis;
#[cfg(feature = "ssr")]
mod asking;
pub mod candidate;
pub mod dashboard;
pub mod imports;
pub mod interviews;
pub mod links;
pub mod members;
pub mod results;
pub mod resumes;
pub mod sessions;
pub mod usage;
pub mod workspaces;

#[cfg(feature = "ssr")]
pub use asking::Asking;
#[cfg(feature = "ssr")]
pub use server::{
    ClientAddress, LinkLookup, accepts_html, address, came_directly, end_form, end_form_at, go, headers, https,
    link_is_unknown, login_secret, own_path, person, services, set_cookie, who,
};

#[cfg(feature = "ssr")]
mod server {
    use super::Asking;
    use crate::{error::AppError, login};
    use http::{HeaderMap, HeaderValue, Version, header, request::Parts};
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;
    use parley_domain::{account::Actor, id::UserId};
    use parley_services::Services;
    use std::{
        net::{IpAddr, Ipv4Addr},
        sync::{
            Arc,
            atomic::{AtomicBool, Ordering},
        },
    };

    /// Whether a request asked for a candidate's link that does not exist. The server puts it into the request's
    /// extensions and looks at it afterwards: answers do not show it, and those who try many links are counted.
    #[derive(Clone, Debug, Default)]
    pub struct LinkLookup(Arc<AtomicBool>);

    impl LinkLookup {
        /// There is no such link.
        pub fn fail(&self) {
            self.0.store(true, Ordering::Relaxed);
        }

        /// Whether somebody said so.
        #[must_use]
        pub fn has_failed(&self) -> bool {
            self.0.load(Ordering::Relaxed)
        }
    }

    /// Notes that the request asked for a link that does not exist.
    pub fn link_is_unknown() {
        if let Some(parts) = use_context::<Parts>()
            && let Some(lookup) = parts.extensions.get::<LinkLookup>()
        {
            lookup.fail();
        }
    }

    /// Where a request comes from, as far as trusted proxies say; the server puts it into the request's extensions.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct ClientAddress(pub IpAddr);

    /// The use-cases' surroundings, from the server. This and all else that stands in the context of a request is read
    /// before a function waits for the first time: a page that is not rendered to its end takes its context along.
    ///
    /// # Errors
    /// [`AppError::Internal`] outside of a request.
    pub fn services() -> Result<Services, AppError> {
        use_context::<Services>().ok_or_else(|| {
            // Every route provides them, and tests call every function. What is left is a page whose reader went away
            // before it was rendered: its request is gone, and nobody waits for the answer.
            tracing::debug!("a server function outlived the page that asked");
            AppError::Internal
        })
    }

    /// The headers of the request.
    #[must_use]
    pub fn headers() -> HeaderMap {
        use_context::<Parts>().map(|parts| parts.headers).unwrap_or_default()
    }

    /// Whether a browser asks for a page: it navigates, or posts a plain form.
    #[must_use]
    pub fn accepts_html() -> bool {
        use_context::<Parts>().is_some_and(|parts| {
            parts
                .headers
                .get(header::ACCEPT)
                .and_then(|value| value.to_str().ok())
                .is_some_and(|value| value.contains("text/html"))
        })
    }

    /// Where the request comes from.
    #[must_use]
    pub fn address() -> IpAddr {
        use_context::<Parts>()
            .and_then(|parts| parts.extensions.get::<ClientAddress>().copied())
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.0)
    }

    /// Whether the request was sent to this machine by its own name and passed no proxy: neither a reverse proxy that
    /// nobody told us about nor a page whose name was bent to this address (DNS rebinding) passes.
    #[must_use]
    pub fn came_directly() -> bool {
        let Some(Parts { headers, version, .. }) = use_context::<Parts>() else {
            return false;
        };
        // nginx, told nothing but where to send requests, sends them to our own name and says nothing of whom they are from;
        // but it speaks as no browser has for decades.
        if version < Version::HTTP_11 {
            return false;
        }
        let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
        let authority: Option<http::uri::Authority> = host.and_then(|host| host.parse().ok());
        let local = authority.is_some_and(|authority| {
            let name = authority.host().trim_start_matches('[').trim_end_matches(']');
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
        });
        let of_proxies = [
            "forwarded",
            "via",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-real-ip",
        ];
        local && of_proxies.iter().all(|name| !headers.contains_key(*name))
    }

    /// Whether browsers reach this installation by https.
    #[must_use]
    pub fn https(services: &Services) -> bool {
        services.config.public_url.starts_with("https:")
    }

    /// The login cookie of the request.
    #[must_use]
    pub fn login_secret() -> Option<String> {
        login::secret(&headers()).map(str::to_owned)
    }

    /// Adds a cookie to the answer.
    pub fn set_cookie(value: Option<HeaderValue>) {
        if let (Some(value), Some(options)) = (value, use_context::<ResponseOptions>()) {
            options.append_header(header::SET_COOKIE, value);
        }
    }

    /// `path`, if it leads to a page of this installation and nowhere else. Browsers read a backslash as a slash and drop
    /// control characters, so both are refused.
    #[must_use]
    pub fn own_path(path: &str) -> Option<&str> {
        let plain = path.chars().all(|c| c.is_ascii_graphic() && c != '\\');
        (plain && path.starts_with('/') && !path.starts_with("//") && path.len() <= 2_000).then_some(path)
    }

    /// Sends the browser to a path of ours: a plain form post by 302, the hydrated client by its own router. Server
    /// functions that a plain form can post end with this, success and failure alike.
    pub fn go(path: &str) {
        leptos_axum::redirect(own_path(path).unwrap_or("/"));
    }

    /// Ends a function that a plain form can post: goes to `done` after success; after a failure sends a plain post
    /// back to `failed` with `error=` and the failure's code, and lets the hydrated client have the error itself.
    ///
    /// # Errors
    /// The failure.
    pub fn end_form<T>(result: Result<T, AppError>, done: &str, failed: &str) -> Result<T, AppError> {
        match &result {
            Ok(_) => go(done),
            Err(error) if accepts_html() => {
                let joint = if failed.contains('?') { '&' } else { '?' };
                go(&format!("{failed}{joint}error={}", error.code()));
            }
            Err(_) => {}
        }
        result
    }

    /// Ends a function that a plain form on a page of a workspace can post, and a script as well: the form is led `back` to
    /// its page, after success and failure; the script, which stays where it is, has the result.
    ///
    /// # Errors
    /// The failure.
    pub fn end_form_at<T>(result: Result<T, AppError>, back: &str) -> Result<T, AppError> {
        if !accepts_html() {
            return result;
        }
        let back = if back.starts_with("/w/") { back } else { "/" };
        end_form(result, back, back)
    }

    /// The signed-in person.
    ///
    /// # Errors
    /// [`AppError::SignedOut`].
    pub async fn person() -> Result<(Services, UserId), AppError> {
        let (services, _, user) = asking().await?;
        Ok((services, user))
    }

    /// The signed-in person as a member of the workspace at `/w/{slug}`, with the role that they have now.
    ///
    /// # Errors
    /// [`AppError::SignedOut`]; [`AppError::NotFound`] for a workspace that is not theirs.
    pub async fn who(slug: &str) -> Result<(Services, Actor), AppError> {
        let (services, asking, user) = asking().await?;
        let actor = asking.member(&services, user, slug).await?;
        Ok((services, actor))
    }

    async fn asking() -> Result<(Services, Asking, UserId), AppError> {
        let services = services()?;
        let asking = use_context::<Asking>().unwrap_or_default();
        let Some(secret) = login_secret() else {
            return Err(AppError::SignedOut.answered());
        };
        match asking.person(&services, &secret).await? {
            Some(user) => Ok((services, asking, user)),
            None => Err(AppError::SignedOut.answered()),
        }
    }

    #[cfg(test)]
    mod tests {
        use super::own_path;

        #[test]
        fn only_own_paths_are_gone_to() {
            for good in ["/", "/w/acme", "/w/acme/interviews?q=a%20b#top"] {
                assert_eq!(own_path(good), Some(good));
            }
            for bad in [
                "",
                "w",
                "//evil.example",
                "/\\evil.example",
                "https://evil.example",
                "/a\nb",
                "/\t/evil",
                "/ä",
            ] {
                assert_eq!(own_path(bad), None, "{bad:?}");
            }
        }
    }
}
