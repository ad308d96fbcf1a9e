//! Addresses of the dialog: which step, and in its tables which rows.

use parley_domain::{
    id::{ImportId, InterviewId},
    import::ImportState,
};

/// A step of the dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Choose a file.
    Upload,
    /// What the columns hold.
    Match,
    /// What will become of every row.
    Check,
    /// Progress and result.
    Done,
}

impl Step {
    pub(super) const ALL: [Self; 4] = [Self::Upload, Self::Match, Self::Check, Self::Done];

    /// The word in the address.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Upload => "new",
            Self::Match => "match",
            Self::Check => "check",
            Self::Done => "done",
        }
    }

    /// The step that an address names by its end.
    pub(super) fn of_path(path: &str) -> Option<Self> {
        let end = path.trim_end_matches('/').rsplit('/').next()?;
        Self::ALL.into_iter().find(|step| step.as_str() == end)
    }

    /// The step to show for an import in this state, where `wanted` is asked for.
    pub(super) fn for_state(state: ImportState, wanted: Option<Self>) -> Self {
        match (state, wanted) {
            (ImportState::Reading | ImportState::Preview, Some(Self::Check)) => Self::Check,
            (ImportState::Reading | ImportState::Preview, _) => Self::Match,
            _ => Self::Done,
        }
    }
}

/// The first step: a new import.
#[must_use]
pub fn new_import_href(slug: &str, interview: InterviewId) -> String {
    format!("/w/{slug}/interviews/{interview}/imports/new")
}

/// A step of an import.
pub(super) fn step_href(slug: &str, interview: InterviewId, id: ImportId, step: Step) -> String {
    format!("/w/{slug}/interviews/{interview}/imports/{id}/{}", step.as_str())
}

/// The same page with other rows: `only` a fate or a result, `cursor` a page.
pub(super) fn rows_href(path: &str, only: &str, cursor: &str) -> String {
    let mut href = path.to_owned();
    let mut joint = '?';
    for (name, value) in [("only", only), ("cursor", cursor)] {
        if !value.is_empty() {
            href.push(joint);
            href.push_str(name);
            href.push('=');
            href.push_str(value);
            joint = '&';
        }
    }
    href
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_stand_in_the_address() {
        assert_eq!(Step::of_path("/w/a/interviews/1/imports/new"), Some(Step::Upload));
        assert_eq!(Step::of_path("/w/a/interviews/1/imports/2/check/"), Some(Step::Check));
        assert_eq!(Step::of_path("/w/a/interviews/1/imports/2"), None);
        assert_eq!(rows_href("/x", "", ""), "/x");
        assert_eq!(rows_href("/x", "new", "51"), "/x?only=new&cursor=51");
        assert_eq!(rows_href("/x", "", "0"), "/x?cursor=0");
    }

    #[test]
    fn a_state_has_its_step() {
        assert_eq!(Step::for_state(ImportState::Preview, Some(Step::Check)), Step::Check);
        assert_eq!(Step::for_state(ImportState::Preview, Some(Step::Done)), Step::Match);
        assert_eq!(Step::for_state(ImportState::Running, Some(Step::Match)), Step::Done);
        assert_eq!(Step::for_state(ImportState::Undone, None), Step::Done);
    }
}
