use eventsource_client::{Client, ClientBuilder, SSE};
use futures::StreamExt;
use launchdarkly_sdk_transport::HyperTransport;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args().nth(1).expect("an address");
    let transport = HyperTransport::builder().build_http()?;
    let client = ClientBuilder::for_url(&url)?.build_with_transport(transport);
    let mut stream = client.stream();
    while let Some(event) = stream.next().await {
        match event {
            Ok(SSE::Event(event)) => println!("{}\t{}", event.event_type, event.data),
            Ok(_) => {}
            // The library reports an error, and the stream continues.
            Err(err) => eprintln!("{err:?}"),
        }
    }
    eprintln!("it has given up for good");
    std::future::pending().await
}
