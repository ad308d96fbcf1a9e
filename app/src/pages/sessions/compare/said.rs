//! What was said, one question after the other, an attempt a column.

use crate::{components::Badge, messages::creator, server_fns::sessions::CompareData};
use leptos::prelude::*;
use parley_domain::{
    comparison::{ComparedAnswer, ComparedQuestion},
    conversation::{Speaker, Turn, TurnKind},
    question::QuestionKind,
};

pub(super) fn questions(found: &CompareData) -> AnyView {
    let t = creator().attempts;
    let name = found.compared.name.as_str();
    let numbers: Vec<i32> = found.compared.attempts.iter().map(|a| a.session.attempt).collect();
    let rows = found
        .compared
        .questions
        .iter()
        .enumerate()
        .map(|(n, q)| question(n + 1, q, &numbers, name))
        .collect_view();
    let closing = found.compared.attempts.iter().any(|a| !a.other_turns.is_empty());
    let closing = closing.then(|| {
        let cells = found
            .compared
            .attempts
            .iter()
            .map(|a| column(a.session.attempt, None, &a.other_turns, false, name))
            .collect_view();
        view! {
            <section class="compare__question">
                <h3>{t.compare_closing}</h3>
                <div class="compare__columns">{cells}</div>
            </section>
        }
    });
    view! {
        <section class="section" aria-labelledby="compare-said">
            <h2 id="compare-said">{t.compare_said}</h2>
            {rows}
            {closing}
        </section>
    }
    .into_any()
}

fn question(n: usize, q: &ComparedQuestion, numbers: &[i32], name: &str) -> AnyView {
    let t = creator().attempts;
    let cells = q
        .attempts
        .iter()
        .zip(numbers)
        .map(|(a, number)| answer(a, &q.text, *number, name))
        .collect_view();
    view! {
        <section class="compare__question" aria-label=(t.question_n)(n)>
            <h3>
                <span class="keep-lines">{format!("{n}. {}", q.text)}</span>
                {q.changed.then(|| view! { " " <Badge label=t.compare_changed/> })}
            </h3>
            <div class="compare__columns">{cells}</div>
        </section>
    }
    .into_any()
}

fn answer(a: &ComparedAnswer, newest: &str, number: i32, name: &str) -> AnyView {
    let t = creator().attempts;
    if !a.asked {
        return column(number, Some(t.compare_not_asked.to_owned()), &[], false, name);
    }
    let other = (a.text != newest).then(|| format!("{} {}", t.compare_changed_here, a.text));
    column(number, other, &a.turns, a.kind.is_some_and(QuestionKind::is_code), name)
}

fn column(number: i32, note: Option<String>, turns: &[Turn], code: bool, name: &str) -> AnyView {
    let t = creator().attempts;
    let silent = (turns.is_empty() && note.is_none()).then(|| view! { <p class="faint">{t.compare_nothing}</p> });
    // What is asked on about code is answered in words.
    let mut asked = TurnKind::Question;
    let lines = turns
        .iter()
        .map(|turn| {
            let candidate = turn.speaker == Speaker::Candidate;
            if !candidate {
                asked = turn.kind;
            }
            let code = code && candidate && asked == TurnKind::Question;
            let (class, who) = if candidate {
                ("transcript__turn transcript__turn--candidate", name)
            } else {
                ("transcript__turn", creator().sessions.interviewer)
            };
            let text = if code { "keep-lines mono" } else { "keep-lines" };
            view! {
                <div class=class>
                    <p class="transcript__head"><strong><bdi>{who.to_owned()}</bdi></strong></p>
                    <p class=text dir=if code { "ltr" } else { "auto" }>{turn.text.clone()}</p>
                </div>
            }
        })
        .collect_view();
    view! {
        <div class="compare__column">
            <p class="faint small">{(t.attempt_n)(number)}</p>
            {note.map(|note| view! { <p class="muted">{note}</p> })}
            {lines}
            {silent}
        </div>
    }
    .into_any()
}
