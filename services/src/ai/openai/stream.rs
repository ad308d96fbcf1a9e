//! Reading an answer while it is written: server-sent events, as the servers send them.

use super::wire;
use crate::ai::port::{End, Failure, Piece, Pieces, Reply};
use futures::{StreamExt, stream};

/// The most bytes of a stream, frames included: each token comes in a frame of some hundred bytes.
const STREAM_MAX: usize = 16 * 1024 * 1024;
/// The longest line.
const LINE_MAX: usize = 1024 * 1024;

/// Parts of a body as they arrive.
type Bytes<B> = stream::BoxStream<'static, Result<B, Failure>>;

struct Reading<B> {
    bytes: Bytes<B>,
    /// What arrived of the line that is being received.
    line: Vec<u8>,
    /// What arrived and was not looked at.
    rest: Vec<u8>,
    read: usize,
    end: End,
    finished: bool,
    over: bool,
}

/// What a line means.
enum Line {
    Nothing,
    Text(String),
    Done,
}

/// A whole answer as a stream.
pub(super) fn of_reply(reply: Reply) -> Pieces {
    stream::iter([Ok(Piece::Text(reply.text)), Ok(Piece::End(reply.end))]).boxed()
}

/// The pieces of an answer that arrives as server-sent events.
pub(super) fn pieces<B: AsRef<[u8]> + Send + 'static>(bytes: Bytes<B>) -> Pieces {
    let reading = Reading {
        bytes,
        line: Vec::new(),
        rest: Vec::new(),
        read: 0,
        end: End::default(),
        finished: false,
        over: false,
    };
    stream::unfold(reading, |mut reading| async move {
        if reading.over {
            return None;
        }
        let next = reading.next().await;
        reading.over = !matches!(next, Ok(Piece::Text(_)));
        Some((next, reading))
    })
    .boxed()
}

impl<B: AsRef<[u8]>> Reading<B> {
    async fn next(&mut self) -> Result<Piece, Failure> {
        loop {
            while let Some(at) = self.rest.iter().position(|b| *b == b'\n') {
                self.line.extend(self.rest.drain(..=at));
                let line = std::mem::take(&mut self.line);
                match self.take(&line)? {
                    Line::Text(text) => return Ok(Piece::Text(text)),
                    Line::Done => return Ok(Piece::End(std::mem::take(&mut self.end))),
                    Line::Nothing => {}
                }
            }
            self.line.append(&mut self.rest);
            if self.line.len() > LINE_MAX || self.read > STREAM_MAX {
                return Err(Failure::Huge);
            }
            match self.bytes.next().await {
                Some(part) => {
                    let part = part?;
                    self.read += part.as_ref().len();
                    self.rest.extend_from_slice(part.as_ref());
                }
                // Some servers end without saying [DONE]; a model that did not say that it is finished was cut off.
                None if self.finished => return Ok(Piece::End(std::mem::take(&mut self.end))),
                None => return Err(Failure::Broken),
            }
        }
    }

    fn take(&mut self, line: &[u8]) -> Result<Line, Failure> {
        let Some(data) = line.trim_ascii().strip_prefix(b"data:") else {
            return Ok(Line::Nothing);
        };
        let data = data.trim_ascii();
        if data == b"[DONE]" {
            return if self.finished {
                Ok(Line::Done)
            } else {
                Err(Failure::Broken)
            };
        }
        if data.is_empty() {
            return Ok(Line::Nothing);
        }
        let part = wire::part(data)?;
        self.finished |= part.finished;
        self.end.cut |= part.end.cut;
        self.end.usage = if part.end.usage.input.is_some() || part.end.usage.output.is_some() {
            part.end.usage
        } else {
            self.end.usage
        };
        if !part.end.model.is_empty() {
            self.end.model = part.end.model;
        }
        Ok(if part.text.is_empty() {
            Line::Nothing
        } else {
            Line::Text(part.text)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ai::port::Usage;

    const GOOD: &str = "\
: a comment\n\
data: {\"model\":\"m-1\",\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\r\n\r\n\
data: {\"choices\":[{\"delta\":{\"content\":\"Hé\"}}]}\n\n\
event: x\ndata:{\"choices\":[{\"delta\":{\"content\":\"llo\"},\"finish_reason\":\"stop\"}]}\n\n\
data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\n\
data: [DONE]\n\n";

    async fn read(parts: Vec<Vec<u8>>) -> Vec<Result<Piece, Failure>> {
        pieces(stream::iter(parts.into_iter().map(Ok)).boxed()).collect().await
    }

    fn in_parts(text: &str, size: usize) -> Vec<Vec<u8>> {
        text.as_bytes().chunks(size).map(<[u8]>::to_vec).collect()
    }

    #[tokio::test]
    async fn events_are_read_however_they_are_cut() {
        let end = End {
            model: "m-1".into(),
            usage: Usage {
                input: Some(3),
                output: Some(2),
            },
            cut: false,
        };
        for size in [1, 2, 3, 7, 1_000] {
            let pieces = read(in_parts(GOOD, size)).await;
            let expected = [
                Ok(Piece::Text("Hé".into())),
                Ok(Piece::Text("llo".into())),
                Ok(Piece::End(end.clone())),
            ];
            assert_eq!(pieces, expected, "{size} bytes at a time");
        }
    }

    #[tokio::test]
    async fn a_stream_that_breaks_off_says_so() {
        for cut in [60, 130, 160] {
            let pieces = read(in_parts(&GOOD[..cut], 9)).await;
            assert_eq!(pieces.last(), Some(&Err(Failure::Broken)), "after {cut} bytes");
        }
        let without_done = GOOD.replace("data: [DONE]\n\n", "");
        assert!(matches!(
            read(in_parts(&without_done, 50)).await.last(),
            Some(Ok(Piece::End(_)))
        ));
    }

    #[tokio::test]
    async fn nonsense_and_floods_end_it() {
        for (text, failure) in [
            ("data: {\"choices\":[{\"delta\":\n\n".to_owned(), Failure::Broken),
            (
                "data: {\"error\":{\"message\":\"overloaded\"}}\n\n".to_owned(),
                Failure::Broken,
            ),
            (format!("data: {}", "x".repeat(LINE_MAX + 1)), Failure::Huge),
        ] {
            assert_eq!(read(in_parts(&text, 4_096)).await, [Err(failure)]);
        }
    }
}
