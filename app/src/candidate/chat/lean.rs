//! Parts of a page that change, with their closures boxed: the machinery behind a changing part is then compiled once, not
//! once for every place. It is what keeps the chat's download small; so do plain functions instead of components.

use leptos::{
    ev::{MouseEvent, SubmitEvent},
    prelude::*,
};

/// A changing attribute.
pub(super) type Value = Box<dyn Fn() -> Option<String> + Send + Sync>;
/// A changing class or switch.
pub(super) type Flag = Box<dyn Fn() -> bool + Send + Sync>;
/// The changing content of an element.
pub(super) type Content = Box<dyn Fn() -> String + Send + Sync>;

/// Part of a page that is made anew when what it reads changes.
pub(super) fn part(make: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    let make: Box<dyn Fn() -> AnyView + Send + Sync> = Box::new(make);
    make.into_any()
}

/// A text as the content of an element, for its `inner_html`. A browser that translates the page puts elements of its own
/// where a text was, and what is written into that text from then on is seen by nobody: the candidate would go on reading a
/// question that is answered. The element around it stays, so what may change is written as its content.
pub(super) fn markup(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A text as the content of a field of several lines, for its `inner_html`. The first line break after the tag is not part of
/// what such a field holds; a browser, which is given the content without the tag, takes it as it is.
pub(in crate::candidate) fn area(text: &str) -> String {
    let text = markup(text);
    if cfg!(feature = "ssr") && text.starts_with('\n') {
        format!("\n{text}")
    } else {
        text
    }
}

/// Changing words that are all of an element, for its `inner_html`.
pub(super) fn content(say: impl Fn() -> String + Send + Sync + 'static) -> Content {
    Box::new(move || markup(&say()))
}

/// A changing attribute.
pub(super) fn value(read: impl Fn() -> Option<String> + Send + Sync + 'static) -> Value {
    Box::new(read)
}

/// An attribute that is `true` or not there.
pub(super) fn truth(holds: impl Fn() -> bool + Send + Sync + 'static) -> Value {
    value(move || holds().then(|| "true".to_owned()))
}

/// A changing class or switch.
pub(super) fn flag(holds: impl Fn() -> bool + Send + Sync + 'static) -> Flag {
    Box::new(holds)
}

/// Nothing.
pub(super) fn nothing() -> AnyView {
    ().into_any()
}

/// A paragraph of a class.
pub(super) fn line(class: &'static str, text: impl Into<String>) -> AnyView {
    let text: String = text.into();
    view! { <p class=class inner_html=markup(&text)></p> }.into_any()
}

/// What a press on a button does.
pub(super) fn press(act: impl Fn() + 'static) -> Box<dyn FnMut(MouseEvent)> {
    Box::new(move |ev| {
        ev.prevent_default();
        act();
    })
}

/// What a form does instead of posting itself.
pub(super) fn submit(act: impl Fn() + 'static) -> Box<dyn FnMut(SubmitEvent)> {
    Box::new(move |ev| {
        ev.prevent_default();
        act();
    })
}

#[cfg(test)]
mod tests {
    use super::{area, markup};

    #[test]
    fn what_people_write_stays_text() {
        assert_eq!(
            markup("<img src=x onerror=alert(1)> if a < b && c > d: \"it's\" &lt;\n"),
            "&lt;img src=x onerror=alert(1)&gt; if a &lt; b &amp;&amp; c &gt; d: \"it's\" &amp;lt;\n"
        );
    }

    #[test]
    fn a_field_holds_what_was_typed_from_its_first_line_on() {
        assert_eq!(area("one\n two"), "one\n two");
        let first = if cfg!(feature = "ssr") { "\n\n" } else { "\n" };
        assert_eq!(area("\n</textarea>"), format!("{first}&lt;/textarea&gt;"));
    }
}
