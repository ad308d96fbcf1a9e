//! Who is asking, looked up once for a request: a page asks several server functions while it is rendered, and each asks
//! again.

use parley_domain::{account::Actor, id::UserId};
use parley_services::{Services, accounts, error::ServiceError};
use std::sync::Arc;
use tokio::sync::{Mutex, OnceCell};

/// What is known so far of who sends one request. The server puts a new one into the context of each; refusals are not
/// kept.
#[derive(Clone, Debug, Default)]
pub struct Asking(Arc<Known>);

#[derive(Debug, Default)]
struct Known {
    /// The person whom the login cookie names; the request has one cookie.
    person: OnceCell<UserId>,
    /// As members of which workspaces they asked.
    members: Mutex<Vec<(String, Actor)>>,
}

impl Asking {
    /// The person with this login; `None` for nobody.
    pub(super) async fn person(&self, s: &Services, secret: &str) -> Result<Option<UserId>, ServiceError> {
        let look = || async { accounts::signed_in(s, secret).await.map_err(Some)?.ok_or(None) };
        match self.0.person.get_or_try_init(look).await {
            Ok(user) => Ok(Some(*user)),
            Err(None) => Ok(None),
            Err(Some(error)) => Err(error),
        }
    }

    /// The person as a member of the workspace at `/w/{slug}`.
    pub(super) async fn member(&self, s: &Services, user: UserId, slug: &str) -> Result<Actor, ServiceError> {
        let mut members = self.0.members.lock().await;
        if let Some((_, actor)) = members.iter().find(|(known, _)| known == slug) {
            return Ok(*actor);
        }
        let actor = accounts::actor(s, user, slug).await?;
        members.push((slug.to_owned(), actor));
        Ok(actor)
    }
}
