//! Where the answer is written or picked. A real form: it posts by itself where no script runs.

use super::{
    dom::{self, CHOICES},
    ending::finish_link,
    lean::{area, content, flag, line, markup, nothing, part, press, submit, truth, value},
    model::{Flaw, Trouble, check, rows, words_of},
    state::Chat,
};
use crate::candidate::{doors, session_path};
use leptos::{ev::KeyboardEvent, prelude::*};
use parley_domain::{conversation::PromptView, id::PromptId, question::QuestionKind};

/// What decides that the field is another one: a text field stays from question to question, with focus and keyboard.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Nothing,
    Text,
    Code,
    Choices(PromptId),
}

fn field_for(prompt: Option<&PromptView>) -> Field {
    prompt.map_or(Field::Nothing, |p| match p.kind {
        QuestionKind::Open => Field::Text,
        QuestionKind::Code => Field::Code,
        QuestionKind::SingleChoice | QuestionKind::MultipleChoice => Field::Choices(p.id),
    })
}

/// The composer; after the last question, the way to the end.
pub(super) fn composer(chat: Chat, client_id: String) -> AnyView {
    // While an answer is on its way, the field of its question stays (and its keyboard open).
    let field = Memo::new(move |before: Option<&Field>| {
        let now = chat.view.with(|v| field_for(v.question.as_ref()));
        match before {
            Some(before) if now == Field::Nothing && chat.is_waiting() => *before,
            _ => now,
        }
    });
    let question = move || chat.view.with(|v| v.question.as_ref().map(|q| q.id.to_string()));
    let input = move || match field.get() {
        Field::Nothing => nothing(),
        Field::Text => text_field(chat, false),
        Field::Code => text_field(chat, true),
        Field::Choices(_) => choices(chat),
    };
    let end = move || {
        if field.get() == Field::Nothing && !chat.is_locked() {
            view! { <p class="composer__end">{finish_link(chat, "btn btn--primary btn--large")}</p> }.into_any()
        } else {
            nothing()
        }
    };
    view! {
        {notices(chat)}
        <form class="composer" class:composer--locked=flag(move || chat.is_locked()) id=dom::COMPOSER method="post"
            action=doors::ANSWER hidden=flag(move || field.get() == Field::Nothing)
            on:submit=submit(move || chat.submit())>
            <input type="hidden" name="token" value=chat.token()/>
            <input type="hidden" name="client_id" value=client_id/>
            <input type="hidden" name="question" value=value(question)/>
            <input type="hidden" name="lease" value=chat.lease().to_string()/>
            {part(input)}
            <div class="composer__foot">
                <div class="composer__note" id="answer-note">{part(move || hint(chat))}</div>
                <button class="btn btn--primary btn--large" type="submit" aria-disabled=truth(move || chat.is_locked())>
                    {chat.texts.chat.send}
                </button>
            </div>
        </form>
        {part(end)}
    }
    .into_any()
}

/// A text stands in it from the beginning only where a plain form was refused with it.
fn text_field(chat: Chat, code: bool) -> AnyView {
    let texts = chat.texts;
    let class = if code {
        "input composer__text input--code"
    } else {
        "input composer__text"
    };
    let flawed = move || chat.trouble.with(|t| matches!(t, Some(Trouble::Flaw(_))));
    view! {
        <label class="sr-only" for=dom::ANSWER>{texts.chat.your_answer}</label>
        <textarea class=class id=dom::ANSWER name="text" dir="auto" placeholder=texts.chat.placeholder
            rows=value(move || Some(chat.draft.with(|d| rows(&d.text)).to_string()))
            spellcheck=if code { "false" } else { "true" }
            autocapitalize=if code { "off" } else { "sentences" }
            aria-describedby="answer-note"
            aria-invalid=truth(flawed)
            readonly=flag(move || chat.is_locked())
            inner_html=chat.draft.with_untracked(|d| area(&d.text))
            on:input=move |_| chat.typed()
            on:keydown=move |ev| {
                if sends(&ev, code) {
                    ev.prevent_default();
                    chat.submit();
                }
            }></textarea>
    }
    .into_any()
}

/// Enter sends text; in code, where it starts a new line, Ctrl or Cmd with Enter does. Enter that ends a composition of
/// characters does not send, nor does the Enter of a touch keyboard, which is the only way to a new line there.
fn sends(ev: &KeyboardEvent, code: bool) -> bool {
    if ev.key() != "Enter" || ev.is_composing() || ev.key_code() == 229 {
        return false;
    }
    let command = ev.ctrl_key() || ev.meta_key();
    command || (!code && !ev.shift_key() && !ev.alt_key() && !dom::is_touch())
}

fn choices(chat: Chat) -> AnyView {
    let texts = chat.texts;
    let prompt = chat.prompt();
    let single = prompt.as_ref().is_some_and(|p| p.kind.picks_one());
    let (legend, kind) = if single {
        (texts.chat.choose_one, "radio")
    } else {
        (texts.chat.choose_many, "checkbox")
    };
    let choices = prompt.map(|p| p.choices).unwrap_or_default();
    let rows = choices.into_iter().map(|choice| {
        let picked = chat.draft.with_untracked(|d| d.choices.contains(&choice.id));
        view! {
            <label class="choice choice--card">
                <input type=kind name=CHOICES value=choice.id.to_string() checked=picked disabled=flag(move || chat.is_locked()) on:change=move |_| chat.typed()/>
                <span dir="auto">{choice.text}</span>
            </label>
        }
        .into_any()
    });
    view! {
        <fieldset class="composer__choices" aria-describedby="answer-note">
            <legend class="composer__legend">{legend}</legend>
            <div class="choices">{rows.collect_view()}</div>
        </fieldset>
    }
    .into_any()
}

/// Under the field: what is wrong with the answer, or how it is sent and where it is kept.
fn hint(chat: Chat) -> AnyView {
    let texts = chat.texts;
    let typed = chat.draft.with(|d| check(QuestionKind::Open, d).err());
    let flaw = match chat.trouble.get() {
        Some(Trouble::Flaw(flaw)) => Some(flaw),
        _ => typed.filter(|f| matches!(f, Flaw::TooLong(_))),
    };
    if let Some(flaw) = flaw {
        return view! { <p class="composer__flaw" role="alert" inner_html=markup(&flaw.words(texts))></p> }.into_any();
    }
    if !chat.live.get() {
        return line("", texts.chat.no_script);
    }
    if chat.kept.get() && chat.draft.with(|d| !d.is_empty()) {
        return line("", texts.chat.draft_kept);
    }
    let keys = match chat.view.with(|v| v.question.as_ref().map(|q| q.kind)) {
        Some(QuestionKind::Open) => texts.chat.send_hint,
        Some(QuestionKind::Code) => texts.chat.code_hint,
        _ => "",
    };
    line("composer__keys", keys)
}

/// What went wrong with the last send, and that there is no network.
fn notices(chat: Chat) -> AnyView {
    let texts = chat.texts;
    let refused = move || {
        let Some(words) = chat.trouble.get().and_then(|trouble| words_of(texts, trouble)) else {
            return nothing();
        };
        view! {
            <div class="notice notice--busy">
                <div class="notice__body">
                    {line("notice__title", words.title)}
                    {line("", words.text)}
                </div>
            </div>
        }
        .into_any()
    };
    let state = move || {
        if chat.ending.get() {
            line("notice notice--busy", texts.finish.ending)
        } else if !chat.online.get() && chat.pending.with(Option::is_none) {
            line("notice notice--busy", texts.trouble.connection)
        } else {
            nothing()
        }
    };
    view! { <div class="chat__notices" role="status">{part(refused)} {part(state)} {unsent(chat)}</div> }.into_any()
}

/// Text that has no place to go any more: for copying, and while questions are asked for another answer.
pub(super) fn unsent(chat: Chat) -> AnyView {
    let texts = chat.texts;
    part(move || {
        let text = chat.unsent.get();
        if text.is_empty() {
            return nothing();
        }
        let over = chat.is_over();
        let (title, help, rows) = if over {
            (texts.finish.unsent_title, texts.finish.unsent, "4")
        } else {
            (texts.chat.set_aside_title, texts.chat.set_aside, "2")
        };
        view! {
            <div class="unsent">
                <p class="strong" id="unsent">{title}</p>
                {line("muted", help)}
                <textarea class="input" id=dom::UNSENT readonly=true rows=rows dir="auto" aria-labelledby="unsent" inner_html=area(&text)></textarea>
                <div class="unsent__actions">
                    {part(move || if chat.live.get() { actions(chat, over) } else { way_on(chat) })}
                </div>
            </div>
        }
        .into_any()
    })
}

/// What there is to do with it.
fn actions(chat: Chat, over: bool) -> AnyView {
    view! {
        {copy_button(chat, dom::UNSENT, RwSignal::new(false))}
        {if over { nothing() } else { ways_out(chat) }}
    }
    .into_any()
}

/// Without a script, a page with such a text on it does not look by itself whether the next question is there.
fn way_on(chat: Chat) -> AnyView {
    if !chat.is_waiting() {
        return nothing();
    }
    let address = session_path(&chat.token(), chat.lease());
    view! { <a class="btn" href=address>{chat.texts.finish.unsent_on}</a> }.into_any()
}

/// What else there is to do with text that was set aside.
fn ways_out(chat: Chat) -> AnyView {
    let t = &chat.texts.chat;
    let takes_text = move || {
        let asks = chat
            .view
            .with(|v| v.question.as_ref().is_some_and(|q| !q.kind.has_choices()));
        asks && !chat.is_locked()
    };
    let take_up = move || {
        if takes_text() {
            view! { <button class="btn" type="button" on:click=press(move || chat.take_up())>{t.take_up}</button> }
                .into_any()
        } else {
            nothing()
        }
    };
    view! {
        {part(take_up)}
        <button class="btn btn--quiet" type="button" on:click=press(move || chat.discard())>{t.discard}</button>
    }
    .into_any()
}

/// Copies what the part of the page with this id says, and tells `copied` whether it could.
pub(super) fn copy_button(chat: Chat, id: &'static str, copied: RwSignal<bool>) -> AnyView {
    let t = &chat.texts.chat;
    let copy = move || {
        copied.set(dom::copy(id));
        if copied.get_untracked() {
            chat.told.set(t.copied.to_owned());
        }
    };
    let label = move || {
        let label = if copied.get() { t.copied } else { t.copy };
        label.to_owned()
    };
    view! { <button class="btn" type="button" on:click=press(copy) inner_html=content(label)></button> }.into_any()
}
