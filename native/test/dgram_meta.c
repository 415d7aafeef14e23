/*
 * dgram_meta: the functions that read what the kernel left (names, control messages, entries of the error queue) take any
 * bytes: they stay within them, and what they answer is well-formed. And what they write for the kernel is read back.
 */
#include <netinet/in.h>
#include <time.h>

#include <linux/errqueue.h>

#include "check.h"
#include "dgram.h"

#define ROUNDS 400000

static uint64_t state = 88172645463325252ull;

static uint32_t below(uint32_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state * 0x2545f4914f6cdd1dull) >> 32) % n;
}

/* Sometimes like a control message, sometimes not. */
static uint32_t fill(uint8_t *bytes, uint32_t n)
{
    static const int levels[] = {IPPROTO_IP, IPPROTO_IPV6, IPPROTO_UDP, SOL_SOCKET};
    static const int types[] = {IP_PKTINFO, IPV6_PKTINFO, IP_TOS, IPV6_TCLASS, UDP_GRO, SO_RXQ_OVFL, IP_RECVERR, IPV6_RECVERR};

    for (uint32_t i = 0; i < n; i++) bytes[i] = (uint8_t)below(256);
    for (uint32_t at = 0; at + sizeof(struct cmsghdr) <= n && below(8);) {
        struct cmsghdr h = {.cmsg_len = below(8) ? CMSG_LEN(below(48)) : below(1000), .cmsg_level = levels[below(4)],
                            .cmsg_type = types[below(8)]};
        memcpy(bytes + at, &h, sizeof h);
        at += (uint32_t)CMSG_ALIGN(h.cmsg_len < n ? h.cmsg_len : n);
    }
    return n;
}

static void any_bytes_are_read_safely(void)
{
    for (int round = 0; round < ROUNDS; round++) {
        /* Memory of exactly the size, so that a sanitizer sees one byte too many. */
        uint32_t control_bytes = below(160), name_bytes = below(33);
        uint8_t *control = malloc(control_bytes ? control_bytes : 1), *name = malloc(name_bytes ? name_bytes : 1);
        CHECK(control && name);
        sl_msg_raw raw = {.control = control, .control_bytes = fill(control, control_bytes), .name = name,
                          .name_bytes = name_bytes, .flags = below(2) ? MSG_TRUNC : 0};
        for (uint32_t i = 0; i < name_bytes; i++) name[i] = (uint8_t)below(256);
        sa_family_t family = below(2) ? AF_INET : AF_INET6;
        if (name_bytes >= sizeof family) memcpy(name, &family, sizeof family);
        sluice_meta m;
        sl_meta_received(&raw, &m);
        CHECK_LE(m.family, SLUICE_FAMILY_INET6);
        CHECK_EQ(!!(m.flags & SLUICE_META_TRUNCATED), !!raw.flags);
        CHECK_EQ(m.flags & ~(SLUICE_META_HAS_LOCAL | SLUICE_META_HAS_TOS | SLUICE_META_HAS_DROPS | SLUICE_META_TRUNCATED |
                             SLUICE_META_TO_MANY), 0);
        CHECK(!(m.flags & SLUICE_META_TO_MANY) || (m.flags & SLUICE_META_HAS_LOCAL));
        if (sl_meta_error(&raw, &m)) {
            CHECK_EQ(m.flags & ~SLUICE_META_HAS_LOCAL, SLUICE_META_ERROR);
            CHECK(m.origin == SLUICE_ORIGIN_ICMP || m.origin == SLUICE_ORIGIN_ICMP6);
            CHECK_GT(m.code, 0);
        }
        free(control);
        free(name);
    }
}

/* IPv4's errors on an IPv4 socket, as ip(7) lays them out: the error, then the address of who told it. */
static void an_error_names_who_told_it(void)
{
    struct { struct sock_extended_err ee; struct sockaddr_in offender; } data = {
        .ee = {.ee_errno = EMSGSIZE, .ee_origin = SO_EE_ORIGIN_ICMP, .ee_type = 3, .ee_code = 4, .ee_info = 1280},
        .offender = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x0a000001)}};
    uint8_t control[CMSG_SPACE(sizeof data)] = {0};
    struct cmsghdr h = {.cmsg_len = CMSG_LEN(sizeof data), .cmsg_level = IPPROTO_IP, .cmsg_type = IP_RECVERR};
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(53), .sin_addr.s_addr = htonl(0xc0000201)};
    sluice_meta m;

    memcpy(control, &h, sizeof h);
    memcpy(control + CMSG_LEN(0), &data, sizeof data);
    sl_msg_raw raw = {.name = (uint8_t *)&name, .name_bytes = sizeof name, .control = control, .control_bytes = sizeof control};
    CHECK(sl_meta_error(&raw, &m));
    CHECK_EQ(m.code, SLUICE_EMSGSIZE);
    CHECK_EQ(m.info, 1280);
    CHECK_EQ(m.port, 53);
    CHECK_EQ(m.addr[0], 192);
    CHECK_EQ(m.local[0], 10);
    CHECK_EQ(m.icmp_type << 8 | m.icmp_code, 3 << 8 | 4);
    data.ee.ee_origin = SO_EE_ORIGIN_LOCAL; /* its SEND was told */
    memcpy(control + CMSG_LEN(0), &data, sizeof data);
    CHECK(!sl_meta_error(&raw, &m));
}

/* What is written for sendmsg is what recvmsg's reader understands. */
static void what_is_sent_reads_back(void)
{
    for (int inet6 = 0; inet6 < 2; inet6++) {
        sluice_meta m = {.family = inet6 ? SLUICE_FAMILY_INET6 : SLUICE_FAMILY_INET4, .port = 4242, .tos = 0xb9, .interface = 3,
                         .flags = SLUICE_META_HAS_LOCAL | SLUICE_META_HAS_TOS, .segment = 1200, .scope_id = inet6 ? 7 : 0};
        sluice_meta back;
        struct msghdr h = {0};
        sl_msg_out out;

        for (uint8_t i = 0; i < (inet6 ? 16 : 4); i++) m.addr[i] = (uint8_t)(i + 1), m.local[i] = (uint8_t)(i + 101);
        CHECK(sl_meta_valid(&m, inet6));
        sl_meta_to_send(&m, inet6, &h, &out);
        CHECK_LE(h.msg_controllen, sizeof out.control);
        sl_msg_raw raw = {.name = h.msg_name, .name_bytes = h.msg_namelen, .control = h.msg_control,
                          .control_bytes = (uint32_t)h.msg_controllen};
        sl_meta_received(&raw, &back);
        CHECK_EQ(back.port, m.port);
        CHECK_EQ(back.scope_id, m.scope_id);
        CHECK_EQ(memcmp(back.addr, m.addr, 16), 0);
        CHECK_EQ(back.tos, m.tos);
        CHECK_EQ(back.interface, m.interface);
        /* IPv4 has a field of its own for the source (ipi_spec_dst): what is read there is the destination. */
        if (inet6) CHECK_EQ(memcmp(back.local, m.local, 16), 0);
        CHECK_EQ(back.segment, 0); /* UDP_SEGMENT when sent, UDP_GRO when received */
    }
}

int main(void)
{
    any_bytes_are_read_safely();
    an_error_names_who_told_it();
    what_is_sent_reads_back();
    return 0;
}
