/* double_sockets: what the test double of kqueue says about sockets and pipes, rule by rule as BSD kernels do. */
#include "rig.h"

#include <sys/un.h>

static void a_listener_counts_the_connections_that_wait(void)
{
    struct sockaddr_in a;
    int listener = tcp_listener(&a), c[3];

    add(listener, EVFILT_READ, EV_CLEAR);
    silence();
    for (int i = 0; i < 3; i++) c[i] = tcp_connect(&a);
    CHECK_EQ(one(listener, EVFILT_READ).data, 3);
    silence();
    close(CHECK_SYS(accept(listener, NULL, NULL)));
    silence();
    int late = tcp_connect(&a);
    CHECK_EQ(one(listener, EVFILT_READ).data, 3);
    for (int i = 0; i < 3; i++) close(c[i]);
    close(late);
    close(listener);
}

static void room_to_write_is_told_once(void)
{
    int mine, peer;

    tcp_pair(&mine, &peer);
    add(mine, EVFILT_WRITE, EV_CLEAR);
    CHECK_GT(one(mine, EVFILT_WRITE).data, 1000);
    silence();
    give(peer, "in"); /* of no interest to the filter */
    silence();
    close(mine);
    close(peer);
}

static void a_blocked_write_is_told_of_room(void)
{
    static char block[65536];
    int mine, peer;

    tcp_pair(&mine, &peer);
    while (send(mine, block, sizeof block, MSG_NOSIGNAL) > 0) continue;
    CHECK_EQ(errno, EAGAIN);
    add(mine, EVFILT_WRITE, EV_ONESHOT);
    silence();
    ssize_t n;
    while ((n = recv(peer, block, sizeof block, MSG_DONTWAIT)) != 0)
        if (n < 0 && collect()) break;
    CHECK_EQ(events[0].ident, mine);
    CHECK_EQ(events[0].filter, EVFILT_WRITE);
    CHECK_EQ(apply(mine, EVFILT_WRITE, EV_DELETE), -1);
    CHECK_EQ(errno, ENOENT);
    close(mine);
    close(peer);
}

static void a_part_read_brings_no_event_but_new_bytes_do(void)
{
    int mine, peer;

    tcp_pair(&mine, &peer);
    add(mine, EVFILT_READ, EV_CLEAR);
    give(peer, "abcd");
    struct kevent e = one(mine, EVFILT_READ);
    CHECK_EQ(e.data, 4);
    CHECK_EQ(e.flags & (EV_EOF | EV_ERROR), 0);
    CHECK_EQ((uintptr_t)e.udata, 100 + mine);
    take(mine, "ab");
    silence();
    give(peer, "ef");
    CHECK_EQ(one(mine, EVFILT_READ).data, 4); /* all that is unread */
    take(mine, "cdef");
    silence();
    close(mine);
    close(peer);
}

static void without_clear_unread_bytes_are_told_again(void)
{
    int mine, peer;

    tcp_pair(&mine, &peer);
    add(mine, EVFILT_READ, 0);
    give(peer, "ab");
    for (int i = 0; i < 3; i++) CHECK_EQ(one(mine, EVFILT_READ).data, 2);
    take(mine, "ab");
    silence();
    close(mine);
    close(peer);
}

static void data_and_fin_are_one_event(void)
{
    int mine, peer;

    tcp_pair(&mine, &peer);
    give(peer, "last");
    CHECK_SYS(shutdown(peer, SHUT_WR));
    until(mine, POLLRDHUP);
    add(mine, EVFILT_READ, EV_CLEAR);
    struct kevent e = one(mine, EVFILT_READ);
    CHECK_EQ(e.data, 4);
    CHECK_EQ(e.flags & EV_EOF, EV_EOF);
    CHECK_EQ(e.fflags, 0);
    take(mine, "last");
    silence();
    close(mine);
    close(peer);
}

static void fin_after_data_is_an_event_of_its_own(void)
{
    int mine, peer;

    tcp_pair(&mine, &peer);
    add(mine, EVFILT_READ, EV_CLEAR);
    give(peer, "last");
    CHECK_EQ(one(mine, EVFILT_READ).flags & EV_EOF, 0);
    CHECK_SYS(shutdown(peer, SHUT_WR));
    struct kevent e = one(mine, EVFILT_READ);
    CHECK_EQ(e.flags & EV_EOF, EV_EOF);
    CHECK_EQ(e.data, 4);
    close(mine);
    close(peer);
}

static void a_reset_ends_both_filters(void)
{
    int mine, peer, seen = 0;

    tcp_pair(&mine, &peer);
    add(mine, EVFILT_READ, EV_CLEAR);
    add(mine, EVFILT_WRITE, EV_CLEAR);
    one(mine, EVFILT_WRITE);
    reset(peer);
    until(mine, POLLHUP);
    CHECK_EQ(collect(), 2);
    for (int i = 0; i < 2; i++) {
        seen |= events[i].filter == EVFILT_READ ? 1 : 2;
        CHECK_EQ(events[i].flags & EV_EOF, EV_EOF);
        CHECK_EQ(events[i].fflags, ECONNRESET);
    }
    CHECK_EQ(seen, 3);
    close(mine);
}

static void a_reset_comes_behind_the_unread_byte(void)
{
    int mine, peer;

    tcp_pair(&mine, &peer);
    give(peer, "x");
    until(mine, POLLIN);
    reset(peer);
    until(mine, POLLHUP);
    add(mine, EVFILT_READ, EV_CLEAR);
    struct kevent e = one(mine, EVFILT_READ);
    CHECK_EQ(e.flags & EV_EOF, EV_EOF);
    CHECK_EQ(e.fflags, ECONNRESET);
    CHECK_EQ(e.data, 1);
    take(mine, "x");
    close(mine);
}

static void own_shutdowns_are_told_to_their_own_filter(void)
{
    int mine, peer;

    tcp_pair(&mine, &peer);
    add(mine, EVFILT_READ, EV_CLEAR);
    CHECK_SYS(shutdown(mine, SHUT_WR));
    silence();
    add(mine, EVFILT_WRITE, EV_CLEAR);
    CHECK_EQ(one(mine, EVFILT_WRITE).flags & EV_EOF, EV_EOF);
    CHECK_SYS(shutdown(mine, SHUT_RD));
    while (collect() && events[0].filter != EVFILT_READ) continue;
    CHECK_EQ(events[0].filter, EVFILT_READ);
    CHECK_EQ(events[0].flags & EV_EOF, EV_EOF);
    close(mine);
    close(peer);
}

static int connecting(const struct sockaddr_in *a)
{
    int fd = CHECK_SYS(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));

    add(fd, EVFILT_READ, EV_CLEAR);
    add(fd, EVFILT_WRITE, EV_ONESHOT);
    silence(); /* neither: it is not connected */
    CHECK(connect(fd, (const struct sockaddr *)a, sizeof *a) && errno == EINPROGRESS);
    return fd;
}

static void a_connect_is_told_to_write(void)
{
    struct sockaddr_in a;
    int listener = tcp_listener(&a), fd = connecting(&a);

    CHECK_EQ(one(fd, EVFILT_WRITE).flags & EV_EOF, 0);
    silence();
    close(fd);
    close(listener);
    fd = connecting(&a); /* nobody listens there any more */
    CHECK_GE(collect(), 1);
    for (int i = 0; i < 2 && events[i].ident == (uintptr_t)fd; i++) {
        CHECK_EQ(events[i].flags & EV_EOF, EV_EOF);
        CHECK_EQ(events[i].fflags, ECONNREFUSED);
    }
    close(fd);
}

static void unix_sockets_and_pipes(void)
{
    int s[2], p[2];

    CHECK_SYS(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
    add(s[0], EVFILT_READ, EV_CLEAR);
    silence();
    give(s[1], "abc");
    CHECK_EQ(one(s[0], EVFILT_READ).data, 3);
    silence();
    close(s[1]);
    struct kevent e = one(s[0], EVFILT_READ);
    CHECK_EQ(e.flags & EV_EOF, EV_EOF);
    CHECK_EQ(e.data, 3);
    close(s[0]);

    CHECK_SYS(pipe(p));
    add(p[0], EVFILT_READ, EV_CLEAR);
    silence();
    for (int i = 1; i < 3; i++) { /* each write is an event, read or not */
        CHECK_EQ(write(p[1], "x", 1), 1);
        CHECK_EQ(one(p[0], EVFILT_READ).data, i);
    }
    silence();
    close(p[0]);
    close(p[1]);
}

int main(void)
{
    start();
    a_listener_counts_the_connections_that_wait();
    room_to_write_is_told_once();
    a_blocked_write_is_told_of_room();
    a_part_read_brings_no_event_but_new_bytes_do();
    without_clear_unread_bytes_are_told_again();
    data_and_fin_are_one_event();
    fin_after_data_is_an_event_of_its_own();
    a_reset_ends_both_filters();
    a_reset_comes_behind_the_unread_byte();
    own_shutdowns_are_told_to_their_own_filter();
    a_connect_is_told_to_write();
    unix_sockets_and_pipes();
    stop();
    return 0;
}
