use super::*;
use parley_domain::conversation::{CandidateError, ChoiceView};

fn prompt(kind: QuestionKind) -> PromptView {
    let choice = |n: u128, text: &str| ChoiceView {
        id: ChoiceId(uuid::Uuid::from_u128(n)),
        text: text.into(),
    };
    PromptView {
        id: PromptId(uuid::Uuid::from_u128(7)),
        kind,
        text: "Why coffee?".into(),
        choices: if kind.has_choices() {
            vec![choice(1, "Taste"), choice(2, "Smell")]
        } else {
            vec![]
        },
        follow_up: false,
    }
}

fn turn(number: i32, speaker: Speaker, text: &str) -> TurnView {
    TurnView {
        number,
        speaker,
        text: text.into(),
        late: false,
        code: false,
        client_id: None,
        pause_minutes: None,
    }
}

fn view() -> CandidateView {
    CandidateView {
        state: Status::InProgress,
        question: Some(prompt(QuestionKind::Open)),
        asked: 2,
        total: 3,
        seconds_left: None,
        lease: 4,
        attempt: 1,
        turns: vec![
            turn(1, Speaker::Interviewer, "Hello Ana.\n\nWho are you?"),
            TurnView {
                client_id: Some("c1".into()),
                ..turn(2, Speaker::Candidate, "Ana")
            },
            turn(3, Speaker::Interviewer, "Good to know.\n\nWhy coffee?"),
        ],
        title: "Barista".into(),
        name: "Ana".into(),
        interviewer: "Robin".into(),
        language: "en".into(),
        end_reason: None,
        writing: false,
    }
}

fn text(s: &str) -> Draft {
    Draft {
        text: s.into(),
        choices: vec![],
    }
}

#[test]
fn the_bar_is_as_long_as_what_is_answered() {
    let mut view = view();
    assert_eq!(answered(&view), 1, "the second question waits");
    if let Some(question) = &mut view.question {
        question.follow_up = true;
    }
    assert_eq!(answered(&view), 2, "a follow-up is about a question that is answered");
    (view.question, view.asked) = (None, 3);
    assert_eq!(answered(&view), 3);
    view.total = 0;
    assert_eq!(answered(&view), 0);
}

#[test]
fn an_answer_is_checked_before_it_is_sent() {
    assert_eq!(check(QuestionKind::Open, &text(" \n ")), Err(Flaw::Empty));
    assert_eq!(check(QuestionKind::Code, &text("x")), Ok(()));
    assert_eq!(check(QuestionKind::Open, &text(&"é".repeat(ANSWER_MAX))), Ok(()));
    assert_eq!(
        check(QuestionKind::Open, &text(&"é".repeat(ANSWER_MAX + 3))),
        Err(Flaw::TooLong(3))
    );
    assert_eq!(
        check(QuestionKind::SingleChoice, &text("typed")),
        Err(Flaw::NothingChosen)
    );
    let picked = Draft {
        choices: vec![ChoiceId(uuid::Uuid::from_u128(2))],
        ..Draft::default()
    };
    assert_eq!(check(QuestionKind::MultipleChoice, &picked), Ok(()));
    assert_eq!(picked.shown(&prompt(QuestionKind::MultipleChoice)), "Smell");
}

#[test]
fn the_servers_answers_are_read() {
    let json = serde_json::to_string(&view()).unwrap();
    assert_eq!(Outcome::read(200, &json), Outcome::View(Box::new(view())));
    let refusal = CandidateError {
        error: CandidateErrorCode::Stale,
        detail: "moved on".into(),
        retry_after: None,
        view: Some(Box::new(view())),
    };
    let json = serde_json::to_string(&refusal).unwrap();
    let read = Outcome::read(409, &json);
    assert_eq!(
        read,
        Outcome::Refused(CandidateErrorCode::Stale, Some(Box::new(view())))
    );
    let bare = r#"{"error":"taken_over","detail":"x"}"#;
    assert_eq!(
        Outcome::read(409, bare),
        Outcome::Refused(CandidateErrorCode::TakenOver, None)
    );
    assert_eq!(
        Outcome::read(429, "slow down"),
        Outcome::Refused(CandidateErrorCode::TooMany, None)
    );
    assert_eq!(Outcome::read(502, "<html>"), Outcome::Lost);
    assert_eq!(
        Outcome::read(200, "<html>"),
        Outcome::Lost,
        "a captive portal is not our server"
    );
}

#[test]
fn what_would_be_refused_again_is_not_sent_again() {
    for status in [400, 403, 413] {
        assert_eq!(
            Outcome::read(status, "<html>a filter</html>"),
            Outcome::Barred,
            "{status}"
        );
    }
    // What passes by itself: a slow line, a server that starts, a proxy without one behind it, a portal.
    for status in [404, 408, 425, 500, 502, 503, 504, 511] {
        assert_eq!(Outcome::read(status, "<html>"), Outcome::Lost, "{status}");
    }
    // Our own no is known by its body.
    assert_eq!(
        Outcome::read(403, r#"{"error":"email_needed","detail":"x"}"#),
        Outcome::Refused(CandidateErrorCode::EmailNeeded, None)
    );
    assert_eq!(
        Outcome::read(503, r#"{"error":"unavailable","detail":"x","retry_after":1}"#),
        Outcome::Refused(CandidateErrorCode::Unavailable, None)
    );
}

#[test]
fn what_only_another_script_can_read_is_told_apart() {
    let other = || Some("/pkg/candidate.2.wasm".to_owned());
    let read = |body: &str, script| Outcome::read(200, body).from_other(script);
    assert_eq!(
        read(r#"{"odd":1}"#, other()),
        Outcome::Newer("/pkg/candidate.2.wasm".to_owned())
    );
    assert_eq!(
        read(r#"{"odd":1}"#, None),
        Outcome::Lost,
        "of our own version, or a portal"
    );
    let refused = Outcome::Refused(CandidateErrorCode::Stale, None);
    let body = r#"{"error":"stale","detail":"x"}"#;
    assert_eq!(Outcome::read(409, body).from_other(other()), refused, "it can be read");
}

#[test]
fn a_plain_form_is_told_to_send_again_only_what_passes_by_itself() {
    for code in [CandidateErrorCode::TooMany, CandidateErrorCode::Unavailable] {
        assert_eq!(Trouble::of_plain(code), Trouble::SendAgain);
    }
    let stale = CandidateErrorCode::Stale;
    assert_eq!(Trouble::of_plain(stale), Trouble::Refused(stale));
}

#[test]
fn only_what_is_repeated_is_said_to_be() {
    for locale in crate::messages::Locale::ALL {
        let texts = locale.candidate();
        let t = &texts.trouble;
        let says = |delivery, online| held_up(texts, delivery, online).map(|words| words.title);
        assert_eq!(says(Delivery::Sending, true), None);
        assert_eq!(says(Delivery::Slowed, true), Some(t.too_fast.title));
        assert_eq!(says(Delivery::Waiting, true), Some(t.waiting.title));
        assert_eq!(says(Delivery::Waiting, false), Some(t.offline.title));
        // A press on Finish is not repeated by itself.
        let press = words_of(texts, Trouble::NoAnswer).unwrap();
        assert_ne!(press.text, t.waiting.text);
        assert!(
            words_of(texts, Trouble::Flaw(Flaw::Empty)).is_none(),
            "stands at the field"
        );
        let elsewhere = Trouble::Refused(CandidateErrorCode::TakenOver);
        assert!(words_of(texts, elsewhere).is_none(), "has a notice of its own");
    }
}

#[test]
fn an_overtaken_answer_changes_nothing() {
    let now = view();
    let mut old = view();
    old.turns.pop();
    assert!(!is_newer(&now, &old));
    assert!(is_newer(&old, &now));
    let ended = CandidateView {
        state: Status::Completed,
        question: None,
        ..view()
    };
    assert!(is_newer(&now, &ended));
    assert!(!is_newer(&ended, &now));
    let taken = CandidateView { lease: 5, ..view() };
    assert!(!is_newer(&taken, &now));
    // Another attempt has few turns, and perhaps begins after this one was over.
    let again = CandidateView {
        lease: 5,
        attempt: 2,
        turns: vec![turn(1, Speaker::Interviewer, "Hello Ana.\n\nWho are you?")],
        ..view()
    };
    for before in [&now, &ended] {
        assert!(is_newer(before, &again));
        assert!(!is_newer(&again, before), "what comes late of the attempt before");
    }
}

#[test]
fn an_answer_of_one_attempt_does_not_go_out_in_the_next() {
    let now = view();
    let pending = Pending {
        client_id: "c9".into(),
        prompt: now.question.as_ref().unwrap().id,
        attempt: 1,
        draft: text("Hi"),
        shown: "Hi".into(),
        delivery: Delivery::Sending,
    };
    assert!(may_go(&now, &pending));
    let again = CandidateView {
        lease: 5,
        attempt: 2,
        ..view()
    };
    assert!(!may_go(&again, &pending), "the same question, asked again");
    // What a browser kept before attempts were told apart.
    let mut kept = serde_json::to_value(&pending).unwrap();
    kept.as_object_mut().unwrap().remove("attempt");
    let kept: Pending = serde_json::from_value(kept).unwrap();
    assert!(!may_go(&now, &kept));
    let other = CandidateView {
        question: None,
        ..view()
    };
    assert!(!may_go(&other, &pending));
    let over = CandidateView {
        state: Status::Completed,
        ..view()
    };
    assert!(!may_go(&over, &pending));
}

#[test]
fn a_page_that_answers_the_servers_clock_sends_nothing_by_its_own() {
    assert!(!is_due(20_000.0) && !is_due(0.0));
    assert!(is_due(25_000.0));
    assert!(is_due(-86_400_000.0), "a clock that was set back says nothing");
}

#[test]
fn stored_is_what_the_server_shows() {
    assert!(is_stored(&view(), "c1"));
    assert!(!is_stored(&view(), "c2"));
}

#[test]
fn a_kept_draft_and_what_was_typed_since_both_stay() {
    for (kept, typed, both) in [
        ("", "new", "new"),
        ("A long draft.", "", "A long draft."),
        ("A long draft.", "A long", "A long draft."),
        ("A long", "A long draft.", "A long draft."),
        ("A long draft. ", "Once more", "A long draft.\n\nOnce more"),
    ] {
        assert_eq!(merged(kept, typed), both);
    }
}

#[test]
fn counts_what_is_not_answered() {
    assert_eq!(unanswered(&view()), 2);
    let mut follow_up = view();
    follow_up.question.as_mut().unwrap().follow_up = true;
    assert_eq!(unanswered(&follow_up), 1);
    assert_eq!(
        unanswered(&CandidateView {
            question: None,
            asked: 3,
            ..view()
        }),
        0
    );
}

#[test]
fn the_question_is_not_there_twice() {
    let shown = lines(&view());
    let texts: Vec<_> = shown.iter().map(|l| l.text.as_str()).collect();
    assert_eq!(texts, ["Hello Ana.\n\nWho are you?", "Ana", "Good to know."]);
    assert!(shown[1].mine && shown[1].newest_mine);
    let mut first = view();
    first.turns = vec![turn(1, Speaker::Interviewer, "Why coffee?")];
    assert!(lines(&first).is_empty());
    let asked = CandidateView {
        question: None,
        ..view()
    };
    assert_eq!(lines(&asked)[2].text, "Good to know.\n\nWhy coffee?");
}

#[test]
fn new_turns_are_said_once() {
    assert_eq!(said_since(&view(), 2).as_deref(), Some("Good to know.\n\nWhy coffee?"));
    assert_eq!(said_since(&view(), 3), None);
}

#[test]
fn time_is_announced_at_five_and_one_minutes() {
    assert_eq!(announces(301, 300), Some(5));
    assert_eq!(announces(300, 299), None);
    assert_eq!(announces(400, 55), Some(1), "a jump over both says what is true now");
    assert_eq!(announces(61, 60), Some(1));
    assert_eq!(announces(61, 0), None);
}

#[test]
fn waits_longer_each_time_but_never_for_ever() {
    assert_eq!(
        (1..=7).map(backoff).collect::<Vec<_>>(),
        [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]
    );
    assert_eq!(backoff(u32::MAX), 30_000);
}

#[test]
fn the_composer_grows_to_eight_lines() {
    assert_eq!(rows(""), 2);
    assert_eq!(rows("a\nb\nc"), 3);
    assert_eq!(rows(&"x".repeat(150)), 3);
    assert_eq!(rows(&"\n".repeat(50)), 8);
}

#[test]
fn forms_are_written_as_browsers_do() {
    assert_eq!(
        form(&[("a b", "1&2=3"), ("choices[]", "é\n")]),
        "a%20b=1%262%3D3&choices%5B%5D=%C3%A9%0A"
    );
    let pending = Pending {
        client_id: "c9".into(),
        prompt: PromptId(uuid::Uuid::nil()),
        attempt: 1,
        draft: text("Hi"),
        shown: "Hi".into(),
        delivery: Delivery::Sending,
    };
    let body = answer_form("tok", 3, &pending);
    assert_eq!(
        body,
        "token=tok&client_id=c9&question=00000000-0000-0000-0000-000000000000&lease=3&text=Hi"
    );
}

#[test]
fn what_a_browser_keeps_does_not_name_the_link() {
    assert_eq!(keep_name("a"), "parley.af63dc4c8601ec8c.");
}

#[test]
fn time_that_ran_out_while_nobody_was_heard_is_asked_about_first() {
    const DAY: f64 = 86_400_000.0;
    assert_eq!(at_zero(24_000.0, 24_000.0), AtZero::Send);
    // Asleep for a week, offline for two minutes, a clock that was set back by a day.
    for silence in [7.0 * DAY, 120_000.0, -DAY] {
        assert_eq!(at_zero(silence, silence), AtZero::Ask);
        assert_eq!(at_zero(silence, 1_000.0), AtZero::Wait);
    }
    assert!(jumped(0.0, DAY) && jumped(DAY, 0.0) && jumped(0.0, 30_000.0));
    assert!(!jumped(0.0, 1_000.0) && !jumped(0.0, 2_500.0));
}

#[test]
fn what_is_set_aside_is_joined_once() {
    assert_eq!(joined("", "  half a thought\n"), "  half a thought");
    assert_eq!(
        joined("half a thought", "  \n"),
        "half a thought",
        "blank text adds nothing"
    );
    assert_eq!(joined("half a thought", "half a thought\n"), "half a thought");
    assert_eq!(joined("half a thought", "thought"), "half a thought\n\nthought");
    assert_eq!(joined("one\n\ntwo", "two"), "one\n\ntwo");
    assert_eq!(joined("one\n", "two "), "one\n\ntwo");
    assert_eq!(joined(" ", "two"), "two");
}

#[test]
fn what_another_window_has_sent_is_not_lost() {
    let turns = view().turns;
    assert!(is_said(&turns, "Ana \n"));
    assert!(!is_said(&turns, "Anna"));
    assert!(!is_said(&turns, "Who are you?"));
    assert!(
        !is_said(&turns, "Hello Ana.\n\nWho are you?"),
        "the interviewer's words"
    );
    assert!(!is_said(&turns[3..], "Ana"));
}
