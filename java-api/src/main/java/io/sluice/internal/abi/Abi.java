package io.sluice.internal.abi;

/**
 * Numbers of {@code native/include/sluice.h} and the headers it includes: offsets, operations, flags, codes. Nothing else lives here, and nothing
 * may differ from them: a layout-parity test compares every constant with what the C compiler says.
 *
 * <p>All structures are little-endian in memory, as on every platform Sluice runs on.
 */
public final class Abi {
  private Abi() {}

  public static final int ABI_MAJOR = 1;
  public static final int ABI_MINOR = 1;
  public static final int ABI = ABI_MAJOR << 16 | ABI_MINOR;
  public static final int MAGIC = 0x43554c53;

  public static final int ENGINE_IO_URING = 1;
  public static final int ENGINE_EPOLL = 2;
  public static final int ENGINE_KQUEUE = 3;
  /** Java only: the NIO engine writes it into its own header. */
  public static final int ENGINE_NIO = 64;

  public static final int FEAT_SINGLE_ISSUER = 1;
  public static final int FEAT_DEFER_TASKRUN = 1 << 1;
  public static final int FEAT_COOP_TASKRUN = 1 << 2;
  public static final int FEAT_NO_SQARRAY = 1 << 3;
  public static final int FEAT_REGISTERED_RING = 1 << 4;
  public static final int FEAT_MULTISHOT_ACCEPT = 1 << 5;
  public static final int FEAT_MULTISHOT_RECV = 1 << 6;
  public static final int FEAT_INLINE_SEND = 1 << 7;
  public static final int FEAT_RECV_BUNDLE = 1 << 8;
  public static final int FEAT_BUFFER_INC = 1 << 9;
  public static final int FEAT_SEND_ZC = 1 << 10;
  public static final int FEAT_MIN_WAIT = 1 << 11;
  public static final int FEAT_SEND_TO = 1 << 12;
  public static final int FEAT_ALL = 0x1fff;

  public static final int EINVAL = 1;
  public static final int ESTALE = 2;
  public static final int ECANCELED = 3;
  public static final int EOWNER = 4;
  public static final int ENOMEM = 5;
  public static final int EBUSY = 6;
  public static final int EALREADY = 7;
  public static final int ENOENT = 8;
  public static final int ENOTSUP = 9;
  public static final int ENOSYS = 10;
  public static final int EPERM = 11;
  public static final int EMFILE = 12;
  public static final int EADDRINUSE = 13;
  public static final int EADDRNOTAVAIL = 14;
  public static final int ECONNREFUSED = 15;
  public static final int ECONNRESET = 16;
  public static final int ECONNABORTED = 17;
  public static final int EPIPE = 18;
  public static final int ETIMEDOUT = 19;
  public static final int ENETUNREACH = 20;
  public static final int EHOSTUNREACH = 21;
  public static final int ENOTCONN = 22;
  public static final int EFAULT = 23;
  public static final int EIO = 24;
  public static final int EOTHER = 25;
  public static final int EMSGSIZE = 26;
  public static final int ENOBUFS = 27;

  public static final int OP_NOP = 0;
  public static final int OP_LISTEN = 1;
  public static final int OP_ACCEPT = 2;
  public static final int OP_CONNECT = 3;
  public static final int OP_RECV = 4;
  public static final int OP_RECVMSG = 5;
  public static final int OP_SEND = 6;
  public static final int OP_SENDMSG = 7;
  public static final int OP_SHUTDOWN = 8;
  public static final int OP_CLOSE = 9;
  public static final int OP_CANCEL = 10;
  public static final int OP_ADOPT = 11;
  public static final int OP_DETACH = 12;
  public static final int OP_SENDFILE = 13;
  public static final int OP_WATCH = 14;
  public static final int OP_DATAGRAM = 15;
  public static final int OP_COUNT = 16;

  public static final int SQE_MULTISHOT = 0x01;
  public static final int SQE_LAZY = 0x02;
  public static final int SQE_ABORT = 0x04;
  public static final int SQE_DRAIN = 0x08;
  public static final int SQE_ZEROCOPY = 0x10;
  public static final int MSG_MORE = 0x01;

  public static final int CQE_MORE = 0x01;
  public static final int CQE_BUFFER = 0x02;
  public static final int CQE_EOF = 0x04;
  public static final int CQE_NOTE = 0x08;
  public static final int NOTE_THROTTLED = 1;
  public static final int NOTE_RESUMED = 2;

  /* sluice_sqe */
  public static final int SQE_BYTES = 64;
  public static final int SQE_OP = 0;
  public static final int SQE_FLAGS = 1;
  public static final int SQE_GROUP = 2;
  public static final int SQE_LEN = 4;
  public static final int SQE_HANDLE = 8;
  public static final int SQE_TOKEN = 16;
  public static final int SQE_ADDR = 24;
  public static final int SQE_AUX = 32;
  public static final int SQE_AUX32 = 40;
  public static final int SQE_MSG_FLAGS = 44;
  public static final int SQE_MSG_STREAM = 48;
  public static final int SQE_MSG_PPID = 52;
  public static final int SQE_RESERVED = 56;

  /* sluice_cqe */
  public static final int CQE_BYTES = 32;
  public static final int CQE_TOKEN = 0;
  public static final int CQE_HANDLE = 8;
  public static final int CQE_RESULT = 16;
  public static final int CQE_FLAGS = 20;
  public static final int CQE_OP = 22;
  public static final int CQE_BUF_ID = 24;
  public static final int CQE_ACCEPTED = 24;
  public static final int CQE_BUF_GROUP = 26;
  public static final int CQE_DETAIL = 28;

  /* sluice_addr */
  public static final int ADDR_BYTES_TOTAL = 128;
  public static final int ADDR_FAMILY = 0;
  public static final int ADDR_PORT = 2;
  public static final int ADDR_SCOPE_ID = 4;
  public static final int ADDR_PATH_LEN = 8;
  public static final int ADDR_BYTES = 16;
  public static final int FAMILY_INET4 = 1;
  public static final int FAMILY_INET6 = 2;
  public static final int FAMILY_UNIX = 3;
  public static final int PATH_MAX = 104;

  /* sluice_iovec, sluice_optval */
  public static final int IOVEC_BYTES = 16;
  public static final int IOVEC_ADDR = 0;
  public static final int IOVEC_LEN = 8;
  public static final int MAX_IOV = 64;
  public static final int OPTVAL_BYTES = 16;
  public static final int OPTVAL_OPTION = 0;
  public static final int OPTVAL_VALUE = 8;
  public static final int MAX_OPTVALS = 16;

  public static final int OPT_TCP_NODELAY = 1;
  public static final int OPT_SO_KEEPALIVE = 2;
  public static final int OPT_TCP_KEEPIDLE = 3;
  public static final int OPT_TCP_KEEPINTVL = 4;
  public static final int OPT_TCP_KEEPCNT = 5;
  public static final int OPT_TCP_USER_TIMEOUT = 6;
  public static final int OPT_TCP_QUICKACK = 7;
  public static final int OPT_SO_REUSEPORT = 8;
  public static final int OPT_SO_RCVBUF = 9;
  public static final int OPT_SO_SNDBUF = 10;
  public static final int OPT_TCP_FASTOPEN = 11;
  public static final int OPT_TCP_FASTOPEN_CONNECT = 12;
  public static final int OPT_TCP_DEFER_ACCEPT = 13;
  public static final int OPT_TCP_NOTSENT_LOWAT = 14;
  public static final int OPT_TCP_CORK = 15;
  public static final int OPT_SO_BUSY_POLL = 16;
  public static final int OPT_IPV6_V6ONLY = 17;
  public static final int OPT_IP_TOS = 18;
  public static final int OPT_SO_REUSEADDR = 19;
  public static final int OPT_SO_BROADCAST = 20;
  public static final int OPT_IP_TTL = 21;
  public static final int OPT_IP_MULTICAST_TTL = 22;
  public static final int OPT_IP_MULTICAST_LOOP = 23;
  public static final int OPT_IP_MULTICAST_IF = 24;
  public static final int OPT_IP_MULTICAST_ALL = 25;
  public static final int OPT_IP_PKTINFO = 26;
  public static final int OPT_IP_RECVTOS = 27;
  public static final int OPT_IP_RECVERR = 28;
  public static final int OPT_IP_MTU_DISCOVER = 29;
  public static final int OPT_UDP_SEGMENT = 30;
  public static final int OPT_UDP_GRO = 31;
  public static final int OPT_SO_RXQ_OVFL = 32;
  public static final int OPT_COUNT = 33;

  /* sluice_meta, sluice_group */
  public static final int META_BYTES = 64;
  public static final int META_FAMILY = 0;
  public static final int META_PORT = 2;
  public static final int META_SCOPE_ID = 4;
  public static final int META_ADDR = 8;
  public static final int META_LOCAL = 24;
  public static final int META_INTERFACE = 40;
  public static final int META_CONTEXT = 40;
  public static final int META_FLAGS = 44;
  public static final int META_TOS = 46;
  public static final int META_ORIGIN = 47;
  public static final int META_SEGMENT = 48;
  public static final int META_STREAM = 50;
  public static final int META_CODE = 50;
  public static final int META_OS_ERRNO = 52;
  public static final int META_PPID = 52;
  public static final int META_ASSOC = 56;
  public static final int META_ICMP_TYPE = 56;
  public static final int META_ICMP_CODE = 57;
  public static final int META_DROPS = 60;
  public static final int META_INFO = 60;
  public static final int META_PR_VALUE = 60;
  public static final int META_HAS_LOCAL = 0x01;
  public static final int META_HAS_TOS = 0x02;
  public static final int META_HAS_DROPS = 0x04;
  public static final int META_TRUNCATED = 0x08;
  public static final int META_TO_MANY = 0x20;
  public static final int META_ERROR = 0x10;
  public static final int META_UNORDERED = 0x0100;
  public static final int META_PARTIAL = 0x0200;
  public static final int META_NOTIFICATION = 0x0400;
  public static final int META_PR_TTL = 0x0800;
  public static final int META_PR_RTX = 0x1000;
  public static final int ORIGIN_LOCAL = 1;
  public static final int ORIGIN_ICMP = 2;
  public static final int ORIGIN_ICMP6 = 3;
  public static final int MSG_ROOM = 160;
  public static final int NOTES_MAX = 64;
  public static final int MSG_MAX = 65535;
  public static final int MSG_MAX_SCTP = 16777216;
  public static final int GROUP_BYTES = 40;
  public static final int GROUP_FAMILY = 0;
  public static final int GROUP_SOURCED = 2;
  public static final int GROUP_INTERFACE = 4;
  public static final int GROUP_GROUP = 8;
  public static final int GROUP_SOURCE = 24;

  /* sluice_tcp_info */
  public static final int TCP_INFO_BYTES = 96;
  public static final int TCP_INFO_STATE = 0;
  public static final int TCP_INFO_CA_STATE = 4;
  public static final int TCP_INFO_RETRANSMITS = 8;
  public static final int TCP_INFO_PROBES = 12;
  public static final int TCP_INFO_BACKOFF = 16;
  public static final int TCP_INFO_OPTIONS = 20;
  public static final int TCP_INFO_RTO_US = 24;
  public static final int TCP_INFO_ATO_US = 28;
  public static final int TCP_INFO_SND_MSS = 32;
  public static final int TCP_INFO_RCV_MSS = 36;
  public static final int TCP_INFO_UNACKED = 40;
  public static final int TCP_INFO_SACKED = 44;
  public static final int TCP_INFO_LOST = 48;
  public static final int TCP_INFO_RETRANS = 52;
  public static final int TCP_INFO_PMTU = 56;
  public static final int TCP_INFO_RTT_US = 60;
  public static final int TCP_INFO_RTTVAR_US = 64;
  public static final int TCP_INFO_SND_SSTHRESH = 68;
  public static final int TCP_INFO_SND_CWND = 72;
  public static final int TCP_INFO_TOTAL_RETRANS = 76;
  public static final int TCP_INFO_BYTES_ACKED = 80;
  public static final int TCP_INFO_BYTES_RECEIVED = 88;

  /* sluice_header */
  public static final int HDR_BYTES = 192;
  public static final int HDR_MAGIC = 0;
  public static final int HDR_ABI = 4;
  public static final int HDR_TOTAL_BYTES = 8;
  public static final int HDR_SQ_ENTRIES = 16;
  public static final int HDR_CQ_ENTRIES = 20;
  public static final int HDR_RQ_ENTRIES = 24;
  public static final int HDR_COUNTER_COUNT = 28;
  public static final int HDR_SQ_OFFSET = 32;
  public static final int HDR_CQ_OFFSET = 36;
  public static final int HDR_RQ_OFFSET = 40;
  public static final int HDR_SCRATCH_OFFSET = 44;
  public static final int HDR_SCRATCH_BYTES = 48;
  public static final int HDR_COUNTERS_OFFSET = 52;
  public static final int HDR_ENGINE = 56;
  public static final int HDR_FEATURES = 60;
  public static final int HDR_SQ_TAIL = 64;
  public static final int HDR_SQ_HEAD = 68;
  public static final int HDR_CQ_TAIL = 72;
  public static final int HDR_CQ_HEAD = 76;
  public static final int HDR_RQ_TAIL = 80;
  public static final int HDR_RQ_HEAD = 84;
  public static final int HDR_WAKE_WORD = 128;

  public static final int WAKE_RUNNING = 0;
  public static final int WAKE_SLEEPING = 1;
  public static final int WAKE_NOTIFIED = 2;

  public static final int CTR_TURNS = 0;
  public static final int CTR_SUBMISSIONS = 1;
  public static final int CTR_COMPLETIONS = 2;
  public static final int CTR_SYSCALLS = 3;
  public static final int CTR_WAITS = 4;
  public static final int CTR_WAKES = 5;
  public static final int CTR_STARVED = 6;
  public static final int CTR_STALE = 7;
  public static final int CTR_INVALID = 8;
  public static final int CTR_THROTTLED = 9;
  public static final int CTR_BAD_RETURNS = 10;
  public static final int CTR_OPENED = 11;
  public static final int CTR_CLOSED = 12;
  public static final int CTR_BYTES_RECEIVED = 13;
  public static final int CTR_BYTES_SENT = 14;
  public static final int CTR_REARMS = 15;
  public static final int CTR_CQ_OVERFLOWS = 16;
  public static final int CTR_KERNEL_OVERFLOWS = 17;
  public static final int CTR_INLINE_SENDS = 18;
  public static final int CTR_BLOCKED_SENDS = 19;
  public static final int CTR_LATE_CLOSED = 20;
  public static final int CTR_BUFFERS_OUT = 21;
  public static final int CTR_OPS_IN_FLIGHT = 22;
  public static final int CTR_DATAGRAMS_RECEIVED = 23;
  public static final int CTR_DATAGRAMS_SENT = 24;
  public static final int CTR_DATAGRAMS_TRUNCATED = 25;
  public static final int CTR_DATAGRAM_ERRORS = 26;
  public static final int CTR_COUNT = 32;

  /* sluice_config */
  public static final int CFG_BYTES = 64;
  public static final int CFG_SIZE = 0;
  public static final int CFG_ENGINE = 4;
  public static final int CFG_SQ_ENTRIES = 8;
  public static final int CFG_CQ_ENTRIES = 12;
  public static final int CFG_RQ_ENTRIES = 16;
  public static final int CFG_SCRATCH_BYTES = 20;
  public static final int CFG_MAX_HANDLES = 24;
  public static final int CFG_MAX_OPS = 28;
  public static final int CFG_FEATURES_OFF = 32;
  public static final int CFG_THROTTLE_MS = 36;
  public static final int CFG_READ_BUDGET = 40;
  public static final int CFG_URING_ENTRIES = 44;
  public static final int CFG_SHARED_BASE = 48;
  public static final int CFG_SHARED_BYTES = 56;

  /* sluice_probe_info */
  public static final int PROBE_BYTES = 256;
  public static final int PROBE_SIZE = 0;
  public static final int PROBE_USABLE = 4;
  public static final int PROBE_OS_ERRNO = 8;
  public static final int PROBE_FEATURES = 12;
  public static final int PROBE_REASON = 16;
  public static final int PROBE_REASON_BYTES = 240;

  public static final int QUERY_LOCAL_ADDR = 1;
  public static final int QUERY_PEER_ADDR = 2;
  public static final int QUERY_OPTION = 3;
  public static final int QUERY_TCP_INFO = 4;
  public static final int QUERY_UNSENT = 5;
  public static final int CONTROL_SET_OPTION = 1;
  public static final int CONTROL_OPEN_FILE = 2;
  public static final int CONTROL_CLOSE_FILE = 3;
  public static final int CONTROL_JOIN = 4;
  public static final int CONTROL_LEAVE = 5;
  public static final int CONTROL_BLOCK = 6;
  public static final int CONTROL_UNBLOCK = 7;
  public static final int CONTROL_CLOSE_SOCKET = 8;
  public static final int DESTROY_FORCE = 1;
}
