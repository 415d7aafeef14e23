/*
 * check.h: the assertions of the C tests.
 *
 * A test is a program: it ends with exit code 0 when all held, 1 at the first check that did not (with file, line,
 * expression and the values on standard error), 77 when this machine cannot run it (with the reason on standard output).
 * The codes are the ones ctest is told about in CMakeLists.txt.
 *
 * A failed check ends the process with _exit: threads the test started must not run on and bury the message.
 */
#ifndef SLUICE_TEST_CHECK_H
#define SLUICE_TEST_CHECK_H

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHECK_EXIT_FAIL 1
#define CHECK_EXIT_SKIP 77

__attribute__((noreturn, format(printf, 3, 4)))
static inline void check_fail(const char *file, int line, const char *format, ...)
{
    va_list args;

    fflush(stdout);
    fprintf(stderr, "%s:%d: ", file, line);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    fflush(stderr);
    _exit(CHECK_EXIT_FAIL);
}

__attribute__((noreturn, format(printf, 1, 2)))
static inline void check_skip(const char *format, ...)
{
    va_list args;

    fputs("SKIPPED: ", stdout);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
    fflush(stdout);
    _exit(CHECK_EXIT_SKIP);
}

/* The machine cannot run this test: SKIP("io_uring: %s", strerror(err)). */
#define SKIP(...) check_skip(__VA_ARGS__)

/* The test went wrong in a way no comparison says: FAIL("no completion within %d ms", ms). */
#define FAIL(...) check_fail(__FILE__, __LINE__, __VA_ARGS__)

#define CHECK(condition)                                                                  \
    do {                                                                                  \
        if (!(condition))                                                                 \
            check_fail(__FILE__, __LINE__, "CHECK failed: %s", #condition);               \
    } while (0)

/* As CHECK, with an explanation in printf's manner. */
#define CHECK_MSG(condition, ...)                                                         \
    do {                                                                                  \
        if (!(condition)) {                                                               \
            fprintf(stderr, "note: " __VA_ARGS__);                                        \
            fputc('\n', stderr);                                                          \
            check_fail(__FILE__, __LINE__, "CHECK failed: %s", #condition);               \
        }                                                                                 \
    } while (0)

/*
 * Integer comparisons. Both sides are evaluated once and compared as intmax_t, so a negative value never equals a large
 * unsigned one by accident of promotion; use CHECK_EQ_U64 where values above INT64_MAX occur (handles, tokens).
 */
#define CHECK_COMPARE(left, relation, right)                                              \
    do {                                                                                  \
        intmax_t check_left_ = (intmax_t)(left), check_right_ = (intmax_t)(right);        \
        if (!(check_left_ relation check_right_))                                         \
            check_fail(__FILE__, __LINE__, "CHECK failed: %s %s %s: %" PRIdMAX " against %" PRIdMAX, \
                       #left, #relation, #right, check_left_, check_right_);              \
    } while (0)

#define CHECK_EQ(left, right) CHECK_COMPARE(left, ==, right)
#define CHECK_NE(left, right) CHECK_COMPARE(left, !=, right)
#define CHECK_LT(left, right) CHECK_COMPARE(left, <, right)
#define CHECK_LE(left, right) CHECK_COMPARE(left, <=, right)
#define CHECK_GT(left, right) CHECK_COMPARE(left, >, right)
#define CHECK_GE(left, right) CHECK_COMPARE(left, >=, right)

#define CHECK_EQ_U64(left, right)                                                         \
    do {                                                                                  \
        uint64_t check_left_ = (uint64_t)(left), check_right_ = (uint64_t)(right);        \
        if (check_left_ != check_right_)                                                  \
            check_fail(__FILE__, __LINE__,                                                \
                       "CHECK failed: %s == %s: 0x%016" PRIx64 " against 0x%016" PRIx64,  \
                       #left, #right, check_left_, check_right_);                         \
    } while (0)

#define CHECK_STR_EQ(left, right)                                                         \
    do {                                                                                  \
        const char *check_left_ = (left), *check_right_ = (right);                        \
        if (!check_left_ || !check_right_ || strcmp(check_left_, check_right_) != 0)      \
            check_fail(__FILE__, __LINE__, "CHECK failed: %s == %s: \"%s\" against \"%s\"", \
                       #left, #right, check_left_ ? check_left_ : "(null)",               \
                       check_right_ ? check_right_ : "(null)");                           \
    } while (0)

/* Two memory areas; the message names the first byte that differs. */
static inline void check_bytes(const char *file, int line, const char *what, const void *left, const void *right,
                               size_t bytes)
{
    const unsigned char *l = left, *r = right;

    for (size_t i = 0; i < bytes; i++)
        if (l[i] != r[i])
            check_fail(file, line, "CHECK failed: %s: byte %zu of %zu is 0x%02x against 0x%02x", what, i, bytes, l[i], r[i]);
}

#define CHECK_MEM_EQ(left, right, bytes) \
    check_bytes(__FILE__, __LINE__, #left " == " #right, (left), (right), (bytes))

/* A system call that must succeed; its value (below 2 GiB) is the macro's: int fd = CHECK_SYS(socket(...)). */
static inline int check_sys(const char *file, int line, const char *call, long result)
{
    if (result < 0) {
        int err = errno;
        check_fail(file, line, "%s: %s (errno %d)", call, strerror(err), err);
    }
    return (int)result;
}

#define CHECK_SYS(call) check_sys(__FILE__, __LINE__, #call, (long)(call))

#endif /* SLUICE_TEST_CHECK_H */
