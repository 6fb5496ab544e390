import com.launchdarkly.eventsource.ErrorStrategy;
import com.launchdarkly.eventsource.EventSource;
import com.launchdarkly.eventsource.MessageEvent;
import java.net.URI;

public final class OkHttpEventSource {
  public static void main(String[] args) throws Exception {
    // Without this strategy the first error is thrown, and the stream is over.
    EventSource source =
        new EventSource.Builder(URI.create(args[0]))
            .errorStrategy(ErrorStrategy.alwaysContinue())
            .build();
    for (MessageEvent event : source.messages()) {
      Heard.event(event.getEventName(), event.getData());
    }
  }
}
