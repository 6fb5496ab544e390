import jakarta.ws.rs.client.Client;
import jakarta.ws.rs.client.ClientBuilder;
import jakarta.ws.rs.client.WebTarget;
import jakarta.ws.rs.sse.SseEventSource;

public final class JerseySse {
  public static void main(String[] args) throws Exception {
    Client client = ClientBuilder.newClient();
    WebTarget target = client.target(args[0]);
    SseEventSource source = SseEventSource.target(target).build();
    source.register(
        event -> Heard.event(event.getName(), event.readData()),
        error -> System.err.println(error),
        () -> System.err.println("complete"));
    source.open();
    Thread.currentThread().join();
  }
}
