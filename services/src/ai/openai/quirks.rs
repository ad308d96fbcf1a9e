//! What a server does not take, found out by its refusals.

/// How an answer of a certain structure is asked for, from the surest to what every server takes. Some refuse
/// `json_schema` with 400 or 500, some `json_object`; some accept a schema and ignore it, so that everything is validated
/// afterwards and the schema stands in the instructions too, except where a server is known to enforce it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// `response_format` of type `json_schema`.
    #[default]
    JsonSchema,
    /// `response_format` of type `json_object` with a `schema` beside it, as llama.cpp has it.
    JsonObjectSchema,
    /// `response_format` of type `json_object`.
    JsonObject,
    /// Only the instructions.
    Plain,
}

impl Format {
    /// The word for people and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::JsonSchema => "json_schema",
            Self::JsonObjectSchema => "json_object_schema",
            Self::JsonObject => "json_object",
            Self::Plain => "plain",
        }
    }

    const fn next(self) -> Option<Self> {
        match self {
            Self::JsonSchema => Some(Self::JsonObjectSchema),
            Self::JsonObjectSchema => Some(Self::JsonObject),
            Self::JsonObject => Some(Self::Plain),
            Self::Plain => None,
        }
    }
}

/// How requests to this server are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quirks {
    /// How structure is asked for.
    pub format: Format,
    /// Whether a request with a structure went through this way.
    pub proven: bool,
    /// The limit of tokens is called `max_completion_tokens` instead of `max_tokens`.
    pub completion_tokens: bool,
    /// A temperature may be given.
    pub temperature: bool,
    /// A stream may be asked for its usage.
    pub stream_usage: bool,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            format: Format::default(),
            proven: false,
            completion_tokens: false,
            temperature: true,
            stream_usage: true,
        }
    }
}

/// Words by which servers speak of the structure they were asked for.
const OF_STRUCTURE: [&str; 4] = ["response_format", "json_schema", "json_object", "grammar"];

impl Quirks {
    /// How to ask again after a refusal; `None` where it is not about the way of asking. `text` is the refusal in lower
    /// case.
    pub fn without(self, status: u16, text: &str, with_schema: bool) -> Option<Self> {
        if !matches!(status, 400 | 404 | 415 | 422 | 500 | 501) {
            return None;
        }
        let client = status < 500;
        if client && !self.completion_tokens && text.contains("max_completion_tokens") {
            return Some(Self {
                completion_tokens: true,
                ..self
            });
        }
        if client && self.temperature && text.contains("temperature") {
            return Some(Self {
                temperature: false,
                ..self
            });
        }
        if client && self.stream_usage && (text.contains("stream_options") || text.contains("include_usage")) {
            return Some(Self {
                stream_usage: false,
                ..self
            });
        }
        if !with_schema {
            return None;
        }
        let named = OF_STRUCTURE.iter().any(|word| text.contains(word));
        // A refusal without a reason, of a way that never worked here, may mean the structure too.
        let suspected = !self.proven && matches!(status, 400 | 422);
        if named || suspected {
            return self.format.next().map(|format| Self { format, ..self });
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ladder(status: u16, text: &str) -> Vec<Format> {
        let mut quirks = Quirks::default();
        let mut steps = vec![quirks.format];
        while let Some(next) = quirks.without(status, text, true) {
            quirks = next;
            steps.push(quirks.format);
        }
        steps
    }

    #[test]
    fn a_refused_structure_goes_down_the_ladder_to_its_end() {
        let all = [
            Format::JsonSchema,
            Format::JsonObjectSchema,
            Format::JsonObject,
            Format::Plain,
        ];
        let llama = "body response_format type: input should be 'text' or 'json_object'";
        assert_eq!(ladder(500, llama), all);
        assert_eq!(ladder(400, "bad request"), all, "no reason given, never worked");
        assert_eq!(ladder(500, "out of memory"), [Format::JsonSchema]);
        assert_eq!(ladder(401, "response_format"), [Format::JsonSchema]);
    }

    #[test]
    fn what_worked_before_is_not_suspected() {
        let proven = Quirks {
            proven: true,
            ..Quirks::default()
        };
        assert_eq!(
            proven.without(400, "this is longer than the context of the model", true),
            None
        );
        assert_eq!(
            Quirks::default().without(400, "bad request", false),
            None,
            "no structure was asked for"
        );
    }

    #[test]
    fn other_parts_are_left_out_one_by_one() {
        let quirks = Quirks::default()
            .without(
                400,
                "unsupported parameter: 'max_tokens'. use 'max_completion_tokens' instead.",
                true,
            )
            .and_then(|q| q.without(400, "'temperature' does not support 0 with this model", true))
            .and_then(|q| q.without(422, "stream_options: extra inputs are not permitted", true))
            .unwrap();
        assert!(quirks.completion_tokens && !quirks.temperature && !quirks.stream_usage);
        assert_eq!(quirks.format, Format::JsonSchema);
    }
}
