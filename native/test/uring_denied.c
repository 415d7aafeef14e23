/*
 * uring_denied.c proves: where io_uring is forbidden, the probe says so with the errno and a reason that a person can act
 * on, sluice_open fails with a typed code, and epoll still works.
 *
 * Each case runs in a child with a seccomp filter of its own, because a filter cannot be taken off again.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sluice.h"

#define EXIT_SKIP 77

#define NR_SETUP    425u
#define NR_ENTER    426u
#define NR_REGISTER 427u

static int install_filter(unsigned int syscall_number, int answer) {
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, syscall_number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ((unsigned int)answer & SECCOMP_RET_DATA)),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof code / sizeof code[0], .filter = code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
        return -1;
    }
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static int open_loop(uint32_t engine) {
    sluice_config config = {.size = sizeof config, .engine = engine};
    sluice_loop *loop = NULL;
    int rc = sluice_open(&config, &loop);
    return rc ? rc : sluice_destroy(loop, 0);
}

#define CHECK(condition, ...)                                                                                           \
    do {                                                                                                                \
        if (!(condition)) {                                                                                             \
            fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, #condition);                                             \
            fprintf(stderr, __VA_ARGS__);                                                                               \
            fputc('\n', stderr);                                                                                        \
            return 1;                                                                                                   \
        }                                                                                                               \
    } while (0)

static int denied(unsigned int syscall_number, int answer, int open_answer, const char *remedy) {
    if (install_filter(syscall_number, answer)) {
        fprintf(stderr, "seccomp filters are not available here: %s\n", strerror(errno));
        return EXIT_SKIP;
    }
    sluice_probe_info info = {.size = sizeof info};
    int rc = sluice_probe(SLUICE_ENGINE_IO_URING, &info);
    CHECK(rc == 0, "probe answers %d", rc);
    CHECK(info.usable == 0, "usable although system call %u answers %d", syscall_number, answer);
    CHECK(info.os_errno == answer, "errno %d, not %d", info.os_errno, answer);
    CHECK(info.features == 0, "features %x", info.features);
    CHECK(strstr(info.reason, remedy), "the reason does not mention \"%s\": %s", remedy, info.reason);
    printf("system call %u answers %d: %s\n", syscall_number, answer, info.reason);
    rc = open_loop(SLUICE_ENGINE_IO_URING);
    CHECK(rc == -open_answer, "open answers %d, not %d", rc, -open_answer);

    sluice_probe_info epoll = {.size = sizeof epoll};
    CHECK(sluice_probe(SLUICE_ENGINE_EPOLL, &epoll) == 0 && epoll.usable, "epoll: %s", epoll.reason);
    rc = open_loop(SLUICE_ENGINE_EPOLL);
    CHECK(rc == 0, "an epoll loop answers %d", rc);
    return 0;
}

static int allowed(void) {
    sluice_probe_info info = {.size = sizeof info};
    if (sluice_probe(SLUICE_ENGINE_IO_URING, &info) || !info.usable) {
        fprintf(stderr, "skipped: io_uring is unavailable without a filter, too: %s\n", info.reason);
        return EXIT_SKIP;
    }
    CHECK(info.reason[0] == 0, "usable, with a reason: %s", info.reason);
    CHECK(info.os_errno == 0, "usable, with errno %d", info.os_errno);
    int rc = open_loop(SLUICE_ENGINE_IO_URING);
    CHECK(rc == 0, "usable, but open answers %d", rc);
    return 0;
}

static int run_case(int number) {
    switch (number) {
    case 0:
        return allowed();
    case 1:
        return denied(NR_SETUP, EPERM, SLUICE_EPERM, "seccomp");
    case 2:
        return denied(NR_SETUP, ENOSYS, SLUICE_ENOSYS, "sandbox");
    case 3:
        return denied(NR_SETUP, ENOMEM, SLUICE_ENOMEM, "ulimit -l");
    case 4:
        return denied(NR_ENTER, EPERM, SLUICE_EPERM, "io_uring_enter");
    default: /* without registering there are no provided-buffer rings */
        return denied(NR_REGISTER, EPERM, SLUICE_EPERM, "provided-buffer rings");
    }
}

int main(void) {
    for (int number = 0; number < 6; number++) {
        fflush(NULL);
        pid_t child = fork();
        if (child < 0) {
            perror("fork");
            return 1;
        }
        if (child == 0) {
            int code = run_case(number);
            fflush(NULL);
            _exit(code);
        }
        int status;
        if (waitpid(child, &status, 0) < 0 || !WIFEXITED(status)) {
            fprintf(stderr, "case %d ended by a signal\n", number);
            return 1;
        }
        if (WEXITSTATUS(status)) {
            return WEXITSTATUS(status);
        }
    }
    return 0;
}
