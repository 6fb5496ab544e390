#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include "report.h"
#include "stream.h"

/* Opens many event streams at one server, reads them all in one thread, and checks and times their events.
 *
 * Commands on standard input, one per line: `reset` (set counts and times to zero), `report`, `churn N` (close and reopen N streams a
 * second from now on), `quit`. The end of the input ends it too. Standard output has one item per line: `c N` (N messages since the
 * start have reached all their streams), {"type":"open"…} once all streams are open, and {"type":"report"…}. */

#define TICK_MS 10

static double churnPerSecond, churnDue;

static void command(char *line) {
  if (strcmp(line, "reset") == 0) resetCounts();
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
    struct stream *stream = &pool.streams[rand() % options.streams];
    if (stream->state != OPEN || !stream->isCounted) continue;
    leave(stream);
    stream->reading = (struct reading){.last = NONE, .apart = stream->kind != ORDINARY};
    beginStream(stream);
  }
}

/** Does everything that depends only on time. */
static void tick(double seconds) {
  int64_t time = now();
  churn(seconds);
  if (options.resume || options.slow > 0) {
    for (int at = 0; at < options.streams; at++) {
      struct stream *stream = &pool.streams[at];
      if (stream->comeBackAt > 0 && time >= stream->comeBackAt) beginStream(stream);
      // Slow consumers are few, and are the first streams.
      if (at < options.slow && stream->state == OPEN && stream->isCounted) {
        receive(stream, (size_t)((double)options.slowBytes * seconds) + 1);
      }
    }
  }
}

static void openMore(void) {
  static int nextToOpen;
  while (nextToOpen < options.streams && pool.beginning < options.burst) {
    beginStream(&pool.streams[nextToOpen++]);
  }
}

/** One on each line. */
static void readTokens(const char *name) {
  FILE *file = fopen(name, "r");
  if (file == NULL) die(name);
  char *line = NULL;
  size_t size = 0;
  for (ssize_t length; (length = getline(&line, &size, file)) > 0; line = NULL, size = 0) {
    line[length - 1] = 0;
    options.tokens = realloc(options.tokens, (size_t)(options.tokenCount + 1) * sizeof *options.tokens);
    options.tokens[options.tokenCount++] = line;
  }
  fclose(file);
}

static void readOptions(int argc, char **argv) {
  static const struct option names[] = {
      {"port", 1, 0, 'p'},       {"streams", 1, 0, 'n'},  {"path", 1, 0, 'u'},
      {"channels", 1, 0, 'c'},   {"sources", 1, 0, 's'},  {"burst", 1, 0, 'b'},
      {"last-id", 1, 0, 'i'},    {"receivers", 1, 0, 'a'}, {"slow", 1, 0, 'l'},
      {"slow-bytes", 1, 0, 'y'}, {"stalled", 1, 0, 't'},  {"resume", 0, 0, 'r'},
      {"ready-event", 0, 0, 'e'}, {"tokens", 1, 0, 'k'},  {0}};
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
    case 'a': options.receivers = atoi(optarg); break;
    case 'l': options.slow = atoi(optarg); break;
    case 'y': options.slowBytes = atol(optarg); break;
    case 't': options.stalled = atoi(optarg); break;
    case 'r': options.resume = true; break;
    case 'e': options.readyEvent = true; break;
    case 'k': readTokens(optarg); break;
    default: exit(2);
    }
  }
}

static void prepare(void) {
  int apart = options.slow + options.stalled;
  tally.receivers = options.receivers > 0 ? options.receivers : options.streams - apart;
  pool.streams = calloc((size_t)options.streams, sizeof *pool.streams);
  for (int at = 0; at < options.streams; at++) {
    struct stream *stream = &pool.streams[at];
    stream->index = at;
    stream->kind = at < options.slow ? SLOW : at < apart ? STALLED : ORDINARY;
    stream->reading = (struct reading){.last = NONE, .apart = stream->kind != ORDINARY};
  }
  pool.epoll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event input = {.events = EPOLLIN, .data.ptr = NULL};
  if (fcntl(0, F_SETFL, O_NONBLOCK) != 0 || epoll_ctl(pool.epoll, EPOLL_CTL_ADD, 0, &input) != 0) {
    die("standard input");
  }
}

static void handle(struct stream *stream, uint32_t events) {
  if (stream == NULL) return readCommands();
  if (stream->state == CLOSED) return;
  if (stream->state == CONNECTING) return request(stream);
  bool readsByItself = stream->kind == ORDINARY || !stream->isCounted;
  if (readsByItself) return receive(stream, READ_MOST);
  // A reader that does not read still notices the end of its stream.
  if (events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP)) endStream(stream, &pool.closedByServer);
}

int main(int argc, char **argv) {
  readOptions(argc, argv);
  prepare();
  resetCounts();
  int64_t tickedAt = pool.startedAt = now();
  bool hasToldOpen = false;
  uint64_t told = 0;
  for (;;) {
    openMore();
    struct epoll_event events[1024];
    int count = epoll_wait(pool.epoll, events, 1024, TICK_MS);
    if (count < 0 && errno != EINTR) die("epoll_wait");
    for (int at = 0; at < count; at++) handle(events[at].data.ptr, events[at].events);
    int64_t time = now();
    if (time - tickedAt >= TICK_MS * 1000000LL) {
      tick((double)(time - tickedAt) / 1e9);
      tickedAt = time;
    }
    if (tally.complete != told) {
      told = tally.complete;
      printf("c %" PRIu64 "\n", told);
      fflush(stdout);
    }
    if (!hasToldOpen && pool.open == options.streams) {
      hasToldOpen = true;
      report("open");
    }
  }
}
