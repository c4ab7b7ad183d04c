//! What subscribers are told, written once for all of them.

use axum::extract::ws::Utf8Bytes;

/// One thing that subscribers are told.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) kind: &'static str,
    /// Where to resume after it.
    pub(super) seq: Option<i64>,
    /// JSON, as an event has it.
    pub(super) text: Utf8Bytes,
    /// The whole, as a WebSocket has it.
    pub(super) framed: Utf8Bytes,
}

impl Message {
    /// A message of a kind.
    pub(super) fn new(kind: &'static str, seq: Option<i64>, text: Utf8Bytes) -> Self {
        let framed = match seq {
            Some(seq) => format!(r#"{{"type":"{kind}","seq":{seq},"items":{text}}}"#),
            None => format!(r#"{{"type":"{kind}","items":{text}}}"#),
        };
        Self { kind, seq, text, framed: framed.into() }
    }

    /// What to do after having missed too much: read the latest values, then go on from there.
    pub(super) fn reset() -> Self {
        Self::new("reset", None, Utf8Bytes::from_static("{}"))
    }
}
