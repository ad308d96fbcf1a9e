//! What was said, with times, pauses and who said it.

use crate::{
    components::EmptyState,
    messages::creator,
    server_fns::sessions::{ReportData, ReportTurn},
};
use leptos::prelude::*;
use parley_domain::conversation::{Speaker, TurnKind};

/// A turn with what it needs of those around it. Turns are never edited: each is drawn once.
#[derive(Clone)]
struct Line {
    /// Whose name stands over the candidate's turns.
    name: String,
    /// The day, where it is another than that of the turn before.
    day: Option<String>,
    /// What was said.
    turn: ReportTurn,
}

fn lines(found: &ReportData) -> Vec<Line> {
    let mut day = String::new();
    found
        .turns
        .iter()
        .map(|turn| {
            let another = (day != turn.at.day()).then(|| turn.at.day().to_owned());
            if let Some(another) = &another {
                day.clone_from(another);
            }
            Line {
                name: found.candidate.fields.name.clone(),
                day: another,
                turn: turn.clone(),
            }
        })
        .collect()
}

#[component]
pub(super) fn TranscriptPart(found: Memo<Option<ReportData>>) -> impl IntoView {
    let t = &creator().sessions;
    let silent = Memo::new(move |_| found.with(|found| found.as_ref().is_none_or(|f| f.turns.is_empty())));
    let turns = move || {
        if silent.get() {
            return view! { <EmptyState title=t.transcript_empty text=t.transcript_empty_text/> }.into_any();
        }
        view! {
            <ol class="transcript">
                <For
                    each=move || found.with(|found| found.as_ref().map(lines)).unwrap_or_default()
                    key=|line| (line.turn.number, line.name.clone())
                    let:line
                >
                    {shown(line)}
                </For>
            </ol>
        }
        .into_any()
    };
    view! {
        <section class="section" aria-labelledby="transcript-title">
            <h2 id="transcript-title" class="section__head">{t.transcript}</h2>
            {turns}
        </section>
    }
}

fn shown(Line { name, day, turn }: Line) -> AnyView {
    let t = &creator().sessions;
    let candidate = turn.speaker == Speaker::Candidate;
    let who = if candidate { name } else { t.interviewer.to_owned() };
    let day = day.map(|day| view! { <li class="transcript__pause">{day}</li> });
    let pause = (turn.pause_minutes > 0).then(|| {
        view! { <li class="transcript__pause">{(t.pause)(turn.pause_minutes)}</li> }
    });
    let marks = [
        turn.scripted.then_some(t.scripted),
        (turn.kind == TurnKind::LateAnswer).then_some(t.sent_at_end),
    ];
    let marks = marks
        .into_iter()
        .flatten()
        .map(|m| view! { <span class="faint small">{m}</span> })
        .collect_view();
    let class = if candidate {
        "transcript__turn transcript__turn--candidate"
    } else {
        "transcript__turn"
    };
    let text = if turn.code {
        "keep-lines prose mono"
    } else {
        "keep-lines prose"
    };
    let (clock, at) = (turn.at.clock().to_owned(), turn.at.at.to_string());
    view! {
        {pause}
        {day}
        <li class=class id=format!("turn-{}", turn.number)>
            <p class="transcript__head">
                <span class="faint figures">{turn.number}</span>
                <strong><bdi>{who}</bdi></strong>
                // The time of day, on paper too; relative words would say the same of all of them.
                <time datetime=at title=turn.at.exact>{clock}</time>
                {marks}
            </p>
            <p class=text dir=if turn.code { "ltr" } else { "auto" }>{turn.text}</p>
        </li>
    }
    .into_any()
}
