//! **Preview**: the interview as a candidate has it, in a window of its own.

use crate::{
    components::{ButtonKind, ButtonSize, Icon, IconName, button_class},
    messages::creator,
    pages::layout::use_here,
    server_fns::links::Preview,
};
use leptos::{prelude::*, server_fn::ServerFn};
use parley_domain::id::InterviewId;

/// The button: a plain form, so that no browser takes the new window for an advertisement.
#[component]
pub fn PreviewButton(
    /// Of which interview.
    id: InterviewId,
    /// Whether there is a question to show.
    ready: bool,
) -> impl IntoView {
    let t = creator().links;
    let slug = use_here().slug();
    view! {
        <form method="post" action=Preview::url() target="_blank">
            <input type="hidden" name="workspace" value=slug/>
            <input type="hidden" name="id" value=id.to_string()/>
            <button
                class=button_class(ButtonKind::Secondary, ButtonSize::Tool, false)
                type="submit"
                title=if ready { t.preview_hint } else { t.preview_none }
                disabled=!ready
            >
                <Icon name=IconName::Eye/>
                <span class="btn__label">{t.preview}</span>
            </button>
        </form>
    }
}
