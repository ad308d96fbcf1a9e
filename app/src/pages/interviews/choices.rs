//! The choices of a question.

use super::draft::{ChoiceDraft, QuestionDraft};
use super::editing::Editing;
use super::parts::focus_soon;
use super::reorder::Order;
use crate::components::{Button, ButtonKind, ButtonSize, IconName, focus_field, is_composing};
use crate::messages::creator;
use leptos::html;
use leptos::prelude::*;

/// The choices, in the order in which candidates see them; `at` is where their question stands.
#[component]
pub(super) fn Choices(
    editing: Editing,
    question: QuestionDraft,
    at: Memo<usize>,
    error: Signal<Option<String>>,
) -> impl IntoView {
    let t = creator().interviews;
    let key = question.key;
    let order = Order::new(question.choices, |choice| choice.key, "choice");
    let add = Callback::new(move |()| {
        let made = editing.draft.choice(&Default::default());
        question.choices.update(|list| list.push(made));
        focus_soon(format!("choice-{}", made.key));
    });
    view! {
        <fieldset class="stack stack--tight">
            <legend class="field__label">{t.choices}</legend>
            <For each=move || question.choices.get() key=|choice| choice.key let:choice>
                <OneChoice editing=editing choice=choice order=order at=at add=add/>
            </For>
            {order.voice()}
            {move || error.get().map(|text| view! { <p class="field__note field__note--error">{text}</p> })}
            {(!editing.locked).then(|| view! {
                <div>
                    <Button
                        kind=ButtonKind::Quiet
                        size=ButtonSize::Small
                        icon=IconName::Plus
                        on_press=add
                        attr:id=format!("question-{key}-add-choice")
                    >
                        {t.choice_add}
                    </Button>
                </div>
            })}
        </fieldset>
    }
}

#[component]
fn OneChoice(
    editing: Editing,
    choice: ChoiceDraft,
    order: Order<ChoiceDraft>,
    at: Memo<usize>,
    add: Callback<()>,
) -> impl IntoView {
    let t = creator().interviews;
    let key = choice.key;
    let node = NodeRef::<html::Input>::new();
    let place = Memo::new(move |_| order.position(key));
    let name = Signal::derive(move || (t.choice_n)(place.get() + 1));
    let error = editing.error(move || format!("questions[{}].choices[{}].text", at.get(), place.get()));
    // Follows the signal where something else than typing changes it.
    Effect::new(move |_| {
        let text = choice.text.get();
        if let Some(input) = node.get()
            && input.value() != text
        {
            input.set_value(&text);
        }
    });
    let remove = order.remover(editing.toasts, key, t.choice_removed);
    let note = format!("choice-{key}-note");
    view! {
        <div
            class="field option"
            class:option--dragged=move || order.is_dragged(key)
            on:dragover=order.on_drag_over(key)
        >
            <div class="option__line">
                {(!editing.locked).then(|| order.grip(key, name))}
                <input
                    class="input"
                    type="text"
                    id=format!("choice-{key}")
                    aria-label=name
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby=note.clone()
                    value=choice.text.get_untracked()
                    disabled=editing.locked
                    node_ref=node
                    on:input=move |ev| choice.text.set(event_target_value(&ev))
                    on:keydown=move |ev| {
                        // Enter goes on to the next choice instead of saving the form.
                        if ev.key() == "Enter" && !is_composing(&ev) {
                            ev.prevent_default();
                            match order.after(key) {
                                Some(next) => focus_field(&format!("choice-{next}")),
                                None => add.run(()),
                            }
                        }
                    }
                />
                {(!editing.locked).then(|| order.menu(key, name, ().into_any(), remove))}
            </div>
            <span id=note class="field__note field__note--error">{move || error.get()}</span>
        </div>
    }
}
