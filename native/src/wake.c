/*
 * wake.c: how another thread makes a blocked enter return (C11). The state machine is drawn in sluice_layout.h.
 *
 * Why no wake is lost: the owner blocks only after RUNNING -> SLEEPING succeeded in one compare-and-swap. A wake is one
 * swap to NOTIFIED. If the swap came first, the compare-and-swap fails and the owner does not block. If it came second,
 * it saw SLEEPING and rings the bell. Both are sequentially consistent read-modify-writes of one word, so there is no
 * third order.
 *
 * The bell is the engine's: an eventfd, or an EVFILT_USER event. A bell that rings after the owner came back for another reason shows
 * up in the next wait as an event that means nothing.
 */
#include <errno.h>
#include <unistd.h>

#include "engine.h"

int sl_wake_open(sl_loop *l) { return l->engine->bell_open(l); }

void sl_wake_close(sl_loop *l)
{
    if (l->bell >= 0) close(l->bell);
    if (l->bell_read >= 0) close(l->bell_read);
    l->bell = l->bell_read = -1;
}

bool sl_wake_sleep(sl_loop *l)
{
    uint32_t expected = SLUICE_WAKE_RUNNING;

    if (__atomic_compare_exchange_n(&l->hdr->wake_word, &expected, SLUICE_WAKE_SLEEPING, false, __ATOMIC_SEQ_CST,
                                    __ATOMIC_SEQ_CST))
        return true;
    /* NOTIFIED (or whatever a careless caller wrote there): consumed, do not block. */
    __atomic_exchange_n(&l->hdr->wake_word, SLUICE_WAKE_RUNNING, __ATOMIC_SEQ_CST);
    l->woken = true;
    l->ctr[SLUICE_CTR_WAKES]++;
    return false;
}

void sl_wake_awake(sl_loop *l)
{
    uint32_t old = __atomic_exchange_n(&l->hdr->wake_word, SLUICE_WAKE_RUNNING, __ATOMIC_SEQ_CST);

    if (old != SLUICE_WAKE_NOTIFIED) return;
    l->woken = true;
    l->ctr[SLUICE_CTR_WAKES]++;
}

int sluice_wake(sluice_loop *l)
{
    if (!l) return -SLUICE_EINVAL;
    uint32_t old = __atomic_exchange_n(&l->hdr->wake_word, SLUICE_WAKE_NOTIFIED, __ATOMIC_SEQ_CST);

    /* RUNNING: the owner will see the word before it blocks. NOTIFIED must ring as well: it may be the caller's own swap
       out of SLEEPING, for which this call is to ring. */
    if (old == SLUICE_WAKE_RUNNING) return 0;
    int saved = errno; /* callable from signal handlers */
    int rc = l->engine->bell_ring(l);
    errno = saved;
    return rc;
}
