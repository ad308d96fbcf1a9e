//! Merging two candidates who are one person: what will become of everything, said before it is done.
//!
//! One entry is kept with its link; the other's attempts move to it and its link stops. Attempts are never joined or
//! dropped once they have begun: they are numbered anew in the order in which they were started.

use crate::{
    candidate::{CandidateInput, NOTES_MAX, Source},
    id::{CandidateId, SessionId},
    session::Status,
    text,
    time::Timestamp,
    words::words,
};
use serde::{Deserialize, Serialize};

/// One of the two entries, with all that a merge looks at.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Which.
    pub id: CandidateId,
    /// What is known of the person.
    pub fields: CandidateInput,
    /// How they came.
    pub source: Source,
    /// When they were added.
    pub added: Timestamp,
    /// Name of the stored resume.
    pub resume: Option<String>,
    /// All attempts, in any order.
    pub attempts: Vec<Held>,
}

/// An attempt of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The session.
    pub session: SessionId,
    /// Its number.
    pub attempt: i32,
    /// Where it stands.
    pub status: Status,
    /// When it was started.
    pub started: Option<Timestamp>,
    /// Whether somebody granted it: it is not the first that everybody has.
    pub granted: bool,
    /// Marked as the one that counts.
    pub counts: bool,
}

/// An entry, as the plan names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MergeSide {
    /// Which.
    pub candidate_id: CandidateId,
    /// Their name.
    pub name: String,
    /// Their email.
    pub email: Option<String>,
    /// How they came.
    pub source: Source,
    /// When they were added.
    pub added_at: Timestamp,
    /// Attempts that they have.
    pub attempts: i32,
}

/// An attempt after the merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MergedAttempt {
    /// The session.
    pub session_id: SessionId,
    /// Whether it comes from the entry that goes.
    pub moved: bool,
    /// Its number now.
    pub was: i32,
    /// Its number after the merge.
    pub attempt: i32,
    /// Where it stands.
    pub status: Status,
    /// When it was started.
    pub started_at: Option<Timestamp>,
    /// Whether it is marked as the one that counts after the merge.
    pub counts: bool,
}

/// A value of the entry that goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MergedValue {
    /// Which field.
    pub field: String,
    /// The value that is kept instead; `null` where there was none.
    pub kept: Option<String>,
    /// The value of the entry that goes.
    pub other: String,
}

words! {
    /// Why two entries cannot be merged this way.
    MergeRefusal {
        /// The person is inside on the link that would stop.
        InProgress = "in_progress",
        /// They are on two interviews.
        OtherInterview = "other_interview",
        /// It is one and the same entry.
        Same = "same",
    }
}

impl MergeRefusal {
    /// A sentence for people.
    #[must_use]
    pub const fn detail(self) -> &'static str {
        match self {
            Self::InProgress => {
                "The entry that would go is taking the interview right now, and its link would stop. Keep that entry instead, or wait until it is completed."
            }
            Self::OtherInterview => "The two are on different interviews. Nothing was changed.",
            Self::Same => "This is one and the same entry. Choose another one.",
        }
    }
}

/// What a merge does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MergePlan {
    /// The entry that is kept: its link, its values, all attempts.
    pub keep: MergeSide,
    /// The entry that goes: its link stops.
    pub gone: MergeSide,
    /// Why it cannot be done; `null` where it can.
    pub refused: Option<MergeRefusal>,
    /// All attempts as they will be, first one first; the last is the current one.
    pub attempts: Vec<MergedAttempt>,
    /// Attempts that go because nobody started them.
    pub dropped: Vec<SessionId>,
    /// Values that fill empty fields of the kept entry.
    pub filled: Vec<MergedValue>,
    /// Values that are not kept: the kept entry says something else.
    pub lost: Vec<MergedValue>,
    /// Names this plan; sent back, a merge that would do something else is refused.
    pub mark: String,
}

fn side(entry: &Entry) -> MergeSide {
    MergeSide {
        candidate_id: entry.id,
        name: entry.fields.name.clone(),
        email: entry.fields.email.clone(),
        source: entry.source,
        added_at: entry.added,
        attempts: i32::try_from(entry.attempts.len()).unwrap_or(i32::MAX),
    }
}

/// Plans the merge of `gone` into `keep`. `mark` is left empty.
#[must_use]
pub fn plan_merge(keep: &Entry, gone: &Entry, same_interview: bool) -> MergePlan {
    let inside = gone.attempts.iter().any(|a| a.status == Status::InProgress);
    let refused = if keep.id == gone.id {
        Some(MergeRefusal::Same)
    } else if !same_interview {
        Some(MergeRefusal::OtherInterview)
    } else {
        inside.then_some(MergeRefusal::InProgress)
    };
    let (attempts, dropped) = if refused.is_some() {
        (Vec::new(), Vec::new())
    } else {
        number(&keep.attempts, &gone.attempts)
    };
    let (filled, lost) = values(keep, gone);
    MergePlan {
        keep: side(keep),
        gone: side(gone),
        refused,
        attempts,
        dropped,
        filled,
        lost,
        mark: String::new(),
    }
}

/// Numbers all attempts anew: those that began in the order of their start, what is open last.
fn number(keep: &[Held], gone: &[Held]) -> (Vec<MergedAttempt>, Vec<SessionId>) {
    let all = || keep.iter().map(|a| (false, a)).chain(gone.iter().map(|a| (true, a)));
    let mut order: Vec<(bool, &Held)> = all().filter(|(_, a)| a.status == Status::Completed).collect();
    order.sort_by_key(|(_, a)| (a.started, a.session));
    let inside = all().find(|(_, a)| a.status == Status::InProgress);
    let waiting: Vec<(bool, &Held)> = all().filter(|(_, a)| a.status == Status::NotStarted).collect();
    let mut stays = None;
    if inside.is_none() && (order.is_empty() || waiting.iter().any(|(_, a)| a.granted)) {
        // One that waits is like another; the kept entry's own need not move.
        stays = waiting.iter().find(|(moved, _)| !moved).or(waiting.first()).copied();
    }
    order.extend(inside.or(stays));
    let marked = |from_gone: bool| {
        let of = if from_gone { gone } else { keep };
        of.iter().find(|a| a.counts).map(|a| a.session)
    };
    let counting = marked(false).or_else(|| marked(true));
    let attempts = (1..)
        .zip(&order)
        .map(|(attempt, (moved, a))| MergedAttempt {
            session_id: a.session,
            moved: *moved,
            was: a.attempt,
            attempt,
            status: a.status,
            started_at: a.started,
            counts: counting == Some(a.session),
        })
        .collect();
    let left = |a: &&Held| stays.is_none_or(|(_, kept)| kept.session != a.session);
    let dropped = waiting.into_iter().map(|(_, a)| a).filter(left).map(|a| a.session);
    (attempts, dropped.collect())
}

/// The fields of an entry by name, the name and the resume among them.
fn named(entry: &Entry) -> impl Iterator<Item = (&'static str, Option<String>)> {
    entry
        .fields
        .named()
        .into_iter()
        .chain([("resume", entry.resume.clone())])
}

fn values(keep: &Entry, gone: &Entry) -> (Vec<MergedValue>, Vec<MergedValue>) {
    let (mut filled, mut lost) = (Vec::new(), Vec::new());
    for ((field, kept), (_, other)) in named(keep).zip(named(gone)) {
        let Some(other) = other else { continue };
        let alike = kept.as_deref().is_some_and(|kept| match field {
            "email" => text::email_norm(kept) == text::email_norm(&other),
            _ => kept == other,
        });
        if alike {
            continue;
        }
        // Two notes can stand one below the other; nothing else can be both.
        let fits = field == "notes" && joined_notes(kept.as_deref(), &other).is_some();
        let to = if kept.is_none() || fits { &mut filled } else { &mut lost };
        to.push(MergedValue {
            field: field.to_owned(),
            kept,
            other,
        });
    }
    (filled, lost)
}

/// Both notes, if they are not too long together.
fn joined_notes(kept: Option<&str>, other: &str) -> Option<String> {
    let joined = match kept {
        Some(kept) => format!("{kept}\n\n{other}"),
        None => other.to_owned(),
    };
    (text::chars(&joined) <= NOTES_MAX).then_some(joined)
}

/// The fields of the kept entry after the merge.
#[must_use]
pub fn merged_fields(keep: &CandidateInput, gone: &CandidateInput) -> CandidateInput {
    let either = |kept: &Option<String>, other: &Option<String>| kept.clone().or_else(|| other.clone());
    let notes = match (&keep.notes, &gone.notes) {
        (Some(kept), Some(other)) if kept != other => joined_notes(Some(kept), other).or_else(|| Some(kept.clone())),
        (kept, other) => kept.clone().or_else(|| other.clone()),
    };
    CandidateInput {
        name: keep.name.clone(),
        email: either(&keep.email, &gone.email),
        phone: either(&keep.phone, &gone.phone),
        school: either(&keep.school, &gone.school),
        major: either(&keep.major, &gone.major),
        degree: either(&keep.degree, &gone.degree),
        graduation_year: keep.graduation_year.or(gone.graduation_year),
        work_experience: either(&keep.work_experience, &gone.work_experience),
        notes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn held(id: u128, attempt: i32, status: Status, started: Option<i64>) -> Held {
        Held {
            session: SessionId(Uuid::from_u128(id)),
            attempt,
            status,
            started: started.map(Timestamp::from_millis),
            granted: attempt > 1,
            counts: false,
        }
    }

    fn entry(id: u128, name: &str, attempts: Vec<Held>) -> Entry {
        Entry {
            id: CandidateId(Uuid::from_u128(id)),
            fields: CandidateInput {
                name: name.into(),
                ..Default::default()
            },
            source: Source::Invited,
            added: Timestamp::from_millis(0),
            resume: None,
            attempts,
        }
    }

    fn shape(plan: &MergePlan) -> Vec<(u128, bool, i32)> {
        let shape = |a: &MergedAttempt| (a.session_id.0.as_u128(), a.moved, a.attempt);
        plan.attempts.iter().map(shape).collect()
    }

    #[test]
    fn an_invitation_that_nobody_used_gives_way_to_what_was_done() {
        let invited = entry(1, "Ana", vec![held(11, 1, Status::NotStarted, None)]);
        let walked_in = entry(2, "Ana", vec![held(21, 1, Status::Completed, Some(5))]);
        let plan = plan_merge(&invited, &walked_in, true);
        assert_eq!(shape(&plan), [(21, true, 1)]);
        assert_eq!(plan.dropped, [SessionId(Uuid::from_u128(11))]);
        let other_way = plan_merge(&walked_in, &invited, true);
        assert_eq!(shape(&other_way), [(21, false, 1)]);
        assert_eq!(other_way.dropped, [SessionId(Uuid::from_u128(11))]);
    }

    #[test]
    fn attempts_are_numbered_by_their_start() {
        let one = entry(
            1,
            "Ana",
            vec![
                held(11, 1, Status::Completed, Some(10)),
                held(12, 2, Status::Completed, Some(30)),
            ],
        );
        let two = entry(2, "Ana", vec![held(21, 1, Status::Completed, Some(20))]);
        assert_eq!(
            shape(&plan_merge(&one, &two, true)),
            [(11, false, 1), (21, true, 2), (12, false, 3)]
        );
    }

    #[test]
    fn a_granted_retake_that_waits_is_not_lost() {
        let one = entry(1, "Ana", vec![held(11, 1, Status::Completed, Some(10))]);
        let two = entry(
            2,
            "Ana",
            vec![
                held(21, 1, Status::Completed, Some(5)),
                held(22, 2, Status::NotStarted, None),
            ],
        );
        let plan = plan_merge(&one, &two, true);
        assert_eq!(shape(&plan), [(21, true, 1), (11, false, 2), (22, true, 3)]);
        assert!(plan.dropped.is_empty());
    }

    #[test]
    fn nobody_is_thrown_out_of_the_interview() {
        let done = entry(1, "Ana", vec![held(11, 1, Status::Completed, Some(30))]);
        let inside = entry(2, "Ana", vec![held(21, 1, Status::InProgress, Some(20))]);
        assert_eq!(plan_merge(&done, &inside, true).refused, Some(MergeRefusal::InProgress));
        let plan = plan_merge(&inside, &done, true);
        assert_eq!(plan.refused, None);
        assert_eq!(
            shape(&plan),
            [(11, true, 1), (21, false, 2)],
            "what is open is current, whenever it began"
        );
    }

    #[test]
    fn values_fill_gaps_and_never_replace() {
        let mut one = entry(1, "Ana", vec![]);
        one.fields.email = Some("Ana@example.com".into());
        one.fields.phone = Some("12345".into());
        one.fields.notes = Some("calm".into());
        let mut two = entry(2, "Ana Lima", vec![]);
        two.fields.email = Some("ana@EXAMPLE.com".into());
        two.fields.phone = Some("67890".into());
        two.fields.school = Some("MIT".into());
        two.fields.notes = Some("quick".into());
        let plan = plan_merge(&one, &two, true);
        let names = |values: &[MergedValue]| values.iter().map(|v| v.field.clone()).collect::<Vec<_>>();
        assert_eq!(names(&plan.filled), ["school", "notes"]);
        assert_eq!(names(&plan.lost), ["name", "phone"]);
        let merged = merged_fields(&one.fields, &two.fields);
        assert_eq!(merged.name, "Ana");
        assert_eq!(merged.phone.as_deref(), Some("12345"));
        assert_eq!(merged.school.as_deref(), Some("MIT"));
        assert_eq!(merged.notes.as_deref(), Some("calm\n\nquick"));
    }

    /// Every arrangement of up to two attempts on both sides: nothing that began is lost, at most one is open, it is
    /// the last, and the numbers run from 1 without a gap.
    #[test]
    fn whatever_the_two_hold_the_result_is_a_candidate() {
        let kinds = [Status::NotStarted, Status::InProgress, Status::Completed];
        let mut sides: Vec<Vec<Status>> = kinds.iter().map(|k| vec![*k]).collect();
        sides.extend(kinds.iter().map(|k| vec![Status::Completed, *k]));
        let build = |id: u128, statuses: &[Status], from: i64| {
            let attempts = (1..).zip(statuses).map(|(n, status)| {
                let started = (*status != Status::NotStarted).then_some(from + i64::from(n) * 10);
                held(id * 10 + n as u128, n, *status, started)
            });
            entry(id, "Ana", attempts.collect())
        };
        for one in &sides {
            for two in &sides {
                for offset in [0, 5, 15] {
                    let (keep, gone) = (build(1, one, 0), build(2, two, offset));
                    let plan = plan_merge(&keep, &gone, true);
                    if two.contains(&Status::InProgress) {
                        assert_eq!(plan.refused, Some(MergeRefusal::InProgress));
                        continue;
                    }
                    let at = format!("{one:?} {two:?} {offset}: {plan:?}");
                    let begun = |e: &Entry| e.attempts.iter().filter(|a| a.started.is_some()).count();
                    let kept = plan.attempts.iter().filter(|a| a.started_at.is_some()).count();
                    assert_eq!(kept, begun(&keep) + begun(&gone), "{at}");
                    let open = |a: &MergedAttempt| a.status != Status::Completed;
                    assert!(plan.attempts.iter().rev().skip(1).all(|a| !open(a)), "{at}");
                    assert!(
                        plan.attempts
                            .iter()
                            .map(|a| a.attempt)
                            .eq(1..=plan.attempts.len() as i32),
                        "{at}"
                    );
                    assert!(!plan.attempts.is_empty(), "{at}");
                    assert_eq!(plan.attempts.len() + plan.dropped.len(), one.len() + two.len(), "{at}");
                }
            }
        }
    }
}
