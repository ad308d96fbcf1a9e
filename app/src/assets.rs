//! The names under which the server hands out style, script and WASM.

use leptos::prelude::*;
use std::sync::Arc;

/// Addresses of the bundles. The server puts them into the context, with the hash of their content in the name;
/// in development, where nobody does, the plain names hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetNames {
    /// The style sheet.
    pub css: String,
    /// The JavaScript that loads the creators' WASM.
    pub js: String,
    /// The creators' WASM.
    pub wasm: String,
    /// Its parts: name, and the files that it consists of.
    pub parts: Arc<[(String, Vec<String>)]>,
    /// The style sheet of the candidate's pages.
    pub candidate_css: String,
    /// The JavaScript that loads the candidate's chat.
    pub candidate_js: String,
    /// The WASM of the candidate's chat.
    pub candidate_wasm: String,
}

impl Default for AssetNames {
    fn default() -> Self {
        Self {
            css: "/pkg/parley.css".into(),
            js: "/pkg/parley.js".into(),
            wasm: "/pkg/parley.wasm".into(),
            parts: Arc::new([]),
            candidate_css: "/pkg/candidate.css".into(),
            candidate_js: "/pkg/candidate.js".into(),
            candidate_wasm: "/pkg/candidate.wasm".into(),
        }
    }
}

impl AssetNames {
    /// Those of this request.
    #[must_use]
    pub fn current() -> Self {
        use_context().unwrap_or_default()
    }

    /// The files of an area's part ([`mod@crate::lazy`]); none where the app is not built in parts.
    #[must_use]
    pub fn part(&self, area: &str) -> &[String] {
        // Its name in the manifest ends with a number: `sessions_area_1234`.
        let named = |part: &&(String, Vec<String>)| part.0.starts_with(area);
        self.parts.iter().find(named).map_or(&[], |(_, files)| files)
    }
}
