package io.sluice.benchmarks.compare;

import java.util.List;

/**
 * One kind of load. {@code mode} is the generator's; {@code connections} of churn are those open at a time, of UDP they are peers.
 */
record Workload(
    String name, String title, String mode, Transport transport, int connections, int messageBytes, int depth,
    boolean fixedRateToo) {
  /** What messages travel over; trains are datagrams that leave together as one segmented send. */
  enum Transport { TCP, UNIX, UDP, UDP_TRAINS }

  static final Workload PING_1 =
      new Workload("ping1", "1 connection, ping-pong, 64 B, TCP", "closed", Transport.TCP, 1, 64, 1, false);
  static final Workload PING_64 =
      new Workload("ping64", "64 connections, ping-pong, 64 B, TCP", "closed", Transport.TCP, 64, 64, 1, true);
  static final Workload DEPTH_16 =
      new Workload("depth16", "64 connections x depth 16, 64 B, TCP", "closed", Transport.TCP, 64, 64, 16, false);
  static final Workload PING_1000 =
      new Workload("ping1000", "1000 connections, ping-pong, 64 B, TCP", "closed", Transport.TCP, 1000, 64, 1, true);
  static final Workload LARGE =
      new Workload("large16", "16 connections, ping-pong, 16 KiB, TCP", "closed", Transport.TCP, 16, 16384, 1, false);
  static final Workload CHURN =
      new Workload("churn", "connect, request, response, close; 16 at a time, 64 B, TCP", "churn", Transport.TCP, 16, 64, 1, false);
  static final Workload UNIX_64 =
      new Workload("unix64", "64 connections, ping-pong, 64 B, Unix sockets", "closed", Transport.UNIX, 64, 64, 1, true);

  static final Workload UDP_1_64 =
      new Workload("udp1", "1 peer, 16 datagrams in flight, 64 B", "closed", Transport.UDP, 1, 64, 16, false);
  static final Workload UDP_64_64 =
      new Workload("udp64", "64 peers x 4 datagrams in flight, 64 B", "closed", Transport.UDP, 64, 64, 4, true);
  static final Workload UDP_1_1K =
      new Workload("udp1-1k", "1 peer, 16 datagrams in flight, 1 KiB", "closed", Transport.UDP, 1, 1024, 16, false);
  static final Workload UDP_64_1K =
      new Workload("udp64-1k", "64 peers x 4 datagrams in flight, 1 KiB", "closed", Transport.UDP, 64, 1024, 4, false);
  static final Workload UDP_TRAINS =
      new Workload("trains", "16 peers, trains of 16 datagrams, 1 KiB (GSO, GRO)", "closed", Transport.UDP_TRAINS, 16, 1024, 16, false);

  static final List<Workload> UDP = List.of(UDP_1_64, UDP_64_64, UDP_1_1K, UDP_64_1K, UDP_TRAINS);

  static final List<Workload> ALL = List.of(PING_1, PING_64, DEPTH_16, PING_1000, LARGE, CHURN, UNIX_64);

  /** What one counted thing is called in a table. */
  String unit() {
    return mode.equals("churn") ? "connection" : datagrams() ? "datagram" : "message";
  }

  boolean unix() {
    return transport == Transport.UNIX;
  }

  boolean datagrams() {
    return transport == Transport.UDP || transport == Transport.UDP_TRAINS;
  }

  /** A single connection in ping-pong leaves the server waiting most of the time; everything else is to saturate it. */
  boolean saturates() {
    return connections * depth > 1;
  }
}
