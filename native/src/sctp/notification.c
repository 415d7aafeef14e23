/* notification.c: what both layouts share: error causes of an ABORT, as they are on the wire (RFC 9260 section 3.3.10). */
#include "sctp/notification.h"

#define CAUSE_HEADER 4u

static uint32_t be16(const uint8_t *p) { return (uint32_t)p[0] << 8 | p[1]; }

void ssc_note_causes(const uint8_t *causes, size_t bytes, ssc_note *out)
{
    if (bytes < CAUSE_HEADER) return;
    uint32_t length = be16(causes + 2);
    uint32_t claimed = length > CAUSE_HEADER ? length - CAUSE_HEADER : 0;
    uint32_t here = (uint32_t)(bytes - CAUSE_HEADER);

    out->has_cause = true;
    out->cause = (uint16_t)be16(causes);
    out->reason_truncated = claimed > here;
    out->reason_bytes = claimed < here ? claimed : here;
    out->reason = out->reason_bytes ? causes + CAUSE_HEADER : NULL;
}
