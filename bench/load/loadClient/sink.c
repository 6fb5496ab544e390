#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* The fastest possible server, to measure the load client itself. Once STREAMS clients have connected to PORT of the loopback, it writes
 * events that were rendered beforehand, as fast as they are read. Usage: sink PORT STREAMS EVENTS; it ends with its input. */

struct stream {
  int fd;
  size_t sent;
};

static const char HEAD[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
static char *text;
static size_t length;
#define CHUNK 65536

static void die(const char *what) {
  fprintf(stderr, "sink: %s: %s\n", what, strerror(errno));
  exit(1);
}

/** As long as the gateway's events. */
static void render(long count) {
  text = malloc((size_t)count * 320);
  char *end = text;
  for (long position = 1; position <= count; position++) {
    end += sprintf(end,
                   "id: 0a1b2c3d-%ld\ndata: {\"position\":%ld,\"previous\":%ld,"
                   "\"id\":\"0198c5b2-3f6e-7c4a-9d21-5b7e0c8f1a34\",\"channel\":\"bench.0\","
                   "\"type\":\"message\",\"sender\":{\"id\":\"bench\",\"name\":\"bench\"},"
                   "\"data\":{\"sent\":1000000000000,\"text\":\"The quick brown fox\"},"
                   "\"sentAt\":\"2026-11-21T19:33:02.123Z\"}\n\n",
                   position, position, position - 1);
  }
  length = (size_t)(end - text);
}

static int epoll;

static void watch(int operation, struct stream *stream, uint32_t events) {
  struct epoll_event event = {.events = events, .data.ptr = stream};
  if (epoll_ctl(epoll, operation, stream->fd, &event) != 0) die("epoll_ctl");
}

static struct stream *take(int server) {
  int fd = accept4(server, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return NULL;
  struct stream *stream = calloc(1, sizeof *stream);
  stream->fd = fd;
  watch(EPOLL_CTL_ADD, stream, EPOLLIN);
  return stream;
}

static void pump(struct stream *stream) {
  size_t chunk = length - stream->sent < CHUNK ? length - stream->sent : CHUNK;
  ssize_t sent = send(stream->fd, text + stream->sent, chunk, MSG_NOSIGNAL);
  if (sent > 0) stream->sent += (size_t)sent;
  if ((sent < 0 && errno != EAGAIN && errno != EINTR) || stream->sent == length) {
    close(stream->fd);
    free(stream);
  }
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  int streams = atoi(argv[2]), asked = 0, yes = 1;
  struct stream **all = calloc((size_t)streams, sizeof *all);
  render(atol(argv[3]));
  struct stream input = {.fd = 0}, listener = {.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)};
  setsockopt(listener.fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1]))};
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener.fd, (struct sockaddr *)&at, sizeof at) != 0) die("bind");
  if (listen(listener.fd, 65535) != 0) die("listen");
  epoll = epoll_create1(EPOLL_CLOEXEC);
  watch(EPOLL_CTL_ADD, &listener, EPOLLIN);
  watch(EPOLL_CTL_ADD, &input, EPOLLIN);
  printf("listening\n");
  fflush(stdout);
  for (;;) {
    struct epoll_event events[1024];
    int count = epoll_wait(epoll, events, 1024, -1);
    for (int which = 0; which < count; which++) {
      struct stream *stream = events[which].data.ptr;
      char scrap[4096];
      if (stream == &listener) {
        take(listener.fd);
      } else if (stream == &input) {
        if (read(0, scrap, sizeof scrap) <= 0) return 0;
      } else if (asked == streams) {
        pump(stream);
      } else {
        // The request; its content does not matter.
        if (recv(stream->fd, scrap, sizeof scrap, 0) <= 0) die("a stream left");
        send(stream->fd, HEAD, sizeof HEAD - 1, MSG_NOSIGNAL);
        all[asked++] = stream;
        if (asked < streams) continue;
        for (int each = 0; each < streams; each++) watch(EPOLL_CTL_MOD, all[each], EPOLLOUT);
      }
    }
  }
}
