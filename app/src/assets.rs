//! The names under which the server hands out style, script and WASM.

use leptos::prelude::*;

/// Addresses of the creators' bundle. The server puts them into the context, with the hash of their content in the name;
/// in development, where nobody does, the plain names hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetNames {
    /// The style sheet.
    pub css: String,
    /// The JavaScript that loads the WASM.
    pub js: String,
    /// The WASM.
    pub wasm: String,
}

impl Default for AssetNames {
    fn default() -> Self {
        Self {
            css: "/pkg/parley.css".into(),
            js: "/pkg/parley.js".into(),
            wasm: "/pkg/parley.wasm".into(),
        }
    }
}

impl AssetNames {
    /// Those of this request.
    #[must_use]
    pub fn current() -> Self {
        use_context().unwrap_or_default()
    }
}
