//! One value of the review table: a button that shows where the value stands in the resume, and turns into a field.

use super::page::Desk;
use crate::{
    components::{Badge, Icon, IconName, Tone, focus_field, is_composing, raw_text},
    error::AppError,
    messages::{confidence_word, creator, duplicate_words, resume_field_word},
    server_fns::resumes::correct_file,
};
use leptos::{ev::KeyboardEvent, html, prelude::*, task::spawn_local};
use parley_domain::{
    batch::{BatchFile, Corrections, ReviewField},
    resume::{Confidence, ResumeField},
};
use std::time::Duration;

/// The cell.
#[component]
pub(super) fn Cell(file: RwSignal<BatchFile>, field: ResumeField) -> impl IntoView {
    let editing = RwSignal::new(false);
    let failed = RwSignal::new(None::<String>);
    let found = Memo::new(move |_| file.with(|file| file.fields.get(&field).cloned()));
    let problem = Memo::new(move |_| {
        file.with(|file| {
            let problem = file.problems.iter().find(|problem| problem.field == field.as_str());
            problem.map(|problem| problem.message.clone())
        })
    });
    let id = format!("cell-{}-{}", file.with_untracked(|file| file.id), field.as_str());
    let inside = {
        let id = id.clone();
        move || {
            if editing.get() {
                view! { <Editor file=file field=field id=id.clone() editing=editing failed=failed/> }.into_any()
            } else {
                value_view(&id, field, found.get(), problem.get(), editing)
            }
        }
    };
    let below = move || {
        failed
            .get()
            .map(|sentence| view! { <p class="resumes__wrong small" role="alert">{sentence}</p> })
    };
    if field == ResumeField::Name {
        view! {
            <th scope="row" class="col-sticky resumes__cell">
                {inside}
                {below}
                {move || file.with(flags)}
            </th>
        }
        .into_any()
    } else {
        view! { <td class="resumes__cell">{inside}{below}</td> }.into_any()
    }
}

/// What there is to mind about this person or file, where it is always seen.
fn flags(file: &BatchFile) -> AnyView {
    let twin = file.possible_duplicate.as_ref().map(|twin| {
        view! {
            <span title=duplicate_words(twin)><Badge tone=Tone::Busy label=creator().attempts.duplicate/></span>
        }
    });
    let damaged = file
        .damaged
        .then(|| view! { <Badge tone=Tone::Busy label=creator().resumes.damaged/> });
    if twin.is_none() && damaged.is_none() {
        return ().into_any();
    }
    view! { <span class="resumes__flags">{twin}{damaged}</span> }.into_any()
}

/// The value, its mark and its source.
fn value_view(
    id: &str,
    field: ResumeField,
    found: Option<ReviewField>,
    problem: Option<String>,
    editing: RwSignal<bool>,
) -> AnyView {
    let t = creator().resumes;
    let word = resume_field_word(field);
    let tip_id = format!("{id}-source");
    let (value, mark, tip) = match &found {
        Some(found) => (found.value.clone(), Some(mark_of(found)), source_words(found)),
        None if field == ResumeField::Name => (t.no_name.to_owned(), None, String::new()),
        None => (String::new(), None, String::new()),
    };
    let label = (t.value_of)(word, if value.is_empty() { t.no_value } else { &value });
    let tip = match (problem.clone(), tip) {
        (Some(problem), tip) if tip.is_empty() => problem,
        (Some(problem), tip) => format!("{problem} {tip}"),
        (None, tip) => tip,
    };
    let class = if problem.is_some() {
        "found found--wrong"
    } else {
        "found"
    };
    let described = (!tip.is_empty()).then(|| tip_id.clone());
    let bubble = (!tip.is_empty()).then(|| view! { <span class="found__source" role="tooltip" id=tip_id>{tip}</span> });
    view! {
        <span class="found-box">
            <button
                type="button"
                id=id.to_owned()
                class=class
                aria-label=label
                aria-describedby=described
                on:click=move |_| editing.set(true)
            >
                <span class="found__value">{if value.is_empty() { "–".to_owned() } else { value }}</span>
                {mark}
            </button>
            {bubble}
        </span>
    }
    .into_any()
}

/// How sure the reader was: a shape and a word, never colour alone.
fn mark_of(found: &ReviewField) -> AnyView {
    if found.edited {
        return view! { <span class="found__mark" title=creator().resumes.edited><Icon name=IconName::Pencil/></span> }
            .into_any();
    }
    let (class, bars) = match found.confidence {
        Confidence::High => ("found__mark", "•••"),
        Confidence::Medium => ("found__mark", "••·"),
        Confidence::Low => ("found__mark found__mark--low", "•··"),
    };
    let word = confidence_word(found.confidence);
    view! {
        <span class=class title=word>
            <span aria-hidden="true">{bars}</span>
            <span class="sr-only">{word}</span>
        </span>
    }
    .into_any()
}

fn source_words(found: &ReviewField) -> String {
    let t = creator().resumes;
    if found.source.is_empty() {
        return t.typed.to_owned();
    }
    let page = found.place.map_or(1, |place| place.page);
    (t.source_of)(&found.source, page)
}

/// The field in place of the value: Enter or leaving saves, Esc does not.
#[component]
fn Editor(
    file: RwSignal<BatchFile>,
    field: ResumeField,
    id: String,
    editing: RwSignal<bool>,
    failed: RwSignal<Option<String>>,
) -> impl IntoView {
    let desk = expect_context::<Desk>();
    let before = file.with_untracked(|file| file.fields.get(&field).map(|found| found.value.clone()));
    let text = RwSignal::new(before.clone().unwrap_or_default());
    let before = StoredValue::new(before.unwrap_or_default());
    let back = StoredValue::new(id.clone());
    let done = StoredValue::new(false);
    // After an answer the row, and this field with it, may be gone.
    let leave = move |refocus: bool| {
        done.try_set_value(true);
        editing.try_set(false);
        if refocus {
            let id = back.get_value();
            set_timeout(move || focus_field(&id), Duration::from_millis(30));
        }
    };
    let save = move |refocus: bool| {
        // A field that is taken away loses the focus too, when its values are gone already.
        if done.try_get_value() != Some(false) {
            return;
        }
        let value = text.get_untracked();
        if before.with_value(|before| *before == value) {
            failed.set(None);
            leave(refocus);
            return;
        }
        let id = file.with_untracked(|file| file.id);
        let Some(batch) = desk.batch.with_untracked(|batch| batch.as_ref().map(|batch| batch.id)) else {
            return;
        };
        done.set_value(true);
        let change = Corrections::from([(field, Some(value))]);
        let cell = back.get_value();
        spawn_local(async move {
            match correct_file(desk.here.slug(), batch, id, change).await {
                Ok(batch) => {
                    failed.try_set(None);
                    editing.try_set(false);
                    desk.settle(Ok(batch));
                    if refocus {
                        set_timeout(move || focus_field(&cell), Duration::from_millis(30));
                    }
                }
                // What was typed stays in the field, with the reason below it.
                Err(error) => {
                    done.try_set_value(false);
                    if error == AppError::SignedOut {
                        // With the way to log in; what was typed stays all the same.
                        desk.settle(Err(error.clone()));
                    }
                    failed.try_set(Some(match error {
                        AppError::Invalid { errors } => errors
                            .into_iter()
                            .map(|error| error.message)
                            .collect::<Vec<_>>()
                            .join(" "),
                        other => other.to_string(),
                    }));
                }
            }
        });
    };
    let on_key = move |ev: KeyboardEvent| match ev.key().as_str() {
        // Enter and Esc also end the composing of a character: that is the keyboard's.
        _ if is_composing(&ev) => {}
        "Enter" if field != ResumeField::WorkExperience || ev.ctrl_key() => {
            ev.prevent_default();
            save(true);
        }
        "Escape" => {
            ev.prevent_default();
            ev.stop_propagation();
            failed.set(None);
            leave(true);
        }
        _ => {}
    };
    let label = resume_field_word(field);
    if field == ResumeField::WorkExperience {
        let node = NodeRef::<html::Textarea>::new();
        Effect::new(move |_| {
            if let Some(element) = node.get() {
                let _ = element.focus();
            }
        });
        return view! {
            <textarea
                class="input"
                id=format!("{id}-edit")
                rows="6"
                aria-label=label
                node_ref=node
                on:keydown=on_key
                on:blur=move |_| save(false)
                on:input=move |ev| text.set(event_target_value(&ev))
            >
                {raw_text(text.get_untracked())}
            </textarea>
        }
        .into_any();
    }
    let node = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(element) = node.get() {
            let _ = element.focus();
            element.select();
        }
    });
    view! {
        <input
            class="input"
            id=format!("{id}-edit")
            type="text"
            aria-label=label
            value=text.get_untracked()
            aria-invalid=move || failed.with(Option::is_some).then_some("true")
            node_ref=node
            on:keydown=on_key
            on:blur=move |_| save(false)
            on:input=move |ev| text.set(event_target_value(&ev))
        />
    }
    .into_any()
}
