/* path.c: peers. usrsctp names a peer by 64 bits of its caller's choice; here a keyed hash of its address. */
#include <stdlib.h>
#include <string.h>

#include "sctp/stack.h"

_Static_assert(sizeof(void *) == 8, "a path's value travels as usrsctp's sconn_addr");

/* SipHash-2-4 (Aumasson, Bernstein 2012) over the words of an address. */
#define ROTL(x, b) (((x) << (b)) | ((x) >> (64 - (b))))
#define ROUND do { \
        v0 += v1; v1 = ROTL(v1, 13); v1 ^= v0; v0 = ROTL(v0, 32); v2 += v3; v3 = ROTL(v3, 16); v3 ^= v2; \
        v0 += v3; v3 = ROTL(v3, 21); v3 ^= v0; v2 += v1; v1 = ROTL(v1, 17); v1 ^= v2; v2 = ROTL(v2, 32); \
    } while (0)

static uint64_t siphash(const uint64_t key[2], const uint64_t *words, size_t count)
{
    uint64_t v0 = key[0] ^ 0x736f6d6570736575u, v1 = key[1] ^ 0x646f72616e646f6du;
    uint64_t v2 = key[0] ^ 0x6c7967656e657261u, v3 = key[1] ^ 0x7465646279746573u;
    for (size_t i = 0; i <= count; i++) {
        uint64_t m = i < count ? words[i] : (uint64_t)(count * 8) << 56;
        v3 ^= m;
        ROUND; ROUND;
        v0 ^= m;
    }
    v2 ^= 0xff;
    ROUND; ROUND; ROUND; ROUND;
    return v0 ^ v1 ^ v2 ^ v3;
}

bool ssc_addr_valid(const sluice_sctp_addr *a)
{
    static const uint8_t zero[16];
    switch (a->family) {
    case 0: return a->port == 0 && a->scope_id == 0 && memcmp(a->bytes, zero, 16) == 0;
    case SLUICE_FAMILY_INET4: return a->port != 0 && a->scope_id == 0 && memcmp(a->bytes + 4, zero, 12) == 0;
    case SLUICE_FAMILY_INET6: return a->port != 0;
    default: return false;
    }
}

uint64_t ssc_path_value(const sluice_sctp *s, const sluice_sctp_addr *peer)
{
    uint64_t words[sizeof *peer / sizeof(uint64_t)];
    memcpy(words, peer, sizeof words);
    uint64_t value = siphash(s->key, words, sizeof words / sizeof words[0]);
    return value ? value : 1; /* NULL is the wildcard address */
}

ssc_path *ssc_path_find(sluice_sctp *s, uint64_t value)
{
    ssc_path *p = s->paths[value % SSC_PATH_BUCKETS];
    while (p && p->value != value) p = p->next;
    return p;
}

ssc_path *ssc_path_get(sluice_sctp *s, uint64_t value, const sluice_sctp_addr *peer)
{
    ssc_path *p = ssc_path_find(s, value);
    if (p) return memcmp(&p->peer, peer, sizeof *peer) == 0 ? p : NULL;
    p = calloc(1, sizeof *p);
    if (!p) return NULL;
    p->value = value;
    p->peer = *peer;
    p->next = s->paths[value % SSC_PATH_BUCKETS];
    s->paths[value % SSC_PATH_BUCKETS] = p;
    ssc_count(s, SLUICE_SCTP_CTR_PATHS, 1);
    s->lib.register_address((void *)(uintptr_t)value);
    return p;
}

void ssc_path_drop_unused(sluice_sctp *s, ssc_path *p)
{
    if (p->count) return;
    ssc_path **at = &s->paths[p->value % SSC_PATH_BUCKETS];
    while (*at != p) at = &(*at)->next;
    *at = p->next;
    s->counters[SLUICE_SCTP_CTR_PATHS]--;
    s->lib.deregister_address((void *)(uintptr_t)p->value);
    free(p);
}
