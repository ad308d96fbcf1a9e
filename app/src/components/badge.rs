//! Status: a dot and a word, never colour alone.

use leptos::prelude::*;

/// What a status or badge says by its colour, beside its word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Grey: not started, neutral.
    #[default]
    Idle,
    /// Amber: in progress, mind this.
    Busy,
    /// Green: completed.
    Done,
    /// Red: harm.
    Harm,
    /// The accent, for what is neither status nor harm.
    Accent,
}

/// Dot and word, with the finer text after it.
#[component]
pub fn Status(
    /// The colour of the dot.
    tone: Tone,
    /// The word.
    #[prop(into)]
    label: String,
    /// The finer text beside it.
    #[prop(optional, into)]
    fine: Option<String>,
    /// What goes with the finer text where there is no room for it: a tooltip, and read out.
    #[prop(optional, into)]
    more: Option<String>,
) -> impl IntoView {
    let class = match tone {
        Tone::Idle | Tone::Accent => "status",
        Tone::Busy => "status status--busy",
        Tone::Done => "status status--done",
        Tone::Harm => "status status--harm",
    };
    let tooltip = more.clone();
    view! {
        <span class=class title=tooltip>
            <span>{label}</span>
            {fine.map(|fine| view! {
                <span class="status__fine">
                    {fine}
                    {more.map(|more| view! { <span class="sr-only">" " {more}</span> })}
                </span>
            })}
        </span>
    }
}

/// The class names of a badge, for a `<button>` or `<a>` that looks like one.
#[must_use]
pub const fn badge_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Idle => "badge",
        Tone::Busy => "badge badge--busy",
        Tone::Done => "badge badge--done",
        Tone::Harm => "badge badge--harm",
        Tone::Accent => "badge badge--accent",
    }
}

/// A word in a pill.
#[component]
pub fn Badge(
    /// Its colour.
    #[prop(optional)]
    tone: Tone,
    /// The word.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    view! { <span class=badge_class(tone)>{label}</span> }
}
