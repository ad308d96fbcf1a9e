//! **Preview**: the interview as a candidate has it, in a window of its own.

use crate::{
    components::{ButtonKind, ButtonSize, Icon, IconName, button_class},
    messages::creator,
    pages::{interviews::use_interview, layout::use_here},
    server_fns::links::Preview,
};
use leptos::{ev::SubmitEvent, prelude::*, server_fn::ServerFn};
use parley_domain::id::InterviewId;
use web_sys::HtmlFormElement;

/// The button: a plain form, so that no browser takes the new window for an advertisement. What is on the screen and not
/// saved is saved first: a preview shows what is saved.
#[component]
pub fn PreviewButton(
    /// Of which interview.
    id: InterviewId,
    /// Whether there is a question to show.
    ready: bool,
) -> impl IntoView {
    let t = creator().links;
    let slug = use_here().slug();
    let interview = use_interview();
    let dirty = interview.dirty;
    let submit = move |ev: SubmitEvent| {
        if !dirty.get_untracked() {
            return;
        }
        ev.prevent_default();
        let form: HtmlFormElement = event_target(&ev);
        // Opened at the press, as browsers want it; it gets its page once the edits are saved.
        let name = format!("preview-{}", js_sys::Date::now());
        let page = window().open_with_url_and_target("", &name).ok().flatten();
        interview.save_edits(Box::new(move |saved| match page {
            Some(page) if !saved => _ = page.close(),
            None if !saved => {}
            page => {
                if page.is_some() {
                    form.set_target(&name);
                }
                // Without an event of its own: it would come back here.
                let _ = form.submit();
                form.set_target("_blank");
            }
        }));
    };
    view! {
        <form method="post" action=Preview::url() target="_blank" on:submit=submit>
            <input type="hidden" name="workspace" value=slug/>
            <input type="hidden" name="id" value=id.to_string()/>
            <button
                class=button_class(ButtonKind::Secondary, ButtonSize::Tool, false)
                type="submit"
                title=if ready { t.preview_hint } else { t.preview_none }
                disabled=move || !ready && !interview.is_dirty()
            >
                <Icon name=IconName::Eye/>
                <span class="btn__label">{move || if interview.is_dirty() { t.save_and_preview } else { t.preview }}</span>
            </button>
        </form>
    }
}
