//! A WebSocket as it is, and the protocol `graphql-transport-ws` spoken on it by hand.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::HeaderValue},
};

/// The sub-protocol.
pub const PROTOCOL: &str = "graphql-transport-ws";
/// Long enough for anything that should happen; only what never happens takes so long.
const PATIENCE: Duration = Duration::from_secs(30);

/// One socket.
pub struct Socket {
    stream: WebSocketStream<TcpStream>,
}

/// What came on it.
#[derive(Debug, PartialEq)]
pub enum Got {
    /// A message.
    Message(Value),
    /// The end, with code and reason; 1006 where none was told.
    Closed(u16, String),
}

impl Socket {
    /// Opens one with this sub-protocol and these headers. Error: the status that refused it.
    pub async fn try_open(base: &str, protocol: Option<&str>, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let place = base.strip_prefix("http://").expect("a plain URL");
        let mut request = format!("ws://{place}/graphql/ws").into_client_request().expect("a request");
        let protocol = protocol.map(|protocol| ("sec-websocket-protocol", protocol));
        for (name, value) in headers.iter().copied().chain(protocol) {
            request.headers_mut().insert(name, HeaderValue::from_str(value).expect("a header"));
        }
        let stream = TcpStream::connect(place).await.expect("a connection");
        match client_async(request, stream).await {
            Ok((stream, _)) => Ok(Self { stream }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("no handshake: {error}"),
        }
    }

    /// Opens one that speaks the protocol.
    pub async fn open(base: &str) -> Self {
        Self::try_open(base, Some(PROTOCOL), &[]).await.expect("a socket")
    }

    /// Opens one and lets it know the caller.
    pub async fn of(base: &str, token: &str) -> Self {
        let mut socket = Self::open(base).await;
        assert_eq!(socket.init(token).await, Got::Message(json!({ "type": "connection_ack" })));
        socket
    }

    /// Says who calls; answers what came of it.
    pub async fn init(&mut self, token: &str) -> Got {
        let payload = json!({ "Authorization": format!("Bearer {token}") });
        self.send(json!({ "type": "connection_init", "payload": payload })).await;
        self.next().await
    }

    /// Sends a message.
    pub async fn send(&mut self, message: Value) {
        self.say(Message::text(message.to_string())).await;
    }

    /// Sends a frame as it is.
    pub async fn say(&mut self, message: Message) {
        // The other side may have ended it already; what it said is read next.
        let _ = self.stream.send(message).await;
    }

    /// Starts an operation.
    pub async fn start(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.send(json!({ "id": id, "type": "subscribe", "payload": payload })).await;
    }

    /// Starts a subscription, and waits until it stands: what a socket is asked next is answered after it.
    pub async fn watch(&mut self, id: &str, query: &str, variables: Value) {
        self.start(id, query, variables).await;
        self.settle().await;
    }

    /// Waits until everything sent so far was looked at.
    pub async fn settle(&mut self) {
        self.send(json!({ "type": "ping" })).await;
        assert_eq!(self.next().await, Got::Message(json!({ "type": "pong" })));
    }

    /// What comes next.
    pub async fn next(&mut self) -> Got {
        timeout(PATIENCE, self.read()).await.expect("something comes")
    }

    /// The next message.
    pub async fn message(&mut self) -> Value {
        match self.next().await {
            Got::Message(message) => message,
            Got::Closed(code, reason) => panic!("closed: {code} {reason}"),
        }
    }

    /// The code it is closed with; messages before it are passed over.
    pub async fn closed(&mut self) -> (u16, String) {
        loop {
            if let Got::Closed(code, reason) = self.next().await {
                return (code, reason);
            }
        }
    }

    async fn read(&mut self) -> Got {
        let mut closed = Got::Closed(1006, String::new());
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => {
                    return Got::Message(serde_json::from_str(text.as_str()).expect("JSON"));
                }
                Some(Ok(Message::Close(Some(frame)))) => {
                    closed = Got::Closed(frame.code.into(), frame.reason.as_str().to_owned());
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return closed,
            }
        }
    }
}
