#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <fcntl.h>
#include "events.h"

/* Opens many event streams at one server, reads them all in one thread, and checks and times what comes.
 *
 * On standard input, one a line: `reset` (counts and times begin anew), `report`, `churn N` (close and reopen N streams a
 * second from now on), `quit`; the end of the input ends it too. On standard output, one a line: `c N` (N messages since the
 * start have reached all their streams), and JSON: {"type":"open"…} once all streams are open, {"type":"report"…}. */

enum state { IDLE, CONNECTING, HEAD, OPEN, CLOSED };
enum kind { ORDINARY, SLOW, STALLED };

struct stream {
  int fd;
  int index;
  enum state state;
  enum kind kind;
  bool chunked, counted;
  /** Of the body: bytes left of this chunk; -1 in the line before it, of which `chunkLine` has been read; 0 after
   * the last one. */
  int64_t chunkLeft;
  /** Of a body whose length was told: bytes left of it; else -1. */
  int64_t bodyLeft;
  char chunkLine[20];
  int chunkLineLength;
  char *kept;
  size_t keptLength;
  int64_t comeBackAt;
  struct reading reading;
};

static struct {
  int port, streams, channels, sources, slow, stalled, burst;
  long slowBytes;
  const char *path, *lastId;
  bool resume, readyEvent;
  int64_t audience;
} options = {.streams = 1, .channels = 1, .burst = 256, .path = "/events", .slowBytes = 1000};

static struct tally tally;
static struct stream *streams;
static int epoll;
static int beginning, opened, nextToOpen;
static uint64_t refused, failed, deferred, closedByServer, resumed, bytes;
static int64_t startedAt, resetAt, openAt, headsAt;
static double churnPerSecond, churnDue;
static bool hasToldOpen;
static uint64_t completeAtReset;

/** What is kept of a stream's last read goes in front of the next one. */
#define KEPT_MOST (1 << 20)
#define READ_MOST (1 << 18)
static char buffer[KEPT_MOST + READ_MOST];
#define TICK_MS 10

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void die(const char *what) {
  fprintf(stderr, "loadClient: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void watch(struct stream *stream, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = stream};
  if (epoll_ctl(epoll, operation, stream->fd, &event) != 0) die("epoll_ctl");
}

static void noteOpen(struct stream *stream) {
  if (stream->counted) return;
  stream->counted = true;
  beginning--;
  opened++;
  openAt = now();
  // A stalled reader has its place in the audience, and reads nothing from here on.
  if (stream->kind != ORDINARY) watch(stream, EPOLL_CTL_MOD, EPOLLRDHUP);
}

static void disconnect(struct stream *stream) {
  close(stream->fd);
  free(stream->kept);
  stream->kept = NULL;
  stream->keptLength = 0;
  if (stream->counted) opened--;
  else beginning--;
  stream->counted = false;
  stream->state = CLOSED;
}

/** The stream has ended, or never began. */
static void end(struct stream *stream, uint64_t *counter) {
  if (stream->state == OPEN && counter == &closedByServer && !stream->reading.ready &&
      options.readyEvent) {
    counter = &deferred;
  }
  (*counter)++;
  disconnect(stream);
  int64_t wait = stream->reading.retryMs > 0 ? stream->reading.retryMs : 1000;
  stream->comeBackAt = options.resume && counter != &refused ? now() + wait * 1000000 : 0;
}

static void begin(struct stream *stream) {
  stream->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (stream->fd < 0) die("socket");
  int yes = 1;
  if (stream->kind != ORDINARY) {
    int small = 8192;
    setsockopt(stream->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  }
  if (options.sources > 0) {
    setsockopt(stream->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    struct sockaddr_in from = {.sin_family = AF_INET};
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + (uint32_t)(stream->index % options.sources));
    if (bind(stream->fd, (struct sockaddr *)&from, sizeof from) != 0) die("bind");
  }
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)options.port)};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  stream->state = CONNECTING;
  stream->chunked = false;
  stream->chunkLeft = stream->bodyLeft = -1;
  stream->chunkLineLength = 0;
  stream->comeBackAt = 0;
  stream->reading.ready = false;
  beginning++;
  if (connect(stream->fd, (struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS) {
    return end(stream, &failed);
  }
  watch(stream, EPOLL_CTL_ADD, EPOLLOUT);
}

static void request(struct stream *stream) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return end(stream, &failed);
  char path[4096], text[8192], lastId[128] = "";
  const char *hole = strstr(options.path, "{n}");
  if (hole == NULL) snprintf(path, sizeof path, "%s", options.path);
  else {
    snprintf(path, sizeof path, "%.*s%d%s", (int)(hole - options.path), options.path,
             stream->index % options.channels, hole + 3);
  }
  const char *id = stream->reading.id[0] != 0 ? stream->reading.id : options.lastId;
  if (id != NULL) snprintf(lastId, sizeof lastId, "Last-Event-ID: %s\r\n", id);
  if (stream->reading.id[0] != 0) resumed++;
  int length = snprintf(text, sizeof text,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: text/event-stream\r\n%s\r\n",
                        path, options.port, lastId);
  if (send(stream->fd, text, (size_t)length, MSG_NOSIGNAL) != length) return end(stream, &failed);
  stream->state = HEAD;
  watch(stream, EPOLL_CTL_MOD, EPOLLIN);
}

static void keep(struct stream *stream, const char *text, size_t length) {
  if (length > KEPT_MOST) {
    errno = EMSGSIZE;
    die("an event without an end");
  }
  if (length > stream->keptLength || length == 0) {
    free(stream->kept);
    stream->kept = length == 0 ? NULL : malloc(length);
  }
  if (length > 0) memcpy(stream->kept, text, length);
  stream->keptLength = length;
}

/** Takes the chunks' sizes out of a body, in place; answers what is left of it. */
static size_t unchunk(struct stream *stream, char *text, size_t length) {
  size_t read = 0, written = 0;
  while (read < length && stream->chunkLeft != 0) {
    if (stream->chunkLeft > 0) {
      size_t take = length - read;
      if ((int64_t)take > stream->chunkLeft) take = (size_t)stream->chunkLeft;
      memmove(text + written, text + read, take);
      read += take;
      written += take;
      stream->chunkLeft -= (int64_t)take;
      if (stream->chunkLeft == 0) stream->chunkLeft = -1;
      continue;
    }
    char c = text[read++];
    if (c == '\n' && stream->chunkLineLength > 0) {
      stream->chunkLine[stream->chunkLineLength] = 0;
      stream->chunkLeft = strtoll(stream->chunkLine, NULL, 16);
      stream->chunkLineLength = 0;
    } else if (c != '\r' && c != '\n' && stream->chunkLineLength < 18) {
      stream->chunkLine[stream->chunkLineLength++] = c;
    }
  }
  return written;
}

/** Answers how long the response's head is; 0 where it is not all there yet, -1 where it is not 200. */
static long readHead(struct stream *stream, char *text, size_t length) {
  char *stop = memmem(text, length, "\r\n\r\n", 4);
  if (stop == NULL) return 0;
  if (length < 12 || memcmp(text + 8, " 200", 4) != 0) return -1;
  *stop = 0;
  stream->chunked = strcasestr(text, "\r\nTransfer-Encoding: chunked") != NULL;
  const char *told = strcasestr(text, "\r\nContent-Length: ");
  if (told != NULL) stream->bodyLeft = atoll(told + 18);
  stream->state = OPEN;
  headsAt = now();
  return stop + 4 - text;
}

static void receive(struct stream *stream, size_t most) {
  size_t kept = stream->keptLength;
  if (kept > 0) memcpy(buffer, stream->kept, kept);
  ssize_t got = recv(stream->fd, buffer + kept, most, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return end(stream, stream->state == OPEN ? &closedByServer : &failed);
  int64_t time = now();
  bytes += (uint64_t)got;
  size_t length = kept + (size_t)got;
  char *text = buffer, *fresh = buffer + kept;
  if (stream->state == HEAD) {
    long head = readHead(stream, buffer, length);
    if (head < 0) return end(stream, &refused);
    if (head == 0) return keep(stream, buffer, length);
    text = fresh = buffer + head;
    length -= (size_t)head;
  }
  if (stream->bodyLeft > 0) stream->bodyLeft -= buffer + kept + got - fresh;
  if (stream->chunked) {
    size_t before = (size_t)(fresh - text);
    length = before + unchunk(stream, fresh, length - before);
  }
  size_t taken = readEvents(&tally, &stream->reading, text, length, time);
  keep(stream, text + taken, length - taken);
  if (stream->reading.ready || !options.readyEvent) noteOpen(stream);
  // The body may end, and the connection be kept.
  if (stream->chunkLeft == 0 || stream->bodyLeft == 0) end(stream, &closedByServer);
}

static void report(const char *type) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double cpu = (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
               (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  int64_t fewest = INT64_MAX, most = 0;
  for (int at = 0; at < options.streams; at++) {
    if (streams[at].kind != ORDINARY) continue;
    int64_t events = streams[at].reading.events;
    if (events < fewest) fewest = events;
    if (events > most) most = events;
  }
  int64_t time = now();
  printf("{\"type\":\"%s\",\"seconds\":%.6f,\"cpuSeconds\":%.6f,\"streams\":%d,\"open\":%d,"
         "\"openMs\":%.3f,\"headsMs\":%.3f,\"lastEventMs\":%.3f,",
         type, (double)(time - resetAt) / 1e9, cpu, options.streams, opened,
         (double)(openAt - startedAt) / 1e6, (double)(headsAt - startedAt) / 1e6,
         (double)(tally.lastEventAt - startedAt) / 1e6);
  printf("\"refused\":%lu,\"failed\":%lu,\"deferred\":%lu,\"closed\":%lu,\"resumed\":%lu,"
         "\"bytes\":%lu,\"events\":%lu,\"complete\":%lu,\"fewest\":%ld,\"most\":%ld,",
         refused, failed, deferred, closedByServer, resumed, bytes, tally.events,
         tally.complete - completeAtReset, fewest == INT64_MAX ? 0 : fewest, most);
  printf("\"lost\":%lu,\"doubled\":%lu,\"unreadable\":%lu,\"wrongIds\":%lu,\"gaps\":%lu,"
         "\"resets\":%lu,\"goodbyes\":%lu,\"incomplete\":%lu",
         tally.lost, tally.doubled, tally.unreadable, tally.wrongIds, tally.gaps, tally.resets,
         tally.goodbyes, tally.incomplete);
  const struct histogram *times[] = {&tally.each, &tally.first, &tally.last};
  const char *names[] = {"each", "first", "last"};
  for (int at = 0; at < 3; at++) {
    printf(",\"%s\":{\"count\":%lu,\"p50\":%.4f,\"p90\":%.4f,\"p99\":%.4f,\"max\":%.4f}", names[at],
           times[at]->count, (double)quantile(times[at], 0.5) / 1e6,
           (double)quantile(times[at], 0.9) / 1e6, (double)quantile(times[at], 0.99) / 1e6,
           (double)times[at]->max / 1e6);
  }
  printf("}\n");
  fflush(stdout);
}

static void reset(void) {
  // `messages` stays: what is under way is still known by when it was sent.
  tally.events = 0;
  completeAtReset = tally.complete;
  tally.lost = tally.doubled = tally.unreadable = tally.wrongIds = 0;
  tally.gaps = tally.resets = tally.goodbyes = tally.incomplete = 0;
  memset(&tally.each, 0, sizeof tally.each);
  memset(&tally.first, 0, sizeof tally.first);
  memset(&tally.last, 0, sizeof tally.last);
  refused = failed = deferred = closedByServer = resumed = bytes = 0;
  for (int at = 0; at < options.streams; at++) streams[at].reading.events = 0;
  resetAt = now();
}

static void command(char *line) {
  if (strcmp(line, "reset") == 0) reset();
  else if (strcmp(line, "report") == 0) report("report");
  else if (strcmp(line, "quit") == 0) exit(0);
  else if (sscanf(line, "churn %lf", &churnPerSecond) != 1) {
    errno = EINVAL;
    die(line);
  }
}

static void readCommands(void) {
  static char input[4096];
  static size_t length;
  ssize_t got = read(0, input + length, sizeof input - 1 - length);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) exit(0);
  length += (size_t)got;
  input[length] = 0;
  char *line = input, *stop;
  while ((stop = strchr(line, '\n')) != NULL) {
    *stop = 0;
    command(line);
    line = stop + 1;
  }
  length = strlen(line);
  memmove(input, line, length);
}

static void churn(double seconds) {
  churnDue += churnPerSecond * seconds;
  for (; churnDue >= 1; churnDue--) {
    struct stream *stream = &streams[rand() % options.streams];
    if (stream->state != OPEN || !stream->counted) continue;
    disconnect(stream);
    stream->reading = (struct reading){.last = NONE, .apart = stream->kind != ORDINARY};
    begin(stream);
  }
}

/** Whatever time alone brings about. */
static void tick(double seconds) {
  int64_t time = now();
  churn(seconds);
  if (options.resume || options.slow > 0) {
    for (int at = 0; at < options.streams; at++) {
      struct stream *stream = &streams[at];
      if (stream->comeBackAt > 0 && time >= stream->comeBackAt) begin(stream);
      // Slow readers are few and come first.
      if (at < options.slow && stream->state == OPEN && stream->counted) {
        receive(stream, (size_t)((double)options.slowBytes * seconds) + 1);
      }
    }
  }
}

static void openMore(void) {
  while (nextToOpen < options.streams && beginning < options.burst) begin(&streams[nextToOpen++]);
}

static void readOptions(int argc, char **argv) {
  static const struct option names[] = {
      {"port", 1, 0, 'p'},    {"streams", 1, 0, 'n'},  {"path", 1, 0, 'u'},
      {"channels", 1, 0, 'c'}, {"sources", 1, 0, 's'},  {"burst", 1, 0, 'b'},
      {"last-id", 1, 0, 'i'}, {"audience", 1, 0, 'a'}, {"slow", 1, 0, 'l'},
      {"slow-bytes", 1, 0, 'y'}, {"stalled", 1, 0, 't'}, {"resume", 0, 0, 'r'},
      {"ready-event", 0, 0, 'e'}, {0}};
  int option;
  while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
    switch (option) {
    case 'p': options.port = atoi(optarg); break;
    case 'n': options.streams = atoi(optarg); break;
    case 'u': options.path = optarg; break;
    case 'c': options.channels = atoi(optarg); break;
    case 's': options.sources = atoi(optarg); break;
    case 'b': options.burst = atoi(optarg); break;
    case 'i': options.lastId = optarg; break;
    case 'a': options.audience = atoi(optarg); break;
    case 'l': options.slow = atoi(optarg); break;
    case 'y': options.slowBytes = atol(optarg); break;
    case 't': options.stalled = atoi(optarg); break;
    case 'r': options.resume = true; break;
    case 'e': options.readyEvent = true; break;
    default: exit(2);
    }
  }
}

static void prepare(void) {
  int apart = options.slow + options.stalled;
  tally.audience = options.audience > 0 ? options.audience : options.streams - apart;
  streams = calloc((size_t)options.streams, sizeof *streams);
  for (int at = 0; at < options.streams; at++) {
    struct stream *stream = &streams[at];
    stream->index = at;
    stream->kind = at < options.slow ? SLOW : at < apart ? STALLED : ORDINARY;
    stream->reading = (struct reading){.last = NONE, .apart = stream->kind != ORDINARY};
  }
  epoll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event input = {.events = EPOLLIN, .data.ptr = NULL};
  if (fcntl(0, F_SETFL, O_NONBLOCK) != 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, 0, &input) != 0) {
    die("standard input");
  }
}

static void handle(struct stream *stream, uint32_t events) {
  if (stream == NULL) return readCommands();
  if (stream->state == CONNECTING) return request(stream);
  bool readsByItself = stream->kind == ORDINARY || !stream->counted;
  if (readsByItself && stream->state != CLOSED) return receive(stream, READ_MOST);
  // A reader that does not read learns of its end all the same.
  if (events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP)) end(stream, &closedByServer);
}

int main(int argc, char **argv) {
  readOptions(argc, argv);
  prepare();
  startedAt = resetAt = now();
  int64_t tickedAt = startedAt;
  uint64_t told = 0;
  for (;;) {
    openMore();
    struct epoll_event events[1024];
    int count = epoll_wait(epoll, events, 1024, TICK_MS);
    if (count < 0 && errno != EINTR) die("epoll_wait");
    for (int at = 0; at < count; at++) handle(events[at].data.ptr, events[at].events);
    int64_t time = now();
    if (time - tickedAt >= TICK_MS * 1000000LL) {
      tick((double)(time - tickedAt) / 1e9);
      tickedAt = time;
    }
    if (tally.complete != told) {
      told = tally.complete;
      printf("c %lu\n", told);
      fflush(stdout);
    }
    if (!hasToldOpen && opened == options.streams) {
      hasToldOpen = true;
      report("open");
    }
  }
}
