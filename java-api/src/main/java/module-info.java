/**
 * Sluice: server transport over io_uring and epoll, with a pure NIO fallback.
 *
 * <p>JNA is optional: {@code requires static} lets the module resolve without it, and the JNA binding then reports itself
 * as unavailable. The native library comes from a {@code sluice-native} jar found as a class-path or module-path resource.
 */
module io.sluice {
  requires static com.sun.jna;

  exports io.sluice;
}
