//! Texts within `title` and `textarea`, which the library writes into the page as they are.

/// A text for such a place. The server makes markup of it that says it, so that nothing in it can end the element and go on
/// as a part of the page; the browser, which is given no markup, has it as it is.
#[must_use]
pub fn raw_text(text: String) -> String {
    if cfg!(feature = "ssr") {
        text.replace('&', "&amp;").replace('<', "&lt;")
    } else {
        text
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::raw_text;

    #[test]
    fn nothing_in_a_text_ends_its_element() {
        let said = raw_text("</title><meta> &lt; \"a\" > 1".to_owned());
        assert_eq!(said, "&lt;/title>&lt;meta> &amp;lt; \"a\" > 1");
    }
}
