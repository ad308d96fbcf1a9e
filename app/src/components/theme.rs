//! Light, dark, or as the system has it. The choice lives in a cookie, so that the server paints right at once.

use crate::messages::creator;
use leptos::prelude::*;

/// The cookie's name.
pub const THEME_COOKIE: &str = "parley_theme";

/// How the screens look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The value of `data-theme` on `<html>`; none for the system's.
    #[must_use]
    pub const fn attribute(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }

    fn parse(word: &str) -> Self {
        match word {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }

    /// From the value of a `Cookie` header.
    #[must_use]
    pub fn from_cookies(header: &str) -> Self {
        header
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == THEME_COOKIE)
            .map_or(Self::System, |(_, value)| Self::parse(value))
    }

    /// What this page was painted with: the request's cookie on the server, the attribute that came of it in the browser.
    #[must_use]
    pub fn current() -> Self {
        #[cfg(feature = "ssr")]
        {
            use_context::<http::request::Parts>()
                .and_then(|parts| {
                    Some(Self::from_cookies(
                        parts.headers.get(http::header::COOKIE)?.to_str().ok()?,
                    ))
                })
                .unwrap_or_default()
        }
        #[cfg(not(feature = "ssr"))]
        {
            document()
                .document_element()
                .and_then(|html| html.get_attribute("data-theme"))
                .map_or(Self::System, |word| Self::parse(&word))
        }
    }

    /// Repaints the page and remembers the choice for a year.
    pub fn apply(self) {
        let document = document();
        if let Some(html) = document.document_element() {
            // Neither can fail: the attribute's name is a valid one.
            let _ = match self.attribute() {
                Some(word) => html.set_attribute("data-theme", word),
                None => html.remove_attribute("data-theme"),
            };
        }
        let word = self.attribute().unwrap_or("system");
        let cookie = format!("{THEME_COOKIE}={word}; Path=/; Max-Age=31536000; SameSite=Lax");
        // Where cookies are off, the choice lasts as long as the page.
        let _ = js_sys::Reflect::set(&document, &"cookie".into(), &cookie.into());
    }
}

/// Three buttons in a row, the chosen one pressed.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let t = creator();
    let theme = RwSignal::new(Theme::current());
    let one = move |value: Theme, words: &'static str| {
        view! {
            <button
                type="button"
                class="btn"
                aria-pressed=move || if theme.get() == value { "true" } else { "false" }
                on:click=move |_| {
                    value.apply();
                    theme.set(value);
                }
            >
                {words}
            </button>
        }
    };
    view! {
        <div class="btn-group" role="group" aria-label=t.theme>
            {one(Theme::System, t.theme_system)}
            {one(Theme::Light, t.theme_light)}
            {one(Theme::Dark, t.theme_dark)}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::Theme;

    #[test]
    fn cookie_is_found_among_others() {
        assert_eq!(Theme::from_cookies("a=b; parley_theme=dark; c=d"), Theme::Dark);
        assert_eq!(Theme::from_cookies("parley_theme=light"), Theme::Light);
        assert_eq!(Theme::from_cookies("xparley_theme=light"), Theme::System);
        assert_eq!(Theme::from_cookies("parley_theme=\"><script>"), Theme::System);
        assert_eq!(Theme::from_cookies(""), Theme::System);
    }
}
