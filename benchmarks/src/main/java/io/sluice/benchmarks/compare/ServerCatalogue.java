package io.sluice.benchmarks.compare;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** All servers there are, in the order of the tables. */
final class ServerCatalogue {
  /**
   * The same for every JVM. SerialGC is what the JVM chooses by itself on the one core it is given, and its heap does not
   * shrink or grow here; with the heap touched from the start, growth of resident memory is native memory.
   */
  private static final List<String> COMMON_FLAGS = List.of(
      "-Xms256m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:+AlwaysPreTouch", "--enable-native-access=ALL-UNNAMED");

  /** From this release on netty does without Unsafe unless it is allowed, which costs it some 5 to 10 % here. */
  private static final int UNSAFE_FLAG_SINCE = 23;

  private static final String PEERS = "io.sluice.benchmarks.peers.";

  private final Path nativePrograms;
  private final Path java;
  private final String classPath;

  private final List<String> jvmFlags;

  ServerCatalogue(Path nativePrograms, Jdk jdk, String classPath) {
    this.nativePrograms = nativePrograms;
    this.java = jdk.java();
    this.classPath = classPath;
    this.jvmFlags = new ArrayList<>(COMMON_FLAGS);
    if (jdk.feature() >= UNSAFE_FLAG_SINCE) {
      jvmFlags.add("--sun-misc-unsafe-memory-access=allow");
      jvmFlags.add("-Dio.netty.noUnsafe=false");
    }
  }

  List<String> jvmFlags() {
    return jvmFlags;
  }

  List<ServerSpec> all() {
    List<ServerSpec> servers = new ArrayList<>();
    servers.add(floor("c-epoll", "echo_epoll"));
    servers.add(floor("c-io_uring", "echo_uring"));
    servers.add(netty("netty-nio", "c-epoll", "nio"));
    servers.add(netty("netty-epoll", "c-epoll", "epoll"));
    servers.add(netty("netty-io_uring", "c-io_uring", "io_uring"));
    servers.add(netty("netty-io_uring-ring", "c-io_uring", "io_uring_ring"));
    for (String engine : List.of("epoll", "io_uring")) {
      for (String binding : List.of("jni", "ffm", "jna")) {
        servers.add(sluice("sluice-" + engine + "-" + binding, "c-" + engine, "--engine", engine, "--binding", binding));
      }
    }
    servers.add(sluice("sluice-nio", "c-epoll", "--engine", "nio"));
    return servers;
  }

  /** Those of UDP; with trains only those that can take or send them, under the same names. */
  List<ServerSpec> udp(boolean trains) {
    List<String> how = trains ? List.of("--gro", "1") : List.of();
    List<ServerSpec> servers = new ArrayList<>();
    servers.add(udpFloor("c-epoll", "udp_epoll", how));
    servers.add(udpFloor("c-io_uring", "udp_uring", how));
    for (String transport : trains ? List.of("epoll", "io_uring") : List.of("nio", "epoll", "io_uring")) {
      String floor = transport.equals("io_uring") ? "c-io_uring" : "c-epoll";
      servers.add(jvm("netty-" + transport, "netty", floor, with(how, PEERS + "NettyUdpEcho", "--transport", transport)));
    }
    for (String engine : List.of("epoll", "io_uring")) {
      servers.add(sluiceUdp("sluice-" + engine + "-jni", "c-" + engine, how, "--engine", engine, "--binding", "jni"));
    }
    if (!trains) {
      servers.add(sluiceUdp("sluice-io_uring-ffm", "c-io_uring", how, "--engine", "io_uring", "--binding", "ffm"));
      servers.add(sluiceUdp("sluice-nio", "c-epoll", how, "--engine", "nio"));
    }
    return servers;
  }

  private ServerSpec udpFloor(String name, String program, List<String> how) {
    return new ServerSpec(name, "c", name, with(how, nativePrograms.resolve("floor").resolve(program).toString()), false);
  }

  private ServerSpec sluiceUdp(String name, String floor, List<String> how, String... args) {
    List<String> main = new ArrayList<>(List.of(PEERS + "SluiceUdpEcho"));
    main.addAll(List.of(args));
    main.addAll(how);
    return jvm(name, "sluice", floor, main);
  }

  private static List<String> with(List<String> more, String... first) {
    List<String> all = new ArrayList<>(List.of(first));
    all.addAll(more);
    return all;
  }

  /** Those of SCTP over UDP, the floor first. */
  List<ServerSpec> sctp(int loops) {
    String floor = "c-usrsctp";
    List<String> how = List.of("--loops", Integer.toString(loops));
    List<ServerSpec> servers = new ArrayList<>();
    servers.add(new ServerSpec(
        floor, "c", floor, with(how, nativePrograms.resolve("sctp").resolve("sctp_echo").toString()), false));
    for (String engine : List.of("epoll", "io_uring")) {
      servers.add(sctp("sluice-" + engine + "-jni", floor, how, "--engine", engine, "--binding", "jni"));
    }
    if (loops == 1) {
      servers.add(sctp("sluice-epoll-ffm", floor, how, "--engine", "epoll", "--binding", "ffm"));
      servers.add(sctp("sluice-nio", floor, how, "--engine", "nio"));
    }
    return servers;
  }

  private ServerSpec sctp(String name, String floor, List<String> how, String... args) {
    List<String> main = new ArrayList<>(List.of(PEERS + "SluiceSctpEcho"));
    main.addAll(List.of(args));
    main.addAll(how);
    return jvm(name, "sluice", floor, main);
  }

  private ServerSpec floor(String name, String program) {
    return new ServerSpec(name, "c", name, List.of(nativePrograms.resolve("floor").resolve(program).toString()), false);
  }

  private ServerSpec netty(String name, String floor, String transport) {
    return jvm(name, "netty", floor, List.of(PEERS + "NettyEcho", "--transport", transport));
  }

  private ServerSpec sluice(String name, String floor, String... args) {
    List<String> main = new ArrayList<>(List.of(PEERS + "SluiceEcho"));
    main.addAll(List.of(args));
    return jvm(name, "sluice", floor, main);
  }

  private ServerSpec jvm(String name, String family, String floor, List<String> mainAndArgs) {
    List<String> command = new ArrayList<>();
    command.add(java.toString());
    command.addAll(jvmFlags);
    command.addAll(List.of("-cp", classPath));
    command.addAll(mainAndArgs);
    return new ServerSpec(name, family, floor, command, true);
  }

  /** The load generator; built by the same CMake project as the floors. */
  Path loadGenerator() {
    return built(nativePrograms.resolve("load").resolve("echo_load"));
  }

  /** The one for SCTP over UDP. */
  Path sctpLoadGenerator() {
    return built(nativePrograms.resolve("sctp").resolve("sctp_load"));
  }

  private static Path built(Path program) {
    if (!Files.isExecutable(program)) {
      throw new IllegalStateException("no load generator at " + program + ": build it first, ci/bench does");
    }
    return program;
  }
}
