//! The service's face over HTTP/1.1, as little of it as the fleet asks for.

use std::{net::SocketAddr, sync::Arc};

use feeds::{
    answer::Answer,
    log::Outcome,
    query::{Query, ResourcePath},
    service::{Intake, MayPublish, Service, Taken},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// Answers on a free port of this machine.
pub(crate) async fn open(service: Arc<Service>, mqtt: SocketAddr) -> SocketAddr {
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = socket.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = socket.accept().await {
            let service = service.clone();
            tokio::spawn(async move {
                let _ = serve(stream, service, mqtt).await;
            });
        }
    });
    address
}

async fn serve(stream: TcpStream, service: Arc<Service>, mqtt: SocketAddr) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut first = String::new();
        if stream.read_line(&mut first).await? == 0 {
            return Ok(());
        }
        let mut length = 0;
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await?;
            if line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        let mut words = first.split(' ');
        let (method, path) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let path = path.strip_prefix("/sensorthings/v1.1").unwrap_or("/?");
        let path = path.trim_start_matches('/').to_owned();
        let (status, document) = match method {
            "GET" if path.is_empty() => (200, root(mqtt)),
            "GET" => get(&service, path).await,
            _ => post(&service, &path, &body).await,
        };
        let text = document.to_string();
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            text.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(text.as_bytes()).await?;
        stream.flush().await?;
    }
}

fn root(mqtt: SocketAddr) -> Value {
    let class = "http://www.opengis.net/spec/iot_sensing/1.1/req/\
                 create-observations-via-mqtt/observations-creation";
    json!({"value": [], "serverSettings": {class: {"endpoints": [format!("mqtt://{mqtt}")]}}})
}

async fn get(service: &Arc<Service>, request: String) -> (u16, Value) {
    let service = service.clone();
    let answer = move || {
        let (path, query) = request.split_once('?').unwrap_or((&request, ""));
        let path = ResourcePath::parse(path).map_err(|why| why.to_string())?;
        let query = Query::parse(path.target(), query).map_err(|why| why.to_string())?;
        let now = "2026-11-21T00:00:00Z".parse().map_err(|_| String::new())?;
        service.answer(&path, &query, now).map_err(|why| why.to_string())
    };
    match tokio::task::spawn_blocking(answer).await.expect("no panic") {
        Ok(Some(Answer::Document(document))) => (200, document),
        Ok(_) => (404, Value::Null),
        Err(why) => (400, json!(why)),
    }
}

async fn post(service: &Arc<Service>, path: &str, body: &[u8]) -> (u16, Value) {
    let taken = service.take(&Intake {
        source: "http".into(),
        path: &format!("v1.1/{path}"),
        payload: body,
        may_publish: &MayPublish::Everything,
    });
    let Ok(taken) = taken else { return (503, Value::Null) };
    match taken.await {
        Ok(Taken::Recorded(outcomes)) => {
            let rows = outcomes.iter().map(|outcome| match outcome {
                Outcome::Refused { refusal, .. } => json!(format!("error {refusal}")),
                _ => json!("Observations"),
            });
            (201, rows.collect())
        }
        Ok(Taken::Refused(why, _)) => (400, json!(why.to_string())),
        Err(_) => (503, Value::Null),
    }
}
