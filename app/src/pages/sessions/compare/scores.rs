//! The scores: overall, by criterion, by question; each beside the attempt before.

use super::Table;
use crate::{
    components::Badge,
    messages::{creator, end_word, status_word},
    pages::sessions::{
        address::{compare_href, report_href},
        report::attempts::CountButton,
    },
    server_fns::sessions::CompareData,
};
use leptos::prelude::*;
use parley_domain::{
    comparison::{ComparedAttempt, ComparedScore},
    session::{EndReason, Status},
    time::ShownTime,
};

/// One table, an attempt a column.
pub(super) fn table(found: &CompareData, table: Table, slug: &str) -> AnyView {
    let t = creator().attempts;
    let heads = found
        .compared
        .attempts
        .iter()
        .zip(&found.started)
        .map(|(a, started)| head(found, a, started.clone(), table, slug))
        .collect_view();
    let numbers: Vec<i32> = found.compared.attempts.iter().map(|a| a.session.attempt).collect();
    let overall: Vec<ComparedScore> = found.compared.attempts.iter().map(|a| a.overall).collect();
    let criteria = found
        .compared
        .criteria
        .iter()
        .map(|c| row(c.name.clone(), None, &c.attempts, &numbers))
        .collect_view();
    let questions = found
        .compared
        .questions
        .iter()
        .enumerate()
        .map(|(n, q)| {
            let scores: Vec<ComparedScore> = q.attempts.iter().map(|a| a.score).collect();
            let changed = q.changed.then_some(t.compare_changed);
            row(format!("{}. {}", n + 1, q.text), changed, &scores, &numbers)
        })
        .collect_view();
    let columns = numbers.len() + 1;
    let group = move |title: &'static str| {
        view! { <tr class="compare__group"><th scope="rowgroup" colspan=columns.to_string()>{title}</th></tr> }
    };
    let criteria = (!found.compared.criteria.is_empty())
        .then(|| view! { <tbody>{group(creator().sessions.criteria)} {criteria}</tbody> });
    view! {
        <section class="section" aria-labelledby="compare-scores">
            <div class="section__head">
                <h2 id="compare-scores">{t.compare_scores}</h2>
                <p class="section__help">{t.compare_key}</p>
            </div>
            <div class="table-box" tabindex="0" role="region" aria-labelledby="compare-scores">
                <table class="compare__table">
                    <thead>
                        <tr>
                            <th scope="col"><span class="sr-only">{t.compare_what}</span></th>
                            {heads}
                        </tr>
                    </thead>
                    <tbody>{row(creator().sessions.overall.to_owned(), None, &overall, &numbers)}</tbody>
                    {criteria}
                    <tbody>{group(creator().sessions.questions)} {questions}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn head(found: &CompareData, a: &ComparedAttempt, started: Option<ShownTime>, table: Table, slug: &str) -> AnyView {
    let t = creator().attempts;
    let s = &a.session;
    let newest_completed = found.all.iter().rev().find(|a| a.status == Status::Completed);
    let marked = found.all.iter().find(|a| a.counts);
    let counts = marked.or(newest_completed).is_some_and(|c| c.id == s.id);
    let href = report_href(slug, s.interview_id, s.id);
    let mut fine = vec![status_word(s.status).to_owned()];
    let end = s.end_reason.filter(|end| *end != EndReason::Finished);
    fine.extend(end.map(|end| end_word(end).to_owned()));
    let answered = a
        .answered
        .map(|n| (creator().sessions.answered_of)(n, s.question_total));
    let version = a.version.map(|n| (t.version_n)(n));
    let waits = (s.status == Status::Completed && !a.analysed).then_some(t.compare_not_ready);
    let lines = [Some(fine.join(", ")), answered, version, waits.map(str::to_owned)]
        .into_iter()
        .flatten()
        .map(|line| view! { <small>{line}</small> })
        .collect_view();
    let may = found.may.retake && found.all.len() > 1 && s.status == Status::Completed && !counts;
    let count = may.then(|| {
        let back = compare_href(slug, s.interview_id, found.compared.candidate_id);
        let done = Callback::new(move |result: Result<(), crate::error::AppError>| {
            table.trouble.set(result.err());
            table.reload();
        });
        view! { <CountButton session=s.clone() slug=slug.to_owned() back=back done=done/> }
    });
    view! {
        <th scope="col">
            <span class="compare__head">
                <a href=href>{(t.attempt_n)(s.attempt)}</a>
                {counts.then(|| view! { <Badge label=t.counts/> })}
            </span>
            {started.map(|at| view! { <small><time datetime=at.at.to_string()>{at.exact}</time></small> })}
            {lines}
            {count}
        </th>
    }
    .into_any()
}

fn row(title: String, mark: Option<&'static str>, scores: &[ComparedScore], numbers: &[i32]) -> AnyView {
    let mut before: Option<(i32, f64)> = None;
    let mut cells = Vec::with_capacity(scores.len());
    for (score, number) in scores.iter().zip(numbers) {
        cells.push(cell(score, before));
        before = score.score.map(|s| (*number, s)).or(before);
    }
    view! {
        <tr>
            <th scope="row">
                <span class="keep-lines">{title}</span>
                {mark.map(|mark| view! { " " <Badge label=mark/> })}
            </th>
            {cells}
        </tr>
    }
    .into_any()
}

/// Arrow and sign, so that no colour is needed.
fn signed(difference: f64) -> String {
    if difference > 0.0 {
        format!("▲ +{difference:.1}")
    } else if difference < 0.0 {
        format!("▼ −{:.1}", difference.abs())
    } else {
        "= 0.0".to_owned()
    }
}

/// The same for those who hear it.
fn spoken(difference: f64, than: i32) -> String {
    let t = creator().attempts;
    let by = format!("{:.1}", difference.abs());
    if difference > 0.0 {
        (t.higher)(by, than)
    } else if difference < 0.0 {
        (t.lower)(by, than)
    } else {
        (t.same_as)(than)
    }
}

fn cell(score: &ComparedScore, before: Option<(i32, f64)>) -> AnyView {
    let t = creator().attempts;
    let Some(value) = score.score else {
        return view! { <td><span class="faint" aria-label=t.compare_no_score>"–"</span></td> }.into_any();
    };
    let difference = score.difference.zip(before).map(|(d, (than, _))| {
        view! {
            <span class="compare__difference" aria-hidden="true">{signed(d)}</span>
            <span class="sr-only">{spoken(d, than)}</span>
        }
    });
    view! {
        <td>
            <span class="compare__figures">
                <span class="strong">{format!("{value:.1}")}</span>
                {difference}
            </span>
            {bar(value, before.map(|(_, then)| then))}
        </td>
    }
    .into_any()
}

/// A small bar from 0 to 10, with a line across it where the attempt before stood. Drawn as SVG: it prints, and needs no
/// style of its own.
fn bar(value: f64, before: Option<f64>) -> AnyView {
    let x = |score: f64| format!("{:.1}", (score * 10.0).clamp(0.0, 100.0));
    let mark = before.map(|then| {
        view! { <line class="compare__before" x1=x(then) x2=x(then) y1="0" y2="10"></line> }
    });
    view! {
        <svg class="compare__bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
            <rect class="compare__track" x="0" y="2" width="100" height="6"></rect>
            <rect class="compare__fill" x="0" y="2" width=x(value) height="6"></rect>
            {mark}
        </svg>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::signed;

    #[test]
    fn differences_are_read_without_colour() {
        assert_eq!(signed(1.5), "▲ +1.5");
        assert_eq!(signed(-0.5), "▼ −0.5");
        assert_eq!(signed(0.0), "= 0.0");
    }
}
