/* C11: no wake is lost, whether by sluice_wake() alone or by the caller's own swap of the wake word; C12: signals. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <time.h>

#include "drive.h"

#define WAKES 20000

static drive d;
static uint32_t asked[2], answered[2]; /* tickets of the two threads */
static uint32_t done;

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void wake_as_java_does(void)
{
    if (__atomic_exchange_n(&d.hdr->wake_word, SLUICE_WAKE_NOTIFIED, __ATOMIC_SEQ_CST) == SLUICE_WAKE_SLEEPING)
        sluice_wake(d.loop);
}

/* Posts a ticket, wakes, and waits until the loop's thread has seen it: if a wake is lost, the loop sleeps for ever and
   the test's time limit ends it. */
static void *waker(void *arg)
{
    uintptr_t me = (uintptr_t)arg;

    for (uint32_t i = 1; i <= WAKES; i++) {
        __atomic_store_n(&asked[me], i, __ATOMIC_SEQ_CST);
        if (me) wake_as_java_does();
        else CHECK_EQ(sluice_wake(d.loop), 0);
        if (i % 7 == 0) continue; /* bursts coalesce */
        while (__atomic_load_n(&answered[me], __ATOMIC_ACQUIRE) < i) sched_yield();
    }
    __atomic_add_fetch(&done, 1, __ATOMIC_SEQ_CST);
    sluice_wake(d.loop);
    return NULL;
}

/* A wake given after the last turn ends the next one, and its bell may end one more (C11 allows a turn that ends early).
   Nobody wakes any more, so there is a turn that lasts as long as it was asked to. */
static void hear_what_still_rings(void)
{
    for (int turn = 0; turn < 8; turn++) {
        int64_t start = now_ns();
        CHECK_EQ(drive_turn(&d, MS), 0);
        if (now_ns() - start >= MS) return;
    }
    FAIL("eight turns in a row ended early though nobody wakes the loop");
}

static void a_storm_of_wakes(void)
{
    pthread_t threads[2];

    for (uintptr_t i = 0; i < 2; i++) CHECK_EQ(pthread_create(&threads[i], NULL, waker, (void *)i), 0);
    while (__atomic_load_n(&done, __ATOMIC_SEQ_CST) < 2) {
        drive_turn(&d, -1);
        for (int i = 0; i < 2; i++)
            __atomic_store_n(&answered[i], __atomic_load_n(&asked[i], __ATOMIC_SEQ_CST), __ATOMIC_RELEASE);
    }
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
    CHECK_GT(drive_ctr(&d, SLUICE_CTR_WAKES), 0);
    hear_what_still_rings();
}

static void a_wake_before_the_wait_counts_once(void)
{
    drive_turn(&d, 0);
    sluice_wake(d.loop);
    sluice_wake(d.loop);
    drive_turn(&d, -1); /* returns at once, or the test never ends */
    drive_turn(&d, 0);
    uint64_t waits = drive_ctr(&d, SLUICE_CTR_WAITS);
    drive_turn(&d, 20 * MS); /* the bell of the second wake may still ring: it means nothing */
    CHECK_GT(drive_ctr(&d, SLUICE_CTR_WAITS), waits);
}

static uint32_t signals, sleeping_over;
static pthread_t loop_thread;

static void on_signal(int number)
{
    (void)number;
    __atomic_add_fetch(&signals, 1, __ATOMIC_RELAXED);
}

static void *shooter(void *arg)
{
    struct timespec pause = {0, 2000000};

    (void)arg;
    while (!__atomic_load_n(&sleeping_over, __ATOMIC_ACQUIRE)) {
        pthread_kill(loop_thread, SIGUSR1);
        nanosleep(&pause, NULL);
    }
    return NULL;
}

static void signals_do_not_end_a_wait(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    pthread_t thread;

    CHECK_SYS(sigaction(SIGUSR1, &action, NULL));
    loop_thread = pthread_self();
    CHECK_EQ(pthread_create(&thread, NULL, shooter, NULL), 0);
    while (!__atomic_load_n(&signals, __ATOMIC_RELAXED)) sched_yield(); /* it shoots now */
    int64_t start = now_ns();
    CHECK_EQ(drive_turn(&d, 100 * MS), 0);
    CHECK_GE(now_ns() - start, 100 * MS); /* a lower bound: an early return is the failure */
    __atomic_store_n(&sleeping_over, 1, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
}

static void *stranger(void *arg)
{
    (void)arg;
    uint8_t memory[256];
    CHECK_EQ(sluice_enter(d.loop, 0, 0), -SLUICE_EOWNER);
    CHECK_EQ(sluice_pool(d.loop, 1, memory, 64, 2), -SLUICE_EOWNER);
    CHECK_EQ(sluice_query(d.loop, 1, SLUICE_QUERY_UNSENT, memory, NULL), -SLUICE_EOWNER);
    CHECK_EQ(sluice_control(d.loop, 1, SLUICE_CONTROL_SET_OPTION, memory, 16), -SLUICE_EOWNER);
    CHECK_EQ(sluice_destroy(d.loop, 0), -SLUICE_EOWNER);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t thread;

    CHECK_EQ(argc, 2);
    drive_open(&d, argv[1], NULL);
    a_wake_before_the_wait_counts_once();
    a_storm_of_wakes();
    signals_do_not_end_a_wait();
    CHECK_EQ(pthread_create(&thread, NULL, stranger, NULL), 0);
    pthread_join(thread, NULL);
    drive_close(&d);
    return 0;
}
