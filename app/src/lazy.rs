//! The pages as routes, area by area, each area a part of the bundle of its own: what a browser loads first is the frame, and
//! an area's code comes when one of its pages is first opened.
//!
//! The parts exist only in what `scripts/build.sh` makes (`cargo leptos build --split` with the feature `lazy`): the attribute
//! leaves imports behind that nothing but the splitter resolves. Everywhere else a page is linked in as usual.

use crate::pages::{account, imports, interviews, results, resumes, sessions, workspace};
use leptos::prelude::*;
use leptos_router::LazyRoute;

/// An area is one part of the bundle. Each line in it: a number of its own there, the route, the component that is its page,
/// and its address, `*` for what varies.
macro_rules! areas {
    ($($(#[$doc:meta])* $area:ident, $preload:ident {
        $($(#[$page_doc:meta])* $number:literal $name:ident => $page:path, $address:literal;)*
    })*) => {
        /// Addresses with the names of their areas.
        const ADDRESSES: &[(&str, &str)] = &[$($(($address, stringify!($area))),*),*];

        $(
            $(#[$doc])*
            #[cfg_attr(feature = "lazy", leptos::lazy)]
            async fn $area(page: u32) -> AnyView {
                match page {
                    $($number => $page().into_any(),)*
                    _ => ().into_any(),
                }
            }

            $(
                $(#[$page_doc])*
                #[derive(Debug)]
                pub struct $name;

                impl LazyRoute for $name {
                    fn data() -> Self {
                        Self
                    }

                    async fn view(_: Self) -> AnyView {
                        $area($number).await
                    }

                    #[cfg(all(feature = "lazy", target_arch = "wasm32"))]
                    async fn preload() {
                        $preload().await;
                    }
                }
            )*
        )*
    };
}

/// The name of the area at a path, for asking for its part together with the main one.
#[must_use]
pub fn area_of(path: &str) -> Option<&'static str> {
    let fits = |address: &str| {
        let (mut wanted, mut given) = (address.split('/'), path.trim_end_matches('/').split('/'));
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return true,
                (Some("*"), Some(part)) if !part.is_empty() => {}
                (Some(a), Some(b)) if a == b => {}
                _ => return false,
            }
        }
    };
    ADDRESSES
        .iter()
        .find(|(address, _)| fits(address))
        .map(|(_, name)| *name)
}

areas! {
    /// Before one is in a workspace.
    account_area, __preload_account_area {
        /// Where a person without a workspace in the address lands.
        0 HomeRoute => account::Home, "";
        /// Log in.
        1 LogInRoute => account::LogIn, "/login";
        /// The first visitor's page.
        2 SetUpRoute => account::SetUp, "/setup";
    }
    /// The workspace as a whole.
    workspace_area, __preload_workspace_area {
        /// Profile.
        0 ProfileRoute => workspace::Profile, "/w/*/settings";
        /// API keys.
        1 KeysRoute => workspace::Keys, "/w/*/settings/keys";
        /// Members.
        2 MembersRoute => workspace::MembersPage, "/w/*/settings/members";
        /// The AI model.
        3 AiModelRoute => workspace::AiModel, "/w/*/settings/ai";
        /// AI tokens.
        4 UsageRoute => workspace::Usage, "/w/*/usage";
    }
    /// Interviews, from the outside.
    interviews_area, __preload_interviews_area {
        /// The workspace at a glance.
        0 DashboardRoute => workspace::Dashboard, "/w/*";
        /// Interviews.
        1 InterviewListRoute => interviews::InterviewList, "/w/*/interviews";
        /// New interview.
        2 NewInterviewRoute => interviews::NewInterview, "/w/*/interviews/new";
    }
    /// What an interview is made of.
    editor_area, __preload_editor_area {
        /// Content tab.
        0 ContentRoute => interviews::ContentTab, "/w/*/interviews/*/content";
        /// Settings tab.
        1 SettingsRoute => interviews::SettingsTab, "/w/*/interviews/*/settings";
        /// A new interview from a description.
        2 DescribeRoute => interviews::DescribePage, "/w/*/interviews/describe";
    }
    /// Lists of sessions.
    sessions_area, __preload_sessions_area {
        /// Sessions tab.
        0 SessionsRoute => sessions::SessionsTab, "/w/*/interviews/*/sessions";
        /// Sessions of all interviews.
        1 AllSessionsRoute => sessions::AllSessionsPage, "/w/*/sessions";
    }
    /// What hangs on the Sessions tab, and the Results tab beside it.
    beside_area, __preload_beside_area {
        /// Recently deleted.
        0 DeletedRoute => sessions::DeletedPage, "/w/*/interviews/*/deleted";
        /// Who asks for a retake.
        1 RetakeQueueRoute => sessions::RetakeQueuePage, "/w/*/interviews/*/retakes";
        /// Results tab.
        2 ResultsRoute => results::ResultsTab, "/w/*/interviews/*/results";
    }
    /// Import by Excel.
    imports_area, __preload_imports_area {
        /// The first step.
        0 UploadRoute => imports::UploadStep, "/w/*/interviews/*/imports/new";
        /// An import without a step.
        1 ImportRoute => imports::ImportSteps, "/w/*/interviews/*/imports/*";
        /// A step of an import.
        2 ImportStepRoute => imports::ImportSteps, "/w/*/interviews/*/imports/*/*";
    }
    /// What came of a session.
    report_area, __preload_report_area {
        /// A session's report.
        0 ReportRoute => sessions::ReportPage, "/w/*/interviews/*/sessions/*";
        /// Attempts side by side.
        1 CompareRoute => sessions::ComparePage, "/w/*/interviews/*/candidates/*/compare";
    }
    /// Import by resumes.
    resumes_area, __preload_resumes_area {
        /// Upload, and what is under way.
        0 ResumesRoute => resumes::ResumesPage, "/w/*/interviews/*/resumes";
        /// One batch: the same page at its own address.
        1 ResumeBatchRoute => resumes::ResumesPage, "/w/*/interviews/*/resumes/*";
    }
}

#[cfg(test)]
mod tests {
    use super::area_of;

    #[test]
    fn an_address_has_its_area() {
        assert_eq!(area_of("/"), Some("account_area"));
        assert_eq!(area_of("/w/acme"), Some("interviews_area"));
        assert_eq!(area_of("/w/acme/"), Some("interviews_area"));
        assert_eq!(area_of("/w/acme/interviews/new"), Some("interviews_area"));
        assert_eq!(area_of("/w/acme/interviews/1/sessions"), Some("sessions_area"));
        assert_eq!(area_of("/w/acme/interviews/1/sessions/2"), Some("report_area"));
        assert_eq!(area_of("/w/acme/interviews/1/resumes"), Some("resumes_area"));
        assert_eq!(area_of("/w/acme/interviews/1/resumes/2"), Some("resumes_area"));
        assert_eq!(area_of("/w/acme/interviews/1/imports/2/check"), Some("imports_area"));
        assert_eq!(area_of("/w"), None);
        assert_eq!(area_of("/w/acme/nowhere"), None);
    }
}
