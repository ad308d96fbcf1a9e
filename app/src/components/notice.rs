//! Messages that stand where something happened.

use super::{Button, ButtonSize, Icon, IconName};
use crate::messages::creator;
use leptos::html;
use leptos::prelude::*;

/// What kind of message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoticeKind {
    /// Good to know.
    #[default]
    Info,
    /// Mind this before going on.
    Mind,
    /// It worked.
    Done,
    /// It failed: what happened, what is kept, what to do.
    Error,
}

/// A message in place. An error is announced at once, the others politely.
#[component]
pub fn Notice(
    /// What kind.
    #[prop(optional)]
    kind: NoticeKind,
    /// The message in one line.
    #[prop(into)]
    title: String,
    /// What is kept and what to do.
    #[prop(optional, into)]
    text: Option<String>,
    /// It answers a press that may have been far from it: it comes into sight.
    #[prop(optional)]
    seek: bool,
    /// Buttons and links.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let Some(node) = node.get().filter(|_| seek) {
            // Where all of it is in sight, in a dialog too, nothing moves.
            let nearest = web_sys::ScrollIntoViewOptions::new();
            nearest.set_block(web_sys::ScrollLogicalPosition::Nearest);
            node.scroll_into_view_with_scroll_into_view_options(&nearest);
        }
    });
    let (class, icon, role) = match kind {
        NoticeKind::Info => ("notice", IconName::Info, "status"),
        NoticeKind::Mind => ("notice notice--busy", IconName::Warning, "status"),
        NoticeKind::Done => ("notice notice--done", IconName::Check, "status"),
        NoticeKind::Error => ("notice notice--error", IconName::Error, "alert"),
    };
    view! {
        <div class=class role=role node_ref=node>
            <Icon name=icon/>
            <div class="notice__body">
                <p class="notice__title">{title}</p>
                {text.map(|text| view! { <p>{text}</p> })}
                {children.map(|children| view! { <div class="notice__actions">{children()}</div> })}
            </div>
        </div>
    }
}

/// An error with **Try again**.
#[component]
pub fn ErrorNotice(
    /// What happened.
    #[prop(into)]
    title: String,
    /// What is kept and what to do.
    #[prop(optional, into)]
    text: Option<String>,
    /// Tries again.
    #[prop(into)]
    on_retry: Callback<()>,
) -> impl IntoView {
    view! {
        <Notice kind=NoticeKind::Error title=title nostrip:text=text>
            <Button size=ButtonSize::Small icon=IconName::Refresh on_press=on_retry>
                {creator().try_again}
            </Button>
        </Notice>
    }
}
