//! The rows of one invented candidate: themselves, their attempts with transcripts, events, analysis and decision. Put
//! together as the use-cases would have left them.

use super::{
    people::{Dice, person},
    talk::{Talk, talk},
};
use crate::{
    Services,
    analysis::{Input, analyse, verify},
    candidates::search_key,
    entity::{analysis, candidate, decision, score_part, session, session_event, turn},
    error::Result,
    interviews::Version,
    results, secrets,
    sessions::{new_session, score_key, to_turn},
};
use parley_domain::{
    analysis::Engine,
    conversation::{Speaker, Turn},
    id::{CandidateId, InterviewId, PromptId, SessionId, WorkspaceId},
    session::{AnalysisState, Awaiting, EndReason, RetakeReason, Status, Verdict},
    text,
    time::{DAY, HOUR, MINUTE, Timestamp},
};
use uuid::Uuid;

/// Rows of many candidates, until they are written.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub candidates: Vec<candidate::ActiveModel>,
    pub sessions: Vec<session::ActiveModel>,
    pub turns: Vec<turn::ActiveModel>,
    pub events: Vec<session_event::ActiveModel>,
    pub analyses: Vec<analysis::ActiveModel>,
    pub parts: Vec<score_part::ActiveModel>,
    pub decisions: Vec<decision::ActiveModel>,
}

/// On what the people are.
pub(super) struct Ground {
    pub s: Services,
    pub workspace: WorkspaceId,
    pub interview: InterviewId,
    pub version: Version,
    /// Who decides: an actor's code.
    pub decider: String,
    pub now: Timestamp,
}

impl Ground {
    /// Adds invented candidate number `n`. Of the first ones all is there: retakes, decisions, whole conversations; later
    /// ones, which only fill lists, say less.
    pub fn add(&self, batch: &mut Batch, n: u64, rich: bool) -> Result<()> {
        let mut dice = Dice::new(n.wrapping_mul(0x1_0001) ^ 0x5EED);
        let (input, source, given) = person(&mut dice, n);
        let added = self.now.plus(-dice.between(HOUR, 45 * DAY));
        let id: CandidateId = self.s.new_id()?;
        let key = self.s.secrets.current_key().to_owned();
        let token = self.s.secrets.invite_token(&key, id, 1)?;
        let row = candidate::Model {
            id: id.0,
            workspace_id: self.workspace.0,
            interview_id: self.interview.0,
            search_key: search_key(&input),
            email_norm: input.email.as_deref().map(text::email_norm),
            name: input.name,
            email: input.email,
            phone: input.phone,
            school: input.school,
            major: input.major,
            degree: input.degree,
            work_experience: input.work_experience,
            notes: input.notes,
            graduation_year: input.graduation_year,
            email_verified: false,
            source: source.as_str().to_owned(),
            import_id: None,
            resume_file_id: None,
            resume_name: None,
            link_version: 1,
            link_key: key,
            link_hash: secrets::hash(&token),
            link_expires_at: None,
            possible_duplicate_of: None,
            deleted_at: None,
            start_hash: None,
            created_at: added.millis(),
            updated_at: added.millis(),
        };
        self.attempts(batch, &mut dice, &row, given, added, rich)?;
        batch.candidates.push(row.into());
        Ok(())
    }

    fn attempts(
        &self,
        batch: &mut Batch,
        dice: &mut Dice,
        of: &candidate::Model,
        given: &str,
        added: Timestamp,
        rich: bool,
    ) -> Result<()> {
        let mut first = new_session(&self.s, of, 1)?;
        first.created_at = added.millis();
        first.updated_at = added.millis();
        let lot = dice.below(100);
        if lot < 38 {
            if dice.chance(40) {
                first.opened_at = Some(dice.between(added.millis(), self.now.millis()));
            }
            batch.sessions.push(first.into());
            return Ok(());
        }
        let total = self.version.questions.len();
        let completed = lot >= 50;
        let answered = match (completed, rich) {
            (true, true) if dice.chance(85) => total,
            (true, true) => dice.below(total),
            (true, false) => dice.below(3),
            (false, _) => dice.below(total.min(if rich { total } else { 2 })),
        };
        let latest = self.now.plus(-(10 * MINUTE)).millis();
        let start = if completed {
            dice.between(added.millis(), latest)
        } else {
            latest - dice.between(0, 2 * DAY)
        };
        let start = Timestamp::from_millis(start.max(added.millis()));
        let talk = talk(dice, &self.version.questions, answered, given, start);
        if completed {
            self.completed(batch, dice, first, talk, answered, rich, of)?;
        } else {
            self.in_progress(batch, first, talk, answered)?;
        }
        Ok(())
    }

    /// What every started session has.
    fn started(&self, batch: &mut Batch, row: &mut session::Model, talk: &Talk) -> Result<Vec<Turn>> {
        let start = talk.lines.first().map_or(talk.last, |l| l.at);
        // Nobody is alive after now.
        let last = talk.last.min(self.now);
        row.version_id = Some(self.version.id.0);
        row.opened_at = Some(start.plus(-MINUTE).millis());
        row.started_at = Some(start.millis());
        row.started_key = start.millis();
        row.consent_version = Some(crate::conversation::CONSENT_VERSION.to_owned());
        row.consent_language = Some(self.version.settings.language.clone());
        row.consent_at = Some(start.millis());
        row.last_seen_at = Some(last.millis());
        row.inactivity_days = i32::try_from(self.version.settings.inactivity_days).ok();
        row.active_ms = talk.active.min(last.since(start));
        row.duration_key = row.active_ms;
        row.turns = i32::try_from(talk.lines.len()).unwrap_or(i32::MAX);
        row.updated_at = last.millis();
        self.event(batch, row, "started", &candidate_code(row), None, start)?;
        let mut turns = Vec::with_capacity(talk.lines.len());
        let mut prompt: Option<Uuid> = None;
        for (n, line) in talk.lines.iter().enumerate() {
            if line.speaker == Speaker::Interviewer {
                prompt = Some(self.s.new_id::<PromptId>()?.0);
            }
            let at = line.at.min(last).millis();
            let question = line
                .question
                .and_then(|q| self.version.questions.get(q))
                .map(|q| q.id.0);
            let model = turn::Model {
                id: self.s.new_id()?,
                workspace_id: self.workspace.0,
                session_id: row.id,
                number: i32::try_from(n + 1).unwrap_or(i32::MAX),
                speaker: line.speaker.as_str().to_owned(),
                kind: line.kind.as_str().to_owned(),
                question_id: question,
                prompt_id: prompt,
                text: line.text.clone(),
                client_id: (line.speaker == Speaker::Candidate).then(|| format!("demo-{n}")),
                scripted: line.speaker == Speaker::Interviewer,
                pause_ms: line.pause_ms,
                created_at: at,
                updated_at: at,
            };
            turns.push(to_turn(model.clone())?);
            batch.turns.push(model.into());
        }
        row.prompt_id = prompt;
        Ok(turns)
    }

    fn in_progress(&self, batch: &mut Batch, mut row: session::Model, talk: Talk, answered: usize) -> Result<()> {
        self.started(batch, &mut row, &talk)?;
        row.status = Status::InProgress.as_str().to_owned();
        row.awaiting = Some(Awaiting::Candidate.as_str().to_owned());
        row.question_index = i32::try_from(answered).unwrap_or(0);
        row.holder = 1;
        batch.sessions.push(row.into());
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "the pieces of one row")]
    fn completed(
        &self,
        batch: &mut Batch,
        dice: &mut Dice,
        mut row: session::Model,
        talk: Talk,
        answered: usize,
        rich: bool,
        of: &candidate::Model,
    ) -> Result<()> {
        let turns = self.started(batch, &mut row, &talk)?;
        let all = answered == self.version.questions.len();
        let reason = match (all, dice.below(3)) {
            (true, _) => EndReason::Finished,
            (false, 0) => EndReason::TimeUp,
            (false, 1) => EndReason::Inactivity,
            (false, _) => EndReason::EndedByCreator,
        };
        let end = talk.last.plus(MINUTE).min(self.now);
        row.status = Status::Completed.as_str().to_owned();
        row.end_reason = Some(reason.as_str().to_owned());
        row.completed_at = Some(end.millis());
        row.finished_key = end.millis();
        row.prompt_id = None;
        row.question_index = i32::try_from(answered.min(self.version.questions.len().saturating_sub(1))).unwrap_or(0);
        row.holder = 1;
        row.updated_at = end.millis();
        let who = match reason {
            EndReason::Finished => candidate_code(&row),
            EndReason::EndedByCreator => self.decider.clone(),
            EndReason::TimeUp | EndReason::Inactivity | EndReason::Replaced => "system".to_owned(),
        };
        self.event(batch, &row, "completed", &who, Some(reason.as_str()), end)?;
        self.analysed(batch, &mut row, &turns, end)?;
        if rich && row.score.is_some() && dice.chance(30) {
            self.decided(batch, dice, &mut row, end)?;
        }
        if rich && dice.chance(6) {
            self.retake(batch, dice, &mut row, of, end)?;
        }
        batch.sessions.push(row.into());
        Ok(())
    }

    fn analysed(&self, batch: &mut Batch, row: &mut session::Model, turns: &[Turn], at: Timestamp) -> Result<()> {
        let mut result = analyse(Input {
            criteria: &self.version.criteria,
            questions: &self.version.questions,
            turns,
        });
        verify(&mut result, turns);
        row.analysis_state = AnalysisState::Ready.as_str().to_owned();
        row.score = result.overall;
        row.score_key = score_key(result.overall);
        row.score_attempt = Some(row.attempt);
        // Of several attempts the newest completed one counts, and the invented ones complete the first alone.
        let parts = results::rows_of(row, &result, true);
        batch.parts.extend(parts.into_iter().map(Into::into));
        let model = analysis::Model {
            id: self.s.new_id()?,
            workspace_id: self.workspace.0,
            session_id: row.id,
            run: 1,
            state: AnalysisState::Ready.as_str().to_owned(),
            engine: Engine::BuiltIn.as_str().to_owned(),
            model: None,
            prompt_version: None,
            result: Some(serde_json::to_value(result)?),
            error: None,
            batch_id: None,
            created_at: at.millis(),
            updated_at: at.millis(),
        };
        batch.analyses.push(model.into());
        self.event(batch, row, "analysis_ready", "system", None, at)
    }

    fn decided(&self, batch: &mut Batch, dice: &mut Dice, row: &mut session::Model, after: Timestamp) -> Result<()> {
        let (verdict, reason) = match row.score_key {
            60.. => (
                Verdict::Advance,
                dice.pick(&["Concrete and calm throughout.", "Knows the trade-offs.", ""]),
            ),
            30..60 => (
                Verdict::Hold,
                dice.pick(&["Compare with the next five first.", "Ask for a work sample."]),
            ),
            _ => (
                Verdict::Decline,
                dice.pick(&["Too little of their own experience.", ""]),
            ),
        };
        row.verdict = Some(verdict.as_str().to_owned());
        let at = after.plus(dice.between(10 * MINUTE, DAY)).min(self.now);
        let model = decision::Model {
            id: self.s.new_id()?,
            workspace_id: self.workspace.0,
            session_id: row.id,
            verdict: verdict.as_str().to_owned(),
            reason: reason.to_owned(),
            actor: self.decider.clone(),
            created_at: at.millis(),
            updated_at: at.millis(),
        };
        batch.decisions.push(model.into());
        self.event(batch, row, "decided", &self.decider, Some(verdict.as_str()), at)
    }

    /// Another attempt, not started; the one before stays whole.
    fn retake(
        &self,
        batch: &mut Batch,
        dice: &mut Dice,
        former: &mut session::Model,
        of: &candidate::Model,
        after: Timestamp,
    ) -> Result<()> {
        let at = after.plus(dice.between(MINUTE, DAY)).min(self.now);
        let reason = dice.pick(&RetakeReason::ALL);
        let mut next = new_session(&self.s, of, former.attempt + 1)?;
        next.created_at = at.millis();
        next.updated_at = at.millis();
        next.score_key = former.score_key;
        next.score_attempt = former.score_attempt;
        next.verdict.clone_from(&former.verdict);
        next.retake_reason = Some(reason.as_str().to_owned());
        former.is_current = false;
        self.event(batch, &next, "retake_granted", &self.decider, Some(reason.as_str()), at)?;
        batch.sessions.push(next.into());
        Ok(())
    }

    fn event(
        &self,
        batch: &mut Batch,
        row: &session::Model,
        kind: &str,
        actor: &str,
        code: Option<&str>,
        at: Timestamp,
    ) -> Result<()> {
        let model = session_event::Model {
            id: self.s.new_id::<SessionId>()?.0,
            workspace_id: row.workspace_id,
            session_id: row.id,
            kind: kind.to_owned(),
            actor: actor.to_owned(),
            code: code.map(str::to_owned),
            at: at.millis(),
            created_at: at.millis(),
            updated_at: at.millis(),
        };
        batch.events.push(model.into());
        Ok(())
    }
}

fn candidate_code(row: &session::Model) -> String {
    row.candidate_id.map(|id| format!("candidate:{id}")).unwrap_or_default()
}
