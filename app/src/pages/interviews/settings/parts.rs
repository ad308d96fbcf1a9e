//! The fields of the Settings tab, part by part.

use super::form::Form;
use crate::components::{Checkbox, Choice, FieldWidth, SelectField, TextField};
use crate::messages::{Locale, creator};
use leptos::prelude::*;
use parley_domain::interview::{FollowUpDepth, Tone};

fn languages(current: &str) -> Vec<Choice> {
    let mut list: Vec<Choice> = Locale::ALL
        .into_iter()
        .map(|locale| (locale.code().to_owned(), locale.name().to_owned()))
        .collect();
    // Set by the API to a language that the pages do not speak: it stays choosable as it is.
    if list.iter().all(|(code, _)| code != current) {
        list.push((current.to_owned(), current.to_owned()));
    }
    list
}

/// How the interviewer talks.
#[component]
pub(super) fn TalkPart(form: Form, locked: bool) -> impl IntoView {
    let t = creator().interviews;
    let fields = form.fields;
    let words = |tone: Tone| match tone {
        Tone::Casual => t.tone_casual,
        Tone::Professional => t.tone_professional,
        Tone::Formal => t.tone_formal,
        Tone::Friendly => t.tone_friendly,
    };
    let tones = Tone::ALL
        .into_iter()
        .map(|tone| (tone.as_str().to_owned(), words(tone).to_owned()))
        .collect();
    let words = |depth: FollowUpDepth| match depth {
        FollowUpDepth::Light => t.depth_light,
        FollowUpDepth::Moderate => t.depth_moderate,
        FollowUpDepth::Deep => t.depth_deep,
    };
    let depths = FollowUpDepth::ALL
        .into_iter()
        .map(|d| (d.as_str().to_owned(), words(d).to_owned()))
        .collect();
    view! {
        <section class="section">
            <div class="section__head">
                <h2>{t.talk}</h2>
                <p class="section__help">{t.talk_help}</p>
            </div>
            <div class="field-row field-row--two">
                <TextField
                    id="settings-interviewer_name"
                    label=t.interviewer_name
                    value=fields.name
                    maxlength=80_u32
                    disabled=locked
                    error=form.error("interviewer_name")
                />
                <SelectField
                    id="settings-language"
                    label=t.language
                    options=languages(&fields.language.get_untracked())
                    value=fields.language
                    disabled=locked
                    error=form.error("language")
                />
                <SelectField id="settings-tone" label=t.tone options=tones value=fields.tone disabled=locked/>
                <SelectField id="settings-depth" label=t.depth options=depths value=fields.depth disabled=locked/>
            </div>
        </section>
    }
}

/// How long it takes.
#[component]
pub(super) fn TimePart(form: Form, locked: bool) -> impl IntoView {
    let t = creator().interviews;
    let fields = form.fields;
    view! {
        <section class="section">
            <div class="section__head"><h2>{t.time}</h2></div>
            <TextField
                id="settings-time_limit_minutes"
                label=t.time_limit
                hint=t.time_limit_hint
                value=fields.time_limit
                inputmode="numeric"
                width=FieldWidth::Medium
                disabled=locked
                error=form.error("time_limit_minutes")
            />
            <Checkbox
                id="settings-count_time_away"
                label=t.count_away
                hint=t.count_away_hint
                checked=fields.count_away
                disabled=locked
            />
            <TextField
                id="settings-inactivity_days"
                label=t.inactivity
                hint=t.inactivity_hint
                value=fields.inactivity
                inputmode="numeric"
                width=FieldWidth::Medium
                disabled=locked
                error=form.error("inactivity_days")
            />
        </section>
    }
}

/// Who may enter, and how often.
#[component]
pub(super) fn AccessPart(form: Form, locked: bool) -> impl IntoView {
    let t = creator().interviews;
    let fields = form.fields;
    view! {
        <section class="section">
            <div class="section__head"><h2>{t.access}</h2></div>
            <Checkbox
                id="settings-require_invited_email"
                label=t.require_email
                hint=t.require_email_hint
                checked=fields.require_email
                disabled=locked
            />
            <TextField
                id="settings-invite_expiry_days"
                label=t.expiry
                hint=t.expiry_hint
                value=fields.expiry
                inputmode="numeric"
                width=FieldWidth::Medium
                disabled=locked
                error=form.error("invite_expiry_days")
            />
            <TextField
                id="settings-self_retakes"
                label=t.self_retakes
                hint=t.self_retakes_hint
                value=fields.retakes
                inputmode="numeric"
                width=FieldWidth::Medium
                disabled=locked
                error=form.error("self_retakes")
            />
        </section>
    }
}
