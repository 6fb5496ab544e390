use futures::StreamExt;
use reqwest_eventsource::{Event, EventSource};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let url = std::env::args().nth(1).expect("an address");
    let mut es = EventSource::get(url);
    while let Some(event) = es.next().await {
        match event {
            Ok(Event::Open) => {}
            Ok(Event::Message(message)) => println!("{}\t{}", message.event, message.data),
            // It reconnects without help after an error that is not final for it.
            Err(err) => eprintln!("{err}"),
        }
    }
    eprintln!("it has given up for good");
    std::future::pending().await
}
