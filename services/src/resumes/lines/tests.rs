//! Lines from runs.

use super::*;
use proptest::prelude::*;

/// A run of 10 pt letters, half an em wide each.
fn run(x: f32, y: f32, text: &str) -> Run {
    Run {
        text: text.into(),
        x0: x,
        x1: x + 5.0 * text.chars().count() as f32,
        y,
        size: 10.0,
        ..Run::default()
    }
}

fn texts(runs: Vec<Run>) -> Vec<String> {
    lines(runs, false).into_iter().map(|line| line.text).collect()
}

#[test]
fn runs_join_to_words_and_lines() {
    let runs = vec![
        run(50.0, 100.0, "Ana"),
        run(68.0, 100.5, "Lima"),
        run(50.0, 114.0, "an"),
        run(60.0, 114.0, "a@b.co"),
    ];
    assert_eq!(texts(runs), ["Ana Lima", "ana@b.co"]);
}

#[test]
fn dates_at_the_right_edge_stay_with_their_row() {
    let mut runs = Vec::new();
    for n in 0..5_u8 {
        let y = 100.0 + 40.0 * f32::from(n);
        runs.push(run(50.0, y, &format!("Engineer at Company {n}")));
        runs.push(run(480.0, y, &format!("201{n} - 201{}", n + 1)));
        runs.push(run(50.0, y + 14.0, "Built things that work and keep working for years"));
    }
    let texts = texts(runs);
    assert_eq!(
        texts[..3],
        [
            "Engineer at Company 0",
            "2010 - 2011",
            "Built things that work and keep working for years"
        ]
    );
}

#[test]
fn columns_are_read_one_after_the_other() {
    let mut runs = vec![Run {
        size: 24.0,
        ..run(50.0, 50.0, "Ana Lima")
    }];
    for (n, side) in ["Contact", "ana@example.org", "Oporto", "Skills", "Rust", "SQL"]
        .into_iter()
        .enumerate()
    {
        runs.push(run(50.0, 100.0 + 14.0 * n as f32, side));
    }
    for n in 0..8 {
        runs.push(run(
            220.0,
            103.0 + 13.0 * n as f32,
            &format!("Line {n} of the text in the wide column"),
        ));
    }
    let texts = texts(runs);
    assert_eq!(texts[..4], ["Ana Lima", "Contact", "ana@example.org", "Oporto"]);
    assert_eq!(texts[7], "Line 0 of the text in the wide column");
}

#[test]
fn labels_stay_with_their_values() {
    let mut runs = Vec::new();
    for (n, (label, value)) in [
        ("Name", "Ana Lima"),
        ("Phone", "123 456"),
        ("Email", "ana@b.co"),
        ("Town", "Oporto"),
    ]
    .into_iter()
    .enumerate()
    {
        runs.push(run(50.0, 100.0 + 14.0 * n as f32, label));
        runs.push(run(150.0, 100.0 + 14.0 * n as f32, value));
    }
    assert_eq!(texts(runs)[..4], ["Name", "Ana Lima", "Phone", "123 456"]);
}

#[test]
fn letters_spaced_out_one_by_one_make_words() {
    let mut runs = Vec::new();
    let mut x = 50.0;
    for c in "MARY ANN".chars() {
        if c != ' ' {
            runs.push(Run {
                x1: x + 6.0,
                ..run(x, 100.0, &c.to_string())
            });
        }
        x += if c == ' ' { 6.0 } else { 10.0 };
    }
    assert_eq!(texts(runs), ["MARY ANN"]);
}

proptest! {
    #[test]
    fn every_letter_stands_in_exactly_one_line(places in proptest::collection::vec((0..600_u16, 0..60_u16, "[a-z]{1,12}"), 0..80)) {
        let runs: Vec<Run> = places.iter().map(|(x, y, text)| run(f32::from(*x), f32::from(*y) * 12.0, text)).collect();
        let sorted = |text: String| { let mut all: Vec<char> = text.chars().filter(|c| *c != ' ').collect(); all.sort_unstable(); all };
        let before = sorted(runs.iter().map(|run| run.text.as_str()).collect());
        for rtl in [false, true] {
            let after = sorted(lines(runs.clone(), rtl).into_iter().map(|line| line.text).collect());
            prop_assert_eq!(&before, &after);
        }
    }
}
