//! What the chat posts, as forms send it.

use super::model::Pending;

/// A body as forms send it.
#[must_use]
pub fn form(fields: &[(&str, &str)]) -> String {
    let mut body = String::new();
    for (name, value) in fields {
        if !body.is_empty() {
            body.push('&');
        }
        escape(name, &mut body);
        body.push('=');
        escape(value, &mut body);
    }
    body
}

fn escape(text: &str, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~*".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

/// The body of an answer.
#[must_use]
pub fn answer_form(token: &str, lease: i64, answer: &Pending) -> String {
    let lease = lease.to_string();
    let question = answer.prompt.to_string();
    let choices: Vec<String> = answer.draft.choices.iter().map(ToString::to_string).collect();
    let mut fields = vec![
        ("token", token),
        ("client_id", answer.client_id.as_str()),
        ("question", question.as_str()),
        ("lease", lease.as_str()),
    ];
    if choices.is_empty() {
        fields.push(("text", answer.draft.text.as_str()));
    }
    fields.extend(choices.iter().map(|id| ("choices[]", id.as_str())));
    form(&fields)
}
