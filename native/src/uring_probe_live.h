/* uring_probe_live.h: one small experiment per feature, on a ring with nothing in flight. Bounded in time. */
#ifndef SL_URING_PROBE_LIVE_H
#define SL_URING_PROBE_LIVE_H

#include <stdbool.h>

#include "uring_ring.h"

int  uring_live_nop(uring *r);     /* 0, or a negated errno */
int  uring_live_buffers(uring *r); /* can a provided-buffer ring be registered? 0, or a negated errno */
bool uring_live_registered_fd(uring *r);
bool uring_live_accept(uring *r);      /* multishot */
bool uring_live_recv(uring *r);        /* multishot */
bool uring_live_inline_send(uring *r); /* see uring_probe_live.c for what is expected */
bool uring_live_send_to(uring *r);
bool uring_live_incremental(uring *r);
bool uring_live_opcode(uring *r, uint8_t opcode);

#endif
