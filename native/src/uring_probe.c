/* uring_probe.c: see uring_probe.h. The single tests of optional features are in uring_probe_live.c. */
#include "uring_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "uring_probe_live.h"
#include "uring_ring.h"

#define PROBE_ENTRIES 8u

uint32_t uring_setup_flags(uint32_t f) {
    uint32_t flags = UR_SETUP_SUBMIT_ALL;
    if (f & SLUICE_FEAT_SINGLE_ISSUER) {
        flags |= UR_SETUP_SINGLE_ISSUER;
    }
    if ((f & SLUICE_FEAT_SINGLE_ISSUER) && (f & SLUICE_FEAT_DEFER_TASKRUN)) {
        flags |= UR_SETUP_DEFER_TASKRUN | UR_SETUP_TASKRUN_FLAG;
    } else if (f & SLUICE_FEAT_COOP_TASKRUN) {
        flags |= UR_SETUP_COOP_TASKRUN | UR_SETUP_TASKRUN_FLAG;
    }
    if (f & SLUICE_FEAT_NO_SQARRAY) {
        flags |= UR_SETUP_NO_SQARRAY;
    }
    return flags;
}

/* The value of a small number file in /proc, or -1. */
static int proc_number(const char *path) {
    char text[16] = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    int value = -1;
    return n > 0 && sscanf(text, "%d", &value) == 1 ? value : -1;
}

static void unusable(sluice_probe_info *out, int err, const char *reason) {
    out->usable = 0;
    out->os_errno = err;
    out->features = 0;
    snprintf(out->reason, sizeof out->reason, "%s", reason);
}

static void setup_refused(sluice_probe_info *out, int err) {
    int disabled = proc_number("/proc/sys/kernel/io_uring_disabled");
    char text[sizeof out->reason];
    switch (err) {
    case ENOSYS:
        snprintf(text, sizeof text, "io_uring_setup answers ENOSYS: this kernel is older than 5.1, is built without "
                 "io_uring, or a seccomp filter hides it; allow the io_uring system calls 425 to 427 in the sandbox");
        break;
    case EPERM:
    case EACCES:
        if (disabled > 0) {
            snprintf(text, sizeof text, "io_uring is switched off by the sysctl kernel.io_uring_disabled = %d; set it to "
                     "0%s", disabled, disabled == 1 ? " or add this process to kernel.io_uring_group" : "");
        } else {
            snprintf(text, sizeof text, "io_uring_setup is not permitted: a seccomp filter or security module (often the "
                     "container runtime's default) refuses it; allow the system calls 425 to 427");
        }
        break;
    case ENOMEM:
        snprintf(text, sizeof text, "io_uring_setup found no memory: before Linux 5.12 rings count against the limit of "
                 "locked memory; raise it (ulimit -l) or the memory limit of the container");
        break;
    case EMFILE:
    case ENFILE:
        snprintf(text, sizeof text, "io_uring_setup is out of file descriptors; raise the limit (ulimit -n)");
        break;
    default:
        snprintf(text, sizeof text, "io_uring_setup failed: %s (errno %d)", strerror(err), err);
        break;
    }
    unusable(out, err, text);
}

static bool setup_works(uint32_t flags) {
    uring r;
    if (uring_open(&r, PROBE_ENTRIES, UR_SETUP_SUBMIT_ALL | flags) < 0) {
        return false;
    }
    uring_close(&r);
    return true;
}

static uint32_t setup_features(void) {
    uint32_t f = 0;
    f |= setup_works(UR_SETUP_COOP_TASKRUN | UR_SETUP_TASKRUN_FLAG) ? SLUICE_FEAT_COOP_TASKRUN : 0;
    f |= setup_works(UR_SETUP_SINGLE_ISSUER) ? SLUICE_FEAT_SINGLE_ISSUER : 0;
    f |= setup_works(UR_SETUP_SINGLE_ISSUER | UR_SETUP_DEFER_TASKRUN | UR_SETUP_TASKRUN_FLAG)
             ? SLUICE_FEAT_DEFER_TASKRUN : 0;
    f |= setup_works(UR_SETUP_NO_SQARRAY) ? SLUICE_FEAT_NO_SQARRAY : 0;
    return f;
}

/* What every kernel from 5.19 has and this engine cannot do without. NULL, or the name of what is missing. */
static const char *base_missing(const uring *r) {
    const struct { uint32_t bit; const char *name; } need[] = {
        {UR_FEAT_NODROP, "IORING_FEAT_NODROP"},       {UR_FEAT_SUBMIT_STABLE, "IORING_FEAT_SUBMIT_STABLE"},
        {UR_FEAT_FAST_POLL, "IORING_FEAT_FAST_POLL"}, {UR_FEAT_EXT_ARG, "IORING_FEAT_EXT_ARG"},
        {UR_FEAT_CQE_SKIP, "IORING_FEAT_CQE_SKIP"},
    };
    for (size_t i = 0; i < sizeof need / sizeof need[0]; i++) {
        if (!(r->features & need[i].bit)) {
            return need[i].name;
        }
    }
    return NULL;
}

static void too_old(sluice_probe_info *out, int err, const char *what) {
    char text[sizeof out->reason];
    snprintf(text, sizeof text, "this kernel's io_uring lacks %s; the io_uring engine needs Linux 5.19 or later", what);
    unusable(out, err, text);
}

static void probe_ring(uring *r, sluice_probe_info *out) {
    const char *missing = base_missing(r);
    if (missing) {
        too_old(out, 0, missing);
        return;
    }
    int rc = uring_live_nop(r);
    if (rc < 0) {
        char text[sizeof out->reason];
        snprintf(text, sizeof text, "a ring was set up but does not complete a NOP: %s (errno %d); a seccomp filter that "
                 "allows io_uring_setup and refuses io_uring_enter does this", strerror(-rc), -rc);
        unusable(out, -rc, text);
        return;
    }
    rc = uring_live_buffers(r);
    if (rc == -EPERM || rc == -EACCES || rc == -ENOSYS) {
        unusable(out, -rc, "io_uring_register is refused, so that provided-buffer rings cannot be used: a seccomp filter "
                 "does this; allow the system calls 425 to 427");
        return;
    }
    if (rc < 0) {
        too_old(out, -rc, "provided-buffer rings (IORING_REGISTER_PBUF_RING)");
        return;
    }
    uint32_t f = out->features;
    f |= r->features & UR_FEAT_RECVSEND_BUNDLE ? SLUICE_FEAT_RECV_BUNDLE : 0;
    f |= r->features & UR_FEAT_MIN_TIMEOUT ? SLUICE_FEAT_MIN_WAIT : 0;
    f |= uring_live_registered_fd(r) ? SLUICE_FEAT_REGISTERED_RING : 0;
    f |= uring_live_accept(r) ? SLUICE_FEAT_MULTISHOT_ACCEPT : 0;
    f |= uring_live_recv(r) ? SLUICE_FEAT_MULTISHOT_RECV : 0;
    f |= uring_live_inline_send(r) ? SLUICE_FEAT_INLINE_SEND : 0;
    f |= uring_live_send_to(r) ? SLUICE_FEAT_SEND_TO : 0;
    f |= uring_live_incremental(r) ? SLUICE_FEAT_BUFFER_INC : 0;
    f |= uring_live_opcode(r, UR_OP_SEND_ZC) ? SLUICE_FEAT_SEND_ZC : 0;
    out->features = f;
    out->usable = 1;
}

void uring_probe(sluice_probe_info *out) {
    out->usable = 0;
    out->os_errno = 0;
    out->features = 0;
    memset(out->reason, 0, sizeof out->reason);
    uring r;
    int rc = uring_open(&r, PROBE_ENTRIES, 0);
    if (rc < 0) {
        setup_refused(out, -rc);
        return;
    }
    uring_close(&r);
    rc = uring_open(&r, PROBE_ENTRIES, UR_SETUP_SUBMIT_ALL);
    if (rc < 0) {
        too_old(out, -rc, "IORING_SETUP_SUBMIT_ALL");
        return;
    }
    uring_close(&r);
    out->features = setup_features();
    rc = uring_open(&r, PROBE_ENTRIES, uring_setup_flags(out->features));
    if (rc < 0) {
        setup_refused(out, -rc);
        return;
    }
    probe_ring(&r, out);
    uring_close(&r);
}

int uring_features(uint32_t *features) {
    static _Atomic uint32_t remembered; /* features + 1, 0: not known yet */
    uint32_t known = atomic_load_explicit(&remembered, memory_order_relaxed);
    if (!known) {
        sluice_probe_info info;
        uring_probe(&info);
        if (!info.usable) {
            return info.os_errno ? -info.os_errno : -ENOSYS;
        }
        known = info.features + 1;
        atomic_store_explicit(&remembered, known, memory_order_relaxed);
    }
    *features = known - 1;
    return 0;
}
