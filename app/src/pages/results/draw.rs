//! Draws the results. Widths and heights are those of SVG, because the content security policy forbids `style="…"`; words
//! stand beside the bars as text, so that they have their size on every screen.

use crate::messages::{creator, duration, number, verdict_word};
use leptos::prelude::*;
use parley_domain::{
    results::{CriterionResults, Decisions, Funnel, InterviewResults, QuestionResults, Scores},
    session::{SessionRow, Verdict},
};

/// The whole tab, as HTML. `base` is the interview's address.
#[must_use]
pub fn draw(base: &str, results: InterviewResults, best: Vec<SessionRow>) -> String {
    let t = creator().results;
    if results.funnel.added == 0 {
        return view! {
            <div class="empty">
                <h2>{t.none}</h2>
                <p class="empty__text">{t.none_text}</p>
                <div class="empty__action">
                    <a class="btn btn--primary" href=format!("{base}/sessions")>{t.to_sessions}</a>
                </div>
            </div>
        }
        .to_html();
    }
    view! {
        {figures(&results)}
        <div class="results__pair">
            {funnel(base, results.funnel)}
            {scores(&results.scores)}
        </div>
        <div class="results__pair">
            {criteria(results.criteria)}
            {decisions(base, results.decisions)}
        </div>
        {questions(results.questions)}
        {highest(base, best)}
    }
    .to_html()
}

/// The four figures that one looks for first.
fn figures(r: &InterviewResults) -> AnyView {
    let t = creator().results;
    let one = |label: &'static str, value: String, note: String| {
        view! {
            <div class="figure">
                <dt class="figure__label">{label}</dt>
                <dd>
                    <span class="figure__value">{value}</span>
                    " "
                    <span class="faint small">{note}</span>
                </dd>
            </div>
        }
    };
    let none = || t.no_figure.to_owned();
    let decided = r.decisions.advance + r.decisions.hold + r.decisions.decline;
    // Then there is nothing to analyse again either.
    let class = if r.funnel.completed == 0 {
        "card figures-row results__none"
    } else {
        "card figures-row"
    };
    view! {
        <dl class=class>
            {one(t.figure_completed, whole(r.funnel.completed), (t.of)(r.funnel.added))}
            {one(
                t.figure_mean,
                r.scores.mean.map_or_else(none, |mean| format!("{mean:.1}")),
                r.scores.median.map_or_else(String::new, t.median_is),
            )}
            {one(t.figure_time, r.median_seconds.map_or_else(none, duration), String::new())}
            {one(t.figure_decided, whole(decided), (t.of)(decided + r.decisions.open))}
        </dl>
    }
    .into_any()
}

fn whole(n: i64) -> String {
    number(n.unsigned_abs())
}

/// The share in hundredths; 0% and 100% only where it is none and all of them.
fn percent(part: i64, all: i64) -> String {
    if part <= 0 || all <= 0 {
        return "0%".to_owned();
    }
    if part >= all {
        return "100%".to_owned();
    }
    match (100 * part + all / 2) / all {
        0 => "<1%".to_owned(),
        100 => ">99%".to_owned(),
        n => format!("{n}%"),
    }
}

/// A bar from the left, of `part` in `all`.
fn across(part: f64, all: f64) -> AnyView {
    let width = if all > 0.0 {
        (part / all * 100.0).clamp(0.0, 100.0)
    } else {
        0.0
    };
    view! {
        <svg class="chart__bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
            <rect class="chart__track" width="100" height="10"></rect>
            <rect class="chart__fill" width=format!("{width:.2}") height="10"></rect>
        </svg>
    }
    .into_any()
}

#[expect(clippy::cast_precision_loss, reason = "for a width of a bar")]
fn across_counts(part: i64, all: i64) -> AnyView {
    across(part as f64, all as f64)
}

/// A part of the page with its heading.
fn part(title: &'static str, help: &'static str, content: impl IntoView + 'static) -> AnyView {
    view! {
        <section class="card results__card">
            <div class="section__head">
                <h2>{title}</h2>
                {(!help.is_empty()).then(|| view! { <p class="section__help small">{help}</p> })}
            </div>
            {content.into_any()}
        </section>
    }
    .into_any()
}

/// The same figures for those who would rather read them.
fn as_table(label: &'static str, head: Vec<&'static str>, rows: Vec<Vec<String>>) -> AnyView {
    let head = head
        .into_iter()
        .enumerate()
        .map(|(n, words)| view! { <th scope="col" class=(n > 0).then_some("num")>{words}</th> })
        .collect_view();
    let rows = rows
        .into_iter()
        .map(|cells| {
            let mut cells = cells.into_iter();
            let first = cells.next();
            let others = cells.map(|cell| view! { <td class="num">{cell}</td> }).collect_view();
            view! { <tr><th scope="row" class="chart__words">{first}</th>{others}</tr> }
        })
        .collect_view();
    view! {
        <details class="chart__table">
            <summary>{creator().results.as_table}</summary>
            <div class="table-box" tabindex="0" role="region" aria-label=label>
                <table class="table table--plain">
                    <thead><tr>{head}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}

/// Each step a bar; those that the Sessions tab can show lead there.
fn funnel(base: &str, f: Funnel) -> AnyView {
    let t = creator().results;
    let steps = [
        (t.added, f.added, Some("")),
        (t.opened, f.opened, None),
        (t.started, f.started, None),
        // The list counts by the present attempt: who is at another one is not among them.
        (t.figure_completed, f.completed, Some("?status=completed")),
        (t.scored, f.scored, Some("?score=0&sort=-score")),
    ];
    let bars = steps
        .iter()
        .map(|(words, n, query)| {
            let words = match query {
                Some(query) => view! { <a href=format!("{base}/sessions{query}")>{*words}</a> }.into_any(),
                None => view! { <span>{*words}</span> }.into_any(),
            };
            line(words, across_counts(*n, f.added), whole(*n), percent(*n, f.added))
        })
        .collect_view();
    let rows = steps
        .iter()
        .map(|(words, n, _)| vec![(*words).to_owned(), whole(*n), percent(*n, f.added)])
        .collect();
    let table = as_table(t.funnel, vec![t.step, t.count_of, t.share_of], rows);
    part(t.funnel, t.funnel_help, view! { <ul class="chart">{bars}</ul> {table} })
}

/// A line of a chart: words, bar, figure, what it is of.
fn line(words: AnyView, bar: AnyView, figure: String, note: String) -> AnyView {
    view! {
        <li class="chart__line">
            <span class="chart__words">{words}</span>
            {bar}
            <span class="chart__figure">{figure}</span>
            <span class="chart__note faint small">{note}</span>
        </li>
    }
    .into_any()
}

/// The distribution: ten columns, each with its figure above and its scores below.
fn scores(s: &Scores) -> AnyView {
    let t = creator().results;
    let Some(mean) = s.mean else {
        return part(t.scores, t.scores_help, view! { <p class="muted">{t.scores_none}</p> });
    };
    let most = s.bands.iter().map(|band| band.count).max().unwrap_or(0).max(1);
    let columns = s
        .bands
        .iter()
        .map(|band| {
            // What is there is seen, however little of the whole it is.
            let height = if band.count == 0 { 0 } else { (100 * band.count / most).max(2) };
            view! {
                <div class="chart__column">
                    <span class="chart__figure">{(band.count > 0).then(|| short(band.count))}</span>
                    <svg class="chart__tower" viewBox="0 0 10 100" preserveAspectRatio="none" focusable="false">
                        <rect class="chart__fill" y=(100 - height).to_string() width="10" height=height.to_string()></rect>
                    </svg>
                    <span class="chart__note faint">{(t.between)(band.from, band.to)}</span>
                </div>
            }
        })
        .collect_view();
    let rows = s
        .bands
        .iter()
        .map(|band| {
            vec![
                (t.between)(band.from, band.to),
                whole(band.count),
                percent(band.count, s.count),
            ]
        })
        .collect();
    let table = as_table(t.scores, vec![t.band, t.count_of, t.scored], rows);
    let label = (t.scores_label)(s.count, mean);
    part(
        t.scores,
        t.scores_help,
        view! {
            <div class="chart__columns" role="img" aria-label=label>{columns}</div>
            {table}
        },
    )
}

/// `940`, `12k`, `1.2M`: what fits over a column.
fn short(n: i64) -> String {
    match n {
        ..10_000 => whole(n),
        10_000..1_000_000 => format!("{}k", n / 1_000),
        _ => format!("{}.{}M", n / 1_000_000, n / 100_000 % 10),
    }
}

fn criteria(all: Vec<CriterionResults>) -> AnyView {
    let t = creator().results;
    if all.is_empty() {
        return part(t.criteria, "", view! { <p class="muted">{t.criteria_none}</p> });
    }
    let bars = all
        .iter()
        .map(|c| {
            let weight = ((c.weight - 1.0).abs() > f64::EPSILON).then(|| format!("{} {}", t.weight, c.weight));
            let words = view! { <span dir="auto">{c.name.clone()}</span> " " <span class="faint small">{weight}</span> {former(c.current)} };
            scored(words.into_any(), c.mean, c.count)
        })
        .collect_view();
    let rows = all
        .iter()
        .map(|c| vec![c.name.clone(), c.weight.to_string(), mean(c.mean), whole(c.count)])
        .collect();
    let table = as_table(t.criteria, vec![t.criterion, t.weight, t.mean, t.score_count], rows);
    part(t.criteria, "", view! { <ul class="chart">{bars}</ul> {table} })
}

fn questions(all: Vec<QuestionResults>) -> AnyView {
    let t = creator().results;
    if all.is_empty() {
        return part(t.questions, "", view! { <p class="muted">{t.questions_none}</p> });
    }
    let bars = all
        .iter()
        .map(|q| {
            let words = view! { <span dir="auto">{q.text.clone()}</span> {former(q.current)} };
            scored(words.into_any(), q.mean, q.count)
        })
        .collect_view();
    let rows = all
        .iter()
        .map(|q| vec![q.text.clone(), mean(q.mean), whole(q.count)])
        .collect();
    let table = as_table(t.questions, vec![t.question, t.mean, t.score_count], rows);
    part(
        t.questions,
        "",
        view! { <ol class="chart chart--long">{bars}</ol> {table} },
    )
}

fn former(current: bool) -> Option<impl IntoView> {
    (!current).then(|| view! { " " <span class="badge">{creator().results.former}</span> })
}

fn mean(mean: Option<f64>) -> String {
    mean.map_or_else(|| creator().results.no_figure.to_owned(), |mean| format!("{mean:.1}"))
}

/// A line with a mean out of ten.
fn scored(words: AnyView, score: Option<f64>, n: i64) -> AnyView {
    let t = creator().results;
    let note = if n == 0 {
        t.not_scored.to_owned()
    } else {
        (t.mean_of)(n)
    };
    line(words, across(score.unwrap_or(0.0), 10.0), mean(score), note)
}

/// Each leads to who is meant. "Not decided" are those who completed: the list counts by the present attempt here too.
fn decisions(base: &str, d: Decisions) -> AnyView {
    let t = creator().results;
    let all = [
        (verdict_word(Verdict::Advance), d.advance, "?decision=advance"),
        (verdict_word(Verdict::Hold), d.hold, "?decision=hold"),
        (verdict_word(Verdict::Decline), d.decline, "?decision=decline"),
        (t.open, d.open, "?status=completed&decision=none"),
    ];
    let sum = all.iter().map(|(_, n, _)| n).sum();
    let bars = all
        .iter()
        .map(|(words, n, query)| {
            let words = view! { <a href=format!("{base}/sessions{query}")>{*words}</a> };
            line(words.into_any(), across_counts(*n, sum), whole(*n), percent(*n, sum))
        })
        .collect_view();
    let rows = all
        .iter()
        .map(|(words, n, _)| vec![(*words).to_owned(), whole(*n), percent(*n, sum)])
        .collect();
    let table = as_table(t.decisions, vec![t.decision, t.count_of, t.share], rows);
    part(
        t.decisions,
        t.decisions_help,
        view! { <ul class="chart">{bars}</ul> {table} },
    )
}

/// Who has the highest scores; each leads to the report.
fn highest(base: &str, best: Vec<SessionRow>) -> AnyView {
    let t = creator().results;
    if best.is_empty() {
        return ().into_any();
    }
    let rows = best
        .into_iter()
        .enumerate()
        .map(|(n, row)| {
            let score = row.score.map(|score| format!("{score:.1}"));
            let attempt = row.score_attempt.map(|n| (t.attempt)(n));
            view! {
                <tr>
                    <td class="num faint results__rank">{n + 1}</td>
                    <th scope="row">
                        <span class="cell-two">
                            <a class="row-link" href=format!("{base}/sessions/{}?score=0&sort=-score", row.session.id)><bdi>{row.name}</bdi></a>
                            <small>{row.email}</small>
                        </span>
                    </th>
                    <td class="num">{score} " " <span class="faint small">{attempt}</span></td>
                </tr>
            }
        })
        .collect_view();
    part(
        t.best,
        "",
        view! {
            <div class="table-box" tabindex="0" role="region" aria-label=t.best>
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col" class="num results__rank">{t.rank}</th>
                            <th scope="col">{t.name}</th>
                            <th scope="col" class="num">{t.score}</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p><a href=format!("{base}/sessions?sort=-score")>{t.best_all}</a></p>
        },
    )
}

#[cfg(test)]
mod tests {
    use super::{percent, short};

    #[test]
    fn all_and_none_are_said_only_where_they_are() {
        assert_eq!(percent(0, 0), "0%");
        assert_eq!(percent(0, 10), "0%");
        assert_eq!(percent(10, 10), "100%");
        assert_eq!(percent(1, 1_000_000), "<1%");
        assert_eq!(percent(999_999, 1_000_000), ">99%");
        assert_eq!(percent(1, 3), "33%");
    }

    #[test]
    fn figures_over_columns_are_short() {
        let all = [(7, "7"), (9_999, "9,999"), (12_345, "12k"), (1_250_000, "1.2M")];
        for (n, text) in all {
            assert_eq!(short(n), text);
        }
    }
}
