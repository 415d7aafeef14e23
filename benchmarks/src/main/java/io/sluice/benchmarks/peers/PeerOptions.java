package io.sluice.benchmarks.peers;

import java.util.HashMap;
import java.util.Map;

/** The common command line of the peers: {@code --name value} pairs, with {@code --port N} or {@code --unix PATH} among them. */
final class PeerOptions {
  /** Deep enough for the 10,000 connection workload to arrive in a burst; the kernel clamps it to somaxconn. */
  static final int BACKLOG = 4096;

  /** Receive buffer of a UDP server: what all peers together have in flight fits. The kernel clamps it to rmem_max. */
  static final int UDP_SOCKET_BYTES = 4 << 20;

  private final Map<String, String> values = new HashMap<>();

  PeerOptions(String[] args) {
    if (args.length % 2 != 0) {
      throw new IllegalArgumentException("expected --name value pairs, got: " + String.join(" ", args));
    }
    for (int i = 0; i < args.length; i += 2) {
      values.put(args[i], args[i + 1]);
    }
    if (values.containsKey("--port") == values.containsKey("--unix")) {
      throw new IllegalArgumentException("exactly one of --port N and --unix PATH is needed");
    }
  }

  String get(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  /** The path of the Unix socket to listen on, or null for TCP. */
  String unixPath() {
    return values.get("--unix");
  }

  int port() {
    return Integer.parseInt(values.get("--port"));
  }
}
