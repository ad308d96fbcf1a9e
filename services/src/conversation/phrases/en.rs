//! English.

use super::{Phrases, pick};
use parley_domain::interview::Tone;

pub(super) static PHRASES: Phrases = Phrases {
    greeting,
    reaction,
    follow_ups: FOLLOW_UPS,
    closing,
};

fn greeting(tone: Tone, name: &str, interviewer: &str) -> String {
    match tone {
        Tone::Casual => format!("Hi {name}, I'm {interviewer}. Take your time, and just answer in your own words."),
        Tone::Professional => {
            format!("Hello {name}, I'm {interviewer} and I'll be asking the questions today. Take the time you need.")
        }
        Tone::Formal => {
            format!(
                "Good day, {name}. My name is {interviewer}, and I will conduct this interview. Take the time you need."
            )
        }
        Tone::Friendly => {
            format!("Hello {name}, good to meet you. I'm {interviewer}. There is no rush; tell me things your own way.")
        }
    }
}

fn reaction(tone: Tone, n: u32) -> &'static str {
    let options: &[&str] = match tone {
        Tone::Casual => &[
            "Got it, thanks.",
            "Okay, that helps.",
            "Right, thanks for telling me.",
            "Makes sense.",
        ],
        Tone::Professional => &[
            "Thank you, noted.",
            "Thank you for explaining that.",
            "That is clear, thank you.",
            "Understood, thank you.",
        ],
        Tone::Formal => &[
            "Thank you for your answer.",
            "I have noted your answer.",
            "Thank you. I will proceed to the next question.",
            "Your answer has been recorded, thank you.",
        ],
        Tone::Friendly => &[
            "Thanks for sharing that.",
            "Thank you, that gives me a good picture.",
            "I appreciate you explaining that.",
            "Thanks, good to know.",
        ],
    };
    pick(options, n)
}

const FOLLOW_UPS: &[&str] = &[
    "Could you say a little more about that, perhaps with a concrete example?",
    "What was your own part in it?",
    "How did it turn out, and how could you tell?",
    "What was the hardest part, and how did you deal with it?",
    "Looking back, what would you do differently?",
];

fn closing(tone: Tone, name: &str) -> String {
    match tone {
        Tone::Casual => format!("That was the last question, {name}. When you're ready, press Finish interview."),
        Tone::Professional => {
            format!("Thank you, {name}. That was the last question. Press Finish interview to hand in your answers.")
        }
        Tone::Formal => format!(
            "Thank you, {name}. This concludes the questions. Press Finish interview in order to hand in your answers."
        ),
        Tone::Friendly => {
            format!(
                "Thank you, {name}, that was everything I wanted to ask. Press Finish interview when you are ready."
            )
        }
    }
}
