/**
 * Sluice: server transport over io_uring, epoll and kqueue, with a pure NIO fallback.
 *
 * <p>JNA, Micrometer, the flight recorder and JMX are optional: {@code requires static} lets the module resolve without them.
 * The JNA binding then reports itself as unavailable, there are no events and no MXBeans. The native library comes from a
 * {@code sluice-native} jar found as a class-path or module-path resource.
 */
module io.sluice {
  requires static com.sun.jna;
  requires static java.management;
  requires static jdk.jfr;
  requires static micrometer.core;

  exports io.sluice;
  exports io.sluice.management;
  exports io.sluice.micrometer;
}
