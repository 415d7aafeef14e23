/*
 * Can this machine run io_uring at all? Asked of the kernel directly, and of nothing that belongs to Sluice, so that a
 * fault in Sluice's own probe cannot excuse its io_uring tests from running.
 *
 * Exit 0: yes. Exit 1: no, with the reason on standard output.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef __NR_io_uring_setup
#define __NR_io_uring_setup 425
#endif

int main(void)
{
    unsigned char params[120]; /* struct io_uring_params, all zero: no flags, sizes chosen by the kernel */

    memset(params, 0, sizeof params);
    long fd = syscall(__NR_io_uring_setup, 8, params);
    if (fd < 0) {
        printf("io_uring_setup: %s\n", strerror(errno));
        return 1;
    }
    close((int)fd);
    return 0;
}
