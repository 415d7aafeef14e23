/* probe.c: is an engine usable here? The engines answer; this keeps the frame. */
#include <stdio.h>
#include <string.h>

#include "engine.h"

/* Known, but not part of this library. */
static const char *foreign(uint32_t engine)
{
    switch (engine) {
    case SLUICE_ENGINE_IO_URING: return "io_uring is an interface of Linux, and this library was built for another system";
    case SLUICE_ENGINE_EPOLL: return "epoll is an interface of Linux, and this library was built for another system";
    case SLUICE_ENGINE_KQUEUE: return "kqueue is an interface of macOS and the BSDs, and this library was built for another system";
    default: return NULL;
    }
}

int sluice_probe(uint32_t engine, sluice_probe_info *out)
{
    const sl_engine *e = sl_engine_by_id(engine);

    if (!out || out->size != sizeof *out || (!e && !foreign(engine))) return -SLUICE_EINVAL;
    memset(out, 0, sizeof *out);
    out->size = sizeof *out;
    if (e) return e->probe(out);
    snprintf(out->reason, sizeof out->reason, "%s", foreign(engine));
    return 0;
}
