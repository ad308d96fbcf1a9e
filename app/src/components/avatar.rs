//! Initials beside a written-out name.

use leptos::prelude::*;

/// The first letters of the first and the last word; one letter where there is one word, and none of punctuation.
#[must_use]
pub fn initials(name: &str) -> String {
    let mut letters = name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = letters.next();
    let last = letters.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// A round picture of initials. Decoration: the name itself stands beside it.
#[component]
pub fn Avatar(
    /// Whose.
    #[prop(into)]
    name: String,
    /// 44 px instead of 24.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    view! {
        <span class=if large { "avatar avatar--large" } else { "avatar" } aria-hidden="true">
            {initials(&name)}
        </span>
    }
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_of_many_scripts() {
        assert_eq!(initials("Ana María Duarte"), "AD");
        assert_eq!(initials("王小明"), "王");
        assert_eq!(initials("  (bob)  "), "B");
        assert_eq!(initials("ßa ñ"), "SSÑ");
        assert_eq!(initials("🙂"), "");
        assert_eq!(initials(""), "");
    }
}
