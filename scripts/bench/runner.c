/*
 * runner PROGRAM ARG...: runs it with its output in a pipe, passes that on, and writes what it cost to descriptor 3:
 *
 *     STARTED FIRST ENDED CPU PEAK STATUS
 *
 * Times are those of the monotonic clock, in nanoseconds: before the fork, at the first output (0: there was none), after
 * the end. CPU is in microseconds, of the program and of the children it waited for; PEAK is the resident memory of the
 * largest of them, in KiB. It is small, since Linux counts what it holds itself when it forks.
 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char output[1 << 20];

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int argc, char **argv) {
  int ends[2];
  if (argc < 2 || pipe(ends) != 0) return 125;
  fcntl(3, F_SETFD, FD_CLOEXEC);
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  long long started = now(), first = 0;
  pid_t child = fork();
  if (child < 0) return 125;
  if (child == 0) {
    dup2(ends[1], 1);
    close(ends[1]);
    execvp(argv[1], argv + 1);
    _exit(127);
  }
  close(ends[1]);
  size_t length = 0;
  for (ssize_t got; length < sizeof output && (got = read(ends[0], output + length, sizeof output - length)) > 0; length += got)
    if (first == 0) first = now();
  int status;
  struct rusage used;
  if (wait4(child, &status, 0, &used) != child) return 125;
  long long ended = now();
  long long cpu = (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000LL + used.ru_utime.tv_usec + used.ru_stime.tv_usec;
  long peak = used.ru_maxrss;
#ifdef __APPLE__
  peak /= 1024;
#endif
  dprintf(3, "%lld %lld %lld %lld %ld %d\n", started, first, ended, cpu, peak,
          WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  for (size_t done = 0; done < length;) {
    ssize_t wrote = write(1, output + done, length - done);
    if (wrote <= 0) return 125;
    done += wrote;
  }
  return 0;
}
