/* Runs a program that the kernel ends when whoever started it has ended, however that was.
 *
 *     mortal PROGRAM [ARGUMENT…]
 */
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc < 2) return fputs("mortal PROGRAM [ARGUMENT...]\n", stderr), 2;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execvp(argv[1], argv + 1);
    return perror(argv[1]), 127;
}
