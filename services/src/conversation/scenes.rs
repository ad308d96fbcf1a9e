//! Sessions that go on, as their last request left them: so that the next one reads nothing before it writes.
//!
//! What is kept may be out of date. It is good for making up what is to be stored, because the write looks whether
//! everything is as it was; it is good for nothing else.

use super::view::Scene;
use crate::{secrets, shelf::Shelf};
use std::collections::HashSet;
use uuid::Uuid;

/// How much is kept, in bytes of text and a little for the rest.
const ROOM: usize = 24_000_000;
/// What the rows of a scene take beside its transcript, as a rule.
const ROWS: usize = 4_000;
/// What a turn takes beside its text.
const FRAME: usize = 400;

/// Scenes by the hash of the link that leads to them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Scenes(Shelf<Vec<u8>, Scene>);

impl Default for Scenes {
    fn default() -> Self {
        Self(Shelf::new(ROOM))
    }
}

impl Scenes {
    /// Takes the scene behind a link out: of requests that come at once, one has it.
    pub(super) fn take(&self, token: &str) -> Option<Scene> {
        self.0.take(&secrets::hash(token))
    }

    /// Forgets all of them: a workspace was deleted, and its words should not outlive it here.
    pub(crate) fn forget_all(&self) {
        self.0.clear();
    }

    /// Keeps a scene that is stored like this.
    pub(super) fn keep(&self, scene: Scene) {
        // A preview's link is another kind, and nobody is in a hurry there.
        if scene.known.is_preview() {
            return;
        }
        let link = scene.known.candidate.link_hash.clone();
        if !scene.is_in_progress() {
            // It is over: nor is anybody here.
            self.0.take(&link);
            return;
        }
        let texts: usize = scene.turns.iter().map(|turn| FRAME + turn.text.len()).sum();
        self.0.keep(link, scene, ROWS + texts);
    }

    /// Lets go of these people's scenes, also of those behind links that they had before.
    pub(crate) fn forget(&self, candidates: impl IntoIterator<Item = Uuid>) {
        let candidates: HashSet<Uuid> = candidates.into_iter().collect();
        if !candidates.is_empty() {
            self.0.let_go(|scene| candidates.contains(&scene.known.candidate.id));
        }
    }
}
