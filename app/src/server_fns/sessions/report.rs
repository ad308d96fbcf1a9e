//! The report of one session, and what a person does there.

#[cfg(feature = "ssr")]
use super::ssr;
use super::{ListQuery, May};
use crate::{error::AppError, server_fns::analysis::AnalysesSeen};
use leptos::prelude::*;
use parley_domain::{
    analysis::Analysis,
    candidate::Candidate,
    conversation::{Speaker, TurnKind},
    id::{QuestionId, SessionId},
    session::{Neighbours, Session, Verdict},
    time::ShownTime,
};
use serde::{Deserialize, Serialize};
use server_fn::codec::Json;

/// A line of the transcript in a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportTurn {
    /// From 1.
    pub number: i32,
    /// Who said it.
    pub speaker: Speaker,
    /// What it is.
    pub kind: TurnKind,
    /// The question it belongs to.
    pub question: Option<QuestionId>,
    /// What was said.
    pub text: String,
    /// It answers a question whose answers are code.
    pub code: bool,
    /// When.
    pub at: ShownTime,
    /// Said by the scripted interviewer.
    pub scripted: bool,
    /// Whole minutes of pause before it.
    pub pause_minutes: i64,
}

/// Something that happened to a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportEvent {
    /// What, as a code.
    pub kind: String,
    /// Who, by name.
    pub who: String,
    /// Why, as a code.
    pub code: Option<String>,
    /// When.
    pub at: ShownTime,
}

/// A decision with its maker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportDecision {
    /// What was decided.
    pub verdict: Verdict,
    /// In words.
    pub reason: String,
    /// Who decided, by name.
    pub who: String,
    /// When.
    pub at: ShownTime,
}

/// The report page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportData {
    /// Who.
    pub candidate: Candidate,
    /// The interview's title.
    pub title: String,
    /// This attempt.
    pub session: Session,
    /// All attempts, newest first.
    pub attempts: Vec<Session>,
    /// Its analysis.
    pub analysis: Analysis,
    /// Its runs, and what stands beside it.
    pub analyses: AnalysesSeen,
    /// The conversation.
    pub turns: Vec<ReportTurn>,
    /// What happened.
    pub events: Vec<ReportEvent>,
    /// The decision.
    pub decision: Option<ReportDecision>,
    /// When its link was first opened.
    pub opened: Option<ShownTime>,
    /// The last sign of life.
    pub seen: Option<ShownTime>,
    /// That is longer ago than anybody is silent who is there, by whichever way they take the interview.
    pub away: bool,
    /// When it was started.
    pub started: Option<ShownTime>,
    /// When it was completed.
    pub finished: Option<ShownTime>,
    /// The reports before and after it in the list that it was opened from.
    pub beside: Neighbours,
    /// What the person may do.
    pub may: May,
}

/// Ends a session in progress.
#[server(endpoint = "sessions/end", input = Json)]
pub async fn end_session(slug: String, id: SessionId) -> Result<Session, AppError> {
    let (s, actor) = crate::server_fns::who(&slug).await?;
    Ok(parley_services::sessions::end(&s, &actor, id).await?)
}

/// Records a decision. Also from a plain form.
#[server(endpoint = "sessions/decide")]
pub async fn decide(
    slug: String,
    id: SessionId,
    verdict: String,
    reason: String,
    back: String,
) -> Result<(), AppError> {
    let result = async {
        let (s, actor) = crate::server_fns::who(&slug).await?;
        let verdict: Verdict = verdict
            .parse()
            .map_err(|_| AppError::invalid("verdict", crate::messages::creator().failures.choose_decision))?;
        parley_services::sessions::decide(&s, &actor, id, verdict, &reason).await?;
        Ok(())
    }
    .await;
    crate::server_fns::end_form_at(result, &back)
}

/// The report of one session, opened from the list that `query` says: of its interview, or of all.
#[server(endpoint = "sessions/report", input = Json)]
pub async fn report(slug: String, id: SessionId, all: bool, query: ListQuery) -> Result<ReportData, AppError> {
    use parley_domain::time::{MINUTE, Timestamp};
    use parley_services::{accounts::zone_of, analysis, candidates, error::ServiceError, sessions};
    let (s, actor) = crate::server_fns::who(&slug).await?;
    let zone = zone_of(&s, &actor).await?;
    let now = s.now();
    let shown = |at: Timestamp| zone.shown(at, now);
    let report = sessions::report(&s, &actor, id).await?;
    let events = sessions::events(&s, &actor, id).await?;
    let decision = sessions::decision(&s, &actor, id).await?;
    let codes: Vec<_> = events
        .iter()
        .map(|e| e.actor.as_str())
        .chain(decision.iter().map(|d| d.actor.as_str()))
        .collect();
    let names = sessions::actor_names(&s, &actor, &codes).await?;
    let who = |code: &str| names.get(code).cloned().unwrap_or_default();
    let candidate = candidates::get(&s, &actor, report.candidate).await?;
    let (filter, order) = super::rows::read_address(&s, &actor, &query).await?;
    // As in the list over all interviews, which has one order.
    let order = if all { Default::default() } else { order };
    let beside = match sessions::neighbours(&s, &actor, id, all, &filter, order).await {
        // An address that no list takes: the report is read all the same.
        Err(ServiceError::Invalid(_)) => Neighbours::default(),
        found => found?,
    };
    let runs = analysis::history(&s, &actor, id).await?;
    let asks_code = |id| {
        let mut questions = report.questions.iter();
        questions.any(|q| Some(q.id) == id && q.kind.is_code())
    };
    // What is asked on about code is answered in words.
    let mut asked = TurnKind::Question;
    Ok(ReportData {
        title: report.title,
        candidate,
        analysis: analysis::present(&runs),
        analyses: crate::server_fns::analysis::seen(&s, &runs, shown).await,
        turns: report
            .turns
            .into_iter()
            .map(|t| {
                if t.speaker == Speaker::Interviewer {
                    asked = t.kind;
                }
                ReportTurn {
                    number: t.number,
                    speaker: t.speaker,
                    kind: t.kind,
                    code: t.speaker == Speaker::Candidate && asked == TurnKind::Question && asks_code(t.question),
                    question: t.question,
                    text: t.text,
                    at: shown(t.at),
                    scripted: t.scripted,
                    pause_minutes: t.pause_ms / MINUTE,
                }
            })
            .collect(),
        events: events
            .into_iter()
            .map(|e| ReportEvent {
                who: who(&e.actor),
                kind: e.kind,
                code: e.code,
                at: shown(e.at),
            })
            .collect(),
        decision: decision.map(|d| ReportDecision {
            who: who(&d.actor),
            verdict: d.verdict,
            reason: d.reason,
            at: shown(d.at),
        }),
        opened: report.session.opened_at.map(shown),
        seen: report.session.last_seen_at.map(shown),
        away: report
            .session
            .last_seen_at
            .is_some_and(|at| now.since(at) > parley_domain::clock::Presence::Plain.patience()),
        started: report.session.started_at.map(shown),
        finished: report.session.completed_at.map(shown),
        session: report.session,
        attempts: report.attempts,
        beside,
        may: ssr::may(&actor),
    })
}
