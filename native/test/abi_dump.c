/*
 * abi_dump.c: prints what the C compiler makes of sluice.h and the headers it includes, one "NAME VALUE" per line:
 *
 *   ABI_MAJOR 1                   every SLUICE_ macro with a value, without the prefix
 *   sizeof.sluice_sqe 64          every structure
 *   offsetof.sluice_sqe.op 0      every field
 *   sizeof.sluice_sqe.op 1
 *
 * The build puts the output into the native jar as abi.txt, where a Java test compares it with the Java constants. The
 * macros come from abi_macros.h, which CMake lists from the headers, so that none can be forgotten. The fields are
 * listed here; that none is missing is checked: together they must cover every byte of their structure.
 */
#include "abi_dump.h"

#include "sluice.h"

static void entries(void) {
    BEGIN(sluice_sqe);
    FIELD(sluice_sqe, op);
    FIELD(sluice_sqe, flags);
    FIELD(sluice_sqe, group);
    FIELD(sluice_sqe, len);
    FIELD(sluice_sqe, handle);
    FIELD(sluice_sqe, token);
    FIELD(sluice_sqe, addr);
    FIELD(sluice_sqe, aux);
    FIELD(sluice_sqe, aux32);
    FIELD(sluice_sqe, msg_flags);
    FIELD(sluice_sqe, msg_stream);
    FIELD(sluice_sqe, msg_ppid);
    FIELD(sluice_sqe, reserved);
    END(sluice_sqe);

    BEGIN(sluice_cqe);
    FIELD(sluice_cqe, token);
    FIELD(sluice_cqe, handle);
    FIELD(sluice_cqe, result);
    FIELD(sluice_cqe, flags);
    FIELD(sluice_cqe, op);
    FIELD(sluice_cqe, reserved);
    FIELD(sluice_cqe, buf_id);
    FIELD(sluice_cqe, buf_group);
    FIELD(sluice_cqe, accepted);
    FIELD(sluice_cqe, detail);
    END(sluice_cqe);
}

static void referred(void) {
    BEGIN(sluice_addr);
    FIELD(sluice_addr, family);
    FIELD(sluice_addr, port);
    FIELD(sluice_addr, scope_id);
    FIELD(sluice_addr, path_len);
    FIELD(sluice_addr, reserved);
    FIELD(sluice_addr, bytes);
    FIELD(sluice_addr, reserved2);
    END(sluice_addr);

    BEGIN(sluice_iovec);
    FIELD(sluice_iovec, addr);
    FIELD(sluice_iovec, len);
    END(sluice_iovec);

    BEGIN(sluice_optval);
    FIELD(sluice_optval, option);
    FIELD(sluice_optval, reserved);
    FIELD(sluice_optval, value);
    END(sluice_optval);
}

static void messages(void) {
    BEGIN(sluice_meta);
    FIELD(sluice_meta, family);
    FIELD(sluice_meta, port);
    FIELD(sluice_meta, scope_id);
    FIELD(sluice_meta, addr);
    FIELD(sluice_meta, local);
    FIELD(sluice_meta, interface);
    FIELD(sluice_meta, context);
    FIELD(sluice_meta, flags);
    FIELD(sluice_meta, tos);
    FIELD(sluice_meta, origin);
    FIELD(sluice_meta, segment);
    FIELD(sluice_meta, stream);
    FIELD(sluice_meta, code);
    FIELD(sluice_meta, ppid);
    FIELD(sluice_meta, os_errno);
    FIELD(sluice_meta, assoc);
    FIELD(sluice_meta, icmp_type);
    FIELD(sluice_meta, icmp_code);
    FIELD(sluice_meta, reserved);
    FIELD(sluice_meta, drops);
    FIELD(sluice_meta, info);
    FIELD(sluice_meta, pr_value);
    END(sluice_meta);

    BEGIN(sluice_group);
    FIELD(sluice_group, family);
    FIELD(sluice_group, sourced);
    FIELD(sluice_group, interface);
    FIELD(sluice_group, group);
    FIELD(sluice_group, source);
    END(sluice_group);
}

static void tcp_info(void) {
    BEGIN(sluice_tcp_info);
    FIELD(sluice_tcp_info, state);
    FIELD(sluice_tcp_info, ca_state);
    FIELD(sluice_tcp_info, retransmits);
    FIELD(sluice_tcp_info, probes);
    FIELD(sluice_tcp_info, backoff);
    FIELD(sluice_tcp_info, options);
    FIELD(sluice_tcp_info, rto_us);
    FIELD(sluice_tcp_info, ato_us);
    FIELD(sluice_tcp_info, snd_mss);
    FIELD(sluice_tcp_info, rcv_mss);
    FIELD(sluice_tcp_info, unacked);
    FIELD(sluice_tcp_info, sacked);
    FIELD(sluice_tcp_info, lost);
    FIELD(sluice_tcp_info, retrans);
    FIELD(sluice_tcp_info, pmtu);
    FIELD(sluice_tcp_info, rtt_us);
    FIELD(sluice_tcp_info, rttvar_us);
    FIELD(sluice_tcp_info, snd_ssthresh);
    FIELD(sluice_tcp_info, snd_cwnd);
    FIELD(sluice_tcp_info, total_retrans);
    FIELD(sluice_tcp_info, bytes_acked);
    FIELD(sluice_tcp_info, bytes_received);
    END(sluice_tcp_info);
}

static void header(void) {
    BEGIN(sluice_header);
    FIELD(sluice_header, magic);
    FIELD(sluice_header, abi);
    FIELD(sluice_header, bytes);
    FIELD(sluice_header, sq_entries);
    FIELD(sluice_header, cq_entries);
    FIELD(sluice_header, rq_entries);
    FIELD(sluice_header, counter_count);
    FIELD(sluice_header, sq_offset);
    FIELD(sluice_header, cq_offset);
    FIELD(sluice_header, rq_offset);
    FIELD(sluice_header, scratch_offset);
    FIELD(sluice_header, scratch_bytes);
    FIELD(sluice_header, counters_offset);
    FIELD(sluice_header, engine);
    FIELD(sluice_header, features);
    FIELD(sluice_header, sq_tail);
    FIELD(sluice_header, sq_head);
    FIELD(sluice_header, cq_tail);
    FIELD(sluice_header, cq_head);
    FIELD(sluice_header, rq_tail);
    FIELD(sluice_header, rq_head);
    FIELD(sluice_header, pad1);
    FIELD(sluice_header, wake_word);
    FIELD(sluice_header, pad2);
    END(sluice_header);
}

static void arguments(void) {
    BEGIN(sluice_config);
    FIELD(sluice_config, size);
    FIELD(sluice_config, engine);
    FIELD(sluice_config, sq_entries);
    FIELD(sluice_config, cq_entries);
    FIELD(sluice_config, rq_entries);
    FIELD(sluice_config, scratch_bytes);
    FIELD(sluice_config, max_handles);
    FIELD(sluice_config, max_ops);
    FIELD(sluice_config, features_off);
    FIELD(sluice_config, throttle_ms);
    FIELD(sluice_config, read_budget);
    FIELD(sluice_config, uring_entries);
    FIELD(sluice_config, shared_base);
    FIELD(sluice_config, shared_bytes);
    FIELD(sluice_config, reserved);
    END(sluice_config);

    BEGIN(sluice_probe_info);
    FIELD(sluice_probe_info, size);
    FIELD(sluice_probe_info, usable);
    FIELD(sluice_probe_info, os_errno);
    FIELD(sluice_probe_info, features);
    FIELD(sluice_probe_info, reason);
    END(sluice_probe_info);
}

int main(void) {
#define MACRO(name) printf("%s %lld\n", #name, (long long)(SLUICE_##name));
#include "abi_macros.h"
    entries();
    referred();
    messages();
    tcp_info();
    header();
    arguments();
    return complete ? 0 : 1;
}
