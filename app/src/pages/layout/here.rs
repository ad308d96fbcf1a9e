//! Who is signed in and in which workspace we are: what every page inside the frame may ask.

use leptos::prelude::*;
use parley_domain::{
    account::{Action, Role},
    person::{Me, WorkspaceSeen},
};

/// Who and where; take it with [`use_here`] in any page inside the frame.
#[derive(Clone, Copy)]
pub struct Here {
    me: StoredValue<Me>,
    workspace: StoredValue<WorkspaceSeen>,
    reload: Callback<()>,
}

impl Here {
    pub(super) fn new(me: Me, workspace: WorkspaceSeen, reload: Callback<()>) -> Self {
        Self {
            me: StoredValue::new(me),
            workspace: StoredValue::new(workspace),
            reload,
        }
    }

    /// The signed-in person.
    #[must_use]
    pub fn me(self) -> Me {
        self.me.get_value()
    }

    /// The workspace's place in URLs and in server functions.
    #[must_use]
    pub fn slug(self) -> String {
        self.workspace.with_value(|workspace| workspace.slug.clone())
    }

    /// The workspace.
    #[must_use]
    pub fn workspace(self) -> WorkspaceSeen {
        self.workspace.get_value()
    }

    /// The person's role in it.
    #[must_use]
    pub fn role(self) -> Role {
        self.workspace.with_value(|workspace| workspace.role)
    }

    /// Whether the role allows this: what the screen offers. The server decides for itself at each request.
    #[must_use]
    pub fn can(self, action: Action) -> bool {
        action.least_role().is_some_and(|least| self.role() >= least)
    }

    /// A page of this workspace: `path("/interviews")`.
    #[must_use]
    pub fn path(self, rest: &str) -> String {
        self.workspace
            .with_value(|workspace| format!("/w/{}{rest}", workspace.slug))
    }

    /// Asks again who is signed in, after the person changed something of themselves.
    pub fn reload(self) {
        self.reload.run(());
    }
}

/// Who and where.
///
/// # Panics
/// Outside the workspace's frame.
#[must_use]
pub fn use_here() -> Here {
    expect_context()
}
