/* Runs a program to its end, and writes down what the kernel charged it.
 *
 *     account FILE PROGRAM [ARGUMENT…]     FILE: microseconds of processor, KiB at the peak
 *
 * A small process of its own: the peak of a child begins with the size of whoever forked it.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static long long micros(struct timeval of) { return of.tv_sec * 1000000LL + of.tv_usec; }

int main(int argc, char **argv) {
    if (argc < 3) return fputs("account FILE PROGRAM [ARGUMENT...]\n", stderr), 2;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pid_t child = fork();
    if (child < 0) return perror("fork"), 1;
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    int status;
    struct rusage usage;
    if (wait4(child, &status, 0, &usage) != child) return perror("wait4"), 1;
    FILE *file = fopen(argv[1], "w");
    if (!file) return perror(argv[1]), 1;
    fprintf(file, "%lld %ld\n", micros(usage.ru_utime) + micros(usage.ru_stime), usage.ru_maxrss);
    if (fclose(file)) return perror(argv[1]), 1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
