//! Members of a workspace, and who may change whom.

use crate::{
    account::{Action, Role},
    id::UserId,
    time::{ShownTime, Timestamp},
};
use serde::{Deserialize, Serialize};

/// A member of a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Member {
    /// The person.
    pub id: UserId,
    /// Shown name.
    pub name: String,
    /// What they sign in with.
    pub email: String,
    /// What they may do here.
    pub role: Role,
    /// Since when they belong here.
    pub created_at: Timestamp,
}

/// A member as the list shows them to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberSeen {
    /// The person.
    pub id: UserId,
    /// Shown name.
    pub name: String,
    /// What they sign in with.
    pub email: String,
    /// What they may do here.
    pub role: Role,
    /// Since when they belong here.
    pub joined: ShownTime,
    /// Whether this is the person who looks.
    pub you: bool,
    /// The roles that the person who looks may give them, lowest first; none where they may change nothing.
    pub may_give: Vec<Role>,
    /// Whether the person who looks may remove them.
    pub may_remove: bool,
}

/// What it takes to change, to or from this role.
#[must_use]
pub const fn action_for(role: Role) -> Action {
    match role {
        Role::Owner => Action::ManageOwners,
        Role::Viewer | Role::Member | Role::Admin => Action::ManageMembers,
    }
}

/// The roles that somebody of role `own` may give to a member who has `present`.
#[must_use]
pub fn may_give(own: Role, present: Role) -> Vec<Role> {
    let may = |role: Role| action_for(role).least_role().is_some_and(|least| own >= least);
    if may(present) {
        Role::ALL.into_iter().filter(|role| may(*role)).collect()
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::may_give;
    use crate::account::Role::{Admin, Member, Owner, Viewer};

    #[test]
    fn admins_manage_below_owner_and_owners_all() {
        for own in [Viewer, Member] {
            for present in [Viewer, Member, Admin, Owner] {
                assert!(may_give(own, present).is_empty());
            }
        }
        for present in [Viewer, Member, Admin] {
            assert_eq!(may_give(Admin, present), [Viewer, Member, Admin]);
        }
        assert!(may_give(Admin, Owner).is_empty());
        for present in [Viewer, Member, Admin, Owner] {
            assert_eq!(may_give(Owner, present), [Viewer, Member, Admin, Owner]);
        }
    }
}
