package io.sluice.internal.sctp;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.abi.SctpAbi;
import io.sluice.sctp.SctpOptions;
import java.util.HashMap;
import java.util.Map;

/** What listeners have in one stack: found by the tag in the events of what they accepted. Loop thread only. */
final class ListenerParts {
  /** One listening port of one endpoint. */
  static final class Part {
    final Listener owner;
    final Endpoint endpoint;
    private final long tag;
    private long id;

    private Part(Listener owner, Endpoint endpoint, long tag) {
      this.owner = owner;
      this.endpoint = endpoint;
      this.tag = tag;
    }
  }

  private final Map<Long, Part> parts = new HashMap<>();
  private long tags;

  /** Null when it was closed meanwhile. */
  Part get(long tag) {
    return parts.get(tag);
  }

  /** Null: it listens. Else why not. */
  String listen(SctpLoop home, Listener owner, Endpoint endpoint, long link, int port, SctpOptions options) {
    Part p = new Part(owner, endpoint, ++tags);
    long id = home.stack.listen(port, p.tag, link, options);
    if (id <= 0) {
      return refusal(home, port, (int) id);
    }
    p.id = id;
    parts.put(p.tag, p);
    endpoint.listens();
    return null;
  }

  private static String refusal(SctpLoop home, int port, int code) {
    return switch (-code) {
      case Abi.EADDRINUSE -> "SCTP port " + port + " is in use on this UDP socket";
      case SctpAbi.ELIMIT -> "the loop has no listener left";
      case Abi.EALREADY -> "the event loop is shutting down";
      default -> home.stack.text(code) + " (code " + code + ")";
    };
  }

  /** Those of a listener at an endpoint. */
  void unlisten(SctpLoop home, Listener owner, Endpoint endpoint) {
    parts.values().stream().filter(p -> p.owner == owner && p.endpoint == endpoint).toList().forEach(p -> {
      parts.remove(p.tag);
      home.stack.unlisten(p.id);
      endpoint.listensNoMore();
    });
  }

  /** The loop ends. */
  void closeAll(SctpLoop home) {
    parts.values().forEach(p -> home.stack.unlisten(p.id));
    parts.values().stream().map(p -> p.owner).distinct().toList().forEach(Listener::endedWithLoop);
    parts.clear();
  }

  void closeOf(Endpoint endpoint) {
    parts.values().stream().filter(p -> p.endpoint == endpoint).map(p -> p.owner).distinct().toList()
        .forEach(Listener::close);
  }
}
