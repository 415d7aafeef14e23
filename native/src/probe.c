/* probe.c: is an engine usable here? The engines answer; this keeps the frame. */
#include <string.h>

#include "engine.h"

int sluice_probe(uint32_t engine, sluice_probe_info *out)
{
    const sl_engine *e = sl_engine_by_id(engine);

    if (!e || !out || out->size != sizeof *out) return -SLUICE_EINVAL;
    memset(out, 0, sizeof *out);
    out->size = sizeof *out;
    return e->probe(out);
}
