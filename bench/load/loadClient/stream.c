#define _GNU_SOURCE
#include "stream.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct options options = {
    .streams = 1, .channels = 1, .burst = 256, .path = "/events", .slowBytes = 1000};
struct tally tally;
struct pool pool;

/** The kept end of a stream's last read goes before the next one. */
#define KEPT_MOST (1 << 20)
static char buffer[KEPT_MOST + READ_MOST];

int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

void die(const char *what) {
  fprintf(stderr, "loadClient: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void watch(struct stream *stream, int operation, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = stream};
  if (epoll_ctl(pool.epoll, operation, stream->fd, &event) != 0) die("epoll_ctl");
}

static void noteOpen(struct stream *stream) {
  if (stream->isCounted) return;
  stream->isCounted = true;
  pool.beginning--;
  pool.open++;
  pool.openAt = now();
  // A slow or stalled stream now counts as open, and reads at its own pace from here on.
  if (stream->kind != ORDINARY) watch(stream, EPOLL_CTL_MOD, EPOLLRDHUP);
}

void leave(struct stream *stream) {
  close(stream->fd);
  free(stream->kept);
  stream->kept = NULL;
  stream->keptLength = 0;
  if (stream->isCounted) pool.open--;
  else pool.beginning--;
  stream->isCounted = false;
  stream->state = CLOSED;
}

void endStream(struct stream *stream, uint64_t *counter) {
  bool wasOpen = stream->reading.ready || !options.readyEvent;
  if (counter == &pool.closedByServer && !wasOpen) counter = &pool.deferred;
  (*counter)++;
  leave(stream);
  int64_t wait = stream->reading.retryMs > 0 ? stream->reading.retryMs : 1000;
  stream->comeBackAt = options.resume && counter != &pool.refused ? now() + wait * 1000000 : 0;
}

/** Picks a loopback address, because one address has too few ports for all streams. */
static void bindToSource(struct stream *stream) {
  int yes = 1;
  setsockopt(stream->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
  struct sockaddr_in from = {.sin_family = AF_INET};
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + (uint32_t)(stream->index % options.sources));
  if (bind(stream->fd, (struct sockaddr *)&from, sizeof from) != 0) die("bind");
}

void beginStream(struct stream *stream) {
  stream->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (stream->fd < 0) die("socket");
  if (stream->kind != ORDINARY) {
    // A small kernel buffer, so that the server soon notices a reader that does not read.
    int small = 8192;
    setsockopt(stream->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  }
  if (options.sources > 0) bindToSource(stream);
  stream->state = CONNECTING;
  stream->comeBackAt = 0;
  stream->reading.ready = false;
  beginBody(&stream->body);
  pool.beginning++;
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)options.port)};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(stream->fd, (struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS) {
    endStream(stream, &pool.failed);
  } else {
    watch(stream, EPOLL_CTL_ADD, EPOLLOUT);
  }
}

// Fills each {n} of the path.
static void writePath(const struct stream *stream, char *path, size_t size) {
  const char *rest = options.path;
  size_t used = 0;
  for (const char *hole; (hole = strstr(rest, "{n}")) != NULL && used < size; rest = hole + 3) {
    used += (size_t)snprintf(path + used, size - used, "%.*s%d", (int)(hole - rest), rest,
                             stream->index % options.channels);
  }
  if (used < size) snprintf(path + used, size - used, "%s", rest);
}

static int writeRequest(const struct stream *stream, char *text, size_t size) {
  char path[4096], lastId[128] = "", token[2048] = "";
  writePath(stream, path, sizeof path);
  const char *id = stream->reading.id[0] != 0 ? stream->reading.id : options.lastId;
  if (id != NULL) snprintf(lastId, sizeof lastId, "Last-Event-ID: %s\r\n", id);
  if (options.tokenCount > 0) {
    const char *own = options.tokens[stream->index % options.tokenCount];
    snprintf(token, sizeof token, "Authorization: Bearer %s\r\n", own);
  }
  return snprintf(text, size,
                  "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: text/event-stream\r\n"
                  "X-Forwarded-For: 127.0.0.1\r\n%s%s\r\n",
                  path, options.port, token, lastId);
}

void request(struct stream *stream) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(stream->fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return endStream(stream, &pool.failed);
  if (stream->reading.id[0] != 0) pool.resumed++;
  char text[8192];
  int length = writeRequest(stream, text, sizeof text);
  if (send(stream->fd, text, (size_t)length, MSG_NOSIGNAL) != length) {
    return endStream(stream, &pool.failed);
  }
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

void receive(struct stream *stream, size_t most) {
  size_t kept = stream->keptLength;
  if (kept > 0) memcpy(buffer, stream->kept, kept);
  ssize_t got = recv(stream->fd, buffer + kept, most, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    return endStream(stream, stream->state == OPEN ? &pool.closedByServer : &pool.failed);
  }
  int64_t time = now();
  pool.bytes += (uint64_t)got;
  char *text = buffer, *fresh = buffer + kept, *end = fresh + got;
  if (stream->state == HEAD) {
    long head = readHead(&stream->body, buffer, (size_t)(end - buffer));
    if (head < 0) return endStream(stream, &pool.refused);
    if (head == 0) return keep(stream, buffer, (size_t)(end - buffer));
    stream->state = OPEN;
    pool.headsAt = time;
    text = fresh = buffer + head;
  }
  end = fresh + readBody(&stream->body, fresh, (size_t)(end - fresh));
  size_t taken = readEvents(&tally, &stream->reading, text, (size_t)(end - text), time);
  keep(stream, text + taken, (size_t)(end - text) - taken);
  if (stream->reading.ready || !options.readyEvent) noteOpen(stream);
  if (hasEnded(&stream->body)) endStream(stream, &pool.closedByServer);
}
