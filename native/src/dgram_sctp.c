/*
 * dgram_sctp.c: sluice_meta from and to the control messages of the kernel's SCTP. Pure, as dgram_meta.c is. What notifications
 * mean is for src/sctp: here they are messages with a flag.
 */
#include <arpa/inet.h>
#include <string.h>

#include "dgram.h"
#include "sctp/kernel_abi.h"

SLUICE_STATIC_ASSERT(SL_MSG_CONTROL_BYTES >= CMSG_SPACE(sizeof(ksctp_rcvinfo)), "what is received fits");
SLUICE_STATIC_ASSERT(sizeof(((sl_msg_out *)0)->control) >= CMSG_SPACE(sizeof(ksctp_sndinfo)) + CMSG_SPACE(sizeof(ksctp_prinfo)),
                     "what is sent fits");

void sl_meta_sctp_received(const sl_msg_raw *raw, sluice_meta *m)
{
    size_t at = 0;
    sl_cmsg c;
    ksctp_rcvinfo info;

    *m = (sluice_meta){0};
    if (raw->flags & KSCTP_MSG_NOTIFICATION) m->flags |= SLUICE_META_NOTIFICATION;
    if (!(raw->flags & MSG_EOR)) m->flags |= SLUICE_META_PARTIAL;
    while (sl_cmsg_next(raw, &at, &c)) {
        if (c.level != KSCTP_PROTOCOL || c.type != KSCTP_CMSG_RCVINFO || c.bytes < sizeof info) continue;
        memcpy(&info, c.data, sizeof info);
        m->stream = info.stream;
        m->ppid = ntohl(info.ppid);
        m->assoc = (uint32_t)info.assoc;
        if (info.flags & KSCTP_UNORDERED) m->flags |= SLUICE_META_UNORDERED;
    }
}

bool sl_meta_sctp_valid(const sluice_meta *m)
{
    const uint16_t partial = SLUICE_META_PR_TTL | SLUICE_META_PR_RTX;
    sluice_meta rest = *m;

    rest.stream = 0;
    rest.ppid = rest.context = rest.pr_value = 0;
    rest.flags &= (uint16_t)~(SLUICE_META_UNORDERED | partial);
    if ((m->flags & partial) == partial || (!(m->flags & partial) && m->pr_value)) return false;
    return !memcmp(&rest, &(sluice_meta){0}, sizeof rest);
}

void sl_meta_sctp_to_send(const sluice_meta *m, struct msghdr *h, sl_msg_out *o)
{
    ksctp_sndinfo info = {.stream = m->stream, .flags = m->flags & SLUICE_META_UNORDERED ? KSCTP_UNORDERED : 0,
                          .ppid = htonl(m->ppid), .context = m->context};

    memset(&o->control, 0, sizeof o->control);
    h->msg_control = o->control.bytes;
    h->msg_controllen = 0;
    sl_cmsg_put(h, KSCTP_PROTOCOL, KSCTP_CMSG_SNDINFO, &info, sizeof info);
    if (!(m->flags & (SLUICE_META_PR_TTL | SLUICE_META_PR_RTX))) return;
    ksctp_prinfo pr = {.policy = m->flags & SLUICE_META_PR_TTL ? KSCTP_PR_TTL : KSCTP_PR_RTX, .value = m->pr_value};
    sl_cmsg_put(h, KSCTP_PROTOCOL, KSCTP_CMSG_PRINFO, &pr, sizeof pr);
}
