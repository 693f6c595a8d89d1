//! Why a socket ends, in the codes of RFC 6455 and of the protocol spoken on it.

use crate::events::End;
use tokio_tungstenite::tungstenite::{
    Error,
    protocol::frame::{CloseFrame, coding::CloseCode},
};

/// Longest reason: a control frame holds 125 bytes, two of them the code.
const REASON_BYTES: usize = 123;

/// A code and a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Closing {
    pub(super) code: u16,
    reason: String,
}

impl Closing {
    /// The other side is gone, or has said that it goes.
    pub(super) const GONE: u16 = 1005;
    /// What was sent is longer than is read.
    pub(super) const TOO_BIG: u16 = 1009;

    pub(super) fn new(code: u16, reason: impl Into<String>) -> Self {
        let mut reason = reason.into();
        while reason.len() > REASON_BYTES {
            reason.pop();
        }
        Self { code, reason }
    }

    pub(super) fn gone() -> Self {
        Self::new(Self::GONE, "")
    }

    pub(super) fn stopping() -> Self {
        Self::new(1001, "the server is stopping")
    }

    pub(super) fn silent() -> Self {
        Self::new(1001, "no sign of life")
    }

    pub(super) fn bad_request(reason: &str) -> Self {
        Self::new(4400, reason)
    }

    pub(super) fn unauthorized() -> Self {
        Self::new(4401, "Unauthorized")
    }

    pub(super) fn forbidden(reason: &str) -> Self {
        Self::new(4403, format!("Forbidden: {reason}"))
    }

    pub(super) fn no_protocol() -> Self {
        Self::new(4406, "Subprotocol not acceptable")
    }

    pub(super) fn no_init() -> Self {
        Self::new(4408, "Connection initialisation timeout")
    }

    /// `id` is the client's own word, as JSON.
    pub(super) fn twice(id: &str) -> Self {
        Self::new(4409, format!("Subscriber for {id} already exists"))
    }

    pub(super) fn second_init() -> Self {
        Self::new(4429, "Too many initialisation requests")
    }

    pub(super) fn full() -> Self {
        Self::new(1013, "too many sockets under this assignment")
    }

    pub(super) fn internal() -> Self {
        Self::new(4500, "Internal server error")
    }

    /// As a frame, if one is to be sent.
    pub(super) fn frame(self) -> Option<CloseFrame> {
        (self.code != Self::GONE).then(|| CloseFrame { code: CloseCode::from(self.code), reason: self.reason.into() })
    }
}

impl From<End> for Closing {
    fn from(end: End) -> Self {
        match end {
            End::Slow => Self::new(1013, "too slow: events were not read in time"),
            End::Revoked => Self::forbidden("the assignment or a permission has ended"),
            End::Broken => Self::new(1011, "an event could not be answered: read anew"),
        }
    }
}

impl From<Error> for Closing {
    fn from(error: Error) -> Self {
        match error {
            Error::Capacity(_) => Self::new(Self::TOO_BIG, "message too big"),
            Error::Protocol(_) => Self::new(1002, "protocol error"),
            Error::Utf8(_) => Self::new(1007, "text is not UTF-8"),
            _ => Self::gone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_fits_its_frame_and_stays_text() {
        let closing = Closing::twice(&"字".repeat(100));
        assert!(closing.reason.len() <= REASON_BYTES && closing.reason.starts_with("Subscriber for 字"));
    }
}
