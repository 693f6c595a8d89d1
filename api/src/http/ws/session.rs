//! One socket that speaks `graphql-transport-ws`.
//!
//! **Invariant:** nothing runs before `connection_init`, and every operation asks anew who the caller is, as a request
//! over HTTP would.

use super::{
    closing::Closing,
    message::{self, Incoming},
};
use crate::{
    events::{Attending, Bounds, End, Inlet, Item, Membership, Outlet, queue},
    http::{
        answer,
        app::{App, NoCaller},
        graphql, log, read,
        seam::{Answer, Caller, Operation},
    },
};
use async_graphql::parser::types::OperationType;
use axum::http::{HeaderMap, HeaderValue};
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use platform::clock::Clock;
use serde_json::{Map, Value};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::{
    io::AsyncReadExt,
    task::{AbortHandle, JoinError, JoinSet},
    time::{Instant, interval_at, sleep_until, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Bytes, Error, Message,
        protocol::frame::{
            Frame,
            coding::{Data, OpCode},
        },
    },
};
use uuid::Uuid;

/// How long a message may take to be taken by the other side.
const SEND: Duration = Duration::from_secs(10);
/// How long the other side has to answer that a socket is closed.
const CLOSE: Duration = Duration::from_secs(2);
/// Bytes of one frame at most: a long message is sent in pieces, so that no socket keeps room for a whole one.
const FRAME_BYTES: usize = 16 << 10;
/// Events written before anything else is looked at.
const AT_ONCE: usize = 64;
/// What of a handshake tells who the caller is.
const WHO: [&str; 4] = ["authorization", "onedoor-assignment", "onedoor-purpose", "accept-language"];

/// One socket.
pub(super) struct Session {
    app: Arc<App>,
    stream: WebSocketStream<TokioIo<Upgraded>>,
    /// Who the caller is, as headers of a request would say it.
    who: HeaderMap,
    outlet: Outlet,
    inlet: Inlet,
    acknowledged: Option<Acknowledged>,
    live: HashMap<Arc<str>, Live>,
    running: JoinSet<Done>,
    seen: Instant,
}

/// What a socket holds once its caller is known.
struct Acknowledged {
    _attending: Attending,
    expires: Option<Instant>,
}

/// An operation that is under way.
struct Live {
    /// This very one: an event for an earlier one of the same name is not sent to it.
    id: Arc<str>,
    work: Work,
}

enum Work {
    Watching { _membership: Membership },
    Running(AbortHandle),
}

/// An operation that has ended.
struct Done {
    id: Arc<str>,
    answer: Answer,
}

impl Drop for Live {
    fn drop(&mut self) {
        if let Work::Running(task) = &self.work {
            // What changes goes on to its end all the same, in a task of its own.
            task.abort();
        }
    }
}

impl Session {
    pub(super) fn new(app: Arc<App>, stream: WebSocketStream<TokioIo<Upgraded>>, handshake: &HeaderMap) -> Self {
        let sockets = app.settings.sockets;
        let (outlet, inlet) = queue(Bounds { items: sockets.queue_items, bytes: sockets.queue_bytes });
        let mut who = HeaderMap::new();
        for name in WHO {
            for value in handshake.get_all(name) {
                who.append(name, value.clone());
            }
        }
        Self {
            app,
            stream,
            who,
            outlet,
            inlet,
            acknowledged: None,
            live: HashMap::new(),
            running: JoinSet::new(),
            seen: Instant::now(),
        }
    }

    /// Serves until either side ends it; `speaks` says whether the protocol was agreed on.
    pub(super) async fn run(mut self, speaks: bool) {
        let closing = if speaks { self.serve().await } else { Closing::no_protocol() };
        self.live.clear();
        self.acknowledged = None;
        tracing::debug!(code = closing.code, "a socket ends");
        // Whoever does not answer in time is not waited for.
        let _ = timeout(CLOSE, self.close(closing)).await;
    }

    async fn serve(&mut self) -> Closing {
        let sockets = self.app.settings.sockets;
        let mut stopping = self.app.stopping.subscribe();
        let ping = Duration::from_secs(sockets.ping_seconds);
        let mut ticks = interval_at(Instant::now() + ping, ping);
        let init_by = Instant::now() + Duration::from_secs(sockets.init_seconds);
        loop {
            if *stopping.borrow_and_update() && self.running.is_empty() {
                return Closing::stopping();
            }
            let (deadline, late) = match &self.acknowledged {
                None => (Some(init_by), Closing::no_init()),
                Some(known) => (known.expires, Closing::forbidden("the token has expired")),
            };
            let outcome = tokio::select! {
                frame = self.stream.next() => self.frame(frame).await,
                item = self.inlet.next() => self.deliver(item).await,
                Some(done) = self.running.join_next() => self.finish(done).await,
                _ = ticks.tick() => self.keep_alive(ping).await,
                () = until(deadline) => Err(late),
                _ = stopping.changed() => Ok(()),
            };
            if let Err(closing) = outcome {
                return closing;
            }
        }
    }

    async fn frame(&mut self, frame: Option<Result<Message, Error>>) -> Result<(), Closing> {
        let frame = frame.ok_or_else(Closing::gone)??;
        self.seen = Instant::now();
        match frame {
            Message::Text(text) => match message::read(text.as_str()) {
                Ok(message) => self.message(message).await,
                Err(reason) => Err(Closing::bad_request(reason)),
            },
            Message::Binary(_) => Err(Closing::bad_request("Invalid message: it is no text")),
            Message::Close(_) => Err(Closing::gone()),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Ok(()),
        }
    }

    async fn message(&mut self, message: Incoming) -> Result<(), Closing> {
        match message {
            Incoming::Init(payload) => self.init(payload).await,
            Incoming::Ping(payload) => self.send(message::pong(payload)).await,
            Incoming::Pong => Ok(()),
            Incoming::Subscribe { id, payload } => self.subscribe(id, payload).await,
            Incoming::Complete(id) => {
                self.live.remove(&id);
                Ok(())
            }
        }
    }

    async fn init(&mut self, payload: Map<String, Value>) -> Result<(), Closing> {
        if self.acknowledged.is_some() {
            return Err(Closing::second_init());
        }
        self.take_who(&payload)?;
        let caller = caller(&self.app, &self.who).await?;
        let most = self.app.settings.sockets.per_assignment;
        let attending = self.app.gateway.attend(&caller, self.outlet.clone(), most).map_err(|_| Closing::full())?;
        let expires = caller.identity.as_ref().map(|identity| {
            let left = identity.token_expires_at.0.saturating_sub(Clock::wall().0).max(0).unsigned_abs();
            Instant::now() + Duration::from_micros(left)
        });
        self.acknowledged = Some(Acknowledged { _attending: attending, expires });
        self.send(message::ACK.to_owned()).await
    }

    /// What `connection_init` says of the caller stands before what the handshake said.
    fn take_who(&mut self, payload: &Map<String, Value>) -> Result<(), Closing> {
        for name in WHO {
            let mut given = payload.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
            let (Some(value), more) = (given.next(), given.next()) else { continue };
            let value = value.as_str().filter(|_| more.is_none()).and_then(|text| HeaderValue::from_str(text).ok());
            let value =
                value.ok_or_else(|| Closing::bad_request(&format!("Invalid message: {name} must be one text")))?;
            self.who.insert(name, value);
        }
        Ok(())
    }

    async fn subscribe(&mut self, id: Arc<str>, payload: Map<String, Value>) -> Result<(), Closing> {
        if self.acknowledged.is_none() {
            return Err(Closing::unauthorized());
        }
        if self.live.contains_key(&id) {
            return Err(Closing::twice(&id));
        }
        let parameters =
            read::from_fields(payload).map_err(|_| Closing::bad_request("Invalid message: payload cannot be read"))?;
        if self.app.is_stopping() {
            return Ok(());
        }
        let caller = caller(&self.app, &self.who).await?;
        let language = caller.language;
        if self.live.len() >= self.app.settings.sockets.operations {
            return self.refuse(&id, &answer::Refusal::busy().into_answer(language)).await;
        }
        match graphql::operation(parameters, &self.app.documents, &self.app.settings.limits, language) {
            Ok(operation) if operation.kind == OperationType::Subscription => self.watch(id, caller, operation).await,
            Ok(operation) => {
                self.start(id, caller, operation);
                Ok(())
            }
            Err(errors) => self.refuse(&id, &Answer::refused(errors)).await,
        }
    }

    /// Subscribes before the next message is read: what happens after is not missed.
    async fn watch(&mut self, id: Arc<str>, caller: Caller, operation: Operation) -> Result<(), Closing> {
        let (start, outcome) = (Instant::now(), graphql::outcome_of(&operation));
        let to = (Arc::clone(&id), self.outlet.clone());
        let request_id = caller.request_id;
        match self.app.gateway.subscribe(caller, operation, to).await {
            Ok(membership) => {
                log::operation(&self.app, "/graphql/ws", request_id, &outcome, start);
                let work = Work::Watching { _membership: membership };
                self.live.insert(Arc::clone(&id), Live { id, work });
                Ok(())
            }
            Err(refused) => {
                log::operation(&self.app, "/graphql/ws", request_id, &outcome.of(&refused), start);
                self.refuse(&id, &refused).await
            }
        }
    }

    fn start(&mut self, id: Arc<str>, caller: Caller, operation: Operation) {
        let (start, outcome) = (Instant::now(), graphql::outcome_of(&operation));
        let (app, language, request_id) = (Arc::clone(&self.app), caller.language, caller.request_id);
        let name = Arc::clone(&id);
        let task = self.running.spawn(async move {
            let answer = graphql::execute(&app, caller, operation).await;
            let answer = answer.unwrap_or_else(|refusal| refusal.into_answer(language));
            log::operation(&app, "/graphql/ws", request_id, &outcome.of(&answer), start);
            Done { id: name, answer }
        });
        self.live.insert(Arc::clone(&id), Live { id, work: Work::Running(task) });
    }

    async fn finish(&mut self, done: Result<Done, JoinError>) -> Result<(), Closing> {
        // One that was completed by the client has nobody to be told to.
        let Ok(Done { id, answer }) = done else { return Ok(()) };
        if !self.is_live(&id) {
            return Ok(());
        }
        self.live.remove(&id);
        if answer.data.is_none() {
            return self.refuse(&id, &answer).await;
        }
        self.send(message::next(&id, &answer::json(&answer))).await?;
        self.send(message::complete(&id)).await
    }

    /// A request error: nothing was executed, and nothing follows.
    async fn refuse(&mut self, id: &str, answer: &Answer) -> Result<(), Closing> {
        let errors = serde_json::to_string(&answer.errors).map_err(|_| Closing::internal())?;
        self.send(message::error(id, &errors)).await
    }

    async fn deliver(&mut self, first: Result<Item, End>) -> Result<(), Closing> {
        let mut next = Some(first);
        for _ in 0..AT_ONCE {
            let Some(item) = next.take() else { break };
            let Item { id, payload } = item?;
            if self.is_live(&id) {
                self.write(message::next(&id, &payload)).await?;
            }
            next = self.inlet.try_next();
        }
        if let Some(Err(end)) = next {
            return Err(end.into());
        }
        if let Some(Ok(Item { id, payload })) = next
            && self.is_live(&id)
        {
            self.write(message::next(&id, &payload)).await?;
        }
        in_time(self.stream.flush()).await
    }

    fn is_live(&self, id: &Arc<str>) -> bool {
        self.live.get(id).is_some_and(|live| Arc::ptr_eq(&live.id, id))
    }

    async fn keep_alive(&mut self, ping: Duration) -> Result<(), Closing> {
        if self.seen.elapsed() > ping * 2 {
            return Err(Closing::silent());
        }
        in_time(self.stream.send(Message::Ping(Bytes::new()))).await
    }

    async fn send(&mut self, text: String) -> Result<(), Closing> {
        self.write(text).await?;
        in_time(self.stream.flush()).await
    }

    /// Writes without flushing; a long message in pieces.
    async fn write(&mut self, text: String) -> Result<(), Closing> {
        if text.len() <= FRAME_BYTES {
            return in_time(self.stream.feed(Message::text(text))).await;
        }
        let mut rest = Bytes::from(text);
        let mut kind = OpCode::Data(Data::Text);
        while !rest.is_empty() {
            let piece = rest.split_to(rest.len().min(FRAME_BYTES));
            let frame = Frame::message(piece, kind, rest.is_empty());
            in_time(self.stream.send(Message::Frame(frame))).await?;
            kind = OpCode::Data(Data::Continue);
        }
        Ok(())
    }

    async fn close(&mut self, closing: Closing) {
        let too_big = closing.code == Closing::TOO_BIG;
        if let Some(frame) = closing.frame()
            && self.stream.close(Some(frame)).await.is_err()
        {
            return;
        }
        if too_big {
            // Closing over what was not read would take the code away with it.
            let mut unread = [0; 4096];
            while self.stream.get_mut().read(&mut unread).await.is_ok_and(|read| read > 0) {}
        }
        // Reading on also sends the answer to a client that said goodbye first.
        while let Some(Ok(_)) = self.stream.next().await {}
    }
}

/// Who asks, as the database has it now.
async fn caller(app: &App, who: &HeaderMap) -> Result<Caller, Closing> {
    app.caller(who, Uuid::now_v7()).await.map_err(|refused| match refused {
        NoCaller::Refused(refusal) if refusal.is_of_caller() => Closing::forbidden("the token is refused"),
        NoCaller::Refused(refusal) if refusal.is_of_server() => Closing::internal(),
        NoCaller::Refused(_) => Closing::bad_request("Invalid message: connection_init cannot be read"),
        NoCaller::AssignmentRequired(_) => Closing::forbidden("choose one assignment in force"),
    })
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

/// Sends, unless the other side does not read.
async fn in_time(sending: impl Future<Output = Result<(), Error>>) -> Result<(), Closing> {
    match timeout(SEND, sending).await {
        Ok(sent) => Ok(sent?),
        Err(_) => Err(End::Slow.into()),
    }
}
