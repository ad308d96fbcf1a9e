//! Where files are dropped or chosen.

use super::{ButtonKind, ButtonSize, Icon, IconName, button_class};
use leptos::ev::{DragEvent, Event};
use leptos::prelude::*;
use web_sys::{File, FileList, HtmlInputElement};

/// The files of a list that may be missing.
#[must_use]
pub fn files_of(list: Option<FileList>) -> Vec<File> {
    let Some(list) = list else { return Vec::new() };
    (0..list.length()).filter_map(|n| list.get(n)).collect()
}

/// A place that takes files which are dropped on it, with a button that chooses them. It knows nothing of what is in them.
#[component]
pub fn DropZone(
    /// The field's id, unique on the page; the limits' is `{id}-limits`.
    id: &'static str,
    /// The kind of file as a drawing.
    icon: IconName,
    /// What is dropped here.
    title: &'static str,
    /// The other ways.
    other: &'static str,
    /// The button's label.
    choose: &'static str,
    /// How much the button asks for.
    #[prop(optional)]
    kind: ButtonKind,
    /// What is taken, and what is not.
    limits: &'static str,
    /// What the browser's own dialog offers.
    accept: &'static str,
    /// Several files at once.
    #[prop(optional)]
    multiple: bool,
    /// Files are on their way: it stays, so that who drops another one is not led away from the page, but is not seen.
    #[prop(into)]
    busy: Signal<bool>,
    /// Is given the files; none where something else was dropped.
    take: Callback<Vec<File>>,
) -> impl IntoView {
    let over = RwSignal::new(false);
    // Without scripts nothing would come of a choice.
    let live = RwSignal::new(false);
    Effect::new(move |_| live.set(true));
    let hold = move |ev: DragEvent| {
        ev.prevent_default();
        over.set(true);
    };
    let dropped = move |ev: DragEvent| {
        ev.prevent_default();
        over.set(false);
        take.run(files_of(ev.data_transfer().and_then(|data| data.files())));
    };
    let chosen = move |ev: Event| {
        let input: HtmlInputElement = event_target(&ev);
        let files = files_of(input.files());
        if !files.is_empty() {
            take.run(files);
        }
        // So that the same file, corrected, can be chosen again.
        input.set_value("");
    };
    let about = format!("{id}-limits");
    view! {
        <div
            class=move || if over.get() { "drop drop--over" } else { "drop" }
            hidden=move || busy.get()
            on:dragenter=hold
            on:dragover=hold
            on:dragleave=move |_| over.set(false)
            on:drop=dropped
        >
            <Icon name=icon/>
            <p class="drop__title">{title}</p>
            <p class="muted">{other}</p>
            <span class="pick drop__choose">
                <input
                    type="file"
                    id=id
                    class="pick__input"
                    multiple=multiple
                    accept=accept
                    aria-describedby=about.clone()
                    disabled=move || !live.get()
                    on:change=chosen
                />
                <label class=button_class(kind, ButtonSize::Tool, false) for=id>
                    <Icon name=IconName::Upload/>
                    <span class="btn__label">{choose}</span>
                </label>
            </span>
            <p class="drop__limits" id=about>{limits}</p>
        </div>
    }
}
