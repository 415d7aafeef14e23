package io.sluice.sctp;

import io.sluice.EngineUnavailableException;
import io.sluice.EventLoopGroup;
import io.sluice.contract.EngineCell;
import io.sluice.internal.bind.UnavailableException;
import io.sluice.internal.load.Engines;
import io.sluice.internal.load.KernelSctpNatives;
import io.sluice.internal.load.SctpNatives;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * An engine whose sockets carry a stack, the binding to that stack (the NIO engine has one for SCTP only), and the backend. The property
 * {@code sluice.test.sctp.backends} says which backends are tested, {@code udp,kernel} by default.
 */
record SctpCell(String engine, String binding, SctpBackend backend) {
  private static final Map<SctpCell, String> OBSTACLES = new ConcurrentHashMap<>();

  static Stream<SctpCell> all() {
    return of(SctpBackend.UDP);
  }

  /** Of every backend: for what both have to do alike. */
  static Stream<SctpCell> backends() {
    return Stream.concat(all(), of(SctpBackend.KERNEL));
  }

  private static Stream<SctpCell> of(SctpBackend backend) {
    List<String> engines = EngineCell.engines();
    List<String> bindings = list("sluice.test.bindings");
    return Stream.of("io_uring", "epoll", "kqueue", "nio")
        .flatMap(e -> Stream.of("jni", "ffm", "jna").map(b -> new SctpCell(e, b, backend)))
        .filter(c -> engines.contains(c.engine))
        .filter(c -> bindings.isEmpty() || bindings.contains(c.binding))
        .filter(c -> backend == SctpBackend.UDP || c.engine.equals("io_uring") || c.engine.equals("epoll"));
  }

  /** One cell per engine: for what does not depend on the binding, and takes long. */
  static Stream<SctpCell> engines() {
    Set<String> seen = new HashSet<>();
    return all().filter(c -> seen.add(c.engine));
  }

  /** The same of every backend. */
  static Stream<SctpCell> backendEngines() {
    Set<String> seen = new HashSet<>();
    return backends().filter(c -> seen.add(c.backend + c.engine));
  }

  private static List<String> list(String property) {
    return Stream.of(System.getProperty(property, "").split(",")).map(String::trim).filter(s -> !s.isEmpty()).toList();
  }

  boolean isNio() {
    return engine.equals("nio");
  }

  /** A transport of this cell's backend. */
  SctpTransport transport(EventLoopGroup group, SctpStackOptions options) {
    return SctpTransport.over(group, backend, options);
  }

  /** Where a listener of this backend listens on the loopback interface. */
  SctpAddress local(int port) {
    return backend == SctpBackend.KERNEL ? SctpAddress.overIp(InetAddress.getLoopbackAddress(), port)
        : SctpAddress.overUdp(SctpPair.loopback(0), port);
  }

  /** A builder for a group of this cell; aborts the test with the reason when the cell cannot run here. */
  EventLoopGroup.Builder builder() {
    String obstacle = OBSTACLES.computeIfAbsent(this, SctpCell::findObstacle);
    Assumptions.assumeTrue(obstacle.isEmpty(), () -> this + ": " + obstacle);
    return EventLoopGroup.builder().engine(engine).binding(binding).threads(1);
  }

  EventLoopGroup group() {
    return builder().build();
  }

  private static String findObstacle(SctpCell c) {
    try {
      List<String> asked = list("sluice.test.sctp.backends");
      String backend = c.backend.name().toLowerCase(Locale.ROOT);
      if (!asked.isEmpty() && !asked.contains(backend)) {
        return "backend " + backend + " is not among those of -Dsluice.test.sctp.backends";
      }
      Engines.select(c.engine, c.binding);
      if (c.backend == SctpBackend.KERNEL) {
        KernelSctpNatives.find(c.binding);
      } else {
        SctpNatives.find(c.binding);
      }
      return "";
    } catch (EngineUnavailableException | UnavailableException e) {
      return e.getMessage();
    }
  }

  @Override
  public String toString() {
    return engine + "/" + binding + (backend == SctpBackend.KERNEL ? "/kernel" : "");
  }
}
