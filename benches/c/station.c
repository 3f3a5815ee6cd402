/* The least that a station can be: one thread, one epoll, and no duty but to send the list.
 *
 *     station COUNT FILE     listens on so many addresses, and says each on stderr
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* How far each connection has got, by descriptor; listeners are below `first`. */
static size_t *sent;
static int first, epoll;
static const char *list;
static size_t len;

static void die(const char *what) {
    perror(what);
    exit(1);
}

/* Sends what the kernel takes; the connection is closed once it has all, or has failed. */
static int push(int fd) {
    while (sent[fd] < len) {
        ssize_t n = send(fd, list + sent[fd], len - sent[fd], MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) return 0;
        if (n <= 0) break;
        sent[fd] += n;
    }
    close(fd);
    return 1;
}

static void let_in(int listener) {
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && errno == EINTR) continue;
        if (fd < 0) return;
        sent[fd] = 0;
        struct epoll_event event = {.events = EPOLLOUT | EPOLLET, .data.fd = fd};
        if (!push(fd) && epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event)) die("epoll_ctl");
    }
}

static void listen_on(int nth) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    /* Of thousands each has an address of its own, so that no range of ports is short. */
    address.sin_addr.s_addr = htonl(0x7f010001 + nth);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) || listen(fd, 4096)) die("listen");
    if (getsockname(fd, (struct sockaddr *)&address, &size)) die("getsockname");
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event)) die("epoll_ctl");
    first = fd + 1;
    fprintf(stderr, "listening on %s:%d\n", inet_ntoa(address.sin_addr), ntohs(address.sin_port));
}

int main(int argc, char **argv) {
    if (argc != 3) return fputs("station COUNT FILE\n", stderr), 2;
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit)) die("getrlimit");
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit)) die("setrlimit");
    int file = open(argv[2], O_RDONLY | O_CLOEXEC);
    struct stat about;
    if (file < 0 || fstat(file, &about)) die(argv[2]);
    len = about.st_size;
    list = mmap(NULL, len, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    sent = calloc(limit.rlim_cur, sizeof *sent);
    if (list == MAP_FAILED || !sent) die("memory");
    close(file);
    if ((epoll = epoll_create1(EPOLL_CLOEXEC)) < 0) die("epoll");
    for (int nth = 0; nth < atoi(argv[1]); nth++) listen_on(nth);
    for (;;) {
        struct epoll_event events[256];
        int count = epoll_wait(epoll, events, 256, -1);
        for (int n = 0; n < count; n++) {
            int fd = events[n].data.fd;
            if (fd < first) let_in(fd);
            else push(fd);
        }
    }
}
