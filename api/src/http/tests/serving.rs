use super::toy::Toy;
use crate::{
    http::{HttpSettings, Server},
    identity::tests::fixture::Fixture,
};
use platform::Language;
use std::{
    net::SocketAddr,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
    time::{Instant, timeout},
};

struct Running {
    address: SocketAddr,
    toy: Arc<Toy>,
    stop: oneshot::Sender<()>,
    served: JoinHandle<anyhow::Result<()>>,
    _fixture: Fixture,
}

async fn serve(change: impl FnOnce(&mut HttpSettings)) -> Running {
    let fixture = Fixture::new().await;
    let toy = Arc::new(Toy::default());
    let mut settings = HttpSettings::default();
    change(&mut settings);
    let gateway = Arc::clone(&toy);
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let server = Server::listen(any, settings, Language::En, Arc::new(fixture.identity()), gateway).await.unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let address = server.address();
    let served = tokio::spawn(server.run(async { drop(stopped.await) }));
    Running { address, toy, stop, served, _fixture: fixture }
}

fn post(query: &str) -> String {
    let body = format!("{{\"query\":\"{query}\"}}");
    format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

async fn send(address: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

/// Everything until the server closes, and how long that took.
async fn rest(stream: &mut TcpStream) -> (String, Duration) {
    let start = Instant::now();
    let mut bytes = Vec::new();
    let _ = timeout(Duration::from_secs(10), stream.read_to_end(&mut bytes)).await.expect("the server closes");
    (String::from_utf8_lossy(&bytes).into_owned(), start.elapsed())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_clients_are_cut() {
    let running = serve(|settings| {
        settings.seconds.header = 1;
        settings.seconds.body = 1;
        settings.seconds.answer = 1;
        settings.seconds.idle = 2;
        settings.sockets.ping_seconds = 1;
    })
    .await;
    // Silent from the start; silent within the head; silent after an answer.
    for text in ["", "POST /graphql HTTP/1.1\r\nhost", &post("{ who }")] {
        let (_, took) = rest(&mut send(running.address, text).await).await;
        assert!(took < Duration::from_secs(5), "{text:?} was kept for {took:?}");
    }
    let head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
    let (text, _) = rest(&mut send(running.address, head).await).await;
    assert!(text.starts_with("HTTP/1.1 408"), "{text}");
    // A byte now and then does not help.
    let mut drip = send(running.address, "").await;
    let start = Instant::now();
    while drip.write_all(b"P").await.is_ok() && start.elapsed() < Duration::from_secs(8) {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_under_way_is_answered_when_the_server_stops() {
    let running = serve(|_| {}).await;
    let mut waiting = send(running.address, &post("mutation { slow }")).await;
    let idle = send(running.address, "").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    running.stop.send(()).unwrap();
    let (text, _) = rest(&mut waiting).await;
    assert!(text.contains("{\"data\":{\"slow\":1}}"), "{text}");
    timeout(Duration::from_secs(5), running.served).await.expect("it ends").unwrap().unwrap();
    assert!(TcpStream::connect(running.address).await.is_err());
    drop(idle);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_while_the_server_stops_is_answered_and_sent_off() {
    let running = serve(|_| {}).await;
    running.stop.send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    let (text, _) = rest(&mut send(running.address, &post("{ who }")).await).await;
    assert!(text.starts_with("HTTP/1.1 200") && text.contains("connection: close"), "{text}");
    let (text, _) = rest(&mut send(running.address, "GET /ready HTTP/1.1\r\nhost: x\r\n\r\n").await).await;
    assert!(text.starts_with("HTTP/1.1 503"), "{text}");
    running.served.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_goes_on_when_its_client_goes_away_and_a_query_does_not() {
    let running = serve(|_| {}).await;
    for (query, done) in [("{ slow }", 0), ("mutation { slow }", 1)] {
        let stream = send(running.address, &post(query)).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        drop(stream);
        tokio::time::sleep(Duration::from_millis(400)).await;
        assert_eq!(running.toy.done.load(Ordering::Relaxed), done, "{query}");
    }
    // Also when the server stops right then.
    let stream = send(running.address, &post("mutation { slow }")).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(stream);
    running.stop.send(()).unwrap();
    running.served.await.unwrap().unwrap();
    assert_eq!(running.toy.done.load(Ordering::Relaxed), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_beyond_the_cap_wait() {
    let running = serve(|settings| settings.connections_max = 2).await;
    let one = send(running.address, "").await;
    let _other = send(running.address, "").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut third = send(running.address, &post("{ who }")).await;
    let mut first_bytes = [0; 12];
    assert!(timeout(Duration::from_millis(300), third.read_exact(&mut first_bytes)).await.is_err());
    drop(one);
    timeout(Duration::from_secs(5), third.read_exact(&mut first_bytes)).await.unwrap().unwrap();
    assert_eq!(&first_bytes, b"HTTP/1.1 200");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unsafe_settings_do_not_listen() {
    let fixture = Fixture::new().await;
    let all = SocketAddr::from(([0, 0, 0, 0], 0));
    let toy = Arc::new(Toy::default());
    let refused = Server::listen(all, HttpSettings::default(), Language::En, Arc::new(fixture.identity()), toy).await;
    assert!(refused.err().unwrap().to_string().contains("in the clear"));
}
