//! What is typed on the Settings tab, and how it becomes settings.

use crate::messages::creator;
use leptos::prelude::*;
use parley_domain::{
    error::FieldError,
    interview::{FollowUpDepth, Settings, Tone},
};

/// The fields as they are typed.
#[derive(Clone, Copy)]
pub(super) struct Fields {
    pub(super) time_limit: RwSignal<String>,
    pub(super) count_away: RwSignal<bool>,
    pub(super) tone: RwSignal<String>,
    pub(super) depth: RwSignal<String>,
    pub(super) name: RwSignal<String>,
    pub(super) language: RwSignal<String>,
    pub(super) inactivity: RwSignal<String>,
    pub(super) retakes: RwSignal<String>,
    pub(super) require_email: RwSignal<bool>,
    pub(super) expiry: RwSignal<String>,
}

/// A number that may be left out.
fn optional_text(number: Option<u32>) -> String {
    number.map(|n| n.to_string()).unwrap_or_default()
}

impl Fields {
    pub(super) fn new(settings: &Settings) -> Self {
        let fields = Self {
            time_limit: RwSignal::default(),
            count_away: RwSignal::default(),
            tone: RwSignal::default(),
            depth: RwSignal::default(),
            name: RwSignal::default(),
            language: RwSignal::default(),
            inactivity: RwSignal::default(),
            retakes: RwSignal::default(),
            require_email: RwSignal::default(),
            expiry: RwSignal::default(),
        };
        fields.load(settings);
        fields
    }

    pub(super) fn load(self, settings: &Settings) {
        self.time_limit.set(optional_text(settings.time_limit_minutes));
        self.count_away.set(settings.count_time_away);
        self.tone.set(settings.tone.as_str().to_owned());
        self.depth.set(settings.follow_up_depth.as_str().to_owned());
        self.name.set(settings.interviewer_name.clone());
        self.language.set(settings.language.clone());
        self.inactivity.set(settings.inactivity_days.to_string());
        self.retakes.set(settings.self_retakes.to_string());
        self.require_email.set(settings.require_invited_email);
        self.expiry.set(optional_text(settings.invite_expiry_days));
    }

    /// As it would be saved, or which fields are not numbers; watches all of it.
    pub(super) fn read(self) -> Result<Settings, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut number = |field: &str, text: RwSignal<String>| {
            let text = text.get();
            let parsed = text.trim().parse::<u32>();
            if !text.trim().is_empty() && parsed.is_err() {
                errors.push(FieldError::new(
                    format!("settings.{field}"),
                    creator().interviews.whole_number,
                ));
            }
            parsed.ok()
        };
        let time_limit_minutes = number("time_limit_minutes", self.time_limit);
        let invite_expiry_days = number("invite_expiry_days", self.expiry);
        let inactivity_days = number("inactivity_days", self.inactivity).unwrap_or(0);
        let self_retakes = number("self_retakes", self.retakes).unwrap_or(0);
        let settings = Settings {
            time_limit_minutes,
            count_time_away: self.count_away.get(),
            tone: self
                .tone
                .with(|word| Tone::ALL.into_iter().find(|t| t.as_str() == word))
                .unwrap_or_default(),
            follow_up_depth: self
                .depth
                .with(|word| FollowUpDepth::ALL.into_iter().find(|d| d.as_str() == word))
                .unwrap_or_default(),
            interviewer_name: self.name.get(),
            language: self.language.get(),
            inactivity_days,
            self_retakes,
            require_invited_email: self.require_email.get(),
            invite_expiry_days,
        };
        if errors.is_empty() { Ok(settings) } else { Err(errors) }
    }
}

#[cfg(test)]
mod tests {
    use super::Fields;
    use leptos::prelude::*;
    use parley_domain::interview::Settings;

    #[test]
    fn what_goes_in_comes_out() {
        Owner::new().with(|| {
            let settings = Settings {
                time_limit_minutes: Some(30),
                self_retakes: 2,
                ..Settings::default()
            };
            assert_eq!(Fields::new(&settings).read(), Ok(settings));
        });
    }

    #[test]
    fn blank_is_none_and_words_are_refused() {
        Owner::new().with(|| {
            let fields = Fields::new(&Settings {
                time_limit_minutes: Some(30),
                ..Settings::default()
            });
            fields.time_limit.set(" ".into());
            assert_eq!(fields.read().unwrap().time_limit_minutes, None);
            fields.time_limit.set("half an hour".into());
            let errors = fields.read().unwrap_err();
            assert_eq!(errors.len(), 1);
            assert_eq!(errors[0].field, "settings.time_limit_minutes");
        });
    }
}
