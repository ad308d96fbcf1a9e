//! The lists of the editor: questions and criteria.

use super::choices::Choices;
use super::draft::{CriterionDraft, Draft, QuestionDraft};
use super::editing::Editing;
use super::reorder::Order;
use crate::components::{
    Button, Choice, FieldWidth, IconName, MenuItem, SelectField, TextArea, TextField, focus_field,
};
use crate::messages::creator;
use leptos::prelude::*;
use parley_domain::{interview::Criterion, question};
use std::time::Duration;

/// Focuses a control that is only just being made.
pub(super) fn focus_soon(id: String) {
    set_timeout(move || focus_field(&id), Duration::from_millis(30));
}

/// What is asked, in order.
#[component]
pub(super) fn QuestionsPart(editing: Editing) -> impl IntoView {
    let t = creator().interviews;
    let draft = editing.draft;
    let order = Order::new(draft.questions, |q| q.key, "question");
    let add = Callback::new(move |()| {
        let made = draft.question(&question::Question::default());
        draft.questions.update(|list| list.push(made));
        focus_soon(format!("question-{}-text", made.key));
    });
    let none = move || {
        draft
            .questions
            .with(Vec::is_empty)
            .then(|| view! { <p class="muted">{t.questions_none}</p> })
    };
    view! {
        <section class="section">
            <div class="section__head">
                <h2>{t.questions_title}</h2>
                <p class="section__help">{t.questions_help}</p>
            </div>
            {none}
            <ol class="items">
                <For each=move || draft.questions.get() key=|question| question.key let:question>
                    <OneQuestion editing=editing question=question order=order/>
                </For>
            </ol>
            {order.voice()}
            {(!editing.locked).then(|| view! {
                <div><Button icon=IconName::Plus on_press=add>{t.question_add}</Button></div>
            })}
        </section>
    }
}

/// The words of the kinds, in the order in which the editor offers them.
fn kinds() -> Vec<Choice> {
    let t = creator().interviews;
    question::QuestionKind::ALL
        .into_iter()
        .map(|kind| {
            let words = match kind {
                question::QuestionKind::Open => t.kind_open,
                question::QuestionKind::SingleChoice => t.kind_single_choice,
                question::QuestionKind::MultipleChoice => t.kind_multiple_choice,
                question::QuestionKind::Code => t.kind_code,
            };
            (kind.as_str().to_owned(), words.to_owned())
        })
        .collect()
}

#[component]
fn OneQuestion(editing: Editing, question: QuestionDraft, order: Order<QuestionDraft>) -> impl IntoView {
    let t = creator().interviews;
    let key = question.key;
    let at = Memo::new(move |_| order.position(key));
    let name = Signal::derive(move || (t.question_n)(at.get() + 1));
    let error = move |field: &'static str| editing.error(move || format!("questions[{}].{field}", at.get()));
    let kind = Memo::new(move |_| question.kind());
    Effect::new(move |before: Option<()>| {
        // A choice question begins with two places to write in.
        if kind.get().has_choices() && before.is_some() && question.choices.with_untracked(Vec::is_empty) {
            let two = [
                editing.draft.choice(&Default::default()),
                editing.draft.choice(&Default::default()),
            ];
            question.choices.set(two.to_vec());
        }
    });
    view! {
        <li
            class="item"
            class:item--dragged=move || order.is_dragged(key)
            on:dragover=order.on_drag_over(key)
            on:drop=|ev| ev.prevent_default()
        >
            <div class="item__head">
                {(!editing.locked).then(|| order.grip(key, name))}
                <h3>{name}</h3>
                <span class="push"></span>
                {(!editing.locked).then(|| view! { <QuestionMenu editing=editing question=question order=order name=name/> })}
            </div>
            <div class="item__body">
                <TextArea
                    id=format!("question-{key}-text")
                    label=t.question_text
                    value=question.text
                    rows=2
                    disabled=editing.locked
                    error=error("text")
                />
                <SelectField
                    id=format!("question-{key}-kind")
                    label=t.question_kind
                    options=kinds()
                    value=question.kind
                    disabled=editing.locked
                    width=FieldWidth::Medium
                />
                {move || kind.get().has_choices().then(|| view! {
                    <Choices editing=editing question=question at=at error=error("choices")/>
                })}
                <TextArea
                    id=format!("question-{key}-points")
                    label=t.points
                    hint=t.points_hint
                    value=question.points
                    optional=true
                    rows=2
                    disabled=editing.locked
                    error=error("expected_points")
                />
            </div>
        </li>
    }
}

#[component]
fn QuestionMenu(
    editing: Editing,
    question: QuestionDraft,
    order: Order<QuestionDraft>,
    name: Signal<String>,
) -> impl IntoView {
    let t = creator().interviews;
    let key = question.key;
    let duplicate = Callback::new(move |()| {
        let mut copy = untrack(|| Draft::read_question(question));
        copy.id = Default::default();
        copy.choices
            .iter_mut()
            .for_each(|choice| choice.id = Default::default());
        let made = editing.draft.question(&copy);
        order.insert(untrack(|| order.position(key)) + 1, made);
        focus_soon(format!("question-{}-text", made.key));
    });
    let more = view! { <MenuItem label=t.duplicate icon=IconName::Copy on_press=duplicate/> };
    order.menu(
        key,
        name,
        more.into_any(),
        order.remover(editing.toasts, key, t.question_removed),
    )
}

/// What answers are judged by.
#[component]
pub(super) fn CriteriaPart(editing: Editing) -> impl IntoView {
    let t = creator().interviews;
    let draft = editing.draft;
    let order = Order::new(draft.criteria, |c| c.key, "criterion");
    let add = Callback::new(move |()| {
        let made = draft.criterion(&Criterion::default());
        draft.criteria.update(|list| list.push(made));
        focus_soon(format!("criterion-{}-name", made.key));
    });
    let none = move || {
        draft
            .criteria
            .with(Vec::is_empty)
            .then(|| view! { <p class="muted">{t.criteria_none}</p> })
    };
    view! {
        <section class="section">
            <div class="section__head">
                <h2>{t.criteria}</h2>
                <p class="section__help">{t.criteria_help}</p>
            </div>
            {none}
            <ol class="items">
                <For each=move || draft.criteria.get() key=|criterion| criterion.key let:criterion>
                    <OneCriterion editing=editing criterion=criterion order=order/>
                </For>
            </ol>
            {order.voice()}
            {(!editing.locked).then(|| view! {
                <div><Button icon=IconName::Plus on_press=add>{t.criterion_add}</Button></div>
            })}
        </section>
    }
}

#[component]
fn OneCriterion(editing: Editing, criterion: CriterionDraft, order: Order<CriterionDraft>) -> impl IntoView {
    let t = creator().interviews;
    let key = criterion.key;
    let at = Memo::new(move |_| order.position(key));
    let name = Signal::derive(move || (t.criterion_n)(at.get() + 1));
    let error = move |field: &'static str| editing.error(move || format!("criteria[{}].{field}", at.get()));
    let remove = order.remover(editing.toasts, key, t.criterion_removed);
    view! {
        <li
            class="item"
            class:item--dragged=move || order.is_dragged(key)
            on:dragover=order.on_drag_over(key)
            on:drop=|ev| ev.prevent_default()
        >
            <div class="item__head">
                {(!editing.locked).then(|| order.grip(key, name))}
                <h3>{name}</h3>
                <span class="push"></span>
                {(!editing.locked).then(|| order.menu(key, name, ().into_any(), remove))}
            </div>
            <div class="item__body">
                <div class="name-and-weight">
                    <TextField
                        id=format!("criterion-{key}-name")
                        label=t.criterion_name
                        value=criterion.name
                        maxlength=200_u32
                        disabled=editing.locked
                        error=error("name")
                    />
                    <TextField
                        id=format!("criterion-{key}-weight")
                        label=t.criterion_weight
                        value=criterion.weight
                        inputmode="decimal"
                        disabled=editing.locked
                        error=error("weight")
                    />
                </div>
                <TextArea
                    id=format!("criterion-{key}-description")
                    label=t.criterion_good
                    value=criterion.description
                    optional=true
                    rows=2
                    disabled=editing.locked
                    error=error("description")
                />
            </div>
        </li>
    }
}
