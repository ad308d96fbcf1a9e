//! Who may do what: roles, actors and the one policy function.

use crate::{
    id::{ApiKeyId, CandidateId, UserId, WorkspaceId},
    words::words,
};

words! {
    /// What a member (or an API key) may do in a workspace; each role may do all that the ones before it may.
    Role {
        /// Reads interviews, sessions and reports; changes nothing and never sees invite links.
        Viewer = "viewer",
        /// Works with interviews and candidates.
        Member = "member",
        /// Manages members below owner, keys and settings.
        Admin = "admin",
        /// May do everything.
        Owner = "owner",
    }
}

/// Something that a person, a key or the system wants to do to a [`Resource`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Read interviews, candidates, sessions, transcripts, reports, exports.
    Read,
    /// See and copy invite links.
    SeeLinks,
    /// Make, edit, pause and archive interviews.
    EditInterviews,
    /// Add, import, edit, delete and restore candidates; replace and extend links.
    EditCandidates,
    /// Create, change and revoke public links.
    ManagePublicLinks,
    /// Grant or decline retakes and mark which attempt counts.
    GrantRetakes,
    /// End a session, run an analysis again.
    EndSessions,
    /// Record a decision about a candidate.
    Decide,
    /// Use features that cost AI tokens.
    SpendTokens,
    /// Add, change and remove members below owner.
    ManageMembers,
    /// Make and revoke API keys.
    ManageApiKeys,
    /// Change settings of the workspace (its name, AI, retention, webhooks).
    ManageSettings,
    /// Read the audit log.
    ReadAudit,
    /// Purge deleted data at once.
    Erase,
    /// Add, change and remove owners.
    ManageOwners,
    /// Delete the workspace.
    DeleteWorkspace,
    /// Take one's own interview: read the own view, start, answer, finish.
    TakeInterview,
}

impl Action {
    /// All actions.
    pub const ALL: [Self; 17] = [
        Self::Read,
        Self::SeeLinks,
        Self::EditInterviews,
        Self::EditCandidates,
        Self::ManagePublicLinks,
        Self::GrantRetakes,
        Self::EndSessions,
        Self::Decide,
        Self::SpendTokens,
        Self::ManageMembers,
        Self::ManageApiKeys,
        Self::ManageSettings,
        Self::ReadAudit,
        Self::Erase,
        Self::ManageOwners,
        Self::DeleteWorkspace,
        Self::TakeInterview,
    ];

    /// The lowest role that may do this in its own workspace; `None` for what only a candidate does.
    #[must_use]
    pub const fn least_role(self) -> Option<Role> {
        match self {
            Self::Read => Some(Role::Viewer),
            Self::SeeLinks
            | Self::EditInterviews
            | Self::EditCandidates
            | Self::ManagePublicLinks
            | Self::GrantRetakes
            | Self::EndSessions
            | Self::Decide
            | Self::SpendTokens => Some(Role::Member),
            Self::ManageMembers | Self::ManageApiKeys | Self::ManageSettings | Self::ReadAudit | Self::Erase => {
                Some(Role::Admin)
            }
            Self::ManageOwners | Self::DeleteWorkspace => Some(Role::Owner),
            Self::TakeInterview => None,
        }
    }
}

/// Who is asking. The role is read from the database at each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in member of a workspace.
    Member {
        /// The workspace that the request is about.
        workspace: WorkspaceId,
        /// The person.
        user: UserId,
        /// Their role there.
        role: Role,
    },
    /// An API key.
    ApiKey {
        /// The key's workspace.
        workspace: WorkspaceId,
        /// The key.
        key: ApiKeyId,
        /// The key's role, never above its maker's.
        role: Role,
    },
    /// A candidate, known by their invite token.
    Candidate {
        /// The workspace of their interview.
        workspace: WorkspaceId,
        /// The candidate.
        candidate: CandidateId,
    },
    /// Parley itself: jobs, the sweeper, the command line.
    System,
}

impl Actor {
    /// The workspace that this actor is in; `None` for the system.
    #[must_use]
    pub const fn workspace(&self) -> Option<WorkspaceId> {
        match self {
            Self::Member { workspace, .. } | Self::ApiKey { workspace, .. } | Self::Candidate { workspace, .. } => {
                Some(*workspace)
            }
            Self::System => None,
        }
    }

    /// The role of a member or key.
    #[must_use]
    pub const fn role(&self) -> Option<Role> {
        match self {
            Self::Member { role, .. } | Self::ApiKey { role, .. } => Some(*role),
            Self::Candidate { .. } | Self::System => None,
        }
    }

    /// A short code for logs and event rows: holds no personal data.
    #[must_use]
    pub fn code(&self) -> String {
        match self {
            Self::Member { user, .. } => format!("user:{user}"),
            Self::ApiKey { key, .. } => format!("key:{key}"),
            Self::Candidate { candidate, .. } => format!("candidate:{candidate}"),
            Self::System => "system".to_owned(),
        }
    }
}

/// What an action is about: something in a workspace, perhaps belonging to one candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The workspace it is in.
    pub workspace: WorkspaceId,
    /// The candidate it belongs to, if it does.
    pub candidate: Option<CandidateId>,
}

impl Resource {
    /// Something of a workspace.
    #[must_use]
    pub const fn of(workspace: WorkspaceId) -> Self {
        Self {
            workspace,
            candidate: None,
        }
    }

    /// Something of one candidate.
    #[must_use]
    pub const fn of_candidate(workspace: WorkspaceId, candidate: CandidateId) -> Self {
        Self {
            workspace,
            candidate: Some(candidate),
        }
    }
}

/// The one policy: whether `actor` may do `action` to `resource`. Nothing crosses a workspace.
#[must_use]
pub fn can(actor: &Actor, action: Action, resource: &Resource) -> bool {
    match *actor {
        Actor::System => true,
        Actor::Member { workspace, role, .. } | Actor::ApiKey { workspace, role, .. } => {
            workspace == resource.workspace && action.least_role().is_some_and(|least| role >= least)
        }
        Actor::Candidate { workspace, candidate } => {
            action == Action::TakeInterview && workspace == resource.workspace && resource.candidate == Some(candidate)
        }
    }
}

/// Passwords: how short is refused.
pub const PASSWORD_MIN: usize = 10;
/// Passwords: how long is refused (argon2 would spend time on every byte).
pub const PASSWORD_MAX: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const HOME: WorkspaceId = WorkspaceId(Uuid::from_u128(1));
    const AWAY: WorkspaceId = WorkspaceId(Uuid::from_u128(2));

    /// The table of spec §8, written out once more by hand so that a slip in `least_role` shows.
    fn allowed(action: Action) -> [bool; 4] {
        use Action::*;
        match action {
            Read => [true, true, true, true],
            SeeLinks | EditInterviews | EditCandidates | ManagePublicLinks | GrantRetakes | EndSessions | Decide
            | SpendTokens => [false, true, true, true],
            ManageMembers | ManageApiKeys | ManageSettings | ReadAudit | Erase => [false, false, true, true],
            ManageOwners | DeleteWorkspace => [false, false, false, true],
            TakeInterview => [false; 4],
        }
    }

    #[test]
    fn every_action_role_and_workspace() {
        for action in Action::ALL {
            for (role, expected) in Role::ALL.into_iter().zip(allowed(action)) {
                let actors = [
                    Actor::Member {
                        workspace: HOME,
                        user: UserId::NIL,
                        role,
                    },
                    Actor::ApiKey {
                        workspace: HOME,
                        key: ApiKeyId::NIL,
                        role,
                    },
                ];
                for actor in actors {
                    assert_eq!(
                        can(&actor, action, &Resource::of(HOME)),
                        expected,
                        "{action:?} {role:?}"
                    );
                    assert!(
                        !can(&actor, action, &Resource::of(AWAY)),
                        "{action:?} {role:?} crosses workspaces"
                    );
                }
            }
        }
    }

    #[test]
    fn a_candidate_takes_only_their_own_interview() {
        let me = CandidateId(Uuid::from_u128(7));
        let other = CandidateId(Uuid::from_u128(8));
        let actor = Actor::Candidate {
            workspace: HOME,
            candidate: me,
        };
        for action in Action::ALL {
            let own = action == Action::TakeInterview;
            assert_eq!(can(&actor, action, &Resource::of_candidate(HOME, me)), own);
            assert!(!can(&actor, action, &Resource::of_candidate(HOME, other)));
            assert!(!can(&actor, action, &Resource::of_candidate(AWAY, me)));
            assert!(!can(&actor, action, &Resource::of(HOME)));
        }
    }
}
