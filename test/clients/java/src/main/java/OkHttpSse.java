import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;

/** The library does not reconnect: the listener starts it again, with the last id. */
public final class OkHttpSse extends EventSourceListener {
  private static final OkHttpClient CLIENT = new OkHttpClient();
  private final String url;
  private String lastEventId = "";

  private OkHttpSse(String url) {
    this.url = url;
  }

  public static void main(String[] args) {
    new OkHttpSse(args[0]).connect();
  }

  private void connect() {
    Request.Builder request = new Request.Builder().url(url);
    if (!lastEventId.isEmpty()) request.header("Last-Event-ID", lastEventId);
    EventSources.createFactory(CLIENT).newEventSource(request.build(), this);
  }

  @Override
  public void onEvent(EventSource eventSource, String id, String type, String data) {
    Heard.event(type, data);
    if (id != null) lastEventId = id;
  }

  @Override
  public void onClosed(EventSource eventSource) {
    again("closed");
  }

  @Override
  public void onFailure(EventSource eventSource, Throwable t, Response response) {
    again(t);
  }

  private void again(Object why) {
    Heard.returned(why);
    try {
      TimeUnit.SECONDS.sleep(1);
    } catch (InterruptedException e) {
      return;
    }
    connect();
  }
}
