/* The least that a client can be: one thread, one epoll, and nothing made of what comes.
 *
 *     client CONCURRENCY FILE [keep]     gathers from the addresses of a file, and prints
 *                                        how many bytes came; with `keep` they are held
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct station {
    struct sockaddr_in address;
    int fd;
    char *bytes;
    size_t len, room;
};

static struct station *stations;
static size_t count, next, bytes;
static int epoll, under_way, keep;
static char buffer[64 * 1024];

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void dial(void) {
    struct station *station = &stations[next++];
    station->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (station->fd < 0) die("socket");
    if (connect(station->fd, (struct sockaddr *)&station->address, sizeof station->address) &&
        errno != EINPROGRESS)
        die("connect");
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = station};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, station->fd, &event)) die("epoll_ctl");
    under_way++;
}

static void hold(struct station *station, size_t n) {
    if (station->len + n > station->room) {
        station->room = station->len + n > 2 * station->room ? station->len + n : 2 * station->room;
        if (!(station->bytes = realloc(station->bytes, station->room))) die("realloc");
    }
    memcpy(station->bytes + station->len, buffer, n);
    station->len += n;
}

static void hear(struct station *station) {
    ssize_t n = read(station->fd, buffer, sizeof buffer);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n < 0) die("read");
    bytes += n;
    if (n > 0 && keep) hold(station, n);
    if (n > 0) return;
    close(station->fd);
    under_way--;
    if (next < count) dial();
}

int main(int argc, char **argv) {
    if (argc < 3) return fputs("client CONCURRENCY FILE [keep]\n", stderr), 2;
    keep = argc > 3;
    FILE *file = fopen(argv[2], "r");
    char line[64];
    if (!file) die(argv[2]);
    while (fgets(line, sizeof line, file)) {
        char *colon = strchr(line, ':');
        if (!colon) continue;
        *colon = 0;
        if (!(stations = realloc(stations, (count + 1) * sizeof *stations))) die("realloc");
        stations[count] = (struct station){.address = {
            .sin_family = AF_INET, .sin_port = htons(atoi(colon + 1)), .sin_addr.s_addr = inet_addr(line)}};
        count++;
    }
    if ((epoll = epoll_create1(EPOLL_CLOEXEC)) < 0) die("epoll");
    while (next < count && under_way < atoi(argv[1])) dial();
    while (under_way) {
        struct epoll_event events[256];
        int ready = epoll_wait(epoll, events, 256, -1);
        for (int n = 0; n < ready; n++) hear(events[n].data.ptr);
    }
    printf("%zu\n", bytes);
}
