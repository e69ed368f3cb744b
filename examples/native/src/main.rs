//! A terminal client for event streams: the loop of [`eventsource_wasm::machine`] over `reqwest`.
//!
//! Events go to stdout, as an event stream; notices go to stderr. After a lost connection, the client reconnects with
//! `Last-Event-ID`. A request that must not be repeated, such as a POST, is sent once and read to its end. The exit code is 0
//! after Ctrl-C, after the end of such a request, after the end of stdout, and after 204, by which a server asks its clients to
//! stop. It is 1 after a final failure, and 2 for wrong arguments.

use std::error::Error;
use std::io::{self, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{env, pin, process};

use eventsource_wasm::ErrorCode;
use eventsource_wasm::http::{self, ResponseHead};
use eventsource_wasm::machine::{Config, Decision, End, Failure, Fault, Input, Machine, Output, Retry};
use eventsource_wasm::parser::Event;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Body, Client, Method, Request, Response, Url};
use tokio::time::{Instant, sleep_until};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let client = Client::new();
    let Some((template, config)) = parse(&client, env::args().skip(1)) else {
        eprintln!("usage: native-example <http URL> [-H 'name: value']... [-d body] [-X method]");
        process::exit(2);
    };
    // A return from main would wait for a running DNS lookup.
    process::exit(follow(&client, &template, config).await);
}

/// Parses the arguments to the request that is sent for each connection, and the configuration of the machine.
fn parse(client: &Client, mut args: impl Iterator<Item = String>) -> Option<(Request, Config)> {
    let (mut url, mut headers, mut body, mut method) = (None, HeaderMap::new(), None, None);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "-H" => {
                let header = args.next()?;
                let (name, value) = header.split_once(':')?;
                headers.append(HeaderName::try_from(name).ok()?, HeaderValue::try_from(value.trim()).ok()?);
            }
            "-d" => body = Some(Body::from(args.next()?)),
            "-X" => method = Some(args.next()?.parse().ok()?),
            _ => url = Some(Url::parse(&arg).ok().filter(|url| url.scheme() == "http")?),
        }
    }
    let method = method.unwrap_or(if body.is_some() { Method::POST } else { Method::GET });
    let config = Config::default().with(|config| {
        // The machine sends the user's ID first, and the IDs of the stream later.
        let id = headers.remove("last-event-id").unwrap_or(HeaderValue::from_static(""));
        config.last_event_id = String::from_utf8_lossy(id.as_bytes()).into_owned();
        config.once = Retry::by_default(method.as_str()) == Retry::Never;
        config.method = Some(method.to_string());
    });
    let mut template = client.request(method, url?).header(ACCEPT, http::ACCEPT).headers(headers).build().ok()?;
    *template.body_mut() = body;
    Some((template, config))
}

/// Runs the loop of the machine, and returns the exit code.
async fn follow(client: &Client, template: &Request, config: Config) -> i32 {
    let (start, mut machine) = (Instant::now(), Machine::new(config));
    let now = || start.elapsed();
    let mut interrupt = pin::pin!(tokio::signal::ctrl_c());
    let (mut sending, mut response, mut is_reading) = (None, None::<Response>, false);
    let rejected = Fault::Rejected { url: Some(template.url().as_str()) };
    machine.handle(Input::Start, now());
    loop {
        match machine.poll(now()) {
            Output::Send(request) => {
                let mut next = template.try_clone().expect("the body is in memory");
                if let Some(id) = request.last_event_id_bytes() {
                    next.headers_mut().insert("last-event-id", HeaderValue::try_from(id).expect("it is sendable"));
                }
                sending = Some(Box::pin(client.execute(next)));
            }
            Output::Read => is_reading = true,
            Output::Cancel => (sending, response, is_reading) = (None, None, false),
            Output::Yield => tokio::task::yield_now().await,
            Output::Open(_) => eprintln!("open"),
            Output::Event(event) if print(event).is_ok() => {}
            Output::Event(_) => machine.handle(Input::Close, now()),
            Output::Lost(failure) => eprintln!("lost: {}", describe(failure)),
            Output::Ask(_) => machine.handle(Input::Decided(Decision::Stop), now()),
            Output::Closed(end) => {
                eprintln!("closed");
                let End::Failed(failure) = end else { return 0 };
                eprintln!("{}", describe(failure));
                let _ = io::stderr().write_all(machine.evidence());
                return i32::from(failure.code != ErrorCode::NoContent);
            }
            Output::Wait(deadline) => tokio::select! {
                biased;
                _ = &mut interrupt => machine.handle(Input::Close, now()),
                answer = async { sending.as_mut().unwrap().await }, if sending.is_some() => {
                    sending = None;
                    match answer {
                        Ok(head) => respond(&mut machine, response.insert(head), now()),
                        Err(error) => machine.handle(Input::Failed(caused_by(&error, rejected)), now()),
                    }
                }
                chunk = async { response.as_mut().unwrap().chunk().await }, if is_reading => {
                    is_reading = false;
                    machine.handle(match &chunk {
                        Ok(Some(chunk)) => Input::Chunk(chunk),
                        Ok(None) => Input::End,
                        Err(error) => Input::Failed(caused_by(error, Fault::Body)),
                    }, now());
                }
                () = sleep_until(start + deadline.unwrap_or_default()), if deadline.is_some() =>
                    machine.handle(Input::Timer(deadline.unwrap_or_default()), now()),
            },
            _ => {} // `Retry`, `Id`, and outputs of later versions.
        }
    }
}

fn respond(machine: &mut Machine, response: &Response, now: Duration) {
    let header = |name| {
        let values = response.headers().get_all(name).iter();
        values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect::<Vec<_>>().join(",")
    };
    let (content_type, retry_after) = (header(CONTENT_TYPE), header(RETRY_AFTER));
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let head = ResponseHead::new(response.status().as_u16(), Some(&content_type));
    machine.handle(Input::Response(head.with_retry_after(&retry_after, since_epoch)), now);
}

/// Prints the cause of a fault, and returns the fault. The machine does not need the cause.
fn caused_by<'a>(mut error: &dyn Error, fault: Fault<'a>) -> Fault<'a> {
    while let Some(source) = error.source() {
        error = source;
    }
    eprintln!("error: {error}");
    fault
}

fn describe(failure: Failure) -> String {
    let status = failure.status.map(|status| format!("status {status}: ")).unwrap_or_default();
    let delay = failure.delay.map(|delay| format!("; again in {} ms", delay.as_millis())).unwrap_or_default();
    status + failure.code.advice() + &delay
}

/// Prints an event as an event stream. Of all fields, only the data contains line ends: line feeds.
fn print(event: Event<'_>) -> io::Result<()> {
    let data = event.data().replace('\n', "\ndata: ");
    let text = format!("event: {}\nid: {}\ndata: {data}\n\n", event.event_type(), event.last_event_id());
    io::stdout().write_all(text.as_bytes())
}
