/*
 * sctp_two_to_one_listener: the failure that this layer exists for. A listener holds two associations of one dialer; the dialer ends one of them.
 * The listener is told of exactly that one, at once; a send on it fails with the cause; the other one carries the message.
 */
#include "sctp/net.h"

static net n;

static void scenario(bool abort)
{
    uint64_t client[2], server[2];
    net_open(&n, 2, NULL);
    net_listen(&n, 1, NET_PORT, SLUICE_SCTP_PROFILE_RFC); /* no timer is there to help */
    for (int i = 0; i < 2; i++) net_pair(&n, 0, 1, SLUICE_SCTP_PROFILE_RFC, &client[i], &server[i]);
    CHECK_EQ(net_counter(&n, 1, SLUICE_SCTP_CTR_PATHS), 1);

    n.node[1].no_read = true; /* the listener has the event, and has not read it yet */
    sluice_sctp *s = n.node[1].s;
    if (abort) CHECK_EQ(sluice_sctp_abort(n.node[0].s, client[0], 12, "moving on", 9), 0);
    else CHECK_EQ(sluice_sctp_close(n.node[0].s, client[0], 1000, NULL, 0), 0);
    net_flush(&n); /* no time passes */

    CHECK_EQ(net_send(&n, 1, server[0], 0, "x", 1), -SLUICE_SCTP_ECLOSED);
    CHECK_EQ(sluice_sctp_reset_streams(s, server[0], NULL, 0), -SLUICE_SCTP_ECLOSED);
    CHECK_EQ(sluice_sctp_close(s, server[0], 0, NULL, 0), -SLUICE_SCTP_ECLOSED);
    sluice_sctp_close_info info;
    uint32_t bytes = sizeof info;
    CHECK_EQ(sluice_sctp_query(s, server[0], SLUICE_SCTP_QUERY_CLOSE, &info, &bytes), 0);
    CHECK_EQ(info.kind, abort ? SLUICE_SCTP_CLOSED_PEER_ABORT : SLUICE_SCTP_CLOSED_PEER_SHUTDOWN);
    CHECK_EQ(info.reason_bytes, abort ? 9 : 0);
    if (abort) CHECK_MEM_EQ(info.reason, "moving on", 9);

    CHECK_EQ(net_send(&n, 1, server[1], 0, "first message", 13), 1);
    CHECK_EQ(sluice_sctp_query(s, server[1], SLUICE_SCTP_QUERY_CLOSE, &info, &bytes), -SLUICE_SCTP_ENOTUP);
    n.node[1].no_read = false;
    net_flush(&n);
    CHECK_EQ(net_count(&n, 1, 0, SLUICE_SCTP_EV_CLOSED), 1);
    CHECK_EQ(net_count(&n, 1, server[0], SLUICE_SCTP_EV_CLOSED), 1);
    CHECK_EQ(net_count(&n, 0, client[1], SLUICE_SCTP_EV_MESSAGE), 1);
    CHECK_EQ(sluice_sctp_query(s, server[0], SLUICE_SCTP_QUERY_CLOSE, &info, &bytes), -SLUICE_ESTALE);
    CHECK_EQ(net_counter(&n, 1, SLUICE_SCTP_CTR_PATHS), 1);
    net_close(&n);
}

int main(void)
{
    net_need_usrsctp();
    scenario(true);
    scenario(false);
    return 0;
}
