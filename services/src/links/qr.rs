//! A link as a QR code, for a poster or a screen.

use crate::error::{Result, ServiceError};
use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write;

/// Empty modules around the code: what the standard asks for.
const QUIET: i32 = 4;

/// The code as an SVG of its own: black on white whatever is around it, because a camera has to read it.
///
/// # Errors
/// A text that is too long for a code; links are not.
pub fn svg(text: &str) -> Result<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium)
        .map_err(|_| ServiceError::internal(anyhow::anyhow!("a link is too long for a QR code")))?;
    let side = code.size() + 2 * QUIET;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let start = x;
            while x < code.size() && code.get_module(x, y) {
                x += 1;
            }
            if x > start {
                // A run of dark modules is one rectangle. Writing into a String does not fail.
                let _ = write!(path, "M{},{}h{}v1h-{}z", start + QUIET, y + QUIET, x - start, x - start);
            }
            x += 1;
        }
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" width=\"{w}\" height=\"{w}\" \
         shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0,0h{side}v{side}H0z\"/><path fill=\"#000\" \
         d=\"{path}\"/></svg>\n",
        w = side * 8,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws the SVG's own path again and reads it module by module against the code.
    #[test]
    fn every_module_is_drawn_where_it_belongs() {
        let text = "https://interviews.example.com/i/abcdefghijklmnop";
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).unwrap();
        let svg = svg(text).unwrap();
        let path = svg.rsplit("d=\"").next().unwrap().split('"').next().unwrap();
        let mut drawn = std::collections::BTreeSet::new();
        for run in path.split('z').filter(|r| !r.is_empty()) {
            let (x, rest) = run.trim_start_matches('M').split_once(',').unwrap();
            let (y, rest) = rest.split_once('h').unwrap();
            let width: i32 = rest.split('v').next().unwrap().parse().unwrap();
            let (x, y): (i32, i32) = (x.parse().unwrap(), y.parse().unwrap());
            drawn.extend((x..x + width).map(|x| (x - QUIET, y - QUIET)));
        }
        for y in -QUIET..code.size() + QUIET {
            for x in -QUIET..code.size() + QUIET {
                assert_eq!(drawn.contains(&(x, y)), code.get_module(x, y), "{x},{y}");
            }
        }
    }
}
