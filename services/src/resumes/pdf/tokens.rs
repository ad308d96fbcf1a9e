//! The words of a page's content stream, each with its bytes: just enough of the syntax to follow what is painted.
//!
//! It knows no operators and no fonts. It never fails: bytes that make no sense are skipped.

use std::ops::Range;

/// A word of the stream.
#[derive(Debug, Clone, PartialEq)]
pub enum Token<'a> {
    /// A number.
    Number(f32),
    /// A name, without its slash.
    Name(&'a [u8]),
    /// A string, in parentheses or angle brackets: its bytes in the stream, delimiters included.
    Text(Range<usize>),
    /// `[`.
    Open,
    /// `]`.
    Close,
    /// A dictionary, whole.
    Dictionary,
    /// Anything else: an operator.
    Operator(&'a [u8]),
}

/// Reads a stream word by word.
#[derive(Debug)]
pub struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

fn is_delimiter(byte: u8) -> bool {
    matches!(
        byte,
        b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%'
    )
}

impl<'a> Tokens<'a> {
    /// From the start of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        while let Some(byte) = self.bytes.get(self.at) {
            if *byte == b'%' {
                while self.at < self.bytes.len() && !matches!(self.bytes[self.at], 10 | 13) {
                    self.at += 1;
                }
            } else if is_blank(*byte) {
                self.at += 1;
            } else {
                return;
            }
        }
    }

    /// A run of ordinary characters.
    fn word(&mut self) -> &'a [u8] {
        let start = self.at;
        while self
            .bytes
            .get(self.at)
            .is_some_and(|b| !is_blank(*b) && !is_delimiter(*b))
        {
            self.at += 1;
        }
        &self.bytes[start..self.at]
    }

    /// A string in parentheses, which nest.
    fn literal(&mut self) -> Range<usize> {
        let start = self.at;
        let mut depth = 0_u32;
        while let Some(byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'\\' => self.at = (self.at + 1).min(self.bytes.len()),
                b'(' => depth += 1,
                b')' => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                }
                _ => {}
            }
        }
        start..self.at
    }

    fn hex(&mut self) -> Range<usize> {
        let start = self.at;
        while self.at < self.bytes.len() {
            self.at += 1;
            if self.bytes[self.at - 1] == b'>' {
                break;
            }
        }
        start..self.at
    }

    /// Skips a dictionary, those inside it included.
    fn dictionary(&mut self) {
        let mut depth = 0_u32;
        while self.at < self.bytes.len() {
            match (self.peek(0), self.peek(1)) {
                (b'<', b'<') => {
                    depth += 1;
                    self.at += 2;
                }
                (b'>', b'>') => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return;
                    }
                }
                (b'(', _) => {
                    self.literal();
                }
                _ => self.at += 1,
            }
        }
    }

    /// Skips the data of an inline image, `ID` being read already: to an `EI` that stands alone.
    pub fn skip_image(&mut self) {
        while self.at + 2 <= self.bytes.len() {
            let before = self.at == 0 || is_blank(self.bytes[self.at - 1]);
            let after = self.bytes.get(self.at + 2).is_none_or(|b| is_blank(*b));
            if before && after && self.bytes[self.at..].starts_with(b"EI") {
                self.at += 2;
                return;
            }
            self.at += 1;
        }
        self.at = self.bytes.len();
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            self.skip_blanks();
            let byte = *self.bytes.get(self.at)?;
            let token = match byte {
                b'(' => Token::Text(self.literal()),
                b'<' if self.peek(1) == b'<' => {
                    self.dictionary();
                    Token::Dictionary
                }
                b'<' => Token::Text(self.hex()),
                b'[' => {
                    self.at += 1;
                    Token::Open
                }
                b']' => {
                    self.at += 1;
                    Token::Close
                }
                b'/' => {
                    self.at += 1;
                    Token::Name(self.word())
                }
                b')' | b'>' | b'{' | b'}' => {
                    self.at += 1;
                    continue;
                }
                _ => {
                    let word = self.word();
                    let number = std::str::from_utf8(word).ok().and_then(|word| word.parse::<f32>().ok());
                    match number.filter(|n| n.is_finite() && !word[0].is_ascii_alphabetic()) {
                        Some(number) => Token::Number(number),
                        None => Token::Operator(word),
                    }
                }
            };
            return Some(token);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_of_all_kinds() {
        let stream = b"BT /F1 12 Tf % a remark )\n(a\\)(b)) Tj <</A (>>) /B <<>> >> BDC [<41> -1.5]TJ ET";
        let tokens: Vec<_> = Tokens::new(stream).collect();
        assert_eq!(tokens[0], Token::Operator(b"BT"));
        assert_eq!(tokens[1], Token::Name(b"F1"));
        assert_eq!(tokens[2], Token::Number(12.0));
        let Token::Text(range) = &tokens[4] else {
            panic!("{tokens:?}")
        };
        assert_eq!(&stream[range.clone()], b"(a\\)(b))");
        assert_eq!(tokens[6], Token::Dictionary);
        assert_eq!(tokens[7], Token::Operator(b"BDC"));
        assert_eq!(tokens[8], Token::Open);
        assert_eq!(tokens[10], Token::Number(-1.5));
        assert_eq!(tokens[11], Token::Close);
        assert_eq!(tokens.last(), Some(&Token::Operator(b"ET")));
    }

    #[test]
    fn inline_images_are_skipped() {
        let mut tokens = Tokens::new(b"BI /W 1 ID \x00(EI\xff EI Q");
        while let Some(token) = tokens.next() {
            if token == Token::Operator(b"ID") {
                tokens.skip_image();
            }
        }
        let mut tokens = Tokens::new(b"ID \x00(EI\xff EI Q");
        tokens.next();
        tokens.skip_image();
        assert_eq!(tokens.next(), Some(Token::Operator(b"Q")));
    }

    proptest! {
        #[test]
        fn any_bytes_come_to_an_end(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut tokens = Tokens::new(&bytes);
            let mut count = 0;
            while tokens.next().is_some() {
                count += 1;
                prop_assert!(count <= bytes.len());
            }
        }
    }
}
