/*
 * abi_dump_sctp.c: what abi_dump.c does, for sluice_sctp.h and the structures of sluice_sctp_kernel.h: the build puts the output into the native jar as abi-sctp.txt.
 * Macros are printed without the prefix SLUICE_SCTP_.
 */
#include "abi_dump.h"

#include "sluice_sctp_kernel.h"

static void shared(void) {
    BEGIN(sluice_sctp_addr);
    FIELD(sluice_sctp_addr, family);
    FIELD(sluice_sctp_addr, port);
    FIELD(sluice_sctp_addr, scope_id);
    FIELD(sluice_sctp_addr, bytes);
    FIELD(sluice_sctp_addr, link);
    END(sluice_sctp_addr);

    BEGIN(sluice_sctp_datagram);
    FIELD(sluice_sctp_datagram, data);
    FIELD(sluice_sctp_datagram, bytes);
    FIELD(sluice_sctp_datagram, ecn);
    FIELD(sluice_sctp_datagram, peer);
    FIELD(sluice_sctp_datagram, reserved);
    END(sluice_sctp_datagram);

    BEGIN(sluice_sctp_slot);
    FIELD(sluice_sctp_slot, peer);
    FIELD(sluice_sctp_slot, bytes);
    FIELD(sluice_sctp_slot, tos);
    FIELD(sluice_sctp_slot, reserved);
    END(sluice_sctp_slot);

    BEGIN(sluice_sctp_event);
    FIELD(sluice_sctp_event, type);
    FIELD(sluice_sctp_event, flags);
    FIELD(sluice_sctp_event, kind);
    FIELD(sluice_sctp_event, stream);
    FIELD(sluice_sctp_event, reserved);
    FIELD(sluice_sctp_event, assoc);
    FIELD(sluice_sctp_event, tag);
    FIELD(sluice_sctp_event, listener);
    FIELD(sluice_sctp_event, ppid);
    FIELD(sluice_sctp_event, value);
    FIELD(sluice_sctp_event, context);
    FIELD(sluice_sctp_event, os_errno);
    FIELD(sluice_sctp_event, payload_offset);
    FIELD(sluice_sctp_event, payload_bytes);
    FIELD(sluice_sctp_event, at_ms);
    END(sluice_sctp_event);

    BEGIN(sluice_sctp_header);
    FIELD(sluice_sctp_header, magic);
    FIELD(sluice_sctp_header, abi);
    FIELD(sluice_sctp_header, bytes);
    FIELD(sluice_sctp_header, event_entries);
    FIELD(sluice_sctp_header, slots);
    FIELD(sluice_sctp_header, slot_bytes);
    FIELD(sluice_sctp_header, counter_count);
    FIELD(sluice_sctp_header, event_offset);
    FIELD(sluice_sctp_header, out_offset);
    FIELD(sluice_sctp_header, return_offset);
    FIELD(sluice_sctp_header, slots_offset);
    FIELD(sluice_sctp_header, counters_offset);
    FIELD(sluice_sctp_header, arena_offset);
    FIELD(sluice_sctp_header, arena_bytes);
    FIELD(sluice_sctp_header, next_tick_ms);
    FIELD(sluice_sctp_header, ev_tail);
    FIELD(sluice_sctp_header, ev_head);
    FIELD(sluice_sctp_header, out_tail);
    FIELD(sluice_sctp_header, out_head);
    FIELD(sluice_sctp_header, ret_tail);
    FIELD(sluice_sctp_header, ret_head);
    FIELD(sluice_sctp_header, waiting);
    FIELD(sluice_sctp_header, pad);
    END(sluice_sctp_header);
}

static void arguments(void) {
    BEGIN(sluice_sctp_config);
    FIELD(sluice_sctp_config, size);
    FIELD(sluice_sctp_config, flags);
    FIELD(sluice_sctp_config, event_entries);
    FIELD(sluice_sctp_config, slots);
    FIELD(sluice_sctp_config, arena_bytes);
    FIELD(sluice_sctp_config, max_message_bytes);
    FIELD(sluice_sctp_config, max_associations);
    FIELD(sluice_sctp_config, max_listeners);
    FIELD(sluice_sctp_config, recv_buffer_bytes);
    FIELD(sluice_sctp_config, send_buffer_bytes);
    FIELD(sluice_sctp_config, tick_ms);
    FIELD(sluice_sctp_config, probe_interval_ms);
    FIELD(sluice_sctp_config, shared_base);
    FIELD(sluice_sctp_config, shared_bytes);
    FIELD(sluice_sctp_config, reserved);
    END(sluice_sctp_config);

    BEGIN(sluice_sctp_options);
    FIELD(sluice_sctp_options, size);
    FIELD(sluice_sctp_options, flags);
    FIELD(sluice_sctp_options, profile);
    FIELD(sluice_sctp_options, rto_initial_ms);
    FIELD(sluice_sctp_options, rto_min_ms);
    FIELD(sluice_sctp_options, rto_max_ms);
    FIELD(sluice_sctp_options, heartbeat_ms);
    FIELD(sluice_sctp_options, assoc_max_rtx);
    FIELD(sluice_sctp_options, path_max_rtx);
    FIELD(sluice_sctp_options, init_attempts);
    FIELD(sluice_sctp_options, pf_threshold_plus1);
    FIELD(sluice_sctp_options, init_rto_max_ms);
    FIELD(sluice_sctp_options, streams_out);
    FIELD(sluice_sctp_options, streams_in);
    FIELD(sluice_sctp_options, reserved);
    END(sluice_sctp_options);

    BEGIN(sluice_sctp_connect_args);
    FIELD(sluice_sctp_connect_args, size);
    FIELD(sluice_sctp_connect_args, local_port);
    FIELD(sluice_sctp_connect_args, peer_port);
    FIELD(sluice_sctp_connect_args, tag);
    FIELD(sluice_sctp_connect_args, peer);
    FIELD(sluice_sctp_connect_args, options);
    FIELD(sluice_sctp_connect_args, reserved);
    END(sluice_sctp_connect_args);

    BEGIN(sluice_sctp_listen_args);
    FIELD(sluice_sctp_listen_args, size);
    FIELD(sluice_sctp_listen_args, port);
    FIELD(sluice_sctp_listen_args, reserved16);
    FIELD(sluice_sctp_listen_args, tag);
    FIELD(sluice_sctp_listen_args, link);
    FIELD(sluice_sctp_listen_args, reserved2);
    FIELD(sluice_sctp_listen_args, options);
    FIELD(sluice_sctp_listen_args, reserved);
    END(sluice_sctp_listen_args);

    BEGIN(sluice_sctp_message);
    FIELD(sluice_sctp_message, assoc);
    FIELD(sluice_sctp_message, data);
    FIELD(sluice_sctp_message, bytes);
    FIELD(sluice_sctp_message, stream);
    FIELD(sluice_sctp_message, flags);
    FIELD(sluice_sctp_message, ppid);
    FIELD(sluice_sctp_message, context);
    FIELD(sluice_sctp_message, pr_policy);
    FIELD(sluice_sctp_message, reserved);
    FIELD(sluice_sctp_message, pr_value);
    FIELD(sluice_sctp_message, reserved2);
    END(sluice_sctp_message);
}

static void answers(void) {
    BEGIN(sluice_sctp_probe_info);
    FIELD(sluice_sctp_probe_info, size);
    FIELD(sluice_sctp_probe_info, usable);
    FIELD(sluice_sctp_probe_info, os_errno);
    FIELD(sluice_sctp_probe_info, from_memory);
    FIELD(sluice_sctp_probe_info, reason);
    END(sluice_sctp_probe_info);

    BEGIN(sluice_sctp_close_info);
    FIELD(sluice_sctp_close_info, kind);
    FIELD(sluice_sctp_close_info, flags);
    FIELD(sluice_sctp_close_info, cause);
    FIELD(sluice_sctp_close_info, os_errno);
    FIELD(sluice_sctp_close_info, reason_bytes);
    FIELD(sluice_sctp_close_info, at_ms);
    FIELD(sluice_sctp_close_info, reason);
    FIELD(sluice_sctp_close_info, reserved);
    END(sluice_sctp_close_info);

    BEGIN(sluice_sctp_info);
    FIELD(sluice_sctp_info, state);
    FIELD(sluice_sctp_info, local_port);
    FIELD(sluice_sctp_info, peer_port);
    FIELD(sluice_sctp_info, streams_in);
    FIELD(sluice_sctp_info, streams_out);
    FIELD(sluice_sctp_info, unacknowledged);
    FIELD(sluice_sctp_info, pending);
    FIELD(sluice_sctp_info, peer_window_bytes);
    FIELD(sluice_sctp_info, srtt_ms);
    FIELD(sluice_sctp_info, rto_ms);
    FIELD(sluice_sctp_info, cwnd_bytes);
    FIELD(sluice_sctp_info, hints);
    FIELD(sluice_sctp_info, peer);
    FIELD(sluice_sctp_info, tag);
    FIELD(sluice_sctp_info, listener);
    FIELD(sluice_sctp_info, reserved);
    END(sluice_sctp_info);
}

/* sluice_sctp_kernel.h */
static void kernel(void) {
    BEGIN(sluice_ksctp_config);
    FIELD(sluice_ksctp_config, size);
    FIELD(sluice_ksctp_config, event_entries);
    FIELD(sluice_ksctp_config, max_associations);
    FIELD(sluice_ksctp_config, max_listeners);
    FIELD(sluice_ksctp_config, recv_buffer_bytes);
    FIELD(sluice_ksctp_config, send_buffer_bytes);
    FIELD(sluice_ksctp_config, shared_base);
    FIELD(sluice_ksctp_config, shared_bytes);
    FIELD(sluice_ksctp_config, reserved);
    END(sluice_ksctp_config);

    BEGIN(sluice_ksctp_listen_args);
    FIELD(sluice_ksctp_listen_args, size);
    FIELD(sluice_ksctp_listen_args, backlog);
    FIELD(sluice_ksctp_listen_args, tag);
    FIELD(sluice_ksctp_listen_args, local);
    FIELD(sluice_ksctp_listen_args, options);
    FIELD(sluice_ksctp_listen_args, reserved);
    END(sluice_ksctp_listen_args);

    BEGIN(sluice_ksctp_connect_args);
    FIELD(sluice_ksctp_connect_args, size);
    FIELD(sluice_ksctp_connect_args, udp_port);
    FIELD(sluice_ksctp_connect_args, bound);
    FIELD(sluice_ksctp_connect_args, tag);
    FIELD(sluice_ksctp_connect_args, local);
    FIELD(sluice_ksctp_connect_args, peer);
    FIELD(sluice_ksctp_connect_args, options);
    FIELD(sluice_ksctp_connect_args, reserved);
    END(sluice_ksctp_connect_args);
}

int main(void) {
#define MACRO(name) printf("%s %lld\n", #name, (long long)(SLUICE_SCTP_##name));
#include "abi_sctp_macros.h"
    shared();
    arguments();
    answers();
    kernel();
    return complete ? 0 : 1;
}
