/*
 * uring_abi.h: the part of the Linux io_uring interface that Sluice uses, with names of its own.
 *
 * Why not <linux/io_uring.h>: the header of the build machine (Debian 12: Linux 6.1) is older than kernels we want to
 * use well, and a library must not depend on the headers it happened to be built with. The numbers are kernel ABI and
 * never change; io_uring_setup(2), io_uring_enter(2) and io_uring_register(2) describe them. Each name is the kernel's
 * with UR_ in the place of IORING_.
 */
#ifndef SL_URING_ABI_H
#define SL_URING_ABI_H

#include <stdint.h>

/* The same on every Linux architecture. */
#define UR_NR_SETUP    425
#define UR_NR_ENTER    426
#define UR_NR_REGISTER 427

/* ---- submission and completion entries ---- */

struct ur_sqe {
    uint8_t  opcode;
    uint8_t  flags; /* UR_SQE_* */
    uint16_t ioprio;
    int32_t  fd;
    uint64_t off; /* also addr2 */
    uint64_t addr;
    uint32_t len;
    uint32_t op_flags; /* msg_flags, accept_flags, poll32_events, cancel_flags */
    uint64_t user_data;
    uint16_t buf_group; /* also buf_index */
    uint16_t personality;
    uint32_t file_index; /* also, in its lower half, addr_len */
    uint64_t addr3;
    uint64_t pad2;
};

struct ur_cqe {
    uint64_t user_data;
    int32_t  res;
    uint32_t flags; /* UR_CQE_F_* */
};

#define UR_OP_NOP          0
#define UR_OP_POLL_ADD     6
#define UR_OP_SENDMSG      9
#define UR_OP_RECVMSG      10
#define UR_OP_TIMEOUT      11
#define UR_OP_ACCEPT       13
#define UR_OP_ASYNC_CANCEL 14
#define UR_OP_CONNECT      16
#define UR_OP_SEND         26
#define UR_OP_RECV         27
#define UR_OP_SEND_ZC      47

#define UR_SQE_BUFFER_SELECT    (1u << 5)
#define UR_SQE_CQE_SKIP_SUCCESS (1u << 6) /* 5.17 */

#define UR_RECVSEND_POLL_FIRST (1u << 0) /* 5.19, in ioprio */
#define UR_RECV_MULTISHOT      (1u << 1) /* 6.0,  in ioprio */
#define UR_RECVSEND_BUNDLE     (1u << 4) /* 6.10, in ioprio */
#define UR_ACCEPT_MULTISHOT    (1u << 0) /* 5.19, in ioprio */
#define UR_POLL_ADD_MULTI      (1u << 0) /* 5.13, in len */

#define UR_ASYNC_CANCEL_ALL (1u << 0) /* 5.19 */
#define UR_ASYNC_CANCEL_ANY (1u << 2) /* 5.19 */

#define UR_CQE_F_BUFFER        (1u << 0)
#define UR_CQE_F_MORE          (1u << 1)
#define UR_CQE_F_SOCK_NONEMPTY (1u << 2) /* 5.19 */
#define UR_CQE_F_NOTIF         (1u << 3) /* 6.0 */
#define UR_CQE_BUFFER_SHIFT    16

/* In front of each message of a multishot RECVMSG (6.0). Behind it lie name and control messages, each in as many bytes
   as the msghdr of the request said, then the payload. */
struct ur_recvmsg_out {
    uint32_t namelen;
    uint32_t controllen;
    uint32_t payloadlen;
    uint32_t flags; /* MSG_TRUNC ... */
};

/* ---- io_uring_setup ---- */

#define UR_SETUP_CQSIZE        (1u << 3)
#define UR_SETUP_CLAMP         (1u << 4)
#define UR_SETUP_R_DISABLED    (1u << 6)  /* 5.10 */
#define UR_SETUP_SUBMIT_ALL    (1u << 7)  /* 5.18 */
#define UR_SETUP_COOP_TASKRUN  (1u << 8)  /* 5.19 */
#define UR_SETUP_TASKRUN_FLAG  (1u << 9)  /* 5.19; with DEFER_TASKRUN 6.1 */
#define UR_SETUP_SINGLE_ISSUER (1u << 12) /* 6.0 */
#define UR_SETUP_DEFER_TASKRUN (1u << 13) /* 6.1 */
#define UR_SETUP_NO_SQARRAY    (1u << 16) /* 6.6 */

#define UR_FEAT_SINGLE_MMAP     (1u << 0)
#define UR_FEAT_NODROP          (1u << 1)
#define UR_FEAT_SUBMIT_STABLE   (1u << 2)
#define UR_FEAT_FAST_POLL       (1u << 5)
#define UR_FEAT_EXT_ARG         (1u << 8)
#define UR_FEAT_CQE_SKIP        (1u << 11)
#define UR_FEAT_RECVSEND_BUNDLE (1u << 14)
#define UR_FEAT_MIN_TIMEOUT     (1u << 15)

struct ur_sq_offsets {
    uint32_t head, tail, ring_mask, ring_entries, flags, dropped, array, resv1;
    uint64_t user_addr;
};

struct ur_cq_offsets {
    uint32_t head, tail, ring_mask, ring_entries, overflow, cqes, flags, resv1;
    uint64_t user_addr;
};

struct ur_params {
    uint32_t sq_entries, cq_entries, flags, sq_thread_cpu, sq_thread_idle, features, wq_fd, resv[3];
    struct ur_sq_offsets sq_off;
    struct ur_cq_offsets cq_off;
};

#define UR_OFF_SQ_RING 0ull
#define UR_OFF_CQ_RING 0x8000000ull
#define UR_OFF_SQES    0x10000000ull

#define UR_SQ_CQ_OVERFLOW (1u << 1) /* sq ring flags: the kernel holds completions back */
#define UR_SQ_TASKRUN     (1u << 2) /* sq ring flags: an enter with GETEVENTS would produce completions */

/* ---- io_uring_enter ---- */

#define UR_ENTER_GETEVENTS       (1u << 0)
#define UR_ENTER_EXT_ARG         (1u << 3) /* 5.11 */
#define UR_ENTER_REGISTERED_RING (1u << 4) /* 5.18 */

struct ur_timespec {
    int64_t sec;
    int64_t nsec;
};

struct ur_getevents_arg {
    uint64_t sigmask;
    uint32_t sigmask_sz;
    uint32_t min_wait_usec;
    uint64_t ts; /* struct ur_timespec * */
};

/* ---- io_uring_register ---- */

#define UR_REGISTER_PROBE        8u
#define UR_REGISTER_ENABLE_RINGS 12u
#define UR_REGISTER_RING_FDS     20u /* 5.18 */
#define UR_UNREGISTER_RING_FDS   21u
#define UR_REGISTER_PBUF_RING    22u /* 5.19 */
#define UR_UNREGISTER_PBUF_RING  23u

#define UR_PBUF_RING_INC 2u /* 6.12, in ur_buf_reg.flags */

struct ur_rsrc_update { /* UR_REGISTER_RING_FDS */
    uint32_t offset;
    uint32_t resv;
    uint64_t data;
};

struct ur_probe_op {
    uint8_t  op;
    uint8_t  resv;
    uint16_t flags; /* UR_PROBE_SUPPORTED */
    uint32_t resv2;
};

#define UR_PROBE_SUPPORTED 1u
#define UR_PROBE_OPS       256u

struct ur_probe {
    uint8_t  last_op;
    uint8_t  ops_len;
    uint16_t resv;
    uint32_t resv2[3];
    struct ur_probe_op ops[UR_PROBE_OPS];
};

struct ur_buf_reg {
    uint64_t ring_addr;
    uint32_t ring_entries;
    uint16_t bgid;
    uint16_t flags;
    uint64_t resv[3];
};

/* An entry of a provided-buffer ring. The ring's tail lies in the resv field of the first entry. */
struct ur_buf {
    uint64_t addr;
    uint32_t len;
    uint16_t bid;
    uint16_t resv;
};

_Static_assert(sizeof(struct ur_sqe) == 64, "sqe");
_Static_assert(sizeof(struct ur_cqe) == 16, "cqe");
_Static_assert(sizeof(struct ur_params) == 120, "params");
_Static_assert(sizeof(struct ur_buf) == 16, "buf");
_Static_assert(sizeof(struct ur_buf_reg) == 40, "buf_reg");
_Static_assert(sizeof(struct ur_getevents_arg) == 24, "getevents_arg");

#endif
