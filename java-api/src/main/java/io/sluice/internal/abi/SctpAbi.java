package io.sluice.internal.abi;

/**
 * Numbers of {@code native/include/sluice_sctp.h} with {@code sluice_sctp_layout.h}, and of {@code sluice_sctp_kernel.h} (KCFG, KLSN,
 * KCONN). Nothing else lives here, and nothing may differ from the headers: a layout-parity test compares every constant with what the C compiler says.
 */
public final class SctpAbi {
  private SctpAbi() {}

  public static final int ABI_MAJOR = 1;
  public static final int ABI_MINOR = 0;
  public static final int ABI = 65536;

  public static final int EAGAIN = 64;

  public static final int ECLOSED = 65;

  public static final int ETOOLONG = 66;

  public static final int ESTREAM = 67;

  public static final int ELIBRARY = 68;

  public static final int ELIMIT = 69;

  public static final int ENOTUP = 70;

  public static final int REASON_MAX = 504;

  public static final int DATAGRAM_MAX = 1472;

  public static final int PATH_MTU = 1200;

  public static final int SLOT_BYTES = 1536;
  public static final int SLOT_DATA = 64;

  public static final int STREAMS_MAX = 1024;

  public static final int MESSAGE_MAX = 16777216;

  public static final int DEADLINE_MAX_MS = 86400000;

  public static final int CAUSE_USER = 12;

  public static final int EV_UP = 1;
  public static final int EV_MESSAGE = 2;
  public static final int EV_WRITABLE = 3;
  public static final int EV_SEND_DRY = 4;
  public static final int EV_SEND_FAILED = 5;
  public static final int EV_STREAM_RESET = 6;
  public static final int EV_PATH = 7;
  public static final int EV_PEER_SHUTDOWN = 8;
  public static final int EV_CLOSED = 9;

  public static final int UP_ACCEPTED = 1;
  public static final int UP_RESTARTED = 2;

  public static final int MSG_UNORDERED = 1;

  public static final int FAILED_SENT = 1;

  public static final int RESET_IN = 1;
  public static final int RESET_OUT = 2;
  public static final int RESET_DENIED = 4;
  public static final int RESET_FAILED = 8;
  public static final int RESET_ALL = 16;

  public static final int PATH_AVAILABLE = 1;
  public static final int PATH_UNREACHABLE = 2;
  public static final int PATH_CONFIRMED = 3;

  public static final int CLOSED_LOCAL = 1;
  public static final int CLOSED_LOCAL_ABORT = 2;
  public static final int CLOSED_LOCAL_DEADLINE = 3;
  public static final int CLOSED_STACK_SHUTDOWN = 4;
  public static final int CLOSED_PEER_SHUTDOWN = 5;
  public static final int CLOSED_PEER_ABORT = 6;
  public static final int CLOSED_PATH_LOST = 7;
  public static final int CLOSED_REFUSED = 8;
  public static final int CLOSED_CONNECT_TIMEOUT = 9;
  public static final int CLOSED_RESTARTED = 10;
  public static final int CLOSED_UNREACHABLE = 11;
  public static final int CLOSED_LIMIT = 12;
  public static final int CLOSED_PROTOCOL = 13;
  public static final int CLOSED_ERROR = 14;

  public static final int CLOSE_BY_PEER = 1;
  public static final int CLOSE_BEFORE_UP = 2;
  public static final int CLOSE_SHUTDOWN_SEEN = 4;
  public static final int CLOSE_REASON_TRUNCATED = 8;
  public static final int CLOSE_HAS_CAUSE = 16;

  public static final int MAGIC = 1347699539;

  public static final int CTR_IN = 0;
  public static final int CTR_IN_BYTES = 1;
  public static final int CTR_OUT = 2;
  public static final int CTR_OUT_BYTES = 3;
  public static final int CTR_OUT_DROPPED = 4;
  public static final int CTR_OUT_TOO_LONG = 5;
  public static final int CTR_GARBAGE = 6;
  public static final int CTR_BAD_CHECKSUM = 7;
  public static final int CTR_BAD_TAG = 8;
  public static final int CTR_OUT_OF_THE_BLUE = 9;
  public static final int CTR_BAD_STREAM = 10;
  public static final int CTR_INIT_REFUSED = 11;
  public static final int CTR_OPENED = 12;
  public static final int CTR_UPS = 13;
  public static final int CTR_CLOSED = 14;
  public static final int CTR_ABORTS_SENT = 15;
  public static final int CTR_RESTARTS = 16;
  public static final int CTR_RESETS_IN = 17;
  public static final int CTR_RESETS_OUT = 18;
  public static final int CTR_MESSAGES_IN = 19;
  public static final int CTR_MESSAGE_BYTES_IN = 20;
  public static final int CTR_MESSAGES_OUT = 21;
  public static final int CTR_MESSAGE_BYTES_OUT = 22;
  public static final int CTR_SENDS_FAILED = 23;
  public static final int CTR_SENDS_FULL = 24;
  public static final int CTR_TOO_LONG_IN = 25;
  public static final int CTR_DISCARDED_IN = 26;
  public static final int CTR_HINTS = 27;
  public static final int CTR_PROBES = 28;
  public static final int CTR_SIGNALS_AFTER_LATCH = 29;
  public static final int CTR_BAD_NOTIFICATIONS = 30;
  public static final int CTR_BAD_RETURNS = 31;
  public static final int CTR_ACCEPTS_REFUSED = 32;
  public static final int CTR_SLOTS_OUT = 33;
  public static final int CTR_PATHS = 34;
  public static final int CTR_INITS_ANSWERED = 35;
  public static final int CTR_BAD_COOKIES = 36;
  public static final int CTR_CLOSED_BY_KIND = 48;
  public static final int CTR_COUNT = 64;

  public static final int PRIVATE_FILE = 1;

  public static final int SILENT = 2;

  public static final int PROFILE_DEFAULT = 0;
  public static final int PROFILE_FAST = 1;
  public static final int PROFILE_WAN = 2;
  public static final int PROFILE_RFC = 3;

  public static final int PF_OFF = 65535;

  public static final int CLOSE_ON_ICMP = 1;

  public static final int NO_RESET_ANSWER = 2;

  public static final int TELL_DRY = 4;

  public static final int NAGLE = 8;

  public static final int PR_NONE = 0;
  public static final int PR_TTL = 1;
  public static final int PR_RTX = 2;

  public static final int NO_TICK = 1000;

  public static final int QUERY_CLOSE = 1;
  public static final int QUERY_INFO = 2;

  public static final int STATE_CONNECTING = 1;
  public static final int STATE_OPEN = 2;
  public static final int STATE_PEER_SHUTDOWN = 3;
  public static final int STATE_CLOSING = 4;
  public static final int STATE_LATCHED = 5;

  public static final int DESTROY_FORCE = 1;

  public static final int PEER_BYTES_TOTAL = 32;
  public static final int PEER_FAMILY = 0;
  public static final int PEER_PORT = 2;
  public static final int PEER_SCOPE_ID = 4;
  public static final int PEER_BYTES = 8;
  public static final int PEER_LINK = 24;

  public static final int DGRAM_BYTES_TOTAL = 64;
  public static final int DGRAM_DATA = 0;
  public static final int DGRAM_BYTES = 8;
  public static final int DGRAM_ECN = 12;
  public static final int DGRAM_PEER = 16;

  public static final int SLOT_HDR_BYTES_TOTAL = 64;
  public static final int SLOT_HDR_PEER = 0;
  public static final int SLOT_HDR_BYTES = 32;
  public static final int SLOT_HDR_TOS = 36;

  public static final int EVENT_BYTES = 64;
  public static final int EVENT_TYPE = 0;
  public static final int EVENT_FLAGS = 1;
  public static final int EVENT_KIND = 2;
  public static final int EVENT_STREAM = 4;
  public static final int EVENT_ASSOC = 8;
  public static final int EVENT_TAG = 16;
  public static final int EVENT_LISTENER = 24;
  public static final int EVENT_PPID = 32;
  public static final int EVENT_VALUE = 36;
  public static final int EVENT_CONTEXT = 40;
  public static final int EVENT_OS_ERRNO = 44;
  public static final int EVENT_PAYLOAD_OFFSET = 48;
  public static final int EVENT_PAYLOAD_BYTES = 52;
  public static final int EVENT_AT_MS = 56;

  public static final int HDR_BYTES_TOTAL = 128;
  public static final int HDR_MAGIC = 0;
  public static final int HDR_ABI = 4;
  public static final int HDR_BYTES = 8;
  public static final int HDR_EVENT_ENTRIES = 16;
  public static final int HDR_SLOTS = 20;
  public static final int HDR_SLOT_BYTES = 24;
  public static final int HDR_COUNTER_COUNT = 28;
  public static final int HDR_EVENT_OFFSET = 32;
  public static final int HDR_OUT_OFFSET = 36;
  public static final int HDR_RETURN_OFFSET = 40;
  public static final int HDR_SLOTS_OFFSET = 44;
  public static final int HDR_COUNTERS_OFFSET = 48;
  public static final int HDR_ARENA_OFFSET = 52;
  public static final int HDR_ARENA_BYTES = 56;
  public static final int HDR_NEXT_TICK_MS = 60;
  public static final int HDR_EV_TAIL = 64;
  public static final int HDR_EV_HEAD = 68;
  public static final int HDR_OUT_TAIL = 72;
  public static final int HDR_OUT_HEAD = 76;
  public static final int HDR_RET_TAIL = 80;
  public static final int HDR_RET_HEAD = 84;
  public static final int HDR_WAITING = 88;

  public static final int CFG_BYTES = 96;
  public static final int CFG_SIZE = 0;
  public static final int CFG_FLAGS = 4;
  public static final int CFG_EVENT_ENTRIES = 8;
  public static final int CFG_SLOTS = 12;
  public static final int CFG_ARENA_BYTES = 16;
  public static final int CFG_MAX_MESSAGE_BYTES = 20;
  public static final int CFG_MAX_ASSOCIATIONS = 24;
  public static final int CFG_MAX_LISTENERS = 28;
  public static final int CFG_RECV_BUFFER_BYTES = 32;
  public static final int CFG_SEND_BUFFER_BYTES = 36;
  public static final int CFG_TICK_MS = 40;
  public static final int CFG_PROBE_INTERVAL_MS = 44;
  public static final int CFG_SHARED_BASE = 48;
  public static final int CFG_SHARED_BYTES = 56;

  public static final int OPT_BYTES = 64;
  public static final int OPT_SIZE = 0;
  public static final int OPT_FLAGS = 4;
  public static final int OPT_PROFILE = 8;
  public static final int OPT_RTO_INITIAL_MS = 12;
  public static final int OPT_RTO_MIN_MS = 16;
  public static final int OPT_RTO_MAX_MS = 20;
  public static final int OPT_HEARTBEAT_MS = 24;
  public static final int OPT_ASSOC_MAX_RTX = 28;
  public static final int OPT_PATH_MAX_RTX = 30;
  public static final int OPT_INIT_ATTEMPTS = 32;
  public static final int OPT_PF_THRESHOLD_PLUS1 = 34;
  public static final int OPT_INIT_RTO_MAX_MS = 36;
  public static final int OPT_STREAMS_OUT = 40;
  public static final int OPT_STREAMS_IN = 42;

  public static final int CONN_BYTES = 128;
  public static final int CONN_SIZE = 0;
  public static final int CONN_LOCAL_PORT = 4;
  public static final int CONN_PEER_PORT = 6;
  public static final int CONN_TAG = 8;
  public static final int CONN_PEER = 16;
  public static final int CONN_OPTIONS = 48;

  public static final int LSN_BYTES = 128;
  public static final int LSN_SIZE = 0;
  public static final int LSN_PORT = 4;
  public static final int LSN_TAG = 8;
  public static final int LSN_LINK = 16;
  public static final int LSN_OPTIONS = 48;

  public static final int SEND_BYTES_TOTAL = 48;
  public static final int SEND_ASSOC = 0;
  public static final int SEND_DATA = 8;
  public static final int SEND_BYTES = 16;
  public static final int SEND_STREAM = 20;
  public static final int SEND_FLAGS = 22;
  public static final int SEND_PPID = 24;
  public static final int SEND_CONTEXT = 28;
  public static final int SEND_PR_POLICY = 32;
  public static final int SEND_PR_VALUE = 36;

  public static final int PROBE_BYTES = 512;
  public static final int PROBE_SIZE = 0;
  public static final int PROBE_USABLE = 4;
  public static final int PROBE_OS_ERRNO = 8;
  public static final int PROBE_FROM_MEMORY = 12;
  public static final int PROBE_REASON = 16;

  public static final int CLOSE_INFO_BYTES = 552;
  public static final int CLOSE_INFO_KIND = 0;
  public static final int CLOSE_INFO_FLAGS = 2;
  public static final int CLOSE_INFO_CAUSE = 4;
  public static final int CLOSE_INFO_OS_ERRNO = 8;
  public static final int CLOSE_INFO_REASON_BYTES = 12;
  public static final int CLOSE_INFO_AT_MS = 16;
  public static final int CLOSE_INFO_REASON = 24;

  public static final int INFO_BYTES = 96;
  public static final int INFO_STATE = 0;
  public static final int INFO_LOCAL_PORT = 4;
  public static final int INFO_PEER_PORT = 6;
  public static final int INFO_STREAMS_IN = 8;
  public static final int INFO_STREAMS_OUT = 10;
  public static final int INFO_UNACKNOWLEDGED = 12;
  public static final int INFO_PENDING = 16;
  public static final int INFO_PEER_WINDOW_BYTES = 20;
  public static final int INFO_SRTT_MS = 24;
  public static final int INFO_RTO_MS = 28;
  public static final int INFO_CWND_BYTES = 32;
  public static final int INFO_HINTS = 36;
  public static final int INFO_PEER = 40;
  public static final int INFO_TAG = 72;
  public static final int INFO_LISTENER = 80;

  public static final int KCFG_BYTES = 64;
  public static final int KCFG_SIZE = 0;
  public static final int KCFG_EVENT_ENTRIES = 4;
  public static final int KCFG_MAX_ASSOCIATIONS = 8;
  public static final int KCFG_MAX_LISTENERS = 12;
  public static final int KCFG_RECV_BUFFER_BYTES = 16;
  public static final int KCFG_SEND_BUFFER_BYTES = 20;
  public static final int KCFG_SHARED_BASE = 24;
  public static final int KCFG_SHARED_BYTES = 32;

  public static final int KLSN_BYTES = 216;
  public static final int KLSN_SIZE = 0;
  public static final int KLSN_BACKLOG = 4;
  public static final int KLSN_TAG = 8;
  public static final int KLSN_LOCAL = 16;
  public static final int KLSN_OPTIONS = 144;

  public static final int KCONN_BYTES = 344;
  public static final int KCONN_SIZE = 0;
  public static final int KCONN_UDP_PORT = 4;
  public static final int KCONN_BOUND = 6;
  public static final int KCONN_TAG = 8;
  public static final int KCONN_LOCAL = 16;
  public static final int KCONN_PEER = 144;
  public static final int KCONN_OPTIONS = 272;
}
