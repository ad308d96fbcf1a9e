//! The AI model that an installation may use, as its settings and its usage show it. Keys are never part of what is shown.

use crate::{
    error::{FieldError, Problems},
    text::{chars, one_line},
    words::words,
};
use serde::{Deserialize, Serialize};

words! {
    /// What a model is asked for.
    Purpose {
        /// The interviewer's next turn.
        Interview = "interview",
        /// The analysis of a completed session.
        Analysis = "analysis",
        /// Reading a resume.
        Extraction = "extraction",
        /// Making an interview from a description.
        Draft = "draft",
        /// **Test connection**.
        Test = "test",
    }
}

words! {
    /// Where the settings of the model come from.
    AiSource {
        /// There is none: everything runs on the built-in engine.
        None = "none",
        /// `PARLEY_AI_URL` and its companions; the settings page cannot change them.
        Environment = "environment",
        /// The settings page or the API.
        Settings = "settings",
    }
}

/// Longest address of a model's server, in characters.
pub const AI_URL_MAX: usize = 500;
/// Longest name of a model, in characters.
pub const AI_MODEL_MAX: usize = 200;
/// Longest key of a model's server, in characters.
pub const AI_KEY_MAX: usize = 500;

/// The model's settings, as they are shown. The key is never among them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AiSettings {
    /// Where they come from.
    pub source: AiSource,
    /// Address of an OpenAI-compatible server, such as `http://127.0.0.1:11434/v1`; empty if there is none.
    pub url: String,
    /// Name of the model; empty if there is none.
    pub model: String,
    /// Whether a key is kept.
    pub has_key: bool,
}

/// New settings of the model.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AiSettingsInput {
    /// Address of an OpenAI-compatible server, with `/v1` where it has that.
    pub url: String,
    /// Name of the model, as the server calls it.
    pub model: String,
    /// The server's key. Left out or `null`: the one that is kept stays, as long as the address does; empty: none.
    #[serde(default)]
    pub key: Option<String>,
}

impl std::fmt::Debug for AiSettingsInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AiSettingsInput")
            .field("url", &self.url)
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

impl AiSettingsInput {
    /// Tidied, if it may be stored.
    ///
    /// # Errors
    /// What is wrong, field by field.
    pub fn checked(mut self) -> Result<Self, Vec<FieldError>> {
        let mut problems = Problems::new();
        self.model = one_line(&self.model);
        match server_url(&self.url) {
            Ok(url) => self.url = url,
            Err(why) => problems.add("url", why),
        }
        problems.require(!self.model.is_empty(), "model", "Enter the name of the model.");
        problems.require(
            chars(&self.model) <= AI_MODEL_MAX,
            "model",
            format!("A model's name has at most {AI_MODEL_MAX} characters."),
        );
        if let Some(key) = &mut self.key {
            *key = key.trim().to_owned();
            problems.require(
                key.len() <= AI_KEY_MAX && key.chars().all(|c| c.is_ascii_graphic()),
                "key",
                format!("A key has at most {AI_KEY_MAX} characters, all of them plain letters, digits and signs."),
            );
        }
        problems.into_result(self)
    }
}

/// The base address of an OpenAI-compatible server, tidied: without a slash at the end or the path of an endpoint, and with
/// `/v1` where only a host is given.
///
/// # Errors
/// A sentence.
pub fn server_url(text: &str) -> Result<String, String> {
    const WRONG: &str = "Enter an address such as https://api.example.com/v1 or http://127.0.0.1:11434/v1.";
    let text = text.trim().trim_end_matches('/');
    let text = text
        .strip_suffix("/chat/completions")
        .unwrap_or(text)
        .trim_end_matches('/');
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .ok_or(WRONG)?;
    let (host, path) = rest.split_once('/').map_or((rest, ""), |(host, path)| (host, path));
    let plain = |c: char| c.is_ascii_graphic() && !"?#@\\\"<>{}|^`".contains(c);
    if host.is_empty() || host.starts_with(':') || !rest.chars().all(plain) {
        return Err(WRONG.to_owned());
    }
    if chars(text) > AI_URL_MAX {
        return Err(format!("An address has at most {AI_URL_MAX} characters."));
    }
    Ok(if path.is_empty() {
        format!("{text}/v1")
    } else {
        text.to_owned()
    })
}

/// What **Test connection** found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AiTest {
    /// Whether the model answered.
    pub ok: bool,
    /// The model, as its server calls itself, else as the settings do.
    pub model: String,
    /// From the request to the whole answer, in milliseconds.
    pub latency_ms: u64,
    /// Whether it answered in the asked structure.
    pub structured: bool,
    /// How the structure was asked for: `json_schema`, `json_object_schema`, `json_object` or `plain`; `null` where it did
    /// not work.
    pub format: Option<String>,
    /// In words: what happened, and what to do where it did not work.
    pub detail: String,
}

/// What models were used for in some days.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AiUsage {
    /// The days that are counted, today included.
    pub days: u32,
    /// Per purpose and model, most calls first.
    pub items: Vec<AiUsageItem>,
}

/// The calls of one purpose to one model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AiUsageItem {
    /// What was asked for.
    pub purpose: Purpose,
    /// The model.
    pub model: String,
    /// Calls, failed ones included.
    pub calls: i64,
    /// Calls without a usable answer.
    pub failed: i64,
    /// Tokens that were read, as the server counted them.
    pub input_tokens: i64,
    /// Tokens that were written, as the server counted them.
    pub output_tokens: i64,
    /// Mean time of a call, in milliseconds.
    pub mean_ms: i64,
    /// Time of the slowest call, in milliseconds.
    pub slowest_ms: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_tidied() {
        for (given, kept) in [
            ("http://127.0.0.1:11434", "http://127.0.0.1:11434/v1"),
            (" https://api.example.com/v1/ ", "https://api.example.com/v1"),
            (
                "https://api.example.com/v1/chat/completions",
                "https://api.example.com/v1",
            ),
            (
                "https://example.com/openai/deployments/x",
                "https://example.com/openai/deployments/x",
            ),
            ("http://[::1]:8080", "http://[::1]:8080/v1"),
        ] {
            assert_eq!(server_url(given).as_deref(), Ok(kept), "{given}");
        }
        for bad in [
            "",
            "api.example.com",
            "ftp://a.example",
            "https://",
            "https://:80",
            "https://me:pass@a.example/v1",
            "https://a.example/v1?key=secret",
            "https://a.example/v 1",
        ] {
            assert!(server_url(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn settings_are_checked_field_by_field() {
        let bad = AiSettingsInput {
            url: "nowhere".into(),
            model: " ".into(),
            key: Some("two words".into()),
        };
        let fields: Vec<_> = bad.checked().unwrap_err().into_iter().map(|e| e.field).collect();
        assert_eq!(fields, ["url", "model", "key"]);
    }

    #[test]
    fn a_key_does_not_print_itself() {
        let input = AiSettingsInput {
            key: Some("sk-secret".into()),
            ..Default::default()
        };
        assert!(!format!("{input:?}").contains("sk-secret"));
    }
}
