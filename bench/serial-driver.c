// The measuring end of bench/serial.ts: makes pseudo-terminals, plays the devices behind them and
// the TCP peer that a bridge joins them to, and prints one line of figures. In C, so that it costs
// every bridge the same, and little.
//
//   serial-driver MODE PORTS AMOUNT LINKS
//     round-trips  AMOUNT messages of 16 bytes, one after the other
//     throughput   AMOUNT seconds of everything that the line takes
//     ports        AMOUNT seconds of 115,200 baud in both directions on each port
//     hang-ups     AMOUNT terminals closed one after the other; one port
//
// LINK0, LINK1 ... become links to the terminals. Prints the TCP ports it listens at, then reads a
// line: `listen`, or `connect PORT...` when the bridge is the server.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { PORTS_MAX = 64, SAMPLES_MAX = 4000000 };
enum { MESSAGE = 16, PIECE = 64, BYTES_A_SECOND = 11520, WAIT_MS = 20000 };

struct Line {
  int master;
  int slave;
  int server;
  int peer;
  int tcp_port;
};

static struct Line lines[PORTS_MAX];
static int line_count;
static char bytes[65536];
static double *samples;
static long sample_count;

static void fail(const char *what) {
  fprintf(stderr, "serial-driver: %s: %s\n", what, strerror(errno));
  exit(1);
}

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static void add_sample(double us) {
  if (sample_count < SAMPLES_MAX) samples[sample_count++] = us;
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double share(double part) {
  return sample_count == 0 ? -1 : samples[(long)(part * (sample_count - 1))];
}

static void print_samples(const char *more) {
  qsort(samples, sample_count, sizeof *samples, ascending);
  printf("{\"count\":%ld,\"p50\":%.1f,\"p99\":%.1f,\"max\":%.1f%s}\n", sample_count, share(0.5),
         share(0.99), share(1), more);
}

static void open_terminal(struct Line *line, const char *link_path) {
  if (openpty(&line->master, &line->slave, NULL, NULL, NULL) != 0) fail("openpty");
  struct termios raw;
  tcgetattr(line->slave, &raw);
  cfmakeraw(&raw);
  tcsetattr(line->slave, TCSANOW, &raw);
  fcntl(line->master, F_SETFL, O_NONBLOCK);
  char made[512];
  snprintf(made, sizeof made, "%s.new", link_path);
  unlink(made);
  if (symlink(ttyname(line->slave), made) != 0) fail(made);
  if (rename(made, link_path) != 0) fail(link_path);
}

static struct sockaddr_in loopback(int port) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return at;
}

static void listen_for(struct Line *line) {
  struct sockaddr_in at = loopback(0);
  socklen_t size = sizeof at;
  line->server = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(line->server, (struct sockaddr *)&at, size) != 0) fail("bind");
  if (listen(line->server, 4) != 0) fail("listen");
  getsockname(line->server, (struct sockaddr *)&at, &size);
  line->tcp_port = ntohs(at.sin_port);
}

static void wait_for(int fd, short events, const char *what) {
  struct pollfd one = {fd, events, 0};
  if (poll(&one, 1, WAIT_MS) == 1) return;
  errno = ETIMEDOUT;
  fail(what);
}

static void take_peer(struct Line *line, int port) {
  const int on = 1;
  if (port == 0) {
    wait_for(line->server, POLLIN, "no bridge has connected");
    line->peer = accept(line->server, NULL, NULL);
  } else {
    struct sockaddr_in at = loopback(port);
    const double until = now_us() + WAIT_MS * 1e3;
    for (;;) {
      line->peer = socket(AF_INET, SOCK_STREAM, 0);
      if (connect(line->peer, (struct sockaddr *)&at, sizeof at) == 0) break;
      close(line->peer);
      if (now_us() > until) fail("no bridge listens");
      usleep(20000);
    }
  }
  setsockopt(line->peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static void *echo(void *unused) {
  static char copy[65536];
  struct pollfd all[PORTS_MAX];
  for (int i = 0; i < line_count; i++) all[i] = (struct pollfd){lines[i].peer, POLLIN, 0};
  while (poll(all, line_count, -1) > 0) {
    for (int i = 0; i < line_count; i++) {
      if (all[i].revents == 0) continue;
      const ssize_t got = read(all[i].fd, copy, sizeof copy);
      if (got <= 0) return unused;
      for (ssize_t sent = 0; sent < got;) {
        const ssize_t more = write(all[i].fd, copy + sent, got - sent);
        if (more <= 0) return unused;
        sent += more;
      }
    }
  }
  return unused;
}

static void round_trips(long count) {
  const int fd = lines[0].master;
  // The first ones find caches cold and code not compiled.
  const long warm = count / 5;
  for (long i = 0; i < count + warm; i++) {
    const double start = now_us();
    if (write(fd, bytes, MESSAGE) != MESSAGE) fail("write");
    for (ssize_t got = 0; got < MESSAGE;) {
      wait_for(fd, POLLIN, "an echo did not come");
      const ssize_t more = read(fd, bytes, MESSAGE);
      if (more > 0) got += more;
    }
    if (i >= warm) add_sample(now_us() - start);
  }
  print_samples("");
}

static void throughput(double seconds) {
  struct pollfd one = {lines[0].master, POLLIN | POLLOUT, 0};
  const double warm = now_us() + 1e6, end = warm + seconds * 1e6;
  double counted = 0;
  for (double at = now_us(); at < end; at = now_us()) {
    if (poll(&one, 1, 1000) <= 0) break;
    if (one.revents & POLLIN) {
      const ssize_t got = read(one.fd, bytes, sizeof bytes);
      if (got > 0 && at >= warm) counted += got;
    }
    if (one.revents & POLLOUT && write(one.fd, bytes, sizeof bytes) < 0 && errno != EAGAIN) break;
  }
  printf("{\"megabytesPerSecond\":%.2f}\n", counted / seconds / 1e6);
}

/** Each port's next write, and when those were whose echo has not come. */
struct Pace {
  double due;
  double sent[1024];
  long written;
  long returned;
  long returned_bytes;
};

static void ports(double seconds) {
  static struct Pace paces[PORTS_MAX];
  struct pollfd all[PORTS_MAX];
  const double every = PIECE * 1e6 / BYTES_A_SECOND, start = now_us(), end = start + seconds * 1e6;
  for (int i = 0; i < line_count; i++) {
    all[i] = (struct pollfd){lines[i].master, POLLIN, 0};
    paces[i].due = start + every * i / line_count;
  }
  for (double at = start; at < end; at = now_us()) {
    double next = at + every;
    for (int i = 0; i < line_count; i++) {
      struct Pace *pace = &paces[i];
      if (pace->due <= at && pace->written - pace->returned < 1024) {
        if (write(all[i].fd, bytes, PIECE) != PIECE) fail("a line is full");
        pace->sent[pace->written++ % 1024] = now_us();
        pace->due += every;
      }
      if (pace->due < next) next = pace->due;
    }
    const double left = next - now_us();
    const struct timespec wait = {0, left < 0 ? 0 : (long)(left * 1e3)};
    if (ppoll(all, line_count, &wait, NULL) <= 0) continue;
    for (int i = 0; i < line_count; i++) {
      if ((all[i].revents & POLLIN) == 0) continue;
      struct Pace *pace = &paces[i];
      const ssize_t got = read(all[i].fd, bytes, sizeof bytes);
      if (got > 0) pace->returned_bytes += got;
      while ((pace->returned + 1) * PIECE <= pace->returned_bytes)
        add_sample(now_us() - pace->sent[pace->returned++ % 1024]);
    }
  }
  char more[64];
  const double expected = line_count * seconds * BYTES_A_SECOND / PIECE;
  snprintf(more, sizeof more, ",\"share\":%.3f", sample_count / expected);
  print_samples(more);
}

/** Bytes until the line takes no more for a while: the bridge has stopped reading it. */
static void fill(int fd) {
  struct pollfd one = {fd, POLLOUT, 0};
  while (poll(&one, 1, 100) == 1)
    if (write(fd, bytes, 4096) < 0 && errno != EAGAIN) fail("write");
}

static void hang_ups(long count, const char *link_path) {
  struct Line *line = &lines[0];
  const char *names[] = {"idle", "streaming", "paused"};
  for (int kind = 0; kind < 3; kind++) {
    sample_count = 0;
    for (long i = 0; i < count; i++) {
      if (kind == 1) {
        if (write(line->master, bytes, 4096) < 0) fail("write");
        wait_for(line->peer, POLLIN, "nothing streams");
        while (write(line->master, bytes, 4096) > 0) {}
      } else if (kind == 2) fill(line->master);
      unlink(link_path);
      close(line->slave);
      const double start = now_us();
      close(line->master);
      do wait_for(line->peer, POLLIN, "a hang-up was missed");
      while (read(line->peer, bytes, sizeof bytes) > 0);
      add_sample(now_us() - start);
      close(line->peer);
      open_terminal(line, link_path);
      take_peer(line, 0);
    }
    char more[64];
    snprintf(more, sizeof more, ",\"kind\":\"%s\"", names[kind]);
    print_samples(more);
  }
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  const char *mode = argv[1];
  const double amount = atof(argv[3]);
  char path[512];
  samples = malloc(SAMPLES_MAX * sizeof *samples);
  line_count = atoi(argv[2]);
  if (line_count < 1 || line_count > PORTS_MAX) return 2;
  for (int i = 0; i < line_count; i++) {
    snprintf(path, sizeof path, "%s%d", argv[4], i);
    open_terminal(&lines[i], path);
    listen_for(&lines[i]);
    printf("%d ", lines[i].tcp_port);
  }
  printf("\n");
  fflush(stdout);
  char answer[1024];
  if (fgets(answer, sizeof answer, stdin) == NULL) return 2;
  const char *word = strtok(answer, " \n");
  const int connects = word != NULL && strcmp(word, "connect") == 0;
  for (int i = 0; i < line_count; i++)
    take_peer(&lines[i], connects ? atoi(strtok(NULL, " \n")) : 0);
  // A server connects before it has opened its port.
  usleep(500000);
  printf("go\n");
  fflush(stdout);
  snprintf(path, sizeof path, "%s0", argv[4]);
  pthread_t thread;
  if (strcmp(mode, "hang-ups") == 0) hang_ups((long)amount, path);
  else if (pthread_create(&thread, NULL, echo, NULL) != 0) fail("thread");
  if (strcmp(mode, "round-trips") == 0) round_trips((long)amount);
  if (strcmp(mode, "throughput") == 0) throughput(amount);
  if (strcmp(mode, "ports") == 0) ports(amount);
  return 0;
}
