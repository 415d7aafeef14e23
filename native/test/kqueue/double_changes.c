/* double_changes: the rules of the test double of kqueue about changes, flags, EVFILT_USER and the wait. */
#include "rig.h"

#include <pthread.h>
#include <signal.h>
#include <time.h>

static struct kevent change_of(int fd, int filter, int flags)
{
    struct kevent c;

    EV_SET(&c, (uintptr_t)fd, (int16_t)filter, flags, 0, 0, NULL);
    return c;
}

static void changes_come_before_events(void)
{
    int mine, peer;

    tcp_pair(&mine, &peer);
    give(peer, "now");
    until(mine, POLLIN);
    struct kevent c = change_of(mine, EVFILT_READ, EV_ADD | EV_CLEAR);
    CHECK_EQ(kevent(kq, &c, 1, events, EVENTS, NULL), 1);
    CHECK_EQ(events[0].data, 3);
    give(peer, "!");
    until(mine, POLLIN);
    c = change_of(mine, EVFILT_READ, EV_DELETE); /* before what has happened is told */
    struct timespec soon = {0, SOON_NS};
    CHECK_EQ(kevent(kq, &c, 1, events, EVENTS, &soon), 0);
    close(mine);
    close(peer);
}

static void a_failed_change_is_an_event_while_there_is_room(void)
{
    int mine, peer;

    tcp_pair(&mine, &peer);
    give(peer, "x");
    until(mine, POLLIN);
    struct kevent c[3] = {change_of(9999, EVFILT_READ, EV_ADD), change_of(mine, EVFILT_READ, EV_ADD | EV_CLEAR),
                          change_of(mine, EVFILT_WRITE, EV_DELETE)};
    CHECK_EQ(kevent(kq, c, 3, events, EVENTS, NULL), 2); /* the answers alone, and at once */
    CHECK_EQ(events[0].flags & EV_ERROR, EV_ERROR);
    CHECK_EQ(events[0].data, EBADF);
    CHECK_EQ(events[0].ident, 9999);
    CHECK_EQ(events[1].data, ENOENT);
    one(mine, EVFILT_READ); /* the one between was applied */
    apply(mine, EVFILT_READ, EV_DELETE);
    CHECK_EQ(kevent(kq, c, 2, NULL, 0, NULL), -1); /* no room: stops at the first */
    CHECK_EQ(errno, EBADF);
    silence();
    close(mine);
    close(peer);
}

static void receipts_answer_for_every_change(void)
{
    int mine, peer;

    tcp_pair(&mine, &peer);
    give(peer, "x");
    until(mine, POLLIN);
    struct kevent c[3] = {change_of(mine, EVFILT_READ, EV_ADD | EV_CLEAR | EV_RECEIPT),
                          change_of(mine, EVFILT_WRITE, EV_ADD | EV_RECEIPT), change_of(mine, EVFILT_WRITE, EV_DELETE | EV_RECEIPT)};
    CHECK_EQ(kevent(kq, c, 3, events, EVENTS, NULL), 3);
    for (int i = 0; i < 3; i++) CHECK(events[i].flags & EV_ERROR && events[i].data == 0);
    CHECK_EQ(one(mine, EVFILT_READ).data, 1);
    close(mine);
    close(peer);
}

static void what_is_not_there_cannot_be_changed(void)
{
    int mine, peer;

    tcp_pair(&mine, &peer);
    int flags[] = {EV_DELETE, EV_ENABLE, EV_DISABLE};
    for (int i = 0; i < 3; i++) CHECK(apply(mine, EVFILT_READ, flags[i]) == -1 && errno == ENOENT);
    CHECK(apply(mine, -77, EV_ADD) == -1 && errno == EINVAL);
    CHECK(kevent(9999, NULL, 0, events, EVENTS, NULL) == -1 && errno == EBADF);
    close(mine);
    close(peer);
}

static void clear_is_fixed_by_the_first_add(void)
{
    int mine, peer;
    struct kevent c;

    tcp_pair(&mine, &peer);
    add(mine, EVFILT_READ, EV_CLEAR);
    give(peer, "ab");
    one(mine, EVFILT_READ);
    EV_SET(&c, (uintptr_t)mine, EVFILT_READ, EV_ADD, 0, 0, (void *)7); /* without EV_CLEAR */
    CHECK_SYS(kevent(kq, &c, 1, NULL, 0, NULL));
    CHECK_EQ((uintptr_t)one(mine, EVFILT_READ).udata, 7); /* looked at anew, told once, to the new udata */
    silence();
    close(mine);
    close(peer);
}

static void oneshot_dispatch_and_disable(void)
{
    int mine, peer;

    tcp_pair(&mine, &peer);
    give(peer, "ab");
    until(mine, POLLIN);
    add(mine, EVFILT_READ, EV_ONESHOT);
    one(mine, EVFILT_READ);
    CHECK(apply(mine, EVFILT_READ, EV_DELETE) == -1 && errno == ENOENT);
    add(mine, EVFILT_READ, EV_DISPATCH);
    one(mine, EVFILT_READ);
    silence();
    CHECK_SYS(apply(mine, EVFILT_READ, EV_ENABLE));
    one(mine, EVFILT_READ);
    silence();
    CHECK_SYS(apply(mine, EVFILT_READ, EV_DELETE));
    add(mine, EVFILT_READ, EV_CLEAR | EV_DISABLE);
    silence();
    CHECK_SYS(apply(mine, EVFILT_READ, EV_ENABLE));
    CHECK_SYS(apply(mine, EVFILT_READ, EV_DISABLE));
    give(peer, "c");
    silence(); /* remembered meanwhile */
    CHECK_SYS(apply(mine, EVFILT_READ, EV_ENABLE));
    CHECK_EQ(one(mine, EVFILT_READ).data, 3);
    close(mine);
    close(peer);
}

static void close_takes_its_filters_along(void)
{
    int mine, peer, mine2, peer2;

    tcp_pair(&mine, &peer);
    tcp_pair(&mine2, &peer2);
    add(mine, EVFILT_READ, EV_CLEAR);
    give(peer, "pending");
    until(mine, POLLIN);
    close(mine);
    silence();
    CHECK_EQ(dup2(mine2, mine), mine); /* the number is in use again */
    CHECK(apply(mine, EVFILT_READ, EV_DELETE) == -1 && errno == ENOENT);
    give(peer2, "other");
    silence();
    add(mine, EVFILT_READ, EV_CLEAR);
    CHECK_EQ(one(mine, EVFILT_READ).data, 5);
    CHECK_SYS(apply(mine, EVFILT_READ, EV_DELETE));
    close(mine);
    close(mine2);
    close(peer);
    close(peer2);
}

static void *ring(void *times)
{
    struct kevent c;

    EV_SET(&c, 5, EVFILT_USER, 0, NOTE_TRIGGER, 0, NULL);
    for (int i = 0; i < *(int *)times; i++) CHECK_SYS(kevent(kq, &c, 1, NULL, 0, NULL));
    return NULL;
}

static void user_events(void)
{
    struct kevent c;
    pthread_t thread;
    int once = 1, often = 100;

    CHECK(apply(5, EVFILT_USER, 0) == -1 && errno == ENOENT);
    EV_SET(&c, 5, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0, (void *)42);
    CHECK_SYS(kevent(kq, &c, 1, NULL, 0, NULL));
    silence();
    ring(&often); /* coalesce */
    CHECK_EQ((uintptr_t)one(5, EVFILT_USER).udata, 42);
    silence();
    for (int i = 0; i < 50; i++) {
        CHECK_EQ(pthread_create(&thread, NULL, ring, &once), 0);
        one(5, EVFILT_USER); /* waits without a limit that matters: a ring that was lost shows here */
        pthread_join(thread, NULL);
    }
    silence();
    CHECK_SYS(apply(5, EVFILT_USER, EV_DELETE));
    kqueue_double.no_user = true;
    CHECK(apply(5, EVFILT_USER, EV_ADD) == -1 && errno == EINVAL);
    kqueue_double.no_user = false;
}

static void on_signal(int number) { (void)number; }

static void a_signal_ends_the_wait_when_changes_were_applied(void)
{
    int mine, peer;
    struct sigaction action = {.sa_handler = on_signal};
    struct itimerspec in = {.it_interval.tv_nsec = SOON_NS, .it_value.tv_nsec = SOON_NS};
    timer_t timer;
    struct sigevent by_signal = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};

    tcp_pair(&mine, &peer);
    CHECK_SYS(sigaction(SIGUSR1, &action, NULL));
    CHECK_SYS(timer_create(CLOCK_MONOTONIC, &by_signal, &timer));
    CHECK_SYS(timer_settime(timer, 0, &in, NULL));
    struct kevent c = change_of(mine, EVFILT_READ, EV_ADD | EV_CLEAR);
    CHECK_EQ(kevent(kq, &c, 1, events, EVENTS, NULL), -1);
    CHECK_EQ(errno, EINTR);
    timer_delete(timer);
    give(peer, "x");
    one(mine, EVFILT_READ);
    close(mine);
    close(peer);
}

int main(void)
{
    start();
    int first = kq, second = CHECK_SYS(kqueue());
    CHECK_EQ(second, first + 1); /* one descriptor each */
    close(second);
    changes_come_before_events();
    a_failed_change_is_an_event_while_there_is_room();
    receipts_answer_for_every_change();
    what_is_not_there_cannot_be_changed();
    clear_is_fixed_by_the_first_add();
    oneshot_dispatch_and_disable();
    close_takes_its_filters_along();
    user_events();
    a_signal_ends_the_wait_when_changes_were_applied();
    stop();
    return 0;
}
