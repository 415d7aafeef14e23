package io.sluice.internal.sctp;

import io.sluice.internal.abi.Abi;
import io.sluice.internal.abi.SctpAbi;
import java.util.HashMap;
import java.util.Map;

/** What listeners have in one stack: found by the tag in the events of what they accepted. Loop thread only. */
abstract class ListenerParts<P extends ListenerParts.Part> {
  /** One listening port of one endpoint. */
  static class Part {
    final Listener owner;
    final AssociationEndpoint endpoint;
    private final long tag;
    /** In the stack. */
    final long id;

    Part(Listener owner, AssociationEndpoint endpoint, long tag, long id) {
      this.owner = owner;
      this.endpoint = endpoint;
      this.tag = tag;
      this.id = id;
    }
  }

  final Map<Long, P> parts = new HashMap<>();
  private final AssociationHome home;
  private long tags;

  ListenerParts(AssociationHome home) {
    this.home = home;
  }

  /** Null when it was closed meanwhile. */
  final P get(long tag) {
    return parts.get(tag);
  }

  final long newTag() {
    return ++tags;
  }

  /** It listens. */
  final void began(P p) {
    Part part = p;
    parts.put(part.tag, p);
    part.endpoint.listens();
  }

  /** Why it cannot listen. */
  final String refusal(int code, String inUse) {
    return switch (-code) {
      case Abi.EADDRINUSE -> inUse;
      case SctpAbi.ELIMIT -> "the loop has no listener left";
      case Abi.EALREADY -> "the event loop is shutting down";
      default -> home.calls.text(code) + " (code " + code + ")";
    };
  }

  /** In the stack. */
  void stop(P p) {
    home.calls.unlisten(p.id);
  }

  /** Those of a listener at an endpoint. */
  final void unlisten(Listener owner, AssociationEndpoint endpoint) {
    parts.values().stream().filter(p -> p.owner == owner && p.endpoint == endpoint).toList().forEach(p -> {
      Part part = p;
      parts.remove(part.tag);
      stop(p);
      endpoint.listensNoMore();
    });
  }

  /** The loop ends: with it, the UDP socket of an endpoint. */
  void stopWithLoop(P p) {
    stop(p);
  }

  final void closeAll() {
    parts.values().forEach(this::stopWithLoop);
    parts.values().stream().map(p -> p.owner).distinct().toList().forEach(Listener::endedWithLoop);
    parts.clear();
  }

  final void closeOf(AssociationEndpoint endpoint) {
    parts.values().stream().filter(p -> p.endpoint == endpoint).map(p -> p.owner).distinct().toList()
        .forEach(Listener::close);
  }
}
