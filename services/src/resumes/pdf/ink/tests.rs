//! What is seen and what is hidden.

use super::*;

struct NoForms;

impl Forms for NoForms {
    fn form(&self, _: u32) -> Option<Form> {
        None
    }
}

const PAGE: Area = Area::new(0.0, 0.0, 600.0, 800.0);

fn hidden(stream: &str) -> Vec<String> {
    let mut scope = Scope::default();
    scope.opacities.insert(b"Clear".to_vec(), 0.0);
    scope
        .objects
        .insert(b"Photo".to_vec(), External::Picture { opaque: true });
    scope.greys.insert(b"Light".to_vec());
    let seen = look(stream.as_bytes(), &scope, &NoForms, PAGE);
    seen.hidden
        .iter()
        .map(|range| stream[range.clone()].to_owned())
        .collect()
}

#[test]
fn plain_text_is_seen() {
    assert!(hidden("BT /F 12 Tf 50 700 Td (Ana) Tj 0 -14 Td [(Li) -20 (ma)] TJ T* (x) ' ET").is_empty());
}

#[test]
fn invisible_modes_and_no_opacity() {
    assert_eq!(
        hidden("BT /F 12 Tf 50 700 Td 3 Tr (a) Tj 0 Tr (b) Tj 7 Tr <63> Tj ET"),
        ["(a)", "<63>"]
    );
    assert_eq!(
        hidden("q /Clear gs BT /F 12 Tf 50 700 Td (a) Tj ET Q BT /F 12 Tf 5 70 Td (b) Tj ET"),
        ["(a)"]
    );
}

#[test]
fn too_small_wherever_the_smallness_comes_from() {
    assert_eq!(hidden("BT /F 1 Tf 50 700 Td (a) Tj ET"), ["(a)"]);
    assert_eq!(
        hidden("q .1 0 0 .1 0 0 cm BT /F 12 Tf 500 7000 Td (a) Tj ET Q"),
        ["(a)"]
    );
    assert!(hidden("BT /F 1 Tf 12 0 0 12 50 700 Tm (a) Tj ET").is_empty());
}

#[test]
fn white_needs_something_dark_under_it() {
    assert_eq!(hidden("1 g BT /F 12 Tf 50 700 Td (a) Tj ET"), ["(a)"]);
    assert_eq!(hidden("0 0 0 0 k BT /F 12 Tf 50 700 Td (a) Tj ET"), ["(a)"]);
    assert_eq!(hidden(".98 .99 1 rg BT /F 12 Tf 50 700 Td (a) Tj ET"), ["(a)"]);
    assert!(hidden("0 0 .4 rg 0 600 600 200 re f 1 g BT /F 12 Tf 50 700 Td (a) Tj ET").is_empty());
    assert_eq!(
        hidden("0 0 .4 rg 0 600 600 200 re f 1 g BT /F 12 Tf 50 500 Td (a) Tj ET"),
        ["(a)"]
    );
    // The page may be painted white, or dark, or with a picture.
    assert_eq!(hidden("1 g 0 0 600 800 re f BT /F 12 Tf 50 700 Td (a) Tj ET"), ["(a)"]);
    assert_eq!(hidden("0 g 0 0 600 800 re f BT /F 12 Tf 50 700 Td (a) Tj ET"), ["(a)"]);
    assert!(hidden("q 600 0 0 800 0 0 cm /Photo Do Q 1 g BT /F 12 Tf 50 700 Td (a) Tj ET").is_empty());
    // A round badge.
    assert!(hidden("0 g 0 650 m 0 750 50 750 100 750 c h f 1 g BT /F 12 Tf 50 700 Td (a) Tj ET").is_empty());
}

#[test]
fn one_number_is_a_colour_where_its_space_says_so() {
    let text = "BT /F 12 Tf 50 700 Td (a) Tj ET";
    for white in ["/Light cs 1 scn", "/DeviceGray cs 1 sc", "1 sc", "0 g .99 sc"] {
        assert_eq!(hidden(&format!("{white} {text}")), ["(a)"], "{white}");
    }
    // Full ink of a spot colour, the second colour of a palette.
    for unknown in [
        "/Spot cs 1 scn",
        "/Light cs /Spot cs 1 sc",
        "/Light cs 0 scn",
        "1 0 0 rg 1 sc",
    ] {
        assert!(hidden(&format!("{unknown} {text}")).is_empty(), "{unknown}");
    }
    assert_eq!(hidden(&format!("q /Spot cs Q /Light cs 1 sc {text}")), ["(a)"]);
    assert!(hidden(&format!("/Light cs 0 sc 0 600 600 200 re f 1 sc {text}")).is_empty());
}

#[test]
fn off_the_page_or_clipped_away() {
    assert_eq!(
        hidden("BT /F 12 Tf 700 700 Td (a) Tj -1400 0 Td (b) Tj ET"),
        ["(a)", "(b)"]
    );
    assert_eq!(hidden("q 0 0 10 10 re W n BT /F 12 Tf 50 700 Td (a) Tj ET Q"), ["(a)"]);
    assert!(hidden("q 0 0 600 800 re W n BT /F 12 Tf 50 700 Td (a) Tj ET Q").is_empty());
}

#[test]
fn covered_by_what_comes_later() {
    assert_eq!(
        hidden("BT /F 12 Tf 50 700 Td (a) Tj ET 1 g 40 690 200 30 re f"),
        ["(a)"]
    );
    assert_eq!(
        hidden("BT /F 12 Tf 50 700 Td (a) Tj ET q 200 0 0 30 40 690 cm /Photo Do Q"),
        ["(a)"]
    );
    // An underline or a frame covers nothing.
    assert!(hidden("BT /F 12 Tf 50 700 Td (a) Tj ET 50 697 90 1 re f 40 690 200 30 re S").is_empty());
    assert!(hidden("BT /F 12 Tf 50 700 Td (a) Tj ET q /Clear gs 40 690 200 30 re f Q").is_empty());
}

#[test]
fn blanking_moves_nothing() {
    let stream = b"(hidden) Tj (seen) Tj <41> Tj".to_vec();
    let blank = blanked(stream.clone(), &[0..8, 22..26, 90..99]);
    assert_eq!(blank.len(), stream.len());
    let strings: Vec<_> = Tokens::new(&blank)
        .filter_map(|token| match token {
            Token::Text(range) => Some(blank[range].to_vec()),
            _ => None,
        })
        .collect();
    assert_eq!(strings, [b"()".to_vec(), b"(seen)".to_vec(), b"()".to_vec()]);
}
