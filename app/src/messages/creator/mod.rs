//! The creators' screens, in English. One file an area; the English text is each field's documentation.

/// Declares the texts of an area: a struct of `&'static str` and functions, and its English value.
macro_rules! texts {
    (
        $(#[$about:meta])*
        $name:ident, $value:ident;
        $($field:ident = $text:literal,)*
        $(=> $($call:ident($($arg:ident: $kind:ty),*) = $body:expr,)*)?
    ) => {
        $(#[$about])*
        #[derive(Debug)]
        pub struct $name {
            // As code: an address in a text is no link.
            $(#[doc = concat!("`` ", $text, " ``")] pub $field: &'static str,)*
            $($(#[doc = stringify!($body)] pub $call: fn($($kind),*) -> String,)*)?
        }

        pub(super) static $value: $name = $name {
            $($field: $text,)*
            $($($call: |$($arg: $kind),*| $body,)*)?
        };
    };
}

mod accounts;
mod ai;
mod analysis;
mod attempts;
mod common;
mod failures;
mod imports;
mod interviews;
mod links;
mod members;
mod results;
mod resumes;
mod sessions;
mod usage;
mod workspace;

pub use accounts::Accounts;
pub use ai::Ai;
pub use analysis::Analyses;
pub use attempts::{Attempts, merged_field_word};
pub use common::Common;
pub use failures::Failures;
pub use imports::*;
pub use interviews::Interviews;
pub use links::Links;
pub use members::Members;
pub use results::Results;
pub use resumes::*;
pub use sessions::*;
pub use usage::*;
pub use workspace::Workspace;

/// The texts of the creators' screens.
#[derive(Debug)]
pub struct Creator {
    /// Words used everywhere; `creator().cancel` reaches them directly.
    pub common: &'static Common,
    /// Setup, log in, profile, keys.
    pub accounts: &'static Accounts,
    /// Analyses, interviews from descriptions.
    pub analysis: &'static Analyses,
    /// The AI model: settings and use.
    pub ai: &'static Ai,
    /// What a failure says.
    pub failures: &'static Failures,
    /// Retakes, comparison, possible duplicates.
    pub attempts: &'static Attempts,
    /// List, editor, settings.
    pub interviews: &'static Interviews,
    /// Links: the shareable one, how long invite links work, the preview.
    pub links: &'static Links,
    /// Members of the workspace.
    pub members: &'static Members,
    /// The Results tab.
    pub results: &'static Results,
    /// Import by Excel.
    pub imports: &'static Imports,
    /// Sessions tab, candidates, report.
    pub sessions: &'static Sessions,
    /// Import by resumes, and the resume that fills a form.
    pub resumes: &'static Resumes,
    /// Usage: AI tokens.
    pub usage: &'static Usage,
    /// The workspace as a whole: its end.
    pub workspace: &'static Workspace,
}

impl std::ops::Deref for Creator {
    type Target = Common;

    fn deref(&self) -> &Common {
        self.common
    }
}

static ENGLISH: Creator = Creator {
    common: &common::ENGLISH,
    accounts: &accounts::ENGLISH,
    analysis: &analysis::ENGLISH,
    ai: &ai::ENGLISH,
    failures: &failures::ENGLISH,
    attempts: &attempts::ENGLISH,
    interviews: &interviews::ENGLISH,
    links: &links::ENGLISH,
    members: &members::ENGLISH,
    results: &results::ENGLISH,
    imports: &imports::ENGLISH,
    sessions: &sessions::ENGLISH,
    resumes: &resumes::ENGLISH,
    usage: &usage::ENGLISH,
    workspace: &workspace::ENGLISH,
};

/// The texts of the creators' screens.
#[must_use]
pub const fn creator() -> &'static Creator {
    &ENGLISH
}
