//! Ready-made interviews to start from. They are content, not code: one JSON file each, of the shape that POST takes.

use crate::{
    Services,
    error::{Result, ServiceError},
};
use parley_domain::{
    account::{Action, Actor},
    interview::Template,
};

/// Key, name, summary, file.
const FILES: [(&str, &str, &str, &str); 5] = [
    (
        "software_engineer",
        "Software engineer",
        "Things they built, a hard bug, a short piece of code, working with others.",
        include_str!("templates/software_engineer.json"),
    ),
    (
        "customer_support",
        "Customer support",
        "Angry customers, two replies to write, what to hand over.",
        include_str!("templates/customer_support.json"),
    ),
    (
        "sales",
        "Sales",
        "A deal won, a deal lost, qualifying, a first email.",
        include_str!("templates/sales.json"),
    ),
    (
        "university_admission",
        "University admission",
        "Motivation, reasoning about a study, own work, no time limit.",
        include_str!("templates/university_admission.json"),
    ),
    (
        "user_research",
        "User research",
        "How people work today, what hurts, what they have tried; with deep follow-ups.",
        include_str!("templates/user_research.json"),
    ),
];

fn read(file: &(&str, &str, &str, &str)) -> Result<Template> {
    let (key, name, summary, json) = *file;
    Ok(Template {
        key: key.to_owned(),
        name: name.to_owned(),
        summary: summary.to_owned(),
        interview: serde_json::from_str(json)?,
    })
}

/// All templates, in the order in which they are offered.
///
/// # Errors
/// An actor who may not read.
pub fn templates(s: &Services, actor: &Actor) -> Result<Vec<Template>> {
    s.allow_own(actor, Action::Read)?;
    FILES.iter().map(read).collect()
}

/// The template called `key`.
///
/// # Errors
/// One that there is not; an actor who may not read.
pub fn template(s: &Services, actor: &Actor, key: &str) -> Result<Template> {
    s.allow_own(actor, Action::Read)?;
    read(FILES.iter().find(|file| file.0 == key).ok_or(ServiceError::NotFound)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use parley_domain::{interview::InterviewState, question::QuestionKind};

    #[test]
    fn every_template_is_a_whole_valid_interview() {
        for file in &FILES {
            let template = read(file).unwrap();
            let key = template.key;
            let input = template
                .interview
                .clone()
                .checked()
                .unwrap_or_else(|e| panic!("{key}: {e:?}"));
            assert_eq!(input, template.interview, "{key}: nothing had to be cleaned");
            assert_eq!(input.state, InterviewState::Draft, "{key}");
            for prose in [&input.description, &input.welcome, &input.objective, &template.summary] {
                assert!(prose.len() > 20, "{key}");
            }
            assert!((3..=6).contains(&input.criteria.len()), "{key}");
            assert!(input.criteria.iter().all(|c| !c.description.is_empty()), "{key}");
            for kind in QuestionKind::ALL {
                assert!(input.questions.iter().any(|q| q.kind == kind), "{key} has no {kind:?}");
            }
            // The built-in analysis has something to look for in most answers.
            let judged = input.questions.iter().filter(|q| !q.expected_points.is_empty()).count();
            assert!(judged * 2 > input.questions.len(), "{key}");
        }
        let mut keys: Vec<_> = FILES.iter().map(|f| f.0).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), FILES.len());
    }
}
